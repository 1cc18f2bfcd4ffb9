"""Sort open amounts by days past due: which day falls into which part, and that nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.aging import Debt, Surplus, aged, place, still_open, totals
from shopctl.domain.terms import Installment

D = Decimal
DAY = date(2026, 8, 21)
LATE = [0, 1, 30, 31, 60, 61, 90, 91]


def part(amount, days=0):
    """Make an instalment that is so many days past due."""
    return Installment(DAY - timedelta(days), D(amount))


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4000, 4)],
)
def test_days_past_due(days, expected):
    assert place(DAY - timedelta(days), DAY) == expected


@pytest.mark.parametrize(
    ("amounts", "allocated", "expected"),
    [
        ((100,), 0, [100]),
        ((100,), 100, []),
        ((30, 70), 50, [50]),
        ((30, 70), 20, [10, 70]),
        ((700, 500, -200), 0, [700, 500, -200]),
        ((700, 500, -200), 900, [300, -200]),
    ],
)
def test_money_goes_to_the_earliest_first(amounts, allocated, expected):
    parts = [part(amount) for amount in amounts]

    assert [amount for _, amount in still_open(parts, D(allocated))] == expected


def test_each_instalment_counts_by_its_own_due_date():
    debts = [Debt("C1", "EUR", D(10), [part(30, 91), part(70, 1), part(50, -5)])]

    (row,) = aged(debts, [], DAY)

    assert row.parts == (50, 70, 0, 0, 20)
    assert (row.invoices, row.oldest_due, row.open, row.overdue) == (1, DAY - timedelta(91), 140, 90)


def test_credits_stand_apart_and_lower_the_balance():
    debts = [Debt("C1", "EUR", D(0), [part(100)]), Debt("C2", "EUR", D(0), [part(300)])]
    credits = [Surplus("C1", "EUR", D(40)), Surplus("C3", "EUR", D(25)), Surplus("C4", "EUR", D(5)),
               Surplus("C4", "EUR", D(-5))]  # fmt: skip

    rows = aged(debts, credits, DAY)

    assert [(row.group, row.open, row.credits, row.balance) for row in rows] == [
        ("C2", 300, 0, 300), ("C1", 100, -40, 60), ("C3", 0, -25, -25),
    ]  # fmt: skip


def test_currencies_never_meet():
    debts = [Debt("C1", "USD", D(0), [part(1)]), Debt("C1", "EUR", D(0), [part(2, 40)])]

    rows = totals(aged(debts, [], DAY))

    assert [(row.currency, row.balance, row.oldest_due) for row in rows] == [
        ("EUR", 2, DAY - timedelta(40)), ("USD", 1, DAY),
    ]  # fmt: skip


AMOUNTS = st.integers(1, 100_000).map(lambda cents: D(cents) / 100)


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.lists(st.tuples(AMOUNTS, st.integers(-100, 200)), min_size=1, max_size=4)),
        max_size=6,
    ),
    st.integers(0, 100),
    st.lists(st.tuples(st.sampled_from("AC"), AMOUNTS), max_size=4),
)
def test_no_cent_is_lost(invoices, percent, credits):
    debts, wanted = [], D(0)
    for group, parts in invoices:
        due = sorted((part(amount, days) for amount, days in parts), key=lambda one: one.due_date)
        total = sum(one.amount for one in due)
        allocated = (total * percent / 100).quantize(D("0.01"))
        debts.append(Debt(group, "EUR", allocated, due))
        wanted += total - allocated

    rows = aged(debts, [Surplus(group, "EUR", amount) for group, amount in credits], DAY)

    assert sum((row.open for row in rows), D(0)) == wanted
    assert sum((row.balance for row in totals(rows)), D(0)) == wanted - sum(amount for _, amount in credits)
