"""Find payments: their list and groups."""

from __future__ import annotations

from datetime import date
from functools import partial
from itertools import starmap
from typing import Any, Final, NamedTuple

import peewee

from shopctl.domain.states import DIRECTIONS, PAYMENT_STATES
from shopctl.models import Customer, Order, Payment
from shopctl.models.money import UNUSED
from shopctl.services.customers import find_customer
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_fields
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.paging import Page
from shopctl.services.payments import COLUMNS, PaymentRow, find_all, make_row


class PaymentFilter(NamedTuple):
    """What a list of payments is narrowed to; everything given must hold."""

    unallocated: bool = False
    method: str = ""
    customer: str = ""
    state: str = ""
    reference: str = ""
    since: date | None = None
    until: date | None = None


def _left() -> Any:
    """Write what is not used of a payment, as `PaymentRow.amount_left` tells it."""
    here = (Payment.state == "done") & (Payment.direction == "inbound")
    return peewee.Case(None, [(here, Payment.amount - Payment.allocated - Payment.returned)], peewee.SQL("0"))


def _status() -> Any:
    """Write the state, or that it is money that went back, as `PaymentRow.status` tells it."""
    went = (Payment.state == "done") & (Payment.direction == "outbound")
    return peewee.Case(None, [(went, peewee.SQL("'refunded'"))], Payment.state)


SIGNED: Final = peewee.Case(
    None,
    [
        (Payment.state.in_(("cancelled", "failed")), peewee.SQL("0")),
        (Payment.direction == "outbound", peewee.SQL("0") - Payment.amount),
    ],
    Payment.amount,
)
"""What a payment adds to a sum: what went out takes off, and what never came adds nothing."""


NOUN: Final = Noun(
    "payments",
    (
        Field("_id", Kind.COUNT, (Payment.id,)),
        Field("number", Kind.CODE, (Payment.number,), aliases=("payment_number",)),
        Field("date", Kind.DAY, (Payment.date,)),
        Field("direction", Kind.STATUS, (Payment.direction,), DIRECTIONS),
        Field("method", Kind.CODE, (Payment.method,)),
        Field("provider", Kind.CODE, (Payment.provider,)),
        Field("reference", Kind.CODE, (Payment.reference,), nullable=True),
        *customer_fields(Payment.customer),
        Field("order", Kind.CODE, (Order.number,), nullable=True),
        Field("currency", Kind.CODE, (Payment.currency,)),
        Field("amount", Kind.MONEY, (Payment.amount,)),
        Field("amount_allocated", Kind.MONEY, (Payment.allocated,), aliases=("allocated",)),
        Field("amount_returned", Kind.MONEY, (Payment.returned,), aliases=("returned",)),
        Field("amount_left", Kind.MONEY, (_left,), aliases=("left",)),
        Field("fee", Kind.MONEY, (Payment.fee,)),
        Field("amount_net", Kind.MONEY, (lambda: Payment.amount - Payment.fee,), aliases=("net",)),
        Field("status", Kind.STATUS, (_status,), PAYMENT_STATES),
        Field("state", Kind.STATUS, (Payment.state,), PAYMENT_STATES),
        Field("memo", Kind.TEXT, (Payment.memo,)),
    ),
    ("-_id",),
    lambda: Payment.select(*COLUMNS).left_outer_join(Customer).switch(Payment).left_outer_join(Order),
    lambda number: find_all([number])[number],
    Payment.id,
    SIGNED,
    Payment.currency,
)
"""What can be asked of payments."""


def search(
    wanted: PaymentFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[PaymentRow]:
    """List payments, newest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after this payment number.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` or the customer does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(starmap, make_row)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: PaymentFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    if wanted.unallocated:
        query = query.where(UNUSED)
    for field, value in ((Payment.method, wanted.method), (Payment.state, wanted.state)):
        if value:
            query = query.where(field == value)
    if wanted.reference:
        query = query.where(Payment.reference == wanted.reference)
    if wanted.customer:
        query = query.where(Payment.customer == find_customer(wanted.customer))
    if wanted.since:
        query = query.where(Payment.date >= wanted.since)
    if wanted.until:
        query = query.where(Payment.date <= wanted.until)
    return query
