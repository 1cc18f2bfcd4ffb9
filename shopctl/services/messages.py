"""Turn a letter of the outbox into the message that travels: text and HTML side by side, the document attached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from shopctl.config import Email as EmailSettings
from shopctl.domain.mail import Envelope, file_name, one_line, plain_address, split_mailbox
from shopctl.services import pictures


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header that programs read: broken at its blanks only, never encoded, whatever its length."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {f'{policy.linesep} '.join(str(self).split())}{policy.linesep}"


_HEADERS: Final = HeaderRegistry()
for _name in ("message-id", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"):
    _HEADERS.map_to_type(_name, _Verbatim)

POLICY: Final = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
"""Every server carries seven-bit mail; texts are encoded accordingly.

The standard library writes long identifiers and links as encoded words, which no program that reads them undoes.
"""


class Content(NamedTuple):
    """What a letter says, and to whom.

    Attributes:
        message_id: Stays the same for every attempt.
        language: Two letters; may be empty.
        document: Number of what it is about.
        answers: The message id of the first letter of the conversation; empty for none.
        more: Other headers, in ASCII, such as those by which readers unsubscribe.
    """

    recipient: str
    cc: str
    subject: str
    text: str
    html: str
    message_id: str
    language: str
    document: str = ""
    answers: str = ""
    more: Mapping[str, str] = MappingProxyType({})


class Attachment(NamedTuple):
    """A PDF file; number and revision become its name."""

    number: str
    revision: int
    file: bytes


def envelope_of(content: Content, settings: EmailSettings, tag: str = "", *, patient: bool = True) -> Envelope:
    """Tell the server's side of a letter: the bare addresses.

    Args:
        tag: Names the letter in the address that reports go to, where the settings name one.
        patient: A copy that is refused for now makes the letter wait.

    Raises:
        RefusedError: email.address, if one of them is none.
    """
    copies = (plain_address(part.strip()) for part in content.cc.split(",") if part.strip())
    recipients = dict.fromkeys((plain_address(content.recipient), *copies))
    return Envelope(reports_to(settings, tag), tuple(recipients), patient)


def reports_to(settings: EmailSettings, tag: str = "") -> str:
    """Tell where servers report that a letter could not be delivered: `bounces+TAG@example.com`, or to the sender.

    Raises:
        RefusedError: email.address, if the address of the settings is none.
    """
    if not settings.bounce_address:
        return split_mailbox(settings.sender)[1]
    local, _, domain = plain_address(settings.bounce_address).rpartition("@")
    return plain_address(f"{local}+{tag}@{domain}" if tag else f"{local}@{domain}")


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
    message = _headed(content, settings, shop_name, sent_at)
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


def _headed(content: Content, settings: EmailSettings, shop_name: str, sent_at: datetime) -> EmailMessage:
    """Begin the message of a letter with its headers."""
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
    if content.answers and content.answers != content.message_id:
        message["In-Reply-To"] = content.answers
        message["References"] = content.answers
    if content.document:
        message["X-Shop-Document"] = one_line(content.document)
    for name, value in content.more.items():
        message[name] = one_line(value)
    # RFC 3834: keeps absence notes from answering a letter that a program wrote.
    message["Auto-Submitted"] = "auto-generated"
    return message


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
