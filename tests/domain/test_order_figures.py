"""Orders added up by what they share."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.order_figures import Figure, Tally, figures, summed, totals_of

D = Decimal
A = Tally("A", "EUR", 3, D("30.00"))
B = Tally("B", "EUR", 1, D("60.00"))
C = Tally("C", "EUR", 2, D("10.00"))
YEN = Tally("A", "JPY", 3, D(1000))
WHOLE = [Tally("", "EUR", 6, D("100.00")), Tally("", "JPY", 3, D(1000))]


def brief(rows):
    return [(row.group or row.name, row.currency, row.orders, str(row.untaxed), str(row.average), str(row.share))
            for row in rows]  # fmt: skip


def test_the_largest_come_first_and_every_currency_by_itself():
    assert brief(figures([A, YEN, C, B], WHOLE)) == [
        ("B", "EUR", 1, "60.00", "60.00", "60.0"),
        ("A", "EUR", 3, "30.00", "10.00", "30.0"),
        ("C", "EUR", 2, "10.00", "5.00", "10.0"),
        ("A", "JPY", 3, "1000", "333", "100.0"),
    ]


def test_dates_keep_their_order():
    assert [row.group for row in figures([B, C, A], WHOLE, by_size=False)] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("top", "told"),
    [
        (0, ["B", "A", "C"]),
        (1, ["B", "2 others"]),
        (2, ["B", "A", "C"]),  # one row that says "1 others" would say less than its name
        (3, ["B", "A", "C"]),
    ],
)
def test_the_rest_is_one_row(top, told):
    assert [row.group or row.name for row in figures([A, B, C], WHOLE, top=top)] == told


def test_the_rest_adds_up():
    (_, rest) = figures([A, B, C._replace(quantity=D(4))], WHOLE, top=1)

    assert rest == Figure("", "2 others", "EUR", 5, D("40.00"), D("8.00"), D("40.0"), D(4))


def test_nothing_sold_has_no_share():
    free = Tally("A", "EUR", 2, D(0))

    assert brief(figures([free], [free._replace(group="")])) == [("A", "EUR", 2, "0", "0.00", "None")]
    assert totals_of([Tally("", "EUR", 2, D("5.01"))])[0].average == D("2.51")
    assert figures([], WHOLE) == []


keys = st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["EUR", "JPY"]))
tallies = st.dictionaries(keys, st.tuples(st.integers(1, 50), st.integers(0, 10_000))).map(
    lambda found: [Tally(*key, orders, D(cents) / 100) for key, (orders, cents) in found.items()]
)


@given(tallies, st.integers(0, 5))
def test_however_many_are_named_the_sums_stay(found, top):
    sums = summed(found)

    rows = figures(found, sums, top=top)

    assert [whole.currency for whole in sums] == sorted({one.currency for one in found})
    for whole in sums:
        mine = [row for row in rows if row.currency == whole.currency]
        assert sum(row.untaxed for row in mine) == whole.untaxed
        assert sum(row.orders for row in mine) == whole.orders
