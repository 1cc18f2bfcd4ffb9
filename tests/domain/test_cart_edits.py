"""How the lines of a cart are changed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl.domain.cart_edits import Catalogue, edit
from shopctl.domain.line_edits import parse_edits
from shopctl.domain.order_edits import Product
from shopctl.domain.records import LineRecord
from shopctl.domain.tax import Tax
from shopctl.errors import ShopError

D = Decimal
CATALOGUE = Catalogue(
    {
        "MUG": Product("MUG", "Mug", "goods", D("9.50"), "V21", "ordered"),
        "SHIP": Product("SHIP", "", "shipping", D(5), "", "delivered"),
    },
    {code: Tax(code, code, "percent", D(21)) for code in ("V21", "V6")},
)
LINES = {
    1: LineRecord("product", "CUP", "Cup", D(2), unit_price=D(4), taxes=("V21",)),
    3: LineRecord("note", description="A gift"),
}


def edited(*, add=(), change=(), remove=()):
    return edit("cart C-1", LINES, parse_edits(add, change, remove), CATALOGUE)


def test_new_lines_come_last_with_the_price_and_taxes_of_their_product():
    found = edited(add=["MUG:2", "SHIP:1@3.90"])

    assert list(found) == [1, 3, 4, 5]
    assert found[4] == LineRecord("product", "MUG", "Mug", D(2), unit_price=D("9.50"), taxes=("V21",), policy="ordered")
    assert found[5] == LineRecord("shipping", "SHIP", "SHIP", D(1), unit_price=D("3.90"), taxes=(), policy="ordered")


def test_lines_are_changed_and_removed_where_they_stand():
    found = edited(change=["1:quantity=3,unit_price=3.50,discount=10,taxes=V6,description=Big cup"], remove=["3"])

    assert found == {
        1: LineRecord("product", "CUP", "Big cup", D(3), unit_price=D("3.50"), discount=D(10), taxes=("V6",))
    }


def test_a_note_changes_its_words():
    assert edited(change=["3:description=For Ann"])[3] == LineRecord("note", description="For Ann")


def test_a_cart_starts_empty():
    found = edit("the cart", {}, parse_edits(["MUG"], [], []), CATALOGUE)

    assert list(found) == [1]


@pytest.mark.parametrize(
    ("wanted", "code", "message"),
    [
        ({"change": ["2:quantity=1"]}, "line.unknown", "cart C-1 has no line 2"),
        ({"remove": ["9"]}, "line.unknown", "cart C-1 has no line 9"),
        ({"add": ["CUP"]}, "product.unknown", "there is no product CUP"),
        ({"change": ["1:taxes=V9"]}, "tax.unknown", "there is no tax V9"),
        ({"change": ["3:quantity=2"]}, "line.frozen", "line 3 of cart C-1 is a note, which has a description only"),
    ],
)
def test_what_cannot_be_is_refused(wanted, code, message):
    with pytest.raises(ShopError) as refusal:
        edited(**wanted)

    assert (refusal.value.code, refusal.value.message) == (code, message)
