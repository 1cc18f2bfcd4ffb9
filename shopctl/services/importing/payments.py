"""Store payments, those of orders and those that come by themselves; the same provider and reference only once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.outcomes import Change
from shopctl.domain.records import PaymentRecord
from shopctl.errors import RefusedError
from shopctl.models import Order, Payment
from shopctl.services import counters, facts, ordering, settling
from shopctl.services.facts import locking
from shopctl.services.importing.customers import Directory
from shopctl.services.importing.parts import Answer, ImportRow, Line, Pairs, missing
from shopctl.services.payments import STORED
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop

ZERO = Decimal(0)
OWN = "shopctl"
"""The provider under which payments without a reference of their own are exported, with their number."""


class Incoming(NamedTuple):
    """A payment record with the order and customer it belongs to."""

    record: PaymentRecord
    order: int | None
    order_number: str
    customer: int | None
    currency: str


def insert(shop: Shop, incoming: Sequence[Incoming]) -> None:
    """Step: write new payments; a refund is taken off what is not used of its order's payments, oldest first."""
    if not incoming:
        return
    keys = list(new_ids(Payment, len(incoming)))
    numbers = counters.take(shop, "payment", shop.today, len(incoming))
    moment, zone, today = stamp(shop.now), shop.zone, shop.today
    rows: list[list[Any]] = []
    stored = _received({item.order for item in incoming if item.order and item.record.state == "refunded"})
    received = {order: list(payments) for order, payments in stored.items()}
    for key, number, item in zip(keys, numbers, incoming, strict=True):
        record = item.record
        refund = record.state == "refunded"
        paid_at = stamp(record.paid_at) if record.paid_at else None
        day = record.paid_at.astimezone(zone).date() if record.paid_at else today
        row = [
            key, number, "outbound" if refund else "inbound", record.method, record.provider, record.reference or None,
            "done" if refund else record.state, record.currency or item.currency, units(record.amount), 0, 0,
            day.isoformat(), paid_at, item.customer, item.order, record.memo, moment,
        ]  # fmt: skip
        rows.append(row)
        if item.order and record.state == "done":
            received.setdefault(item.order, []).append(row)
        elif item.order and refund:
            _give_back(row, received.get(item.order, ()))
    insert_rows(Payment, STORED, rows)
    change_rows(
        Payment,
        "returned = :returned",
        "id = :id AND allocated + :returned <= amount",
        ("id", "returned"),
        [(row[0], row[RETURNED]) for payments in stored.values() for row in payments],
    )


AMOUNT, ALLOCATED, RETURNED = (STORED.index(name) for name in ("amount", "allocated", "returned"))


def _received(orders: set[int]) -> dict[int, list[list[Any]]]:
    """Load what orders received before and is not used up, oldest first, in the form in which it is written."""
    if not orders:
        return {}
    condition, values = among(Payment, "p.order_id", sorted(orders))
    columns = ", ".join(f"p.{name}" for name in STORED)
    found: dict[int, list[list[Any]]] = {}
    for row in fetch(
        Payment,
        f"SELECT {columns} FROM payments p WHERE {condition} AND p.direction = 'inbound' AND p.state = 'done' "  # noqa: S608
        f"AND p.allocated + p.returned < p.amount ORDER BY p.date, p.id{locking('p')}",
        values,
    ):
        found.setdefault(row[STORED.index("order_id")], []).append(list(row))
    return found


def _give_back(refund: list[Any], received: Iterable[list[Any]]) -> None:
    left = refund[AMOUNT]
    for row in received:
        part = min(left, row[AMOUNT] - row[ALLOCATED] - row[RETURNED])
        row[RETURNED] += part
        left -= part


def store_payments(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store payments of their own lines: for an order, or for a customer."""
    orders = _orders([record.order.upper() for _, record in pairs if record.order])
    directory = Directory(record.customer or None for _, record in pairs)
    known = stored_payments([record for _, record in pairs])
    answers: list[tuple[Line, Answer]] = []
    fresh: list[Incoming] = []
    for line, record in pairs:
        row = ImportRow("payment", record.reference, record.customer, record.currency, record.amount, "")
        order = orders.get(record.order.upper())
        customer = directory.find(record.customer) if record.customer else None
        if record.order and order is None:
            answers.append((line, missing(line, "order", record.order)))
        elif record.customer and customer is None:
            answers.append((line, missing(line, "customer", record.customer)))
        elif record.reference and (record.provider, record.reference) in known:
            answers.append((line, _repeated(line, record, known[record.provider, record.reference], row)))
        else:
            key = customer.key if customer else order[1] if order else None
            currency = order[2] if order else shop.config.shop.currency
            if record.currency and order and record.currency != currency:
                answers.append((line, other_currency(line, record, currency)))
                continue
            fresh.append(Incoming(record, order[0] if order else None, record.order.upper(), key, currency))
            if record.reference:
                known[record.provider, record.reference] = Known(0, record.amount, record.state, "", None)
            answers.append((line, (Change.CREATED, row)))
    insert(shop, fresh)
    settling.count_on_orders(money_of(fresh))
    _confirm(shop, fresh)
    for item in fresh:
        shop.record("payment.imported", item.record.reference, order=item.order_number, amount=item.record.amount)
    return answers


def _confirm(shop: Shop, fresh: Sequence[Incoming]) -> None:
    """Step: confirm the orders that waited for the money, as a payment that is registered does."""
    numbers = sorted({item.order_number for item in fresh if item.order and item.record.state == "done"})
    waiting = [order for order in facts.orders(numbers, lines_of=("sent",)).values() if order.state == "sent"]
    ordering.confirm_step(shop, waiting)


def money_of(incoming: Iterable[Incoming]) -> dict[int, OrderMoney]:
    """Tell what payments add to the money of their orders."""
    found: dict[int, OrderMoney] = {}
    for record, order, *_ in incoming:
        if order is not None:
            found[order] = found.get(order, OrderMoney()).plus(worth(record.state, record.amount))
    return found


def worth(state: str, amount: Decimal) -> OrderMoney:
    """Tell what a payment in a state counts for in the money of its order."""
    if state in ("done", "authorized"):
        return OrderMoney(paid=amount)
    if state == "pending":
        return OrderMoney(pending=amount)
    return OrderMoney(paid=-amount, refunded=amount) if state == "refunded" else OrderMoney()


class Known(NamedTuple):
    """A payment that is stored already, with the order it belongs to."""

    key: int
    amount: Decimal
    state: str
    direction: str
    order: int | None


def stored_payments(records: Iterable[PaymentRecord]) -> dict[tuple[str, str], Known]:
    """Find the stored payments with the providers and references of some records.

    A payment that this program exported without a reference of its own comes back under its number.
    """
    wanted: dict[str, set[str]] = {}
    for record in records:
        if record.reference:
            wanted.setdefault(record.provider, set()).add(record.reference)
    found = {
        (provider, reference): known
        for provider, references in wanted.items()
        for reference, known in _known("reference", references, "provider = ?", provider)
    }
    for number, known in _known("number", wanted.get(OWN, ()), "reference IS NULL"):
        found[OWN, number] = known
    return found


def _known(column: str, values: Collection[str], condition: str, *bound: str) -> Iterable[tuple[str, Known]]:
    """Find payments by one column under a condition, which together have to fit an index."""
    if not values:
        return
    listed, them = among(Payment, column, sorted(values))
    for found, key, amount, *rest in fetch(
        Payment,
        f"SELECT {column}, id, amount, state, direction, order_id FROM payments WHERE {condition} AND {listed}",  # noqa: S608
        (*bound, *them),
    ):
        yield found, Known(key, exact(amount), *rest)


def _orders(numbers: Sequence[str]) -> dict[str, tuple[int, int | None, str]]:
    condition, values = among(Order, "number", numbers)
    rows = fetch(Order, f"SELECT number, id, customer_id, currency FROM orders WHERE {condition}", values)  # noqa: S608
    return {number: (key, customer, currency) for number, key, customer, currency in rows}


def _repeated(line: Line, record: PaymentRecord, known: Known, row: ImportRow) -> Answer:
    return (Change.UNCHANGED, row) if known.amount == record.amount else differs(line, record, known.amount)


def differs(line: Line, record: PaymentRecord, stored: Decimal) -> RefusedError:
    """Refuse a payment that is stored with another amount."""
    return RefusedError(
        "payment.reference_used",
        f"line {line.line}: payment {record.reference} is stored already, with {stored.normalize():f} "
        f"instead of {record.amount.normalize():f}",
        hint=f"shopctl payment list --reference {record.reference}",
        line=line.line,
    )


def first_taken(records: Iterable[PaymentRecord], known: set[tuple[str, str]]) -> PaymentRecord | None:
    """Find the first payment whose provider and reference belong to another payment already."""
    for one in records:
        if one.reference and (one.provider, one.reference) in known:
            return one
    return None


def taken(line: Line, record: PaymentRecord) -> RefusedError:
    """Refuse an order with a payment that another order has already."""
    return RefusedError(
        "payment.reference_used",
        f"line {line.line}: payment {record.reference} of {record.provider} belongs to another order already",
        hint=f"shopctl payment list --reference {record.reference}",
        line=line.line,
    )


def other_currency(line: Line, record: PaymentRecord, currency: str) -> RefusedError:
    """Refuse a payment in another currency than its order."""
    return RefusedError(
        "payment.currency",
        f"line {line.line}: payment {record.reference} is in {record.currency}, its order {record.order} in {currency}",
        hint="amounts of different currencies never meet",
        line=line.line,
    )


def complete(shop: Shop, known: Sequence[tuple[Known, PaymentRecord]]) -> None:
    """Step: bring announced payments to what the source says of them now."""
    change_rows(
        Payment,
        "state = :state, amount = :amount, paid_at = :paid, date = coalesce(:day, date)",
        "id = :id AND state IN ('pending', 'authorized')",
        ("id", "state", "amount", "paid", "day"),
        [
            (
                one.key, record.state, units(record.amount), stamp(record.paid_at) if record.paid_at else None,
                record.paid_at.astimezone(shop.zone).date().isoformat() if record.paid_at else None,
            )
            for one, record in known
        ],
    )  # fmt: skip
