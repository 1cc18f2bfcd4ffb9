"""Load what orders have that cancelling them has to deal with: documents, money, deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.cancelling import Affairs, Money, Paper
from shopctl.domain.crediting import GOODWILL
from shopctl.domain.numbering import draft_address
from shopctl.models import Delivery, Invoice, Order, Payment
from shopctl.services import facts
from shopctl.services.facts import OrderFacts
from shopctl.services.orders import stored_numbers


class Case(NamedTuple):
    """An order with its affairs; `drafts` are the keys of its drafts."""

    order: OrderFacts
    affairs: Affairs
    drafts: tuple[int, ...]


class _Papers(NamedTuple):
    posted: tuple[Paper, ...] = ()
    drafts: tuple[Paper, ...] = ()
    keys: tuple[int, ...] = ()


class _Money(NamedTuple):
    received: tuple[Money, ...] = ()
    announced: tuple[Money, ...] = ()


class _Parcels(NamedTuple):
    shipments: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def of(numbers: Sequence[str]) -> list[Affairs]:
    """Tell what cancelling some orders has to deal with; unknown and cancelled ones are left out."""
    found = facts.orders(list(stored_numbers(numbers).values()))
    return [one.affairs for one in load([one for one in found.values() if one.state != "cancelled"]).values()]


def load(orders: Sequence[OrderFacts]) -> dict[int, Case]:
    """Step: load the affairs of orders, by their key."""
    keys = [order.key for order in orders]
    condition, values = among(Order, "id", keys)
    paid = dict(fetch(Order, f"SELECT id, paid FROM orders WHERE {condition}", values))  # noqa: S608
    unbilled = {order.key for order in orders if not any(line.invoiced for line in order.lines)}
    papers, money, parcels = _papers(keys, unbilled), _money(keys), _parcels(keys)
    found = {}
    for order in orders:
        posted, drafts, draft_keys = papers.get(order.key, _Papers())
        affairs = Affairs(
            order.number, order.currency, exact(paid[order.key]), posted, drafts,
            *money.get(order.key, _Money()),
            tuple((line.position, line.delivered) for line in order.lines if line.delivered > 0),
            *parcels.get(order.key, _Parcels()),
        )  # fmt: skip
        found[order.key] = Case(order, affairs, draft_keys)
    return found


def _papers(orders: Sequence[int], unbilled: Collection[int]) -> dict[int, _Papers]:
    """Find the drafts of orders, and the invoices that are not taken back.

    Args:
        unbilled: Orders of which nothing is billed any more, line by line; credit notes of the order itself, for goods
            that came back, may have taken back what no credit note of the invoice did.
    """
    condition, values = among(Invoice, "b.order_id", orders)
    rows = fetch(
        Invoice,
        "SELECT b.order_id, i.id, i.number, i.type, i.state, i.amount_total, i.allocated FROM invoice_orders b "  # noqa: S608
        f"JOIN invoices i ON i.id = b.invoice_id WHERE {condition} AND i.state <> 'cancelled' ORDER BY i.id",
        values,
    )
    credited = _credited([row[1] for row in rows if row[3:5] == ("invoice", "posted")])
    by_order: dict[int, list[Sequence[Any]]] = {}
    for row in rows:
        by_order.setdefault(row[0], []).append(row[3:])
    squared = {order for order, documents in by_order.items() if order in unbilled and _is_squared(documents)}
    orders_of = _orders_of([key for _, key, *_ in rows])
    found: dict[int, _Papers] = {}
    for order, key, number, kind, state, total, _ in rows:
        before = found.get(order, _Papers())
        others = tuple(name for other, name in orders_of[key] if other != order)
        if state == "draft":
            noun = "invoice" if kind == "invoice" else "credit-note"
            paper = Paper(number or draft_address(key), exact(total), others, noun)
            found[order] = before._replace(drafts=(*before.drafts, paper), keys=(*before.keys, key))
        elif kind == "invoice" and credited.get(key) != total and order not in squared:
            paper = Paper(number, exact(total - credited.get(key, 0)), others)
            found[order] = before._replace(posted=(*before.posted, paper))
    return found


def _is_squared(documents: Sequence[Sequence[Any]]) -> bool:
    """Tell whether posted invoices and credit notes add up to nothing, and nothing is due.

    Args:
        documents: Type, state, total and what is used of each.
    """
    posted = [(kind, total, used) for kind, state, total, used in documents if state == "posted"]
    return not any(kind == "invoice" and used < total for kind, total, used in posted) and not sum(
        total if kind == "invoice" else -total for kind, total, _ in posted
    )


def _credited(invoices: Sequence[int]) -> dict[int, int]:
    """Sum, as stored, what posted credit notes took back of invoices; those without any are left out."""
    condition, values = among(Invoice, "c.reverses_id", invoices)
    rows = fetch(
        Invoice,
        "SELECT c.reverses_id, sum(l.amount_total) FROM invoices c JOIN invoice_lines l ON l.invoice_id = c.id "  # noqa: S608
        f"WHERE {condition} AND c.state = 'posted' AND (l.credits_line_id IS NOT NULL OR l.sku <> '{GOODWILL}') "
        "GROUP BY c.reverses_id",
        values,
    )
    return {key: int(amount) for key, amount in rows}


def _orders_of(invoices: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    condition, values = among(Invoice, "b.invoice_id", invoices)
    found: dict[int, list[tuple[int, str]]] = {}
    for invoice, order, number in fetch(
        Invoice,
        "SELECT b.invoice_id, o.id, o.number FROM invoice_orders b JOIN orders o ON o.id = b.order_id "  # noqa: S608
        f"WHERE {condition} ORDER BY o.id",
        values,
    ):
        found.setdefault(invoice, []).append((order, number))
    return found


def _money(orders: Sequence[int]) -> dict[int, _Money]:
    condition, values = among(Payment, "order_id", orders)
    found: dict[int, _Money] = {}
    for order, number, state, amount in fetch(
        Payment,
        f"SELECT order_id, number, state, amount - returned FROM payments WHERE {condition} "  # noqa: S608
        "AND direction = 'inbound' AND state IN ('done', 'authorized', 'pending') AND amount > returned ORDER BY id",
        values,
    ):
        before = found.get(order, _Money())
        one = Money(number, exact(amount))
        if state == "pending":
            found[order] = before._replace(announced=(*before.announced, one))
        else:
            found[order] = before._replace(received=(*before.received, one))
    return found


def _parcels(orders: Sequence[int]) -> dict[int, _Parcels]:
    """Find the deliveries that wait, and those that brought what is still with the customer."""
    condition, values = among(Delivery, "d.order_id", orders)
    found: dict[int, _Parcels] = {}
    for order, number, state in fetch(
        Delivery,
        "SELECT d.order_id, d.number, d.state FROM deliveries d "  # noqa: S608
        f"WHERE {condition} AND (d.state = 'waiting' OR (d.state = 'done' AND d.kind = 'outgoing' AND EXISTS ("
        "SELECT 1 FROM delivery_lines m JOIN order_lines l ON l.id = m.order_line_id "
        "WHERE m.delivery_id = d.id AND l.delivered > 0))) ORDER BY d.id",
        values,
    ):
        before = found.get(order, _Parcels())
        if state == "waiting":
            found[order] = before._replace(waiting=(*before.waiting, number))
        else:
            found[order] = before._replace(shipments=(*before.shipments, number))
    return found


def paid_of(order: int) -> Decimal:
    """Step: tell what an order is paid now."""
    (row,) = fetch(Order, "SELECT paid FROM orders WHERE id = ?", (order,))
    return exact(row[0])
