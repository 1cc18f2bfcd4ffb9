"""Find invoices and credit notes: their lists and groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import fetch
from shopctl.domain.states import INVOICE_KINDS, INVOICE_PAYMENT_STATUSES, INVOICE_STATES, INVOICE_TYPES
from shopctl.models import Customer, Invoice
from shopctl.models.billing import DRAFT, OPEN
from shopctl.services import overdue
from shopctl.services.customers import find_customer
from shopctl.services.invoices import COLUMNS, InvoiceRow, find, in_parts
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_codes, customer_labels, json_text
from shopctl.services.listing.fields import PLAIN, Asked, Field, Grouped, Kind, Noun
from shopctl.services.orders import known_numbers, stored_numbers, unknown
from shopctl.services.paging import Page


class InvoiceFilter(NamedTuple):
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


def _today(asked: Asked) -> dt.date:
    return asked.now.astimezone(asked.zone).date()


def _due() -> Any:
    """Write what is open of a document, as `InvoiceRow.amount_due` tells it."""
    return peewee.Case(None, [(Invoice.state != "posted", peewee.SQL("0"))], Invoice.amount_total - Invoice.allocated)


def _of_orders(texts: Sequence[str], part: bool) -> Any:
    """Write the condition that a document bills one of some orders, or any."""
    numbers = [stored_numbers([text])[text] for text in texts]
    marks = ", ".join("?" for _ in numbers)
    named = "" if not texts else " AND o.number LIKE ?" if part else f" AND o.number IN ({marks})"
    values = [f"%{number}%" for number in numbers] if part else numbers
    keys = fetch(
        Invoice,
        f"SELECT b.invoice_id FROM invoice_orders b JOIN orders o ON o.id = b.order_id WHERE 1 = 1{named}",  # noqa: S608
        values,
    )
    return Invoice.id.in_([key for (key,) in keys])


SIGNED: Final = peewee.Case(
    None, [(Invoice.type == "credit_note", peewee.SQL("0") - Invoice.amount_total)], Invoice.amount_total
)
"""What a document adds to a sum: a credit note takes off (rules for money, section 1.2)."""


NOUN: Final = Noun(
    "invoices",
    (
        Field("_id", Kind.COUNT, (Invoice.id,)),
        Field("number", Kind.CODE, (Invoice.number,), aliases=("invoice", "address"), nullable=True),
        Field("type", Kind.STATUS, (Invoice.type,), INVOICE_TYPES),
        Field("kind", Kind.STATUS, (Invoice.kind,), INVOICE_KINDS),
        Field("date", Kind.DAY, (Invoice.date,), nullable=True),
        Field("due_date", Kind.DAY, (Invoice.due_date,), nullable=True),
        Field(
            "customer", Kind.TEXT, (Invoice.customer_name, Invoice.customer_email, Customer.code),
            aliases=("customer_name",), grouped=Grouped(Invoice.customer, customer_labels), column="customer_name",
        ),
        Field("customer_code", Kind.CODE, (Customer.code,), aliases=("code",), nullable=True,
              grouped=Grouped(Invoice.customer, customer_codes)),
        Field("customer_email", Kind.TEXT, (Invoice.customer_email,), aliases=("email",)),
        Field("country", Kind.CODE, (lambda: json_text(Invoice.billing, "country"),)),
        Field("orders", Kind.CODE, aliases=("order",), matches=_of_orders),
        Field("currency", Kind.CODE, (Invoice.currency,)),
        Field("amount_untaxed", Kind.MONEY, (Invoice.amount_untaxed,), aliases=("untaxed",)),
        Field("amount_tax", Kind.MONEY, (Invoice.amount_tax,), aliases=("tax",)),
        Field("amount_total", Kind.MONEY, (Invoice.amount_total,), aliases=("total",)),
        Field("amount_due", Kind.MONEY, (_due,), aliases=("due", "open")),
        Field("state", Kind.STATUS, (Invoice.state,), INVOICE_STATES, aliases=("status",)),
        Field("payment_status", Kind.STATUS, (Invoice.payment_status,), INVOICE_PAYMENT_STATUSES, aliases=("payment",)),
        Field("disputed", Kind.TEXT, (Invoice.disputed,)),
        Field("terms", Kind.CODE, (Invoice.terms,)),
        Field("reference", Kind.CODE, (Invoice.reference,)),
        Field("note", Kind.TEXT, (Invoice.note,)),
        Field("reason", Kind.TEXT, (Invoice.reason,)),
        Field("sent_at", Kind.INSTANT, (Invoice.sent_at,), aliases=("sent",), nullable=True),
        Field("created_at", Kind.INSTANT, (Invoice.created_at,)),
    ),
    ("-_id",),
    lambda: Invoice.select(*COLUMNS).left_outer_join(Customer),
    find,
    Invoice.id,
    SIGNED,
    Invoice.currency,
)  # fmt: skip
"""What can be asked of invoices and credit notes."""


def search(
    wanted: InvoiceFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[InvoiceRow]:
    """List invoices, newest first unless another order is asked for.

    Args:
        asked: Its moment decides what is overdue.
        limit: How many at most; 0 for all.
        after: Go on after this number or draft address.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after`, the order, the customer or the reversed invoice does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(in_parts, today=_today(asked))
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: InvoiceFilter, asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    return narrowed(NOUN.query(), wanted, _today(asked))


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
