"""Find the numbers of documents in what payers write, however they disguise them.

A document's number is turned into keys, and so is a text; both meet where a key is the same. Blanks, dashes and
slashes do not count, a missing prefix or year leaves a weaker key, and letters that look like digits are read as
digits where they stand beside one: `1NV 2O26/OOO31` quotes `INV/2026/00031`.

Source: ECOSYSTEM 2, matching order; rules for money, section 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

STRUCTURED: Final = 100
"""Points for a structured reference: its check digits fit, so it is no chance and no typing error."""

NUMBER: Final = 90
"""Points for a whole number, with the letters that belong to it."""

PART: Final = 50
"""Points for a number without its letters, or the running number alone: it may belong to something else."""

_LONGEST: Final = 25
"""Characters of the longest structured reference."""

_TOGETHER: Final = 4
"""Pieces that blanks may have cut a number into."""

_ENOUGH: Final = 5
"""A number without letters that is not longer may stand in a text by chance."""

_AS_WRITTEN: Final = 4
"""Digits that make a running number more than chance; shorter ones are found everywhere."""

_LOOKING_ALIKE: Final = re.compile(r"(?<=\d)O+|O+(?=\d)|(?<=\d)[IL|](?=[\dO]|\b)|(?<=\d)[SB](?=\d)")
_DIGIT_FOR: Final = str.maketrans("OIL|SB", "011158")
_CREDITOR: Final = re.compile(r"\bRF *\d\d(?: ?[0-9A-Z]){1,21}\b")
_PIECE: Final = re.compile(r"([A-Z]*)([^0-9A-Z]{0,3})(\d+)")
_JOINED: Final = re.compile(r"[^0-9A-Z]{0,3}")
_NOT_ALPHANUMERIC: Final = re.compile(r"[^0-9A-Z]")


class _Piece(NamedTuple):
    """A run of digits, the letters before it, and whether nothing but signs parts it from the run before."""

    letters: str
    digits: str
    joined: bool


def keys_of(number: str, reference: str = "") -> dict[str, int]:
    """Tell the keys of a document, with the points that each is worth.

    Args:
        number: Its number, such as `INV/2026/00031` or `S00042`.
        reference: The structured reference that its payer was told, if any; only its own check digits make it so.
    """
    keys: dict[str, int] = {}
    pieces = _pieces(number.upper())
    if pieces:
        first, last = pieces[0], pieces[-1]
        whole = "".join(piece.digits for piece in pieces)
        if len(last.digits) >= _AS_WRITTEN:
            keys[f"={last.digits}"] = PART
        pair = f"{pieces[-2].digits}-{_bare(last.digits)}" if len(pieces) > 1 else f"-{_bare(last.digits)}"
        for key in (pair, whole):
            if first.letters:
                keys[f"{first.letters}:{key}"] = NUMBER
            if len(key) > _ENOUGH:
                keys[key] = PART if first.letters else NUMBER
    if reference:
        keys[_NOT_ALPHANUMERIC.sub("", reference.upper())] = STRUCTURED
    return keys


def found_in(text: str) -> frozenset[str]:
    """List all keys that a text may quote."""
    upper = text.upper()
    keys: set[str] = set()
    for creditor in _CREDITOR.findall(upper):
        bare = _alike(_NOT_ALPHANUMERIC.sub("", creditor))[:_LONGEST]
        keys.update(bare[:end] for end in range(5, len(bare) + 1))
    # The digits of a creditor reference count as a whole or, where a check digit is wrong, not at all.
    pieces = _pieces(_alike(_CREDITOR.sub(" RF ", upper)))
    for place, piece in enumerate(pieces):
        keys.update(_keys_from(pieces, place, piece))
    return frozenset(keys)


def _keys_from(pieces: list[_Piece], place: int, piece: _Piece) -> Iterator[str]:
    """List the keys that begin with one piece, with the letters before it and without."""
    if len(piece.digits) >= _AS_WRITTEN:
        yield f"={piece.digits}"
    whole = piece.digits
    keys = [f"-{_bare(whole)}", whole]
    for count, following in enumerate(pieces[place + 1 : place + _TOGETHER], 1):
        if not following.joined:
            break
        if count == 1:
            keys.append(f"{piece.digits}-{_bare(following.digits)}")
        whole += following.digits
        keys.append(whole)
    for key in keys:
        if piece.letters:
            yield f"{piece.letters}:{key}"
        if len(key) > _ENOUGH:
            yield key


def _pieces(text: str) -> list[_Piece]:
    """Cut a text into its runs of digits."""
    found = []
    end = -1
    for match in _PIECE.finditer(text):
        letters, _, digits = match.groups()
        gap = text[end : match.start(3)] if end >= 0 else "X"
        found.append(_Piece(letters, digits, bool(_JOINED.fullmatch(gap))))
        end = match.end()
    return found


def _bare(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _alike(text: str) -> str:
    """Read letters as the digits that they look like, where they stand beside digits."""
    return _LOOKING_ALIKE.sub(lambda found: found[0].translate(_DIGIT_FOR), text)
