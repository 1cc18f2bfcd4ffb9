"""Make any text safe for a terminal, measure it and cut it.

Names, notes and addresses come from customers. Printed as they are, an escape sequence, a carriage return or
a bidirectional mark could rewrite the line above them, so everything a person reads passes `safe`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
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


_JOINS, _WIDENS = -1, -2
"""The sign that joins a letter with the one before it, and signs beside a letter: both make it two columns wide."""

_COLUMNS = (
    (0x20, 0x7E, 1), (0xA1, 0xAC, 1), (0xAE, 0x2FF, 1), (0x300, 0x36F, 0), (0x370, 0x482, 1), (0x48A, 0x52F, 1),
    (0x591, 0x5BD, 0), (0x5D0, 0x5EA, 1), (0x621, 0x63A, 1), (0x641, 0x64A, 1), (0x64B, 0x65F, 0), (0x900, 0x902, 0),
    (0x903, 0x903, _WIDENS), (0x904, 0x939, 1), (0x93C, 0x93C, 0), (0x93D, 0x93D, 1), (0x93E, 0x940, _WIDENS),
    (0x941, 0x948, 0), (0x949, 0x94C, _WIDENS), (0x94D, 0x94D, _JOINS), (0x958, 0x961, 1), (0x964, 0x97F, 1),
    (0xE01, 0xE30, 1), (0xE31, 0xE31, 0), (0xE32, 0xE33, 1), (0xE34, 0xE3A, 0), (0xE3F, 0xE46, 1), (0xE47, 0xE4E, 0),
    (0xE50, 0xE59, 1), (0x2010, 0x2027, 1), (0x2030, 0x205E, 1), (0x20A0, 0x20BF, 1), (0x2190, 0x21FF, 1),
    (0x2500, 0x25CF, 1), (0x2713, 0x2713, 1), (0x2717, 0x2717, 1), (0x3005, 0x3005, 2), (0x3041, 0x3096, 2),
    (0x30A1, 0x30FA, 2), (0x30FC, 0x30FC, 2), (0x4E00, 0x9FFF, 2), (0xAC00, 0xD7A3, 2),
)  # fmt: skip
"""Ranges of characters with the columns each takes: Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari and Thai with
their accents and vowel signs, signs and lines; then those of East Asia. They spare most texts wcwidth, and a range
costs no pattern to be compiled."""
_FIRST = [first for first, _, _ in _COLUMNS]


def _each_width(text: str) -> list[int] | None:
    """Tell the columns of each character; None for a text that has others than those above."""
    widths = []
    for character in text:
        code = ord(character)
        first, last, each = _COLUMNS[bisect_right(_FIRST, code) - 1]
        if not first <= code <= last:
            return None
        widths.append(each)
    return widths


def _total_width(widths: Sequence[int]) -> int:
    """Count the columns of a text, letter by letter with what belongs to it."""
    columns = letter = 0
    joined = False
    for each in widths:
        if each > 0:
            columns, letter = (columns, 2) if joined else (columns + letter, each)
        elif each == _WIDENS and letter:
            letter = 2
        joined = each == _JOINS
    return columns + letter


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
    if text.isascii():
        return len(text)
    simple = _each_width(text)
    if simple is not None:
        return _total_width(simple)
    from wcwidth import wcswidth  # 37 ms: only for texts with emoji and rarer scripts

    columns = wcswidth(text)
    return columns if columns >= 0 else len(text)


def _graphemes(text: str) -> Iterator[str]:
    from wcwidth import iter_graphemes

    return iter(iter_graphemes(text))


def _head(text: str, columns: int) -> str:
    """Take what fits into the columns, without splitting a character from its accents."""
    if text.isascii() or set(_each_width(text) or ()) == {1}:
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
