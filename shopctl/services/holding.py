"""Put orders on hold, so that nothing of them is billed, delivered, expired or reminded of, and release them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ShopError
from shopctl.models import InvoiceOrder, Order
from shopctl.models.selling import TO_INVOICE
from shopctl.services import facts, order_lines
from shopctl.services.facts import OrderFacts
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@operation("orders")
def hold(shop: Shop, numbers: Sequence[str], reason: str) -> list[Outcome[OrderRow]]:
    """Put orders on hold; one that is on hold for this very reason is `unchanged`.

    Raises (as outcomes): order.unknown, order.cancelled.
    """
    return _set_hold(shop, numbers, reason)


@operation("orders")
def release(shop: Shop, numbers: Sequence[str]) -> list[Outcome[OrderRow]]:
    """Let orders go on; one that is not on hold is `unchanged`.

    Raises (as outcomes): order.unknown, order.cancelled.
    """
    return _set_hold(shop, numbers, "")


def _set_hold(shop: Shop, numbers: Sequence[str], reason: str) -> list[Outcome[OrderRow]]:
    """Write the reason on orders, or take it off them."""
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()), lines_of=())
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    sound: dict[str, OrderFacts] = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        try:
            if order is None:
                raise unknown(name)
            order_lines.require_open(order, "put on hold" if reason else "released", confirmed=False)
            sound[name] = order
        except ShopError as error:
            outcomes[name] = Failed(name, error)
    changed = [order for order in sound.values() if order.hold != reason]
    change_rows(Order, "hold_reason = :reason", "id = :id", ("id", "reason"), [(one.key, reason) for one in changed])
    for order in changed:
        shop.record("order.held", order.number, reason=reason) if reason else shop.record(
            "order.released", order.number, reason=order.hold
        )
    rows = order_rows([order.key for order in sound.values()])
    for name, order in sound.items():
        change = Change.CHANGED if order.hold != reason else Change.UNCHANGED
        outcomes[name] = Done(name, change, rows[order.key], (_told(order, reason),))
    return in_order(numbers, first, outcomes)


def _told(order: OrderFacts, reason: str) -> str:
    if not reason:
        return f"was on hold: {order.hold}" if order.hold else f"order {order.number} is not on hold"
    if order.hold == reason:
        return f"order {order.number} is on hold for this already"
    return "nothing of it is invoiced, delivered, expired or reminded of until it is released"


def of_invoices(keys: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Step: tell which invoices bill an order that is on hold: its number and why; credit notes are not held up."""
    condition, values = among(InvoiceOrder, "b.invoice_id", keys)
    rows = fetch(
        InvoiceOrder,
        "SELECT b.invoice_id, o.number, o.hold_reason FROM invoice_orders b JOIN orders o ON o.id = b.order_id "  # noqa: S608
        f"JOIN invoices i ON i.id = b.invoice_id WHERE {condition} AND i.type = 'invoice' AND o.hold_reason <> '' "
        "ORDER BY o.id DESC",
        values,
    )
    return {key: (number, reason) for key, number, reason in rows}


def to_invoice() -> list[str]:
    """List the orders on hold that have something to invoice, oldest first."""
    query: Any = Order.select(Order.number).where(TO_INVOICE & (Order.hold_reason != ""))
    return [number for (number,) in query.order_by(Order.ordered_at, Order.number).tuples()]
