"""Clear what keeps an order from being cancelled: credit its invoices, pay its money back, take its goods back."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from shopctl.db.bulk import change_rows, fetch
from shopctl.db.fields import exact
from shopctl.domain import deliveries
from shopctl.domain.cancelling import CREDIT, REFUND, RETURN
from shopctl.domain.crediting import Wanted
from shopctl.domain.deliveries import LineQuantity
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Failed
from shopctl.errors import RefusedError
from shopctl.models import Payment
from shopctl.services import affairs, crediting, moving, refunding, settling
from shopctl.services.affairs import Case
from shopctl.services.parcels import Handling, services_of
from shopctl.services.refunding import Owed, Unused
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop

SCOPES: Final = {CREDIT: "invoices", REFUND: "payments"}
"""What a role must be allowed to write for some means, beside orders."""


def require_scopes(shop: Shop, means: Collection[str]) -> None:
    """Insist that whoever is at work may do what is asked for.

    Raises:
        ForbiddenError: The role does not allow it.
    """
    for one, scope in SCOPES.items():
        if one in means:
            shop.require(scope)


def clear(shop: Shop, case: Case, means: Collection[str], reason: str, method: str) -> list[str]:
    """Step: do what stands between an order and its end, as far as `means` allow, and say what was done.

    Args:
        case: The order, whose drafts are gone.
        method: How money goes back; empty: as it came.

    Raises:
        RefusedError: An invoice cannot be credited, or money cannot be paid back from here.
    """
    told: list[str] = []
    if CREDIT in means:
        told += _credit(shop, case, reason or f"order {case.order.number} is cancelled")
    if REFUND in means:
        told += _refund(shop, case, method)
    if RETURN in means:
        told += _take_back(shop, case, reason)
    return told


def _credit(shop: Shop, case: Case, reason: str) -> list[str]:
    """Credit the invoices, the latest first: a final invoice deducts the down payments before it."""
    names = [paper.number for paper in reversed(case.affairs.posted)]
    told = []
    for outcome in crediting.credit(shop, names, crediting.Request(Wanted(), reason, confirm=True)) if names else ():
        if isinstance(outcome, Failed):
            raise outcome.error
        told.append(f"{outcome.row.address} credits {outcome.reference}")
    return told


def _refund(shop: Shop, case: Case, method: str) -> list[str]:
    """Pay back what credit notes and payments of the order have left."""
    order = case.order
    payments = _unused(case)
    came = method or (payments[0][1].method if payments else _method_of(order.key))
    owed = _owed(case)
    told = [
        f"{number} pays {with_currency(one.amount, one.currency)} of {one.number} back"
        for one, number in zip(owed, refunding.pay_out(shop, owed, came, shop.today), strict=True)
    ]
    here = [one._replace(method=method or one.method) for state, one in payments if state == "done"]
    told += [
        f"{number} pays {with_currency(one.amount, one.currency)} of {one.number} back"
        for one, number in zip(here, refunding.give_back(shop, here, shop.today), strict=True)
    ]
    told += _void(shop, [one for state, one in payments if state == "authorized"])
    left = affairs.paid_of(order.key)
    if left:
        raise RefusedError(
            "order.not_cancellable",
            f"order {order.number} cannot be cancelled: {with_currency(left, order.currency)} of what it was paid is "
            "neither on its own payments nor on its own credit notes",
            hint=f"shopctl orders show {order.number}",
            order=order.number,
        )
    return told


def _owed(case: Case) -> list[Owed]:
    """Find the credit notes of nothing but this order that have something left."""
    order = case.order
    rows = fetch(
        Payment,
        "SELECT i.id, i.number, i.amount_total - i.allocated FROM invoice_orders b "
        "JOIN invoices i ON i.id = b.invoice_id WHERE b.order_id = ? AND i.type = 'credit_note' "
        "AND i.state = 'posted' AND i.allocated < i.amount_total AND NOT EXISTS ("
        "SELECT 1 FROM invoice_orders x WHERE x.invoice_id = i.id AND x.order_id <> b.order_id) ORDER BY i.id",
        (order.key,),
    )
    return [Owed(key, number, exact(left), order.currency, order.buyer.key, (order.key,)) for key, number, left in rows]


def _unused(case: Case) -> list[tuple[str, Unused]]:
    """Find the payments of an order with something left, each with its state."""
    order = case.order
    rows = fetch(
        Payment,
        "SELECT state, id, number, amount - allocated - returned, method, customer_id FROM payments WHERE order_id = ? "
        "AND direction = 'inbound' AND state IN ('done', 'authorized') AND allocated + returned < amount ORDER BY id",
        (order.key,),
    )
    return [
        (state, Unused(key, number, exact(left), order.currency, method, customer, order.key))
        for state, key, number, left, method, customer in rows
    ]


def _method_of(order: int) -> str:
    rows = fetch(
        Payment,
        "SELECT method FROM payments WHERE order_id = ? AND direction = 'inbound' AND state = 'done' "
        "ORDER BY id DESC LIMIT 1",
        (order,),
    )
    return str(rows[0][0]) if rows else "wire"


def _void(shop: Shop, payments: list[Unused]) -> list[str]:
    """Give up payments that were only authorised: no money has moved."""
    change_rows(
        Payment, "state = 'cancelled'", "id = :id AND state = 'authorized'", ("id",),
        [(one.payment,) for one in payments],
    )  # fmt: skip
    settling.count_on_orders({one.order: OrderMoney(paid=-_sum(payments)) for one in payments if one.order})
    for one in payments:
        shop.record("payment.cancelled", one.number, amount=one.amount)
    return [f"{one.number} was only authorised and is cancelled: release it at the provider" for one in payments]


def _sum(payments: list[Unused]) -> Decimal:
    return sum((one.amount for one in payments), Decimal(0))


def _take_back(shop: Shop, case: Case, reason: str) -> list[str]:
    """Take back everything that is with the customer; goods with a return, services by counting them down."""
    order = case.order
    wanted = [LineQuantity(position, -quantity) for position, quantity in case.affairs.delivered]
    if not wanted:
        return []
    lines = {line.position: line for line in order.lines}
    moves = deliveries.deliver(order.number, lines, wanted, services_of([order]))
    return moving.move(shop, [(order, moves)], Handling(note=reason))[order.key]
