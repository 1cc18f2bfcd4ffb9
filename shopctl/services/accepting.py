"""Confirm orders whose transfer has come, and register it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ConflictError, ShopError
from shopctl.models import Order
from shopctl.services import facts, ordering, registering
from shopctl.services.facts import OrderFacts
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.payments import PaymentRow
from shopctl.services.receipts import Receipt
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation

Answer = tuple[str, ...] | ShopError
"""What to tell about an order, or why it is refused."""


@operation("orders")
def confirm_paid(shop: Shop, numbers: Sequence[str], money: Receipt) -> list[Outcome[OrderRow]]:
    """Confirm orders and register what came for each; an order that was confirmed and paid before is `unchanged`.

    An order that was confirmed before and of which nothing was paid yet gets its payment; once something is paid, a
    repeat registers nothing.

    Args:
        money: What came for each order; its `reference` is filled in.

    Raises (as outcomes): order.unknown, order.cancelled, payment.amount, payment.reference_used, payment.date_future.

    Raises:
        ForbiddenError: The role may not register payments.
    """
    shop.require("payments")
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    paid = _paid(found.values())
    first = first_spellings(numbers, stored.__getitem__)
    answers: dict[str, Answer] = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        answers[name] = unknown(name) if order is None else _without_payment(shop, order, paid[order.key])
    waiting = {name: found[stored[name]] for name, answer in answers.items() if answer == ()}
    answers |= _receive(shop, waiting, money)
    rows = ordering.order_rows([order.key for order in found.values()])
    outcomes: dict[str, Outcome[OrderRow]] = {}
    for name, answer in answers.items():
        if isinstance(answer, ShopError):
            outcomes[name] = Failed(name, answer)
            continue
        order = found[stored[name]]
        changed = name in waiting or order.state == "sent"
        outcomes[name] = Done(name, Change.CHANGED if changed else Change.UNCHANGED, rows[order.key], answer)
    return in_order(numbers, first, outcomes)


def _without_payment(shop: Shop, order: OrderFacts, paid: Decimal) -> Answer:
    """Deal with an order whose money is here already, and say how; nothing is said where a payment is awaited."""
    if order.state == "cancelled":
        return ordering.cancelled(order.number)
    if order.state == "sent" and paid >= _total(order):
        ordering.confirm_step(shop, [order])
        return (f"order {order.number} was paid already, so no payment is registered",)
    if order.state == "confirmed" and (paid or not _total(order)):
        return _nothing_new(order, paid)
    return ()


def _receive(shop: Shop, orders: Mapping[str, OrderFacts], money: Receipt) -> dict[str, Answer]:
    """Register what came for each order, and say so or why not."""
    receipts = [replace(money, reference=order.number) for order in orders.values()]
    outcomes = registering.receive(shop, receipts) if receipts else []
    return {name: _registered(order, outcome) for (name, order), outcome in zip(orders.items(), outcomes, strict=True)}


def _paid(orders: Iterable[OrderFacts]) -> dict[int, Decimal]:
    condition, values = among(Order, "id", [order.key for order in orders])
    return {key: exact(paid) for key, paid in fetch(Order, f"SELECT id, paid FROM orders WHERE {condition}", values)}  # noqa: S608


def _total(order: OrderFacts) -> Decimal:
    return sum((line.amounts.total for line in order.lines), Decimal(0))


def _nothing_new(order: OrderFacts, paid: Decimal) -> tuple[str, ...]:
    here = with_currency(paid, order.currency)
    words = f"order {order.number} is confirmed already, and {here} of it is paid"
    if paid >= _total(order):
        return (words,)
    return (words, f"more money is registered by itself: shopctl payment register {order.number} --amount A")


def _registered(order: OrderFacts, outcome: Outcome[PaymentRow]) -> Answer:
    """Say what was registered, or why nothing was."""
    if isinstance(outcome, Failed):
        return outcome.error
    row = outcome.row
    if outcome.change is Change.UNCHANGED:
        owner = f" of order {row.order}" if row.order else ""
        return ConflictError(
            "payment.reference_used",
            f"the transaction {row.reference} is registered already as {row.number}{owner}, so it does not pay order "
            f"{order.number}",
            hint=f"shopctl payment show {row.number}",
        )
    return (f"{row.number} registers {with_currency(row.amount, row.currency)}", *outcome.notes)
