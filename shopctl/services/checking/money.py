"""Check money: what payments and credit notes were used for, and what orders were paid."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from shopctl.domain.crediting import GOODWILL
from shopctl.domain.settlement import invoice_status
from shopctl.services.checking.reading import Books, Comparison, Found

PAYMENT = "shopctl payment show {}"
INVOICE = "shopctl invoice show {}"
ORDER = "shopctl orders show {}"

PAYMENTS_USED = Comparison(
    "payments",
    "SELECT p.id, p.number, coalesce(a.used, 0), p.allocated FROM payments p LEFT JOIN ("
    "SELECT payment_id, sum(amount) AS used FROM allocations WHERE removed_at IS NULL AND payment_id IS NOT NULL "
    "GROUP BY payment_id) a ON a.payment_id = p.id WHERE p.allocated <> coalesce(a.used, 0)",
    PAYMENT,
)

PAYMENTS_NOT_EXCEEDED = Comparison(
    "payments",
    "SELECT id, number, amount, allocated + returned FROM payments WHERE allocated + returned > amount",
    PAYMENT,
)

ONE_CURRENCY = Comparison(
    "allocations",
    "SELECT a.id, coalesce(i.number, 'DRAFT/' || i.id, c.number, 'DRAFT/' || c.id), coalesce(i.currency, c.currency), "
    "coalesce(p.currency, c.currency) FROM allocations a LEFT JOIN invoices i ON i.id = a.invoice_id "
    "LEFT JOIN payments p ON p.id = a.payment_id LEFT JOIN invoices c ON c.id = a.credit_note_id "
    "WHERE a.removed_at IS NULL AND (p.currency <> i.currency OR c.currency <> i.currency OR p.currency <> c.currency)",
    INVOICE,
)

RETURNED_BY_NAME = Comparison(
    "payments",
    "SELECT p.id, p.number, coalesce(r.amount, 0), p.returned FROM payments p LEFT JOIN ("
    "SELECT refunds_id, sum(amount) AS amount FROM payments "
    "WHERE refunds_id IS NOT NULL AND direction = 'outbound' AND state = 'done' GROUP BY refunds_id"
    ") r ON r.refunds_id = p.id WHERE p.returned <> coalesce(r.amount, 0) AND NOT ("
    "p.returned > coalesce(r.amount, 0) AND EXISTS (SELECT 1 FROM payments n WHERE n.order_id = p.order_id "
    "AND n.direction = 'outbound' AND n.state = 'done' AND n.refunds_id IS NULL AND n.allocated < n.amount))",
    PAYMENT,
)

_REFUNDS = (
    "FROM orders o JOIN (SELECT order_id, sum(amount - allocated) AS amount FROM payments WHERE direction = 'outbound' "
    "AND state = 'done' AND refunds_id IS NULL AND order_id IS NOT NULL AND allocated < amount "
    "GROUP BY order_id) n ON n.order_id = o.id "
    "JOIN (SELECT p.order_id, sum(p.returned - coalesce((SELECT sum(r.amount) FROM payments r "
    "WHERE r.refunds_id = p.id AND r.direction = 'outbound' AND r.state = 'done'), 0)) AS taken, "
    "sum(CASE WHEN p.state = 'done' THEN p.amount - p.allocated - p.returned ELSE 0 END) AS offered "
    "FROM payments p WHERE p.direction = 'inbound' AND p.order_id IN (SELECT order_id FROM payments "
    "WHERE direction = 'outbound') GROUP BY p.order_id) t ON t.order_id = o.id "
)
"""Orders of which money went back without naming a payment: what went back, what was taken off, what is on offer.

What paid a credit note out is no such money.
"""

RETURNED_BY_ORDER = Comparison(
    "orders", f"SELECT o.id, o.number, n.amount, t.taken {_REFUNDS} WHERE t.taken > n.amount", ORDER
)

RETURNED_NOT_OFFERED = Comparison(
    "orders", f"SELECT o.id, o.number, 0, t.offered {_REFUNDS} WHERE t.taken < n.amount AND t.offered > 0", ORDER
)

INVOICES_USED = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id), CASE WHEN i.state = 'draft' THEN 0 "
    "ELSE coalesce(a.used, 0) END, i.allocated FROM invoices i LEFT JOIN ("
    "SELECT document, sum(amount) AS used FROM ("
    "SELECT invoice_id AS document, amount FROM allocations WHERE removed_at IS NULL "
    "UNION ALL SELECT credit_note_id, amount FROM allocations WHERE removed_at IS NULL AND credit_note_id IS NOT NULL"
    ") uses GROUP BY document) a ON a.document = i.id "
    "WHERE i.allocated <> CASE WHEN i.state = 'draft' THEN 0 ELSE coalesce(a.used, 0) END",
    INVOICE,
)

INVOICES_NOT_EXCEEDED = Comparison(
    "invoices",
    "SELECT id, coalesce(number, 'DRAFT/' || id), amount_total, allocated FROM invoices WHERE allocated > amount_total",
    INVOICE,
)


def payment_statuses(books: Books) -> Iterator[Found]:
    """Find documents whose payment status is not what their total, their counter and their credits make it."""
    rows = books.walk(
        "invoices",
        "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id), i.type, i.state, i.payment_status, i.amount_total, "
        "i.allocated, EXISTS (SELECT 1 FROM allocations a WHERE a.invoice_id = i.id AND a.payment_id IS NOT NULL "
        "AND a.removed_at IS NULL), EXISTS (SELECT 1 FROM allocations a WHERE a.invoice_id = i.id "
        "AND a.credit_note_id IS NOT NULL AND a.removed_at IS NULL) "
        "FROM invoices i WHERE i.id > ? AND i.id <= ? ORDER BY i.id",
    )
    for key, reference, kind, state, stored, total, allocated, by_payment, by_credit in rows:
        expected = "not_paid"
        if state == "posted":
            # A credit note is used up, never reversed.
            paid = bool(by_payment) or kind == "credit_note"
            expected = invoice_status(Decimal(total), Decimal(allocated), paid, bool(by_credit))
        if stored != expected and (expected, stored) != ("paid", "in_payment"):
            yield Found("invoices", key, reference, expected, stored, INVOICE.format(reference))


_ALLOCATIONS = (
    "FROM allocations a LEFT JOIN invoices i ON i.id = a.invoice_id LEFT JOIN payments p ON p.id = a.payment_id "
    "LEFT JOIN invoices c ON c.id = a.credit_note_id WHERE a.removed_at IS NULL AND "
)
_ALLOCATED = "coalesce(i.number, 'DRAFT/' || i.id, p.number, c.number, 'DRAFT/' || c.id)"

ALLOCATIONS_ABOVE_NOTHING = Comparison(
    "allocations",
    f"SELECT a.id, {_ALLOCATED}, 'more than 0', a.amount {_ALLOCATIONS} a.amount <= 0",  # parts of this module
    INVOICE,
)

ALLOCATIONS_OF_POSTED = Comparison(
    "allocations",
    f"SELECT a.id, {_ALLOCATED}, 'posted invoice', i.state || ' ' || i.type "
    f"{_ALLOCATIONS} ((i.state <> 'posted' AND NOT (i.state = 'draft' AND i.revision > 0)) OR i.type <> 'invoice')",
    INVOICE,
)

ALLOCATIONS_OF_REAL_MONEY = Comparison(
    "allocations",
    "SELECT a.id, coalesce(p.number, c.number, 'DRAFT/' || c.id), "
    "CASE WHEN c.id IS NULL THEN 'done inbound payment' ELSE 'posted credit_note' END, "
    "CASE WHEN c.id IS NULL THEN p.state || ' ' || p.direction || ' payment' ELSE c.state || ' ' || c.type END "
    f"{_ALLOCATIONS} a.invoice_id IS NOT NULL "
    "AND (p.state <> 'done' OR p.direction <> 'inbound' OR c.state <> 'posted' OR c.type <> 'credit_note')",
    "shopctl show {}",
)

CREDIT_NOTES_PAID_OUT = Comparison(
    "allocations",
    "SELECT a.id, coalesce(c.number, 'DRAFT/' || c.id), 'posted credit_note, done outbound payment', "
    "c.state || ' ' || c.type || ', ' || p.state || ' ' || p.direction || ' payment' "
    f"{_ALLOCATIONS} a.payment_id IS NOT NULL AND a.credit_note_id IS NOT NULL "
    "AND (c.state <> 'posted' OR c.type <> 'credit_note' OR p.state <> 'done' OR p.direction <> 'outbound')",
    INVOICE,
)

CREDITED_AT_MOST_ONCE = Comparison(
    "invoices",
    "SELECT i.id, i.number, i.amount_total, c.amount FROM invoices i JOIN (SELECT n.reverses_id, "  # noqa: S608
    "sum(l.amount_total) AS amount FROM invoices n JOIN invoice_lines l ON l.invoice_id = n.id "
    "WHERE n.reverses_id IS NOT NULL AND n.state = 'posted' "
    f"AND (l.credits_line_id IS NOT NULL OR l.sku <> '{GOODWILL}') GROUP BY n.reverses_id) c "
    "ON c.reverses_id = i.id WHERE c.amount > i.amount_total",
    INVOICE,
)

CREDIT_NOTES_REVERSE_INVOICES = Comparison(
    "invoices",
    "SELECT c.id, coalesce(c.number, 'DRAFT/' || c.id), 'credit_note of invoice in ' || i.currency, "
    "c.type || ' of ' || i.type || ' in ' || c.currency FROM invoices c JOIN invoices i ON i.id = c.reverses_id "
    "WHERE c.type <> 'credit_note' OR i.type <> 'invoice' OR c.currency <> i.currency",
    INVOICE,
)

ORDER_MONEY = Comparison(
    "orders",
    """
WITH moved AS (
  SELECT a.amount, (SELECT min(b.order_id) FROM invoice_orders b WHERE b.invoice_id = a.invoice_id) AS target,
    CASE WHEN a.payment_id IS NOT NULL THEN p.order_id
      ELSE (SELECT min(b.order_id) FROM invoice_orders b WHERE b.invoice_id = a.credit_note_id) END AS origin
  FROM allocations a LEFT JOIN payments p ON p.id = a.payment_id
  WHERE a.removed_at IS NULL AND (a.invoice_id IS NOT NULL OR a.write_off <> '')
    AND NOT EXISTS (SELECT 1 FROM invoice_orders b WHERE b.invoice_id = a.invoice_id AND b.order_id = p.order_id)
    AND NOT EXISTS (SELECT 1 FROM invoice_orders b JOIN invoice_orders c ON c.order_id = b.order_id
      WHERE b.invoice_id = a.invoice_id AND c.invoice_id = a.credit_note_id)
), parts AS (
  SELECT order_id AS holder,
    CASE WHEN direction = 'inbound' AND state IN ('done', 'authorized') THEN amount
      WHEN direction = 'outbound' AND state = 'done' THEN -amount ELSE 0 END AS paid,
    CASE WHEN direction = 'inbound' AND state = 'pending' THEN amount ELSE 0 END AS pending,
    CASE WHEN direction = 'outbound' AND state = 'done' THEN amount ELSE 0 END AS refunded
  FROM payments WHERE order_id IS NOT NULL
  UNION ALL SELECT target, amount, 0, 0 FROM moved WHERE target IS NOT NULL
  UNION ALL SELECT origin, -amount, 0, 0 FROM moved WHERE origin IS NOT NULL
), sums AS (
  SELECT holder, sum(paid) AS paid, sum(pending) AS pending, sum(refunded) AS refunded FROM parts GROUP BY holder
)
SELECT o.id, o.number || CASE WHEN o.paid <> coalesce(s.paid, 0) THEN ' paid'
    WHEN o.pending <> coalesce(s.pending, 0) THEN ' pending' ELSE ' refunded' END,
  CASE WHEN o.paid <> coalesce(s.paid, 0) THEN coalesce(s.paid, 0)
    WHEN o.pending <> coalesce(s.pending, 0) THEN coalesce(s.pending, 0) ELSE coalesce(s.refunded, 0) END,
  CASE WHEN o.paid <> coalesce(s.paid, 0) THEN o.paid
    WHEN o.pending <> coalesce(s.pending, 0) THEN o.pending ELSE o.refunded END
FROM orders o LEFT JOIN sums s ON s.holder = o.id
WHERE o.paid <> coalesce(s.paid, 0) OR o.pending <> coalesce(s.pending, 0) OR o.refunded <> coalesce(s.refunded, 0)
""",
    ORDER,
)

ORDER_CURRENCY = Comparison(
    "payments",
    "SELECT p.id, p.number, o.currency, p.currency FROM payments p JOIN orders o ON o.id = p.order_id "
    "WHERE p.currency <> o.currency",
    PAYMENT,
)
