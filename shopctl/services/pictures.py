"""Draw the pictures of a letter when it leaves: the QR code with which banking apps prepare a transfer.

A letter that waits names its picture by what the code says (`domain.transfers`), so every attempt draws the same, and
nothing is ever loaded from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re

from shopctl.domain import transfers

MASK = 3
"""Any of the eight masks is valid; choosing the prettiest costs most of the time."""


def attached(html: str, domain: str) -> tuple[str, dict[str, bytes]]:
    """Answer the HTML of a letter with short names of its pictures, and the pictures as PNG by those names.

    Args:
        domain: What the names end in; they are the same for the same picture.
    """
    found: dict[str, bytes] = {}

    def name(match: re.Match[str]) -> str:
        content = transfers.pictured(match[1])
        key = f"transfer.{hashlib.sha256(content.encode()).hexdigest()[:16]}@{domain}"
        found.setdefault(key, _png(content))
        return f'src="cid:{key}"'

    return transfers.PICTURE.sub(name, html), found


def embedded(html: str) -> str:
    """Answer the HTML of a letter with its pictures inside, for looking at it in a browser."""

    def place(match: re.Match[str]) -> str:
        return f'src="data:image/png;base64,{base64.b64encode(_png(transfers.pictured(match[1]))).decode()}"'

    return transfers.PICTURE.sub(place, html)


def _png(content: str) -> bytes:
    import segno

    code = segno.make(content, error="m", mask=MASK, encoding="utf-8", micro=False, boost_error=False)
    file = io.BytesIO()
    code.save(file, kind="png", scale=4, border=4)
    return file.getvalue()
