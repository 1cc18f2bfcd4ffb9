"""Give money back: only what is free, never twice, and every counter follows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.crediting import Wanted
from shopctl.errors import UsageError
from shopctl.services import allocating, crediting, paying_back, payments, registering, releasing
from shopctl.services.allocating import Choice
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    bill,
    codes,
    done,
    failed,
    journal,
    money,
    nothing_changes,
    order,
    outstanding,
    payment,
    sell,
    wrong,
)

D = Decimal


def refund(shop, *references, **wish):
    return paying_back.refund(shop, references, Wish(**wish))


def refund_one(shop, reference, **wish):
    (outcome,) = refund(shop, reference, **wish)
    return outcome


def overpaid(shop):
    """Pay an invoice of 100.00 with 150.00."""
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", D(150), method="card", provider="stripe")])


def credited(shop):
    """Credit a paid invoice of 100.00 in full."""
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001")])
    crediting.create(shop, ["INV/2026/00001"], crediting.Request(Wanted(), "returned", confirm=True))


# Of a payment.


def test_what_is_not_used_goes_back(shop):
    overpaid(shop)

    outcome = done(refund_one(shop, "pay-2026-00001"))

    row = outcome.row
    assert (outcome.change, outcome.notes) == (
        "created", ("50.00 EUR of PAY/2026/00001 goes back by card",),
    )  # fmt: skip
    assert (row.number, row.direction, row.state, row.amount, row.method, row.provider, row.date, row.order) == (
        "PAY/2026/00002", "outbound", "done", 50, "card", "stripe", TODAY, "S1",
    )  # fmt: skip
    assert money("S1") == ("100.00", "0.00", "paid")
    assert outstanding() == []
    assert journal()[-1] == ("payment.refunded", "PAY/2026/00002")
    assert wrong(shop) == []


def test_part_goes_back_and_the_rest_stays_a_credit(shop):
    overpaid(shop)

    row = done(
        refund_one(
            shop, "PAY/2026/00001", amount=D(20), method="wire", provider="bank", transaction="RE-7",
            date=TODAY - timedelta(days=1),
        )
    ).row  # fmt: skip

    assert (row.amount, row.method, row.provider, row.reference, row.date) == (
        20, "wire", "bank", "RE-7", date(2026, 8, 20),
    )  # fmt: skip
    assert [(one.credit, one.amount_left) for one in outstanding()] == [("PAY/2026/00001", 30)]
    assert wrong(shop) == []


def test_money_without_an_order_goes_back(shop):
    sell(shop)
    registering.register(shop, [Receipt(customer="C1", amount=D(40))])

    row = done(refund_one(shop, "PAY/2026/00001")).row

    assert (row.amount, row.order, row.customer_code) == (40, None, "C1")
    assert wrong(shop) == []


def test_what_went_back_is_not_given_back_again(shop):
    sell(shop)
    registering.register(shop, [Receipt(customer="C1", amount=D(40))])
    first = done(refund_one(shop, "PAY/2026/00001")).row

    with nothing_changes():
        again = done(refund_one(shop, "PAY/2026/00001"))

    assert (again.change, again.row, again.notes) == ("unchanged", first, ("it went back already",))


def test_same_transaction_goes_back_once(shop):
    overpaid(shop)
    first = done(refund_one(shop, "PAY/2026/00001", amount=D(20), transaction="RE-7")).row

    with nothing_changes():
        again = done(refund_one(shop, "PAY/2026/00001", amount=D(20), transaction="RE-7"))
        other = failed(refund_one(shop, "PAY/2026/00001", amount=D(10), transaction="RE-7"))

    assert (again.change, again.row) == ("unchanged", first)
    assert (other.code, other.message) == (
        "payment.reference_used", "the transaction RE-7 is registered already, with 20 instead of 10",
    )  # fmt: skip


def test_transaction_of_another_refund_is_no_repeat(shop):
    sell(shop)
    registering.register(shop, [Receipt(customer="C1", amount=D(40)), Receipt(customer="C2", amount=D(40))])
    refund(shop, "PAY/2026/00001", transaction="RE-7")

    with nothing_changes():
        error = failed(refund_one(shop, "PAY/2026/00002", transaction="RE-7"))

    assert (error.code, error.message) == (
        "payment.reference_used",
        "the transaction RE-7 is PAY/2026/00003, which gives back something else than PAY/2026/00002",
    )


def test_money_that_pays_an_invoice_names_what_to_take_back_first(shop):
    overpaid(shop)

    with nothing_changes():
        error = failed(refund_one(shop, "PAY/2026/00001", amount=D(60)))

    assert (error.code, error.message, error.hint) == (
        "payment.allocated",
        "PAY/2026/00001 has 50.00 EUR free: it is used on INV/2026/00001 (100.00 EUR)",
        "take it back first: shopctl payment unallocate INV/2026/00001 --credit PAY/2026/00001",
    )


def test_hint_of_a_used_payment_leads_to_its_refund(shop):
    overpaid(shop)
    releasing.unallocate(shop, ["INV/2026/00001"], ["PAY/2026/00001"])

    row = done(refund_one(shop, "PAY/2026/00001", amount=D(150))).row

    assert (row.amount, money("S1")) == (150, ("0.00", "0.00", "refunded"))
    assert wrong(shop) == []


# Of a credit note.


def test_credit_note_is_paid_out(shop):
    credited(shop)

    row = done(refund_one(shop, "RINV/2026/00001")).row

    assert (row.number, row.direction, row.amount, row.method, row.order) == (
        "PAY/2026/00002", "outbound", 100, "wire", "S1",
    )  # fmt: skip
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert codes([refund_one(shop, "RINV/2026/00001")]) == ["unchanged"]
    assert wrong(shop) == []


def test_credit_note_is_paid_out_in_parts(shop):
    credited(shop)

    first = done(refund_one(shop, "RINV/2026/00001", amount=D("99.99")))
    left = [(one.credit, one.amount_left) for one in outstanding()]
    second = done(refund_one(shop, "RINV/2026/00001"))

    assert (first.notes[-1], left) == ("0.01 EUR of RINV/2026/00001 is left", [("RINV/2026/00001", D("0.01"))])
    assert second.row.amount == D("0.01")
    assert wrong(shop) == []


def test_used_credit_note_names_what_to_take_back_first(shop):
    credited(shop)
    sell(shop, order("S2"))
    bill(shop, "S2", allocate=False)
    allocating.allocate(shop, ["INV/2026/00002"], Choice(("RINV/2026/00001",)))

    error = failed(refund_one(shop, "RINV/2026/00001"))

    assert (error.code, error.hint) == (
        "payment.allocated",
        "take it back first: shopctl payment unallocate INV/2026/00002 --credit RINV/2026/00001",
    )


# Many, and what is refused.


def test_payments_and_credit_notes_go_back_in_one_call(shop):
    credited(shop)
    registering.register(shop, [Receipt(customer="C2", amount=D(5))])

    outcomes = refund(shop, "RINV/2026/00001", "PAY/2026/00002", "PAY/2026/00009", "pay/2026/00002")

    assert codes(outcomes) == ["created", "created", "payment.unknown", "unchanged"]
    assert [(row.number, row.amount) for row in (done(outcomes[0]).row, done(outcomes[1]).row)] == [
        ("PAY/2026/00003", 100),
        ("PAY/2026/00004", 5),
    ]
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("reference", "wish", "code"),
    [
        ("PAY/2026/00002", {}, "payment.not_refundable"),
        ("INV/2026/00001", {}, "payment.not_refundable"),
        ("PAY/2026/00001", {"amount": D(0)}, "payment.amount"),
        ("PAY/2026/00003", {"amount": D(41)}, "payment.exceeds_credit"),
        ("PAY/2026/00009", {}, "payment.unknown"),
    ],
)
def test_refusal_changes_nothing(shop, reference, wish, code):
    overpaid(shop)
    sell(shop, order("S2", state="sent", payments=(payment("A1", 100, state="authorized"),)))
    registering.register(shop, [Receipt(customer="C1", amount=D(40))])

    with nothing_changes():
        error = failed(refund_one(shop, reference, **wish))

    assert error.code == code


@pytest.mark.parametrize("wish", [{"amount": D(1)}, {"transaction": "T1"}])
def test_an_amount_or_reference_is_for_one_document(shop, wish):
    overpaid(shop)

    with nothing_changes(), pytest.raises(UsageError):
        refund(shop, "PAY/2026/00001", "PAY/2026/00002", **wish)


def test_payment_tells_what_went_back_of_it(shop):
    overpaid(shop)
    refund(shop, "PAY/2026/00001")

    (found,) = payments.show(["PAY/2026/00001"])

    assert (found.payment.amount_returned, found.payment.amount_left) == (50, 0)
    assert models.Payment.get(models.Payment.number == "PAY/2026/00002").refunds.number == "PAY/2026/00001"


def test_what_is_only_authorized_is_told_in_good_words(shop):
    sell(shop, order("S1", payments=(payment("t1", 100, state="authorized"),)))

    (outcome,) = refund(shop, "PAY/2026/00001")

    assert (failed(outcome).message, failed(outcome).hint) == (
        "PAY/2026/00001 is an authorized payment, so there is no money to give back",
        "shopctl payment void PAY/2026/00001",
    )
