"""Import reports of payment providers as a shopkeeper does, and see what became of their lines."""

from __future__ import annotations

import json

import pytest

HEAD = (
    "id,Description,Created (UTC),Amount,Amount Refunded,Currency,Converted Amount,Converted Amount Refunded,Fee,"
    "Converted Currency,Status,Captured,order_id (metadata)\n"
)
ROWS = (
    "ch_1,Order,2026-11-23 20:18,9225.91,0.00,eur,9225.91,0.00,138.90,eur,Paid,true,S00105\n"
    "ch_2,Order,2026-11-23 20:19,100.00,0.00,eur,100.00,0.00,3.10,eur,Paid,true,\n"
)
REFUNDED = ROWS.replace("9225.91,0.00", "9225.91,25.91")


@pytest.fixture
def report(tmp_path):
    file = tmp_path / "stripe.csv"
    file.write_text(HEAD + ROWS)
    return file


@pytest.fixture
def billed(stocked):
    assert stocked("invoice", "create", "S00105", "--confirm", "-q").status == 0
    return stocked


def values(program, *words):
    return json.loads(program(*words, "--json").out)["data"]


def test_a_report_pays_what_it_names(billed, report):
    run = billed("payment", "import", "--from", report)

    assert run.status == 0
    assert run.err.endswith("  Lines of providers: 1 registered, 1 left open:  shopctl payment unmatched\n")
    assert [(one["line"], one["state"], one["amount"], one["fee"]) for one in values(billed, "payment", "lines")] == [
        ("LINE/00002", "open", "100.00", "3.10"), ("LINE/00001", "settled", "9225.91", "138.90"),
    ]  # fmt: skip
    (invoice,) = values(billed, "invoice", "list", "--paid")
    assert (invoice["number"], invoice["amount_due"]) == ("INV/2026/00001", "0.00")
    (stripe,) = [one for one in values(billed, "report", "payments", "--by", "provider") if one["group"] == "stripe"]
    assert (stripe["received"], stripe["fee"], stripe["net"]) == ("9225.91", "138.90", "9087.01")
    assert billed("db", "check").status == 0


def test_a_refund_told_later_opens_the_invoice_again(billed, report):
    assert billed("payment", "import", "--from", report, "-q").status == 0
    report.write_text(HEAD + REFUNDED)

    run = billed("payment", "import", "--from", report)
    again = billed("payment", "import", "--from", report)

    assert run.err.endswith("  Lines of providers: 1 given back, 1 left open:  shopctl payment unmatched\n")
    assert again.err.endswith("  Lines of providers: 1 left open:  shopctl payment unmatched\n")
    (invoice,) = values(billed, "invoice", "list", "--unpaid")
    assert (invoice["number"], invoice["amount_due"], invoice["payment_status"]) == (
        "INV/2026/00001", "25.91", "partial",
    )  # fmt: skip
    assert billed("db", "check").status == 0


def test_scripts_read_nothing_but_their_document(billed, report):
    run = billed("payment", "import", "--from", report, "--json")
    broken = billed("payment", "import", "--from", report.with_name("missing.csv"), "--json")

    assert (run.status, run.err) == (0, "")
    assert json.loads(run.out)["data"][0]["result"] == "created"
    assert values(billed, "payment", "lines")[1]["state"] == "settled"
    assert (broken.status, broken.err.count("\n")) == (3, 1)


def test_a_dry_run_settles_nothing(billed, report):
    run = billed("payment", "import", "--from", report, "--dry-run")

    assert run.status == 0
    assert "Lines of providers" not in run.err
    assert values(billed, "payment", "lines") == []


def test_matching_settles_providers_first(billed, report):
    report.write_text(HEAD + ROWS.replace("S00105", "LATER-1"))
    assert billed("payment", "import", "--from", report, "-q").status == 0
    words = ("--customer", "C00001", "--line", "LMP-ARC:1@9225.91", "--number", "LATER-1", "-q")
    assert billed("orders", "create", *words).status == 0

    run = billed("payment", "match", "--apply", "--yes")

    assert run.status == 0
    assert "  Lines of providers: 1 registered, 1 left open:  shopctl payment unmatched\n" in run.err
    (paid,) = [one for one in values(billed, "payment", "list") if one["order"] == "LATER-1"]
    assert (paid["method"], paid["provider"], paid["reference"]) == ("card", "stripe", "ch_1")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("9225.91,0.00,eur,9225.91", f"9225.91,0.00,eur,{'9' * 40}", "line 2 of {}: converted amount: '9999999999"),
        ("Paid", "Odd", "line 2 of {}: status: 'Odd' is a status that is not known"),
    ],
)
def test_a_broken_report_is_refused_with_its_place(billed, report, old, new, told):
    report.write_text(report.read_text().replace(old, new))

    run = billed("payment", "import", "--from", report)

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"error: {told.format(report)}")
    assert values(billed, "payment", "lines") == []
