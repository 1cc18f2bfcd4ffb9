"""Real exports of Shopify come in to the cent, and go out as paid invoices, on both databases."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDER = DATA / "shopify"
ORACLE = json.loads((DATA / "ORACLE.json").read_text()) if DATA.exists() else {}
ORDERS = (
    "orders_export_bdt_cod_79col_crlf_notes.csv",
    "orders_export_inr_draft_gst_79col.csv",
    "orders_export_us_refunds_73col.csv",
    "orders_export_zar_eft_pending_75col.csv",
)
CUSTOMERS = ("customers_export_v1_19col.csv", "customers_export_v3_20col.csv")
CARTS = ("checkouts_export_1_70col.csv",)

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the real exports of ../shared/data are not on this machine")


def answer(run):
    """Read the answer of a command that went well."""
    assert (run.status, run.err) == (0, "")
    return json.loads(run.out)["data"]


def imported(unstocked, name, *words):
    return answer(unstocked("import", "shopify", FOLDER / name, *words, "--json"))


def orders(unstocked):
    return answer(unstocked("orders", "list", "--state", "all", "--json"))


def total(rows, field):
    return sum((Decimal(row[field]) for row in rows), Decimal(0))


def same(found, expected):
    """Compare what a file says with the oracle, which tells amounts as text and the currencies as a list."""
    for name, value in expected.items():
        mine = list(found["currencies"]) if name == "currency" else found[name]
        if isinstance(value, str):
            assert (name, Decimal(mine)) == (name, Decimal(value))
        else:
            assert (name, mine) == (name, value)


@pytest.mark.parametrize("name", [*ORDERS, *CARTS, *CUSTOMERS])
def test_the_sums_of_a_file_are_met_and_a_repeat_changes_nothing(unstocked, name):
    words = ("--as", "carts") if name in CARTS else ()

    first = imported(unstocked, name, *words)
    exported = unstocked("export", "data")
    second = imported(unstocked, name, *words)

    oracle = ORACLE[f"shopify/{name}"]
    same(first["control"], oracle)
    assert (first["changed"], first["failed"], first["failures"]) == (0, 0, [])
    kind = "customer" if name in CUSTOMERS else "cart" if name in CARTS else "order"
    assert first["kinds"][kind] == {"created": oracle["customers" if name in CUSTOMERS else "orders"]}
    assert (second["created"], second["changed"], second["failed"]) == (0, 0, 0)
    assert second["unchanged"] == first["created"] + first["unchanged"]
    assert second["control"] == first["control"]
    assert unstocked("export", "data") == exported


@pytest.mark.parametrize(
    ("name", "payments", "cancelled", "due"),
    [
        # Nothing is due on the 7 voided orders, which the file shows with 12935.00 outstanding.
        (ORDERS[0], {"pending": 43, "not_paid": 7}, 7, "65575.00"),
        # Paid with the whole total outstanding, 48 times: money that the file does not show is not invented.
        (ORDERS[1], {"not_paid": 48, "paid": 3}, 0, "538958.00"),
        (ORDERS[2], {"paid": 48, "refunded": 2}, 2, "0.00"),
        # The 2 voided orders have 11985.00 outstanding in the file.
        (ORDERS[3], {"paid": 35, "pending": 13, "not_paid": 2}, 2, "72859.00"),
    ],
)
def test_what_is_stored_adds_up_to_the_file(unstocked, name, payments, cancelled, due):
    imported(unstocked, name)

    found = orders(unstocked)

    oracle = ORACLE[f"shopify/{name}"]
    assert len(found) == oracle["orders"]
    assert {row["currency"] for row in found} == set(oracle["currency"])
    assert total(found, "amount_total") == Decimal(oracle["total"])
    assert total(found, "amount_tax") == Decimal(oracle["taxes"])
    assert Counter(row["payment_status"] for row in found) == payments
    assert Counter(row["state"] == "cancelled" for row in found)[True] == cancelled
    assert total(found, "amount_due") == Decimal(due)
    voided = [row for row in found if row["state"] == "cancelled" and row["payment_status"] == "not_paid"]
    assert total(found, "amount_due") + total(voided, "amount_total") == Decimal(oracle["outstanding"])
    unpaid = answer(unstocked("orders", "list", "--unpaid", "--json"))
    assert total(unpaid, "amount_due") == Decimal(due)
    assert total(unpaid, "amount_pending") == total(found, "amount_pending")


def test_contradictions_are_kept_and_listed(unstocked):
    for name in ORDERS:
        imported(unstocked, name)

    found = answer(unstocked("orders", "list", "--differs", "--state", "all", "--json"))

    words = Counter(row["differences"].split(",")[0].split(" of ")[-1] for row in found if row["currency"] == "USD")
    assert Counter(row["currency"] for row in found) == {"INR": 48, "USD": 2}
    assert words == {"20.00 was refunded": 1, "49.99 was refunded": 1}
    assert all(
        "the outstanding balance is the whole total" in row["differences"] for row in found if row["currency"] == "INR"
    )


@pytest.mark.parametrize(
    ("name", "clean_orders", "clean_paid"),
    [(ORDERS[0], 0, 0), (ORDERS[1], 3, 3), (ORDERS[2], 48, 48), (ORDERS[3], 35, 35)],
)
def test_everything_is_billed_and_every_clean_paid_order_is_paid(unstocked, name, clean_orders, clean_paid):
    imported(unstocked, name)
    before = {row["number"]: row for row in orders(unstocked)}

    billed = unstocked("invoice", "create", "--all", "--confirm", "--yes", "--json")
    allocated = unstocked("payment", "allocate", "--all", "--auto", "--yes", "--json")

    assert (billed.status, allocated.status) == (0, 0)
    after = {row["number"]: row for row in orders(unstocked)}
    invoices = answer(unstocked("invoice", "list", "--json"))
    sums = Counter()
    for invoice in invoices:
        [order] = invoice["orders"]
        sums[order] += Decimal(invoice["amount_total"])
    clean = [row for row in before.values() if not row["differences"] and row["state"] == "confirmed"]
    for row in clean:
        assert (row["number"], sums[row["number"]]) == (row["number"], Decimal(row["amount_total"]))
        assert after[row["number"]]["invoice_status"] == "invoiced"
    paid = {row["number"] for row in clean if row["payment_status"] == "paid"}
    assert (len(clean), len(paid)) == (clean_orders, clean_paid)
    statuses = {invoice["orders"][0]: invoice["payment_status"] for invoice in invoices}
    assert {statuses[number] for number in paid if sums[number]} <= {"paid"}
    assert all(after[number]["payment_status"] == "paid" for number in paid)
    assert unstocked("db", "check", "-q") == (0, "", "")
