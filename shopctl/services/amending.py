"""Change by hand what becomes of letters: cancel, hold back, queue again, and say what happened to doubtful ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows
from shopctl.db.fields import stamp
from shopctl.domain.mail import plain_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Email, EmailAttempt, Invoice
from shopctl.services import queueing, waiving
from shopctl.services.facts import locking
from shopctl.services.mailing import id_of, unknown_letter
from shopctl.services.queueing import AGAIN, NOTICE, EmailRow, Last, sending_command
from shopctl.shop import Shop, operation


class Move(NamedTuple):
    """A way to change what becomes of a letter.

    Attributes:
        before: The states in which it is possible.
        after: The state that it leads to.
        action: How the journal calls it.
        told: What the letter says then in place of a server's reply; `{actor}` is who said so.
    """

    before: tuple[str, ...]
    after: str
    action: str
    told: str = ""


MOVES: Final = {
    "cancel": Move(("queued", "held", "failed"), "cancelled", "email.cancelled", "cancelled by {actor}"),
    "hold": Move(("queued",), "held", "email.held", "held back by {actor}"),
    "requeue": Move(("failed", "cancelled", "held", "queued"), "queued", "email.requeued"),
    "arrived": Move(("uncertain",), "sent", "email.resolved", "it arrived, says {actor}"),
    "lost": Move(("uncertain",), "queued", "email.resolved", "it did not arrive, says {actor}"),
}
"""What can be done to letters. One that may have gone out is never queued again without somebody's word."""


class _Letter(NamedTuple):
    id: int
    key: str
    kind: str
    document: str
    recipient: str
    state: str
    not_before: str
    attempts: int
    invoice: int | None

    @property
    def first(self) -> str:
        return self.key.partition("#")[0]


@operation("emails")
def amend(shop: Shop, references: Sequence[str], move: str) -> list[Outcome[EmailRow]]:
    """Change what becomes of letters; what is so already is `unchanged`.

    A letter that is queued again keeps its message id, for it certainly never went out.

    Args:
        move: One of `MOVES`.

    Raises (as outcomes): email.unknown, email.state, email.replaced, email.address.
    """
    keys = {reference: id_of(reference) for reference in references}
    found = _locked([key for key in keys.values() if key])
    newest = _newest(found.values()) if move in ("requeue", "lost") else {}
    outcomes: dict[str, Outcome[EmailRow] | None] = {}
    moved: dict[int, _Letter] = {}
    for reference, key in keys.items():
        try:
            if key not in found:
                raise unknown_letter(reference)
            letter = found[key]
            outcomes[reference] = None
            if _is_so(shop, letter, move):
                continue
            _require(letter, move, newest)
            moved[letter.id] = letter
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
    _store(shop, list(moved.values()), move)
    rows = queueing.rows(list(found))
    return [
        outcomes[reference]
        or Done(reference, Change.CHANGED if keys[reference] in moved else Change.UNCHANGED, rows[keys[reference]])
        for reference in references
    ]


def failed_letters(only: Sequence[int] = ()) -> list[str]:
    """List the ids of letters that failed and that no newer letter replaced, oldest first.

    Args:
        only: Keys of the letters that count; none for all.
    """
    found = _read("state = 'failed'", ())
    newest = _newest(found)
    return [str(one.id) for one in found if newest[one.first].id == one.id and (not only or one.id in only)]


def replaced(keys: Sequence[int]) -> dict[int, int]:
    """Tell of letters whose place a newer one took which one that is; others are not in the answer."""
    condition, values = among(Email, "e.id", keys)
    letters = _read(condition, values)
    newest = _newest(letters)
    return {one.id: newest[one.first].id for one in letters if _replaces(newest[one.first], one)}


def not_queued(only: Sequence[int]) -> list[Failed]:
    """Tell of letters that are to be delivered and are not queued why they do not leave."""
    condition, values = among(Email, "e.id", only)
    return [
        Failed(str(one.id), _refusal(one, "it does not leave"))
        for one in _read(f"{condition} AND e.state <> 'queued'", values)
    ]


def _locked(keys: Sequence[int]) -> dict[int, _Letter]:
    condition, values = among(Email, "e.id", keys)
    return {one.id: one for one in _read(condition, values, locking("e"))}


def _read(condition: str, values: Sequence[Any], lock: str = "") -> list[_Letter]:
    statement = (
        "SELECT e.id, e.key, e.kind, e.document, e.recipient, e.state, e.not_before, e.attempts, e.invoice_id "  # noqa: S608  # ours
        f"FROM emails e WHERE {condition} ORDER BY e.id{lock}"
    )
    return [_Letter(*row) for row in fetch(Email, statement, values)]


def _newest(letters: Iterable[_Letter]) -> dict[str, Last]:
    return queueing.latest(*among(Email, "document", sorted({one.document for one in letters})))


def _replaces(latest: Last, letter: _Letter) -> bool:
    return latest.id != letter.id and latest.state not in AGAIN


def _is_so(shop: Shop, letter: _Letter, move: str) -> bool:
    if move == "requeue" and letter.state == "queued":
        return not letter.attempts and letter.not_before <= stamp(shop.now)
    return letter.state == MOVES[move].after and letter.state not in MOVES[move].before


def _require(letter: _Letter, move: str, newest: Mapping[str, Last]) -> None:
    """Refuse a move that the state of a letter does not allow."""
    if letter.state not in MOVES[move].before:
        raise _refusal(letter, _WORDS[move])
    latest = newest.get(letter.first)
    if latest and _replaces(latest, letter):
        closing = f"; to close the old one: shopctl email resolve {letter.id} --sent" if move == "lost" else ""
        raise RefusedError(
            "email.replaced",
            f"e-mail {latest.id}, which is {latest.state}, took the place of e-mail {letter.id}",
            hint=f"shopctl email show {latest.id}{closing}",
        )
    if MOVES[move].after == "queued":
        plain_address(letter.recipient)


_WORDS: Final = {
    "cancel": "it cannot be cancelled",
    "hold": "it cannot be held back",
    "requeue": "it is not queued again",
    "arrived": "there is nothing to resolve",
    "lost": "there is nothing to resolve",
}


def _refusal(letter: _Letter, what: str) -> RefusedError:
    return RefusedError(
        "email.state",
        f"e-mail {letter.id} to {letter.recipient} is {letter.state}, so {what}",
        hint=_hint(letter),
        state=letter.state,
    )


def _hint(letter: _Letter) -> str:
    if letter.state == "uncertain":
        return f"ask the customer; then shopctl email resolve {letter.id} --sent, or --resend if it did not arrive"
    if letter.state == "sent" and letter.kind == NOTICE:
        return "a step is reminded of once; the later ones come with shopctl reminder run"
    if letter.state == "sent":
        return f"send it once more: {sending_command(letter.kind, letter.document, '--resend')}"
    return f"shopctl email show {letter.id}"


def _store(shop: Shop, letters: Sequence[_Letter], move: str) -> None:
    _, after, action, told = MOVES[move]
    reply = told.format(actor=shop.actor.name)
    moment = stamp(shop.now)
    handed = _handed(letters) if move == "arrived" else {}
    rows = [
        (one.id, one.state, after, reply, moment if after == "queued" else one.not_before,
         0 if after == "queued" else one.attempts, handed.get(one.id, moment) if move == "arrived" else None)
        for one in letters
    ]  # fmt: skip
    change_rows(
        Email,
        "state = :after, reply = :reply, not_before = :due, attempts = :attempts, sent_at = :sent, owner = '', "
        "lease = '', phase = ''",
        "id = :id AND state = :before",
        ("id", "before", "after", "reply", "due", "attempts", "sent"),
        rows,
    )
    if move in ("arrived", "lost"):
        insert_rows(
            EmailAttempt,
            ("email_id", "at", "state", "phase", "reply"),
            [(one.id, moment, after, "resolved", reply) for one in letters],
        )
    if move == "cancel":
        waiving.waive(shop, [one.id for one in letters])
    _mark_invoices([(one.invoice, handed.get(one.id, moment)) for one in letters if one.invoice and move == "arrived"])
    for one in letters:
        shop.record(action, one.document, email=one.id, **({"state": after} if action == "email.resolved" else {}))


def _handed(letters: Sequence[_Letter]) -> dict[int, str]:
    """Tell when letters were handed over, by the latest attempt of each."""
    condition, values = among(EmailAttempt, "email_id", [one.id for one in letters])
    statement = f"SELECT email_id, max(at) FROM email_attempts WHERE {condition} GROUP BY email_id"  # noqa: S608  # ours
    return dict(fetch(EmailAttempt, statement, values))


def _mark_invoices(sent: Sequence[tuple[int, str]]) -> None:
    condition, values = among(Invoice, "id", [key for key, _ in sent])
    bare = {key for (key,) in fetch(Invoice, f"SELECT id FROM invoices WHERE sent_at IS NULL AND {condition}", values)}  # noqa: S608
    first: dict[int, str] = {}
    for key, moment in sent:
        if key in bare:
            first[key] = min(moment, first.get(key, moment))
    change_rows(Invoice, "sent_at = :at", "id = :id", ("id", "at"), list(first.items()))
