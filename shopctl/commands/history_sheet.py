"""Lay out what was allocated and taken back, by whom and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.output.human import human_money
from shopctl.output.style import worded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopctl.output.sheets import Sheet
    from shopctl.services.allocation_history import HistoryRow


def add_history(page: Sheet, history: Sequence[HistoryRow], currency: str) -> None:
    """Tell what was allocated and taken back, by whom and why."""
    page.section("History").table(
        ("WHEN", "WHO", "WHAT", "DOCUMENT", f"AMOUNT {currency}", "WHY"),
        [
            (one.at, one.actor or None, worded(one.what), one.other, human_money(one.amount, currency), one.reason)
            for one in history
        ]
        or [("–", "", "", "", "", "")],
        "clscrl",
    )
