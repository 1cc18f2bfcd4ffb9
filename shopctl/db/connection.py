"""Open the database that a URL names, safely set up, and tell plainly why it cannot be opened."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from shopctl.config import masked
from shopctl.errors import ConfigError, NotFoundError


def without_foreign_drivers(url: str) -> None:
    """Keep peewee from importing PostgreSQL drivers when the database is SQLite; they cost 100 ms a start."""
    if not url.startswith("sqlite:") or "peewee" in sys.modules:
        return
    blocked = [name for name in ("psycopg", "psycopg2", "psycopg2cffi") if name not in sys.modules]
    for name in blocked:
        sys.modules[name] = None  # type: ignore[assignment]  # the documented way to make an import fail
    import peewee  # noqa: F401  # imported here for its side effect of deciding on drivers

    for name in blocked:
        del sys.modules[name]


APPLICATION_ID = 0x53484F50
"""Marks a SQLite file as one of shopctl ("SHOP")."""

PRAGMAS: tuple[tuple[str, object], ...] = (
    ("foreign_keys", 1),
    ("journal_mode", "wal"),
    # FULL: an acknowledged invoice or sent mark survives a power cut; NORMAL forgets the last ones.
    ("synchronous", "full"),
    ("temp_store", "memory"),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("journal_size_limit", 64 * 1024 * 1024),
    ("cache_size", -32_000),
)


def sqlite_path(url: str) -> Path:
    """Tell the file that a `sqlite:///path` address names."""
    if not url.startswith("sqlite:///") or len(url) == len("sqlite:///"):
        raise ConfigError(
            "db.url",
            f"{url!r} names no SQLite file",
            hint="write sqlite:///relative/path.db or sqlite:////absolute/path.db",
        )
    return Path(unquote(url[len("sqlite:///") :])).expanduser()


def connect(url: str, *, create: bool = False, wait: float = 10.0) -> Any:
    """Make the peewee database for an address; PostgreSQL is reached on first use.

    Args:
        url: `sqlite:///path` or `postgresql://user@host/name?host=/socket`.
        create: Make a missing SQLite file (and its directory, readable by the owner only).
        wait: Seconds to wait for a busy SQLite database.

    Raises:
        NotFoundError: The SQLite file does not exist and `create` is false.
        ConfigError: The address, the driver or the file cannot be used.
    """
    scheme = url.split(":", 1)[0]
    if scheme == "sqlite":
        return _sqlite(sqlite_path(url), create, wait)
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url, wait)
    raise ConfigError(
        "db.url",
        f"database address {masked(url)!r} is neither sqlite:///… nor postgresql://…",
        hint="shopctl config show",
    )


def _sqlite(path: Path, create: bool, wait: float) -> Any:
    import peewee

    if not create and not path.exists():
        raise NotFoundError("db.missing", f"there is no database at {path}", hint="shopctl db init", path=str(path))
    if path.is_dir():
        raise ConfigError("db.not_a_shop", f"{path} is a directory, not a database", hint="shopctl config show")
    if create:
        os.umask(0o077)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError("db.readonly", f"{path.parent} cannot be made: {error.strerror}") from error
    elif path.stat().st_size and not _is_ours(path):
        raise ConfigError(
            "db.not_a_shop",
            f"{path} is not a database of shopctl",
            hint="name another file: --db sqlite:///FILE",
            path=str(path),
        )
    return peewee.SqliteDatabase(str(path), pragmas=PRAGMAS, timeout=wait, lock_type="IMMEDIATE")


def _is_ours(path: Path) -> bool:
    """Look at the first bytes only: no lock is taken and nothing is created."""
    try:
        with path.open("rb") as file:
            head = file.read(72)
    except OSError as error:
        raise ConfigError("db.readonly", f"{path} cannot be read: {error.strerror}", path=str(path)) from error
    return head.startswith(b"SQLite format 3\x00") and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def _postgresql(url: str, wait: float) -> Any:
    import peewee

    try:
        import psycopg  # noqa: F401  # only to see whether the extra is installed
    except ImportError as error:
        raise ConfigError(
            "db.driver",
            "the PostgreSQL driver is not installed",
            hint="pip install 'shopctl[postgres]'",
        ) from error
    # psycopg reads the whole address itself, socket directories and sslmode included.
    return peewee.PostgresqlDatabase(
        url,
        prefer_psycopg3=True,
        connect_timeout=max(2, int(wait)),
        application_name="shopctl",
        options=f"-c lock_timeout={int(wait * 1000)} -c idle_in_transaction_session_timeout=60000",
    )


def is_sqlite(database: Any) -> bool:
    """Tell whether the database is the embedded one."""
    import peewee

    return isinstance(database, peewee.SqliteDatabase)


def sqlite_version() -> str:
    """Tell the version of the SQLite library in use."""
    return sqlite3.sqlite_version
