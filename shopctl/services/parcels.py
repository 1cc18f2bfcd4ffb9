"""Write deliveries with their lines, in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids, within
from shopctl.db.fields import stamp, units
from shopctl.models import Delivery, DeliveryLine, Product
from shopctl.services import counters
from shopctl.services.facts import OrderFacts
from shopctl.shop import Shop

HEAD = (
    "id", "number", "order_id", "kind", "state", "date", "carrier", "tracking", "note", "created_at", "done_at",
    "origin_id",
)  # fmt: skip

Quantities = Mapping[int, Decimal]
"""How much of order lines, above zero, by their keys and in the order of the lines."""


class Handling(NamedTuple):
    """How a delivery goes; without a date it is dated today."""

    date: dt.date | None = None
    carrier: str = ""
    tracking: str = ""
    note: str = ""


class Parcel(NamedTuple):
    """Goods of one order that move together; `kind` says which way, and `state` whether they have moved.

    `origin` is the key of the delivery of which it is the back order, or of which it brings something back.
    """

    order: OrderFacts
    kind: str
    quantities: Quantities
    state: str = "done"
    how: Handling = Handling()
    origin: int | None = None


class Written(NamedTuple):
    """A delivery that was written."""

    key: int
    number: str


def services_of(orders: Iterable[OrderFacts]) -> set[str]:
    """Step: tell which SKUs of orders are no goods; what no product is stored for counts as goods."""
    skus = sorted({line.sku for order in orders for line in order.lines if line.sku})
    condition, values = among(Product, "sku", skus)
    found = fetch(Product, f"SELECT sku FROM products WHERE {condition} AND type <> 'goods'", values)  # noqa: S608
    return {sku for (sku,) in found}


def write(shop: Shop, parcels: Sequence[Parcel]) -> list[Written]:
    """Step: write new deliveries of locked orders, numbered in the order given."""
    names = counters.take(shop, "delivery", shop.today, len(parcels))
    today, moment = shop.today, stamp(shop.now)
    written = [Written(*pair) for pair in zip(new_ids(Delivery, len(parcels)), names, strict=True)]
    heads: list[tuple[Any, ...]] = []
    for (key, name), (order, kind, _, state, how, origin) in zip(written, parcels, strict=True):
        day = (how.date or today).isoformat()
        done_at = moment if state == "done" else None
        heads.append(
            (key, name, order.key, kind, state, day, how.carrier, how.tracking, how.note, moment, done_at, origin)
        )
    insert_rows(Delivery, HEAD, heads)
    _insert_lines((key, parcel.quantities) for (key, _), parcel in zip(written, parcels, strict=True))
    return written


def set_lines(lines: Mapping[int, Quantities]) -> None:
    """Step: give deliveries other lines, by the key of the delivery."""
    if lines:
        DeliveryLine.delete().where(within(DeliveryLine.delivery, list(lines))).execute()
        _insert_lines(lines.items())


def _insert_lines(lines: Iterable[tuple[int, Quantities]]) -> None:
    rows = [
        (key, position, line, units(quantity))
        for key, quantities in lines
        for position, (line, quantity) in enumerate(quantities.items(), 1)
    ]
    insert_rows(DeliveryLine, ("delivery_id", "position", "order_line_id", "quantity"), rows)


def set_done(shop: Shop, deliveries: Mapping[int, Handling]) -> None:
    """Step: mark waiting deliveries of locked orders as done, with how they went."""
    moment, today = stamp(shop.now), shop.today
    change_rows(
        Delivery,
        "state = 'done', date = :day, carrier = :carrier, tracking = :tracking, note = :note, done_at = :now",
        "id = :id AND state = 'waiting'",
        ("id", "day", "carrier", "tracking", "note", "now"),
        [
            (key, (how.date or today).isoformat(), how.carrier, how.tracking, how.note, moment)
            for key, how in deliveries.items()
        ],
    )


def set_cancelled(keys: Sequence[int]) -> None:
    """Step: cancel waiting deliveries of locked orders."""
    change_rows(Delivery, "state = 'cancelled'", "id = :id AND state = 'waiting'", ("id",), [(key,) for key in keys])
