"""Take down payments: bill a share of a whole order before it is delivered.

Source: the guide, "Create invoices"; settled rules 2 to 5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.billing import NOTHING, ZERO, Amounts, Draft, DraftLine, OrderLine, TaxShare, add, document
from shopctl.domain.money import exact_money, format_money, round_money, split, step_of, with_currency
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError


class Earlier(NamedTuple):
    """Down payments billed before: the sum of their percentages, and the money of those."""

    percent: Decimal = ZERO
    by_percent: Amounts = NOTHING


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

    The k-th percentage is rounded from the cumulative share less what earlier ones billed, so cents never drift;
    each tax likewise.

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
    share, total, before = _sized(size, percent, whole.total, earlier, currency)
    left = whole.total - add(line.billed for line in lines).total - advance
    if total > left and not size.force:
        raise _above(order, total, left, currency)
    parts = _shares(_combinations(lines), whole, share, total, before, taxes, step_of(currency))
    label = "Down payment" if size.amount is not None else f"Down payment of {percent.normalize():f} %"
    drafts = [
        DraftLine("down_payment", "", label, Decimal(1), _unit_price(codes, money, taxes), ZERO, codes, money)
        for codes, money in parts
    ]
    return document("down_payment", drafts, percent)


def _sized(
    size: Size, percent: Decimal, whole: Decimal, earlier: Earlier, currency: str
) -> tuple[Decimal, Decimal, Amounts]:
    """Tell the share of the order, the money of it now, and what of that share was billed before."""
    if size.amount is not None:
        return size.amount / whole, exact_money(size.amount, currency), NOTHING
    share = (earlier.percent + percent) / 100
    return share, round_money(whole * share, step_of(currency)) - earlier.by_percent.total, earlier.by_percent


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


def _unit_price(codes: str, money: Amounts, taxes: Mapping[str, Tax]) -> Decimal:
    """Print a price with tax where the taxes of the line are included in prices, else without."""
    names = codes.split()
    return money.total if names and all(taxes[code].included for code in names) else money.untaxed


def _shares(
    groups: Mapping[str, Amounts],
    whole: Amounts,
    share: Decimal,
    total: Decimal,
    before: Amounts,
    taxes: Mapping[str, Tax],
    step: Decimal,
) -> list[tuple[str, Amounts]]:
    """Spread a down payment over the tax combinations; fixed taxes stay in the untaxed part."""
    gross = split(total, [amounts.total for amounts in groups.values()], step)
    billed = {part.code: part for part in before.taxes}
    pieces: dict[str, dict[str, TaxShare]] = {codes: {} for codes in groups}
    for tax in whole.taxes:
        if taxes[tax.code].type == "fixed":
            continue
        earlier = billed.get(tax.code, TaxShare(tax.code, ZERO, ZERO))
        holders = [(codes, part) for codes, money in groups.items() for part in money.taxes if part.code == tax.code]
        amounts = split(
            round_money(tax.amount * share, step) - earlier.amount, [part.amount for _, part in holders], step
        )
        bases = split(round_money(tax.base * share, step) - earlier.base, [part.base for _, part in holders], step)
        for (codes, _), base, amount in zip(holders, bases, amounts, strict=True):
            pieces[codes][tax.code] = TaxShare(tax.code, base, amount)
    results = []
    for codes, group_gross in zip(groups, gross, strict=True):
        parts = tuple(pieces[codes].values())
        tax_sum = sum((part.amount for part in parts), ZERO)
        net = group_gross - tax_sum
        plain = {part.code for part in groups[codes].taxes if part.base == groups[codes].untaxed}
        # A tax on the plain net keeps doing so: its base is what is left after the taxes, to the cent.
        parts = tuple(part._replace(base=net) if part.code in plain else part for part in parts)
        results.append((codes, Amounts(net, tax_sum, group_gross, parts)))
    return results
