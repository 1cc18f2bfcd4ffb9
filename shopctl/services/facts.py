"""Load what the billing rules need to know about orders, for many orders in a handful of queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import exact
from shopctl.domain.billing import NOTHING, Advance, Amounts, DraftLine, OrderLine, add, minus, read_split
from shopctl.domain.down_payments import Earlier
from shopctl.domain.numbering import draft_address
from shopctl.domain.states import ORDER_STATES
from shopctl.domain.tax import Tax
from shopctl.models import Invoice, InvoiceLine, Order, TaxRate, database

GUEST = "Guest"
"""Who is billed for an order that names nobody, such as one rung up at a counter."""


class Buyer(NamedTuple):
    """Who is billed: the identity that a document copies."""

    key: int | None
    code: str
    name: str
    email: str
    vat: str
    language: str


class OrderFacts(NamedTuple):
    """An order as the billing rules see it."""

    key: int
    number: str
    state: str
    currency: str
    rounding: str
    terms: str
    advance: Decimal
    invoice_status: str
    billing: str
    shipping: str
    buyer: Buyer
    lines: tuple[OrderLine, ...]


def locking(table: str) -> str:
    """Write the clause that locks the rows read; SQLite holds its one write lock already."""
    return "" if is_sqlite(database.obj) else f" FOR UPDATE OF {table}"


def orders(numbers: Sequence[str], *, lines_of: Collection[str] = ORDER_STATES) -> dict[str, OrderFacts]:
    """Step: load and lock orders by number, always in the same order of keys.

    Args:
        numbers: Stored order numbers; those that do not exist are left out.
        lines_of: The states of the orders whose lines matter; the others come without lines.
    """
    condition, values = among(Order, "o.number", numbers)
    heads = fetch(
        Order,
        "SELECT o.id, o.number, o.state, o.currency, o.tax_rounding, o.terms, o.advance, o.invoice_status, o.billing, "  # noqa: S608
        "o.shipping, o.customer_id, c.code, c.name, c.company, c.email, c.vat, c.language FROM orders o "
        f"LEFT JOIN customers c ON c.id = o.customer_id WHERE {condition} ORDER BY o.id{locking('o')}",
        values,
    )
    lines = _lines([head[0] for head in heads if head[2] in lines_of])
    return {
        head[1]: OrderFacts._make(
            (*head[:6], exact(head[6]), *head[7:10], _buyer(head[10:], head[8]), tuple(lines.get(head[0], ())))
        )
        for head in heads
    }


def _buyer(values: Sequence[Any], billing: str) -> Buyer:
    key, code, name, company, email, vat, language = values
    if key is None:
        address = json.loads(billing or "{}")
        return Buyer(None, "", address.get("company") or address.get("name") or GUEST, "", "", "")
    return Buyer(key, code, company or name or email, email, vat, language)


def _lines(keys: Sequence[int]) -> dict[int, list[OrderLine]]:
    condition, values = among(Order, "order_id", keys)
    rows = fetch(
        Order,
        "SELECT order_id, id, kind, sku, description, quantity, delivered, invoiced, unit_price, discount, taxes, "  # noqa: S608
        f"policy, amount_untaxed, amount_tax, amount_total, tax_split FROM order_lines WHERE {condition} "
        "ORDER BY order_id, position",
        values,
    )
    started = [row[1] for row in rows if row[7]]
    billed = _billed(started) if started else {}
    found: dict[int, list[OrderLine]] = {}
    for order, key, kind, sku, words, quantity, done, invoiced, price, off, taxes, policy, *money in rows:
        line = OrderLine(
            key, kind, sku, words, exact(quantity), exact(done), exact(invoiced), exact(price), exact(off), taxes,
            policy, _amounts(*money), billed.get(key, NOTHING),
        )  # fmt: skip
        found.setdefault(order, []).append(line)
    return found


def _amounts(untaxed: int, tax: int, total: int, split: str) -> Amounts:
    return Amounts(exact(untaxed), exact(tax), exact(total), read_split(split))


def _billed(keys: Sequence[int]) -> dict[int, Amounts]:
    """Sum what documents, drafts included, billed of order lines; credit notes count against it."""
    condition, values = among(Order, "l.order_line_id", keys)
    rows = fetch(
        InvoiceLine,
        "SELECT l.order_line_id, i.type, l.amount_untaxed, l.amount_tax, l.amount_total, l.tax_split "  # noqa: S608
        f"FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE {condition} AND i.state <> 'cancelled'",
        values,
    )
    found: dict[int, Amounts] = {}
    for key, kind, *money in rows:
        part = _amounts(*money) if kind == "invoice" else minus(_amounts(*money))
        found[key] = add((found.get(key, NOTHING), part))
    return found


_tax = lru_cache(maxsize=1024)(Tax)
"""Makes equal taxes the same object, so that the plans of the tax engine are found without comparing ten fields."""


def taxes() -> dict[str, Tax]:
    """Step: load all taxes, groups with their children."""
    rows = {row.code: row for row in TaxRate.select()}

    def build(code: str) -> Tax:
        row = rows[code]
        children = tuple(build(child) for child in row.children.split())
        return _tax(
            row.code, row.name or row.code, row.type, row.amount, row.included, row.compounds, row.affected,
            row.sequence, row.group, children,
        )  # fmt: skip

    return {code: build(code) for code in rows}


class _DownPayment(NamedTuple):
    order: int
    key: int
    address: str
    state: str
    type: str
    share: Decimal
    lines: tuple[DraftLine, ...]
    deducted: bool


def advances(found: Iterable[OrderFacts]) -> dict[int, list[Advance]]:
    """Step: find the down payments of orders that no final invoice has deducted yet, drafts included."""
    keys = [order.key for order in found if order.advance]
    results: dict[int, list[Advance]] = {}
    for item in _down_payments(keys) if keys else ():
        if not item.deducted:
            results.setdefault(item.order, []).append(
                Advance(item.key, item.address, item.state == "posted", item.lines)
            )
    return results


def earlier(keys: Sequence[int]) -> dict[int, Earlier]:
    """Step: sum the down payments that orders have already, deducted or not."""
    results: dict[int, Earlier] = {}
    for item in _down_payments(keys):
        before = results.get(item.order, Earlier())
        billed = dict(before.billed)
        for line in item.lines if item.share else ():
            billed[line.taxes] = add((billed.get(line.taxes, NOTHING), line.amounts))
        results[item.order] = Earlier(before.percent + item.share, billed)
    return results


def _down_payments(keys: Sequence[int]) -> list[_DownPayment]:
    condition, values = among(Order, "b.order_id", keys)
    heads = fetch(
        Invoice,
        "SELECT b.order_id, i.id, i.number, i.state, i.type, i.share, EXISTS (SELECT 1 FROM invoice_lines l "  # noqa: S608
        "JOIN invoices r ON r.id = l.invoice_id WHERE l.deducts_id = i.id AND r.state <> 'cancelled') "
        "FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "
        f"WHERE {condition} AND i.kind = 'down_payment' AND i.state <> 'cancelled' ORDER BY i.id",
        values,
    )
    lines = _document_lines([head[1] for head in heads])
    return [
        _DownPayment(
            order, key, number or draft_address(key), state, kind, exact(share), tuple(lines.get(key, ())), bool(used)
        )
        for order, key, number, state, kind, share, used in heads
    ]


def _document_lines(keys: Sequence[int]) -> dict[int, list[DraftLine]]:
    condition, values = among(Invoice, "invoice_id", keys)
    rows = fetch(
        InvoiceLine,
        "SELECT invoice_id, kind, sku, description, quantity, unit_price, discount, taxes, amount_untaxed, amount_tax, "  # noqa: S608
        f"amount_total, tax_split FROM invoice_lines WHERE {condition} ORDER BY invoice_id, position",
        values,
    )
    found: dict[int, list[DraftLine]] = {}
    for key, kind, sku, words, quantity, price, off, codes, *money in rows:
        found.setdefault(key, []).append(
            DraftLine(kind, sku, words, exact(quantity), exact(price), exact(off), codes, _amounts(*money))
        )
    return found
