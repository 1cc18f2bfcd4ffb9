"""Round documents to coins: to the step, by less than a step, and on the line or the tax that is meant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.billing import DraftLine, add, document, priced
from shopctl.domain.cash_rounding import METHODS, STRATEGIES, CashRounding, apply, rounded
from shopctl.domain.tax import Tax
from shopctl.domain.terms import Terms, TermsLine, schedule

D = Decimal
CENT = D("0.01")
TAXES = {code: Tax(code, code, "percent", D(rate)) for code, rate in (("V21", 21), ("V6", 6), ("W15", -15))}


def draft(*lines):
    found = priced([(D(price), D(1), D(0), codes) for price, codes in lines], TAXES, "globally", CENT)
    return document(
        "regular",
        [
            DraftLine("product", "A", "Apple", D(1), D(price), D(0), codes, money)
            for (price, codes), money in zip(lines, found, strict=True)
        ],
    )


@pytest.mark.parametrize(
    ("amount", "method", "result"),
    [
        ("48.11", "half-up", "48.10"),
        ("48.125", "half-up", "48.15"),
        ("48.12", "half-up", "48.10"),
        ("13.31", "up", "13.35"),
        ("13.35", "up", "13.35"),
        ("13.39", "down", "13.35"),
        ("-13.31", "up", "-13.35"),
        ("-13.39", "down", "-13.35"),
        ("0", "up", "0"),
        ("0.31", "up", "0.35"),
    ],
)
def test_amounts_meet_the_step(amount, method, result):
    assert rounded(D(amount), CashRounding(D("0.05"), method)) == D(result)


def test_line_takes_the_difference():
    found = apply(draft(("1165.28", "V21")), CashRounding(D("0.05"), "up"))

    # 1165.28 + 244.71 = 1409.99
    line = found.lines[-1]
    assert (line.kind, line.quantity, line.unit_price, line.taxes) == ("rounding", 1, CENT, "")
    assert (line.amounts.untaxed, line.amounts.tax) == (CENT, 0)
    assert (found.amounts.untaxed, found.amounts.tax, found.amounts.total) == (D("1165.29"), D("244.71"), D(1410))


def test_biggest_tax_takes_the_difference():
    rule = CashRounding(D("0.05"), "down", "biggest_tax")

    found = apply(draft((10, "V6"), ("990", "V21"), ("208.79", "")), rule)

    # 1208.79 + 0.60 + 207.90 = 1417.29 becomes 1417.25.
    assert [(share.code, share.amount) for share in found.amounts.taxes] == [("V6", D("0.60")), ("V21", D("207.86"))]
    assert (found.amounts.total, found.lines[1].amounts.total, len(found.lines)) == (D("1417.25"), D("1197.86"), 3)


def shares(line):
    return [(share.code, share.amount) for share in line.amounts.taxes]


def test_biggest_tax_changes_on_the_line_that_has_most_of_it():
    rule = CashRounding(D("0.05"), "down", "biggest_tax")

    # 900.02 + 63.00 + 45.60 = 1008.62 becomes 1008.60; 36.00 of the other tax on one line are no reason.
    found = apply(draft((10, "V21 V6"), (150, "V21 V6"), (140, "V21"), ("600.02", "V6")), rule)
    assert shares(found.lines[1]) == [("V21", D("31.48")), ("V6", D(9))]

    # 110.01 + 6.60 - 16.50 = 100.11 becomes 100.10.
    withheld = apply(draft((10, "V6 W15"), ("100.01", "V6 W15")), rule)
    assert shares(withheld.lines[1]) == [("V6", D(6)), ("W15", D("-15.01"))]


def test_biggest_tax_without_any_tax_changes_nothing():
    before = draft(("11.01", ""))

    assert apply(before, CashRounding(D("0.05"), strategy="biggest_tax")) == before


def test_rounding_again_replaces_the_line():
    rule = CashRounding(D("0.05"))
    once = apply(draft(("48.11", "")), rule)

    assert apply(once, rule) == once
    assert [line.kind for line in apply(once, CashRounding(D(1))).lines] == ["product", "rounding"]
    assert apply(once, CashRounding(CENT)).lines == once.lines[:1]


@given(
    prices=st.lists(
        st.tuples(st.integers(0, 10**7), st.sampled_from(["", "V21", "V6", "V21 V6"])), min_size=1, max_size=5
    ),
    step=st.sampled_from(["0.05", "0.10", "0.5", "1"]),
    method=st.sampled_from(METHODS),
    strategy=st.sampled_from(STRATEGIES),
)
def test_total_meets_the_step_by_less_than_a_step(prices, step, method, strategy):
    before = draft(*[(D(cents) / 100, codes) for cents, codes in prices])

    after = apply(before, CashRounding(D(step), method, strategy))

    assert after.amounts == add(line.amounts for line in after.lines)
    if strategy == "line" or before.amounts.taxes:
        assert after.amounts.total % D(step) == 0
        assert abs(after.amounts.total - before.amounts.total) < D(step)
    else:
        assert after == before


@pytest.mark.parametrize(
    ("total", "step", "parts"),
    [("868.35", "0.05", ["434.20", "434.15"]), ("868.35", "0.01", ["434.18", "434.17"])],
)
def test_instalments_are_cut_in_coins(total, step, parts):
    halves = Terms("H", lines=(TermsLine(value=D(50)), TermsLine(value=D(50), days=30)))

    found = schedule(D(total), date(2026, 8, 21), halves, D(step))

    assert [part.amount for part in found] == [D(part) for part in parts]
