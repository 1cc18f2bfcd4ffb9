"""Cancel payments: what never came, was registered by mistake, or did not go back after all.

Nothing is lost: the payment stays as cancelled, what it paid is due again, and the journal says who did it and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, within
from shopctl.db.fields import exact
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import line_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import BankLine, KnownAccount, Payment
from shopctl.services import releasing, settling
from shopctl.services.credits import lock_orders_of_payments
from shopctl.services.facts import locking
from shopctl.services.payments import PaymentRow, keys_of, rows, unknown
from shopctl.services.releasing import Held
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop, operation


class _Going(NamedTuple):
    """A payment that is to be cancelled."""

    key: int
    number: str
    direction: str
    state: str
    currency: str
    amount: Decimal
    returned: Decimal
    order: int | None
    refunds: int | None
    line: int | None

    @property
    def money(self) -> OrderMoney:
        """What its order loses by it."""
        if self.state == "pending":
            return OrderMoney(pending=-self.amount)
        if self.direction == "outbound":
            return OrderMoney(paid=self.amount, refunded=-self.amount)
        return OrderMoney(paid=-self.amount)


@operation("payments")
def cancel(shop: Shop, references: Sequence[str], reason: str) -> list[Outcome[PaymentRow]]:
    """Cancel payments; one that is cancelled already is `unchanged`.

    What a payment paid is due again, its order counts it no more, and the line of the bank statement it was seen on is
    open again. Of a refund the money counts as not given back.

    Args:
        reason: Why, for the journal.

    Raises (as outcomes): payment.unknown, payment.not_cancellable.
    """
    keys = keys_of(references)
    found = _locked(sorted(set(keys.values())))
    first = first_spellings(references, keys.get)
    used = releasing.held_of_payments([*found])
    outcomes: dict[str, Outcome[PaymentRow]] = {}
    going: dict[str, _Going] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in keys:
                raise unknown(reference)
            payment = found[keys[reference]]
            if payment.state != "cancelled":
                _require_cancellable(payment, used.get(payment.key, ()))
                going[reference] = payment
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
    _store(shop, list(going.values()), used, reason)
    told = rows([keys[reference] for reference in first.values() if reference not in outcomes])
    for reference in dict.fromkeys(first.values()):
        if reference in outcomes:
            continue
        row = told[keys[reference]]
        change = Change.CHANGED if reference in going else Change.UNCHANGED
        notes: tuple[str, ...] = ("it is cancelled already",)
        if reference in going:
            notes = _notes(used.get(keys[reference], ()), row, going[reference].line)
        outcomes[reference] = Done(reference, change, row, notes)
    return in_order(references, first, outcomes)


def _locked(keys: Sequence[int]) -> dict[int, _Going]:
    """Load and lock payments, after the orders that count them or that they paid."""
    lock_orders_of_payments(keys)
    condition, values = among(Payment, "p.id", keys)
    found = fetch(
        Payment,
        "SELECT p.id, p.number, p.direction, p.state, p.currency, p.amount, p.returned, p.order_id, p.refunds_id, "  # noqa: S608
        f"p.line_id FROM payments p WHERE {condition} ORDER BY p.id{locking('p')}",
        values,
    )
    return {row[0]: _Going._make((*row[:5], exact(row[5]), exact(row[6]), *row[7:])) for row in found}


def _require_cancellable(payment: _Going, used: Sequence[Held]) -> None:
    if payment.state == "authorized":
        raise _refused(payment, "is only authorized", f"shopctl payment void {payment.number}")
    if payment.state not in ("done", "pending"):
        raise _refused(payment, f"is {payment.state}", f"shopctl payment show {payment.number}")
    if payment.returned:
        raise _refused(
            payment,
            f"went back with {with_currency(payment.returned, payment.currency)} of it",
            f"cancel its refund first: shopctl payment show {payment.number}",
        )
    if payment.direction == "outbound" and payment.refunds is None and not used:
        raise _refused(
            payment,
            "was imported as a refund and does not say of which payment",
            "change it where it came from, and import it again",
        )


def _refused(payment: _Going, what: str, hint: str) -> RefusedError:
    return RefusedError(
        "payment.not_cancellable",
        f"{payment.number} {what}, so it cannot be cancelled",
        hint=hint,
        payment=payment.number,
    )


def _store(shop: Shop, going: Sequence[_Going], used: Mapping[int, Sequence[Held]], reason: str) -> None:
    releasing.release(shop, [one for payment in going for one in used.get(payment.key, ())], reason)
    money: dict[int, OrderMoney] = {}
    for payment in going:
        if payment.order is not None:
            money[payment.order] = money.get(payment.order, OrderMoney()).plus(payment.money)
        shop.record("payment.cancelled", payment.number, amount=payment.amount, reason=reason)
        if payment.line is not None:
            shop.record("bank.reopened", line_address(payment.line), amount=payment.amount, currency=payment.currency)
    settling.count_on_orders(money)
    change_rows(
        Payment,
        "state = 'cancelled'",
        "id = :id AND state = :state AND allocated = 0 AND returned = 0",
        ("id", "state"),
        [(payment.key, payment.state) for payment in going],
    )
    change_rows(
        Payment,
        "returned = returned - :amount",
        "id = :id AND returned >= :amount",
        ("id", "amount"),
        releasing.sums((payment.refunds, payment.amount) for payment in going),
    )
    change_rows(
        BankLine,
        "settled = settled - :amount, state = 'open'",
        "id = :id AND settled >= :amount",
        ("id", "amount"),
        releasing.sums((payment.line, payment.amount) for payment in going),
    )
    _forget([payment.key for payment in going if payment.line])


def _forget(payments: Sequence[int]) -> None:
    """Step: forget that accounts are those of customers for whom their money was cancelled; it may have been a mistake.

    The next line of such an account that is settled tells again whose it is.
    """
    condition, values = among(Payment, "p.id", payments)
    rows = fetch(
        Payment,
        "SELECT k.id FROM payments p JOIN bank_lines l ON l.id = p.line_id "  # noqa: S608
        f"JOIN known_accounts k ON k.iban = l.iban AND k.customer_id = p.customer_id WHERE {condition} ORDER BY k.id",
        values,
    )
    KnownAccount.delete().where(within(KnownAccount.id, [key for (key,) in rows])).execute()


def _notes(used: Sequence[Held], row: PaymentRow, line: int | None) -> tuple[str, ...]:
    """Say what a cancelled payment does not pay any more, and what of its order stays as it is."""
    paid: dict[str, Decimal] = {}
    for one in used:
        paid[one.document] = paid.get(one.document, Decimal(0)) + one.amount
    said = [
        f"{document} is open again by {with_currency(amount, row.currency)}"
        for document, amount in paid.items()
        if document != row.number
    ]
    if line is not None:
        said.append(f"{line_address(line)} of the statement is open again")
    if row.order and row.direction == "inbound":
        said.append(f"order {row.order} is paid less by as much; its state stays as it is")
    return tuple(said)
