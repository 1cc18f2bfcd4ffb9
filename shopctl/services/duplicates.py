"""Notice that an order may have been placed twice, or a payment registered twice.

Source: order rules, 1.4, and rules for money, 3.2: it is only told, never refused.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

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


class Paid(NamedTuple):
    """What makes two payments look alike."""

    customer: int
    date: str
    currency: str
    amount: int


class Twins(NamedTuple):
    """How many payments look alike, and the first of them."""

    first: str
    many: int


def of_payments(payments: Collection[Paid]) -> dict[Paid, Twins]:
    """Step: find the payments that are here already and look like these, of which no money went back."""
    customers, keys = among(Payment, "customer_id", sorted({one.customer for one in payments}))
    days, dates = among(Payment, "date", sorted({one.date for one in payments}))
    rows = fetch(
        Payment,
        "SELECT customer_id, date, currency, amount, min(number), count(*) FROM payments "  # noqa: S608
        f"WHERE {customers} AND {days} AND direction = 'inbound' AND state IN ('done', 'authorized') "
        "AND returned = 0 GROUP BY customer_id, date, currency, amount",
        (*keys, *dates),
    )
    found = {Paid(*alike): Twins(*twins) for *alike, twins in ((*row[:4], row[4:]) for row in rows)}
    return {one: found[one] for one in payments if one in found}
