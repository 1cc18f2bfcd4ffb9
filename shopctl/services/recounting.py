"""Derive what orders count anew from their documents, after a change that is not a plain new document.

Creating and posting count as they go, because thousands of orders pass through them. What edits, deletes, cancels,
resets or credits a document, and what changes an order itself, ends here: the facts are read and everything that
follows from them is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact
from shopctl.domain import billing, settlement
from shopctl.domain.billing import NOTHING, ZERO, OrderLine
from shopctl.models import Invoice, InvoiceLine, Order
from shopctl.models import OrderLine as Line
from shopctl.services.facts import COUNTED, locking

_SIGNED = "CASE WHEN i.type = 'invoice' THEN l.quantity ELSE -l.quantity END"


def recount(orders: Iterable[int]) -> None:
    """Step: bring quantities billed, advances and all statuses of orders in line with their lines and documents.

    Args:
        orders: Keys of the orders; they are locked in the order of their keys.
    """
    keys = sorted(set(orders))
    if not keys:
        return
    condition, values = among(Order, "o.id", keys)
    heads = fetch(
        Order,
        "SELECT o.id, o.state, o.amount_total, o.paid, o.pending, o.refunded, o.advance, o.invoice_status, "  # noqa: S608
        f"o.payment_status, o.delivery_status FROM orders o WHERE {condition} ORDER BY o.id{locking('o')}",
        values,
    )
    lines = _lines(keys)
    advances = _advances(keys)
    changed = []
    for key, state, total, paid, pending, refunded, *stored in heads:
        mine = lines.get(key, [])
        wanted = [
            advances.get(key, 0),
            billing.order_status(state, mine),
            settlement.order_status(exact(total), exact(paid), exact(pending), exact(refunded)),
            billing.delivery_status(mine),
        ]
        if wanted != stored:
            changed.append((key, *wanted))
    change_rows(
        Order,
        "advance = :advance, invoice_status = :invoice, payment_status = :payment, delivery_status = :delivery",
        "id = :id",
        ("id", "advance", "invoice", "payment", "delivery"),
        changed,
    )


def _lines(keys: Sequence[int]) -> dict[int, list[OrderLine]]:
    """Count on the lines of orders what their documents bill, and answer the lines as they are then."""
    condition, values = among(Order, "d.order_id", keys)
    billed = {
        key: (int(invoiced), int(drafted))
        for key, invoiced, drafted in fetch(
            InvoiceLine,
            f"SELECT l.order_line_id, sum({_SIGNED}), sum(CASE WHEN i.state = 'draft' THEN {_SIGNED} ELSE 0 END) "  # noqa: S608
            "FROM order_lines d JOIN invoice_lines l ON l.order_line_id = d.id JOIN invoices i ON i.id = l.invoice_id "
            f"WHERE {condition} AND {COUNTED} GROUP BY l.order_line_id",
            values,
        )
    }
    rows = fetch(
        Line,
        "SELECT d.order_id, d.id, d.kind, d.quantity, d.delivered, d.policy, d.closed, d.invoiced, d.drafted "  # noqa: S608
        f"FROM order_lines d WHERE {condition} ORDER BY d.order_id, d.position",
        values,
    )
    found: dict[int, list[OrderLine]] = {}
    changed: list[tuple[Any, ...]] = []
    for order, key, kind, quantity, delivered, policy, closed, *stored in rows:
        invoiced, drafted = billed.get(key, (0, 0))
        if [invoiced, drafted] != stored:
            changed.append((key, invoiced, drafted))
        found.setdefault(order, []).append(
            OrderLine(
                key, kind, "", "", exact(quantity), exact(delivered), exact(invoiced), ZERO, ZERO, "", policy,
                NOTHING, NOTHING, bool(closed),
            )
        )  # fmt: skip
    change_rows(Line, "invoiced = :invoiced, drafted = :drafted", "id = :id", ("id", "invoiced", "drafted"), changed)
    return found


def _advances(keys: Sequence[int]) -> dict[int, int]:
    """Sum what down payments billed and no document has deducted or credited, by order, as stored."""
    condition, values = among(Order, "b.order_id", keys)
    rows = fetch(
        Invoice,
        "SELECT b.order_id, sum(CASE WHEN i.type = 'invoice' THEN i.amount_total ELSE -i.amount_total END) "  # noqa: S608
        f"FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id WHERE {condition} "
        f"AND i.kind = 'down_payment' AND {COUNTED} GROUP BY b.order_id "
        "UNION ALL SELECT b.order_id, sum(CASE WHEN i.type = 'invoice' THEN l.amount_total ELSE -l.amount_total END) "
        "FROM invoice_orders b JOIN invoice_lines l ON l.deducts_id = b.invoice_id "
        f"JOIN invoices i ON i.id = l.invoice_id WHERE {condition} AND {COUNTED} GROUP BY b.order_id",
        (*values, *values),
    )
    found: dict[int, int] = {}
    for order, amount in rows:
        found[order] = found.get(order, 0) + int(amount)
    return found
