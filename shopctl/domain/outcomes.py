"""Tell what a write did to each item it was asked about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shopctl.errors import ShopError

Row = TypeVar("Row", covariant=True)


class Change(StrEnum):
    """What happened to one item; the `would_` forms are those of a dry run."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPLAYED = "replayed"
    SKIPPED = "skipped"
    WOULD_CREATE = "would_create"
    WOULD_CHANGE = "would_change"


@dataclass(frozen=True, slots=True)
class Done(Generic[Row]):
    """An item that went well.

    Attributes:
        reference: The item as it was asked for, such as an order number.
        change: What happened.
        row: The published row of the result.
        notes: Warnings and remarks a person should read, one sentence each.
    """

    reference: str
    change: Change
    row: Row
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that was refused; its neighbours are not disturbed."""

    reference: str
    error: ShopError


Outcome = Done[Row] | Failed
