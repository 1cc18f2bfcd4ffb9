"""Find payments and show where their money went."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.errors import NotFoundError
from shopctl.services import payments
from shopctl.services.listing import payments as listing
from shopctl.services.listing.payments import PaymentFilter
from tests.support.shop import TODAY, bill, order, payment, sell
from tests.support.shops import NOW

D = Decimal


@pytest.fixture
def several(shop):
    """Sell and bill: payments 1 to 5 of which 1 is used up, 2 has 50 left, 3 went back, 4 waits, 5 belongs to Bob."""
    sell(
        shop,
        order("S1", payments=(payment("a", 100, paid_at=NOW - timedelta(days=3)),)),
        order("S2", payments=(payment("b", 150, method="card"), payment("c", 20, state="refunded"))),
        order("S3", state="sent", payments=(payment("d", 100, state="pending", paid_at=None),)),
        payment("e", 30, customer="C2", provider="till", memo="cash desk"),
    )
    bill(shop, "S1", "S2")
    return shop


def found(**wanted):
    return [row.reference for row in listing.search(PaymentFilter(**wanted)).rows]


@pytest.mark.parametrize(
    ("wanted", "references"),
    [
        ({}, ["e", "d", "c", "b", "a"]),
        ({"unallocated": True}, ["e", "b"]),
        ({"method": "card"}, ["b"]),
        ({"state": "pending"}, ["d"]),
        ({"customer": "bob@example.com"}, ["e"]),
        ({"reference": "c"}, ["c"]),
        ({"since": TODAY}, ["e", "d", "c", "b"]),
        ({"until": date(2026, 8, 18)}, ["a"]),
        ({"unallocated": True, "customer": "C1"}, ["b"]),
        ({"reference": "nothing"}, []),
    ],
)
def test_list_is_narrowed(several, wanted, references):
    assert found(**wanted) == references


def test_row_tells_what_is_left(several):
    rows = {row.reference: row for row in listing.search(PaymentFilter()).rows}

    assert {
        name: (row.number[-1], row.direction, row.state, row.amount_allocated, row.amount_returned, row.amount_left)
        for name, row in rows.items()
    } == {
        "a": ("1", "inbound", "done", 100, 0, 0),
        "b": ("2", "inbound", "done", 100, 20, 30),
        "c": ("3", "outbound", "done", 0, 0, 0),
        "d": ("4", "inbound", "pending", 0, 0, 0),
        "e": ("5", "inbound", "done", 0, 0, 30),
    }
    assert (rows["e"].customer_name, rows["e"].order, rows["e"].memo, rows["e"].provider) == (
        "Bob Jones", None, "cash desk", "till",
    )  # fmt: skip
    assert (rows["b"].customer_name, rows["b"].order) == ("Ann Smith", "S2")


def test_pages_follow_each_other(several):
    first = listing.search(PaymentFilter(), limit=2)
    second = listing.search(PaymentFilter(), limit=9, after="pay-2026-00004")

    assert ([row.reference for row in first.rows], first.total) == (["e", "d"], 5)
    assert [row.reference for row in second.rows] == ["c", "b", "a"]


@pytest.mark.parametrize("typed", ["PAY/2026/00001", "pay/2026/00001", "PAY-2026-00001", " pay-2026-00001 "])
def test_payment_is_found_in_other_spellings(several, typed):
    (details,) = payments.show([typed])

    assert details.payment.reference == "a"
    assert [tuple(used) for used in details.allocations] == [("INV/2026/00001", 100, TODAY, None, "")]


def test_number_with_a_dash_of_its_own_is_found(several):
    models.Payment.update(number="P-1").where(models.Payment.reference == "a").execute()

    assert payments.show(["p-1"])[0].payment.reference == "a"


@pytest.mark.parametrize("typed", ["PAY/2026/00404", "", "a"])
def test_unknown_payment_is_refused(several, typed):
    with pytest.raises(NotFoundError) as refused:
        payments.show(["PAY/2026/00001", typed])

    assert (refused.value.code, refused.value.details) == ("payment.unknown", {"payment": typed})


def test_payments_are_shown_in_the_order_asked_for(several):
    shown = payments.show(["PAY/2026/00003", "PAY/2026/00001"])

    assert [details.payment.reference for details in shown] == ["c", "a"]
