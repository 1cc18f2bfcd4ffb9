"""Answer lists by key: the rows one page at a time, the count over everything that matches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import peewee

from shopctl.db.reading import stream

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """Rows of a list.

    Attributes:
        rows: The rows, read while they are consumed unless there is a limit.
        total: How many match in all, whatever the limit; None when there is no limit, or when they are too many to be
            counted for a screen.
        limit: The limit that was asked for, 0 for none.
        more: Whether rows follow after these.
    """

    rows: Iterable[Row]
    total: int | None
    limit: int
    more: bool = False


COUNTED = 10_000
"""As many rows are counted for a screen; counting a million would cost more than showing fifty."""


def page(
    query: Any,
    make: Callable[[Iterable[tuple[Any, ...]]], Iterable[Row]],
    *,
    limit: int,
    after: Any = None,
    exact: bool = False,
    count: Callable[[], int] | None = None,
) -> Page[Row]:
    """Run a query of tuples.

    Args:
        query: A peewee select with its order, without limit.
        make: Makes rows of tuples.
        limit: How many rows at most.
        after: A condition that holds for the rows after the last page; they are counted all the same.
        exact: Count everything, however much it is.
        count: Counts everything faster than the query could, where the caller knows how.
    """
    rows = query if after is None else query.where(after)
    found = list(stream(rows.limit(limit + 1)))
    more = len(found) > limit
    if after is None and not more:
        total: int | None = len(found)
    else:
        total = count() if exact and count else _count(query, exact=exact)
    return Page(list(make(found[:limit])), total, limit, more)


def _count(query: Any, *, exact: bool) -> int | None:
    """Count rows without their columns: tables joined for those only, as customers are, are not read then.

    SQLite leaves such a table out of a query of its own alone, and the limit keeps it one.
    """
    counted = query.select(peewee.SQL("1")).order_by().limit(sys.maxsize if exact else COUNTED + 1)
    total = int(counted.count())
    return total if exact or total <= COUNTED else None
