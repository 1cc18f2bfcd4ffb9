"""Find carts: their list and groups."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from shopctl.domain.numbering import folded
from shopctl.domain.states import CART_STAGES
from shopctl.models import Cart
from shopctl.services.carts import CartFilter, CartRow, completed, narrowed, query, unknown
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_fields
from shopctl.services.listing.fields import Asked, Field, Kind, Noun
from shopctl.services.paging import Page


def _find(number: str) -> int:
    found: Any = Cart.get_or_none(Cart.number == folded(number))
    if found is None:
        raise unknown(number)
    return int(found.id)


NOUN: Final = Noun(
    "carts",
    (
        Field("number", Kind.CODE, (Cart.number,), aliases=("cart",)),
        Field("last_activity_at", Kind.INSTANT, (Cart.last_activity_at,), aliases=("date", "activity")),
        Field("created_at", Kind.INSTANT, (Cart.created_at,)),
        Field("ordered_at", Kind.INSTANT, (Cart.ordered_at,), aliases=("ordered",), nullable=True),
        *customer_fields(Cart.customer),
        Field("currency", Kind.CODE, (Cart.currency,)),
        Field("amount_untaxed", Kind.MONEY, (Cart.amount_untaxed,), aliases=("untaxed",)),
        Field("amount_tax", Kind.MONEY, (Cart.amount_tax,), aliases=("tax",)),
        Field("amount_total", Kind.MONEY, (Cart.amount_total,), aliases=("total", "value")),
        Field("stage", Kind.STATUS, (Cart.stage,), CART_STAGES),
        Field("payment_error", Kind.TEXT, (Cart.payment_error,)),
        Field("source", Kind.CODE, (Cart.source,)),
        Field("website", Kind.TEXT, (Cart.website,)),
    ),
    ("-last_activity_at", "-number"),
    query,
    _find,
    Cart.id,
    Cart.amount_total,
    Cart.currency,
)
"""What can be asked of carts."""


def search(wanted: CartFilter, asked: Asked, *, limit: int = 0, after: str = "", exact: bool = False) -> Page[CartRow]:
    """List carts, the one that was in use last first unless another order is asked for.

    Args:
        asked: Its shop tells when a cart counts as abandoned.
        limit: How many at most; 0 for all.
        after: Go on after this cart number.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` or the customer does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(completed, asked.shop, idle=wanted.idle)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: CartFilter, asked: Asked) -> Any:
    """Select what the named options ask for."""
    return narrowed(asked.shop, query(), wanted)
