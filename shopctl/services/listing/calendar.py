"""Gather instants and days by the calendar of the shop, inside the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final

import peewee

from shopctl.db.bulk import database_of
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import stamp
from shopctl.models import Order

UNITS: Final = ("day", "week", "month", "quarter", "year")

YEARS: Final = 30
"""How far back changes of the clocks are looked up; earlier moments count with the offset of the earliest one known."""


@lru_cache(maxsize=8)
def changes(zone: tzinfo, year: int) -> tuple[tuple[str, int], ...]:
    """List the offsets from UTC in minutes, newest first, each with the stored instant from which it holds.

    Args:
        year: The last year that is looked at.
    """
    first = datetime(year - YEARS, 1, 1, tzinfo=UTC)
    found = [("", _offset(first, zone))]
    day = first
    end = datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=7)
        if _offset(following, zone) != _offset(day, zone):
            found.append(_change(day, following, zone))
        day = following
    return tuple(reversed(found))


def _offset(moment: datetime, zone: tzinfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def _change(before: datetime, after: datetime, zone: tzinfo) -> tuple[str, int]:
    """Find the minute at which the clocks change between two moments."""
    old = _offset(before, zone)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        middle = middle.replace(second=0, microsecond=0)
        before, after = (middle, after) if _offset(middle, zone) == old else (before, middle)
    return stamp(after), _offset(after, zone)


def local_day(instant: Any, zone: tzinfo, now: datetime) -> Any:
    """Write the calendar day of a stored instant, or of one that was `cut`, as text."""
    if not is_sqlite(database_of(Order)):
        at = peewee.fn.TIMEZONE(str(zone), instant.cast("timestamptz"))
        return peewee.fn.TO_CHAR(at, "YYYY-MM-DD").coerce(False)
    known = changes(zone, now.year)
    if _never_shifts(known):
        return peewee.fn.SUBSTR(instant, 1, 10).coerce(False)
    *later, (_, earliest) = known
    length = _length(known)
    shift: Any = f"{earliest:+d} minutes"
    if later:
        moments = [(instant >= _plain(at[:length]), f"{minutes:+d} minutes") for at, minutes in later]
        shift = peewee.Case(None, moments, shift)
    minute = peewee.fn.SUBSTR(peewee.fn.SUBSTR(instant, 1, length).coerce(False).concat(_plain(":00")), 1, 16)
    return peewee.fn.DATE(minute, shift).coerce(False)


def cut(instant: Any, zone: tzinfo, now: datetime) -> Any:
    """Write as little of a stored instant as tells its calendar day: the hour, or the minute of a zone that needs it.

    To work out a day takes long on SQLite, so it is done once an hour instead of once a row; None where it is quick.
    """
    known = changes(zone, now.year)
    if not is_sqlite(database_of(Order)) or _never_shifts(known):
        return None
    return peewee.fn.SUBSTR(instant, 1, _length(known)).coerce(False)


def _never_shifts(known: Sequence[tuple[str, int]]) -> bool:
    return {minutes for _, minutes in known} == {0}


def _length(known: Sequence[tuple[str, int]]) -> int:
    """Tell how many characters of an instant decide its day: to the hour where clocks are always whole hours off."""
    whole = all(minutes % 60 == 0 and at[13:] in ("", ":00:00Z") for at, minutes in known)
    return len("2026-08-21T09") if whole else len("2026-08-21T09:14")


def _plain(text: str) -> Any:
    return peewee.Value(text, converter=False)


def unit_of(day: Any, unit: str) -> Any:
    """Write the week, month, quarter or year of a calendar day given as text; a week is named by its Monday."""
    return _UNITS[unit](day).coerce(False) if unit != "day" else day


def _week(day: Any) -> Any:
    if is_sqlite(database_of(Order)):
        return peewee.fn.DATE(day, "weekday 0", "-6 days")
    return peewee.fn.TO_CHAR(peewee.fn.DATE_TRUNC("week", day.cast("date")), "YYYY-MM-DD")


def _quarter(day: Any) -> Any:
    month = peewee.fn.SUBSTR(day, 6, 2).coerce(False).cast("integer")
    number = ((month + 2) / 3).cast("text")
    return peewee.fn.SUBSTR(day, 1, 4).coerce(False).concat("Q").concat(number)


_UNITS: Final[dict[str, Callable[[Any], Any]]] = {
    "week": _week,
    "month": lambda day: peewee.fn.SUBSTR(day, 1, 7),
    "quarter": _quarter,
    "year": lambda day: peewee.fn.SUBSTR(day, 1, 4),
}


def labelled(value: str, unit: str) -> str:
    """Name a group as people read it: a week by its number in the ISO calendar."""
    if unit != "week" or not value:
        return value
    year, week, _ = datetime.fromisoformat(value).date().isocalendar()
    return f"{year}-W{week:02d}"
