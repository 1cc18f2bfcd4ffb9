"""Bind all tables to one database and give them the habits they share."""

from __future__ import annotations

from collections.abc import Iterable

import peewee

database = peewee.DatabaseProxy()


class Table(peewee.Model):
    """A table with a 64-bit key; STRICT on SQLite, so that no text gets into a number column."""

    id = peewee.BigAutoField()

    class Meta:
        database = database
        legacy_table_names = False
        strict_tables = True


def later(default: str) -> list[peewee.Node]:
    """Write the DEFAULT of a column that came with a later migration, which rows stored before it have."""
    return [peewee.SQL(f"DEFAULT {default}")]


def one_of(column: str, values: Iterable[str]) -> peewee.Node:
    """Write the CHECK that a state column holds only known words."""
    words = ", ".join(f"'{value}'" for value in values)
    return peewee.Check(f'"{column}" IN ({words})')
