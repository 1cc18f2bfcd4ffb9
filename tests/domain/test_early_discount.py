"""Grant discounts for paying early: in three modes, never on fixed taxes, up to a day and only once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.billing import Amounts, OrderLine, TaxShare, add, priced
from shopctl.domain.early_discount import NO_GRANT, adjustment, grant, reduced_up_front, stands
from shopctl.domain.regular import Wanted, regular
from shopctl.domain.tax import Tax
from shopctl.domain.terms import EarlyDiscount, Terms, TermsLine

D = Decimal
CENT = D("0.01")
DAY = date(2026, 8, 21)
TAXES = {
    "V15": Tax("V15", "15 %", "percent", D(15)),
    "I21": Tax("I21", "21 % included", "percent", D(21), included=True),
    "ECO": Tax("ECO", "eco", "fixed", D(2)),
}


def terms(percent=10, days=14, mode="included", lines=1):
    return Terms("T", lines=(TermsLine(),) * lines, early=EarlyDiscount(D(percent), days, mode))


def money(net, *shares):
    taxes = tuple(TaxShare(code, D(base), D(amount)) for code, base, amount in shares)
    tax = sum((share.amount for share in taxes), D(0))
    return Amounts(D(net), tax, D(net) + tax, taxes)


def shares(found):
    return [(share.code, share.base, share.amount) for share in found]


@pytest.mark.parametrize(
    ("mode", "amounts", "early", "adjusted"),
    [
        # 1500 + 225: off the gross, 150 of the net and 22.50 of the tax.
        ("included", money(1500, ("V15", 1500, 225)), "1552.50", [("V15", 150, D("22.50"))]),
        ("excluded", money(1500, ("V15", 1500, 225)), "1575", []),
        ("mixed", money(1500, ("V15", 1350, "202.50")), "1552.50", []),
        # Two pieces with 2.00 of fixed tax each: only 1150 of 1154 is discounted.
        ("included", money(1000, ("V15", 1000, 150), ("ECO", 1000, 4)), "1039", [("V15", 100, 15)]),
        ("excluded", money(1000, ("V15", 1000, 150), ("ECO", 1000, 4)), "1054", []),
        # 0.09 of 0.91, of which 0.02 is tax: the base is what is left, not a tenth of 0.75.
        ("included", money("0.75", ("V21", "0.75", "0.16")), "0.82", [("V21", D("0.07"), D("0.02"))]),
        # Two rates: each is reduced by its tenth, 0.16 -> 0.02 and 0.05 -> 0.01.
        (
            "included",
            money("1.75", ("V15", "1.05", "0.16"), ("V6", "0.70", "0.05")),
            "1.76",
            [("V15", D("0.11"), D("0.02")), ("V6", D("0.07"), D("0.01"))],
        ),
    ],
)
def test_what_is_granted_and_what_it_does_to_the_taxes(mode, amounts, early, adjusted):
    granted = grant(terms(mode=mode), amounts, {"ECO"}, DAY, CENT)

    assert (granted.percent, granted.mode, granted.amount, granted.until) == (10, mode, D(early), date(2026, 9, 4))
    assert shares(adjustment(granted, amounts, {"ECO"}, CENT)) == adjusted


@pytest.mark.parametrize(
    "without",
    [
        None,
        Terms("T", lines=(TermsLine(),)),
        terms(lines=2),
        terms(percent=0),
        terms(percent=100, mode="mixed"),
        terms(days=0),
    ],
)
def test_nothing_is_granted(without):
    assert grant(without, money(100), (), DAY, CENT) == NO_GRANT
    assert reduced_up_front(without) == 0


@pytest.mark.parametrize(("total", "percent"), [("0", 10), ("0.04", 10), ("0.01", 99)])
def test_nothing_is_granted_of_next_to_nothing(total, percent):
    assert grant(terms(percent), money(total), (), DAY, CENT) == NO_GRANT


def test_less_than_one_percent_and_a_single_day_are_granted():
    assert grant(terms("0.5", 1), money(100), (), DAY, CENT) == (D("0.5"), "included", D("99.50"), date(2026, 8, 22))


@pytest.mark.parametrize(
    ("day", "allocated", "still"),
    [
        (date(2026, 8, 21), 0, True),
        (date(2026, 9, 4), 0, True),
        (date(2026, 9, 5), 0, False),
        (date(2026, 8, 21), "0.01", False),
    ],
)
def test_last_day_counts_and_any_payment_ends_it(day, allocated, still):
    assert stands(grant(terms(), money(100), (), DAY, CENT), D(allocated), day) is still
    assert not stands(NO_GRANT, D(0), day)


@pytest.mark.parametrize(
    ("price", "codes", "untaxed", "tax", "base"),
    [
        (1000, "V15", 1000, [135], [900]),
        # 121 with 21 % included: 100 untaxed; the tax is that of 108.90.
        (121, "I21", 100, ["18.90"], [90]),
        # The fixed tax of two pieces stays 4.00.
        (500, "ECO V15", 1000, [4, 135], [900, 900]),
    ],
)
def test_mixed_reduces_percentages_from_the_start(price, codes, untaxed, tax, base):
    quantity = D(2) if "ECO" in codes else D(1)

    (found,) = priced([(D(price), quantity, D(0), codes)], TAXES, "globally", CENT, reduced=D(10))

    assert found.untaxed == untaxed
    assert [share.amount for share in found.taxes] == [D(amount) for amount in tax]
    assert [share.base for share in found.taxes] == [D(amount) for amount in base]
    assert found.total == found.untaxed + found.tax


def test_part_of_an_order_has_its_taxes_reduced_too():
    (whole,) = priced([(D(1000), D(2), D(0), "V15")], TAXES, "globally", CENT, reduced=D(10))
    order = OrderLine(1, "product", "A", "Apple", D(2), D(0), D(0), D(1000), D(0), "V15", "ordered", whole, position=1)

    draft = regular([order], (), TAXES, rounding="globally", step=CENT, wanted=Wanted(picked={1: D(1)}), reduced=D(10))

    assert (draft.amounts.untaxed, draft.amounts.taxes) == (1000, (TaxShare("V15", D(900), D(135)),))


AMOUNT = st.integers(1, 10**8).map(lambda cents: D(cents) / 100)


@given(
    price=AMOUNT,
    codes=st.sampled_from(["", "V15", "I21", "ECO", "ECO V15"]),
    percent=st.integers(1, 9999).map(lambda hundredths: D(hundredths) / 100),
    mode=st.sampled_from(["included", "excluded", "mixed"]),
)
def test_early_amount_is_never_above_the_total(price, codes, percent, mode):
    agreed = terms(percent=percent, mode=mode)
    amounts = add(priced([(price, D(1), D(0), codes)], TAXES, "globally", CENT, reduced=reduced_up_front(agreed)))

    granted = grant(agreed, amounts, {"ECO"}, DAY, CENT)
    reduced = adjustment(granted, amounts, {"ECO"}, CENT)

    assert granted.amount % CENT == 0
    assert 0 <= granted.amount <= amounts.total
    assert all(0 <= share.amount <= amounts.tax for share in reduced)
    assert sum((share.amount for share in reduced), D(0)) <= amounts.total - granted.amount + CENT


@given(
    goods=st.lists(
        st.tuples(AMOUNT, st.integers(1, 5), st.sampled_from(["", "V15", "I21", "ECO V15"])), min_size=1, max_size=4
    ),
    percent=st.integers(1, 99),
    rounding=st.sampled_from(["globally", "per_line"]),
    plan=st.data(),
)
def test_mixed_documents_add_up_to_the_order(goods, percent, rounding, plan):
    inputs = [(price, D(quantity), D(0), codes) for price, quantity, codes in goods]
    money_of = priced(inputs, TAXES, rounding, CENT, reduced=D(percent))
    lines = [
        OrderLine(key, "product", "A", "Apple", quantity, D(0), D(0), price, off, codes, "ordered", amounts, position=key)
        for key, ((price, quantity, off, codes), amounts) in enumerate(zip(inputs, money_of, strict=True), 1)
    ]  # fmt: skip
    documents = []
    while any(line.invoiced < line.quantity for line in lines):
        open_ = [line for line in lines if line.invoiced < line.quantity]
        picked = {line.key: D(plan.draw(st.integers(0, int(line.quantity - line.invoiced)))) for line in open_}
        picked = {key: quantity for key, quantity in picked.items() if quantity} or {open_[0].key: D(1)}
        draft = regular(
            lines, (), TAXES, rounding=rounding, step=CENT, wanted=Wanted(picked=picked), reduced=D(percent)
        )
        documents.append(draft.amounts)
        for part in draft.lines:
            old = lines[part.order_line - 1]
            lines[old.key - 1] = old._replace(
                invoiced=old.invoiced + part.quantity, billed=add((old.billed, part.amounts))
            )

    assert add(documents)[:3] == add(money_of)[:3]


@pytest.mark.parametrize(
    ("given", "percent"),
    [
        (terms(2, mode="mixed"), 2),
        (terms(2, mode="included"), 0),
        (terms(2, mode="excluded"), 0),
        (terms(2, mode="mixed", lines=2), 0),
        (terms(0, mode="mixed"), 0),
        (None, 0),
    ],
)
def test_only_the_mode_mixed_reduces_taxes_from_the_start(given, percent):
    assert reduced_up_front(given) == percent
