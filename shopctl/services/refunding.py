"""Pay out what credit notes have left, and give payments back that paid nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import change_rows, insert_rows, new_ids
from shopctl.db.fields import stamp, units
from shopctl.models import Allocation, Invoice, Payment
from shopctl.services import counters, settling
from shopctl.services.payments import STORED
from shopctl.services.posting import ALLOCATION
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop


class Told(NamedTuple):
    """What whoever moves money back says of it: who, and its own reference, which counts once for a provider."""

    provider: str = ""
    transaction: str = ""


NOTHING_TOLD = Told()


class Owed(NamedTuple):
    """What of a posted credit note is paid out, above nothing, and whose it is."""

    credit_note: int
    number: str
    amount: Decimal
    currency: str
    customer: int | None
    orders: tuple[int, ...]


def pay_out(shop: Shop, owed: Sequence[Owed], method: str, day: date, told: Told = NOTHING_TOLD) -> list[str]:
    """Step: register the payments that give customers back what their credit notes have left.

    The payment is used up by the credit note; the order has been paid less by as much, and refunded.

    Args:
        method: How the money goes, one of `states.PAYMENT_METHODS`.
        day: When it goes.
        told: What the mover says of it, if only one goes.

    Raises:
        ConflictError: Somebody else used one of the credit notes meanwhile.

    Returns:
        The number of each payment.
    """
    moment = stamp(shop.now)
    paid_at = stamp(datetime.combine(day, time(12), shop.zone)) if day != shop.today else moment
    keys = new_ids(Payment, len(owed))
    numbers = counters.take(shop, "payment", day, len(owed))
    payments, links = [], []
    money: dict[int, OrderMoney] = {}
    for key, number, one in zip(keys, numbers, owed, strict=True):
        amount, order = units(one.amount), min(one.orders, default=None)
        payments.append(
            (key, number, "outbound", method, told.provider, told.transaction or None, "done", one.currency, amount,
             amount, 0, day.isoformat(), paid_at, one.customer, order, f"Refund of {one.number}", moment)
        )  # fmt: skip
        links.append((None, key, one.credit_note, amount, day.isoformat(), moment, None))
        if order is not None:
            change = OrderMoney(paid=-one.amount, refunded=one.amount)
            money[order] = money.get(order, OrderMoney()).plus(change)
        shop.record("payment.refunded", number, amount=one.amount, document=one.number)
    settling.count_on_orders(money)
    insert_rows(Payment, STORED, payments)
    insert_rows(Allocation, ALLOCATION, links)
    _use_up(owed)
    return numbers


def _use_up(owed: Sequence[Owed]) -> None:
    """Count on credit notes what is paid out of them, never more than they have left."""
    change_rows(
        Invoice,
        "allocated = allocated + :amount, "
        "payment_status = CASE WHEN allocated + :amount = amount_total THEN 'paid' ELSE 'partial' END",
        "id = :id AND allocated + :amount <= amount_total",
        ("id", "amount"),
        [(one.credit_note, units(one.amount)) for one in owed],
    )


class Unused(NamedTuple):
    """A payment that is here, and what of it goes back; `order` is the key of the order it belongs to, if any."""

    payment: int
    number: str
    amount: Decimal
    currency: str
    method: str
    customer: int | None
    order: int | None


def give_back(shop: Shop, payments: Sequence[Unused], day: date, told: Told = NOTHING_TOLD) -> list[str]:
    """Step: register the payments that give back what is not used of others; each names the one that it refunds.

    Args:
        day: When the money goes.
        told: What the mover says of it, if only one goes.

    Returns:
        The number of each payment.

    Raises:
        ConflictError: Somebody else used one of the payments meanwhile.
    """
    moment = stamp(shop.now)
    paid_at = stamp(datetime.combine(day, time(12), shop.zone)) if day != shop.today else moment
    numbers = counters.take(shop, "payment", day, len(payments))
    rows = []
    money: dict[int, OrderMoney] = {}
    for key, number, one in zip(new_ids(Payment, len(payments)), numbers, payments, strict=True):
        rows.append(
            (key, number, "outbound", one.method, told.provider, told.transaction or None, "done", one.currency,
             units(one.amount), 0, 0, day.isoformat(), paid_at, one.customer, one.order, f"Refund of {one.number}",
             moment, one.payment)
        )  # fmt: skip
        if one.order is not None:
            change = OrderMoney(paid=-one.amount, refunded=one.amount)
            money[one.order] = money.get(one.order, OrderMoney()).plus(change)
        shop.record("payment.refunded", number, amount=one.amount, document=one.number)
    settling.count_on_orders(money)
    insert_rows(Payment, (*STORED, "refunds_id"), rows)
    change_rows(
        Payment,
        "returned = returned + :amount",
        "id = :id AND allocated + returned + :amount <= amount",
        ("id", "amount"),
        [(one.payment, units(one.amount)) for one in payments],
    )
    return numbers
