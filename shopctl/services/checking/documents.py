"""Check orders, invoices and credit notes: what was billed, whether they add up, and their statuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shopctl.db.fields import SCALE
from shopctl.domain import billing, settlement
from shopctl.domain.billing import NOTHING, ZERO, read_split
from shopctl.services.checking.reading import Books, Comparison, Found, amount
from shopctl.services.facts import COUNTED

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
    f"WHERE l.order_line_id IS NOT NULL AND {COUNTED} GROUP BY l.order_line_id"
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
    "SELECT l.deducts_id, sum(CASE WHEN i.type = 'invoice' THEN -l.amount_total ELSE l.amount_total END) AS amount "  # noqa: S608
    "FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id "
    f"WHERE l.deducts_id IS NOT NULL AND {COUNTED} GROUP BY l.deducts_id"
)
"""What was deducted of each down payment; a credit note of the deducting invoice gives it back."""

DEDUCTED_AT_MOST_ONCE = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id), i.amount_total, d.amount FROM invoices i "  # noqa: S608
    f"JOIN ({_DEDUCTED}) d ON d.deducts_id = i.id LEFT JOIN (SELECT reverses_id, sum(amount_total) AS amount "
    "FROM invoices WHERE reverses_id IS NOT NULL AND state = 'posted' GROUP BY reverses_id) c ON c.reverses_id = i.id "
    "WHERE d.amount > i.amount_total OR d.amount < -coalesce(c.amount, 0)",
    INVOICE,
)
"""One that was credited after it was deducted is billed again: what is deducted of it may then be below nothing."""

ADVANCES = Comparison(
    "orders",
    "SELECT o.id, o.number || ' advance', coalesce(a.amount, 0), o.advance FROM orders o LEFT JOIN ("  # noqa: S608
    "SELECT b.order_id, sum(CASE WHEN i.type = 'invoice' THEN i.amount_total ELSE -i.amount_total END "
    "- coalesce(d.amount, 0)) AS amount FROM invoices i JOIN invoice_orders b ON b.invoice_id = i.id "
    f"LEFT JOIN ({_DEDUCTED}) d ON d.deducts_id = i.id "
    f"WHERE i.kind = 'down_payment' AND {COUNTED} GROUP BY b.order_id"
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

DELIVERIES_COUNTED = Comparison(
    "order_lines",
    "SELECT l.id, o.number || ' line ' || l.position || ' delivered', m.moved, l.delivered FROM ("
    "SELECT x.order_line_id, sum(CASE WHEN d.kind = 'return' THEN -x.quantity ELSE x.quantity END) AS moved "
    "FROM delivery_lines x JOIN deliveries d ON d.id = x.delivery_id WHERE d.state = 'done' GROUP BY x.order_line_id"
    ") m JOIN order_lines l ON l.id = m.order_line_id JOIN orders o ON o.id = l.order_id WHERE m.moved > l.delivered",
    ORDER,
)
"""What is delivered may be more: imported orders bring quantities without deliveries."""

WAITING_STILL_TO_SHIP = Comparison(
    "order_lines",
    "SELECT l.id, o.number || ' line ' || l.position || ' waiting', CASE WHEN o.state = 'confirmed' "
    "AND l.kind = 'product' AND NOT l.closed AND l.quantity > l.delivered THEN l.quantity - l.delivered ELSE 0 END, "
    "w.waiting FROM (SELECT x.order_line_id, sum(x.quantity) AS waiting FROM delivery_lines x "
    "JOIN deliveries d ON d.id = x.delivery_id WHERE d.state = 'waiting' GROUP BY x.order_line_id) w "
    "JOIN order_lines l ON l.id = w.order_line_id JOIN orders o ON o.id = l.order_id WHERE w.waiting > "
    "CASE WHEN o.state = 'confirmed' AND l.kind = 'product' AND NOT l.closed AND l.quantity > l.delivered "
    "THEN l.quantity - l.delivered ELSE 0 END",
    ORDER,
)

WAITING_WITH_LINES = Comparison(
    "deliveries",
    "SELECT d.id, d.number, 'lines', 'none' FROM deliveries d WHERE d.state = 'waiting' "
    "AND NOT EXISTS (SELECT 1 FROM delivery_lines x WHERE x.delivery_id = d.id)",
    "shopctl delivery show {}",
)

RETURNED_AT_MOST_ONCE = Comparison(
    "deliveries",
    "SELECT r.origin_id, d.number || ' returned', coalesce(x.quantity, 0), r.returned FROM ("
    "SELECT b.origin_id, y.order_line_id, sum(y.quantity) AS returned FROM deliveries b "
    "JOIN delivery_lines y ON y.delivery_id = b.id "
    "WHERE b.origin_id IS NOT NULL AND b.kind = 'return' AND b.state = 'done' GROUP BY b.origin_id, y.order_line_id"
    ") r JOIN deliveries d ON d.id = r.origin_id "
    "LEFT JOIN delivery_lines x ON x.delivery_id = r.origin_id AND x.order_line_id = r.order_line_id "
    "AND d.state = 'done' WHERE r.returned > coalesce(x.quantity, 0)",
    "shopctl delivery show {}",
)


DELIVERIES_OF_ONE_ORDER = Comparison(
    "delivery_lines",
    "SELECT x.id, d.number || ' line ' || x.position, o.number, r.number FROM delivery_lines x "
    "JOIN deliveries d ON d.id = x.delivery_id JOIN orders o ON o.id = d.order_id "
    "JOIN order_lines l ON l.id = x.order_line_id JOIN orders r ON r.id = l.order_id WHERE l.order_id <> d.order_id",
    "shopctl delivery show {}",
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
    "WHERE i.state <> 'cancelled' "
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


Facts = tuple[str, int, int, int, str, bool]
"""What of an order line decides the statuses: kind, quantity, delivered, invoiced, policy, closed."""


class _Taxes(NamedTuple):
    """The taxes of a line by code, with base and amount, in ten-thousandths like the columns; `tax` is their sum."""

    tax: int | Decimal | None
    shares: tuple[tuple[str, int | Decimal, int | Decimal], ...]


@lru_cache(32_768)
def _taxes(text: str) -> _Taxes:
    """Read the tax shares of a line, most of which look like others; no sum when they cannot be read."""
    try:
        shares = tuple((code, _units(base), _units(tax)) for code, base, tax in read_split(text))
    except (ValueError, ArithmeticError):
        return _Taxes(None, ())
    return _Taxes(sum(tax for _, _, tax in shares), shares)


def _units(value: Decimal) -> int | Decimal:
    scaled = value * SCALE
    return int(scaled) if scaled == int(scaled) else scaled


def _line_tax(table: str, key: int, line: str, stored: int, text: str, hint: str) -> Found:
    return Found(table, key, f"{line} tax", amount(stored), amount(_taxes(text).tax), hint)


def invoice_taxes(books: Books) -> Iterator[Found]:
    """Find tax blocks of invoices, and lines, that do not add up to their tax."""
    for span in books.spans("invoices"):
        blocks: dict[tuple[int, str], list[int | Decimal]] = {}
        for invoice, code, base, tax in books.rows(
            "SELECT invoice_id, code, base, amount FROM invoice_taxes WHERE invoice_id > ? AND invoice_id <= ?", *span
        ):
            block = blocks.setdefault((invoice, code), [0, 0])
            block[0] += base
            block[1] += tax
        sums: dict[tuple[int, str], list[int | Decimal]] = {}
        for key, invoice, position, tax, text in books.rows(
            "SELECT id, invoice_id, position, amount_tax, tax_split FROM invoice_lines "
            "WHERE invoice_id > ? AND invoice_id <= ? ORDER BY invoice_id, position",
            *span,
        ):
            summed, shares = _taxes(text)
            if summed != tax:
                name = _address(books, invoice)
                yield _line_tax("invoice_lines", key, f"{name} line {position}", tax, text, INVOICE.format(name))
            for code, base, share in shares:
                total = sums.setdefault((invoice, code), [0, 0])
                total[0] += base
                total[1] += share
        yield from _blocks(books, sums, blocks)


def _blocks(
    books: Books, sums: dict[tuple[int, str], list[int | Decimal]], blocks: dict[tuple[int, str], list[int | Decimal]]
) -> Iterator[Found]:
    """Compare what lines say of each tax of an invoice with its tax block."""
    if sums == blocks:
        return
    for invoice, code in sorted(sums.keys() | blocks.keys()):
        wanted, found = sums.get((invoice, code), [0, 0]), blocks.get((invoice, code), [0, 0])
        if wanted != found or (invoice, code) not in blocks:
            place = int(wanted[0] == found[0])
            name = _address(books, invoice)
            words = f"{name} tax {code}{'' if place else ' base'}"
            yield Found(
                "invoice_taxes", invoice, words, amount(wanted[place]), amount(found[place]), INVOICE.format(name)
            )


def _address(books: Books, invoice: int) -> str:
    """Name an invoice; only asked for where something is wrong."""
    rows = books.rows("SELECT coalesce(number, 'DRAFT/' || id) FROM invoices WHERE id = ?", invoice)
    return str(rows[0][0]) if rows else f"DRAFT/{invoice}"


def order_statuses(books: Books) -> Iterator[Found]:
    """Find orders whose statuses are not what their lines and their money make them, and lines unlike their taxes."""
    for span in books.spans("orders"):
        lines: dict[int, list[Facts]] = {}
        for key, order, position, tax, text, kind, quantity, delivered, invoiced, policy, closed in books.rows(
            "SELECT id, order_id, position, amount_tax, tax_split, kind, quantity, delivered, invoiced, policy, closed "
            "FROM order_lines WHERE order_id > ? AND order_id <= ? ORDER BY order_id, position",
            *span,
        ):
            lines.setdefault(order, []).append((kind, quantity, delivered, invoiced, policy, bool(closed)))
            if _taxes(text).tax != tax:
                number = _order(books, order)
                yield _line_tax("order_lines", key, f"{number} line {position}", tax, text, ORDER.format(number))
        for key, number, state, total, paid, pending, refunded, *stored in books.rows(
            "SELECT id, number, state, amount_total, paid, pending, refunded, invoice_status, delivery_status, "
            "payment_status FROM orders WHERE id > ? AND id <= ? ORDER BY id",
            *span,
        ):
            payment = settlement.order_status(Decimal(total), Decimal(paid), Decimal(pending), Decimal(refunded))
            wanted = [*_statuses(state, tuple(lines.get(key, ()))), payment]
            if wanted != stored:
                yield from _differing(key, number, wanted, stored)


def _order(books: Books, key: int) -> str:
    """Name an order; only asked for where something is wrong."""
    rows = books.rows("SELECT number FROM orders WHERE id = ?", key)
    return str(rows[0][0]) if rows else ""


def _differing(key: int, number: str, wanted: Iterable[str], stored: Iterable[str]) -> Iterator[Found]:
    for name, expected, found in zip(("invoice", "delivery", "payment"), wanted, stored, strict=True):
        if expected != found:
            yield Found("orders", key, f"{number} {name} status", expected, found, ORDER.format(number))


@lru_cache(8192)
def _statuses(state: str, lines: tuple[Facts, ...]) -> tuple[str, str]:
    """Derive invoice and delivery status; most orders look like others, so the answers are kept."""
    facts = [
        billing.OrderLine(
            0,
            kind,
            "",
            "",
            Decimal(quantity),
            Decimal(delivered),
            Decimal(invoiced),
            ZERO,
            ZERO,
            "",
            policy,
            NOTHING,
            NOTHING,
            closed,
        )
        for kind, quantity, delivered, invoiced, policy, closed in lines
    ]
    return billing.order_status(state, facts), billing.delivery_status(facts)
