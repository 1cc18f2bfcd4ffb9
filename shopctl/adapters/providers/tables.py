"""Read the tables of payment providers: columns by their names, each row with the line on which it begins."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import currency, iso_day, joined, number
from shopctl.adapters.sources.items import Unreadable
from shopctl.domain.bank import Movement, Statement

DELIMITERS: Final = (",", ";", "\t")

ZERO: Final = Decimal(0)


class Row:
    """One row of a table.

    Attributes:
        line: The line of the file on which it begins.
        decimal: The sign before decimals.
    """

    def __init__(self, line: int, cells: list[str], places: Mapping[str, int], decimal: str = ".") -> None:
        self.line = line
        self.decimal = decimal
        self._cells = cells
        self._places = places

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"line {self.line}"

    def text(self, *names: str) -> str:
        """Read the first of some columns that holds something; empty where none does."""
        for name in names:
            place = self._places.get(name)
            if place is not None and (found := joined(self._cells[place])):
                return found
        return ""

    def money(self, *names: str) -> Decimal:
        """Read an amount; nothing is zero.

        Raises:
            Unreadable: It is no amount.
        """
        text = self.text(*names)
        return number(text, self.decimal, names[0]) if text else ZERO

    def day(self, *names: str) -> dt.date:
        """Read the day of a time such as `2026-11-30 10:15`.

        Raises:
            Unreadable: There is no such day.
        """
        return day_of(self.text(*names))

    def currency(self, *names: str) -> str:
        """Read a currency code in letters of any case.

        Raises:
            Unreadable: It is none.
        """
        return currency(self.text(*names).upper())


def day_of(text: str) -> dt.date:
    """Read the day of a time such as `2026-11-30 10:15`, as it is written.

    Raises:
        Unreadable: There is no such day.
    """
    return iso_day(text.replace(" ", "T", 1))


def header(head: str) -> tuple[list[str], str]:
    """Read the names of the columns in small letters, and the sign between them, off the first line of a file."""
    line = next((one for one in head.splitlines() if one.strip()), "")
    found: list[tuple[list[str], str]] = []
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            continue
        found.append(([folded(cell) for cell in cells], delimiter))
    return max(found, key=lambda one: len(one[0]), default=([], ","))


def folded(name: str) -> str:
    """Write the name of a column as it is compared."""
    return joined(name.strip("\ufeff\"' ")).casefold()


def has(head: str, *names: str) -> bool:
    """Tell whether a table has all of some columns."""
    return set(names) <= set(header(head)[0])


Key = tuple[str, str, str]
"""What tells the statements of a table apart: account, number and currency."""


def grouped(source: Source, read: Callable[[Row], tuple[Key, Movement]]) -> dict[Key, list[Movement]]:
    """Gather the movements of a table by the statement that each belongs to.

    Raises:
        UsageError: `file.format` with the line, `file.encoding`.
    """
    groups: dict[Key, list[Movement]] = {}
    for row in rows(source):
        try:
            key, one = read(row)
        except Unreadable as problem:
            raise source.refusal(row.place, problem) from problem
        groups.setdefault(key, []).append(one)
    return groups


def rows(source: Source, rename: Mapping[str, str] | None = None, decimal: str = ".") -> Iterator[Row]:
    """Hand over the rows below the header.

    Args:
        rename: What columns are called here, by their names in the file.
        decimal: The sign before decimals.

    Raises:
        UsageError: `file.format` with the line, `file.encoding`.
    """
    names, delimiter = header(source.head)
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault((rename or {}).get(name, name), place)
    lines = (line.rstrip("\r") + "\n" for line in source.lines())
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    begin, seen, count = 1, False, 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                if seen:
                    if len(cells) < len(names) - (not names[-1]):
                        raise source.refusal(f"line {begin}", f"it has {len(cells)} columns instead of {len(names)}")
                    count += 1
                    yield Row(begin, cells, places, decimal)
                seen = True
            begin = reader.line_num + 1
    except csv.Error as error:
        raise source.refusal(f"line {begin}", f"it is not a row of a table: {error}") from error
    if not count:
        raise source.refusal("the table", "there is no row in it", "check the period of the export")


def movements(source: Source, found: Iterable[Row], read: Callable[[Row], Iterable[Movement]]) -> Iterator[Movement]:
    """Turn rows into movements; the first one that cannot be read ends it.

    Raises:
        UsageError: `file.format` with the line.
    """
    for row in found:
        try:
            yield from read(row)
        except Unreadable as problem:
            raise source.refusal(row.place, problem) from problem


def by_currency(form: str, account: str, found: Iterable[Movement], remarks: tuple[str, ...] = ()) -> list[Statement]:
    """Make one statement a currency, in the order in which they come."""
    groups: dict[str, list[Movement]] = {}
    for one in found:
        groups.setdefault(one.currency, []).append(one)
    return [
        Statement(form, account, "", currency, tuple(group), remarks=() if place else remarks)
        for place, (currency, group) in enumerate(groups.items())
    ]


class Ignored:
    """Counts what moved no money and is left out, so that it can be told."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, status: str) -> None:
        """Count one with a status."""
        self._counts[status] = self._counts.get(status, 0) + 1

    @property
    def remarks(self) -> tuple[str, ...]:
        """Say how many were left out; nothing where none was."""
        if not self._counts:
            return ()
        told = ", ".join(f"{count} {status}" for status, count in self._counts.items())
        return (f"left out, because no money moved: {told}",)
