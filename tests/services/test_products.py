"""Keep products, and see that orders keep what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.domain.line_edits import AddLine, LineEdits
from shopctl.domain.products import Product
from shopctl.domain.records import ProductRecord
from shopctl.errors import ForbiddenError, NotFoundError
from shopctl.services import editing, exporting, invoicing, products, redrafting
from shopctl.services.deciding import Request
from shopctl.services.listing import products as listing
from shopctl.services.listing.products import ProductFilter
from shopctl.services.products import Sold
from tests.support.shop import asked, codes, done, failed, journal, line, nothing_changes, order, sell, take_in, wrong
from tests.support.shops import NOW

D = Decimal
MUG = Product("", "Mug", price=D("9.50"), taxes=("V21",), stock=D(12))


def create(shop, *skus, settings=MUG):
    return products.create(shop, list(skus), settings)


def edit(shop, *skus, **changes):
    return products.edit(shop, list(skus), changes)


def listed(shop, **wanted):
    return [row.sku for row in listing.search(ProductFilter(**wanted), asked(shop=shop)).rows]


def stored(sku):
    return models.Product.get(models.Product.sku == sku)


def test_a_product_is_made_once(shop):
    sell(shop)

    first = done(*create(shop, "MUG"))
    with nothing_changes():
        again = done(*create(shop, "MUG"))

    assert (first.change, first.row.price, first.row.currency, first.row.taxes, first.row.stock) == (
        "created", D("9.50"), "EUR", ("V21",), D(12),
    )  # fmt: skip
    assert (again.change, again.notes) == ("unchanged", ("product MUG is so already",))
    assert journal()[-1] == ("product.created", "MUG")


def test_other_settings_under_the_same_name_are_refused(shop):
    sell(shop)
    done(*create(shop, "MUG"))

    with nothing_changes():
        refusal = failed(*create(shop, "MUG", settings=MUG._replace(price=D(10), stock=None)))

    assert (refusal.code, refusal.message) == (
        "product.exists",
        "product MUG exists already and differs in price, stock",
    )


def test_an_edit_changes_what_is_named_and_tells_old_and_new(shop):
    sell(shop)
    create(shop, "MUG", "CUP")

    found = edit(shop, "MUG", "NOPE", "CUP", "MUG", price=D(10), stock=None)
    again = edit(shop, "MUG", price=D(10))

    assert codes(found) == ["changed", "product.unknown", "changed", "unchanged"]
    assert codes(again) == ["unchanged"]
    assert (stored("CUP").price, stored("CUP").stock, stored("CUP").name) == (D(10), None, "Mug")
    event = models.Event.select().order_by(models.Event.id.desc()).get()
    assert (event.action, event.reference, event.details) == (
        "product.changed", "CUP", '{"price":["9.5000","10"],"stock":["12.0000","None"]}',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"taxes": ("V99",)}, "tax.unknown", "there is no tax V99"),
        ({"price": D(-1)}, "product.invalid", "only a discount has a price below zero"),
        ({"type": "service"}, "product.invalid", "only goods have a stock"),
        ({"name": "x" * 10_001}, "product.invalid", "10000 are allowed"),
    ],
)
def test_a_refused_edit_changes_nothing(shop, changes, code, told):
    sell(shop)
    create(shop, "MUG")

    with nothing_changes():
        refusal = failed(*edit(shop, "MUG", **changes))

    assert refusal.code == code
    assert told in refusal.message


def test_orders_keep_the_price_and_the_taxes_that_they_were_placed_with(shop):
    sell(shop, ProductRecord("A1", "Apple", price=D(100), taxes=("V21",)), order("S1", line(100, 1, "V21")))
    before = models.Order.select().dicts().get(), list(models.OrderLine.select().dicts())

    done(*edit(shop, "A1", price=D(1), taxes=(), name="Pear", policy="delivered"))

    assert (models.Order.select().dicts().get(), list(models.OrderLine.select().dicts())) == before
    assert wrong(shop) == []


def test_archived_products_stay_where_they_are_and_are_not_sold_anew(shop):
    sell(shop, ProductRecord("A1", "Apple", price=D(100)), order("S1"))
    invoicing.create(shop, ["S1"], Request())
    done(*edit(shop, "A1", archived=True))
    addition = LineEdits(added=(AddLine("A1"),))

    with nothing_changes():
        on_order = failed(*editing.edit(shop, ["S1"], editing.Edit(addition)))
        on_draft = failed(*redrafting.edit(shop, ["DRAFT/00001"], redrafting.Edit(addition)))

    assert (on_order.code, on_draft.code) == ("product.archived", "product.archived")
    assert (on_order.message, on_order.hint) == (
        "product A1 is archived and not sold any more", "shopctl products unarchive A1",
    )  # fmt: skip
    assert (listed(shop), listed(shop, archived=True), products.count_archived()) == ([], ["A1"], 1)
    done(*edit(shop, "A1", archived=False))
    assert codes(editing.edit(shop, ["S1"], editing.Edit(addition))) == ["changed"]


def test_lists_are_narrowed_and_go_in_pages(shop):
    sell(shop)
    create(shop, "P1", "P2", "P3")
    create(shop, "SERVICE", settings=Product("", type="service"))

    first = listing.search(ProductFilter(), limit=2)

    assert ([row.sku for row in first.rows], first.total, first.more) == (["SERVICE", "P3"], 4, True)
    assert [row.sku for row in listing.search(ProductFilter(), after="P3").rows] == ["P2", "P1"]
    assert listed(shop, type="service") == ["SERVICE"]
    with pytest.raises(NotFoundError):
        listing.search(ProductFilter(), after="NOPE")


def test_what_was_sold_is_told(shop):
    sell(
        shop,
        ProductRecord("A1", "Apple", price=D(100), taxes=("V21",)),
        order("S1", line(100, 3, delivered=D(1)), line(90, 2)),
        order("S2", line(100, 4), ordered_at=NOW - timedelta(days=31)),
        order("S3", line(100, 5), state="sent"),
        order("S4", line(100, 6), state="cancelled"),
        order("S5", line(100, 7, sku="B2")),
    )

    (found,) = products.show(shop, ["A1"])

    assert found.sold == Sold(1, D(5), 2, D(9), D(8))
    assert (found.product.name, found.tax_names) == ("Apple", ("VAT 21 %",))


def test_a_product_that_nobody_bought(shop):
    sell(shop)
    create(shop, "MUG")

    (found,) = products.show(shop, ["MUG"])

    assert found.sold == Sold(0, D(0), 0, D(0), D(0))
    with pytest.raises(NotFoundError):
        products.show(shop, ["NOPE"])


def test_an_import_updates_and_leaves_the_stock_alone(shop):
    sell(shop)
    create(shop, "MUG")
    record = ProductRecord("MUG", "Mug", price=D(11), taxes=("V6",))

    found = take_in(shop, record, record)

    assert codes(found) == ["changed", "unchanged"]
    assert (stored("MUG").price, stored("MUG").taxes, stored("MUG").stock) == (D(11), "V6", D(12))


def test_a_stock_that_is_told_is_taken_over_and_exported(shop):
    sell(shop)
    create(shop, "MUG")
    record = ProductRecord("MUG", "Mug", price=D("9.50"), taxes=("V21",), stock=D(7))

    assert codes(take_in(shop, record)) == ["changed"]
    assert [one for one in exporting.records() if isinstance(one, ProductRecord)] == [record]


def test_who_may_not_write_the_catalogue_is_refused(shop):
    sell(shop)
    seller = replace(shop, actor=Actor("sam", "sales"))

    with nothing_changes(), pytest.raises(ForbiddenError):
        create(seller, "MUG")
