"""Find documents by what is typed: numbers, references, customers, products, in all nouns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.db.bulk import fetch
from shopctl.db.connection import is_sqlite
from shopctl.domain.records import AddressRecord, CustomerRecord, ProductRecord
from shopctl.services import searching, shipping
from shopctl.services.shipping import Shipment
from tests.support.shop import bill, done, line, order, payment, sell

RECORDS = (
    CustomerRecord("C7", "Zoë Müller", company="株式会社田中商店", email="zoe@deco.example"),
    ProductRecord("DSK-140", name="Oak desk", price=Decimal(499)),
    order("S00430", line(sku="DSK-140", description="Tisch"), customer="C7", source="web", external_id="58439"),
    order("S00431", line(sku="A2", description="Green apple"), payments=(payment("TX-8F31A", 100),)),
    order("S00432", line(sku="", description="Spoon"), customer=None, billing=AddressRecord(name="Gustav Gast")),
    order("#1001", source="other", external_id="W-7"),
)


@pytest.fixture
def sold(shop):
    """Three orders, one of a guest; one is billed, delivered and written about; a cart."""
    sell(shop, *RECORDS)
    zoe = models.Customer.get(models.Customer.code == "C7")
    models.Cart.create(number="C-20811", customer=zoe, currency="EUR", created_at=shop.now, last_activity_at=shop.now)
    bill(shop, "S00430")
    done(*shipping.deliver(shop, ["S00430"], Shipment(tracking="1Z999AA1", carrier="UPS")))
    models.Invoice.update(reference="RF95 2026 0003 1").execute()
    models.Email.create(
        key="k", document="INV/2026/00001", kind="invoice", recipient="zoe@deco.example", subject="s", text="t",
        message_id="m", not_before=shop.now, created_at=shop.now,
    )  # fmt: skip
    return shop


def found(shop, noun, text):
    """Name what is found, in order of its number."""
    name = {"customers": "code", "products": "sku", "emails": "document"}.get(noun, "number")
    statement, values = searching.condition(noun, text, shop)
    rows = fetch(models.Order, f"SELECT {name} FROM {noun} WHERE {statement} ORDER BY {name}", values)
    return [number for (number,) in rows]


FINDS = {
    "orders": {
        "S00430": ["S00430"],
        " s00430 ": ["S00430"],
        "430": ["S00430"],
        "S0043": ["S00430", "S00431", "S00432"],
        "1001": [],
        "#1001": ["#1001"],
        "58439": ["S00430"],
        "584": ["S00430"],
        "W-7": ["#1001"],
        "müller": ["S00430"],
        "MULLER zoe": ["S00430"],
        "田中": ["S00430"],
        "zoe@deco.example": ["S00430"],
        "oak desk": ["S00430"],
        "dsk-140": ["S00430"],
        "apple": ["#1001", "S00431"],
        "green": ["S00431"],
        "a1": ["#1001"],
        "gustav": ["S00432"],
        "spoon": ["S00432"],
        "müller apple": [],
        "nobody": [],
    },
    "invoices": {
        "INV/2026/00001": ["INV/2026/00001"],
        "inv-2026-00001": ["INV/2026/00001"],
        "1": ["INV/2026/00001"],
        "INV/2026": ["INV/2026/00001"],
        "rf95202600031": ["INV/2026/00001"],
        "S00430": ["INV/2026/00001"],
        "müller": ["INV/2026/00001"],
    },
    "payments": {
        "TX-8F31A": ["PAY/2026/00001"],
        "TX-8": ["PAY/2026/00001"],
        "PAY-2026-00001": ["PAY/2026/00001"],
        "431": ["PAY/2026/00001"],
        "smith": ["PAY/2026/00001"],
    },
    "deliveries": {
        "1z999aa1": ["OUT/2026/00001"],
        "OUT/2026/00001": ["OUT/2026/00001"],
        "430": ["OUT/2026/00001"],
        "müller": ["OUT/2026/00001"],
    },
    "carts": {
        "C-20811": ["C-20811"],
        "zoe": ["C-20811"],
    },
    "customers": {
        "zoe": ["C7"],
        "c7": ["C7"],
    },
    "products": {
        "oak": ["DSK-140"],
    },
    "emails": {
        "inv/2026/00001": ["INV/2026/00001"],
        "zoe@deco.example": ["INV/2026/00001"],
        "müller": ["INV/2026/00001"],
    },
}


@pytest.mark.parametrize("noun", FINDS)
def test_documents_are_found_by(sold, noun):
    assert {text: found(sold, noun, text) for text in FINDS[noun]} == FINDS[noun]


def test_draft_is_found_by_its_address(sold):
    from shopctl.services import invoicing
    from shopctl.services.deciding import Request

    done(*invoicing.create(sold, ["S00431"], Request()))

    assert found(sold, "invoices", "draft/00002") == found(sold, "invoices", "S00431") == [None]


def test_bare_number_needs_the_series_of_the_shop(sold):
    statement, values = searching.condition("orders", "430")

    assert fetch(models.Order, f"SELECT number FROM orders WHERE {statement}", values) == []


@pytest.mark.parametrize("noun", searching.NOUNS)
def test_odd_texts_find_nothing(sold, noun):
    for text in ("9" * 30, "x" * 10_000, "a'b\"c", "x%_", "\u202eabc\x1b[31m", "a" + "\u0301" * 500 + "zz"):
        assert found(sold, noun, text) == []


@pytest.mark.parametrize("noun", searching.NOUNS)
def test_search_scans_no_table(sold, noun):
    if not is_sqlite(sold.database):
        pytest.skip("the plan of a PostgreSQL table depends on how full it is")
    statement, values = searching.condition(noun, "S00430", sold)

    plan = [
        row[3]
        for row in sold.database.execute_sql(f"EXPLAIN QUERY PLAN SELECT * FROM {noun} WHERE {statement}", values)
    ]
    scans = {step for step in plan if step.startswith("SCAN ")}

    assert scans <= {"SCAN sources"}
