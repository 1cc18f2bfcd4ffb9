"""Count and sum confirmed orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shopctl.config import Config
from shopctl.config.settings import ShopSettings
from shopctl.domain.records import AddressRecord, CustomerRecord
from shopctl.services import order_statistics
from shopctl.services.order_statistics import Period
from tests.support.shop import line, order, sell

D = Decimal
EVER = Period()


def at(month, day, hour=12, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def place(country):
    return AddressRecord(country=country)


@pytest.fixture
def sold(shop):
    sell(
        shop,
        CustomerRecord("C9", "Nine", company="Nine & Co"),
        order("S1", line(100, 2, "V21"), ordered_at=at(6, 30, 22, 30), payment_method="wire", shipping=place("BE")),
        order(
            "S2", line(50, 1, sku="B2"), line(10, 3), ordered_at=at(7, 1), payment_method="card", billing=place("FR")
        ),
        order("S3", line(20), customer="C9", ordered_at=at(8, 15), shipping=place("BE"), billing=place("FR")),
        order("S4", line(7), customer=None, ordered_at=at(8, 16), currency="USD"),
        order("S5", line(1000), state="sent"),
        order("S6", line(1000), state="cancelled"),
    )
    return shop


def figures(shop, by="", period=EVER, **more):
    found = order_statistics.confirmed(shop, by, period, **more)
    return [(row.group, row.name, row.currency, row.orders, f"{row.untaxed:.2f}", str(row.share)) for row in found.rows]


def test_all_confirmed_orders_are_counted_by_currency(sold):
    found = order_statistics.confirmed(sold, "", Period())

    assert [(row.currency, row.orders, row.untaxed, row.average) for row in found.rows] == [
        ("EUR", 3, D(300), D(100)), ("USD", 1, D(7), D(7))
    ]  # fmt: skip
    assert found.rows == found.totals


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("customer", [
            ("C1", "Ann Smith", "EUR", 2, "280.00", "93.3"), ("C9", "Nine & Co", "EUR", 1, "20.00", "6.7"),
            ("", "Guests", "USD", 1, "7.00", "100.0"),
        ]),
        ("product", [
            ("A1", "A1", "EUR", 3, "250.00", "83.3"), ("B2", "B2", "EUR", 1, "50.00", "16.7"),
            ("A1", "A1", "USD", 1, "7.00", "100.0"),
        ]),
        ("country", [
            ("BE", "BE", "EUR", 2, "220.00", "73.3"), ("FR", "FR", "EUR", 1, "80.00", "26.7"),
            ("", "", "USD", 1, "7.00", "100.0"),
        ]),
        ("method", [
            ("wire", "wire", "EUR", 1, "200.00", "66.7"), ("card", "card", "EUR", 1, "80.00", "26.7"),
            ("", "", "EUR", 1, "20.00", "6.7"), ("", "", "USD", 1, "7.00", "100.0"),
        ]),
        ("date:month", [
            ("2026-06", "2026-06", "EUR", 1, "200.00", "66.7"), ("2026-07", "2026-07", "EUR", 1, "80.00", "26.7"),
            ("2026-08", "2026-08", "EUR", 1, "20.00", "6.7"), ("2026-08", "2026-08", "USD", 1, "7.00", "100.0"),
        ]),
        ("date:quarter", [
            ("2026Q2", "2026Q2", "EUR", 1, "200.00", "66.7"), ("2026Q3", "2026Q3", "EUR", 2, "100.00", "33.3"),
            ("2026Q3", "2026Q3", "USD", 1, "7.00", "100.0"),
        ]),
        ("date:year", [
            ("2026", "2026", "EUR", 3, "300.00", "100.0"), ("2026", "2026", "USD", 1, "7.00", "100.0"),
        ]),
    ],
)  # fmt: skip
def test_orders_are_grouped(sold, by, rows):
    assert figures(sold, by) == rows


def test_pieces_are_counted_by_product(sold):
    found = order_statistics.confirmed(sold, "product", Period())

    assert [(row.group, row.quantity) for row in found.rows] == [("A1", D(6)), ("B2", D(1)), ("A1", D(1))]


def test_the_rest_is_told_in_one_row(sold):
    assert figures(sold, "method", top=1) == [
        ("wire", "wire", "EUR", 1, "200.00", "66.7"), ("", "2 others", "EUR", 2, "100.00", "33.3"),
        ("", "", "USD", 1, "7.00", "100.0"),
    ]  # fmt: skip


def test_period_holds_from_the_first_instant_up_to_the_last(sold):
    assert figures(sold, "", Period(at(7, 1), at(8, 15))) == [("", "", "EUR", 1, "80.00", "100.0")]
    assert figures(sold, "customer", Period(at(9, 1))) == []


@pytest.mark.parametrize(
    ("zone", "months"),
    [
        ("Europe/Brussels", ["2026-07", "2026-08", "2026-08"]),  # 22:30 in UTC is half past midnight there
        ("America/New_York", ["2026-06", "2026-07", "2026-08", "2026-08"]),
        ("Asia/Kathmandu", ["2026-07", "2026-08", "2026-08"]),  # five hours and three quarters ahead
    ],
)
def test_days_are_those_of_the_shop(sold, zone, months):
    there = replace(sold, config=Config(shop=ShopSettings(timezone=zone)))

    assert [row[0] for row in figures(there, "date:month")] == months


def test_minutes_count_where_the_zone_needs_them(shop):
    sell(shop, order("S1", ordered_at=at(6, 30, 18, 14)), order("S2", ordered_at=at(6, 30, 18, 15)))
    there = replace(shop, config=Config(shop=ShopSettings(timezone="Asia/Kathmandu")))

    assert [(row[0], row[3]) for row in figures(there, "date:day")] == [("2026-06-30", 1), ("2026-07-01", 1)]


def test_weeks_are_those_of_the_calendar_of_iso(shop):
    sell(shop, order("S1", ordered_at=datetime(2026, 12, 31, 12, tzinfo=UTC)))

    assert [row[0] for row in figures(shop, "date:week")] == ["2026-W53"]
