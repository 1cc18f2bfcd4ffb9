"""Discounts off a whole order: a line for each combination of taxes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import billing, discounts
from shopctl.domain.billing import NOTHING, OrderLine
from shopctl.domain.discounts import Discount
from shopctl.domain.money import round_money, step_of
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError, UsageError

D = Decimal
ECO = Tax("ECO", "Eco levy", "fixed", D("2.50"))
V21 = Tax("V21", "VAT 21 %", "percent", D(21))
TAXES = {
    tax.code: tax
    for tax in (
        ECO,
        V21,
        Tax("V6", "VAT 6 %", "percent", D(6)),
        Tax("I21", "VAT 21 % included", "percent", D(21), included=True),
        Tax("C10", "Cess 10 %", "percent", D(10), compounds=True),
        Tax("LEVY", "Levy before VAT", "fixed", D(5), compounds=True, sequence=0),
        Tax("BOTH", "VAT and eco levy", "group", D(0), children=(V21, ECO)),
    )
}


def sold(*lines, currency="EUR", rounding="globally"):
    """Make order lines of (price, quantity, tax codes) with their money, as an import does."""
    inputs = [(D(price), D(quantity), D(0), codes) for price, quantity, codes in lines]
    money = billing.priced(inputs, TAXES, rounding, step_of(currency))
    return [
        OrderLine(key, "product", "A", "", quantity, D(0), D(0), price, off, codes, "ordered", amounts)
        for key, ((price, quantity, off, codes), amounts) in enumerate(zip(inputs, money, strict=True), 1)
    ]


def take(lines, percent=None, amount=None, currency="EUR"):
    size = Discount(None if percent is None else D(percent), None if amount is None else D(amount))
    return discounts.take("S1", lines, size, TAXES, currency)


def money(drafts):
    return [(one.taxes, str(one.unit_price), str(one.amounts.untaxed), str(one.amounts.tax)) for one in drafts]


def total(parts):
    return billing.add(one.amounts for one in parts)


THREE = ((100, 1, "V21"), (50, 1, "V6"), (30, 1, ""))
"""121.00 and 53.00 and 30.00, so 204.00 with taxes."""


@pytest.mark.parametrize(
    ("lines", "size", "expected"),
    [
        ([(100, 1, "V21")], {"percent": 10}, [("V21", "-10.00", "-10.00", "-2.10")]),
        ([(100, 1, "V21")], {"amount": "12.10"}, [("V21", "-10.00", "-10.00", "-2.10")]),
        ([(100, 1, "V21")], {"amount": "10"}, [("V21", "-8.26", "-8.26", "-1.74")]),
        ([(100, 1, "V21"), (20, 5, "V21")], {"percent": "12.5"}, [("V21", "-25.00", "-25.00", "-5.25")]),
        ([(121, 1, "I21")], {"percent": 10}, [("I21", "-12.10", "-10.00", "-2.10")]),
        ([(50, 1, "")], {"amount": "7.01"}, [("", "-7.01", "-7.01", "0")]),
        # 30 % of 204.00 is 61.20, as the down payment of that order.
        (THREE, {"percent": 30}, [
            ("V21", "-30.00", "-30.00", "-6.30"), ("V6", "-15.00", "-15.00", "-0.90"), ("", "-9.00", "-9.00", "0"),
        ]),
        # 100.00 of 204.00: 59.31 with 10.29 tax, 25.98 with 1.47, 14.71.
        (THREE, {"amount": 100}, [
            ("V21", "-49.02", "-49.02", "-10.29"), ("V6", "-24.51", "-24.51", "-1.47"), ("", "-14.71", "-14.71", "0"),
        ]),
        # A cent goes to the largest; where nothing goes there is no line.
        (THREE, {"amount": "0.01"}, [("V21", "-0.01", "-0.01", "0.00")]),
        # 20.00, VAT 4.20 and a levy of 5.00: the levy stays.
        ([(10, 2, "V21 ECO")], {"percent": 10}, [("V21", "-2.00", "-2.00", "-0.42")]),
        ([(10, 2, "BOTH")], {"percent": 10}, [("V21", "-2.00", "-2.00", "-0.42")]),
        ([(10, 2, "ECO")], {"percent": 50}, [("", "-10.00", "-10.00", "0")]),
        ([(10, 2, "V21 ECO"), (10, 1, "V21")], {"percent": 100}, [("V21", "-30.00", "-30.00", "-6.30")]),
        ([(10, 2, "V21 ECO")], {"amount": "24.20"}, [("V21", "-20.00", "-20.00", "-4.20")]),
        # 100.00, a levy of 5.00 and VAT on both, 22.05: only the VAT on the 100.00 is discounted.
        ([(100, 1, "LEVY V21")], {"percent": 10}, [("V21", "-10.00", "-10.00", "-2.10")]),
        ([(100, 1, "LEVY V21")], {"percent": 100}, [("V21", "-100.00", "-100.00", "-21.00")]),
        ([(100, 1, "LEVY ECO V21")], {"percent": 10}, [("V21", "-10.00", "-10.00", "-2.10")]),
        # 121.00 with 21.87 of VAT on it and on the levy: 99.13 and the VAT of that, 20.82.
        ([(121, 1, "LEVY I21")], {"percent": 100}, [("I21", "-119.95", "-99.13", "-20.82")]),
        # Without a fixed tax the amounts of the lines count: 0.015 of tax are 0.02, not 3 x 0.01.
        ([("0.05", 1, "C10")] * 3, {"percent": 100}, [("C10", "-0.15", "-0.15", "-0.02")]),
    ],
)  # fmt: skip
def test_discount_follows_the_table(lines, size, expected):
    assert money(take(sold(*lines), **size)) == expected


def test_line_says_what_it_is():
    (percent,) = take(sold((100, 1, "")), percent="12.50")
    (amount,) = take(sold((100, 1, "")), amount=5)

    assert (percent.kind, percent.description, percent.quantity) == ("discount", "Discount of 12.5 %", 1)
    assert (amount.description, amount.unit_price, amount.discount) == ("Discount", -5, 0)


def test_second_discount_is_one_of_what_is_left():
    lines = sold((100, 1, "V21"))
    (first,) = take(lines, percent=10)
    reduced = lines[0]._replace(key=2, kind="discount", amounts=first.amounts)

    (second,) = take([*lines, reduced], percent=10)

    assert (second.amounts.untaxed, second.amounts.tax) == (D("-9.00"), D("-1.89"))


def test_words_are_not_discounted():
    note = OrderLine(2, "note", "", "gift", D(0), D(0), D(0), D(0), D(0), "", "ordered", NOTHING)

    assert len(take([*sold((100, 1, "V21")), note], percent=10)) == 1


def test_currency_without_cents():
    # A third of 1210 is 399.3, of the tax of 210 it is 69.3.
    assert money(take(sold((1000, 1, "V21"), currency="JPY"), percent=33, currency="JPY")) == [
        ("V21", "-330", "-330", "-69")
    ]


@pytest.mark.parametrize(
    ("lines", "size", "error", "message"),
    [
        ([(100, 1, "V21")], {"amount": "121.01"}, RefusedError,
         "a discount of 121.01 EUR is more than the 121.00 EUR of order S1 that can be discounted"),
        ([(10, 2, "V21 ECO")], {"amount": "24.21"}, RefusedError,
         "a discount of 24.21 EUR is more than the 24.20 EUR of order S1 that can be discounted"),
        ([], {"percent": 10}, RefusedError, "order S1 has no amount to discount"),
        ([(0, 1, "V21")], {"percent": 10}, RefusedError, "order S1 has no amount to discount"),
        ([(-5, 1, "V21")], {"percent": 10}, RefusedError, "order S1 has no amount to discount"),
        ([(100, 1, "")], {"percent": 0}, UsageError,
         "a discount of 0 % is not more than 0 and at most 100 percent"),
        ([(100, 1, "")], {"percent": "100.01"}, UsageError,
         "a discount of 100.01 % is not more than 0 and at most 100 percent"),
        ([(100, 1, "")], {"amount": 0}, UsageError, "a discount must be more than 0"),
        ([(100, 1, "")], {"amount": -5}, UsageError, "a discount must be more than 0"),
        ([(100, 1, "")], {"amount": "5.001"}, UsageError, "5.001 EUR has more digits than the currency"),
    ],
)  # fmt: skip
def test_refusals(lines, size, error, message):
    with pytest.raises(error) as refusal:
        take(sold(*lines), **size)

    assert refusal.value.message == message
    assert refusal.value.hint
    assert "can be discounted" not in message or refusal.value.details == {"order": "S1"}


GOODS = st.lists(
    st.tuples(
        st.decimals("0.01", 5000, places=2),
        st.integers(1, 9),
        st.sampled_from(["", "V21", "V6", "I21", "V21 V6", "V21 ECO", "ECO", "BOTH", "LEVY V21"]),
    ),
    min_size=1,
    max_size=6,
)
ROUNDING = st.sampled_from(["globally", "per_line"])


@given(goods=GOODS, rounding=ROUNDING, data=st.data())
def test_sum_is_taken_off_exactly_and_never_more_than_the_order(goods, rounding, data):
    lines = sold(*goods, rounding=rounding)
    everything = -total(take(lines, percent=100)).total
    amount = data.draw(st.decimals("0.01", everything, places=2))

    drafts = take(lines, amount=amount)

    assert total(drafts).total == -amount
    assert everything <= total(lines).total
    for one in drafts:
        assert one.amounts.untaxed + one.amounts.tax == one.amounts.total
        assert sum((part.amount for part in one.amounts.taxes), D(0)) == one.amounts.tax
        assert "ECO" not in one.taxes


PLAIN = GOODS.map(lambda goods: [(price, count, codes) for price, count, codes in goods if codes in ("", "V21", "V6")])


@given(goods=PLAIN.filter(bool), rounding=ROUNDING, percent=st.integers(1, 100))
def test_every_tax_follows_the_percentage(goods, rounding, percent):
    lines = sold(*goods, rounding=rounding)

    drafts = take(lines, percent=percent)

    share, cent = D(percent) / 100, D("0.01")
    off = {part.code: part.amount for part in total(drafts).taxes}
    assert -total(drafts).total == round_money(total(lines).total * share, cent)
    for part in total(lines).taxes:
        assert -off.get(part.code, D(0)) == round_money(part.amount * share, cent)
    for one in drafts:
        rate = {"": 0, "V21": 21, "V6": 6}[one.taxes]
        assert abs(one.amounts.tax - one.amounts.untaxed * rate / 100) <= cent * len(drafts)


@given(goods=GOODS, rounding=ROUNDING)
def test_everything_off_leaves_what_rests_on_fixed_taxes(goods, rounding):
    lines = sold(*goods, rounding=rounding)

    left = billing.add((total(lines), total(take(lines, percent=100))))

    assert left.untaxed == 0
    if not any("LEVY" in codes for _, _, codes in goods):
        assert {part.code for part in left.taxes if part.amount} <= {"ECO"}
