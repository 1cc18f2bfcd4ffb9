"""Say what a letter needs on its way: one plain address, texts without tricks, and where handing it over can break."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from shopctl.errors import RefusedError

LONGEST_ADDRESS: Final = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 characters with its angle brackets."""

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"(?!-){_ATOM}(\.{_ATOM})*")
_DOMAIN: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
_MAILBOX: Final = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]+)>\s*")
_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
"""Controls, line separators, direction marks and halves of characters: nothing that a letter needs."""

SENDER: Final = "sender"
RECIPIENT: Final = "recipient"
CONTENT: Final = "content"
END: Final = "end"


class Envelope(NamedTuple):
    """From whom and to whom the mail server is told to carry a letter.

    Attributes:
        sender: Where a report goes if the letter cannot be delivered.
        recipients: The one whom the letter is written to, then those who get a copy.
        patient: A copy that is refused for now makes the whole letter wait; otherwise it leaves without that copy.
    """

    sender: str
    recipients: tuple[str, ...]
    patient: bool = True


class Taken(NamedTuple):
    """A mail server took a letter.

    Attributes:
        reply: What it said.
        refused: The addresses of copies that it did not take, each with its reply.
    """

    reply: str
    refused: tuple[tuple[str, str], ...] = ()


class DeliveryError(Exception):
    """The mail server did not take a letter, or did not say whether it did.

    Attributes:
        phase: How far it got: `sender`, `recipient`, `content` (before the final dot) or `end` (the dot was sent).
        code: The code of the server's reply; 0 when there was none that can be understood.
        reply: What the server said, or what happened to the connection.
        lost: The connection is of no use any more.
    """

    def __init__(self, phase: str, code: int, reply: str, *, lost: bool) -> None:
        super().__init__(reply)
        self.phase = phase
        self.code = code
        self.reply = reply
        self.lost = lost

    @property
    def certain(self) -> bool:
        """Whether the letter was certainly not delivered.

        Source: RFC 1047; once the final dot is on its way, only the server's reply tells.
        """
        return self.phase != END or self.code != 0


def one_line(text: str) -> str:
    """Write a text on one line, without control characters and marks that change its reading direction."""
    return " ".join(_HIDDEN.sub(" ", text).split())


def lines_of(text: str) -> tuple[str, ...]:
    """Cut a text of several lines into clean ones; blank lines at both ends are dropped."""
    lines = [one_line(line) for line in re.split(r"\r\n|[\r\n\u2028\u2029]", text)]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return tuple(lines)


def plain_text(text: str) -> str:
    """Take out of a text of several lines what is not seen, and keep its layout."""
    return "\n".join(_HIDDEN.sub(" ", line) for line in text.replace("\r\n", "\n").split("\n"))


def plain_address(text: str) -> str:
    """Check that a text is exactly one e-mail address, and write its domain in ASCII.

    Raises:
        RefusedError: It is none, more than one, or one that not every mail server can carry.
    """
    local, at, domain = text.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        at = ""
    if not (at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) and len(local) <= 64) or (
        len(local) + len(domain) >= LONGEST_ADDRESS
    ):
        raise RefusedError(
            "email.address",
            f"{one_line(text)[:LONGEST_ADDRESS]!r} is not one plain e-mail address",
            hint="write one address such as anna@example.com, with a plain ASCII name before the @",
        )
    return f"{local}@{domain}"


def split_mailbox(text: str) -> tuple[str, str]:
    """Take `Shop <shop@example.com>` apart into name and address; the name may be missing."""
    found = _MAILBOX.fullmatch(text)
    if found is None:
        return "", plain_address(text.strip())
    return one_line(found["name"].strip('"')), plain_address(found["address"].strip())


def file_name(number: str, revision: int = 0) -> str:
    """Make a file name of a document: `INV/2026/00031` is `INV_2026_00031`, its first revision `INV_2026_00031_r1`."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", number).strip("._-") or "document"
    return f"{name}_r{revision}" if revision else name
