"""Write rows for scripts: csv, tsv, plain, json, jsonl and ids, streamed in constant memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, Protocol

from shopctl.output.columns import Column, Kind
from shopctl.output.formats import OBJECTS, Cells, Way, csv_cells, json_cells, plain_cells, plain_value, quoted
from shopctl.output.text import INVISIBLE, escaped

CHUNK = 500
"""Rows formatted at once: enough to spread the cost of a call, few enough to stay small."""

Encode = Callable[[object], str]


class Appendable(Protocol):
    """Anything that takes pieces of text."""

    def write(self, text: str) -> None:
        """Add a piece of text."""


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut rows into lists of at most `CHUNK`."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


@cache
def json_encoder(*, indent: int | None = None) -> Encode:
    """Return the function that writes one JSON value, on one line unless it is to be indented.

    Text stays UTF-8; what could mislead a terminal (C1 controls, bidirectional marks, lone surrogates) is escaped.
    """
    return _encoder((", " if indent is None else ",", ": "), indent)


def _encoder(separators: tuple[str, str], indent: int | None = None) -> Encode:
    from json import JSONEncoder

    encode = JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=separators, default=plain_value, indent=indent
    ).encode
    unsafe = re.compile(rf"[{INVISIBLE}\u200d]")

    def encoded(value: object) -> str:
        text = encode(value)
        if text.isprintable():
            return text
        # JSON escapes line feeds itself, so those that are left are the layout.
        return "\n".join(unsafe.sub(_json_escape, line) for line in text.split("\n"))

    return encoded


@cache
def compact_encoder() -> Encode:
    """Return the function that writes one JSON value without blanks, for the line of an error."""
    return _encoder((",", ":"))


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


class Records:
    """Turns rows into JSON objects.

    Args:
        way: How the rows come.
    """

    def __init__(self, columns: Sequence[Column], way: Way = OBJECTS) -> None:
        self._names = [column.name for column in columns]
        self._cells = [json_cells(column, way) for column in columns]
        self._encode = json_encoder()

    def fields(self, rows: Any) -> Iterator[dict[str, object]]:
        """Yield the fields of each row."""
        names = self._names
        return (dict(zip(names, cells, strict=True)) for cells in _transposed(self._cells, rows))

    def lines(self, rows: Any) -> list[str]:
        """Return one JSON object a row."""
        return list(map(self._encode, self.fields(rows)))


class Lines:
    """Turns rows into lines of csv, tsv or plain.

    Args:
        form: `csv`, `tsv` or `plain`.
        columns: What each line holds.
        way: How the rows come.
        before: Names of cells that the caller puts before the columns.
        excel: For csv: a byte order mark, CRLF and defused formulas.
    """

    def __init__(
        self, form: str, columns: Sequence[Column], way: Way = OBJECTS, *, before: Sequence[str] = (), excel: bool
    ) -> None:
        self._csv = form == "csv"
        self._excel = excel and self._csv
        self._names = [*before, *(column.name for column in columns)]
        self._cells = [
            csv_cells(column, way, excel=self._excel) if self._csv else plain_cells(column, way) for column in columns
        ]
        self._join = ("," if self._csv else "\t").join
        self._end = "\r\n" if self._excel else "\n"

    def header(self, *, shown: bool) -> str:
        """Return the line of names, or nothing but the byte order mark where names are not wanted."""
        mark = "\ufeff" if self._excel else ""
        return mark + self._text([self._names]) if shown else mark

    def lines(self, rows: Any) -> str:
        """Return the text of the rows."""
        return self._text(_transposed(self._cells, rows))

    def row(self, before: Sequence[str], row: Any | None) -> str:
        """Return the text of one row with cells before it; no row leaves its cells empty."""
        cells = [""] * len(self._cells) if row is None else [column([row])[0] for column in self._cells]
        return self._text([[*(quoted(before) if self._csv else before), *cells]])

    def _text(self, rows: Iterable[Sequence[str]]) -> str:
        lines = list(map(self._join, rows))
        if self._csv and len(self._names) == 1:  # an empty line would be no row at all
            lines = [line or '""' for line in lines]
        return self._end.join([*lines, ""])


def _transposed(columns: Sequence[Cells], rows: Any) -> Iterator[tuple[Any, ...]]:
    return zip(*(cells(rows) for cells in columns), strict=True)


def identifier(columns: Sequence[Column], row: Any) -> str:
    """Return what a row is called: its first code that is not empty; a draft has an address instead of a number."""
    codes = [column for column in columns if column.kind is Kind.CODE] or list(columns[:1])
    for column in codes:
        value = column.value(row)
        if value:
            return str(value)
    return ""


def id_lines(columns: Sequence[Column], rows: Iterable[Any]) -> str:
    """Return one identifier a line; rows without one are left out."""
    names = (identifier(columns, row) for row in rows)
    return "".join([f"{escaped(name)}\n" for name in names if name])


class JsonArray:
    """Writes the list document of `json`: one record a line, closed by the fields that follow the data."""

    def __init__(self, sink: Appendable, schema: str) -> None:
        self._sink = sink
        self._mark = "\n    "
        self._encode = json_encoder()
        sink.write(f'{{\n  "schema": {self._encode(schema)},\n  "data": [')

    def add(self, records: Sequence[str]) -> None:
        """Add encoded records."""
        if records:
            self._sink.write(self._mark + ",\n    ".join(records))
            self._mark = ",\n    "

    def close(self, name: str, closing: object) -> None:
        """End the document with one more field."""
        end = "" if self._mark == "\n    " else "\n  "
        self._sink.write(f'{end}],\n  "{name}": {self._encode(closing)}\n}}\n')
