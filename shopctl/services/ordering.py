"""Confirm orders that wait for their money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shopctl.db.bulk import change_rows, within
from shopctl.db.fields import stamp
from shopctl.db.reading import read
from shopctl.domain import billing, order_letters
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError
from shopctl.models import Customer, Order
from shopctl.services import facts, planning
from shopctl.services.orders import COLUMNS, OrderRow, make_row, stored_numbers, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.telling import tell
from shopctl.shop import Shop, operation


@operation("orders")
def confirm(shop: Shop, numbers: Sequence[str]) -> list[Outcome[OrderRow]]:
    """Accept orders: they may be billed and delivered from now on. No payment is registered.

    Raises (as outcomes): order.unknown, order.cancelled.
    """
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    waiting = [order for order in found.values() if order.state == "sent"]
    confirm_step(shop, waiting)
    rows = order_rows([order.key for order in found.values()])
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    for number in first.values():
        order = found.get(stored[number])
        if order is None:
            outcomes[number] = Failed(number, unknown(number))
        elif order.state == "cancelled":
            outcomes[number] = Failed(number, cancelled(order.number))
        else:
            change = Change.CHANGED if order.state == "sent" else Change.UNCHANGED
            notes = () if order.state == "sent" else (f"order {order.number} is confirmed already",)
            outcomes[number] = Done(number, change, rows[order.key], notes)
    return in_order(numbers, first, outcomes)


def confirm_step(shop: Shop, orders: Sequence[facts.OrderFacts]) -> None:
    """Step: confirm orders that wait, and plan what is to ship; the order date stays, `confirmed_at` is now."""
    moment = stamp(shop.now)
    change_rows(
        Order,
        "state = 'confirmed', confirmed_at = :now, invoice_status = :status",
        "id = :id AND state = 'sent'",
        ("id", "now", "status"),
        [(order.key, moment, billing.order_status("confirmed", order.lines)) for order in orders],
    )
    planned = planning.plan(shop, orders)
    for order in orders:
        told = {"delivery": planned[order.key]} if order.key in planned else {}
        shop.record("order.confirmed", order.number, **told)
    tell(shop, order_letters.CONFIRMATION, [order.key for order in orders])


def cancelled(number: str) -> RefusedError:
    """Say that an order cannot be confirmed, because it is cancelled."""
    return RefusedError(
        "order.cancelled",
        f"order {number} is cancelled, so it cannot be confirmed",
        hint=f"shopctl orders show {number}",
        order=number,
    )


def order_rows(keys: Sequence[int]) -> dict[int, OrderRow]:
    """Step: read the rows of some orders by key."""
    query: Any = Order.select(Order.id, *COLUMNS).left_outer_join(Customer).where(within(Order.id, keys))
    return {values[0]: make_row(*values[1:]) for values in read(query)}
