"""Work on deliveries before and after they leave: plan them, let them leave, cancel them, say how they go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple, TypeVar

from shopctl.db.bulk import change_rows
from shopctl.domain.deliveries import Move, leave
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Delivery
from shopctl.services import delivery_facts, facts, moving, order_lines, parcels, planning, shipping
from shopctl.services.deliveries import DeliveryRow, keys_of, rows, unknown
from shopctl.services.delivery_facts import DeliveryFacts, require_not_cancelled
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers
from shopctl.services.orders import unknown as unknown_order
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.shipping import Shipment
from shopctl.shop import Shop, operation

T = TypeVar("T")

FIELDS = ("carrier", "tracking", "note")


@dataclass(frozen=True)
class Edit:
    """What changes of a delivery; None leaves it as it is."""

    carrier: str | None = None
    tracking: str | None = None
    note: str | None = None


class _Named(NamedTuple):
    """Deliveries as they were named, and why some of them cannot be had."""

    numbers: Sequence[str]
    first: dict[str, str]
    found: dict[str, DeliveryFacts]
    failed: dict[str, Outcome[DeliveryRow]]

    def decide(self, decision: Callable[[DeliveryFacts], T]) -> dict[str, T]:
        """Decide on each delivery; what is refused joins those that failed."""
        decided = {}
        for name, one in self.found.items():
            try:
                decided[name] = decision(one)
            except ShopError as error:
                self.failed[name] = Failed(name, error)
        return decided

    def answers(self, changed: Mapping[str, Sequence[str]], same: Callable[[str], str]) -> list[Outcome[DeliveryRow]]:
        """Answer in the order asked for.

        Args:
            changed: What to tell about those that changed.
            same: What to tell about one that is so already, given its number.
        """
        found = rows([one.key for one in self.found.values()])
        outcomes = dict(self.failed)
        for name, one in self.found.items():
            if name in changed:
                outcomes[name] = Done(name, Change.CHANGED, found[one.key], tuple(changed[name]))
            elif name not in outcomes:
                outcomes[name] = Done(name, Change.UNCHANGED, found[one.key], (same(one.number),))
        return in_order(self.numbers, self.first, outcomes)


def _named(numbers: Sequence[str]) -> _Named:
    keys = keys_of(numbers)
    first = first_spellings(numbers, keys.get)
    found = delivery_facts.load(set(keys.values()))
    names = dict.fromkeys(first.values())
    return _Named(
        numbers,
        first,
        {name: found[keys[name]] for name in names if name in keys},
        {name: Failed(name, unknown(name)) for name in names if name not in keys},
    )


@operation("orders")
def create(shop: Shop, numbers: Sequence[str]) -> list[Outcome[OrderRow]]:
    """Let everything that is to ship of confirmed orders wait in a delivery; where it does it is `unchanged`.

    Raises (as outcomes): order.unknown, order.cancelled, order.not_confirmed.
    """
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    sound = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        try:
            if order is None:
                raise unknown_order(name)
            order_lines.require_open(order, "delivered")
            sound[name] = order
        except ShopError as error:
            outcomes[name] = Failed(name, error)
    planned = planning.complete(shop, sound.values())
    answers = order_rows([order.key for order in sound.values()])
    for name, order in sound.items():
        waits = planned.get(order.key)
        note = f"delivery {waits.number} waits" if waits else f"nothing of order {order.number} is left to ship"
        change = Change.CHANGED if waits and waits.changed else Change.UNCHANGED
        outcomes[name] = Done(name, change, answers[order.key], (note,))
    return in_order(numbers, first, outcomes)


@operation("orders")
def validate(
    shop: Shop, numbers: Sequence[str], wanted: Shipment, *, back_order: bool = True
) -> list[Outcome[DeliveryRow]]:
    """Let waiting deliveries leave, as a whole or in part; one that has left is `unchanged`.

    Args:
        wanted: Its lines are those of the delivery; what is not among them stays behind.
        back_order: What stays behind waits in a delivery of its own; otherwise nothing more of it comes.

    Raises (as outcomes): delivery.unknown, delivery.cancelled, delivery.quantity, line.unknown, order.cancelled,
    order.held, usage.amount.

    Raises:
        RefusedError: The date is still to come.
    """
    shipping.require_past(shop, wanted.date)
    named = _named(numbers)

    def moves_of(one: DeliveryFacts) -> list[Move]:
        require_not_cancelled(one, "delivered")
        if one.state == "done":
            return []
        order_lines.require_open(one.order, "delivered")
        order_lines.require_released(one.order, "delivered")
        planned = {position: quantity for position, (_, quantity) in one.lines.items()}
        chosen = leave(one.number, planned, wanted.lines)
        return [Move(one.lines[position][0], quantity, goods=True) for position, quantity in chosen.items()]

    moved = {name: moves for name, moves in named.decide(moves_of).items() if moves}
    told = moving.move(
        shop, [(named.found[name].order, moves) for name, moves in moved.items()], wanted.how, back_order=back_order
    )
    # An order has one waiting delivery, so what is told of the order is told of the delivery; its own number is known.
    return named.answers(
        {name: told[named.found[name].order.key][1:] for name in moved},
        lambda number: f"delivery {number} is done already",
    )


@operation("orders")
def cancel(shop: Shop, numbers: Sequence[str]) -> list[Outcome[DeliveryRow]]:
    """Cancel waiting deliveries; their orders stay as they are, and can be delivered all the same.

    Raises (as outcomes): delivery.unknown, delivery.done.
    """
    named = _named(numbers)

    def waits(one: DeliveryFacts) -> bool:
        if one.state == "done":
            raise RefusedError(
                "delivery.done",
                f"delivery {one.number} is done, so it cannot be cancelled",
                hint=f"shopctl delivery return {one.number}"
                if one.kind == "outgoing"
                else f"shopctl orders deliver {one.order.number}",
                delivery=one.number,
            )
        return one.state == "waiting"

    going = {name: named.found[name] for name, waiting in named.decide(waits).items() if waiting}
    parcels.set_cancelled([one.key for one in going.values()])
    for one in going.values():
        shop.record("delivery.cancelled", one.number, order=one.order.number)
    return named.answers(
        {name: (f"still to ship: shopctl orders deliver {one.order.number}",) for name, one in going.items()},
        lambda number: f"delivery {number} is cancelled already",
    )


@operation("orders")
def edit(shop: Shop, numbers: Sequence[str], wanted: Edit) -> list[Outcome[DeliveryRow]]:
    """Say how deliveries go, also when they have left; what is so already is `unchanged`.

    Raises (as outcomes): delivery.unknown, delivery.cancelled.
    """
    named = _named(numbers)

    def changes_of(one: DeliveryFacts) -> dict[str, tuple[str, str]]:
        require_not_cancelled(one, "edited")
        return {
            name: (getattr(one, name), value)
            for name, value in asdict(wanted).items()
            if value is not None and value != getattr(one, name)
        }

    changed = {name: changes for name, changes in named.decide(changes_of).items() if changes}
    after = []
    for name, changes in changed.items():
        one = named.found[name]
        shop.record("delivery.edited", one.number, **{what: list(pair) for what, pair in changes.items()})
        after.append((one.key, *(changes.get(what, ("", getattr(one, what)))[1] for what in FIELDS)))
    change_rows(Delivery, "carrier = :carrier, tracking = :tracking, note = :note", "id = :id", ("id", *FIELDS), after)
    return named.answers(dict.fromkeys(changed, ()), lambda number: f"delivery {number} says so already")
