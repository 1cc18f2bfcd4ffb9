"""Hand out everything that is kept about a person, in a form that machines read.

Source: Regulation (EU) 2016/679, articles 15 and 20.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from shopctl.db.bulk import among, fetch
from shopctl.domain.money import step_of
from shopctl.models import (
    Address,
    BankLine,
    Cart,
    CartLine,
    Customer,
    Email,
    Event,
    Invoice,
    KnownAccount,
    Order,
    OrderLine,
    Payment,
    Reminder,
    Suppression,
)  # fmt: skip
from shopctl.services import suppressing
from shopctl.services.customer_pages import codes_of, documents_of
from shopctl.services.customers import find_customer

Values = dict[str, object]

_IDENTITY: Final = ("code", "name", "company", "email", "phone", "vat", "language", "country", "terms", "note")
_ORDER: Final = (
    "number", "source", "external_id", "website", "ordered_at", "state", "confirmed_at", "currency", "payment_method",
    "terms", "note", "tags", "cart", "amount_untaxed", "amount_tax", "amount_total", "paid", "pending", "refunded",
    "invoice_status", "payment_status", "delivery_status", "close_reason", "hold_reason", "cancel_reason",
)  # fmt: skip
_CART: Final = (
    "number", "source", "website", "created_at", "last_activity_at", "ordered_at", "stage", "payment_error", "currency",
    "amount_untaxed", "amount_tax", "amount_total",
)  # fmt: skip
_LINE: Final = ("position", "kind", "sku", "description", "quantity", "unit_price", "discount", "taxes")
_INVOICE: Final = (
    "number", "type", "kind", "state", "payment_status", "customer_name", "customer_email", "customer_vat", "currency",
    "date", "due_date", "amount_untaxed", "amount_tax", "amount_total", "allocated", "reference", "note", "reason",
    "sent_at",
)  # fmt: skip
_PAYMENT: Final = (
    "number", "direction", "method", "provider", "reference", "state", "currency", "amount", "allocated", "returned",
    "date", "memo",
)  # fmt: skip
_TRANSFER: Final = ("date", "currency", "amount", "name", "iban", "reference", "text", "end_to_end", "bank_reference")
_MONEY: Final = ("amount", "paid", "pending", "refunded", "allocated", "returned")
"""How the names of amounts begin; other numbers are quantities, prices and percentages."""

_LETTER: Final = ("document", "kind", "recipient", "cc", "subject", "text", "state", "basis", "created_at", "sent_at")


def copy(reference: str) -> Values:
    """Gather everything that is kept about a customer, as plain values.

    Returns:
        `identity`, `addresses`, `consents`, `orders`, `carts`, `invoices`, `payments`, `accounts`, `transfers`,
        `deliveries`, `letters`, `reminders`, `suppressions` and `journal`; exact numbers as text, instants in UTC.

    Raises:
        NotFoundError: There is no such customer.
    """
    key = find_customer(reference)
    one: Any = Customer.get_by_id(key)
    codes = codes_of([key])
    return {
        "identity": {
            **_values(one, _IDENTITY), "tags": one.tags.split(", ") if one.tags else [],
            "created_at": _plain(one.created_at),
            "archived": one.archived, "anonymized_at": _plain(one.anonymized_at),
            "merged": [code for code in codes if code != one.code],
        },
        "addresses": _list(Address.select().where(Address.customer == key).order_by(Address.position), (
            "kind", "name", "company", "street", "street2", "zip", "city", "region", "country",
        )),
        "consents": _consents(one),
        "suppressions": _suppressions(key),
        "orders": _orders(key),
        "carts": _with_lines(Cart, CartLine, "cart", key, _CART, _LINE),
        "invoices": _invoices(key),
        "payments": _list(Payment.select().where(Payment.customer == key).order_by(Payment.id), _PAYMENT),
        "accounts": _list(KnownAccount.select().where(KnownAccount.customer == key).order_by(KnownAccount.id), (
            "iban", "learned_at",
        )),
        "transfers": _transfers(key),
        "deliveries": _deliveries(key),
        "letters": _letters(documents_of([key])),
        "reminders": _reminders(documents_of([key])),
        "journal": _journal([*codes, *documents_of([key])]),
    }  # fmt: skip


def _consents(one: Any) -> list[Values]:
    if one.marketing is None:
        return []
    names = {"given": "marketing", "source": "marketing_source", "at": "marketing_at", "text": "marketing_text"}
    return [{"purpose": "marketing", **{name: _plain(getattr(one, field)) for name, field in names.items()}}]


def _orders(key: int) -> list[Values]:
    orders = _with_lines(Order, OrderLine, "order", key, _ORDER, (*_LINE, "delivered", "amount_total"))
    query: Any = Order.select(Order.billing, Order.shipping).where(Order.customer == key).order_by(Order.id)
    return [{**told, **_addresses_of(row)} for told, row in zip(orders, query, strict=True)]


def _invoices(key: int) -> list[Values]:
    query: Any = Invoice.select().where(Invoice.customer == key).order_by(Invoice.id)
    return [{**_values(row, _INVOICE), **_addresses_of(row)} for row in query]


def _addresses_of(row: Any) -> Values:
    return {name: json.loads(getattr(row, name) or "null") for name in ("billing", "shipping")}


def _with_lines(
    model: Any, line_model: Any, owner: str, key: int, names: Sequence[str], line_names: Sequence[str]
) -> list[Values]:
    field = getattr(line_model, owner)
    lines: dict[int, list[Values]] = {}
    rows = list(model.select().where(model.customer == key).order_by(model.id))
    currencies = {row.id: row.currency for row in rows}
    mine = line_model.select().join(model).where(model.customer == key)
    for line in mine.order_by(field, line_model.position):
        number = getattr(line, f"{owner}_id")
        lines.setdefault(number, []).append(_values(line, line_names, currencies[number]))
    return [{**_values(row, names), "lines": lines.get(row.id, [])} for row in rows]


def _deliveries(key: int) -> list[Values]:
    names = ("number", "order", "kind", "state", "date", "carrier", "tracking", "note")
    rows = fetch(
        Order,
        "SELECT d.number, o.number, d.kind, d.state, d.date, d.carrier, d.tracking, d.note FROM deliveries d "
        "JOIN orders o ON o.id = d.order_id WHERE o.customer_id = ? ORDER BY d.id",
        (key,),
    )
    return [_named(names, row) for row in rows]


def _transfers(key: int) -> list[Values]:
    """List the lines of statements that were payments of the customer."""
    query: Any = BankLine.select().join(Payment, on=Payment.line).where(Payment.customer == key).distinct()
    return _list(query.order_by(BankLine.id), _TRANSFER)


def _letters(documents: Sequence[str]) -> list[Values]:
    condition, values = among(Email, "document", documents)
    rows = fetch(Email, f"SELECT {', '.join(_LETTER)} FROM emails WHERE {condition} ORDER BY id", values)  # noqa: S608
    return [_named(_LETTER, row) for row in rows]


def _reminders(documents: Sequence[str]) -> list[Values]:
    condition, values = among(Reminder, "document", documents)
    names = ("kind", "document", "step", "basis", "created_at")
    rows = fetch(Reminder, f"SELECT {', '.join(names)} FROM reminders WHERE {condition} ORDER BY id", values)  # noqa: S608
    return [_named(names, row) for row in rows]


def _suppressions(key: int) -> list[Values]:
    """List which letters the addresses of a customer, and of those merged into it, get no more."""
    mine: Any = Customer.select(Customer.email).where((Customer.id == key) | (Customer.merged_into == key))
    digests = sorted({suppressing.digest_of(email) for (email,) in mine.tuples() if email})
    condition, values = among(Suppression, "digest", digests)
    names = ("address", "scope", "reason", "source", "created_at")
    rows = fetch(Suppression, f"SELECT {', '.join(names)} FROM suppressions WHERE {condition} ORDER BY id", values)  # noqa: S608
    return [_named(names, row) for row in rows]


def _journal(references: Sequence[str]) -> list[Values]:
    condition, values = among(Event, "reference", references)
    rows = fetch(
        Event,
        f"SELECT at, actor, action, reference, details FROM events WHERE {condition} ORDER BY id",  # noqa: S608
        values,
    )
    names = ("at", "actor", "action", "reference", "details")
    return [_named(names, (*row[:4], json.loads(row[4]) if row[4] else None)) for row in rows]


def _named(names: Sequence[str], row: Iterable[Any]) -> Values:
    return {name: _plain(value) for name, value in zip(names, row, strict=True)}


def _list(query: Any, names: Sequence[str]) -> list[Values]:
    return [_values(row, names) for row in query]


def _values(row: Any, names: Sequence[str], currency: str = "") -> Values:
    """Read attributes as plain values; amounts have the digits of their currency."""
    currency = currency or getattr(row, "currency", "")
    return {
        name: f"{value.quantize(step_of(currency)):f}"
        if isinstance(value := getattr(row, name), Decimal) and name.startswith(_MONEY)
        else _plain(value)
        for name in names
    }


def _plain(value: Any) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value
