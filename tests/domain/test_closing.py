"""Which lines an order is closed by, and what can be billed of it afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl.domain import billing
from shopctl.domain.billing import NOTHING, OrderLine
from shopctl.domain.closing import to_close

D = Decimal


def line(ordered, delivered=0, invoiced=0, policy="delivered", kind="product", key=1, closed=False):
    return OrderLine(
        key, kind, "", "", D(ordered), D(delivered), D(invoiced), D(10), D(0), "", policy, NOTHING, closed=closed
    )


@pytest.mark.parametrize(
    ("policy", "ordered", "delivered", "invoiced", "quantity", "status"),
    [
        # What the truth table says of open lines, and what closing makes of them.
        ("delivered", 5, 2, 2, 0, "invoiced"),
        ("delivered", 5, 2, 0, 2, "to_invoice"),
        ("delivered", 5, 0, 0, 0, "no"),
        ("delivered", 5, 3, 5, -2, "to_invoice"),
        ("delivered", 5, 0, 2, -2, "to_invoice"),
        ("ordered", 5, 0, 0, 0, "no"),
        ("ordered", 5, 2, 0, 2, "to_invoice"),
        ("ordered", 5, 2, 2, 0, "invoiced"),
        ("ordered", 5, 2, 3, 0, "invoiced"),
        ("ordered", 5, 0, 5, 0, "invoiced"),
        ("ordered", 5, 7, 5, 0, "invoiced"),
    ],
)
def test_closed_line_follows_the_truth_table(policy, ordered, delivered, invoiced, quantity, status):
    one = line(ordered, delivered, invoiced, policy, closed=True)

    assert (billing.to_invoice(one), billing.line_status(one)) == (quantity, status)


@pytest.mark.parametrize(
    ("lines", "closed"),
    [
        ([], []),
        ([line(5, 4, 4)], [1]),
        ([line(5, 5, 5)], []),
        ([line(5, 5, 0)], [1]),
        ([line(5, 0, 5, "ordered")], [1]),
        ([line(5, 4, 4, closed=True)], []),
        ([line(0, kind="note"), line(5, key=2)], [2]),
        # Shipping goes with the goods: closed when nothing of them is billed any more, else left to be billed.
        ([line(5), line(1, 0, 0, "ordered", "shipping", 2)], [1, 2]),
        ([line(5, 4, 4), line(1, 0, 0, "ordered", "shipping", 2)], [1, 2]),
        ([line(5, 4, 0), line(1, 0, 0, "ordered", "shipping", 2)], [1]),
        ([line(5, 4, 4), line(1, 0, 1, "ordered", "shipping", 2)], [1]),
        ([line(5, 5, 0, "ordered"), line(1, 0, 0, "ordered", "discount", 2)], [1]),
    ],
)
def test_lines_with_something_left_are_closed(lines, closed):
    assert [one.key for one in to_close(lines)] == closed


@pytest.mark.parametrize(
    ("lines", "invoicing", "delivery"),
    [
        ([line(10, 4, 4)], "invoiced", "shipped"),
        ([line(10, 4, 0)], "to_invoice", "shipped"),
        ([line(10)], "no", "none"),
        ([line(10), line(2, 2, 2, key=2)], "invoiced", "shipped"),
        ([line(10, 4, 0), line(1, 0, 0, "ordered", "shipping", 2)], "to_invoice", "shipped"),
        ([line(10, 4, 4), line(1, 0, 0, "ordered", "shipping", 2)], "invoiced", "shipped"),
    ],
)
def test_order_follows_its_closed_lines(lines, invoicing, delivery):
    keys = {one.key for one in to_close(lines)}
    after = [one._replace(closed=one.key in keys) for one in lines]

    assert (billing.order_status("confirmed", after), billing.delivery_status(after)) == (invoicing, delivery)
    assert to_close(after) == []
