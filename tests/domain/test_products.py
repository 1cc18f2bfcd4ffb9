"""Say what a product may be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl.domain.products import Product, changed_fields, problems

D = Decimal


@pytest.mark.parametrize(
    "product",
    [
        Product("MUG", "Mug", price=D("9.50"), taxes=("V21",), stock=D(0)),
        Product("OFF", type="discount", price=D(-5)),
        Product("Ü-1/a.b_c:d", type="service"),
        Product("M" * 100),
    ],
)
def test_sound_product(product):
    assert problems(product, {"V21"}) == []


SKU = "a SKU has 1 to 100 characters without blanks and does not begin with a dash"


@pytest.mark.parametrize(
    ("product", "told"),
    [
        (Product(""), [SKU]),
        (Product("a b"), [SKU]),
        (Product("-x"), [SKU]),
        (Product("a\x1b[1m"), [SKU]),
        (Product("M" * 101), [SKU]),
        (Product("M", "x" * 10_001), ["the name has 10001 characters, 10000 are allowed"]),
        (Product("M", price=D(-1)), ["only a discount has a price below zero"]),
        (Product("M", taxes=("V21", "V21")), ["a tax is named twice"]),
        (Product("M", taxes=("V9",)), ["there is no tax V9"]),
        (Product("M", type="shipping", stock=D(3)), ["only goods have a stock"]),
        (Product("", price=D(-1)), [SKU, "only a discount has a price below zero"]),
    ],
)
def test_unsound_product(product, told):
    assert problems(product, {"V21"}) == told


def test_what_differs_is_named():
    assert changed_fields(Product("M"), Product("M", price=D(1), archived=True)) == ["price", "archived"]
    assert changed_fields(Product("M"), Product("M")) == []
