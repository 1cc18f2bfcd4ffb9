"""Take in what comes back: reports that letters were not delivered, complaints, and mails that unsubscribe.

A report counts only for a letter that we sent and that it names by what only its carriers know, so nobody can silence
the address of somebody else. To read a message again does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Protocol

from shopctl.db.bulk import among, fetch
from shopctl.domain.bounces import BOUNCED, COMPLAINED, DELAYED, Incoming, Mail, Report, read_message
from shopctl.domain.mail import one_line
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.models import Email, EmailAttempt
from shopctl.services import suppressing, unsubscribing
from shopctl.services.suppressing import folded
from shopctl.shop import Shop, operation

UNSUBSCRIBED: Final = "unsubscribed"
UNKNOWN: Final = "unknown"
OTHER: Final = "other"


class Mailbox(Protocol):
    """Messages that can be read, and marked as read."""

    def messages(self) -> Iterator[Mail]:
        """Read the messages that nobody has looked at yet, oldest first."""

    def done(self, message: Mail, *, understood: bool) -> None:
        """Mark a message as looked at; one that was understood is marked as read as well."""


class ReceivedRow(NamedTuple):
    """A message that came in.

    Attributes:
        message: How the mailbox names it.
        kind: `bounced`, `delayed`, `complained`, `unsubscribed`; `unknown` for a report about a letter that we did not
            send, `other` for everything else.
        email: The number of the letter that it is about; None for none of ours.
        recipient: Whom that letter did not reach, or who said something.
        told: What was said.
    """

    message: str
    kind: str
    email: int | None
    document: str
    recipient: str
    told: str


class _Letter(NamedTuple):
    id: int
    document: str
    recipient: str
    cc: str
    message_id: str

    @property
    def readers(self) -> list[str]:
        return [self.recipient, *(part.strip() for part in self.cc.split(",") if part.strip())]


class Noted(NamedTuple):
    """A report, with the place and the name of the message that it came in."""

    reference: str
    message: str
    report: Incoming


def receive(
    shop: Shop, mailbox: Mailbox, *, maximum: int = 0, stopping: Callable[[], bool] = lambda: False
) -> Iterator[Outcome[ReceivedRow]]:
    """Look at the messages of a mailbox, and tell of each what it was once that is stored.

    Args:
        maximum: How many messages at most; 0 for all.
        stopping: Asked between messages; True ends the run.

    Raises:
        RefusedError: email.mailbox.
    """
    shop.require("emails")
    for place, message in enumerate(mailbox.messages(), 1):
        outcome = _taken(shop, str(place), message)
        if not shop.dry_run:
            mailbox.done(message, understood=isinstance(outcome, Done) and outcome.change is not Change.SKIPPED)
        yield outcome
        if place == maximum or stopping():
            return


def _taken(shop: Shop, reference: str, message: Mail) -> Outcome[ReceivedRow]:
    read = read_message(message.content)
    if read.kind:
        return note(shop, [Noted(reference, message.name, read)])[0]
    token = next(filter(None, map(unsubscribing.token_of, read.words)), "")
    if token:
        (outcome,) = unsubscribing.by_token(shop, [token], "mail")
        if isinstance(outcome, Failed):
            row = ReceivedRow(message.name, OTHER, None, "", "", outcome.error.message)
            return Done(reference, Change.SKIPPED, row, (outcome.error.message,))
        row = ReceivedRow(message.name, UNSUBSCRIBED, None, "", outcome.row.address, "wants no such mail any more")
        return Done(reference, outcome.change, row, (f"{row.recipient} {row.told}",))
    row = ReceivedRow(message.name, OTHER, None, "", "", "neither a report nor a mail that unsubscribes")
    return Done(reference, Change.SKIPPED, row, (row.told,))


@operation("emails")
def note(shop: Shop, items: Sequence[Noted]) -> list[Outcome[ReceivedRow]]:
    """Note what servers report about letters; addresses that are of no use get no more letters.

    A report about a letter that we did not send is `skipped`, one that was noted before `unchanged`.
    """
    letters = _letters(items)
    return [_note(shop, item, letters) for item in items]


def _note(shop: Shop, item: Noted, letters: Sequence[_Letter]) -> Outcome[ReceivedRow]:
    kind = item.report.kind
    letter = _tied(item.report, letters)
    if letter is None:
        row = ReceivedRow(item.message, UNKNOWN, None, "", "", "it names no letter that was sent from here")
        return Done(item.reference, Change.SKIPPED, row, (row.told,))
    told = "; ".join(one_line(f"{one.status} {one.reason}") for one in item.report.reports) or kind
    readers = _meant(item.report, letter)
    row = ReceivedRow(item.message, kind, letter.id, letter.document, ", ".join(readers), told)
    if not _logged(shop, letter, kind, told):
        return Done(item.reference, Change.UNCHANGED, row)
    for address in readers:
        scope = suppressing.MARKETING if kind == COMPLAINED else suppressing.ALL
        suppressing.suppress(shop, address, scope, kind, f"e-mail {letter.id}: {told}")
    shop.record(f"email.{kind}", letter.document, email=letter.id)
    silenced = f"; {row.recipient} gets no more letters" if readers and kind == BOUNCED else ""
    return Done(item.reference, Change.CHANGED, row, (f"e-mail {letter.id} {kind}: {told}{silenced}",))


def _letters(items: Sequence[Noted]) -> list[_Letter]:
    """Load the letters that reports may be about, of those that left or may have."""
    keys = sorted({key for item in items for key, _ in item.report.tags})
    names = sorted({name for item in items for name in item.report.message_ids})
    by_key, by_name = among(Email, "id", keys), among(Email, "message_id", names)
    found = fetch(
        Email,
        "SELECT id, document, recipient, cc, message_id FROM emails "  # noqa: S608  # ours
        f"WHERE state IN ('sent', 'uncertain', 'sending') AND ({by_key[0]} OR {by_name[0]})",
        (*by_key[1], *by_name[1]),
    )
    return [_Letter(*row) for row in found]


def _tied(report: Incoming, letters: Sequence[_Letter]) -> _Letter | None:
    tags = set(report.tags)
    for letter in letters:
        if letter.message_id in report.message_ids or (letter.id, letter.message_id.strip("<>")[:8]) in tags:
            return letter
    return None


def _meant(report: Incoming, letter: _Letter) -> list[str]:
    """Tell which readers of a letter get no more mail; none where it is not certain whom the report means."""
    readers = {folded(address): address for address in letter.readers}
    if report.kind == COMPLAINED:
        return letter.readers if len(readers) == 1 else []
    if report.kind != BOUNCED:
        return []
    found = (_reader(one, readers) for one in report.reports if one.permanent)
    return list(dict.fromkeys(address for address in found if address))


def _reader(report: Report, readers: dict[str, str]) -> str:
    """Find the reader that a server names; a letter to one reader that was passed on is still about that one."""
    named = readers.get(folded(report.address), "")
    return named or (next(iter(readers.values())) if len(readers) == 1 else "")


def _logged(shop: Shop, letter: _Letter, kind: str, told: str) -> bool:
    """Step: add a report to the log of a letter; False if it stands there already."""
    known: Any = EmailAttempt.select(EmailAttempt.id).where(
        (EmailAttempt.email == letter.id) & (EmailAttempt.state == kind) & (EmailAttempt.reply == told)
    )
    if known.exists():
        return False
    EmailAttempt.insert(email=letter.id, at=shop.now, state=kind, phase="reported", reply=told).execute()
    headed = (Email.id == letter.id) & (Email.state == "sent")
    if kind == DELAYED:
        # What came back for good stays the news.
        headed = headed & ~Email.reply.startswith(f"{BOUNCED}: ")
    Email.update(reply=f"{kind}: {told}").where(headed).execute()
    return True
