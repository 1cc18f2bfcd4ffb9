"""Take back what a delivery brought: a return is a delivery of its own in the other direction, and names its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.billing import ZERO
from shopctl.domain.deliveries import LineQuantity, Move, Sent, number, take_back
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Delivery
from shopctl.services import delivery_facts, moving, parcels, shipping, stock
from shopctl.services.deliveries import DeliveryRow, keys_of, rows, unknown
from shopctl.services.delivery_facts import DeliveryFacts, require_not_cancelled
from shopctl.services.facts import OrderFacts
from shopctl.services.parcels import Handling, Parcel, Written
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


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


class _Back(NamedTuple):
    """What comes back of a delivery."""

    delivery: DeliveryFacts
    moves: tuple[Move, ...]


@operation("orders")
def give_back(shop: Shop, numbers: Sequence[str], wanted: Return) -> list[Outcome[DeliveryRow]]:
    """Make the return of deliveries; what came back already is `unchanged`.

    Raises (as outcomes): delivery.unknown, delivery.waiting, delivery.cancelled, delivery.quantity, line.unknown,
    usage.amount.

    Raises:
        RefusedError: The date is still to come.
    """
    shipping.require_past(shop, wanted.date)
    keys = keys_of(numbers)
    found = delivery_facts.load(set(keys.values()))
    before = _returned(list(found))
    first = first_spellings(numbers, keys.get)
    outcomes: dict[str, Outcome[DeliveryRow]] = {}
    back: dict[str, _Back] = {}
    gone: dict[int, Decimal] = {}
    for name in dict.fromkeys(first.values()):
        try:
            if name not in keys:
                raise unknown(name)
            delivery = found[keys[name]]
            moves = _decide(delivery, before.get(delivery.key, {}), gone, wanted)
        except ShopError as error:
            outcomes[name] = Failed(name, error)
            continue
        back[name] = _Back(delivery, moves)
        for move in moves:
            gone[move.line.key] = gone.get(move.line.key, ZERO) + move.quantity
    written = _store(shop, {name: one for name, one in back.items() if one.moves}, wanted)
    answers = rows([*(one.key for one in written.values()), *(one.delivery.key for one in back.values())])
    for name, one in back.items():
        if name in written:
            outcomes[name] = Done(name, Change.CREATED, answers[written[name].key])
        else:
            notes = (f"nothing of delivery {one.delivery.number} is left to take back",)
            outcomes[name] = Done(name, Change.UNCHANGED, answers[one.delivery.key], notes)
    return in_order(numbers, first, outcomes)


def _decide(
    one: DeliveryFacts, before: Mapping[int, Decimal], gone: Mapping[int, Decimal], wanted: Return
) -> tuple[Move, ...]:
    """Decide what comes back, in quantities above zero.

    Args:
        before: What came back of the delivery before, by the key of the order line.
        gone: What other deliveries of the same call take off the order lines.
    """
    _require_gone(one)
    sent = [
        Sent(position, quantity, before.get(line.key, ZERO), line.delivered - gone.get(line.key, ZERO))
        for position, (line, quantity) in one.lines.items()
    ]
    chosen = take_back(one.number, sent, wanted.lines)
    return tuple(Move(one.lines[position][0], quantity, goods=True) for position, quantity in chosen.items())


def _require_gone(one: DeliveryFacts) -> None:
    """Insist that a delivery brought something to a customer.

    Raises:
        RefusedError: It is a return, has not left yet, or never will.
    """
    if one.kind == "return":
        raise RefusedError(
            "delivery.quantity",
            f"{one.number} is a return itself",
            hint=f"shopctl orders deliver {one.order.number}",
            delivery=one.number,
        )
    if one.state == "waiting":
        raise RefusedError(
            "delivery.waiting",
            f"delivery {one.number} has not left yet, so nothing of it can come back",
            hint=f"shopctl delivery cancel {one.number}",
            delivery=one.number,
        )
    require_not_cancelled(one, "taken back")


def _store(shop: Shop, back: Mapping[str, _Back], wanted: Return) -> dict[str, Written]:
    """Write the returns and tell what they are, by the delivery as it was typed."""
    how = Handling(wanted.date, note=wanted.reason)
    written = parcels.write(
        shop,
        [
            Parcel(one.order, "return", {move.line.key: move.quantity for move in moves}, how=how, origin=one.key)
            for one, moves in back.values()
        ],
    )
    for (one, moves), made in zip(back.values(), written, strict=True):
        told = {"by": made.number, "reason": wanted.reason} if wanted.reason else {"by": made.number}
        shop.record("delivery.done", made.number, order=one.order.number, kind="return")
        shop.record("delivery.returned", one.number, **told)
        quantities = [f"{move.line.description}: {number(-move.quantity)}" for move in moves]
        shop.record("order.delivered", one.order.number, deliveries=[made.number], quantities=quantities)
    moved = _by_order(back.values())
    moving.count(moved)
    stock.take(moving.goods_of(moved))
    return dict(zip(back, written, strict=True))


def _by_order(back: Iterable[_Back]) -> list[tuple[OrderFacts, list[Move]]]:
    """Sum what comes back on each order line, below zero."""
    together: dict[int, tuple[OrderFacts, dict[int, Move]]] = {}
    for one, moves in back:
        lines = together.setdefault(one.order.key, (one.order, {}))[1]
        for move in moves:
            before = lines[move.line.key].quantity if move.line.key in lines else ZERO
            lines[move.line.key] = move._replace(quantity=before - move.quantity)
    return [(order, list(lines.values())) for order, lines in together.values()]


def _returned(keys: Sequence[int]) -> dict[int, dict[int, Decimal]]:
    """Sum what came back of deliveries, by the key of the order line."""
    condition, values = among(Delivery, "d.origin_id", keys)
    found: dict[int, dict[int, Decimal]] = {}
    for origin, line, quantity in fetch(
        Delivery,
        "SELECT d.origin_id, l.order_line_id, l.quantity FROM deliveries d "  # noqa: S608
        f"JOIN delivery_lines l ON l.delivery_id = d.id WHERE {condition} AND d.kind = 'return' AND d.state = 'done'",
        values,
    ):
        sums = found.setdefault(origin, {})
        sums[line] = sums.get(line, ZERO) + exact(quantity)
    return found
