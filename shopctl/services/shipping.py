"""Deliver orders and take goods back: goods move with deliveries, of services only the typed quantity changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import stamp, units
from shopctl.domain import deliveries
from shopctl.domain.deliveries import LineQuantity, Move, number
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Delivery, DeliveryLine, OrderLine, Product
from shopctl.services import counters, facts, order_lines
from shopctl.services.facts import OrderFacts
from shopctl.services.order_lines import Lines
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.recounting import recount
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Shipment:
    """What is delivered, and how.

    Attributes:
        lines: What of each order; empty for everything that is left.
        date: When it left or came back; None for today.
        force: More than what was ordered may be delivered.
    """

    lines: tuple[LineQuantity, ...] = ()
    date: dt.date | None = None
    carrier: str = ""
    tracking: str = ""
    note: str = ""
    force: bool = False


class Parcel(NamedTuple):
    """Goods of one order that move together; quantities above zero, `kind` says which way."""

    order: OrderFacts
    kind: str
    moves: tuple[Move, ...]


@operation("orders")
def deliver(shop: Shop, numbers: Sequence[str], wanted: Shipment) -> list[Outcome[OrderRow]]:
    """Deliver orders as far as they are confirmed; with nothing left it is `unchanged`.

    Raises (as outcomes): order.unknown, order.cancelled, order.not_confirmed, order.held, line.unknown, line.frozen,
    delivery.quantity.

    Raises:
        RefusedError: The date is still to come.
    """
    require_past(shop, wanted.date)
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    lines = order_lines.by_position(found.values())
    services = services_of(found.values())
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    moved: dict[str, list[Move]] = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        try:
            if order is None:
                raise unknown(name)
            moved[name] = _decide(order, lines[order.key], wanted, services)
        except ShopError as error:
            outcomes[name] = Failed(name, error)
    told = store(shop, [(found[stored[name]], moves) for name, moves in moved.items() if moves], wanted)
    rows = order_rows([order.key for order in found.values()])
    for name, moves in moved.items():
        order = found[stored[name]]
        change = Change.CHANGED if moves else Change.UNCHANGED
        notes = told[order.key] if moves else (f"nothing of order {order.number} is left to deliver",)
        outcomes[name] = Done(name, change, rows[order.key], tuple(notes))
    return in_order(numbers, first, outcomes)


def _decide(order: OrderFacts, lines: Lines, wanted: Shipment, services: Collection[str]) -> list[Move]:
    order_lines.require_open(order, "delivered")
    if any(one.quantity > 0 for one in wanted.lines) or not wanted.lines:
        order_lines.require_released(order, "delivered")
    return deliveries.deliver(order.number, lines, wanted.lines, services, force=wanted.force)


def require_past(shop: Shop, day: dt.date | None) -> None:
    """Insist that a delivery is not dated in the future.

    Raises:
        RefusedError: It is.
    """
    if day and day > shop.today:
        raise RefusedError(
            "delivery.date_future",
            f"a delivery cannot be dated {day}, which is still to come",
            hint="deliver it on the day, or leave --date out",
        )


def services_of(orders: Collection[OrderFacts]) -> set[str]:
    """Step: tell which SKUs of orders are no goods; what no product is stored for counts as goods."""
    skus = sorted({line.sku for order in orders for line in order.lines if line.sku})
    condition, values = among(Product, "sku", skus)
    found = fetch(Product, f"SELECT sku FROM products WHERE {condition} AND type <> 'goods'", values)  # noqa: S608
    return {sku for (sku,) in found}


def store(shop: Shop, moved: Sequence[tuple[OrderFacts, Sequence[Move]]], how: Shipment) -> dict[int, list[str]]:
    """Step: count what moved on the lines of locked orders, and write the deliveries of their goods.

    Returns:
        What to tell about each order, by its key.
    """
    parcels = [parcel for order, moves in moved for parcel in _parcels(order, moves)]
    names = write(shop, parcels, how)
    told: dict[int, list[str]] = {order.key: [] for order, _ in moved}
    for parcel, name in zip(parcels, names, strict=True):
        told[parcel.order.key].append(f"{'return' if parcel.kind == 'return' else 'delivery'} {name}")
    for order, moves in moved:
        services = [move for move in moves if not move.goods]
        told[order.key] += [f"{move.line.description}: {number(move.quantity)} noted" for move in services]
        shop.record(
            "order.delivered",
            order.number,
            deliveries=[name for parcel, name in zip(parcels, names, strict=True) if parcel.order.key == order.key],
            quantities=[f"{move.line.description}: {number(move.quantity)}" for move in moves],
        )
    count(moved)
    return told


def _parcels(order: OrderFacts, moves: Sequence[Move]) -> list[Parcel]:
    out = tuple(move for move in moves if move.goods and move.quantity > 0)
    back = tuple(move._replace(quantity=-move.quantity) for move in moves if move.goods and move.quantity < 0)
    return [Parcel(order, kind, goods) for kind, goods in (("outgoing", out), ("return", back)) if goods]


def write(shop: Shop, parcels: Sequence[Parcel], how: Shipment) -> list[str]:
    """Step: write deliveries and answer their numbers."""
    names = counters.take(shop, "delivery", shop.today, len(parcels))
    moment, day = stamp(shop.now), (how.date or shop.today).isoformat()
    heads: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    for key, name, parcel in zip(new_ids(Delivery, len(parcels)), names, parcels, strict=True):
        heads.append(
            (key, name, parcel.order.key, parcel.kind, "done", day, how.carrier, how.tracking, how.note, moment, moment)
        )
        lines += [(key, position, move.line.key, units(move.quantity)) for position, move in enumerate(parcel.moves, 1)]
        shop.record("delivery.done", name, order=parcel.order.number, kind=parcel.kind)
    insert_rows(
        Delivery,
        ("id", "number", "order_id", "kind", "state", "date", "carrier", "tracking", "note", "created_at", "done_at"),
        heads,
    )
    insert_rows(DeliveryLine, ("delivery_id", "position", "order_line_id", "quantity"), lines)
    return names


def count(moved: Sequence[tuple[OrderFacts, Sequence[Move]]]) -> None:
    """Step: change the delivered quantities of locked orders and derive their statuses; quantities are signed."""
    change_rows(
        OrderLine,
        "delivered = delivered + :quantity",
        "id = :id",
        ("id", "quantity"),
        [(move.line.key, units(move.quantity)) for _, moves in moved for move in moves],
    )
    order_lines.mark({order.key: ("delivered",) for order, _ in moved})
    recount(order.key for order, _ in moved)
