"""Measure how long it takes inside the process to gather all orders of a shop, and those of a month."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import shops, years
from benchmarks.measuring import NEVER, Budget, Result, Scale, spent
from shopctl.services.listing import groups, orders
from shopctl.services.listing.fields import Asked
from shopctl.shop import Shop

ZONE = ZoneInfo("Europe/Berlin")
ALL = orders.OrderFilter()
JULY = orders.OrderFilter(state="all", since=datetime(2026, 7, 1, tzinfo=UTC), until=datetime(2026, 8, 1, tzinfo=UTC))
REPORTS = (
    ("state", orders.OrderFilter(state="all"), 1000), ("payment_status", ALL, 1000), ("date:month", ALL, 1000),
    ("customer", ALL, 1000), ("product", ALL, 1000), ("state,payment_status", JULY, 100), ("date:day", JULY, 100),
    ("product", JULY, 100),
)  # fmt: skip
"""By what is gathered, which orders, and the milliseconds that it may take."""


def everything(directory: Path, scale: Scale) -> list[Result]:
    """Measure groups over a shop of many orders."""
    with (
        years.kept(years.place() or directory, scale.orders) as path,
        shops.shop_at(f"sqlite:///{path}") as shop,
    ):
        return [_measured(shop, by, wanted, limit, scale) for by, wanted, limit in REPORTS]


def _measured(shop: Shop, by: str, wanted: orders.OrderFilter, limit: int, scale: Scale) -> Result:
    ask = Asked(shop.now, ZONE, shop=shop)
    levels = groups.levels_of(orders.NOUN, by)
    taken = NEVER
    for _ in range(scale.rounds):
        taken = taken.least(spent(lambda: groups.grouped(orders.NOUN, orders.selected(wanted, ask), ask, levels)))
    which = "a month" if wanted.since else f"{scale.orders:,} orders"
    budget = Budget(limit, at_most=True)
    return Result(f"{which} by {by}", taken.wall * 1000, "ms", taken.cpu * 1000, budgets=(budget,))
