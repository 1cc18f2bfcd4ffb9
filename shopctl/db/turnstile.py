"""Queue writers of one SQLite file fairly: two locks on `<file>.lock`, taken before BEGIN.

SQLite's own busy handler sleeps blindly, so one busy writer starves the others. Whoever holds the first lock is
next; it waits for the second, then frees the first. The kernel frees both when a process dies.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shopctl.errors import TemporaryError

try:
    import fcntl
except ImportError:  # Windows: SQLite's own locking has to do
    fcntl = None  # type: ignore[assignment]

NEXT, MAIN = 0, 1


@contextmanager
def turn(path: str, wait: float) -> Iterator[None]:
    """Hold the writers' turn for one transaction.

    Args:
        path: The database file; its lock file lies beside it.
        wait: Seconds to wait at most.

    Raises:
        TemporaryError: Other writers kept the database for longer.
    """
    if fcntl is None:
        yield
        return
    try:
        lock = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        # A read-only directory: BEGIN tells the true cause a moment later.
        yield
        return
    try:
        deadline = time.monotonic() + wait
        _take(lock, NEXT, deadline)
        _take(lock, MAIN, deadline)
        fcntl.lockf(lock, fcntl.LOCK_UN, 1, NEXT)
        yield
    finally:
        os.close(lock)


def _take(lock: int, place: int, deadline: float) -> None:
    pause = 0.0005
    while True:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            if time.monotonic() >= deadline:
                raise busy() from None
            time.sleep(pause)
            pause = min(pause * 2, 0.02)
        else:
            return


def busy() -> TemporaryError:
    """Say that the database stayed in use for too long."""
    return TemporaryError(
        "db.busy",
        "the database is in use by another process and stayed so",
        hint="run the same command again, or wait longer with --wait 60s",
    )
