"""Tell what is owed as of a day, from the documents and allocations as they stood at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact, stamp
from shopctl.domain import aging
from shopctl.domain.aging import Aged, Debt, Surplus
from shopctl.domain.dates import Span, When
from shopctl.domain.terms import Installment
from shopctl.models import Invoice
from shopctl.services.checking.run import snapshot
from shopctl.services.customers import find_customer
from shopctl.shop import Shop

GROUPS: Final = ("customer", "invoice")
"""What open amounts can be told by."""


class Aging(NamedTuple):
    """What is owed as of a day.

    Attributes:
        totals: One row a currency.
        changed: Documents that went back to draft after that day: they count as they are now, or not at all.
    """

    day: date
    rows: tuple[Aged, ...]
    totals: tuple[Aged, ...]
    changed: tuple[str, ...]


class _At(NamedTuple):
    """A day in the past or today: documents count by their date, what was done with them up to `end`."""

    day: str
    end: str

    @property
    def bound(self) -> tuple[str, ...]:
        """The values of `_STANDING`."""
        return (self.end, self.end, self.day, self.day, self.end, self.day)


_HERE: Final = (
    "({0}.state = 'done' OR ({0}.state = 'cancelled' AND {0}.paid_at IS NOT NULL AND EXISTS (SELECT 1 FROM events e "
    "WHERE e.reference = {0}.number AND e.action = 'payment.cancelled' AND e.at >= ?)))"
)
"""A payment that was here: one that was cancelled later counted until then."""

_STANDING: Final = (
    "WITH standing AS (SELECT a.invoice_id, a.payment_id, a.credit_note_id, a.amount FROM allocations a "  # noqa: S608  # texts of ours
    "LEFT JOIN invoices i ON i.id = a.invoice_id LEFT JOIN invoices c ON c.id = a.credit_note_id "
    "LEFT JOIN payments p ON p.id = a.payment_id "
    "WHERE a.created_at < ? AND (a.removed_at IS NULL OR a.removed_at >= ?) "
    "AND (i.id IS NULL OR (i.state = 'posted' AND i.date <= ?)) "
    "AND (c.id IS NULL OR (c.state = 'posted' AND c.date <= ?)) "
    f"AND (p.id IS NULL OR ({_HERE.format('p')} AND p.date <= ?))) "
)
"""Allocations as they stood; one whose other side does not count, such as a draft that was reset, uses nothing."""


def owed(shop: Shop, *, by: str = "", customer: str = "", currency: str = "") -> Aging:
    """Tell what is open by days past due, and what is here and not used, as of the shop's day.

    Args:
        by: One of `GROUPS`; empty for the totals of each currency only.
        customer: Code or e-mail address of the only one that counts.
        currency: The only one that counts.

    Raises:
        NotFoundError: There is no such customer.
    """
    span = Span(shop.today, shop.today)
    at = _At(shop.today.isoformat(), stamp(When("", "fixed", span).end(shop.now, shop.zone)))
    parts: list[str] = []
    values: list[object] = []
    if customer:
        parts.append("AND x.customer_id = ?")
        values.append(find_customer(customer))
    if currency:
        parts.append("AND x.currency = ?")
        values.append(currency)
    with snapshot(shop.database):
        narrow = (" ".join(parts), tuple(values))
        found = aging.aged(_debts(at, by, *narrow), _credits(at, by, *narrow), shop.today)
        rows = _named(found, by) if by else found
        return Aging(shop.today, tuple(rows), tuple(aging.totals(found)), _changed(at, *narrow))


def _debts(at: _At, by: str, narrow: str, values: Sequence[Any]) -> list[Debt]:
    rows = fetch(
        Invoice,
        f"{_STANDING} SELECT x.id, {_group(by, 'x.number')}, x.currency, coalesce(s.used, 0) FROM invoices x "  # noqa: S608  # texts of ours
        "LEFT JOIN (SELECT invoice_id, sum(amount) AS used FROM standing GROUP BY invoice_id) s "
        "ON s.invoice_id = x.id WHERE x.state = 'posted' AND x.type = 'invoice' AND x.date <= ? "
        f"AND x.amount_total > coalesce(s.used, 0) {narrow} ORDER BY x.id",
        (*at.bound, at.day, *values),
    )
    parts = _installments([row[0] for row in rows])
    return [Debt(group, currency, exact(int(used)), parts[key]) for key, group, currency, used in rows]


def _group(by: str, number: str) -> str:
    """Write what a document is told under: its number, its customer, or nothing."""
    if by == "invoice":
        return number
    return "coalesce(CAST(x.customer_id AS TEXT), '')" if by else "''"


def _installments(invoices: Sequence[int]) -> Mapping[int, list[Installment]]:
    condition, values = among(Invoice, "invoice_id", invoices)
    rows = fetch(
        Invoice,
        f"SELECT invoice_id, due_date, amount FROM installments WHERE {condition} "  # noqa: S608
        "ORDER BY invoice_id, due_date, position",
        values,
    )
    return {
        key: [Installment(date.fromisoformat(due), exact(amount)) for _, due, amount in part]
        for key, part in groupby(rows, lambda row: row[0])
    }


def _credits(at: _At, by: str, narrow: str, values: Sequence[Any]) -> list[Surplus]:
    """Read what is not used: of payments, less what went back of them, and of credit notes."""
    rows = fetch(
        Invoice,
        f"{_STANDING}, used AS (SELECT payment_id, credit_note_id, sum(amount) AS amount FROM standing "  # noqa: S608
        "GROUP BY payment_id, credit_note_id) "
        f"SELECT {_group(by, 'coalesce(r.number, x.number)')}, x.currency, "
        "CASE WHEN x.direction = 'inbound' THEN 1 ELSE -1 END * (x.amount - coalesce(s.used, 0)) FROM payments x "
        "LEFT JOIN payments r ON r.id = x.refunds_id LEFT JOIN (SELECT payment_id, sum(amount) AS used FROM used "
        "WHERE payment_id IS NOT NULL GROUP BY payment_id) s ON s.payment_id = x.id "
        f"WHERE {_HERE.format('x')} AND x.date <= ? AND x.amount <> coalesce(s.used, 0) {narrow} "
        f"UNION ALL SELECT {_group(by, 'x.number')}, x.currency, x.amount_total - coalesce(s.used, 0) FROM invoices x "
        "LEFT JOIN (SELECT credit_note_id, sum(amount) AS used FROM used WHERE credit_note_id IS NOT NULL "
        "GROUP BY credit_note_id) s ON s.credit_note_id = x.id WHERE x.state = 'posted' AND x.type = 'credit_note' "
        f"AND x.date <= ? AND x.amount_total <> coalesce(s.used, 0) {narrow}",
        (*at.bound, at.end, at.day, *values, at.day, *values),
    )
    return [Surplus(group, currency, exact(int(left))) for group, currency, left in rows]


def _changed(at: _At, narrow: str, values: Sequence[Any]) -> tuple[str, ...]:
    rows = fetch(
        Invoice,
        "SELECT x.number FROM invoices x WHERE x.revision > 0 AND x.date <= ? AND x.created_at < ? AND EXISTS ("  # noqa: S608
        "SELECT 1 FROM events e WHERE e.reference = x.number AND e.action = 'invoice.reset' AND e.at >= ?) "
        f"{narrow} ORDER BY x.number",
        (at.day, at.end, at.end, *values),
    )
    return tuple(number for (number,) in rows)


def _named(rows: Sequence[Aged], by: str) -> list[Aged]:
    """Give groups the codes and names that people know them by."""
    if by == "invoice":
        names = _customers_of([row.group for row in rows])
        return [row._replace(name=names.get(row.group, "")) for row in rows]
    condition, values = among(Invoice, "id", [int(row.group) for row in rows if row.group])
    known = {
        str(key): (code, company or name or email)
        for key, code, company, name, email in fetch(
            Invoice,
            f"SELECT id, code, company, name, email FROM customers WHERE {condition}",  # noqa: S608
            values,
        )
    }
    found = [(row, *known.get(row.group, ("", "Guests"))) for row in rows]
    return [row._replace(group=code, name=name) for row, code, name in found]


def _customers_of(numbers: Sequence[str]) -> dict[str, str]:
    condition, values = among(Invoice, "x.number", numbers)
    return {
        number: company or name or email or ""
        for table in ("invoices", "payments")
        for number, company, name, email in fetch(
            Invoice,
            f"SELECT x.number, c.company, c.name, c.email FROM {table} x JOIN customers c ON c.id = x.customer_id "  # noqa: S608
            f"WHERE {condition}",
            values,
        )
    }
