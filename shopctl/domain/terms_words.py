"""Write payment terms as short words and read them back: `30%`, `70%+60d`, `100%+30d-on-10`, `2%/7d`.

Source: rules for money, section 8, which names the four kinds of delay.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NoReturn

from shopctl.domain.money import parse_decimal
from shopctl.domain.terms import EARLY_MODES, EarlyDiscount, TermsLine
from shopctl.errors import UsageError

_LINE: Final = re.compile(
    r"([0-9.]+)(%?)(?:\+(\d{1,5})d(-after-month-end|-after-next-month-end|-on-(\d{1,2}))?)?", re.ASCII
)
_EARLY: Final = re.compile(r"([0-9.]+)%?/(\d{1,5})d(?::([a-z]+))?", re.ASCII)
_DELAYS: Final = {
    "": "days",
    "-after-month-end": "days_after_month_end",
    "-after-next-month-end": "days_after_next_month_end",
}
_SUFFIXES: Final = {delay: suffix for suffix, delay in _DELAYS.items()}
_COUNTRY_MODES: Final = {"BE": "mixed", "NL": "excluded"}


def read_line(text: str) -> TermsLine:
    """Read one instalment.

    Args:
        text: `30%` or `200` for a percentage or an amount due at once; then `+60d`, `+10d-after-month-end`,
            `+10d-after-next-month-end`, or `+30d-on-10`: 30 days, then the 10th of the month after (0: month's end).

    Raises:
        UsageError: It is written in any other way.
    """
    found = _LINE.fullmatch(text.strip())
    if found is None:
        _refuse(text, "an instalment", "30%, 200, 70%+60d, 100%+10d-after-month-end or 100%+30d-on-10")
    value, percent, days, suffix, day = found.groups(default="")
    delay = "days_end_of_month_on" if day else _DELAYS[suffix]
    kind = "percent" if percent else "fixed"
    return TermsLine(kind, parse_decimal(value, what="instalment"), delay, int(days or 0), int(day or 0))


def write_line(line: TermsLine) -> str:
    """Write one instalment as `read_line` reads it."""
    value = f"{_short(line.value)}{'%' if line.type == 'percent' else ''}"
    if line.delay == "days":
        return f"{value}+{line.days}d" if line.days else value
    suffix = f"-on-{line.day}" if line.delay == "days_end_of_month_on" else _SUFFIXES[line.delay]
    return f"{value}+{line.days}d{suffix}"


def read_early(text: str, country: str = "") -> EarlyDiscount:
    """Read an early discount.

    Args:
        text: `2%/7d`, or `2%/7d:excluded` with one of the modes.
        country: Decides the mode that is not written: BE mixed, NL excluded, elsewhere included.

    Raises:
        UsageError: It is written in any other way.
    """
    found = _EARLY.fullmatch(text.strip())
    if found is None or (found[3] and found[3] not in EARLY_MODES):
        _refuse(text, "an early discount", f"2%/7d or 2%/7d:MODE with one of {', '.join(EARLY_MODES)}")
    mode = found[3] or _COUNTRY_MODES.get(country, "included")
    return EarlyDiscount(parse_decimal(found[1], what="discount"), int(found[2]), mode)


def write_early(early: EarlyDiscount) -> str:
    """Write an early discount as `read_early` reads it."""
    return f"{_short(early.percent)}%/{early.days}d:{early.mode}"


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _refuse(text: str, what: str, examples: str) -> NoReturn:
    raise UsageError("usage.terms", f"{text[:40]!r} is not {what}", hint=f"write it like {examples}")
