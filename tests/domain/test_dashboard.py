"""Work out periods, averages, changes and shares."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.dashboard import Period, Sales, before, change, periods, share, steps
from shopctl.domain.dates import Span

D = Decimal
TODAY = date(2026, 8, 21)


def test_periods_end_today():
    assert periods(TODAY, None) == [
        ("today", TODAY, TODAY),
        ("last 7 days", date(2026, 8, 15), TODAY),
        ("last 30 days", date(2026, 7, 23), TODAY),
    ]
    assert periods(TODAY, Span(date(2026, 7, 1), date(2026, 7, 31)), "last-month") == [
        ("last-month", date(2026, 7, 1), date(2026, 7, 31))
    ]


@pytest.mark.parametrize(
    ("compare", "expected"),
    [
        ("previous", ("29 days before", date(2024, 1, 3), date(2024, 1, 31))),
        ("last-year", ("a year before", date(2023, 2, 1), date(2023, 2, 28))),
        ("none", None),
    ],
)
def test_period_is_compared_with(compare, expected):
    assert before(Period("2024-02", date(2024, 2, 1), date(2024, 2, 29)), compare) == expected


@given(st.dates(date(1900, 1, 1), date(2900, 1, 1)), st.integers(0, 800))
def test_previous_period_ends_where_the_period_begins(first, days):
    period = Period("", first, first + timedelta(days=days))

    earlier = before(period, "previous")

    assert earlier is not None
    assert (earlier.days, earlier.last) == (period.days, first - timedelta(days=1))


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        (412, 380, "8.4"), (D("94310.25"), D("84811.38"), "11.2"), (0, 10, "-100.0"), (10, 10, "0.0"), (1, 3, "-66.7"),
        (-5, -10, "50.0"), (5, 0, None), (None, 5, None), (5, None, None),
    ],
)  # fmt: skip
def test_change(now, then, expected):
    assert change(now, then) == (None if expected is None else D(expected))


def test_average_and_conversion():
    sales = Sales({"EUR": 3, "JPY": 2}, {"EUR": D("100.00"), "JPY": D(101)}, carts=7, ordered=2)

    assert sales.placed == 5
    assert sales.average("EUR") == D("33.33")
    assert sales.average("JPY") == D(51)
    assert sales.average("USD") is None
    assert sales.conversion == D("28.6")
    assert (Sales().conversion, Sales().amount("EUR"), share(1, 8)) == (None, 0, D("12.5"))


def test_steps_are_days_of_a_month_and_months_of_more():
    week = steps(Period("", date(2026, 8, 31), date(2026, 9, 2)))
    assert [step.label for step in week] == ["Mon 31", "Tue 01", "Wed 02"]

    assert steps(Period("", date(2025, 12, 20), date(2026, 2, 3))) == [
        ("2025-12", date(2025, 12, 20), date(2025, 12, 31)),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 3)),
    ]


@given(st.dates(date(1900, 1, 1), date(2900, 1, 1)), st.integers(0, 800))
def test_steps_cover_a_period_without_gaps(first, days):
    period = Period("", first, first + timedelta(days=days))
    found = steps(period)

    assert (found[0].first, found[-1].last) == (period.first, period.last)
    assert all(one.last + timedelta(days=1) == after.first for one, after in pairwise(found))
