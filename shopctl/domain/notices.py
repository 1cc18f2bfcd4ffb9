"""Say what a reminder of money is about: one letter to one customer, about everything of theirs that is due."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class NoticeItem(NamedTuple):
    """A document of which something is due.

    Attributes:
        kind: `order` or `invoice`.
        date: Of the order or invoice.
        due_on: When it is or was to be paid; None for an order.
        days_late: Since then; below zero before it, zero for an order.
        reference: What a payer quotes.
        step: The step of this document, from 1; `last` tells that there is none after it.
        first: Its customer was not reminded of it before, whatever the step: earlier ones may have been missed.
        fee: What this step charged for it, and the interest; already booked by the document `charge`.
    """

    kind: str
    number: str
    date: dt.date
    due_on: dt.date | None
    total: Decimal
    due: Decimal
    days_late: int = 0
    reference: str = ""
    step: int = 1
    last: bool = False
    fee: Decimal = ZERO
    interest: Decimal = ZERO
    charge: str = ""
    first: bool = False


class Notice(NamedTuple):
    """A reminder to one customer, in one currency; `items` has at least one, the oldest first.

    Attributes:
        name: Of the reader; may be empty.
        language: Two letters, or empty.
    """

    name: str
    language: str
    currency: str
    items: tuple[NoticeItem, ...]

    @property
    def due(self) -> Decimal:
        """What is due in all; charges are documents of their own and listed as such."""
        return sum((item.due for item in self.items), ZERO)

    @property
    def step(self) -> int:
        """The highest step among its documents, which sets the tone."""
        return max(item.step for item in self.items)

    @property
    def first(self) -> bool:
        """Whether nobody was reminded of any of its documents before."""
        return all(item.first for item in self.items)

    @property
    def last(self) -> bool:
        """Whether one of its documents has no step after this one."""
        return any(item.last for item in self.items)
