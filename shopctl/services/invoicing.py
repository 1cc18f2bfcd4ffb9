"""Make invoices of orders: regular ones by policy, and down payments; as drafts, or posted at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from shopctl.db.bulk import change_rows, new_ids
from shopctl.db.fields import units
from shopctl.domain import billing, settlement
from shopctl.domain.billing import ZERO
from shopctl.domain.early_discount import reduced_up_front
from shopctl.domain.numbering import draft_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.terms import Terms
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Invoice, Order, OrderLine
from shopctl.services import credits, drafting, facts, mailing
from shopctl.services import terms as payment_terms
from shopctl.services.catalogue import all_terms
from shopctl.services.coins import in_coins
from shopctl.services.deciding import AlreadyBilledError, Bundle, Ready, Request, decide, together
from shopctl.services.drafting import Frame, NewDocument
from shopctl.services.facts import OrderFacts
from shopctl.services.invoices import InvoiceRow, latest_of, rows
from shopctl.services.orders import stored_numbers, unknown
from shopctl.services.posting import Paper, Posted, post, store_uses
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@operation("invoices")
def create(shop: Shop, numbers: Sequence[str], request: Request) -> list[Outcome[InvoiceRow]]:
    """Make one invoice an order; asking again for what is fully billed is `unchanged`.

    Raises (as outcomes): order.unknown, order.not_confirmed, order.cancelled, order.held, order.nothing_to_invoice,
    order.line_unknown, invoice.above_policy, invoice.above_total, invoice.draft_exists, email.no_address, and what
    `posting.post` refuses.

    Raises:
        NotFoundError: There are no such payment terms.
    """
    stored = stored_numbers(numbers)
    first = first_spellings(numbers, stored.__getitem__)
    outcomes = {
        outcome.reference: outcome
        for outcome in _create(shop, [Bundle((number,)) for number in dict.fromkeys(first.values())], stored, request)
    }
    return in_order(numbers, first, outcomes)


def bill(shop: Shop, numbers: Sequence[str], request: Request) -> list[Outcome[InvoiceRow]]:
    """Step: make one invoice an order, as `create` does; each number is named once, as it is stored."""
    return _create(shop, [Bundle((number,)) for number in numbers], {number: number for number in numbers}, request)


@operation("invoices")
def create_together(shop: Shop, bundles: Sequence[Bundle], request: Request) -> list[Outcome[InvoiceRow]]:
    """Make one regular invoice a bundle of orders; an order of it that is refused fails alone."""
    stored = stored_numbers([number for bundle in bundles for number in bundle.references])
    return _create(shop, bundles, stored, request)


def _create(
    shop: Shop, bundles: Sequence[Bundle], stored: Mapping[str, str], request: Request
) -> list[Outcome[InvoiceRow]]:
    if request.terms:
        payment_terms.show([request.terms])
    found = facts.orders([stored[number] for bundle in bundles for number in bundle.references])
    taxes, terms = facts.taxes(), all_terms()
    advances = facts.advances(found.values()) if request.kind == "regular" else {}
    earlier = facts.earlier([order.key for order in found.values()]) if request.kind == "down_payment" else {}
    outcomes: list[Outcome[InvoiceRow]] = []
    ready: list[Ready] = []
    billed: dict[str, OrderFacts] = {}
    for bundle in bundles:
        decided: list[Ready] = []
        for number in bundle.references:
            order = found.get(stored[number])
            try:
                if order is None:
                    raise unknown(number)
                reduced = reduced_up_front(terms.get(order.terms))
                decided.append(decide(number, order, request, taxes, advances, earlier, reduced))
            except ShopError as error:
                outcomes.append(Failed(number, error))
            except AlreadyBilledError:
                billed[number] = found[stored[number]]
        if decided:
            ready.append(together(decided))
    ready, refused = in_coins(shop, ready) if request.cash_rounding else (ready, ())
    outcomes += refused
    return [*outcomes, *_store(shop, ready, request, terms), *_unchanged(shop, billed, posted=request.confirm)]


def _unchanged(shop: Shop, orders: Mapping[str, OrderFacts], *, posted: bool) -> list[Outcome[InvoiceRow]]:
    """Answer the latest document of orders that are billed to the end already.

    Args:
        posted: A posted document is wanted, so a draft is not what was asked for.
    """
    if not orders:
        return []
    latest = latest_of([order.key for order in orders.values()])
    documents = rows(list(latest.values()), shop.today)
    outcomes: list[Outcome[InvoiceRow]] = []
    for reference, order in orders.items():
        row = documents[latest[order.key]]
        if row.state == "draft" and posted:
            outcomes.append(Failed(reference, _drafted(order, row)))
            continue
        notes = [f"order {order.number} is fully invoiced already ({row.address})"]
        if row.state == "draft":
            notes.append(f"it is still a draft: shopctl invoice confirm {row.address}")
        outcomes.append(Done(reference, Change.UNCHANGED, row, tuple(notes)))
    return outcomes


def _drafted(order: OrderFacts, row: InvoiceRow) -> RefusedError:
    return RefusedError(
        "invoice.draft_exists",
        f"order {order.number} is billed by the draft {row.address} already, which may be under review",
        hint=f"shopctl invoice confirm {row.address}",
        invoice=row.address,
    )


def _store(
    shop: Shop, ready: Sequence[Ready], request: Request, terms: Mapping[str, Terms]
) -> list[Outcome[InvoiceRow]]:
    """Write documents: order side first, then the numbers, then the documents themselves."""
    keys = list(new_ids(Invoice, len(ready)))
    posted: list[Posted | RefusedError | None] = [None] * len(ready)
    if request.confirm and ready:
        papers = [_paper(item, request) for item in ready]
        posted = list(post(shop, papers, terms, allocate=request.allocate, backdate=request.backdate))
    kept = [
        (key, item, result)
        for key, item, result in zip(keys, ready, posted, strict=True)
        if not isinstance(result, RefusedError)
    ]
    _count_lines(kept)
    drafting.insert(shop, [_document(key, item, result, request) for key, item, result in kept])
    store_uses(shop, [(key, result.number, use) for key, _, result in kept if result for use in result.uses])
    outcomes: list[Outcome[InvoiceRow]] = [
        Failed(reference, result)
        for item, result in zip(ready, posted, strict=True)
        if isinstance(result, RefusedError)
        for reference in item.references
    ]
    today = shop.today
    alone = [key for key, _, result in kept if result and len(kept) == 1]
    offers = credits.announced(alone)
    for key, item, result in kept:
        row = _row_of(item, key, result, today)
        shop.record(
            "invoice.posted" if result else "invoice.created",
            row.address,
            order=" ".join(row.orders),
            total=row.amount_total,
        )
        notes = (*item.notes, row.standing, *offers.get(key, ())) if result else item.notes
        outcomes.append(Done(item.reference, Change.CREATED, row, notes))
    if request.send:
        mailing.queue_invoices(shop, [key for key, _, _ in kept])
    return outcomes


def _paper(item: Ready, request: Request) -> Paper:
    return Paper(
        item.reference, item.draft.type, item.order.currency, item.draft.amounts.total,
        frozenset([part.order.key for part in item.parts]), request.terms or item.order.payment_terms, request.date,
        request.due, cash=request.cash_rounding, amounts=item.draft.amounts,
    )  # fmt: skip


Kept = Sequence[tuple[int, Ready, Posted | None]]


def _count_lines(kept: Kept) -> None:
    """Count what was billed on the order lines, guarded against a rival, and derive the orders' statuses anew."""
    lines, orders = [], []
    for order, draft, posted in [(*part, posted) for _, item, posted in kept for part in item.parts]:
        sign = 1 if draft.type == "invoice" else -1
        billed = {line.order_line: sign * line.quantity for line in draft.lines if line.order_line}
        after = list(order.lines)
        for place, line in enumerate(order.lines):
            quantity = billed.get(line.key)
            if quantity:
                invoiced = line.invoiced + quantity
                drafted = 0 if posted else units(quantity)
                lines.append((line.key, units(line.invoiced), units(invoiced), drafted))
                after[place] = line.with_invoiced(invoiced)
        if draft.kind == "down_payment":
            advance = order.advance + draft.amounts.total
        else:
            advance = order.advance + sign * sum((line.amounts.total for line in draft.lines if line.deducts), ZERO)
        orders.append((order.key, billing.order_status(order.state, after), units(order.advance), units(advance)))
    change_rows(
        OrderLine,
        "invoiced = :after, drafted = drafted + :drafted",
        "id = :id AND invoiced = :before",
        ("id", "before", "after", "drafted"),
        lines,
    )
    change_rows(
        Order,
        "invoice_status = :status, advance = :after",
        "id = :id AND advance = :before",
        ("id", "status", "before", "after"),
        orders,
    )


def _document(key: int, item: Ready, posted: Posted | None, request: Request) -> NewDocument:
    order = item.order
    frame = Frame(
        order.buyer, order.billing, order.shipping, order.currency, request.terms or order.payment_terms,
        order.rounding, request.date, request.due, cash_rounding=request.cash_rounding,
    )  # fmt: skip
    return NewDocument(key, frame, item.draft, tuple([part.order.key for part in item.parts]), posted)


def _row_of(item: Ready, key: int, posted: Posted | None, today: dt.date) -> InvoiceRow:
    order, draft = item.order, item.draft
    money, buyer = draft.amounts, order.buyer
    residual = money.total - posted.allocated if posted else ZERO
    late = ZERO
    if posted and draft.type == "invoice":
        late = settlement.overdue(posted.installments, posted.allocated, today)
    numbers = (order.number,) if len(item.parts) == 1 else tuple(sorted(part.order.number for part in item.parts))
    return InvoiceRow(
        posted.number if posted else draft_address(key), posted.number if posted else None, draft.type, draft.kind,
        "posted" if posted else "draft", posted.payment_status if posted else "not_paid", numbers,
        buyer.code or None, buyer.name, buyer.email, order.currency, posted.date if posted else None,
        posted.due_date if posted else None, money.untaxed, money.tax, money.total, residual,
        late > 0, None, None, amount_overdue=late,
    )  # fmt: skip
