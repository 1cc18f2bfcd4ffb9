"""`payment register`, `allocate`, `outstanding`, `list` and `show`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

NAMES = ("--fields", "number,amount,amount_left")


@pytest.fixture
def billed(stocked):
    """A posted invoice over 162.89 EUR with its own payment and two more credits of the customer."""
    for words in (
        ("payment", "register", "--customer", "C00003", "--amount", "50"),
        ("payment", "register", "--customer", "zoe@mueller.example", "--amount", "60"),
        ("invoice", "create", "S00102", "--confirm", "--no-allocate"),
    ):
        assert stocked(*words, "-q") == (0, "", "")
    return stocked


def refused(program, *words):
    """Run what has to be refused: answers status, code and message; no row has changed."""
    before = dump()
    found = program(*words, "--json")
    assert found.out == ""
    assert dump() == before
    told = json.loads(found.err)["error"]
    return found.status, told["code"], told["message"], told["hint"]


def test_credits_are_listed_oldest_first(billed):
    assert billed("payment", "outstanding", "C00003", "--fields", "credit,kind,order,amount,amount_left") == (
        0,
        "PAY/2026/00002\tpayment\tS00102\t162.89\t162.89\n"
        "PAY/2026/00006\tpayment\t\t50.00\t50.00\n"
        "PAY/2026/00007\tpayment\t\t60.00\t60.00\n",
        "",
    )


def test_the_exact_match_is_taken_without_being_named(billed):
    found = billed("payment", "allocate", "INV/2026/00001", "--fields", "address,amount_due,payment_status")

    assert found == (
        0,
        "changed\tINV/2026/00001\tINV/2026/00001\t0.00\tpaid\n",
        "INV/2026/00001: allocated 162.89 EUR of PAY/2026/00002, which has 0.00 EUR left\nINV/2026/00001: PAID\n",
    )


def test_a_credit_is_taken_back(billed):
    assert billed("payment", "allocate", "INV/2026/00001", "-q").status == 0
    words = ("payment", "unallocate", "INV/2026/00001", "--credit", "PAY/2026/00002", "--fields", "amount_due")

    assert billed(*words) == (
        0,
        "changed\tINV/2026/00001\t162.89\n",
        "INV/2026/00001: PAY/2026/00002 has 162.89 EUR to use again\nINV/2026/00001: 162.89 EUR due by 2026-12-08\n",
    )
    assert billed(*words)[:2] == (0, "unchanged\tINV/2026/00001\t162.89\n")
    assert refused(billed, "payment", "unallocate", "INV/2026/00001")[:2] == (2, "usage")
    assert refused(billed, "payment", "unallocate", "INV/2026/00001", "--credit", "PAY/2026/00006")[0] == 3


def test_a_part_of_a_named_credit(billed):
    words = ("payment", "allocate", "INV/2026/00001", "--credit", "PAY/2026/00006", "--amount")

    first = billed(*words, "39.79", "--fields", "amount_due")
    more_than_it_has = refused(billed, *words, "10.22")
    nothing_exact_is_left = refused(billed, "payment", "allocate", "INV/2026/00001")
    the_rest = billed("payment", "allocate", "INV/2026/00001", "--oldest-first", "--fields", "amount_due")

    assert first == (
        0,
        "changed\tINV/2026/00001\t123.10\n",
        "INV/2026/00001: allocated 39.79 EUR of PAY/2026/00006, which has 10.21 EUR left\n"
        "INV/2026/00001: partly paid, 123.10 EUR due by 2026-12-08\n",
    )
    assert more_than_it_has == (
        6,
        "payment.exceeds_credit",
        "10.22 EUR is more than the 10.21 EUR that the credit has left",
        "shopctl payment allocate INV/2026/00001 --credit PAY/2026/00006 --amount 10.21",
    )
    assert nothing_exact_is_left == (
        2,
        "payment.ambiguous",
        "INV/2026/00001 could be paid by PAY/2026/00002 (162.89 EUR), PAY/2026/00006 (10.21 EUR), "
        "PAY/2026/00007 (60.00 EUR); none of them is the only exact match",
        "shopctl payment allocate INV/2026/00001 --credit PAY/2026/00002, or --auto",
    )
    assert the_rest.out == "changed\tINV/2026/00001\t0.00\n"
    assert billed("payment", "list", "--customer", "C00003", *NAMES).out == (
        "PAY/2026/00007\t60.00\t60.00\nPAY/2026/00006\t50.00\t10.21\nPAY/2026/00002\t162.89\t39.79\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("INV/2026/00001", "--amount", "162.90"), 6, "payment.exceeds_residual"),
        (("INV/2026/00001", "--credit", "PAY/2026/00001"), 3, "payment.unknown"),
        (("INV/2026/00001", "--credit", "PAY/2026/00004"), 3, "payment.unknown"),
        (("INV/2026/00001", "--credit", "nonsense"), 3, "payment.unknown"),
        (("DRAFT/00009",), 3, "invoice.unknown"),
        (("S00102",), 3, "invoice.unknown"),
    ],
)
def test_what_cannot_be_allocated(billed, words, status, code):
    assert refused(billed, "payment", "allocate", *words)[:2] == (status, code)


def test_a_draft_takes_no_money(stocked):
    assert stocked("invoice", "create", "S00101", "-q").status == 0

    for verb in ("allocate", "register"):
        status, code, _, hint = refused(stocked, "payment", verb, "DRAFT/00001")
        assert (status, code, hint) == (6, "invoice.not_posted", "shopctl invoice confirm DRAFT/00001")


def test_money_that_is_here_already_is_not_registered_again(billed):
    assert refused(billed, "payment", "register", "INV/2026/00001") == (
        6,
        "payment.credit_available",
        "PAY/2026/00002 of the same order is here and has 162.89 EUR left, so nothing was registered",
        "shopctl payment allocate INV/2026/00001, or name the other money with --amount",
    )
    assert billed("payment", "register", "INV/2026/00001", "--amount", "1", "-q").status == 0


def test_paying_twice(stocked):
    assert stocked("invoice", "create", "S00105", "--confirm", "-q").status == 0
    register = ("payment", "register", "INV/2026/00001", "--fields", "number")

    first, second = stocked(*register), stocked(*register)

    assert first == (0, "created\tINV/2026/00001\tPAY/2026/00006\n", "INV/2026/00001: INV/2026/00001 is PAID\n")
    assert (second.status, second.out) == (0, "unchanged\tINV/2026/00001\tPAY/2026/00006\n")
    assert refused(stocked, *register[:3], "--amount", "5") == (
        6,
        "payment.nothing_due",
        "nothing is due on INV/2026/00001, so there is nothing to pay",
        "keep the money as a credit of the customer: shopctl payment register --customer CODE --amount A",
    )


def test_the_same_reference_counts_once(stocked):
    register = ("payment", "register", "S00105", "--provider", "bank", "--reference", "TX-1")

    first = stocked(*register, "--amount", "1000", *NAMES)
    second = stocked(*register, "--amount", "1000", *NAMES)
    other = refused(stocked, *register, "--amount", "1001")

    assert first.out == "created\tS00105\tPAY/2026/00006\t1000.00\t1000.00\n"
    assert second == (0, "unchanged\tS00105\tPAY/2026/00006\t1000.00\t1000.00\n", "S00105: registered already\n")
    assert other == (
        7,
        "payment.reference_used",
        "the transaction TX-1 is registered already, with 1000 instead of 1001",
        "shopctl payment list --reference TX-1",
    )


def test_more_than_is_due_stays_a_credit(stocked):
    assert stocked("invoice", "create", "S00105", "--confirm", "-q").status == 0

    found = stocked("payment", "register", "INV/2026/00001", "--amount", "10000", *NAMES)

    assert (found.status, found.out) == (0, "created\tINV/2026/00001\tPAY/2026/00006\t10000.00\t774.09\n")
    assert "INV/2026/00001 is PAID" in found.err
    assert stocked("payment", "outstanding", "C00002", "--format", "ids").out == "PAY/2026/00006\n"


def test_a_table_of_payments(stocked, tmp_path):
    table = tmp_path / "bank.csv"
    table.write_text(
        "Document,Amount,Date,Method,Provider,Reference,Memo\n"
        "S00104,100,2026-11-23,card,bank,T-1,first\n"
        "S00103,,,,bank,T-2,\n"
        "S00104,594.54,2026-11-24,,,,\n"
    )
    words = ("payment", "register", "--from", table, "--provider", "other", "--yes")

    found = stocked(*words, "--fields", "number,date,method,provider,reference,amount,memo")

    assert (found.status, found.out) == (
        0,
        "created\tS00104\tPAY/2026/00006\t2026-11-23\tcard\tbank\tT-1\t100.00\tfirst\n"
        "created\tS00103\tPAY/2026/00007\t2026-11-24\twire\tbank\tT-2\t1102.79\t\n"
        "created\tS00104\tPAY/2026/00008\t2026-11-24\twire\tother\t\t594.54\t\n",
    )
    order = json.loads(stocked("orders", "show", "S00104", "--json").out)["data"]
    assert (order["state"], order["payment_status"], order["amount_due"]) == ("confirmed", "paid", "0.00")


def test_an_idempotency_key_answers_the_first_result(stocked):
    words = ("payment", "register", "--customer", "C00001", "--idempotency-key", "k1", *NAMES, "--amount")

    first, second = stocked(*words, "5"), stocked(*words, "5")
    other = refused(stocked, *words, "6")

    assert first.out == "created\tC00001\tPAY/2026/00006\t5.00\t5.00\n"
    assert second.out == "replayed\tC00001\tPAY/2026/00006\t5.00\t5.00\n"
    assert other == (
        7,
        "idempotency.mismatch",
        "the idempotency key 'k1' was used before with other input",
        "use a new key for a new call",
    )


def test_what_was_registered_by_hand_survives_export_and_import(stocked, tmp_path):
    for words in (
        ("S00105", "--reference", "A", "--amount", "5"),
        ("S00103",),
        ("--customer", "C00003", "--amount", "7"),
    ):
        assert stocked("payment", "register", *words, "-q").status == 0
    assert stocked("export", "data", "-o", tmp_path / "shop.jsonl").status == 0

    found = stocked("import", "data", tmp_path / "shop.jsonl", "--json")

    assert (found.status, found.err) == (0, "")
    answer = json.loads(found.out)["data"]
    assert (answer["created"], answer["failed"]) == (0, 0)
