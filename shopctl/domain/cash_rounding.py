"""Round documents to what can be paid in coins.

Source: rules for money, section 7.5.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.billing import ZERO, Amounts, Draft, DraftLine, TaxShare, add
from shopctl.domain.money import EXACT, round_money

METHODS = ("half-up", "up", "down")
STRATEGIES = ("line", "biggest_tax")
LABEL = "Cash rounding"


class CashRounding(NamedTuple):
    """How a shop rounds what is paid in coins.

    Attributes:
        step: The smallest coin, such as 0.05.
        method: `half-up`, `up` or `down`; up is away from zero.
        strategy: `line` adds a line of its own, `biggest_tax` changes the largest tax.
    """

    step: Decimal
    method: str = "half-up"
    strategy: str = "line"


def rounded(amount: Decimal, rule: CashRounding) -> Decimal:
    """Round an amount to a multiple of the step, away from it by less than a step."""
    if rule.method == "half-up":
        return round_money(amount, rule.step)
    whole, rest = EXACT.divmod(amount, rule.step)
    if rest and rule.method == "up":
        whole += 1 if amount > 0 else -1
    return EXACT.multiply(whole, rule.step)


def apply(draft: Draft, rule: CashRounding) -> Draft:
    """Round the total of a document; a rounding line that it has already is replaced.

    Without any tax the strategy `biggest_tax` changes nothing.
    """
    lines = tuple(line for line in draft.lines if line.kind != "rounding")
    amounts = add(line.amounts for line in lines)
    difference = rounded(amounts.total, rule) - amounts.total
    if rule.strategy == "biggest_tax":
        lines = _on_biggest_tax(lines, amounts, difference)
    elif difference:
        money = Amounts(difference, ZERO, difference, ())
        lines = (*lines, DraftLine("rounding", "", LABEL, Decimal(1), difference, ZERO, "", money))
    return draft._replace(lines=lines, amounts=add(line.amounts for line in lines))


def _on_biggest_tax(lines: tuple[DraftLine, ...], amounts: Amounts, difference: Decimal) -> tuple[DraftLine, ...]:
    """Change the largest tax of a document on the line that has most of it; what is deducted is what it was."""
    code = max(amounts.taxes, key=lambda share: abs(share.amount)).code if amounts.taxes else ""
    shares = [(abs(share.amount), -place) for place, line in enumerate(lines) for share in line.amounts.taxes
              if share.code == code and line.deducts is None]  # fmt: skip
    if not shares:
        return lines
    place = -max(shares)[1]
    changed = lines[place]._replace(amounts=_with_tax(lines[place].amounts, code, difference))
    return (*lines[:place], changed, *lines[place + 1 :])


def _with_tax(amounts: Amounts, code: str, difference: Decimal) -> Amounts:
    taxes = tuple(
        TaxShare(share.code, share.base, share.amount + difference) if share.code == code else share
        for share in amounts.taxes
    )
    return Amounts(amounts.untaxed, amounts.tax + difference, amounts.total + difference, taxes)
