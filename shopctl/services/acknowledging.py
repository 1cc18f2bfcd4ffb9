"""Load payments as their receipts need them: many complete ones in a handful of queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.documents import ReceiptDocument, ReceiptPart
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Payment
from shopctl.services import parties
from shopctl.services.facts import GUEST
from shopctl.services.payments import keys_of, unknown
from shopctl.shop import Shop

_ADDRESS = ("name", "company", "street", "street2", "zip", "city", "region", "country")


class _Head(NamedTuple):
    key: int
    number: str
    direction: str
    state: str
    date: str
    method: str
    reference: str
    currency: str
    amount: int
    used: int
    returned: int
    memo: str
    refunds: str
    refunded_on: str | None
    order: str
    billing: str
    customer: int | None
    code: str
    name: str
    email: str
    phone: str
    vat: str
    language: str


def papers(shop: Shop, references: Sequence[str]) -> dict[str, ReceiptDocument | ShopError]:
    """Load the receipts of payments, or tell why one cannot be made.

    Raises (as values): payment.unknown, payment.not_received.
    """
    keys = keys_of(references)
    heads = {head.key: head for head in _heads(sorted(set(keys.values())))}
    parts = _parts(list(heads))
    addresses = _addresses([head.customer for head in heads.values() if head.customer and not head.billing])
    found: dict[str, ReceiptDocument | ShopError] = {}
    for typed in references:
        if typed not in keys:
            found[typed] = unknown(typed)
            continue
        head = heads[keys[typed]]
        if head.state != "done":
            found[typed] = _not_received(head)
            continue
        billing = head.billing or addresses.get(head.customer or 0, "")
        found[typed] = _receipt(shop, head, billing, parts.get(head.key, []))
    return found


def _not_received(head: _Head) -> RefusedError:
    return RefusedError(
        "payment.not_received",
        f"{head.number} is {head.state}, so no money can be acknowledged",
        hint=f"shopctl payment show {head.number}",
        payment=head.number,
    )


def _heads(keys: Sequence[int]) -> list[_Head]:
    condition, values = among(Payment, "p.id", keys)
    rows = fetch(
        Payment,
        "SELECT p.id, p.number, p.direction, p.state, p.date, p.method, coalesce(p.reference, ''), p.currency, "  # noqa: S608
        "p.amount, p.allocated, p.returned, p.memo, coalesce(r.number, ''), r.date, coalesce(o.number, ''), "
        "coalesce(o.billing, ''), p.customer_id, coalesce(c.code, ''), "
        "coalesce(nullif(c.company, ''), nullif(c.name, ''), c.email, ''), coalesce(c.email, ''), "
        "coalesce(c.phone, ''), coalesce(c.vat, ''), coalesce(c.language, '') FROM payments p "
        "LEFT JOIN payments r ON r.id = p.refunds_id LEFT JOIN orders o ON o.id = p.order_id "
        f"LEFT JOIN customers c ON c.id = p.customer_id WHERE {condition} ORDER BY p.id",
        values,
    )
    return [_Head(*row) for row in rows]


def _parts(keys: Sequence[int]) -> dict[int, list[ReceiptPart]]:
    """Tell what payments are used for now: invoices that they pay, credit notes that they pay out, what is closed."""
    condition, values = among(Payment, "a.payment_id", keys)
    found: dict[int, list[ReceiptPart]] = {}
    for key, amount, reason, kind, invoice, billed_on, note, noted_on in fetch(
        Payment,
        "SELECT a.payment_id, a.amount, a.write_off, i.kind, i.number, i.date, n.number, n.date FROM allocations a "  # noqa: S608
        "LEFT JOIN invoices i ON i.id = a.invoice_id LEFT JOIN invoices n ON n.id = a.credit_note_id "
        f"WHERE {condition} AND a.removed_at IS NULL ORDER BY a.id",
        values,
    ):
        if reason:
            part = ReceiptPart(f"written_off_{reason}", "", None, exact(amount))
        elif invoice:
            what = "down_payment" if kind == "down_payment" else "invoice"
            part = ReceiptPart(what, invoice, _day(billed_on), exact(amount))
        else:
            part = ReceiptPart("credit_note", note or "", _day(noted_on), exact(amount))
        found.setdefault(key, []).append(part)
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _addresses(customers: Sequence[int]) -> dict[int, str]:
    """Find the first billing address of customers, else the first one, in the form in which orders keep theirs."""
    condition, values = among(Payment, "customer_id", sorted(set(customers)))
    found: dict[int, str] = {}
    for customer, *address in fetch(
        Payment,
        f"SELECT customer_id, {', '.join(_ADDRESS)} FROM addresses WHERE {condition} "  # noqa: S608
        "ORDER BY CASE WHEN kind = 'billing' THEN 0 ELSE 1 END, position",
        values,
    ):
        found.setdefault(customer, json.dumps(dict(zip(_ADDRESS, address, strict=True))))
    return found


def _receipt(shop: Shop, head: _Head, billing: str, used: list[ReceiptPart]) -> ReceiptDocument:
    address = json.loads(billing or "{}")
    name = head.name or address.get("company") or address.get("name") or GUEST
    home = shop.config.shop.country
    return ReceiptDocument(
        number=head.number,
        title_kind="refund_receipt" if head.direction == "outbound" else "receipt",
        seller=parties.seller(shop.config),
        buyer=parties.buyer(name, billing, email=head.email, phone=head.phone, vat=head.vat, home=home),
        customer_code=head.code,
        order=head.order,
        issued_on=date.fromisoformat(head.date),
        method=head.method,
        reference=head.reference,
        currency=head.currency,
        amount=exact(head.amount),
        parts=(*used, *_rest(head)),
        note=head.memo if head.direction == "inbound" else "",
        language=(head.language or shop.config.shop.language)[:2].lower(),
    )


def _rest(head: _Head) -> list[ReceiptPart]:
    """Tell what of a payment paid nothing: it went back, or is a credit; of a refund, what it gives back."""
    left = exact(head.amount - head.used - head.returned)
    if head.direction == "outbound":
        return [ReceiptPart("money", head.refunds, _day(head.refunded_on), left)] if left else []
    parts = (ReceiptPart("returned", "", None, exact(head.returned)), ReceiptPart("unused", "", None, left))
    return [part for part in parts if part.amount != Decimal(0)]
