"""`payment refund`, `cancel`, `capture`, `void`, `outstanding`, `suggest` and `receipt`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.rows import dump

AUTHORIZED = Path(__file__).parent / "samples" / "authorized.jsonl"


def refused(program, *words):
    """Run what has to be refused: answers status, code and hint; no row has changed."""
    before = dump()
    found = program(*words, "--json")
    assert (found.out, dump()) == ("", before)
    told = json.loads(found.err)["error"]
    return found.status, told["code"], told["hint"]


@pytest.fixture
def billed(stocked):
    """An unpaid invoice over 621.94 EUR, with its own payment and another credit of 50.00 EUR of the customer."""
    for words in (
        ("invoice", "create", "S00101", "--confirm", "--no-allocate"),
        ("payment", "register", "--customer", "C00001", "--amount", "50", "--memo", "inv 2026 00001"),
    ):
        assert stocked(*words, "-q") == (0, "", "")
    return stocked


# Refund.


def test_money_goes_back(billed):
    found = billed("payment", "refund", "PAY/2026/00001", "--amount", "21.94", "--fields", "number,amount,direction")

    assert found == (
        0,
        "created\tPAY/2026/00001\tPAY/2026/00007\t21.94\toutbound\n",
        "PAY/2026/00001: 21.94 EUR of PAY/2026/00001 goes back by card\n"
        "PAY/2026/00001: 600.00 EUR of PAY/2026/00001 is left\n",
    )
    assert billed("db", "check", "-q") == (0, "", "")


def test_used_money_names_the_command_that_frees_it(billed):
    assert billed("payment", "allocate", "INV/2026/00001", "-q").status == 0

    assert refused(billed, "payment", "refund", "PAY/2026/00001") == (
        6,
        "payment.allocated",
        "take it back first: shopctl payment unallocate INV/2026/00001 --credit PAY/2026/00001",
    )


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("PAY/2026/00001", "PAY/2026/00002", "--amount", "1", "--yes"), 2, "usage"),
        (("PAY/2026/00001", "PAY/2026/00002", "--reference", "R", "--yes", "--fail-fast"), 2, "usage"),
        (("PAY/2026/00001", "--method", "gold"), 2, "usage"),
        (("PAY/2026/00001", "--amount", "1.001"), 2, "usage.amount"),
        (("PAY/2026/00001", "--date", "tomorrow"), 6, "payment.date_future"),
        (("PAY/2026/00404",), 3, "payment.unknown"),
        (("PAY/2026/00003",), 6, "payment.not_refundable"),
    ],
)
def test_what_cannot_go_back(billed, words, status, code):
    assert refused(billed, "payment", "refund", *words)[:2] == (status, code)


# Cancel.


def test_cancelled_payment_is_due_again(billed):
    assert billed("payment", "allocate", "INV/2026/00001", "-q").status == 0

    found = billed("payment", "cancel", "PAY/2026/00001", "--reason", "booked twice", "--yes", "--fields", "state")

    assert found == (
        0,
        "changed\tPAY/2026/00001\tcancelled\n",
        "PAY/2026/00001: INV/2026/00001 is open again by 621.94 EUR\n"
        "PAY/2026/00001: order S00101 is paid less by as much; its state stays as it is\n",
    )
    history = json.loads(billed("payment", "show", "PAY/2026/00001", "--json").out)["data"]["history"]
    assert [(one["what"], one["other"], one["reason"], one["actor"]) for one in history] == [
        ("allocated", "INV/2026/00001", None, "anna"),
        ("taken_back", "INV/2026/00001", "booked twice", "anna"),
    ]


def test_cancelling_needs_a_reason_and_a_yes(billed):
    assert refused(billed, "payment", "cancel", "PAY/2026/00001", "--yes")[:2] == (2, "usage")
    assert refused(billed, "payment", "cancel", "PAY/2026/00001", "--reason", "x")[:2] == (10, "confirm.required")


# Capture and void.


def test_authorized_payments_are_taken_or_given_up(billed):
    assert billed("import", "data", AUTHORIZED, "-q").status == 0

    taken = billed("payment", "capture", "PAY/2026/00007", "--amount", "8", "--fields", "amount,state")
    given_up = billed("payment", "void", "PAY/2026/00008", "--fields", "amount,state")

    assert taken == (
        0,
        "changed\tPAY/2026/00007\t8.00\tdone\n",
        "PAY/2026/00007: 2.00 EUR of what was authorized is given up\n"
        "PAY/2026/00007: 8.00 EUR is not used yet and stays an outstanding credit\n",
    )
    assert given_up == (
        0,
        "changed\tPAY/2026/00008\t12.00\tcancelled\n",
        "PAY/2026/00008: 12.00 EUR will not come: release it at the provider as well\n",
    )
    assert billed("db", "check", "-q") == (0, "", "")


def test_only_authorized_payments_are_captured(billed):
    assert refused(billed, "payment", "capture", "PAY/2026/00003")[:2] == (6, "payment.not_authorized")


# Outstanding credits.


def test_what_could_pay_an_invoice_comes_with_the_reason(billed):
    assert billed(
        "payment", "outstanding", "--invoice", "inv-2026-00001", "--fields", "credit,age,amount_left,why"
    ) == (
        0,
        "PAY/2026/00001\t8\t621.94\tsame order, same amount\nPAY/2026/00006\t0\t50.00\tquotes its reference\n",
        "",
    )


def test_credits_are_narrowed_sorted_and_counted(billed):
    assert billed("payment", "outstanding", "--kind", "credit-note") == (0, "", "")
    assert billed("payment", "outstanding", "--kind", "credit-note", "--fail-on-empty").status == 9
    assert billed("payment", "outstanding", "--count") == (0, "4\n", "")
    assert billed("payment", "outstanding", "C00001", "--sort", "-amount_left", "--format", "ids").out == (
        "PAY/2026/00001\nPAY/2026/00006\n"
    )
    assert billed("payment", "outstanding", "--filter", "left<100", "--format", "ids").out == "PAY/2026/00006\n"


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("--invoice", "INV/2026/00001", "--sort", "date"), 2, "usage"),
        (("C00001", "--invoice", "INV/2026/00001"), 2, "usage"),
        (("--invoice", "INV/2026/00404"), 3, "invoice.unknown"),
        (("C00404",), 3, "customer.unknown"),
        (("--filter", "colour=red"), 2, "usage.field"),
        (("--kind", "voucher"), 2, "usage"),
    ],
)
def test_what_cannot_be_asked_of_credits(billed, words, status, code):
    assert refused(billed, "payment", "outstanding", *words)[:2] == (status, code)


# Suggestions.


def test_what_fits_is_suggested_and_used(billed):
    words = ("payment", "suggest", "--fields", "invoice,credit,amount,score,sure,why")

    assert billed(*words).out == "INV/2026/00001\tPAY/2026/00001\t621.94\t130\ttrue\tsame order, same amount\n"
    assert billed("payment", "suggest", "--apply", "--fields", "amount_due") == (
        0,
        "changed\tINV/2026/00001\t0.00\n",
        "INV/2026/00001: allocated 621.94 EUR of PAY/2026/00001: same order, same amount (score 130)\n"
        "INV/2026/00001: PAID\n",
    )
    assert billed(*words, "--fail-on-empty").status == 9
    assert billed("payment", "suggest", "--apply").status == 0


def test_score_may_be_asked_for(billed):
    assert billed("payment", "suggest", "--min-score", "131", "--fields", "sure").out == "false\n"
    assert refused(billed, "payment", "suggest", "--min-score", "much")[:2] == (2, "usage.amount")


# Receipts.


def test_receipts_are_written(billed, tmp_path):
    found = billed("payment", "receipt", "PAY/2026/00001", "PAY/2026/00003", "-o", f"{tmp_path}/", "--json")

    assert found.status == 8
    assert [one["result"] for one in json.loads(found.out)["data"]] == ["created", "failed"]
    assert (tmp_path / "PAY_2026_00001.pdf").read_bytes().startswith(b"%PDF-")
    assert "payment.not_received" in found.err


def test_help_tells_the_rank_by_which_credits_are_used(stall):
    text = " ".join(stall("help", "payment", "allocate").out.split())

    assert text.count("same order, reference, exact amount, oldest") == 2  # as domain/settlement.py has it
