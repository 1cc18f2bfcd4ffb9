"""Load invoices as paper and letters need them: many complete documents in a handful of queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

from shopctl.config import Config
from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.billing import TaxShare, read_split
from shopctl.domain.documents import (
    BankAccount,
    DocumentInstallment,
    DocumentLine,
    DocumentPayment,
    DocumentTax,
    EarlyPayment,
    InvoiceDocument,
    Party,
)
from shopctl.domain.numbering import draft_address
from shopctl.domain.tax_groups import by_group
from shopctl.models import Invoice
from shopctl.services import facts
from shopctl.shop import Shop

T = TypeVar("T")
Rows = list[tuple[Any, ...]]

CITY_FIRST: Final = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "US"})
"""Countries that write the postal code after the city, with the region where there is one."""


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
    splits = _grouped(lines, lambda row: read_split(row[-1]))
    shares = _grouped(_taxes(keys), lambda row: TaxShare(row[1], exact(row[2]), exact(row[3])))
    parts = _Parts(
        _grouped(lines, lambda row: _line(row, names)),
        {key: by_group(own, splits.get(key, ()), taxes) for key, own in shares.items()},
        _grouped(_payments(keys), _payment),
        _grouped(_installments(keys), lambda row: DocumentInstallment(date.fromisoformat(row[1]), exact(row[2]))),
        _grouped(_orders(keys), lambda row: str(row[1])),
        dict(fetch(Invoice, "SELECT code, note FROM payment_terms")),
    )
    return {head.key: _document(shop.config, head, parts) for head in _heads(keys)}


def _grouped(rows: Rows, make: Any) -> dict[int, tuple[Any, ...]]:
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


def _line(row: tuple[Any, ...], names: Mapping[str, str]) -> DocumentLine:
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
        seller=seller_of(config),
        buyer=_buyer(head, config.shop.country),
        ship_to=_ship_to(head, config.shop.country),
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
        bank=_bank(config),
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


def seller_of(config: Config) -> Party:
    """Say who sends the documents of a shop."""
    shop = config.shop
    return Party(shop.name, shop.address, shop.email, shop.phone, shop.vat)


def _bank(config: Config) -> BankAccount | None:
    account = config.wire_transfer
    if not (account.iban or account.bank or account.text):
        return None
    return BankAccount(account.holder, account.iban, account.bic, account.bank, account.text)


def _buyer(head: _Head, home: str) -> Party:
    """Take the identity that the document copied; only an address that it lacks comes from the customer of today."""
    address = _address(head.billing)
    person = _person(address, head.customer_name)
    lines = (*person, *_postal(address, home))
    return Party(
        head.customer_name, lines, head.customer_email or head.email or "", head.phone or "", head.customer_vat
    )


def _ship_to(head: _Head, home: str) -> Party | None:
    if not head.shipping or _address(head.shipping) == _address(head.billing):
        return None
    return party_at(head.shipping, head.customer_name, home)


def party_at(stored: str, otherwise: str, home: str) -> Party:
    """Say who is at a stored address.

    Args:
        otherwise: Their name where the address names nobody.
        home: The country that is not printed, because letters stay in it.
    """
    address = _address(stored)
    name = address.get("company") or address.get("name") or otherwise
    return Party(name, (*_person(address, name), *_postal(address, home)))


def _address(text: str) -> dict[str, str]:
    return json.loads(text) if text else {}


def _person(address: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Name the company and the person of an address, as far as they are not the name above it."""
    return tuple({value: None for part in ("company", "name") if (value := address.get(part, "")) and value != name})


def _postal(address: Mapping[str, str], home: str) -> tuple[str, ...]:
    """Write the street, the city and, abroad, the country of an address, one printed line each."""
    place = {part: address.get(part, "") for part in ("street", "street2", "zip", "city", "region", "country")}
    if place["country"] in CITY_FIRST:
        region = "" if place["region"] == place["city"] else place["region"]
        city = f"{place['city']}, {region} {place['zip']}" if region else f"{place['city']} {place['zip']}"
    else:
        city = f"{place['zip']} {place['city']}"
    country = place["country"] if place["country"] != home else ""
    return tuple(line for line in (place["street"], place["street2"], city.strip(" ,"), country) if line)
