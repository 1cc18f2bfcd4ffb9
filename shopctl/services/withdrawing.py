"""Give drafts up: delete those that never had a number, cancel any; money reserved for them is free again."""

from __future__ import annotations

from collections.abc import Sequence

from shopctl.db.bulk import change_rows, within
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Invoice, InvoiceLine
from shopctl.services import document_heads, releasing
from shopctl.services.document_heads import Head
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.recounting import recount
from shopctl.services.releasing import Held
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@operation("invoices")
def delete(shop: Shop, references: Sequence[str]) -> list[Outcome[InvoiceRow]]:
    """Delete drafts that never had a number; what they billed can be billed again.

    Raises (as outcomes): invoice.unknown, invoice.posted, invoice.numbered, invoice.deducted.
    """
    keys = known(references)
    heads = document_heads.load(list(keys.values()))
    deducted = document_heads.deducting(list(heads))
    found = rows(list(heads), shop.today)
    first = first_spellings(references, keys.get)
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    gone: list[Head] = []
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in keys:
                raise unknown(reference)
            head = heads[keys[reference]]
            _check_delete(head, deducted.get(head.key))
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
        else:
            gone.append(head)
            outcomes[reference] = Done(reference, Change.CHANGED, found[head.key], ("deleted",))
    # Only lines of cancelled documents can still name them as deducted.
    InvoiceLine.update(deducts=None).where(within(InvoiceLine.deducts, [head.key for head in gone])).execute()
    # Lines, taxes and links to orders go with their document.
    Invoice.delete().where(within(Invoice.id, [head.key for head in gone])).execute()
    recount(order for head in gone for order in head.orders)
    for head in gone:
        shop.record("invoice.deleted", head.address, total=head.total)
    return in_order(references, first, outcomes)


def _check_delete(head: Head, deducted_by: str | None) -> None:
    document_heads.require_draft(head, "deleted")
    if head.number is not None:
        verb = "cancel" if head.state == "draft" else "show"
        raise RefusedError(
            "invoice.numbered",
            f"{head.number} has its number, and only a draft that never had one can be deleted",
            hint=f"shopctl invoice {verb} {head.number}",
        )
    document_heads.require_not_deducted(head, deducted_by, "deleted")


@operation("invoices")
def cancel(shop: Shop, references: Sequence[str]) -> list[Outcome[InvoiceRow]]:
    """Cancel drafts, also those that were posted before: their number stays, money reserved for them is free again.

    Raises (as outcomes): invoice.unknown, invoice.posted, invoice.deducted, invoice.period_closed.
    """
    keys = known(references)
    heads = document_heads.load(list(keys.values()))
    deducted = document_heads.deducting(list(heads))
    first = first_spellings(references, keys.get)
    failed: dict[str, ShopError] = {}
    going: dict[str, Head] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in keys:
                raise unknown(reference)
            head = heads[keys[reference]]
            if head.state != "cancelled":
                _check_cancel(shop, head, deducted.get(head.key))
                going[reference] = head
        except ShopError as error:
            failed[reference] = error
    held = cancel_drafts(shop, list(going.values()))
    found = rows([key for reference, key in keys.items() if reference not in failed], shop.today)
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    for reference in first.values():
        if reference in failed:
            outcomes[reference] = Failed(reference, failed[reference])
            continue
        row = found[keys[reference]]
        if reference not in going:
            outcomes[reference] = Done(reference, Change.UNCHANGED, row, (f"{row.address} is cancelled already",))
            continue
        notes = releasing.told(held.get(keys[reference], ()), row.currency)
        outcomes[reference] = Done(reference, Change.CHANGED, row, tuple(notes) or (f"{row.address} is cancelled",))
    return in_order(references, first, outcomes)


def _check_cancel(shop: Shop, head: Head, deducted_by: str | None) -> None:
    document_heads.require_draft(head, "cancelled")
    document_heads.require_not_deducted(head, deducted_by, "cancelled")
    if head.number is not None:
        document_heads.require_open_period(shop, head, "cancelled")


def cancel_drafts(shop: Shop, going: Sequence[Head]) -> dict[int, list[Held]]:
    """Step: cancel drafts, which are locked, and answer what was reserved for each."""
    held = releasing.held([head.key for head in going if head.number])
    releasing.release(shop, [one for group in held.values() for one in group], "cancelled")
    change_rows(
        Invoice, "state = 'cancelled'", "id = :id AND state = 'draft'", ("id",), [(head.key,) for head in going]
    )
    recount(order for head in going for order in head.orders)
    for head in going:
        shop.record("invoice.cancelled", head.address, total=head.total)
    return held
