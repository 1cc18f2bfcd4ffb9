"""Tell what was allocated and taken back, when, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact, instant
from shopctl.models import Allocation

Key = tuple[str, str, str, str]
"""An entry of the journal: action, document, credit and moment."""


class HistoryRow(NamedTuple):
    """A step of an allocation.

    Attributes:
        what: `allocated`, `written_off` or `paid_out`; `taken_back` for what does not count any more.
        other: The document on the other side, or why something was written off.
        reason: Why it was taken back, where somebody said so.
    """

    at: datetime
    actor: str
    what: str
    other: str
    amount: Decimal
    reason: str


class _Link(NamedTuple):
    amount: int
    made: str
    removed: str | None
    write_off: str
    invoice: str | None
    note: str | None
    payment: str | None

    @property
    def made_by(self) -> Key:
        if self.write_off:
            return "payment.written_off", self.invoice or self.payment or "", "", self.made
        if self.invoice:
            return "payment.allocated", self.invoice, self.payment or self.note or "", self.made
        return "payment.refunded", self.payment or "", "", self.made

    @property
    def removed_by(self) -> Key:
        document = self.invoice or self.note or self.payment or ""
        credit = self.payment or (self.note if self.invoice else "") or ""
        return "payment.unallocated", document, credit, self.removed or ""

    @property
    def what(self) -> str:
        return "written_off" if self.write_off else "allocated" if self.invoice else "paid_out"

    def other(self, own: str) -> str:
        """Name the side that is not the document itself."""
        sides = [one for one in (self.invoice, self.note, self.payment) if one and one != own]
        return sides[0] if sides else self.write_off


def of_payment(key: int, number: str) -> tuple[HistoryRow, ...]:
    """Tell what a payment was used for, and what of that was taken back, oldest first."""
    return _told("a.payment_id = ?", (key,), number)


def of_document(key: int, number: str) -> tuple[HistoryRow, ...]:
    """Tell what was used on an invoice or what a credit note was used for, and what was taken back, oldest first."""
    return _told("(a.invoice_id = ? OR a.credit_note_id = ?)", (key, key), number)


def _told(condition: str, values: tuple[int, ...], own: str) -> tuple[HistoryRow, ...]:
    links = [
        _Link(*row)
        for row in fetch(
            Allocation,
            "SELECT a.amount, a.created_at, a.removed_at, a.write_off, i.number, n.number, p.number FROM allocations a "  # noqa: S608
            "LEFT JOIN invoices i ON i.id = a.invoice_id LEFT JOIN invoices n ON n.id = a.credit_note_id "
            f"LEFT JOIN payments p ON p.id = a.payment_id WHERE {condition} ORDER BY a.id",
            values,
        )
    ]
    journal = _journal({one[1] for link in links for one in (link.made_by, link.removed_by)})
    found = []
    for link in links:
        actor, _ = journal.get(link.made_by, ("", ""))
        found.append(HistoryRow(instant(link.made), actor, link.what, link.other(own), exact(link.amount), ""))
        if link.removed:
            actor, reason = journal.get(link.removed_by, ("", ""))
            amount = exact(link.amount)
            found.append(HistoryRow(instant(link.removed), actor, "taken_back", link.other(own), amount, reason))
    return tuple(sorted(found, key=lambda row: row.at))


def _journal(documents: Iterable[str]) -> dict[Key, tuple[str, str]]:
    """Find in the journal who did it and why."""
    import json

    condition, values = among(Allocation, "reference", sorted(filter(None, documents)))
    found: dict[Key, tuple[str, str]] = {}
    for at, actor, action, reference, details in fetch(
        Allocation,
        f"SELECT at, actor, action, reference, details FROM events WHERE {condition} AND action IN "  # noqa: S608
        "('payment.allocated', 'payment.unallocated', 'payment.written_off', 'payment.refunded') ORDER BY id",
        values,
    ):
        told: dict[str, Any] = json.loads(details or "{}")
        found[action, reference, told.get("credit", ""), at] = (actor, told.get("reason", ""))
    return found
