"""Find letters of the outbox: their list and groups."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from shopctl.domain import order_letters
from shopctl.domain.numbering import folded
from shopctl.domain.states import EMAIL_STATES
from shopctl.models import Email, Reminder
from shopctl.services.listing import rows
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.mailing import find_letter
from shopctl.services.paging import Page
from shopctl.services.queueing import COLUMNS, INVOICE, NOTICE, RECEIPT, RECOVERY, EmailRow


class EmailFilter(NamedTuple):
    """What the outbox is narrowed to; `queued`, `sent` and `failed` may be combined, all else must hold.

    Attributes:
        queued: Still to be sent, or being sent.
        failed: Not sent, or perhaps sent: everything that somebody should look at.
        document: Number of the document that a letter is about.
        kind: What letter it is.
        state: Exactly this state.
        to: Part of the recipient's address.
    """

    queued: bool = False
    sent: bool = False
    failed: bool = False
    document: str = ""
    kind: str = ""
    state: str = ""
    to: str = ""
    since: datetime | None = None
    until: datetime | None = None


NOUN: Final = Noun(
    "e-mails",
    (
        Field("id", Kind.COUNT, (Email.id,)),
        Field("kind", Kind.STATUS, (Email.kind,), (INVOICE, *order_letters.KINDS, NOTICE, RECOVERY, RECEIPT)),
        Field("document", Kind.CODE, (Email.document,)),
        Field("recipient", Kind.TEXT, (Email.recipient,), aliases=("to",)),
        Field("subject", Kind.TEXT, (Email.subject,)),
        Field("state", Kind.STATUS, (Email.state,), EMAIL_STATES, aliases=("status",)),
        Field("attempts", Kind.COUNT, (Email.attempts,)),
        Field("created_at", Kind.INSTANT, (Email.created_at,), aliases=("date",)),
        Field("sent_at", Kind.INSTANT, (Email.sent_at,), aliases=("sent",), nullable=True),
        Field("reply", Kind.TEXT, (Email.reply,)),
    ),
    ("-id",),
    lambda: Email.select(*COLUMNS),
    find_letter,
    Email.id,
)
"""What can be asked of letters."""


def search(
    wanted: EmailFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[EmailRow]:
    """List the outbox, newest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after the letter with this id.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(map, EmailRow._make)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: EmailFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    states = [
        *(("queued", "sending", "held") if wanted.queued else ()),
        *(("sent",) if wanted.sent else ()),
        *(("failed", "uncertain") if wanted.failed else ()),
    ]
    if states:
        query = query.where(Email.state.in_(states))
    if wanted.document:
        number = folded(wanted.document)
        spellings = {number, number.replace("-", "/"), number.removeprefix("#")}
        reminded = Reminder.select(Reminder.email).where(Reminder.document.in_(spellings))
        query = query.where(Email.document.in_(spellings) | Email.id.in_(reminded))
    if wanted.kind:
        query = query.where(Email.kind == wanted.kind)
    if wanted.state:
        query = query.where(Email.state == wanted.state)
    if wanted.to:
        query = query.where(Email.recipient.contains(wanted.to))
    if wanted.since:
        query = query.where(Email.created_at >= wanted.since)
    if wanted.until:
        query = query.where(Email.created_at < wanted.until)
    return query
