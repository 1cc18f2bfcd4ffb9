"""`credit-note create`, `list`, `show`, `confirm`, `print` and `send`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

INV, RINV = "INV/2026/00001", "RINV/2026/00001"
CREATE = ("credit-note", "create", INV)
WHY = ("--reason", "returned")


@pytest.fixture
def billed(stocked):
    """An invoice over 621.94 EUR, paid; a second one, open; and a draft."""
    for number in ("S00101", "S00105"):
        assert stocked("invoice", "create", number, "--confirm", "-q").status == 0
    assert stocked("invoice", "create", "S00102", "-q").status == 0
    return stocked


@pytest.fixture
def credited(billed):
    """The first invoice is credited by 121.94 EUR, posted."""
    assert billed(*CREATE, *WHY, "--amount", "121.94", "--confirm", "--yes", "-q") == (0, "", "")
    return billed


def refused(program, *words):
    """Run what has to be refused: answers status, code, message and hint; no row has changed."""
    before = dump()
    found = program(*words, "--json")
    assert found.out == ""
    assert dump() == before
    told = json.loads(found.err)["error"]
    return found.status, told["code"], told["message"], told["hint"]


def test_a_draft_of_all_that_is_left(billed):
    found = billed(*CREATE, *WHY, "--fields", "address,amount_total,amount_due,status,reverses")

    assert found == (0, f"created\t{INV}\tDRAFT/00004\t621.94\t0.00\tdraft\t{INV}\n", "")
    assert billed("credit-note", "list", "--format", "ids").out == "DRAFT/00004\n"


def test_posted_it_is_refunded(billed):
    found = billed(
        *CREATE, *WHY, "--line", "2:1", "--then", "refund", "--method", "card", "--yes", "--format", "jsonl",
        "--fields", "address,amount_total,amount_due,payment_status",
    )  # fmt: skip

    assert (found.status, found.err) == (0, "")
    assert json.loads(found.out) == {
        "result": "created", "reference": INV, "address": RINV, "amount_total": "18.15", "amount_due": "0.00",
        "payment_status": "paid", "notes": ["PAY/2026/00006 pays out 18.15 EUR"],
    }  # fmt: skip
    assert billed("payment", "show", "PAY/2026/00006", "--json", "--fields", "direction,method,amount,allocations").out
    assert billed("db", "check", "-q").status == 0


def test_billed_anew(billed):
    found = billed(*CREATE, *WHY, "--then", "reinvoice", "--yes", "--fields", "address,amount_due")

    assert (found.status, found.out) == (0, f"created\t{INV}\t{RINV}\t0.00\n")
    assert found.err == (
        f"{INV}: billed anew by DRAFT/00005: shopctl invoice confirm DRAFT/00005\n"
        f"{INV}: PAY/2026/00001 has 621.94 EUR to use again\n"
        f"{INV}: nothing is due on {INV} any more\n"
    )
    assert billed("invoice", "list", "--fields", "address,status", "--order", "S00101").out == (
        f"DRAFT/00005\tdraft\n{RINV}\tused_up\n{INV}\treversed\n"
    )
    assert billed("db", "check", "-q").status == 0


def test_people_read_credited_and_scripts_reversed(billed):
    assert billed(*CREATE, *WHY, "--then", "reinvoice", "--yes", "-q").status == 0
    billed.use({"SHOPCTL_FORCE_TTY": "100", "NO_COLOR": "1"})

    table = billed("invoice", "list", "--order", "S00101").out
    page = billed("invoice", "show", INV).out

    assert "credited" in table
    assert "reversed" not in table
    assert "POSTED · CREDITED" in page
    assert "CREDIT NOTES" in page


def test_posting_asks_also_for_one(billed):
    assert refused(billed, *CREATE, *WHY, "--confirm")[:2] == (10, "confirm.required")
    assert refused(billed, *CREATE, *WHY, "--then", "refund")[:2] == (10, "confirm.required")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "why is it credited?"),
        (("--reason", " "), "why is it credited?"),
        ((*WHY, "--amount", "1", "--percent", "2"), "--amount and --percent exclude each other"),
        ((*WHY, "--line", "1", "--amount", "1"), "--line and --amount exclude each other"),
        ((*WHY, "--line", "one"), "--line: 'one' does not name a line"),
        ((*WHY, "--line", "1:x"), "--line: quantity 'x' cannot be understood"),
        ((*WHY, "--line", "1", "--line", "1:1"), "a line is named twice"),
        ((*WHY, "--method", "card"), "--method is for --then refund"),
        ((*WHY, "--then", "refund", "--method", "gold"), "'gold' is not a payment method"),
        ((*WHY, "--then", "reinvoice", "--amount", "1"),
         "--then reinvoice takes the whole invoice back, so --amount does not apply"),
        ((*WHY, "--then", "reinvoice", "--no-requeue"),
         "--then reinvoice takes the whole invoice back, so --no-requeue does not apply"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(billed, words, message):
    status, _, told, _ = refused(billed, *CREATE, *words, "--yes")

    assert (status, told) == (2, message)


def test_more_than_is_left(credited):
    error = "error: {} [invoice.over_credited]\nhint:  {}\n"
    create = f"shopctl credit-note create {INV}"

    assert credited(*CREATE, *WHY, "--amount", "500.01").err == error.format(
        f"500.01 EUR is more than the 500.00 EUR of {INV} that is not credited yet",
        f"{create} --amount 500.00 --reason TEXT, or add --force for goodwill",
    )
    assert credited(*CREATE, *WHY, "--line", "1:2").status == 6


def test_list(credited):
    assert credited(*CREATE, *WHY, "-q").status == 0
    words = ("credit-note", "list", "--fields", "address,amount_total,amount_due,status,reverses")

    assert credited(*words).out == (f"DRAFT/00005\t500.00\t0.00\tdraft\t{INV}\n{RINV}\t121.94\t121.94\topen\t{INV}\n")
    assert credited(*words, "--draft", "--invoice", "inv-2026-00001", "--format", "ids").out == "DRAFT/00005\n"
    assert credited(*words, "--posted", "--order", "S00101", "--format", "ids").out == f"{RINV}\n"
    assert credited(*words, "--customer", "C00002", "--fail-on-empty").status == 9
    assert refused(credited, *words, "--draft", "--posted")[0] == 2
    assert refused(credited, *words, "--invoice", "INV/2026/00099")[:2] == (3, "invoice.unknown")


def test_show(credited):
    shown = json.loads(credited("credit-note", "show", RINV, "--json").out)
    invoice = json.loads(credited("invoice", "show", INV, "--json").out)["data"]

    assert shown["schema"] == "shopctl.credit-note.show/1"
    assert (shown["data"]["reverses"], shown["data"]["reason"]) == (INV, "returned")
    assert invoice["credit_notes"] == [
        {"address": RINV, "date": "2026-11-24", "state": "posted", "amount_total": "121.94", "reason": "returned"}
    ]
    assert refused(credited, "credit-note", "show", INV) == (
        6, "invoice.not_a_credit_note", f"{INV} is an invoice, not a credit note", f"shopctl invoice show {INV}",
    )  # fmt: skip


def test_confirm(billed):
    assert billed("credit-note", "create", "INV/2026/00002", *WHY, "--percent", "10%", "-q").status == 0
    words = ("credit-note", "confirm", "DRAFT/00004", "--fields", "address,amount_total,amount_due")

    assert billed(*words) == (
        0,
        f"changed\tDRAFT/00004\t{RINV}\t922.59\t0.00\n",
        "DRAFT/00004: INV/2026/00002: 8303.32 EUR still due\n",
    )
    assert billed(*words)[:2] == (0, f"unchanged\tDRAFT/00004\t{RINV}\t922.59\t0.00\n")
    assert refused(billed, "credit-note", "confirm", "DRAFT/00003")[:2] == (6, "invoice.not_a_credit_note")


def test_print_and_send(credited, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    printed = credited("credit-note", "print", RINV, "--fields", "address,file")
    queued = credited("credit-note", "send", RINV, "--fields", "document,recipient,state")

    assert printed.out == f"created\t{RINV}\t{RINV}\tRINV_2026_00001.pdf\n"
    assert (tmp_path / "RINV_2026_00001.pdf").read_bytes().startswith(b"%PDF-")
    assert queued == (0, f"created\t{RINV}\t{RINV}\tanna@devries.example\tqueued\n", "")
    for words in (("print", INV), ("print", INV, "-o", "-"), ("send", INV)):
        assert credited("credit-note", *words).status == 6
    assert [file.name for file in tmp_path.glob("*.pdf")] == ["RINV_2026_00001.pdf"]


def test_a_draft_is_edited_like_an_invoice_and_named_as_what_it_is(billed):
    assert billed(*CREATE, *WHY, "-q").status == 0
    billed.use({"SHOPCTL_FORCE_TTY": "100", "NO_COLOR": "1"})

    edited = billed("invoice", "edit", "DRAFT/00004", "--note", "Sorry")
    page = billed("credit-note", "show", "DRAFT/00004").out

    assert edited.err == (
        "  NEXT  shopctl credit-note show DRAFT/00004\n        shopctl credit-note confirm DRAFT/00004\n"
    )
    assert "\n  Note         Sorry\n" in page


def test_a_posted_one_is_not_offered_to_be_credited_itself(credited):
    assert refused(credited, "invoice", "edit", RINV, "--note", "x") == (
        6, "invoice.posted", f"{RINV} is posted, and only a draft can be edited",
        f"shopctl invoice reset {RINV} --reason TEXT",
    )  # fmt: skip


def test_one_that_an_order_gives_is_named_as_one(stocked):
    assert stocked("invoice", "create", "S00105", "--confirm", "-q").status == 0
    stocked.use({"SHOPCTL_FORCE_TTY": "100", "NO_COLOR": "1"})

    found = stocked("invoice", "create", "S00105", "--policy", "delivered")

    assert found == (
        0,
        "✓ created  DRAFT/00002  S00105  Taller Peña S.L.  9,225.91 EUR\n"
        "  a credit note: order S00105 was billed more than it is to be billed now\n",
        "  NEXT  shopctl credit-note show DRAFT/00002\n        shopctl credit-note confirm DRAFT/00002\n",
    )


def test_the_orders_of_an_outstanding_one_are_named(credited):
    found = credited("payment", "outstanding", "C00001", "--fields", "credit,order,amount_left")

    assert found.out == f"{RINV}\tS00101\t121.94\n"


def test_a_line_that_is_not_there(billed):
    assert refused(billed, *CREATE, *WHY, "--line", "9")[:3] == (
        3, "line.unknown", f"{INV} has no line 9 that could be credited",
    )  # fmt: skip


def test_a_dry_run_posts_nothing(billed):
    before = dump()

    found = billed(*CREATE, *WHY, "--then", "reinvoice", "--dry-run", "--yes", "--fields", "address")

    assert (found.status, found.out) == (0, f"would_create\t{INV}\t{RINV}\n")
    assert dump() == before


def test_the_same_key_credits_once(billed):
    words = (*CREATE, *WHY, "--amount", "5", "--idempotency-key", "K1", "--fields", "address")

    first, second = billed(*words), billed(*words)

    assert (first.out, second.out) == (f"created\t{INV}\tDRAFT/00004\n", f"replayed\t{INV}\tDRAFT/00004\n")
