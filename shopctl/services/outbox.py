"""Move letters through the states of the outbox, each move in a transaction of its own.

queued -> sending -> sent | queued (later) | failed | uncertain | cancelled. A letter is claimed under a lease, and
every later move of it insists that the lease still holds. Each claim is an attempt, and is kept with what came of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import instant, stamp
from shopctl.db.transactions import transact
from shopctl.domain.outcomes import Change, Done, Outcome
from shopctl.errors import TemporaryError
from shopctl.models import Email, EmailAttempt, Invoice
from shopctl.services import queueing, slots, waiving
from shopctl.services.letters import Letter
from shopctl.services.queueing import AGAIN, NOTICE, EmailRow
from shopctl.shop import Shop

HANDED_OVER: Final = "data"
"""The phase of a letter whose content the server may have."""

BROKEN_OFF: Final = "the run that sent it ended before the mail server answered"

MINUTE: Final = timedelta(seconds=61)
"""Moments are kept to the second, so a whole minute has passed after one second more."""

FURTHEST: Final = timedelta(hours=5)
"""No letter waits longer for its next attempt; one that would was queued while the clock was wrong, and is due."""

BY_HAND: Final = ("resolved", "reported")
"""Phases in the log of a letter that were no attempt to send it: somebody's word, and a report of a server."""


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


class Later(NamedTuple):
    """No letter may leave for so many seconds: as many as are allowed in a minute have left."""

    seconds: float


COLUMNS: Final = (
    "id, key, kind, document, recipient, cc, subject, text, html, invoice_id, attached, language, message_id, "
    "attempts, lease"
)

# The repeat of the state keeps two senders from claiming the same letter on every database. `= (SELECT ...)` is worked
# out once; PostgreSQL may run `IN (SELECT ... LIMIT 1 FOR UPDATE SKIP LOCKED)` several times and claim several letters.
CLAIM: Final = (
    "UPDATE emails SET state = 'sending', phase = '', owner = ?, lease = ?, attempts = attempts + 1 WHERE id = "
    "(SELECT id FROM emails WHERE {due} ORDER BY not_before, id LIMIT 1{lock}) "
    "AND state = 'queued' RETURNING "
)


def _due(shop: Shop, only: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
    """Write which letters are due; letters that are named are due now."""
    if only:
        named, values = among(Email, "id", only)
        return f"state = 'queued' AND {named}", values
    wrong = stamp(shop.now + FURTHEST)
    return "state = 'queued' AND (not_before <= ? OR not_before > ?)", (stamp(shop.now), wrong)


def is_waiting(shop: Shop, only: Sequence[int] = ()) -> bool:
    """Tell whether a letter is due.

    Args:
        only: Keys of the letters that count; none for all.
    """
    condition, values = _due(shop, only)
    return bool(fetch(Email, f"SELECT 1 FROM emails WHERE {condition} LIMIT 1", values))  # noqa: S608  # ours


def due(shop: Shop, maximum: int, only: Sequence[int] = ()) -> list[EmailRow]:
    """List the letters that are due, in the order in which they are sent.

    Args:
        maximum: How many at most; 0 for all.
        only: Keys of the letters that count; none for all.
    """
    condition, values = _due(shop, only)
    limit = f" LIMIT {int(maximum)}" if maximum else ""
    found = fetch(Email, f"SELECT id FROM emails WHERE {condition} ORDER BY not_before, id{limit}", values)  # noqa: S608
    rows = queueing.rows([key for (key,) in found])
    return [rows[key] for (key,) in found]


def pause(shop: Shop) -> float:
    """Tell for how many seconds no letter may leave, by what left in the last minute in this and all other runs."""
    rate = shop.config.email.rate
    if not rate:
        return 0
    if shop.clock is None:
        return 60 / rate
    count, first = fetch(
        EmailAttempt,
        "SELECT count(*), min(at) FROM (SELECT at FROM email_attempts WHERE state <> 'cancelled' "  # noqa: S608  # ours
        f"AND phase NOT IN {BY_HAND} ORDER BY id DESC LIMIT ?) AS latest WHERE at > ? AND at <= ?",
        (rate, stamp(shop.now - MINUTE), stamp(shop.now + MINUTE)),
    )[0]
    return (instant(first) + MINUTE - shop.now).total_seconds() if count >= rate else 0


def claim(shop: Shop, slot: str = slots.FIRST, only: Sequence[int] = ()) -> Claim | Later | None:
    """Take the next letter that is due; None if there is none.

    Args:
        slot: The place of this run.
        only: Keys of the letters that count; none for all.
    """
    lease = uuid.uuid4().hex
    condition, values = _due(shop, only)
    lock = "" if is_sqlite(shop.database) else " FOR UPDATE SKIP LOCKED"
    statement = CLAIM.format(due=condition, lock=lock) + COLUMNS

    def work() -> Claim | Later | None:
        if shop.config.email.rate and shop.clock:
            _alone(shop)
            if (seconds := pause(shop)) > 0:
                return Later(seconds)
        found = fetch(Email, statement, (slot, lease, *values))
        if not found:
            return None
        EmailAttempt.insert(email=found[0][0], at=shop.now, state="sending").execute()
        return Claim(*found[0])

    def stored() -> Claim | None:
        found = fetch(Email, f"SELECT {COLUMNS} FROM emails WHERE lease = ?", (lease,))  # noqa: S608
        return Claim(*found[0]) if found else None

    return transact(shop.database, work, wait=shop.wait, stored=stored)


def stored_letter(key: int) -> Claim:
    """Read a letter as it is stored, without claiming it."""
    return Claim(*fetch(Email, f"SELECT {COLUMNS} FROM emails WHERE id = ?", (key,))[0])  # noqa: S608  # ours


def _alone(shop: Shop) -> None:
    """Let senders look at the last minute one after the other; SQLite has one writer anyway."""
    if not is_sqlite(shop.database):
        fetch(Email, "SELECT pg_advisory_xact_lock(hashtext('shopctl email rate'))")


def hand_over(shop: Shop, letter: Claim, words: Letter | None = None) -> None:
    """Note, before the server gets the content, that from now on the letter may have gone out.

    Args:
        words: What the letter says now, in place of what was stored.

    Raises:
        TemporaryError: The claim does not hold any more.
    """
    change = {"subject": words.subject, "text": words.text, "html": words.html} if words else {}

    def work() -> bool:
        mine = (Email.id == letter.id) & (Email.lease == letter.lease) & (Email.state == "sending")
        done = Email.update(phase=HANDED_OVER, **change).where(mine).execute()
        if done:
            _log(letter.id, "sending", "", HANDED_OVER, shop)
        return bool(done)

    if not transact(shop.database, work, wait=shop.wait):
        raise _taken_over()


def settle(shop: Shop, letter: Claim, state: str, reply: str, *, step: str = "", **change: Any) -> EmailRow:
    """Store what became of a claimed letter; one that was sent marks its invoice too.

    Args:
        state: The new state; `queued` gives the claim up.
        reply: What the server said, or the reason.
        step: How far the attempt got; empty for as far as is noted.
        change: Other new values of the row.

    Raises:
        TemporaryError: The claim does not hold: somebody else took care of the letter.
    """
    mine = (Email.lease == letter.lease) & Email.state.in_(("sending", "uncertain"))
    values = {"state": state, "reply": reply, "owner": "", **change}
    if state == "queued":
        values |= {"lease": "", "phase": ""}
    action = "email.deferred" if state == "queued" else f"email.{state}"
    return _move(shop, letter.id, mine, values, action, letter.invoice if state == "sent" else None, step)


def orphans(shop: Shop, most_attempts: int, ours: str = slots.FIRST) -> Iterator[EmailRow]:
    """Take care of letters whose sender died, and yield those that might have gone out or failed too often.

    A letter in state `sending` is an orphan if nobody holds the place of its sender, or if we do.

    Args:
        ours: The place of this run.
    """
    query: Any = Email.select(Email.owner).where(Email.state == "sending").distinct().order_by(Email.owner)
    for (owner,) in list(query.tuples()):
        with slots.vacated(shop, ours, owner) as ended:
            if ended:
                yield from _left_by(shop, owner, most_attempts)


def _left_by(shop: Shop, owner: str, most_attempts: int) -> list[EmailRow]:
    left = (Email.state == "sending") & (Email.owner == owner)
    query: Any = Email.select(Email.id, Email.phase, Email.attempts, Email.lease).where(left).order_by(Email.id)
    told: list[EmailRow] = []
    for key, phase, attempts, lease in list(query.tuples()):
        # Where no lock tells who is alive (a lost connection, Windows), what moved on meanwhile is left alone.
        same = left & (Email.phase == phase) & (Email.lease == lease)
        if phase == HANDED_OVER:
            # The lease stays: should the sender live after all, it can still say that the letter was taken.
            values: dict[str, Any] = {"state": "uncertain", "owner": "", "reply": BROKEN_OFF}
            told.append(_move(shop, key, same, values, "email.uncertain"))
        elif attempts >= most_attempts:
            values = {"state": "failed", "owner": "", "lease": "", "reply": "every run that tried to send it broke off"}
            told.append(_move(shop, key, same, values, "email.failed"))
        else:
            values = {"state": "queued", "owner": "", "lease": "", "reply": BROKEN_OFF}
            _move(shop, key, same, values, "")
    return told


def _move(
    shop: Shop, key: int, condition: Any, values: dict[str, Any], action: str, invoice: int | None = None,
    step: str = "",
) -> EmailRow:  # fmt: skip
    def work() -> list[Outcome[EmailRow]]:
        if Email.update(**values).where((Email.id == key) & condition).execute() != 1:
            raise _taken_over()
        _log(key, values["state"], values["reply"], step)
        if invoice:
            Invoice.update(sent_at=shop.now).where((Invoice.id == invoice) & Invoice.sent_at.is_null()).execute()
        row = queueing.rows([key])[key]
        if action:
            shop.record(action, row.document, email=key)
        if row.kind == NOTICE and row.state in AGAIN:
            # One that is cancelled here is not true any more; what of it still is, is for the next run to say.
            waiving.waive(shop, [key], forget=row.state == "cancelled")
        return [Done(row.document, Change.CHANGED, row)]

    (outcome,) = shop.run(work, uuid.uuid4().hex, "")
    assert isinstance(outcome, Done)  # noqa: S101  # `work` answers nothing else
    row: EmailRow = outcome.row
    return row


def _log(key: int, state: str, reply: str, step: str, shop: Shop | None = None) -> None:
    """Step: note how the latest attempt stands; `shop` moves its moment to now."""
    values = {"state": state, "reply": reply} | ({"phase": step} if step else {}) | ({"at": shop.now} if shop else {})
    latest: Any = EmailAttempt.select(EmailAttempt.id).where(EmailAttempt.email == key)
    latest = latest.order_by(EmailAttempt.id.desc()).limit(1)
    EmailAttempt.update(values).where(EmailAttempt.id == latest).execute()


def _taken_over() -> TemporaryError:
    return TemporaryError(
        "email.busy", "another run took over the letter that was being sent", hint="shopctl email list"
    )
