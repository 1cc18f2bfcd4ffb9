"""Register money that came in: for an invoice, for an order (which it confirms), or for a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.settlement import Credit, Use, falling
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Payment
from shopctl.services import counters, duplicates, facts, ordering, settling, transactions, writing_off
from shopctl.services.billing_paid import bill_paid
from shopctl.services.dividing import Debt, Split, divide, early_discounts, notes_of
from shopctl.services.duplicates import Paid, Twins
from shopctl.services.payment_targets import Target, Targets
from shopctl.services.payments import STORED, PaymentRow, rows
from shopctl.services.posting import store_uses
from shopctl.services.receipts import (
    Receipt,
    check_amount,
    check_form,
    credit_available,
    nothing_due,
)
from shopctl.services.settling import OrderMoney, Settled
from shopctl.services.transactions import Transaction
from shopctl.services.writing_off import WrittenOff
from shopctl.shop import Shop, operation


class _Planned(NamedTuple):
    """A payment that will be stored: how much of it goes to which invoice, and what a person should read."""

    key: int
    receipt: Receipt
    target: Target
    amount: Decimal
    split: Split
    notes: tuple[str, ...]

    def alike(self, today: date) -> Paid | None:
        """Tell what makes another payment look like this one; nothing of one that belongs to nobody we know."""
        if self.target.customer is None:
            return None
        day = (self.receipt.date or today).isoformat()
        return Paid(self.target.customer, day, self.target.currency, units(self.amount))


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
    payment.reference_used, payment.date_future, payment.write_off, payment.together, customer.unknown.
    """
    return receive(shop, receipts)


def receive(shop: Shop, receipts: Sequence[Receipt]) -> list[Outcome[PaymentRow]]:
    """Step: register payments and use each on what it is for, as `register` does; bill the orders they pay."""
    targets = Targets(receipts)
    repeats = transactions.stored(receipt.transaction for receipt in receipts)
    plan = _Plan()
    results: list[Outcome[PaymentRow] | tuple[int, str] | None] = []
    for key, receipt in zip(new_ids(Payment, len(receipts)), receipts, strict=True):
        try:
            repeated = repeats.get((receipt.provider, receipt.transaction)) if receipt.transaction else None
            if repeated is not None:
                transactions.require_same(receipt.transaction, repeated, receipt.amount)
                results.append((repeated.key, "registered already"))
                continue
            results.append(_plan(shop, key, receipt, targets, plan))
        except ShopError as error:
            results.append(Failed(receipt.identity, error))
            continue
        if results[-1] is None and receipt.transaction:
            planned = plan.payments[-1]
            repeats[receipt.provider, receipt.transaction] = Transaction(
                key, receipt.identity, planned.amount, "inbound", "done"
            )
    alike = [planned.alike(shop.today) for planned in plan.payments]
    before = duplicates.of_payments({one for one in alike if one})
    _store(shop, plan)
    return [with_left(outcome) for outcome in bill_paid(shop, _answers(receipts, results, plan, alike, before))]


def _answers(
    receipts: Sequence[Receipt],
    results: Sequence[Outcome[PaymentRow] | tuple[int, str] | None],
    plan: _Plan,
    alike: Sequence[Paid | None],
    twins: dict[Paid, Twins],
) -> list[Outcome[PaymentRow]]:
    repeated = [result[0] for result in results if isinstance(result, tuple)]
    found = rows([*(planned.key for planned in plan.payments), *repeated])
    fresh = iter(zip(plan.payments, alike, strict=True))
    outcomes: list[Outcome[PaymentRow]] = []
    for receipt, result in zip(receipts, results, strict=True):
        reference = receipt.identity
        if result is None:
            planned, same = next(fresh)
            row = found[planned.key]
            notes = (*planned.notes, *(_twin(same, row.number, twins) if same else ()))
            outcomes.append(Done(reference, Change.CREATED, row, notes))
        elif isinstance(result, tuple):
            outcomes.append(Done(reference, Change.UNCHANGED, found[result[0]], (result[1],)))
        else:
            outcomes.append(result)
    return outcomes


def _twin(alike: Paid, number: str, twins: dict[Paid, Twins]) -> tuple[str, ...]:
    """Say that money may have been registered twice, and count it for those that follow."""
    known = twins.get(alike)
    twins[alike] = Twins(known.first, known.many + 1) if known else Twins(number, 1)
    if known is None:
        return ()
    more = f" and {known.many - 1} more" if known.many > 1 else ""
    return (f"the same customer paid the same amount on this day: {known.first}{more}",)


def with_left(outcome: Outcome[PaymentRow]) -> Outcome[PaymentRow]:
    """Say of money that came now what is not used of it."""
    if isinstance(outcome, Failed) or outcome.change is Change.UNCHANGED or not outcome.row.amount_left:
        return outcome
    left = with_currency(outcome.row.amount_left, outcome.row.currency)
    return replace(outcome, notes=(*outcome.notes, f"{left} is not used yet and stays an outstanding credit"))


def _plan(shop: Shop, key: int, receipt: Receipt, targets: Targets, plan: _Plan) -> tuple[int, str] | None:
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
            return last, f"{receipt.identity} is paid already; nothing was registered"
    debts = [Debt(one, one.due - plan.used.get(one.key, Decimal(0))) for one in target.invoices]
    _require_no_credit(receipt, target, targets)
    if receipt.due and (debts or receipt.due == "overdue"):  # an order without invoices falls due as a whole
        receipt = replace(receipt, amount=_falling(shop, receipt, debts, targets))
    discounts = early_discounts(debts, receipt, receipt.date or shop.today)
    amount = _amount(receipt, target, due, sum(discounts.values(), Decimal(0)))
    split = divide(debts, receipt, amount, due, discounts)
    notes = notes_of(split, receipt)
    for invoice, used, written_off, _ in split.parts:
        plan.used[invoice.key] = plan.used.get(invoice.key, Decimal(0)) + used + written_off
    if target.order is not None and target.order.state == "sent" and target.order.key not in plan.received:
        notes.append(f"order {target.order.number} is confirmed")
    for order, counted in split.on_orders(target.order.key if target.order else 0, amount).items():
        plan.received[order] = plan.received.get(order, Decimal(0)) + counted
    plan.payments.append(_Planned(key, receipt, target, amount, split, tuple(notes)))
    return None


def _amount(receipt: Receipt, target: Target, due: Decimal, discount: Decimal) -> Decimal:
    """Tell how much came: what was typed, else all that is due."""
    if due <= 0 and (receipt.reference or receipt.amount is None):
        raise nothing_due(receipt)
    amount = due - discount if receipt.amount is None else receipt.amount
    check_amount(amount, target.currency)
    return amount


def _require_no_credit(receipt: Receipt, target: Target, targets: Targets) -> None:
    """Refuse to guess how much came while money of the same order is here and not used."""
    if receipt.amount is None and target.order is not None and target.invoices:
        here = targets.credits.get(target.order.key, ())
        if here:
            raise credit_available(receipt, here[0])


def _falling(shop: Shop, receipt: Receipt, debts: Sequence[Debt], targets: Targets) -> Decimal:
    """Tell what of invoices falls due first, or is late."""
    amount = Decimal(0)
    for invoice, due in debts:
        parts = [part for _, part in targets.parts[invoice.key]]
        amount += falling(parts, invoice.total - due, shop.today, receipt.due)
    if not amount:
        raise nothing_due(receipt)
    return amount


def _planned(target: Target, plan: _Plan, targets: Targets) -> Decimal:
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
    written: list[WrittenOff] = []
    payments = []
    for number, (key, receipt, target, amount, split, _) in zip(numbers, plan.payments, strict=True):
        day = receipt.date or today
        payments.append(
            (key, number, "inbound", receipt.method, receipt.provider, receipt.transaction or None, "done",
             target.currency, units(amount), units(split.surplus), 0, day.isoformat(), _moment(shop, receipt),
             target.customer, target.order.key if target.order else None, receipt.memo, moment,
             units(receipt.fee), receipt.line)
        )  # fmt: skip
        credit = Credit(key, "payment", number, day, frozenset(), target.currency, amount, amount)
        for invoice, used, written_off, _ in split.parts:
            before = settled.get(invoice.key, Settled(invoice, ()))
            uses = (Use(credit, used),) if used else ()
            settled[invoice.key] = Settled(invoice, (*before.uses, *uses), before.written_off + written_off)
            pairs += [(invoice.key, invoice.number, use) for use in uses]
        if split.reason:
            written += writing_off.lines_of(split, key, number)
        shop.record("payment.registered", number, amount=amount, document=", ".join(receipt.references))
    insert_rows(Payment, (*STORED, "fee", "line_id"), payments)
    settling.count_on_invoices(settled.values())
    store_uses(shop, pairs)
    writing_off.store(shop, written)


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
