"""Due dates and instalments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.terms import DELAYS, EarlyDiscount, Installment, Terms, TermsLine, due_date, problems, schedule

CENT = Decimal("0.01")
ISSUED = date(2026, 1, 15)


def terms(*lines):
    return Terms("T", lines=tuple(TermsLine(type=kind, value=Decimal(value)) for kind, value in lines))


@pytest.mark.parametrize(
    ("issued", "delay", "days", "day", "expected"),
    [
        ("2022-01-31", "days", 30, 0, "2022-03-02"),
        ("2022-01-15", "days", 45, 0, "2022-03-01"),
        ("2026-01-15", "days", 0, 0, "2026-01-15"),
        ("2024-01-10", "days_after_month_end", 10, 0, "2024-02-10"),
        ("2024-01-31", "days_after_month_end", 0, 0, "2024-01-31"),
        ("2024-02-01", "days_after_month_end", 0, 0, "2024-02-29"),
        ("2024-01-10", "days_after_next_month_end", 10, 0, "2024-03-10"),
        ("2024-01-31", "days_after_next_month_end", 0, 0, "2024-02-29"),
        ("2025-12-05", "days_after_next_month_end", 0, 0, "2026-01-31"),
        ("2023-12-12", "days_end_of_month_on", 30, 10, "2024-02-10"),
        ("2023-12-12", "days_end_of_month_on", 30, 31, "2024-02-29"),
        ("2024-05-23", "days_end_of_month_on", 0, 31, "2024-06-30"),
        ("2024-05-23", "days_end_of_month_on", 15, 31, "2024-07-31"),
        ("2024-04-22", "days_end_of_month_on", 30, 0, "2024-05-31"),
        ("2025-12-31", "days_end_of_month_on", 0, 1, "2026-01-01"),
    ],
)
def test_due_date(issued, delay, days, day, expected):
    line = TermsLine(delay=delay, days=days, day=day)

    assert due_date(date.fromisoformat(issued), line) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("total", "lines", "step", "expected"),
    [
        ("1000.00", [("percent", "70"), ("fixed", "200"), ("percent", "30")], "0.01", ["700.00", "200.00", "100.00"]),
        ("1000.00", [("percent", "70"), ("fixed", "500"), ("percent", "30")], "0.01", ["700.00", "500.00", "-200.00"]),
        ("1000.00", [("percent", "30"), ("fixed", "5")], "0.01", ["300.00", "700.00"]),
        ("0.03", [("percent", "50"), ("percent", "50")], "0.01", ["0.02", "0.01"]),
        ("-0.03", [("percent", "50"), ("percent", "50")], "0.01", ["-0.02", "-0.01"]),
        ("1150.00", [("percent", "30"), ("percent", "70")], "0.01", ["345.00", "805.00"]),
        ("868.35", [("percent", "50"), ("percent", "50")], "0.05", ["434.20", "434.15"]),
        ("101", [("percent", "50"), ("percent", "50")], "1", ["51", "50"]),
        ("0.00", [("percent", "50"), ("percent", "50")], "0.01", ["0.00", "0.00"]),
    ],
)
def test_all_but_the_last_are_rounded_and_the_last_takes_the_rest(total, lines, step, expected):
    parts = schedule(Decimal(total), ISSUED, terms(*lines), Decimal(step))

    assert [str(part.amount) for part in parts] == expected


def test_each_instalment_has_the_due_date_of_its_line():
    mixed = Terms("30/70", lines=(TermsLine(value=Decimal(30)), TermsLine(value=Decimal(70), days=60)))

    parts = schedule(Decimal("1000.00"), ISSUED, mixed, CENT)

    assert parts == (
        Installment(date(2026, 1, 15), Decimal("300.00")),
        Installment(date(2026, 3, 16), Decimal("700.00")),
    )


def test_without_terms_all_is_due_on_the_typed_date_or_at_once():
    total = Decimal("10.00")

    assert schedule(total, ISSUED, None, CENT) == (Installment(ISSUED, total),)
    assert schedule(total, ISSUED, None, CENT, date(2026, 2, 1)) == (Installment(date(2026, 2, 1), total),)
    assert schedule(total, ISSUED, Terms("EMPTY"), CENT) == (Installment(ISSUED, total),)


def test_unknown_kinds_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="unknown delay 'weeks'"):
        due_date(ISSUED, TermsLine(delay="weeks"))
    with pytest.raises(ValueError, match="unknown type 'share'"):
        schedule(Decimal(1), ISSUED, terms(("share", "1"), ("percent", "1")), CENT)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.tuples(st.sampled_from(["percent", "fixed"]), st.decimals(0, 100, places=4)), min_size=1, max_size=6),
    st.sampled_from(["0.01", "0.05", "1", "0.001"]),
)
def test_instalments_sum_to_the_total_in_whole_steps(steps, lines, step):
    total = steps * Decimal(step)

    parts = schedule(total, ISSUED, terms(*lines), Decimal(step))

    assert sum(part.amount for part in parts) == total
    assert all(part.amount % Decimal(step) == 0 for part in parts)


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["days", "days_after_month_end", "days_after_next_month_end", "days_end_of_month_on"]),
    st.integers(0, 400),
    st.integers(0, 31),
)
def test_nothing_is_due_before_it_is_issued(issued, delay, days, day):
    assert due_date(issued, TermsLine(delay=delay, days=days, day=day)) >= issued


def one(**line):
    return Terms("T", lines=(TermsLine(**line),))


def early(percent, within, mode="included", **line):
    return Terms("T", lines=(TermsLine(**line),), early=EarlyDiscount(Decimal(percent), within, mode))


@pytest.mark.parametrize(
    "sound",
    [
        Terms("EMPTY"),
        one(),
        terms(("percent", "70"), ("fixed", "200"), ("percent", "30")),
        terms(("percent", "33.3333"), ("percent", "66.6667")),
        terms(("fixed", "200"), ("fixed", "0")),
        one(delay="days_end_of_month_on", days=0, day=31),
        early("2", 7, days=30),
        one(days=36500),
        early("0.0001", 1, "mixed"),
        early("2", 36500),
        Terms("T", early=EarlyDiscount(Decimal(2), 7)),
    ],
)
def test_sound_terms_have_no_problems(sound):
    assert problems(sound) == []


@pytest.mark.parametrize(
    ("unsound", "told"),
    [
        (Terms(" "), ["their code is empty"]),
        (terms(("percent", "30"), ("fixed", "5")), ["the percent lines add up to 30, not to 100"]),
        (terms(("percent", "70"), ("percent", "40")), ["the percent lines add up to 110, not to 100"]),
        (
            terms(("percent", "150"), ("percent", "-50")),
            [
                "line 1 takes 150 %, which is not above 0 and at most 100",
                "line 2 takes -50 %, which is not above 0 and at most 100",
            ],
        ),
        (
            terms(("percent", "0"), ("percent", "100")),
            ["line 1 takes 0 %, which is not above 0 and at most 100"],
        ),
        (
            terms(("percent", "100.5")),
            [
                "line 1 takes 100.5 %, which is not above 0 and at most 100",
                "the percent lines add up to 100.5, not to 100",
            ],
        ),
        (terms(("percent", "100"), ("fixed", "-1")), ["line 2 takes -1, which is below 0"]),
        (terms(("fixed", "1.00001")), ["line 1 has more than 4 decimals"]),
        (terms(("share", "1")), ["line 1 has the unknown type 'share'"]),
        (one(delay="weeks"), ["line 1 has the unknown delay 'weeks'"]),
        (one(days=-1), ["line 1 waits -1 days, which is not from 0 to 36500"]),
        (one(days=36501), ["line 1 waits 36501 days, which is not from 0 to 36500"]),
        (one(day=32), ["line 1 names the day 32 of a month, which is not from 0 to 31"]),
        (one(day=-1), ["line 1 names the day -1 of a month, which is not from 0 to 31"]),
        (early("0", 7), ["an early discount of 0 % is not above 0 and below 100"]),
        (early("100", 7), ["an early discount of 100 % is not above 0 and below 100"]),
        (early("2.00001", 7), ["an early discount has more than 4 decimals"]),
        (early("2", 0), ["an early discount within 0 days is not within 1 to 36500"]),
        (early("2", 7, "net"), ["an early discount has the unknown mode 'net'"]),
        (early("2", 7, type="fixed"), ["an early discount needs a single line of 100 %"]),
        (
            Terms(
                "T",
                lines=(TermsLine(value=Decimal(30)), TermsLine(value=Decimal(70))),
                early=EarlyDiscount(Decimal(2), 7),
            ),
            ["an early discount needs a single line of 100 %"],
        ),
    ],
)
def test_everything_that_is_wrong_with_terms_is_told(unsound, told):
    assert problems(unsound) == told


def test_early_discount_holds_to_the_end_of_its_last_day():
    assert EarlyDiscount(Decimal(2), 7).until(date(2026, 8, 28)) == date(2026, 9, 4)


@given(st.lists(st.integers(1, 99), min_size=1, max_size=5, unique=True), st.sampled_from(DELAYS))
def test_shares_that_leave_a_rest_for_the_last_line_are_sound(cuts, delay):
    marks = [0, *sorted(cuts), 100]
    lines = tuple(TermsLine(value=Decimal(b - a), delay=delay) for a, b in pairwise(marks))

    assert problems(Terms("T", lines=lines)) == []
    assert problems(Terms("T", lines=lines[:-1])) != []
