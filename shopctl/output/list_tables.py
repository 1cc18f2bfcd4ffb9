"""Print lists of any length as tables for people; lists for scripts do without what lays out tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from shopctl.output.columns import Column, Kind
from shopctl.output.human import text_cells
from shopctl.output.machine import chunks
from shopctl.output.tables import SAMPLE, SMALL, Field, clipped, fit, lines_of, measure, small_table

if TYPE_CHECKING:
    from shopctl.output.lists import Pages
    from shopctl.output.streams import Sink
    from shopctl.output.style import Style

CURRENCY = Column(
    "currency", "CURRENCY", Kind.CODE, "Currency of the amounts", lambda row: getattr(row, "currency", None)
)


def write_table(
    sink: Sink, columns: Sequence[Column], pages: Pages, *, tz: str, style: Style, limit: int | None, header: bool
) -> list[str]:
    """Write a table for people.

    Up to `SMALL` rows are measured; a longer table gets its widths from the first `SAMPLE` and is streamed.

    Returns:
        The headings of the columns that were left out because the terminal is too narrow.
    """
    rows = chain.from_iterable(pages.chunks())
    first = list(islice(rows, SMALL + 1))
    if not first:
        return []
    small = len(first) <= SMALL
    shown, currency = _with_currency(columns, first if small else None)
    formatters = [text_cells(column, tz=tz, style=style) for column in shown]

    def cells(some: Sequence[Any]) -> list[tuple[str, ...]]:
        return list(zip(*(formatter(some) for formatter in formatters), strict=True))

    sample = cells(first if small else first[:SAMPLE])
    fields = measure([_field(column, currency) for column in shown], sample, header=header)
    kept, fitted = fit(fields, limit)
    texts = (
        [row[place] for place in kept]
        for chunk in chunks(first if small else chain(first, rows))
        for row in cells(chunk)
    )
    cut = clipped(fitted, texts, style) if limit is not None else texts
    if small:
        sink.write(small_table(fitted, cut, style, header=header) + "\n")
    else:
        for line in lines_of(fitted, cut, style, header=header):
            sink.write(f"{line}\n")
    return [field.header for place, field in enumerate(fields) if place not in kept]


def _field(column: Column, currency: str) -> Field:
    heading = f"{column.header} {currency}" if currency and column.kind is Kind.MONEY else column.header
    return Field(heading, column.kind, wide=column.spare or column.shown == "wide")


def _with_currency(columns: Sequence[Column], rows: Sequence[Any] | None) -> tuple[list[Column], str]:
    """Say which currency goes into the headings, or add a column for it where rows differ or are not all known."""
    money = [place for place, column in enumerate(columns) if column.kind is Kind.MONEY]
    if not money or any(column.name == CURRENCY.name for column in columns):
        return list(columns), ""
    if rows is not None:
        amounts = [column for column in columns if column.kind is Kind.MONEY]
        currencies = {
            getattr(row, "currency", None) or ""
            for row in rows
            if any(column.value(row) is not None for column in amounts)
        }
        if len(currencies) == 1:
            return list(columns), currencies.pop()
    after = money[-1] + 1
    return [*columns[:after], CURRENCY, *columns[after:]], ""
