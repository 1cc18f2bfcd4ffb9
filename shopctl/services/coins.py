"""Tell how a shop rounds what is paid in coins."""

from __future__ import annotations

from shopctl.domain.cash_rounding import CashRounding
from shopctl.domain.money import EXACT, step_of
from shopctl.errors import RefusedError
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
