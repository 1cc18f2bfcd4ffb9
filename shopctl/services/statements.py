"""Write the statement of a customer: everything that moved what the customer owes, in the order of days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch, total
from shopctl.db.fields import exact
from shopctl.domain.statements import Entry, Statement, statements
from shopctl.models import Customer, Invoice
from shopctl.services.customers import find_customer

ZERO: Final = Decimal(0)


class Standing(NamedTuple):
    """How a customer stands in one currency today; a statement without an end closes with `balance`.

    Attributes:
        amount_due: Open on posted invoices.
        amount_credit: Here and not used.
        amount_reserved: Here and kept for invoices that went back to draft.
        amount_returned: Paid back without a credit note, so it is due again in fact.
    """

    currency: str
    amount_due: Decimal = ZERO
    amount_credit: Decimal = ZERO
    amount_reserved: Decimal = ZERO
    amount_returned: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """What is owed in all; below zero it is owed to the customer."""
        return self.amount_due - self.amount_credit - self.amount_reserved + self.amount_returned


class CustomerStatement(NamedTuple):
    """The statement of a customer, one part a currency."""

    code: str
    name: str
    since: date | None
    until: date | None
    parts: tuple[Statement, ...]
    standings: tuple[Standing, ...]


def statement(reference: str, since: date | None = None, until: date | None = None) -> CustomerStatement:
    """Tell what was billed to a customer, what came in and went back, and the balance after each.

    Args:
        since: The first day that is told.
        until: The last day that is told.

    Raises:
        NotFoundError: There is no such customer.
    """
    key = find_customer(reference)
    ((code, name, company, email),) = fetch(
        Customer, "SELECT code, name, company, email FROM customers WHERE id = ?", (key,)
    )
    parts = statements(entries(key), since, until)
    return CustomerStatement(code, company or name or email, since, until, parts, standings(key))


def entries(customer: int) -> list[Entry]:
    """Step: read everything that moves the balance of a customer."""
    return [*_documents(customer), *_payments(customer), *_write_offs(customer)]


def _documents(customer: int) -> list[Entry]:
    billed: dict[int, list[str]] = {}
    for key, order in fetch(
        Invoice,
        "SELECT i.id, o.number FROM invoices i JOIN invoice_orders b ON b.invoice_id = i.id "
        "JOIN orders o ON o.id = b.order_id WHERE i.customer_id = ? AND i.state = 'posted' ORDER BY o.number",
        (customer,),
    ):
        billed.setdefault(key, []).append(order)
    rows = fetch(
        Invoice,
        "SELECT id, type, number, date, currency, amount_total FROM invoices "
        "WHERE customer_id = ? AND state = 'posted'",
        (customer,),
    )
    return [
        Entry(date.fromisoformat(day), kind, number, ", ".join(billed.get(key, ())), currency,
              exact(amount if kind == "invoice" else -amount))
        for key, kind, number, day, currency, amount in rows
    ]  # fmt: skip


def _payments(customer: int) -> list[Entry]:
    rows = fetch(
        Invoice,
        "SELECT p.number, p.direction, p.date, p.currency, p.amount, p.method, coalesce(p.reference, ''), o.number "
        "FROM payments p LEFT JOIN orders o ON o.id = p.order_id WHERE p.customer_id = ? AND p.state = 'done'",
        (customer,),
    )
    return [
        Entry(date.fromisoformat(day), "refund" if way == "outbound" else "payment", number,
              " ".join(part for part in (method, reference, order) if part), currency,
              exact(amount if way == "outbound" else -amount))
        for number, way, day, currency, amount, method, reference, order in rows
    ]  # fmt: skip


def _write_offs(customer: int) -> list[Entry]:
    """Read what was written off: of an invoice the customer owes less, of a credit as much more."""
    rows = [
        row
        for table, column, sign, condition in (
            ("invoices", "invoice_id", -1, "d.state = 'posted'"),
            ("payments", "payment_id", 1, "d.state = 'done'"),
            ("invoices", "credit_note_id", 1, "d.state = 'posted'"),
        )
        for row in fetch(
            Invoice,
            f"SELECT a.date, d.number, a.write_off, d.currency, a.amount * {sign} FROM {table} d "  # noqa: S608
            f"JOIN allocations a ON a.{column} = d.id WHERE d.customer_id = ? AND a.write_off <> '' "
            f"AND a.removed_at IS NULL AND {condition}",
            (customer,),
        )
    ]
    return [
        Entry(date.fromisoformat(day), "write_off", number, reason, currency, exact(int(amount)))
        for day, number, reason, currency, amount in rows
    ]


_STANDINGS: Final = {
    "amount_due": "SELECT currency, sum(amount_total - allocated) FROM invoices WHERE customer_id = ? "
    "AND state = 'posted' AND type = 'invoice' GROUP BY currency",
    "amount_credit": "SELECT currency, sum(rest) FROM (SELECT currency, amount_total - allocated AS rest FROM invoices "
    "WHERE customer_id = ? AND state = 'posted' AND type = 'credit_note' UNION ALL "
    "SELECT currency, amount - allocated - returned FROM payments WHERE customer_id = ? AND state = 'done' "
    "AND direction = 'inbound') credits GROUP BY currency",
    "amount_reserved": "SELECT i.currency, sum(a.amount) FROM invoices i JOIN allocations a ON a.invoice_id = i.id "
    "WHERE i.customer_id = ? AND i.state = 'draft' AND a.removed_at IS NULL AND a.write_off = '' GROUP BY i.currency",
    "amount_returned": "SELECT currency, sum(CASE WHEN direction = 'outbound' THEN amount - allocated "
    "ELSE -returned END) FROM payments WHERE customer_id = ? AND state = 'done' GROUP BY currency",
}


def standings(customer: int) -> tuple[Standing, ...]:
    """Step: tell how a customer stands today, for each currency."""
    found: dict[str, Standing] = {}
    for name, query in _STANDINGS.items():
        for currency, amount in fetch(Invoice, query, (customer,) * query.count("?")):
            before = found.get(currency, Standing(currency))
            found[currency] = before._replace(**{name: total(amount)})  # type: ignore[arg-type]  # an amount, never the currency
    return tuple(found[currency] for currency in sorted(found))
