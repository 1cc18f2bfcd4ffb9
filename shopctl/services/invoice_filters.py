"""Narrow a list of invoices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from shopctl.db.bulk import fetch
from shopctl.models import Invoice
from shopctl.models.billing import DRAFT, OPEN
from shopctl.services import overdue
from shopctl.services.customers import find_customer
from shopctl.services.orders import known_numbers, stored_numbers, unknown


@dataclass(frozen=True)
class InvoiceFilter:
    """What a list of invoices is narrowed to; everything given must hold. `reverses` is the key of an invoice."""

    state: str = ""
    unpaid: bool = False
    paid: bool = False
    overdue: bool = False
    type: str = ""
    order: str = ""
    customer: str = ""
    not_sent: bool = False
    reverses: int = 0
    partial: bool = False
    disputed: bool = False
    due_before: dt.date | None = None
    since: dt.date | None = None
    until: dt.date | None = None


def narrowed(query: Any, wanted: InvoiceFilter, today: dt.date) -> Any:
    """Add the conditions of a filter to a query.

    Raises:
        NotFoundError: The order or the customer does not exist.
    """
    posted, bill = Invoice.state == "posted", Invoice.type == "invoice"
    open_ = bill & OPEN
    kind = bill & (Invoice.kind == wanted.type.replace("-", "_"))
    conditions = (
        (wanted.state, DRAFT if wanted.state == "draft" else Invoice.state == wanted.state),
        (wanted.unpaid, open_),
        (wanted.paid, Invoice.payment_status == "paid"),
        (wanted.overdue, overdue.due_before(today)),
        (wanted.due_before, overdue.due_before(wanted.due_before or today)),
        (wanted.partial, open_ & (Invoice.payment_status == "partial")),
        (wanted.disputed, open_ & (Invoice.disputed != "")),
        (wanted.type, Invoice.type == "credit_note" if wanted.type == "credit-note" else kind),
        (wanted.reverses, Invoice.reverses == wanted.reverses),
        (wanted.not_sent, posted & Invoice.sent_at.is_null()),
        (wanted.since, Invoice.date >= wanted.since),
        (wanted.until, Invoice.date <= wanted.until),
    )
    for asked, condition in conditions:
        if asked:
            query = query.where(condition)
    if wanted.order:
        statement = "SELECT b.invoice_id FROM invoice_orders b JOIN orders o ON o.id = b.order_id WHERE o.number = ?"
        number = stored_numbers([wanted.order])[wanted.order]
        keys = [key for (key,) in fetch(Invoice, statement, (number,))]
        if not keys and not known_numbers([number]):
            raise unknown(wanted.order)
        query = query.where(Invoice.id.in_(keys))
    if wanted.customer:
        query = query.where(Invoice.customer == find_customer(wanted.customer))
    return query
