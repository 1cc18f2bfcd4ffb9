"""Cancel orders, with their drafts, announced payments and waiting deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact
from shopctl.domain import order_letters
from shopctl.domain.cancelling import require_cancellable
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ShopError
from shopctl.models import Delivery, Order, Payment
from shopctl.services import affairs, clearing, document_heads, facts, releasing, settling, withdrawing
from shopctl.services.affairs import Case
from shopctl.services.facts import locking
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.recounting import recount
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import OrderMoney
from shopctl.services.telling import tell
from shopctl.shop import Shop, operation

Told = dict[int, list[str]]
"""What a person should read about each order, by its key."""


@dataclass(frozen=True)
class Request:
    """Why orders are cancelled, and what may be done about what stands in the way.

    Attributes:
        reason: Kept with the order, printed on credit notes.
        means: Some of `domain.cancelling.MEANS`.
        method: How money goes back, one of `states.PAYMENT_METHODS`; empty: as it came.
    """

    reason: str = ""
    means: tuple[str, ...] = ()
    method: str = ""


@operation("orders")
def cancel(shop: Shop, numbers: Sequence[str], request: Request) -> list[Outcome[OrderRow]]:
    """Cancel orders; one that is cancelled already is `unchanged`.

    An order of which documents, money or goods have to be cleared first is cancelled in a savepoint of its own, so
    what cannot be cleared leaves it as it was.

    Raises (as outcomes): order.unknown, order.not_cancellable, invoice.period_closed, and what crediting refuses.

    Raises:
        ForbiddenError: The role may not credit invoices or pay money back.
    """
    return withdraw(shop, numbers, request)


def withdraw(shop: Shop, numbers: Sequence[str], request: Request) -> list[Outcome[OrderRow]]:
    """Step: cancel orders as `cancel` does."""
    clearing.require_scopes(shop, request.means)
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    cases = affairs.load([order for order in found.values() if order.state != "cancelled"])
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    plain: list[Case] = []
    told: Told = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        try:
            if order is None:
                raise unknown(name)
            case = cases.get(order.key)
            if case is not None:
                _require(shop, case, request)
                if case.affairs.needs:
                    told |= _cleared(shop, case, request)
                else:
                    plain.append(case)
        except ShopError as error:
            outcomes[name] = Failed(name, error)
    told |= _cancel(shop, plain, request.reason)
    rows = order_rows([order.key for order in found.values()])
    tell(shop, order_letters.CANCELLATION, [found[stored[name]].key for name in first.values() if name not in outcomes])
    for name in first.values():
        if name not in outcomes:
            order = found[stored[name]]
            change = Change.CHANGED if order.key in cases else Change.UNCHANGED
            notes = tuple(told.get(order.key, (f"order {order.number} is cancelled already",)))
            outcomes[name] = Done(name, change, rows[order.key], notes)
    return in_order(numbers, first, outcomes)


def _require(shop: Shop, case: Case, request: Request) -> None:
    require_cancellable(case.affairs, request.means)
    for head in document_heads.load(case.drafts).values() if case.drafts else ():
        if head.number is not None:
            document_heads.require_open_period(shop, head, "cancelled")


def _cleared(shop: Shop, case: Case, request: Request) -> Told:
    """Clear what stands in the way of one order, and cancel it: all of it or nothing."""
    before = len(shop.entries)
    try:
        with shop.database.atomic():
            told = _drop_drafts(shop, [case])
            words = clearing.clear(shop, case, request.means, request.reason, request.method)
            rest = _cancel(shop, [case._replace(drafts=())], request.reason)
    except ShopError:
        del shop.entries[before:]
        raise
    return {case.order.key: [*told.get(case.order.key, ()), *words, *rest[case.order.key]]}


def _drop_drafts(shop: Shop, cases: Iterable[Case]) -> Told:
    """Cancel the drafts of orders, which bill nothing else."""
    owners = {key: case.order for case in cases for key in case.drafts}
    heads = document_heads.load(list(owners)) if owners else {}
    held = withdrawing.cancel_drafts(shop, list(heads.values())) if heads else {}
    told: Told = {}
    for key, head in heads.items():
        words = told.setdefault(owners[key].key, [])
        words.append(f"{head.address} is cancelled")
        words += releasing.told(held.get(key, ()), head.currency)
    return told


def _cancel(shop: Shop, cases: Sequence[Case], reason: str) -> Told:
    """Store that orders are cancelled, with everything of them that has not happened yet."""
    drafts = _drop_drafts(shop, cases)
    announced = _drop_announced(shop, cases)
    waiting = _drop_waiting(shop, cases)
    change_rows(
        Order,
        "state = 'cancelled', cancel_reason = :reason, hold_reason = ''",
        "id = :id AND state <> 'cancelled'",
        ("id", "reason"),
        [(case.order.key, reason) for case in cases],
    )
    recount(case.order.key for case in cases)
    for case in cases:
        shop.record("order.cancelled", case.order.number, **({"reason": reason} if reason else {}))
    return {
        key: [*drafts.get(key, ()), *announced.get(key, ()), *waiting.get(key, ())]
        for key in (case.order.key for case in cases)
    }


def _drop_announced(shop: Shop, cases: Sequence[Case]) -> Told:
    """Cancel the payments of orders that were announced and are not expected any more."""
    orders = {case.order.key: case.order for case in cases}
    condition, values = among(Payment, "p.order_id", sorted(orders))
    rows = fetch(
        Payment,
        f"SELECT p.id, p.order_id, p.number, p.amount FROM payments p WHERE {condition} AND p.state = 'pending' "  # noqa: S608
        f"ORDER BY p.id{locking('p')}",
        values,
    )
    change_rows(Payment, "state = 'cancelled'", "id = :id AND state = 'pending'", ("id",), [(key,) for key, *_ in rows])
    money: dict[int, OrderMoney] = {}
    told: Told = {}
    for _, order, number, stored in rows:
        amount = exact(stored)
        money[order] = money.get(order, OrderMoney()).plus(OrderMoney(pending=-amount))
        shop.record("payment.cancelled", number, amount=amount, order=orders[order].number)
        words = f"{number} is cancelled: {with_currency(amount, orders[order].currency)} was announced"
        told.setdefault(order, []).append(words)
    settling.count_on_orders(money)
    return told


def _drop_waiting(shop: Shop, cases: Sequence[Case]) -> Told:
    """Cancel the deliveries of orders that have not left, also those that only now wait for what came back."""
    orders = {case.order.key: case.order for case in cases}
    condition, values = among(Delivery, "order_id", sorted(orders))
    rows = fetch(
        Delivery,
        f"SELECT id, order_id, number FROM deliveries WHERE {condition} AND state = 'waiting' ORDER BY id",  # noqa: S608
        values,
    )
    change_rows(
        Delivery, "state = 'cancelled'", "id = :id AND state = 'waiting'", ("id",), [(key,) for key, *_ in rows]
    )
    told: Told = {}
    for _, order, number in rows:
        shop.record("delivery.cancelled", number, order=orders[order].number)
        told.setdefault(order, []).append(f"{number} is cancelled")
    return told
