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
    left = whole.total - add(line.billed for line in lines).total - advance
    if total > left and not size.force:
        raise _above(order, total, left, currency)
    groups = grouped([(line.taxes, line.amounts) for line in lines if line.kind not in TEXT_KINDS])
    parts = spread(groups, share, reached, before, taxes, step_of(currency))
    label = "Down payment" if size.amount is not None else f"Down payment of {percent.normalize():f} %"
    drafts = [
        DraftLine("down_payment", "", label, Decimal(1), unit_price(codes, money, taxes), ZERO, codes, money)
        for codes, money in parts
    ]
    return document("down_payment", drafts, percent)


def _sized(
    size: Size, percent: Decimal, whole: Decimal, earlier: Earlier, currency: str
) -> tuple[Decimal, Decimal, Mapping[str, Amounts]]:
    """Tell the share of the order reached with this one, the money of that share, and what was billed of it before."""
    if size.amount is not None:
        return size.amount / whole, exact_money(size.amount, currency), {}
    share = (earlier.percent + percent) / 100
    return share, round_money(whole * share, step_of(currency)), earlier.billed


def _above(order: str, total: Decimal, left: Decimal, currency: str) -> RefusedError:
    return RefusedError(
        "invoice.above_total",
        f"a down payment of {with_currency(total, currency)} is more than the {with_currency(left, currency)} "
        f"of order {order} that is not billed yet",
        hint=f"shopctl invoice create {order} --type down-payment --amount {format_money(left, currency)}, or --force",
    )
