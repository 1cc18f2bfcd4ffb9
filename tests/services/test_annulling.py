"""Cancel payments: what they paid is due again, every counter follows, nothing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.crediting import Wanted
from shopctl.services import allocating, annulling, assigning, crediting, invoices, paying_back, registering
from shopctl.services.allocating import Choice
from shopctl.services.assigning import Chosen
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    bank_line,
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


def cancel(shop, *references, reason="booked twice"):
    return annulling.cancel(shop, references, reason)


def cancel_one(shop, reference):
    (outcome,) = cancel(shop, reference)
    return outcome


def paid(*numbers):
    return [
        (details.invoice.payment_status, f"{details.invoice.amount_due:.2f}")
        for details in invoices.show(numbers, TODAY)
    ]


def register(shop, *receipts):
    for outcome in registering.register(shop, receipts):
        done(outcome)


def test_what_a_payment_paid_is_due_again(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register(shop, Receipt("INV/2026/00001"))

    outcome = done(cancel_one(shop, "pay-2026-00001"))

    assert (outcome.change, outcome.row.state, outcome.row.amount_allocated, outcome.row.amount_left) == (
        "changed", "cancelled", 0, 0,
    )  # fmt: skip
    assert outcome.notes == (
        "INV/2026/00001 is open again by 100.00 EUR",
        "order S1 is paid less by as much; its state stays as it is",
    )
    assert paid("INV/2026/00001") == [("not_paid", "100.00")]
    assert money("S1") == ("0.00", "0.00", "not_paid")
    assert [(one.amount, one.removed_at) for one in models.Allocation.select()] == [(100, shop.now)]
    assert journal()[-2:] == [("payment.unallocated", "INV/2026/00001"), ("payment.cancelled", "PAY/2026/00001")]
    assert wrong(shop) == []


def test_cancelled_payment_is_no_credit_and_stays_unchanged(shop):
    sell(shop)
    register(shop, Receipt(customer="C1", amount=D(40)))
    cancel(shop, "PAY/2026/00001")

    with nothing_changes():
        again = done(cancel_one(shop, "PAY/2026/00001"))

    assert (again.change, again.notes) == ("unchanged", ("it is cancelled already",))
    assert outstanding() == []


def test_payment_over_several_invoices_opens_all_of_them(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")
    register(shop, Receipt("INV/2026/00001", D(150), further=("INV/2026/00002",)))

    done(cancel_one(shop, "PAY/2026/00001"))

    assert paid("INV/2026/00001", "INV/2026/00002") == [("not_paid", "100.00")] * 2
    assert (money("S1"), money("S2")) == (("0.00", "0.00", "not_paid"),) * 2
    assert wrong(shop) == []


def test_other_payments_of_the_invoice_stay(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register(shop, Receipt("INV/2026/00001", D(30)), Receipt("INV/2026/00001", D(20)))

    done(cancel_one(shop, "PAY/2026/00001"))

    assert paid("INV/2026/00001") == [("partial", "80.00")]
    assert wrong(shop) == []


def test_what_was_written_off_with_it_is_due_again(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")
    register(
        shop,
        Receipt("INV/2026/00001", D("97.50"), write_off="bank-fee"),
        Receipt("INV/2026/00002", D("100.10"), write_off="rounding"),
    )

    for number in ("PAY/2026/00001", "PAY/2026/00002"):
        done(cancel_one(shop, number))

    assert paid("INV/2026/00001", "INV/2026/00002") == [("not_paid", "100.00")] * 2
    assert (money("S1"), money("S2")) == (("0.00", "0.00", "not_paid"),) * 2
    assert models.Allocation.select().where(models.Allocation.removed_at.is_null()).count() == 0
    assert wrong(shop) == []


def test_money_used_on_an_invoice_of_another_order_moves_back_and_goes(shop):
    sell(shop, order("S1", payments=(payment("B1", 100),)), order("S2"))
    bill(shop, "S2", allocate=False)
    allocating.allocate(shop, ["INV/2026/00001"], Choice(("PAY/2026/00001",)))
    before = (money("S1"), money("S2"))

    done(cancel_one(shop, "PAY/2026/00001"))

    assert before == (("0.00", "0.00", "not_paid"), ("100.00", "0.00", "paid"))
    assert (money("S1"), money("S2")) == (("0.00", "0.00", "not_paid"),) * 2
    assert wrong(shop) == []


@pytest.mark.parametrize("line", [{}, {"kind": "charge", "bank_reference": "ch_1"}])
def test_line_of_the_statement_is_open_again_and_can_pay_something_else(shop, line):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")
    bank_line(100, **line)
    assigning.assign(shop, [Chosen("LINE/00001", ("INV/2026/00001",), None)])

    outcome = done(cancel_one(shop, "PAY/2026/00001"))
    assert "LINE/00001 of the statement is open again" in outcome.notes
    assert journal()[-1] == ("bank.reopened", "LINE/00001")
    between = [(one.settled, one.state) for one in models.BankLine.select()], wrong(shop)
    (outcome,) = assigning.assign(shop, [Chosen("LINE/00001", ("INV/2026/00002",), None)])

    assert between == ([(0, "open")], [])
    assert done(outcome).row.number == "PAY/2026/00002"
    assert [(one.settled, one.state) for one in models.BankLine.select()] == [(100, "settled")]
    assert paid("INV/2026/00001", "INV/2026/00002") == [("not_paid", "100.00"), ("paid", "0.00")]
    assert wrong(shop) == []


def test_announced_payment_is_not_expected_any_more(shop):
    sell(shop, order("S1", state="sent", payments=(payment("B1", 100, state="pending"),)))
    before = money("S1")

    row = done(cancel_one(shop, "PAY/2026/00001")).row

    assert (before, row.state, money("S1")) == (
        ("0.00", "100.00", "pending"), "cancelled", ("0.00", "0.00", "not_paid"),
    )  # fmt: skip
    assert wrong(shop) == []


# Refunds that never went.


def test_cancelled_refund_of_a_payment_is_a_credit_again(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register(shop, Receipt("INV/2026/00001", D(150)))
    paying_back.refund(shop, ["PAY/2026/00001"], Wish(D(30)))

    row = done(cancel_one(shop, "PAY/2026/00002")).row

    assert row.state == "cancelled"
    assert [(one.credit, one.amount_left) for one in outstanding()] == [("PAY/2026/00001", 50)]
    assert money("S1") == ("150.00", "0.00", "overpaid")
    assert wrong(shop) == []


def test_cancelled_refund_of_a_credit_note_is_a_credit_again(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register(shop, Receipt("INV/2026/00001"))
    crediting.create(shop, ["INV/2026/00001"], crediting.Request(Wanted(), "returned", then="refund", confirm=True))

    outcome = done(cancel_one(shop, "PAY/2026/00002"))

    assert outcome.notes == ("RINV/2026/00001 is open again by 100.00 EUR",)
    assert [(one.credit, one.amount_left) for one in outstanding()] == [("RINV/2026/00001", 100)]
    assert money("S1") == ("100.00", "0.00", "paid")
    assert wrong(shop) == []


# What is refused.


@pytest.mark.parametrize(
    ("state", "hint"),
    [("authorized", "shopctl payment void PAY/2026/00001"), ("failed", "shopctl payment show PAY/2026/00001")],
)
def test_only_money_can_be_cancelled(shop, state, hint):
    sell(shop, order("S1", payments=(payment("A1", 100, state=state),)))

    with nothing_changes():
        error = failed(cancel_one(shop, "PAY/2026/00001"))

    assert (error.code, error.hint) == ("payment.not_cancellable", hint)


def test_payment_that_went_back_needs_its_refund_cancelled_first(shop):
    sell(shop)
    register(shop, Receipt(customer="C1", amount=D(40)))
    paying_back.refund(shop, ["PAY/2026/00001"], Wish(D(15)))

    with nothing_changes():
        error = failed(cancel_one(shop, "PAY/2026/00001"))

    assert (error.code, error.message) == (
        "payment.not_cancellable", "PAY/2026/00001 went back with 15.00 EUR of it, so it cannot be cancelled",
    )  # fmt: skip
    assert codes(cancel(shop, "PAY/2026/00002")) == ["changed"]
    assert codes(cancel(shop, "PAY/2026/00001")) == ["changed"]
    assert wrong(shop) == []


def test_imported_refund_without_a_payment_cannot_be_cancelled(shop):
    sell(shop, order("S1", payments=(payment("B1", 100), payment("R1", 40, state="refunded"))))

    with nothing_changes():
        error = failed(cancel_one(shop, "PAY/2026/00002"))

    assert error.code == "payment.not_cancellable"


def test_transaction_of_a_cancelled_payment_is_not_registered_silently(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register(shop, Receipt("INV/2026/00001", provider="bank", transaction="B-7"))
    cancel(shop, "PAY/2026/00001")

    with nothing_changes():
        (outcome,) = registering.register(shop, [Receipt("INV/2026/00001", provider="bank", transaction="B-7")])

    error = failed(outcome)
    assert (error.code, error.message) == (
        "payment.reference_used", "the transaction B-7 is PAY/2026/00001, which is cancelled",
    )  # fmt: skip


def test_refusal_does_not_disturb_its_neighbours(shop):
    sell(shop, order("S1", payments=(payment("A1", 100, state="authorized"),)))
    register(shop, Receipt(customer="C1", amount=D(40)))

    outcomes = cancel(shop, "PAY/2026/00001", "PAY/2026/00002", "PAY/2026/00009", "pay/2026/00002")

    assert codes(outcomes) == ["payment.not_cancellable", "changed", "payment.unknown", "unchanged"]
    assert wrong(shop) == []
