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
from shopctl.services.customers import find_customer, named
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
    found = _open("invoices", "invoice_id", _POSTED.format("invoice"), at, (narrow, values))
    condition, keys = among(Invoice, "x.id", list(found))
    rows = fetch(
        Invoice,
        f"SELECT x.id, {_group(by, 'x.number')}, x.currency FROM invoices x WHERE {condition} ORDER BY x.id",  # noqa: S608
        keys,
    )
    parts = _installments(list(found))
    return [Debt(group, currency, exact(found[key].used), parts[key]) for key, group, currency in rows]


class _Left(NamedTuple):
    """What a document or payment amounts to, and what of it was used, as stored."""

    total: int
    used: int


_POSTED: Final = "x.state = 'posted' AND x.type = '{}' AND x.date <= ?"


def _open(
    table: str, column: str, condition: str, at: _At, narrow: tuple[str, Sequence[Any]], bound: tuple[str, ...] = ()
) -> dict[int, _Left]:
    """Find what was not used up, by its key; sums are grouped and not joined, which takes any planner as long.

    Args:
        column: The side of an allocation on which it stands.
        condition: Which rows of the table count; it ends with the day, after the values of `bound`.
    """
    amount = "amount" if table == "payments" else "amount_total"
    rows = fetch(
        Invoice,
        f"{_STANDING} SELECT place, sum(total), sum(used) FROM (SELECT x.id AS place, x.{amount} AS total, 0 AS used "  # noqa: S608  # texts of ours
        f"FROM {table} x WHERE {condition} {narrow[0]} UNION ALL "
        f"SELECT {column}, 0, amount FROM standing WHERE {column} IS NOT NULL) parts "
        "GROUP BY place HAVING sum(total) > sum(used)",
        (*at.bound, *bound, at.day, *narrow[1]),
    )
    return {key: _Left(int(whole), int(used)) for key, whole, used in rows}


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
    paid = _open("payments", "payment_id", f"{_HERE.format('x')} AND x.date <= ?", at, (narrow, values), (at.end,))
    notes = _open("invoices", "credit_note_id", _POSTED.format("credit_note"), at, (narrow, values))
    condition, keys = among(Invoice, "x.id", list(paid))
    rows = fetch(
        Invoice,
        f"SELECT x.id, {_group(by, 'coalesce(r.number, x.number)')}, x.currency, x.direction FROM payments x "  # noqa: S608
        f"LEFT JOIN payments r ON r.id = x.refunds_id WHERE {condition}",
        keys,
    )
    found = [
        Surplus(group, currency, exact((paid[key].total - paid[key].used) * (1 if way == "inbound" else -1)))
        for key, group, currency, way in rows
    ]
    condition, keys = among(Invoice, "x.id", list(notes))
    rows = fetch(
        Invoice,
        f"SELECT x.id, {_group(by, 'x.number')}, x.currency FROM invoices x WHERE {condition}",  # noqa: S608
        keys,
    )
    return [
        *found,
        *(Surplus(group, currency, exact(notes[key].total - notes[key].used)) for key, group, currency in rows),
    ]


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
    known = named([int(row.group) for row in rows if row.group])
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
