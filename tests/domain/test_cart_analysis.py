"""How abandoned carts are summed up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.abandonment import REASONS, SKIPS
from shopctl.domain.cart_analysis import CUSTOMER_TYPES, Figure, Part, Studied, analysed
from shopctl.domain.states import CART_STAGES

D = Decimal
DESK, LAMP = Part("DSK", "Desk", D(80)), Part("LMP", "Lamp", D(20))
CARTS = [
    Studied("EUR", D(121), "payment", "no_sign", "new", True, parts=(DESK, LAMP)),
    Studied("EUR", D(50), "cart", "no_email", "anonymous", True, skip_reason="no_address"),
    Studied("EUR", D(10), "payment", "no_sign", "returning", True, (1,), skip_reason="mailed", parts=(LAMP,)),
    Studied("EUR", D(70), "payment", "no_sign", "new", False, (1, 2), 2, D(75), "ordered", (DESK,)),
    Studied("EUR", D(30), "payment", "sold_out", "new", False, (1,), 1, D(30), "ordered"),
    Studied("USD", D(5), "payment", "no_sign", "new", True),
]
"""Three abandoned in euros, one of them with a letter, two won back, and one in dollars."""


def rows(figures: tuple[Figure, ...]) -> list[tuple[object, ...]]:
    return [
        (one.group, one.currency, one.carts, f"{one.amount:f}", one.mailed, one.won_back, f"{one.amount_won_back:f}",
         None if one.rate is None else f"{one.rate:f}")
        for one in figures
    ]  # fmt: skip


def test_currencies_are_kept_apart():
    assert rows(analysed(CARTS).totals) == [
        ("", "EUR", 3, "181", 3, 2, "105", "66.7"),
        ("", "USD", 1, "5", 0, 0, "0", None),
    ]


def test_carts_that_were_won_back_count_by_where_they_had_stopped_but_not_as_abandoned():
    assert rows(analysed(CARTS).stages) == [
        ("cart", "EUR", 1, "50", 0, 0, "0", None),
        ("payment", "EUR", 2, "131", 3, 2, "105", "66.7"),
        ("payment", "USD", 1, "5", 0, 0, "0", None),
    ]
    assert rows(analysed(CARTS).reasons) == [
        ("sold_out", "EUR", 0, "0", 1, 1, "30", "100.0"),
        ("no_email", "EUR", 1, "50", 0, 0, "0", None),
        ("no_sign", "EUR", 2, "131", 2, 1, "75", "50.0"),
        ("no_sign", "USD", 1, "5", 0, 0, "0", None),
    ]


def test_a_cart_counts_for_each_product_with_what_its_lines_come_to():
    assert rows(analysed(CARTS).products) == [
        ("DSK", "EUR", 1, "80", 1, 1, "75", "100.0"),
        ("LMP", "EUR", 2, "40", 1, 0, "0", "0.0"),
    ]


def test_customers_and_letters_are_counted():
    sums = analysed(CARTS)

    assert [row[:3] for row in rows(sums.customer_types)] == [
        ("anonymous", "EUR", 1), ("new", "EUR", 1), ("new", "USD", 1), ("returning", "EUR", 1),
    ]  # fmt: skip
    assert [(one.group, one.label, one.currency, one.carts) for one in sums.letters] == [
        ("", "nothing speaks against it", "EUR", 1),
        ("", "nothing speaks against it", "USD", 1),
        ("no_address", "there is no e-mail address to write to", "EUR", 1),
        ("mailed", "it has its letter already", "EUR", 1),
    ]


def test_a_cart_counts_for_each_of_its_letters_and_is_won_back_by_the_last():
    assert rows(analysed(CARTS).steps) == [
        ("1", "EUR", 1, "10", 3, 1, "30", "33.3"),
        ("2", "EUR", 0, "0", 1, 1, "75", "100.0"),
    ]


def test_no_carts_are_no_figures():
    assert analysed([]) == ((), (), (), (), (), (), ())


@pytest.mark.parametrize(
    ("mailed", "won", "expected"), [(0, 0, None), (3, 0, "0.0"), (3, 1, "33.3"), (3, 2, "66.7"), (8, 1, "12.5")]
)
def test_rate_has_one_decimal(mailed, won, expected):
    rate = Figure("", "", "EUR", 0, D(0), mailed, won).rate

    assert (None if rate is None else f"{rate:f}") == expected


carts = st.builds(
    Studied,
    currency=st.sampled_from(["EUR", "USD"]),
    value=st.integers(0, 999).map(D),
    stage=st.sampled_from(CART_STAGES),
    reason=st.sampled_from([*REASONS]),
    customer_type=st.sampled_from(CUSTOMER_TYPES),
    abandoned=st.booleans(),
    sent=st.sampled_from([(), (1,), (2, 3)]),
    won_by=st.just(0),
    won=st.just(D(0)),
    skip_reason=st.sampled_from(["", *SKIPS]),
    parts=st.just(()),
)


@given(st.lists(carts, max_size=20))
def test_every_way_to_group_adds_up_to_the_total(found):
    sums = analysed(found)

    for figures in (sums.stages, sums.reasons, sums.customer_types, sums.letters):
        for currency in ("EUR", "USD"):
            mine = [one for one in figures if one.currency == currency]
            whole = [cart for cart in found if cart.currency == currency and cart.abandoned]
            assert sum(one.carts for one in mine) == len(whole)
            assert sum(one.amount for one in mine) == sum(cart.value for cart in whole)
