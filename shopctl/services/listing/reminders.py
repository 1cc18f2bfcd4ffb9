"""Find steps of reminding that were reached: their list and groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import fetch
from shopctl.domain.numbering import folded
from shopctl.domain.reminding import STRIDE
from shopctl.domain.states import EMAIL_STATES, REMINDER_KINDS
from shopctl.errors import NotFoundError
from shopctl.models import Customer, Email, Invoice, Reminder
from shopctl.services.customers import find_customer
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_fields, customer_name
from shopctl.services.listing.fields import PLAIN, Asked, Field, Grouped, Kind, Noun
from shopctl.services.paging import Page


class ReminderFilter(NamedTuple):
    """What the list is narrowed to; everything given must hold.

    Attributes:
        document: Number of an order, invoice or cart.
        step: The step, from 1; 0 for all.
        state: That of the letter.
    """

    kind: str = ""
    document: str = ""
    customer: str = ""
    step: int = 0
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None


class ReminderRow(NamedTuple):
    """A step that was reached, with its letter and what it charged; a letter that is gone has no state."""

    id: int
    document: str
    kind: str
    step: int
    installment: int
    customer_code: str | None
    customer_name: str
    letter: int | None
    state: str | None
    recipient: str | None
    fee: Any
    interest: Any
    currency: str | None
    charge: str | None
    created_at: datetime
    sent_at: datetime | None


STEP: Final = peewee.SQL(f"(t1.step - t1.step / {STRIDE} * {STRIDE})")
"""The step as people count it; written out, for a bound value would be another one where rows are grouped."""


def _query() -> Any:
    query: Any = Reminder.select(
        Reminder.id, Reminder.document, Reminder.kind, Reminder.step, Customer.code, customer_name(), Reminder.email,
        Email.state, Email.recipient, Reminder.fee, Reminder.interest, Invoice.currency, Invoice.number,
        Reminder.created_at, Email.sent_at,
    )  # fmt: skip
    query = query.left_outer_join(Customer, on=Reminder.customer == Customer.id).switch(Reminder)
    query = query.left_outer_join(Email, on=Reminder.email == Email.id).switch(Reminder)
    return query.left_outer_join(Invoice, on=Reminder.charge == Invoice.id)


def _make(key: int, document: str, kind: str, step: int, *more: Any) -> ReminderRow:
    return ReminderRow(key, document, kind, step % STRIDE, step // STRIDE + 1, *more)


def _find(reference: str) -> int:
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        found = fetch(Reminder, "SELECT id FROM reminders WHERE id = ?", (int(reference),))
        if found:
            return int(found[0][0])
    raise NotFoundError("reminder.unknown", f"there is no reminder {reference}", hint="shopctl reminder list")


NOUN: Final = Noun(
    "reminders",
    (
        Field("id", Kind.COUNT, (Reminder.id,)),
        Field("document", Kind.CODE, (Reminder.document,), aliases=("number",)),
        Field("kind", Kind.STATUS, (Reminder.kind,), REMINDER_KINDS),
        Field("step", Kind.COUNT, (STEP,), grouped=Grouped(STEP), column=None),
        *customer_fields(Reminder.customer),
        Field("state", Kind.STATUS, (Email.state,), EMAIL_STATES, aliases=("status",), nullable=True),
        Field("recipient", Kind.TEXT, (Email.recipient,), aliases=("to",), nullable=True),
        Field("fee", Kind.MONEY, (Reminder.fee,)),
        Field("interest", Kind.MONEY, (Reminder.interest,)),
        Field("charge", Kind.CODE, (Invoice.number,), aliases=("invoice",), nullable=True),
        Field("created_at", Kind.INSTANT, (Reminder.created_at,), aliases=("date",)),
        Field("sent_at", Kind.INSTANT, (Email.sent_at,), aliases=("sent",), nullable=True),
    ),
    ("-id",),
    _query,
    _find,
    Reminder.id,
)
"""What can be asked of reminders."""


def search(
    wanted: ReminderFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[ReminderRow]:
    """List steps that were reached, the latest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after the one with this id.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` or the customer does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(starmap, _make)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: ReminderFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    if wanted.kind:
        query = query.where(Reminder.kind == wanted.kind)
    if wanted.document:
        query = query.where(Reminder.document.in_(spellings(wanted.document)))
    if wanted.customer:
        query = query.where(Reminder.customer == find_customer(wanted.customer))
    if wanted.step:
        query = query.where(wanted.step == STEP)
    if wanted.state:
        query = query.where(Email.state == wanted.state)
    if wanted.since:
        query = query.where(Reminder.created_at >= wanted.since)
    if wanted.until:
        query = query.where(Reminder.created_at < wanted.until)
    return query


def spellings(number: str) -> Sequence[str]:
    """Tell how a number may be stored that somebody typed."""
    typed = folded(number)
    return sorted({typed, typed.replace("-", "/"), typed.removeprefix("#")})
