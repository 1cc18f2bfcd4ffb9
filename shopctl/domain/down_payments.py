"""Take down payments: bill a share of a whole order before it is delivered.

Source: the guide, "Create invoices"; settled rules 2 to 5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from shopctl.domain.billing import NOTHING, ZERO, Amounts, Draft, DraftLine, OrderLine, TaxShare, add, document, minus
from shopctl.domain.money import exact_money, format_money, round_money, split, step_of, with_currency
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
    percent = ZERO if size.amount is not None else size.percent or ZERO
    share, reached, before = _sized(size, percent, whole.total, earlier, currency)
    total = reached - sum((amounts.total for amounts in before.values()), ZERO)
    left = whole.total - add(line.billed for line in lines).total - advance
    if total > left and not size.force:
        raise _above(order, total, left, currency)
    parts = _shares(_combinations(lines), whole, share, reached, before, taxes, step_of(currency))
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


def _combinations(lines: Sequence[OrderLine]) -> dict[str, Amounts]:
    groups: dict[str, list[Amounts]] = {}
    for line in lines:
        if line.kind not in TEXT_KINDS:
            groups.setdefault(line.taxes, []).append(line.amounts)
    return {codes: add(amounts) for codes, amounts in groups.items()}


def unit_price(codes: str, money: Amounts, taxes: Mapping[str, Tax]) -> Decimal:
    """Print a price with tax where the taxes of the line are included in prices, else without."""
    names = codes.split()
    return money.total if names and all(taxes[code].included for code in names) else money.untaxed


def _shares(
    groups: Mapping[str, Amounts],
    whole: Amounts,
    share: Decimal,
    reached: Decimal,
    before: Mapping[str, Amounts],
    taxes: Mapping[str, Tax],
    step: Decimal,
) -> list[tuple[str, Amounts]]:
    """Spread what is reached over the tax combinations, less what was billed; fixed taxes stay in the untaxed part."""
    gross = split(reached, [amounts.total for amounts in groups.values()], step)
    pieces: dict[str, list[TaxShare]] = {codes: [] for codes in groups}
    for tax in whole.taxes:
        if taxes[tax.code].type == "fixed":
            continue
        holders = [(codes, part) for codes, money in groups.items() for part in money.taxes if part.code == tax.code]
        amounts = split(round_money(tax.amount * share, step), [part.amount for _, part in holders], step)
        bases = split(round_money(tax.base * share, step), [part.base for _, part in holders], step)
        for (codes, _), base, amount in zip(holders, bases, amounts, strict=True):
            pieces[codes].append(TaxShare(tax.code, base, amount))
    return [
        (codes, add((_piece(groups[codes], total, pieces[codes]), minus(before.get(codes, NOTHING)))))
        for codes, total in zip(groups, gross, strict=True)
    ]


def _piece(group: Amounts, total: Decimal, parts: Sequence[TaxShare]) -> Amounts:
    """Complete the money of a combination; a tax on its plain net keeps doing so, to the cent."""
    tax = sum((part.amount for part in parts), ZERO)
    net = total - tax
    plain = {part.code for part in group.taxes if part.base == group.untaxed}
    return Amounts(net, tax, total, tuple(part._replace(base=net) if part.code in plain else part for part in parts))
