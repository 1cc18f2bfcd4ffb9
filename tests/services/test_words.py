"""Keep the index of words true to what is stored, and look customers, products and orders up in it."""

from __future__ import annotations

import pytest

from shopctl import models
from shopctl.domain.line_edits import LineEdits, RemoveLine
from shopctl.domain.records import AddressRecord, CustomerRecord, ProductRecord
from shopctl.domain.words import terms_of
from shopctl.errors import ForbiddenError
from shopctl.services import editing, schema, words
from shopctl.services.editing import Edit
from tests.support.shop import Actor, done, line, order, replace, sell, take_in, wrong

ANN = CustomerRecord(
    "C7", "Zoë Müller", company="株式会社田中商店", email="Zoe@Deco.example", phone="+33 1 23 45", vat="FR40303265045",
    addresses=(AddressRecord(name="Bill Brown", company="Warehouse 9"),),
)  # fmt: skip
DESK = ProductRecord("DSK-140", name="Oak desk", price=499)


def codes(kind, text):
    """Name what is found by a text, the latest first."""
    model, name = {
        "customer": (models.Customer, "code"), "product": (models.Product, "sku"),
        "item": (models.SoldItem, "sku"), "order": (models.Order, "number"),
    }[kind]  # fmt: skip
    return [getattr(model.get_by_id(key), name) for key in words.keys(kind, terms_of(text), 10)]


@pytest.mark.parametrize(
    "text",
    ["c7", "muller zoe", "MÜLL", "田中", "zoe@deco", "deco", "33123", "FR403", "brown", "warehouse", "Brown Zoë"],
)
def test_customer_is_found_by(shop, text):
    sell(shop, ANN)

    assert codes("customer", text) == ["C7"]


def test_words_follow_a_changed_customer(shop):
    sell(shop, ANN)

    take_in(shop, ANN._replace(name="Zoë Schmidt", addresses=()))

    assert codes("customer", "schmidt") == ["C7"]
    assert codes("customer", "müller") == codes("customer", "brown") == []
    assert wrong(shop) == []


def test_merged_customer_is_found_as_the_other(shop):
    sell(shop, ANN)
    one, other = (models.Customer.get(models.Customer.code == code) for code in ("C1", "C7"))
    models.Customer.update(merged_into=one.id).where(models.Customer.id == other.id).execute()

    words.refresh("customer", [one.id, other.id])

    assert codes("customer", "müller") == codes("customer", "c7") == codes("customer", "ann@example.com") == ["C1"]
    assert wrong(shop) == []


def test_product_is_found_by_sku_and_name(shop):
    sell(shop, DESK)
    take_in(shop, DESK._replace(name="Eichentisch"))

    assert codes("product", "dsk-140") == codes("product", "140") == codes("product", "eichen") == ["DSK-140"]
    assert codes("product", "oak") == []
    assert wrong(shop) == []


def test_what_no_product_describes_is_an_item_once(shop):
    apple, desk = line(), line(sku="DSK-140", description="Oak desk")
    sell(shop, DESK, order("S1", apple), order("S2", apple, desk), order("S3", line(description="Green apple")))

    found = [(item.sku, item.description) for item in models.SoldItem.select().order_by(models.SoldItem.id)]
    assert found == [("A1", "Apple"), ("A1", "Green apple")]
    assert codes("item", "apple") == ["A1", "A1"]
    assert codes("order", "apple") == []


def test_items_that_begin_alike_for_two_hundred_characters_are_one(shop):
    long = line(description="x" * 200 + " first")
    sell(shop, order("S1", long), order("S2", long._replace(description="x" * 200 + " second")))
    take_in(shop, order("S3", long._replace(description="x" * 200 + " third")))

    assert [item.description for item in models.SoldItem.select().order_by(models.SoldItem.id)] == ["x" * 200]
    assert wrong(shop) == []


def test_order_is_found_by_its_guest_and_by_lines_without_sku(shop):
    guest = AddressRecord(name="Gustav Gast", company="Gäste GmbH")
    gift = line(sku="", description="Engraved spoon")
    sell(shop, order("S1", customer=None, billing=guest), order("S2", gift), order("S3", gift))

    assert codes("order", "gustav gaste") == ["S1"]
    assert codes("order", "spoon") == ["S3", "S2"]


def test_words_follow_an_edited_order(shop):
    sell(shop, order("S1", line(sku="", description="Engraved spoon"), line()))

    done(*editing.edit(shop, ["S1"], Edit(lines=LineEdits(removed=(RemoveLine(1),)))))

    assert codes("order", "spoon") == []
    assert wrong(shop) == []


def test_words_follow_an_order_that_its_source_changes(shop):
    sell(shop, order("S1", line(sku="", description="Engraved spoon")))

    take_in(shop, order("S1", line(sku="", description="Engraved fork")))

    assert (codes("order", "fork"), codes("order", "spoon")) == (["S1"], [])
    assert wrong(shop) == []


def test_all_words_have_to_be_found(shop):
    sell(shop, CustomerRecord("C8", "Ann Jones"))

    assert codes("customer", "ann") == ["C8", "C1"]
    assert codes("customer", "ann jones") == ["C8"]
    assert codes("customer", "ann nobody") == []
    assert words.keys("customer", ("ann",), 1) == [models.Customer.get(models.Customer.code == "C8").id]


def test_rebuilding_finds_the_same(shop):
    sell(shop, ANN, DESK, order("S1", line(), line(sku="", description="Spoon"), customer=None,
                                billing=AddressRecord(name="Gustav Gast")))  # fmt: skip
    before = index()
    models.SearchWord.delete().where(models.SearchWord.kind != "order").execute()
    models.SearchWord.create(kind="order", word="stray", key=77)

    read = words.rebuild(shop)

    assert read == {"customer": 3, "product": 1, "order": 1}
    assert index() == before


def test_rebuilding_is_for_administrators(shop):
    clerk = replace(shop, actor=Actor("sam", "sales"))

    with pytest.raises(ForbiddenError):
        words.rebuild(clerk)


def test_migrating_fills_the_index(shop, monkeypatch):
    sell(shop, ANN, order("S1"))
    before = index()
    words.fill()
    models.SearchWord.delete().execute()
    models.SoldItem.delete().execute()
    monkeypatch.setattr(schema, "version_of", lambda _: 2)
    monkeypatch.setattr(schema, "_steps", lambda _: [])

    schema.migrate(shop.database, shop.now, wait=1.0)

    assert index() == before


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("DELETE FROM search_words WHERE word = 'smith'", ("customers", "smith", 1, 0)),
        ("INSERT INTO search_words (kind, word, key) VALUES ('order', 'x', 1)", ("orders", "x", 0, 1)),
        ("INSERT INTO search_words (kind, word, key) VALUES ('item', 'x', 99)", ("search_words", "item x", None, None)),
        ("DELETE FROM search_words WHERE kind = 'item'", ("sold_items", "1", 1, 0)),
    ],
)
def test_check_finds_a_wrong_index(shop, statement, broken):
    from shopctl.services import checking

    sell(shop, order("S1"))
    shop.database.execute_sql(statement)

    report = checking.check(shop, rules=["W1"], limit=1)

    (found,) = report.violations
    table, reference, expected, there = broken
    assert (found.table, found.reference) == (table, reference)
    assert expected is None or (found.expected, found.found) == (expected, there)
    assert found.hint == "shopctl db reindex"
    assert report.ok


def test_check_finds_an_item_that_is_not_noted(shop):
    sell(shop, order("S1"))
    models.SearchWord.delete().where(models.SearchWord.kind == "item").execute()
    models.SoldItem.delete().execute()

    assert wrong(shop) == [("W1", "A1")]


def index():
    """List all words with what they name; keys of items may differ from one index to the next."""
    items = {item.id: item.description for item in models.SoldItem.select()}
    return sorted(
        (row.kind, row.word, items[row.key] if row.kind == "item" else row.key) for row in models.SearchWord.select()
    )
