"""Say what a product may be."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final, NamedTuple

TYPES: Final = ("goods", "service", "shipping", "discount")
POLICIES: Final = ("ordered", "delivered")
LONGEST_SKU: Final = 100
LONGEST_NAME: Final = 10_000


class Product(NamedTuple):
    """Something that is sold.

    Attributes:
        price: In the shop's currency, as lines take it; below zero for discounts only.
        taxes: Codes.
        policy: Whether ordered or delivered quantities are billed.
        stock: How many are there; None where nobody counts.
    """

    sku: str
    name: str = ""
    type: str = "goods"
    price: Decimal = Decimal(0)
    taxes: tuple[str, ...] = ()
    policy: str = "ordered"
    stock: Decimal | None = None
    archived: bool = False


def changed_fields(before: Product, after: Product) -> list[str]:
    """Name what differs."""
    return [name for name in Product._fields if getattr(before, name) != getattr(after, name)]


def problems(product: Product, taxes: Collection[str]) -> list[str]:
    """List what is wrong with a product, one clause each.

    Args:
        taxes: The codes of the taxes there are.
    """
    found = []
    sku = product.sku
    if not sku or len(sku) > LONGEST_SKU or sku.startswith("-") or not sku.isprintable() or " " in sku:
        found.append(f"a SKU has 1 to {LONGEST_SKU} characters without blanks and does not begin with a dash")
    if len(product.name) > LONGEST_NAME:
        found.append(f"the name has {len(product.name)} characters, {LONGEST_NAME} are allowed")
    if product.price < 0 and product.type != "discount":
        found.append("only a discount has a price below zero")
    if len(set(product.taxes)) < len(product.taxes):
        found.append("a tax is named twice")
    found += [f"there is no tax {code}" for code in product.taxes if code not in taxes]
    if product.stock is not None and product.type != "goods":
        found.append("only goods have a stock")
    return found
