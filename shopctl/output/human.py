"""Turn values into text for people: thousands separators, the shop's own time zone, words instead of codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from shopctl.output.columns import Column, Kind
from shopctl.output.formats import decimal, money, readable, reader
from shopctl.output.style import Style
from shopctl.output.text import ABSENT, safe

TextCells = Callable[[Sequence[Any]], list[str]]


def grouped(number: str) -> str:
    """Put thousands separators into a number in fixed notation: `1234.50` is `1,234.50`."""
    whole, point, fraction = number.partition(".")
    return f"{int(whole):,}{point}{fraction}" if len(whole) > 3 else number  # int keeps every digit


def human_money(amount: Decimal, currency: str | None) -> str:
    """Write an amount with the digits of its currency and thousands separators, without the currency."""
    return grouped(money(amount, currency))


def human_quantity(quantity: Decimal) -> str:
    """Write a quantity without trailing zeros, with thousands separators."""
    return grouped(decimal(quantity))


def human_percent(percent: Decimal) -> str:
    """Write a percentage such as `30 %`."""
    return f"{decimal(percent)} %"


@cache
def zone(name: str) -> tzinfo:
    """Return a time zone by its name."""
    if name in ("", "UTC"):
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def human_instant(moment: datetime, tz: str) -> str:
    """Write an instant in a time zone, to the minute, such as `2026-08-21 11:14`."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone(tz)).isoformat(" ")[:16]


def human_value(value: object, *, tz: str = "UTC") -> str:
    """Write any value of a row as safe text; absent is a dash, a decimal keeps the digits it has."""
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else ABSENT
    if isinstance(value, Decimal):
        return grouped(format(value, "f"))
    if isinstance(value, datetime):
        return human_instant(value, tz)
    if isinstance(value, date):
        return value.isoformat()
    return safe(readable(value)) or ABSENT


def text_cells(column: Column, *, tz: str, style: Style) -> TextCells:
    """Return the formatter of a column for tables: safe text, never empty."""
    read = reader(column)
    if column.kind is Kind.MONEY:
        return lambda rows: [_amount(read(row), row) for row in rows]
    if column.kind is Kind.STATUS:
        return lambda rows: [style.status(safe(str(value))) if value else ABSENT for value in map(read, rows)]
    if column.kind is Kind.INSTANT and column.day:
        return lambda rows: [human_instant(moment, tz)[:10] if moment else ABSENT for moment in map(read, rows)]
    writers: dict[Kind, Callable[[Any], str]] = {
        Kind.QUANTITY: human_quantity,
        Kind.PERCENT: human_percent,
        Kind.COUNT: lambda count: f"{count:,}",
    }
    write = writers.get(column.kind, lambda value: style.glyphs(human_value(value, tz=tz)))
    return lambda rows: [ABSENT if value is None else write(value) for value in map(read, rows)]


def _amount(amount: Any, row: Any) -> str:
    return ABSENT if amount is None else human_money(amount, getattr(row, "currency", None))
