"""Confirm orders whose transfer has come, and register it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    told: dict[str, tuple[str, ...]] = {}
    failed: dict[str, ShopError] = {}
    waiting: list[str] = []
    settled: list[OrderFacts] = []
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        if order is None:
            failed[name] = unknown(name)
        elif order.state == "cancelled":
            failed[name] = ordering.cancelled(order.number)
        elif order.state == "sent" and paid[order.key] >= _total(order):
            settled.append(order)
            told[name] = (f"order {order.number} was paid already, so no payment is registered",)
        elif order.state == "confirmed" and (paid[order.key] or not _total(order)):
            told[name] = _nothing_new(order, paid[order.key])
        else:
            waiting.append(name)
    ordering.confirm_step(shop, settled)
    receipts = [replace(money, reference=found[stored[name]].number) for name in waiting]
    for name, outcome in zip(waiting, registering.receive(shop, receipts) if receipts else (), strict=True):
        try:
            told[name] = _registered(found[stored[name]], outcome)
        except ShopError as error:
            failed[name] = error
    rows = ordering.order_rows([order.key for order in found.values()])
    outcomes: dict[str, Outcome[OrderRow]] = {name: Failed(name, error) for name, error in failed.items()}
    for name, notes in told.items():
        order = found[stored[name]]
        changed = name in waiting or order in settled
        outcomes[name] = Done(name, Change.CHANGED if changed else Change.UNCHANGED, rows[order.key], notes)
    return in_order(numbers, first, outcomes)


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


def _registered(order: OrderFacts, outcome: Outcome[PaymentRow]) -> tuple[str, ...]:
    """Say what was registered.

    Raises:
        ShopError: It was refused.
    """
    if isinstance(outcome, Failed):
        raise outcome.error
    row = outcome.row
    if outcome.change is Change.UNCHANGED:
        raise ConflictError(
            "payment.reference_used",
            f"the transaction {row.reference} is registered already as {row.number}"
            f"{f' of order {row.order}' if row.order else ''}, so it does not pay order {order.number}",
            hint=f"shopctl payment show {row.number}",
        )
    return (f"{row.number} registers {with_currency(row.amount, row.currency)}", *outcome.notes)
