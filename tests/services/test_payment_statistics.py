"""Count and sum payments: which count, by what, and against which days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from shopctl.errors import UsageError
from shopctl.models import Payment
from shopctl.services.payment_statistics import statistics
from tests.support.shop import bill, order, payment, sell

D = Decimal


def paid(reference, amount, day, **more):
    return payment(reference, amount, customer="C1", paid_at=datetime.fromisoformat(f"{day}T12:00:00Z"), **more)


def stocked(shop):
    """Take in money of two months, a refund, a fee, and what does not count."""
    sell(
        shop, order("S1", payments=(paid("t1", 100, "2026-08-03", method="card", provider="stripe"),)),
        paid("t2", 40, "2026-08-04"), paid("t3", 25, "2026-07-31", method="card", provider="stripe"),
        paid("t4", 9, "2026-08-05", state="pending"), paid("t5", 900, "2026-08-04", currency="JPY"),
    )  # fmt: skip
    sell(
        shop, order("S1", payments=(
            paid("t1", 100, "2026-08-03", method="card", provider="stripe"),
            paid("t6", 30, "2026-08-20", method="card", provider="stripe", state="refunded"),
        )),
    )  # fmt: skip
    bill(shop, "S1")
    Payment.update(fee=D("3.20")).where(Payment.reference == "t1").execute()


def told(rows):
    return [
        (row.group, row.currency, row.payments, row.received, row.refunded, row.fee, row.net, row.allocated, row.left)
        for row in rows
    ]


def test_totals(shop):
    stocked(shop)

    assert told(statistics("", None, None).rows) == [
        ("", "EUR", 4, 165, 30, D("3.20"), D("131.80"), 70, 65),
        ("", "JPY", 1, 900, 0, 0, 900, 0, 900),
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("method", [("card", "EUR", 125, 30), ("wire", "EUR", 40, 0), ("wire", "JPY", 900, 0)]),
        ("provider", [("stripe", "EUR", 125, 30), ("bank", "EUR", 40, 0), ("bank", "JPY", 900, 0)]),
        ("month", [("2026-07", "EUR", 25, 0), ("2026-08", "EUR", 140, 30), ("2026-08", "JPY", 900, 0)]),
        (
            "day",
            [
                ("2026-07-31", "EUR", 25, 0), ("2026-08-03", "EUR", 100, 0), ("2026-08-04", "EUR", 40, 0),
                ("2026-08-20", "EUR", 0, 30), ("2026-08-04", "JPY", 900, 0),
            ],
        ),
        ("customer", [("C1", "EUR", 165, 30), ("C1", "JPY", 900, 0)]),
    ],
)  # fmt: skip
def test_groups(shop, by, expected):
    stocked(shop)

    assert [
        (row.group, row.currency, row.received, row.refunded) for row in statistics(by, None, None).rows
    ] == expected


def test_comparison_with_the_days_before_and_the_year_before(shop):
    stocked(shop)

    found = statistics("provider", date(2026, 8, 1), date(2026, 8, 31), "previous")

    assert [(row.group, row.net, row.net_before, row.change) for row in found.rows if row.currency == "EUR"] == [
        ("stripe", D("66.80"), 25, D("167.2")),
        ("bank", 40, 0, None),
    ]
    assert (found.compared.first, found.compared.last) == (date(2026, 7, 1), date(2026, 7, 31))
    later = statistics("", date(2027, 8, 1), date(2027, 8, 31), "last-year")
    assert [(row.currency, row.net, row.net_before, row.change) for row in later.totals] == [
        ("EUR", 0, D("106.80"), D("-100.0")),
        ("JPY", 0, 900, D("-100.0")),
    ]


@pytest.mark.parametrize(("by", "since"), [("", None), ("day", date(2026, 8, 1))])
def test_nothing_to_compare_with(shop, by, since):
    with pytest.raises(UsageError):
        statistics(by, since, date(2026, 8, 31), "previous")
