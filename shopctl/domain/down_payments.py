"""Take down payments: bill a share of a whole order before it is delivered.

Source: the guide, "Create invoices"; settled rules 2 to 5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from shopctl.domain.billing import ZERO, Amounts, Draft, DraftLine, OrderLine, add, document
from shopctl.domain.money import exact_money, format_money, round_money, step_of, with_currency
from shopctl.domain.shares import grouped, spread, unit_price
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError


class Earlier(NamedTuple):
    """Down payments billed before: the sum of their percentages, and the money of those by tax combination."""

    percent: Decimal = ZERO
    billed: Mapping[str, Amounts] = MappingProxyType({})


class Size(NamedTuple):
    """How large a down payment is: a percentage of the whole order, or a sum with tax included.

    With `force` the down payments may exceed what is left of the order.
    """

    percent: Decimal | None = None
    amount: Decimal | None = None
    force: bool = False


def take(
    order: str,
    lines: Sequence[OrderLine],
    advance: Decimal,
    earlier: Earlier,
    taxes: Mapping[str, Tax],
    size: Size,
    currency: str,
) -> Draft:
    """Bill a share of the whole order before it is delivered, one line per combination of taxes.

    The k-th percentage is rounded from the cumulative share less what earlier ones billed, for each combination and
    each of its taxes, so cents never drift.

    Args:
        order: Its number, for messages.
        advance: What earlier down payments billed and no invoice has deducted.

    Raises:
        RefusedError: The down payments would exceed the order.
        UsageError: The amount has more digits than the currency.
    """
    whole = add(line.amounts for line in lines)
    if whole.total <= 0:
        raise RefusedError("order.nothing_to_invoice", f"order {order} has no amount to take a down payment of")
    percent = size.percent or ZERO
    share, reached, before = _sized(size, percent, whole.total, earlier, currency)
    total = reached - sum((amounts.total for amounts in before.values()), ZERO)
    if total < 0:
        raise _reached(order, percent, -total, currency)
    left = unbilled(lines, advance)
    if total > left and not size.force:
        raise _above(order, total, left, currency)
    groups = grouped([(line.taxes, line.amounts) for line in lines if line.kind not in TEXT_KINDS])
    label = f"Down payment of {percent.normalize():f} %" if percent else "Down payment"
    drafts = [
        DraftLine("down_payment", "", label, Decimal(1), unit_price(codes, money, taxes), ZERO, codes, money)
        for codes, money in spread(groups, share, reached, before, taxes, step_of(currency))
    ]
    return document("down_payment", drafts, percent)


def unbilled(lines: Sequence[OrderLine], advance: Decimal) -> Decimal:
    """Tell what of an order neither documents billed nor down payments took; below zero where that was too much."""
    return sum((line.amounts.total - line.billed.total for line in lines), -advance)


def _sized(
    size: Size, percent: Decimal, whole: Decimal, earlier: Earlier, currency: str
) -> tuple[Decimal, Decimal, Mapping[str, Amounts]]:
    """Tell the share of the order reached with this one, the money of that share, and what was billed of it before."""
    if size.amount is not None:
        return size.amount / whole, exact_money(size.amount, currency), {}
    share = (earlier.percent + percent) / 100
    return share, round_money(whole * share, step_of(currency)), earlier.billed


def _reached(order: str, percent: Decimal, excess: Decimal, currency: str) -> RefusedError:
    return RefusedError(
        "invoice.above_total",
        f"the down payments of order {order} are {with_currency(excess, currency)} more than what they come to with "
        f"another {percent.normalize():f} %, for the order is smaller now",
        hint=f"shopctl invoice create {order} takes them off, and gives back what is too much",
    )


def _above(order: str, total: Decimal, left: Decimal, currency: str) -> RefusedError:
    sized = f"shopctl invoice create {order} --type down-payment --amount {format_money(left, currency)}, or --force"
    return RefusedError(
        "invoice.above_total",
        f"a down payment of {with_currency(total, currency)} is more than the {with_currency(left, currency)} "
        f"of order {order} that is not billed yet",
        hint=sized if left > 0 else f"shopctl invoice create {order} bills what is due; --force takes it all the same",
    )
