"""Rounding, splitting, reading and writing amounts."""

from __future__ import annotations

import re
from decimal import Decimal, Inexact, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.money import (
    EXACT,
    digits_of,
    divide_all_rounded,
    divide_rounded,
    format_money,
    parse_decimal,
    round_money,
    split,
    step_of,
)
from shopctl.errors import UsageError

CENT = Decimal("0.01")

amounts = st.integers(1 - 10**15, 10**15 - 1).map(lambda cents: cents * CENT)
weights = st.decimals(0, 10**6, places=4)


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [
        ("1.005", "0.01", "1.01"),
        ("-1.005", "0.01", "-1.01"),
        ("1.0049999999999999999999999999999999999", "0.01", "1.00"),
        ("2.675", "0.01", "2.68"),
        ("0.5", "1", "1"),
        ("-0.5", "1", "-1"),
        ("1.49", "1", "1"),
        ("2.380952", "0.05", "2.40"),
        ("434.175", "0.05", "434.20"),
        ("434.125", "0.05", "434.15"),
        ("0.0005", "0.001", "0.001"),
        ("5", "0.01", "5.00"),
        ("-0.004", "0.01", "0.00"),
        ("1.5", "3", "3"),
        ("12345678901234567890123456789012345.675", "0.01", "12345678901234567890123456789012345.68"),
    ],
)
def test_rounds_half_away_from_zero_to_the_step(amount, step, expected):
    assert str(round_money(Decimal(amount), Decimal(step))) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 3), (-5, 2, -3), (7, 3, 2), (-7, 3, -2), (8, 3, 3), (0, 7, 0), (9, 1, 9), (-1, 2, -1)],
)
def test_divides_and_rounds_half_away_from_zero(numerator, denominator, expected):
    assert divide_rounded(numerator, denominator) == expected
    assert divide_all_rounded([numerator], denominator) == [expected]


@pytest.mark.parametrize(
    ("currency", "step", "digits"),
    [("EUR", "0.01", 2), ("JPY", "1", 0), ("KWD", "0.001", 3), ("CLF", "0.0001", 4), ("XYZ", "0.01", 2)],
)
def test_the_step_comes_from_the_currency(currency, step, digits):
    assert str(step_of(currency)) == step
    assert digits_of(currency) == digits


@pytest.mark.parametrize("currency", ["", "EU", "EURO", "eur", "€", "EU1", "ÄÖÜ", "EUR\n"])
def test_what_is_no_currency_code_is_refused(currency):
    with pytest.raises(UsageError) as refused:
        step_of(currency)

    assert refused.value.hint == "write three capital letters, such as EUR"


@pytest.mark.parametrize(
    ("amount", "parts", "step", "expected"),
    [
        ("100.00", ["1", "1", "1"], "0.01", ["33.34", "33.33", "33.33"]),
        ("-100.00", ["1", "1", "1"], "0.01", ["-33.34", "-33.33", "-33.33"]),
        ("0.05", ["1", "1"], "0.01", ["0.03", "0.02"]),
        ("10.00", ["0.5", "0.25", "0.25"], "0.01", ["5.00", "2.50", "2.50"]),
        ("1.00", ["1", "2", "4"], "0.01", ["0.14", "0.29", "0.57"]),
        ("10.00", ["300", "-100"], "0.01", ["15.00", "-5.00"]),
        ("10.00", ["-300", "100"], "0.01", ["15.00", "-5.00"]),
        ("0.01", ["-1", "-3"], "0.01", ["0.00", "0.01"]),
        ("10.00", ["0", "0"], "0.01", ["5.00", "5.00"]),
        ("7", ["1", "1"], "1", ["4", "3"]),
        ("1.00", ["1", "1", "1"], "0.05", ["0.35", "0.35", "0.30"]),
        ("0.00", [], "0.01", []),
        ("0.00", ["1", "2"], "0.01", ["0.00", "0.00"]),
    ],
)
def test_split_by_largest_remainder(amount, parts, step, expected):
    shares = split(Decimal(amount), [Decimal(part) for part in parts], Decimal(step))

    assert [str(share) for share in shares] == expected


def test_split_refuses_what_cannot_be_shared():
    with pytest.raises(ValueError, match=re.escape("1.005 is not a multiple of 0.01")):
        split(Decimal("1.005"), [Decimal(1)], CENT)
    with pytest.raises(ValueError, match="cannot be split into no shares"):
        split(Decimal("1.00"), [], CENT)


@given(amounts, st.lists(weights, min_size=1, max_size=12))
def test_a_split_loses_no_cent_and_no_share_is_off_by_one(amount, parts):
    shares = split(amount, parts, CENT)

    assert sum(shares) == amount
    if total := sum(parts):
        assert all(abs(share * total - amount * part) < CENT * total for share, part in zip(shares, parts, strict=True))


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [
        ("1234.50", 4, "1234.50"),
        ("0", 4, "0"),
        ("-0", 4, "0"),
        ("-0.00", 2, "0.00"),
        ("-12.3456", 4, "-12.3456"),
        ("9999999999999.9999", 4, "9999999999999.9999"),
        ("007", 0, "7"),
    ],
)
def test_reads_plain_numbers(text, digits, expected):
    assert str(parse_decimal(text, digits=digits)) == expected


REFUSED = [
    "1e1000000",
    "1E5",
    "NaN",
    "Infinity",
    "-inf",
    "１２",
    "١٢",
    "1_000",
    "1,5",
    "1'000.00",
    "1.000,00",
    "1" * 14,
    "1" * 40,
    "1" * 1_000_000,
    "1.23456",
    "",
    " ",
    " 1",
    "1\n",
    ".5",
    "5.",
    "+5",
    "--5",
    "-",
    "€5",
    "0x10",
    "1.2.3",
    "\x1b[31m1",
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:12]))
def test_refuses_everything_else_and_says_how_amounts_are_written(text):
    with pytest.raises(UsageError) as refused:
        parse_decimal(text)

    assert refused.value.code == "usage.amount"
    assert refused.value.hint == (
        "write it like 1234.50: digits 0-9 and a point, no separators or currency sign, "
        "at most 13 digits before the point and at most 4 decimals"
    )
    assert len(refused.value.message) < 100
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    ("text", "digits", "message"),
    [
        ("1.5", 0, "quantity '1.5' has decimals"),
        ("1.23", 1, "quantity '1.23' has more than 1 decimal"),
        ("-0.00001", 4, "quantity '-0.00001' has more than 4 decimals"),
        ("12345678901234", 4, "quantity '12345678901234' has more than 13 digits before the point"),
        ("12345678901234.00001", 4, "quantity '12345678901234.00001' has more than 13 digits before the point"),
        ("1,5", 4, "quantity '1,5' cannot be understood"),
        ("1.", 4, "quantity '1.' cannot be understood"),
        ("٢", 4, "quantity '٢' cannot be understood"),
        ("", 4, "quantity is empty"),
    ],
)
def test_the_refusal_names_what_was_meant_and_what_is_wrong_with_it(text, digits, message):
    with pytest.raises(UsageError) as refused:
        parse_decimal(text, digits=digits, what="quantity")

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("digits", "example", "decimals"),
    [(0, "1234", "no decimals"), (1, "1234.5", "at most 1 decimal"), (2, "1234.50", "at most 2 decimals")],
)
def test_the_hint_tells_how_many_decimals_there_may_be(digits, example, decimals):
    with pytest.raises(UsageError) as refused:
        parse_decimal("1.555", digits=digits, what="quantity")

    assert refused.value.hint.startswith(f"write it like {example}: ")
    assert refused.value.hint.endswith(f"at most 13 digits before the point and {decimals}")


@pytest.mark.parametrize(
    ("text", "shown", "message"),
    [
        ("x" * 40, "x" * 40, f"amount '{'x' * 40}' cannot be understood"),
        ("x" * 41, "x" * 40 + "…", f"amount '{'x' * 40}…' cannot be understood"),
    ],
)
def test_the_refusal_shows_the_beginning_of_what_was_typed(text, shown, message):
    with pytest.raises(UsageError) as refused:
        parse_decimal(text)

    assert (refused.value.message, refused.value.details) == (message, {"text": shown})


@given(st.text())
def test_reads_or_refuses_any_text(text):
    try:
        number = parse_decimal(text)
    except UsageError:
        return
    assert text.isascii()
    assert Decimal(text) == number


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1234.5", "EUR", "1234.50"),
        ("1234.5000", "EUR", "1234.50"),
        ("-0.00", "EUR", "0.00"),
        ("-0.001", "EUR", "0.00"),
        ("0", "EUR", "0.00"),
        ("0E-9", "EUR", "0.00"),
        ("1E+3", "EUR", "1000.00"),
        ("1E+3", "JPY", "1000"),
        ("1234.5", "JPY", "1235"),
        ("2.345", "EUR", "2.35"),
        ("-2.345", "EUR", "-2.35"),
        ("0.5", "KWD", "0.500"),
        ("0", "CLF", "0.0000"),
        ("123456789012345678901234567890", "EUR", "123456789012345678901234567890.00"),
    ],
)
def test_writes_the_digits_of_the_currency_and_never_an_exponent(amount, currency, expected):
    assert format_money(Decimal(amount), currency) == expected


@given(amounts)
def test_what_is_written_reads_back(amount):
    assert parse_decimal(format_money(amount, "EUR"), digits=2) == amount


def test_the_callers_decimal_context_changes_nothing():
    with localcontext() as context:
        context.prec = 3

        assert round_money(Decimal("12345.675"), CENT) == Decimal("12345.68")
        assert format_money(Decimal("12345.67"), "EUR") == "12345.67"
        assert split(Decimal("12345.67"), [Decimal(1), Decimal(1)], CENT) == [Decimal("6172.84"), Decimal("6172.83")]


def test_the_exact_context_refuses_to_lose_a_digit():
    with pytest.raises(Inexact):
        EXACT.divide(Decimal(1), Decimal(3))
