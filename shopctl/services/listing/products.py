"""Find products: their list and groups."""

from __future__ import annotations

from functools import partial
from itertools import starmap
from typing import Any, Final, NamedTuple

from shopctl.models import Product
from shopctl.services.listing import rows
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.paging import Page
from shopctl.services.products import COLUMNS, ProductRow, product_of, row_of, unknown


class ProductFilter(NamedTuple):
    """What a list of products is narrowed to; archived ones are a list of their own."""

    type: str = ""
    archived: bool = False


def _find(sku: str) -> int:
    found: Any = Product.get_or_none(Product.sku == sku)
    if found is None:
        raise unknown(sku)
    return int(found.id)


NOUN: Final = Noun(
    "products",
    (
        Field("_id", Kind.COUNT, (Product.id,)),
        Field("sku", Kind.CODE, (Product.sku,), aliases=("number", "product")),
        Field("name", Kind.TEXT, (Product.name,)),
        Field("type", Kind.STATUS, (Product.type,), ("goods", "service", "shipping", "discount")),
        Field("price", Kind.MONEY, (Product.price,)),
        Field("taxes", Kind.TEXT, (Product.taxes,), aliases=("tax",), column=None),
        Field("policy", Kind.STATUS, (Product.policy,), ("ordered", "delivered")),
        Field("stock", Kind.NUMBER, (Product.stock,), nullable=True),
    ),
    ("-_id",),
    lambda: Product.select(*COLUMNS),
    _find,
    Product.id,
)
"""What can be asked of products."""


def search(
    wanted: ProductFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[ProductRow]:
    """List products, newest first unless another order is asked for.

    Args:
        asked: Its shop tells the currency of the prices.
        limit: How many at most; 0 for all.
        after: Go on after this SKU.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    currency = asked.shop.config.shop.currency if asked.shop else ""

    def make(*values: Any) -> ProductRow:
        return row_of(product_of(*values), currency)

    found = selected(wanted, asked)
    return rows.listed(NOUN, found, asked, partial(starmap, make), limit=limit, after=after, exact=exact)


def selected(wanted: ProductFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query().where(Product.archived == wanted.archived)
    return query.where(Product.type == wanted.type) if wanted.type else query
