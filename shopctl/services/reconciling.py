"""Find where orders, documents, payments and bank lines do not add up, in one query for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from shopctl.db.bulk import fetch
from shopctl.db.fields import exact, instant, stamp
from shopctl.domain.numbering import draft_address, line_address
from shopctl.domain.reconciling import (
    Difference,
    DocumentBooks,
    LineBooks,
    OrderBooks,
    PaymentBooks,
    in_order,
    of_statement,
)
from shopctl.models import Invoice
from shopctl.services.checking.run import snapshot
from shopctl.services.facts import COUNTED
from shopctl.shop import Shop

Days = tuple[date | None, date | None]
"""The first and the last day that count; None for no limit."""


def differences(
    shop: Shop, days: Days = (None, None), moments: tuple[datetime | None, datetime | None] = (None, None)
) -> list[Difference]:
    """List every difference, by kind and then the oldest first; nothing is written or mended.

    Args:
        days: The days of documents, payments, lines and statements that are looked at.
        moments: The same for orders: from an instant on, and up to but without another.
    """
    with snapshot(shop.database):
        found = [
            *_orders(shop, moments),
            *_documents(shop, days),
            *_payments(days),
            *_lines(days),
            *_statements(days),
        ]
    return in_order(found)


def _dated(column: str, days: Sequence[date | None]) -> tuple[str, list[str]]:
    """Write the condition that a day lies within others, both included."""
    pairs = [(operator, day) for operator, day in zip((">=", "<="), days, strict=True) if day is not None]
    text = "".join(f" AND {column} {operator} ?" for operator, _ in pairs)
    return text, [day.isoformat() for _, day in pairs]


_SIGN: Final = "CASE WHEN i.type = 'invoice' THEN 1 ELSE -1 END"

_ONLY: Final = "(SELECT min(b.order_id) FROM invoice_orders b WHERE b.invoice_id = {})"

_BILLED: Final = (
    "WITH shared AS (SELECT invoice_id FROM invoice_orders GROUP BY invoice_id HAVING count(*) > 1), parts AS ("  # noqa: S608  # texts of ours
    f"SELECT b.order_id, i.id, i.state, {_SIGN} * i.amount_total AS amount FROM invoice_orders b "
    f"JOIN invoices i ON i.id = b.invoice_id WHERE b.invoice_id NOT IN (SELECT invoice_id FROM shared) AND {COUNTED} "
    f"UNION ALL SELECT coalesce(d.order_id, {_ONLY.format('l.deducts_id')}, {_ONLY.format('i.id')}), i.id, i.state, "
    f"{_SIGN} * l.amount_total FROM shared s JOIN invoices i ON i.id = s.invoice_id "
    "JOIN invoice_lines l ON l.invoice_id = i.id LEFT JOIN order_lines d ON d.id = l.order_line_id "
    f"WHERE {COUNTED}), extras AS ("
    f"SELECT order_id, sum(amount) AS amount FROM (SELECT {_ONLY.format('i.id')} AS order_id, "
    f"{_SIGN} * l.amount_total AS amount FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id "
    f"WHERE l.kind IN ('credit', 'rounding') AND {COUNTED}) found GROUP BY order_id), billed AS ("
    "SELECT order_id, sum(CASE WHEN state = 'posted' THEN amount ELSE 0 END) AS posted, "
    "sum(CASE WHEN state = 'draft' THEN amount ELSE 0 END) AS drafted, "
    "min(CASE WHEN state = 'draft' THEN id END) AS draft FROM parts GROUP BY order_id) "
)
"""What is billed of each order; of a document for several of them each has its own lines."""

_NAME: Final = "coalesce(nullif(c.company, ''), nullif(c.name, ''), c.email, '')"


def _orders(shop: Shop, moments: Sequence[datetime | None]) -> list[Difference]:
    pairs = [(operator, at) for operator, at in zip((">=", "<"), moments, strict=True) if at is not None]
    dated = "".join(f" AND o.ordered_at {operator} ?" for operator, _ in pairs)
    rows = fetch(
        Invoice,
        f"{_BILLED} SELECT o.number, o.ordered_at, {_NAME}, o.currency, o.state, o.amount_total, o.paid, o.pending, "  # noqa: S608
        "o.refunded, o.invoice_status, o.payment_status, coalesce(b.posted, 0), coalesce(b.drafted, 0), "
        "coalesce(e.amount, 0), o.close_reason, o.hold_reason, b.draft, (SELECT min(p.number) FROM payments p "
        "WHERE p.order_id = o.id AND o.paid > o.amount_total AND p.state = 'done' AND p.direction = 'inbound' "
        "AND p.amount > p.allocated + p.returned), EXISTS (SELECT 1 FROM invoice_orders m WHERE m.order_id = o.id "
        "AND m.invoice_id IN (SELECT invoice_id FROM shared)) FROM orders o LEFT JOIN billed b ON b.order_id = o.id "
        "LEFT JOIN extras e ON e.order_id = o.id LEFT JOIN customers c ON c.id = o.customer_id "
        "WHERE NOT (o.state = 'confirmed' AND o.payment_status = 'paid' AND o.paid = o.amount_total "
        "AND o.refunded = 0 AND o.invoice_status = 'invoiced' AND coalesce(b.posted, 0) = o.amount_total "
        f"AND coalesce(b.drafted, 0) = 0 AND coalesce(e.amount, 0) = 0){dated}",
        [stamp(at) for _, at in pairs],
    )
    found = []
    for number, at, name, currency, state, *more in rows:
        day = instant(at).astimezone(shop.zone).date()
        total, paid, pending, refunded = map(exact, more[:4])
        posted, drafted, extra = (exact(int(amount)) for amount in more[6:9])
        draft, spare, shared = more[11:]
        books = OrderBooks(
            number, day, name, currency, state, total, paid, pending, refunded, more[4], more[5], posted, drafted,
            extra, more[9], more[10], draft_address(draft) if draft else "", spare or "", bool(shared),
        )  # fmt: skip
        found += books.differences()
    return found


def _documents(shop: Shop, days: Days) -> list[Difference]:
    dated, values = _dated("i.date", days)
    rows = fetch(
        Invoice,
        f"SELECT i.id, i.number, i.type, i.state, i.date, i.due_date, {_NAME}, coalesce(c.code, ''), i.customer_id, "  # noqa: S608
        "i.currency, i.amount_total, i.allocated, i.payment_status FROM invoices i "
        "LEFT JOIN customers c ON c.id = i.customer_id WHERE NOT (CASE WHEN i.state = 'posted' "
        "THEN i.allocated = i.amount_total AND i.payment_status IN ('paid', 'reversed', 'in_payment') "
        f"ELSE i.payment_status = 'not_paid' END){dated}",
        values,
    )
    credits = _customers_with_credit() if rows else set()
    found = []
    for key, number, kind, state, day, due, name, code, customer, currency, total, used, status in rows:
        books = DocumentBooks(
            number or draft_address(key), kind, state, _day(day), _day(due), name, code, currency, exact(total),
            exact(used), status, (customer, currency) in credits,
        )  # fmt: skip
        found += books.differences(shop.today)
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _customers_with_credit() -> set[tuple[Any, ...]]:
    return set(
        fetch(
            Invoice,
            "SELECT customer_id, currency FROM payments WHERE state = 'done' AND direction = 'inbound' "
            "AND amount > allocated + returned UNION SELECT customer_id, currency FROM invoices "
            "WHERE state = 'posted' AND type = 'credit_note' AND allocated < amount_total",
        )
    )


def _payments(days: Days) -> list[Difference]:
    dated, values = _dated("p.date", days)
    rows = fetch(
        Invoice,
        f"SELECT p.number, p.date, {_NAME}, p.currency, p.amount, p.allocated + p.returned, "  # noqa: S608
        "(SELECT min(i.number) FROM invoices i WHERE i.customer_id = p.customer_id AND i.currency = p.currency "
        "AND i.state = 'posted' AND i.type = 'invoice' AND i.allocated < i.amount_total) FROM payments p "
        "LEFT JOIN orders o ON o.id = p.order_id LEFT JOIN customers c ON c.id = p.customer_id "
        "WHERE p.state = 'done' AND p.direction = 'inbound' AND p.amount > p.allocated + p.returned "
        f"AND (o.id IS NULL OR o.state = 'cancelled'){dated}",
        values,
    )
    return [
        PaymentBooks(
            number, date.fromisoformat(day), name, currency, exact(amount), exact(used), invoice or ""
        ).difference()
        for number, day, name, currency, amount, used, invoice in rows
    ]


def _lines(days: Days) -> list[Difference]:
    dated, values = _dated("date", days)
    rows = fetch(
        Invoice,
        "SELECT id, date, name, currency, amount, settled, kind, reference FROM bank_lines "  # noqa: S608
        f"WHERE state = 'open'{dated}",
        values,
    )
    return [
        LineBooks(
            line_address(key), date.fromisoformat(day), name, currency, exact(amount), exact(settled), kind, reference
        ).difference()
        for key, day, name, currency, amount, settled, kind, reference in rows
    ]


def _statements(days: Days) -> list[Difference]:
    dated, values = _dated("closed_on", days)
    rows = fetch(
        Invoice,
        "SELECT account, name, file, closed_on, currency, coalesce(closing, 0), difference FROM bank_statements "  # noqa: S608
        f"WHERE difference <> 0{dated}",
        values,
    )
    return [
        of_statement(
            " ".join(filter(None, (account, name))) or file, _day(day), currency, exact(closing), exact(missing)
        )
        for account, name, file, day, currency, closing, missing in rows
    ]
