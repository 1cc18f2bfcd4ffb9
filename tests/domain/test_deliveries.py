"""What leaves, and what comes back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import deliveries
from shopctl.domain.billing import NOTHING, OrderLine
from shopctl.domain.deliveries import LineQuantity, Sent, leave, parse_quantities, replanned, take_back, to_ship
from shopctl.errors import NotFoundError, RefusedError, UsageError

D = Decimal


def line(ordered, delivered=0, kind="product", sku="A", closed=False):
    return OrderLine(
        1, kind, sku, "", D(ordered), D(delivered), D(0), D(10), D(0), "", "ordered", NOTHING, closed=closed
    )


ORDER = {
    1: line(5, 2),
    2: line(3, 3),
    4: line(2, 0, sku="WORK"),
    5: line(1, 0, "shipping"),
    6: line(4, 1, closed=True),
    7: line(1, 4),
    8: line(0, 0, "note"),
}


def deliver(*wanted, force=False):
    asked = [LineQuantity(position, D(quantity)) for position, quantity in wanted]
    moves = deliveries.deliver("S1", ORDER, asked, {"WORK"}, force=force)
    return [(move.line, move.quantity, move.goods) for move in moves]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], ()),
        (["1=2"], (LineQuantity(1, D(2)),)),
        (["3=-1.5", "1=0.25"], (LineQuantity(3, D("-1.5")), LineQuantity(1, D("0.25")))),
    ],
)
def test_quantities_are_read(texts, expected):
    assert parse_quantities(texts) == expected


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["1"], "--line '1' does not say how many"),
        (["1="], "quantity is empty"),
        (["1=x"], "quantity 'x' cannot be understood"),
        (["1=0"], "--line '1=0' moves nothing"),
        (["1=0.00001"], "quantity '0.00001' has more than 4 decimals"),
        (["0=1"], "--line: '0' is not the number of a line"),
        (["A1=1"], "--line: 'A1' is not the number of a line"),
        (["1=1", "1=2"], "line 1 is named twice"),
    ],
)
def test_quantities_that_are_written_wrongly_are_refused(texts, message):
    with pytest.raises(UsageError) as refusal:
        parse_quantities(texts)

    assert refusal.value.message == message


def test_everything_that_is_left_leaves():
    assert deliver() == [(ORDER[1], 3, True), (ORDER[4], 2, False)]


@pytest.mark.parametrize(
    ("wanted", "force", "expected"),
    [
        ([(1, 2)], False, [(ORDER[1], 2, True)]),
        ([(4, 1), (1, "0.5")], False, [(ORDER[1], D("0.5"), True), (ORDER[4], 1, False)]),
        ([(1, -2)], False, [(ORDER[1], -2, True)]),
        ([(6, -1)], False, [(ORDER[6], -1, True)]),
        ([(1, 4)], True, [(ORDER[1], 4, True)]),
        ([(2, 1)], True, [(ORDER[2], 1, True)]),
    ],
)
def test_what_is_named_moves(wanted, force, expected):
    assert deliver(*wanted, force=force) == expected


@pytest.mark.parametrize(
    ("wanted", "error", "message", "hint"),
    [
        ((1, 4), RefusedError, "4 of line 1 of order S1 are more than the 3 that are left to deliver",
         "shopctl orders deliver S1 --line 1=3, or --force"),
        ((7, 1), RefusedError, "1 of line 7 of order S1 are more than the 0 that are left to deliver",
         "shopctl orders deliver S1 --line 7=1 --force"),
        ((1, -3), RefusedError, "3 of line 1 of order S1 cannot come back, for 2 are delivered",
         "shopctl orders show S1"),
        ((5, 1), RefusedError, "line 5 of order S1 is a shipping line, which is not delivered", "shopctl orders show S1"),
        ((8, 1), RefusedError, "line 8 of order S1 is a note line, which is not delivered", "shopctl orders show S1"),
        ((6, 1), RefusedError, "line 6 of order S1 is closed: nothing more of it comes", "shopctl orders reopen S1"),
        ((3, 1), NotFoundError, "order S1 has no line 3", "shopctl orders show S1"),
    ],
)  # fmt: skip
def test_refusals(wanted, error, message, hint):
    with pytest.raises(error) as refusal:
        deliver(wanted)

    assert (refusal.value.message, refusal.value.hint) == (message, hint)


def test_closed_line_stays_closed_even_by_force():
    with pytest.raises(RefusedError):
        deliver((6, 1), force=True)


SENT = [Sent(1, D(5), D(2), D(9)), Sent(2, D(3), D(3), D(4)), Sent(3, D(4), D(0), D(1))]
"""Of line 1 three are left; line 2 is back; of line 3 the customer has one only."""


def test_everything_that_is_left_comes_back():
    assert take_back("OUT/1", SENT, []) == {1: 3, 3: 1}


def test_what_is_named_comes_back():
    assert take_back("OUT/1", SENT, [LineQuantity(3, D(1)), LineQuantity(1, D(2))]) == {1: 2, 3: 1}


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        ((1, 4), RefusedError, "4 of line 1 of delivery OUT/1 cannot come back, for 3 are left of it"),
        ((2, 1), RefusedError, "1 of line 2 of delivery OUT/1 cannot come back, for 0 are left of it"),
        ((3, 2), RefusedError, "2 of line 3 of delivery OUT/1 cannot come back, for 1 are left of it"),
        ((4, 1), NotFoundError, "delivery OUT/1 has no line 4"),
        ((1, -1), UsageError, "what comes back is written above zero"),
    ],
)
def test_too_much_does_not_come_back(wanted, error, message):
    with pytest.raises(error) as refusal:
        take_back("OUT/1", SENT, [LineQuantity(wanted[0], D(wanted[1]))])

    assert refusal.value.message == message


@given(quantity=st.integers(0, 9), returned=st.integers(0, 9), delivered=st.integers(0, 9))
def test_no_more_comes_back_than_the_customer_has(quantity, returned, delivered):
    left = Sent(1, D(quantity), D(returned), D(delivered)).left

    assert 0 <= left <= delivered
    assert left <= quantity


# What waits.


@pytest.mark.parametrize(
    ("position", "expected"),
    [(1, 3), (2, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0)],
    ids=["a part left", "all left", "service", "shipping", "closed", "more than all left", "note"],
)
def test_only_goods_that_are_still_to_leave_are_shipped(position, expected):
    assert to_ship(ORDER[position], {"WORK"}) == expected


def test_line_without_a_known_product_is_goods():
    assert to_ship(line(2, sku=""), {"WORK"}) == 2


@pytest.mark.parametrize(
    ("planned", "before", "after", "expected"),
    [
        (5, 5, 5, 5),
        (5, 5, 8, 8),
        (5, 5, 2, 2),
        (5, 5, 0, 0),
        (0, 0, 3, 3),
        (0, 4, 4, 0),
        (0, 4, 6, 2),
        (0, 4, 1, 0),
        (2, 4, 3, 1),
        (2, 4, 5, 3),
    ],
)  # fmt: skip
def test_plan_follows_what_is_to_ship(planned, before, after, expected):
    assert replanned(D(planned), D(before), D(after)) == expected


@given(before=st.integers(0, 20), after=st.integers(0, 20), share=st.integers(0, 20))
def test_never_more_waits_than_is_to_ship(before, after, share):
    planned = min(share, before)
    now = replanned(D(planned), D(before), D(after))

    assert 0 <= now <= after
    assert replanned(now, D(after), D(after)) == now
    if planned == before:
        assert now == after


def test_all_that_waits_leaves_or_what_is_named():
    waiting = {1: D(3), 2: D(1)}

    assert leave("OUT/1", waiting, []) == {1: 3, 2: 1}
    assert leave("OUT/1", waiting, [LineQuantity(2, D(1)), LineQuantity(1, D("0.5"))]) == {1: D("0.5"), 2: 1}


@pytest.mark.parametrize(
    ("wanted", "error", "message", "hint"),
    [
        ((1, 4), RefusedError, "4 of line 1 of delivery OUT/1 are more than the 3 that wait",
         "shopctl delivery validate OUT/1 --line 1=3"),
        ((3, 1), NotFoundError, "delivery OUT/1 has no line 3", "shopctl delivery show OUT/1"),
        ((1, -1), UsageError, "what leaves is written above zero", "write N=QTY: --line 1=2"),
    ],
)  # fmt: skip
def test_more_than_waits_does_not_leave(wanted, error, message, hint):
    with pytest.raises(error) as refusal:
        leave("OUT/1", {1: D(3)}, [LineQuantity(wanted[0], D(wanted[1]))])

    assert (refusal.value.message, refusal.value.hint) == (message, hint)
