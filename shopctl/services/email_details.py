"""Show letters of the outbox as a whole: to whom, what they say, and every attempt to send them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch, within
from shopctl.db.fields import instant
from shopctl.models import Email, EmailAttempt
from shopctl.services import amending, outbox, queueing, rechecking
from shopctl.services.mailing import find_letter
from shopctl.services.outgoing import outgoing
from shopctl.services.queueing import EmailRow
from shopctl.services.transports import Printer
from shopctl.shop import Shop

STORED = ("sent", "uncertain", "sending")
"""States of a letter whose words may have left; they are shown as they are stored."""


class AttemptRow(NamedTuple):
    """An attempt to send a letter, or what was learned of it afterwards.

    Attributes:
        state: What it left the letter in; `bounced` and `delayed` are reports of servers.
        phase: How far it got: `sender`, `recipient`, `data` (handed over), `content`, `end` (answered); or `resolved`
            (somebody's word) and `reported`.
    """

    at: datetime
    state: str
    phase: str
    reply: str


class RefusedRow(NamedTuple):
    """A copy that the server did not take."""

    recipient: str
    reply: str


class EmailDetails(NamedTuple):
    """A letter with everything that is known of it; `replaced_by` is the one that took its place."""

    email: EmailRow
    cc: str
    language: str
    message_id: str
    basis: str
    not_before: datetime
    attached: bool
    refused: tuple[RefusedRow, ...]
    attempts: tuple[AttemptRow, ...]
    text: str
    html: str
    replaced_by: int | None


def show(references: Sequence[str]) -> list[EmailDetails]:
    """Show letters, in the order asked.

    Raises:
        NotFoundError: email.unknown.
    """
    keys = [find_letter(reference) for reference in references]
    rows, tries, newer = queueing.rows(keys), _attempts(keys), amending.replaced(keys)
    query: Any = Email.select(
        Email.id, Email.cc, Email.language, Email.message_id, Email.basis, Email.not_before, Email.attached,
        Email.invoice, Email.refused, Email.text, Email.html,
    ).where(within(Email.id, keys))  # fmt: skip
    found = {values[0]: values[1:] for values in query.tuples()}
    return [_details(rows[key], found[key], tries.get(key, ()), newer.get(key)) for key in keys]


def message(shop: Shop, reference: str, printer: Printer) -> bytes:
    """Write a letter as the bytes that travel: as they would leave now, or as they left.

    The document of a letter that left is printed as it now stands; only the letter itself is kept.

    Raises:
        NotFoundError: email.unknown.
        RefusedError: An address is none, or the document cannot be printed.
    """
    key = find_letter(reference)
    row, letter = queueing.rows([key])[key], outbox.stored_letter(key)
    verdict = rechecking.verdict(shop, letter)
    if row.state in STORED or verdict.gone:
        verdict = verdict._replace(letter=None)
    return outgoing(shop, letter, verdict, printer, at=row.sent_at).message


def _details(row: EmailRow, values: Sequence[Any], tries: Sequence[AttemptRow], newer: int | None) -> EmailDetails:
    cc, language, message_id, basis, not_before, attached, invoice, refused, text, html = values
    copies = tuple(RefusedRow(*line.partition(": ")[::2]) for line in refused.splitlines())
    return EmailDetails(
        row,
        cc,
        language,
        message_id,
        basis,
        not_before,
        bool(attached or invoice),
        copies,
        tuple(tries),
        text,
        html,
        newer,
    )


def _attempts(keys: Sequence[int]) -> dict[int, list[AttemptRow]]:
    condition, values = among(EmailAttempt, "email_id", keys)
    found: dict[int, list[AttemptRow]] = {}
    for key, at, state, phase, reply in fetch(
        EmailAttempt,
        f"SELECT email_id, at, state, phase, reply FROM email_attempts WHERE {condition} ORDER BY id",  # noqa: S608
        values,
    ):
        found.setdefault(key, []).append(AttemptRow(instant(at), state, phase, reply))
    return found
