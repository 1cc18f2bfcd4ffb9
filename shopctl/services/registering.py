"""Register money that came in: for an invoice, for an order (which it confirms), or for a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import draft_key
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.settlement import Credit, Use
from shopctl.errors import NotFoundError, RefusedError, ShopError
from shopctl.models import Payment
from shopctl.services import counters, facts, ordering, settling
from shopctl.services.credits import Open, of_orders, open_invoices, orders_of
from shopctl.services.customers import find_customer
from shopctl.services.facts import OrderFacts
from shopctl.services.invoices import known
from shopctl.services.orders import stored_numbers
from shopctl.services.payments import STORED, PaymentRow, rows
from shopctl.services.posting import store_uses
from shopctl.services.receipts import (
    Receipt,
    check_amount,
    check_form,
    credit_available,
    nothing_due,
    repeat_of,
    require_currency,
    stored_before,
)
from shopctl.services.settling import OrderMoney, Settled
from shopctl.shop import Shop, operation


class _Target(NamedTuple):
    """What a receipt is for: the order it belongs to, and the invoices it pays, oldest first."""

    customer: int | None
    currency: str
    order: OrderFacts | None
    invoices: tuple[Open, ...]
    due: Decimal


class _Planned(NamedTuple):
    """A payment that will be stored: how much of it goes to which invoice, and what a person should read."""

    key: int
    receipt: Receipt
    target: _Target
    amount: Decimal
    uses: tuple[tuple[Open, Decimal], ...]
    notes: tuple[str, ...]


@dataclass
class _Plan:
    """What a chunk of receipts adds up to before anything is stored."""

    payments: list[_Planned] = field(default_factory=list)
    used: dict[int, Decimal] = field(default_factory=dict)
    received: dict[int, Decimal] = field(default_factory=dict)


@operation("payments")
def register(shop: Shop, receipts: Sequence[Receipt]) -> list[Outcome[PaymentRow]]:
    """Register payments and use each on what it is for; what is more than due stays an outstanding credit.

    An order that waits for its money is confirmed by it. The same provider and transaction is registered once.

    Raises (as outcomes): order.unknown, invoice.not_posted, order.cancelled, payment.nothing_due, payment.amount,
    payment.reference_used, payment.date_future, customer.unknown.
    """
    targets = _Targets(receipts)
    repeats = stored_before(receipts)
    plan = _Plan()
    results: list[Outcome[PaymentRow] | tuple[int, str] | None] = []
    for key, receipt in zip(new_ids(Payment, len(receipts)), receipts, strict=True):
        try:
            repeated = repeat_of(receipt, repeats)
            if repeated is not None:
                results.append((repeated, "registered already"))
                continue
            results.append(_plan(shop, key, receipt, targets, plan))
        except ShopError as error:
            results.append(Failed(receipt.reference or receipt.customer, error))
            continue
        if results[-1] is None and receipt.transaction:
            repeats[receipt.provider, receipt.transaction] = (key, plan.payments[-1].amount)
    _store(shop, plan)
    return _answers(receipts, results, plan)


def _answers(
    receipts: Sequence[Receipt],
    results: Sequence[Outcome[PaymentRow] | tuple[int, str] | None],
    plan: _Plan,
) -> list[Outcome[PaymentRow]]:
    repeated = [result[0] for result in results if isinstance(result, tuple)]
    found = rows([*(planned.key for planned in plan.payments), *repeated])
    fresh = iter(plan.payments)
    outcomes: list[Outcome[PaymentRow]] = []
    for receipt, result in zip(receipts, results, strict=True):
        reference = receipt.reference or receipt.customer
        if result is None:
            planned = next(fresh)
            row = found[planned.key]
            outcomes.append(Done(reference, Change.CREATED, row, (*planned.notes, *_left(row))))
        elif isinstance(result, tuple):
            outcomes.append(Done(reference, Change.UNCHANGED, found[result[0]], (result[1],)))
        else:
            outcomes.append(result)
    return outcomes


def _left(row: PaymentRow) -> tuple[str, ...]:
    if not row.amount_left:
        return ()
    return (f"{with_currency(row.amount_left, row.currency)} is not used yet and stays an outstanding credit",)


WAITING = ("sent",)
"""States of orders that a payment confirms; only for that their lines are needed."""


class _Targets:
    """The documents that receipts name, loaded and locked together: orders first, then invoices."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        self.numbers = stored_numbers(receipt.reference for receipt in receipts if receipt.reference)
        asked = set(self.numbers.values())
        self.keys = known([receipt.reference for receipt in receipts if receipt.reference])
        billed = orders_of(list(self.keys.values()))
        owners = _numbers({key for keys in billed.values() for key in keys})
        found = facts.orders(sorted(asked | set(owners)), lines_of=WAITING)
        self.orders = {number: order for number, order in found.items() if number in asked}
        self.owners = {order.key: order for order in found.values()}
        self.by_order = _invoices_of([order.key for order in self.orders.values()])
        everything = sorted({*self.keys.values(), *(key for keys in self.by_order.values() for key in keys)})
        self.invoices = open_invoices(everything, lock=True)
        self.money = _money([*self.owners])
        self.payments_of = _last_payments(everything)
        self.credits = of_orders(self.owners, lock=True)

    def find(self, receipt: Receipt, shop: Shop) -> _Target:
        if not receipt.reference:
            currency = receipt.currency or shop.config.shop.currency
            return _Target(find_customer(receipt.customer), currency, None, (), Decimal(0))
        order = self.orders.get(self.numbers[receipt.reference])
        if order is not None:
            open_ = tuple(self.invoices[key] for key in self.by_order.get(order.key, ()) if key in self.invoices)
            total, paid, _ = self.money[order.key]
            require_currency(receipt, order.currency)
            return _Target(order.buyer.key, order.currency, order, open_, total - paid)
        key = self.keys.get(receipt.reference)
        if key is None:
            raise NotFoundError(
                "invoice.unknown",
                f"there is no order or invoice {receipt.reference}",
                hint="shopctl orders list --unpaid",
            )
        if key not in self.invoices:
            raise RefusedError(
                "invoice.not_posted",
                f"{receipt.reference} is not a posted invoice, so it cannot be paid",
                hint=f"shopctl invoice confirm {receipt.reference}"
                if draft_key(receipt.reference)
                else f"shopctl invoice show {receipt.reference}",
            )
        invoice = self.invoices[key]
        require_currency(receipt, invoice.currency)
        owner = self.owners[min(invoice.orders)] if len(invoice.orders) == 1 else None
        return _Target(invoice.customer, invoice.currency, owner, (invoice,), invoice.due)


def _invoices_of(orders: Sequence[int]) -> dict[int, list[int]]:
    condition, values = among(Payment, "b.order_id", orders)
    found: dict[int, list[int]] = {}
    for order, invoice in fetch(
        Payment,
        "SELECT b.order_id, b.invoice_id FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "  # noqa: S608
        f"WHERE {condition} AND i.state = 'posted' AND i.type = 'invoice' ORDER BY i.due_date, i.id",
        values,
    ):
        found.setdefault(order, []).append(invoice)
    return found


def _numbers(keys: set[int]) -> list[str]:
    condition, values = among(Payment, "id", sorted(keys))
    return [number for (number,) in fetch(Payment, f"SELECT number FROM orders WHERE {condition}", values)]  # noqa: S608


def _money(keys: Sequence[int]) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    condition, values = among(Payment, "id", keys)
    found = fetch(Payment, f"SELECT id, amount_total, paid, pending FROM orders WHERE {condition}", values)  # noqa: S608
    return {key: (exact(total), exact(paid), exact(pending)) for key, total, paid, pending in found}


def _last_payments(invoices: Sequence[int]) -> dict[int, int]:
    condition, values = among(Payment, "invoice_id", invoices)
    return dict(
        fetch(
            Payment,
            f"SELECT invoice_id, max(payment_id) FROM allocations WHERE {condition} "  # noqa: S608
            "AND removed_at IS NULL AND payment_id IS NOT NULL GROUP BY invoice_id",
            values,
        )
    )


def _plan(shop: Shop, key: int, receipt: Receipt, targets: _Targets, plan: _Plan) -> tuple[int, str] | None:
    """Decide one receipt; None means that a payment is planned, a tuple answers an earlier one instead."""
    check_form(shop, receipt)
    target = targets.find(receipt, shop)
    if target.order is not None and target.order.state == "cancelled":
        raise RefusedError(
            "order.cancelled",
            f"order {target.order.number} is cancelled, so no payment is expected for it",
            hint="register it for the customer: "
            f"shopctl payment register --customer {target.order.buyer.code} --amount A",
        )
    due = target.due - _planned(target, plan, targets)
    if receipt.amount is None:
        last = max((targets.payments_of.get(invoice.key, 0) for invoice in target.invoices), default=0)
        if due <= 0 and last:
            return last, f"{receipt.reference} is paid already; nothing was registered"
    amount = _amount(receipt, target, targets, due)
    uses, notes = _spread(target, plan, amount)
    if target.order is not None:
        if target.order.state == "sent" and target.order.key not in plan.received:
            notes.append(f"order {target.order.number} is confirmed")
        plan.received[target.order.key] = plan.received.get(target.order.key, Decimal(0)) + amount
    plan.payments.append(_Planned(key, receipt, target, amount, tuple(uses), tuple(notes)))
    return None


def _amount(receipt: Receipt, target: _Target, targets: _Targets, due: Decimal) -> Decimal:
    """Tell how much came: what was typed, else all that is due, unless money of the same order is here already."""
    if due <= 0 and (receipt.reference or receipt.amount is None):
        raise nothing_due(receipt)
    if receipt.amount is None and target.order is not None and target.invoices:
        here = targets.credits.get(target.order.key, ())
        if here:
            raise credit_available(receipt, here[0])
    amount = due if receipt.amount is None else receipt.amount
    check_amount(amount, target.currency)
    return amount


def _spread(target: _Target, plan: _Plan, amount: Decimal) -> tuple[list[tuple[Open, Decimal]], list[str]]:
    """Use money on the invoices it is for, oldest first, and say how each stands then."""
    uses, notes = [], []
    for invoice in target.invoices:
        due = invoice.due - plan.used.get(invoice.key, Decimal(0))
        used = min(due, amount)
        if used > 0:
            uses.append((invoice, used))
            plan.used[invoice.key] = plan.used.get(invoice.key, Decimal(0)) + used
            amount -= used
            notes.append(_standing(invoice, due - used))
    return uses, notes


def _standing(invoice: Open, due: Decimal) -> str:
    return f"{invoice.number}: {with_currency(due, invoice.currency)} still due" if due else f"{invoice.number} is PAID"


def _planned(target: _Target, plan: _Plan, targets: _Targets) -> Decimal:
    """Tell what earlier receipts of the same chunk already bring for the same document."""
    if target.order is not None and target.order.number in targets.orders:
        return plan.received.get(target.order.key, Decimal(0))
    return sum((plan.used.get(invoice.key, Decimal(0)) for invoice in target.invoices), Decimal(0))


def _store(shop: Shop, plan: _Plan) -> None:
    waiting = {
        planned.target.order.key: planned.target.order
        for planned in plan.payments
        if planned.target.order is not None and planned.target.order.state == "sent"
    }
    ordering.confirm_step(shop, list(waiting.values()))
    closed = close_pending(shop, plan.received)
    money = {
        key: OrderMoney(paid=amount, pending=-closed.get(key, Decimal(0))) for key, amount in plan.received.items()
    }
    settling.count_on_orders(money)
    today, moment = shop.today, stamp(shop.now)
    numbers = counters.take(shop, "payment", today, len(plan.payments))
    settled: dict[int, Settled] = {}
    pairs: list[tuple[int, str, Use]] = []
    payments = []
    for number, (key, receipt, target, amount, uses, _) in zip(numbers, plan.payments, strict=True):
        day = receipt.date or today
        payments.append(
            (key, number, "inbound", receipt.method, receipt.provider, receipt.transaction or None, "done",
             target.currency, units(amount), 0, 0, day.isoformat(), _moment(shop, receipt), target.customer,
             target.order.key if target.order else None, receipt.memo, moment)
        )  # fmt: skip
        credit = Credit(key, "payment", number, day, frozenset(), target.currency, amount, amount)
        for invoice, used in uses:
            use = Use(credit, used)
            before = settled.get(invoice.key, Settled(invoice, ()))
            settled[invoice.key] = Settled(invoice, (*before.uses, use))
            pairs.append((invoice.key, invoice.number, use))
        shop.record("payment.registered", number, amount=amount, document=receipt.reference)
    insert_rows(Payment, STORED, payments)
    settling.count_on_invoices(settled.values())
    store_uses(shop, pairs)


def _moment(shop: Shop, receipt: Receipt) -> str:
    """Take noon of a day that was typed for the moment of the payment."""
    return stamp(datetime.combine(receipt.date, time(12), shop.zone) if receipt.date else shop.now)


def close_pending(shop: Shop, received: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Step: close the announced transfers of orders as far as their money has come, the oldest first.

    Args:
        received: What came in, by order.

    Returns:
        What was announced of it, by order.
    """
    condition, values = among(Payment, "p.order_id", sorted(received))
    found = fetch(
        Payment,
        f"SELECT p.id, p.order_id, p.number, p.amount FROM payments p WHERE {condition} AND p.state = 'pending' "  # noqa: S608
        f"ORDER BY p.id{facts.locking('p')}",
        values,
    )
    left = dict(received)
    closed: dict[int, Decimal] = {}
    rows = []
    for key, order, number, announced in found:
        part = min(exact(announced), left[order])
        if part:
            left[order] -= part
            closed[order] = closed.get(order, Decimal(0)) + part
            whole = units(part) == announced
            rows.append((key, "cancelled" if whole else "pending", announced if whole else announced - units(part)))
            shop.record("payment.superseded", number, amount=part)
    change_rows(
        Payment,
        "state = :state, amount = :amount",
        "id = :id AND state = 'pending'",
        ("id", "state", "amount"),
        rows,
    )
    return closed
