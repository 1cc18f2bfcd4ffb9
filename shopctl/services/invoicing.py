"""Make invoices of orders: regular ones by policy, and down payments; as drafts, or posted at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import change_rows, new_ids
from shopctl.db.fields import units
from shopctl.domain import billing, down_payments
from shopctl.domain.billing import Draft
from shopctl.domain.down_payments import Earlier
from shopctl.domain.money import step_of
from shopctl.domain.numbering import draft_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Invoice, Order, OrderLine
from shopctl.services import credits, drafting, facts, mailing
from shopctl.services.catalogue import all_terms
from shopctl.services.drafting import Frame, NewDocument
from shopctl.services.facts import OrderFacts
from shopctl.services.invoices import InvoiceRow, latest_of, rows
from shopctl.services.orders import stored_numbers, unknown
from shopctl.services.posting import Paper, Posted, post, store_uses
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Request:
    """What kind of invoice is wanted, and what happens with it next.

    Attributes:
        kind: `regular` or `down_payment`.
        percent: Size of a down payment in percent of the whole order; or else
        amount: its size in the order's currency, tax included.
        deduct: Take off the down payments billed before (regular invoices).
        policy: `ordered` or `delivered` for all lines; empty: as each line says.
        date: Invoice date; None for the day it is posted.
        due: Due date; None lets the payment terms decide.
        confirm: Post the invoice at once.
        send: Queue the e-mail with the PDF; needs `confirm`.
        allocate: Use the money of the order when posting.
        force: Allow down payments above the order's total.
    """

    kind: str = "regular"
    percent: Decimal | None = None
    amount: Decimal | None = None
    deduct: bool = True
    policy: str = ""
    date: dt.date | None = None
    due: dt.date | None = None
    confirm: bool = False
    send: bool = False
    allocate: bool = True
    force: bool = False


class Ready(NamedTuple):
    """A document that was decided and is to be stored."""

    reference: str
    order: OrderFacts
    draft: Draft
    notes: tuple[str, ...]


@operation("invoices")
def create(shop: Shop, numbers: Sequence[str], request: Request) -> list[Outcome[InvoiceRow]]:
    """Make one invoice an order; asking again for what is fully billed is `unchanged`.

    Raises (as outcomes): order.unknown, order.not_confirmed, order.cancelled, order.nothing_to_invoice,
    invoice.above_total, invoice.date_order, invoice.date_future, invoice.draft_exists, email.no_address.
    """
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    taxes = facts.taxes()
    advances = facts.advances(found.values()) if request.kind == "regular" else {}
    earlier = facts.earlier([order.key for order in found.values()]) if request.kind == "down_payment" else {}
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    ready: list[Ready] = []
    billed: dict[str, OrderFacts] = {}
    first = first_spellings(numbers, stored.__getitem__)
    for number in dict.fromkeys(first.values()):
        order = found.get(stored[number])
        try:
            if order is None:
                raise unknown(number)
            ready.append(_decide(number, order, request, taxes, advances, earlier))
        except ShopError as error:
            outcomes[number] = Failed(number, error)
        except _AlreadyBilledError:
            billed[number] = found[stored[number]]
    for outcome in (*_store(shop, ready, request), *_unchanged(shop, billed, posted=request.confirm)):
        outcomes[outcome.reference] = outcome
    return in_order(numbers, first, outcomes)


class _AlreadyBilledError(Exception):
    """Nothing is left to bill: not a failure, the answer is `unchanged`."""


def _decide(
    reference: str,
    order: OrderFacts,
    request: Request,
    taxes: Mapping[str, Tax],
    advances: Mapping[int, Sequence[billing.Advance]],
    earlier: Mapping[int, Earlier],
) -> Ready:
    if order.state != "confirmed":
        raise _not_confirmed(order)
    if request.send and not order.buyer.email:
        raise mailing.no_address(f"order {order.number}")
    step = step_of(order.currency)
    if request.kind == "down_payment":
        if order.invoice_status == "invoiced":
            raise RefusedError(
                "invoice.nothing_left",
                f"order {order.number} is fully invoiced, so a down payment is not possible",
                hint=f"shopctl orders show {order.number}",
            )
        size = down_payments.Size(request.percent, request.amount, request.force)
        draft = down_payments.take(
            order.number, order.lines, order.advance, earlier.get(order.key, Earlier()), taxes, size, order.currency
        )
        return Ready(reference, order, draft, ())
    deducted = advances.get(order.key, ()) if request.deduct else ()
    regular = billing.regular(order.lines, deducted, taxes, rounding=order.rounding, step=step, policy=request.policy)
    if regular is None:
        if order.invoice_status in ("invoiced", "upselling") and any(line.invoiced for line in order.lines):
            raise _AlreadyBilledError
        raise _nothing(order)
    notes = tuple(f"deducts {item.address}, which is still a draft" for item in deducted if not item.posted)
    return Ready(reference, order, regular, notes)


def _not_confirmed(order: OrderFacts) -> RefusedError:
    if order.state == "cancelled":
        return RefusedError(
            "order.cancelled",
            f"order {order.number} is cancelled, so it cannot be invoiced",
            hint=f"shopctl orders show {order.number}",
        )
    return RefusedError(
        "order.not_confirmed",
        f"order {order.number} still waits for its payment, so it cannot be invoiced",
        hint=f"shopctl orders confirm {order.number}",
        order=order.number,
    )


def _nothing(order: OrderFacts) -> RefusedError:
    if not order.lines:
        return RefusedError(
            "order.nothing_to_invoice",
            f"order {order.number} has no lines, so there is nothing to invoice",
            hint=f"shopctl orders show {order.number}",
        )
    return RefusedError(
        "order.nothing_to_invoice",
        f"order {order.number} has nothing to invoice now: its lines are billed by delivered quantity "
        "and nothing new was delivered",
        hint=f"shopctl orders show {order.number}",
        order=order.number,
    )


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


def _store(shop: Shop, ready: Sequence[Ready], request: Request) -> list[Outcome[InvoiceRow]]:
    """Write documents: order side first, then the numbers, then the documents themselves."""
    keys = list(new_ids(Invoice, len(ready)))
    posted: list[Posted | RefusedError | None] = [None] * len(ready)
    if request.confirm and ready:
        papers = [
            Paper(item.order.number, item.draft.type, item.order.currency, item.draft.amounts.total,
                  frozenset((item.order.key,)), item.order.terms, request.date, request.due)
            for item in ready
        ]  # fmt: skip
        posted = list(post(shop, papers, all_terms(), allocate=request.allocate))
    kept = [
        (key, item, result)
        for key, item, result in zip(keys, ready, posted, strict=True)
        if not isinstance(result, RefusedError)
    ]
    _count_lines(kept)
    drafting.insert(shop, [_document(key, item, result, request) for key, item, result in kept])
    store_uses(shop, [(key, result.number, use) for key, _, result in kept if result for use in result.uses])
    outcomes: list[Outcome[InvoiceRow]] = [
        Failed(item.reference, result)
        for item, result in zip(ready, posted, strict=True)
        if isinstance(result, RefusedError)
    ]
    today = shop.today
    alone = [key for key, _, result in kept if result and len(kept) == 1]
    offers = credits.announced(alone)
    for key, item, result in kept:
        row = _row_of(item.order, item.draft, key, result, today)
        shop.record(
            "invoice.posted" if result else "invoice.created",
            row.address,
            order=item.order.number,
            total=row.amount_total,
        )
        notes = (*item.notes, row.standing, *offers.get(key, ())) if result else item.notes
        outcomes.append(Done(item.reference, Change.CREATED, row, notes))
    if request.send:
        mailing.queue_invoices(shop, [key for key, _, _ in kept])
    return outcomes


Kept = Sequence[tuple[int, Ready, Posted | None]]


def _count_lines(kept: Kept) -> None:
    """Count what was billed on the order lines, guarded against a rival, and derive the orders' statuses anew."""
    lines, orders = [], []
    for _, item, posted in kept:
        sign = 1 if item.draft.type == "invoice" else -1
        billed = {line.order_line: sign * line.quantity for line in item.draft.lines if line.order_line}
        after = []
        for line in item.order.lines:
            quantity = billed.get(line.key)
            if quantity:
                invoiced = line.invoiced + quantity
                drafted = 0 if posted else units(quantity)
                lines.append((line.key, units(line.invoiced), units(invoiced), drafted))
                line = line._replace(invoiced=invoiced)  # noqa: PLW2901  # the line after billing
            after.append(line)
        if item.draft.kind == "down_payment":
            advance = item.order.advance + item.draft.amounts.total
        else:
            taken = sum((line.amounts.total for line in item.draft.lines if line.deducts), Decimal(0))
            advance = item.order.advance + sign * taken
        orders.append(
            (item.order.key, billing.order_status(item.order.state, after), units(item.order.advance), units(advance))
        )
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
        order.buyer, order.billing, order.shipping, order.currency, order.terms, order.rounding, request.date,
        request.due,
    )  # fmt: skip
    return NewDocument(key, frame, item.draft, (order.key,), posted)


def _row_of(order: OrderFacts, draft: Draft, key: int, posted: Posted | None, today: dt.date) -> InvoiceRow:
    money, buyer = draft.amounts, order.buyer
    residual = money.total - posted.allocated if posted else Decimal(0)
    return InvoiceRow(
        posted.number if posted else draft_address(key), posted.number if posted else None, draft.type, draft.kind,
        "posted" if posted else "draft", posted.payment_status if posted else "not_paid", (order.number,),
        buyer.code or None, buyer.name, buyer.email, order.currency, posted.date if posted else None,
        posted.due_date if posted else None, money.untaxed, money.tax, money.total, residual,
        bool(residual and posted and posted.due_date < today), None, None,
    )  # fmt: skip
