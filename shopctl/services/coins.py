"""Round documents to coins as the shop is set up."""

from __future__ import annotations

from collections.abc import Sequence

from shopctl.domain.cash_rounding import CashRounding, apply
from shopctl.domain.money import EXACT, step_of
from shopctl.domain.outcomes import Failed
from shopctl.errors import RefusedError
from shopctl.services.deciding import Ready
from shopctl.shop import Shop


def rule_of(shop: Shop, currency: str) -> CashRounding:
    """Answer the rule of the shop for a currency.

    Raises:
        RefusedError: The step of the shop is finer than the currency, so nothing could be rounded to it.
    """
    wanted = shop.config.invoicing.cash_rounding
    if EXACT.remainder(wanted.step, step_of(currency)):
        raise RefusedError(
            "invoice.cash_rounding",
            f"amounts in {currency} cannot be rounded to {wanted.step}",
            hint="set invoicing.cash_rounding.step to a multiple of its smallest unit, or leave out --cash-rounding",
            currency=currency,
        )
    return CashRounding(wanted.step, wanted.method, wanted.strategy)


def in_coins(shop: Shop, ready: Sequence[Ready]) -> tuple[list[Ready], list[Failed]]:
    """Round documents that were decided; those in a currency that cannot be rounded fail, order by order."""
    rounded, refused = [], []
    for item in ready:
        try:
            rule = rule_of(shop, item.order.currency)
        except RefusedError as error:
            refused += [Failed(reference, error) for reference in item.references]
        else:
            rounded.append(item._replace(draft=apply(item.draft, rule)))
    return rounded, refused
