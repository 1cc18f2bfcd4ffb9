"""Post drafts: numbers without gaps, dates in order, the money of their own order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import batch, models
from shopctl.config import Config, settings
from shopctl.services import confirming, crediting, documents, invoicing, registering
from shopctl.services.deciding import Request
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    money,
    nothing_changes,
    order,
    payment,
    sell,
    wrong,
)

D = Decimal


def drafts(shop, *numbers, **request):
    """Make a draft an order; their addresses are DRAFT/00001 and so on."""
    return [done(outcome).row.address for outcome in invoicing.create(shop, list(numbers), Request(**request))]


def numbers(outcomes):
    return [done(outcome).row.number for outcome in outcomes]


def test_draft_is_posted(shop):
    sell(shop, order("S1", line(100, 2, "V21")))
    drafts(shop, "S1")

    (outcome,) = confirming.confirm(shop, ["DRAFT/00001"])

    row = outcome.row
    assert (outcome.reference, outcome.change) == ("DRAFT/00001", "changed")
    assert (row.address, row.state, row.date, row.due_date) == ("INV/2026/00001", "posted", TODAY, TODAY)
    assert (row.amount_total, row.amount_due, row.payment_status) == (242, 242, "not_paid")
    assert models.OrderLine.get().drafted == 0
    assert models.Invoice.get().reference == "INV/2026/00001"
    assert journal()[-1] == ("invoice.posted", "INV/2026/00001")


@pytest.mark.parametrize("typed", ["draft/1", "DRAFT-00001", " Draft/00001 "])
def test_draft_is_found_in_other_spellings(shop, typed):
    sell(shop, order("S1"))
    drafts(shop, "S1")

    assert numbers(confirming.confirm(shop, [typed])) == ["INV/2026/00001"]


@pytest.mark.parametrize("typed", ["DRAFT/00001", "INV/2026/00001", "inv-2026-00001"])
def test_posted_invoice_is_left_alone(shop, typed):
    sell(shop, order("S1"))
    drafts(shop, "S1")
    confirming.confirm(shop, ["DRAFT/00001"])
    before = journal()

    (outcome,) = confirming.confirm(shop, [typed])

    assert (outcome.change, outcome.row.number) == ("unchanged", "INV/2026/00001")
    assert outcome.notes == ("INV/2026/00001 is posted already",)
    assert journal() == before


def test_numbers_follow_the_order_asked_for(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    drafts(shop, "S1", "S2", "S3")

    outcomes = confirming.confirm(shop, ["DRAFT/00003", "DRAFT/00001", "DRAFT/00002"])

    assert [(outcome.reference, outcome.row.number) for outcome in outcomes] == [
        ("DRAFT/00003", "INV/2026/00001"), ("DRAFT/00001", "INV/2026/00002"), ("DRAFT/00002", "INV/2026/00003"),
    ]  # fmt: skip


def test_third_of_five_fails_and_leaves_no_gap(shop):
    sell(shop, *(order(f"S{number}") for number in range(1, 6)))
    addresses = drafts(shop, "S1", "S2", "S3", "S4", "S5")
    models.Invoice.update(state="cancelled").where(models.Invoice.id == 3).execute()

    outcomes = confirming.confirm(shop, addresses)

    assert codes(outcomes) == ["changed", "changed", "invoice.not_draft", "changed", "changed"]
    assert numbers(outcomes[:2] + outcomes[3:]) == [f"INV/2026/0000{number}" for number in range(1, 5)]
    assert models.Series.get(models.Series.name == "invoice").next == 5


@pytest.mark.parametrize(
    ("broken", "code", "message"),
    [
        ({"state": "cancelled"}, "invoice.not_draft", "DRAFT/00001 is cancelled, and only a draft can be confirmed"),
        ({"customer_name": ""}, "invoice.incomplete", "DRAFT/00001 has no customer"),
    ],
)
def test_unsound_draft_is_refused(shop, broken, code, message):
    sell(shop, order("S1"))
    drafts(shop, "S1")
    models.Invoice.update(**broken).execute()

    with nothing_changes():
        (outcome,) = confirming.confirm(shop, ["DRAFT/00001"])

    assert (failed(outcome).code, failed(outcome).message) == (code, message)


def test_everything_that_is_wrong_is_told_at_once(shop):
    sell(shop, order("S1"))
    drafts(shop, "S1")
    models.Invoice.update(customer_name="").execute()
    models.InvoiceLine.update(kind="note").execute()

    with nothing_changes():
        (outcome,) = confirming.confirm(shop, ["DRAFT/00001"])

    assert failed(outcome).code == "invoice.incomplete"
    assert failed(outcome).message == "DRAFT/00001 cannot be posted: it has no customer; it has no lines to bill"


@pytest.mark.parametrize("typed", ["DRAFT/00099", "INV/2026/00099", "nonsense", ""])
def test_unknown_invoice_is_refused(shop, typed):
    with nothing_changes():
        (outcome,) = confirming.confirm(shop, [typed])

    assert failed(outcome).code == "invoice.unknown"


def test_mail_without_an_address_is_refused(shop):
    sell(shop, order("S1", customer=None))
    drafts(shop, "S1")

    with nothing_changes():
        (outcome,) = confirming.confirm(shop, ["DRAFT/00001"], send=True)

    assert failed(outcome).code == "email.no_address"


def test_mail_is_queued_with_the_posting(shop):
    sell(shop, order("S1"))
    drafts(shop, "S1")

    confirming.confirm(shop, ["DRAFT/00001"], send=True)

    (letter,) = models.Email.select()
    assert (letter.document, letter.recipient, letter.state) == ("INV/2026/00001", "ann@example.com", "queued")


def test_money_of_the_own_order_is_used(shop):
    sell(shop, order("S1", payments=(payment("t1", 60), payment("t2", 90))), payment("t3", 500, customer="C1"))
    drafts(shop, "S1")

    (outcome,) = confirming.confirm(shop, ["DRAFT/00001"])

    assert (outcome.row.payment_status, outcome.row.amount_due) == ("paid", 0)
    used = models.Payment.select(models.Payment.reference, models.Payment.allocated).order_by(models.Payment.reference)
    assert [(one.reference, one.allocated) for one in used] == [("t1", 60), ("t2", 40), ("t3", 0)]
    assert money("S1") == ("150.00", "0.00", "overpaid")


def test_invoice_that_only_credit_notes_settle_is_reversed(shop):
    sell(shop, order("S1", line(100, 2)))
    invoicing.create(shop, ["S1"], Request(picked={1: D(1)}, confirm=True))
    done(registering.register(shop, [Receipt("INV/2026/00001")])[0])
    wanted = crediting.Request(crediting.Wanted(requeue=False), "gift", confirm=True)
    done(crediting.create(shop, ["INV/2026/00001"], wanted)[0])
    drafts(shop, "S1")

    (outcome,) = confirming.confirm(shop, ["DRAFT/00003"])

    assert (outcome.row.payment_status, outcome.row.amount_due) == ("reversed", 0)
    assert wrong(shop) == []


def test_money_stays_outstanding_where_that_is_wanted(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    drafts(shop, "S1")

    (outcome,) = confirming.confirm(shop, ["DRAFT/00001"], allocate=False)

    assert (outcome.row.payment_status, models.Payment.get().allocated) == ("not_paid", 0)
    assert not models.Allocation.select().exists()


def test_one_payment_is_not_used_twice_in_one_batch(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    drafts(shop, "S1", kind="down_payment", percent=D(60))
    drafts(shop, "S1")

    outcomes = confirming.confirm(shop, ["DRAFT/00001", "DRAFT/00002"])

    assert [(outcome.row.amount_total, outcome.row.amount_due) for outcome in outcomes] == [(60, 0), (40, 0)]
    assert models.Payment.get().allocated == 100


# Dates and series.


def test_dates_never_go_back_in_a_series(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    drafts(shop, "S1", "S2", "S3")
    confirming.confirm(shop, ["DRAFT/00001"], on=date(2026, 8, 10))

    with nothing_changes():
        (refused,) = confirming.confirm(shop, ["DRAFT/00002"], on=date(2026, 8, 9))
    outcomes = confirming.confirm(shop, ["DRAFT/00002"], on=date(2026, 8, 10))

    assert failed(refused).code == "invoice.date_order"
    assert failed(refused).hint == "use --date 2026-08-10 or later, or --allow-backdate"
    assert numbers(outcomes) == ["INV/2026/00002"]


def test_date_order_holds_within_a_batch(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    for number, day in (("S1", 20), ("S2", 19), ("S3", 21)):
        drafts(shop, number, date=date(2026, 8, day))

    outcomes = confirming.confirm(shop, ["DRAFT/00001", "DRAFT/00002", "DRAFT/00003"])

    assert codes(outcomes) == ["changed", "invoice.date_order", "changed"]
    assert [outcomes[0].row.number, outcomes[2].row.number] == ["INV/2026/00001", "INV/2026/00002"]


def test_each_year_counts_anew(shop):
    sell(shop, *(order(f"S{number}") for number in range(1, 5)))
    drafts(shop, "S1", "S2", "S3", "S4")

    years = [
        numbers(confirming.confirm(shop, [f"DRAFT/{place}"], on=day))
        for place, day in enumerate(
            (date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 1)), start=1
        )
    ]

    assert years == [["INV/2025/00001"], ["INV/2025/00002"], ["INV/2026/00001"], ["INV/2026/00002"]]


def test_document_of_december_posted_in_january_counts_for_december(shop):
    sell(shop, order("S1"), order("S2"))
    drafts(shop, "S1", date=date(2025, 12, 31))
    drafts(shop, "S2")

    assert numbers(confirming.confirm(shop, ["DRAFT/00001", "DRAFT/00002"])) == ["INV/2025/00001", "INV/2026/00001"]


def test_template_of_the_settings_decides_the_period(shop):
    shop.config = Config(numbering=settings.Numbering(invoice="{yy}{month}-{seq:03d}"))
    sell(shop, order("S1"), order("S2"), order("S3"))
    drafts(shop, "S1", "S2", "S3")

    written = [
        numbers(confirming.confirm(shop, [f"DRAFT/{place}"], on=day))
        for place, day in ((1, date(2026, 7, 31)), (2, date(2026, 8, 1)), (3, date(2026, 8, 1)))
    ]

    assert written == [["2607-001"], ["2608-001"], ["2608-002"]]


def test_fiscal_year_decides_the_period_where_the_template_names_it(shop):
    shop.config = Config(numbering=settings.Numbering(invoice="INV/{fy}/{seq:04d}", fiscal_year_start=8))
    sell(shop, order("S1"), order("S2"), order("S3"))
    drafts(shop, "S1", "S2", "S3")

    written = [
        numbers(confirming.confirm(shop, [f"DRAFT/{place}"], on=day))
        for place, day in ((1, date(2025, 12, 31)), (2, date(2026, 7, 31)), (3, date(2026, 8, 1)))
    ]

    assert written == [["INV/25-26/0001"], ["INV/25-26/0002"], ["INV/26-27/0001"]]
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("style", "reference"),
    [("plain", "INV/2026/00001"), ("rf", "RF32 2026 0000 1"), ("belgian", "+++020/2600/00178+++")],
)
def test_invoice_gets_the_reference_of_the_settings(shop, style, reference):
    shop.config = Config(invoicing=settings.Invoicing(reference=style))
    sell(shop, order("S1"), order("S2"))
    drafts(shop, "S1")

    confirming.confirm(shop, ["DRAFT/00001"])
    bill(shop, "S2")

    first, second = models.Invoice.select(models.Invoice.reference).order_by(models.Invoice.id)
    assert first.reference == reference
    assert (second.reference == "INV/2026/00002") == (style == "plain")
    assert [document.reference for document in documents.load(shop, [1]).values()] == [reference]


def test_reference_that_a_draft_has_already_is_kept(shop):
    shop.config = Config(invoicing=settings.Invoicing(reference="rf"))
    sell(shop, order("S1"))
    drafts(shop, "S1")
    models.Invoice.update(reference="PO 4711").execute()

    confirming.confirm(shop, ["DRAFT/00001"])

    assert models.Invoice.get().reference == "PO 4711"


def test_credit_note_is_not_paid_so_its_reference_is_its_number(shop):
    shop.config = Config(invoicing=settings.Invoicing(reference="rf"))
    sell(shop, order("S1", line(10, 5, policy="delivered", delivered=D(5))))
    bill(shop, "S1")
    models.OrderLine.update(delivered=4).execute()

    bill(shop, "S1")

    assert models.Invoice.get(models.Invoice.type == "credit_note").reference == "RINV/2026/00001"


def test_credit_notes_have_a_series_of_their_own(shop):
    sell(shop, order("S1", line(10, 5, policy="delivered", delivered=D(5))), order("S2"))
    bill(shop, "S1")
    models.OrderLine.update(delivered=4).where(models.OrderLine.policy == "delivered").execute()

    assert bill(shop, "S1") == ["RINV/2026/00001"]
    assert bill(shop, "S2", date=date(2026, 8, 21)) == ["INV/2026/00002"]


def test_a_date_to_come_is_refused_for_it_would_block_the_series(shop):
    sell(shop, order("S1"))
    drafts(shop, "S1")

    with nothing_changes():
        (refused,) = confirming.confirm(shop, ["DRAFT/00001"], on=shop.today + timedelta(days=1))

    assert failed(refused).code == "invoice.date_future"


def test_numbers_go_on_without_a_gap_from_chunk_to_chunk(shop):
    made = [f"S{number}" for number in range(1, 8)]
    sell(shop, *map(order, made))
    addresses = drafts(shop, *made)

    outcomes = list(batch.run(shop, addresses, lambda part: confirming.confirm(shop, part), chunk=3))

    assert numbers(outcomes) == [f"INV/2026/0000{number}" for number in range(1, 8)]


def test_draft_named_twice_is_posted_once(shop):
    sell(shop, order("S1"), order("S2"))
    drafts(shop, "S1", "S2")

    outcomes = list(
        batch.run(shop, ["DRAFT/00001", "draft/1", "DRAFT/00002"], lambda part: confirming.confirm(shop, part))
    )

    assert codes(outcomes) == ["changed", "unchanged", "changed"]
    assert numbers(outcomes) == ["INV/2026/00001", "INV/2026/00001", "INV/2026/00002"]


# Everything that is checked before a document is posted.


def closed(shop, until):
    return replace(shop, config=Config(invoicing=settings.Invoicing(closed_until=until)))


@pytest.mark.parametrize(
    ("day", "code"), [(30, "invoice.period_closed"), (31, "invoice.period_closed"), (32, "changed")]
)
def test_nothing_is_posted_in_a_closed_period(shop, day, code):
    sell(shop, order("S1"))
    drafts(shop, "S1")
    on = date(2026, 7, 1) + timedelta(days=day - 1)

    assert codes(confirming.confirm(closed(shop, "2026-07-31"), ["DRAFT/00001"], on=on)) == [code]


def test_closed_period_is_told_by_its_last_day(shop):
    sell(shop, order("S1"))
    drafts(shop, "S1", date=date(2026, 7, 31))

    with nothing_changes():
        (refused,) = confirming.confirm(closed(shop, "2026-07-31"), ["DRAFT/00001"], backdate=True)

    assert failed(refused).message == (
        "DRAFT/00001 would be dated 2026-07-31, and the books are closed until 2026-07-31"
    )
    assert failed(refused).hint == "use a later --date, or move invoicing.closed_until in the configuration"


def test_every_problem_is_named_in_one_refusal(shop):
    sell(shop, order("S1", customer=None), order("S2"), order("S3"))
    drafts(shop, "S1", date=date(2026, 7, 20), due=date(2026, 7, 10))
    bill(shop, "S2", date=date(2026, 8, 10))
    models.Invoice.update(customer_name="", terms="N99").where(models.Invoice.id == 1).execute()
    models.InvoiceLine.update(kind="note").where(models.InvoiceLine.invoice == 1).execute()

    with nothing_changes():
        (refused,) = confirming.confirm(closed(shop, "2026-07-31"), ["DRAFT/00001"], send=True)

    assert failed(refused).code == "invoice.incomplete"
    assert failed(refused).message == (
        "DRAFT/00001 cannot be posted: it has no customer; it has no lines to bill; it has no e-mail address to send to; "
        "it has the payment terms 'N99', which are not stored; "
        "it would be dated 2026-07-20, and the books are closed until 2026-07-31; "
        "it would be due on 2026-07-10, before its date 2026-07-20; "
        "it would be dated 2026-07-20, before the last document of its series (2026-08-10)"
    )
    assert failed(refused).details["problems"] == [
        "invoice.incomplete", "invoice.incomplete", "email.no_address", "terms.unknown", "invoice.period_closed",
        "invoice.due_before_date", "invoice.date_order",
    ]  # fmt: skip


def test_a_date_to_come_is_told_with_the_rest(shop):
    sell(shop, order("S1"))
    drafts(shop, "S1", date=date(2026, 8, 22))
    models.InvoiceLine.delete().execute()

    (refused,) = confirming.confirm(shop, ["DRAFT/00001"])

    assert failed(refused).details["problems"] == ["invoice.incomplete", "invoice.date_future"]


@pytest.mark.parametrize(
    ("request_", "config", "code"),
    [
        ({"date": date(2026, 8, 9)}, {}, "invoice.date_order"),
        ({"date": date(2026, 8, 22)}, {}, "invoice.date_future"),
        ({"due": date(2026, 8, 20)}, {}, "invoice.due_before_date"),
        ({"date": date(2026, 8, 12)}, {"closed_until": "2026-08-12"}, "invoice.period_closed"),
        ({"date": date(2026, 8, 9)}, {"closed_until": "2026-08-12"}, "invoice.incomplete"),
    ],
)
def test_posting_at_once_checks_the_same_dates(shop, request_, config, code):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", date=date(2026, 8, 10))
    shop.config = Config(invoicing=settings.Invoicing(**config))

    with nothing_changes():
        outcomes = invoicing.create(shop, ["S2"], Request(confirm=True, **request_))

    assert codes(outcomes) == [code]


def test_order_with_terms_that_are_gone_is_not_billed(shop):
    sell(shop, order("S1", terms="N30"))
    models.PaymentTerms.delete().where(models.PaymentTerms.code == "N30").execute()

    with nothing_changes():
        (refused,) = invoicing.create(shop, ["S1"], Request(confirm=True))

    assert failed(refused).code == "terms.unknown"
    assert failed(refused).message == "S1 has the payment terms 'N30', which are not stored"


def test_backdated_documents_are_told_in_the_journal_and_order_nothing(shop):
    sell(shop, *(order(f"S{number}") for number in range(1, 5)))
    bill(shop, "S1", date=date(2026, 8, 10))
    drafts(shop, "S2", date=date(2026, 8, 5))

    (back,) = confirming.confirm(shop, ["DRAFT/00002"], backdate=True)
    (refused,) = invoicing.create(shop, ["S3"], Request(confirm=True, date=date(2026, 8, 9)))
    created = invoicing.create(shop, ["S3"], Request(confirm=True, date=date(2026, 8, 4), backdate=True))
    after = invoicing.create(shop, ["S4"], Request(confirm=True, date=date(2026, 8, 10), backdate=True))

    assert (done(back).row.number, done(back).row.date) == ("INV/2026/00002", date(2026, 8, 5))
    assert failed(refused).code == "invoice.date_order"
    assert numbers([*created, *after]) == ["INV/2026/00003", "INV/2026/00004"]
    told = [reference for action, reference in journal() if action == "invoice.backdated"]
    assert told == ["INV/2026/00002", "INV/2026/00003"]
    assert models.Series.get(models.Series.name == "invoice").last_date == "2026-08-10"
    assert wrong(shop) == []


def test_dates_of_one_batch_go_back_on_purpose_only(shop):
    sell(shop, *(order(f"S{number}") for number in range(1, 4)))
    for number, day in (("S1", 10), ("S2", 5), ("S3", 12)):
        drafts(shop, number, date=date(2026, 8, day))

    outcomes = confirming.confirm(shop, ["DRAFT/00001", "DRAFT/00002"], backdate=True)

    assert numbers(outcomes) == ["INV/2026/00001", "INV/2026/00002"]
    assert models.Series.get(models.Series.name == "invoice").last_date == "2026-08-10"
    confirming.confirm(shop, ["DRAFT/00003"])
    assert models.Series.get(models.Series.name == "invoice").last_date == "2026-08-12"
    assert wrong(shop) == []


def test_document_dated_back_into_another_year_counts_there(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    bill(shop, "S1", date=date(2025, 12, 30))
    bill(shop, "S2", date=date(2026, 1, 2))
    drafts(shop, "S3", date=date(2025, 12, 31))

    outcomes = confirming.confirm(shop, ["DRAFT/00003"], backdate=True)

    assert numbers(outcomes) == ["INV/2025/00002"]
    assert wrong(shop) == []


def test_dry_run_tells_the_numbers_and_keeps_none(shop):
    sell(shop, order("S1"), order("S2"))
    drafts(shop, "S1", "S2")

    shop.dry_run = True

    with nothing_changes():
        outcomes = list(
            batch.run(shop, ["DRAFT/00002", "DRAFT/00001"], lambda part: confirming.confirm(shop, part), chunk=1)
        )

    assert numbers(outcomes) == ["INV/2026/00001", "INV/2026/00002"]
