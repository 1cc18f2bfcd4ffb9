"""Answer lists by key: the rows one page at a time, the count over everything that matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import peewee

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """Rows of a list.

    Attributes:
        rows: The rows, read while they are consumed.
        total: How many match in all, whatever the limit; None when nobody needs to know.
        limit: The limit that was asked for, 0 for none.
    """

    rows: Iterable[Row]
    total: int | None
    limit: int


def page(query: Any, make: Callable[..., Row], *, limit: int) -> Page[Row]:
    """Run a query of tuples.

    Args:
        query: A peewee select with its order, without limit.
        make: Makes a row of the values of one tuple.
        limit: How many rows at most; 0 for all of them, streamed, and not counted beforehand.
    """
    total = query.order_by().count() if limit else None
    limited = query.limit(limit) if limit else query

    def rows() -> Iterator[Row]:
        for values in limited.tuples().iterator():
            yield make(*values)

    return Page(rows(), total, limit)


def before(query: Any, keys: tuple[peewee.Field, ...], values: tuple[Any, ...]) -> Any:
    """Go on after a row of a list that is sorted by `keys`, newest first."""
    first, second = keys
    return query.where((first < values[0]) | ((first == values[0]) & (second < values[1])))
