"""Decide on colour and glyphs: a status is always a word, colour and glyph only repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_CODES = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}

_ROLES = {
    "red": ("overdue", "failed", "error", "uncertain", "late"),
    "yellow": (
        "draft", "pending", "waiting", "waits", "queued", "partial", "partly", "not paid", "open", "held",
        "to invoice", "partly used", "to ship", "authorized", "abandoned", "would",
    ),
    "green": (
        "paid", "done", "invoiced", "shipped", "confirmed", "posted", "recovered", "ordered", "overpaid", "ok",
        "used up",
        "created", "changed",
    ),
    "dim": ("cancelled", "credited", "skipped", "unchanged", "replayed", "archived", "disabled", "refunded", "purged"),
}  # fmt: skip
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}

_GLYPHS = {"confirmed": "●", "posted": "●", "draft": "○", "pending": "○", "waits": "○", "cancelled": "×"}

_ASCII = {
    "✓": "ok", "✗": "x", "●": "*", "○": "o", "×": "x", "…": "~", "─": "-", "–": "-", "—": "-", "·": "-", "→": "->",
    "┌": "+", "┐": "+", "└": "+", "┘": "+", "│": "|", "•": "*", "▲": "^", "▼": "v", "█": "#", "▉": "#", "▊": "#",
    "▋": "#", "▌": "#", "▍": "#", "▎": "#", "▏": "#", "━": "-",
}  # fmt: skip


def use_color(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Decide whether a stream is coloured.

    Args:
        choice: `--color`: `always` and `never` win over everything; `auto` asks the environment.
        environ: NO_COLOR beats FORCE_COLOR and CLICOLOR_FORCE, those beat TERM=dumb; empty is not set.
        terminal: Whether the stream is a terminal.
    """
    if choice in ("always", "never"):
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb"


def is_utf8(encoding: str | None) -> bool:
    """Tell whether a stream can show every character; one without an encoding is taken to be UTF-8."""
    return encoding is None or encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig", "cp65001")


def ascii_table(encoding: str | None) -> dict[int, str]:
    """Return the translation for glyphs that the encoding does not have; empty for UTF-8."""
    if encoding is None or is_utf8(encoding):
        return {}
    return {ord(glyph): word for glyph, word in _ASCII.items() if not _has(encoding, glyph)}


def _has(encoding: str, glyph: str) -> bool:
    try:
        glyph.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


SPOKEN = {"reversed": "credited"}
"""Statuses that people call by another word."""


def worded(status: str) -> str:
    """Write a status as people say it: `not_paid` is `not paid`, `reversed` is `credited`."""
    return SPOKEN.get(status) or status.replace("_", " ")


def role_of(words: str) -> str:
    """Tell the colour of a status, by its first known words; empty for none."""
    words = words.lstrip("●○×✓=!✗ ").lower()
    return _ROLE_OF.get(words) or _ROLE_OF.get(" ".join(words.split()[:2])) or _ROLE_OF.get(words.partition(" ")[0], "")


@dataclass(frozen=True)
class Style:
    """How one stream shows glyphs and colours."""

    color: bool = False
    ascii: Mapping[int, str] = field(default_factory=dict)

    def glyphs(self, text: str) -> str:
        """Replace glyphs that the stream cannot show; done before anything is measured."""
        return text.translate(self.ascii) if self.ascii and not text.isascii() else text

    def paint(self, text: str, role: str) -> str:
        """Colour a text; done after everything is measured and cut."""
        if not self.color or not role or not text:
            return text
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m"

    def status(self, status: str) -> str:
        """Write a status with its glyph."""
        words = worded(status)
        glyph = _GLYPHS.get(words) or _GLYPHS.get(words.partition(" ")[0])
        return self.glyphs(f"{glyph} {words}") if glyph else words
