"""Find documents of every kind: by the very number that names one, or by anything that is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.numbering import draft_address, folded
from shopctl.models import Cart, Customer, Order, Product
from shopctl.services import bank_statements, deliveries, invoices, orders, payments, searching
from shopctl.shop import Shop

COUNTED: Final = 1_000
"""Hits of a kind that are counted; beyond it is told that there are more."""


class Hit(NamedTuple):
    """A document that was found.

    Attributes:
        kind: The table that it is in, such as `orders`.
        number: What names it; a customer's code, a product's SKU, the document that an e-mail is about.
        date: The day or moment that lists of its kind show, as it is stored.
        name: Whose it is, or what.
        amount: Its total, where it has one.
    """

    kind: str
    number: str
    date: str
    name: str
    amount_total: Decimal | None
    currency: str
    status: str


class Found(NamedTuple):
    """What was found of one kind.

    Attributes:
        total: How many there are; `COUNTED` at most.
        more: There are more than `total`.
    """

    kind: str
    total: int
    more: bool
    hits: tuple[Hit, ...]


def search(shop: Shop, text: str, kinds: Sequence[str] = searching.NOUNS, limit: int = 5) -> list[Found]:
    """Find documents by a text, a few of each kind: the one of that number first, then the newest.

    Args:
        kinds: Which of `searching.NOUNS`.
        limit: How many of each kind; 0 for all.

    Raises:
        UsageError: The text has no letter and no digit, or too many words.
    """
    found = []
    for kind in kinds:
        condition, values = searching.condition(kind, text, shop)
        ((total,),) = fetch(
            Order,
            f"SELECT count(*) FROM (SELECT 1 FROM {kind} WHERE {condition} LIMIT {COUNTED + 1}) AS hits",  # noqa: S608
            values,
        )
        if total:
            hits = _hits(kind, condition, values, text, limit)
            found.append(Found(kind, min(total, COUNTED), total > COUNTED, hits))
    return found


def _hits(kind: str, condition: str, values: Sequence[str | int], text: str, limit: int) -> tuple[Hit, ...]:
    columns, source, latest, number = _READ[kind]
    rows = fetch(
        Order,
        f"SELECT {columns} FROM {source} WHERE {condition} "  # noqa: S608  # texts of ours, bound values
        f"ORDER BY CASE WHEN {number} = ? THEN 0 ELSE 1 END, {latest}" + (" LIMIT ?" if limit else ""),
        (*values, folded(text), *([limit] if limit else [])),
    )
    return tuple(
        Hit(kind, number or draft_address(key), date or "", name or "",
            None if amount is None else exact(amount), currency or "", status)
        for key, number, date, name, amount, currency, status in rows
    )  # fmt: skip


_NAME: Final = "coalesce(nullif(c.company, ''), nullif(c.name, ''), c.email)"
_POSTED: Final = "CASE WHEN state = 'posted' THEN payment_status ELSE state END"
_STAGE: Final = "CASE WHEN ordered_at IS NULL THEN stage ELSE 'ordered' END"
_ARCHIVED: Final = "CASE WHEN archived THEN 'archived' ELSE '' END"
_OF_CUSTOMER: Final = "LEFT JOIN customers c ON c.id = {}.customer_id"

_READ: Final = {
    "orders": (
        f"orders.id, number, ordered_at, {_NAME}, amount_total, currency, state",
        f"orders {_OF_CUSTOMER.format('orders')}", "ordered_at DESC, number DESC", "number",
    ),
    "invoices": (
        f"id, number, date, customer_name, amount_total, currency, {_POSTED}",
        "invoices", "id DESC", "number",
    ),
    "payments": (
        f"payments.id, number, date, {_NAME}, amount, currency, state",
        f"payments {_OF_CUSTOMER.format('payments')}", "payments.id DESC", "number",
    ),
    "deliveries": (
        f"deliveries.id, deliveries.number, date, {_NAME}, NULL, '', deliveries.state",
        f"deliveries JOIN orders o ON o.id = deliveries.order_id {_OF_CUSTOMER.format('o')}",
        "date DESC, deliveries.number DESC", "deliveries.number",
    ),
    "carts": (
        f"carts.id, number, last_activity_at, {_NAME}, amount_total, currency, {_STAGE}",
        f"carts {_OF_CUSTOMER.format('carts')}", "last_activity_at DESC, number DESC", "number",
    ),
    "customers": (
        f"id, code, created_at, {_NAME.replace('c.', '')}, NULL, '', {_ARCHIVED}", "customers", "id DESC", "code",
    ),
    "products": (
        f"id, sku, NULL, name, NULL, '', {_ARCHIVED}", "products", "sku", "sku",
    ),
    "emails": ("id, document, created_at, recipient, NULL, '', state", "emails", "id DESC", "document"),
}  # fmt: skip
"""How each kind is read: columns, tables, order, and the column that names a document."""


def places(references: Sequence[str], kinds: Sequence[str]) -> dict[str, list[str]]:
    """Tell what kinds of documents numbers name, exactly.

    Args:
        references: As they were typed.
        kinds: Which kinds count, as in `searching.NOUNS`.

    Returns:
        The kinds of each reference, usually one; none when it names nothing.
    """
    found: dict[str, list[str]] = {reference: [] for reference in references}
    for kind in kinds:
        for reference in _KNOWN[kind](references):
            found[reference].append(kind)
    return found


def _orders(references: Sequence[str]) -> list[str]:
    numbers = orders.stored_numbers(references)
    known = orders.known_numbers(list(numbers.values()))
    return [reference for reference, number in numbers.items() if number in known]


def _customers(references: Sequence[str]) -> list[str]:
    names = {reference: (folded(reference), reference.strip().casefold()) for reference in references}
    condition, values = among(Customer, "code", [code for code, _ in names.values()])
    codes = {code for (code,) in fetch(Customer, f"SELECT code FROM customers WHERE {condition}", values)}  # noqa: S608
    condition, values = among(Customer, "email_folded", [email for _, email in names.values()])
    emails = {one for (one,) in fetch(Customer, f"SELECT email_folded FROM customers WHERE {condition}", values)}  # noqa: S608
    return [reference for reference, (code, email) in names.items() if code in codes or email in emails]


def _carts(references: Sequence[str]) -> list[str]:
    condition, values = among(Cart, "number", [folded(reference) for reference in references])
    known = {number for (number,) in fetch(Cart, f"SELECT number FROM carts WHERE {condition}", values)}  # noqa: S608
    return [reference for reference in references if folded(reference) in known]


def _products(references: Sequence[str]) -> list[str]:
    condition, values = among(Product, "sku", list(references))
    known = {sku for (sku,) in fetch(Product, f"SELECT sku FROM products WHERE {condition}", values)}  # noqa: S608
    return [reference for reference in references if reference in known]


_KNOWN: Final[dict[str, Callable[[Sequence[str]], Sequence[str]]]] = {
    "orders": _orders,
    "invoices": lambda references: list(invoices.known(references)),
    "payments": lambda references: list(payments.keys_of(references)),
    "deliveries": lambda references: list(deliveries.keys_of(references)),
    "carts": _carts,
    "customers": _customers,
    "products": _products,
    "lines": bank_statements.known_lines,
}
