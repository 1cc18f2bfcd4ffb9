"""Print lists of any length: one page of rows for scripts, a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from shopctl.output.columns import Column, Kind
from shopctl.output.human import text_cells
from shopctl.output.machine import CHUNK, JsonArray, Lines, Records, chunks, id_lines
from shopctl.output.streams import Sink
from shopctl.output.style import Style
from shopctl.output.tables import SAMPLE, SMALL, Field, clipped, fit, lines_of, measure, small_table

CURRENCY = Column(
    "currency", "CURRENCY", Kind.CODE, "Currency of the amounts", lambda row: getattr(row, "currency", None)
)

_NOTHING = object()


class Pages:
    """The rows of one page, counted while they pass.

    Args:
        rows: All rows, or those of the page and one more, which tells exactly whether there are more.
        limit: Most rows of the page; 0 for all.
        total: How many rows the whole list has, where known.
        more: Whether rows follow, where the caller knows; otherwise judged by the row after the limit or the total.
    """

    def __init__(self, rows: Iterable[Any], *, limit: int, total: int | None, more: bool | None) -> None:
        self._rows = iter(rows)
        self._limit = limit
        self._total = total
        self._more = more
        self._beyond = False
        self.returned = 0
        self.last: Any = None

    def chunks(self) -> Iterator[list[Any]]:
        """Yield the rows of the page, many at once."""
        while chunk := list(islice(self._rows, self._room())):
            self.returned += len(chunk)
            self.last = chunk[-1]
            yield chunk
        if self._limit and self.returned == self._limit:
            self._beyond = next(self._rows, _NOTHING) is not _NOTHING

    def _room(self) -> int:
        return min(CHUNK, self._limit - self.returned) if self._limit else CHUNK

    @property
    def has_more(self) -> bool:
        """Whether rows follow; known when all have passed."""
        if self._more is not None or self._beyond:
            return bool(self._more) or self._beyond
        full = 0 < self._limit == self.returned
        return full and self._total is not None and self._total > self.returned

    def page(self, key: str) -> dict[str, object]:
        """Return the published facts of the page; `next` are the options that print the page after it."""
        following = f"--after {getattr(self.last, key)}" if self.has_more else None
        return {
            "returned": self.returned,
            "total": self._total,
            "limit": self._limit,
            "has_more": self.has_more,
            "next": following,
        }

    def cut_line(self) -> str:
        """Say that rows were left out; empty when none were."""
        if not self.has_more:
            return ""
        of = f" of {self._total:,} shown" if self._total is not None else " shown, many more follow"
        return f"{self.returned:,}{of} · all: --limit 0"


def write_rows(
    sink: Sink,
    form: str,
    schema: str,
    columns: Sequence[Column],
    pages: Pages,
    *,
    key: str,
    header: bool,
    excel: bool,
) -> None:
    """Write a page of rows in json, jsonl, csv, tsv or plain."""
    if form in ("csv", "tsv", "plain"):
        lines = Lines(form, columns, excel=excel)
        sink.write(lines.header(shown=header))
        for chunk in pages.chunks():
            sink.write(lines.lines(chunk))
        return
    records = Records(columns)
    if form == "jsonl":
        for chunk in pages.chunks():
            sink.write("".join([f"{line}\n" for line in records.lines(chunk)]))
        return
    array = JsonArray(sink, schema)
    for chunk in pages.chunks():
        array.add(records.lines(chunk))
    array.close("page", pages.page(key))


def write_ids(sink: Sink, columns: Sequence[Column], pages: Pages) -> None:
    """Write one document number a line."""
    for chunk in pages.chunks():
        sink.write(id_lines(columns, chunk))


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
    return Field(heading, column.kind, wide=column.shown == "wide")


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
