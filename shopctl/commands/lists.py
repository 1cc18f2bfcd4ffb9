"""Share what every list and every page of a document does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands.options import option

if TYPE_CHECKING:
    from datetime import datetime

    from shopctl.commands.call import Call
    from shopctl.domain.dates import When
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.shop import Shop

SCREENFUL = 50
"""Rows that a list shows on a terminal when no limit is given; everywhere else it shows all."""

After = Annotated[str, option("--after", help="Go on after this one, as the last page ended", metavar="NUMBER")]


def fits(call: Call, limit: int | None) -> int:
    """Tell how many rows a list shows: what was asked for, else a screenful on a terminal, else all (0)."""
    if limit is not None:
        return limit
    return SCREENFUL if call.out.terminal and call.out.format == "table" else 0


def counts(call: Call) -> bool:
    """Tell whether a list says exactly how many rows match in all: JSON does, a screen stops at some thousands."""
    return call.out.format in ("json", "count")


def until_of(until: When | None, shop: Shop) -> datetime | None:
    """Tell the first instant after a period that was typed."""
    return until.end(shop.now, shop.zone) if until else None


def show_all(
    call: Call, schema: str, columns: Sequence[Column], found: Sequence[Any], sheet: Callable[[Any], Sheet]
) -> None:
    """Print documents one after the other: pages for people, records for scripts."""
    if len(found) == 1 or not call.out.explicit_format:
        for place, one in enumerate(found):
            call.out.show(schema, columns, one, sheet(one), further=place > 0)
        return
    call.out.list(schema, columns, found)
