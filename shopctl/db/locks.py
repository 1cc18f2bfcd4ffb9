"""Let one process at a time do a job that must not overlap, such as delivering mail.

The lock is held beside the data, not in a row: the kernel or the server frees it when its holder dies.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shopctl.db.connection import is_sqlite

try:
    import fcntl
except ImportError:  # Windows: nothing there frees a lock by itself, so there is none
    fcntl = None  # type: ignore[assignment]


@contextmanager
def named_lock(database: Any, name: str) -> Iterator[bool]:
    """Try to take a lock, without waiting, and hold it for the block.

    Args:
        database: The peewee database; the lock is one for all who use the same data.
        name: The job, in letters.

    Returns:
        Whether the lock is ours; if not, the block should do nothing.
    """
    with (
        _file_lock(f"{database.database}.{name}.lock") if is_sqlite(database) else _server_lock(database, name) as ours
    ):
        yield ours


@contextmanager
def _file_lock(path: str) -> Iterator[bool]:
    if fcntl is None:
        yield True
        return
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        # A read-only directory: the first write tells the true cause a moment later.
        yield True
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(file)


@contextmanager
def _server_lock(database: Any, name: str) -> Iterator[bool]:
    key = zlib.crc32(f"shopctl {name}".encode())
    (ours,) = database.execute_sql("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    try:
        yield bool(ours)
    finally:
        if ours and not database.is_closed():
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (key,))
