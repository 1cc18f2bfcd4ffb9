"""Add up what a file says while it is read, so that an import can be compared with its source to the cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from shopctl.domain.records import ZERO


@dataclass(slots=True)
class ControlTotals:
    """Sums over the orders, carts or customers that could be read.

    `financial_status` and `fulfillment` count the first row of each order as printed; e-mail addresses count once,
    whatever their case.
    """

    orders: int = 0
    line_rows: int = 0
    cancelled: int = 0
    total: Decimal = ZERO
    taxes: Decimal = ZERO
    shipping: Decimal = ZERO
    discount: Decimal = ZERO
    refunded: Decimal = ZERO
    outstanding: Decimal = ZERO
    currencies: Counter[str] = field(default_factory=Counter)
    financial_status: Counter[str] = field(default_factory=Counter)
    fulfillment: Counter[str] = field(default_factory=Counter)
    customers: int = 0
    with_email: int = 0
    accepts_email: int = 0
    total_orders: Decimal = ZERO
    total_spent: Decimal = ZERO
    emails: set[int] = field(default_factory=set)

    def add_email(self, email: str) -> None:
        """Remember an address by its hash, which takes a third of the memory."""
        self.emails.add(hash(email.casefold()))

    @property
    def distinct_email_casefold(self) -> int:
        """Count the different e-mail addresses."""
        return len(self.emails)
