"""Sign what a link in a letter says, so that whoever follows it needs no password and nobody can make up another one.

A token is `k1` and, in the alphabet of web addresses, sixteen bytes of an HMAC-SHA256, five of the second until which
it holds (zero: for ever), and the subject. The HMAC covers the purpose too: a token for one thing is of no use for
another. Source: RFC 2104; RFC 4648, 5.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from shopctl.errors import RefusedError

UNSUBSCRIBE: Final = "unsubscribe"
"""The purpose of a token that says: no more letters that advertise to this address."""

CART: Final = "cart"
"""The purpose of a token that leads back to a cart."""

_VERSION: Final = "k1"
_MAC: Final = 16
_UNTIL: Final = 5
_SHORTEST: Final = 29
_TOKEN: Final = re.compile(rf"(?<![A-Za-z0-9_-]){_VERSION}[A-Za-z0-9_-]{{{_SHORTEST},1000}}(?![A-Za-z0-9_-])")


def sign(key: bytes, purpose: str, subject: str, until: datetime | None = None) -> str:
    """Make the token that says something for a purpose.

    Args:
        key: The secret, at least 32 random bytes.
        subject: What is said, such as an address; not hidden, only signed.
        until: When it stops to hold; None for never.
    """
    body = (int(until.timestamp()) if until else 0).to_bytes(_UNTIL, "big") + subject.encode()
    blob = _mac(key, purpose, body) + body
    return _VERSION + base64.urlsafe_b64encode(blob).rstrip(b"=").decode("ascii")


def verify(key: bytes, purpose: str, token: str, now: datetime) -> str:
    """Tell what a token says that we made for this purpose.

    Raises:
        RefusedError: link.invalid, if it was made for something else, changed, cut off, or signed with another key;
            link.expired, if it holds no longer.
    """
    blob = _blob(token)
    body = blob[_MAC:]
    if len(body) <= _UNTIL or not hmac.compare_digest(blob[:_MAC], _mac(key, purpose, body)):
        raise RefusedError(
            "link.invalid",
            "this is not a link that the shop made, or not all of it",
            hint="hand over the whole token of the link, just as it stands in the letter",
        )
    until = int.from_bytes(body[:_UNTIL], "big")
    if until and until <= now.timestamp():
        raise RefusedError("link.expired", "the link does not hold any longer", hint="the next letter has a new one")
    return body[_UNTIL:].decode()


def token_of(text: str) -> str:
    """Find the token in a text such as a link or the subject of a letter; empty if there is none."""
    found = _TOKEN.search(text)
    return found[0] if found else ""


def _blob(token: str) -> bytes:
    """Decode a token, and insist that it is written in the one way in which we write it."""
    if not _TOKEN.fullmatch(token):
        return b""
    text = token[len(_VERSION) :]
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return blob if base64.urlsafe_b64encode(blob).rstrip(b"=").decode("ascii") == text else b""


def _mac(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, hashlib.sha256)[:_MAC]
