"""Number documents: a template says how a number looks and, by its tokens, when counting starts anew.

Source: RULES "Numbering"; a template such as `INV/{year}/{seq:05d}` counts per year, `INV/{fy}/{seq:05d}` per fiscal
year, `S{seq:05d}` for ever.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple


class Place(NamedTuple):
    """Where a number stands in its series."""

    period: str
    sequence: int


class Scheme(NamedTuple):
    """How the numbers of a series look.

    Attributes:
        template: A text with the tokens `{year}`, `{yy}`, `{fy}`, `{month}` and `{seq}` or `{seq:05d}`.
        fiscal_year_start: The month, 1 to 12, in which the fiscal year of `{fy}` begins.
    """

    template: str
    fiscal_year_start: int = 1

    def period_of(self, day: date) -> str:
        """Tell the counting period that a day belongs to.

        Returns:
            `2026-08` when the template names the month; `2025/26`, or `2026` when it is the calendar year, when it
            names the fiscal year; `2026` when it names the year; else an empty text.
        """
        if "{month" in self.template:
            return f"{day.year:04d}-{day.month:02d}"
        if "{fy" in self.template and self.fiscal_year_start > 1:
            begin = self._begin(day)
            return f"{begin:04d}/{(begin + 1) % 100:02d}"
        return f"{day.year:04d}" if any(token in self.template for token in ("{year", "{yy", "{fy")) else ""

    def first_day(self, period: str) -> date:
        """Tell the first day of a counting period; any day for a series that counts for ever."""
        year, _, month = period.partition("-")
        year, fiscal, _ = year.partition("/")
        try:
            return date(int(year), self.fiscal_year_start if fiscal else int(month or 1), 1)
        except ValueError:
            return date(2000, 1, 1)

    def number(self, day: date, sequence: int) -> str:
        """Write a number; the sequence grows beyond its padding when it has to."""
        return _dated(self, day).format(seq=sequence)

    def place(self, written: str, *, padded: bool = True) -> Place | None:
        """Find the counting period and the sequence of a number; None when this template did not write it.

        Args:
            padded: 0012 is not how a template with five digits writes 12. Without this any padding will do, as in
                numbers that somebody else gave.
        """
        found = _pattern(self).fullmatch(written)
        if found is None:
            return None
        parts = found.groupdict()
        sequence = int(parts.pop("seq"))
        meaning = _meaning(self, tuple(parts.items()))
        if meaning is None or (padded and meaning.dated.format(seq=sequence) != written):
            return None
        return Place(meaning.period, sequence)

    def fiscal_year(self, day: date) -> str:
        """Write the fiscal year of a day: `2026` when it is the calendar year, else both years as in `25-26`."""
        begin = self._begin(day)
        return f"{begin:04d}" if self.fiscal_year_start == 1 else f"{begin % 100:02d}-{(begin + 1) % 100:02d}"

    def _begin(self, day: date) -> int:
        return day.year - (day.month < self.fiscal_year_start)


@lru_cache(maxsize=1000)
def _dated(scheme: Scheme, day: date) -> str:
    """Fill in everything but the sequence."""
    written = {
        "{year}": f"{day.year:04d}",
        "{yy}": f"{day.year % 100:02d}",
        "{fy}": scheme.fiscal_year(day),
        "{month}": f"{day.month:02d}",
    }
    text = scheme.template
    for token, value in written.items():
        text = text.replace(token, value)
    return text


_DIGITS = {"year": r"(?!0000)\d{4}", "yy": r"\d\d", "fy": r"\d\d-\d\d", "month": r"0[1-9]|1[0-2]", "seq": r"\d{1,18}"}


@lru_cache(maxsize=100)
def _pattern(scheme: Scheme) -> re.Pattern[str]:
    digits = {**_DIGITS, "fy": _DIGITS["year"]} if scheme.fiscal_year_start == 1 else _DIGITS
    text, seen = "", set()
    for place, part in enumerate(re.split(r"\{(\w+)[^}]*\}", scheme.template)):
        if place % 2 == 0:
            text += re.escape(part)
        else:
            text += f"(?P={part})" if part in seen else f"(?P<{part}>{digits[part]})"
            seen.add(part)
    return re.compile(text, re.ASCII)


class _Meaning(NamedTuple):
    """The counting period that a number names, and how that period's numbers look but for the sequence."""

    period: str
    dated: str


@lru_cache(maxsize=1000)
def _meaning(scheme: Scheme, parts: tuple[tuple[str, str], ...]) -> _Meaning | None:
    """Find what the tokens of a number say; two digits of a year are of this century."""
    named = dict(parts)
    start = scheme.fiscal_year_start
    month = int(named.get("month", start))
    year = named.get("year") or f"20{named.get('yy', '00')}"
    if "fy" in named:
        begin = int(named["fy"]) if start == 1 else int(f"20{named['fy'][:2]}")
        year = str(begin + (month < start))
    try:
        day = date(int(year), month, 1)
    except ValueError:
        return None
    return _Meaning(scheme.period_of(day), _dated(scheme, day))


def draft_address(key: int) -> str:
    """Name a draft that has no number yet."""
    return f"DRAFT/{key:05d}"


def draft_key(address: str) -> int | None:
    """Read the key out of a draft's address; None when it is something else."""
    return _key("DRAFT", address)


def line_address(key: int) -> str:
    """Name a line of a bank statement."""
    return f"LINE/{key:05d}"


def line_key(address: str) -> int | None:
    """Read the key out of the address of a bank line; None when it is something else."""
    return _key("LINE", address)


def statement_address(key: int) -> str:
    """Name a statement of an account."""
    return f"STMT/{key:05d}"


def statement_key(address: str) -> int | None:
    """Read the key out of the address of a statement; None when it is something else."""
    return _key("STMT", address)


def _key(kind: str, address: str) -> int | None:
    found = re.fullmatch(rf"{kind}[/-]0*([1-9]\d{{0,17}})", address.strip().upper(), re.ASCII)
    return int(found[1]) if found else None


def folded(reference: str) -> str:
    """Bring a typed document number into its stored form: upper case, blanks at the ends dropped."""
    return reference.strip().upper()
