"""Give every run of `email send` a numbered place, held by a named lock for its whole run.

The kernel or the database server frees the lock when its holder dies, so no clock is needed to tell who is alive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from shopctl.db.locks import named_lock
from shopctl.errors import BusyError
from shopctl.shop import Shop

FIRST: Final = "email"
_NAME: Final = re.compile(r"email-\d{1,2}")


@contextmanager
def taken(shop: Shop) -> Iterator[str]:
    """Take the first free place, hold it for the block, and tell its name.

    Raises:
        BusyError: email.busy, when as many runs are at work as the settings allow.
    """
    most = shop.config.email.senders
    with ExitStack() as held:
        for number in range(1, most + 1):
            name = FIRST if number == 1 else f"{FIRST}-{number}"
            if held.enter_context(named_lock(shop.database, name)):
                break
        else:
            raise _busy(most)
        yield name


@contextmanager
def vacated(shop: Shop, ours: str, owner: str) -> Iterator[bool]:
    """Tell whether whoever claimed a letter has ended; nobody takes the place during the block.

    Args:
        ours: The place of this run; what is found there was left by a run before.
        owner: The place that the letter names; anything else counts as the first place.
    """
    name = owner if _NAME.fullmatch(owner) else FIRST
    if name == ours:
        yield True
        return
    with named_lock(shop.database, name) as free:
        yield free


def _busy(most: int) -> BusyError:
    if most == 1:
        return BusyError(
            "email.busy", "another run of email send is at work", hint="it delivers everything that is due"
        )
    return BusyError(
        "email.busy",
        f"{most} runs of email send are at work, which is as many as email.senders allows",
        hint="they deliver everything that is due",
    )
