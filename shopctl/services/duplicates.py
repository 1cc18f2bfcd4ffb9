"""Notice that an order may have been placed twice, or a payment registered twice.

Source: order rules, 1.4, and rules for money, 3.2: it is only told, never refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import stamp, units
from shopctl.models import Order, Payment
from shopctl.services.orders import OrderRow


def of(row: OrderRow, zone: tzinfo = UTC) -> tuple[str, ...]:
    """List the other orders of the same customer, day, total and currency; cancelled ones and guests do not count.

    Args:
        zone: Whose calendar says what one day is.
    """
    if row.state == "cancelled" or not row.customer_code:
        return ()
    day = row.date.astimezone(zone).date()
    first, last = (stamp(datetime.combine(one, time(), zone)) for one in (day, day + timedelta(days=1)))
    found = fetch(
        Order,
        "SELECT o.number FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.code = ? AND o.ordered_at >= ? "
        "AND o.ordered_at < ? AND o.amount_total = ? AND o.currency = ? AND o.state <> 'cancelled' AND o.number <> ? "
        "ORDER BY o.ordered_at, o.number",
        (row.customer_code, first, last, units(row.amount_total), row.currency, row.number),
    )
    return tuple(number for (number,) in found)


def of_payments(keys: Sequence[int]) -> dict[int, list[str]]:
    """List for payments those before them of the same customer, day, amount and currency, by key."""
    condition, values = among(Payment, "n.id", keys)
    found: dict[int, list[str]] = {}
    for key, number in fetch(
        Payment,
        "SELECT n.id, p.number FROM payments n JOIN payments p ON p.customer_id = n.customer_id AND p.date = n.date "  # noqa: S608
        "AND p.amount = n.amount AND p.currency = n.currency AND p.id < n.id AND p.direction = 'inbound' "
        f"AND p.state IN ('done', 'authorized') WHERE {condition} ORDER BY n.id, p.id",
        values,
    ):
        found.setdefault(key, []).append(number)
    return found
