"""Sort what is owed by how long it is past due.

Source: ECOSYSTEM 6, "Aging". Everything here is values in, values out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.terms import Installment

ZERO: Final = Decimal(0)

_LIMITS: Final = (0, 30, 60, 90)
"""The last day past due of each part but the last."""


class Debt(NamedTuple):
    """An invoice with something due; `group` is what it is told under, `parts` its instalments, the earliest first."""

    group: str
    currency: str
    allocated: Decimal
    parts: Sequence[Installment]


class Surplus(NamedTuple):
    """A credit that is not used up, above zero, or below zero for money that went back and was billed nowhere."""

    group: str
    currency: str
    left: Decimal


class Aged(NamedTuple):
    """What is open in one group and currency, by the days that it is past due.

    Attributes:
        oldest_due: When the earliest of it fell or falls due; None where nothing is due.
        credits: What is here and not used, below zero.
    """

    group: str
    name: str
    currency: str
    invoices: int
    oldest_due: date | None
    not_due: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    over_90: Decimal
    credits: Decimal

    @property
    def parts(self) -> tuple[Decimal, ...]:
        """What is open: not due, then the four parts that are late."""
        return self.not_due, self.days_1_30, self.days_31_60, self.days_61_90, self.over_90

    @property
    def open(self) -> Decimal:
        """What is open on invoices."""
        return sum(self.parts, ZERO)

    @property
    def overdue(self) -> Decimal:
        """What of it is late."""
        return self.open - self.not_due

    @property
    def balance(self) -> Decimal:
        """What is owed in all, once every credit is used."""
        return self.open + self.credits


def place(due: date, day: date) -> int:
    """Tell the part of the table for what falls due on a day: 0 not due, then 1-30, 31-60, 61-90 and more days."""
    return bisect_left(_LIMITS, (day - due).days)


def still_open(parts: Sequence[Installment], allocated: Decimal) -> Iterator[tuple[date, Decimal]]:
    """Tell what is open of each instalment and when it falls due, money going to the earliest first.

    What is open adds up to the total less what is allocated, even where the last instalment is below zero.
    """
    before = total = ZERO
    for part in parts:
        total += part.amount
        now = max(total - allocated, ZERO)
        if now != before:
            yield part.due_date, now - before
        before = now


class _Sums:
    """What one group adds up to so far."""

    def __init__(self) -> None:
        self.invoices = 0
        self.oldest: date | None = None
        self.parts = [ZERO] * (len(_LIMITS) + 1)
        self.credits = ZERO

    def told(self, group: str, currency: str) -> Aged:
        """Answer them as a row."""
        not_due, month, two_months, three_months, more = self.parts
        return Aged(
            group, "", currency, self.invoices, self.oldest, not_due, month, two_months, three_months, more,
            self.credits,
        )  # fmt: skip


def aged(debts: Iterable[Debt], credits: Iterable[Surplus], day: date) -> list[Aged]:
    """Add up what is open by group and currency, as of a day.

    Returns:
        The groups of each currency; within it those that owe most first.
    """
    found: dict[tuple[str, str], _Sums] = {}
    for debt in debts:
        sums = found.setdefault((debt.currency, debt.group), _Sums())
        sums.invoices += 1
        for due, amount in still_open(debt.parts, debt.allocated):
            sums.parts[place(due, day)] += amount
            sums.oldest = min(sums.oldest or due, due)
    for credit in credits:
        found.setdefault((credit.currency, credit.group), _Sums()).credits -= credit.left
    rows = [sums.told(group, currency) for (currency, group), sums in found.items()]
    told = [row for row in rows if row.invoices or row.credits]
    return sorted(told, key=lambda row: (row.currency, -row.open, row.credits, row.group))


def totals(rows: Iterable[Aged]) -> list[Aged]:
    """Add groups up, one row a currency."""
    found: dict[str, Aged] = {}
    for row in rows:
        before = found.get(row.currency)
        found[row.currency] = _plus(before, row) if before else row._replace(group="", name="")
    return [found[currency] for currency in sorted(found)]


def _plus(one: Aged, other: Aged) -> Aged:
    dues = [day for day in (one.oldest_due, other.oldest_due) if day]
    return Aged(
        "", "", one.currency, one.invoices + other.invoices, min(dues, default=None), one.not_due + other.not_due,
        one.days_1_30 + other.days_1_30, one.days_31_60 + other.days_31_60, one.days_61_90 + other.days_61_90,
        one.over_90 + other.over_90, one.credits + other.credits,
    )  # fmt: skip
