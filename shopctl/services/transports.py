"""Say what delivering letters needs: a way to hand them over, a printer, and the settings of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from shopctl.config import Config
from shopctl.domain.documents import InvoiceDocument, ReceiptDocument
from shopctl.domain.mail import Envelope, Taken, split_mailbox
from shopctl.errors import ConfigError, RefusedError
from shopctl.services.messages import reports_to


class Transport(Protocol):
    """A connection to a mail server, or what stands for one.

    Attributes:
        told: What happened while it was opened, in words for people.
    """

    told: list[str]

    def open(self) -> None:
        """Connect, encrypt and sign in.

        Raises:
            TemporaryError: The server does not answer.
            ConfigError: It refuses the sign-in, or the connection would not be safe.
        """

    def send(self, message: bytes, envelope: Envelope, before_content: Callable[[], None]) -> Taken:
        """Hand over one letter and answer what the server said when it took it.

        Args:
            before_content: Called once the addresses are asked about, before anything of the content is sent.

        Raises:
            DeliveryError: The server did not take it, or did not say so.
        """

    def close(self) -> None:
        """Say goodbye, whatever state the connection is in."""


class Printer(Protocol):
    """Makes PDF files of documents."""

    def render(self, document: InvoiceDocument | ReceiptDocument) -> bytes:
        """Answer the document as a PDF file.

        Raises:
            RefusedError: This document cannot be printed.
            ConfigError: No document can be printed.
        """


def require_settings(config: Config) -> None:
    """Refuse to deliver without a sender, and without a mail server or the folder that stands for it.

    Raises:
        ConfigError: email.not_configured, naming every setting that is missing and the file it belongs in.
    """
    needed = {"email.from": config.email.sender}
    if config.email.transport == "maildir":
        needed["email.maildir"] = config.email.maildir
    else:
        needed["email.smtp.host"] = config.email.smtp.host
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
    checks: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("email.from", config.email.sender, lambda: split_mailbox(config.email.sender)),
        ("email.reply_to", config.email.reply_to, lambda: split_mailbox(config.email.reply_to)),
        ("email.bounce_address", config.email.bounce_address, lambda: reports_to(config.email, _LONGEST_TAG)),
    )
    for name, value, check in checks:
        try:
            if value:
                check()
        except RefusedError as error:
            raise ConfigError(
                "email.not_configured", f"{name}: {error.message}", hint=error.hint, path=config.source
            ) from error


_LONGEST_TAG: Final = "1000000000-00000000"
"""Names a letter in the address that reports go to; an address has room for 64 signs before its @."""
