"""Mark invoices that a customer disputes: nothing reminds of them until the dispute is settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Invoice
from shopctl.services.facts import locking
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


class _Head(NamedTuple):
    number: str
    disputed: str
    posted: bool
    paid: bool


@operation("invoices")
def dispute(shop: Shop, references: Sequence[str], reason: str) -> list[Outcome[InvoiceRow]]:
    """Say why customers do not pay; with an empty reason the disputes are settled.

    Raises (as outcomes): invoice.unknown, invoice.not_posted, invoice.paid.
    """
    keys = known(references)
    heads = _heads(list(keys.values()))
    first = first_spellings(references, keys.get)
    failed: dict[str, ShopError] = {}
    changed: dict[str, _Head] = {}
    for reference in dict.fromkeys(first.values()):
        head = heads[keys[reference]] if reference in keys else None
        refusal = _refusal(reference, head, reason)
        if refusal:
            failed[reference] = refusal
        elif head and head.disputed != reason:
            changed[reference] = head
    change_rows(Invoice, "disputed = :reason", "id = :id", ("id", "reason"), [(keys[one], reason) for one in changed])
    for head in changed.values():
        shop.record("invoice.disputed" if reason else "invoice.undisputed", head.number, reason=reason or head.disputed)
    found = rows([key for reference, key in keys.items() if reference not in failed], shop.today)
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    for reference in first.values():
        if reference in failed:
            outcomes[reference] = Failed(reference, failed[reference])
        else:
            change = Change.CHANGED if reference in changed else Change.UNCHANGED
            outcomes[reference] = Done(reference, change, found[keys[reference]])
    return in_order(references, first, outcomes)


def _heads(keys: Sequence[int]) -> dict[int, _Head]:
    condition, values = among(Invoice, "i.id", keys)
    found = fetch(
        Invoice,
        "SELECT i.id, coalesce(i.number, ''), i.disputed, i.state, i.type, i.allocated, i.amount_total "  # noqa: S608
        f"FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    return {
        key: _Head(number, disputed, state == "posted" and kind == "invoice", used >= total)
        for key, number, disputed, state, kind, used, total in found
    }


def _refusal(reference: str, head: _Head | None, reason: str) -> ShopError | None:
    if head is None:
        return unknown(reference)
    if not head.posted:
        return RefusedError(
            "invoice.not_posted",
            f"{reference} is not a posted invoice, so nobody can dispute it",
            hint=f"shopctl invoice show {reference}",
        )
    if reason and head.paid:
        return RefusedError(
            "invoice.paid",
            f"{head.number} is paid, so there is nothing to dispute",
            hint=f"shopctl invoice show {head.number}",
        )
    return None
