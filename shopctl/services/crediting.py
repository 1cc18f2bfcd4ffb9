"""Take invoices back with credit notes; what is too much stays a credit, is paid out, or is billed anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import new_ids
from shopctl.domain import crediting
from shopctl.domain.billing import ZERO, Draft, DraftLine, add
from shopctl.domain.crediting import Wanted
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import draft_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Invoice
from shopctl.services import drafting, facts, mailing, originals, releasing
from shopctl.services.drafting import NewDocument
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.originals import Facts
from shopctl.services.posting import Paper, Posted, post
from shopctl.services.refunding import Owed, pay_out
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.reversing import Reversal, exceeds, settle_reversals, still_billed
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Request:
    """What is to be credited, why, and what happens with it next.

    Attributes:
        wanted: Lines, a sum, a percentage, or all that is left.
        reason: Printed on the credit note.
        then: `credit` leaves what is too much outstanding, `refund` pays it out, `reinvoice` takes the money off the
            invoice and drafts it anew; the last two need `confirm`.
        method: How money is paid out.
        date: Date of the credit note; None for the day it is posted.
        confirm: Post it at once.
        send: Queue the e-mail with the PDF; needs `confirm`.
    """

    wanted: Wanted
    reason: str
    then: str = "credit"
    method: str = "wire"
    date: dt.date | None = None
    confirm: bool = False
    send: bool = False


class Ready(NamedTuple):
    """A credit note that was decided and is to be stored."""

    reference: str
    invoice: Facts
    draft: Draft


class _UsedUpError(Exception):
    """Everything is credited already: not a failure, the answer is `unchanged`."""


@operation("invoices")
def create(shop: Shop, references: Sequence[str], request: Request) -> list[Outcome[InvoiceRow]]:
    """Make one credit note an invoice; asking again for what is credited in full is `unchanged`.

    Raises (as outcomes): invoice.unknown, invoice.not_posted, invoice.not_an_invoice, invoice.over_credited,
    line.unknown, invoice.draft_exists, invoice.date_order, invoice.date_future, email.no_address.
    """
    return credit(shop, references, request)


def credit(shop: Shop, references: Sequence[str], request: Request) -> list[Outcome[InvoiceRow]]:
    """Step: make one credit note an invoice, as `create` does."""
    if request.then == "refund":
        shop.require("payments")
    keys = known(references)
    found = originals.load(sorted(set(keys.values())))
    taxes = facts.taxes()
    billed = still_billed(line.order_line for invoice in found.values() for line in invoice.original.lines)
    first = first_spellings(references, keys.get)
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    ready: list[Ready] = []
    used_up: dict[str, Facts] = {}
    for reference in dict.fromkeys(first.values()):
        invoice = found.get(keys.get(reference, 0))
        try:
            if invoice is None:
                raise unknown(reference)
            decided = _decide(reference, invoice, request, taxes)
            _take_billed(decided, billed)
            ready.append(decided)
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
        except _UsedUpError:
            used_up[reference] = found[keys[reference]]
    for outcome in (*_store(shop, ready, request), *_unchanged(shop, used_up, posted=request.confirm)):
        outcomes[outcome.reference] = outcome
    return in_order(references, first, outcomes)


def _decide(reference: str, invoice: Facts, request: Request, taxes: Mapping[str, Tax]) -> Ready:
    _require_posted(reference, invoice)
    if request.send and not invoice.frame.buyer.email:
        raise mailing.no_address(reference)
    if request.date is not None and invoice.day is not None and request.date < invoice.day:
        raise RefusedError(
            "invoice.date_order",
            f"a credit note of {request.date} would be before the invoice {reference} of {invoice.day}",
            hint=f"use --date {invoice.day} or later",
        )
    draft = crediting.credit(invoice.original, request.wanted, taxes)
    if draft is None:
        raise _UsedUpError
    if request.then == "reinvoice" and invoice.credit_notes:
        raise RefusedError(
            "invoice.over_credited",
            f"{reference} is credited in part already, so it cannot be taken back and billed anew as a whole",
            hint=f"shopctl credit-note create {reference} --reason TEXT --confirm, then shopctl invoice create ORDER",
        )
    return Ready(reference, invoice, draft)


def _take_billed(ready: Ready, billed: dict[int, Decimal]) -> None:
    """Count what is taken back of order lines.

    Raises:
        RefusedError: Some of it was taken back already, when goods came back, by a credit note that names no invoice.
    """
    lines = {line.key: line for line in ready.invoice.original.lines}
    after: dict[int, Decimal] = {}
    for draft in ready.draft.lines:
        line = lines.get(draft.credits_line or 0)
        if line is None or not line.order_line:
            continue
        left = after.get(line.order_line, billed.get(line.order_line, ZERO))
        if exceeds(draft.quantity, left):
            raise _came_back(ready.reference, line.position, draft.quantity, left)
        after[line.order_line] = left - draft.quantity
    billed.update(after)


def _came_back(reference: str, position: int, wanted: Decimal, left: Decimal) -> RefusedError:
    there = f"{(abs(left) if left * wanted > 0 else ZERO).normalize():f}"
    return RefusedError(
        "invoice.over_credited",
        f"{abs(wanted).normalize():f} of line {position} of {reference} is more than the {there} that its order has "
        "billed and not credited yet",
        hint=f"shopctl invoice show {reference}"
        if there == "0"
        else f"shopctl credit-note create {reference} --line {position}:{there} --reason TEXT",
        line=position,
        left=there,
    )


def _require_posted(reference: str, invoice: Facts) -> None:
    if invoice.type != "invoice":
        raise RefusedError(
            "invoice.not_an_invoice",
            f"{reference} is a credit note itself, so it cannot be credited",
            hint=f"shopctl credit-note show {reference}",
        )
    if invoice.state != "posted":
        raise RefusedError(
            "invoice.not_posted",
            f"{reference} is {'a draft' if invoice.state == 'draft' else invoice.state}, and only a posted invoice is "
            "credited",
            hint=f"shopctl invoice show {reference}",
        )


def _unchanged(shop: Shop, invoices: Mapping[str, Facts], *, posted: bool) -> list[Outcome[InvoiceRow]]:
    """Answer the latest credit note of invoices that are credited in full.

    Args:
        posted: A posted one is wanted, so a draft is not what was asked for.
    """
    latest = {reference: invoice.credit_notes[-1] for reference, invoice in invoices.items()}
    documents = rows(sorted(set(latest.values())), shop.today) if latest else {}
    outcomes: list[Outcome[InvoiceRow]] = []
    for reference, key in latest.items():
        row = documents[key]
        if row.state == "draft" and posted:
            error = RefusedError(
                "invoice.draft_exists",
                f"{reference} is credited by the draft {row.address} already, which may be under review",
                hint=f"shopctl credit-note confirm {row.address}",
                invoice=row.address,
            )
            outcomes.append(Failed(reference, error))
            continue
        note = f"{reference} is credited in full already ({row.address})"
        outcomes.append(Done(reference, Change.UNCHANGED, row, (note,)))
    return outcomes


def _store(shop: Shop, ready: Sequence[Ready], request: Request) -> list[Outcome[InvoiceRow]]:
    """Write credit notes, and what follows from posting them."""
    if not ready:
        return []
    keys = list(new_ids(Invoice, len(ready)))
    posted: Sequence[Posted | RefusedError | None] = [None] * len(ready)
    if request.confirm:
        papers = [
            Paper(f"the credit note of {item.reference}", "credit_note", item.invoice.frame.currency,
                  item.draft.amounts.total, frozenset(item.invoice.orders), "", request.date)
            for item in ready
        ]  # fmt: skip
        posted = post(shop, papers, {}, allocate=False)
    kept = [
        (key, item, result)
        for key, item, result in zip(keys, ready, posted, strict=True)
        if not isinstance(result, RefusedError)
    ]
    drafting.insert(shop, [_document(key, item, result, request) for key, item, result in kept])
    for key, item, result in kept:
        address = result.number if result else draft_address(key)
        shop.record(
            "invoice.posted" if result else "invoice.created", address, credits=item.reference, reason=request.reason,
            total=item.draft.amounts.total,
        )  # fmt: skip
    notes = _follow(shop, [(key, item) for key, item, result in kept if result], request)
    if request.send:
        mailing.queue_invoices(shop, [key for key, _, _ in kept])
    found = rows([key for key, _, _ in kept], shop.today)
    return [
        *(Failed(item.reference, result) for item, result in zip(ready, posted, strict=True)
          if isinstance(result, RefusedError)),
        *(Done(item.reference, Change.CREATED, found[key], notes.get(key, ())) for key, item, _ in kept),
    ]  # fmt: skip


def _document(key: int, item: Ready, posted: Posted | None, request: Request) -> NewDocument:
    frame = item.invoice.frame._replace(
        terms="",
        date=request.date,
        reverses=item.invoice.key,
        reason=request.reason,
        note="",
        cash_rounding=False,
    )
    return NewDocument(key, frame, item.draft, item.invoice.orders, posted)


def _follow(shop: Shop, kept: Sequence[tuple[int, Ready]], request: Request) -> dict[int, tuple[str, ...]]:
    """Settle the invoices with their posted credit notes, and do what was asked to follow; tell what a person reads."""
    notes: dict[int, list[str]] = {key: [] for key, _ in kept}
    if request.then == "reinvoice":
        for key, words in _bill_anew(shop, kept, request).items():
            notes[key] += words
    reversals = settle_reversals(shop, [key for key, _ in kept])
    paid = _refund(shop, kept, reversals, request) if request.then == "refund" else {}
    for key, _ in kept:
        reversal = reversals[key]
        if request.then == "refund":
            notes[key].append(paid.get(key, f"nothing of {reversal.number} is left to pay out"))
            reversal = reversal._replace(left=Decimal(0))
        notes[key] += reversal.told()
    return {key: tuple(words) for key, words in notes.items()}


def _refund(
    shop: Shop, kept: Sequence[tuple[int, Ready]], reversals: Mapping[int, Reversal], request: Request
) -> dict[int, str]:
    owed = [
        Owed(key, reversals[key].number, reversals[key].left, item.invoice.frame.currency,
             item.invoice.frame.buyer.key, item.invoice.orders)
        for key, item in kept
        if reversals[key].left
    ]  # fmt: skip
    numbers = pay_out(shop, owed, request.method, request.date or shop.today)
    return {
        one.credit_note: f"{number} pays out {with_currency(one.amount, one.currency)}"
        for one, number in zip(owed, numbers, strict=True)
    }


def _bill_anew(shop: Shop, kept: Sequence[tuple[int, Ready]], request: Request) -> dict[int, list[str]]:
    """Take the money off the invoices, so that their credit notes settle them, and draft the same invoices again."""
    held = releasing.held([item.invoice.key for _, item in kept])
    releasing.release(shop, [one for found in held.values() for one in found], request.reason)
    copies = list(new_ids(Invoice, len(kept)))
    drafting.insert(
        shop,
        [
            NewDocument(copy, item.invoice.frame, _copy(item.invoice), item.invoice.orders, None)
            for copy, (_, item) in zip(copies, kept, strict=True)
        ],
    )
    notes: dict[int, list[str]] = {}
    for copy, (key, item) in zip(copies, kept, strict=True):
        address = draft_address(copy)
        shop.record("invoice.created", address, replaces=item.reference, total=item.invoice.original.total)
        freed = releasing.told(held.get(item.invoice.key, ()), item.invoice.frame.currency)
        notes[key] = [f"billed anew by {address}: shopctl invoice confirm {address}", *freed]
    return notes


def _copy(invoice: Facts) -> Draft:
    """Copy the lines of an invoice with the order lines they bill and the down payments they deduct."""
    lines = tuple(
        DraftLine(
            line.kind, line.sku, line.description, line.quantity, line.unit_price, line.discount, line.taxes,
            line.amounts, line.order_line, line.deducts,
        )
        for line in invoice.original.lines
    )  # fmt: skip
    return Draft("invoice", invoice.original.kind, lines, add(line.amounts for line in lines), invoice.share)
