"""Read dates, ages, periods and durations as people type them, and place them on the shop's calendar.

Reading never looks at a clock: `parse` answers a `When`, which is resolved later against one captured "now" and the
shop's time zone. Source: help topic `dates`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from shopctl.errors import UsageError

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RELATIVE_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
UNITS: Final = ("week", "month", "quarter", "year")
STEPS: Final = {"last": -1, "this": 0, "next": 1}
FURTHEST: Final = {"h": 876_000, "d": 36_500, "w": 5_200, "mo": 1_200, "y": 100}
"""An age or duration reaches 100 years at most, so that no calendar runs out."""

SECONDS: Final = {"s": 1, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}

HOW: Final = "write 2026-08-21, 2026-08, 2026Q3, today, last-month, or an age such as 7d 2w 3mo 1y (shopctl help dates)"

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-?[qQ]([0-9])")
_YEAR = re.compile(r"[0-9]{4}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?([Zz]|[+-][0-9]{2}:?[0-9]{2})?")
_AGE = re.compile(r"([0-9]{1,6})(h|d|w|mo|y)")
_DURATION = re.compile(r"([0-9]{1,6})(s|min|h|d|w)")
_BARE_MINUTE_OR_MONTH = re.compile(r"[0-9]+m")
_LOCALE = re.compile(r"[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}")


class Span(NamedTuple):
    """The days that a written date covers, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class When:
    """A date as it was typed, not yet placed on a calendar.

    Attributes:
        text: What was typed, for messages.
        kind: `fixed` (days are known), `instant`, `day`, `weekday`, `age`, `period` or `ytd`.
        span: The days of a `fixed` one.
        moment: The time of an `instant`; naive means the shop's zone.
        count: Days of a `day`, index of a `weekday`, number of an `age`, steps of a `period`.
        unit: Unit of an `age` or a `period`.
    """

    text: str
    kind: str
    span: Span | None = None
    moment: datetime | None = None
    count: int = 0
    unit: str = ""

    def day(self, now: datetime, zone: tzinfo, *, ahead: bool = False) -> date:
        """Tell the one day that is meant.

        Args:
            now: The captured instant, aware.
            zone: The shop's time zone.
            ahead: Ages and weekdays lie in the future (`--due 30d`) instead of the past.

        Raises:
            UsageError: A month, quarter, year or other period was written where one day is needed.
        """
        first, last = self.days(now, zone, ahead=ahead)
        if first != last:
            raise UsageError("usage.date", f"'{self.text}' is more than one day", hint="write one day: 2026-08-21")
        return first

    def days(self, now: datetime, zone: tzinfo, *, ahead: bool = False) -> Span:
        """Tell the first and the last day that are meant, in the shop's zone."""
        if self.span is not None:
            return self.span
        if self.moment is not None or self.unit == "h":
            return _one(self.start(now, zone, ahead=ahead).astimezone(zone).date())
        return _RESOLVERS[self.kind](self, now.astimezone(zone).date(), ahead)

    def start(self, now: datetime, zone: tzinfo, *, ahead: bool = False) -> datetime:
        """Tell the first instant that is meant, in UTC (`--since`)."""
        if self.moment is not None:
            moment = self.moment if self.moment.tzinfo else self.moment.replace(tzinfo=zone)
            return moment.astimezone(UTC)
        if self.unit == "h":
            return now.astimezone(UTC) + timedelta(hours=self.count if ahead else -self.count)
        return _midnight(self.days(now, zone, ahead=ahead).first, zone)

    def end(self, now: datetime, zone: tzinfo, *, ahead: bool = False) -> datetime:
        """Tell the instant just after what is meant, in UTC (`--until` includes the whole unit it names)."""
        if self.moment is not None or self.unit == "h":
            return self.start(now, zone, ahead=ahead)
        return _midnight(self.days(now, zone, ahead=ahead).last + timedelta(days=1), zone)


def parse(text: str) -> When:
    """Read a date, month, quarter, year, instant, day name, age or period.

    Raises:
        UsageError: It is none of them; the hint says how to write it.
    """
    word = text.strip()
    for reader in (_instant, _fixed, _named, _age, _period):
        when = reader(word)
        if when is not None:
            return when
    if _BARE_MINUTE_OR_MONTH.fullmatch(word):
        raise _refused(text, "could be minutes or months", f"write {word}o for months")
    if _LOCALE.fullmatch(word):
        raise _refused(text, "does not tell day and month apart", "write the year first: 2026-09-08")
    raise _refused(text, "is not a date", HOW)


def parse_duration(text: str) -> timedelta:
    """Read a length of time such as 30s, 5min, 10h, 7d or 2w.

    Raises:
        UsageError: It is not one, or longer than 100 years.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        if _BARE_MINUTE_OR_MONTH.fullmatch(text.strip()):
            raise _refused(text, "could be minutes or months", f"write {text.strip()}in for minutes")
        raise _refused(text, "is not a length of time", "write a number and a unit: 30s, 5min, 10h, 7d, 2w")
    count, unit = int(match[1]), match[2]
    if count * SECONDS[unit] > FURTHEST["d"] * SECONDS["d"]:
        raise _refused(text, "is longer than 100 years", "write a shorter time: 30s, 5min, 10h, 7d, 2w")
    return timedelta(seconds=count * SECONDS[unit])


def add_months(day: date, months: int) -> date:
    """Move a day by whole months; the day of the month is cut to the length of the month it lands in."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _refused(text: str, why: str, hint: str) -> UsageError:
    return UsageError("usage.date", f"'{text}' {why}", hint=hint, value=text)


def _one(day: date) -> Span:
    return Span(day, day)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _calendar_day(word: str, year: int, month: int, day: int) -> date:
    if not 1900 <= year <= 2999:
        raise _refused(word, "is too far away", "write a year from 1900 to 2999")
    try:
        return date(year, month, day)
    except ValueError:
        raise _refused(word, "is not in the calendar", HOW) from None


def _instant(word: str) -> When | None:
    if not _INSTANT.fullmatch(word):
        return None
    _calendar_day(word, int(word[:4]), int(word[5:7]), int(word[8:10]))
    try:
        return When(word, "instant", moment=datetime.fromisoformat(word.upper()))
    except ValueError:
        raise _refused(word, "is not a time of day", "write 2026-08-21T14:30 or 2026-08-21T14:30Z") from None


def _fixed(word: str) -> When | None:
    if match := _DAY.fullmatch(word):
        span = _one(_calendar_day(word, int(match[1]), int(match[2]), int(match[3])))
    elif match := _MONTH.fullmatch(word):
        span = _months(_calendar_day(word, int(match[1]), int(match[2]), 1), 1)
    elif match := _QUARTER.fullmatch(word):
        span = _months(_calendar_day(word, int(match[1]), int(match[2]) * 3 - 2, 1), 3)
    elif _YEAR.fullmatch(word):
        span = _months(_calendar_day(word, int(word), 1, 1), 12)
    else:
        return None
    return When(word, "fixed", span=span)


def _named(word: str) -> When | None:
    name = word.lower()
    if name in RELATIVE_DAYS:
        return When(word, "day", count=RELATIVE_DAYS[name])
    if name in WEEKDAYS:
        return When(word, "weekday", count=WEEKDAYS.index(name))
    return When(word, "ytd") if name == "ytd" else None


def _age(word: str) -> When | None:
    match = _AGE.fullmatch(word)
    if match is None:
        return None
    count, unit = int(match[1]), match[2]
    if count > FURTHEST[unit]:
        raise _refused(word, "is more than 100 years away", HOW)
    return When(word, "age", count=count, unit=unit)


def _period(word: str) -> When | None:
    step, dash, unit = word.lower().partition("-")
    if not dash or step not in STEPS or unit not in UNITS:
        return None
    return When(word, "period", count=STEPS[step], unit=unit)


def _months(first: date, count: int) -> Span:
    return Span(first, add_months(first, count) - timedelta(days=1))


def _resolve_weekday(when: When, today: date, ahead: bool) -> Span:
    distance = when.count - today.weekday()
    return _one(today + timedelta(days=distance % 7 if ahead else -(-distance % 7)))


def _resolve_age(when: When, today: date, ahead: bool) -> Span:
    count = when.count if ahead else -when.count
    if when.unit in {"mo", "y"}:
        return _one(add_months(today, count * (12 if when.unit == "y" else 1)))
    return _one(today + timedelta(days=count * (7 if when.unit == "w" else 1)))


def _resolve_period(when: When, today: date, _ahead: bool) -> Span:
    if when.unit == "week":
        monday = today + timedelta(days=7 * when.count - today.weekday())
        return Span(monday, monday + timedelta(days=6))
    length = {"month": 1, "quarter": 3, "year": 12}[when.unit]
    begin = date(today.year, (today.month - 1) // length * length + 1, 1)
    return _months(add_months(begin, when.count * length), length)


_RESOLVERS: Final[dict[str, Callable[[When, date, bool], Span]]] = {
    "day": lambda when, today, _ahead: _one(today + timedelta(days=when.count)),
    "weekday": _resolve_weekday,
    "age": _resolve_age,
    "period": _resolve_period,
    "ytd": lambda _when, today, _ahead: Span(date(today.year, 1, 1), today),
}
