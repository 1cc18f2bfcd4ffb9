"""Load invoices as paper and letters need them: many complete documents in a handful of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from shopctl.config import Config
from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.billing import TaxShare, read_split
from shopctl.domain.documents import (
    DocumentInstallment,
    DocumentLine,
    DocumentPayment,
    DocumentTax,
    EarlyPayment,
    InvoiceDocument,
)
from shopctl.domain.numbering import draft_address
from shopctl.domain.tax_groups import by_group
from shopctl.models import Invoice
from shopctl.services import facts, parties
from shopctl.shop import Shop

T = TypeVar("T")
Rows = list[tuple[Any, ...]]


class _Head(NamedTuple):
    key: int
    number: str | None
    type: str
    kind: str
    state: str
    status: str
    customer_name: str
    customer_email: str
    customer_vat: str
    customer_language: str
    billing: str
    shipping: str
    currency: str
    date: str | None
    due_date: str | None
    terms: str
    untaxed: int
    tax: int
    total: int
    allocated: int
    reference: str
    note: str
    revision: int
    code: str | None
    phone: str | None
    email: str | None
    reason: str
    reverses_key: int | None
    reverses: str | None
    early_amount: int
    early_until: str | None


class _Parts(NamedTuple):
    """What belongs to the documents, by their keys."""

    lines: Mapping[int, tuple[DocumentLine, ...]]
    taxes: Mapping[int, tuple[DocumentTax, ...]]
    payments: Mapping[int, tuple[DocumentPayment, ...]]
    installments: Mapping[int, tuple[DocumentInstallment, ...]]
    orders: Mapping[int, tuple[str, ...]]
    terms: Mapping[str, str]


def load(shop: Shop, keys: Sequence[int]) -> dict[int, InvoiceDocument]:
    """Load invoices and credit notes by key, drafts included.

    Args:
        keys: Any number of them; a few hundred at a time keep memory small.

    Returns:
        The documents; keys that do not exist are left out.
    """
    taxes = facts.taxes()
    names = {code: tax.name for code, tax in taxes.items()}
    lines = _lines(keys)
    splits = grouped(lines, lambda row: read_split(row[-1]))
    shares = grouped(_taxes(keys), lambda row: TaxShare(row[1], exact(row[2]), exact(row[3])))
    parts = _Parts(
        grouped(lines, lambda row: line_of(row, names)),
        {key: by_group(own, splits.get(key, ()), taxes) for key, own in shares.items()},
        grouped(_payments(keys), _payment),
        grouped(_installments(keys), lambda row: DocumentInstallment(date.fromisoformat(row[1]), exact(row[2]))),
        grouped(_orders(keys), lambda row: str(row[1])),
        dict(fetch(Invoice, "SELECT code, note FROM payment_terms")),
    )
    return {head.key: _document(shop.config, head, parts) for head in _heads(keys)}


def grouped(rows: Rows, make: Any) -> dict[int, tuple[Any, ...]]:
    """Make something of each row, gathered by the first value of the row."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(make(row))
    return {key: tuple(values) for key, values in found.items()}


def _heads(keys: Sequence[int]) -> list[_Head]:
    condition, values = among(Invoice, "i.id", keys)
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number, i.type, i.kind, i.state, i.payment_status, i.customer_name, i.customer_email, "  # noqa: S608
        "i.customer_vat, i.customer_language, i.billing, i.shipping, i.currency, i.date, i.due_date, i.terms, "
        "i.amount_untaxed, i.amount_tax, i.amount_total, i.allocated, i.reference, i.note, i.revision, c.code, "
        "c.phone, c.email, i.reason, r.id, r.number, i.early_amount, i.early_until "
        "FROM invoices i LEFT JOIN customers c ON c.id = i.customer_id "
        f"LEFT JOIN invoices r ON r.id = i.reverses_id WHERE {condition} ORDER BY i.id",
        values,
    )
    return [_Head(*row) for row in rows]


def _lines(keys: Sequence[int]) -> Rows:
    condition, values = among(Invoice, "invoice_id", keys)
    return fetch(
        Invoice,
        "SELECT invoice_id, kind, description, sku, quantity, unit_price, discount, taxes, amount_untaxed, tax_split "  # noqa: S608
        f"FROM invoice_lines WHERE {condition} ORDER BY invoice_id, position",
        values,
    )


def line_of(row: tuple[Any, ...], names: Mapping[str, str]) -> DocumentLine:
    """Make a printed line of a stored one.

    Args:
        row: What it belongs to, kind, description, SKU, quantity, price, discount, taxes, amount, split of its taxes.
        names: What taxes are called, by code.
    """
    _, kind, description, sku, quantity, price, discount, codes, subtotal, _ = row
    taxes = tuple(names.get(code, code) for code in codes.split())
    return DocumentLine(kind, description, sku, exact(quantity), exact(price), exact(discount), taxes, exact(subtotal))


def _taxes(keys: Sequence[int]) -> Rows:
    condition, values = among(Invoice, "invoice_id", keys)
    return fetch(
        Invoice,
        f"SELECT invoice_id, code, base, amount FROM invoice_taxes WHERE {condition} ORDER BY invoice_id, position",  # noqa: S608
        values,
    )


def _payments(keys: Sequence[int]) -> Rows:
    """Find the money used on invoices, and what credit notes were used on or paid out by."""
    used, values = among(Invoice, "a.invoice_id", keys)
    given, more = among(Invoice, "a.credit_note_id", keys)
    return fetch(
        Invoice,
        "SELECT a.invoice_id, coalesce(p.number, n.number), coalesce(p.date, n.date, a.date), a.amount, a.id, "  # noqa: S608
        "a.write_off FROM allocations a LEFT JOIN payments p ON p.id = a.payment_id "
        f"LEFT JOIN invoices n ON n.id = a.credit_note_id WHERE {used} AND a.removed_at IS NULL UNION ALL "
        "SELECT a.credit_note_id, coalesce(i.number, p.number), a.date, a.amount, a.id, a.write_off FROM allocations a "
        "LEFT JOIN invoices i ON i.id = a.invoice_id LEFT JOIN payments p ON p.id = a.payment_id "
        f"WHERE {given} AND a.removed_at IS NULL ORDER BY 5",
        (*values, *more),
    )


def _payment(row: tuple[Any, ...]) -> DocumentPayment:
    _, label, day, amount, _, write_off = row
    return DocumentPayment(label or "", date.fromisoformat(day), exact(amount), write_off)


def _installments(keys: Sequence[int]) -> Rows:
    condition, values = among(Invoice, "invoice_id", keys)
    return fetch(
        Invoice,
        f"SELECT invoice_id, due_date, amount FROM installments WHERE {condition} ORDER BY invoice_id, position",  # noqa: S608
        values,
    )


def _orders(keys: Sequence[int]) -> Rows:
    condition, values = among(Invoice, "b.invoice_id", keys)
    return fetch(
        Invoice,
        "SELECT b.invoice_id, o.number FROM invoice_orders b JOIN orders o ON o.id = b.order_id "  # noqa: S608
        f"WHERE {condition} ORDER BY b.invoice_id, o.number",
        values,
    )


def _document(config: Config, head: _Head, parts: _Parts) -> InvoiceDocument:
    total = exact(head.total)
    credit = head.type == "credit_note"
    notes = [] if credit else [parts.terms.get(head.terms or config.invoicing.terms, "")]
    return InvoiceDocument(
        number=head.number or draft_address(head.key),
        title_kind="credit_note" if credit else "down_payment" if head.kind == "down_payment" else "invoice",
        state=head.state,
        seller=parties.seller(config),
        # The identity that the document copied; only an address that it lacks comes from the customer of today.
        buyer=parties.buyer(
            head.customer_name,
            head.billing,
            email=head.customer_email or head.email or "",
            phone=head.phone or "",
            vat=head.customer_vat,
            home=config.shop.country,
        ),
        ship_to=parties.ship_to(head.customer_name, head.shipping, head.billing, home=config.shop.country),
        customer_code=head.code or "",
        orders=parts.orders.get(head.key, ()),
        issued_on=_day(head.date),
        due_on=_day(head.due_date),
        terms_note="".join(notes),
        reference=head.reference or head.number or "",
        currency=head.currency,
        lines=parts.lines.get(head.key, ()),
        taxes=parts.taxes.get(head.key, ()),
        amount_untaxed=exact(head.untaxed),
        amount_tax=exact(head.tax),
        amount_total=total,
        # What stays reserved for a draft that was reset pays it only once it is posted again.
        payments=parts.payments.get(head.key, ()) if head.state == "posted" else (),
        amount_due=Decimal(0) if head.state == "cancelled" else total - exact(head.allocated),
        installments=parts.installments.get(head.key, ()),
        bank=parties.bank(config),
        note="\n".join(filter(None, (head.note, config.invoicing.note))),
        language=(head.customer_language or config.shop.language)[:2].lower(),
        revision=head.revision,
        early=_early(head),
        reverses=(head.reverses or draft_address(head.reverses_key)) if head.reverses_key else "",
        reason=head.reason,
        credited=head.status == "reversed",
    )


def _early(head: _Head) -> EarlyPayment | None:
    """Tell what pays a document early; the offer stays on paper, with its date, until something is paid."""
    until = _day(head.early_until)
    if until is None or head.state != "posted" or head.allocated:
        return None
    return EarlyPayment(exact(head.early_amount), until)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
