"""Give money back: what is free of a payment, or what a credit note has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ConflictError, NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Payment
from shopctl.services import refunding, transactions
from shopctl.services.credits import lock_orders, orders_of
from shopctl.services.facts import locking
from shopctl.services.invoices import known
from shopctl.services.payments import PaymentRow, keys_of, rows
from shopctl.services.receipts import check_amount, require_method
from shopctl.services.refunding import Owed, Told, Unused
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.transactions import Transaction
from shopctl.shop import Shop, operation

ZERO = Decimal(0)


@dataclass(frozen=True)
class Wish:
    """How money goes back.

    Attributes:
        amount: How much; None for all that is free. Only for one document.
        method: One of `states.PAYMENT_METHODS`; empty: as it came, a credit note by wire.
        provider: Who moves it; empty: who brought the payment.
        transaction: The bank's or provider's own reference; only for one document, and registered once.
        date: When it goes; None for the day of the call.
    """

    amount: Decimal | None = None
    method: str = ""
    provider: str = ""
    transaction: str = ""
    date: date | None = None


class Source(NamedTuple):
    """A payment or credit note of which money may go back.

    Attributes:
        kind: `payment` or `credit_note`.
        sound: It is money that is here, or a posted credit note; otherwise `state` says what it is.
        used: What of it paid something, `returned` what went back already.
    """

    kind: str
    key: int
    number: str
    sound: bool
    state: str
    currency: str
    amount: Decimal
    used: Decimal
    returned: Decimal
    method: str
    provider: str
    customer: int | None
    orders: frozenset[int]

    @property
    def free(self) -> Decimal:
        """What may go back."""
        return self.amount - self.used - self.returned


class Held(NamedTuple):
    """What keeps money from going back: the invoice that it pays."""

    document: str
    amount: Decimal


@operation("payments")
def refund(shop: Shop, references: Sequence[str], wish: Wish) -> list[Outcome[PaymentRow]]:
    """Give back what is free of payments, or what credit notes have left, each with a payment of its own.

    What went back completely is `unchanged`, and so is a transaction that is registered already.

    Raises (as outcomes): payment.unknown, payment.not_refundable, payment.allocated, payment.exceeds_credit,
    payment.amount, payment.reference_used, payment.date_future.

    Raises:
        UsageError: The method is none, or an amount or transaction is given for several documents.
    """
    _check(shop, references, wish)
    sources = _sources(references)
    first = first_spellings(references, lambda one: (sources[one].kind, sources[one].key) if one in sources else None)
    holding = _holding([one for one in sources.values() if one.used])
    before = transactions.stored([wish.transaction])
    failed: dict[str, ShopError] = {}
    amounts: dict[str, Decimal] = {}
    done_before: dict[str, int] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in sources:
                raise _unknown(reference)
            source = sources[reference]
            earlier = before.get((wish.provider or source.provider, wish.transaction)) if wish.transaction else None
            if earlier is not None:
                transactions.require_same(wish.transaction, earlier, wish.amount, "outbound")
                _require_refund_of(source, earlier, wish.transaction)
                done_before[reference] = earlier.key
            elif source.sound and not source.free and source.returned == source.amount and wish.amount is None:
                done_before[reference] = max(_refunds(source), default=source.key)
            else:
                amounts[reference] = _amount(source, wish.amount, holding.get((source.kind, source.key), ()))
        except ShopError as error:
            failed[reference] = error
    numbers = _store(shop, {one: sources[one] for one in amounts}, amounts, wish)
    return _answers(references, first, failed, done_before, numbers, sources)


def _check(shop: Shop, references: Sequence[str], wish: Wish) -> None:
    if wish.method:
        require_method(wish.method)
    if len(references) > 1 and (wish.amount is not None or wish.transaction):
        raise UsageError(
            "usage", "an amount or reference is that of one refund", hint="refund one document with each call"
        )
    if wish.date is not None and wish.date > shop.today:
        raise RefusedError(
            "payment.date_future",
            f"money that goes on {wish.date} has not gone on {shop.today}",
            hint="register it when it has gone",
        )


def _unknown(reference: str) -> NotFoundError:
    return NotFoundError(
        "payment.unknown",
        f"there is no payment or credit note {reference}",
        hint="shopctl payment outstanding",
        payment=reference,
    )


def _sources(references: Sequence[str]) -> dict[str, Source]:
    """Load and lock what is named: the orders first, then credit notes, then payments."""
    payments = keys_of(references)
    notes = known([one for one in references if one not in payments])
    billed = orders_of(list(notes.values()))
    condition, values = among(Payment, "id", sorted(payments.values()))
    owners = fetch(Payment, f"SELECT order_id FROM payments WHERE {condition} AND order_id IS NOT NULL", values)  # noqa: S608
    lock_orders([*(key for (key,) in owners), *(key for keys in billed.values() for key in keys)])
    found = {(one.kind, one.key): one for one in (*_notes(notes, billed), *_payments(payments))}
    return {
        **{reference: found["credit_note", key] for reference, key in notes.items()},
        **{reference: found["payment", key] for reference, key in payments.items()},
    }


def _notes(keys: Mapping[str, int], billed: Mapping[int, frozenset[int]]) -> list[Source]:
    condition, values = among(Payment, "i.id", sorted(keys.values()))
    found = fetch(
        Payment,
        "SELECT i.id, i.number, i.type, i.state, i.currency, i.amount_total, i.allocated, i.customer_id, "  # noqa: S608
        "(SELECT coalesce(sum(a.amount), 0) FROM allocations a WHERE a.credit_note_id = i.id "
        "AND a.payment_id IS NOT NULL AND a.removed_at IS NULL) "
        f"FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    names = {key: reference for reference, key in keys.items()}
    return [
        Source(
            "credit_note", key, number or names[key], kind == "credit_note" and state == "posted",
            f"{state} {kind.replace('_', ' ')}", currency, exact(total), exact(allocated - out), exact(out), "wire", "",
            customer, billed.get(key, frozenset()),
        )
        for key, number, kind, state, currency, total, allocated, customer, out in found
    ]  # fmt: skip


def _payments(keys: Mapping[str, int]) -> list[Source]:
    condition, values = among(Payment, "p.id", sorted(keys.values()))
    found = fetch(
        Payment,
        "SELECT p.id, p.number, p.direction, p.state, p.currency, p.amount, p.allocated, p.returned, p.method, "  # noqa: S608
        f"p.provider, p.customer_id, p.order_id FROM payments p WHERE {condition} ORDER BY p.id{locking('p')}",
        values,
    )
    return [
        Source(
            "payment", key, number, direction == "inbound" and state == "done",
            "refund" if direction == "outbound" else f"{state} payment", currency, exact(amount), exact(used),
            exact(returned), method, provider, customer, frozenset((order,) if order else ()),
        )
        for key, number, direction, state, currency, amount, used, returned, method, provider, customer, order in found
    ]  # fmt: skip


def _holding(sources: Sequence[Source]) -> dict[tuple[str, int], list[Held]]:
    """Tell which invoices hold money that is used."""
    found: dict[tuple[str, int], list[Held]] = {}
    for kind in ("payment", "credit_note"):
        condition, values = among(Payment, f"a.{kind}_id", [one.key for one in sources if one.kind == kind])
        for key, document, amount in fetch(
            Payment,
            f"SELECT a.{kind}_id, i.number, sum(a.amount) FROM allocations a JOIN invoices i ON i.id = a.invoice_id "  # noqa: S608
            f"WHERE {condition} AND a.removed_at IS NULL GROUP BY a.{kind}_id, i.id, i.number ORDER BY i.id",
            values,
        ):
            found.setdefault((kind, key), []).append(Held(document or "", exact(int(amount))))
    return found


def _amount(source: Source, wanted: Decimal | None, holding: Sequence[Held]) -> Decimal:
    """Decide how much of a payment or credit note goes back."""
    if not source.sound:
        article = "an" if source.state[0] in "aeiou" else "a"
        raise RefusedError(
            "payment.not_refundable",
            f"{source.number} is {article} {source.state}, so there is no money to give back",
            hint=f"shopctl payment void {source.number}"
            if source.state == "authorized payment"
            else f"shopctl show {source.number}",
            payment=source.number,
        )
    if wanted is not None:
        check_amount(wanted, source.currency)
    amount = source.free if wanted is None else wanted
    if 0 < amount <= source.free:
        return amount
    used = ", ".join(f"{one.document} ({with_currency(one.amount, source.currency)})" for one in holding)
    free = with_currency(source.free, source.currency)
    if not holding:
        raise RefusedError(
            "payment.exceeds_credit",
            f"{with_currency(amount, source.currency)} is more than the {free} that {source.number} has left"
            if amount
            else f"{source.number} has nothing left to give back",
            hint=f"shopctl show {source.number}",
            payment=source.number,
        )
    raise RefusedError(
        "payment.allocated",
        f"{source.number} has {free} free: it is used on {used}",
        hint=f"take it back first: shopctl payment unallocate {holding[0].document} --credit {source.number}",
        payment=source.number,
        invoices=[one.document for one in holding],
    )


def _refunds(source: Source) -> list[int]:
    """Find the payments by which something of a payment or credit note went back."""
    statement = (
        "SELECT id FROM payments WHERE refunds_id = ? AND state = 'done'"
        if source.kind == "payment"
        else "SELECT payment_id FROM allocations WHERE credit_note_id = ? AND payment_id IS NOT NULL "
        "AND removed_at IS NULL"
    )
    return [key for (key,) in fetch(Payment, statement, (source.key,))]


def _require_refund_of(source: Source, known: Transaction, reference: str) -> None:
    """Insist that a transaction that is registered gave back this payment or credit note, and no other."""
    if known.key not in _refunds(source):
        raise ConflictError(
            "payment.reference_used",
            f"the transaction {reference} is {known.number}, which gives back something else than {source.number}",
            hint=f"shopctl payment show {known.number}",
            payment=known.number,
        )


def _store(shop: Shop, sources: Mapping[str, Source], amounts: Mapping[str, Decimal], wish: Wish) -> dict[str, str]:
    """Register the refunds and tell the number of each."""
    day = wish.date or shop.today
    notes = {one: source for one, source in sources.items() if source.kind == "credit_note"}
    owed = [
        Owed(source.key, source.number, amounts[one], source.currency, source.customer, tuple(source.orders))
        for one, source in notes.items()
    ]
    found = dict(zip(notes, refunding.pay_out(shop, owed, wish.method or "wire", day, _told(wish, "")), strict=True))
    by_provider: dict[str, dict[str, Unused]] = {}
    for one, source in sources.items():
        if source.kind == "payment":
            by_provider.setdefault(source.provider, {})[one] = Unused(
                source.key, source.number, amounts[one], source.currency, wish.method or source.method,
                source.customer, min(source.orders, default=None),
            )  # fmt: skip
    for provider, unused in by_provider.items():
        numbers = refunding.give_back(shop, list(unused.values()), day, _told(wish, provider))
        found |= dict(zip(unused, numbers, strict=True))
    return found


def _told(wish: Wish, provider: str) -> Told:
    return Told(wish.provider or provider, wish.transaction)


def _answers(
    references: Sequence[str], first: dict[str, str], failed: Mapping[str, ShopError], before: Mapping[str, int],
    numbers: Mapping[str, str], sources: Mapping[str, Source],
) -> list[Outcome[PaymentRow]]:  # fmt: skip
    made = keys_of(list(numbers.values()))
    found = rows([*made.values(), *before.values()])
    outcomes: dict[str, Outcome[PaymentRow]] = {one: Failed(one, error) for one, error in failed.items()}
    for one, number in numbers.items():
        row = found[made[number]]
        source = sources[one]
        left = source.free - row.amount
        notes = [f"{with_currency(row.amount, row.currency)} of {source.number} goes back by {row.method}"]
        notes += [f"{with_currency(left, row.currency)} of {source.number} is left"] if left else []
        outcomes[one] = Done(one, Change.CREATED, row, tuple(notes))
    for one, key in before.items():
        outcomes[one] = Done(one, Change.UNCHANGED, found[key], ("it went back already",))
    return in_order(references, first, outcomes)
