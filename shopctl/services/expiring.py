"""Cancel orders that wait for their money in vain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import stamp
from shopctl.domain.outcomes import Change, Done, Outcome
from shopctl.models import Order
from shopctl.models.selling import UNPAID
from shopctl.services import cancelling, facts
from shopctl.services.cancelling import Request
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow
from shopctl.shop import Shop, operation

_IN_VAIN: Final = (
    "o.state = 'sent' AND o.hold_reason = '' AND o.amount_total > 0 AND o.paid = 0 AND o.refunded = 0 "
    "AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.state IN ('done', 'authorized')) "
    "AND NOT EXISTS (SELECT 1 FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "
    "WHERE b.order_id = o.id AND i.state <> 'cancelled') "
    "AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.delivered > 0)"
)
"""Nothing happened with the order but that it was placed, and perhaps a payment announced."""


def placed_before(shop: Shop, days: int) -> datetime:
    """Tell the instant before which an order was placed that got nothing within some days.

    With 14 days an order of the first of a month is waited for until the end of the fifteenth, by the calendar of the
    shop.
    """
    return datetime.combine(shop.today - timedelta(days=days), time(), shop.zone)


def due(shop: Shop, days: int) -> list[str]:
    """List the orders that wait in vain, the oldest first.

    Args:
        days: How long an order is waited for.
    """
    rows = fetch(
        Order,
        f"SELECT o.number FROM orders o WHERE {UNPAID.sql} AND o.ordered_at < ? AND {_IN_VAIN} "  # noqa: S608
        "ORDER BY o.ordered_at, o.number",
        (stamp(placed_before(shop, days)),),
    )
    return [number for (number,) in rows]


@operation("orders")
def expire(shop: Shop, numbers: Sequence[str], days: int) -> list[Outcome[OrderRow]]:
    """Cancel those of the orders that `due` listed that still wait in vain; the others are `unchanged`."""
    found = facts.orders(numbers, lines_of=())
    condition, values = among(Order, "o.number", numbers)
    rows = fetch(
        Order,
        f"SELECT o.number FROM orders o WHERE {condition} AND o.ordered_at < ? AND {_IN_VAIN}",  # noqa: S608
        (*values, stamp(placed_before(shop, days))),
    )
    vain = {number for (number,) in rows}
    request = Request(f"not paid within {days} {'day' if days == 1 else 'days'}")
    cancelled = cancelling.withdraw(shop, [number for number in numbers if number in vain], request)
    outcomes = {outcome.reference: outcome for outcome in cancelled}
    spared = {order.key: number for number, order in found.items() if number not in vain}
    for key, row in order_rows(list(spared)).items():
        note = f"order {row.number} does not wait in vain any more"
        outcomes[spared[key]] = Done(spared[key], Change.UNCHANGED, row, (note,))
    return [outcomes[number] for number in numbers]
