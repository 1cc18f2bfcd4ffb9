"""Find deliveries: their list and groups."""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import starmap
from typing import Any, Final, NamedTuple

from shopctl.domain.states import DELIVERY_KINDS, DELIVERY_STATES
from shopctl.models import Delivery, Order
from shopctl.models.shipping import WAITING
from shopctl.services.customers import find_customer
from shopctl.services.deliveries import DeliveryRow, Origin, find_all, make_row, query_of
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_fields, json_text
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.orders import known_numbers, stored_numbers
from shopctl.services.orders import unknown as unknown_order
from shopctl.services.paging import Page


class DeliveryFilter(NamedTuple):
    """What a list of deliveries is narrowed to; everything given must hold."""

    order: str = ""
    customer: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    returns: bool = False
    waiting: bool = False


NOUN: Final = Noun(
    "deliveries",
    (
        Field("number", Kind.CODE, (Delivery.number,)),
        Field("date", Kind.DAY, (Delivery.date,)),
        Field("kind", Kind.STATUS, (Delivery.kind,), DELIVERY_KINDS),
        Field("state", Kind.STATUS, (Delivery.state,), DELIVERY_STATES, aliases=("status",)),
        Field("order", Kind.CODE, (Order.number,)),
        *customer_fields(Order.customer),
        Field("country", Kind.CODE, (lambda: json_text(Order.shipping, "country"),)),
        Field("carrier", Kind.TEXT, (Delivery.carrier,)),
        Field("tracking", Kind.CODE, (Delivery.tracking,)),
        Field("note", Kind.TEXT, (Delivery.note,)),
        Field("origin", Kind.CODE, (Origin.number,), nullable=True),
        Field("created_at", Kind.INSTANT, (Delivery.created_at,)),
    ),
    ("-date", "-number"),
    query_of,
    lambda number: find_all([number])[number],
    Delivery.id,
)
"""What can be asked of deliveries."""


def search(
    wanted: DeliveryFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[DeliveryRow]:
    """List deliveries and returns, newest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after this delivery number.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after`, the order or the customer does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(starmap, make_row)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: DeliveryFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    if wanted.order:
        number = stored_numbers([wanted.order])[wanted.order]
        if number not in known_numbers([number]):
            raise unknown_order(wanted.order)
        query = query.where(Order.number == number)
    if wanted.customer:
        query = query.where(Order.customer == find_customer(wanted.customer))
    if wanted.since:
        query = query.where(Delivery.date >= wanted.since)
    if wanted.until:
        query = query.where(Delivery.date <= wanted.until)
    if wanted.waiting:
        query = query.where(Delivery.id.in_(Delivery.select(Delivery.id).where(WAITING)))
    if wanted.returns:
        query = query.where(Delivery.kind == "return")
    return query
