"""Run work in one transaction: begin, run, commit; retry what can be retried; never half done."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

import peewee

from shopctl.db import failures
from shopctl.db.connection import is_sqlite
from shopctl.db.turnstile import turn

T = TypeVar("T")

TRIES = 12


class _Rollback(Exception):  # noqa: N818  # not an error: it carries the answer of a dry run out of the transaction
    def __init__(self, answer: Any) -> None:
        self.answer = answer


def transact(
    database: Any,
    work: Callable[[], T],
    *,
    wait: float = 10.0,
    keep: Callable[[T], bool] = lambda _: True,
    stored: Callable[[], T | None] = lambda: None,
) -> T:
    """Run `work` in a transaction of its own and answer what it answered.

    Args:
        database: The peewee database; no transaction may be open on it.
        work: Reads and writes; it may run several times, so it touches nothing a rollback cannot undo.
        wait: Seconds to wait for other writers.
        keep: Asked about the answer; False rolls back (a dry run, a batch of which one item failed).
        stored: Looks for the answer of an earlier run whose COMMIT was never answered.

    Raises:
        ShopError: What `work` refused, or a database failure in plain words.
    """
    deadline = time.monotonic() + wait
    lost = False
    for attempt in range(TRIES):
        try:
            if lost:
                database.close()
                database.connect(reuse_if_open=True)
                lost = False
                if (answer := stored()) is not None:
                    return answer
            return _once(database, work, wait, keep)
        except peewee.PeeweeException as error:
            # A rival that stored the same document at the same moment is seen by the second run, and told as such.
            again = failures.is_retryable(error) or (attempt == 0 and failures.is_key_clash(error))
            lost = lost or failures.is_lost(error)
            waited = failures.state_of(error) == failures.LOCK_TIMEOUT and time.monotonic() >= deadline
            if attempt == TRIES - 1 or waited or not (lost or again):
                raise
            _pause(attempt)
    raise AssertionError("unreachable")


def _once(database: Any, work: Callable[[], T], wait: float, keep: Callable[[T], bool]) -> T:
    queue = turn(database.database, wait) if is_sqlite(database) else nullcontext()
    try:
        with queue, database.atomic():
            answer = work()
            if not keep(answer):
                raise _Rollback(answer)
            return answer
    except _Rollback as rollback:
        return rollback.answer  # type: ignore[no-any-return]


def _pause(attempt: int) -> None:
    """Wait a random moment, longer each time, so that rivals do not meet again."""
    import random  # 2 ms, and hardly ever needed

    time.sleep(random.uniform(0, min(1.0, 0.005 * 2**attempt)))  # noqa: S311  # jitter, not a secret
