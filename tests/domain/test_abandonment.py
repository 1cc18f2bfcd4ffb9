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
    basis_of,
    contents,
    is_abandoned,
    likely_reason,
    outlook,
    skip_reason,
    state_of,
    winner,
)

D = Decimal
NOW = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DESK = CartLine("product", D(1), D(100))
RULES = Rules(delay=HOUR, pause=timedelta(days=1))


def cart(*lines: CartLine, idle: timedelta = 2 * HOUR, **more) -> CartFacts:
    """Make a cart that would get a letter, but for what is said."""
    return CartFacts(
        NOW - idle,
        **{"known": True, "email": "ann@example.com", "bought": True, "contents": contents(lines or (DESK,)), **more},
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


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ordered_at", "sent", "expected"),
    [
        (None, [], 0),
        (None, [(NOW, 1)], 0),
        (NOW, [], 0),
        (NOW, [(NOW - timedelta(seconds=1), 1)], 1),
        (NOW, [(NOW, 1)], 0),
        (NOW, [(NOW + timedelta(seconds=1), 1)], 0),
        # The last letter before the order, however many there were, and not longer ago than it may be.
        (NOW, [(NOW - 3 * DAY, 1), (NOW - DAY, 2), (NOW + DAY, 3)], 2),
        (NOW, [(NOW - 30 * DAY, 1)], 1),
        (NOW, [(NOW - 30 * DAY - timedelta(seconds=1), 1)], 0),
    ],
)
def test_cart_was_won_back_by_the_last_letter_before_its_order(ordered_at, sent, expected):
    assert winner(ordered_at, sent, 30 * DAY) == expected


@pytest.mark.parametrize(
    ("facts", "won_by", "expected"),
    [
        (cart(idle=timedelta(0)), 0, "open"),
        (cart(), 0, "abandoned"),
        (cart(ordered_at=NOW - HOUR), 0, "ordered"),
        (cart(ordered_at=NOW), 2, "recovered"),
    ],
)
def test_state_is_the_most_that_can_be_said(facts, won_by, expected):
    assert state_of(facts, won_by, NOW, HOUR) == expected


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
        (cart(letter="mailed", step=1), "mailed"),
        (cart(letter="failed", step=1), "letter_failed"),
        (cart(email="ann@example.com, bob@example.com"), "no_address"),
        (cart(email="ann"), "no_address"),
        (cart(bought=False), "no_basis"),
        (cart(bought=False, marketing=True), ""),
        (cart(marketing=False, suppressed=True), "suppressed"),
        (cart(marketing=True, suppressed=True), "suppressed"),
        (cart(wrote_at=NOW - 23 * HOUR), "recently_mailed"),
        (cart(wrote_at=NOW - 24 * HOUR), ""),
        (cart(wrote_at=NOW - HOUR, step=1, letter="failed"), "recently_mailed"),
        # What was mailed says so, whatever else is true.
        (cart(GIFT, letter="mailed", step=1, ordered_since=True), "mailed"),
        (cart(marketing=False, letter="mailed", step=1), "opted_out"),
        # A letter that did not go out is not worth another one where something else speaks against it.
        (cart(GIFT, letter="failed", step=1), "free_only"),
        (cart(letter="failed", step=1, ordered_since=True), "ordered_since"),
    ],
)
def test_cart_gets_a_letter_unless_something_speaks_against_it(facts, expected):
    assert skip_reason(facts, NOW, RULES) == expected


@pytest.mark.parametrize(("before", "expected"), [(1, "before_activation"), (0, ""), (-1, "")])
def test_carts_left_before_letters_were_switched_on_get_none(before, expected):
    facts = cart()
    rules = RULES._replace(activated=(facts.last_activity_at + timedelta(seconds=before),))

    assert skip_reason(facts, NOW, rules) == expected


STEPS = RULES._replace(steps=(timedelta(0), DAY, 3 * DAY))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # Abandoned for no time at all, just before and at each step, long after the last.
        (cart(idle=HOUR), ("", 1, NOW)),
        (cart(idle=HOUR, step=1, letter="mailed"), ("not_due", 2, NOW + DAY)),
        (
            cart(idle=25 * HOUR - timedelta(seconds=1), step=1, letter="mailed"),
            ("not_due", 2, NOW + timedelta(seconds=1)),
        ),
        (cart(idle=25 * HOUR, step=1, letter="mailed"), ("", 2, NOW)),
        (cart(idle=73 * HOUR, step=2, letter="mailed"), ("", 3, NOW)),
        (cart(idle=730 * HOUR, step=3, letter="mailed"), ("mailed", 0, None)),
        # Missed steps are left out, and never come later.
        (cart(idle=74 * HOUR), ("", 3, NOW - HOUR)),
        (cart(idle=74 * HOUR, step=1, letter="mailed"), ("", 3, NOW - HOUR)),
        # Who comes back after the second letter and leaves again gets the third, counted from then.
        (cart(idle=HOUR, step=2, letter="mailed"), ("not_due", 3, NOW + 3 * DAY)),
        # A letter that failed is for a person to look at, until the next one is due.
        (cart(idle=HOUR, step=1, letter="failed"), ("letter_failed", 1, NOW + DAY)),
        (cart(idle=25 * HOUR, step=1, letter="failed"), ("", 2, NOW)),
        # A letter about another cart puts it off.
        (cart(idle=25 * HOUR, step=1, letter="mailed", wrote_at=NOW - HOUR), ("recently_mailed", 2, NOW + 23 * HOUR)),
        (cart(idle=2 * HOUR, step=1, letter="mailed", wrote_at=NOW - HOUR), ("not_due", 2, NOW + 23 * HOUR)),
    ],
)
def test_the_highest_step_that_is_due_comes_next(facts, expected):
    assert outlook(facts, NOW, STEPS)[:3] == expected


def test_each_step_is_switched_on_by_itself():
    # The second letter was added later than these carts were left.
    rules = STEPS._replace(activated=(NOW - 90 * DAY, NOW - DAY, NOW - 2 * DAY))

    assert outlook(cart(idle=49 * HOUR), NOW, rules)[:2] == ("", 1)
    assert outlook(cart(idle=25 * HOUR, step=1, letter="mailed"), NOW, rules)[:2] == ("not_due", 3)
    assert outlook(cart(idle=23 * HOUR, step=1, letter="mailed"), NOW, rules)[:2] == ("not_due", 2)


def test_no_steps_are_no_letters():
    assert outlook(cart(), NOW, RULES._replace(steps=())) == ("switched_off", 0, None, "sale")


@pytest.mark.parametrize("pause", [timedelta(0), DAY])
def test_two_carts_of_one_customer_get_no_letter_in_the_same_run(pause):
    assert skip_reason(cart(wrote_at=NOW), NOW, RULES._replace(pause=pause)) == "recently_mailed"


@pytest.mark.parametrize(
    ("marketing", "bought", "allowed", "expected"),
    [
        (True, True, ("consent", "sale"), "consent"),
        (True, True, ("sale",), "sale"),
        (None, True, ("consent", "sale"), "sale"),
        (None, True, ("consent",), ""),
        (None, False, ("consent", "sale"), ""),
        (True, False, ("sale",), ""),
        (False, True, ("consent", "sale"), ""),
    ],
)
def test_a_letter_needs_consent_or_a_sale_and_never_goes_against_a_no(marketing, bought, allowed, expected):
    # Directive 2002/58/EC, article 13 (1) and (2).
    assert basis_of(cart(marketing=marketing, bought=bought), allowed) == expected


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
    st.integers(0, 3),
    st.sampled_from([None, NOW - HOUR, NOW - 2 * DAY]),
    st.booleans(),
    st.booleans(),
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
        assert one.marketing or one.bought
        assert not one.suppressed
        assert reason not in ("payment_error", "free_only", "no_email", "address_form")


@given(facts, st.integers(1, 10_000))
def test_a_cart_that_is_left_alone_longer_stays_abandoned(one, seconds):
    if is_abandoned(one, NOW, HOUR):
        assert is_abandoned(one, NOW + timedelta(seconds=seconds), HOUR)
