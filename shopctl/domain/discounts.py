"""Take a discount off an order: a percentage or a sum with tax, one line per combination of taxes.

Source: settled rules, Money 6. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from shopctl.domain.billing import ZERO, Amounts, DraftLine, OrderLine, add, minus, priced
from shopctl.domain.money import exact_money, format_money, round_money, step_of, with_currency
from shopctl.domain.shares import grouped, spread, unit_price
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError, UsageError


@dataclass(frozen=True, slots=True)
class Discount:
    """How much is taken off: a percentage of the present lines, or a sum with tax included; exactly one is given."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    @property
    def label(self) -> str:
        """What the line says."""
        return "Discount" if self.percent is None else f"Discount of {self.percent.normalize():f} %"


def take(
    order: str, lines: Sequence[OrderLine], size: Discount, taxes: Mapping[str, Tax], currency: str
) -> list[DraftLine]:
    """Work out the lines that take a discount off the present lines, earlier discounts among them.

    Fixed taxes, such as a deposit per bottle, are not discounted: neither the tax itself nor the part of other taxes
    that rests on it, and the discount lines do not carry it.

    Args:
        order: Its number, for messages.
        lines: All lines of the order.

    Returns:
        One line of quantity 1 for each combination of taxes, all amounts with the sign turned. For a sum they come to
        exactly that sum, for a percentage to the rounded share of the total and of each tax.

    Raises:
        RefusedError: The discount is more than what can be discounted.
        UsageError: It is nothing at all, or has more digits than the currency.
    """
    step = step_of(currency)
    groups = grouped([_discountable(line, taxes, step) for line in lines])
    whole = add(groups.values())
    if whole.total <= 0:
        raise RefusedError(
            "order.discount", f"order {order} has no amount to discount", hint=f"shopctl orders show {order}"
        )
    share, reached = _sized(order, size, whole.total, currency)
    return [
        DraftLine("discount", "", size.label, Decimal(1), unit_price(codes, money, taxes), ZERO, codes, money)
        for codes, money in ((codes, minus(part)) for codes, part in spread(groups, share, reached, {}, taxes, step))
        if money.total or money.tax
    ]


def _sized(order: str, size: Discount, whole: Decimal, currency: str) -> tuple[Decimal, Decimal]:
    """Tell the share of the order that is taken off, and the money of it."""
    if size.percent is not None:
        if not 0 < size.percent <= 100:
            raise UsageError(
                "usage.amount",
                f"a discount of {size.percent.normalize():f} % is not more than 0 and at most 100 percent",
                hint=f"shopctl orders discount {order} --percent 10",
            )
        share = size.percent / 100
        return share, round_money(whole * share, step_of(currency))
    amount = exact_money(size.amount or ZERO, currency)
    if amount <= 0:
        raise UsageError(
            "usage.amount", "a discount must be more than 0", hint=f"shopctl orders discount {order} --amount 5"
        )
    if amount > whole:
        raise RefusedError(
            "order.discount",
            f"a discount of {with_currency(amount, currency)} is more than the {with_currency(whole, currency)} "
            f"of order {order} that can be discounted",
            hint=f"shopctl orders discount {order} --amount {format_money(whole, currency)}",
            order=order,
        )
    return amount / whole, amount


def _discountable(line: OrderLine, taxes: Mapping[str, Tax], step: Decimal) -> tuple[str, Amounts]:
    """Take the fixed taxes out of a line: the codes and the money that a discount is spread over."""
    leaves = list(_leaves(taxes[code] for code in line.taxes.split()))
    fixed = [tax for tax in leaves if tax.type == "fixed"]
    if not fixed:
        return line.taxes, line.amounts
    kept = [tax for tax in leaves if tax.type != "fixed"]
    codes = " ".join(tax.code for tax in kept)
    if any(tax.compounds for tax in fixed):
        # Other taxes rest on the fixed one, so they are worked out without it, on top of the same net.
        plain = {tax.code: replace(tax, included=False) for tax in kept}
        (money,) = priced([(line.amounts.untaxed, Decimal(1), ZERO, codes)], plain, "per_line", step)
        return codes, money
    shares = tuple(part for part in line.amounts.taxes if taxes[part.code].type != "fixed")
    tax = sum((part.amount for part in shares), ZERO)
    return codes, Amounts(line.amounts.untaxed, tax, line.amounts.untaxed + tax, shares)


def _leaves(taxes: Iterable[Tax]) -> Iterator[Tax]:
    """List taxes with the members of groups in the place of the groups."""
    for tax in taxes:
        if tax.type == "group":
            yield from _leaves(tax.children)
        else:
            yield tax
