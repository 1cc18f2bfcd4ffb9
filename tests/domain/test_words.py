"""Fold texts of every script into words, and what is typed into beginnings of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.words import AFTER, folded, range_of, terms_of, words_of
from shopctl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("Müller", "muller"),
        ("MÜLLER", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Ångström", "angstrom"),
        ("Straße STRASSE", "strasse"),
        ("İstanbul", "istanbul"),
        ("ısparta", "isparta"),
        ("Søren Łódź", "lodz soren"),
        ("Ελλάδα", "ελλαδα"),
        ("ΟΔΟΣ οδός", "οδοσ"),
        ("Молоко", "молоко"),
        ("ЁЖ", "еж"),
        ("العَرَبِيَّة", "العربیة"),
        ("العربية", "العربیة"),
        ("हिन्दी", "हिनदी"),
        ("한국어 책", "책 한국어"),
        ("ﬁne ②", "2 fine"),
        ("٣٤", "34"),
        ("soft\u00adhyphen \u202eleft", "left softhyphen"),
        ("rock'n'roll", "n rock roll"),
        ("☎ 😀 ❤\ufe0f", ""),
        ("a\x1b[31mb\nc\x00d", "31mb a c d"),
        ("DSK-140", "140 dsk"),
        ("S00430", "00430 430 s00430"),
        ("INV/2026/00031", "00031 2026 31 inv"),
        ("x0", "0 x0"),
        ("007", "007 7"),
        ("Zoë@Exämple.org", "example org zoe zoe@example.org"),
        ("write to <ann.lee@shop.example>.", "ann ann.lee@shop.example example lee shop to write"),
    ],
)
def test_words_of_a_text(text, words):
    assert " ".join(sorted(words_of(text))) == words


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("株式会社田中商店", ["株式会社田中商店", "株式", "田中", "商店", "店"]),
        ("ガラス細工", ["ガラス", "ラス", "ｶﾞﾗｽ", "細工"]),
        ("สวัสดีครับ", ["สวัสดี", "ครับ"]),
        ("ABC株式会社", ["abc", "ABC株式", "会社"]),
        ("서울 상회", ["서울", "상"]),
        ("Ann Lee", ["ann", "le lee", "LEE ANN", "a"]),
        ("orders@decoaddict.example", ["orders@deco", "decoaddict", "example orders"]),
        ("S00430", ["430", "s0043", "00430", "S-00430"]),
    ],
)
def test_text_is_found_by_what_is_typed(text, typed):
    for query in typed:
        assert found(query, text), query


@pytest.mark.parametrize(
    ("text", "query"),
    [("Ann Lee", "nn"), ("Ann Lee", "ann leo"), ("株式会社", "社株"), ("S00430", "30"), ("ann@a.example", "ann@b")],
)
def test_text_is_not_found_by_other_words(text, query):
    assert not found(query, text)


def test_word_and_text_of_any_length():
    assert words_of("x" * 10_000) == {"x" * 40}
    assert len(words_of(" ".join(f"word{number}" for number in range(10_000)))) == 64
    assert len(words_of("田中商店" * 2_500)) == 4
    assert terms_of("x" * 10_000) == ("x" * 40,)
    assert terms_of("田" * 10_000) == ("田" * 16,)


def test_terms_leave_out_what_another_one_says():
    assert terms_of("müller Mull MÜLLER desk") == ("muller", "desk")


@pytest.mark.parametrize("query", ["", "   ", "-- !?", "😀", "\x1b\x00"])
def test_search_for_nothing_is_refused(query):
    with pytest.raises(UsageError, match="at least one letter or digit") as refused:
        terms_of(query)

    assert refused.value.code == "usage.search"


def test_search_for_too_much_is_refused():
    with pytest.raises(UsageError, match="at most 16 words"):
        terms_of(" ".join(f"{number:02d}" for number in range(17)))


@pytest.mark.parametrize(
    ("prefix", "bounds"),
    [
        ("S0043", ("S0043", "S0044")),
        ("S0049", ("S0049", "S005")),
        ("INV/", ("INV/", "INW")),
        ("999", ("", "")),
        ("Ä1", ("", "")),
        ("", ("", "")),
    ],
)
def test_range_of_a_prefix(prefix, bounds):
    assert range_of(prefix) == bounds


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@given(st.text(), st.data())
def test_every_word_is_found_by_every_beginning(text, data):
    for word in folded(text).split():
        end = data.draw(st.integers(1, len(word)))
        assert found(word[:end], text)


@given(st.text(max_size=60))
def test_text_is_found_by_itself(text):
    if folded(text) and len(folded(text).split()) < 16 and "@" not in text:
        assert found(text, text)


@given(st.text(alphabet="ABYZ0189/-", min_size=1), st.text(alphabet="ABYZ0189/-"))
def test_range_holds_everything_that_begins_so(prefix, rest):
    low, high = range_of(prefix)

    assert not low or low <= prefix + rest < high


def found(query, text):
    words = words_of(text)
    return all(any(term <= word < term + AFTER for word in words) for term in terms_of(query))
