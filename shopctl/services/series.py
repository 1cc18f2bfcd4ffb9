"""Tell where every series of numbers stands, and whether its numbers are complete."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from shopctl.errors import UsageError
from shopctl.models import Series
from shopctl.services import counters
from shopctl.services.checking import numbers
from shopctl.services.checking.reading import Books
from shopctl.services.checking.report import Value
from shopctl.services.checking.run import snapshot
from shopctl.shop import Shop


class SeriesRow(NamedTuple):
    """A counting period of a series.

    Attributes:
        period: Empty for a series that counts for ever.
        next_number: What the next document of this period will be called.
        last_date: The latest date of a document; None where dates have no order, or there is none yet.
    """

    series: str
    template: str
    period: str
    next_number: str
    last_date: date | None


class FindingRow(NamedTuple):
    """Something wrong in a series; `problem` is foreign, gap, double, counter or date."""

    series: str
    period: str
    problem: str
    reference: str
    expected: Value
    found: Value
    hint: str


def listed(shop: Shop) -> list[SeriesRow]:
    """List every period of every series, in the order of the configuration; the present one also before its start."""
    query: Any = Series.select(Series.name, Series.period, Series.next, Series.last_date)
    stored = {(name, period): (after, last) for name, period, after, last in query.tuples()}
    rows = []
    for series in counters.names(shop):
        form = counters.scheme(shop, series)
        now = form.period_of(shop.today)
        for period in sorted({period for name, period in stored if name == series} | {now}):
            after, last = stored.get((series, period), (1, ""))
            day = shop.today if period == now else form.first_day(period)
            last_date = date.fromisoformat(last) if last else None
            rows.append(SeriesRow(series, form.template, period, form.number(day, after), last_date))
    return rows


def audit(shop: Shop, series: str = "") -> list[FindingRow]:
    """Find gaps, doubles, numbers foreign to their series, counters that do not follow, and dates that go back.

    Args:
        series: One of `numbers.SERIES`, or empty for all of them.

    Raises:
        UsageError: There is no such series, or it may have gaps.
    """
    if series and series not in numbers.SERIES:
        why = "may have gaps, for its numbers also come from elsewhere" if series in counters.names(shop) else "is none"
        raise UsageError("usage", f"the series {series} {why}", hint=f"one of {', '.join(numbers.SERIES)}")
    with snapshot(shop.database):
        books = Books(shop)
        found: list[numbers.Finding] = []
        for name in [series] if series else numbers.SERIES:
            found += numbers.sequences(books, name)
            found += numbers.dates(books, name) if name in numbers.DATED else ()
    return [
        FindingRow(one.series, one.period, one.problem, one.place.reference, one.place.expected, one.place.found,
                   one.place.hint)
        for one in found
    ]  # fmt: skip
