"""Write and change many rows with one statement: the only way in which batches reach the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

import peewee

from shopctl.db.connection import is_sqlite
from shopctl.db.fields import exact
from shopctl.errors import ConflictError

Row = Sequence[Any]

BLOCK = 50
"""Rows in one statement of SQLite."""

_TRANSLATED: Any = peewee.__exception_wrapper__  # type: ignore[attr-defined]  # missing in its type stubs
"""Raises the driver's errors as those of peewee."""


def database_of(model: type[peewee.Model]) -> Any:
    """Tell the database that a model is bound to at the moment."""
    database = model._meta.database
    return getattr(database, "obj", database)


def insert_rows(model: type[peewee.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Store new rows, already in stored form (`units`, `stamp`), through the driver itself.

    Args:
        model: The table.
        columns: Column names, in the order of the values of each row.
        rows: One sequence of stored values a row.
    """
    if not rows:
        return
    database = database_of(model)
    table = model._meta.table_name
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = database.connection().cursor()
    if is_sqlite(database):
        with _TRANSLATED:
            _in_blocks(cursor, rows, lambda marks: f'INSERT INTO "{table}" ({names}) VALUES {marks}')  # noqa: S608  # names from the model
        return
    with _TRANSLATED, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def change_rows(
    model: type[peewee.Model], change: str, where: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Change many rows, each with its own values, and insist that every one of them was there to be changed.

    Args:
        model: The table.
        change: The SET part; `:name` stands for a value of the row, such as `allocated = allocated + :amount`.
        where: Which row; the guard of a relative change belongs here.
        columns: The names used, in the order of the values of each row.
        rows: One sequence of stored values a row.

    Raises:
        ConflictError: A row was changed by somebody else meanwhile, so its guard did not hold.
    """
    if not rows:
        return
    database = database_of(model)
    table = model._meta.table_name
    cursor = database.connection().cursor()
    with _TRANSLATED:
        if is_sqlite(database):
            places = {name: f"new.column{place}" for place, name in enumerate(columns, 1)}
            change, where = _fill(change, places), _fill(where, places)
            changed = _in_blocks(
                cursor,
                rows,
                lambda marks: f'UPDATE "{table}" SET {change} FROM (VALUES {marks}) AS new WHERE {where}',  # noqa: S608
            )
        else:
            changed = _by_arrays(cursor, table, change, where, columns, rows)
    if changed != len(rows):
        raise ConflictError(
            "db.refused",
            f"{len(rows) - changed} of {len(rows)} rows of {table} were changed by somebody else meanwhile",
            hint="run the same command again",
        )


def _by_arrays(cursor: Any, table: str, change: str, where: str, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Change many rows of PostgreSQL with one array a column, and tell how many rows changed."""
    types = [_array_type(rows, place) for place in range(len(columns))]
    # A column of which all values are absent has no type of its own; a bare NULL fits every column.
    places = {name: f"new.new_{name}" if kind else "NULL" for name, kind in zip(columns, types, strict=True)}
    arrays = ", ".join(f"%s::{kind or 'text[]'}" for kind in types)
    names = ", ".join(f"new_{name}" for name in columns)
    cursor.execute(
        f'UPDATE "{table}" SET {_fill(change, places)} FROM unnest({arrays}) AS new({names}) '  # noqa: S608
        f"WHERE {_fill(where, places)}",
        [list(values) for values in zip(*rows, strict=True)],
    )
    return int(cursor.rowcount)


def _in_blocks(cursor: Any, rows: Sequence[Row], statement: Callable[[str], str]) -> int:
    """Run a statement of SQLite for many rows at a time and tell how many rows it changed.

    Every run of a statement builds the lists of its CHECKs anew, so one for fifty rows takes half the time of fifty.
    """
    marks = f"({', '.join('?' * len(rows[0]))})"
    whole = len(rows) - len(rows) % BLOCK
    changed = 0
    if whole:
        blocks = (list(chain.from_iterable(rows[start : start + BLOCK])) for start in range(0, whole, BLOCK))
        changed = cursor.executemany(statement(", ".join([marks] * BLOCK)), blocks).rowcount
    if whole < len(rows):
        changed += cursor.executemany(statement(marks), rows[whole:]).rowcount
    return int(changed)


def _fill(text: str, places: dict[str, str]) -> str:
    return re.sub(r":(\w+)", lambda found: places[found[1]], text)


def _array_type(rows: Sequence[Row], place: int) -> str:
    for row in rows:
        value = row[place]
        if value is not None:
            return "boolean[]" if isinstance(value, bool) else "bigint[]" if isinstance(value, int) else "text[]"
    return ""


def new_ids(model: type[peewee.Model], count: int) -> range | list[int]:
    """Reserve keys for new rows, so that children can be written in the same breath as their parents.

    SQLite has one writer at a time, so the next free keys are ours; PostgreSQL hands them out of the table's sequence.
    """
    database = database_of(model)
    table = model._meta.table_name
    if is_sqlite(database):
        (last,) = database.execute_sql(f'SELECT coalesce(max(id), 0) FROM "{table}"').fetchone()  # noqa: S608
        return range(last + 1, last + 1 + count)
    rows = database.execute_sql(
        f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, %s)",  # noqa: S608
        (count,),
    )
    return [int(row[0]) for row in rows.fetchall()]


def fetch(model: type[peewee.Model], statement: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Read plain tuples with a statement written by hand; `?` stands for a value on both databases."""
    database = database_of(model)
    return list(database.execute_sql(marked(database, statement), tuple(values)).fetchall())


def marked(database: Any, statement: str) -> str:
    """Write the places of values as the driver reads them."""
    return statement if is_sqlite(database) else statement.replace("?", "%s")


def among(model: type[peewee.Model], column: str, values: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """Write `column IN (these values)` with one bound value, however many there are.

    Returns:
        The condition and its bound values, for `fetch`.
    """
    if is_sqlite(database_of(model)):
        import json

        return f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(list(values)),)  # noqa: S608  # a column of ours
    return f"{column} = ANY(?)", (list(values),)


def within(field: peewee.Field, keys: Sequence[int]) -> Any:
    """Write `among` for a query of peewee, to which a list of values costs a microsecond a value."""
    condition, values = among(field.model, "", keys)
    return peewee.NodeList((field, peewee.SQL(marked(database_of(field.model), condition), values)))


def total(stored: Any) -> Decimal:
    """Turn a SUM over an exact column into the number; zero when nothing was summed.

    SQLite answers an integer and PostgreSQL a Decimal; both come back exact.
    """
    return exact(int(stored or 0))
