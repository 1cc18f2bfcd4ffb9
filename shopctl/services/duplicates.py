"""Notice that an order may have been placed twice.

Source: order rules, 1.4: it is only told, never refused.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from shopctl.db.bulk import fetch
from shopctl.db.fields import stamp, units
from shopctl.models import Order
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
