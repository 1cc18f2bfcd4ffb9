"""Load what is decided of deliveries: their state, their locked orders, and the order lines that they move."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.billing import OrderLine
from shopctl.errors import RefusedError
from shopctl.models import Delivery
from shopctl.services import facts
from shopctl.services.facts import OrderFacts


class DeliveryFacts(NamedTuple):
    """A delivery; `lines` tells by position which order line it moves, and how much of it."""

    key: int
    number: str
    kind: str
    state: str
    carrier: str
    tracking: str
    note: str
    order: OrderFacts
    lines: Mapping[int, tuple[OrderLine, Decimal]]


def load(keys: Collection[int]) -> dict[int, DeliveryFacts]:
    """Step: load deliveries by key, after locking their orders."""
    condition, values = among(Delivery, "d.id", sorted(keys))
    named: dict[int, str] = dict(
        fetch(
            Delivery,
            f"SELECT d.id, o.number FROM deliveries d JOIN orders o ON o.id = d.order_id WHERE {condition}",  # noqa: S608
            values,
        )
    )
    orders = facts.orders(sorted(set(named.values())))
    heads = fetch(
        Delivery,
        f"SELECT d.id, d.number, d.kind, d.state, d.carrier, d.tracking, d.note FROM deliveries d WHERE {condition}",  # noqa: S608
        values,
    )
    lines = _lines(keys, {line.key: line for order in orders.values() for line in order.lines})
    return {head[0]: DeliveryFacts._make((*head, orders[named[head[0]]], lines.get(head[0], {}))) for head in heads}


def _lines(keys: Collection[int], known: Mapping[int, OrderLine]) -> dict[int, dict[int, tuple[OrderLine, Decimal]]]:
    condition, values = among(Delivery, "delivery_id", sorted(keys))
    found: dict[int, dict[int, tuple[OrderLine, Decimal]]] = {}
    for delivery, position, line, quantity in fetch(
        Delivery,
        "SELECT delivery_id, position, order_line_id, quantity FROM delivery_lines "  # noqa: S608
        f"WHERE {condition} ORDER BY delivery_id, position",
        values,
    ):
        found.setdefault(delivery, {})[position] = (known[line], exact(quantity))
    return found


def require_not_cancelled(one: DeliveryFacts, what: str) -> None:
    """Insist that a delivery counts.

    Args:
        what: What cannot be done otherwise, such as `delivered`.

    Raises:
        RefusedError: It is cancelled.
    """
    if one.state == "cancelled":
        raise RefusedError(
            "delivery.cancelled",
            f"delivery {one.number} is cancelled, so it cannot be {what}",
            hint=f"shopctl delivery list --order {one.order.number}",
            delivery=one.number,
        )
