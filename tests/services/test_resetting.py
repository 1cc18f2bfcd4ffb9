"""Take posted invoices back to draft and post them again: number, date and money stay (settled rule 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config, settings
from shopctl.domain.line_edits import LineEdits, SetLine
from shopctl.services import (
    allocating,
    confirming,
    crediting,
    dating,
    documents,
    invoicing,
    mailing,
    redrafting,
    registering,
    releasing,
    resetting,
    withdrawing,
)
from shopctl.services.deciding import Bundle, Request
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    at,
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
INV1, INV2, INV3 = (f"INV/2026/0000{number}" for number in (1, 2, 3))


def reset(shop, *numbers):
    return resetting.reset(shop, list(numbers), reason="wrong price")


def quantity(shop, number, to):
    """Change the quantity of the first line of a draft."""
    wish = redrafting.Edit(LineEdits(changed=(SetLine(1, quantity=D(to)),)))
    return done(redrafting.edit(shop, [number], wish)[0])


def configured(shop, **invoicing_settings):
    return replace(shop, config=Config(invoicing=settings.Invoicing(**invoicing_settings)))


def test_posted_invoice_becomes_a_draft_that_keeps_number_date_and_money(shop):
    sell(shop, order("S1", line(100, 2), payments=(payment("t1", 50),)))
    bill(shop, "S1")

    first, second = reset(shop, INV1), reset(shop, INV1)

    row = done(first[0]).row
    assert (row.number, row.state, row.date, row.payment_status) == (INV1, "draft", TODAY, "not_paid")
    assert first[0].notes == (
        "a draft again, as revision 1",
        "50.00 EUR that was used on it stays reserved for it",
    )
    assert codes(second) == ["unchanged"]
    stored = models.Invoice.get()
    assert (stored.allocated, stored.revision, stored.posted_at, stored.due_date) == (0, 1, None, None)
    assert (models.Payment.get().allocated, models.Allocation.get().removed_at) == (50, None)
    assert not models.Installment.select().exists()
    assert models.OrderLine.get().drafted == 2
    assert money("S1") == ("50.00", "0.00", "partial")
    assert journal()[-1] == ("invoice.reset", INV1)
    assert wrong(shop) == []


def test_confirming_again_keeps_the_number_and_the_money(shop):
    sell(shop, order("S1", payments=(payment("t1", 60), payment("t2", 40))), order("S2"))
    bill(shop, "S1", "S2")
    reset(shop, INV1)

    (outcome,) = confirming.confirm(shop, [INV1])

    assert (outcome.row.number, outcome.row.payment_status, outcome.row.amount_due) == (INV1, "paid", 0)
    assert outcome.notes == ("PAID",)
    assert models.Series.get(models.Series.name == "invoice").next == 3
    assert [one.removed_at for one in models.Allocation.select()] == [None, None]
    assert wrong(shop) == []


def test_reserved_money_is_used_by_nobody_else(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)), order("S2"))
    bill(shop, "S1", "S2")
    reset(shop, INV1)

    (outcome,) = allocating.allocate(shop, [INV2], allocating.Choice(auto=True))

    assert outcome.change == "unchanged"


def test_what_does_not_fit_any_more_is_freed_newest_first_and_the_order_pays_the_rest(shop):
    sell(
        shop,
        order("S1", line(10, 10), payments=(payment("t1", 50), payment("t2", 30), payment("t3", 20))),
    )
    bill(shop, "S1")
    reset(shop, INV1)
    quantity(shop, INV1, 6)

    (outcome,) = confirming.confirm(shop, [INV1])

    assert outcome.notes == (
        "30.00 EUR of PAY/2026/00002 was reserved and does not fit any more, so it is an outstanding credit again",
        "20.00 EUR of PAY/2026/00003 was reserved and does not fit any more, so it is an outstanding credit again",
        "PAID",
    )
    used = models.Payment.select(models.Payment.allocated).order_by(models.Payment.number)
    assert [one.allocated for one in used] == [50, 10, 0]
    assert wrong(shop) == []


def test_what_was_written_off_and_does_not_fit_any_more_counts_as_paid_no_longer(shop):
    sell(shop, order("S1", line(10, 10)))
    bill(shop, "S1")
    receipt = Receipt(INV1, amount=D(95), write_off="discount")
    done(registering.register(shop, [receipt])[0])
    paid = money("S1")
    reset(shop, INV1)
    quantity(shop, INV1, 9)

    (outcome,) = confirming.confirm(shop, [INV1])

    assert outcome.notes == (
        "95.00 EUR of PAY/2026/00001 was reserved and does not fit any more, so it is an outstanding credit again",
        "5.00 EUR was written off and does not fit any more",
        "PAID",
    )
    assert models.Payment.get().allocated == 90
    assert (paid, money("S1")) == (("100.00", "0.00", "paid"), ("95.00", "0.00", "partial"))
    assert wrong(shop) == []


def test_cancelled_draft_takes_what_was_written_off_with_it(shop):
    sell(shop, order("S1", line(10, 10)))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV1, amount=D(95), write_off="discount")])[0])
    reset(shop, INV1)

    (outcome,) = withdrawing.cancel(shop, [INV1])

    assert outcome.notes == ("PAY/2026/00001 has 95.00 EUR to use again", "5.00 EUR is not written off any more")
    assert money("S1") == ("95.00", "0.00", "partial")
    assert wrong(shop) == []


def test_freed_money_stays_outstanding_where_that_is_wanted(shop):
    sell(shop, order("S1", line(10, 10), payments=(payment("t1", 100),)))
    bill(shop, "S1")
    reset(shop, INV1)
    quantity(shop, INV1, 6)

    (outcome,) = confirming.confirm(shop, [INV1], allocate=False)

    assert (outcome.row.amount_due, outcome.row.payment_status) == (60, "not_paid")
    assert models.Payment.get().allocated == 0
    assert wrong(shop) == []


def test_a_larger_total_is_paid_by_what_was_reserved_and_more_of_the_order(shop):
    sell(shop, order("S1", line(10, 10), payments=(payment("t1", 130),)))
    bill(shop, "S1")
    reset(shop, INV1)
    quantity(shop, INV1, 12)

    (outcome,) = confirming.confirm(shop, [INV1])

    assert (outcome.row.amount_total, outcome.row.amount_due) == (120, 0)
    assert [one.amount for one in models.Allocation.select().order_by(models.Allocation.id)] == [100, 20]
    assert wrong(shop) == [("O5", "S1 line 1")]


def test_money_of_another_order_is_freed_and_stays_outstanding(shop):
    sell(shop, order("S1"), order("S2", payments=(payment("t2", 100),)))
    bill(shop, "S1")
    allocating.allocate(shop, [INV1], allocating.Choice(credits=("PAY/2026/00001",)))
    reset(shop, INV1)
    wish = redrafting.Edit(LineEdits(changed=(SetLine(1, unit_price=D(80)),)))
    redrafting.edit(shop, [INV1], wish)

    (outcome,) = confirming.confirm(shop, [INV1])

    assert (outcome.row.amount_due, models.Payment.get().allocated) == (80, 0)
    assert (money("S1"), money("S2")) == (("0.00", "0.00", "not_paid"), ("100.00", "0.00", "paid"))
    assert wrong(shop) == []


def test_freed_credit_note_of_several_orders_is_used_once(shop):
    sell(
        shop,
        order("S1", line(10, 2)),
        order("S2", line(100, 2)),
        payment("a", 110, customer="C1"),
        payment("b", 90, customer="C1"),
    )
    both = [Bundle(("S1", "S2"))]
    for _ in range(2):
        done(invoicing.create_together(shop, both, Request(picked={1: D(1)}, confirm=True))[0])
    allocating.allocate(shop, [INV1], allocating.Choice(credits=("PAY/2026/00001",)))
    wanted = crediting.Request(crediting.Wanted(amount=D(10)), "scratched", confirm=True)
    done(crediting.create(shop, [INV1], wanted)[0])
    for credit, amount in (("PAY/2026/00002", 70), ("PAY/2026/00002", 20), ("RINV/2026/00001", 10)):
        done(allocating.allocate(shop, [INV2], allocating.Choice(credits=(credit,), amount=D(amount)))[0])
    reset(shop, INV2)
    wish = redrafting.Edit(LineEdits(changed=(SetLine(4, unit_price=D(75)),)))
    done(redrafting.edit(shop, [INV2], wish)[0])

    # 70 of the 85 are paid; of what is freed only the credit note is of these orders.
    (outcome,) = confirming.confirm(shop, [INV2])

    assert (outcome.row.amount_total, outcome.row.amount_due) == (85, 5)
    assert models.Invoice.get(models.Invoice.type == "credit_note").allocated == 10
    assert wrong(shop) == []


# Dates of the second posting.


def three(shop):
    """Post three invoices on the 10th, 12th and 14th."""
    sell(shop, order("S1"), order("S2"), order("S3"))
    for number, day in (("S1", 10), ("S2", 12), ("S3", 14)):
        bill(shop, number, date=date(2026, 8, day))


@pytest.mark.parametrize("day", [10, 11, 12, 13, 14])
def test_date_between_the_neighbours_is_accepted(shop, day):
    three(shop)
    reset(shop, INV2)

    (outcome,) = confirming.confirm(shop, [INV2], on=date(2026, 8, day))

    assert (outcome.row.number, outcome.row.date) == (INV2, date(2026, 8, day))
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("day", "message", "hint"),
    [
        (9, "would be dated 2026-08-09, before the last document of its series (2026-08-10)",
         "use --date 2026-08-10 or later, or --allow-backdate"),
        (15, "would be dated 2026-08-15, after the document with the next number (2026-08-14)",
         "use --date 2026-08-14 or earlier, or --allow-backdate"),
    ],
)  # fmt: skip
def test_date_beyond_a_neighbour_is_refused_unless_on_purpose(shop, day, message, hint):
    three(shop)
    reset(shop, INV2)

    with nothing_changes():
        (refused,) = confirming.confirm(shop, [INV2], on=date(2026, 8, day))
    (outcome,) = confirming.confirm(shop, [INV2], on=date(2026, 8, day), backdate=True)

    assert (failed(refused).code, failed(refused).message) == ("invoice.date_order", f"{INV2} {message}")
    assert failed(refused).hint == hint
    assert (done(outcome).row.number, journal()[-2]) == (INV2, ("invoice.backdated", INV2))
    assert wrong(shop) == []


@pytest.mark.parametrize("look", [1, 100])
def test_neighbours_that_are_drafts_themselves_are_passed_over(shop, monkeypatch, look):
    monkeypatch.setattr(dating, "LOOK", look)
    three(shop)
    reset(shop, INV1, INV2)

    (refused,) = confirming.confirm(shop, [INV1], on=date(2026, 8, 15))
    outcomes = confirming.confirm(shop, [INV2, INV1], on=date(2026, 8, 5))

    assert codes([refused, *outcomes]) == ["invoice.date_order", "changed", "changed"]
    assert wrong(shop) == []


def test_money_reserved_for_a_draft_can_be_taken_back(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    bill(shop, "S1")
    reset(shop, INV1)

    releasing.unallocate(shop, [INV1], ["PAY/2026/00001"])
    assert wrong(shop) == []
    (outcome,) = confirming.confirm(shop, [INV1], allocate=False)

    assert (outcome.row.amount_due, models.Payment.get().allocated) == (100, 0)
    assert wrong(shop) == []


def test_neighbours_of_the_same_batch_are_respected(shop):
    three(shop)
    reset(shop, INV1, INV2)
    confirming.confirm(shop, [INV1], on=date(2026, 8, 11))

    outcomes = confirming.confirm(shop, [INV2], on=date(2026, 8, 10))

    assert codes(outcomes) == ["invoice.date_order"]


def test_last_document_moves_the_date_of_its_series_forward_only(shop):
    three(shop)
    reset(shop, INV3)
    confirming.confirm(shop, [INV3], on=date(2026, 8, 20))
    assert models.Series.get(models.Series.name == "invoice").last_date == "2026-08-20"
    assert wrong(shop) == []
    reset(shop, INV3)

    confirming.confirm(shop, [INV3], on=date(2026, 8, 13))

    assert models.Series.get(models.Series.name == "invoice").last_date == "2026-08-20"
    assert wrong(shop) == []


def test_another_year_is_refused_and_a_new_invoice_takes_its_place(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    bill(shop, "S1")
    later = at(shop, date(2027, 1, 5))
    reset(later, INV1)
    redrafting.edit(later, [INV1], redrafting.Edit(date=date(2027, 1, 4)))

    with nothing_changes():
        (refused,) = confirming.confirm(later, [INV1])
    withdrawing.cancel(later, [INV1])

    assert failed(refused).code == "invoice.number_period"
    assert failed(refused).message == f"{INV1} would be dated 2027-01-04, outside the period of its number {INV1}"
    assert failed(refused).hint == (
        f"use a date of its period, or cancel it and make a new one: shopctl invoice cancel {INV1}"
    )
    assert bill(later, "S1") == ["INV/2027/00001"]
    assert models.Invoice.get(models.Invoice.number == "INV/2027/00001").payment_status == "paid"
    assert wrong(later) == []


# Due dates


@pytest.mark.parametrize(
    ("request_", "expected"), [({}, date(2026, 9, 18)), ({"due": date(2026, 8, 25)}, date(2026, 8, 25))]
)
def test_terms_count_again_and_a_typed_due_date_stays(shop, request_, expected):
    sell(shop, order("S1", terms="HALVES"))
    bill(shop, "S1", **request_)
    reset(shop, INV1)

    (outcome,) = confirming.confirm(shop, [INV1], on=TODAY - timedelta(days=2), backdate=True)

    assert outcome.row.due_date == expected
    assert wrong(shop) == []


# Paper and letters


def test_the_letter_of_the_new_revision_is_sent_without_being_asked_twice(shop):
    sell(shop, order("S1"))
    bill(shop, "S1", send=True)
    models.Email.update(state="sent", sent_at=shop.now, reply="250 ok").execute()
    models.Invoice.update(sent_at=shop.now).execute()
    reset(shop, INV1)
    confirming.confirm(shop, [INV1])

    (outcome,) = mailing.send_invoices(shop, [INV1])

    assert (outcome.change, outcome.row.state) == ("created", "queued")
    assert [email.key for email in models.Email.select().order_by(models.Email.id)] == [
        f"invoice:{INV1}:0", f"invoice:{INV1}:1",
    ]  # fmt: skip


def test_paper_of_the_draft_does_not_call_reserved_money_paid(shop):
    sell(shop, order("S1", payments=(payment("t1", 60),)))
    bill(shop, "S1")
    reset(shop, INV1)

    document = documents.load(shop, [1])[1]

    assert (document.number, document.state, document.revision) == (INV1, "draft", 1)
    assert (document.payments, document.amount_due) == ((), 100)


# Refusals


def test_only_posted_documents_are_reset(shop):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], Request())
    withdrawing.cancel(shop, ["DRAFT/00001"])

    with nothing_changes():
        outcomes = reset(shop, "DRAFT/00001", "INV/2026/00009")

    assert codes(outcomes) == ["invoice.not_posted", "invoice.unknown"]
    assert failed(outcomes[0]).message == "DRAFT/00001 is cancelled, and only a posted document can be reset"


def test_document_of_a_closed_period_is_not_reset(shop):
    sell(shop, order("S1"))
    bill(shop, "S1", date=date(2026, 7, 31))
    closed = configured(shop, closed_until="2026-07-31")

    with nothing_changes():
        (outcome,) = reset(closed, INV1)

    assert failed(outcome).code == "invoice.period_closed"
    assert failed(outcome).message == (
        f"{INV1} is dated 2026-07-31 and the books are closed until 2026-07-31, so it cannot be reset"
    )
    assert codes(reset(configured(shop, closed_until="2026-07-30"), INV1)) == ["changed"]


def test_sealed_document_is_not_reset(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    with nothing_changes():
        (outcome,) = reset(configured(shop, seal=True), INV1)

    assert (failed(outcome).code, failed(outcome).hint) == ("invoice.sealed", f"shopctl credit-note create {INV1}")


@pytest.mark.parametrize(("state", "number"), [("posted", "RINV/2026/00001"), ("draft", None)])
def test_credited_invoice_is_not_reset(shop, state, number):
    sell(shop, order("S1"))
    bill(shop, "S1")
    models.Invoice.create(
        type="credit_note", state=state, number=number, reverses=1, currency="EUR", date=TODAY, created_at=shop.now
    )

    with nothing_changes():
        (outcome,) = reset(shop, INV1)

    assert failed(outcome).code == "invoice.credited"
    assert failed(outcome).message == f"{number or 'DRAFT/00002'} credits {INV1}, so it cannot be reset"


@pytest.mark.parametrize("confirm", [False, True])
def test_deducted_down_payment_is_not_reset(shop, confirm):
    sell(shop, order("S1"))
    bill(shop, "S1", kind="down_payment", percent=D(30))
    invoicing.create(shop, ["S1"], Request(confirm=confirm))

    with nothing_changes():
        (outcome,) = reset(shop, INV1)

    assert failed(outcome).code == "invoice.deducted"
    name = INV2 if confirm else "DRAFT/00002"
    assert failed(outcome).message == f"{name} deducts the down payment {INV1}, so it cannot be reset"


def test_credit_note_is_reset_until_it_is_used(shop):
    sell(shop, order("S1", line(10, 5, policy="delivered", delivered=D(5))), order("S2", line(4)))
    bill(shop, "S1", "S2")
    models.OrderLine.update(delivered=4).where(models.OrderLine.policy == "delivered").execute()
    assert bill(shop, "S1") == ["RINV/2026/00001"]
    assert codes(reset(shop, "RINV/2026/00001")) == ["changed"]
    confirming.confirm(shop, ["RINV/2026/00001"])
    allocating.allocate(shop, [INV2], allocating.Choice(credits=("RINV/2026/00001",)))

    with nothing_changes():
        (outcome,) = reset(shop, "RINV/2026/00001")

    assert failed(outcome).code == "invoice.settled"
    assert failed(outcome).message == (
        "4.00 EUR of the credit note RINV/2026/00001 is used already, so it cannot be reset"
    )
