"""Work out the figures of the dashboard: periods and what they are compared with, averages, changes, shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.dates import Span, add_months
from shopctl.domain.money import round_money, step_of

SECTIONS: Final = ("sales", "todo", "trend", "best")
"""The parts of the dashboard, in the order in which they stand."""

DAYS: Final = 31
"""Days that are shown one by one; a longer period is shown by months."""

TENTH: Final = Decimal("0.1")


class Period(NamedTuple):
    """Days that are summed, both ends included, and what they are called."""

    label: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days they are."""
        return (self.last - self.first).days + 1


class Sales(NamedTuple):
    """What was sold in some days: confirmed orders by the day they were placed, without taxes.

    Attributes:
        orders: How many there are, by currency.
        untaxed: Their untaxed amounts, by currency.
        carts: Carts that were last touched in these days.
        ordered: Those of them that became an order.
    """

    orders: Mapping[str, int] = {}
    untaxed: Mapping[str, Decimal] = {}
    carts: int = 0
    ordered: int = 0

    @property
    def placed(self) -> int:
        """How many orders there are."""
        return sum(self.orders.values())

    def amount(self, currency: str) -> Decimal:
        """Tell the untaxed amount of a currency."""
        return self.untaxed.get(currency, Decimal(0))

    def average(self, currency: str) -> Decimal | None:
        """Tell the untaxed amount of an average order of a currency; None without orders."""
        orders = self.orders.get(currency, 0)
        return round_money(self.amount(currency) / orders, step_of(currency)) if orders else None

    @property
    def conversion(self) -> Decimal | None:
        """Tell how many percent of the carts became an order; None without carts."""
        return share(self.ordered, self.carts)


def periods(today: date, span: Span | None, label: str = "") -> list[Period]:
    """List the periods that are summed: the one that was asked for, else today, the last 7 and the last 30 days.

    Args:
        today: The day in the shop's zone; it belongs to every period.
        label: What was typed for `span`.
    """
    if span is not None:
        return [Period(label, span.first, span.last)]
    return [
        Period("today", today, today),
        Period("last 7 days", today - timedelta(days=6), today),
        Period("last 30 days", today - timedelta(days=29), today),
    ]


def before(period: Period, compare: str) -> Period | None:
    """Tell what a period is compared with.

    Args:
        compare: `previous` for as many days just before, `last-year` for the same days of the year before, `none`.
    """
    if compare == "previous":
        count = timedelta(days=period.days)
        return Period(f"{period.days} days before", period.first - count, period.last - count)
    if compare == "last-year":
        return Period("a year before", add_months(period.first, -12), add_months(period.last, -12))
    return None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Tell how many percent a part is, to one decimal; None of nothing."""
    return round_money(Decimal(part) * 100 / whole, TENTH) if whole else None


def change(now: Decimal | int | None, then: Decimal | int | None) -> Decimal | None:
    """Tell by how many percent something grew, to one decimal; None where there was nothing before."""
    return share(Decimal(now) - then, abs(Decimal(then))) if now is not None and then else None


def steps(period: Period) -> list[Period]:
    """Cut a period into days, or into months when it has more than 31 days."""
    if period.days <= DAYS:
        days = (period.first + timedelta(days=place) for place in range(period.days))
        return [Period(f"{day:%a} {day.day:02d}", day, day) for day in days]
    found, first = [], period.first
    while first <= period.last:
        following = add_months(first.replace(day=1), 1)
        found.append(Period(f"{first:%Y-%m}", first, min(following - timedelta(days=1), period.last)))
        first = following
    return found
