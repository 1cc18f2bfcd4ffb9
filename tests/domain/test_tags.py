"""Tags of documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.tags import parse_tags, tagged
from shopctl.errors import UsageError


@pytest.mark.parametrize(
    ("words", "tags"),
    [
        ([], ()),
        (["gift,urgent", "Gift"], ("gift", "urgent")),
        ([" two   words "], ("two words",)),
        (["株式"], ("株式",)),
    ],
)
def test_tags_are_read(words, tags):
    assert parse_tags(words) == tags


@pytest.mark.parametrize("word", ["", " ", "a,,b", "x" * 101, "bell\a", "\x1b[31mred", "left\u202eright"])
def test_what_is_no_tag_is_refused(word):
    with pytest.raises(UsageError) as refused:
        parse_tags([word])

    assert refused.value.code == "usage.tag"


@pytest.mark.parametrize(
    ("before", "add", "remove", "after"),
    [
        (("a", "b"), ("c",), (), ("a", "b", "c")),
        (("a", "b"), ("B",), (), ("a", "b")),
        (("a", "b"), (), ("A", "x"), ("b",)),
        (("a",), ("A",), ("a",), ("A",)),
        ((), (), (), ()),
    ],
)
def test_tags_are_added_and_taken_off(before, add, remove, after):
    assert tagged(before, add, remove) == after


@given(st.lists(st.sampled_from("aAbBcC")), st.lists(st.sampled_from("aAbBcC")), st.lists(st.sampled_from("aAbB")))
def test_saying_it_again_changes_nothing(before, add, remove):
    once = tagged(before, add, remove)

    assert tagged(once, add, remove) == once or set(map(str.casefold, add)) & set(map(str.casefold, remove))
    assert len({tag.casefold() for tag in once}) == len(once)
