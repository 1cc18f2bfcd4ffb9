"""Translate what a database driver raises into a sentence that a shopkeeper can act on."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator

import peewee

from shopctl.db.turnstile import busy
from shopctl.errors import ConfigError, ConflictError, NotFoundError, ShopError, TemporaryError

LOCK_TIMEOUT = "55P03"
"""A row or table stayed locked for as long as a statement waits."""

RETRY_STATES = frozenset({"40001", "40P01", LOCK_TIMEOUT})
"""Serialization failure, deadlock, lock timeout: the same transaction may go through next time."""

LOST_STATES = ("57P0", "08")
"""The connection is gone; whether the last COMMIT took place is known only by looking the operation up."""

SPACE = "the database has no space left to write; nothing of this step was stored"


def causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from the first failure to the last; peewee's own rollback may raise over the true cause."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return reversed(chain)


def state_of(error: BaseException) -> str:
    """Find the SQLSTATE of a PostgreSQL failure, or an empty text."""
    for cause in causes(error):
        state = getattr(cause, "sqlstate", None)
        if state:
            return str(state)
    return ""


_GONE = (
    "closed the connection", "connection already closed", "connection is closed", "Connection reset by peer",
    "SSL SYSCALL error", "Connection timed out", "server closed",
)  # fmt: skip
"""What a driver says when it finds the connection broken, where there is no SQLSTATE."""


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection to the server broke."""
    state = state_of(error)
    if state:
        return state.startswith(LOST_STATES)
    texts = " ".join(str(cause) for cause in causes(error))
    return any(mark in texts for mark in _GONE)


def is_retryable(error: BaseException) -> bool:
    """Tell whether running the same transaction again may succeed."""
    return state_of(error) in RETRY_STATES or is_counter_clash(error)


def is_key_clash(error: BaseException) -> bool:
    """Tell whether something with the same key or reference is there already."""
    return state_of(error) == "23505"


def is_counter_clash(error: BaseException) -> bool:
    """Tell whether two writers took the same new key at once; the loser simply takes the next one."""
    if not is_key_clash(error):
        return False
    text = " ".join(str(cause) for cause in causes(error))
    return any(name in text for name in ("_pkey", "series_", "operations_"))


def driver_errors() -> tuple[type[BaseException], ...]:
    """List what drivers raise: peewee wraps their errors, but not those that come up while rows are fetched."""
    psycopg = sys.modules.get("psycopg")
    return (peewee.PeeweeException, sqlite3.Error, *([psycopg.Error] if psycopg else []))


def translate(error: BaseException) -> ShopError | None:
    """Find the sentence for a database failure; None when it is a bug of ours."""
    text = " ".join(str(cause) for cause in causes(error)).lower()
    if 'fatal:  database "' in text and "does not exist" in text:
        return _no_database(text)
    for marks, make in _SENTENCES:
        if any(mark in text for mark in marks):
            return make(error)
    if is_lost(error) or state_of(error) in RETRY_STATES:
        return TemporaryError("db.unreachable", "the database server went away", hint="run the same command again")
    return None


def _no_database(text: str) -> ShopError:
    name = text.partition('database "')[2].partition('"')[0]
    return NotFoundError(
        "db.missing",
        f"the server has no database {name}",
        hint=f"create it there first, as its administrator: createdb {name}",
    )


def _refused(error: BaseException) -> ShopError:
    return ConflictError(
        "db.refused",
        "the database refused a change that would break an invariant; nothing was stored",
        hint="look at the documents again, then repeat; shopctl db check shows whether the books are sound",
        cause=str(next(causes(error))),
    )


_SENTENCES = (
    (("database is locked", "database table is locked", "lock timeout"), lambda _: busy()),
    (("disk is full", "no space left", "could not extend file"), lambda _: TemporaryError("db.full", SPACE)),
    (
        ("readonly database", "read-only transaction", "unable to open database file"),
        lambda _: ConfigError(
            "db.readonly",
            "the database cannot be written by this user",
            hint="check owner and mode of the file and its directory; shopctl doctor",
        ),
    ),
    (
        ("file is not a database",),
        lambda _: ConfigError("db.not_a_shop", "the file is not a database of shopctl", hint="shopctl config show"),
    ),
    (
        ("malformed", "disk i/o error", "database corruption"),
        lambda _: ShopError("db.corrupt", "the database file is damaged", hint="restore the last backup"),
    ),
    (
        (
            "connection refused",
            "could not translate",
            "no such file or directory",
            "timeout expired",
            "failed to resolve",
            "no route to host",
            "network is unreachable",
        ),
        lambda _: TemporaryError("db.unreachable", "the database server does not answer", hint="shopctl doctor"),
    ),
    (
        (
            "invalid uri",
            " in uri:",
            "invalid percent-encoded",
            "invalid connection option",
            "for connection option",
            "invalid port number",
            "invalid sslmode",
            "could not match",
            'missing "="',
        ),
        lambda _: ConfigError(
            "db.url",
            "the address of the PostgreSQL database cannot be understood",
            hint="write postgresql://USER@HOST/NAME; shopctl config show --origin tells where it comes from",
        ),
    ),
    (
        ("password authentication failed", "no pg_hba.conf entry", "no password supplied", "fatal:  role"),
        lambda _: ConfigError("db.unreachable", "the database server refused the sign-in", hint="shopctl config show"),
    ),
    (
        ("does not exist", "no such table", "no such column"),
        lambda _: ConfigError("db.not_a_shop", "the database has no shop in it yet", hint="shopctl db init"),
    ),
    (("check constraint", "unique constraint", "foreign key constraint", "duplicate key"), _refused),
)
