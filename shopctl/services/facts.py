"""Load what the billing rules need to know about orders, for many orders in a handful of queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import exact
from shopctl.domain.billing import (
    NOTHING,
    ZERO,
    Advance,
    Amounts,
    DraftLine,
    OrderLine,
    TaxShare,
    add,
    minus,
    read_split,
)
from shopctl.domain.down_payments import Earlier
from shopctl.domain.numbering import draft_address
from shopctl.domain.states import ORDER_STATES
from shopctl.domain.tax import Tax
from shopctl.models import Invoice, InvoiceLine, Order, TaxRate, database

_new: Any = tuple.__new__  # builds a NamedTuple in half the time of calling it; lines are loaded by the thousand

GUEST = "Guest"
"""Who is billed for an order that names nobody, such as one rung up at a counter."""


COUNTED = "(i.state = 'posted' OR (i.state = 'draft' AND (i.type = 'invoice' OR i.reverses_id IS NULL)))"
"""Documents that count on their orders: a credit note made of an invoice only once it is posted (settled rule 5).

Written for the alias `i`; until then the order stays billed, so nobody bills it again by mistake.
"""


class Buyer(NamedTuple):
    """Who is billed: the identity that a document copies."""

    key: int | None
    code: str
    name: str
    email: str
    vat: str
    language: str
    terms: str = ""


class OrderFacts(NamedTuple):
    """An order as the billing rules see it; `terms` are those that it names itself and was priced by.

    Attributes:
        hold: Why it is on hold: nothing of it is billed or delivered until it is released; empty when it is not.
    """

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
    hold: str

    @property
    def payment_terms(self) -> str:
        """The terms by which its invoices are paid: its own, else its customer's; empty for the shop's."""
        return self.terms or self.buyer.terms


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
        "o.shipping, o.customer_id, c.code, c.name, c.company, c.email, c.vat, c.language, c.terms, o.hold_reason "
        "FROM orders o "
        f"LEFT JOIN customers c ON c.id = o.customer_id WHERE {condition} ORDER BY o.id{locking('o')}",
        values,
    )
    lines = _lines([head[0] for head in heads if head[2] in lines_of])
    return {
        head[1]: OrderFacts._make(
            (
                *head[:6], exact(head[6]), *head[7:10], _buyer(head[10:18], head[8]), tuple(lines.get(head[0], ())),
                head[18],
            )
        )
        for head in heads
    }  # fmt: skip


def bundling_keys(numbers: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Tell for confirmed orders of known customers what has to be the same for one document to bill them."""
    condition, values = among(Order, "number", numbers)
    rows = fetch(
        Order,
        "SELECT number, customer_id, currency, billing, shipping, terms, tax_rounding FROM orders "  # noqa: S608
        f"WHERE {condition} AND state = 'confirmed' AND customer_id IS NOT NULL ORDER BY id",
        values,
    )
    return {number: tuple(shared) for number, *shared in rows}


def _buyer(values: Sequence[Any], billing: str) -> Buyer:
    key, code, name, company, email, vat, language, terms = values
    if key is None:
        address = json.loads(billing or "{}")
        return Buyer(None, "", address.get("company") or address.get("name") or GUEST, "", "", "")
    return Buyer(key, code, company or name or email, email, vat, language, terms)


def _lines(keys: Sequence[int]) -> dict[int, list[OrderLine]]:
    condition, values = among(Order, "order_id", keys)
    rows = fetch(
        Order,
        "SELECT order_id, id, kind, sku, description, quantity, delivered, invoiced, unit_price, discount, taxes, "  # noqa: S608
        "policy, amount_untaxed, amount_tax, amount_total, tax_split, closed, position FROM order_lines "
        f"WHERE {condition} ORDER BY order_id, position",
        values,
    )
    started = {row[1]: row[8:11] for row in rows if row[7]}
    billed = _billed(started) if started else {}
    found: dict[int, list[OrderLine]] = {}
    for order, key, kind, sku, words, quantity, done, invoiced, price, off, taxes, policy, *money, closed, at in rows:
        before, repriced = billed.get(key, (NOTHING, ZERO))
        line: OrderLine = _new(OrderLine, (
            key, kind, sku, words, exact(quantity), exact(done), exact(invoiced), exact(price), exact(off), taxes,
            policy, _amounts(*money), before, bool(closed), at, repriced,
        ))  # fmt: skip
        found.setdefault(order, []).append(line)
    return found


def _amounts(untaxed: int, tax: int, total: int, split: str) -> Amounts:
    amounts: Amounts = _new(Amounts, (exact(untaxed), exact(tax), exact(total), read_split(split)))
    return amounts


def _billed(terms: Mapping[int, Sequence[Any]]) -> dict[int, tuple[Amounts, Decimal]]:
    """Sum what the documents that count billed of order lines; credit notes count against it.

    Args:
        terms: Price, discount and taxes of the lines, as stored, by key.

    Returns:
        The money, and the quantity that was billed at other terms.
    """
    condition, values = among(Order, "l.order_line_id", list(terms))
    rows = fetch(
        InvoiceLine,
        "SELECT l.order_line_id, i.type, l.quantity, l.unit_price, l.discount, l.taxes, l.amount_untaxed, "  # noqa: S608
        "l.amount_tax, l.amount_total, l.tax_split FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id "
        f"WHERE {condition} AND {COUNTED}",
        values,
    )
    found: dict[int, tuple[Amounts, Decimal]] = {}
    for key, kind, quantity, price, off, taxes, *money in rows:
        part = _amounts(*money) if kind == "invoice" else minus(_amounts(*money))
        billed, repriced = found.get(key, (NOTHING, ZERO))
        if (price, off, taxes) != tuple(terms[key]):
            repriced += exact(quantity if kind == "invoice" else -quantity)
        found[key] = add((billed, part)), repriced
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
    posted: bool
    share: Decimal
    lines: tuple[DraftLine, ...]


ByTaxes = dict[str, Amounts]
"""Amounts by the tax codes of the lines that they stand on."""


def advances(found: Iterable[OrderFacts]) -> dict[int, list[Advance]]:
    """Step: find what is left of the down payments of orders: not deducted, drafts included, and not credited."""
    keys = [order.key for order in found if order.advance]
    down_payments = _down_payments(keys) if keys else []
    taken = _taken([item.key for item in down_payments])
    results: dict[int, list[Advance]] = {}
    for item in down_payments:
        lines = _left(item.lines, taken.get(item.key, {}))
        if lines:
            results.setdefault(item.order, []).append(Advance(item.key, item.address, item.posted, lines))
    return results


def _left(lines: Sequence[DraftLine], taken: ByTaxes) -> tuple[DraftLine, ...]:
    """Take off lines, one for each combination of taxes, what was deducted or credited of them."""
    left = []
    for line in lines:
        rest = add((line.amounts, taken.get(line.taxes, NOTHING)))
        if rest.total == line.amounts.total:
            left.append(line)
        elif rest.total or rest.tax:
            price = rest.total if line.unit_price == line.amounts.total else rest.untaxed
            left.append(line._replace(unit_price=price, amounts=rest))
    return tuple(left)


def earlier(keys: Sequence[int]) -> dict[int, Earlier]:
    """Step: sum the down payments that orders have already, deducted or not; wholly credited ones are gone."""
    down_payments = _down_payments(keys)
    credited = _sums("i.reverses_id", "i.state = 'posted'", [item.key for item in down_payments])
    results: dict[int, Earlier] = {}
    for item in down_payments:
        if add((*(line.amounts for line in item.lines), *credited.get(item.key, {}).values())).total == 0:
            continue
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
        "SELECT b.order_id, i.id, i.number, i.state, i.share FROM invoice_orders b "  # noqa: S608
        "JOIN invoices i ON i.id = b.invoice_id "
        f"WHERE {condition} AND i.kind = 'down_payment' AND i.type = 'invoice' AND i.state <> 'cancelled' "
        "ORDER BY i.id",
        values,
    )
    lines = _document_lines([head[1] for head in heads])
    return [
        _DownPayment(
            order, key, number or draft_address(key), state == "posted", exact(share), tuple(lines.get(key, ()))
        )
        for order, key, number, state, share in heads
    ]


def _taken(keys: Sequence[int]) -> dict[int, ByTaxes]:
    """Sum what was taken off down payments: deducted by later documents, or credited; all of it below zero."""
    found = _sums("l.deducts_id", COUNTED, keys)
    for key, parts in _sums("i.reverses_id", "i.state = 'posted'", keys).items():
        known = found.setdefault(key, {})
        for codes, amounts in parts.items():
            known[codes] = add((known.get(codes, NOTHING), amounts))
    return found


def _sums(column: str, condition: str, keys: Sequence[int]) -> dict[int, ByTaxes]:
    """Sum the lines of documents by what `column` names and by their taxes; credit notes turn the sign."""
    listed, values = among(Invoice, column, keys)
    rows = fetch(
        InvoiceLine,
        f"SELECT {column}, l.taxes, i.type, l.amount_untaxed, l.amount_tax, l.amount_total, l.tax_split "  # noqa: S608
        f"FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE {listed} AND {condition}",
        values,
    )
    found: dict[int, ByTaxes] = {}
    for key, codes, kind, *money in rows:
        part = _amounts(*money) if kind == "invoice" else minus(_amounts(*money))
        sums = found.setdefault(key, {})
        sums[codes] = add((sums.get(codes, NOTHING), part))
    return found


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


def document_amounts(keys: Sequence[int]) -> dict[int, Amounts]:
    """Step: read the money of documents, tax by tax."""
    condition, values = among(Invoice, "invoice_id", keys)
    shares: dict[int, list[TaxShare]] = {}
    for key, code, base, amount in fetch(
        Invoice,
        f"SELECT invoice_id, code, base, amount FROM invoice_taxes WHERE {condition} ORDER BY invoice_id, position",  # noqa: S608
        values,
    ):
        shares.setdefault(key, []).append(TaxShare(code, exact(base), exact(amount)))
    condition, values = among(Invoice, "id", keys)
    heads = fetch(
        Invoice,
        f"SELECT id, amount_untaxed, amount_tax, amount_total FROM invoices WHERE {condition}",  # noqa: S608
        values,
    )
    return {
        key: Amounts(exact(untaxed), exact(tax), exact(total), tuple(shares.get(key, ())))
        for key, untaxed, tax, total in heads
    }
