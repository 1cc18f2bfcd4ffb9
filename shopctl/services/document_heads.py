"""Load invoices that are to be changed as a whole, with the locks and the refusals that all such changes share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.numbering import draft_address
from shopctl.errors import RefusedError
from shopctl.models import Invoice
from shopctl.services.credits import lock_orders_of
from shopctl.services.dating import is_closed
from shopctl.services.facts import locking
from shopctl.shop import Shop


class Head(NamedTuple):
    """What of a document decides whether it may be changed; `orders` are the keys of those that it bills."""

    key: int
    number: str | None
    type: str
    kind: str
    state: str
    currency: str
    date: dt.date | None
    due_date: dt.date | None
    terms: str
    rounding: str
    note: str
    total: Decimal
    allocated: Decimal
    revision: int
    reverses: int | None
    cash_rounding: bool
    orders: frozenset[int]

    @property
    def address(self) -> str:
        """The number, or the draft address while there is none."""
        return self.number or draft_address(self.key)


def load(keys: Sequence[int]) -> dict[int, Head]:
    """Step: load and lock documents: first the orders that they bill, then they themselves, in the order of keys."""
    billed = lock_orders_of(keys)
    condition, values = among(Invoice, "i.id", keys)
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number, i.type, i.kind, i.state, i.currency, i.date, i.due_date, i.terms, i.tax_rounding, "  # noqa: S608
        "i.note, i.amount_total, i.allocated, i.revision, i.reverses_id, i.cash_rounding FROM invoices i "
        f"WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    return {
        row[0]: Head._make(
            (*row[:6], _day(row[6]), _day(row[7]), *row[8:11], exact(row[11]), exact(row[12]), row[13],
             row[14], bool(row[15]), billed.get(row[0], frozenset()))
        )
        for row in rows
    }  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def deducting(keys: Sequence[int]) -> dict[int, str]:
    """Step: tell for down payments which document deducts them, cancelled ones left out."""
    return _documents("l.deducts_id", "JOIN invoice_lines l ON l.invoice_id = i.id", keys)


def crediting(keys: Sequence[int]) -> dict[int, str]:
    """Step: tell for invoices which credit note credits them, cancelled ones left out."""
    return _documents("i.reverses_id", "", keys)


def _documents(column: str, join: str, keys: Sequence[int]) -> dict[int, str]:
    condition, values = among(Invoice, column, keys)
    rows = fetch(
        Invoice,
        f"SELECT {column}, i.id, i.number FROM invoices i {join} WHERE {condition} AND i.state <> 'cancelled' "  # noqa: S608
        "ORDER BY i.id DESC",
        values,
    )
    return {key: number or draft_address(document) for key, document, number in rows}


def require_not_deducted(head: Head, by: str | None, what: str) -> None:
    """Insist that no other document deducts a down payment.

    Args:
        by: The document that does.
        what: What is to be done with the down payment: "deleted".
    """
    if by is not None:
        hint = f"shopctl invoice delete {by}" if by.startswith("DRAFT/") else f"shopctl invoice show {by}"
        raise RefusedError(
            "invoice.deducted", f"{by} deducts the down payment {head.address}, so it cannot be {what}", hint=hint
        )


def require_open_period(shop: Shop, head: Head, what: str) -> None:
    """Insist that the books of a document's date are open."""
    if head.date is not None and is_closed(shop, head.date):
        raise RefusedError(
            "invoice.period_closed",
            f"{head.address} is dated {head.date} and the books are closed until "
            f"{shop.config.invoicing.closed_until}, so it cannot be {what}",
            hint=f"shopctl credit-note create {head.address}, or move invoicing.closed_until in the configuration",
        )


def require_draft(head: Head, what: str) -> None:
    """Insist that a document is not posted, and name the ways back."""
    if head.state == "posted":
        credit = f", or shopctl credit-note create {head.address}" if head.type == "invoice" else ""
        raise RefusedError(
            "invoice.posted",
            f"{head.address} is posted, and only a draft can be {what}",
            hint=f"shopctl invoice reset {head.address} --reason TEXT{credit}",
        )
