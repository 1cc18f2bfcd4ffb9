"""Read every row of every table behind the program's back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]


def dump(url: str = "") -> Rows:
    """Read all tables of the database at an address, of `SHOPCTL_DB` when none is given."""
    url = url or os.environ["SHOPCTL_DB"]
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as database:
            names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            return _dump([name for (name,) in database.execute(names)], database)
    import psycopg

    with psycopg.connect(url) as server:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        return _dump([name for (name,) in server.execute(names)], server)


def _dump(names: list[str], database: Any) -> Rows:
    return {name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names}
