"""Make any text safe for a terminal, measure it and cut it.

Names, notes and addresses come from customers. Printed as they are, an escape sequence, a carriage return or
a bidirectional mark could rewrite the line above them, so everything a person reads passes `safe`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

ELLIPSIS = "…"
ABSENT = "–"

# Controls, soft hyphen, bidirectional and zero-width characters, line separators, lone surrogates, tags.
INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_EMOJI = r"\u203c-\u2bff\u3030\U0001f000-\U0001faff"
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


@cache
def _unsafe() -> re.Pattern[str]:
    joiner = rf"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"
    return re.compile(rf"[{INVISIBLE}]|{joiner}")


_NARROW = (
    r" -~\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    r"\u2190-\u21ff\u2500-\u25cf\u2713\u2717"
)
_WIDE = r"\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3"


@cache
def _narrow() -> re.Pattern[str]:
    """Characters that take one column each, so that most texts need no wcwidth."""
    return re.compile(f"[{_NARROW}]*")


@cache
def _simple() -> re.Pattern[str]:
    """Texts of characters that take one column or, as those of East Asia, two."""
    return re.compile(rf"[{_NARROW}\u05d0-\u05ea\u0621-\u063a\u0641-\u064a{_WIDE}]*")


@cache
def _wide() -> re.Pattern[str]:
    return re.compile(f"[{_WIDE}]")


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def safe(text: str) -> str:
    r"""Show control, bidirectional and invisible characters as visible escapes such as `\x1b` or `\u202e`."""
    return text if text.isprintable() else _unsafe().sub(_escape, text)


def escaped(text: str) -> str:
    r"""Escape a cell of the `plain` format: as `safe`, and a backslash is doubled, so that it can be undone."""
    if text.isprintable() and "\\" not in text:
        return text
    return safe(text.replace("\\", "\\\\"))


def width(text: str) -> int:
    """Count the terminal columns that a safe text takes."""
    if text.isascii() or _narrow().fullmatch(text):
        return len(text)
    if _simple().fullmatch(text):
        return len(text) + len(_wide().findall(text))
    from wcwidth import wcswidth  # 37 ms: only for texts with combining characters, emoji and rarer scripts

    columns = wcswidth(text)
    return columns if columns >= 0 else len(text)


def _graphemes(text: str) -> Iterator[str]:
    from wcwidth import iter_graphemes

    return iter(iter_graphemes(text))


def _head(text: str, columns: int) -> str:
    """Take what fits into the columns, without splitting a character from its accents."""
    if text.isascii() or _narrow().fullmatch(text):
        return text[:columns]
    taken: list[str] = []
    left = columns
    for grapheme in _graphemes(text):
        left -= width(grapheme)
        if left < 0:
            break
        taken.append(grapheme)
    return "".join(taken)


def clip(text: str, columns: int) -> str:
    """Cut a safe text to the columns; a cut text ends in an ellipsis."""
    if len(text) * 2 <= columns or width(text) <= columns:
        return text
    return _head(text, columns - 1).rstrip(" ") + ELLIPSIS if columns > 0 else ""


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill a safe text with blanks to the columns; `right` puts the blanks before it."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, columns: int) -> list[str]:
    """Break a safe text into lines of at most so many columns, at blanks where there are any; never no line."""
    columns = max(columns, 1)
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer) <= columns:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, columns)
        lines.extend(full)
    return [*lines, line] if line or not lines else lines


def _pieces(word: str, columns: int) -> list[str]:
    pieces: list[str] = []
    while width(word) > columns:
        piece = _head(word, columns) or word[0]
        pieces.append(piece)
        word = word[len(piece) :]
    return [*pieces, word]
