"""Take credits back from invoices: counters, statuses, the money of orders, and what the books keep."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.errors import ForbiddenError
from shopctl.services import allocating, invoices, registering, releasing
from shopctl.services.allocating import Choice
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
    payment,
    sell,
    wrong,
)

D = Decimal
INV, PAY = "INV/2026/00001", "PAY/2026/00001"


def standing(number=INV):
    (details,) = invoices.show([number], TODAY)
    return f"{details.invoice.amount_due:.2f}", details.invoice.payment_status


@pytest.fixture
def paid(shop):
    """Order S1, invoiced and paid."""
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV)])[0])
    return shop


def test_the_payment_can_be_used_again_and_the_invoice_is_open(paid):
    outcome = done(releasing.unallocate(paid, [INV], [PAY])[0])

    assert (outcome.change, outcome.row.address, outcome.row.payment_status) == ("changed", INV, "not_paid")
    assert outcome.notes == (f"{PAY} has 100.00 EUR to use again", "100.00 EUR due by 2026-08-21")
    assert standing() == ("100.00", "not_paid")
    assert models.Payment.get().allocated == 0
    assert money("S1") == ("100.00", "0.00", "paid")
    assert [(row.amount, row.removed_at) for row in models.Allocation.select()] == [(D(100), paid.now)]
    assert journal()[-1] == ("payment.unallocated", INV)
    assert wrong(paid) == []


def test_a_credit_that_was_used_in_parts_is_told_once(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    bill(shop, "S1", allocate=False)
    for amount in (30, 70):
        done(allocating.allocate(shop, [INV], Choice((PAY,), D(amount)))[0])

    outcome = done(releasing.unallocate(shop, [INV], [PAY])[0])

    assert outcome.notes == (f"{PAY} has 100.00 EUR to use again", "100.00 EUR due by 2026-08-21")
    assert models.Payment.get().allocated == 0
    assert wrong(shop) == []


def test_asking_again_is_unchanged(paid):
    releasing.unallocate(paid, [INV], [PAY])

    with nothing_changes():
        outcome = done(releasing.unallocate(paid, ["inv-2026-00001"], ["pay-2026-00001"])[0])

    assert (outcome.change, outcome.notes) == ("unchanged", ("it was taken back already",))


def test_only_the_named_credit_is_taken_back(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    for amount in (30, 70):
        done(registering.register(shop, [Receipt(INV, D(amount))])[0])

    outcome = done(releasing.unallocate(shop, [INV], ["PAY/2026/00002"])[0])

    assert outcome.row.payment_status == "partial"
    assert standing() == ("70.00", "partial")
    assert wrong(shop) == []


def test_what_was_written_off_with_a_payment_is_due_again(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV, D(95), write_off="discount")])[0])

    outcome = done(releasing.unallocate(shop, [INV], [PAY])[0])

    assert outcome.notes[:2] == (f"{PAY} has 95.00 EUR to use again", "5.00 EUR is not written off any more")
    assert (standing(), money("S1")) == (("100.00", "not_paid"), ("95.00", "0.00", "partial"))
    assert wrong(shop) == []


def test_surplus_that_was_written_off_with_a_payment_is_money_again(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")
    done(registering.register(shop, [Receipt(INV, D(201), write_off="rounding", further=("INV/2026/00002",))])[0])

    first, second = releasing.unallocate(shop, [INV, "INV/2026/00002"], [PAY])

    assert done(first).notes[0] == f"{PAY} has 101.00 EUR to use again"
    assert done(second).notes[0] == f"{PAY} has 100.00 EUR to use again"
    assert models.Payment.get().allocated == 0
    assert wrong(shop) == []


def test_money_goes_back_to_the_order_it_came_from(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S2")
    done(registering.register(shop, [Receipt("S1", D(100))])[0])
    done(allocating.allocate(shop, [INV], Choice((PAY,)))[0])
    assert (money("S1")[0], money("S2")[0]) == ("0.00", "100.00")

    done(releasing.unallocate(shop, [INV], [PAY])[0])

    assert (money("S1")[0], money("S2")[0]) == ("100.00", "0.00")
    assert wrong(shop) == []


def test_one_payment_of_two_invoices_is_taken_back_from_both(shop):
    sell(shop, order("S1"), order("S2"))
    numbers = bill(shop, "S1", "S2")
    done(registering.register(shop, [Receipt("", D(150), customer="C1")])[0])
    allocating.allocate(shop, numbers, Choice((PAY,)))

    assert codes(releasing.unallocate(shop, numbers, [PAY])) == ["changed", "changed"]

    assert models.Payment.get().allocated == 0
    assert (money("S1")[0], money("S2")[0]) == ("0.00", "0.00")
    assert wrong(shop) == []


def test_it_can_be_used_again_after_that(paid):
    releasing.unallocate(paid, [INV], [PAY])

    assert codes(allocating.allocate(paid, [INV], Choice((PAY,)))) == ["changed"]

    assert standing() == ("0.00", "paid")
    assert wrong(paid) == []


@pytest.mark.parametrize(
    ("reference", "credit", "code"),
    [("NOPE", PAY, "invoice.unknown"), (INV, "PAY/2026/00009", "payment.unknown"), (INV, INV, "payment.unknown")],
)
def test_what_cannot_be_taken_back(paid, reference, credit, code):
    with nothing_changes():
        error = failed(releasing.unallocate(paid, [reference], [credit])[0])

    assert error.code == code


def test_it_needs_the_right_to_change_payments(paid):
    paid.actor = Actor("sam", "sales")

    with nothing_changes(), pytest.raises(ForbiddenError):
        releasing.unallocate(paid, [INV], [PAY])
