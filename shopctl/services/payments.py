"""Find and show payments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import peewee

from shopctl.db.bulk import among, fetch, within
from shopctl.db.reading import read
from shopctl.domain.numbering import folded, line_address
from shopctl.errors import NotFoundError
from shopctl.models import Allocation, Customer, Invoice, Order, Payment
from shopctl.services.allocation_history import HistoryRow, of_payment
from shopctl.services.orders import EventRow, events


class PaymentRow(NamedTuple):
    """A payment as lists show it; amounts in `currency`."""

    number: str
    date: date
    direction: str
    method: str
    provider: str
    reference: str | None
    state: str
    currency: str
    amount: Decimal
    amount_allocated: Decimal
    amount_returned: Decimal
    customer_code: str | None
    customer_name: str
    order: str | None
    memo: str
    fee: Decimal = Decimal(0)

    @property
    def amount_left(self) -> Decimal:
        """What is not used yet; zero unless the money is here."""
        open_ = self.state == "done" and self.direction == "inbound"
        return self.amount - self.amount_allocated - self.amount_returned if open_ else Decimal(0)

    @property
    def status(self) -> str:
        """The state, or that it is money that went back."""
        return "refunded" if self.state == "done" and self.direction == "outbound" else self.state

    @property
    def amount_net(self) -> Decimal:
        """What arrived of it: the provider kept the fee."""
        return self.amount - self.fee


class Used(NamedTuple):
    """Where a part of a payment went: the invoice that it paid, or the credit note that it paid out.

    What was written off of it has a `reason` instead.
    """

    invoice: str
    amount: Decimal
    date: date
    removed_at: datetime | None
    reason: str = ""


class PaymentDetails(NamedTuple):
    """Everything `payment show` tells.

    Attributes:
        line: Address of the line of a statement on which it was seen.
        refunds: The payment that it gives back, in whole or in part.
        refunded_by: The payments that gave something of it back.
        history: What it was used for and what was taken back, by whom and why.
    """

    payment: PaymentRow
    allocations: tuple[Used, ...]
    events: tuple[EventRow, ...]
    line: str = ""
    refunds: str = ""
    refunded_by: tuple[str, ...] = ()
    history: tuple[HistoryRow, ...] = ()


COLUMNS = (
    Payment.number, Payment.date, Payment.direction, Payment.method, Payment.provider, Payment.reference,
    Payment.state, Payment.currency, Payment.amount, Payment.allocated, Payment.returned, Customer.code, Customer.name,
    Order.number, Payment.memo, Payment.fee, Customer.company, Customer.email,
)  # fmt: skip


STORED = (
    "id", "number", "direction", "method", "provider", "reference", "state", "currency", "amount", "allocated",
    "returned", "date", "paid_at", "customer_id", "order_id", "memo", "created_at",
)  # fmt: skip
"""The columns that are written with a new payment."""


def make_row(*values: Any) -> PaymentRow:
    """Make a row of the values of `COLUMNS`."""
    *most, company, email = values
    most[12] = company or most[12] or email or ""
    return PaymentRow(*most)


def _query() -> Any:
    return Payment.select(*COLUMNS).left_outer_join(Customer).switch(Payment).left_outer_join(Order)


def find_all(references: Sequence[str]) -> dict[str, int]:
    """Find the keys of payments by number; `PAY-2026-00001` and lower case are the same.

    Raises:
        NotFoundError: One of them does not exist.
    """
    known = keys_of(references)
    for reference in references:
        if reference not in known:
            raise unknown(reference)
    return known


def keys_of(references: Sequence[str]) -> dict[str, int]:
    """Find the keys of those payments that exist, by number as it was typed."""
    names = {reference: folded(reference) for reference in references}
    wanted = sorted({*names.values(), *(name.replace("-", "/") for name in names.values())})
    condition, values = among(Payment, "number", wanted)
    known = dict(fetch(Payment, f"SELECT number, id FROM payments WHERE {condition}", values))  # noqa: S608
    found = {reference: known.get(name, known.get(name.replace("-", "/"))) for reference, name in names.items()}
    return {reference: key for reference, key in found.items() if key is not None}


def unknown(reference: str) -> NotFoundError:
    """Say that there is no such payment."""
    return NotFoundError(
        "payment.unknown", f"there is no payment {reference}", hint="shopctl payment list", payment=reference
    )


def rows(keys: Sequence[int]) -> dict[int, PaymentRow]:
    """Read the rows of some payments by key."""
    query: Any = Payment.select(Payment.id, *COLUMNS).left_outer_join(Customer).switch(Payment).left_outer_join(Order)
    return {values[0]: make_row(*values[1:]) for values in read(query.where(within(Payment.id, keys)))}


def rows_of(numbers: Sequence[str]) -> list[PaymentRow]:
    """Read the rows of some payments by number."""
    return list(rows(list(keys_of(numbers).values())).values())


def show(references: Sequence[str]) -> list[PaymentDetails]:
    """Tell everything about some payments, in the order asked for.

    Raises:
        NotFoundError: One of them does not exist.
    """
    keys = find_all(references)
    found = rows(list(keys.values()))
    return [_details(keys[reference], found) for reference in references]


def _details(key: int, found: dict[int, PaymentRow]) -> PaymentDetails:
    row = found[key]
    used: Any = (
        Allocation.select(
            Invoice.number, Allocation.amount, Allocation.date, Allocation.removed_at, Allocation.write_off
        )
        .left_outer_join(Invoice, on=(Invoice.id == peewee.fn.COALESCE(Allocation.invoice, Allocation.credit_note)))
        .where(Allocation.payment == key)
        .order_by(Allocation.id)
    )
    ((line, refunds),) = fetch(
        Payment,
        "SELECT p.line_id, coalesce(r.number, '') FROM payments p LEFT JOIN payments r ON r.id = p.refunds_id "
        "WHERE p.id = ?",
        (key,),
    )
    given_back = fetch(
        Payment, "SELECT number FROM payments WHERE refunds_id = ? AND state = 'done' ORDER BY id", (key,)
    )
    return PaymentDetails(
        row,
        tuple(Used(number or "", *values) for number, *values in used.tuples()),
        events([row.number]),
        line_address(line) if line else "",
        refunds,
        tuple(number for (number,) in given_back),
        of_payment(key, row.number),
    )
