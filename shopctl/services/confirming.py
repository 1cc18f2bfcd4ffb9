"""Confirm drafts: check them, number them, use the money of their own order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.billing import NOTHING
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.problems import Problem
from shopctl.domain.terms import Terms
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Installment, Invoice, InvoiceLine, OrderLine
from shopctl.services import credits, facts, holding, mailing, order_lines, releasing, reserving
from shopctl.services.catalogue import all_terms
from shopctl.services.facts import COUNTED, locking
from shopctl.services.invoices import InvoiceRow, known, require_credit_note, rows, unknown
from shopctl.services.posting import Paper, Posted, grants, in_columns, post, store_uses
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.reserving import Reserved
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
    lines: int
    cash: bool
    reverses: int | None


@operation("invoices")
def confirm(
    shop: Shop,
    references: Sequence[str],
    *,
    on: date | None = None,
    allocate: bool = True,
    send: bool = False,
    backdate: bool = False,
    only_credit_notes: bool = False,
) -> list[Outcome[InvoiceRow]]:
    """Post drafts in the order given; one that is posted already is `unchanged`.

    Args:
        on: The invoice date; None for the draft's own, else the day of the call.
        allocate: Use the open payments and credit notes of each invoice's own order.
        send: Queue the e-mail with the PDF as well.
        backdate: Accept dates before the last one of the series.
        only_credit_notes: An invoice is refused.

    Raises (as outcomes): invoice.unknown, invoice.not_a_credit_note, invoice.not_draft, invoice.over_credited,
    order.held, email.no_address, what `posting.post` refuses.
    """
    keys = known(references)
    heads, first = _heads(list(keys.values())), first_spellings(references, keys.get)
    named = {name: heads.get(keys.get(name, 0)) for name in first.values()}
    drafts, failed = _drafts(named, only_credit_notes)
    reserved = reserving.reserved({head.key: head.total for _, head in drafts if head.number})
    terms = all_terms() if drafts else {}
    posted = post(shop, _papers(drafts, reserved, terms, on, send), terms, allocate=allocate, backdate=backdate)
    results = _store_posted(shop, drafts, posted, reserved, allocate=allocate)
    failed.update({name: result for name, result in results.items() if isinstance(result, RefusedError)})
    reversals = settle_reversals(shop, [head.key for name, head in drafts if head.reverses and name not in failed])
    sound = {name: keys[name] for name in named if name not in failed}
    if send:
        mailing.queue_invoices(shop, list(sound.values()))
    answers: dict[str, Outcome[InvoiceRow]] = {name: Failed(name, error) for name, error in failed.items()}
    found = rows(list(sound.values()), shop.today)
    for name, key in sound.items():
        answers[name] = _answer(name, found[key], reserved.get(key), reversals.get(key), fresh=name in results)
    return in_order(references, first, _with_offers(answers, keys) if len(results) == 1 else answers)


def _drafts(
    heads: dict[str, _Head | None], only_credit_notes: bool
) -> tuple[list[tuple[str, _Head]], dict[str, ShopError]]:
    """Tell what is to be posted, and what cannot be for another reason than its date or what it lacks."""
    drafts: list[tuple[str, _Head]] = []
    failed: dict[str, ShopError] = {}
    room = Room([head.key for head in heads.values() if head and head.reverses and head.state == "draft"])
    held = holding.of_invoices([head.key for head in heads.values() if head and head.state == "draft"])
    for reference, head in heads.items():
        try:
            if head is None:
                raise unknown(reference)
            if only_credit_notes:
                require_credit_note(reference, head.type)
            if head.state == "draft":
                if head.key in held:
                    raise order_lines.held(*held[head.key], f"{reference} cannot be confirmed")
                room.take(reference, head.key)
                drafts.append((reference, head))
            elif head.state != "posted":
                raise RefusedError(
                    "invoice.not_draft",
                    f"{reference} is {head.state}, and only a draft can be confirmed",
                    hint=f"shopctl invoice show {reference}",
                )
        except ShopError as error:
            failed[reference] = error
    return drafts, failed


def _answer(
    reference: str, row: InvoiceRow, reserved: Reserved | None, reversal: Reversal | None, *, fresh: bool
) -> Done[InvoiceRow]:
    if not fresh:
        return Done(reference, Change.UNCHANGED, row, (f"{row.address} is posted already",))
    freed = reserved.told(row.currency) if reserved else ()
    return Done(reference, Change.CHANGED, row, (*freed, *(reversal.told() if reversal else (row.standing,))))


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
    """Read the heads of documents, locked after their orders: whoever changes documents locks in this order."""
    credits.lock_orders_of(keys)
    condition, values = among(Invoice, "i.id", keys)
    found = fetch(
        Invoice,
        "SELECT i.id, i.number, i.type, i.state, i.customer_name, i.customer_email, i.currency, i.date, i.due_date, "  # noqa: S608
        "i.terms, i.amount_total, (SELECT count(*) FROM invoice_lines l WHERE l.invoice_id = i.id "
        "AND l.kind NOT IN ('section', 'note')), i.cash_rounding, i.reverses_id "
        f"FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    return {row[0]: _Head._make((*row[:10], exact(row[10]), row[11], bool(row[12]), row[13])) for row in found}


def _problems(reference: str, head: _Head, send: bool) -> tuple[Problem, ...]:
    """Tell what is wrong with a draft besides its date."""
    show = f"shopctl invoice show {reference}"
    found = []
    if not head.customer_name:
        found.append(Problem("invoice.incomplete", "has no customer", show))
    if not head.lines:
        found.append(Problem("invoice.incomplete", "has no lines to bill", show))
    if send and not head.customer_email:
        problem = mailing.no_address(reference)
        found.append(Problem(problem.code, "has no e-mail address to send to", problem.hint))
    return tuple(found)


def _papers(
    drafts: Sequence[tuple[str, _Head]],
    reserved: Mapping[int, Reserved],
    terms: Mapping[str, Terms],
    on: date | None,
    send: bool,
) -> list[Paper]:
    keys = [head.key for _, head in drafts]
    orders = credits.orders_of(keys)
    money = facts.document_amounts(keys) if grants(terms) else {}
    papers = []
    for reference, head in drafts:
        held = reserved.get(head.key, reserving.NOTHING)
        papers.append(
            Paper(
                reference, head.type, head.currency, head.total, orders.get(head.key, frozenset()), head.terms,
                on or _day(head.date), _day(head.due_date), number=head.number or "", cash=head.cash,
                reserved=held.amount, reserved_kinds=held.kinds,
                problems=_problems(reference, head, send), amounts=money.get(head.key, NOTHING),
            )
        )  # fmt: skip
    return papers


def _store_posted(
    shop: Shop,
    drafts: Sequence[tuple[str, _Head]],
    results: Sequence[Posted | RefusedError],
    reserved: Mapping[int, Reserved],
    *,
    allocate: bool,
) -> dict[str, Posted | RefusedError]:
    pairs = [
        (head.key, result) for (_, head), result in zip(drafts, results, strict=True) if isinstance(result, Posted)
    ]
    freed = [one for key, _ in pairs if key in reserved for one in reserved[key].freed]
    releasing.release(shop, freed, "more than the new total")
    _store(shop, pairs)
    store_uses(shop, [(key, result.number, use) for key, result in pairs for use in result.uses])
    if allocate:
        reserving.use_freed(shop, sorted({one.invoice for one in freed if one.invoice}))
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
        (key, posted.number, posted.reference, posted.date.isoformat(), posted.due_date.isoformat(),
         units(posted.allocated), posted.payment_status, moment, *in_columns(posted.early))
        for key, posted in pairs
    ]  # fmt: skip
    change_rows(
        Invoice,
        "number = :number, reference = CASE WHEN reference = '' THEN :reference ELSE reference END, state = 'posted', "
        "date = :date, due_date = :due, allocated = :used, payment_status = :status, posted_at = :now, "
        "early_percent = :percent, early_mode = :mode, early_amount = :amount, early_until = :until",
        "id = :id AND state = 'draft'",
        ("id", "number", "reference", "date", "due", "used", "status", "now", "percent", "mode", "amount", "until"),
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
