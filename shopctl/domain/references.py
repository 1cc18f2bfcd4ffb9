"""Write the reference that a payer quotes, and recognise the structured ones.

Source: rules for money, section 2.3; ISO 11649 (RF), the Belgian OGM/VCS of Febelfin, the Finnish viitenumero.
The base is the digits of the document's number, which are the same in every copy of the database.
"""

from __future__ import annotations

import re
from typing import Final

STYLES: Final = ("plain", "rf", "belgian")
"""The ways to write a reference: the number itself, ISO 11649, or OGM/VCS."""

_RF_DIGITS: Final = 21
_OGM_DIGITS: Final = 10
_DECORATION: Final = re.compile(r"[\s+*/]")
_FINNISH_WEIGHTS: Final = (7, 3, 1)


def reference(number: str, style: str) -> str:
    """Write the reference for a document; a number without any digit is its own.

    Args:
        number: The document's number, such as `INV/2026/00031`.
        style: One of `STYLES`.
    """
    digits = "" if style == "plain" else re.sub(r"[^0-9]", "", number)
    if not digits:
        return number
    return rf(digits[-_RF_DIGITS:]) if style == "rf" else belgian(digits[-_OGM_DIGITS:])


def beside(number: str, style: str) -> str:
    """Write the reference for a document that stores one only where it is not the number itself; else nothing."""
    quoted = reference(number, style)
    return "" if quoted == number else quoted


def rf(base: str) -> str:
    """Write an ISO 11649 reference in groups of four, such as `RF18 1234 5678 9`.

    Args:
        base: 1 to 21 digits or letters.
    """
    written = _rf(base)
    return " ".join(written[start : start + 4] for start in range(0, len(written), 4))


def belgian(base: str) -> str:
    """Write a Belgian OGM/VCS reference, such as `+++020/3430/57642+++`.

    Args:
        base: 1 to 10 digits.
    """
    written = _ogm(base.zfill(_OGM_DIGITS))
    return f"+++{written[:3]}/{written[3:7]}/{written[7:]}+++"


def written(text: str) -> list[str]:
    """List how a structured reference is written that was typed with or without its blanks and signs; none for others.

    Twelve digits are written in the Belgian way; a Finnish reference has no form of its own.
    """
    bare = _DECORATION.sub("", text).upper()
    kind = kind_of(text)
    if kind == "rf":
        return [" ".join(bare[start : start + 4] for start in range(0, len(bare), 4))]
    return [f"+++{bare[:3]}/{bare[3:7]}/{bare[7:]}+++"] if kind == "belgian" else []


def quotes(text: str, reference: str) -> bool:
    """Tell whether a text quotes a reference or number, with or without its blanks and signs.

    `Invoice inv 2026-00031, thanks` quotes `INV/2026/00031`; what goes on with further letters or digits does not.
    """
    bare, said = (re.sub(r"[^0-9A-Z]", "", one.upper()) for one in (reference, text))
    if not bare or bare not in said:
        return False
    spread = "[^0-9A-Z]*".join(bare)
    return re.search(f"(?<![0-9A-Z]){spread}(?![0-9A-Z])", text.upper()) is not None


def typed(text: str) -> bool:
    """Tell whether a text is written as a structured reference, so that it is no number of a document."""
    return text.lstrip().upper().startswith(("RF", "+++", "***")) and bool(kind_of(text))


def kind_of(text: str) -> str:
    """Tell which structured reference a text is: `rf`, `belgian`, `finnish`, or an empty text for none.

    Blanks, `+++`, `***` and slashes do not count. Twelve digits may be Belgian or Finnish; Belgian is asked first.
    """
    bare = _DECORATION.sub("", text).upper()
    if re.fullmatch(r"RF\d\d[0-9A-Z]{1,21}", bare, re.ASCII):
        return "rf" if bare == _rf(bare[4:]) else ""
    if not re.fullmatch(r"\d{4,20}", bare, re.ASCII):
        return ""
    if len(bare) == _OGM_DIGITS + 2 and bare == _ogm(bare[:_OGM_DIGITS]):
        return "belgian"
    return "finnish" if bare[-1] == _finnish_check(bare[:-1]) else ""


def valid(text: str) -> bool:
    """Tell whether a text is a structured reference whose check digits fit."""
    return bool(kind_of(text))


def _rf(base: str) -> str:
    rest = int("".join(str(int(character, 36)) for character in f"{base}RF00")) % 97
    return f"RF{98 - rest:02d}{base}"


def _ogm(base: str) -> str:
    return f"{base}{int(base) % 97 or 97:02d}"


def _finnish_check(base: str) -> str:
    weighed = sum(int(digit) * _FINNISH_WEIGHTS[place % 3] for place, digit in enumerate(reversed(base)))
    return str(-weighed % 10)
