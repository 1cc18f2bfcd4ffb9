"""Make texts printable: clean them, break them into lines, cut what does not fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

Measure = Callable[[str], float]

ELLIPSIS: Final = "..."
INVISIBLE: Final = dict.fromkeys(
    (
        0xAD,
        0x34F,
        0x61C,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        0xFEFF,
    )
)
"""Marks that steer an editor or a text engine and print nothing: soft hyphen, joiners, directions, variants."""
CONTROLS: Final = (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0))
BLANKS: Final = dict.fromkeys((*CONTROLS, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
PRINTED: Final = {**INVISIBLE, **BLANKS}


def clean(text: str) -> str:
    """Answer the text as it can be printed: composed, without control characters; line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    lines = "\n".join(text.splitlines())
    return unicodedata.normalize("NFC", lines).translate(PRINTED)


def cleaned(value: Any) -> Any:
    """Answer a copy of a frozen dataclass, however nested, with every text cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(cleaned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: cleaned(getattr(value, field.name)) for field in fields(value)})
    return value


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a frozen dataclass, however nested."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def wrap(text: str, width: float, measure: Measure, limit: int = 0) -> list[str]:
    """Break a text into lines not wider than `width`; words longer than a line are broken anywhere.

    Args:
        text: What to break; its own line breaks are kept.
        width: The room, in the unit of `measure`.
        measure: Answers the width of a text.
        limit: The most lines to answer, 0 for any number; the last one ends with dots if something is left out.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if measure(paragraph) <= width:
            lines.append(paragraph)
        else:
            lines += _broken(paragraph, width, measure, limit)
        if limit and len(lines) > limit:
            return [*lines[: limit - 1], _dotted(lines[limit - 1], width, measure)]
    return lines


def fit(text: str, width: float, measure: Measure) -> str:
    """Answer the text as one line, cut with dots if it is wider than `width`."""
    line = " ".join(text.split())
    return line if measure(line) <= width else _dotted(line, width, measure)


def _broken(paragraph: str, width: float, measure: Measure, limit: int) -> list[str]:
    lines: list[str] = []
    line, used, space = "", 0.0, measure(" ")
    for word in paragraph.split():
        size = measure(word)
        if line and used + space + size <= width:
            line, used = f"{line} {word}", used + space + size
            continue
        if line:
            lines.append(line)
        *full, line = [word] if size <= width else _pieces(word, width, measure, limit)
        lines += full
        used = size if not full else measure(line)
        if limit and len(lines) > limit:
            break
    return [*lines, line] if line or not lines else lines


def _pieces(word: str, width: float, measure: Measure, limit: int) -> list[str]:
    """Cut a word into pieces as long as a line; after `limit` pieces the rest is one."""
    pieces: list[str] = []
    while not limit or len(pieces) <= limit:
        head = _longest(word, width, measure)
        if head == len(word):
            break
        pieces.append(word[:head])
        word = word[head:]
    return [*pieces, word]


def _longest(word: str, width: float, measure: Measure) -> int:
    """Answer how many characters fit, at least one; a combining mark stays with its letter."""
    low, high = 1, 2
    while high < len(word) and measure(word[:high]) <= width:
        low, high = high, high * 2
    high = min(high, len(word))
    while low < high:
        middle = (low + high + 1) // 2
        if measure(word[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    while low > 1 and low < len(word) and unicodedata.combining(word[low]):
        low -= 1
    return low


def _dotted(line: str, width: float, measure: Measure) -> str:
    room = width - measure(ELLIPSIS)
    if measure(line) > room:
        line = line[: _longest(line, room, measure)]
    return line.rstrip() + ELLIPSIS
