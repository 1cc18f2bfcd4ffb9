"""Cleaning, breaking and cutting of texts; breaking of pages."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.adapters.pdf.flow import Block, paginate
from shopctl.adapters.pdf.labels import WORDS, language_of
from shopctl.adapters.pdf.text import clean, fit, wrap
from shopctl.services.letters import WRITINGS


def block(height: float, keep: bool = False) -> Block:
    return Block(height, lambda _: None, keep)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Zoe\u0308", "Zoë"),
        ("a\x00b\tc", "a b c"),
        ("a\r\nb\x0bc\u2028d\n", "a\nb\nc\nd"),
        ("a\u00ad\u200b\u202e\ufeffb\ufe0f", "ab"),
        ("1\u00a0000\u202f€", "1 000 €"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("abcdefghijklmnopqrst", ["abcdefgh", "ijklmnop", "qrst"]),
        ("a bcdefghijk l", ["a", "bcdefghi", "jk l"]),
    ],
)
def test_wrap_at_eight_characters(text: str, expected: list[str]) -> None:
    assert wrap(text, 8, len) == expected


def test_wrap_ends_with_dots_at_its_limit() -> None:
    assert wrap("one two three four five", 8, len, limit=2) == ["one two", "three..."]
    assert wrap("x" * 1000, 8, len, limit=2) == ["xxxxxxxx", "xxxxx..."]
    assert wrap("one two three", 8, len, limit=2) == ["one two", "three"]


def test_wrap_leaves_marks_with_their_letter() -> None:
    assert wrap("abcdefgo\u0328hij", 8, len) == ["abcdefg", "o\u0328hij"]


@given(st.text(st.characters(categories=["L", "Zs", "Mn"]), max_size=200), st.integers(1, 30))
def test_wrap_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = wrap(text, width, len)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(len, lines)) <= width


def test_fit_cuts_to_one_line() -> None:
    assert fit("one\ntwo", 8, len) == "one two"
    assert fit("one two three", 8, len) == "one t..."


def test_pages_fill_up() -> None:
    blocks = [block(4), block(4), block(4), block(9), block(1)]

    assert paginate(blocks, 8, 10) == [blocks[:2], blocks[2:3], blocks[3:]]


def test_kept_blocks_move_together() -> None:
    blocks = [block(4), block(4, keep=True), block(3), block(1)]

    assert paginate(blocks, 8, 10) == [blocks[:1], blocks[1:]]


def test_group_higher_than_a_page_flows() -> None:
    blocks = [block(2), *(block(4, keep=True) for _ in range(4)), block(30)]

    assert paginate(blocks, 8, 10) == [blocks[:2], blocks[2:4], blocks[4:5], blocks[5:]]


def test_nothing_is_one_empty_page() -> None:
    assert paginate([], 8, 10) == [[]]


def test_every_language_of_letters_has_every_word_with_the_same_gaps() -> None:
    gaps = {
        code: {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in words.items()} for code, words in WORDS.items()
    }

    assert set(gaps) == set(WRITINGS)
    assert all(found == gaps["en"] for found in gaps.values())


@pytest.mark.parametrize(
    ("code", "amount", "expected"),
    [
        ("en", "1234567.5", "1,234,567.50"),
        ("de", "1234567.5", "1.234.567,50"),
        ("fr", "1234567.5", "1 234 567,50"),
        ("es", "1234567.5", "1.234.567,50"),
        ("en", "-0.5", "-0.50"),
        ("en", "0", "0.00"),
        ("de-AT", "-1234", "-1.234,00"),
    ],
)
def test_money(code: str, amount: str, expected: str) -> None:
    assert language_of(code).money(Decimal(amount), "EUR") == expected


@pytest.mark.parametrize(
    ("amount", "expected"), [("3.0000", "3"), ("1000", "1,000"), ("2.50", "2.5"), ("0", "0"), ("-0.1250", "-0.125")]
)
def test_quantity(amount: str, expected: str) -> None:
    assert language_of("en").quantity(Decimal(amount)) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("19.9", "EUR", "19.90"), ("0.1234", "EUR", "0.1234"), ("1E+3", "JPY", "1,000"), ("12.5", "JPY", "12.5")],
)
def test_price(amount: str, currency: str, expected: str) -> None:
    assert language_of("en").price(Decimal(amount), currency) == expected
