"""Fold texts into the words by which they are found, whatever their script, accents and case.

A word is found by any of its beginnings. Scripts that put no spaces between words are found by any part: every ending
of such a run is a word of its own, so that its beginnings are the parts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from shopctl.errors import UsageError

LONGEST: Final = 40
"""Characters of a word; what comes after them is not looked at."""

MOST: Final = 64
"""Words of one text; what comes after them is not found."""

PART: Final = 16
"""Characters that may be typed of a run without spaces; what comes after them is not looked at."""

MOST_TERMS: Final = 16
"""Words in one search."""

AFTER: Final = "\U0010ffff"
"""Sorts after everything that can follow the beginning of a word, compared byte by byte."""

_SPECIAL: Final = {"ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th",
                   "ي": "ی", "ى": "ی", "ك": "ک", "ـ": ""}  # fmt: skip
"""Letters that Unicode does not take apart, and those that two languages of a script write differently."""

_VOICED: Final = "\u3099\u309a"
"""Marks of kana that make another letter, not an accent."""

# Han, kana, Thai, Lao, Myanmar and Khmer; Hangul is written with spaces.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uaa60-\uaa7f\U00020000-\U0003fffd"
)
_RUN: Final = re.compile(f"[{_UNSPACED}]+|[^ {_UNSPACED}]+")
_UNSPACED_SIGN: Final = re.compile(f"[{_UNSPACED}]")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")
_PLAIN: Final = re.compile(r"[a-z0-9]+")


class _Folding(dict[int, str]):
    """What every character of a taken-apart text becomes: letters of lower case, nothing, or a blank between words."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        folded = "".join(map(_folded_sign, unicodedata.normalize("NFKD", sign.casefold())))
        self[code] = folded
        return folded


def _folded_sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if sign in _VOICED:
        return sign
    if unicodedata.combining(sign) or kind in ("Cf", "Me") or "\ufe00" <= sign <= "\ufe0f" or sign >= "\U000e0100":
        return ""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return sign if kind[0] in "LNM" else " "


class _Kept(_Folding):
    """The same for e-mail addresses, of which the dots and dashes stay."""

    def __missing__(self, code: int) -> str:
        folded = _FOLDING[code]
        self[code] = chr(code) if folded == " " else folded
        return self[code]


_FOLDING: Final = _Folding()
_KEPT: Final = _Kept()


def folded(text: str) -> str:
    """Fold a text: letters without accents in lower case, digits, and one blank wherever something else stands."""
    if text.isascii():
        return " ".join(_PLAIN.findall(text.lower()))
    apart = unicodedata.normalize("NFKD", text).translate(_FOLDING)
    return " ".join(unicodedata.normalize("NFC", apart).split())


def words_of(*texts: str) -> frozenset[str]:
    """List the words by which a record is found.

    E-mail addresses are words as a whole and in their parts; the digits at the end of a code are words too, with and
    without leading zeros.

    Args:
        texts: What the record says, such as a name, a company and an e-mail address. Of each the first 64 words count,
            and of each word the first 40 characters.

    Returns:
        Words such that the record is found by a beginning of one of them.
    """
    return frozenset().union(*(_words(text) for text in texts if text))


@lru_cache(maxsize=4_096)
def _words(text: str) -> tuple[str, ...]:
    words = dict.fromkeys(_addresses(text))
    for piece in _RUN.findall(folded(text)):
        if _UNSPACED_SIGN.match(piece):
            words.update(dict.fromkeys(piece[start : start + PART] for start in range(min(len(piece), MOST))))
        else:
            words[piece[:LONGEST]] = None
            if piece[-1].isdecimal():
                words.update(dict.fromkeys(_digits(piece[:LONGEST])))
        if len(words) >= MOST:
            break
    return tuple(words)[:MOST]


def _addresses(text: str) -> list[str]:
    if "@" not in text:
        return []
    return [_kept(address.rstrip("."))[:LONGEST] for address in _ADDRESS.findall(text)]


def _kept(address: str) -> str:
    if address.isascii():
        return address.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", address).translate(_KEPT))


def _digits(word: str) -> list[str]:
    """List the number that a code ends with, as it is written and without leading zeros: 00430 and 430 of s00430."""
    written = re.split("[^0-9]", word)[-1]
    return [written, written.lstrip("0") or "0"] if written else []


def terms_of(query: str) -> tuple[str, ...]:
    """Fold what is typed into a search: beginnings of words, all of which a record must have.

    Raises:
        UsageError: It holds no letter and no digit, or more than 16 words.
    """
    addresses = _addresses(query)
    rest = _ADDRESS.sub(" ", query) if addresses else query
    terms = dict.fromkeys(addresses)
    for piece in _RUN.findall(folded(rest)):
        terms[piece[: PART if _UNSPACED_SIGN.match(piece) else LONGEST]] = None
        if len(terms) > MOST_TERMS:
            raise UsageError(
                "usage.search",
                f"a search takes at most {MOST_TERMS} words",
                hint="leave out what does not tell the documents apart",
            )
    if not terms:
        raise UsageError(
            "usage.search",
            "a search needs at least one letter or digit",
            hint="type a number, a name, an e-mail address or a product",
        )
    return tuple(term for term in terms if not _implied(term, terms))


def _implied(term: str, terms: dict[str, None]) -> bool:
    """Tell whether another word that has to be found begins with this one."""
    return any(other != term and other.startswith(term) for other in terms)


def range_of(prefix: str) -> tuple[str, str]:
    """Tell between which texts, the first one included, everything lies that begins with a prefix.

    For columns that the database compares by the rules of some language: digits and letters of ASCII are in the same
    order everywhere, so the range may hold other texts as well, and the beginning has to be compared too.

    Returns:
        Both bounds; two empty texts where no such range can be told.
    """
    kept = prefix.rstrip("".join(sign for sign in prefix if not _steps(sign)))
    if not kept or not prefix.isascii():
        return "", ""
    return prefix, kept[:-1] + chr(ord(kept[-1]) + 1)


def _steps(sign: str) -> bool:
    """Tell whether the character after this one is the next digit or letter."""
    return "0" <= sign < "9" or "A" <= sign < "Z" or "a" <= sign < "z"
