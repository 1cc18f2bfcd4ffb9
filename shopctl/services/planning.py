"""Plan what is to ship: a confirmed order has at most one waiting delivery, with goods that are still to leave.

An order gets it when it is confirmed here, or when somebody asks for it; one that comes in confirmed has none, for its
source ships it or says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch, within
from shopctl.db.fields import exact
from shopctl.domain.billing import ZERO, OrderLine
from shopctl.domain.deliveries import replanned, to_ship
from shopctl.models import Delivery, DeliveryLine
from shopctl.services import facts, parcels
from shopctl.services.facts import OrderFacts
from shopctl.services.parcels import Handling, Parcel, Quantities, Written, services_of
from shopctl.shop import Shop


class Waiting(NamedTuple):
    """The waiting delivery of an order; `how` is what is known of its way so far."""

    key: int
    number: str
    how: Handling
    quantities: dict[int, Decimal]


def waiting(orders: Collection[int]) -> dict[int, Waiting]:
    """Step: read the waiting deliveries of locked orders, by the key of the order."""
    condition, values = among(Delivery, "d.order_id", sorted(orders))
    rows = fetch(
        Delivery,
        "SELECT d.order_id, d.id, d.number, d.carrier, d.tracking, d.note, l.order_line_id, l.quantity "  # noqa: S608
        f"FROM deliveries d LEFT JOIN delivery_lines l ON l.delivery_id = d.id WHERE {condition} "
        "AND d.state = 'waiting' ORDER BY d.id, l.position",
        values,
    )
    found: dict[int, Waiting] = {}
    for order, key, number, carrier, tracking, note, line, quantity in rows:
        one = found.setdefault(order, Waiting(key, number, Handling(None, carrier, tracking, note), {}))
        if line is not None:
            one.quantities[line] = exact(quantity)
    return found


def left(state: str, lines: Iterable[OrderLine], services: Collection[str]) -> dict[int, Decimal]:
    """Tell what of an order in a state is still to ship, by the key of the line; nothing unless it is confirmed."""
    if state != "confirmed":
        return {}
    return {line.key: quantity for line in lines if (quantity := to_ship(line, services))}


def plan(shop: Shop, orders: Sequence[OrderFacts]) -> dict[int, str]:
    """Step: make the waiting deliveries of locked orders that have just been confirmed and have none.

    Args:
        orders: With their lines; their state is not looked at.

    Returns:
        The number of the delivery by the key of the order, of those that have goods to ship.
    """
    services = services_of(orders)
    made = []
    for order in orders:
        quantities = left("confirmed", order.lines, services)
        if quantities:
            made.append(Parcel(order, "outgoing", quantities, "waiting"))
    return _numbers(made, parcels.write(shop, made))


class Completed(NamedTuple):
    """The delivery that waits for everything that is to ship of an order, and whether it did not do so before."""

    number: str
    changed: bool


def complete(shop: Shop, orders: Iterable[OrderFacts]) -> dict[int, Completed]:
    """Step: let everything that is to ship of locked orders wait; answers by key, without those that ship nothing."""
    found = list(orders)
    services = services_of(found)
    known = waiting([order.key for order in found])
    wanted = [(order, known.get(order.key), left(order.state, order.lines, services)) for order in found]
    changes = [one for one in wanted if one[2] != (one[1].quantities if one[1] else {})]
    made = _store(shop, changes)
    changed = {order.key for order, *_ in changes}
    return {
        order.key: Completed(waits.number if waits else made[order.key], order.key in changed)
        for order, waits, lines in wanted
        if lines
    }


def follow(shop: Shop, before: Iterable[OrderFacts], *, gone: Collection[int] = ()) -> None:
    """Step: bring the waiting deliveries of orders in line after the orders were edited, closed or cancelled.

    What came on top of an order waits as well, in a new delivery if none waits yet; what is no longer to ship does not,
    and a delivery that is left with nothing is cancelled.

    Args:
        before: The orders as they were before; they are locked.
        gone: Keys of lines that were removed since (`let_go`); new lines may have the same ones.
    """
    old = {
        order.key: order._replace(lines=tuple(line for line in order.lines if line.key not in gone)) for order in before
    }
    if not old:
        return
    now = facts.orders([order.number for order in old.values()])
    services = services_of([*old.values(), *now.values()])
    known = waiting(old)
    changes = []
    for order in now.values():
        was, are = (left(one.state, one.lines, services) for one in (old[order.key], order))
        waits = known.get(order.key)
        planned = waits.quantities if waits else {}
        wanted = {
            line.key: quantity
            for line in order.lines
            if (quantity := replanned(planned.get(line.key, ZERO), was.get(line.key, ZERO), are.get(line.key, ZERO)))
        }
        changes.append((order, waits, wanted))
    _store(shop, changes)


def _store(shop: Shop, wanted: Sequence[tuple[OrderFacts, Waiting | None, Quantities]]) -> dict[int, str]:
    """Make the waiting deliveries of orders what they should be; answers the numbers of the new ones, by order."""
    made = [Parcel(order, "outgoing", lines, "waiting") for order, known, lines in wanted if lines and not known]
    kept = [(order, known, lines) for order, known, lines in wanted if known]
    gone = [(order, known) for order, known, lines in kept if not lines]
    other = {known.key: lines for _, known, lines in kept if lines and lines != known.quantities}
    written = parcels.write(shop, made)
    parcels.set_lines(other)
    parcels.set_cancelled([known.key for _, known in gone])
    for parcel, one in zip(made, written, strict=True):
        shop.record("delivery.planned", one.number, order=parcel.order.number)
    for order, known, _ in kept:
        if known.key in other:
            shop.record("delivery.changed", known.number, order=order.number)
    for order, known in gone:
        shop.record("delivery.cancelled", known.number, order=order.number)
    return _numbers(made, written)


def _numbers(made: Sequence[Parcel], written: Sequence[Written]) -> dict[int, str]:
    return {parcel.order.key: one.number for parcel, one in zip(made, written, strict=True)}


def let_go(lines: Sequence[int]) -> None:
    """Step: take order lines that are about to go off the deliveries that wait for them or were cancelled."""
    if lines:
        DeliveryLine.delete().where(within(DeliveryLine.order_line, lines)).execute()
