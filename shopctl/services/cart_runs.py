"""Let a run of reminders write about carts too, by the rules of the carts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shopctl.domain.outcomes import Outcome
from shopctl.services.reminding import DueRow, Wish
from shopctl.shop import Shop


def due(_shop: Shop, _wish: Wish, _only: str) -> list[str]:
    """List the carts whose next letter is due."""
    return []


def run(_shop: Shop, _numbers: Sequence[str], _stopping: Callable[[], bool]) -> Iterator[Outcome[DueRow]]:
    """Queue the letters about carts."""
    yield from ()
