"""`products` on the command line."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_a_product_is_made_changed_and_archived(terminal):
    assert (
        transcript(
            terminal,
            "products create MUG --name Mug --price 9.50 --tax V21 --stock 12",
            "products create MUG --name Mug --price 9.50 --tax V21 --stock 12",
            "products edit MUG LMP-ARC --price 45 --stock none --yes",
            "products archive LMP-ARC",
            "orders edit S00103 --add-line LMP-ARC",
            "products list",
            "products show DSK-140",
            "products show LMP-ARC",
        )
        == """\
$ products create MUG --name Mug --price 9.50 --tax V21 --stock 12
✓ created  MUG  Mug
!   NEXT  shopctl products show MUG

$ products create MUG --name Mug --price 9.50 --tax V21 --stock 12
= unchanged  MUG  Mug
  product MUG is so already
!   NEXT  shopctl products show MUG

$ products edit MUG LMP-ARC --price 45 --stock none --yes

  REFERENCE  RESULT
  ─────────  ─────────
  MUG        ✓ changed
  LMP-ARC    ✓ changed
!
!   2 changed       0 unchanged       0 failed       0 skipped

$ products archive LMP-ARC
✓ changed  LMP-ARC  Desk lamp Arc
!   NEXT  shopctl products show LMP-ARC

$ orders edit S00103 --add-line LMP-ARC
! error: product LMP-ARC is archived and not sold any more [product.archived]
! hint:  shopctl products unarchive LMP-ARC
[exit 6]

$ products list

  SKU       NAME                 TYPE      PRICE EUR  TAXES  BILLED BY  STOCK
  ────────  ───────────────────  ────────  ─────────  ─────  ─────────  ─────
  MUG       Mug                  goods         45.00  V21    ordered        –
  SHIP-STD  Delivery, standard   shipping      15.00  V21    ordered        –
  ASM-HOME  Assembly at home     service       60.00  V21    delivered      –
  BK-LIGHT  Book: Light at work  goods         24.00  V9     ordered        –
  CHR-ERG   Ergo chair, black    goods        249.00  V21    ordered        –
  DSK-140   Oak desk, 140 cm     goods        499.00  V21    ordered        –
!
!   What was sold of one:  shopctl products show SKU
!   Left out:              1 archived, see --archived

$ products show DSK-140

  DSK-140  Oak desk, 140 cm                                                                goods
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Price      499.00 EUR                       Type        goods
  Taxes      VAT 21 %                         Stock       not counted
  Billed by  ordered quantity                 To deliver  10

  CONFIRMED ORDERS

                ORDERS  QUANTITY
  ────────────  ──────  ────────
  last 30 days       2        11
  in all             2        11

  NEXT  shopctl products edit DSK-140 --price A  another price, for new lines only

$ products show LMP-ARC

  LMP-ARC  Desk lamp Arc                                                                archived
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Price      45.00 EUR                        Type        goods
  Taxes      VAT 21 %                         Stock       not counted
  Billed by  ordered quantity                 To deliver  0

  CONFIRMED ORDERS

                ORDERS  QUANTITY
  ────────────  ──────  ────────
  last 30 days       2         5
  in all             2         5

  NEXT  shopctl products unarchive LMP-ARC  sell it again
"""
    )


def test_products_for_scripts(stocked):
    listed = stocked("products", "list", "--type", "service")
    shown = json.loads(stocked("products", "show", "DSK-140", "--json").out)["data"]

    assert listed == (0, "ASM-HOME\tAssembly at home\tservice\t60.00\tEUR\tV21\tdelivered\t\tfalse\n", "")
    assert shown == {
        "sku": "DSK-140", "name": "Oak desk, 140 cm", "type": "goods", "price": "499.00", "currency": "EUR",
        "taxes": ["V21"], "policy": "ordered", "stock": None, "archived": False, "orders_recent": 2,
        "quantity_recent": "11", "orders": 2, "quantity": "11", "quantity_to_deliver": "10",
    }  # fmt: skip
    assert stocked("product", "list", "--limit", "2", "--format", "ids", "-q").out == "SHIP-STD\nASM-HOME\n"
    assert stocked("products", "list", "--after", "ASM-HOME", "--format", "ids").out.splitlines()[0] == "BK-LIGHT"


def test_untaxed_and_uncounted(stocked):
    made = stocked("products", "create", "MUG", "--price", "9.50", "--tax", "V21", "--stock", "3", "--format", "jsonl")
    changed = stocked("products", "edit", "MUG", "--tax", "none", "--stock", "none", "--format", "jsonl")

    assert json.loads(made.out)["stock"] == "3"
    assert json.loads(changed.out) == {
        "result": "changed", "reference": "MUG", "sku": "MUG", "name": "MUG", "type": "goods", "price": "9.50",
        "currency": "EUR", "taxes": [], "policy": "ordered", "stock": None, "archived": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("products show NOPE", 3, "there is no product NOPE [product.unknown]"),
        ("products create MUG --price -1", 2, "only a discount has a price below zero [product.invalid]"),
        ("products create MUG --tax V99", 3, "there is no tax V99"),
        ("products create MUG --tax V21 --tax none", 2, "--tax none stands alone"),
        ("products create MUG --type thing", 2, "--type"),
        ("products create MUG --stock many", 2, "stock 'many' cannot be understood"),
        ("products create DSK-140 --price 1", 6, "product DSK-140 exists already and differs in name, price, taxes"),
        ("products edit DSK-140", 2, "nothing to change was given"),
        ("products edit NOPE --price 1", 3, "there is no product NOPE"),
        ("products archive NOPE", 3, "there is no product NOPE"),
        ("products list --after NOPE", 3, "there is no product NOPE"),
        ("products archive DSK-140 NOPE --atomic --yes", 3, "there is no product NOPE"),
    ],
)
def test_refusal_changes_nothing(stall, words, status, told):
    before = dump()

    found = stall(*words.split())

    assert found.status == status or (found.status, status) == (8, 3)
    assert told in found.err
    assert dump() == before


def test_a_shop_without_products(shop):
    assert shop("products", "list", "--format", "table") == (
        0, "", "There are no products yet: shopctl products create SKU\n",
    )  # fmt: skip
    assert shop("products", "list", "--type", "goods", "--fail-on-empty").status == 9


def test_a_product_comes_again_with_an_import(stocked, tmp_path):
    file = tmp_path / "products.jsonl"
    file.write_text('{"kind":"product","sku":"DSK-140","name":"Oak desk","price":"519","taxes":["V21"]}\n')

    first = stocked("import", "data", file, "--format", "jsonl")
    again = stocked("import", "data", file, "--format", "jsonl")

    assert (json.loads(first.out.splitlines()[0])["result"], first.status, again.status) == ("changed", 0, 0)
    assert json.loads(stocked("products", "show", "DSK-140", "--json").out)["data"]["price"] == "519.00"
