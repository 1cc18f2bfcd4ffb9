"""Texts of strangers: made visible, measured, cut and wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from shopctl.output.text import clip, escaped, pad, safe, width, wrap

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë Müller · 株式会社 – ❤️", "Zoë Müller · 株式会社 – ❤️"),
        ("a\x1b[31mPAID", r"a\x1b[31mPAID"),
        ("\x07bell", r"\x07bell"),
        ("over\rwritten", r"over\rwritten"),
        ("two\nlines\tand a tab", r"two\nlines\tand a tab"),
        ("\x7f\x9b31m", r"\x7f\x9b31m"),
        ("evil\u202eexe.pdf", r"evil\u202eexe.pdf"),
        ("\u2066isolate\u2069", r"\u2066isolate\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("lone \udc80 surrogate", r"lone \udc80 surrogate"),
        ("tag \U000e0041", r"tag \U000e0041"),
        (FAMILY, FAMILY),
        ("a\u200db", r"a\u200db"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("text", "cell"),
    [("a\tb", r"a\tb"), ("a\nb", r"a\nb"), (r"a\tb", r"a\\tb"), ("C:\\new\n", r"C:\\new\n"), ("\x1b", r"\x1b")],
)
def test_plain_cells_can_be_undone(text: str, cell: str) -> None:
    assert escaped(text) == cell


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    assert not [character for character in safe(text) if ord(character) < 32 or character in "\x7f\u202e\u200b"]


@given(st.text(), st.integers(1, 30))
def test_a_clipped_text_fits(text: str, columns: int) -> None:
    assert width(clip(safe(text), columns)) <= columns


@given(st.text(), st.integers(2, 30))
def test_wrapped_lines_fit(text: str, columns: int) -> None:
    assert all(width(line) <= columns for line in wrap(safe(text), columns))


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("Müller", 6), ("田中", 4), ("e\u0301a", 2), (FAMILY, 2), ("🇫🇷", 2), ("❤️", 2), ("…–✓●", 4), ("", 0)],
)
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "cut"),
    [
        ("Gemini Furniture", 16, "Gemini Furniture"),
        ("Gemini Furniture", 12, "Gemini Furn…"),
        ("Gemini Furniture", 8, "Gemini…"),
        ("株式会社田中", 7, "株式会…"),
        ("株式会社田中", 6, "株式…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("x" * 10_000, 5, "xxxx…"),
    ],
)
def test_a_cut_text_ends_in_an_ellipsis(text: str, columns: int, cut: str) -> None:
    assert clip(text, columns) == cut


def test_padding_counts_columns_not_characters() -> None:
    assert pad("田", 4) == "田  "
    assert pad("田", 4, right=True) == "  田"


def test_lines_break_at_blanks_and_long_words_anywhere() -> None:
    assert wrap("12 rue des Lilas, Paris", 10) == ["12 rue des", "Lilas,", "Paris"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("", 5) == [""]


@given(st.text("aZ09 -é ßŁżΩжשםأبي…€─あカー々田中한글e\u0301\u0308\u05b8\u064eกำก่ีศริราหุลक्षप्राजीः़ं", max_size=12))
def test_own_measure_is_that_of_wcwidth(text: str) -> None:
    assert width(text) == wcswidth(text)
