"""Give discounts on orders, and bill what is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.discounts import Discount
from shopctl.services import discounting, invoicing, orders
from shopctl.services.invoicing import Request
from tests.support.shop import (
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    nothing_changes,
    order,
    payment,
    sell,
    wrong,
)

D = Decimal
THREE_TAXES = (line(100, 1, "V21"), line(50, 1, "V6"), line(30))
"""121.00 and 53.00 and 30.00: 204.00 together."""


def discount(shop, *numbers, percent=None, amount=None):
    size = Discount(None if percent is None else D(percent), None if amount is None else D(amount))
    return discounting.discount(shop, list(numbers), size)


def shown(number):
    (details,) = orders.show([number])
    return details


def totals(number):
    row = shown(number).order
    return f"{row.amount_untaxed:.2f}", f"{row.amount_tax:.2f}", f"{row.amount_total:.2f}"


def test_a_percentage_is_a_line_for_each_combination_of_taxes(shop):
    sell(shop, order("S1", *THREE_TAXES, payments=(payment("t", "142.80"),)))

    outcome = done(*discount(shop, "S1", percent=30))

    assert (outcome.change, outcome.notes) == ("changed", ("61.20 EUR taken off",))
    assert [(one.position, one.kind, one.taxes, f"{one.amount_total:.2f}") for one in shown("S1").lines[3:]] == [
        (4, "discount", "V21", "-36.30"),
        (5, "discount", "V6", "-15.90"),
        (6, "discount", "", "-9.00"),
    ]
    assert totals("S1") == ("126.00", "16.80", "142.80")
    assert shown("S1").order.payment_status == "paid"
    assert journal()[-1] == ("order.discounted", "S1")
    assert wrong(shop) == []


def test_a_sum_is_taken_off_exactly(shop):
    sell(shop, order("S1", *THREE_TAXES))

    discount(shop, "S1", amount=100)

    assert totals("S1")[2] == "104.00"
    assert wrong(shop) == []


def test_once_more_takes_off_as_much_again(shop):
    sell(shop, order("S1", line(100)))

    discount(shop, "S1", percent=10)
    discount(shop, "S1", percent=10)

    assert [f"{one.amount_total:.2f}" for one in shown("S1").lines] == ["100.00", "-10.00", "-9.00"]


def test_documents_add_up_to_the_discounted_order(shop):
    sell(shop, order("S1", *THREE_TAXES))
    done(*invoicing.create(shop, ["S1"], Request(kind="down_payment", percent=D(30), confirm=True)))

    discount(shop, "S1", amount="4.20")
    bill(shop, "S1")

    # 61.20 before, 138.60 afterwards.
    assert [f"{one.amount_total:.2f}" for one in models.Invoice.select().order_by(models.Invoice.id)] == [
        "61.20",
        "138.60",
    ]
    assert (totals("S1")[2], shown("S1").order.invoice_status) == ("199.80", "invoiced")
    assert wrong(shop) == []


def test_order_that_is_partly_billed_can_be_discounted(shop):
    sell(shop, order("S1", line(10, 10, "V21", policy="delivered", delivered=D(4))))
    bill(shop, "S1")

    discount(shop, "S1", percent=10)
    models.OrderLine.update(delivered=10).where(models.OrderLine.kind == "product").execute()
    models.Order.update(delivery_status="shipped").execute()
    bill(shop, "S1")

    assert [f"{one.amount_total:.2f}" for one in models.Invoice.select().order_by(models.Invoice.id)] == [
        "48.40",
        "60.50",
    ]
    assert (totals("S1")[2], shown("S1").order.invoice_status) == ("108.90", "invoiced")
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("made", "size", "code"),
    [
        ({"state": "cancelled"}, {"percent": 10}, "order.cancelled"),
        ({}, {"amount": "100.01"}, "order.discount"),
        ({}, {"amount": "5.001"}, "usage.amount"),
        ({}, {"amount": "0"}, "usage.amount"),
    ],
)
def test_refusal_changes_nothing(shop, made, size, code):
    sell(shop, order("S1", **made))

    with nothing_changes():
        assert failed(*discount(shop, "S1", **size)).code == code


def test_fully_invoiced_order_takes_no_discount(shop):
    sell(shop, order("S1"), order("S2", line(1, 1, delivered=D(2))))
    bill(shop, "S1", "S2")

    with nothing_changes():
        assert codes(discount(shop, "S1", "S2", percent=10)) == ["invoice.nothing_left", "invoice.nothing_left"]


def test_neighbours_are_not_disturbed_and_repeats_count_once(shop):
    sell(shop, order("S1"), order("S2"), order("S3", state="sent"))

    outcomes = discount(shop, "S3", "S9", "S1", "s1", percent=10)

    assert codes(outcomes) == ["changed", "order.unknown", "changed", "unchanged"]
    assert [totals(number)[2] for number in ("S1", "S2", "S3")] == ["90.00", "100.00", "90.00"]
