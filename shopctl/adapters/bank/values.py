"""Convert what banks write into exact amounts, days and texts; what is not clear is refused, never guessed.

Source: ECOSYSTEM 2 (comma decimals, 30 February), RELIABILITY 7 (amounts are checked by pattern before they become
decimals).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.config.values import iban

PLAIN: Final = re.compile(r"([+-]?)([0-9]{1,13})(?:[.,]([0-9]{0,10}))?")
"""An amount without marks between thousands, with a point or a comma before the decimals."""


@lru_cache(maxsize=4096)
def amount(text: str) -> Decimal:
    """Read an amount such as `8.85`, `-2,5`, `+50,00` or `6800,`.

    Raises:
        Unreadable: It is none, or has more than 13 digits before or 4 after the point.
    """
    found = PLAIN.fullmatch(text)
    if not found:
        raise Unreadable(f"{shown(text)} is not an amount of at most 13 digits before and 4 after the point")
    sign, whole, decimals = found.groups()
    decimals = (decimals or "").rstrip("0")
    if len(decimals) > 4:
        raise Unreadable(f"{shown(text)} has more than 4 decimals, which no currency has")
    value = Decimal(f"{whole}.{decimals}" if decimals else whole)
    return -value if sign == "-" and value else value


_GROUPED: Final = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:[,' \u00a0\u202f][0-9]{3})+(?:\.[0-9]*)?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:[.' \u00a0\u202f][0-9]{3})+(?:,[0-9]*)?"),
}
"""Amounts with marks between their thousands, by the sign before the decimals."""


@lru_cache(maxsize=4096)
def number(text: str, decimal: str, path: str = "") -> Decimal:
    """Read an amount with marks between its thousands or without, such as `-1.234,50`, `1,234.50` or `12.00-`.

    Args:
        decimal: The sign before the decimals, `.` or `,`; with the other one in its place nothing is read.
        path: The column, for the message.

    Raises:
        Unreadable: It is none, or has more than 13 digits before or 4 after the sign.
    """
    plain = f"-{text[:-1].strip()}" if text.endswith("-") else text
    plain = plain.replace("\u2212", "-")
    if _GROUPED[decimal].fullmatch(plain):
        plain = re.sub(rf"[^0-9{decimal}+-]", "", plain)
    other = "," if decimal == "." else "."
    if other in plain:
        raise Unreadable(f"{shown(text)} is not an amount with '{decimal}' before the decimals", path=path)
    try:
        return amount(plain)
    except Unreadable as problem:
        raise (problem.inside(path) if path else problem) from None


@lru_cache(maxsize=4096)
def iso_day(text: str) -> dt.date:
    """Read `2026-11-30`, or the day of `2026-11-30T10:15:00+01:00` as the bank wrote it.

    Raises:
        Unreadable: There is no such day.
    """
    try:
        if len(text) > 10 and text[10] not in "T+-Z":
            raise ValueError(text)
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise Unreadable(f"{shown(text)} is not a date") from None


@lru_cache(maxsize=4096)
def iso_value_day(text: str) -> tuple[dt.date, bool]:
    """Read a value date in ISO form, as `value_day` does.

    Raises:
        Unreadable: There is no such day.
    """
    parts = text[:10].split("-")
    if len(parts) == 3 and parts[1:] in (["02", "29"], ["02", "30"]) and parts[0].isdecimal() and len(parts[0]) == 4:
        return value_day(int(parts[0]), 2, int(parts[2]))
    return iso_day(text), False


MOVED: Final = "the bank counts it from a day that the calendar lacks; the last of February is kept"
"""The remark of a value date that `value_day` moved."""


def value_day(year: int, month: int, day: int) -> tuple[dt.date, bool]:
    """Make the day from which on a bank counts interest.

    Banks that count every month with 30 days write 30 February; it means the last day of that month. Only the value
    date can be such a day, the booking date is one of the calendar.

    Returns:
        The day, and whether it had to be moved to the end of February.

    Raises:
        Unreadable: There is no such day.
    """
    last = calendar.monthrange(year, 2)[1]
    if month == 2 and last < day <= 30:
        return dt.date(year, 2, last), True
    try:
        return dt.date(year, month, day), False
    except ValueError:
        raise Unreadable(f"there is no day {year}-{month:02}-{day:02}") from None


def joined(*parts: str) -> str:
    """Join texts by one blank each, with single blanks inside them; what is said twice is kept once."""
    told: list[str] = []
    for part in parts:
        if part:
            text = " ".join(part.split())
            if text and text not in told:
                told.append(text)
    return " ".join(told)


@lru_cache(maxsize=4096)
def account(text: str, currency: str = "") -> str:
    """Write an account number without blanks, and without the currency that some banks put behind it.

    Args:
        currency: Of the account; empty where it does not matter. A few countries have it in their IBANs.
    """
    plain = "".join(text.split()).upper()
    if currency and plain.endswith(currency) and plain[-4:-3].isdigit() and not _is_iban(plain):
        return plain[:-3]
    return plain


def _is_iban(text: str) -> bool:
    try:
        return bool(iban(text))
    except ValueError:
        return False


@lru_cache(maxsize=256)
def currency(text: str) -> str:
    """Read a currency code.

    Raises:
        Unreadable: It is not three capital letters.
    """
    if len(text) == 3 and text.isascii() and text.isalpha() and text.isupper():
        return text
    raise Unreadable(f"{shown(text)} is not a currency: three capital letters, as EUR")
