"""Read the numbers of documents out of what payers write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import references
from shopctl.domain.quoting import NUMBER, PART, STRUCTURED, found_in, keys_of

INVOICE = keys_of("INV/2026/00031", "RF95 2026 0003 1")
ORDER = keys_of("S00042")
SHOP = keys_of("1001")
LONG = keys_of("100200345")
BELGIAN = keys_of("INV/2026/00031", references.belgian("202600031"))


def points(keys, text):
    return max((keys[key] for key in found_in(text) if key in keys), default=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INV/2026/00031", NUMBER),
        ("Rechnung INV 2026 00031 vielen Dank", NUMBER),
        ("inv2026-31", NUMBER),
        ("INV202600031", NUMBER),
        ("INV/2026/000 31", NUMBER),
        ("INV-2O26-OOO31", NUMBER),
        ("INV/2026/0003l", NUMBER),
        ("1NV 2026/00031", PART),
        ("2026/00031", PART),
        ("2026 31", PART),
        ("202600031 danke", PART),
        ("Rg. 00031", PART),
        ("RF95 2026 0003 1", STRUCTURED),
        ("rf95202600031", STRUCTURED),
        ("REF RF95 2O26 OOO3 1 MILLER", STRUCTURED),
        # The check digits are wrong, so one of the other digits may be wrong as well.
        ("RF96 2026 0003 1", 0),
        # Words between the parts of a number belong to neither.
        ("2026 Rechnung 31", 0),
        ("INV/2026/00032", 0),
        ("31 Stück", 0),
        ("", 0),
        ("Miete August", 0),
    ],
)
def test_invoices_are_found(text, expected):
    assert points(INVOICE, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S00042", NUMBER),
        ("order S42", NUMBER),
        ("S 00042", NUMBER),
        ("s-42", NUMBER),
        ("SOOO42", NUMBER),
        ("00042", PART),
        ("Bestellung 00042", PART),
        ("42", 0),
        ("GROSS 42", 0),
        ("S00043", 0),
    ],
)
def test_orders_are_found(text, expected):
    assert points(ORDER, text) == expected


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        (SHOP, "#1001", PART),
        (SHOP, "order 1001 from August", PART),
        (SHOP, "11001", 0),
        (LONG, "Order 100200345", NUMBER),
        (LONG, "100 200 345", NUMBER),
        (LONG, "10 02 00 345", NUMBER),
        (LONG, "10 02 00 34 5", 0),
        (keys_of("S042"), "042", 0),
        (keys_of("INV/2026/58031"), "INV/2026/SB031", 0),
        (keys_of("INV/2026/05831"), "INV/2026/0SB31", 0),
        (keys_of("INV/2026/05031"), "INV/2026/0S031", NUMBER),
        (keys_of("INV/2026/08031"), "INV/2026/0B031", NUMBER),
        (keys_of("1", references.rf("123456789012345678901")), references.rf("123456789012345678901"), STRUCTURED),
        (LONG, "1002003456", 0),
        (BELGIAN, references.belgian("202600031"), STRUCTURED),
        (BELGIAN, references.belgian("202600031").replace("+", "").replace("/", " "), STRUCTURED),
        (BELGIAN, references.belgian("202600032"), 0),
    ],
)
def test_other_numbers_are_found(keys, text, expected):
    assert points(keys, text) == expected


def test_several_numbers_are_found_in_one_text():
    text = "INV/2026/00031 + S00042"

    assert (points(INVOICE, text), points(ORDER, text)) == (NUMBER, NUMBER)


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    assert found_in(text) == found_in(text.upper())


@given(st.integers(min_value=1, max_value=99_999), st.sampled_from(["{}", "x {} y", "({})", "Nr.{}/"]))
def test_a_number_is_found_wherever_it_stands(number, place):
    written = f"INV/2026/{number:05d}"

    assert points(keys_of(written), place.format(written)) == NUMBER


@given(st.integers(min_value=1, max_value=99_999))
def test_a_creditor_reference_is_found_with_blanks_and_without(number):
    reference = references.rf(f"2026{number:05d}")

    keys = keys_of(f"INV/2026/{number:05d}", reference)

    assert points(keys, reference) == points(keys, reference.replace(" ", "")) == STRUCTURED
