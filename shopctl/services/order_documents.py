"""Load orders as paper and letters need them: many complete orders in a handful of queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact, instant
from shopctl.domain.billing import NOTHING, add, read_split
from shopctl.domain.documents import (
    DocumentLine,
    DocumentPayment,
    DocumentTax,
    InvoiceDocument,
    OrderDocument,
    OrderedLine,
    OrderInvoice,
    OrderShipment,
)
from shopctl.domain.order_letters import Progress, reference
from shopctl.domain.settlement import order_due
from shopctl.domain.tax_groups import by_group
from shopctl.errors import ShopError
from shopctl.models import Order
from shopctl.services import facts, parties
from shopctl.services.documents import Rows, grouped, line_of
from shopctl.services.facts import GUEST
from shopctl.services.orders import known_numbers, stored_numbers, unknown
from shopctl.shop import Shop


class _Head(NamedTuple):
    key: int
    number: str
    state: str
    ordered_at: str
    currency: str
    billing: str
    shipping: str
    terms: str
    note: str
    untaxed: int
    tax: int
    total: int
    paid: int
    invoice_status: str
    payment_status: str
    delivery_status: str
    code: str | None
    name: str | None
    company: str | None
    email: str | None
    phone: str | None
    vat: str | None
    language: str | None
    customer_terms: str | None
    reference: str


class _Billed(NamedTuple):
    """An invoice of an order, with what its payer should quote."""

    shown: OrderInvoice
    reference: str


class _Parts(NamedTuple):
    """What belongs to the orders, by their keys."""

    printed: Mapping[int, tuple[DocumentLine, ...]]
    lines: Mapping[int, tuple[OrderedLine, ...]]
    taxes: Mapping[int, tuple[DocumentTax, ...]]
    invoices: Mapping[int, tuple[_Billed, ...]]
    shipments: Mapping[int, tuple[OrderShipment, ...]]
    terms: Mapping[str, str]


def load(shop: Shop, keys: Sequence[int]) -> dict[int, OrderDocument]:
    """Load orders by key, whatever their state.

    Args:
        keys: Any number of them; a few hundred at a time keep memory small.

    Returns:
        The orders; keys that do not exist are left out.
    """
    taxes = facts.taxes()
    names = {code: tax.name for code, tax in taxes.items()}
    lines = _lines(keys)
    splits = grouped(lines, lambda row: read_split(row[9]))
    parts = _Parts(
        grouped(lines, lambda row: line_of(row[:10], names)),
        grouped(lines, lambda row: OrderedLine(row[1], row[2], exact(row[4]), exact(row[10]))),
        {
            key: by_group(add(NOTHING._replace(taxes=split) for split in own).taxes, own, taxes)
            for key, own in splits.items()
        },
        grouped(_invoices(keys), _billed),
        _shipments(keys),
        dict(fetch(Order, "SELECT code, note FROM payment_terms")),
    )
    return {head.key: _document(shop, head, parts) for head in _heads(keys)}


def papers(shop: Shop, references: Sequence[str]) -> dict[str, InvoiceDocument | ShopError]:
    """Load the orders that were asked for as paper, or tell why one cannot be printed (order.unknown)."""
    stored = stored_numbers(references)
    keys = known_numbers(list(stored.values()))
    loaded = load(shop, list(keys.values()))
    return {typed: loaded[keys[number]].paper if number in keys else unknown(typed) for typed, number in stored.items()}


def _heads(keys: Sequence[int]) -> list[_Head]:
    condition, values = among(Order, "o.id", keys)
    rows = fetch(
        Order,
        "SELECT o.id, o.number, o.state, o.ordered_at, o.currency, o.billing, o.shipping, o.terms, o.note, "  # noqa: S608
        "o.amount_untaxed, o.amount_tax, o.amount_total, o.paid, o.invoice_status, o.payment_status, "
        "o.delivery_status, c.code, c.name, c.company, c.email, c.phone, c.vat, c.language, c.terms, o.reference "
        f"FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE {condition} ORDER BY o.id",
        values,
    )
    return [_Head(*row) for row in rows]


def _lines(keys: Sequence[int]) -> Rows:
    condition, values = among(Order, "order_id", keys)
    return fetch(
        Order,
        "SELECT order_id, kind, description, sku, quantity, unit_price, discount, taxes, amount_untaxed, tax_split, "  # noqa: S608
        f"amount_total FROM order_lines WHERE {condition} ORDER BY order_id, position",
        values,
    )


def _invoices(keys: Sequence[int]) -> Rows:
    condition, values = among(Order, "b.order_id", keys)
    return fetch(
        Order,
        "SELECT b.order_id, i.number, i.type, i.date, coalesce(i.due_date, i.date), i.amount_total, i.allocated, "  # noqa: S608
        "i.reference FROM invoice_orders b "
        f"JOIN invoices i ON i.id = b.invoice_id WHERE {condition} AND i.state = 'posted' ORDER BY i.date, i.id",
        values,
    )


def _billed(row: tuple[Any, ...]) -> _Billed:
    _, number, kind, day, due_on, total, allocated, quoted = row
    left = exact(total) - exact(allocated)
    days = (date.fromisoformat(day), date.fromisoformat(due_on))
    return _Billed(OrderInvoice(number, kind, *days, exact(total), left), quoted or number)


def _shipments(keys: Sequence[int]) -> dict[int, tuple[OrderShipment, ...]]:
    condition, values = among(Order, "d.order_id", keys)
    rows = fetch(
        Order,
        "SELECT d.order_id, d.id, d.number, d.date, d.carrier, d.tracking, m.quantity, l.description "  # noqa: S608
        "FROM deliveries d JOIN delivery_lines m ON m.delivery_id = d.id JOIN order_lines l ON l.id = m.order_line_id "
        f"WHERE {condition} AND d.kind = 'outgoing' AND d.state = 'done' ORDER BY d.date, d.id, m.position",
        values,
    )
    goods = grouped([row[1:] for row in rows], lambda row: (exact(row[5]), row[6]))
    heads = {row[1]: row[:6] for row in rows}
    return grouped(
        [*heads.values()],
        lambda row: OrderShipment(row[2], date.fromisoformat(row[3]), row[4], row[5], goods[row[1]]),
    )


def _document(shop: Shop, head: _Head, parts: _Parts) -> OrderDocument:
    paid = exact(head.paid)
    due = order_due(head.state, head.payment_status, exact(head.total), paid)
    billed = parts.invoices.get(head.key, ())
    waiting = tuple(
        (one.reference, one.shown.amount_due) for one in billed if one.shown.kind == "invoice" and one.shown.amount_due
    )
    shipments = parts.shipments.get(head.key, ())
    progress = Progress(
        head.state, paid, due, head.delivery_status, head.invoice_status, bool(shipments), bool(waiting)
    )
    quoted = reference(head.reference or head.number, due, waiting) if due else ""
    return OrderDocument(
        _paper(shop, head, parts, due, quoted), progress, head.payment_status == "refunded",
        parts.lines.get(head.key, ()), tuple(one.shown for one in billed), shipments,
    )  # fmt: skip


def _paper(shop: Shop, head: _Head, parts: _Parts, due: Decimal, quoted: str) -> InvoiceDocument:
    shop_settings, paid = shop.config.shop, exact(head.paid)
    name = _name(head)
    terms = head.terms or head.customer_terms or shop.config.invoicing.terms
    return InvoiceDocument(
        number=head.number,
        title_kind="order_confirmation" if head.state == "confirmed" else "order",
        state="cancelled" if head.state == "cancelled" else "posted",
        seller=parties.seller(shop.config),
        buyer=parties.buyer(
            name, head.billing, email=head.email or "", phone=head.phone or "", vat=head.vat or "",
            home=shop_settings.country,
        ),
        ship_to=parties.ship_to(name, head.shipping, head.billing, home=shop_settings.country),
        customer_code=head.code or "",
        orders=(),
        issued_on=instant(head.ordered_at).astimezone(shop.zone).date(),
        due_on=None,
        terms_note=parts.terms.get(terms, ""),
        reference=quoted,
        currency=head.currency,
        lines=parts.printed.get(head.key, ()),
        taxes=parts.taxes.get(head.key, ()),
        amount_untaxed=exact(head.untaxed),
        amount_tax=exact(head.tax),
        amount_total=exact(head.total),
        payments=(DocumentPayment("", None, paid),) if paid > 0 else (),
        amount_due=due,
        bank=parties.bank(shop.config),
        note=head.note,
        language=(head.language or shop_settings.language)[:2].lower(),
    )  # fmt: skip


def _name(head: _Head) -> str:
    """Tell who ordered; a guest is known by the address only."""
    if head.code is None:
        address = json.loads(head.billing or "{}")
        return address.get("company") or address.get("name") or GUEST
    return head.company or head.name or head.email or GUEST
