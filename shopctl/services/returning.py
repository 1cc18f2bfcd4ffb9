"""Take back what a delivery brought: a return is a delivery of its own, in the other direction.

Which delivery a return belongs to stands in the journal: the delivery that was returned names it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.billing import ZERO, OrderLine
from shopctl.domain.deliveries import LineQuantity, Move, Sent, number, take_back
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Delivery, Event
from shopctl.services import facts, shipping
from shopctl.services.deliveries import DeliveryRow, keys_of, rows, unknown
from shopctl.services.facts import OrderFacts
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.shipping import Parcel, Shipment
from shopctl.shop import Shop, operation

RETURNED = "delivery.returned"
"""The journal entry of a delivery of which something came back; its details name the return."""


@dataclass(frozen=True)
class Return:
    """What comes back of a delivery, and why.

    Attributes:
        lines: By the positions of the delivery's lines; empty for everything that has not come back yet.
        date: When it came back; None for today.
    """

    lines: tuple[LineQuantity, ...] = ()
    date: date | None = None
    reason: str = ""


class _Delivered(NamedTuple):
    """A delivery with its order and the order lines it moved, by position with their quantities."""

    number: str
    kind: str
    order: OrderFacts
    lines: Mapping[int, tuple[OrderLine, Decimal]]


@operation("orders")
def give_back(shop: Shop, numbers: Sequence[str], wanted: Return) -> list[Outcome[DeliveryRow]]:
    """Make the return of deliveries; what came back already is `unchanged`.

    Raises (as outcomes): delivery.unknown, delivery.quantity, line.unknown, usage.amount.

    Raises:
        RefusedError: The date is still to come.
    """
    shipping.require_past(shop, wanted.date)
    keys = keys_of(numbers)
    found = _load(sorted(set(keys.values())))
    before = _returned([one.number for one in found.values()])
    first = first_spellings(numbers, keys.get)
    outcomes: dict[str, Outcome[DeliveryRow]] = {}
    back: dict[str, Parcel] = {}
    gone: dict[int, Decimal] = {}
    for name in dict.fromkeys(first.values()):
        try:
            if name not in keys:
                raise unknown(name)
            parcel = _decide(found[keys[name]], before.get(found[keys[name]].number, {}), gone, wanted)
        except ShopError as error:
            outcomes[name] = Failed(name, error)
            continue
        back[name] = parcel
        for move in parcel.moves:
            gone[move.line.key] = gone.get(move.line.key, ZERO) + move.quantity
    written = _store(shop, {name: parcel for name, parcel in back.items() if parcel.moves}, keys, found, wanted)
    answers = rows([*written.values(), *(keys[name] for name in back)])
    for name in back:
        if name in written:
            outcomes[name] = Done(name, Change.CREATED, answers[written[name]])
        else:
            notes = (f"nothing of delivery {found[keys[name]].number} is left to take back",)
            outcomes[name] = Done(name, Change.UNCHANGED, answers[keys[name]], notes)
    return in_order(numbers, first, outcomes)


def _decide(one: _Delivered, before: Mapping[int, Decimal], gone: Mapping[int, Decimal], wanted: Return) -> Parcel:
    """Decide what comes back.

    Args:
        before: What came back of the delivery before, by the key of the order line.
        gone: What other deliveries of the same call take off the order lines.
    """
    if one.kind == "return":
        raise RefusedError(
            "delivery.quantity",
            f"{one.number} is a return itself",
            hint=f"shopctl orders deliver {one.order.number}",
            delivery=one.number,
        )
    sent = [
        Sent(position, quantity, before.get(line.key, ZERO), line.delivered - gone.get(line.key, ZERO))
        for position, (line, quantity) in one.lines.items()
    ]
    chosen = take_back(one.number, sent, wanted.lines)
    moves = tuple(Move(one.lines[position][0], quantity, goods=True) for position, quantity in chosen.items())
    return Parcel(one.order, "return", moves)


def _store(
    shop: Shop, back: Mapping[str, Parcel], keys: Mapping[str, int], found: Mapping[int, _Delivered], wanted: Return
) -> dict[str, int]:
    """Write the returns and tell their keys, by the delivery as it was typed."""
    names = shipping.write(shop, list(back.values()), Shipment(date=wanted.date, note=wanted.reason))
    for (name, parcel), written in zip(back.items(), names, strict=True):
        told = {"by": written, "reason": wanted.reason} if wanted.reason else {"by": written}
        shop.record(RETURNED, found[keys[name]].number, **told)
        quantities = [f"{move.line.description}: {number(-move.quantity)}" for move in parcel.moves]
        shop.record("order.delivered", parcel.order.number, deliveries=[written], quantities=quantities)
    shipping.count(_by_order(back.values()))
    made = keys_of(names)
    return {name: made[written] for name, written in zip(back, names, strict=True)}


def _by_order(parcels: Iterable[Parcel]) -> list[tuple[OrderFacts, list[Move]]]:
    """Sum what comes back on each order line, below zero."""
    together: dict[int, tuple[OrderFacts, dict[int, Move]]] = {}
    for order, _, moves in parcels:
        lines = together.setdefault(order.key, (order, {}))[1]
        for move in moves:
            before = lines[move.line.key].quantity if move.line.key in lines else ZERO
            lines[move.line.key] = move._replace(quantity=before - move.quantity)
    return [(order, list(lines.values())) for order, lines in together.values()]


def _load(keys: Sequence[int]) -> dict[int, _Delivered]:
    """Load deliveries with their orders, which are locked."""
    condition, values = among(Delivery, "d.id", keys)
    heads = fetch(
        Delivery,
        "SELECT d.id, d.number, d.kind, o.number FROM deliveries d JOIN orders o ON o.id = d.order_id "  # noqa: S608
        f"WHERE {condition}",
        values,
    )
    orders = facts.orders(sorted({order for *_, order in heads}))
    known = {line.key: line for order in orders.values() for line in order.lines}
    lines: dict[int, dict[int, tuple[OrderLine, Decimal]]] = {}
    named, values = among(Delivery, "d.delivery_id", keys)
    for delivery, position, line, quantity in fetch(
        Delivery,
        "SELECT d.delivery_id, d.position, d.order_line_id, d.quantity FROM delivery_lines d "  # noqa: S608
        f"WHERE {named} ORDER BY d.delivery_id, d.position",
        values,
    ):
        lines.setdefault(delivery, {})[position] = (known[line], exact(quantity))
    return {key: _Delivered(name, kind, orders[order], lines.get(key, {})) for key, name, kind, order in heads}


def _returned(names: Sequence[str]) -> dict[str, dict[int, Decimal]]:
    """Sum what came back of deliveries, by the key of the order line."""
    condition, values = among(Event, "reference", names)
    told = fetch(
        Event,
        f"SELECT reference, details FROM events WHERE {condition} AND action = '{RETURNED}'",  # noqa: S608
        values,
    )
    of = {json.loads(details)["by"]: name for name, details in told}
    condition, values = among(Delivery, "d.number", list(of))
    found: dict[str, dict[int, Decimal]] = {}
    for name, line, quantity in fetch(
        Delivery,
        "SELECT d.number, l.order_line_id, l.quantity FROM deliveries d "  # noqa: S608
        f"JOIN delivery_lines l ON l.delivery_id = d.id WHERE {condition}",
        values,
    ):
        sums = found.setdefault(of[name], {})
        sums[line] = sums.get(line, ZERO) + exact(quantity)
    return found
