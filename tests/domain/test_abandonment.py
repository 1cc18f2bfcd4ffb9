"""Which carts are abandoned, why they were probably left, and which of them get a letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.abandonment import (
    REASONS,
    SKIPS,
    CartFacts,
    CartLine,
    Contents,
    Rules,
    contents,
    is_abandoned,
    is_recovered,
    likely_reason,
    skip_reason,
    state_of,
)

D = Decimal
NOW = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DESK = CartLine("product", D(1), D(100))
RULES = Rules(delay=HOUR)


def cart(*lines: CartLine, idle: timedelta = 2 * HOUR, **more) -> CartFacts:
    """Make a cart that would get a letter, but for what is said."""
    return CartFacts(
        NOW - idle,
        **{"known": True, "email": "ann@example.com", "contents": contents(lines or (DESK,)), **more},
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (cart(idle=timedelta(minutes=59)), False),
        (cart(idle=timedelta(minutes=59, seconds=59)), False),
        (cart(idle=timedelta(minutes=60)), True),
        (cart(idle=timedelta(minutes=61)), True),
        (cart(ordered_at=NOW - HOUR), False),
        (cart()._replace(contents=contents([])), False),
        (cart(CartLine("note", D(0), D(0))), True),
        (cart(CartLine("shipping", D(1), D(5))), True),
        (cart(email="", known=False), True),
    ],
)
def test_cart_is_abandoned_when_it_is_open_filled_and_left_alone_for_the_delay(facts, expected):
    # Order rules, vector 2: 59 and 61 minutes old with a delay of an hour.
    assert is_abandoned(facts, NOW, HOUR) is expected


@pytest.mark.parametrize(
    ("ordered_at", "sent_at", "expected"),
    [
        (None, None, False),
        (None, NOW, False),
        (NOW, None, False),
        (NOW, NOW - timedelta(seconds=1), True),
        (NOW, NOW, False),
        (NOW, NOW + timedelta(seconds=1), False),
    ],
)
def test_cart_is_recovered_when_it_was_ordered_after_its_letter_was_sent(ordered_at, sent_at, expected):
    assert is_recovered(ordered_at, sent_at) is expected


@pytest.mark.parametrize(
    ("facts", "sent_at", "expected"),
    [
        (cart(idle=timedelta(0)), None, "open"),
        (cart(idle=timedelta(0)), NOW - HOUR, "open"),
        (cart(), None, "abandoned"),
        (cart(ordered_at=NOW - HOUR), None, "ordered"),
        (cart(ordered_at=NOW - HOUR), NOW, "ordered"),
        (cart(ordered_at=NOW), NOW - HOUR, "recovered"),
    ],
)
def test_state_is_the_most_that_can_be_said(facts, sent_at, expected):
    assert state_of(facts, sent_at, NOW, HOUR) == expected


GONE = CartLine("product", D(1), D(100), sold_out=True)
OLD = CartLine("product", D(1), D(100), archived=True)
GIFT = CartLine("product", D(1), D(0))
SHIPPING = CartLine("shipping", D(1), D("15.01"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (cart(), "no_sign"),
        (cart(stage="failed"), "payment_error"),
        (cart(payment_error="card declined"), "payment_error"),
        (cart(DESK, GONE), "sold_out"),
        (cart(DESK, OLD), "archived"),
        (cart(GIFT), "free_only"),
        (cart(GIFT, DESK), "no_sign"),
        (cart(CartLine("product", D(1), D(100), D(100))), "free_only"),
        (cart(DESK, SHIPPING), "delivery_cost"),
        (cart(DESK, SHIPPING._replace(unit_price=D(15))), "no_sign"),
        (cart(DESK._replace(discount=D(10)), SHIPPING._replace(unit_price=D(14))), "delivery_cost"),
        (cart(known=False, email="", stage="address"), "address_form"),
        (cart(stage="address"), "no_sign"),
        (cart(known=False, email=""), "no_email"),
        (cart(email=""), "no_email"),
        # Of several signs the surest counts.
        (cart(GONE, OLD, SHIPPING, known=False, email="", stage="address", payment_error="x"), "payment_error"),
        (cart(GONE, OLD, SHIPPING, known=False, email="", stage="address"), "sold_out"),
        (cart(OLD, SHIPPING, known=False, email="", stage="address"), "archived"),
        (cart(DESK, SHIPPING, known=False, email="", stage="address"), "delivery_cost"),
    ],
)
def test_likely_reason_is_the_first_sign_that_is_seen(facts, expected):
    assert likely_reason(facts, 15) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (cart(), ""),
        (cart(marketing=True), ""),
        (cart(stage="payment"), ""),
        (cart(DESK, GONE), ""),
        (cart(GIFT, DESK), ""),
        (cart(CartLine("note", D(0), D(0))), "free_only"),
        (cart(ordered_at=NOW), "ordered"),
        (cart(idle=timedelta(minutes=59)), "not_abandoned"),
        # Order rules, vector 2: five reasons.
        (cart(email="", known=False), "no_address"),
        (cart(GIFT), "free_only"),
        (cart(payment_error="card declined"), "payment_error"),
        (cart(ordered_since=True), "ordered_since"),
        (cart(GONE), "unavailable"),
        # Settled rules, Carts 19: the others.
        (cart(stage="failed"), "payment_error"),
        (cart(OLD), "unavailable"),
        (cart(GONE, OLD, CartLine("shipping", D(1), D(5))), "unavailable"),
        (cart(marketing=False), "opted_out"),
        (cart(letter="mailed"), "mailed"),
        (cart(letter="failed"), "letter_failed"),
        (cart(email="ann@example.com, bob@example.com"), "no_address"),
        (cart(email="ann"), "no_address"),
        # What was mailed says so, whatever else is true.
        (cart(GIFT, letter="mailed", ordered_since=True), "mailed"),
        (cart(marketing=False, letter="mailed"), "opted_out"),
        # A letter that did not go out is not worth another one where something else speaks against it.
        (cart(GIFT, letter="failed"), "free_only"),
        (cart(letter="failed", ordered_since=True), "ordered_since"),
    ],
)
def test_cart_gets_a_letter_unless_something_speaks_against_it(facts, expected):
    assert skip_reason(facts, NOW, RULES) == expected


@pytest.mark.parametrize(("before", "expected"), [(1, "before_activation"), (0, ""), (-1, "")])
def test_carts_left_before_letters_were_switched_on_get_none(before, expected):
    facts = cart()
    rules = RULES._replace(activated_at=facts.last_activity_at + timedelta(seconds=before))

    assert skip_reason(facts, NOW, rules) == expected


def test_a_cart_is_summed_up():
    lines = [
        CartLine("section", D(0), D(0)),
        CartLine("product", D(2), D("9.50"), D(10)),
        CartLine("product", D(1), D(5), archived=True),
        CartLine("shipping", D(1), D("4.90")),
        CartLine("discount", D(1), D(-2)),
    ]

    assert contents(lines) == Contents(
        filled=True, free=False, sold_out=False, archived=True, available=True, goods=D("22.1"), delivery=D("4.9")
    )


def test_a_cart_of_services_without_products_can_be_bought():
    assert contents([CartLine("shipping", D(1), D(5))]).available


lines = st.builds(
    CartLine,
    st.sampled_from(["product", "shipping", "discount", "section"]),
    st.decimals(0, 9, places=1),
    st.decimals(0, 99, places=2),
    st.sampled_from([D(0), D(100)]),
    st.booleans(),
    st.booleans(),
)
facts = st.builds(
    CartFacts,
    st.sampled_from([NOW, NOW - HOUR, NOW - 3 * HOUR]),
    st.sampled_from([None, NOW]),
    st.sampled_from(["cart", "address", "delivery", "payment", "failed"]),
    st.sampled_from(["", "declined"]),
    st.booleans(),
    st.sampled_from(["", "ann@example.com"]),
    st.sampled_from([None, True, False]),
    st.sampled_from(["", "mailed", "failed"]),
    st.booleans(),
    st.lists(lines, max_size=3).map(contents),
)


@given(facts, st.integers(0, 200))
def test_words_are_known_and_a_letter_is_asked_for_only_where_it_may_help(one, share):
    reason, skipped = likely_reason(one, share), skip_reason(one, NOW, RULES)

    assert reason in REASONS
    assert skipped == "" or skipped in SKIPS
    if not skipped:
        assert is_abandoned(one, NOW, HOUR)
        assert one.email
        assert one.marketing is not False
        assert reason not in ("payment_error", "free_only", "no_email", "address_form")


@given(facts, st.integers(1, 10_000))
def test_a_cart_that_is_left_alone_longer_stays_abandoned(one, seconds):
    if is_abandoned(one, NOW, HOUR):
        assert is_abandoned(one, NOW + timedelta(seconds=seconds), HOUR)
