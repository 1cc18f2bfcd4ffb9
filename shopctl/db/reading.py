"""Read the rows of a query many at a time: memory stays flat, and values are converted a column at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import peewee

from shopctl.db.bulk import TRANSLATED, database_of
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import DayField, ExactField, InstantField, exact, instant

BLOCK = 500
"""Rows fetched at once."""

Convert = Callable[[Any], Any]


def stream(query: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the tuples of a query in constant memory; other queries may run meanwhile.

    Peewee asks each cell what to do with it, which takes three times as long as reading it; that is left to it only
    where something else than columns is selected.
    """
    if not all(isinstance(column, peewee.Field) for column in query.selected_columns):
        yield from query.tuples().iterator()
        return
    converters = _converters(query)
    for rows in blocks(query):
        yield from _converted(rows, converters)


def read(query: Any) -> list[tuple[Any, ...]]:
    """Read the tuples of a query of columns all at once, such as the rows of one batch."""
    rows = database_of(query.model).execute(query).fetchall()
    return list(_converted(rows, _converters(query)))


def blocks(query: Any) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the tuples of a query as they are stored, many at once, in constant memory."""
    database = database_of(query.model)
    statement, values = query.sql()
    with TRANSLATED:
        cursor = _opened(database, statement, values)
        while rows := cursor.fetchmany(BLOCK):
            yield rows
        cursor.close()


def _opened(database: Any, statement: str, values: Any) -> Any:
    """Run a statement under a cursor that fetches as it goes; PostgreSQL keeps the result beyond its transaction."""
    if is_sqlite(database):
        return database.execute_sql(statement, values)
    logging.getLogger("peewee").debug((statement, values))
    cursor = database.connection().cursor("rows", withhold=True)
    cursor.execute(statement, values)
    return cursor


def _converters(query: Any) -> list[tuple[int, Convert]]:
    """Tell which columns of a query have to be converted, and how."""
    return [(place, convert) for place, one in enumerate(query.selected_columns) if (convert := _converter(one))]


def _converted(rows: list[tuple[Any, ...]], converters: list[tuple[int, Convert]]) -> Iterator[tuple[Any, ...]]:
    if not (converters and rows):
        return iter(rows)
    columns: list[Any] = list(zip(*rows, strict=True))
    for place, convert in converters:
        columns[place] = [None if value is None else convert(value) for value in columns[place]]
    return zip(*columns, strict=True)


def _converter(column: peewee.Field) -> Convert | None:
    """Tell how a stored value becomes the one that the program works with; None where it is that already."""
    if isinstance(column, ExactField):
        return exact
    if isinstance(column, InstantField):
        return instant
    if isinstance(column, DayField):
        return date.fromisoformat
    if isinstance(column, peewee.BooleanField):
        return bool
    return None
