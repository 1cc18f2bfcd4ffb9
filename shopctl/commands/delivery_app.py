"""Hold the noun `delivery`; its verbs lie in the modules that `deliveries` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shopctl.commands.declaring import noun
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopctl.domain.deliveries import LineQuantity

app = noun("delivery", "What waits, what left for customers, and what came back")


def quantities_of(texts: list[str] | None, references: Sequence[str]) -> tuple[LineQuantity, ...]:
    """Read `--line` of a command on deliveries, which are numbered each by itself.

    Raises:
        UsageError: One cannot be understood, or several deliveries are named.
    """
    from shopctl.domain.deliveries import parse_quantities

    found = parse_quantities(texts or [])
    if found and len(references) > 1:
        raise UsageError("usage", "lines are numbered in each delivery, so name one", hint="use one call for each")
    return found


def look(row: Any) -> list[str]:
    """Tell what to type to look at a delivery and its order."""
    return [f"shopctl delivery show {row.number}", f"shopctl orders show {row.order}"]
