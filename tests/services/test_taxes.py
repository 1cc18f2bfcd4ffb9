"""Create, edit, delete and show taxes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl.config import Config, settings
from shopctl.domain.records import CartRecord, ProductRecord, TaxRecord
from shopctl.errors import NotFoundError
from shopctl.services import exporting, taxes
from tests.support.shop import bill, codes, done, failed, journal, line, nothing_changes, order, sell, take_in, wrong
from tests.support.shops import NOW

D = Decimal
EIGHT = TaxRecord("", "VAT 8 %", amount=D(8), group="VAT")


@pytest.fixture
def stocked(shop):
    """Taxes V21 in an order, V6 in a product, I21 in a cart, ECO in a group."""
    sell(
        shop,
        TaxRecord("ECO", type="fixed", amount=D("0.15")),
        TaxRecord("BOTH", type="group", children=("ECO", "V6")),
        ProductRecord("P1", taxes=("V6",)),
        ProductRecord("P2", taxes=("V6", "V21")),
        CartRecord("K1", lines=(line(1, 1, "I21"),), created_at=NOW - timedelta(days=1)),
        order("S1", line(100, 1, "V21"), line(5, 1, "V21")),
    )
    return shop


def test_tax_is_created_once(shop):
    first = taxes.create(shop, ["V8"], EIGHT)
    second = taxes.create(shop, ["V8"], EIGHT)

    assert codes([*first, *second]) == ["created", "unchanged"]
    assert done(first[0]).row == TaxRecord("V8", "VAT 8 %", amount=D(8), group="VAT")
    assert [tax.code for tax in taxes.every()] == ["V8"]
    assert journal() == [("tax.created", "V8")]
    assert wrong(shop) == []


def test_tax_without_a_name_is_called_by_its_code(shop):
    assert done(taxes.create(shop, ["V8"], TaxRecord("", amount=D(8)))[0]).row.name == "V8"
    assert codes(taxes.create(shop, ["V8"], TaxRecord("", amount=D(8)))) == ["unchanged"]


def test_what_was_created_is_exported_and_taken_in_as_it_is(stocked):
    taxes.create(stocked, ["V8"], EIGHT)
    (record,) = [one for one in exporting.records() if isinstance(one, TaxRecord) and one.code == "V8"]

    assert codes(take_in(stocked, record)) == ["unchanged"]


@pytest.mark.parametrize(
    ("code", "record", "refusal", "words"),
    [
        ("V21", EIGHT, "tax.exists", "tax V21 exists already and differs in name, amount, group"),
        ("V 8", EIGHT, "tax.invalid", "one word"),
        ("V8", TaxRecord("", amount=D(-100), included=True), "tax.invalid", "a price cannot contain -100 % of tax"),
        ("G", TaxRecord("", type="group", children=("V404",)), "tax.invalid", "there is no tax 'V404'"),
    ],
)
def test_unsound_tax_is_not_created(stocked, code, record, refusal, words):
    with nothing_changes():
        (outcome,) = taxes.create(stocked, [code], record)

    assert failed(outcome).code == refusal
    assert words in failed(outcome).message


def test_refused_tax_does_not_disturb_its_neighbours(stocked):
    assert codes(taxes.create(stocked, ["V8", "V21", "V8"], EIGHT)) == ["created", "tax.exists", "unchanged"]


def test_name_and_group_may_always_change(stocked):
    bill(stocked, "S1")

    changes = {"name": "MwSt. 21 %", "group": "MwSt."}
    (outcome,) = taxes.edit(stocked, ["V21"], changes)

    assert codes([outcome, *taxes.edit(stocked, ["V21"], changes)]) == ["changed", "unchanged"]
    assert (done(outcome).row.name, done(outcome).row.amount) == ("MwSt. 21 %", 21)
    assert journal()[-1] == ("tax.changed", "V21")
    assert wrong(stocked) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount": D(22)}, "amount"),
        ({"included": True}, "included"),
        ({"compounds": True, "affected": False, "sequence": 9}, "affected, compounds, sequence"),
        ({"type": "fixed"}, "type"),
        ({"type": "group", "amount": D(0), "children": ("V6",)}, "amount, children, type"),
    ],
)
def test_what_computes_stays_once_an_order_uses_it(stocked, changes, fields):
    with nothing_changes():
        (outcome,) = taxes.edit(stocked, ["V21"], {**changes, "name": "Other"})

    assert failed(outcome).code == "tax.in_use"
    assert failed(outcome).message == f"tax V21 is used by 2 order lines (first S1), so its {fields} cannot change"


def test_tax_that_a_document_uses_through_a_group_stays_too(stocked):
    sell(stocked, order("S2", line(10, 1, "BOTH")))
    bill(stocked, "S2")

    with nothing_changes():
        outcomes = taxes.edit(stocked, ["ECO", "BOTH"], {"sequence": 5})

    used = "1 order line (S2), 1 invoice line (INV/2026/00001)"
    assert [failed(outcome).message for outcome in outcomes] == [
        f"tax ECO is used by {used}, so its sequence cannot change",
        f"tax BOTH is used by {used}, so its sequence cannot change",
    ]


def test_codes_are_told_apart_to_the_letter(stocked):
    taxes.create(stocked, ["v21", "V2", "V_1", "V%"], EIGHT)

    assert codes(taxes.edit(stocked, ["v21", "V2", "V_1", "V%"], {"amount": D(7)})) == ["changed"] * 4
    assert codes(taxes.delete(stocked, ["v21", "V2", "V_1", "V%"])) == ["changed"] * 4


def test_what_no_document_uses_may_change(stocked):
    outcomes = taxes.edit(stocked, ["ECO", "V6", "I21"], {"amount": D("0.20")})

    assert codes(outcomes) == ["changed"] * 3
    assert [done(outcome).row.amount for outcome in outcomes] == [D("0.20")] * 3


def test_group_that_becomes_a_rate_loses_its_children(stocked):
    (outcome,) = taxes.edit(stocked, ["BOTH"], {"type": "percent", "amount": D(5)})

    assert done(outcome).row == TaxRecord("BOTH", "BOTH", amount=D(5))


@pytest.mark.parametrize(
    ("code", "changes", "refusal", "words"),
    [
        ("V404", {"name": "x"}, "tax.unknown", "there is no tax V404"),
        ("ECO", {"type": "group", "children": ("BOTH",)}, "tax.invalid", "its child 'BOTH' contains 'ECO' itself"),
        ("ECO", {"type": "division", "amount": D(100)}, "tax.invalid", "100 % of the price"),
        ("BOTH", {"children": ()}, "tax.invalid", "a group needs children"),
    ],
)
def test_unsound_change_is_refused(stocked, code, changes, refusal, words):
    with nothing_changes():
        (outcome,) = taxes.edit(stocked, [code], changes)

    assert failed(outcome).code == refusal
    assert words in failed(outcome).message


def test_unused_tax_is_deleted(stocked):
    outcomes = taxes.delete(stocked, ["BOTH", "ECO"])

    assert codes(outcomes) == ["changed", "changed"]
    assert [tax.code for tax in taxes.every()] == ["I21", "V21", "V6"]
    assert journal()[-2:] == [("tax.deleted", "BOTH"), ("tax.deleted", "ECO")]
    assert wrong(stocked) == []


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("V6", "2 products (first P1), 1 group (BOTH)"),
        ("V21", "1 product (P2), 2 order lines (first S1), 2 invoice lines (first DRAFT/00001)"),
        ("I21", "1 cart line (K1)"),
        ("ECO", "1 group (BOTH)"),
    ],
)
def test_tax_that_is_used_is_not_deleted(stocked, code, places):
    from shopctl.services import invoicing

    invoicing.create(stocked, ["S1"], invoicing.Request())

    with nothing_changes():
        (outcome,) = taxes.delete(stocked, [code])

    assert failed(outcome).code == "tax.in_use"
    assert failed(outcome).message == f"tax {code} is used by {places}, so it cannot be deleted"


def test_tax_that_does_not_exist_cannot_be_deleted(shop):
    assert codes(taxes.delete(shop, ["V404"])) == ["tax.unknown"]


def test_show_tells_the_uses_and_works_an_example_out(stocked):
    shown = {one.tax.code: one for one in taxes.show(stocked, ["V21", "V6", "I21", "BOTH"])}

    assert shown["V21"].products == ("P2",)
    assert shown["V6"].products == ("P1", "P2")
    assert shown["V21"].used_by == ("2 order lines (first S1)",)
    assert shown["V6"].used_by == ("1 group (BOTH)",)
    found = {
        code: (one.example.amount_untaxed, one.example.amount_total, [tax.amount for tax in one.example.taxes])
        for code, one in shown.items()
    }
    assert found == {
        "V21": (100, 121, [21]),
        "V6": (100, 106, [6]),
        "I21": (D("82.64"), 100, [D("17.36")]),
        "BOTH": (100, D("106.15"), [D("0.15"), 6]),
    }


def test_example_is_in_the_currency_of_the_shop(shop):
    shop.config = Config(shop=settings.ShopSettings(currency="JPY"))
    sell(shop)

    (found,) = taxes.show(shop, ["I21"])

    assert (found.example.currency, found.example.amount_untaxed) == ("JPY", 83)


def test_unknown_tax_is_not_shown(shop):
    with pytest.raises(NotFoundError, match="there is no tax V404"):
        taxes.show(shop, ["V404"])
