"""Tell how the database is: what it is made of, whether it is intact, what waits in the outbox."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from shopctl.config import masked
from shopctl.db.bulk import fetch
from shopctl.db.connection import is_sqlite, sqlite_version
from shopctl.db.fields import instant, stamp
from shopctl.models import Email, Event
from shopctl.services import schema
from shopctl.shop import Shop

LATE = timedelta(hours=1)
"""An e-mail queued for longer than this waits for somebody."""


class DatabaseStatus(NamedTuple):
    """What the database is."""

    database: str
    engine: str
    engine_version: str
    schema_version: int
    latest_version: int
    pending: tuple[str, ...]
    size_bytes: int


class Soundness(NamedTuple):
    """Whether the database itself is as it should be.

    Attributes:
        problems: What the engine says is damaged; empty for an intact one.
        journal_mode: How SQLite writes; empty for PostgreSQL.
        foreign_keys: Whether the engine watches over references.
        unchanged: Whether the schema is the one that the last migration made.
    """

    problems: tuple[str, ...]
    journal_mode: str
    foreign_keys: bool
    unchanged: bool


class Outbox(NamedTuple):
    """How many e-mails need somebody's attention."""

    queued: int
    late: int
    uncertain: int
    failed: int


def status(shop: Shop) -> DatabaseStatus:
    """Tell what the database is."""
    database = shop.database
    found = schema.status(database)
    sqlite = is_sqlite(database)
    return DatabaseStatus(
        database=masked(shop.config.database),
        engine="sqlite" if sqlite else "postgresql",
        engine_version=sqlite_version() if sqlite else str(_value(database, "SHOW server_version")).split(" ", 1)[0],
        schema_version=found.version,
        latest_version=found.latest,
        pending=found.pending,
        size_bytes=_size(database),
    )


def soundness(shop: Shop) -> Soundness:
    """Let the engine look for damage; SQLite reads the whole file."""
    database = shop.database
    unchanged = schema.recorded_fingerprint() == schema.fingerprint(database)
    if not is_sqlite(database):
        return Soundness((), "", True, unchanged)
    said = [str(row[0]) for row in database.execute_sql("PRAGMA quick_check(5)").fetchall()]
    return Soundness(
        problems=() if said == ["ok"] else tuple(said),
        journal_mode=str(_value(database, "PRAGMA journal_mode")),
        foreign_keys=bool(_value(database, "PRAGMA foreign_keys")),
        unchanged=unchanged,
    )


def outbox(now: datetime) -> Outbox:
    """Count the e-mails that wait, are late, or went wrong."""
    counts = dict(
        fetch(
            Email, "SELECT state, count(*) FROM emails WHERE state IN ('queued', 'uncertain', 'failed') GROUP BY state"
        )
    )
    late = fetch(Email, "SELECT count(*) FROM emails WHERE state = 'queued' AND not_before < ?", (stamp(now - LATE),))
    return Outbox(counts.get("queued", 0), late[0][0], counts.get("uncertain", 0), counts.get("failed", 0))


def latest_entry() -> datetime | None:
    """Tell when the journal was last written; None for an empty one."""
    found = fetch(Event, "SELECT at FROM events ORDER BY id DESC LIMIT 1")
    return instant(found[0][0]) if found else None


def server_clock(shop: Shop) -> datetime | None:
    """Ask a database server for the time; None where there is no server."""
    if is_sqlite(shop.database):
        return None
    return _value(shop.database, "SELECT clock_timestamp()")  # type: ignore[no-any-return]  # the driver gives a datetime


def file_of(shop: Shop) -> Path | None:
    """Tell the file of the database; None for a server."""
    return Path(shop.database.database) if is_sqlite(shop.database) else None


def written_size(size: int) -> str:
    """Write a number of bytes for people, such as `48 MB`."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size = round(size / 1000)
    return f"{size} GB"


def _size(database: Any) -> int:
    if not is_sqlite(database):
        return int(_value(database, "SELECT pg_database_size(current_database())"))
    path = str(database.database)
    return sum(os.path.getsize(part) for part in (path, f"{path}-wal") if os.path.exists(part))


def _value(database: Any, statement: str) -> Any:
    return database.execute_sql(statement).fetchone()[0]
