"""Round, split, read and write amounts of money, exactly.

Source: rules for money, sections 7 and 8; settled rules, Money 1 and 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import lru_cache
from typing import Final

from shopctl.errors import UsageError

EXACT: Final = Context(prec=80, Emax=80, traps=[DivisionByZero, Inexact, InvalidOperation, Overflow])
"""Refuses to lose a digit: the interpreter's own context keeps 28 digits and rounds the rest silently."""

_TO_DIGITS: Final = Context(prec=80, rounding=ROUND_HALF_UP)

_CURRENCY_DIGITS: Final[dict[str, str]] = {
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF": "1",
    "BHD IQD JOD KWD LYD OMR TND": "0.001",
    "CLF UYW": "0.0001",
}
_STEPS: Final[dict[str, Decimal]] = {
    code: Decimal(step) for codes, step in _CURRENCY_DIGITS.items() for code in codes.split()
}
_CENT: Final = Decimal("0.01")
_SHOWN_CHARACTERS: Final = 40
_WHOLE_DIGITS: Final = 13


def divide_rounded(numerator: int, denominator: int) -> int:
    """Divide whole numbers and round half away from zero; the denominator is positive."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def divide_all_rounded(numerators: Iterable[int], denominator: int) -> list[int]:
    """Do `divide_rounded` for many numerators, in half the time."""
    double = 2 * denominator
    return [
        (2 * numerator + denominator) // double if numerator >= 0 else -((denominator - 2 * numerator) // double)
        for numerator in numerators
    ]


def round_money(amount: Decimal, step: Decimal) -> Decimal:
    """Round an amount half away from zero to a multiple of the step.

    Args:
        amount: Any finite amount.
        step: The smallest unit, such as 0.01, 1 or 0.05; the result has as many digits as it has.
    """
    whole, rest = EXACT.divmod(amount, step)
    if EXACT.multiply(rest.copy_abs(), 2) >= step:
        whole = EXACT.add(whole, 1 if amount > 0 else -1)
    return EXACT.plus(EXACT.multiply(whole, step))


@lru_cache(maxsize=256)
def step_of(currency: str) -> Decimal:
    """Tell the smallest unit of a currency: 0.01 for EUR, 1 for JPY, 0.001 for KWD.

    Raises:
        UsageError: The code is not three capital letters.

    Source: ISO 4217; codes it does not list have two digits.
    """
    step = _STEPS.get(currency)
    if step is not None:
        return step
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise UsageError(
            "usage",
            f"{currency[:_SHOWN_CHARACTERS]!r} is not a currency code",
            hint="write three capital letters, such as EUR",
        )
    return _CENT


def digits_of(currency: str) -> int:
    """Tell how many decimals the amounts of a currency have."""
    return -int(step_of(currency).as_tuple().exponent)


def split(amount: Decimal, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Share an amount out by weight without losing a cent.

    Args:
        amount: What is shared, a multiple of the step; may be negative.
        weights: One a share, of any size and sign; if they sum to zero, all count the same.
        step: The smallest unit of a share.

    Returns:
        One share a weight, in the same order; they sum exactly to the amount.
        The units left over go to the largest remainders, the earlier of equals first.
    """
    units, rest = EXACT.divmod(amount, step)
    if rest:
        raise ValueError(f"{amount} is not a multiple of {step}")
    if not weights:
        if amount:
            raise ValueError(f"{amount} cannot be split into no shares")
        return []
    scaled, total = _whole_weights(weights)
    wanted = abs(int(units))
    shares = [divmod(wanted * weight, total) for weight in scaled]
    left = wanted - sum(share for share, _ in shares)
    luckiest = set(sorted(range(len(shares)), key=lambda index: -shares[index][1])[:left])
    sign = -1 if amount < 0 else 1
    return [EXACT.multiply(step, sign * (share + (index in luckiest))) for index, (share, _) in enumerate(shares)]


def _whole_weights(weights: Sequence[Decimal]) -> tuple[list[int], int]:
    digits = max(0, -min(int(weight.as_tuple().exponent) for weight in weights))
    scaled = [int(EXACT.scaleb(weight, digits)) for weight in weights]
    total = sum(scaled)
    if total == 0:
        return [1] * len(scaled), len(scaled)
    return ([-weight for weight in scaled], -total) if total < 0 else (scaled, total)


def parse_decimal(text: str, *, digits: int = 4, what: str = "amount") -> Decimal:
    """Read a number as people type it: `1234.50`, at most 13 digits before the point.

    Args:
        text: ASCII digits with an optional minus sign and a decimal point; nothing else.
        digits: How many decimals are allowed.
        what: What the number is, for the message.

    Raises:
        UsageError: It is written in any other way; nothing is guessed and nothing rounded.
    """
    if not _number_pattern(digits).fullmatch(text):
        raise _not_a_number(text, digits, what)
    number = Decimal(text)
    return number or number.copy_abs()


@lru_cache(maxsize=16)
def _number_pattern(digits: int) -> re.Pattern[str]:
    fraction = rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
    return re.compile(rf"-?[0-9]{{1,{_WHOLE_DIGITS}}}{fraction}")


def _not_a_number(text: str, digits: int, what: str) -> UsageError:
    shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    decimals = {0: "no decimals", 1: "at most 1 decimal"}.get(digits, f"at most {digits} decimals")
    example = "1234" if digits == 0 else "1234.5" if digits == 1 else "1234.50"
    return UsageError(
        "usage.amount",
        _wrong_number(text, shown, digits, what),
        hint=f"write it like {example}: digits 0-9 and a point, no separators or currency sign, "
        f"at most {_WHOLE_DIGITS} digits before the point and {decimals}",
        text=shown,
    )


def _wrong_number(text: str, shown: str, digits: int, what: str) -> str:
    """Say what is wrong with a number: there is none, it is too exact, too large, or no number at all."""
    if not text:
        return f"{what} is empty"
    number = re.fullmatch(r"-?([0-9]+)(?:\.([0-9]+))?", text)
    if number is None:
        return f"{what} {shown!r} cannot be understood"
    if len(number[1]) > _WHOLE_DIGITS:
        return f"{what} {shown!r} has more than {_WHOLE_DIGITS} digits before the point"
    if not digits:
        return f"{what} {shown!r} has decimals"
    return f"{what} {shown!r} has more than {digits} decimal{'s' if digits > 1 else ''}"


def format_money(amount: Decimal, currency: str) -> str:
    """Write an amount with the digits of its currency and a point, such as `1234.50`; never an exponent."""
    rounded = amount.quantize(step_of(currency), context=_TO_DIGITS)
    return str(rounded or rounded.copy_abs())


def with_currency(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency as messages do, such as "1234.50 EUR"."""
    return f"{format_money(amount, currency)} {currency}"


def exact_money(amount: Decimal, currency: str) -> Decimal:
    """Take an amount that a person typed; it must not have more digits than the currency.

    Raises:
        UsageError: It has, with the rounded amount as a hint.
    """
    rounded = round_money(amount, step_of(currency))
    if rounded != amount:
        raise UsageError(
            "usage.amount",
            f"{amount.normalize():f} {currency} has more digits than the currency",
            hint=f"write {format_money(rounded, currency)}",
        )
    return amount
