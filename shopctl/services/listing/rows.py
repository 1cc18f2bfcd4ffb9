"""Narrow, sort and page a query of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import peewee

from shopctl.db.bulk import database_of, marked
from shopctl.db.bulk import total as exact_total
from shopctl.db.reading import blocks, stream
from shopctl.errors import UsageError
from shopctl.services.listing.fields import NUMBERS, Asked, Field, Noun
from shopctl.services.paging import COUNTED, Page, page

Row = TypeVar("Row")

Make = Callable[[Iterable[tuple[Any, ...]]], Iterable[Row]]
"""Makes rows of the tuples of a query, as they come."""


class Every(Generic[Row]):
    """All rows of a list, read while they are consumed: as objects, or column by column as they are stored."""

    def __init__(self, noun: Noun, query: Any, make: Make[Row]) -> None:
        self._noun = noun
        self._query = query
        self._make = make

    def __iter__(self) -> Iterator[Row]:
        return iter(self._make(stream(self._query)))

    def stored(self, columns: Sequence[str]) -> Iterator[Mapping[str, Sequence[Any]]] | None:
        """Read columns, many rows at once; None where one of them is worked out of more than the database tells.

        Numbers come as whole ten-thousandths, days and instants as text.
        """
        fields = [self._noun.stored(name) for name in columns]
        if None in fields:
            return None
        query = self._query.select(*(field.expression for field in fields if field))
        return (dict(zip(columns, zip(*block, strict=True), strict=True)) for block in blocks(query))


class Sum(NamedTuple):
    """What the rows of a list come to in one currency."""

    currency: str
    counted: int
    amount: Any


class Key(NamedTuple):
    """One field by which rows are sorted."""

    field: Field
    falling: bool

    @property
    def expression(self) -> Any:
        """What is sorted by; what may be absent becomes the smallest of all values."""
        part = self.field.expression
        if not self.field.nullable:
            return part
        return peewee.fn.COALESCE(part, 0 if self.field.kind in NUMBERS else "").coerce(False)


def narrowed(noun: Noun, query: Any, asked: Asked) -> Any:
    """Add what was typed to a query: filters and words to be found.

    Raises:
        UsageError: A filter cannot be understood.
    """
    if asked.filters:
        from shopctl.services.listing.conditions import condition

        for text in asked.filters:
            query = query.where(condition(noun, text, asked))
    if asked.search:
        from shopctl.services import searching

        statement, values = searching.keys_of(noun.key.model._meta.table_name, asked.search, asked.shop)
        found = peewee.SQL(f"IN ({marked(database_of(noun.key.model), statement)})", values)
        query = query.where(peewee.NodeList((noun.key, found)))
    return query


def keys_of(noun: Noun, sort: str) -> list[Key]:
    """Read by which fields rows are sorted; those of the noun follow, so that the order is total.

    Args:
        sort: Fields separated by commas, `-` before one for descending; empty: the order of the noun.

    Raises:
        UsageError: There is no such field.
    """
    words = [word.strip() for word in sort.split(",") if word.strip()]
    if sort and not words:
        raise UsageError("usage.field", f"'{sort}' names no field to sort by", hint="for example --sort -total,date")
    keys: list[Key] = []
    for word in [*words, *noun.order]:
        field = noun.named(word.lstrip("-+"), able=lambda one: one.sortable and bool(one.of))
        if all(key.field.name != field.name for key in keys):
            keys.append(Key(field, word.startswith("-")))
    return keys


def listed(
    noun: Noun,
    query: Any,
    asked: Asked,
    make: Make[Row],
    *,
    limit: int = 0,
    after: str = "",
    exact: bool = False,
    count: Callable[[], int] | None = None,
) -> Page[Row]:
    """Answer a page of a list.

    Args:
        query: Of tuples, narrowed by the named options already.
        make: Makes rows of its tuples.
        limit: How many at most; 0 for all, which are read while they are consumed, and not counted beforehand.
        after: Go on after this number.
        exact: Count all that match, however many.
        count: A quicker way to count them, where nothing else is asked.

    Raises:
        NotFoundError: `after` does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    keys = keys_of(noun, asked.sort)
    query = narrowed(noun, query, asked)
    query = query.order_by(*(key.expression.desc() if key.falling else key.expression.asc() for key in keys))
    beyond = _beyond(noun, keys, noun.find(after)) if after else None
    if not limit:
        return Page(Every(noun, query if beyond is None else query.where(beyond), make), None, limit)
    plain = None if asked.filters or asked.search else count
    return page(query, make, limit=limit, after=beyond, exact=exact, count=plain)


def _beyond(noun: Noun, keys: Sequence[Key], last: int) -> Any:
    """Write the condition for the rows after one: seek to it by the first field, then compare the others."""
    expressions = [key.expression for key in keys]
    # Stored values, as the database holds them: nothing is lost by reading and writing them.
    # It may be no part of this list any more; it still has a place in its order. Under names of their own the values
    # come as they are stored: peewee would turn a column into what it stands for.
    stored = [peewee.NodeList((one,)).alias(f"key{place}") for place, one in enumerate(expressions)]
    (row,) = noun.query().select(*stored).where(noun.key == last).tuples()
    values = [peewee.Value(value, converter=False) for value in row]
    if len({key.falling for key in keys}) == 1:
        ours, theirs = peewee.NodeList(expressions, ", ", parens=True), peewee.NodeList(values, ", ", parens=True)
        return peewee.NodeList((ours, peewee.SQL("<" if keys[0].falling else ">"), theirs))
    condition: Any = None
    for key, one, value in reversed([*zip(keys, expressions, values, strict=True)]):
        past = one < value if key.falling else one > value
        condition = past if condition is None else past | ((one == value) & condition)
    first = expressions[0] <= values[0] if keys[0].falling else expressions[0] >= values[0]
    return first & condition


def sums(noun: Noun, query: Any, asked: Asked) -> list[Sum]:
    """Sum everything that matches, for each currency; nothing where nothing is added up, or where too much matches.

    A screen says at once what a list comes to; adding up a million rows for that would take longer than showing it.
    """
    if noun.amount is None:
        return []
    found = narrowed(noun, query, asked).order_by()
    if int(found.select(peewee.SQL("1")).limit(COUNTED + 1).count()) > COUNTED:
        return []
    grouped = found.select(noun.currency, peewee.fn.COUNT(noun.key), peewee.fn.SUM(noun.amount).coerce(False))
    return [
        Sum(currency, int(count), exact_total(amount))
        for currency, count, amount in grouped.group_by(noun.currency).order_by(noun.currency).tuples()
    ]
