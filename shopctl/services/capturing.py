"""Take the money of payments that were only authorised, or give them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.settlement import Credit, Use
from shopctl.errors import RefusedError, ShopError, UsageError
from shopctl.models import Payment
from shopctl.services import ordering, settling, writing_off
from shopctl.services.billing_paid import bill_paid
from shopctl.services.dividing import Debt, Split, divide, early_discounts, notes_of
from shopctl.services.facts import OrderFacts, locking
from shopctl.services.payment_targets import Targets
from shopctl.services.payments import PaymentRow, keys_of, rows, unknown
from shopctl.services.posting import store_uses
from shopctl.services.receipts import Receipt, check_amount
from shopctl.services.registering import with_left
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import OrderMoney, Settled
from shopctl.shop import Shop, operation

ZERO = Decimal(0)


class Promise(NamedTuple):
    """A payment as it stands; `order` is the number of the order it belongs to."""

    key: int
    number: str
    direction: str
    state: str
    currency: str
    amount: Decimal
    order: str
    order_key: int | None


class _Captured(NamedTuple):
    """A promise that is taken: how much of it, and what that pays."""

    promise: Promise
    amount: Decimal
    split: Split
    order: OrderFacts | None


@operation("payments")
def capture(shop: Shop, references: Sequence[str], amount: Decimal | None = None) -> list[Outcome[PaymentRow]]:
    """Take the money of authorised payments: it is here, and pays as money that is registered does.

    The rest of what was authorised is given up. What was captured before is `unchanged`.

    Args:
        amount: How much; None for all that is authorised. Only for one payment.

    Raises (as outcomes): payment.unknown, payment.not_authorized, payment.amount.

    Raises:
        UsageError: An amount for several payments.
    """
    if amount is not None and len(references) > 1:
        raise UsageError("usage", "an amount is that of one payment", hint="capture one payment with each call")
    keys, promises, targets = _load(references)
    used: dict[int, Decimal] = {}
    taken: dict[str, _Captured] = {}

    def decide(reference: str, promise: Promise) -> bool:
        if promise.state == "done" and promise.direction == "inbound" and amount in (None, promise.amount):
            return False
        _require_authorized(promise, "captured")
        taken[reference] = _captured(shop, promise, amount, targets, used)
        return True

    outcomes, first = _decided(references, keys, promises, decide)
    _store(shop, list(taken.values()))
    told = {one: _told(item) for one, item in taken.items()}
    answers = bill_paid(shop, _answers(references, first, keys, outcomes, told, "captured"))
    return [with_left(outcome) for outcome in answers]


@operation("payments")
def void(shop: Shop, references: Sequence[str], reason: str = "") -> list[Outcome[PaymentRow]]:
    """Give up authorised payments: no money comes, and their orders count them no more.

    What was given up before is `unchanged`.

    Args:
        reason: Why, for the journal; may be empty.

    Raises (as outcomes): payment.unknown, payment.not_authorized.
    """
    keys, promises, _ = _load(references)
    given_up: dict[str, Promise] = {}

    def decide(reference: str, promise: Promise) -> bool:
        if promise.state == "cancelled":
            return False
        _require_authorized(promise, "given up")
        given_up[reference] = promise
        return True

    outcomes, first = _decided(references, keys, promises, decide)
    money: dict[int, OrderMoney] = {}
    for promise in given_up.values():
        _count(money, promise, -promise.amount)
        shop.record("payment.voided", promise.number, amount=promise.amount, reason=reason)
    settling.count_on_orders(money)
    change_rows(
        Payment, "state = 'cancelled'", "id = :id AND state = 'authorized'", ("id",),
        [(promise.key,) for promise in given_up.values()],
    )  # fmt: skip
    told = {
        one: (f"{with_currency(promise.amount, promise.currency)} will not come: release it at the provider as well",)
        for one, promise in given_up.items()
    }
    return _answers(references, first, keys, outcomes, told, "given up")


Decide = Callable[[str, Promise], bool]
"""Decides about a payment as it was named: False where it is so already."""


def _decided(
    references: Sequence[str], keys: Mapping[str, int], promises: Mapping[int, Promise], decide: Decide
) -> tuple[dict[str, Failed | None], dict[str, str]]:
    """Decide about each payment once; what failed, and None for what is so already."""
    first = first_spellings(references, keys.get)
    found: dict[str, Failed | None] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in keys:
                raise unknown(reference)
            if not decide(reference, promises[keys[reference]]):
                found[reference] = None
        except ShopError as error:
            found[reference] = Failed(reference, error)
    return found, first


def _answers(
    references: Sequence[str], first: dict[str, str], keys: Mapping[str, int], settled: Mapping[str, Failed | None],
    told: Mapping[str, tuple[str, ...]], what: str,
) -> list[Outcome[PaymentRow]]:  # fmt: skip
    found = rows(sorted({keys[one] for one in first.values() if one in keys}))
    outcomes: dict[str, Outcome[PaymentRow]] = {}
    for one in first.values():
        if one in told:
            outcomes[one] = Done(one, Change.CHANGED, found[keys[one]], told[one])
        else:
            failure = settled[one]
            outcomes[one] = failure or Done(one, Change.UNCHANGED, found[keys[one]], (f"it is {what} already",))
    return in_order(references, first, outcomes)


def _load(references: Sequence[str]) -> tuple[dict[str, int], dict[int, Promise], Targets]:
    """Load and lock payments, after their orders and what these owe."""
    keys = keys_of(references)
    condition, values = among(Payment, "p.id", sorted(set(keys.values())))
    statement = (
        "SELECT p.id, p.number, p.direction, p.state, p.currency, p.amount, coalesce(o.number, ''), p.order_id "  # noqa: S608
        f"FROM payments p LEFT JOIN orders o ON o.id = p.order_id WHERE {condition} ORDER BY p.id"
    )
    orders = sorted({row[6] for row in fetch(Payment, statement, values) if row[6]})
    targets = Targets([Receipt(order) for order in orders])
    found = fetch(Payment, f"{statement}{locking('p')}", values)
    return keys, {row[0]: Promise._make((*row[:5], exact(row[5]), *row[6:])) for row in found}, targets


def _require_authorized(promise: Promise, what: str) -> None:
    if promise.direction == "inbound" and promise.state == "authorized":
        return
    state = "a refund" if promise.direction == "outbound" else f"{promise.state}, not authorized"
    raise RefusedError(
        "payment.not_authorized",
        f"{promise.number} is {state}, so it cannot be {what}",
        hint=f"shopctl payment refund {promise.number}, or payment cancel"
        if promise.state == "done"
        else f"shopctl payment show {promise.number}",
        payment=promise.number,
    )


def _captured(
    shop: Shop, promise: Promise, wanted: Decimal | None, targets: Targets, used: dict[int, Decimal]
) -> _Captured:
    """Decide how much of a promise is taken and what it pays; `used` is what earlier ones of the call pay."""
    amount = promise.amount if wanted is None else wanted
    check_amount(amount, promise.currency)
    if amount > promise.amount:
        raise RefusedError(
            "payment.amount",
            f"{with_currency(amount, promise.currency)} is more than the "
            f"{with_currency(promise.amount, promise.currency)} authorized by {promise.number}",
            hint="leave --amount out to capture all of it",
            payment=promise.number,
        )
    receipt = Receipt(promise.order, amount)
    if not promise.order:
        return _Captured(promise, amount, Split((), ZERO, "", early=False), None)
    target = targets.find(receipt, shop)
    debts = [Debt(one, one.due - used.get(one.key, ZERO)) for one in target.invoices]
    discounts = early_discounts(debts, receipt, shop.today)
    split = divide(debts, receipt, amount, target.due + promise.amount, discounts)
    for part in split.parts:
        used[part.invoice.key] = used.get(part.invoice.key, ZERO) + part.used + part.written_off
    return _Captured(promise, amount, split, target.order)


def _told(item: _Captured) -> tuple[str, ...]:
    promise, amount, split, order = item
    notes = notes_of(split, Receipt(promise.order, amount))
    if order is not None and order.state == "sent":
        notes.append(f"order {order.number} is confirmed")
    if amount < promise.amount:
        notes.append(f"{with_currency(promise.amount - amount, promise.currency)} of what was authorized is given up")
    return tuple(notes)


def _store(shop: Shop, taken: Sequence[_Captured]) -> None:
    waiting = {item.order.key: item.order for item in taken if item.order is not None and item.order.state == "sent"}
    ordering.confirm_step(shop, list(waiting.values()))
    today, moment = shop.today, stamp(shop.now)
    money: dict[int, OrderMoney] = {}
    settled: dict[int, Settled] = {}
    pairs: list[tuple[int, str, Use]] = []
    written = []
    for promise, amount, split, _ in taken:
        # What was authorised counts as paid already; only what changes is counted.
        _count(money, promise, amount - promise.amount)
        for order, counted in split.on_orders(promise.order_key or 0, ZERO).items():
            money[order] = money.get(order, OrderMoney()).plus(OrderMoney(paid=counted))
        credit = Credit(promise.key, "payment", promise.number, today, frozenset(), promise.currency, amount, amount)
        for invoice, used, written_off, _ in split.parts:
            before = settled.get(invoice.key, Settled(invoice, ()))
            uses = (Use(credit, used),) if used else ()
            settled[invoice.key] = Settled(invoice, (*before.uses, *uses), before.written_off + written_off)
            pairs += [(invoice.key, invoice.number, use) for use in uses]
        written += writing_off.lines_of(split, promise.key, promise.number) if split.reason else []
        rest = {"given_up": promise.amount - amount} if amount < promise.amount else {}
        shop.record("payment.captured", promise.number, amount=amount, **rest)
    settling.count_on_orders(money)
    change_rows(
        Payment,
        "state = 'done', amount = :amount, date = :date, paid_at = :moment",
        "id = :id AND state = 'authorized'",
        ("id", "amount", "date", "moment"),
        [(item.promise.key, units(item.amount), today.isoformat(), moment) for item in taken],
    )
    settling.count_on_invoices(settled.values())
    store_uses(shop, pairs)
    writing_off.store(shop, written)


def _count(money: dict[int, OrderMoney], promise: Promise, paid: Decimal) -> None:
    if promise.order_key is not None:
        money[promise.order_key] = money.get(promise.order_key, OrderMoney()).plus(OrderMoney(paid=paid))
