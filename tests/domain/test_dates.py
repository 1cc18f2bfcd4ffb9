"""Dates as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import dates
from shopctl.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 8, 21, 12, 30, tzinfo=UTC)
"""A Friday, 14:30 in Paris."""


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-08-21", "2026-08-21", "2026-08-21"),
        ("2026-08", "2026-08-01", "2026-08-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026Q3", "2026-07-01", "2026-09-30"),
        ("2026-q4", "2026-10-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("today", "2026-08-21", "2026-08-21"),
        ("Yesterday", "2026-08-20", "2026-08-20"),
        ("tomorrow", "2026-08-22", "2026-08-22"),
        ("friday", "2026-08-21", "2026-08-21"),
        ("monday", "2026-08-17", "2026-08-17"),
        ("saturday", "2026-08-15", "2026-08-15"),
        ("7d", "2026-08-14", "2026-08-14"),
        ("2w", "2026-08-07", "2026-08-07"),
        ("3mo", "2026-05-21", "2026-05-21"),
        ("1y", "2025-08-21", "2025-08-21"),
        ("12h", "2026-08-21", "2026-08-21"),
        ("15h", "2026-08-20", "2026-08-20"),
        ("this-week", "2026-08-17", "2026-08-23"),
        ("last-month", "2026-07-01", "2026-07-31"),
        ("next-quarter", "2026-10-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("ytd", "2026-01-01", "2026-08-21"),
        ("2026-08-21T23:30Z", "2026-08-22", "2026-08-22"),
        ("2026-08-21T23:30", "2026-08-21", "2026-08-21"),
    ],
)
def test_a_written_date_covers_these_days(text, first, last):
    span = dates.parse(text).days(NOW, PARIS)

    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("text", "day"),
    [("30d", "2026-09-20"), ("1mo", "2026-09-21"), ("monday", "2026-08-24"), ("friday", "2026-08-21")],
)
def test_ages_and_weekdays_can_lie_ahead(text, day):
    assert dates.parse(text).day(NOW, PARIS, ahead=True).isoformat() == day


def test_a_month_later_is_cut_to_the_length_of_the_month():
    assert dates.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert dates.add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert dates.add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-08", "2026-07-31T22:00:00+00:00", "2026-08-31T22:00:00+00:00"),
        ("2026-03-29", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("2026-08-21T14:30", "2026-08-21T12:30:00+00:00", "2026-08-21T12:30:00+00:00"),
        ("2026-08-21T14:30+05:30", "2026-08-21T09:00:00+00:00", "2026-08-21T09:00:00+00:00"),
        ("12h", "2026-08-21T00:30:00+00:00", "2026-08-21T00:30:00+00:00"),
    ],
)
def test_since_and_until_are_instants_of_the_shop_zone(text, start, end):
    when = dates.parse(text)

    assert when.start(NOW, PARIS).isoformat() == start
    assert when.end(NOW, PARIS).isoformat() == end


def test_midnight_that_the_clock_skips_is_the_moment_of_the_change():
    cairo = ZoneInfo("Africa/Cairo")

    assert dates.parse("2026-04-24").start(NOW, cairo) == datetime(2026, 4, 23, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("3m", "'3m' could be minutes or months", "write 3mo for months"),
        ("08/09/26", "'08/09/26' does not tell day and month apart", "write the year first: 2026-09-08"),
        ("21.08.2026", "'21.08.2026' does not tell day and month apart", "write the year first: 2026-09-08"),
        ("2026-02-30", "'2026-02-30' is not in the calendar", dates.HOW),
        ("2026-13", "'2026-13' is not in the calendar", dates.HOW),
        ("2026Q5", "'2026Q5' is not in the calendar", dates.HOW),
        ("0001", "'0001' is too far away", "write a year from 1900 to 2999"),
        ("2026-08-21T25:00", "'2026-08-21T25:00' is not a time of day", None),
        ("101y", "'101y' is more than 100 years away", dates.HOW),
        ("soon", "'soon' is not a date", dates.HOW),
        ("", "'' is not a date", dates.HOW),
        ("-7d", "'-7d' is not a date", dates.HOW),
        ("٢٠٢٦-٠٨-٢١", "'٢٠٢٦-٠٨-٢١' is not a date", dates.HOW),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(text, message, hint):
    with pytest.raises(UsageError) as refusal:
        dates.parse(text)

    assert (refusal.value.code, refusal.value.message) == ("usage.date", message)
    assert hint is None or refusal.value.hint == hint


def test_a_period_is_no_single_day():
    with pytest.raises(UsageError, match="'2026-08' is more than one day"):
        dates.parse("2026-08").day(NOW, PARIS)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5min", 300), ("10h", 36_000), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_a_duration_is_a_number_and_a_unit(text, seconds):
    assert dates.parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["5m", "5", "h", "1.5h", "-5s", "999999w", ""])
def test_other_durations_are_refused(text):
    with pytest.raises(UsageError) as refusal:
        dates.parse_duration(text)

    assert refusal.value.code == "usage.date"
    assert refusal.value.hint


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_usage_error(text):
    try:
        when = dates.parse(text)
    except UsageError:
        return

    assert when.start(NOW, PARIS) <= when.end(NOW, PARIS)


@given(
    st.sampled_from(["h", "d", "w", "mo", "y"]),
    st.integers(0, 100),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(timezone(timedelta(hours=9)))),  # noqa: DTZ001 - hypothesis wants naive bounds
)
def test_an_age_ahead_is_never_before_the_same_age_back(unit, count, now):
    when = dates.parse(f"{count}{unit}")

    assert when.start(now, PARIS) <= when.start(now, PARIS, ahead=True)
