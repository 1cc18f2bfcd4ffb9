"""Bring the database to the schema of this version, once, whoever asks and however many at the same time."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from datetime import datetime
from typing import Any, NamedTuple

import peewee

from shopctl.db.connection import APPLICATION_ID, is_sqlite
from shopctl.db.turnstile import turn
from shopctl.errors import ConfigError
from shopctl.journal import SERIES
from shopctl.migrations import LATEST, Step, steps
from shopctl.models import SchemaStep, Series

MIGRATION_LOCK = 0x53484F50

SEARCHED = 3
"""The version since which there is an index of words; what was stored before is written into it."""


class SchemaStatus(NamedTuple):
    """Where a database stands: its version, the version of this code, and the steps still to apply."""

    version: int
    latest: int
    pending: tuple[str, ...]


def version_of(database: Any) -> int:
    """Tell the schema version; 0 for a database without a shop."""
    if is_sqlite(database):
        return int(database.execute_sql("PRAGMA user_version").fetchone()[0])
    if database.execute_sql("SELECT to_regclass('schema_history')").fetchone()[0] is None:
        return 0
    return int(database.execute_sql("SELECT coalesce(max(version), 0) FROM schema_history").fetchone()[0])


def status(database: Any) -> SchemaStatus:
    """Tell where the database stands."""
    version = version_of(database)
    return SchemaStatus(version, LATEST, tuple(step.name for step in _steps(database) if step.version > version))


def require_known(database: Any) -> int:
    """Refuse a database without a shop, or one that a newer version has changed.

    Returns:
        The schema version, from 1 to the latest.

    Raises:
        ConfigError: With what to do.
    """
    version = version_of(database)
    if version > LATEST:
        raise ConfigError(
            "db.newer",
            f"the database has schema version {version}, this shopctl knows up to {LATEST}",
            hint="install the newer shopctl: pip install --upgrade shopctl",
            version=version,
            latest=LATEST,
        )
    if version == 0:
        raise ConfigError("db.not_a_shop", "the database has no shop in it yet", hint="shopctl db init")
    return version


def require_current(database: Any) -> None:
    """Refuse a database that this version cannot work with.

    Raises:
        ConfigError: It has no shop yet, is older, or belongs to a newer version.
    """
    version = require_known(database)
    if version < LATEST:
        raise ConfigError(
            "db.older",
            f"the database has schema version {version}, {LATEST} is needed",
            hint="shopctl db migrate",
            version=version,
            latest=LATEST,
        )


def migrate(database: Any, now: datetime, *, wait: float, dry_run: bool = False) -> list[str]:
    """Apply the missing steps under one exclusive lock; the list is read again inside the lock.

    Returns:
        The names of the steps applied (or that would be), empty when there was nothing to do.

    Raises:
        ConfigError: The database belongs to a newer version, or holds tables that are not of a shop.
    """
    queue = turn(database.database, wait) if is_sqlite(database) else nullcontext()
    applied = []
    with queue, database.atomic() as transaction:
        if not is_sqlite(database):
            database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        version = version_of(database)
        if version:
            require_known(database)
        else:
            _require_empty(database)
        for step in _steps(database):
            if step.version > version:
                _apply(database, step, now)
                applied.append(step.name)
        if 0 < version < SEARCHED:
            from shopctl.services import words

            words.fill()
        if dry_run:
            transaction.rollback()
    return applied


def _require_empty(database: Any) -> None:
    """Refuse to build a shop among the tables of something else."""
    names = [str(row[0]) for row in database.execute_sql(_TABLES[is_sqlite(database)]).fetchall()]
    if names:
        raise ConfigError(
            "db.not_a_shop",
            f"the database holds other tables, such as {names[0]}; a shop needs one of its own",
            hint="name another database with --db, or create an empty one",
        )


_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
}


def _steps(database: Any) -> list[Step]:
    return steps("sqlite" if is_sqlite(database) else "postgresql")


def _apply(database: Any, step: Step, now: datetime) -> None:
    for statement in step.statements:
        database.execute_sql(statement)
    if is_sqlite(database):
        # Both numbers live in the file's first page and are part of this transaction.
        database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute_sql(f"PRAGMA user_version = {step.version}")
    if step.version == 1:
        Series.create(name=SERIES)
    SchemaStep.create(
        version=step.version, name=step.name, sha256=step.sha256, fingerprint=fingerprint(database), applied_at=now
    )


def fingerprint(database: Any) -> str:
    """Hash everything the schema promises: columns, CHECKs, keys and indexes, as the database itself tells them."""
    parts: list[str] = []
    for query in _CATALOGUE["sqlite" if is_sqlite(database) else "postgresql"]:
        parts += ["|".join(str(value) for value in row) for row in database.execute_sql(query).fetchall()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


_CATALOGUE = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",),
    "postgresql": (
        (
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
            "WHERE table_schema = current_schema() ORDER BY 1, 2"
        ),
        (
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace AND contype <> 'n' ORDER BY 1, 2"
        ),
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
    ),
}


def recorded_fingerprint() -> str:
    """Tell what the schema looked like after the last migration."""
    try:
        last = SchemaStep.select(SchemaStep.fingerprint).order_by(SchemaStep.version.desc()).tuples().first()
    except peewee.PeeweeException:
        return ""
    return str(last[0]) if last else ""
