"""Create, edit, delete and preview payment terms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config, settings
from shopctl.domain.records import CustomerRecord, EarlyDiscountRecord, TermsLineRecord, TermsRecord
from shopctl.domain.terms import EarlyDiscount, Installment
from shopctl.errors import NotFoundError, UsageError
from shopctl.services import exporting, invoicing, terms
from shopctl.services.catalogue import all_terms
from shopctl.services.deciding import Request
from tests.support.shop import codes, done, failed, journal, nothing_changes, order, sell, take_in, wrong

D = Decimal
SKONTO = TermsRecord(
    "", "2 % within 7 days", "Thank you.", (TermsLineRecord(days=30),), EarlyDiscountRecord(D(2), 7, "mixed")
)


def test_terms_are_created_once(shop):
    outcomes = [*terms.create(shop, ["SK"], SKONTO), *terms.create(shop, ["SK"], SKONTO)]

    assert codes(outcomes) == ["created", "unchanged"]
    assert done(outcomes[0]).row == SKONTO._replace(code="SK")
    assert terms.show(["SK"]) == terms.every() == [SKONTO._replace(code="SK")]
    assert journal() == [("terms.created", "SK")]
    assert wrong(shop) == []


def test_early_discount_reaches_the_rules(shop):
    terms.create(shop, ["SK"], SKONTO)
    sell(shop)

    assert all_terms()["SK"].early == EarlyDiscount(D(2), 7, "mixed")
    assert all_terms()["N30"].early is None


def test_what_was_created_is_exported_and_taken_in_as_it_is(shop):
    terms.create(shop, ["SK"], SKONTO)
    (record,) = exporting.records()

    assert codes(take_in(shop, record)) == ["unchanged"]


@pytest.mark.parametrize(
    ("code", "record", "refusal", "words"),
    [
        ("N30", SKONTO, "terms.exists", "N30 exist already and differ in name, note, early_discount"),
        ("X", SKONTO._replace(lines=(TermsLineRecord(value=D(30)),)), "terms.invalid", "add up to 30, not to 100"),
        (
            "X",
            SKONTO._replace(lines=(TermsLineRecord(value=D(30)), TermsLineRecord(value=D(70)))),
            "terms.invalid",
            "an early discount needs a single line of 100 %",
        ),
        (" ", SKONTO, "terms.invalid", "their code is empty"),
    ],
)
def test_unsound_terms_are_not_created(shop, code, record, refusal, words):
    sell(shop)

    with nothing_changes():
        (outcome,) = terms.create(shop, [code], record)

    assert failed(outcome).code == refusal
    assert words in failed(outcome).message


def test_terms_change_and_posted_documents_keep_their_instalments(shop):
    sell(shop, order("S1", terms="N30"))
    invoicing.create(shop, ["S1"], Request(confirm=True))

    lines = (TermsLineRecord(value=D(50)), TermsLineRecord(value=D(50), days=10))
    outcomes = [*terms.edit(shop, ["N30"], {"lines": lines}), *terms.edit(shop, ["N30"], {"lines": lines})]

    assert codes(outcomes) == ["changed", "unchanged"]
    assert done(outcomes[0]).row.lines == lines
    assert models.Installment.select().count() == 1
    assert journal()[-1] == ("terms.changed", "N30")
    assert wrong(shop) == []


def test_unsound_change_is_refused(shop):
    sell(shop)

    with nothing_changes():
        outcomes = terms.edit(shop, ["HALVES", "N404"], {"early_discount": EarlyDiscountRecord(D(2), 7)})

    assert codes(outcomes) == ["terms.invalid", "terms.unknown"]


def test_unused_terms_are_deleted(shop):
    sell(shop, order("S1", terms="N30", state="cancelled"))

    assert codes(terms.delete(shop, ["N30", "N404"])) == ["changed", "terms.unknown"]
    assert [one.code for one in terms.every()] == ["HALVES"]
    assert journal()[-1] == ("terms.deleted", "N30")


def test_terms_that_are_used_are_not_deleted(shop):
    shop.config = Config(invoicing=settings.Invoicing(terms="N30"))
    sell(
        shop,
        CustomerRecord("C3", terms="N30"),
        order("S1", terms="N30"),
        order("S2", terms="N30", state="sent"),
        order("S3", terms="HALVES"),
    )
    invoicing.create(shop, ["S1"], Request())

    with nothing_changes():
        outcomes = terms.delete(shop, ["N30", "HALVES"])

    assert [failed(outcome).message for outcome in outcomes] == [
        "payment terms N30 are used by 1 customer (C3), 2 orders (first S1), 1 draft (DRAFT/00001), invoicing.terms, "
        "so they cannot be deleted",
        "payment terms HALVES are used by 1 order (S3), so they cannot be deleted",
    ]
    assert {failed(outcome).code for outcome in outcomes} == {"terms.in_use"}


def test_preview_tells_what_falls_due_when(shop):
    sell(shop)
    terms.create(shop, ["SK"], SKONTO)

    halves = terms.preview("HALVES", date(2026, 1, 15), D(1150), "EUR")
    early = terms.preview("SK", date(2026, 8, 28), D("10.005"), "KWD")

    assert halves.installments == (
        Installment(date(2026, 1, 15), D(345)),
        Installment(date(2026, 2, 14), D(805)),
    )
    assert (halves.early_percent, halves.early_until) == (None, None)
    assert early.installments == (Installment(date(2026, 9, 27), D("10.005")),)
    assert (early.early_percent, early.early_until, early.early_mode) == (2, date(2026, 9, 4), "mixed")


def test_preview_needs_known_terms_and_an_amount_of_the_currency(shop):
    sell(shop)

    with pytest.raises(NotFoundError, match="there are no payment terms N404"):
        terms.preview("N404", date(2026, 1, 1), D(1), "EUR")
    with pytest.raises(UsageError, match=r"10\.5 JPY has more digits than the currency"):
        terms.preview("N30", date(2026, 1, 1), D("10.5"), "JPY")
