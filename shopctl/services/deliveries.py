"""Find and show deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch, within
from shopctl.db.reading import read
from shopctl.domain.numbering import folded
from shopctl.errors import NotFoundError
from shopctl.models import Customer, Delivery, DeliveryLine, Order, OrderLine
from shopctl.services.orders import EventRow, events


class DeliveryRow(NamedTuple):
    """A delivery as lists show it: goods that leave together, or came back together.

    `origin` is the delivery of which it is the back order, or of which it brings something back.
    """

    number: str
    kind: str
    state: str
    date: dt.date
    order: str
    customer_code: str | None
    customer_name: str
    carrier: str
    tracking: str
    note: str
    origin: str | None
    created_at: dt.datetime


class DeliveryLineRow(NamedTuple):
    """How much of an order line moved; `line` is its position in the order."""

    position: int
    line: int
    sku: str
    description: str
    quantity: Decimal


class DeliveryDetails(NamedTuple):
    """Everything `delivery show` tells."""

    delivery: DeliveryRow
    lines: tuple[DeliveryLineRow, ...]
    events: tuple[EventRow, ...]


Origin: Any = Delivery.alias()

COLUMNS = (
    Delivery.number, Delivery.kind, Delivery.state, Delivery.date, Order.number, Customer.code, Customer.name,
    Delivery.carrier, Delivery.tracking, Delivery.note, Origin.number, Delivery.created_at, Customer.company,
    Customer.email,
)  # fmt: skip


def make_row(*values: Any) -> DeliveryRow:
    """Make a row of the values of `COLUMNS`; a company goes before the name of its contact."""
    *most, company, email = values
    most[6] = company or most[6] or email or ""
    return DeliveryRow(*most)


def query_of(*more: Any) -> Any:
    """Make the query of deliveries with their orders, customers and origins, for `make_row`; `more` comes first."""
    query = Delivery.select(*more, *COLUMNS).join(Order).left_outer_join(Customer)
    return query.switch(Delivery).left_outer_join(Origin, on=Delivery.origin == Origin.id)


def find_all(references: Sequence[str]) -> dict[str, int]:
    """Find the keys of deliveries by number; `OUT-2026-00001` and lower case are the same.

    Raises:
        NotFoundError: One of them does not exist.
    """
    known = keys_of(references)
    for reference in references:
        if reference not in known:
            raise unknown(reference)
    return known


def keys_of(references: Sequence[str]) -> dict[str, int]:
    """Find the keys of those deliveries that exist, by number as it was typed."""
    names = {reference: folded(reference) for reference in references}
    wanted = sorted({*names.values(), *(name.replace("-", "/") for name in names.values())})
    condition, values = among(Delivery, "number", wanted)
    known = dict(fetch(Delivery, f"SELECT number, id FROM deliveries WHERE {condition}", values))  # noqa: S608
    found = {reference: known.get(name, known.get(name.replace("-", "/"))) for reference, name in names.items()}
    return {reference: key for reference, key in found.items() if key is not None}


def unknown(reference: str) -> NotFoundError:
    """Say that there is no such delivery."""
    return NotFoundError(
        "delivery.unknown", f"there is no delivery {reference}", hint="shopctl delivery list", delivery=reference
    )


def rows(keys: Sequence[int]) -> dict[int, DeliveryRow]:
    """Read the rows of some deliveries by key."""
    query = query_of(Delivery.id).where(within(Delivery.id, keys))
    return {values[0]: make_row(*values[1:]) for values in read(query)}


def show(references: Sequence[str]) -> list[DeliveryDetails]:
    """Tell everything about some deliveries, in the order asked for.

    Raises:
        NotFoundError: One of them does not exist.
    """
    keys = find_all(references)
    found = rows(list(keys.values()))
    return [_details(keys[reference], found) for reference in references]


def _details(key: int, found: dict[int, DeliveryRow]) -> DeliveryDetails:
    lines: Any = (
        DeliveryLine.select(
            DeliveryLine.position, OrderLine.position, OrderLine.sku, OrderLine.description, DeliveryLine.quantity
        )
        .join(OrderLine)
        .where(DeliveryLine.delivery == key)
        .order_by(DeliveryLine.position)
    )
    row = found[key]
    return DeliveryDetails(row, tuple(DeliveryLineRow(*values) for values in lines.tuples()), events([row.number]))
