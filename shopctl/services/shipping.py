"""Deliver orders and take goods back: goods move with deliveries, of services only the typed quantity changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shopctl.domain import deliveries
from shopctl.domain.deliveries import LineQuantity, Move
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.services import facts, moving, order_lines
from shopctl.services.facts import OrderFacts
from shopctl.services.order_lines import Lines
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.parcels import Handling, services_of
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

    @property
    def how(self) -> Handling:
        """How the deliveries go."""
        return Handling(self.date, self.carrier, self.tracking, self.note)


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
    told = moving.move(shop, [(found[stored[name]], moves) for name, moves in moved.items() if moves], wanted.how)
    rows = order_rows([order.key for order in found.values()])
    for name, moves in moved.items():
        order = found[stored[name]]
        change = Change.CHANGED if moves else Change.UNCHANGED
        notes = told[order.key] if moves else (f"nothing of order {order.number} is left to deliver",)
        outcomes[name] = Done(name, change, rows[order.key], tuple(notes))
    return in_order(numbers, first, outcomes)


def _decide(order: OrderFacts, lines: Lines, wanted: Shipment, services: Collection[str]) -> list[Move]:
    order_lines.require_open(order, "delivered")
    moves = deliveries.deliver(order.number, lines, wanted.lines, services, force=wanted.force)
    if any(move.quantity > 0 for move in moves):
        order_lines.require_released(order, "delivered")
    return moves


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
