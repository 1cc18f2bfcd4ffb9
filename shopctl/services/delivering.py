"""Deliver the queued letters: as close to exactly once as mail servers allow.

A letter is claimed and the claim committed before the server hears of it; the last step before its content is handed
over is committed too. So whatever breaks, it is known later whether the letter certainly did not go out (it is tried
again), certainly did, or might have (`uncertain`: never sent again without being asked).

Source: RFC 1047; RFC 5321, 4.2 and 6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final, Protocol

from shopctl.config import Config
from shopctl.db.locks import named_lock
from shopctl.domain import order_letters
from shopctl.domain.documents import InvoiceDocument
from shopctl.domain.mail import SENDER, DeliveryError, Envelope, one_line, split_mailbox
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ConfigError, RefusedError, ShopError, TemporaryError
from shopctl.services import documents, mailing, order_mailing, outbox, recovery
from shopctl.services.messages import Attachment, Content, envelope_of, message_of
from shopctl.services.outbox import Claim
from shopctl.services.queueing import RECOVERY, EmailRow, sending_command
from shopctl.shop import Shop

PAUSES: Final = (1, 5, 15, 60, 240)
"""Minutes to wait after each attempt that failed; after one more the letter has failed for good."""

MOST_ATTEMPTS: Final = len(PAUSES) + 1

MOST_LOST: Final = 5
"""Broken connections in a row after which the server is left alone until the next run."""

LONGEST_REPLY: Final = 500


class Transport(Protocol):
    """A connection to a mail server."""

    def open(self) -> None:
        """Connect, encrypt and sign in.

        Raises:
            TemporaryError: The server does not answer.
            ConfigError: It refuses the sign-in, or the connection would not be safe.
        """

    def send(self, message: bytes, envelope: Envelope, before_content: Callable[[], None]) -> str:
        """Hand over one letter and answer what the server said when it took it.

        Args:
            before_content: Called once all addresses are accepted, before anything of the content is sent.

        Raises:
            DeliveryError: The server did not take it, or did not say so.
        """

    def close(self) -> None:
        """Say goodbye, whatever state the connection is in."""


class Printer(Protocol):
    """Makes PDF files of documents."""

    def render(self, document: InvoiceDocument) -> bytes:
        """Answer the document as a PDF file.

        Raises:
            RefusedError: This document cannot be printed.
            ConfigError: No document can be printed.
        """


def require_settings(config: Config) -> None:
    """Refuse to deliver without a mail server and a sender.

    Raises:
        ConfigError: email.not_configured, naming every setting that is missing and the file it belongs in.
    """
    needed = {"email.from": config.email.sender, "email.smtp.host": config.email.smtp.host}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        names = " and ".join(missing)
        file = f"in {config.source}" if config.source else "because there is no configuration file"
        raise ConfigError(
            "email.not_configured",
            f"mail cannot be sent: {names} {'are' if len(missing) > 1 else 'is'} not set {file}",
            hint=f"set {names} in that file" if config.source else f"shopctl config init writes one; set {names} in it",
            missing=missing,
            path=config.source,
        )
    for name, mailbox in (("email.from", config.email.sender), ("email.reply_to", config.email.reply_to)):
        try:
            if mailbox:
                split_mailbox(mailbox)
        except RefusedError as error:
            raise ConfigError(
                "email.not_configured", f"{name}: {error.message}", hint=error.hint, path=config.source
            ) from error


def deliver(
    shop: Shop,
    transport: Transport,
    printer: Printer,
    *,
    maximum: int = 0,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome[EmailRow]]:
    """Deliver the letters that are due, oldest first, and tell each outcome once it is stored.

    Args:
        transport: Connected only if there is something to send.
        maximum: How many letters at most; 0 for all.
        stopping: Asked between letters; True ends the run.

    Raises:
        ConfigError: Settings are missing, or the server refuses sign-in or sender; the letters stay queued.
        TemporaryError: The server does not answer, or another run is at work.

    Raises (as outcomes): email.rejected, email.server, email.uncertain, email.address, print.glyphs.
    """
    shop.require("emails")
    require_settings(shop.config)
    if shop.dry_run:
        for row in outbox.due(shop, maximum):
            yield Done(row.document, Change.WOULD_CHANGE, row)
        return
    with named_lock(shop.database, "email") as ours:
        if not ours:
            raise TemporaryError(
                "email.busy", "another run of email send is at work", hint="it delivers everything that is due"
            )
        for row in outbox.orphans(shop, MOST_ATTEMPTS):
            uncertain = row.state == "uncertain"
            yield Failed(
                row.document, _uncertain(row.kind, row.document, row.reply) if uncertain else _undeliverable(row)
            )
        yield from _Run(shop, transport, printer).letters(maximum, stopping)


class _Run:
    """One run over the queue, with one connection at a time."""

    def __init__(self, shop: Shop, transport: Transport, printer: Printer) -> None:
        self.shop = shop
        self.transport = transport
        self.printer = printer
        self.connected = False
        self.lost = 0

    def letters(self, maximum: int, stopping: Callable[[], bool]) -> Iterator[Outcome[EmailRow]]:
        """Send letter after letter until nothing is due, the maximum is reached, or it is time to stop."""
        count = 0
        try:
            while (not maximum or count < maximum) and not stopping() and outbox.is_waiting(self.shop):
                self._connect()
                claim = outbox.claim(self.shop)
                if claim is None:
                    return
                count += 1
                yield self._outcome(claim)
        finally:
            self.transport.close()

    def _connect(self) -> None:
        if self.connected:
            return
        if self.lost >= MOST_LOST:
            raise TemporaryError(
                "email.server",
                f"the mail server broke the connection {self.lost} times in a row",
                hint="the letters stay queued; try again later, or shopctl doctor",
            )
        self.transport.open()
        self.connected = True

    def _outcome(self, claim: Claim) -> Outcome[EmailRow]:
        try:
            paper, gone = self._paper(claim)
            if gone:
                row = outbox.settle(self.shop, claim, "cancelled", gone)
                return Done(claim.document, Change.SKIPPED, row, (row.reply,))
            letter = self._letter(claim, paper)
        except RefusedError as error:
            outbox.settle(self.shop, claim, "failed", error.message)
            return Failed(claim.document, error)
        except ConfigError:
            self._give_back(claim)
            raise
        try:
            reply = self.transport.send(*letter, lambda: outbox.hand_over(self.shop, claim))
        except DeliveryError as error:
            return self._unsent(claim, error)
        self.lost = 0
        row = outbox.settle(self.shop, claim, "sent", _shown(reply), sent_at=self.shop.now)
        return Done(claim.document, Change.CHANGED, row)

    def _paper(self, claim: Claim) -> tuple[InvoiceDocument | None, str]:
        """Load what the letter is about, and tell why it must not leave any more; empty if it may."""
        if claim.invoice:
            document = documents.load(self.shop, [claim.invoice])[claim.invoice]
            stands = document.state == "posted" and mailing.is_about(claim.key, document)
            return document, "" if stands else "the document is not posted any more, or was changed"
        if claim.kind in order_letters.KINDS:
            return order_mailing.still_true(self.shop, claim.document, claim.kind, claim.text, claim.language)
        return None, recovery.hindrance(self.shop, claim.document) if claim.kind == RECOVERY else ""

    def _letter(self, claim: Claim, paper: InvoiceDocument | None) -> tuple[bytes, Envelope]:
        """Make the message, and print its document if that goes along."""
        config = self.shop.config
        attachment, language = None, claim.language or config.shop.language
        if paper:
            language = paper.language
            if claim.invoice or claim.attached:
                attachment = Attachment(paper.number, paper.revision, self.printer.render(paper))
        content = Content(
            claim.recipient, claim.cc, claim.subject, claim.text, claim.html, claim.message_id, language
        )  # fmt: skip
        message = message_of(content, config.email, config.shop.name, self.shop.now, attachment)
        return message, envelope_of(content, config.email)

    def _unsent(self, claim: Claim, error: DeliveryError) -> Outcome[EmailRow]:
        self.lost = self.lost + 1 if error.lost else 0
        if error.lost:
            self.connected = False
            self.transport.close()
        reply = _shown(f"{error.code} {error.reply}" if error.code else error.reply)
        if not error.certain:
            outbox.settle(self.shop, claim, "uncertain", reply)
            return Failed(claim.document, _uncertain(claim.kind, claim.document, reply))
        if error.phase == SENDER and _is_final(error):
            self._give_back(claim)
            raise ConfigError(
                "email.rejected",
                f"the mail server takes no mail from {self.shop.config.email.sender}: {reply}",
                hint="check email.from and email.smtp.user; the letters stay queued",
            )
        if _is_final(error) or claim.attempts >= MOST_ATTEMPTS:
            return Failed(claim.document, _undeliverable(outbox.settle(self.shop, claim, "failed", reply)))
        return Failed(claim.document, self._later(claim, reply))

    def _later(self, claim: Claim, reply: str) -> ShopError:
        minutes = PAUSES[claim.attempts - 1]
        outbox.settle(self.shop, claim, "queued", reply, not_before=self.shop.now + timedelta(minutes=minutes))
        return TemporaryError(
            "email.server",
            f"the letter about {claim.document} was not taken: {reply}",
            hint=f"it is tried again after {minutes} minute{'s' if minutes > 1 else ''}",
            attempts=claim.attempts,
        )

    def _give_back(self, claim: Claim) -> None:
        """Queue a letter as it was: the attempt was not its fault."""
        outbox.settle(self.shop, claim, "queued", "", attempts=claim.attempts - 1)


def _is_final(error: DeliveryError) -> bool:
    """Tell whether trying again is of no use; a full mailbox is emptied some day, whatever its code says."""
    full = any(word in error.reply.lower() for word in ("5.2.2", "quota", "mailbox full", "mailbox is full"))
    return 500 <= error.code < 600 and not full


def _shown(reply: str) -> str:
    return one_line(reply)[:LONGEST_REPLY]


def _uncertain(kind: str, document: str, reply: str) -> RefusedError:
    return RefusedError(
        "email.uncertain",
        f"nobody knows whether the letter about {document} was delivered: {reply}",
        hint=f"ask the customer; if it did not arrive: {sending_command(kind, document, '--resend')}",
    )


def _undeliverable(row: EmailRow) -> RefusedError:
    return RefusedError(
        "email.rejected",
        f"the letter about {row.document} to {row.recipient} could not be delivered: {row.reply}",
        hint=sending_command(row.kind, row.document, "--to ADDRESS"),
        attempts=row.attempts,
    )
