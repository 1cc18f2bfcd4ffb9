"""Read the books for the rules: compare columns with a statement, or walk through a table in spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.db.connection import is_sqlite
from shopctl.models import Series
from shopctl.services.checking.report import RuleInfo, Value
from shopctl.shop import Shop

SPAN = 5_000
"""Parents that are read at a time, so that memory stays the same however large the shop is."""


class Found(NamedTuple):
    """A place where a rule does not hold."""

    table: str
    id: int | None
    reference: str
    expected: Value
    found: Value
    hint: str = ""


@dataclass(frozen=True)
class Books:
    """The shop under examination."""

    shop: Shop

    @property
    def sqlite(self) -> bool:
        """Tell whether the database is the embedded one."""
        return is_sqlite(self.shop.database)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read plain rows; `?` stands for a value."""
        return fetch(Series, statement, values)

    def spans(self, table: str) -> Iterator[tuple[int, int]]:
        """Cut a table into spans of keys: above the first, up to the second."""
        ((low, last),) = self.rows(f"SELECT min(id) - 1, max(id) FROM {table}")  # noqa: S608  # a name from this package
        while low is not None and low < last:
            ends = self.rows(f"SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT 1 OFFSET {SPAN - 1}", low)  # noqa: S608
            high = ends[0][0] if ends else last
            yield low, high
            low = high

    def walk(self, table: str, statement: str) -> Iterator[tuple[Any, ...]]:
        """Read the rows of a statement over a large table span by span.

        Args:
            table: The table whose keys are cut into spans.
            statement: Takes the two ends of a span as its values.
        """
        for span in self.spans(table):
            yield from self.rows(statement, *span)


Part = Callable[[Books], Iterator[Found]]
"""One comparison of a rule."""


class Rule(NamedTuple):
    """A rule with its comparisons; `counted` are the tables whose rows it looks at."""

    info: RuleInfo
    counted: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Comparison:
    """A comparison written as one statement, which lists where the rule does not hold.

    Attributes:
        table: Where the rows listed are kept.
        statement: Selects key, reference, expected and found; whole numbers are counts of ten-thousandths.
        hint: What to type to look at the place; `{}` stands for the reference.
    """

    table: str
    statement: str
    hint: str = ""

    def __call__(self, books: Books) -> Iterator[Found]:
        """List where the rule does not hold, in the order of the keys."""
        for key, reference, expected, found in books.rows(f"{self.statement} ORDER BY 1"):
            yield Found(
                self.table,
                key,
                reference,
                amount(expected),
                amount(found),
                self.hint.format(reference.partition(" ")[0]),
            )


def amount(stored: Any) -> Value:
    """Read a stored number as the exact one, with two decimals unless it has more; words stay what they are."""
    if stored is None or isinstance(stored, str):
        return stored
    value = Decimal(stored).scaleb(-4)
    short = round(value, 2)
    return short if short == value else value
