"""Tell everything about a customer: contacts, preferences, what is open, and what happened."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch, within
from shopctl.db.fields import exact, instant
from shopctl.domain.numbering import draft_address
from shopctl.models import Address, Cart, Customer, Event, Invoice, Order
from shopctl.services import reminded, suppressing
from shopctl.services.customers import COLUMNS, CustomerRow, find_customer, idle_since, rows_of
from shopctl.shop import Shop

_AMOUNT: Final = re.compile(r"-?[0-9]+\.[0-9]{2}00")
"""An amount as it was stored, with four decimals."""

SHOWN: Final = 10
"""Rows of each table on the page of a customer; the commands below it tell the rest."""

LATEST: Final = 50
"""Documents of each kind that the activity on the page looks at."""


class LatestOrder(NamedTuple):
    """One of the latest orders of a customer."""

    number: str
    date: dt.datetime
    state: str
    amount_total: Decimal
    currency: str
    payment_status: str


class OpenInvoice(NamedTuple):
    """A posted invoice with something due."""

    number: str
    date: dt.date
    due_date: dt.date
    amount_total: Decimal
    amount_due: Decimal
    currency: str


class OpenCart(NamedTuple):
    """A cart that was not turned into an order."""

    number: str
    last_activity_at: dt.datetime
    stage: str
    amount_total: Decimal
    currency: str
    abandoned: bool


class ActivityRow(NamedTuple):
    """Something that happened with a customer: an entry of the journal, or a letter.

    Attributes:
        actor: Who did it; empty for a letter.
        action: As the journal calls it; of a letter `letter.` and its state.
        reference: The document that it is about.
        details: What the journal tells besides, or the subject of the letter.
    """

    at: dt.datetime
    actor: str
    action: str
    reference: str
    details: str


class CustomerDetails(NamedTuple):
    """Everything `customers show` tells."""

    customer: CustomerRow
    vat: str
    terms: str
    note: str
    marketing_source: str
    marketing_at: dt.datetime | None
    marketing_text: str
    suppressed: tuple[str, ...]
    merged: tuple[str, ...]
    created_at: dt.datetime
    anonymized_at: dt.datetime | None
    addresses: tuple[dict[str, str], ...]
    latest_orders: tuple[LatestOrder, ...]
    open_invoices: tuple[OpenInvoice, ...]
    carts: tuple[OpenCart, ...]
    activity: tuple[ActivityRow, ...]
    reminded: reminded.Reminded = reminded.NEVER


def show(shop: Shop, references: list[str]) -> list[CustomerDetails]:
    """Tell everything about some customers.

    Raises:
        NotFoundError: One of them does not exist.
    """
    return [_details(shop, find_customer(reference)) for reference in references]


def _details(shop: Shop, key: int) -> CustomerDetails:
    one: Any = Customer.get_by_id(key)
    head: Any = Customer.select(*COLUMNS).where(Customer.id == key)
    (row,) = rows_of(shop, [head.tuples().get()])
    return CustomerDetails(
        row, one.vat, one.terms, one.note, one.marketing_source, one.marketing_at,
        one.marketing_text, tuple(sorted(suppressing.scopes([one.email]).get(one.email, ()))),
        tuple(code for code in codes_of([key]) if code != one.code), one.created_at, one.anonymized_at, addresses(key),
        _orders(key), _invoices(key), _carts(shop, key), tuple(activity([key], limit=SHOWN, documents=LATEST)),
        reminded.of_customer(key, one.code),
    )  # fmt: skip


def addresses(key: int) -> tuple[dict[str, str], ...]:
    """Step: read the addresses of a customer, in the order in which they are numbered."""
    names = ("kind", "name", "company", "street", "street2", "zip", "city", "region", "country")
    query: Any = Address.select().where(Address.customer == key).order_by(Address.position)
    return tuple({name: getattr(address, name) for name in names} for address in query)


def _orders(key: int) -> tuple[LatestOrder, ...]:
    query: Any = Order.select(
        Order.number, Order.ordered_at, Order.state, Order.amount_total, Order.currency, Order.payment_status
    )
    latest = query.where(Order.customer == key).order_by(Order.ordered_at.desc(), Order.number.desc()).limit(SHOWN)
    return tuple(LatestOrder(*values) for values in latest.tuples())


def _invoices(key: int) -> tuple[OpenInvoice, ...]:
    rows = fetch(
        Invoice,
        "SELECT number, date, coalesce(due_date, date), amount_total, amount_total - allocated, currency FROM invoices "
        "WHERE customer_id = ? AND state = 'posted' AND type = 'invoice' AND allocated < amount_total "
        "ORDER BY 3, number LIMIT ?",
        (key, SHOWN),
    )
    return tuple(
        OpenInvoice(number, dt.date.fromisoformat(day), dt.date.fromisoformat(due), exact(whole), exact(left), currency)
        for number, day, due, whole, left, currency in rows
    )


def _carts(shop: Shop, key: int) -> tuple[OpenCart, ...]:
    query: Any = Cart.select(Cart.number, Cart.last_activity_at, Cart.stage, Cart.amount_total, Cart.currency)
    mine = query.where((Cart.customer == key) & Cart.ordered_at.is_null())
    latest = mine.order_by(Cart.last_activity_at.desc(), Cart.number.desc()).limit(SHOWN)
    return tuple(OpenCart._make((*values, values[1] <= idle_since(shop))) for values in latest.tuples())


def codes_of(keys: Sequence[int]) -> list[str]:
    """Step: list the codes of customers and of those that were merged into them."""
    query: Any = Customer.select(Customer.code).where(within(Customer.id, keys) | within(Customer.merged_into, keys))
    return [code for (code,) in query.order_by(Customer.id).tuples()]


# The plus keeps both databases from walking a whole table backwards by its key for the sake of the few rows wanted.
_BELONGS: Final = (
    "SELECT number FROM orders WHERE {} ORDER BY +id DESC",
    "SELECT number FROM carts WHERE {} ORDER BY +id DESC",
    "SELECT number FROM payments WHERE {} ORDER BY +id DESC",
    "SELECT d.number FROM deliveries d JOIN orders o ON o.id = d.order_id WHERE {} ORDER BY +d.id DESC",
)


def documents_of(keys: Sequence[int], limit: int = 0) -> list[str]:
    """Step: list what the journal and letters call the documents of customers, drafts by their address.

    Args:
        limit: How many of each kind at most, the latest ones; 0 for all.
    """
    condition, values = among(Customer, "customer_id", keys)
    most = f" LIMIT {int(limit)}" if limit else ""
    named = (fetch(Customer, statement.format(condition) + most, values) for statement in _BELONGS)
    found = [number for (number,) in chain.from_iterable(named)]
    for key, number in fetch(
        Invoice,
        f"SELECT id, number FROM invoices WHERE {condition} ORDER BY +id DESC{most}",  # noqa: S608
        values,
    ):
        found += [draft_address(key), *([number] if number else [])]
    return found


def activity(keys: Sequence[int], *, limit: int = 0, documents: int = 0) -> list[ActivityRow]:
    """Tell what happened with customers, the latest first: the journal of their documents, and letters.

    Args:
        limit: How many rows at most; 0 for all.
        documents: How many documents of each kind are looked at; 0 for all.
    """
    references = [*codes_of(keys), *documents_of(keys, documents)]
    most = f" LIMIT {int(limit)}" if limit else ""
    condition, values = among(Event, "reference", references)
    events = fetch(
        Event,
        f"SELECT at, actor, action, reference, details FROM events WHERE {condition} ORDER BY +id DESC{most}",  # noqa: S608
        values,
    )
    condition, values = among(Event, "document", references)
    letters = fetch(
        Event,
        "SELECT coalesce(sent_at, created_at), '', 'letter.' || state, document, subject FROM emails "  # noqa: S608
        f"WHERE {condition} ORDER BY +id DESC{most}",
        values,
    )
    # Stable: entries of one moment stay in the order of the journal.
    rows = sorted([*events, *letters], key=lambda row: row[0], reverse=True)
    return [
        ActivityRow(instant(at), actor, action, reference, said(details) if actor else details)
        for at, actor, action, reference, details in (rows[:limit] if limit else rows)
    ]


def said(details: str) -> str:
    """Write the details of a journal entry in words: `reason: sold out, lines: 2`."""
    told = {name: _plain(value) for name, value in json.loads(details or "{}").items()}
    return ", ".join(f"{name}: {text}" for name, text in told.items() if text)


def _plain(value: object) -> str:
    text = " ".join(map(_plain, value)) if isinstance(value, list) else str(value)
    return text.removesuffix("00") if _AMOUNT.fullmatch(text) else text


def time_line(reference: str, *, limit: int = 0) -> list[ActivityRow]:
    """Tell everything that happened with a customer, the latest first.

    Args:
        limit: How many rows at most; 0 for all.

    Raises:
        NotFoundError: There is no such customer.
    """
    return activity([find_customer(reference)], limit=limit)
