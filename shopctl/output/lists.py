"""Print lists of any length for scripts, and tell what people read below their table, see `list_tables`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from shopctl.output.columns import Column, Kind
from shopctl.output.formats import OBJECTS, STORED, Way
from shopctl.output.machine import CHUNK, JsonArray, Lines, Records, id_lines
from shopctl.output.streams import Sink

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
        self._all = rows
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

    def blocks(self, columns: Sequence[Column]) -> tuple[Way, Iterator[Any]]:
        """Yield the rows of the page, many at once, and tell how they come.

        Rows that can be read as they are stored are, where each of the columns can: no objects are made of them.
        """
        names = dict.fromkeys(name for column in columns for name in column.sources)
        if any(column.kind is Kind.MONEY for column in columns):
            names["currency"] = None
        stored = getattr(self._all, "stored", None)
        found = stored(list(names)) if stored and all(column.sources for column in columns) else None
        return (OBJECTS, self.chunks()) if found is None else (STORED, self._passed(found))

    def _passed(self, blocks: Iterator[Mapping[str, Sequence[Any]]]) -> Iterator[Mapping[str, Sequence[Any]]]:
        for block in blocks:
            self.returned += len(next(iter(block.values())))
            yield block

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
    way, blocks = pages.blocks(columns)
    if form in ("csv", "tsv", "plain"):
        lines = Lines(form, columns, way, excel=excel)
        sink.write(lines.header(shown=header))
        for block in blocks:
            sink.write(lines.lines(block))
        return
    records = Records(columns, way)
    if form == "jsonl":
        for block in blocks:
            sink.write("".join([f"{line}\n" for line in records.lines(block)]))
        return
    array = JsonArray(sink, schema)
    for block in blocks:
        array.add(records.lines(block))
    array.close("page", pages.page(key))


def write_ids(sink: Sink, columns: Sequence[Column], pages: Pages) -> None:
    """Write one document number a line."""
    for chunk in pages.chunks():
        sink.write(id_lines(columns, chunk))
