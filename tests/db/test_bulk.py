"""Write and change many rows at once, and read them with statements of our own."""

from __future__ import annotations

from decimal import Decimal

import peewee
import pytest

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.errors import ConflictError
from shopctl.models import Cart, Product, Series
from tests.support.shop import nothing_changes

COLUMNS = ("sku", "name", "type", "price", "taxes", "policy", "archived")
AWKWARD = "tab\there, line\nbreak, back\\slash, \\N, quote ', 株式会社, =1+1, 100 %"


def add(*rows):
    insert_rows(Product, COLUMNS, [(sku, name, "goods", price, "", "ordered", False) for sku, name, price in rows])


def prices():
    return dict(fetch(Product, "SELECT sku, price FROM products ORDER BY sku"))


def test_inserted_rows_are_read_back_exactly(shop):
    add(("A", AWKWARD, 123_400), ("B", "", 0))

    first, second = Product.select().order_by(Product.id)

    assert (first.sku, first.name, first.price, first.archived) == ("A", AWKWARD, Decimal("12.34"), False)
    assert (second.sku, second.name) == ("B", "")


def test_no_rows_are_no_statement(shop):
    with nothing_changes():
        add()
        change_rows(Product, "price = :price", "sku = :sku", ("sku", "price"), [])


def test_insert_that_breaks_a_rule_stores_nothing(shop):
    add(("A", "", 1))

    with nothing_changes(), pytest.raises(peewee.IntegrityError), shop.database.atomic():
        add(("B", "", 1), ("A", "", 2))


def test_every_row_gets_its_own_values(shop):
    add(("A", "", 1), ("B", "", 2), ("C", "", 3))

    change_rows(
        Product, "price = price + :more, name = :name", "sku = :sku", ("sku", "more", "name"),
        [("A", 10, "first"), ("C", 30, AWKWARD)],
    )  # fmt: skip

    assert prices() == {"A": 11, "B": 2, "C": 33}
    assert fetch(Product, "SELECT name FROM products ORDER BY sku") == [("first",), ("",), (AWKWARD,)]


def test_more_rows_than_fit_into_one_statement_each_get_their_own_values(shop):
    add(*((f"{number:03d}", f"old {number}", 0) for number in range(123)))

    change_rows(
        Product,
        "price = price + :more, name = :name",
        "sku = :sku AND price = :before",
        ("sku", "before", "more", "name"),
        [(f"{number:03d}", 0, number, f"new {number}") for number in range(1, 123)],
    )

    found = fetch(Product, "SELECT sku, name, price FROM products ORDER BY sku")
    assert found == [("000", "old 0", 0), *((f"{number:03d}", f"new {number}", number) for number in range(1, 123))]


def test_one_row_among_many_that_is_not_there_is_noticed(shop):
    add(*((f"{number:03d}", "", 0) for number in range(123)))
    names = [f"{number:03d}" for number in range(123) if number != 7]

    with nothing_changes(), pytest.raises(ConflictError) as refused, shop.database.atomic():
        change_rows(Product, "price = 9", "sku = :sku", ("sku",), [(name,) for name in ("missing", *names)])

    assert refused.value.message.startswith("1 of 123 rows of products")


def test_change_can_write_nothing_into_a_column(shop):
    insert_rows(
        Cart, ("number", "source", "website", "created_at", "last_activity_at", "stage", "payment_error", "currency",
               "amount_untaxed", "amount_tax", "amount_total", "source_totals", "fingerprint", "customer_id"),
        [("C-1", "", "", "x", "x", "cart", "", "EUR", 0, 0, 0, "", "", None)],
    )  # fmt: skip

    change_rows(Cart, "customer_id = :customer, website = :site", "number = :number", ("number", "customer", "site"),
                [("C-1", None, "shop")])  # fmt: skip

    assert fetch(Cart, "SELECT customer_id, website FROM carts") == [(None, "shop")]


def test_change_insists_that_every_row_is_there(shop):
    add(("A", "", 1), ("B", "", 2))

    with nothing_changes(), pytest.raises(ConflictError) as refused, shop.database.atomic():
        change_rows(Product, "price = 9", "sku = :sku", ("sku",), [("A",), ("X",), ("Y",)])

    assert refused.value.code == "db.refused"
    assert refused.value.message == "2 of 3 rows of products were changed by somebody else meanwhile"


def test_guard_of_a_relative_change_holds(shop):
    add(("A", "", 100))
    spend = ("price = price - :spent", "sku = :sku AND price >= :spent", ("sku", "spent"))

    change_rows(Product, *spend, [("A", 60)])
    with nothing_changes(), pytest.raises(ConflictError), shop.database.atomic():
        change_rows(Product, *spend, [("A", 60)])

    assert prices() == {"A": 40}


def test_one_row_named_twice_is_a_conflict_or_changed_twice_but_never_lost(shop):
    add(("A", "", 100))

    try:
        with shop.database.atomic():
            change_rows(Product, "price = price - :spent", "sku = :sku", ("sku", "spent"), [("A", 1), ("A", 2)])
    except ConflictError:
        assert prices() == {"A": 100}
    else:
        assert prices() == {"A": 97}


def test_new_keys_are_free_and_go_up(shop):
    add(("A", "", 1), ("B", "", 1))

    keys = list(new_ids(Product, 3))
    insert_rows(Product, ("id", *COLUMNS), [(key, f"N{key}", "", "goods", 0, "", "ordered", False) for key in keys])

    assert len(set(keys)) == 3
    assert keys == sorted(keys)
    assert keys[0] > 2
    assert Product.select().count() == 5
    assert not list(new_ids(Product, 0))


def test_any_number_of_values_is_one_bound_value(shop):
    add(*((f"{number:05d}", "", number) for number in range(2000)))

    condition, values = among(Product, "sku", [f"{number:05d}" for number in range(0, 8_000, 2)])
    found = fetch(Product, f"SELECT count(*) FROM products WHERE {condition}", values)

    assert (len(values), found) == (1, [(1000,)])


@pytest.mark.parametrize("names", [[], ["journal"], ["journal", "journal", "no such"], ["it's", '"', "%s", "?"]])
def test_values_are_never_part_of_the_statement(shop, names):
    condition, values = among(Series, "name", names)

    found = fetch(Series, f"SELECT name FROM series WHERE {condition}", values)

    assert found == ([("journal",)] if "journal" in names else [])
