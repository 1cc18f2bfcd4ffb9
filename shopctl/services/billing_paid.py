"""Invoice orders when their money has come, if the shop wishes so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shopctl.db.bulk import among, fetch
from shopctl.domain.outcomes import Change, Done, Outcome
from shopctl.models import Order
from shopctl.services import invoicing, payments
from shopctl.services.deciding import Request
from shopctl.services.invoices import InvoiceRow
from shopctl.services.payments import PaymentRow
from shopctl.shop import Shop


def bill_paid(shop: Shop, outcomes: Sequence[Outcome[PaymentRow]]) -> list[Outcome[PaymentRow]]:
    """Step: invoice the orders that new payments have paid in full, as `invoicing.on_payment` says, and tell so.

    What the policy does not allow to bill yet, such as goods that are billed by delivered quantity, waits for its day.
    An order that cannot be billed keeps its payment.

    Args:
        outcomes: What became of receipts, or of payments that were captured.

    Returns:
        The same, with what was invoiced.
    """
    wish = shop.config.invoicing.on_payment
    created = [
        one for one in outcomes if isinstance(one, Done) and one.change is not Change.UNCHANGED and one.row.order
    ]
    numbers = _paid(sorted({str(one.row.order) for one in created})) if wish != "nothing" and created else []
    if not numbers:
        return list(outcomes)
    billed = {one.reference: one for one in invoicing.bill(shop, numbers, Request(confirm=wish == "post"))}
    rows = {row.number: row for row in payments.rows_of([one.row.number for one in created])}
    return [
        replace(one, row=rows[one.row.number], notes=(*one.notes, _told(billed[one.row.order])))
        if isinstance(one, Done) and one.row.number in rows and one.row.order in billed
        else one
        for one in outcomes
    ]


def _paid(numbers: Sequence[str]) -> list[str]:
    """Tell which orders are paid in full and have something to bill."""
    condition, values = among(Order, "number", numbers)
    rows = fetch(
        Order,
        f"SELECT number FROM orders WHERE {condition} AND state = 'confirmed' AND paid >= amount_total "  # noqa: S608
        "AND invoice_status = 'to_invoice' AND hold_reason = '' ORDER BY id",
        values,
    )
    return [number for (number,) in rows]


def _told(outcome: Outcome[InvoiceRow]) -> str:
    if isinstance(outcome, Done):
        return f"{outcome.row.address} bills order {outcome.reference}"
    return f"order {outcome.reference} is not invoiced: {outcome.error.message}"
