"""Put letters into the outbox: each under a key that is used once, so that no letter goes out twice by mistake."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

from shopctl.config import Config
from shopctl.db.bulk import change_rows, fetch, insert_rows, new_ids, within
from shopctl.db.fields import instant, stamp
from shopctl.domain import order_letters
from shopctl.domain.mail import plain_address, split_mailbox
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Email
from shopctl.services import signing
from shopctl.services.letters import Letter
from shopctl.shop import Shop

INVOICE: Final = "invoice"
"""The kind of letters that bring an invoice or credit note; the others are those of `domain.order_letters`."""

RECOVERY: Final = "recovery"
"""The kind of the letter that asks customers back to their cart."""

NOTICE: Final = "reminder"
"""The kind of letters that remind of money; what each is about are the rows of `reminders` that name it."""

RECEIPT: Final = "receipt"
"""The kind of the letter that acknowledges a payment."""

AGAIN: Final = ("failed", "cancelled")
"""States of a letter that certainly never went out, so asking again simply queues a new one."""

STORED: Final = (
    "id", "key", "document", "kind", "recipient", "cc", "subject", "text", "html", "invoice_id", "message_id", "state",
    "phase", "attempts", "not_before", "owner", "lease", "reply", "created_at", "sent_at", "attached", "language",
    "basis",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """Where letters go and what is said in them, as far as it was typed.

    Attributes:
        to: Another address than the customer's.
        cc: Addresses that get a copy, separated by commas.
        message: Words that come first in the letter, may have several lines.
        resend: Send once more what was sent; a letter still waiting is replaced.
    """

    to: str = ""
    cc: str = ""
    message: str = ""
    resend: bool = False

    def checked(self) -> Self:
        """Answer the wish with its addresses in plain form.

        Raises:
            RefusedError: email.address, if one of them is none.
        """
        copies = ", ".join(plain_address(part.strip()) for part in self.cc.split(",") if part.strip())
        return replace(self, to=plain_address(self.to) if self.to else "", cc=copies)

    def recipient(self, address: str, what: str, command: str) -> str:
        """Tell who gets a letter: whoever was named, else the customer.

        Args:
            address: The customer's.
            what: What the letter is about, for the refusal.
            command: What queues the letter once an address is added.

        Raises:
            RefusedError: email.no_address, email.address.
        """
        if not (self.to or address):
            raise no_address(what, command)
        return self.to or plain_address(address)


class EmailRow(NamedTuple):
    """A letter of the outbox; `reply` is what the mail server said last, or why the letter was not sent."""

    id: int
    kind: str
    document: str
    recipient: str
    subject: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    reply: str


COLUMNS: Final = (
    Email.id, Email.kind, Email.document, Email.recipient, Email.subject, Email.state, Email.attempts,
    Email.created_at, Email.sent_at, Email.reply,
)  # fmt: skip


class Queued(NamedTuple):
    """A letter that is to be stored.

    Attributes:
        key: Names it for ever; the message id is made of it.
        document: Number of what it is about.
        recipient: May be empty or no address; then the letter is kept as failed, so that it shows in the outbox.
        invoice: Key of the invoice that it brings.
        attached: The order that it is about goes along as a PDF.
        language: Of a letter about an order.
        basis: What makes a letter that advertises lawful.
    """

    key: str
    document: str
    kind: str
    recipient: str
    letter: Letter
    invoice: int | None = None
    attached: bool = False
    language: str = ""
    basis: str = ""


class Candidate(NamedTuple):
    """A letter that may be queued.

    Attributes:
        key: Of the first letter of its kind about the same thing; later ones get `#2`, `#3` behind it.
        document: Number of what it is about.
        write: Writes it under the key that it gets.
    """

    key: str
    document: str
    write: Callable[[str], Queued]


class Last(NamedTuple):
    """The latest letter under a key, and how many there were."""

    id: int
    state: str
    recipient: str
    document: str
    kind: str
    sent_at: str | None
    times: int

    def is_wanted_again(self, *, resend: bool) -> bool:
        """Tell whether a new letter is to be queued, after what became of this one."""
        return self.state in AGAIN or (resend and self.state != "sending")


def no_address(what: str, command: str) -> RefusedError:
    """Say that there is nobody to write to.

    Args:
        command: What queues the letter once an address is added.
    """
    return RefusedError(
        "email.no_address",
        f"{what} has no e-mail address to send to",
        hint=f"import the customer again with an e-mail address, or name one: shopctl {command} --to ADDRESS",
    )


def sending_command(kind: str, document: str, option: str = "") -> str:
    """Tell the command that queues a letter of a kind about a document once more.

    Args:
        option: What it takes for that; carts know none, as their letters follow rules of their own.
    """
    if kind == RECOVERY:
        return f"shopctl carts remind {document}"
    if kind == NOTICE:
        return f"shopctl email list --document {document}"
    if kind == RECEIPT:
        return f"shopctl payment email {document} {option}".rstrip()
    if kind in order_letters.KINDS:
        return f"shopctl orders email {document} --template {kind.replace('_', '-')} {option}".rstrip()
    return f"shopctl invoice send {document} {option}".rstrip()


def latest(condition: str, values: Sequence[Any]) -> dict[str, Last]:
    """Step: find the latest letter under each key, by the key of its first one.

    Args:
        condition: Which letters, as SQL over the table `emails`.
    """
    rows = fetch(
        Email,
        f"SELECT key, id, state, recipient, document, kind, sent_at FROM emails WHERE {condition} ORDER BY id",  # noqa: S608  # ours
        values,
    )
    found: dict[str, Last] = {}
    for key, *most in rows:
        first = key.partition("#")[0]
        found[first] = Last._make((*most, found[first].times + 1 if first in found else 1))
    return found


def queue(
    shop: Shop, candidates: Iterable[Candidate], last: Mapping[str, Last], *, resend: bool = False, cc: str = ""
) -> dict[str, int]:
    """Step: queue letters, unless the latest one under their key is on its way or was sent.

    Args:
        last: The latest letter under each key.
        resend: Queue also what was sent; what still waits is replaced.
        cc: Who gets a copy of each of them.

    Returns:
        The rows of the new letters, by the key of the candidate.
    """
    fresh: dict[str, Candidate] = {}
    for one in candidates:
        if one.key not in last or last[one.key].is_wanted_again(resend=resend):
            fresh.setdefault(one.key, one)
    withdraw(shop, [last[key] for key in fresh if key in last])
    written = [one.write(_next_key(key, last.get(key))) for key, one in fresh.items()]
    return dict(zip(fresh, _store(shop, written, cc), strict=True))


def answer(
    shop: Shop,
    references: Iterable[str],
    candidates: Mapping[str, Candidate | ShopError],
    last: Mapping[str, Last],
    queued: Mapping[str, int],
) -> list[Outcome[EmailRow]]:
    """Step: tell of each reference whether its letter was queued, or what became of the one before.

    Args:
        candidates: The letter of each reference, or why there is none.
        last: The latest letters before.
        queued: What `queue` answered.
    """
    found = rows([*queued.values(), *(before.id for key, before in last.items() if key not in queued)])
    outcomes: list[Outcome[EmailRow]] = []
    told: set[str] = set()
    for reference in references:
        one = candidates[reference]
        if isinstance(one, ShopError):
            outcomes.append(Failed(reference, one))
        elif one.key in queued:
            change = Change.UNCHANGED if one.key in told else Change.CREATED
            outcomes.append(Done(reference, change, found[queued[one.key]]))
            told.add(one.key)
        else:
            before = last[one.key]
            notes = (f"{one.document} {_note(shop, before)}",)
            outcomes.append(Done(reference, Change.UNCHANGED, found[before.id], notes))
    return outcomes


def rows(keys: Sequence[int]) -> dict[int, EmailRow]:
    """Read letters of the outbox by key."""
    query: Any = Email.select(*COLUMNS).where(within(Email.id, keys))
    return {values[0]: EmailRow(*values) for values in query.tuples()}


def _next_key(key: str, before: Last | None) -> str:
    return f"{key}#{before.times + 1}" if before else key


def _note(shop: Shop, before: Last) -> str:
    """Tell why no new letter is queued, and what would help."""
    again = f"send it again: {sending_command(before.kind, before.document, '--resend')}"
    if before.state == "sending":
        return f"is being sent to {before.recipient}; shopctl email list shows what came of it"
    if before.state == "sent":
        return f"was sent to {before.recipient} on {_day(shop, before)}; {again}"
    if before.state == "uncertain":
        return f"may have reached {before.recipient}, the mail server did not say; {again}"
    if before.state == "held":
        return f"is held back for {before.recipient}; {again}"
    return f"is queued for {before.recipient} already; shopctl email send delivers it, --resend queues it anew"


def _day(shop: Shop, letter: Last) -> str:
    """Tell the shop's day on which a letter was sent."""
    return instant(letter.sent_at).astimezone(shop.zone).date().isoformat() if letter.sent_at else "an unknown day"


def withdraw(shop: Shop, letters_before: Iterable[Last]) -> None:
    """Step: cancel letters that wait and are replaced, so that one goes out and not two."""
    waiting = [letter for letter in letters_before if letter.state in ("queued", "held")]
    change_rows(
        Email,
        "state = 'cancelled', reply = 'replaced by a newer letter'",
        "id = :id AND state = :state",
        ("id", "state"),
        [(letter.id, letter.state) for letter in waiting],
    )
    for letter in waiting:
        shop.record("email.cancelled", letter.document, email=letter.id)


def _store(shop: Shop, letters: Sequence[Queued], cc: str) -> Sequence[int]:
    """Write outbox rows; the journal names the row and not the address, which may have to be forgotten one day."""
    rows = []
    moment = stamp(shop.now)
    keys = new_ids(Email, len(letters))
    secret = signing.key(shop, signing.LETTERS) if letters else b""
    for row, one in zip(keys, letters, strict=True):
        recipient, problem = _addressed(one)
        rows.append(
            (row, one.key, one.document, one.kind, recipient, cc, one.letter.subject, one.letter.text, one.letter.html,
             one.invoice, message_id(shop.config, secret, one.key), "failed" if problem else "queued", "", 0, moment,
             "", "", problem, moment, None, one.attached, one.language, one.basis)
        )  # fmt: skip
        shop.record("email.failed" if problem else "email.queued", one.document, email=row)
        if one.letter.trouble:
            shop.record("email.template_failed", one.document, email=row, trouble=one.letter.trouble)
    insert_rows(Email, STORED, rows)
    return keys


def _addressed(letter: Queued) -> tuple[str, str]:
    """Tell the address to write to, and what is wrong with it if something is."""
    try:
        if not letter.recipient:
            raise no_address(letter.document, "")
        return plain_address(letter.recipient), ""
    except RefusedError as error:
        return letter.recipient, error.message


def message_id(config: Config, secret: bytes, key: str) -> str:
    """Name a letter for mail servers: always the same for the same key of the same shop, so that a repeat shows.

    Only who had the letter in hands can know the name, for reports about letters are trusted by it.

    Args:
        secret: The shop's own, see `services.signing`.
    """
    try:
        domain = split_mailbox(config.email.sender or config.shop.email)[1].rpartition("@")[2]
    except RefusedError:
        domain = "shopctl.invalid"
    named = f"{domain}\n{config.shop.name}\n{key}".encode("utf-8", "surrogatepass")
    digest = hmac.new(secret, named, hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{domain}>"
