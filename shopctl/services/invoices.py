"""Find and show invoices and credit notes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch, within
from shopctl.db.reading import read
from shopctl.domain import settlement
from shopctl.domain.billing import TaxShare, read_split
from shopctl.domain.documents import DocumentTax
from shopctl.domain.early_discount import Grant, stands
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import draft_address, draft_key, folded
from shopctl.domain.references import typed, written
from shopctl.domain.tax_groups import by_group
from shopctl.errors import NotFoundError, RefusedError
from shopctl.models import Customer, Installment, Invoice, InvoiceLine, InvoiceTax, Order, OrderLine
from shopctl.services import credits, facts, letter_logs, overdue, reminded
from shopctl.services.allocation_history import HistoryRow, of_document
from shopctl.services.counterparts import AllocationRow, CreditNoteRow, allocations, credit_notes
from shopctl.services.orders import EventRow, events, tax_names


class InvoiceRow(NamedTuple):
    """An invoice or credit note as lists show it; amounts in `currency`."""

    address: str
    number: str | None
    type: str
    kind: str
    state: str
    payment_status: str
    orders: tuple[str, ...]
    customer_code: str | None
    customer_name: str
    customer_email: str
    currency: str
    date: dt.date | None
    due_date: dt.date | None
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    amount_due: Decimal
    overdue: bool
    sent_at: dt.datetime | None
    reverses: str | None
    disputed: str = ""
    amount_overdue: Decimal = Decimal(0)

    @property
    def status(self) -> str:
        """The one word that tells most: the state, that an open one is disputed, or the payment status."""
        if self.state != "posted":
            return self.state
        if self.type == "credit_note":
            return settlement.USED[self.payment_status]
        return "disputed" if self.disputed and self.amount_due else self.payment_status

    @property
    def standing(self) -> str:
        """Say in a few words how far a document is paid."""
        if self.state != "posted":
            return self.state
        if self.type == "credit_note":
            return "posted"
        if not self.amount_due:
            return "PAID"
        partly = "partly paid, " if self.payment_status == "partial" else ""
        return f"{partly}{with_currency(self.amount_due, self.currency)} due by {self.due_date}"


class InvoiceLineRow(NamedTuple):
    """A line of an invoice; `order` and `order_line` name the line that it bills, where it bills one."""

    position: int
    kind: str
    sku: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    taxes: str
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    order: str = ""
    order_line: int | None = None


class InstallmentRow(NamedTuple):
    """A part that falls due on a day, and what is still open of it."""

    due_date: dt.date
    amount: Decimal
    amount_due: Decimal


class InvoiceDetails(NamedTuple):
    """Everything `invoice show` tells."""

    invoice: InvoiceRow
    lines: tuple[InvoiceLineRow, ...]
    taxes: tuple[TaxShare, ...]
    tax_rows: tuple[DocumentTax, ...]
    tax_names: dict[str, str]
    billing: dict[str, str]
    shipping: dict[str, str]
    reference: str
    terms: str
    note: str
    reason: str
    revision: int
    installments: tuple[InstallmentRow, ...]
    allocations: tuple[AllocationRow, ...]
    credit_notes: tuple[CreditNoteRow, ...]
    outstanding_credits: tuple[credits.OfferedRow, ...]
    suggested: str
    emails: tuple[letter_logs.LetterRow, ...]
    events: tuple[EventRow, ...]
    early: Grant | None
    history: tuple[HistoryRow, ...] = ()
    reminded: reminded.Reminded = reminded.NEVER


COLUMNS = (
    Invoice.id, Invoice.number, Invoice.type, Invoice.kind, Invoice.state, Invoice.payment_status, Customer.code,
    Invoice.customer_name, Invoice.customer_email, Invoice.currency, Invoice.date, Invoice.due_date,
    Invoice.amount_untaxed, Invoice.amount_tax, Invoice.amount_total, Invoice.allocated, Invoice.sent_at,
    Invoice.reverses, Invoice.disputed,
)  # fmt: skip


def rows_of(values: Sequence[tuple[Any, ...]], today: dt.date) -> list[InvoiceRow]:
    """Make rows of tuples of `COLUMNS`, with the orders and reversed documents they name."""
    keys = [row[0] for row in values]
    condition, bound = among(Invoice, "b.invoice_id", keys)
    numbers: dict[int, tuple[str, ...]] = {}
    for key, number in fetch(
        Invoice,
        "SELECT b.invoice_id, o.number FROM invoice_orders b JOIN orders o ON o.id = b.order_id "  # noqa: S608
        f"WHERE {condition} ORDER BY b.invoice_id, o.number",
        bound,
    ):
        numbers[key] = (*numbers.get(key, ()), number)
    reversed_keys = [row[17] for row in values if row[17]]
    query: Any = Invoice.select(Invoice.id, Invoice.number).where(Invoice.id.in_(reversed_keys))
    reversed_numbers = {key: number or draft_address(key) for key, number in query.tuples()} if reversed_keys else {}
    late = overdue.amounts(keys, today)
    return [
        _row(row, numbers.get(row[0], ()), reversed_numbers.get(row[17]), late.get(row[0], Decimal(0)))
        for row in values
    ]


def _row(values: tuple[Any, ...], orders: tuple[str, ...], reverses: str | None, late: Decimal) -> InvoiceRow:
    key, number, kind_of, kind, state, status, code, name, email, currency, day, due, net, tax, total, used, *rest = (
        values
    )
    sent, _, disputed = rest
    residual = total - used if state == "posted" else Decimal(0)
    return InvoiceRow(
        number or draft_address(key), number, kind_of, kind, state, status, orders, code, name, email, currency,
        day, due, net, tax, total, residual, late > 0, sent, reverses, disputed, late,
    )  # fmt: skip


def _query() -> Any:
    return Invoice.select(*COLUMNS).left_outer_join(Customer)


def in_parts(rows: Any, today: dt.date) -> Any:
    """Make rows of tuples of `COLUMNS` as they come, a few hundred at a time."""
    part: list[tuple[Any, ...]] = []
    for row in rows:
        part.append(row)
        if len(part) == 500:  # a few hundred at a time
            yield from rows_of(part, today)
            part = []
    if part:
        yield from rows_of(part, today)


def find(reference: str) -> int:
    """Find the key of an invoice by number or draft address.

    `INV/2026/00031`, `INV-2026-00031` and lower case are the same document.

    Raises:
        NotFoundError: There is none.
    """
    return find_all([reference])[reference]


def find_all(references: Sequence[str]) -> dict[str, int]:
    """Find the keys of many invoices.

    Raises:
        NotFoundError: One of them does not exist.
    """
    found = known(references)
    for reference in references:
        if reference not in found:
            raise unknown(reference)
    return found


def known(references: Sequence[str]) -> dict[str, int]:
    """Tell which of these references are invoices, with their keys."""
    keys = {reference: key for reference in references if (key := draft_key(reference)) is not None}
    numbers = {reference: folded(reference) for reference in references if reference not in keys}
    names = {*numbers.values(), *(number.replace("-", "/") for number in numbers.values())}
    condition, values = among(Invoice, "number", sorted(names))
    by_number = dict(fetch(Invoice, f"SELECT number, id FROM invoices WHERE {condition}", values))  # noqa: S608
    condition, values = among(Invoice, "id", sorted(keys.values()))
    drafts = {key for (key,) in fetch(Invoice, f"SELECT id FROM invoices WHERE {condition}", values)}  # noqa: S608
    found = {reference: key for reference, key in keys.items() if key in drafts}
    for reference, number in numbers.items():
        key = by_number.get(number, by_number.get(number.replace("-", "/")))
        if key is not None:
            found[reference] = key
    if quoted := [reference for reference in numbers if reference not in found and typed(reference)]:
        found |= _by_reference(quoted)
    return found


def _by_reference(quoted: Sequence[str]) -> dict[str, int]:
    """Find the keys of invoices by the structured references that their payers quote, where only one has it."""
    forms = {form: text for text in quoted for form in written(text)}
    condition, values = among(Invoice, "reference", list(forms))
    rows = fetch(
        Invoice,
        "SELECT reference, min(id) FROM invoices "  # noqa: S608
        f"WHERE reference <> number AND {condition} GROUP BY reference HAVING count(*) = 1",
        values,
    )
    return {forms[reference]: key for reference, key in rows}


def unknown(reference: str) -> NotFoundError:
    """Say that there is no such invoice."""
    return NotFoundError(
        "invoice.unknown", f"there is no invoice {reference}", hint="shopctl invoice list", invoice=reference
    )


def require_credit_note(reference: str, type_: str) -> None:
    """Refuse what is not a credit note where one is meant.

    Raises:
        RefusedError: It is an invoice.
    """
    if type_ != "credit_note":
        raise RefusedError(
            "invoice.not_a_credit_note",
            f"{reference} is an invoice, not a credit note",
            hint=f"shopctl invoice show {reference}",
        )


def rows(keys: Sequence[int], today: dt.date) -> dict[int, InvoiceRow]:
    """Read the rows of some invoices by key."""
    values = read(_query().where(within(Invoice.id, keys)))
    return {row[0]: made for row, made in zip(values, rows_of(values, today), strict=True)}


def latest_of(orders: Sequence[int]) -> dict[int, int]:
    """Tell the latest invoice of each of some orders, cancelled ones left out."""
    condition, values = among(Invoice, "b.order_id", orders)
    return dict(
        fetch(
            Invoice,
            "SELECT b.order_id, max(i.id) FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "  # noqa: S608
            f"WHERE {condition} AND i.state <> 'cancelled' GROUP BY b.order_id",
            values,
        )
    )


def show(references: Sequence[str], today: dt.date, *, only_credit_notes: bool = False) -> list[InvoiceDetails]:
    """Tell everything about some invoices, in the order asked for.

    Raises:
        NotFoundError: One of them does not exist.
        RefusedError: One of them is an invoice, and only credit notes are meant.
    """
    keys = find_all(references)
    found = [_details(keys[reference], today) for reference in references]
    if only_credit_notes:
        for reference, details in zip(references, found, strict=True):
            require_credit_note(reference, details.invoice.type)
    return found


def _line_rows(lines: Sequence[Any]) -> tuple[InvoiceLineRow, ...]:
    query: Any = OrderLine.select(OrderLine.id, Order.number, OrderLine.position).join(Order)
    found = query.where(within(OrderLine.id, [line.order_line_id for line in lines if line.order_line_id])).tuples()
    billed = {key: (order, position) for key, order, position in found}
    own = [name for name in InvoiceLineRow._fields if name not in ("order", "order_line")]
    return tuple(
        InvoiceLineRow._make([*(getattr(line, name) for name in own), *billed.get(line.order_line_id, ("", None))])
        for line in lines
    )


def _details(key: int, today: dt.date) -> InvoiceDetails:
    invoice = Invoice.get_by_id(key)
    row = rows([key], today)[key]
    lines = list(InvoiceLine.select().where(InvoiceLine.invoice == key).order_by(InvoiceLine.position))
    query: Any = InvoiceTax.select(InvoiceTax.code, InvoiceTax.base, InvoiceTax.amount).where(InvoiceTax.invoice == key)
    taxes = tuple(TaxShare(*values) for values in query.order_by(InvoiceTax.position).tuples())
    query = Installment.select(Installment.due_date, Installment.amount).where(Installment.invoice == key)
    parts = list(query.order_by(Installment.due_date, Installment.position).tuples())
    left = settlement.residuals([amount for _, amount in parts], invoice.allocated)
    early = Grant(invoice.early_percent, invoice.early_mode, invoice.early_amount, invoice.early_until)
    offered = credits.for_invoices([key])[key] if row.amount_due and row.type == "invoice" else credits.NO_OFFER
    return InvoiceDetails(
        row,
        _line_rows(lines),
        taxes,
        by_group(taxes, [read_split(line.tax_split) for line in lines], facts.taxes()),
        tax_names(),
        json.loads(invoice.billing or "{}"),
        json.loads(invoice.shipping or "{}"),
        invoice.reference,
        invoice.terms,
        invoice.note,
        invoice.reason,
        invoice.revision,
        tuple(InstallmentRow(day, amount, rest) for (day, amount), rest in zip(parts, left, strict=True)),
        allocations(key, row.type),
        credit_notes(key),
        offered.rows,
        offered.suggested,
        letter_logs.about([invoice.number]) if invoice.number else (),
        events([draft_address(key), *([invoice.number] if invoice.number else [])]),
        early if row.state == "posted" and stands(early, invoice.allocated, today) else None,
        of_document(key, row.address),
        reminded.of_document(invoice.number),
    )
