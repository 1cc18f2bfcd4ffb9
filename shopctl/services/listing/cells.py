"""Count and sum the rows of a list by keys and currency, as fast as the database can."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import database_of, within
from shopctl.db.bulk import total as exact_total
from shopctl.db.connection import is_sqlite
from shopctl.services.listing.fields import Grouped, Noun

FEW: Final = 10
"""Sums over lines take off what is left out, rather than look up each order, where that is one order in so many."""


class Cell(NamedTuple):
    """What the rows with the same keys, in one currency, come to."""

    keys: tuple[Any, ...]
    currency: str
    counted: int
    amount: Decimal


class Key(NamedTuple):
    """What tells groups apart.

    Attributes:
        stored: By what rows are gathered in the database.
        read: Makes the key of that, where it takes long enough to be done once a group; groups of one key are joined.
    """

    stored: Any
    read: Callable[[Any], Any] | None = None


def cells(noun: Noun, query: Any, keys: Sequence[Key], amount: Any) -> list[Cell]:
    """Sum rows by keys and currency.

    The rows come from a query of their own: there SQLite leaves out the tables that only a list needs, and the limit
    keeps it one. Under names of their own values come as they are stored: peewee would turn a column into what it
    stands for.
    """
    currency = noun.currency if amount is not None else peewee.Value("", converter=False)
    values = [*(key.stored for key in keys), currency, peewee.Value(0, converter=False) if amount is None else amount]
    names = [*(f"key{place}" for place in range(len(keys))), "currency", "amount"]
    parts = query.select(*(peewee.NodeList((one,)).alias(name) for one, name in zip(values, names, strict=True)))
    database = database_of(noun.key.model)
    parts = (parts.limit(sys.maxsize) if is_sqlite(database) else parts).alias("parts")
    columns = [getattr(parts.c, name) for name in names]
    summed = _summed(parts, columns[:-1], peewee.fn.COUNT(peewee.SQL("*")), columns[-1])
    if any(key.read for key in keys):
        rough = summed.alias("rough")
        columns = [getattr(rough.c, name) for name in (*names, "counted")]
        read = [key.read(one) if key.read else one for key, one in zip(keys, columns, strict=False)]
        summed = _summed(rough, [*read, columns[-3]], peewee.fn.SUM(columns[-1]), columns[-2])
    return [
        Cell(tuple(keys), currency or "", int(counted), exact_total(amount))
        for *keys, currency, counted, amount in database.execute(summed).fetchall()
    ]


def _summed(rows: Any, keys: Sequence[Any], counted: Any, amount: Any) -> Any:
    names = [*(f"key{place}" for place in range(len(keys) - 1)), "currency"]
    columns = [peewee.NodeList((key,)).alias(name) for key, name in zip(keys, names, strict=True)]
    sums = (counted.alias("counted"), peewee.fn.SUM(amount).alias("amount"))
    return peewee.Select([rows], [*columns, *sums]).group_by(*keys)


def of_lines(noun: Noun, query: Any, by: Grouped) -> list[Cell]:
    """Sum the lines of the documents that match by a field of the lines, without a join: it costs a lookup a line.

    Where nearly all documents match, in one currency, all lines are summed without a look at their documents, and
    the lines of the few others are taken off.
    """
    newest = noun.query().select(noun.key, noun.currency).order_by(noun.key.desc()).limit(1).tuples().first()
    last, usual = newest or (0, "")
    found: list[Cell] = []
    for (currency,) in list(query.select(noun.currency).distinct().tuples()):
        matching = query.where(noun.currency == currency)
        others = _others(noun, matching, last // FEW) if currency == usual else None
        sums = _by_line(by, by.line.in_(matching.select(noun.key))) if others is None else _but(by, others)
        found += [Cell((key,), currency, *one) for key, one in sums.items()]
    return found


def _others(noun: Noun, query: Any, few: int) -> list[int] | None:
    """Tell the keys of all documents that do not match; None where they are more than a few."""
    # Peewee tells nobody else what a query asks for.
    no_match = peewee.NodeList((peewee.SQL("("), query._where, peewee.SQL(") IS NOT TRUE")))  # noqa: SLF001
    others = noun.query().select(noun.key).where(no_match)
    if others.limit(1).offset(few).tuples().first():
        return None
    return [key for (key,) in database_of(noun.key.model).execute(others).fetchall()]


def _but(by: Grouped, others: Sequence[int]) -> dict[Any, tuple[int, Decimal]]:
    """Sum all lines but those of some documents."""
    off = _by_line(by, within(by.line, others))
    sums = {}
    for key, (counted, amount) in _by_line(by).items():
        less, amount_less = off.get(key, (0, Decimal(0)))
        if counted > less:
            sums[key] = counted - less, amount - amount_less
    return sums


def _by_line(by: Grouped, narrower: Any = None) -> dict[Any, tuple[int, Decimal]]:
    """Count and sum lines by their own field: all of them, or those of which something else holds as well."""
    amount = peewee.fn.SUM(by.amount).coerce(False)
    query = by.line.model.select(peewee.NodeList((by.key,)), peewee.fn.COUNT(peewee.SQL("*")), amount)
    query = query.where(by.condition if narrower is None else by.condition & narrower)
    return {key: (int(counted), exact_total(summed)) for key, counted, summed in query.group_by(by.key).tuples()}
