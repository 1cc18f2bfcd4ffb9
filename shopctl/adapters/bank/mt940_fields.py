"""Take the information field of MT940 (tag 86) apart, in the dialects that banks use.

Source: ECOSYSTEM 2; the German sub-fields `?20` to `?63` with SEPA marks such as `EREF+`, the Dutch codes such as
`/REMI/`, and plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from shopctl.adapters.bank.values import account, joined

NOTHING: Final = frozenset({"NONREF", "NOTPROVIDED", "EREF", "KREF", "PREF", "MREF", "MARF"})
"""What stands in a reference field where there is none, or where another field tells it."""

FULL: Final = 65
"""A line of SWIFT holds at most 65 characters; a full one goes on in the next without a blank."""

PART: Final = 27
"""Characters of a German sub-field; a full one goes on in the next without a blank."""

_GERMAN: Final = re.compile(r"\s?([0-9]{3})([^\w\s/])(?=[0-9]{2})")
_SEPA: Final = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|RREF|IBAN|BIC)\+")
_CODES: Final = re.compile(
    r"/(EREF|PREF|IREF|KREF|RREF|MARF|CSID|CNTP|REMI|PURP|ULTB|ULTD|RTRN|TRTP|IBAN|BIC|NAME|BENM|ORDP|ADDR|ISDT|SVCL|"
    r"TRCD|EXCH|CHGS|OCMT)/"
)


class Told(NamedTuple):
    """What the field says."""

    text: str = ""
    name: str = ""
    iban: str = ""
    reference: str = ""
    end_to_end: str = ""
    returned: bool = False


def take_apart(lines: Sequence[str]) -> Told:
    """Read the lines of a field."""
    whole = "".join(lines)
    german = _GERMAN.match(whole)
    if german:
        return _german(whole[german.end() :], german[2])
    if whole.lstrip().startswith("/") and _CODES.search(whole):
        return _coded(whole)
    return sepa(unwrapped(lines, FULL))


def unwrapped(parts: Sequence[str], full: int) -> str:
    """Join parts of a text: directly behind a full one, else by a blank."""
    text = ""
    for part in parts:
        text += part if len(part) >= full else part + " "
    return text


def sepa(text: str) -> Told:
    """Take out what German banks mark with `EREF+`, `SVWZ+` and so on; text without marks stays as it is."""
    if "+" not in text:
        return Told(joined(text))
    before, *marked = _SEPA.split(text)
    found = dict(zip(marked[::2], marked[1::2], strict=True))
    return Told(
        joined(before, found.get("SVWZ", ""), found.get("ABWA", ""), found.get("ABWE", "")), "",
        account(found.get("IBAN", "")), "", mark(joined(found.get("EREF", ""))),
    )  # fmt: skip


def mark(text: str) -> str:
    """Keep a reference unless it says that there is none."""
    return "" if text.upper() in NOTHING else text


def _german(text: str, separator: str) -> Told:
    fields = {part[:2]: part[2:] for part in text.split(separator) if part[:2].isdecimal()}
    parts = [fields[code] for code in sorted(fields) if "20" <= code <= "29" or "60" <= code <= "63"]
    told = sepa(unwrapped(parts, PART))
    field = fields.get
    return Told(
        joined(told.text, field("70", ""), field("71", ""), field("00", "")),
        joined(field("32", "") + field("33", "")),
        told.iban or account(field("38", "") or field("31", "")),
        "",
        told.end_to_end,
        returned=field("34", "").startswith("9"),
    )


def _coded(text: str) -> Told:
    before, *marked = _CODES.split(text)
    found: dict[str, str] = {}
    for code, value in zip(marked[::2], marked[1::2], strict=True):
        found.setdefault(code, value)
    iban, name = found.get("IBAN", ""), found.get("NAME", "")
    if "CNTP" in found:
        iban, _, name, *_ = [*found["CNTP"].split("/"), "", "", ""]
    remittance = found.get("REMI", "")
    reference = ""
    kind, slash, rest = remittance.partition("/")
    if slash and kind == "STRD":
        reference = joined(rest.rstrip("/").rpartition("/")[2])
        remittance = ""
    elif slash and kind == "USTD":
        remittance = rest
    others = (found.get(code, "").strip("/") for code in ("TRTP", "RTRN", "PURP"))
    return Told(
        joined(before, remittance.strip("/"), *others), joined(name), account(iban.strip("/")), reference,
        mark(joined(found.get("EREF", "").strip("/"))), "RTRN" in found,
    )  # fmt: skip
