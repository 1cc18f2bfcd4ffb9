"""Hold the noun `invoice`; its verbs lie in the modules that `invoices` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.commands.declaring import noun

if TYPE_CHECKING:
    from datetime import date

    from shopctl.domain.dates import When
    from shopctl.shop import Shop

app = noun("invoice", "Invoices, from the draft to the paid one")


def day_of(when: When | None, shop: Shop, *, ahead: bool = False) -> date | None:
    """Tell the one day that was typed."""
    return when.day(shop.now, shop.zone, ahead=ahead) if when else None
