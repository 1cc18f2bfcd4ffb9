"""Make the message of a letter as it leaves: its words, headers, document and addresses."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from shopctl.db.bulk import fetch
from shopctl.domain.mail import Envelope
from shopctl.models import Email
from shopctl.services import rechecking
from shopctl.services.messages import Attachment, Content, envelope_of, message_of
from shopctl.services.outbox import Claim
from shopctl.services.rechecking import Verdict
from shopctl.services.transports import Printer
from shopctl.shop import Shop


class Outgoing(NamedTuple):
    """A letter that is ready to leave.

    Attributes:
        left_out: The addresses of copies that get no letters, each with the reason.
    """

    message: bytes
    envelope: Envelope
    left_out: tuple[tuple[str, str], ...] = ()


def outgoing(
    shop: Shop, claim: Claim, verdict: Verdict, printer: Printer, *, patient: bool = True, at: datetime | None = None
) -> Outgoing:
    """Make the message of a letter, print what goes along, and tell between which addresses it travels.

    Args:
        verdict: What is to become of it, and in which words.
        patient: A copy that is refused for now makes the letter wait.
        at: The moment of its Date header; None for now.

    Raises:
        RefusedError: An address is none, or the document cannot be printed.
        ConfigError: No document can be printed.
    """
    config, paper = shop.config, verdict.paper
    attachment, language = None, claim.language or config.shop.language
    if paper:
        language = paper.language
        if claim.invoice or claim.attached:
            attachment = Attachment(paper.number, paper.revision, printer.render(paper))
    copies = [part.strip() for part in claim.cc.split(",") if part.strip()]
    left_out = rechecking.barred(claim.kind, copies) if copies else set()
    subject, text, html = verdict.letter[:3] if verdict.letter else (claim.subject, claim.text, claim.html)
    content = Content(
        claim.recipient, ", ".join(one for one in copies if one not in left_out), subject, text, html,
        claim.message_id, language, claim.document, _first_of(claim), verdict.headers,
    )  # fmt: skip
    message = message_of(content, config.email, config.shop.name, at or shop.now, attachment)
    envelope = envelope_of(content, config.email, tag_of(claim), patient=patient)
    return Outgoing(message, envelope, tuple((one, "gets no letters") for one in copies if one in left_out))


class Tagged(Protocol):
    """What a letter is known by."""

    @property
    def id(self) -> int:
        """Its number in the outbox."""

    @property
    def message_id(self) -> str:
        """Its name for mail servers."""


def tag_of(letter: Tagged) -> str:
    """Name a letter in the address that reports go to, so that nobody can report about a letter that they never saw."""
    return f"{letter.id}-{letter.message_id.strip('<>')[:8]}"


def _first_of(claim: Claim) -> str:
    """Find the letter that began the conversation with this reader about this document."""
    found = fetch(
        Email,
        "SELECT message_id FROM emails WHERE document = ? AND recipient = ? AND state = 'sent' AND id < ? "
        "ORDER BY sent_at, id LIMIT 1",
        (claim.document, claim.recipient, claim.id),
    )
    return str(found[0][0]) if found else ""
