"""Keep a job that goes over everything, and that cron starts, from running twice at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shopctl.db.locks import named_lock
from shopctl.errors import BusyError
from shopctl.shop import Shop


@contextmanager
def alone(shop: Shop, name: str, command: str, *, code: str = "job.busy") -> Iterator[None]:
    """Keep other runs of a job out for the block; a dry run disturbs nobody.

    Args:
        name: Of the lock, in letters.
        command: What was typed, such as `orders expire`.
        code: Of the error.

    Raises:
        BusyError: Another run is at work.
    """
    if shop.dry_run:
        yield
        return
    with named_lock(shop.database, name) as ours:
        if not ours:
            raise BusyError(
                code, f"another run of {command} is at work", hint="it takes care of everything that is due"
            )
        yield
