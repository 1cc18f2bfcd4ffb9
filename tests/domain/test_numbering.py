"""Write numbers of documents, find their counting period, and read what people type for them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.numbering import Scheme, draft_address, draft_key, folded

DAY = date(2026, 8, 5)


@pytest.mark.parametrize(
    ("template", "start", "period", "written"),
    [
        ("INV/{year}/{seq:05d}", 1, "2026", "INV/2026/00031"),
        ("S{seq:05d}", 1, "", "S00031"),
        ("{yy}{month}-{seq:03d}", 1, "2026-08", "2608-031"),
        ("R{yy}-{seq}", 1, "2026", "R26-31"),
        ("{year}-{month}/{seq:02d}", 1, "2026-08", "2026-08/31"),
        ("INV/{fy}/{seq:04d}", 1, "2026", "INV/2026/0031"),
        ("INV/{fy}/{seq:04d}", 2, "2026/27", "INV/26-27/0031"),
        ("INV/{fy}/{seq:04d}", 4, "2026/27", "INV/26-27/0031"),
        ("INV/{fy}/{seq:04d}", 8, "2026/27", "INV/26-27/0031"),
        ("INV/{fy}/{seq:04d}", 9, "2025/26", "INV/25-26/0031"),
        ("{fy}/{month}/{seq}", 9, "2026-08", "25-26/08/31"),
        ("{fy}/{month}/{seq}", 4, "2026-08", "26-27/08/31"),
        ("INV/{year}/{seq}", 4, "2026", "INV/2026/31"),
    ],
)
def test_template_tells_number_and_period(template, start, period, written):
    scheme = Scheme(template, start)

    assert (scheme.period_of(DAY), scheme.number(DAY, 31)) == (period, written)


def test_fiscal_year_around_the_turn_of_a_century():
    assert Scheme("{fy}/{seq}", 4).number(date(2100, 3, 31), 1) == "99-00/1"
    assert Scheme("{fy}/{seq}", 4).period_of(date(2100, 3, 31)) == "2099/00"


def test_fiscal_year_is_the_calendar_year_unless_it_is_said():
    assert Scheme("{fy}/{seq}").number(DAY, 1) == "2026/1"


def test_sequence_grows_beyond_its_padding():
    assert Scheme("S{seq:03d}").number(DAY, 1000) == "S1000"


@pytest.mark.parametrize(
    ("template", "start", "written", "found"),
    [
        ("INV/{year}/{seq:05d}", 1, "INV/2026/00031", ("2026", 31)),
        ("S{seq:05d}", 1, "S00031", ("", 31)),
        ("S{seq:05d}", 1, "S123456", ("", 123456)),
        ("{yy}{month}-{seq:03d}", 1, "2608-031", ("2026-08", 31)),
        ("S{seq:05d}", 1, "X00031", None),
        ("S{seq:05d}", 1, "S00031A", None),
        ("S{seq:05d}", 1, "S31", None),
        ("S{seq:05d}", 1, "S000031", None),
        ("INV/{year}/{seq:05d}", 1, "INV/26/1", None),
        ("INV/{year}/{seq:05d}", 1, "INV/0000/00001", None),
        ("{year}{month}/{seq}", 1, "202613/1", None),
        ("{year}/{seq}/{year}", 1, "2026/7/2026", ("2026", 7)),
        ("{year}/{seq}/{year}", 1, "2026/7/2025", None),
        ("{year}/{yy}/{seq}", 1, "2026/25/1", None),
        ("INV/{fy}/{seq:04d}", 1, "INV/2026/0031", ("2026", 31)),
        ("INV/{fy}/{seq:04d}", 1, "INV/26-27/0031", None),
        ("INV/{fy}/{seq:04d}", 4, "INV/26-27/0031", ("2026/27", 31)),
        ("INV/{fy}/{seq:04d}", 4, "INV/99-00/0031", ("2099/00", 31)),
        ("INV/{fy}/{seq:04d}", 4, "INV/26-28/0031", None),
        ("INV/{fy}/{seq:04d}", 4, "INV/2026/0031", None),
        ("{fy}/{month}/{seq}", 9, "25-26/08/31", ("2026-08", 31)),
        ("{fy}/{month}/{seq}", 9, "25-26/09/31", ("2025-09", 31)),
    ],
)
def test_number_is_read_by_the_template_that_wrote_it(template, start, written, found):
    assert Scheme(template, start).place(written) == found


@pytest.mark.parametrize(
    ("template", "written", "found"),
    [
        ("S{seq:05d}", "S31", ("", 31)),
        ("S{seq:05d}", "S000031", ("", 31)),
        ("INV/{year}/{seq:05d}", "INV/2026/31", ("2026", 31)),
        ("INV/{year}/{seq:05d}", "INV/26/31", None),
    ],
)
def test_number_given_by_somebody_else_may_be_padded_otherwise(template, written, found):
    assert Scheme(template).place(written, padded=False) == found


@pytest.mark.parametrize(
    ("start", "period", "day"),
    [
        (1, "2026-08", date(2026, 8, 1)),
        (1, "2026", date(2026, 1, 1)),
        (4, "2026/27", date(2026, 4, 1)),
        (1, "", date(2000, 1, 1)),
        (1, "0000-99", date(2000, 1, 1)),
        (1, "x", date(2000, 1, 1)),
    ],
)
def test_period_tells_its_first_day(start, period, day):
    assert Scheme("{seq}", start).first_day(period) == day


TEMPLATES = (
    "INV/{year}/{seq:05d}", "{seq}", "{year}-{seq:04d}", "{year}{month}-{seq:02d}", "{yy}-{month}-{seq:02d}",
    "INV/{fy}/{seq:04d}", "{fy}{month}{seq}", "045-001-{seq:06d}",
)  # fmt: skip


@given(
    st.sampled_from(TEMPLATES),
    st.integers(1, 12),
    st.dates(date(2000, 12, 31), date(2098, 12, 31)),
    st.integers(1, 10**9),
)
def test_what_was_written_is_found_again_in_its_period(template, start, day, sequence):
    scheme = Scheme(template, start)
    period = scheme.period_of(day)

    assert scheme.place(scheme.number(day, sequence)) == (period, sequence)
    assert scheme.number(scheme.first_day(period), sequence) == scheme.number(day, sequence)


@pytest.mark.parametrize(("key", "address"), [(1, "DRAFT/00001"), (57, "DRAFT/00057"), (123456, "DRAFT/123456")])
def test_draft_is_addressed_by_its_key(key, address):
    assert draft_address(key) == address
    assert draft_key(address) == key


@pytest.mark.parametrize("typed", ["DRAFT/57", "draft/00057", "Draft-57", " DRAFT/00057 "])
def test_draft_address_is_read_in_other_spellings(typed):
    assert draft_key(typed) == 57


@pytest.mark.parametrize(
    "typed", ["", "DRAFT/0", "DRAFT/", "DRAFT57", "INV/2026/00001", "DRAFT/5x", "DRAFT/٥", "DRAFT/1234567890123456789"]
)
def test_other_words_are_no_draft(typed):
    assert draft_key(typed) is None


def test_typed_number_is_brought_to_its_stored_form():
    assert folded(" inv/2026/00031\n") == "INV/2026/00031"
