"""Tell what falls due when on invoices, and which payment to propose now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain import settlement
from shopctl.domain.early_discount import Grant, stands
from shopctl.domain.settlement import Proposal
from shopctl.domain.terms import Installment
from shopctl.errors import RefusedError
from shopctl.models import Invoice
from shopctl.services.credits import Open, open_invoices
from shopctl.services.invoices import find_all


class ScheduledRow(NamedTuple):
    """An instalment: `standing` is paid, open or overdue."""

    position: int
    due_date: dt.date
    amount: Decimal
    amount_due: Decimal
    standing: str


class Schedule(NamedTuple):
    """What falls due when on an invoice.

    Attributes:
        early: The discount for paying early; None when there is none, or it is lost.
        proposal: The payment to propose now; None when nothing is due.
    """

    invoice: str
    currency: str
    amount_total: Decimal
    amount_due: Decimal
    installments: tuple[ScheduledRow, ...]
    early: Grant | None
    proposal: Proposal | None


def schedules(references: Sequence[str], today: dt.date) -> list[Schedule]:
    """Tell the schedules of some invoices, in the order asked for.

    Raises:
        NotFoundError: One of them does not exist.
        RefusedError: One of them is a draft or a credit note, which have none.
    """
    keys = find_all(references)
    found = open_invoices(list(keys.values()))
    parts = installments_of(list(found))
    for reference in references:
        if keys[reference] not in found:
            raise RefusedError(
                "invoice.not_posted",
                f"{reference} is not a posted invoice, so nothing of it falls due",
                hint=f"shopctl invoice show {reference}",
            )
    return [_schedule(found[keys[one]], parts[keys[one]], today) for one in references]


def installments_of(keys: Sequence[int]) -> dict[int, list[tuple[int, Installment]]]:
    """Load the instalments of documents with their positions, the earliest first."""
    condition, values = among(Invoice, "invoice_id", keys)
    found: dict[int, list[tuple[int, Installment]]] = {}
    for key, position, day, amount in fetch(
        Invoice,
        f"SELECT invoice_id, position, due_date, amount FROM installments WHERE {condition} "  # noqa: S608
        "ORDER BY invoice_id, due_date, position",
        values,
    ):
        found.setdefault(key, []).append((position, Installment(dt.date.fromisoformat(day), exact(amount))))
    return found


def _schedule(invoice: Open, numbered: Sequence[tuple[int, Installment]], today: dt.date) -> Schedule:
    parts = [part for _, part in numbered]
    left = settlement.residuals([part.amount for part in parts], invoice.allocated)
    rows = tuple(
        ScheduledRow(position, part.due_date, part.amount, rest, _standing(rest, part.due_date, today))
        for (position, part), rest in zip(numbered, left, strict=True)
    )
    early = invoice.early if stands(invoice.early, invoice.allocated, today) else None
    proposed = Proposal(early.amount, "early") if early else settlement.proposal(parts, invoice.allocated, today)
    return Schedule(invoice.number, invoice.currency, invoice.total, invoice.due, rows, early, proposed)


def _standing(left: Decimal, due: dt.date, today: dt.date) -> str:
    return "paid" if not left else "overdue" if due < today else "open"
