"""`invoice schedule`, `invoice dispute`, early discounts, write-offs and coins on the command line."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

TERMS = """\
{"kind": "terms", "code": "EARLY", "lines": [{"type": "percent", "value": "100", "delay": "days", "days": 30}], \
"early_discount": {"percent": "10", "days": 7, "mode": "included"}}
{"kind": "terms", "code": "PARTS", "lines": [{"type": "percent", "value": "30", "delay": "days", "days": 0}, \
{"type": "percent", "value": "70", "delay": "days", "days": 30}]}
{"kind": "order", "number": "E1", "customer": "C00003", "ordered_at": "2026-11-20T10:00:00Z", "state": "confirmed", \
"terms": "EARLY", "lines": [{"sku": "GIFT", "description": "Gift", "quantity": "1", "unit_price": "100", \
"taxes": ["V21"]}]}
{"kind": "order", "number": "E2", "customer": "C00003", "ordered_at": "2026-11-20T10:00:00Z", "state": "confirmed", \
"terms": "PARTS", "lines": [{"sku": "GIFT", "description": "Gift", "quantity": "1", "unit_price": "48.11", \
"taxes": []}]}
"""
FIRST, SECOND = "INV/2026/00001", "INV/2026/00002"


@pytest.fixture
def billed(stocked):
    """Two posted invoices: 121.00 with a discount until 2026-12-01, and 48.10 in coins as 14.45 now and the rest later."""
    assert stocked("import", "data", "-", "-q", stdin=TERMS).status == 0
    assert stocked("invoice", "create", "E1", "--confirm", "-q").status == 0
    assert stocked("invoice", "create", "E2", "--confirm", "--cash-rounding", "-q").status == 0
    return stocked


def refused(program, *words):
    before = dump()
    found = program(*words, "--json")
    assert found.out == ""
    assert dump() == before
    told = json.loads(found.err)["error"]
    return found.status, told["code"], told["message"]


def test_schedule_for_people(billed):
    found = billed("invoice", "schedule", SECOND)

    assert (found.status, found.err) == (0, "")
    assert [line.split() for line in found.out.splitlines() if "2026-" in line] == [
        ["1", "2026-11-24", "14.45", "14.45", "open"],
        ["2", "2026-12-24", "33.65", "33.65", "open"],
    ]
    assert "Ask for 14.45 EUR: the next instalment." in found.out
    assert f"shopctl payment register {SECOND} --amount 14.45" in found.out


def test_schedule_for_scripts(billed):
    found = billed("invoice", "schedule", FIRST, "--json")

    assert found.status == 0
    assert json.loads(found.out) == {
        "schema": "shopctl.invoice.schedule/1",
        "data": {
            "invoice": FIRST,
            "currency": "EUR",
            "amount_total": "121.00",
            "amount_due": "121.00",
            "installments": [
                {
                    "position": 1,
                    "due_date": "2026-12-24",
                    "amount": "121.00",
                    "amount_due": "121.00",
                    "standing": "open",
                }
            ],
            "early_discount": {"percent": "10", "mode": "included", "amount": "108.90", "until": "2026-12-01"},
            "proposal": {"amount": "108.90", "kind": "early"},
        },
    }


def test_schedule_of_a_draft_is_refused(billed):
    assert billed("invoice", "create", "S00101", "-q").status == 0

    assert refused(billed, "invoice", "schedule", "DRAFT/00003") == (
        6, "invoice.not_posted", "DRAFT/00003 is not a posted invoice, so nothing of it falls due",
    )  # fmt: skip


def test_early_discount_is_announced_and_taken(billed):
    before = billed("invoice", "show", FIRST).out
    paid = billed("payment", "register", FIRST, "--fields", "number,amount,amount_left")
    after = billed("invoice", "show", FIRST)

    assert "108.90 EUR if paid by 2026-12-01" in before
    assert paid == (
        0,
        f"created\t{FIRST}\tPAY/2026/00006\t108.90\t0.00\n",
        f"{FIRST}: {FIRST}: 12.10 EUR early-payment discount\n{FIRST}: {FIRST} is PAID\n",
    )
    assert "Written off (discount), 2026-11-24" in after.out
    assert "if paid by" not in after.out
    shown = json.loads(billed("invoice", "show", FIRST, "--json").out)["data"]
    assert shown["early_discount"] is None
    assert shown["allocations"][1] == {
        "credit": None,
        "kind": "write_off",
        "amount": "12.10",
        "date": "2026-11-24",
        "reason": "discount",
        "amount_tax": "2.10",
    }


def test_difference_is_written_off_with_a_reason(billed):
    words = ("payment", "register", FIRST, SECOND, "--amount", "165")

    told = [
        refused(billed, *words, "--write-off", "because")[:2],
        refused(billed, *words, "--write-off", "bank-fee", "--keep-open")[:2],
        refused(billed, "payment", "register", FIRST, "--write-off", "bank-fee")[:2],
    ]
    found = billed(*words, "--write-off", "bank-fee", "--fields", "number,amount,amount_left")

    assert told == [(2, "payment.write_off"), (2, "usage"), (2, "payment.write_off")]
    assert (found.status, found.out) == (0, f"created\t{FIRST}, {SECOND}\tPAY/2026/00006\t165.00\t0.00\n")
    assert "4.10 EUR written off (bank-fee)" in found.err
    assert billed("invoice", "list", "--unpaid").out == ""
    assert billed("db", "check", "-q").status == 0


def test_table_of_payments_names_the_reason(billed, tmp_path):
    table = tmp_path / "bank.csv"
    table.write_text(f"invoice,amount,write_off\n{FIRST},120,bank-fee\n{SECOND},48,\n")

    found = billed("payment", "register", "--from", table, "--yes", "--fields", "amount")

    assert (found.status, found.out) == (0, f"created\t{FIRST}\t120.00\ncreated\t{SECOND}\t48.00\n")
    assert billed("invoice", "list", "--partial", "--fields", "address,amount_due").out == f"{SECOND}\t0.10\n"


def test_dispute_is_listed_until_it_is_settled(billed):
    said = billed(
        "invoice", "dispute", FIRST, "--reason", " two  broken ", "--fields", "address,disputed,payment_status"
    )
    again = billed("invoice", "dispute", FIRST, "--reason", "two broken", "--fields", "address")
    listed = billed("invoice", "list", "--disputed", "--fields", "address,status")
    shown = billed("invoice", "show", FIRST).out
    cleared = billed("invoice", "dispute", FIRST, "--clear", "--fields", "disputed")

    assert said == (0, f"changed\t{FIRST}\t{FIRST}\ttwo broken\tnot_paid\n", "")
    assert again.out == f"unchanged\t{FIRST}\t{FIRST}\n"
    assert listed.out == f"{FIRST}\tdisputed\n"
    assert "POSTED · NOT PAID · DISPUTED" in shown
    assert (cleared.out, billed("invoice", "list", "--disputed").out) == (f"changed\t{FIRST}\t\n", "")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ((FIRST,), 2, "usage"),
        ((FIRST, "--reason", "x", "--clear"), 2, "usage"),
        ((FIRST, "--reason", "  "), 2, "usage"),
        (("INV/2026/00009", "--reason", "x"), 3, "invoice.unknown"),
    ],
)
def test_dispute_that_cannot_be_meant(billed, words, status, code):
    assert refused(billed, "invoice", "dispute", *words)[:2] == (status, code)


def test_list_is_narrowed_by_instalments(billed):
    later = ("--as-of", "2026-11-25", "--fields", "address,overdue,amount_overdue")

    assert billed("invoice", "list", "--overdue", *later).out == f"{SECOND}\ttrue\t14.45\n"
    assert billed("invoice", "list", "--due-before", "2026-11-24").out == ""
    assert billed("invoice", "list", "--due-before", "2026-11-25", "--fields", "address").out == f"{SECOND}\n"
    assert billed("invoice", "list", "--paid", "--disputed").status == 2


def test_only_regular_invoices_are_rounded_to_coins(billed):
    words = ("invoice", "create", "S00105", "--type", "down-payment", "--percent", "30", "--cash-rounding")

    assert refused(billed, *words)[:2] == (2, "usage")
