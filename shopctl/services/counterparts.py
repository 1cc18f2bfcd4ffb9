"""Tell what stands against a document: the credits used on it, and the credit notes that take it back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.domain.billing import read_split
from shopctl.domain.numbering import draft_address
from shopctl.models import Allocation, Invoice, Payment


class AllocationRow(NamedTuple):
    """A credit that was used on an invoice; of a credit note the invoice it was used on, or what paid it out.

    What is written off has a `reason` instead of a credit, and the tax that is reduced with it.
    """

    credit: str
    kind: str
    amount: Decimal
    date: dt.date
    reason: str = ""
    amount_tax: Decimal | None = None


class CreditNoteRow(NamedTuple):
    """A credit note that takes an invoice back."""

    address: str
    date: dt.date | None
    state: str
    amount_total: Decimal
    reason: str


def allocations(key: int, type_: str) -> tuple[AllocationRow, ...]:
    """Tell what was used on an invoice or written off, or what a credit note was used on, oldest first."""
    other = Invoice.alias()
    mine, theirs = Allocation.invoice, Allocation.credit_note
    if type_ == "credit_note":
        mine, theirs = theirs, mine
    query: Any = (
        Allocation.select(
            Payment.number,
            other.number,
            other.type,
            Allocation.amount,
            Allocation.date,
            Allocation.write_off,
            Allocation.tax_split,
        )
        .left_outer_join(Payment, on=(Allocation.payment == Payment.id))
        .left_outer_join(other, on=(theirs == other.id))
        .where((mine == key) & Allocation.removed_at.is_null())
        .order_by(Allocation.id)
    )
    return tuple(
        AllocationRow(
            payment or document or "", "payment" if payment else kind or "write_off", amount, day, reason,
            sum((share.amount for share in read_split(taxes)), Decimal(0)) if taxes else None,
        )
        for payment, document, kind, amount, day, reason, taxes in query.tuples()
    )  # fmt: skip


def credit_notes(key: int) -> tuple[CreditNoteRow, ...]:
    """List the credit notes of an invoice, drafts included, oldest first."""
    query: Any = (
        Invoice.select(Invoice.id, Invoice.number, Invoice.date, Invoice.state, Invoice.amount_total, Invoice.reason)
        .where((Invoice.reverses == key) & (Invoice.state != "cancelled"))
        .order_by(Invoice.id)
    )
    return tuple(CreditNoteRow(number or draft_address(note), *rest) for note, number, *rest in query.tuples())
