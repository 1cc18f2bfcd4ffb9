"""Write decided documents: heads, lines, taxes, instalments and the orders they bill, many at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from shopctl.db.bulk import insert_rows
from shopctl.db.fields import stamp, units
from shopctl.domain import billing
from shopctl.domain.billing import Draft
from shopctl.domain.early_discount import NO_GRANT
from shopctl.models import Installment, Invoice, InvoiceLine, InvoiceOrder, InvoiceTax
from shopctl.services.facts import Buyer
from shopctl.services.posting import Posted, in_columns
from shopctl.shop import Shop

INVOICE = (
    "id", "number", "type", "kind", "state", "payment_status", "customer_id", "customer_name", "customer_email",
    "customer_vat", "customer_language", "billing", "shipping", "currency", "date", "due_date", "terms",
    "tax_rounding", "share", "amount_untaxed", "amount_tax", "amount_total", "allocated", "reference", "note",
    "reverses_id", "revision", "created_at", "posted_at", "sent_at", "reason", "early_percent",
    "early_mode", "early_amount", "early_until", "cash_rounding",
)  # fmt: skip
LINE = (
    "invoice_id", "position", "kind", "sku", "description", "quantity", "unit_price", "discount", "taxes",
    "amount_untaxed", "amount_tax", "amount_total", "tax_split", "order_line_id", "deducts_id", "credits_line_id",
)  # fmt: skip


class Frame(NamedTuple):
    """What a document says besides its lines: for whom, on which terms, and why.

    Attributes:
        billing: The address as stored, like `shipping`.
        rounding: How taxes are rounded.
        date: The day that was typed; None for the day of posting.
        due: A due date that was typed; None lets the terms decide.
        cash_rounding: Whether its total is rounded to coins, and its instalments with it.
        reverses: Key of the invoice that a credit note takes back, for the `reason` given.
    """

    buyer: Buyer
    billing: str
    shipping: str
    currency: str
    terms: str
    rounding: str
    date: dt.date | None = None
    due: dt.date | None = None
    reverses: int | None = None
    reason: str = ""
    note: str = ""
    cash_rounding: bool = False


class NewDocument(NamedTuple):
    """A document to be stored: its key, its orders, and what posting decided if it is posted at once."""

    key: int
    frame: Frame
    draft: Draft
    orders: Sequence[int]
    posted: Posted | None


def insert(shop: Shop, documents: Sequence[NewDocument]) -> None:
    """Step: write documents that are decided, drafts and posted ones; what they count elsewhere is not touched."""
    moment = stamp(shop.now)
    heads, lines, taxes, parts = [], [], [], []
    for key, frame, draft, _, posted in documents:
        heads.append(_head(key, frame, draft, posted, moment))
        for position, line in enumerate(draft.lines, 1):
            kind, sku, words, quantity, price, off, codes, (net, tax, gross, shares), order_line, deducts, credits = (
                line
            )
            lines.append(
                (key, position, kind, sku, words, units(quantity), units(price), units(off), codes, units(net),
                 units(tax), units(gross), billing.write_split(shares), order_line, deducts, credits)
            )  # fmt: skip
        for position, share in enumerate(draft.amounts.taxes, 1):
            taxes.append((key, position, share.code, units(share.base), units(share.amount)))
        if posted:
            for position, part in enumerate(posted.installments, 1):
                parts.append((key, position, part.due_date.isoformat(), units(part.amount)))
    insert_rows(Invoice, INVOICE, heads)
    insert_rows(InvoiceLine, LINE, lines)
    insert_rows(InvoiceTax, ("invoice_id", "position", "code", "base", "amount"), taxes)
    insert_rows(Installment, ("invoice_id", "position", "due_date", "amount"), parts)
    billed = [(document.key, order) for document in documents for order in document.orders]
    insert_rows(InvoiceOrder, ("invoice_id", "order_id"), billed)


def _head(key: int, frame: Frame, draft: Draft, posted: Posted | None, moment: str) -> tuple[object, ...]:
    buyer, money = frame.buyer, draft.amounts
    number = posted.number if posted else None
    day = posted.date if posted else frame.date
    due = posted.due_date if posted else frame.due
    return (
        key, number, draft.type, draft.kind, "posted" if posted else "draft",
        posted.payment_status if posted else "not_paid", buyer.key, buyer.name, buyer.email, buyer.vat,
        buyer.language, frame.billing, frame.shipping, frame.currency, day.isoformat() if day else None,
        due.isoformat() if due else None, frame.terms, frame.rounding, units(draft.share), units(money.untaxed),
        units(money.tax), units(money.total), units(posted.allocated) if posted else 0,
        posted.reference if posted else "", frame.note,
        frame.reverses, 0, moment, moment if posted else None, None, frame.reason,
        *in_columns(posted.early if posted else NO_GRANT), frame.cash_rounding,
    )  # fmt: skip
