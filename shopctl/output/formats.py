"""Turn values into text for scripts: exact decimals, ISO dates, UTC instants.

A formatter takes many rows at once and returns the cells of one column, so that a million rows cost one decision
a column instead of one a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any

from shopctl.domain.money import digits_of
from shopctl.errors import UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.text import escaped

Cells = Callable[[Sequence[Any]], list[Any]]
"""The cells of one column for these rows."""

_UNKNOWN_CURRENCY_DIGITS = 2
_FORMULA = r"[\s\0]*[=+\-@\t\r\n\0＝＋－＠]"
"""What a spreadsheet takes for a formula, full-width signs and leading blanks included."""


def reader(column: Column) -> Callable[[Any], Any]:
    """Return the function that reads a column from a row."""
    return column.get or attrgetter(column.name)


@lru_cache(maxsize=64)
def currency_digits(currency: str | None) -> int:
    """Tell how many decimals amounts of a currency have; two where there is none or a wrong one is stored."""
    try:
        return digits_of(currency) if currency else _UNKNOWN_CURRENCY_DIGITS
    except UsageError:
        return _UNKNOWN_CURRENCY_DIGITS


def money(amount: Decimal, currency: str | None) -> str:
    """Write an amount in fixed notation with the digits of its currency, more only where it really has more."""
    return _fixed(amount, currency_digits(currency))


def decimal(value: Decimal) -> str:
    """Write a quantity or percentage in fixed notation without trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def instant(moment: datetime) -> str:
    """Write an instant in UTC, such as 2026-08-21T09:14:03Z."""
    text = moment.isoformat()
    if text.endswith("+00:00") or len(text) == 19:
        return f"{text[:19]}Z"
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def readable(value: object) -> str:
    """Write a dict or list of plain values as one line: the name of a dict that has one, else all it holds."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        name = value.get("name") or value.get("number") or value.get("code")
        if name:
            return readable(name)
        return ", ".join(f"{key}={readable(held)}" for key, held in value.items())
    if isinstance(value, list | tuple):
        mark = "; " if value and isinstance(value[0], Mapping) else ", "
        return mark.join(map(readable, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else str(plain_value(value))


def plain_value(value: object) -> object:
    """Turn a value that the JSON encoder does not know into one that it knows.

    Raises:
        TypeError: The value is none of those that rows are made of; a bug of the command.
    """
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"a row holds a {type(value).__name__}")


def _fixed(amount: Decimal, digits: int) -> str:
    if not amount:
        return f"{0:.{digits}f}"
    text = format(amount, "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _two_digits(amounts: Iterable[Any]) -> list[Any]:
    """Write amounts of a currency with two digits; `str` is right for nearly all and four times as fast."""
    return [
        None
        if amount is None
        else text
        if amount and (text := str(amount))[-3:-2] == "."
        else text[:-2]
        if amount and text[-5:-4] == "." and text[-2:] == "00"
        else _fixed(amount, 2)
        for amount in amounts
    ]


def _money_cells(read: Callable[[Any], Any]) -> Cells:
    def cells(rows: Sequence[Any]) -> list[Any]:
        currencies = [getattr(row, "currency", None) for row in rows]
        digits = {currency: currency_digits(currency) for currency in set(currencies)}
        if set(digits.values()) == {2}:
            return _two_digits(map(read, rows))
        amounts = zip(map(read, rows), currencies, strict=True)
        return [None if amount is None else _fixed(amount, digits[currency]) for amount, currency in amounts]

    return cells


def _each(read: Callable[[Any], Any], write: Callable[[Any], object]) -> Cells:
    def cells(rows: Sequence[Any]) -> list[Any]:
        return [None if value is None else write(value) for value in map(read, rows)]

    return cells


def _as_is(read: Callable[[Any], Any]) -> Cells:
    return lambda rows: list(map(read, rows))


def _iso_day(day: date) -> str:
    return day.isoformat()[:10]


_SCALARS: dict[Kind, Callable[[Any], object]] = {
    Kind.QUANTITY: decimal,
    Kind.PERCENT: decimal,
    Kind.DATE: _iso_day,
    Kind.INSTANT: instant,
}


def json_cells(column: Column) -> Cells:
    """Return the formatter of a column for JSON: strings, whole numbers, true, false, null, lists and objects."""
    read = reader(column)
    if column.kind is Kind.MONEY:
        return _money_cells(read)
    if column.kind is Kind.LIST:
        return _each(read, list)
    if column.kind in _SCALARS:
        return _each(read, _SCALARS[column.kind])
    if column.kind in (Kind.TEXT, Kind.CODE):
        return lambda rows: [None if value == "" else value for value in map(read, rows)]
    return _as_is(read)


def csv_cells(column: Column, *, excel: bool = False) -> Cells:
    """Return the formatter of a column for CSV; `excel` puts a quote before text that a spreadsheet would compute."""
    read = reader(column)
    if column.kind is Kind.FLAG:
        return _each(read, lambda flag: "true" if flag else "false")
    if column.kind is Kind.LIST:
        text = _each(read, ",".join)
    elif column.kind is Kind.OBJECT:
        text = _each(read, readable)
    elif column.kind in (Kind.TEXT, Kind.CODE, Kind.STATUS):
        text = _as_is(read)
    else:
        return json_cells(column)
    return _defused(text) if excel else text


def plain_cells(column: Column) -> Cells:
    """Return the formatter of a column for plain and tsv: never a tab or newline, absent is empty."""
    cells = csv_cells(column)
    if column.kind in (Kind.TEXT, Kind.CODE, Kind.STATUS, Kind.LIST, Kind.OBJECT):
        return lambda rows: ["" if value is None else escaped(value) for value in cells(rows)]
    return lambda rows: ["" if value is None else str(value) for value in cells(rows)]


def _defused(cells: Cells) -> Cells:
    starts = re.compile(_FORMULA).match

    def quoted(rows: Sequence[Any]) -> list[Any]:
        return [f"'{value}" if value and starts(value) else value for value in cells(rows)]

    return quoted
