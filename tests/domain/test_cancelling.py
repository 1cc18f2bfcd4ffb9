"""Whether an order can be cancelled, and what goes with it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.cancelling import MEANS, Affairs, Money, Paper, obstacles, parse_means, plan, require_cancellable
from shopctl.errors import RefusedError, UsageError

D = Decimal
FREE = Affairs("S1", "EUR")
BILLED = FREE._replace(posted=(Paper("INV/1", D(100)),))
PAID = FREE._replace(paid=D("59.50"), received=(Money("PAY/1", D("59.50")),))
SHIPPED = FREE._replace(delivered=((1, D(2)), (3, D("1.5"))), shipments=("OUT/1", "OUT/2"))
COUNTED = FREE._replace(delivered=((2, D(1)),))
SHARED = FREE._replace(posted=(Paper("INV/1", D(100), ("S2", "S3")),))
DRAFTED = FREE._replace(drafts=(Paper("DRAFT/00004", D(100), ("S2",), "credit-note"),))
EVERYTHING = Affairs(
    "S1", "EUR", D(100), (Paper("INV/1", D(100)),), (), (Money("PAY/1", D(100)),), (), ((1, D(2)),), ("OUT/1",)
)


@pytest.mark.parametrize(
    ("affairs", "means", "told"),
    [
        (FREE, "", []),
        (FREE._replace(drafts=(Paper("DRAFT/00002", D(5)),), announced=(Money("PAY/9", D(5)),)), "", []),
        (FREE._replace(waiting=("OUT/7",)), "", []),
        (BILLED, "", [("INV/1 is posted", "shopctl credit-note create INV/1 --reason TEXT --confirm")]),
        (BILLED, "credit-note", []),
        (BILLED, "refund,return", [("INV/1 is posted", "shopctl credit-note create INV/1 --reason TEXT --confirm")]),
        (PAID, "", [("59.50 EUR is paid (PAY/1)", "")]),
        (PAID, "refund", []),
        (FREE._replace(paid=D(10)), "", [("10.00 EUR is paid", "")]),
        (
            SHIPPED,
            "",
            [("2 of line 1, 1.5 of line 3 are delivered (OUT/1, OUT/2)", "shopctl delivery return OUT/1 OUT/2")],
        ),
        (SHIPPED, "return", []),
        (COUNTED, "", [("1 of line 2 is delivered", "shopctl orders deliver S1 --line 2=-1")]),
        (
            SHARED,
            "credit-note,refund,return",
            [("INV/1 bills S2, S3 as well", "shopctl credit-note create INV/1 --line N --reason TEXT --confirm")],
        ),
        (
            DRAFTED,
            "credit-note",
            [("the draft DRAFT/00004 bills S2 as well", "shopctl credit-note cancel DRAFT/00004")],
        ),
        (EVERYTHING, "credit-note,refund,return", []),
    ],
)
def test_obstacles_are_named_with_the_command_that_clears_them(affairs, means, told):
    assert [tuple(one) for one in obstacles(affairs, parse_means(means))] == told


@pytest.mark.parametrize(
    ("affairs", "means", "message", "hint"),
    [
        (
            EVERYTHING,
            "",
            "order S1 cannot be cancelled: INV/1 is posted; 100.00 EUR is paid (PAY/1); 2 of line 1 are delivered (OUT/1)",
            "shopctl credit-note create INV/1 --reason TEXT --confirm\nshopctl delivery return OUT/1\n"
            "all at once: shopctl orders cancel S1 --with credit-note,refund,return",
        ),
        (
            EVERYTHING,
            "credit-note,return",
            "order S1 cannot be cancelled: 100.00 EUR is paid (PAY/1)",
            "shopctl orders cancel S1 --with credit-note,refund,return",
        ),
        (
            SHARED,
            "credit-note",
            "order S1 cannot be cancelled: INV/1 bills S2, S3 as well",
            "shopctl credit-note create INV/1 --line N --reason TEXT --confirm",
        ),
    ],
)
def test_a_refusal_names_everything_at_once(affairs, means, message, hint):
    with pytest.raises(RefusedError) as refused:
        require_cancellable(affairs, parse_means(means))

    assert (refused.value.code, refused.value.message, refused.value.hint) == ("order.not_cancellable", message, hint)


def test_a_plan_follows_the_order_in_which_things_are_done():
    affairs = EVERYTHING._replace(
        drafts=(Paper("DRAFT/00002", D(5)),), announced=(Money("PAY/2", D("7.5")),), waiting=("OUT/2",)
    )

    assert plan(affairs) == [
        "cancel the draft DRAFT/00002",
        "credit INV/1: 100.00 EUR",
        "pay 100.00 EUR back",
        "take back 2 of line 1",
        "cancel the announced payment PAY/2 of 7.50 EUR",
        "cancel the delivery OUT/2, which has not left",
        "cancel the order",
    ]
    assert plan(FREE) == ["cancel the order"]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", ()),
        ("refund", ("refund",)),
        (" return , credit-note,", ("credit-note", "return")),
        ("refund,refund", ("refund",)),
    ],
)
def test_means_are_read(text, means):
    assert parse_means(text) == means


@pytest.mark.parametrize("text", ["refunds", "Refund", "credit_note,refund", "refund;return"])
def test_unknown_means_are_refused(text):
    with pytest.raises(UsageError) as refused:
        parse_means(text)

    assert refused.value.hint == "write --with credit-note,refund,return"


@st.composite
def some(draw):
    posted = tuple(Paper(f"INV/{number}", D(100)) for number in range(draw(st.integers(0, 2))))
    delivered = tuple((position, D(2)) for position in range(1, 1 + draw(st.integers(0, 2))))
    return Affairs("S1", "EUR", D(draw(st.integers(0, 2))), posted, delivered=delivered)


@given(some(), st.sets(st.sampled_from(MEANS)))
def test_nothing_is_in_the_way_exactly_when_everything_that_is_needed_may_be_done(affairs, means):
    assert (list(obstacles(affairs, means)) == []) is (affairs.needs <= means)
