"""Turn a letter of the outbox into the message that travels: text and HTML side by side, the document attached."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, NamedTuple

from shopctl.config import Email as EmailSettings
from shopctl.domain.mail import Envelope, file_name, one_line, plain_address, split_mailbox
from shopctl.services import pictures

POLICY: Final = SMTP.clone(cte_type="7bit")
"""Every server carries seven-bit mail; texts are encoded accordingly."""


class Content(NamedTuple):
    """What a letter says, and to whom.

    Attributes:
        message_id: Stays the same for every attempt.
        language: Two letters; may be empty.
    """

    recipient: str
    cc: str
    subject: str
    text: str
    html: str
    message_id: str
    language: str


class Attachment(NamedTuple):
    """A PDF file; number and revision become its name."""

    number: str
    revision: int
    file: bytes


def envelope_of(content: Content, settings: EmailSettings) -> Envelope:
    """Tell the server's side of a letter: the bare addresses.

    Raises:
        RefusedError: email.address, if one of them is none.
    """
    copies = (plain_address(part.strip()) for part in content.cc.split(",") if part.strip())
    recipients = dict.fromkeys((plain_address(content.recipient), *copies))
    return Envelope(split_mailbox(settings.sender)[1], tuple(recipients))


def message_of(
    content: Content, settings: EmailSettings, shop_name: str, sent_at: datetime, attachment: Attachment | None
) -> bytes:
    """Write a letter as the bytes that are sent.

    Args:
        settings: From whom it comes and where answers go.
        shop_name: The sender's name where the settings give none.
        sent_at: The moment of the Date header.

    Raises:
        RefusedError: email.address, if an address is none.
    """
    message = EmailMessage(POLICY)
    message["From"] = _mailbox(settings.sender, shop_name)
    if settings.reply_to:
        message["Reply-To"] = _mailbox(settings.reply_to, "")
    message["To"] = Address(addr_spec=plain_address(content.recipient))
    if content.cc:
        message["Cc"] = [Address(addr_spec=plain_address(part.strip())) for part in content.cc.split(",")]
    message["Subject"] = one_line(content.subject)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = content.message_id
    message["X-Idempotency-Key"] = content.message_id.strip("<>").partition("@")[0]
    # RFC 3834: keeps absence notes from answering a letter that a program wrote.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content.text, cte="quoted-printable")
    if content.html:
        _add_html(message, content)
    if attachment:
        message.add_attachment(
            attachment.file,
            maintype="application",
            subtype="pdf",
            filename=f"{file_name(attachment.number, attachment.revision)}.pdf",
        )
    if content.language:
        # Only now: what is called Content-... before would move into the first part.
        message["Content-Language"] = one_line(content.language)
    return message.as_bytes()


def _add_html(message: EmailMessage, content: Content) -> None:
    """Add the HTML beside the text, with its pictures inside."""
    html, drawn = pictures.attached(content.html, content.message_id.strip("<>").rpartition("@")[2])
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    for part in message.iter_parts():
        if isinstance(part, EmailMessage) and part.get_content_subtype() == "html":
            for name, picture in drawn.items():
                part.add_related(
                    picture, "image", "png", cid=f"<{name}>", filename="transfer.png", disposition="inline"
                )


def _mailbox(text: str, name: str) -> Address:
    written, address = split_mailbox(text)
    return Address(written or one_line(name), addr_spec=address)
