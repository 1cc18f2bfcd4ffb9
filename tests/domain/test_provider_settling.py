"""Decide what lines of payment providers are: the payment with their mark, what went back, where a payout arrived."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.provider_settling import (
    Arrival,
    Line,
    Paid,
    Told,
    arrived,
    contradiction,
    refusal,
    to_release,
)

D = Decimal
DAY = date(2026, 8, 21)
CHARGE = Line(1, "LINE/00001", "stripe", "charge", DAY, "EUR", D(100), D(3), "S1", ("ch_1",), "")
BACK = CHARGE._replace(kind="refund", amount=D(-30), marks=("re_1",), target="ch_1")
PAID = Paid(7, "PAY/1", "inbound", "done", "EUR", D(100), D(80), D(10), "card", 1, 2, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"state": "pending"}, "PAY/1 with the same reference is pending"),
        ({"line": 4}, "PAY/1 with the same reference was seen on another line"),
        ({"amount": D(99)}, "PAY/1 with the same reference is 99.00 EUR"),
        ({"currency": "USD"}, "PAY/1 with the same reference is 100.00 USD"),
        ({"direction": "outbound"}, "PAY/1 with the same reference is -100.00 EUR"),
    ],
)
def test_a_line_is_the_payment_with_its_mark(changes, expected):
    assert contradiction(CHARGE, PAID._replace(**changes)) == expected


@pytest.mark.parametrize(
    ("paid", "amount", "expected"),
    [
        (PAID, 90, ""),
        (PAID, 91, "90.00 EUR of PAY/1 can still go back"),
        (None, 1, "the payment that it takes back is not known"),
        (PAID._replace(state="cancelled"), 1, "PAY/1, which it takes back, is cancelled"),
        (PAID._replace(currency="USD"), 1, "PAY/1, which it takes back, is in USD"),
    ],
)
def test_money_goes_back_of_what_is_here(paid, amount, expected):
    assert refusal(paid, "EUR", D(amount)) == expected


def test_refunds_with_a_mark_add_up_and_those_without_tell_the_whole():
    named = Told().plus(BACK).plus(BACK)
    whole = BACK._replace(marks=(), amount=D(-50))

    assert named.back == 60
    assert named.plus(whole).back == 60
    assert named.plus(whole._replace(amount=D(-75))).back == 75
    assert Told().plus(whole).plus(whole).back == 50
    assert Told().plus(whole).plus(BACK).back == 50


@pytest.mark.parametrize(
    ("told", "line", "by_hand", "expected"),
    [
        (Told(), BACK, 30, 30),
        (Told(whole=D(50)), BACK, 0, 0),
        (Told(named=D(30), whole=D(50)), BACK, 0, 10),
        (Told(), BACK._replace(marks=()), 0, 30),
        (Told(), BACK._replace(marks=()), 10, 20),
        (Told(), BACK._replace(marks=()), 30, 0),
        (Told(named=D(15)), BACK._replace(marks=()), 10, 5),
        (Told(whole=D(25)), BACK._replace(marks=()), 10, 5),
        (Told(whole=D(40)), BACK._replace(marks=()), 0, 0),
    ],
)
def test_what_was_told_or_registered_before_is_not_counted_again(told, line, by_hand, expected):
    assert told.rest(line, D(by_hand)) == expected


@pytest.mark.parametrize(
    ("amounts", "needed", "expected"),
    [
        ([], 5, (0, 0)),
        ([10, 20], 0, (0, 0)),
        ([10, 20], 10, (1, 0)),
        ([10, 20], 4, (1, 6)),
        ([10, 20], 11, (2, 19)),
        ([10, 20], 30, (2, 0)),
    ],
)
def test_the_newest_uses_end_first(amounts, needed, expected):
    assert to_release([D(amount) for amount in amounts], D(needed)) == expected


@given(st.lists(st.integers(1, 50), max_size=6), st.integers(0, 200))
def test_enough_ends_and_nothing_more(amounts, needed):
    count, rest = to_release([D(amount) for amount in amounts], D(needed))

    freed = sum(amounts[:count])
    assert freed - rest == min(needed, sum(amounts))
    assert not count or rest < amounts[count - 1]


PAYOUT = CHARGE._replace(kind="payout", amount=D(-97), reference="po_9", marks=("po_1",))


def arrival(key, days=0, said="", **more):
    return Arrival(key, f"LINE/{key:05}", date(2026, 8, 21 + days), "EUR", D(97), said)._replace(**more)


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ([], (None, "")),
        ([arrival(1)], (1, "")),
        ([arrival(1, amount=D(96))], (None, "")),
        ([arrival(1, currency="USD")], (None, "")),
        ([arrival(1, -4)], (None, "")),
        ([arrival(1, -3), arrival(2, 10)], (None, "LINE/00001, LINE/00002 could be it")),
        ([arrival(1), arrival(2, 2, "STRIPE PAYMENTS")], (2, "")),
        ([arrival(1), arrival(2, 2, "transfer PO_1")], (2, "")),
    ],
)
def test_a_payout_arrives_once(arrivals, expected):
    found, why = arrived(PAYOUT, arrivals)

    assert (found.key if found else None, why) == expected
