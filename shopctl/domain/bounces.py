"""Read what mail servers report about letters that they could not deliver.

Whatever a stranger writes into such a message is only ever compared with what we sent: a report counts for a letter
only if it names what nobody but those who carried the letter can know.

Source: RFC 3464 (reports), RFC 3463 (their codes), RFC 5965 (complaints), RFC 6522 (how reports are made up).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any, Final, NamedTuple

from shopctl.domain.mail import one_line

BOUNCED: Final = "bounced"
DELAYED: Final = "delayed"
COMPLAINED: Final = "complained"

MOST_PARTS: Final = 50
MOST_REPORTS: Final = 20
LONGEST_REASON: Final = 300

_TAG: Final = re.compile(r"\+(\d{1,18})-([0-9a-f]{8})@")
_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID: Final = re.compile(r"<([0-9a-f]{40}@[A-Za-z0-9.-]{1,253})>")
_ADDRESS: Final = re.compile(r"[^\s<>;,@]{1,64}@[^\s<>;,@]{1,253}")
_REACHED: Final = ("Delivered-To", "X-Original-To", "To", "Envelope-To")


class Mail(NamedTuple):
    """A message of a mailbox; `name` is its file, or its place counted from 1."""

    name: str
    content: bytes


class Report(NamedTuple):
    """What became of a letter for one recipient.

    Attributes:
        address: Whom it did not reach, as the server writes it; may be empty.
        status: Such as `5.1.1`.
        reason: What the server said, on one line.
    """

    address: str
    status: str
    reason: str

    @property
    def permanent(self) -> bool:
        """Whether the address itself is of no use.

        A full mailbox, a letter that is too large, and a server that does not like its sender or its content say
        nothing about the address (RFC 3463, 3.3, 3.4, 3.7 and 3.8).
        """
        kind, subject, detail = self.status.split(".")
        passing = subject in ("6", "7") or (subject, detail) in (("2", "2"), ("2", "3"), ("3", "4"))
        return kind == "5" and not passing


class Incoming(NamedTuple):
    """A message that came in, as far as it matters.

    Attributes:
        kind: `bounced`, `delayed`, `complained`, or empty for a message that is no report.
        tags: Letters named by the address that the message came to: number and beginning of the message id.
        message_ids: Letters named by the headers that came back.
        reports: What became of them, one for each recipient; empty for a complaint.
        words: Subject and addresses of a message that is no report; an unsubscribe token is looked for in them.
    """

    kind: str
    tags: tuple[tuple[int, str], ...]
    message_ids: tuple[str, ...]
    reports: tuple[Report, ...]
    words: tuple[str, ...]


NOTHING: Final = Incoming("", (), (), (), ())


def read_message(content: bytes) -> Incoming:
    """Read a message, whatever it is; one that cannot be understood is no report."""
    try:
        return _read(message_from_bytes(content))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The parser of the standard library stumbles over some headers that are broken on purpose.
        return NOTHING


def _read(message: Message) -> Incoming:
    tags = tuple({(int(number), start): None for number, start in _TAG.findall(_headers(message, _REACHED))})
    parts = list(_parts(message))
    if message.get_content_type() != "multipart/report":
        return NOTHING._replace(words=(_header(message, "Subject"), _headers(message, _REACHED)))
    returned = tuple(dict.fromkeys(found for part in parts for found in _returned(part)))
    kinds = {part.get_content_type() for part in parts}
    if "message/feedback-report" in kinds:
        return Incoming(COMPLAINED, tags, returned, (), ())
    reports = tuple(report for part in parts for report in _reports(part))[:MOST_REPORTS]
    if not reports:
        return NOTHING
    kind = BOUNCED if any(report.permanent for report in reports) else DELAYED
    return Incoming(kind, tags, returned, reports, ())


def _parts(message: Message) -> Iterator[Message]:
    """List the parts of a report; what is inside the letter that came back is none of them."""
    payload = message.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload[:MOST_PARTS] if isinstance(part, Message))


def _reports(part: Message) -> Iterator[Report]:
    payload: Any = part.get_payload()
    if part.get_content_type() != "message/delivery-status" or not isinstance(payload, list):
        return
    for block in payload[: MOST_REPORTS + 1]:
        status = _STATUS.search(_header(block, "Status"))
        if not status or status[1] == "2":
            continue
        address = _ADDRESS.search(_header(block, "Original-Recipient") or _header(block, "Final-Recipient"))
        reason = _header(block, "Diagnostic-Code").partition(";")[2].strip() or _header(block, "Action")
        yield Report(address[0] if address else "", status[0], one_line(reason)[:LONGEST_REASON])


def _returned(part: Message) -> Iterator[str]:
    """Find the message ids of a letter that came back, as a whole or by its headers."""
    payload: Any = part.get_payload()
    kind = part.get_content_type()
    if kind == "message/rfc822" and isinstance(payload, list) and payload:
        yield from (f"<{found}>" for found in _MESSAGE_ID.findall(_header(payload[0], "Message-ID")))
    elif kind == "text/rfc822-headers" and isinstance(payload, str):
        headers = message_from_bytes(payload[:100_000].encode("utf-8", "replace"))
        yield from (f"<{found}>" for found in _MESSAGE_ID.findall(_header(headers, "Message-ID")))


def _headers(message: Message, names: tuple[str, ...]) -> str:
    return "\n".join(str(value)[:1000] for name in names for value in message.get_all(name, [])[:10])


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "")[:2000]
