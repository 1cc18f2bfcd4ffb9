"""Insist that the HTML of a letter loads nothing, runs nothing, and leads to the web or to an address only."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final

FORBIDDEN: Final = frozenset((
    "applet", "audio", "base", "embed", "form", "frame", "frameset", "iframe", "input", "link", "math", "object",
    "portal", "script", "source", "svg", "template", "track", "video",
))  # fmt: skip
ADDRESSED: Final = frozenset(("action", "background", "cite", "data", "formaction", "href", "poster", "src", "srcset"))
"""Attributes that hold addresses."""

_LINK: Final = re.compile(r"(https?://|mailto:)[^\s]+|#[\w-]*", re.IGNORECASE)
_PICTURE: Final = re.compile(r"cid:[^\s]+", re.IGNORECASE)
_PIECE: Final = re.compile(r"<style\b.*?</style\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_STYLE: Final = re.compile(
    r"url\s*\(|image(-set)?\s*\(|src\s*\(|@import|expression\s*\(|\\|behavior\s*:|/\*", re.IGNORECASE
)


def is_web_address(text: str) -> bool:
    """Tell whether a link may lead there: to a web page, or to somebody's mailbox."""
    return bool(_LINK.fullmatch(text)) and not text.startswith("#")


def require_harmless(html: str) -> None:
    """Insist on harmless HTML.

    Raises:
        ValueError: What is wrong, in words.
    """
    reader = _Reader(convert_charrefs=True)
    reader.feed(html)
    reader.close()
    if reader.in_style:
        raise ValueError("a style sheet has no end")


def require_still_harmless(html: str) -> None:
    """Insist on it once more for HTML of a template that was found harmless, now with the values of a letter.

    Only these differ, and they are escaped: it is enough to look at each tag for itself, and at most once.

    Raises:
        ValueError: What is wrong, in words.
    """
    for piece in set(_PIECE.findall(html)):
        _require_piece(piece)


@lru_cache(maxsize=4096)
def _require_piece(piece: str) -> None:
    require_harmless(piece)


class _Reader(HTMLParser):
    """Reads elements one by one."""

    in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        self.in_style = tag == "style"
        if tag in FORBIDDEN:
            raise ValueError(f"<{tag}> has no place in a letter")
        for name, value in attrs:
            if name.startswith("on"):
                raise ValueError(f"{name} would run something")
            if name == "http-equiv":
                raise ValueError("http-equiv has no place in a letter")
            if name in ADDRESSED:
                _require_address(tag, name, value or "")
            if name == "style":
                _require_style(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a style sheet."""
        self.in_style = self.in_style and tag != "style"

    def handle_comment(self, data: str) -> None:
        """Refuse what some programs read as HTML after all."""
        if data.lstrip().startswith("["):
            raise ValueError("a comment that some mail programs obey has no place in a letter")

    def handle_data(self, data: str) -> None:
        """Look at a style sheet; other text is harmless."""
        if self.in_style:
            _require_style(data)


def _require_address(tag: str, name: str, value: str) -> None:
    if tag == "img" and name == "src":
        if not _PICTURE.fullmatch(value):
            raise ValueError("a picture is a part of the letter (cid:) and never loaded from elsewhere")
    elif name != "href" or not _LINK.fullmatch(value):
        raise ValueError(f"{name}={value[:60]!r} is no link to http, https or mailto")


def _require_style(text: str) -> None:
    if _STYLE.search(text):
        raise ValueError("a style loads nothing: url(), @import and escapes are not allowed")
