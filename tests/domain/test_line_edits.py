"""How changes of lines are typed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl.domain.line_edits import (
    AddLine,
    LineEdits,
    RemoveLine,
    SetLine,
    parse_add_line,
    parse_edits,
    parse_set_line,
)
from shopctl.errors import NotFoundError, UsageError

D = Decimal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1", AddLine("A1")),
        ("A1:2", AddLine("A1", D(2))),
        ("A1:2.5@9.50", AddLine("A1", D("2.5"), D("9.50"))),
        ("A1:-1@0", AddLine("A1", D(-1), D(0))),
        ("A:1:3", AddLine("A:1", D(3))),
        (" big box ", AddLine("big box")),
        ("A1 :2", AddLine("A1", D(2))),
        ("A1:1@1234567890123.1234", AddLine("A1", D(1), D("1234567890123.1234"))),
    ],
)
def test_line_to_add_is_read(text, expected):
    assert parse_add_line(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--add-line '' cannot be understood"),
        (":2", "--add-line ':2' cannot be understood"),
        ("A1:", "--add-line 'A1:' cannot be understood"),
        ("A1:@5", "--add-line 'A1:@5' cannot be understood"),
        ("A1:two", "quantity 'two' cannot be understood"),
        ("A1:1.00001", "quantity '1.00001' has more than 4 decimals"),
        ("A1:1@12345678901234", "unit_price '12345678901234' has more than 13 digits before the point"),
        ("A1:1@1,50", "unit_price '1,50' cannot be understood"),
        ("A1:1@", "unit_price is empty"),
    ],
)
def test_line_to_add_that_is_written_wrongly_is_refused(text, message):
    with pytest.raises(UsageError) as refusal:
        parse_add_line(text)

    assert refusal.value.message == message
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1:quantity=2", SetLine(1, quantity=D(2))),
        ("12:quantity=-2,unit_price=9.50", SetLine(12, quantity=D(-2), unit_price=D("9.50"))),
        ("1:discount=10", SetLine(1, discount=D(10))),
        ("1:discount=12.5%", SetLine(1, discount=D("12.5"))),
        (" 999999 :discount=100", SetLine(999999, discount=D(100))),
        ("1:taxes=V21+V6", SetLine(1, taxes=("V21", "V6"))),
        ("1:taxes=V21 + V6", SetLine(1, taxes=("V21", "V6"))),
        ("1:taxes=", SetLine(1, taxes=())),
        ("1:taxes=,quantity=1", SetLine(1, taxes=(), quantity=D(1))),
        ("1:description=Red, size M, 100% wool: new", SetLine(1, description="Red, size M, 100% wool: new")),
        ("1:description=Red, new,quantity=3", SetLine(1, description="Red, new", quantity=D(3))),
        ("1:description=a=b, c=d", SetLine(1, description="a=b, c=d")),
        ("1: quantity = 2 , discount = 0", SetLine(1, quantity=D(2), discount=D(0))),
        ("1:description=", SetLine(1, description="")),
    ],
)
def test_change_of_a_line_is_read(text, expected):
    assert parse_set_line(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1", "--set-line '1' does not say what changes"),
        ("1:", "--set-line '1:' does not say what changes"),
        ("quantity=2", "--set-line 'quantity=2' does not say what changes"),
        ("0:quantity=2", "--set-line: '0' is not the number of a line"),
        ("-1:quantity=2", "--set-line: '-1' is not the number of a line"),
        ("A1:quantity=2", "--set-line: 'A1' is not the number of a line"),
        ("٣:quantity=2", "--set-line: '٣' is not the number of a line"),
        ("1000000:quantity=2", "--set-line: '1000000' is not the number of a line"),
        ("1:2", "--set-line cannot set '2'"),
        ("1:quantity=2,prise=3", "--set-line cannot set 'prise'"),
        ("1:quantity=2,3", "--set-line cannot set '3'"),
        ("1:sku=B2", "--set-line cannot set 'sku'"),
        ("1:quantity=2,quantity=3", "--set-line 1 names quantity twice"),
        ("1:quantity=", "quantity is empty"),
        ("1:unit_price=0.00005", "unit_price '0.00005' has more than 4 decimals"),
        ("1:discount=ten", "discount 'ten' cannot be understood"),
        ("1:discount=101", "a discount of 101 is not between 0 and 100 percent"),
        ("1:discount=-1", "a discount of -1 is not between 0 and 100 percent"),
        ("1:taxes=V21+", "taxes 'V21+' cannot be understood"),
        ("1:taxes=V21+V21", "taxes 'V21+V21' cannot be understood"),
        ("1:taxes=V21 V6", "taxes 'V21 V6' cannot be understood"),
    ],
)
def test_change_that_is_written_wrongly_is_refused(text, message):
    with pytest.raises(UsageError) as refusal:
        parse_set_line(text)

    assert refusal.value.message == message
    assert refusal.value.hint


def test_nearest_field_is_offered():
    with pytest.raises(UsageError) as refusal:
        parse_set_line("1:price=3")

    assert refusal.value.hint == "did you mean unit_price?"


def test_all_edits_of_a_command_are_read():
    assert parse_edits(["A1:2"], ["1:quantity=2"], ["3"]) == LineEdits(
        (AddLine("A1", D(2)),), (SetLine(1, quantity=D(2)),), (RemoveLine(3),)
    )
    assert parse_edits([], [], []) == LineEdits()
    assert not LineEdits()
    assert LineEdits(removed=(RemoveLine(1),))
    assert LineEdits(changed=(SetLine(1),))
    assert LineEdits(added=(AddLine("A1"),))


@pytest.mark.parametrize(
    ("change", "remove"), [(["1:quantity=2", "1:discount=3"], []), (["1:quantity=2"], ["1"]), ([], ["1", "1"])]
)
def test_line_named_twice_is_refused(change, remove):
    with pytest.raises(UsageError) as refusal:
        parse_edits([], change, remove)

    assert refusal.value.message == "line 1 is named twice"
    assert refusal.value.hint == "put everything about it into one --set-line 1:…, or only remove it"


def test_line_that_is_not_there_is_refused():
    edits = parse_edits([], ["2:quantity=2"], ["3"])
    edits.require_known("order S1", [1, 2, 3], "shopctl orders show S1")

    with pytest.raises(NotFoundError) as refusal:
        edits.require_known("order S1", [1, 2], "shopctl orders show S1")

    assert (refusal.value.code, refusal.value.message) == ("line.unknown", "order S1 has no line 3")
    assert (refusal.value.hint, refusal.value.details) == ("shopctl orders show S1", {"line": 3})
