"""Add up orders by what they share: how many, how much, the average and the share of each group.

Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from shopctl.domain.money import round_money, step_of

ZERO: Final = Decimal(0)
_TENTH: Final = Decimal("0.1")


class Tally(NamedTuple):
    """The orders of one group in one currency: how many, their untaxed sum, and pieces where lines are counted."""

    group: str
    currency: str
    orders: int
    untaxed: Decimal
    quantity: Decimal = ZERO
    name: str = ""


class Figure(NamedTuple):
    """A row of figures.

    Attributes:
        average: Untaxed sum of an order, rounded to the currency.
        share: Of the untaxed sum of all orders in the currency, in percent with one digit; None when that is nothing.
    """

    group: str
    name: str
    currency: str
    orders: int
    untaxed: Decimal
    average: Decimal
    share: Decimal | None
    quantity: Decimal


def figures(tallies: Iterable[Tally], totals: Iterable[Tally], *, top: int = 0, by_size: bool = True) -> list[Figure]:
    """Work out the rows of a table of figures, each currency by itself.

    Args:
        tallies: One a group and currency.
        totals: All orders of each currency, each counted once, though it may stand in several groups.
        top: How many groups of a currency are told by name; the rest is one row. 0 for all.
        by_size: The largest first; otherwise in the order of the groups.
    """
    whole = {one.currency: one.untaxed for one in totals}
    by_currency: dict[str, list[Tally]] = {}
    for one in tallies:
        by_currency.setdefault(one.currency, []).append(one)
    rows = []
    for currency in sorted(by_currency):
        found = sorted(by_currency[currency], key=lambda one: one.group)
        if by_size:
            found.sort(key=lambda one: -one.untaxed)
        kept = found if not top or len(found) <= top + 1 else [*found[:top], _folded(found[top:])]
        rows += [_figure(one, whole.get(currency, ZERO)) for one in kept]
    return rows


def _folded(rest: Sequence[Tally]) -> Tally:
    """Make one row of many groups; an order that stands in several of them counts in each."""
    return Tally(
        "", rest[0].currency, sum(one.orders for one in rest), sum((one.untaxed for one in rest), ZERO),
        sum((one.quantity for one in rest), ZERO), f"{len(rest)} others",
    )  # fmt: skip


def _figure(one: Tally, whole: Decimal) -> Figure:
    average = round_money(one.untaxed / one.orders, step_of(one.currency)) if one.orders else ZERO
    share = (100 * one.untaxed / whole).quantize(_TENTH, ROUND_HALF_UP) if whole else None
    return Figure(one.group, one.name, one.currency, one.orders, one.untaxed, average, share, one.quantity)


def summed(tallies: Iterable[Tally]) -> list[Tally]:
    """Add up groups in each of which an order stands once at most, by currency."""
    found: dict[str, Tally] = {}
    for one in tallies:
        before = found.get(one.currency, Tally("", one.currency, 0, ZERO))
        found[one.currency] = before._replace(orders=before.orders + one.orders, untaxed=before.untaxed + one.untaxed)
    return [found[currency] for currency in sorted(found)]


def totals_of(tallies: Iterable[Tally]) -> list[Figure]:
    """Work out the figures of all orders, one row a currency."""
    return [_figure(one, one.untaxed) for one in tallies]
