"""Move letters through the states of the outbox, each move in a transaction of its own.

queued -> sending -> sent | queued (later) | failed | uncertain | cancelled. A letter is claimed under a lease, and
every later move of it insists that the lease still holds.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import stamp
from shopctl.db.transactions import transact
from shopctl.domain.outcomes import Change, Done, Outcome
from shopctl.errors import TemporaryError
from shopctl.models import Email, Invoice
from shopctl.services import queueing
from shopctl.services.queueing import EmailRow
from shopctl.shop import Shop

HANDED_OVER: Final = "data"
"""The phase of a letter whose content the server may have."""

BROKEN_OFF: Final = "the run that sent it ended before the mail server answered"


class Claim(NamedTuple):
    """A letter that is ours to send until it is settled."""

    id: int
    key: str
    kind: str
    document: str
    recipient: str
    cc: str
    subject: str
    text: str
    html: str
    invoice: int | None
    attached: bool
    language: str
    message_id: str
    attempts: int
    lease: str


COLUMNS: Final = (
    "id, key, kind, document, recipient, cc, subject, text, html, invoice_id, attached, language, message_id, "
    "attempts, lease"
)

# The repeat of the state keeps two senders from claiming the same letter on every database. `= (SELECT ...)` is worked
# out once; PostgreSQL may run `IN (SELECT ... LIMIT 1 FOR UPDATE SKIP LOCKED)` several times and claim several letters.
CLAIM: Final = (
    "UPDATE emails SET state = 'sending', phase = '', owner = ?, lease = ?, attempts = attempts + 1 WHERE id = "
    "(SELECT id FROM emails WHERE state = 'queued' AND not_before <= ? ORDER BY not_before, id LIMIT 1{lock}) "
    "AND state = 'queued' RETURNING "
)


def is_waiting(shop: Shop) -> bool:
    """Tell whether a letter is due."""
    statement = "SELECT 1 FROM emails WHERE state = 'queued' AND not_before <= ? LIMIT 1"
    return bool(fetch(Email, statement, (stamp(shop.now),)))


def due(shop: Shop, maximum: int) -> list[EmailRow]:
    """List the letters that are due, in the order in which they are sent.

    Args:
        maximum: How many at most; 0 for all.
    """
    query: Any = Email.select(*queueing.COLUMNS).where((Email.state == "queued") & (Email.not_before <= shop.now))
    return [EmailRow(*row) for row in query.order_by(Email.not_before, Email.id).limit(maximum or None).tuples()]


def claim(shop: Shop) -> Claim | None:
    """Take the next letter that is due; None if there is none."""
    lease = uuid.uuid4().hex
    statement = CLAIM.format(lock="" if is_sqlite(shop.database) else " FOR UPDATE SKIP LOCKED") + COLUMNS
    owner = f"{socket.gethostname()}:{os.getpid()}"

    def work() -> Claim | None:
        found = fetch(Email, statement, (owner, lease, stamp(shop.now)))
        return Claim(*found[0]) if found else None

    def stored() -> Claim | None:
        found = fetch(Email, f"SELECT {COLUMNS} FROM emails WHERE lease = ?", (lease,))  # noqa: S608
        return Claim(*found[0]) if found else None

    return transact(shop.database, work, wait=shop.wait, stored=stored)


def hand_over(shop: Shop, letter: Claim) -> None:
    """Note, before the server gets the content, that from now on the letter may have gone out.

    Raises:
        TemporaryError: The claim does not hold any more.
    """

    def work() -> bool:
        mine = (Email.id == letter.id) & (Email.lease == letter.lease) & (Email.state == "sending")
        return bool(Email.update(phase=HANDED_OVER).where(mine).execute())

    if not transact(shop.database, work, wait=shop.wait):
        raise _taken_over()


def settle(shop: Shop, letter: Claim, state: str, reply: str, **change: Any) -> EmailRow:
    """Store what became of a claimed letter; one that was sent marks its invoice too.

    Args:
        state: The new state; `queued` gives the claim up.
        reply: What the server said, or the reason.
        change: Other new values of the row.

    Raises:
        TemporaryError: The claim does not hold: somebody else took care of the letter.
    """
    mine = (Email.lease == letter.lease) & Email.state.in_(("sending", "uncertain"))
    values = {"state": state, "reply": reply, "owner": "", **change}
    if state == "queued":
        values |= {"lease": "", "phase": ""}
    action = "email.deferred" if state == "queued" else f"email.{state}"
    return _move(shop, letter.id, mine, values, action, letter.invoice if state == "sent" else None)


def orphans(shop: Shop, most_attempts: int) -> Iterator[EmailRow]:
    """Take care of letters whose sender died, and yield those that might have gone out or failed too often.

    Only for whoever holds the lock of the delivery: then every letter in state `sending` is an orphan.
    """
    query: Any = Email.select(Email.id, Email.phase, Email.attempts).where(Email.state == "sending").order_by(Email.id)
    for key, phase, attempts in list(query.tuples()):
        alone = Email.state == "sending"
        if phase == HANDED_OVER:
            # The lease stays: should the sender live after all, it can still say that the letter was taken.
            values: dict[str, Any] = {"state": "uncertain", "owner": "", "reply": BROKEN_OFF}
            yield _move(shop, key, alone, values, "email.uncertain")
        elif attempts >= most_attempts:
            values = {"state": "failed", "owner": "", "lease": "", "reply": "every run that tried to send it broke off"}
            yield _move(shop, key, alone, values, "email.failed")
        else:
            values = {"state": "queued", "owner": "", "lease": ""}
            _move(shop, key, alone, values, "")


def _move(
    shop: Shop, key: int, condition: Any, values: dict[str, Any], action: str, invoice: int | None = None
) -> EmailRow:
    def work() -> list[Outcome[EmailRow]]:
        if Email.update(**values).where((Email.id == key) & condition).execute() != 1:
            raise _taken_over()
        if invoice:
            Invoice.update(sent_at=shop.now).where((Invoice.id == invoice) & Invoice.sent_at.is_null()).execute()
        row = queueing.rows([key])[key]
        if action:
            shop.record(action, row.document, email=key)
        return [Done(row.document, Change.CHANGED, row)]

    (outcome,) = shop.run(work, uuid.uuid4().hex, "")
    assert isinstance(outcome, Done)  # noqa: S101  # `work` answers nothing else
    row: EmailRow = outcome.row
    return row


def _taken_over() -> TemporaryError:
    return TemporaryError(
        "email.busy", "another run took over the letter that was being sent", hint="shopctl email list"
    )
