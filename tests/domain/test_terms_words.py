"""Payment terms as they are typed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.terms import EARLY_MODES, EarlyDiscount, TermsLine
from shopctl.domain.terms_words import read_early, read_line, write_early, write_line
from shopctl.errors import UsageError

D = Decimal


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("30%", TermsLine("percent", D(30))),
        ("33.3333%", TermsLine("percent", D("33.3333"))),
        ("200", TermsLine("fixed", D(200))),
        ("70%+60d", TermsLine("percent", D(70), "days", 60)),
        ("200.50+10d", TermsLine("fixed", D("200.50"), "days", 10)),
        ("100%+10d-after-month-end", TermsLine("percent", D(100), "days_after_month_end", 10)),
        ("100%+0d-after-next-month-end", TermsLine("percent", D(100), "days_after_next_month_end", 0)),
        ("100%+30d-on-10", TermsLine("percent", D(100), "days_end_of_month_on", 30, 10)),
        ("100%+0d-on-0", TermsLine("percent", D(100), "days_end_of_month_on", 0, 0)),
        (" 30% ", TermsLine("percent", D(30))),
    ],
)
def test_instalment_is_read(words, line):
    assert read_line(words) == line


@pytest.mark.parametrize(
    "words",
    [
        "", "%", "x", "-5", "30%%", "30 %", "30%+", "30%+60", "30%+d", "30%+60days", "30%60d", "30%+60d-after-month",
        "30%+60d-on-", "30%+60d-on-100", "30%+-60d", "1,5", "30%+٦d",
    ],
)  # fmt: skip
def test_other_words_are_no_instalment(words):
    with pytest.raises(UsageError) as refused:
        read_line(words)

    assert refused.value.code == "usage.terms"
    assert refused.value.hint == "write it like 30%, 200, 70%+60d, 100%+10d-after-month-end or 100%+30d-on-10"


@pytest.mark.parametrize("words", ["1.2.3%", "1.23456"])
def test_numbers_of_an_instalment_are_amounts(words):
    with pytest.raises(UsageError) as refused:
        read_line(words)

    assert refused.value.code == "usage.amount"


@pytest.mark.parametrize(
    ("words", "country", "early"),
    [
        ("2%/7d", "", EarlyDiscount(D(2), 7, "included")),
        ("2/7d", "FR", EarlyDiscount(D(2), 7, "included")),
        ("2.5%/10d", "BE", EarlyDiscount(D("2.5"), 10, "mixed")),
        ("2%/7d", "NL", EarlyDiscount(D(2), 7, "excluded")),
        ("2%/7d:included", "NL", EarlyDiscount(D(2), 7, "included")),
    ],
)
def test_early_discount_is_read(words, country, early):
    assert read_early(words, country) == early


@pytest.mark.parametrize("words", ["", "2%", "2%/7", "2%/7d:", "2%/7d:net", "/7d", "x%/7d", "-2%/7d"])
def test_other_words_are_no_early_discount(words):
    with pytest.raises(UsageError) as refused:
        read_early(words)

    assert refused.value.code == "usage.terms"


AMOUNTS = st.decimals(0, 9999, places=4)
LINES = st.one_of(
    st.builds(
        TermsLine,
        st.sampled_from(["percent", "fixed"]),
        AMOUNTS,
        st.sampled_from(["days", "days_after_month_end", "days_after_next_month_end"]),
        st.integers(0, 36500),
    ),
    st.builds(
        TermsLine,
        st.just("percent"),
        AMOUNTS,
        st.just("days_end_of_month_on"),
        st.integers(0, 36500),
        st.integers(0, 31),
    ),
)


@given(LINES)
def test_instalment_that_was_written_is_read_again(line):
    assert read_line(write_line(line)) == line


@given(st.builds(EarlyDiscount, AMOUNTS, st.integers(0, 36500), st.sampled_from(EARLY_MODES)))
def test_early_discount_that_was_written_is_read_again(early):
    assert read_early(write_early(early)) == early
