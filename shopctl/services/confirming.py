"""Confirm drafts: check them, number them, use the money of their own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Installment, Invoice, InvoiceLine, OrderLine
from shopctl.services import credits, mailing
from shopctl.services.catalogue import all_terms
from shopctl.services.facts import COUNTED, locking
from shopctl.services.invoices import InvoiceRow, known, require_credit_note, rows, unknown
from shopctl.services.posting import Paper, Posted, post, store_uses
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.reversing import Reversal, Room, settle_reversals
from shopctl.shop import Shop, operation


class _Head(NamedTuple):
    key: int
    number: str | None
    type: str
    state: str
    customer_name: str
    customer_email: str
    currency: str
    date: str | None
    due_date: str | None
    terms: str
    total: Decimal
    reverses: int | None
    lines: int


@operation("invoices")
def confirm(
    shop: Shop,
    references: Sequence[str],
    *,
    on: date | None = None,
    allocate: bool = True,
    send: bool = False,
    only_credit_notes: bool = False,
) -> list[Outcome[InvoiceRow]]:
    """Post drafts in the order given; one that is posted already is `unchanged`.

    Args:
        on: The invoice date; None for the draft's own, else the day of the call.
        allocate: Use the open payments and credit notes of each invoice's own order.
        send: Queue the e-mail with the PDF as well.
        only_credit_notes: An invoice is refused.

    Raises (as outcomes): invoice.unknown, invoice.not_a_credit_note, invoice.not_draft, invoice.incomplete,
    invoice.over_credited, invoice.date_order, email.no_address.
    """
    keys = known(references)
    heads = _heads(list(keys.values()))
    first = first_spellings(references, keys.get)
    named = {one: heads.get(keys.get(one, 0)) for one in dict.fromkeys(first.values())}
    drafts, failed = _drafts(named, send, only_credit_notes)
    results = _post(shop, drafts, on, allocate)
    failed.update({reference: result for reference, result in results.items() if isinstance(result, RefusedError)})
    reversals = settle_reversals(shop, [head.key for name, head in drafts if head.reverses and name not in failed])
    if send:
        mailing.queue_invoices(
            shop, [keys[reference] for reference in dict.fromkeys(first.values()) if reference not in failed]
        )
    found = rows([key for reference, key in keys.items() if reference not in failed], shop.today)
    answers: dict[str, Outcome[InvoiceRow]] = {name: Failed(name, error) for name, error in failed.items()}
    for reference in first.values():
        if reference not in failed:
            row, reversal = found[keys[reference]], reversals.get(keys[reference])
            answers[reference] = _answer(reference, row, reversal, fresh=reference in results)
    return in_order(references, first, _with_offers(answers, keys) if len(results) == 1 else answers)


def _drafts(
    heads: dict[str, _Head | None], send: bool, only_credit_notes: bool
) -> tuple[list[tuple[str, _Head]], dict[str, ShopError]]:
    """Tell what is to be posted, and what cannot be."""
    drafts: list[tuple[str, _Head]] = []
    failed: dict[str, ShopError] = {}
    room = Room([head.key for head in heads.values() if head and head.reverses and head.state == "draft"])
    for reference, head in heads.items():
        try:
            if head is None:
                raise unknown(reference)
            if only_credit_notes:
                require_credit_note(reference, head.type)
            if head.state != "posted":
                _check(reference, head, send)
                room.take(reference, head.key)
                drafts.append((reference, head))
        except ShopError as error:
            failed[reference] = error
    return drafts, failed


def _answer(reference: str, row: InvoiceRow, reversal: Reversal | None, *, fresh: bool) -> Done[InvoiceRow]:
    if fresh:
        return Done(reference, Change.CHANGED, row, reversal.told() if reversal else (row.standing,))
    return Done(reference, Change.UNCHANGED, row, (f"{row.address} is posted already",))


def _with_offers(answers: dict[str, Outcome[InvoiceRow]], keys: dict[str, int]) -> dict[str, Outcome[InvoiceRow]]:
    """Announce the money of the customer that could pay what is open."""
    offers = credits.announced([keys[name] for name, answer in answers.items() if isinstance(answer, Done)])
    return {
        name: replace(answer, notes=(*answer.notes, *offers.get(keys[name], ())))
        if isinstance(answer, Done) and answer.change is Change.CHANGED
        else answer
        for name, answer in answers.items()
    }


def _heads(keys: Sequence[int]) -> dict[int, _Head]:
    condition, values = among(Invoice, "i.id", keys)
    found = fetch(
        Invoice,
        "SELECT i.id, i.number, i.type, i.state, i.customer_name, i.customer_email, i.currency, i.date, i.due_date, "  # noqa: S608
        "i.terms, i.amount_total, i.reverses_id, (SELECT count(*) FROM invoice_lines l WHERE l.invoice_id = i.id "
        f"AND l.kind NOT IN ('section', 'note')) FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    return {row[0]: _Head._make((*row[:10], exact(row[10]), *row[11:])) for row in found}


def _check(reference: str, head: _Head, send: bool) -> None:
    """Refuse a draft that cannot be posted, naming everything that is wrong with it."""
    if head.state != "draft":
        raise RefusedError(
            "invoice.not_draft",
            f"{reference} is {head.state}, and only a draft can be confirmed",
            hint=f"shopctl invoice show {reference}",
        )
    lacking = [
        what for what, there in (("no customer", head.customer_name), ("no lines to bill", head.lines)) if not there
    ]
    if lacking:
        raise RefusedError(
            "invoice.incomplete", f"{reference} has {' and '.join(lacking)}", hint=f"shopctl invoice show {reference}"
        )
    if send and not head.customer_email:
        raise mailing.no_address(reference)


def _post(
    shop: Shop, drafts: Sequence[tuple[str, _Head]], on: date | None, allocate: bool
) -> dict[str, Posted | RefusedError]:
    if not drafts:
        return {}
    orders = credits.orders_of([head.key for _, head in drafts])
    papers = [
        Paper(reference, head.type, head.currency, head.total, orders.get(head.key, frozenset()), head.terms,
              on or _day(head.date), _day(head.due_date))
        for reference, head in drafts
    ]  # fmt: skip
    results = post(shop, papers, all_terms(), allocate=allocate)
    pairs = [
        (head.key, result) for (_, head), result in zip(drafts, results, strict=True) if isinstance(result, Posted)
    ]
    _store(shop, pairs)
    store_uses(shop, [(key, result.number, use) for key, result in pairs for use in result.uses])
    for (_, head), result in zip(drafts, results, strict=True):
        if isinstance(result, Posted):
            shop.record("invoice.posted", result.number, draft=head.key, total=head.total)
    return {reference: result for (reference, _), result in zip(drafts, results, strict=True)}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _store(shop: Shop, pairs: Sequence[tuple[int, Posted]]) -> None:
    _settle_lines([key for key, _ in pairs])
    moment = stamp(shop.now)
    heads: list[tuple[Any, ...]] = [
        (key, posted.number, posted.date.isoformat(), posted.due_date.isoformat(), units(posted.allocated),
         posted.payment_status, moment)
        for key, posted in pairs
    ]  # fmt: skip
    change_rows(
        Invoice,
        "number = :number, reference = CASE WHEN reference = '' THEN :number ELSE reference END, state = 'posted', "
        "date = :date, due_date = :due, allocated = :used, payment_status = :status, posted_at = :now",
        "id = :id AND state = 'draft'",
        ("id", "number", "date", "due", "used", "status", "now"),
        heads,
    )
    parts = [
        (key, position, part.due_date.isoformat(), units(part.amount))
        for key, posted in pairs
        for position, part in enumerate(posted.installments, 1)
    ]
    insert_rows(Installment, ("invoice_id", "position", "due_date", "amount"), parts)


def _settle_lines(keys: Sequence[int]) -> None:
    """Take what is posted now off the drafted quantities of the order lines."""
    condition, values = among(Invoice, "i.id", keys)
    quantities = fetch(
        InvoiceLine,
        "SELECT l.order_line_id, sum(CASE WHEN i.type = 'invoice' THEN l.quantity ELSE -l.quantity END) "  # noqa: S608
        "FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id "
        f"WHERE {condition} AND l.order_line_id IS NOT NULL AND {COUNTED} "
        "GROUP BY l.order_line_id ORDER BY l.order_line_id",
        values,
    )
    change_rows(
        OrderLine,
        "drafted = drafted - :quantity",
        "id = :id",
        ("id", "quantity"),
        [(key, int(quantity)) for key, quantity in quantities],
    )
