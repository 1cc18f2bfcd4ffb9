"""Tell which invoices are overdue, and with how much: instalments that fell due count, not the last due date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import peewee

from shopctl.db.bulk import total, within
from shopctl.models import Installment, Invoice
from shopctl.models.billing import OPEN


def _fallen_due(day: date) -> Any:
    """Sum, for the invoice of the query around it, the instalments that fell due before a day."""
    parts: Any = Installment.select(peewee.fn.SUM(Installment.amount).coerce(False))
    return parts.where((Installment.invoice == Invoice.id) & (Installment.due_date < day))


def due_before(day: date) -> Any:
    """Write the condition that something of an invoice was due before a day and is still open.

    Only open invoices are looked at, through their own index. With the day of today this is what overdue means.
    """
    # Once the last instalment fell due nothing has to be added up, and the index of open invoices alone tells.
    late = (Invoice.due_date < day) | (_fallen_due(day) > Invoice.allocated)
    return (Invoice.type == "invoice") & OPEN & late


def amounts(keys: Sequence[int], today: date) -> dict[int, Decimal]:
    """Tell how much is overdue of those invoices that are overdue."""
    query: Any = Invoice.select(Invoice.id, _fallen_due(today), Invoice.allocated)
    found = query.where(within(Invoice.id, keys) & due_before(today))
    return {key: total(due) - used for key, due, used in found.tuples()}
