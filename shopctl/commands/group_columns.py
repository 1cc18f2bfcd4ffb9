"""Publish the columns of groups: one for each field they are gathered by, then how many, how much and which share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from shopctl.output.columns import Column, Kind
from shopctl.services.listing.groups import GroupRow, Level

BLANK = "\u2002"
"""Nothing to read: the name stands above; an empty text would be shown as absent."""


def group_columns(noun: str, levels: Sequence[Level], rows: Sequence[GroupRow], *, human: bool) -> list[Column]:
    """Make the columns of groups.

    Args:
        noun: What is counted.
        human: Names of outer groups are told once, and the last line is the total.
    """
    columns = [
        Column(level.name.replace(":", "_"), _heading(level), Kind.TEXT, f"By {level.name}", _reader(at, human=human))
        for at, level in enumerate(levels)
    ]
    counted = next(
        (one.field.grouped.counts[1] for one in levels if one.field.grouped and one.field.grouped.counts), noun
    )
    columns.append(Column("counted", counted.upper(), Kind.COUNT, f"How many {counted}"))
    if any(row.amount is not None for row in rows):
        columns.append(Column("currency", "CURRENCY", Kind.CODE, "Currency of the amount", shown="machine"))
        columns.append(Column("amount", "TOTAL", Kind.MONEY, "What they come to"))
    columns.append(Column("share", "SHARE", Kind.PERCENT, "Part of the whole, in percent", _share if human else None))
    columns.append(Column("others", "OTHERS", Kind.COUNT, "How many groups this one stands for", shown="machine"))
    return columns


def _share(row: GroupRow) -> Decimal | None:
    return None if row.share is None else row.share.quantize(Decimal(1))


def _heading(level: Level) -> str:
    return (level.unit or level.field.name).replace("_", " ").upper()


def _reader(at: int, *, human: bool) -> Callable[[Any], str | None]:
    def name(row: GroupRow) -> str | None:
        if row.level == at + 1 and row.others:
            return f"{row.others:,} others"
        if not row.level:
            return "TOTAL" if at == 0 else BLANK
        if human and row.level != at + 1:
            return BLANK
        return row.keys[at] if at < row.level else None

    return name
