"""Write numbers of documents, find their counting period, and read what people type for them."""

from __future__ import annotations

from datetime import date

import pytest

from shopctl.domain.numbering import draft_address, draft_key, folded, number, period_of, position

DAY = date(2026, 8, 5)


@pytest.mark.parametrize(
    ("template", "period", "written"),
    [
        ("INV/{year}/{seq:05d}", "2026", "INV/2026/00031"),
        ("S{seq:05d}", "", "S00031"),
        ("{yy}{month}-{seq:03d}", "2026-08", "2608-031"),
        ("R{yy}-{seq}", "2026", "R26-31"),
        ("{year}-{month}/{seq:02d}", "2026-08", "2026-08/31"),
    ],
)
def test_template_tells_number_and_period(template, period, written):
    assert (period_of(template, DAY), number(template, DAY, 31)) == (period, written)


def test_sequence_grows_beyond_its_padding():
    assert number("S{seq:03d}", DAY, 1000) == "S1000"


@pytest.mark.parametrize(
    ("template", "written", "found"),
    [
        ("INV/{year}/{seq:05d}", "INV/2026/00031", ("2026", 31)),
        ("S{seq:05d}", "S00031", ("", 31)),
        ("{yy}{month}-{seq:03d}", "2608-031", ("2026-08", 31)),
        ("S{seq:05d}", "X00031", None),
        ("S{seq:05d}", "S00031A", None),
        ("INV/{year}/{seq:05d}", "INV/26/1", None),
    ],
)
def test_number_given_by_somebody_else_is_read_by_the_template(template, written, found):
    assert position(template, written) == found


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
