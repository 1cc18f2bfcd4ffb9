"""Number documents: a template says how a number looks and, by its tokens, when counting starts anew.

Source: RULES "Numbering"; a template such as `INV/{year}/{seq:05d}` counts per year, `S{seq:05d}` for ever.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache


def period_of(template: str, day: date) -> str:
    """Tell the counting period that a day belongs to.

    Returns:
        `2026-08` when the template names the month, `2026` when it names the year, else an empty text.
    """
    if "{month" in template:
        return f"{day.year:04d}-{day.month:02d}"
    return f"{day.year:04d}" if "{year" in template or "{yy" in template else ""


def number(template: str, day: date, sequence: int) -> str:
    """Write a number; the sequence grows beyond its padding when it has to."""
    return _dated(template, day).format(seq=sequence)


@lru_cache(maxsize=100)
def _dated(template: str, day: date) -> str:
    """Fill in everything but the sequence."""
    year, month = f"{day.year:04d}", f"{day.month:02d}"
    return template.replace("{year}", year).replace("{yy}", year[-2:]).replace("{month}", month)


_TOKENS = {
    "year": r"(?P<year>(?!0000)\d{4})",
    "yy": r"(?P<yy>\d\d)",
    "month": r"(?P<month>0[1-9]|1[0-2])",
    "seq": r"(?P<seq>\d{1,18})",
}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)[^}]*\}", template)
    written = (_TOKENS[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(written), re.ASCII)


def position(template: str, written: str) -> tuple[str, int] | None:
    """Find the counting period and sequence of a number that somebody else gave; None when it looks different."""
    found = _pattern(template).fullmatch(written)
    if found is None:
        return None
    tokens = found.groupdict()
    year = tokens.get("year") or f"20{tokens.get('yy') or ''}"
    day = date(int(year), int(tokens.get("month") or 1), 1) if len(year) == 4 else date.max
    return period_of(template, day), int(tokens["seq"])


_DRAFT = re.compile(r"DRAFT[/-]0*([1-9]\d{0,17})", re.ASCII)


def draft_address(key: int) -> str:
    """Name a draft that has no number yet."""
    return f"DRAFT/{key:05d}"


def draft_key(address: str) -> int | None:
    """Read the key out of a draft's address; None when it is something else."""
    found = _DRAFT.fullmatch(address.strip().upper())
    return int(found[1]) if found else None


def folded(reference: str) -> str:
    """Bring a typed document number into its stored form: upper case, blanks at the ends dropped."""
    return reference.strip().upper()
