"""Cut a Shopify order or checkout export into orders: consecutive rows of one `Name`.

Rows without a quote are split directly, which is three times as fast as the csv module; the others go through it.
Source: docs ECOSYSTEM.md section 1.1 (columns by name, order values on the first row, rows contiguous).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final, NamedTuple

from shopctl.adapters.sources.items import Unreadable
from shopctl.adapters.sources.values import TEXT_LIMIT
from shopctl.errors import UsageError

Row = list[str]

ORDER_COLUMNS: Final = (
    "Name", "Currency", "Total", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
)  # fmt: skip
"""Without these no order can be made; every other column may be missing."""

_CUT: Final = "the record is cut off inside quotes"


class Group(NamedTuple):
    """The rows of one order and where they begin; with a problem it is not to be imported."""

    line: int
    name: str
    rows: list[Row]
    problem: Unreadable | None


class Spoilt(NamedTuple):
    """A record that cannot be read, with what seems to be the name of its order."""

    name: str
    problem: Unreadable


class _Feed:
    """Gives the csv module a line that is held, then the ones behind it, and notes when they end."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.held: list[str] = []
        self.ended = False

    def lines(self) -> Iterator[str]:
        while True:
            line = self.held.pop() if self.held else next(self._lines, None)
            if line is None:
                self.ended = True
                return
            yield line + "\n"


class Table:
    """The rows of a CSV file behind its header.

    Args:
        lines: The lines of the file without their line feed.
        path: How messages name the file.

    Raises:
        UsageError: `file.format`, there is no header row.
    """

    def __init__(self, lines: Iterator[str], path: str) -> None:
        self._lines = lines
        self._feed = _Feed(lines)
        self._csv = csv.reader(self._feed.lines())
        self.path = path
        self.line = 1
        self.header: dict[str, int] = {}
        self.width = 0
        self._read_header()

    def _read_header(self) -> None:
        try:
            row = self.quoted(next(self._lines))
        except Unreadable as problem:
            raise UsageError("file.format", f"the header of {self.path} cannot be read: {problem.reason}") from problem
        self.width = len(row)
        for place, name in enumerate(row):
            self.header.setdefault(name.strip(), place)

    def need(self, columns: tuple[str, ...]) -> None:
        """Refuse a file without these columns, naming those that are missing."""
        missing = [name for name in columns if name not in self.header]
        if not missing:
            return
        hint = "export the file from the Shopify admin again, with all columns"
        only = next(iter(self.header), "")
        if len(self.header) == 1 and (";" in only or "\t" in only):
            hint = "the columns have to be separated by commas; save the file as CSV with commas"
        raise UsageError(
            "file.format", f"{self.path} has no column {', '.join(missing)}", hint=hint, missing=missing, path=self.path
        )

    def place(self, column: str) -> int:
        """Tell where a column is; a missing one is where `pad` puts an empty cell."""
        return self.header.get(column, self.width)

    def quoted(self, line: str) -> Row:
        """Read a record that begins with this line and may go on over the next ones."""
        before = self._csv.line_num
        self._feed.held.append(line)
        try:
            row = next(self._csv)
        except csv.Error as error:
            raise Unreadable(f"not CSV: {error}") from error
        except StopIteration:
            raise Unreadable(_CUT) from None
        finally:
            self.line += self._csv.line_num - before - 1
        if self._feed.ended:
            raise Unreadable(_CUT, hint="the file may be incomplete; export it again")
        return row

    def rows(self) -> Iterator[tuple[int, Row | Spoilt]]:
        """Hand over each record with its line, an empty cell added at its end, or what is wrong with it."""
        width = self.width
        for line in self._lines:
            self.line += 1
            number = self.line
            try:
                row = self.quoted(line) if '"' in line else line.removesuffix("\r").split(",")
                if len(row) != width or len(line) > TEXT_LIMIT or self.line > number:
                    if not line.strip():
                        continue
                    self._check(row)
            except Unreadable as problem:
                yield number, Spoilt(line.split(",", 1)[0].strip('"\r'), problem)
                continue
            row.append("")
            yield number, row

    def _check(self, row: Row) -> None:
        if len(row) < self.width:
            raise Unreadable(f"the row has {len(row)} columns, the header {self.width}", hint="is the file complete?")
        if any(row[self.width :]):
            raise Unreadable(f"the row has {len(row)} columns, the header {self.width}", hint="is a quote missing?")
        del row[self.width :]
        long = next((cell for cell in row if len(cell) > TEXT_LIMIT), None)
        if long:
            raise Unreadable(f"a text has {len(long)} characters, {TEXT_LIMIT} are allowed")


def groups(table: Table) -> Iterator[Group]:
    """Hand over the orders of a table one after the other.

    A row begins an order when its name is new or it carries order values (a total) itself. Rows that come back to an
    order already handed over, and orders listed twice, are handed over as a problem.
    """
    place, total, identity = table.place("Name"), table.place("Total"), table.place("Id")
    seen: set[int] = set()
    group = Group(0, "", [], None)
    for line, row in table.rows():
        if isinstance(row, Spoilt):
            if row.name == group.name and group.line:
                group = Group(line, row.name, group.rows, row.problem)
            else:
                if group.line:
                    yield group
                group = Group(line, row.name, [], row.problem)
            continue
        name = row[place]
        if name == group.name and not row[total] and group.line:
            group.rows.append(row)
            continue
        if group.line:
            yield group
        key = hash((name, row[identity]))
        group = Group(
            line, name, [row], None if name and row[total] and key not in seen else _misplaced(name, row[total])
        )
        seen.add(key)
    if group.line:
        yield group


def _misplaced(name: str, total: str) -> Unreadable:
    if not name:
        return Unreadable("the row has no order name", path="Name")
    if total:
        return Unreadable(f"order {name} is in the file twice", path="Name")
    return Unreadable(
        f"the row of order {name} has no order values and does not follow its order",
        path="Total",
        hint="keep the rows in the order in which they were exported",
    )
