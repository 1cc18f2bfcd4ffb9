"""Take posted documents back to draft: number, date and the money used on them stay (settled rule 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopctl.db.bulk import change_rows, within
from shopctl.db.fields import units
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.terms import Terms
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Installment, Invoice
from shopctl.services import document_heads
from shopctl.services.catalogue import all_terms
from shopctl.services.document_heads import Head
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.posting import Paper, usual_due_date
from shopctl.services.recounting import recount
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@operation("invoices")
def reset(shop: Shop, references: Sequence[str], *, reason: str) -> list[Outcome[InvoiceRow]]:
    """Make posted documents drafts again, as a new revision; a draft is `unchanged`.

    The allocations stay: their credits are reserved until the draft is confirmed or cancelled.

    Args:
        reason: Why, for the journal.

    Raises (as outcomes): invoice.unknown, invoice.not_posted, invoice.period_closed, invoice.sealed,
    invoice.credited, invoice.deducted, invoice.settled.
    """
    keys = known(references)
    heads = document_heads.load(list(keys.values()))
    credited = document_heads.crediting(list(heads))
    deducted = document_heads.deducting(list(heads))
    first = first_spellings(references, keys.get)
    failed: dict[str, ShopError] = {}
    going: dict[str, Head] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in keys:
                raise unknown(reference)
            head = heads[keys[reference]]
            if head.state != "draft":
                _check(shop, head, credited.get(head.key), deducted.get(head.key))
                going[reference] = head
        except ShopError as error:
            failed[reference] = error
    _reset(shop, list(going.values()), reason)
    found = rows([key for reference, key in keys.items() if reference not in failed], shop.today)
    return in_order(
        references,
        first,
        {
            reference: Failed(reference, failed[reference])
            if reference in failed
            else _answer(reference, found[keys[reference]], going.get(reference))
            for reference in first.values()
        },
    )


def _answer(reference: str, row: InvoiceRow, before: Head | None) -> Done[InvoiceRow]:
    if before is None:
        return Done(reference, Change.UNCHANGED, row, (f"{row.address} is a draft already",))
    notes = [f"a draft again, as revision {before.revision + 1}"]
    if before.allocated:
        notes.append(f"{with_currency(before.allocated, row.currency)} that was used on it stays reserved for it")
    return Done(reference, Change.CHANGED, row, tuple(notes))


def _check(shop: Shop, head: Head, credited_by: str | None, deducted_by: str | None) -> None:
    if head.state != "posted":
        raise RefusedError(
            "invoice.not_posted",
            f"{head.address} is {head.state}, and only a posted document can be reset",
            hint=f"shopctl invoice show {head.address}",
        )
    document_heads.require_open_period(shop, head, "reset")
    if shop.config.invoicing.seal:
        raise RefusedError(
            "invoice.sealed",
            f"{head.address} is posted and sealed (invoicing.seal is true), so it cannot be reset",
            hint=f"shopctl credit-note create {head.address}",
        )
    if credited_by is not None:
        draft = credited_by.startswith("DRAFT/")
        raise RefusedError(
            "invoice.credited",
            f"{credited_by} credits {head.address}, so it cannot be reset",
            hint=f"shopctl invoice delete {credited_by}" if draft else f"shopctl invoice show {credited_by}",
        )
    document_heads.require_not_deducted(head, deducted_by, "reset")
    if head.type == "credit_note" and head.allocated:
        raise RefusedError(
            "invoice.settled",
            f"{with_currency(head.allocated, head.currency)} of the credit note {head.address} is used already, "
            "so it cannot be reset",
            hint=f"shopctl invoice show {head.address}",
        )


def _reset(shop: Shop, going: Sequence[Head], reason: str) -> None:
    terms = all_terms() if going else {}
    change_rows(
        Invoice,
        "state = 'draft', payment_status = 'not_paid', allocated = 0, due_date = :due, revision = revision + 1, "
        "posted_at = NULL, sent_at = NULL, early_percent = 0, early_mode = '', early_amount = 0, early_until = NULL",
        "id = :id AND state = 'posted' AND allocated = :allocated",
        ("id", "allocated", "due"),
        [(head.key, units(head.allocated), _typed_due(shop, head, terms)) for head in going],
    )
    Installment.delete().where(within(Installment.invoice, [head.key for head in going])).execute()
    recount(order for head in going for order in head.orders)
    for head in going:
        shop.record("invoice.reset", head.address, reason=reason, revision=head.revision + 1)


def _typed_due(shop: Shop, head: Head, terms: Mapping[str, Terms]) -> str | None:
    """Keep a due date that was typed by hand; the usual one is decided anew when the draft is confirmed."""
    assert head.date is not None  # noqa: S101  # a CHECK of the table: it is posted
    assert head.due_date is not None  # noqa: S101  # as above
    known_terms = not head.terms or head.terms in terms
    paper = Paper(head.address, head.type, head.currency, head.total, head.orders, head.terms)
    if known_terms and head.due_date == usual_due_date(shop, paper, head.date, terms):
        return None
    return head.due_date.isoformat()
