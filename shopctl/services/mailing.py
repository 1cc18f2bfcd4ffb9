"""Queue letters and list the outbox; delivering it is another run (`services.delivering`).

A letter is written in the transaction that causes it, under a key that is used once, so nothing is sent twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from shopctl.config import Config
from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import instant, stamp
from shopctl.domain.documents import InvoiceDocument
from shopctl.domain.mail import plain_address, split_mailbox
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import NotFoundError, RefusedError, ShopError
from shopctl.models import Email, Invoice
from shopctl.services import documents, letters
from shopctl.services.facts import locking
from shopctl.services.invoices import known, require_credit_note, unknown
from shopctl.shop import Shop, operation

INVOICE: Final = "invoice"
AGAIN: Final = ("failed", "cancelled")
"""States of a letter that certainly never went out, so asking again simply queues a new one."""


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


class _Wish(NamedTuple):
    """Where letters go and what is said in them, as far as it was typed."""

    to: str = ""
    cc: str = ""
    message: str = ""
    only_credit_notes: bool = False


COLUMNS = (
    Email.id, Email.kind, Email.document, Email.recipient, Email.subject, Email.state, Email.attempts,
    Email.created_at, Email.sent_at, Email.reply,
)  # fmt: skip
STORED = (
    "id", "key", "document", "kind", "recipient", "cc", "subject", "text", "html", "invoice_id", "message_id", "state",
    "phase", "attempts", "not_before", "owner", "lease", "reply", "created_at", "sent_at",
)  # fmt: skip


def no_address(what: str) -> RefusedError:
    """Say that there is nobody to write to."""
    return RefusedError(
        "email.no_address",
        f"{what} has no e-mail address to send to",
        hint="import the customer again with an e-mail address, or name one: shopctl invoice send NUMBER --to ADDRESS",
    )


def queue_invoices(shop: Shop, keys: Sequence[int]) -> None:
    """Step: queue the letter of each of these invoices, once a revision; drafts are left out.

    A letter that cannot be addressed is kept as failed with the reason, so that it shows in the outbox.
    """
    found = documents.load(shop, keys)
    taken = _last_letters(keys)
    fresh = [key for key in keys if key in found and found[key].state == "posted" and _key(found[key]) not in taken]
    _store(shop, {key: (_key(found[key]), found[key]) for key in fresh}, _Wish())


@operation("emails")
def send_invoices(
    shop: Shop, references: Sequence[str], *, to: str = "", cc: str = "", message: str = "", resend: bool = False,
    only_credit_notes: bool = False,
) -> list[Outcome[EmailRow]]:  # fmt: skip
    """Queue the letter with the PDF of posted invoices; what is queued or sent already is `unchanged`.

    Args:
        to: Another address than the customer's; it is refused as a whole (email.address) if it is none.
        cc: Addresses that get a copy, separated by commas.
        message: Words that come first in the letter.
        resend: Send once more what was sent; a letter still waiting is replaced. `only_credit_notes` refuses invoices.

    Raises (as outcomes): invoice.unknown, invoice.not_a_credit_note, invoice.not_posted, email.no_address.
    """
    copies = ", ".join(plain_address(part.strip()) for part in cc.split(",") if part.strip())
    wish = _Wish(plain_address(to) if to else "", copies, message, only_credit_notes)
    keys = known(references)
    _lock(list(keys.values()))
    found = documents.load(shop, list(keys.values()))
    last = _last_letters(list(keys.values()))
    failed: dict[str, ShopError] = {}
    fresh: dict[int, tuple[str, InvoiceDocument]] = {}
    notes: dict[int, str] = {}
    for reference in references:
        try:
            if reference not in keys:
                raise unknown(reference)
            key, document = keys[reference], found[keys[reference]]
            _check(reference, document, wish)
        except ShopError as error:
            failed[reference] = error
            continue
        before = last.get(_key(document))
        if _is_wanted(before, resend):
            fresh[key] = (_next_key(_key(document), before), document)
        elif before:
            notes[key] = _note(shop, document.number, before)
    _withdraw(shop, [last[_key(document)] for _, document in fresh.values() if _key(document) in last])
    _store(shop, fresh, wish)
    return _answers(references, keys, failed, fresh, notes)


def _lock(keys: Sequence[int]) -> None:
    """Let nobody else queue letters of the same invoices meanwhile."""
    condition, values = among(Invoice, "i.id", keys)
    fetch(Invoice, f"SELECT i.id FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}", values)  # noqa: S608


def _check(reference: str, document: InvoiceDocument, wish: _Wish) -> None:
    if wish.only_credit_notes:
        require_credit_note(reference, document.title_kind)
    if document.state != "posted":
        noun = "credit-note" if document.title_kind == "credit_note" else "invoice"
        hint = f"shopctl {noun} confirm {reference}" if document.state == "draft" else ""
        raise RefusedError(
            "invoice.not_posted",
            f"{reference} is {'a draft' if document.state == 'draft' else document.state}, "
            "and only a posted document can be sent",
            hint=hint or f"shopctl {noun} show {reference}",
        )
    if not wish.to:
        if not document.buyer.email:
            raise no_address(reference)
        plain_address(document.buyer.email)


class _Last(NamedTuple):
    """The latest letter about a document, and how many there were."""

    id: int
    state: str
    recipient: str
    document: str
    sent_at: str | None
    times: int


def _is_wanted(before: _Last | None, resend: bool) -> bool:
    """Tell whether a new letter is to be queued, after what became of the latest one."""
    return before is None or before.state in AGAIN or (resend and before.state != "sending")


def _key(document: InvoiceDocument) -> str:
    """Name the first letter about a document; later ones get `#2`, `#3` behind it."""
    return f"{INVOICE}:{document.number}:{document.revision}"


def is_about(key: str, document: InvoiceDocument) -> bool:
    """Tell whether a letter of this key is about the document as it stands, not about an earlier revision."""
    return key.partition("#")[0] == _key(document)


def _next_key(key: str, before: _Last | None) -> str:
    return f"{key}#{before.times + 1}" if before else key


def _last_letters(keys: Sequence[int]) -> dict[str, _Last]:
    """Find the latest letter of each revision of some invoices, by the key of its first one."""
    condition, values = among(Email, "invoice_id", keys)
    rows = fetch(
        Email,
        "SELECT key, id, state, recipient, document, sent_at FROM emails "  # noqa: S608
        f"WHERE {condition} AND kind = '{INVOICE}' ORDER BY id",
        values,
    )
    found: dict[str, _Last] = {}
    for key, row, state, recipient, document, sent_at in rows:
        first = key.partition("#")[0]
        times = found[first].times if first in found else 0
        found[first] = _Last(row, state, recipient, document, sent_at, times + 1)
    return found


def _day(shop: Shop, letter: _Last) -> str:
    """Tell the shop's day on which a letter was sent."""
    return instant(letter.sent_at).astimezone(shop.zone).date().isoformat() if letter.sent_at else "an unknown day"


def _note(shop: Shop, number: str, before: _Last) -> str:
    again = f"send it again: shopctl invoice send {number} --resend"
    if before.state == "sending":
        return f"is being sent to {before.recipient}; shopctl email list shows what came of it"
    if before.state == "sent":
        return f"was sent to {before.recipient} on {_day(shop, before)}; {again}"
    if before.state == "uncertain":
        return f"may have reached {before.recipient}, the mail server did not say; {again}"
    if before.state == "held":
        return f"is held back for {before.recipient}; {again}"
    return f"is queued for {before.recipient} already; shopctl email send delivers it, --resend queues it anew"


def _withdraw(shop: Shop, letters_before: Sequence[_Last]) -> None:
    """Cancel letters that wait and are replaced, so that one goes out and not two."""
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


def _store(shop: Shop, fresh: Mapping[int, tuple[str, InvoiceDocument]], wish: _Wish) -> None:
    """Write outbox rows; the journal names the row and not the address, which may have to be forgotten one day."""
    rows = []
    moment = stamp(shop.now)
    for row, (key, (name, document)) in zip(new_ids(Email, len(fresh)), fresh.items(), strict=True):
        letter = letters.invoice_letter(document, wish.message)
        recipient, problem = _recipient(document, wish)
        rows.append(
            (row, name, document.number, INVOICE, recipient, wish.cc, letter.subject, letter.text, letter.html, key,
             message_id(shop.config, name), "failed" if problem else "queued", "", 0, moment, "", "", problem, moment,
             None)
        )  # fmt: skip
        shop.record("email.failed" if problem else "email.queued", document.number, email=row)
    insert_rows(Email, STORED, rows)


def _recipient(document: InvoiceDocument, wish: _Wish) -> tuple[str, str]:
    """Tell the address to write to, and what is wrong with it if something is."""
    address = wish.to or document.buyer.email
    try:
        if not address:
            raise no_address(document.number)
        return plain_address(address), ""
    except RefusedError as error:
        return address, error.message


def message_id(config: Config, key: str) -> str:
    """Name a letter for mail servers: always the same for the same key of the same shop, so that a repeat shows."""
    try:
        domain = split_mailbox(config.email.sender or config.shop.email)[1].rpartition("@")[2]
    except RefusedError:
        domain = "shopctl.invalid"
    digest = hashlib.sha256(f"{domain}\n{config.shop.name}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"<{digest[:40]}@{domain}>"


def _answers(
    references: Sequence[str],
    keys: Mapping[str, int],
    failed: Mapping[str, ShopError],
    fresh: Mapping[int, object],
    notes: Mapping[int, str],
) -> list[Outcome[EmailRow]]:
    latest = _latest_rows([key for reference, key in keys.items() if reference not in failed])
    outcomes: list[Outcome[EmailRow]] = []
    told: set[int] = set()
    for reference in references:
        if reference in failed:
            outcomes.append(Failed(reference, failed[reference]))
            continue
        key = keys[reference]
        created = key in fresh and key not in told
        told.add(key)
        row = latest[key]
        note = () if key in fresh else (f"{row.document} {notes[key]}",)
        outcomes.append(Done(reference, Change.CREATED if created else Change.UNCHANGED, row, note))
    return outcomes


def _latest_rows(keys: Sequence[int]) -> dict[int, EmailRow]:
    query: Any = Email.select(Email.invoice, *COLUMNS).where(Email.invoice.in_(list(keys)) & (Email.kind == INVOICE))
    return {key: EmailRow(*values) for key, *values in query.order_by(Email.id).tuples()}


def rows(keys: Sequence[int]) -> dict[int, EmailRow]:
    """Read letters of the outbox by key."""
    query: Any = Email.select(*COLUMNS).where(Email.id.in_(list(keys)))
    return {values[0]: EmailRow(*values) for values in query.tuples()}


def find_letter(reference: str) -> int:
    """Find a letter by its id.

    Raises:
        NotFoundError: There is none.
    """
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        found = fetch(Email, "SELECT id FROM emails WHERE id = ?", (int(reference),))
        if found:
            return int(found[0][0])
    raise NotFoundError("email.unknown", f"there is no e-mail {reference}", hint="shopctl email list", email=reference)
