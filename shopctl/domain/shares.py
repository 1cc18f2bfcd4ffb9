"""Spread a share of an order over its combinations of taxes: the arithmetic of down payments and order discounts.

Source: settled rules, Money 2 and 6. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from shopctl.domain.billing import NOTHING, ZERO, Amounts, TaxShare, add, minus
from shopctl.domain.money import round_money, split
from shopctl.domain.tax import Tax


def grouped(parts: Sequence[tuple[str, Amounts]]) -> dict[str, Amounts]:
    """Sum the money of lines by their tax codes, in the order in which the combinations first appear."""
    groups: dict[str, list[Amounts]] = {}
    for codes, money in parts:
        groups.setdefault(codes, []).append(money)
    return {codes: add(amounts) for codes, amounts in groups.items()}


def spread(
    groups: Mapping[str, Amounts],
    share: Decimal,
    reached: Decimal,
    before: Mapping[str, Amounts],
    taxes: Mapping[str, Tax],
    step: Decimal,
) -> list[tuple[str, Amounts]]:
    """Spread what is reached over the tax combinations, less what was taken before.

    Args:
        groups: The money of the whole order by tax codes.
        share: The part of it that is taken, 1 for all.
        reached: The total of that part, a multiple of the step.
        before: What was taken of each combination before.

    Returns:
        The money of each combination; together exactly what is reached less what was before. Fixed taxes are not
        shared out, they stay in the untaxed part.
    """
    gross = split(reached, [amounts.total for amounts in groups.values()], step)
    pieces: dict[str, list[TaxShare]] = {codes: [] for codes in groups}
    for tax in add(groups.values()).taxes:
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


def unit_price(codes: str, money: Amounts, taxes: Mapping[str, Tax]) -> Decimal:
    """Print a price with tax where the taxes of the line are included in prices, else without."""
    names = codes.split()
    return money.total if names and all(taxes[code].included for code in names) else money.untaxed
