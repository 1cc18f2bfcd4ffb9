"""Find the header of a table, the sign between its columns, and where each field of a mapping stands."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Final

from shopctl.adapters.bank.mappings import Mapping
from shopctl.adapters.bank.values import joined

DELIMITERS: Final = (";", ",", "\t", "|")

PREAMBLE: Final = 40
"""Lines among which the header is looked for."""


class Columns:
    """Where the fields of a mapping stand in a table.

    Attributes:
        mapping: The mapping.
        delimiter: The sign between columns.
        skip: Lines before the first row.
        width: How many columns a row has at least.
    """

    def __init__(self, mapping: Mapping, delimiter: str, skip: int, header: list[str]) -> None:
        """Look up every column.

        Args:
            header: The names of the columns in their order.
        """
        self.mapping = mapping
        self.delimiter = delimiter
        self.skip = skip
        numbers: dict[str, int] = {}
        for number, name in enumerate(header):
            numbers.setdefault(_key(name), number)
        self._places = {
            field: [place for column in columns if (place := _place(column.names, numbers)) is not None]
            for field, columns in mapping.columns.items()
        }
        self.width = 1 + max(place for found in self._places.values() for place in found)

    def has(self, field: str) -> bool:
        """Tell whether the table has the column of a field."""
        return bool(self._places.get(field))

    def field(self, field: str, row: list[str]) -> str:
        """Read a field of one column; empty where there is none."""
        places = self._places.get(field)
        return row[places[0]].strip().strip('"') if places else ""

    def text(self, field: str, row: list[str]) -> str:
        """Read a field that may be joined of several columns."""
        return joined(*(row[place] for place in self._places.get(field, ())))


def _place(names: Iterable[str], places: dict[str, int]) -> int | None:
    return next((places[_key(name)] for name in names if _key(name) in places), None)


def _key(name: str) -> str:
    return name.strip().strip('"').casefold()


def found(head: str, known: Iterable[Mapping]) -> Columns | None:
    """Find the first mapping that fits a table.

    Args:
        head: The first part of the file.
        known: The mappings to try.
    """
    lines = head.replace("\r", "\n").split("\n") if "\n" not in head else head.split("\n")
    rows = [
        (number, delimiter, _cells(line, delimiter))
        for number, line in enumerate(lines[:PREAMBLE], 1)
        for delimiter in DELIMITERS
        if delimiter in line
    ]
    for mapping in known:
        if not mapping.header:
            return _numbered(mapping)
        needed = [[_key(name) for name in one.names] for one in mapping.required()]
        for number, delimiter, cells in rows:
            names = {_key(cell) for cell in cells}
            if mapping.delimiter in ("", delimiter) and all(names.intersection(one) for one in needed):
                return Columns(mapping, delimiter, number, cells)
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _numbered(mapping: Mapping) -> Columns:
    """Lay out a table without header: its columns are called by their numbers."""
    last = max(int(name) for columns in mapping.columns.values() for one in columns for name in one.names)
    return Columns(mapping, mapping.delimiter, 0, [str(number) for number in range(1, last + 1)])
