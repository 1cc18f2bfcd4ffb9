"""Gather what money on a statement can be for: documents with something due, and payments not seen at the bank yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from shopctl.db.bulk import fetch
from shopctl.db.fields import exact, instant
from shopctl.domain.matching import Debt
from shopctl.models import Invoice, Order, Payment
from shopctl.models.selling import UNPAID
from shopctl.shop import Shop

AROUND: Final = timedelta(days=30)
"""How far apart the day that somebody typed and that of the bank may be."""

HERE_AT_ONCE: Final = "('cash', 'card', 'paypal', 'cod')"
"""Ways to pay that bring no transfer of the customer to the bank."""


def due(shop: Shop) -> list[Debt]:
    """List the documents that wait for money: open invoices, and orders that no open invoice bills."""
    return [*_invoices(), *_orders(shop)]


def unseen(direction: str, first: date, last: date) -> list[Debt]:
    """List the payments that are registered and have not been seen on a statement; they are matched as a whole.

    Args:
        direction: `inbound` or `outbound`.
        first, last: The days of the lines that may show them; payments of other months stay out of it.
    """
    around = (first - AROUND).isoformat(), (last + AROUND).isoformat()
    rows = fetch(
        Payment,
        "SELECT p.number, p.reference, o.number, p.customer_id, c.company, c.name, p.date, p.currency, p.amount, p.id "  # noqa: S608
        "FROM payments p LEFT JOIN customers c ON c.id = p.customer_id LEFT JOIN orders o ON o.id = p.order_id "
        "WHERE p.date BETWEEN ? AND ? AND p.line_id IS NULL AND p.state = 'done' AND p.direction = ? "
        f"AND p.method NOT IN {HERE_AT_ONCE} ORDER BY p.date, p.number",
        (*around, direction),
    )
    used = _documents_of_payments(direction, around) if rows else {}
    return [
        Debt(
            number, tuple(name for name in (quoted, order, *used.get(key, ())) if name), "", customer,
            _names(company, name), date.fromisoformat(day), currency, exact(amount), kind="payment",
            on_account=not order and key not in used,
        )
        for number, quoted, order, customer, company, name, day, currency, amount, key in rows
    ]  # fmt: skip


def _documents_of_payments(direction: str, around: tuple[str, str]) -> dict[int, list[str]]:
    """Name the invoices that payments paid, or the credit notes that they paid out."""
    column = "invoice_id" if direction == "inbound" else "credit_note_id"
    return _lists(
        fetch(
            Payment,
            f"SELECT a.payment_id, i.number FROM allocations a JOIN invoices i ON i.id = a.{column} "  # noqa: S608
            "JOIN payments p ON p.id = a.payment_id "
            "WHERE p.date BETWEEN ? AND ? AND p.line_id IS NULL AND a.removed_at IS NULL ORDER BY a.id",
            around,
        )
    )


def _invoices() -> list[Debt]:
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number, i.reference, i.customer_id, c.company, c.name, i.customer_name, i.date, i.currency, "
        "i.amount_total, i.allocated, i.early_amount, i.early_until "
        "FROM invoices i LEFT JOIN customers c ON c.id = i.customer_id "
        "WHERE i.state = 'posted' AND i.allocated < i.amount_total AND i.type = 'invoice' ORDER BY i.id",
    )
    orders = _lists(
        fetch(
            Invoice,
            "SELECT b.invoice_id, o.number FROM invoices i JOIN invoice_orders b ON b.invoice_id = i.id "
            "JOIN orders o ON o.id = b.order_id "
            "WHERE i.state = 'posted' AND i.allocated < i.amount_total AND i.type = 'invoice' ORDER BY o.id",
        )
        if rows
        else ()
    )
    return [
        Debt(
            number, tuple(orders.get(key, ())), reference if reference != number else "", customer,
            _names(company, name, written), date.fromisoformat(day), currency, exact(total - allocated),
            exact(0 if allocated else early), date.fromisoformat(until) if until else None,
        )
        for key, number, reference, customer, company, name, written, day, currency, total, allocated, early, until
        in rows
    ]  # fmt: skip


def _orders(shop: Shop) -> list[Debt]:
    """List orders with something to pay that stands on no open invoice: the invoice is what is paid there."""
    rows = fetch(
        Order,
        "SELECT number, reference, customer_id, c.company, c.name, ordered_at, currency, amount_total, paid "  # noqa: S608
        f"FROM orders LEFT JOIN customers c ON c.id = customer_id WHERE {UNPAID.sql} AND paid < amount_total "
        "AND NOT EXISTS (SELECT 1 FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "
        "WHERE b.order_id = orders.id AND i.state = 'posted' AND i.type = 'invoice' AND i.allocated < i.amount_total) "
        "ORDER BY ordered_at, number",
    )
    return [
        Debt(
            number, (), reference, customer, _names(company, name), instant(at).astimezone(shop.zone).date(), currency,
            exact(total - paid), kind="order",
        )
        for number, reference, customer, company, name, at, currency, total, paid in rows
    ]  # fmt: skip


def _names(*names: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _lists(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return found
