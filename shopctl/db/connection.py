"""Open the database that a URL names, safely set up, and tell plainly why it cannot be opened."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from shopctl.config import masked
from shopctl.errors import ConfigError, NotFoundError


def without_foreign_drivers(url: str) -> None:
    """Keep peewee from looking for foreign drivers when the database is SQLite; those of PostgreSQL cost 100 ms."""
    if not url.startswith("sqlite:") or "peewee" in sys.modules:
        return
    blocked = [
        name
        for name in ("psycopg", "psycopg2", "psycopg2cffi", "pymysql", "MySQLdb", "pysqlite3")
        if name not in sys.modules
    ]
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
    return Path(os.path.expanduser(unquote(url[len("sqlite:///") :])))


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

    exists = _exists(path)
    if not exists and not create:
        raise NotFoundError("db.missing", f"there is no database at {path}", hint="shopctl db init", path=str(path))
    holds = _content(path) if exists else "nothing"
    if holds == "other":
        raise ConfigError(
            "db.not_a_shop",
            f"{path} is not a database of shopctl",
            hint="name another file: --db sqlite:///FILE",
            path=str(path),
        )
    if holds == "nothing" and not create:
        raise ConfigError("db.not_a_shop", f"{path} has no shop in it yet", hint="shopctl db init", path=str(path))
    if create:
        os.umask(0o077)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(f"{path.parent} cannot be made", error, path) from error
    return peewee.SqliteDatabase(str(path), pragmas=PRAGMAS, timeout=wait, lock_type="IMMEDIATE")


def _exists(path: Path) -> bool:
    """Tell whether there is a file.

    Raises:
        ConfigError: There is something else, or nobody lets us look.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise _unusable(f"{path} cannot be opened", error, path) from error
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
        raise ConfigError(
            "db.not_a_shop", f"{path} is {kind}, not a database", hint="shopctl config show", path=str(path)
        )
    return True


def _content(path: Path) -> str:
    """Tell what a file holds: a `shop`, `nothing` yet, or something `other`.

    Normally its first bytes tell, so no lock is taken and nothing is created. What a process that was killed left in
    the write-ahead log only SQLite can read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise _unusable(f"{path} cannot be read", error, path) from error
    if not head:
        return "nothing"
    if not head.startswith(b"SQLite format 3\x00"):
        return "other"
    mark = int.from_bytes(head[68:72], "big")
    return "shop" if mark == APPLICATION_ID else "other" if mark else _content_by_sqlite(path)


def _content_by_sqlite(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error:
        return "other"
    return "shop" if mark == APPLICATION_ID else "other" if mark or tables else "nothing"


def _unusable(sentence: str, error: Exception, path: Path) -> ConfigError:
    reason = getattr(error, "strerror", None) or "not a file name"
    hint = "check owner and mode of the file and its directory"
    return ConfigError("db.readonly", f"{sentence}: {reason}", hint=hint, path=str(path))


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
    # psycopg reads the whole address itself, socket directories and sslmode included; peewee knows but one scheme.
    return peewee.PostgresqlDatabase(
        re.sub("^postgres:", "postgresql:", url),
        prefer_psycopg3=True,
        connect_timeout=max(2, int(wait)),
        application_name="shopctl",
        options=f"-c lock_timeout={max(int(wait * 1000), 1)} -c idle_in_transaction_session_timeout=60000",
    )


def is_sqlite(database: Any) -> bool:
    """Tell whether the database is the embedded one."""
    import peewee

    return isinstance(database, peewee.SqliteDatabase)


def sqlite_version() -> str:
    """Tell the version of the SQLite library in use."""
    return sqlite3.sqlite_version
