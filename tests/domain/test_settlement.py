"""Use credits on what is due, and tell what that makes of documents and orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.settlement import (
    Credit,
    Use,
    close,
    fitting,
    invoice_status,
    only_match,
    order_status,
    overdue,
    proposal,
    rank,
    residuals,
    spread,
    why,
)
from shopctl.domain.terms import Installment

D = Decimal
MINE = frozenset({7})


def credit(left, *, orders=(), day=1, key=1, kind="payment"):
    return Credit(
        key, kind, f"PAY/{key}", date(2026, 8, day), frozenset(orders), "EUR", D(left), D(left)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("due", "lefts", "used"),
    [
        (100, [100], [100]),
        (100, [60], [60]),
        (100, [150], [100]),
        (100, [40, 60], [40, 60]),
        (100, [40, 80], [40, 60]),
        (100, [100, 50], [100]),
        (100, [], []),
        (0, [50], []),
    ],
)
def test_credits_are_used_in_order_until_nothing_is_due(due, lefts, used):
    credits = [credit(left, key=key) for key, left in enumerate(lefts, 1)]

    assert spread(credits, D(due)) == tuple(Use(one, D(amount)) for one, amount in zip(credits, used, strict=False))


MONEY = st.integers(1, 10**9).map(lambda cents: D(cents) / 100)


@given(due=MONEY, lefts=st.lists(MONEY, max_size=6))
def test_never_more_than_a_credit_has_or_than_is_due(due, lefts):
    uses = spread([credit(left, key=key) for key, left in enumerate(lefts, 1)], due)

    assert all(0 < use.amount <= use.credit.left for use in uses)
    assert sum((use.amount for use in uses), D(0)) == min(due, sum(lefts, D(0)))


@pytest.mark.parametrize(
    ("total", "allocated", "by_payment", "status"),
    [
        (100, 0, False, "not_paid"),
        (100, 40, True, "partial"),
        (100, 40, False, "partial"),
        (100, 100, True, "paid"),
        (100, 100, False, "reversed"),
        (0, 0, False, "paid"),
    ],
)
def test_payment_status_of_a_posted_document(total, allocated, by_payment, status):
    assert invoice_status(D(total), D(allocated), by_payment) == status


@pytest.mark.parametrize(
    ("by_payment", "by_credit", "status"),
    [(False, False, "paid"), (True, False, "paid"), (True, True, "paid"), (False, True, "reversed")],
)
def test_only_credit_notes_without_any_payment_reverse(by_payment, by_credit, status):
    assert invoice_status(D(100), D(100), by_payment, by_credit) == status


@pytest.mark.parametrize(
    ("dues", "amount", "mark_paid", "used", "written_off", "left", "surplus"),
    [
        ([100], 100, False, [100], [0], 0, 0),
        ([100], 100, True, [100], [0], 0, 0),
        ([100], 60, False, [60], [0], 0, 0),
        ([100], 60, True, [60], [40], 0, 0),
        ([100], 130, False, [100], [0], 30, 0),
        ([100], 130, True, [100], [0], 0, 30),
        ([30, 70], 50, True, [30, 20], [0, 50], 0, 0),
        ([30, 70], 20, True, [20, 0], [10, 70], 0, 0),
        ([], 20, False, [], [], 20, 0),
    ],
)
def test_difference_stays_open_or_is_written_off(dues, amount, mark_paid, used, written_off, left, surplus):
    found = close([D(due) for due in dues], D(amount), mark_paid=mark_paid)

    assert found == (tuple(map(D, used)), tuple(map(D, written_off)), left, surplus)


PARTS = [Installment(date(2026, 8, day), D(amount)) for day, amount in ((1, 115), (6, 345), (11, 690))]


@pytest.mark.parametrize(
    ("day", "allocated", "late", "proposed"),
    [
        (1, 0, 0, (115, "next")),
        (2, 0, 115, (115, "overdue")),
        (2, 100, 15, (15, "overdue")),
        (2, 115, 0, (345, "next")),
        (2, 200, 0, (260, "next")),
        (7, 115, 345, (345, "overdue")),
        (12, 0, 1150, (1150, "full")),
        (12, 1000, 150, (150, "full")),
        (12, 1150, 0, None),
    ],
)
def test_first_unpaid_instalment_counts(day, allocated, late, proposed):
    today = date(2026, 8, day)

    assert overdue(PARTS, D(allocated), today) == late
    assert proposal(PARTS, D(allocated), today) == proposed


@pytest.mark.parametrize(
    ("total", "paid", "pending", "refunded", "status"),
    [
        (100, 0, 0, 0, "not_paid"),
        (100, 0, 100, 0, "pending"),
        (100, 40, 0, 0, "partial"),
        (100, 40, 60, 0, "partial"),
        (100, 100, 0, 0, "paid"),
        (100, 100, 100, 0, "paid"),
        (100, 130, 0, 0, "overpaid"),
        (100, 0, 0, 100, "refunded"),
        (100, -20, 0, 120, "refunded"),
        (100, 60, 0, 40, "partial"),
        (100, "0.50", 0, 0, "partial"),
        (100, "0.50", 0, "0.40", "partial"),
        (100, 0, "0.50", 0, "pending"),
        (100, 0, 0, "0.50", "refunded"),
        (0, 0, 0, 0, "paid"),
        (0, 0, 50, 0, "pending"),
        (0, 10, 0, 0, "overpaid"),
    ],
)
def test_payment_status_of_an_order(total, paid, pending, refunded, status):
    assert order_status(D(total), D(paid), D(pending), D(refunded)) == status


def test_rank_puts_the_same_order_first_then_the_amount_then_the_oldest():
    credits = [
        credit(50, day=1, key=1),
        credit(100, day=2, key=2),
        credit(50, orders={7}, day=9, key=3),
        credit(100, orders={7, 8}, day=9, key=4),
        credit(30, orders={7}, day=8, key=5),
        credit(50, day=1, key=6),
    ]

    ranked = sorted(credits, key=lambda one: rank(one, MINE, D(100)))

    assert [one.key for one in ranked] == [4, 5, 3, 2, 1, 6]


@pytest.mark.parametrize(
    ("credits", "chosen"),
    [
        ([], None),
        ([credit(100, orders={7}, key=1)], 1),
        ([credit(100, orders={7}, key=1), credit(100, key=2), credit(50, orders={7}, key=3)], 1),
        ([credit(100, orders={7}, key=1), credit(100, orders={7}, key=2)], None),
        ([credit(100, key=1), credit(100, key=2)], None),
        ([credit(60, key=1)], 1),
        ([credit(100, key=1)], 1),
        ([credit(150, key=1)], None),
        ([credit(150, orders={7}, key=1)], None),
        ([credit(60, key=1), credit(30, key=2)], None),
    ],
)
def test_credit_is_meant_without_being_named_only_where_there_is_no_doubt(credits, chosen):
    found = only_match(credits, MINE, D(100))

    assert (found.key if found else None) == chosen


@pytest.mark.parametrize(
    ("left", "orders", "words"),
    [
        (100, {7}, "same order, same amount"),
        (50, {7}, "same order"),
        (100, {8}, "same amount"),
        (50, (), "same customer"),
    ],
)
def test_reason_for_an_offer(left, orders, words):
    assert why(credit(left, orders=orders), MINE, D(100)) == words


@pytest.mark.parametrize(
    ("amounts", "allocated", "left"),
    [
        ([100], 0, [100]),
        ([30, 70], 20, [10, 70]),
        ([30, 70], 30, [0, 70]),
        ([30, 70], 50, [0, 50]),
        ([30, 70], 100, [0, 0]),
        ([110, -10], 40, [70, 0]),
        ([-10, 110], 0, [0, 100]),
        ([], 0, []),
    ],
)
def test_money_goes_to_the_oldest_instalment(amounts, allocated, left):
    assert residuals([D(amount) for amount in amounts], D(allocated)) == tuple(D(amount) for amount in left)


@given(amounts=st.lists(MONEY, min_size=1, max_size=5), share=st.integers(0, 100))
def test_instalments_are_open_for_what_is_not_allocated(amounts, share):
    total = sum(amounts, D(0))
    allocated = (total * share / 100).quantize(D("0.01"))

    left = residuals(amounts, allocated)

    assert sum(left, D(0)) == total - allocated
    assert all(0 <= rest <= amount for rest, amount in zip(left, amounts, strict=True))


@pytest.mark.parametrize(
    ("amounts", "total", "count"),
    [([], 0, 0), ([50, 30, 20], 100, 3), ([50, 30, 20], 99, 2), ([50, 30, 20], 80, 2), ([50, 30, 20], 49, 0),
     ([50], 0, 0), ([10, 90, 1], 10, 1)],
)  # fmt: skip
def test_what_fits_is_counted_from_the_oldest(amounts, total, count):
    assert fitting([D(amount) for amount in amounts], D(total)) == count


@given(dues=st.lists(MONEY, max_size=5), amount=MONEY, mark_paid=st.booleans())
def test_every_cent_of_a_payment_goes_somewhere(dues, amount, mark_paid):
    found = close(dues, amount, mark_paid=mark_paid)

    assert sum(found.used, D(0)) + found.left + found.surplus == amount
    assert all(0 <= used + rest <= due for due, used, rest in zip(dues, found.used, found.written_off, strict=True))
    if mark_paid:
        assert sum(found.used, D(0)) + sum(found.written_off, D(0)) == sum(dues, D(0))
