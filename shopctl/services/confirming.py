"""Confirm drafts: check them, number them, use the money of their own order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.billing import NOTHING
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.problems import Problem
from shopctl.domain.settlement import fitting, spread
from shopctl.domain.terms import Terms
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Installment, Invoice, InvoiceLine, OrderLine
from shopctl.services import credits, facts, mailing, releasing, settling
from shopctl.services.catalogue import all_terms
from shopctl.services.facts import locking
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.posting import Paper, Posted, grants, in_columns, post, store_uses
from shopctl.services.releasing import Held
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import Settled
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


class _Reserved(NamedTuple):
    """What stayed allocated to a draft since it was posted before: what still fits its total, and what does not."""

    kept: tuple[Held, ...] = ()
    freed: tuple[Held, ...] = ()


@operation("invoices")
def confirm(
    shop: Shop,
    references: Sequence[str],
    *,
    on: date | None = None,
    allocate: bool = True,
    send: bool = False,
    backdate: bool = False,
) -> list[Outcome[InvoiceRow]]:
    """Post drafts in the order given; one that is posted already is `unchanged`.

    Args:
        on: The invoice date; None for the draft's own, else the day of the call.
        allocate: Use the open payments of each invoice's own order.
        send: Queue the e-mail with the PDF as well.
        backdate: Accept dates before the last one of the series.

    Raises (as outcomes): invoice.unknown, invoice.not_draft, email.no_address, what `posting.post` refuses.
    """
    keys = known(references)
    heads = _heads(list(keys.values()))
    first = first_spellings(references, keys.get)
    drafts, failed = _drafts({one: heads.get(keys.get(one, 0)) for one in dict.fromkeys(first.values())})
    reserved = _reserved([head for _, head in drafts])
    terms = all_terms()
    papers = _papers(drafts, reserved, terms, on, send)
    posted = post(shop, papers, terms, allocate=allocate, backdate=backdate) if papers else []
    results = _store_posted(shop, drafts, posted, reserved, allocate=allocate)
    failed.update({reference: result for reference, result in results.items() if isinstance(result, RefusedError)})
    if send:
        mailing.queue_invoices(
            shop, [keys[reference] for reference in dict.fromkeys(first.values()) if reference not in failed]
        )
    found = rows([key for reference, key in keys.items() if reference not in failed], shop.today)
    answers: dict[str, Outcome[InvoiceRow]] = {
        reference: Failed(reference, error) for reference, error in failed.items()
    }
    for reference in first.values():
        if reference not in failed:
            key = keys[reference]
            answers[reference] = _answer(reference, found[key], reserved.get(key), fresh=reference in results)
    return in_order(references, first, answers)


def _drafts(heads: dict[str, _Head | None]) -> tuple[list[tuple[str, _Head]], dict[str, ShopError]]:
    """Tell what is to be posted, and what is neither draft nor posted."""
    drafts: list[tuple[str, _Head]] = []
    failed: dict[str, ShopError] = {}
    for reference, head in heads.items():
        if head is None:
            failed[reference] = unknown(reference)
        elif head.state == "draft":
            drafts.append((reference, head))
        elif head.state != "posted":
            failed[reference] = RefusedError(
                "invoice.not_draft",
                f"{reference} is {head.state}, and only a draft can be confirmed",
                hint=f"shopctl invoice show {reference}",
            )
    return drafts, failed


def _answer(reference: str, row: InvoiceRow, reserved: _Reserved | None, *, fresh: bool) -> Done[InvoiceRow]:
    if not fresh:
        return Done(reference, Change.UNCHANGED, row, (f"{row.address} is posted already",))
    freed = (
        f"{with_currency(one.amount, row.currency)} of {one.credit} was reserved and does not fit any more, so it is "
        "an outstanding credit again"
        if one.credit
        else f"{with_currency(one.amount, row.currency)} that was written off does not fit any more"
        for one in (reserved.freed if reserved else ())
    )
    return Done(reference, Change.CHANGED, row, (*freed, row.standing))


def _heads(keys: Sequence[int]) -> dict[int, _Head]:
    condition, values = among(Invoice, "i.id", keys)
    found = fetch(
        Invoice,
        "SELECT i.id, i.number, i.type, i.state, i.customer_name, i.customer_email, i.currency, i.date, i.due_date, "  # noqa: S608
        "i.terms, i.amount_total, (SELECT count(*) FROM invoice_lines l WHERE l.invoice_id = i.id "
        "AND l.kind NOT IN ('section', 'note')), i.cash_rounding "
        f"FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    return {row[0]: _Head._make((*row[:10], exact(row[10]), row[11], bool(row[12]))) for row in found}


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


def _reserved(heads: Sequence[_Head]) -> dict[int, _Reserved]:
    """Tell what stayed allocated to drafts that were posted before; the newest is freed if it does not fit."""
    numbered = [head.key for head in heads if head.number]
    held = releasing.held(numbered) if numbered else {}
    found = {}
    for head in heads:
        mine = held.get(head.key, ())
        if mine:
            count = fitting([one.amount for one in mine], head.total)
            found[head.key] = _Reserved(tuple(mine[:count]), tuple(mine[count:]))
    return found


def _papers(
    drafts: Sequence[tuple[str, _Head]],
    reserved: Mapping[int, _Reserved],
    terms: Mapping[str, Terms],
    on: date | None,
    send: bool,
) -> list[Paper]:
    keys = [head.key for _, head in drafts]
    orders = credits.orders_of(keys)
    money = facts.document_amounts(keys) if grants(terms) else {}
    nothing = _Reserved()
    papers = []
    for reference, head in drafts:
        kept = reserved.get(head.key, nothing).kept
        papers.append(
            Paper(
                reference, head.type, head.currency, head.total, orders.get(head.key, frozenset()), head.terms,
                on or _day(head.date), _day(head.due_date), number=head.number or "", cash=head.cash,
                reserved=sum((one.amount for one in kept), Decimal(0)),
                by_payment=any(one.payment for one in kept) or not any(one.credit_note for one in kept),
                problems=_problems(reference, head, send), amounts=money.get(head.key, NOTHING),
            )
        )  # fmt: skip
    return papers


def _store_posted(
    shop: Shop,
    drafts: Sequence[tuple[str, _Head]],
    results: Sequence[Posted | RefusedError],
    reserved: Mapping[int, _Reserved],
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
        _use_freed(shop, sorted({one.invoice for one in freed}))
    for (_, head), result in zip(drafts, results, strict=True):
        if isinstance(result, Posted):
            shop.record("invoice.posted", result.number, draft=head.key, total=head.total)
    return {reference: result for (reference, _), result in zip(drafts, results, strict=True)}


def _use_freed(shop: Shop, keys: Sequence[int]) -> None:
    """Use payments of the own order that became free only now, as far as something is still due."""
    if not keys:
        return
    invoices = credits.open_invoices(keys, lock=True)
    for key in keys:
        invoice = invoices[key]
        money = credits.of_orders(invoice.orders, lock=True)
        mine = [one for order in sorted(invoice.orders) for one in money.get(order, ())]
        uses = spread([one for one in mine if one.currency == invoice.currency], invoice.due)
        settling.count_on_invoices([Settled(invoice, uses)])
        store_uses(shop, [(invoice.key, invoice.number, use) for use in uses])


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
        f"WHERE {condition} AND l.order_line_id IS NOT NULL GROUP BY l.order_line_id ORDER BY l.order_line_id",
        values,
    )
    change_rows(
        OrderLine,
        "drafted = drafted - :quantity",
        "id = :id",
        ("id", "quantity"),
        [(key, int(quantity)) for key, quantity in quantities],
    )
