"""Keep money reserved for documents that went back to draft, and look at it again when they are posted anew.

Source: settled rule 15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.money import with_currency
from shopctl.domain.settlement import fitting, spread
from shopctl.services import credits, releasing, settling
from shopctl.services.posting import store_uses
from shopctl.services.releasing import Held
from shopctl.services.settling import Settled
from shopctl.shop import Shop


class Reserved(NamedTuple):
    """What stayed allocated to a draft since it was posted before: what still fits its total, and what does not."""

    kept: tuple[Held, ...] = ()
    freed: tuple[Held, ...] = ()

    @property
    def amount(self) -> Decimal:
        """What stays used on the document."""
        return sum((one.amount for one in self.kept), Decimal(0))

    @property
    def kinds(self) -> frozenset[str]:
        """What the credits among it are: `payment`, `credit_note`."""
        return frozenset("payment" if one.payment else "credit_note" for one in self.kept if one.credit)

    def told(self, currency: str) -> tuple[str, ...]:
        """Say what is free again."""
        return tuple(
            f"{with_currency(one.amount, currency)} of {one.credit} was reserved and does not fit any more, so it is "
            "an outstanding credit again"
            if one.credit
            else f"{with_currency(one.amount, currency)} was written off and does not fit any more"
            for one in self.freed
        )


NOTHING = Reserved()


def reserved(totals: Mapping[int, Decimal]) -> dict[int, Reserved]:
    """Step: tell what stayed allocated to drafts that were posted before; the newest is freed if it does not fit.

    Args:
        totals: What the drafts come to now, by key.
    """
    held = releasing.held(list(totals)) if totals else {}
    found = {}
    for key, mine in held.items():
        count = fitting([one.amount for one in mine], totals[key])
        found[key] = Reserved(tuple(mine[:count]), tuple(mine[count:]))
    return found


def use_freed(shop: Shop, keys: Sequence[int]) -> None:
    """Step: use payments of the own order that became free only now, as far as something is still due."""
    if not keys:
        return
    invoices = credits.open_invoices(keys, lock=True)
    for key in keys:
        invoice = invoices[key]
        money = credits.of_orders(invoice.orders, lock=True)
        # A credit note of several orders is found with each of them.
        mine = dict.fromkeys(one for order in sorted(invoice.orders) for one in money.get(order, ()))
        uses = spread([one for one in mine if one.currency == invoice.currency], invoice.due)
        settling.count_on_invoices([Settled(invoice, uses)])
        store_uses(shop, [(invoice.key, invoice.number, use) for use in uses])
