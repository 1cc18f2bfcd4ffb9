"""Turn values into text for scripts: exact decimals, ISO dates, UTC instants.

A formatter takes many rows at once and returns the cells of one column, so that a million rows cost one decision
a column instead of one a cell. Rows come as objects, or as the database keeps them: `OBJECTS` and `STORED` tell how
each is read and written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from shopctl.domain.money import digits_of
from shopctl.errors import UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.text import escaped

Cells = Callable[[Any], Sequence[Any]]
"""The cells of one column for these rows: a list of objects, or stored values by the names of their fields."""

_UNKNOWN_CURRENCY_DIGITS = 2
_REMEMBERED = 20_000
_TEXTS = (Kind.TEXT, Kind.CODE, Kind.STATUS)
_FORMULA = r"[\s\0]*[=+\-@\t\r\n\0＝＋－＠]"
"""What a spreadsheet takes for a formula, full-width signs and leading blanks included."""


def reader(column: Column) -> Callable[[Any], Any]:
    """Return the function that reads a column from a row."""
    return column.value if column.get or column.parts else attrgetter(column.name)


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


def _amounts(amounts: Sequence[Any], digits: int) -> list[Any]:
    if digits == 2:
        return _two_digits(amounts)
    return [None if amount is None else _fixed(amount, digits) for amount in amounts]


class _Stored(dict[int | None, str | None]):
    """Texts of stored numbers, which are whole ten-thousandths, with at least so many digits: many come again."""

    def __init__(self, digits: int) -> None:
        super().__init__({None: None})
        self._digits = digits

    def __missing__(self, number: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
            self[None] = None
        whole, rest = divmod(abs(number), 10_000)
        fraction = f"{rest:04}".rstrip("0").ljust(self._digits, "0")
        text = f"{'-' if number < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"
        self[number] = text
        return text


@cache
def _stored_number(digits: int) -> Callable[[int | None], str | None]:
    return _Stored(digits).__getitem__


def _iso_day(day: date) -> str:
    return day.isoformat()[:10]


class Way(NamedTuple):
    """How rows come.

    Attributes:
        read: Makes what reads the values of a column from rows.
        currencies: Reads the currency of each row.
        amounts: Writes amounts with the digits of their currency.
        scalars: Writes a value of a kind; a kind without one is plain already.
    """

    read: Callable[[Column], Cells]
    currencies: Callable[[Any], Sequence[str | None]]
    amounts: Callable[[Sequence[Any], int], list[Any]]
    scalars: Mapping[Kind, Callable[[Any], object]]


def _read_objects(column: Column) -> Cells:
    read = reader(column)
    return lambda rows: list(map(read, rows))


def _read_stored(column: Column) -> Cells:
    if not column.parts:
        return lambda rows: rows[column.name]
    keys, names = zip(*column.parts, strict=True)

    def objects(rows: Mapping[str, Sequence[Any]]) -> list[dict[str, object]]:
        values = zip(*(rows[name] for name in names), strict=True)
        return [dict(zip(keys, (value or None for value in one), strict=True)) for one in values]

    return objects


OBJECTS: Final = Way(
    _read_objects,
    lambda rows: [getattr(row, "currency", None) for row in rows],
    _amounts,
    {Kind.QUANTITY: decimal, Kind.PERCENT: decimal, Kind.DATE: _iso_day, Kind.INSTANT: instant},
)
"""Rows are objects that hold decimals, days and instants."""

STORED: Final = Way(
    _read_stored,
    lambda rows: rows["currency"],
    lambda amounts, digits: list(map(_stored_number(digits), amounts)),
    {Kind.QUANTITY: _stored_number(0), Kind.PERCENT: _stored_number(0), Kind.FLAG: bool},
)
"""Values are as the database keeps them: numbers are whole ten-thousandths, days and instants are text already."""


def _money_cells(column: Column, way: Way) -> Cells:
    read = way.read(column)

    def cells(rows: Any) -> list[Any]:
        amounts, currencies = read(rows), way.currencies(rows)
        digits = {currency: currency_digits(currency) for currency in set(currencies)}
        if len(set(digits.values())) == 1:
            return way.amounts(amounts, digits[currencies[0]])
        pairs = zip(amounts, currencies, strict=True)
        return [way.amounts((amount,), digits[currency])[0] for amount, currency in pairs]

    return cells


def _each(read: Cells, write: Callable[[Any], object]) -> Cells:
    return lambda rows: [None if value is None else write(value) for value in read(rows)]


def json_cells(column: Column, way: Way = OBJECTS) -> Cells:
    """Return the formatter of a column for JSON: strings, whole numbers, true, false, null, lists and objects."""
    read = way.read(column)
    if column.kind is Kind.MONEY:
        return _money_cells(column, way)
    if column.kind is Kind.LIST:
        return _each(read, list)
    if column.kind in way.scalars:
        return _each(read, way.scalars[column.kind])
    if column.kind in (Kind.TEXT, Kind.CODE):
        return lambda rows: [None if value == "" else value for value in read(rows)]
    return read


def _values(column: Column, way: Way) -> Cells:
    """Return what reads a column for formats of lines: text, numbers, or None where there is nothing."""
    if column.kind is Kind.FLAG:
        return _each(way.read(column), lambda flag: "true" if flag else "false")
    if column.kind is Kind.LIST:
        return _each(way.read(column), ",".join)
    if column.kind is Kind.OBJECT:
        return _each(way.read(column), readable)
    return way.read(column) if column.kind in _TEXTS else json_cells(column, way)


def csv_cells(column: Column, way: Way = OBJECTS, *, excel: bool = False) -> Cells:
    """Return the formatter of a column for CSV, quotes included; absent is empty.

    Args:
        excel: Put a quote before text that a spreadsheet would compute.
    """
    values = _values(column, way)
    if excel and column.kind in (*_TEXTS, Kind.LIST, Kind.OBJECT):
        return lambda rows: quoted(_defused(values(rows)))
    return lambda rows: quoted(values(rows))


def plain_cells(column: Column, way: Way = OBJECTS) -> Cells:
    """Return the formatter of a column for plain and tsv: never a tab or newline, absent is empty."""
    values = _values(column, way)
    return lambda rows: _escaped(values(rows))


def _joined(values: Sequence[Any], mark: str) -> tuple[Sequence[str], str]:
    """Turn values into texts, and join them to be looked at all at once."""
    try:
        return values, mark.join(values)
    except TypeError:  # some are numbers or absent
        texts = ["" if value is None else str(value) for value in values]
        return texts, mark.join(texts)


def quoted(values: Sequence[Any]) -> Sequence[str]:
    """Write values as cells of CSV: what holds a comma, a quote or the end of a line stands in quotes."""
    texts, whole = _joined(values, "\n")
    if whole.count("\n") < len(texts) and not ("," in whole or '"' in whole or "\r" in whole):
        return texts
    special = re.compile('[,"\r\n]').search
    return ['"' + text.replace('"', '""') + '"' if special(text) else text for text in texts]


def _escaped(values: Sequence[Any]) -> Sequence[str]:
    texts, whole = _joined(values, "")
    return texts if whole.isprintable() and "\\" not in whole else list(map(escaped, texts))


def _defused(values: Sequence[Any]) -> list[Any]:
    starts = re.compile(_FORMULA).match
    return [f"'{value}" if value and starts(value) else value for value in values]
