"""Pay instalments, and hear of payments that may be registered twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl.errors import UsageError
from shopctl.services import registering
from shopctl.services.receipts import Receipt
from tests.support.shop import TODAY, at, bill, codes, done, failed, line, nothing_changes, order, payment, sell, wrong

D = Decimal


def register_one(shop, *references, **more):
    first, *further = references
    (outcome,) = registering.register(shop, [Receipt(first, further=tuple(further), **more)])
    return outcome


def in_halves(shop):
    """Bill 1150.00 today: 345.00 (30 %) today and 805.00 in 30 days."""
    sell(shop, order("S1", line(1150), terms="HALVES"))
    bill(shop, "S1")


@pytest.mark.parametrize(
    ("days", "which", "amount"), [(0, "next", 345), (1, "next", 345), (1, "overdue", 345), (31, "overdue", 1150)]
)
def test_what_falls_due_is_paid(shop, days, which, amount):
    in_halves(shop)

    row = done(register_one(at(shop, TODAY + timedelta(days=days)), "INV/2026/00001", due=which)).row

    assert (row.amount, row.amount_allocated) == (amount, amount)
    assert wrong(at(shop, TODAY + timedelta(days=days))) == []


def test_next_instalment_is_what_is_open_of_it(shop):
    in_halves(shop)
    register_one(shop, "INV/2026/00001", amount=D(45))

    amounts = [done(register_one(shop, "INV/2026/00001", due="next")).row.amount for _ in range(2)]

    assert amounts == [300, 805]


def test_next_instalments_of_several_invoices_are_one_payment(shop):
    sell(shop, order("S1", line(1150), terms="HALVES"), order("S2", line(100), terms="HALVES"))
    bill(shop, "S1", "S2")

    row = done(register_one(shop, "INV/2026/00001", "INV/2026/00002", due="next")).row

    # 345 + 30 = 375, used on the invoice that falls due first.
    assert (row.amount, row.amount_allocated) == (375, 375)


def test_instalments_of_one_file_follow_each_other(shop):
    in_halves(shop)

    outcomes = registering.register(shop, [Receipt("INV/2026/00001", due="next") for _ in range(3)])

    assert codes(outcomes) == ["created", "created", "payment.nothing_due"]
    assert [one.row.amount for one in outcomes[:2]] == [345, 805]


def test_nothing_is_late_yet(shop):
    in_halves(shop)

    with nothing_changes():
        error = failed(register_one(shop, "INV/2026/00001", due="overdue"))

    assert error.code == "payment.nothing_due"


def test_money_that_is_here_goes_first(shop):
    sell(shop, order("S1", line(1150), terms="HALVES", payments=(payment("B1", 10),)))
    bill(shop, "S1", allocate=False)

    with nothing_changes():
        error = failed(register_one(shop, "INV/2026/00001", due="next"))

    assert error.code == "payment.credit_available"


@pytest.mark.parametrize("more", [{"amount": D(1)}, {"customer": "C1"}])
def test_amount_is_said_once(shop, more):
    in_halves(shop)

    with nothing_changes():
        (outcome,) = registering.register(
            shop, [Receipt("" if "customer" in more else "INV/2026/00001", due="next", **more)]
        )

    assert isinstance(failed(outcome), UsageError)


# Payments that may be registered twice.


def test_same_customer_day_and_amount_is_told(shop):
    sell(shop, order("S1"), order("S2"), order("S3", customer="C2"))
    bill(shop, "S1", "S2", "S3")
    register_one(shop, "INV/2026/00001")

    outcomes = registering.register(
        shop,
        [
            Receipt("INV/2026/00002"),
            Receipt("INV/2026/00003"),
            Receipt(customer="C1", amount=D(100), date=date(2026, 8, 20)),
            Receipt(customer="C1", amount=D("99.99")),
            Receipt(customer="C1", amount=D(100), currency="USD"),
        ],
    )

    twin = "the same customer paid the same amount on this day: PAY/2026/00001"
    assert [twin in done(one).notes for one in outcomes] == [True, False, False, False, False]


def test_twins_in_one_file_are_told(shop):
    sell(shop)

    outcomes = registering.register(shop, [Receipt(customer="C1", amount=D(5)) for _ in range(3)])

    assert [one.notes[:-1] for one in outcomes] == [
        (),
        ("the same customer paid the same amount on this day: PAY/2026/00001",),
        ("the same customer paid the same amount on this day: PAY/2026/00001 and 1 more",),
    ]


def test_an_order_without_an_invoice_falls_due_as_a_whole(shop):
    sell(shop, order("S1", line(100), state="sent"))

    assert failed(register_one(shop, "S1", due="overdue")).code == "payment.nothing_due"
    assert done(register_one(shop, "S1", due="next")).row.amount == 100
