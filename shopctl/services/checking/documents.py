"""Check orders, invoices and credit notes: what was billed, whether they add up, and their statuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from shopctl.db.fields import exact
from shopctl.domain import billing, settlement
from shopctl.domain.billing import NOTHING, ZERO, TaxShare, read_split
from shopctl.services.checking.reading import Books, Comparison, Found

INVOICE = "shopctl invoice show {}"
ORDER = "shopctl orders show {}"

_SIGNED = "CASE WHEN i.type = 'invoice' THEN l.quantity ELSE -l.quantity END"

QUANTITIES_BILLED = Comparison(
    "order_lines",
    "SELECT l.id, o.number || ' line ' || l.position || "  # noqa: S608  # parts of this module
    "CASE WHEN l.invoiced <> coalesce(b.invoiced, 0) THEN '' ELSE ' drafted' END, "
    "CASE WHEN l.invoiced <> coalesce(b.invoiced, 0) THEN coalesce(b.invoiced, 0) ELSE coalesce(b.drafted, 0) END, "
    "CASE WHEN l.invoiced <> coalesce(b.invoiced, 0) THEN l.invoiced ELSE l.drafted END "
    "FROM order_lines l JOIN orders o ON o.id = l.order_id LEFT JOIN ("
    f"SELECT l.order_line_id, sum({_SIGNED}) AS invoiced, "
    f"sum(CASE WHEN i.state = 'draft' THEN {_SIGNED} ELSE 0 END) AS drafted "
    "FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id "
    "WHERE l.order_line_id IS NOT NULL AND i.state <> 'cancelled' GROUP BY l.order_line_id"
    ") b ON b.order_line_id = l.id "
    "WHERE l.invoiced <> coalesce(b.invoiced, 0) OR l.drafted <> coalesce(b.drafted, 0)",
    ORDER,
)

BILLED_ORDERS_NAMED = Comparison(
    "invoice_lines",
    "SELECT l.id, coalesce(i.number, 'DRAFT/' || i.id) || ' line ' || l.position, o.number, NULL "
    "FROM invoice_lines l JOIN order_lines d ON d.id = l.order_line_id JOIN orders o ON o.id = d.order_id "
    "JOIN invoices i ON i.id = l.invoice_id WHERE NOT EXISTS (SELECT 1 FROM invoice_orders b "
    "WHERE b.order_id = d.order_id AND b.invoice_id = l.invoice_id)",
    INVOICE,
)

BILLED_IN_ONE_CURRENCY = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id), o.currency, i.currency FROM invoice_orders b "
    "JOIN invoices i ON i.id = b.invoice_id JOIN orders o ON o.id = b.order_id WHERE i.currency <> o.currency",
    INVOICE,
)

_DEDUCTED = (
    "SELECT l.deducts_id, sum(CASE WHEN r.type = 'invoice' THEN -l.amount_total ELSE l.amount_total END) AS amount "
    "FROM invoice_lines l JOIN invoices r ON r.id = l.invoice_id "
    "WHERE l.deducts_id IS NOT NULL AND r.state <> 'cancelled' GROUP BY l.deducts_id"
)
"""What was deducted of each down payment; a credit note of the deducting invoice gives it back."""

DEDUCTED_AT_MOST_ONCE = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id), i.amount_total, d.amount FROM invoices i "  # noqa: S608
    f"JOIN ({_DEDUCTED}) d ON d.deducts_id = i.id WHERE d.amount > i.amount_total OR d.amount < 0",
    INVOICE,
)

ADVANCES = Comparison(
    "orders",
    "SELECT o.id, o.number || ' advance', coalesce(a.amount, 0), o.advance FROM orders o LEFT JOIN ("  # noqa: S608
    "SELECT b.order_id, sum(CASE WHEN i.type = 'invoice' THEN i.amount_total ELSE -i.amount_total END "
    "- coalesce(d.amount, 0)) AS amount FROM invoices i JOIN invoice_orders b ON b.invoice_id = i.id "
    f"LEFT JOIN ({_DEDUCTED}) d ON d.deducts_id = i.id "
    "WHERE i.kind = 'down_payment' AND i.state <> 'cancelled' GROUP BY b.order_id"
    ") a ON a.order_id = o.id WHERE o.advance <> coalesce(a.amount, 0)",
    ORDER,
)

NOT_ABOVE_POLICY = Comparison(
    "order_lines",
    "SELECT l.id, o.number || ' line ' || l.position, "
    "CASE WHEN l.policy = 'delivered' THEN l.delivered ELSE l.quantity END, l.invoiced "
    "FROM order_lines l JOIN orders o ON o.id = l.order_id "
    "WHERE (l.invoiced > 0 AND l.invoiced > l.quantity AND l.invoiced > l.delivered) "
    "OR (l.invoiced < 0 AND l.invoiced < l.quantity AND l.invoiced < l.delivered)",
    ORDER,
)

NOTHING_OPEN_ON_CANCELLED = Comparison(
    "invoices",
    "SELECT i.id, i.number, 0, i.amount_total - i.allocated FROM invoices i WHERE i.state = 'posted' "
    "AND i.type = 'invoice' AND i.allocated < i.amount_total AND EXISTS (SELECT 1 FROM invoice_orders b "
    "JOIN orders o ON o.id = b.order_id WHERE b.invoice_id = i.id AND o.state = 'cancelled')",
    "shopctl credit-note create {}",
)


def _sums(table: str, lines: str, owner: str, name: str, hint: str) -> Comparison:
    """Compare the three amounts of documents with the sums of their lines."""
    columns = ("amount_untaxed", "amount_tax", "amount_total")
    sums = ", ".join(f"coalesce(sum({column}), 0) AS {column}" for column in columns)
    differs = [f"d.{column} <> coalesce(s.{column}, 0)" for column in columns]
    words, wanted, stored = (
        " ".join(f"WHEN {condition} THEN {value}" for condition, value in zip(differs, values, strict=True))
        for values in (
            (" ' untaxed'", " ' tax'", " ' total'"),
            [f"coalesce(s.{column}, 0)" for column in columns],
            [f"d.{column}" for column in columns],
        )
    )
    return Comparison(
        table,
        f"SELECT d.id, {name} || CASE {words} END, CASE {wanted} END, CASE {stored} END FROM {table} d "  # noqa: S608
        f"LEFT JOIN (SELECT {owner}, {sums} FROM {lines} GROUP BY {owner}) s ON s.{owner} = d.id "
        f"WHERE {' OR '.join(differs)}",
        hint,
    )


INVOICE_SUMS = _sums("invoices", "invoice_lines", "invoice_id", "coalesce(d.number, 'DRAFT/' || d.id)", INVOICE)
ORDER_SUMS = _sums("orders", "order_lines", "order_id", "d.number", ORDER)

INSTALMENTS = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id) || ' instalments', "
    "CASE WHEN i.state = 'posted' THEN i.amount_total ELSE 0 END, coalesce(s.amount, 0) FROM invoices i LEFT JOIN ("
    "SELECT invoice_id, sum(amount) AS amount FROM installments GROUP BY invoice_id) s ON s.invoice_id = i.id "
    "WHERE i.state <> 'cancelled' AND i.revision = 0 "
    "AND (CASE WHEN i.state = 'posted' THEN i.amount_total ELSE 0 END <> coalesce(s.amount, 0) "
    "OR (i.state = 'posted' AND s.amount IS NULL))",
    INVOICE,
)

DUE_DATES = Comparison(
    "invoices",
    "SELECT i.id, i.number || ' due date', s.last, i.due_date FROM invoices i JOIN ("
    "SELECT invoice_id, max(due_date) AS last FROM installments GROUP BY invoice_id) s ON s.invoice_id = i.id "
    "WHERE i.state = 'posted' AND i.due_date <> s.last",
    INVOICE,
)


def invoice_taxes(books: Books) -> Iterator[Found]:
    """Find tax blocks of invoices, and lines, that do not add up to their tax."""
    for span in books.spans("invoices"):
        blocks: dict[int, dict[str, tuple[int, int]]] = {}
        for invoice, code, base, amount in books.rows(
            "SELECT invoice_id, code, base, amount FROM invoice_taxes WHERE invoice_id > ? AND invoice_id <= ?", *span
        ):
            block = blocks.setdefault(invoice, {})
            before = block.get(code, (0, 0))
            block[code] = (before[0] + base, before[1] + amount)
        lines = books.rows(
            "SELECT l.invoice_id, l.id, coalesce(i.number, 'DRAFT/' || i.id), l.position, l.amount_tax, l.tax_split "
            "FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id "
            "WHERE l.invoice_id > ? AND l.invoice_id <= ? ORDER BY l.invoice_id, l.position",
            *span,
        )
        for invoice, group in groupby(lines, key=lambda row: row[0]):
            yield from _invoice_taxes(invoice, list(group), blocks.pop(invoice, {}))
        for invoice, block in blocks.items():
            yield from _invoice_taxes(invoice, [], block)


def _invoice_taxes(invoice: int, lines: list[tuple[Any, ...]], block: dict[str, tuple[int, int]]) -> Iterator[Found]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    reference = lines[0][2] if lines else f"DRAFT/{invoice}"
    for _, key, _, position, tax, split in lines:
        shares = _split(split)
        yield from _line_tax("invoice_lines", key, f"{reference} line {position}", tax, shares, INVOICE)
        for code, base, amount in shares or ():
            before = sums.get(code, (ZERO, ZERO))
            sums[code] = (before[0] + base, before[1] + amount)
    for code in sorted(sums.keys() | block.keys()):
        wanted = sums.get(code, (ZERO, ZERO))
        stored = block.get(code)
        found = (exact(stored[0]), exact(stored[1])) if stored else (ZERO, ZERO)
        if wanted != found:
            place = int(wanted[0] == found[0])
            name = f"{reference} tax {code}{'' if place else ' base'}"
            yield Found("invoice_taxes", invoice, name, wanted[place], found[place], INVOICE.format(reference))


@lru_cache(8192)
def _split(text: str) -> tuple[TaxShare, ...] | None:
    """Read the tax shares of a line; None when they cannot be read."""
    try:
        return read_split(text)
    except (ValueError, ArithmeticError):
        return None


def _line_tax(
    table: str, key: int, reference: str, tax: int, shares: tuple[TaxShare, ...] | None, hint: str
) -> Iterator[Found]:
    total = None if shares is None else sum((share.amount for share in shares), ZERO)
    if total != exact(tax):
        yield Found(table, key, f"{reference} tax", exact(tax), total, hint.format(reference.partition(" ")[0]))


def order_statuses(books: Books) -> Iterator[Found]:
    """Find orders whose three statuses are not what their lines and their money make them, and lines' taxes."""
    for span in books.spans("orders"):
        rows = books.rows(
            "SELECT order_id, kind, quantity, delivered, invoiced, policy, id, position, amount_tax, tax_split "
            "FROM order_lines WHERE order_id > ? AND order_id <= ? ORDER BY order_id, position",
            *span,
        )
        lines = {order: list(group) for order, group in groupby(rows, key=lambda row: row[0])}
        orders = books.rows(
            "SELECT id, number, state, amount_total, paid, pending, refunded, invoice_status, payment_status, "
            "delivery_status FROM orders WHERE id > ? AND id <= ? ORDER BY id",
            *span,
        )
        for key, number, state, *money, invoicing, payment, delivery in orders:
            mine = lines.get(key, [])
            wanted = (
                *_statuses(state, tuple(line[1:6] for line in mine)),
                settlement.order_status(*map(Decimal, money)),
            )
            yield from _differing(key, number, wanted, (invoicing, delivery, payment))
            for line in mine:
                yield from _line_tax(
                    "order_lines", line[6], f"{number} line {line[7]}", line[8], _split(line[9]), ORDER
                )


def _differing(key: int, number: str, wanted: Iterable[str], stored: Iterable[str]) -> Iterator[Found]:
    for name, expected, found in zip(("invoice", "delivery", "payment"), wanted, stored, strict=True):
        if expected != found:
            yield Found("orders", key, f"{number} {name} status", expected, found, ORDER.format(number))


@lru_cache(8192)
def _statuses(state: str, lines: tuple[tuple[str, int, int, int, str], ...]) -> tuple[str, str]:
    """Derive invoice and delivery status; most orders look like others, so the answers are kept."""
    facts = [
        billing.OrderLine(
            0, kind, "", "", Decimal(quantity), Decimal(delivered), Decimal(invoiced), ZERO, ZERO, "", policy, NOTHING
        )
        for kind, quantity, delivered, invoiced, policy in lines
    ]
    return billing.order_status(state, facts), billing.delivery_status(facts)
