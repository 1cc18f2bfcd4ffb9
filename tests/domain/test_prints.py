"""Fingerprints of imported orders."""

from __future__ import annotations

import pytest

from shopctl.domain.prints import Print, same


@pytest.mark.parametrize("text", ["", "a1:b2", "a1:b2:lines", "a1:b2:delivered,lines,note"])
def test_print_survives_being_stored(text):
    assert Print.read(text).write() == text


def test_what_is_changed_here_is_remembered_once():
    edited = Print.read("a1:b2").with_ours("note", "lines").with_ours("lines")

    assert edited.write() == "a1:b2:lines,note"


def test_order_that_no_record_made_remembers_as_well():
    edited = Print.read("").with_ours("lines").write()

    assert Print.read(edited) == Print("", "", frozenset({"lines"}))


@pytest.mark.parametrize(
    ("stored", "told", "expected"),
    [
        ("a1:b2", "a1:b2", True),
        ("a1:b2:lines", "a1:b2", True),
        ("a1:b2:lines", "a1:b3", False),
        ("a1:b2", "a2:b2", False),
        ("", "a1:b2", False),
    ],
)
def test_same_record_is_known_again(stored, told, expected):
    assert same(stored, told) is expected
