"""Suggest which credit should pay which invoice: the order of reasons, competition, and never too much."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.settlement import Credit
from shopctl.domain.suggesting import Debt, suggest

D = Decimal


def credit(left, *, key=1, orders=(), day=1, text="", kind="payment", currency="EUR"):
    return Credit(
        key, kind, f"PAY/{key}", date(2026, 8, day), frozenset(orders), currency, D(left), D(left), text
    )  # fmt: skip


def debt(due, *, key=1, orders=(), day=1, currency="EUR"):
    return Debt(key, f"INV/{key}", date(2026, 9, day), frozenset(orders), (f"INV/{key}",), currency, D(due))


def told(credits, debts):
    """Tell of each suggestion what pays what, how much, and how sure that is."""
    return [(one.credit.number, one.debt.number, one.amount, one.score, one.only) for one in suggest(credits, debts)]


# What speaks for a pair.


@pytest.mark.parametrize(
    ("credits", "expected"),
    [
        (credit(100, orders=[7], text="INV/1"), (100, 180, "same order, quotes its reference, same amount")),
        (credit(100, orders=[7]), (100, 130, "same order, same amount")),
        (credit(40, orders=[7]), (40, 100, "same order")),
        (credit(100, text="inv 1"), (100, 80, "quotes its reference, same amount")),
        (credit(140, text="inv 1"), (100, 50, "quotes its reference")),
        (credit(100), (100, 30, "same amount")),
        (credit(99), (99, 0, "same customer, the oldest")),
    ],
)
def test_reasons_add_up(credits, expected):
    (found,) = suggest([credits], [debt(100, orders=[7])])

    assert (found.amount, found.score, found.why, found.only) == (*expected, True)


# What goes first.


def test_same_order_goes_before_reference_and_amount():
    assert told([credit(100, key=1, text="INV/1"), credit(60, key=2, orders=[7])], [debt(100, orders=[7])]) == [
        ("PAY/2", "INV/1", 60, 100, True),
        ("PAY/1", "INV/1", 40, 80, True),
    ]


def test_reference_goes_before_the_exact_amount():
    assert told([credit(100, key=1), credit(70, key=2, text="INV/1")], [debt(100)]) == [
        ("PAY/2", "INV/1", 70, 50, True),
        ("PAY/1", "INV/1", 30, 30, True),
    ]


def test_oldest_credit_pays_the_invoice_that_is_due_first():
    assert told([credit(50, key=1, day=9), credit(30, key=2, day=2)], [debt(60, key=1, day=8), debt(15, key=2)]) == [
        ("PAY/2", "INV/2", 15, 0, False),
        ("PAY/2", "INV/1", 15, 0, False),
        ("PAY/1", "INV/1", 45, 0, False),
    ]


# What competes.


@pytest.mark.parametrize(
    ("credits", "debts", "expected"),
    [
        pytest.param(
            [credit(100, key=1), credit(100, key=2, day=2)], [debt(100)],
            [("PAY/1", "INV/1", 100, 30, False)], id="two credits of the amount",
        ),
        pytest.param(
            [credit(100)], [debt(100, key=1), debt(100, key=2, day=2)],
            [("PAY/1", "INV/1", 100, 30, False)], id="two invoices of the amount",
        ),
        pytest.param(
            [credit(60, key=1, orders=[7]), credit(40, key=2, orders=[7])], [debt(100, orders=[7])],
            [("PAY/1", "INV/1", 60, 100, True), ("PAY/2", "INV/1", 40, 100, True)], id="two parts that fit together",
        ),
        pytest.param(
            [credit(90, key=1, orders=[7]), credit(40, key=2, orders=[7], day=2)], [debt(100, orders=[7])],
            [("PAY/1", "INV/1", 90, 100, False), ("PAY/2", "INV/1", 10, 100, False)], id="two parts, more than due",
        ),
        pytest.param(
            [credit(100, orders=[7])], [debt(60, key=1, orders=[7]), debt(40, key=2, orders=[7])],
            [("PAY/1", "INV/1", 60, 100, True), ("PAY/1", "INV/2", 40, 100, True)], id="one credit for both",
        ),
        pytest.param(
            [credit(70, orders=[7])], [debt(60, key=1, orders=[7]), debt(40, key=2, orders=[7])],
            [("PAY/1", "INV/1", 60, 100, False), ("PAY/1", "INV/2", 10, 100, False)], id="one credit, not enough",
        ),
    ],
)  # fmt: skip
def test_only_what_nothing_competes_for_is_sure(credits, debts, expected):
    assert told(credits, debts) == expected


def test_currencies_never_meet():
    assert told([credit(100, currency="USD", orders=[7], text="INV/1")], [debt(100, orders=[7])]) == []


def test_payment_and_credit_note_with_one_key_are_two():
    assert told(
        [credit(60, orders=[7]), credit(40, orders=[7], kind="credit_note", day=2)], [debt(100, orders=[7])]
    ) == [
        ("PAY/1", "INV/1", 60, 100, True),
        ("PAY/1", "INV/1", 40, 100, True),
    ]


# For any credits and invoices.

MONEY = st.integers(1, 500).map(lambda cents: D(cents) / 100)
ORDERS = st.frozensets(st.integers(1, 3), max_size=2)
CREDITS = st.lists(st.tuples(MONEY, ORDERS, st.integers(1, 28), st.sampled_from(["", "INV/1", "inv 2"])), max_size=6)
DEBTS = st.lists(st.tuples(MONEY, ORDERS, st.integers(1, 28)), max_size=6)


def made(credits, debts):
    return (
        [credit(left, key=key, orders=orders, day=day, text=text)
         for key, (left, orders, day, text) in enumerate(credits, 1)],
        [debt(due, key=key, orders=orders, day=day) for key, (due, orders, day) in enumerate(debts, 1)],
    )  # fmt: skip


@given(CREDITS, DEBTS)
def test_never_more_than_there_is_or_is_due_and_never_less(credits, debts):
    credits, debts = made(credits, debts)

    found = suggest(credits, debts)

    assert all(one.amount > 0 for one in found)
    for one in credits:
        assert sum(part.amount for part in found if part.credit == one) <= one.left
    for one in debts:
        assert sum(part.amount for part in found if part.debt == one) <= one.due
    assert sum(one.amount for one in found) == min(sum(one.left for one in credits), sum(one.due for one in debts))


@given(CREDITS, DEBTS, st.randoms())
def test_order_of_what_is_given_does_not_matter(credits, debts, random):
    credits, debts = made(credits, debts)
    found = suggest(credits, debts)
    random.shuffle(credits)
    random.shuffle(debts)

    assert suggest(credits, debts) == found


@given(CREDITS, DEBTS)
def test_scores_fall(credits, debts):
    scores = [one.score for one in suggest(*made(credits, debts))]

    assert scores == sorted(scores, reverse=True)
