"""Bring a stored order to what its source says now, as far as nothing that is billed would change.

What a person changed here since is not undone: edited lines, discounts and deliveries stay, and so do the columns of
the order that were edited. A source that says something new about such lines contradicts the shop and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import change_rows, fetch, insert_rows, total
from shopctl.db.fields import exact
from shopctl.domain.prints import Print
from shopctl.domain.records import PaymentRecord
from shopctl.errors import RefusedError
from shopctl.models import InvoiceLine, Order, OrderLine, Payment
from shopctl.services import facts, planning, settling, words
from shopctl.services.importing import payments
from shopctl.services.importing.figures import DELIVERED, LINE, ORDER, Prepared
from shopctl.services.importing.parts import Line
from shopctl.services.importing.payments import Known
from shopctl.services.recounting import recount
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop

OURS = {
    "number", "paid", "pending", "refunded", "advance", "invoice_status", "payment_status", "delivery_status",
}  # fmt: skip
"""Columns that the money and the lines in the shop decide, not the record."""

TOTALS = {"amount_untaxed", "amount_tax", "amount_total", "differences"}
"""Columns that follow the lines."""

ANNOUNCED = {"pending", "authorized"}
"""States of payments of which the source says later whether they came."""

RANK = {"sent": 0, "confirmed": 1, "cancelled": 2}


def change(shop: Shop, line: Line, key: int, prepared: Prepared) -> RefusedError | None:
    """Step: change a stored order; answers a refusal where what is billed or paid would no longer be true.

    The state only moves forward: an order that was confirmed here stays so, whatever an older export says.
    """
    # Locked by itself: the counts below would else be those of before a rival's commit.
    fetch(Order, f"SELECT o.id FROM orders o WHERE o.id = ?{facts.locking('o')}", (key,))  # noqa: S608
    ((number, state, currency, invoiced, paid, old_print),) = fetch(
        Order,
        "SELECT o.number, o.state, o.currency, (SELECT count(*) FROM invoice_orders b "
        "JOIN invoices i ON i.id = b.invoice_id WHERE b.order_id = o.id AND i.state <> 'cancelled'), "
        "(SELECT count(*) FROM payments p WHERE p.order_id = o.id), "
        "o.fingerprint FROM orders o WHERE o.id = ?",
        (key,),
    )
    old = Print.read(old_print)
    touched = old.ours & {"lines", "delivered"}
    lines_differ = old.lines != Print.read(prepared.fingerprint).lines and not (touched and _same_lines(key, prepared))
    new_state = prepared.record.state if RANK[prepared.record.state] >= RANK[state] else state
    other_money = prepared.record.currency != currency
    if (invoiced and (lines_differ or new_state == "cancelled" or other_money)) or (paid and other_money):
        return _immutable(line, number, "is invoiced" if invoiced else "has payments")
    if lines_differ and touched:
        return _immutable(line, number, "was edited or delivered here")
    money = _money(line, key, prepared.record.payments)
    if isinstance(money, RefusedError):
        return money
    planned = facts.orders([number]).values() if planning.waiting([key]) else ()
    _head(key, prepared, new_state, old.ours)
    if lines_differ:
        _replace_lines(key, prepared)
    elif "delivered" not in old.ours:
        _take_delivered(key, prepared)
    _payments(shop, key, prepared, money)
    recount([key])
    planning.follow(shop, planned, gone={one.key for order in planned for one in order.lines if lines_differ})
    words.refresh("order", [key])
    shop.record("order.changed", number, source=prepared.record.source)
    return None


def _immutable(line: Line, number: str, why: str) -> RefusedError:
    return RefusedError(
        "import.immutable",
        f"line {line.line}: order {number} {why}, so its lines, amounts and currency cannot change any more",
        hint=f"shopctl orders show {number}",
        line=line.line,
    )


def _head(key: int, prepared: Prepared, state: str, ours: frozenset[str]) -> None:
    """Write what the record says beside the lines, except for what belongs to the shop."""
    values = dict(zip(ORDER[1:], prepared.head, strict=True))
    values |= {"state": state, "fingerprint": Print.read(prepared.fingerprint).with_ours(*ours).write()}
    if state == "confirmed" and values["confirmed_at"] is None:
        values.pop("confirmed_at")
    # A record that does not say where the order comes from must not make it a stranger to its source.
    unsaid = set() if prepared.record.external_id else {"source", "external_id"}
    kept = OURS | ours | unsaid | (TOTALS if "lines" in ours else set())
    names = [name for name in values if name not in kept]
    change_rows(
        Order,
        ", ".join(f"{name} = :{name}" for name in names),
        "id = :id",
        ("id", *names),
        [(key, *(values[name] for name in names))],
    )


def _replace_lines(key: int, prepared: Prepared) -> None:
    """Store other lines; only what was cancelled, or has not left yet, still names the old ones."""
    named = OrderLine.select(OrderLine.id).where(OrderLine.order == key)
    InvoiceLine.update(order_line=None).where(InvoiceLine.order_line.in_(named)).execute()
    planning.let_go([line for (line,) in fetch(OrderLine, "SELECT id FROM order_lines WHERE order_id = ?", (key,))])
    OrderLine.delete().where(OrderLine.order == key).execute()
    insert_rows(OrderLine, LINE, [(key, *row) for row in prepared.lines])


SAID = ("kind", "sku", "description", "quantity", "unit_price", "discount", "taxes", "policy")
"""What a record says of a line, apart from its place and what was delivered."""


def _same_lines(key: int, prepared: Prepared) -> bool:
    """Tell whether a record says of the lines what is stored, as it does when the shop's own export comes back."""
    stored = fetch(
        OrderLine,
        f"SELECT {', '.join(SAID)} FROM order_lines WHERE order_id = ? ORDER BY position",  # noqa: S608  # names of ours
        (key,),
    )
    places = [LINE.index(name) - 1 for name in SAID]
    return stored == [tuple(row[place] for place in places) for row in prepared.lines]


def _take_delivered(key: int, prepared: Prepared) -> None:
    """Take over what was delivered of the lines that are still those of the source."""
    stored = set(fetch(OrderLine, "SELECT position, kind, sku FROM order_lines WHERE order_id = ?", (key,)))
    change_rows(
        OrderLine,
        "delivered = :delivered",
        "order_id = :key AND position = :position",
        ("key", "position", "delivered"),
        [(key, row[0], row[DELIVERED]) for row in prepared.lines if row[:3] in stored],
    )


class _Money(NamedTuple):
    """What a record says of payments, compared with those of the order that are stored.

    A payment that was here and is `refunded` now went back: the refund is a payment of its own. One that grew, as a
    partly paid order does, brings the difference; one that shrank contradicts what was counted.
    """

    stored: list[tuple[str, Known]]
    fresh: list[PaymentRecord]
    completed: list[tuple[Known, PaymentRecord]]

    def take(self, told: PaymentRecord, before: Known | None) -> Decimal:
        """Note what is new about a payment; answers how much more the shop has than it says."""
        if before is not None and before.direction == "inbound" and told.state == "refunded":
            if _given_back(before.key) >= told.amount:
                return Decimal(0)
            if before.state in ANNOUNCED:
                self.completed.append((before, told._replace(state="done")))
            told = told._replace(reference=f"{told.reference}-refund")
            before = payments.stored_payments([told]).get((told.provider, told.reference))
        if before is None:
            self.fresh.append(told)
        elif before.state in ANNOUNCED:
            if told.state != before.state:
                self.completed.append((before, told))
        elif before.state == "done" and told.state in ("done", "refunded"):
            return self._grow(told, before)
        return Decimal(0)

    def _grow(self, told: PaymentRecord, before: Known) -> Decimal:
        """Note the difference to what is stored: the payment as it was at first, and the differences since."""
        further = [one.amount for name, one in self.stored if name.startswith(f"{told.reference}/")]
        more = told.amount - before.amount - sum(further)
        if more > 0:
            self.fresh.append(told._replace(amount=more, reference=f"{told.reference}/{len(further) + 2}"))
        return max(-more, Decimal(0))


def _money(line: Line, key: int, payments_told: Sequence[PaymentRecord]) -> _Money | RefusedError:
    """Compare the payments of a record with the stored ones; those without a reference by way and amount."""
    known = payments.stored_payments(payments_told)
    money = _Money(_of_order(key), [], [])
    nameless = [one for name, one in money.stored if not name]
    for told in payments_told:
        before = known.get((told.provider, told.reference)) if told.reference else _alike(told, nameless)
        if before is not None and before.order != key:
            return payments.taken(line, told)
        excess = money.take(told, before)
        if excess:
            return payments.differs(line, told, told.amount + excess)
    return money


def _alike(told: PaymentRecord, nameless: list[Known]) -> Known | None:
    """Take a stored payment of the same way and amount out of a list."""
    way = "outbound" if told.state == "refunded" else "inbound"
    for place, one in enumerate(nameless):
        if (one.direction, one.amount) == (way, told.amount):
            return nameless.pop(place)
    return None


def _given_back(payment: int) -> Decimal:
    """Tell how much of a payment was given back here, by refunds that name it."""
    ((amount,),) = fetch(
        Payment, "SELECT sum(amount) FROM payments WHERE refunds_id = ? AND state = 'done'", (payment,)
    )
    return total(amount)


def _of_order(key: int) -> list[tuple[str, Known]]:
    """List the payments of an order that count or may come to count, each with its reference."""
    found = fetch(
        Payment,
        "SELECT coalesce(reference, ''), id, amount, state, direction, order_id FROM payments "
        "WHERE order_id = ? AND state NOT IN ('cancelled', 'failed') ORDER BY id",
        (key,),
    )
    return [(reference, Known(one, exact(amount), *rest)) for reference, one, amount, *rest in found]


def _payments(shop: Shop, key: int, prepared: Prepared, told: _Money) -> None:
    """Add the payments that are new, and bring those that were only announced to what is said of them now."""
    fresh = [
        payments.Incoming(payment, key, prepared.number, prepared.customer, prepared.record.currency)
        for payment in told.fresh
    ]
    money = payments.money_of(fresh).get(key, OrderMoney())
    for before, payment in told.completed:
        was = payments.worth(before.state, before.amount)
        money = money.plus(payments.worth(payment.state, payment.amount)).plus(was.negative())
    payments.complete(shop, told.completed)
    payments.insert(shop, fresh)
    settling.count_on_orders({key: money})
