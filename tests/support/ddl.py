"""Write the statements that make the tables of the models: `python -m tests.support.ddl sqlite|postgresql`.

A migration is frozen text; this is where the text of a new one comes from, and a test holds the two together.
"""

from __future__ import annotations

import sys
from typing import Any

import peewee

from shopctl import models


def statements(dialect: str) -> list[str]:
    """List the CREATE statements of all tables and indexes for one dialect."""
    database = (
        peewee.SqliteDatabase(":memory:")
        if dialect == "sqlite"
        else peewee.PostgresqlDatabase("unused", prefer_psycopg3=True)
    )
    tables: tuple[Any, ...] = models.TABLES
    found = []
    with database.bind_ctx(models.TABLES, bind_refs=False, bind_backrefs=False):
        for model in tables:
            schema = model._schema
            contexts = [schema._create_table(safe=False), *schema._create_indexes(safe=False)]
            for context in contexts:
                sql, values = context.query()
                assert not values, (sql, values)
                found.append(
                    sql if dialect == "sqlite" else sql.removesuffix(", WITHOUT ROWID").removesuffix(" STRICT")
                )
    return found


if __name__ == "__main__":
    print(";\n".join(statements(sys.argv[1])) + ";")
