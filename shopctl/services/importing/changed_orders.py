"""Bring a stored order to what its source says now, as far as nothing that is billed would change."""

from __future__ import annotations

from shopctl.db.bulk import change_rows, fetch, insert_rows
from shopctl.db.fields import exact
from shopctl.domain.settlement import order_status
from shopctl.errors import RefusedError
from shopctl.models import Order, OrderLine
from shopctl.services import facts, settling
from shopctl.services.importing import payments
from shopctl.services.importing.figures import DELIVERED, LINE, ORDER, Prepared
from shopctl.services.importing.parts import Line
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop

OURS = {"number", "paid", "pending", "refunded", "advance", "invoice_status", "payment_status"}
"""Columns that the money in the shop decides, not the record."""

RANK = {"sent": 0, "confirmed": 1, "cancelled": 2}


def change(shop: Shop, line: Line, key: int, prepared: Prepared) -> RefusedError | None:
    """Step: change a stored order; answers a refusal where what is billed or paid would no longer be true.

    The state only moves forward: an order that was confirmed here stays so, whatever an older export says.
    """
    ((number, state, currency, invoiced, old_print),) = fetch(
        Order,
        "SELECT o.number, o.state, o.currency, (SELECT count(*) FROM invoice_orders b "  # noqa: S608
        "JOIN invoices i ON i.id = b.invoice_id WHERE b.order_id = o.id AND i.state <> 'cancelled'), "
        f"o.fingerprint FROM orders o WHERE o.id = ?{facts.locking('o')}",
        (key,),
    )
    lines_differ = old_print.split(":")[-1] != prepared.fingerprint.split(":")[-1]
    new_state = prepared.record.state if RANK[prepared.record.state] >= RANK[state] else state
    if invoiced and (lines_differ or new_state == "cancelled" or prepared.record.currency != currency):
        return RefusedError(
            "import.immutable",
            f"line {line.line}: order {number} is invoiced, so its lines and amounts cannot change any more",
            hint=f"shopctl orders show {number}",
            line=line.line,
        )
    values = dict(zip(ORDER[1:], prepared.head, strict=True))
    values["state"] = new_state
    if new_state == "confirmed" and values["confirmed_at"] is None:
        values.pop("confirmed_at")
    names = [name for name in values if name not in OURS]
    change_rows(
        Order,
        ", ".join(f"{name} = :{name}" for name in names),
        "id = :id",
        ("id", *names),
        [(key, *(values[name] for name in names))],
    )
    _lines(key, prepared, anew=lines_differ)
    _payments(shop, key, prepared)
    _derive(key, number, new_state)
    shop.record("order.changed", number, source=prepared.record.source)
    return None


def _lines(key: int, prepared: Prepared, *, anew: bool) -> None:
    """Write the lines anew, or take over what was delivered when nothing else of them changed."""
    if anew:
        OrderLine.delete().where(OrderLine.order == key).execute()
        insert_rows(OrderLine, LINE, [(key, *row) for row in prepared.lines])
        return
    change_rows(
        OrderLine,
        "delivered = :delivered",
        "order_id = :key AND position = :position",
        ("key", "position", "delivered"),
        [(key, row[0], row[DELIVERED]) for row in prepared.lines],
    )


def _payments(shop: Shop, key: int, prepared: Prepared) -> None:
    """Add the payments that are new, and bring those that were only announced to what is said of them now.

    A payment that was here and is `refunded` now went back: the refund is a payment of its own.
    """
    record = prepared.record
    known = payments.stored_payments(record.payments)
    fresh, completed = [], []
    money = OrderMoney()
    for payment in record.payments:
        stored = known.get((payment.provider, payment.reference))
        if stored is not None and stored.state == "done" and payment.state == "refunded":
            payment = payment._replace(reference=f"{payment.reference}-refund")  # noqa: PLW2901  # the way back
            stored = payments.stored_payments([payment]).get((payment.provider, payment.reference))
        if stored is None:
            fresh.append(payments.Incoming(payment, key, prepared.number, prepared.customer, record.currency))
        elif stored.state in ("pending", "authorized") and payment.state != stored.state:
            completed.append((stored, payment))
            before = payments.worth(stored.state, stored.amount)
            money = money.plus(payments.worth(payment.state, payment.amount)).plus(before.negative())
    payments.complete(completed)
    payments.insert(shop, fresh)
    settling.count_on_orders({key: money.plus(payments.money_of(fresh).get(key, OrderMoney()))})


def _derive(key: int, number: str, state: str) -> None:
    """Derive both statuses anew from the lines and the money."""
    from shopctl.domain.billing import order_status as invoice_status

    order = facts.orders([number])[number]
    ((total, paid, pending, refunded),) = fetch(
        Order, "SELECT amount_total, paid, pending, refunded FROM orders WHERE id = ?", (key,)
    )
    payment = order_status(exact(total), exact(paid), exact(pending), exact(refunded))
    Order.update(invoice_status=invoice_status(state, order.lines), payment_status=payment).where(
        Order.id == key
    ).execute()
