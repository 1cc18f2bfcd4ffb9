"""Answer lists by key: the rows one page at a time, the count over everything that matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import peewee

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """Rows of a list.

    Attributes:
        rows: The rows, read while they are consumed unless there is a limit.
        total: How many match in all, whatever the limit; None when nobody needs to know.
        limit: The limit that was asked for, 0 for none.
        more: Whether rows follow after these.
    """

    rows: Iterable[Row]
    total: int | None
    limit: int
    more: bool = False


def page(query: Any, make: Callable[..., Row], *, limit: int, after: Any = None) -> Page[Row]:
    """Run a query of tuples.

    Args:
        query: A peewee select with its order, without limit.
        make: Makes a row of the values of one tuple.
        limit: How many rows at most; 0 for all of them, streamed, and not counted beforehand.
        after: A condition that holds for the rows after the last page; they are counted all the same.
    """
    total = query.order_by().count() if limit else None
    if after is not None:
        query = query.where(after)
    if not limit:
        return Page((make(*values) for values in query.tuples().iterator()), total, limit)
    found = [make(*values) for values in query.limit(limit + 1).tuples()]
    return Page(found[:limit], total, limit, more=len(found) > limit)


def before(keys: tuple[peewee.Field, ...], values: tuple[Any, ...]) -> Any:
    """Write the condition for the rows after one of a list that is sorted by `keys`, newest first."""
    first, second = keys
    return (first < values[0]) | ((first == values[0]) & (second < values[1]))
