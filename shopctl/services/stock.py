"""Keep the stock of the products of which it is counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact, units
from shopctl.domain.deliveries import number
from shopctl.models import Product
from shopctl.services.facts import locking


def take(quantities: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Step: take goods off the stock, or put them back where the quantity is below zero.

    Nothing is refused: what has left has left, whatever was counted.

    Args:
        quantities: By SKU; products whose stock nobody counts are left as they are.

    Returns:
        What is left of those that are below zero now.
    """
    condition, values = among(Product, "p.sku", sorted(sku for sku, quantity in quantities.items() if quantity))
    found = fetch(
        Product,
        f"SELECT p.id, p.sku, p.stock FROM products p WHERE {condition} AND p.stock IS NOT NULL "  # noqa: S608
        f"ORDER BY p.id{locking('p')}",
        values,
    )
    change_rows(
        Product,
        "stock = stock - :quantity",
        "id = :id",
        ("id", "quantity"),
        [(key, units(quantities[sku])) for key, sku, _ in found],
    )
    after = {sku: exact(stock) - quantities[sku] for _, sku, stock in found}
    return {sku: left for sku, left in after.items() if left < 0}


def told(skus: Collection[str], short: Mapping[str, Decimal]) -> list[str]:
    """Say which of some products have left the house more often than the shop had them.

    Args:
        short: What is left of those that are below zero (`take`).
    """
    return [f"the stock of {sku} is {number(short[sku])} now" for sku in sorted(set(skus) & short.keys())]
