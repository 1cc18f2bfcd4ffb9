"""Tell who did what with an order and its documents, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.domain.history import details_of, words_of
from shopctl.domain.numbering import draft_address
from shopctl.models import Event, Order
from shopctl.services.orders import known_numbers, stored_numbers, unknown


class HistoryRow(NamedTuple):
    """Something that somebody did; `details` in words."""

    at: datetime
    actor: str
    document: str
    action: str
    details: str


def of_order(reference: str, *, documents: bool = True) -> list[HistoryRow]:
    """Tell what happened to an order, the oldest first.

    Args:
        documents: Also what happened to its invoices, payments and deliveries.

    Raises:
        NotFoundError: There is no such order.
    """
    number = stored_numbers([reference])[reference]
    keys = known_numbers([number])
    if number not in keys:
        raise unknown(reference)
    names = {number, *(_documents(keys[number]) if documents else ())}
    query: Any = Event.select(Event.at, Event.actor, Event.reference, Event.action, Event.details).where(
        Event.reference.in_(sorted(names))
    )
    return [
        HistoryRow(at, actor, document, words_of(action), details_of(action, details))
        for at, actor, document, action, details in query.order_by(Event.id).tuples()
    ]


def _documents(order: int) -> list[str]:
    """List the names under which documents of an order stand in the journal; a draft had another one."""
    invoices = fetch(
        Order,
        "SELECT i.id, i.number FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id WHERE b.order_id = ?",
        (order,),
    )
    others = fetch(
        Order,
        "SELECT number FROM payments WHERE order_id = ? UNION ALL SELECT number FROM deliveries WHERE order_id = ?",
        (order, order),
    )
    return [
        *(draft_address(key) for key, _ in invoices),
        *(number for _, number in invoices if number),
        *(number for (number,) in others),
    ]
