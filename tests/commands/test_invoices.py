"""`invoice create`, `confirm`, `list` and `show`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

NAMES = ("--fields", "address,amount_total,amount_due,state")


def create(program, *words):
    return program("invoice", "create", *words, *NAMES)


def test_a_draft_is_made_once(stocked):
    first, second = create(stocked, "S00101"), create(stocked, "S00101")

    assert first == (0, "created\tS00101\tDRAFT/00001\t621.94\t0.00\tdraft\n", "")
    assert (second.status, second.out) == (0, "unchanged\tS00101\tDRAFT/00001\t621.94\t0.00\tdraft\n")
    assert second.err == (
        "S00101: order S00101 is fully invoiced already (DRAFT/00001)\n"
        "S00101: it is still a draft: shopctl invoice confirm DRAFT/00001\n"
    )


def test_what_is_delivered_is_billed_when_asked_for(stocked):
    found = create(stocked, "S00105", "--policy", "delivered")

    assert (found.status, found.out) == (6, "")
    assert "[order.nothing_to_invoice]" in found.err


def test_lines_are_picked_by_their_number(stocked):
    # One desk of 499.00, and both lines of 6 books of 24.00 and the delivery of 15.00.
    found = create(stocked, "S00105", "--line", "1:1", "--line", "3", "--line=4")

    assert found == (0, "created\tS00105\tDRAFT/00001\t778.90\t0.00\tdraft\n", "")


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("S00105", "--line", "9"), "order.line_unknown", 3),
        (("S00105", "--line", "1:11"), "invoice.above_policy", 6),
        (("S00105", "--line", "1:1.00001"), "usage.amount", 2),
        (("S00105", "--line", "one"), "usage.line", 2),
        (("S00105", "--line", "0"), "usage.line", 2),
        (("S00105", "--line", "1", "--line", "1:2"), "usage.line", 2),
        (("S00105", "S00101", "--line", "1"), "usage", 2),
        (("S00105", "--type", "down-payment", "--percent", "5", "--line", "1"), "usage", 2),
        (("S00105", "--type", "down-payment", "--percent", "5", "--per-customer"), "usage", 2),
    ],
)
def test_lines_that_cannot_be_meant_are_refused(stocked, words, code, status):
    before = dump()

    found = create(stocked, *words)

    assert (found.status, found.out) == (status, "")
    assert f"[{code}]" in found.err
    assert dump() == before


def test_orders_of_a_customer_are_billed_by_one_invoice(stocked):
    assert stocked("orders", "confirm", "S00103").status == 0

    found = create(stocked, "S00103", "S00105", "S00101", "--per-customer")

    assert (found.status, found.err) == (0, "")
    assert found.out == (
        "created\tS00103+S00105\tDRAFT/00001\t10328.70\t0.00\tdraft\n"
        "created\tS00101\tDRAFT/00002\t621.94\t0.00\tdraft\n"
    )


@pytest.mark.parametrize(
    ("size", "total"),
    [("--percent=30", "2767.77"), ("--percent=30%", "2767.77"), ("--percent=0.01", "0.92"), ("--percent=100", "9225.91"),
     ("--amount=200", "200.00"), ("--amount=0.01", "0.01"), ("--amount=9225.91", "9225.91")],
)  # fmt: skip
def test_down_payments(stocked, size, total):
    found = create(stocked, "S00105", "--type", "down-payment", size)

    assert found == (0, f"created\tS00105\tDRAFT/00001\t{total}\t0.00\tdraft\n", "")


def test_down_payments_never_exceed_the_order(stocked):
    words = ("S00105", "--type", "down-payment", "--percent", "60", "--confirm")
    assert create(stocked, *words).status == 0
    before = dump()

    found = create(stocked, *words)

    assert (found.status, found.out) == (6, "")
    assert "[invoice.above_total]" in found.err
    assert dump() == before


def test_numbers_have_no_gaps_and_dates_never_go_back(stocked):
    assert create(stocked, "S00101", "--confirm", "--date", "2026-11-20").status == 0
    before = dump()

    refused = create(stocked, "S00102", "S1", "--confirm", "--date", "2026-11-19", "--yes")
    rehearsed = create(stocked, "S00102", "--confirm", "--dry-run")

    assert dump()["invoices"] == before["invoices"]
    assert refused.status == 8
    assert "before the last document of its series (2026-11-20)" in refused.err
    assert rehearsed.out == "would_create\tS00102\tINV/2026/00002\t162.89\t0.00\tposted\n"
    assert create(stocked, "S00102", "--confirm").out == "created\tS00102\tINV/2026/00002\t162.89\t0.00\tposted\n"
    assert create(stocked, "S00106", "--confirm").out == "created\tS00106\tINV/2026/00003\t196.02\t0.00\tposted\n"


def test_a_second_confirm_changes_nothing(stocked):
    assert create(stocked, "S00101").status == 0
    words = ("invoice", "confirm", "DRAFT/00001", *NAMES)
    assert stocked(*words).out == "changed\tDRAFT/00001\tINV/2026/00001\t621.94\t0.00\tposted\n"
    before = dump()["invoices"]

    found = stocked(*words)

    assert found == (
        0,
        "unchanged\tDRAFT/00001\tINV/2026/00001\t621.94\t0.00\tposted\n",
        "DRAFT/00001: INV/2026/00001 is posted already\n",
    )
    assert dump()["invoices"] == before


def test_confirm_in_batches_answers_in_the_order_given(stocked):
    assert create(stocked, "S00101", "S00102", "S00106", "--yes").status == 0

    found = stocked("invoice", "confirm", "DRAFT/3", "NOPE", "draft-00001", "--yes", *NAMES)

    assert (found.status, found.out) == (
        8,
        "changed\tDRAFT/3\tINV/2026/00001\t196.02\t0.00\tposted\n"
        "failed\tNOPE\t\t\t\t\n"
        "changed\tdraft-00001\tINV/2026/00002\t621.94\t0.00\tposted\n",
    )


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", "DRAFT/00003 INV/2026/00002 INV/2026/00001"),
        ("--draft", "DRAFT/00003"),
        ("--posted", "INV/2026/00002 INV/2026/00001"),
        ("--unpaid", "INV/2026/00002"),
        ("--paid", "INV/2026/00001"),
        ("--overdue", ""),
        ("--overdue --as-of 2026-12-25", "INV/2026/00002"),
        ("--not-sent", "INV/2026/00002 INV/2026/00001"),
        ("--type down-payment", "INV/2026/00002"),
        ("--type credit-note", ""),
        ("--order s00105", "INV/2026/00002"),
        ("--order s00104", ""),
        ("--customer C00001", "INV/2026/00001"),
        ("--since 2026-11-24", "INV/2026/00002 INV/2026/00001"),
        ("--until 2026-11-23", ""),
    ],
)
def test_lists_are_narrowed(stocked, words, numbers):
    for each in (
        ("S00101", "--confirm"),
        ("S00105", "--type", "down-payment", "--percent", "5", "--confirm"),
        ("S00102",),
    ):
        assert create(stocked, *each).status == 0

    found = stocked("invoice", "list", *words.split(), "--format", "ids")

    assert (found.status, found.out.split()) == (0, numbers.split())


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("--order S99999", 3, "order.unknown"),
        ("--customer nobody", 3, "customer.unknown"),
        ("--after INV/2026/00099", 3, "invoice.unknown"),
        ("--draft --posted", 2, "usage"),
        ("--draft --unpaid", 2, "usage"),
        ("--paid --unpaid", 2, "usage"),
    ],
)
def test_a_list_that_cannot_be(stall, words, status, code):
    found = stall("invoice", "list", *words.split(), "--json")

    assert (found.status, found.out, json.loads(found.err)["error"]["code"]) == (status, "", code)


def test_show_for_scripts(stocked):
    assert create(stocked, "S00101", "--confirm", "--no-allocate").status == 0

    found = json.loads(stocked("invoice", "show", "INV/2026/00001", "--json").out)

    data = found["data"]
    assert found["schema"] == "shopctl.invoice.show/1"
    assert data["outstanding_credits"] == [
        {
            "credit": "PAY/2026/00001",
            "kind": "payment",
            "date": "2026-11-16",
            "order": "S00101",
            "currency": "EUR",
            "amount": "621.94",
            "amount_left": "621.94",
            "why": "same order, same amount",
        }
    ]
    assert data["installments"] == [{"due_date": "2026-12-08", "amount": "621.94", "amount_due": "621.94"}]
    assert [(line["sku"], line["amount_total"]) for line in data["lines"]] == [
        ("DSK-140", "603.79"),
        ("SHIP-STD", "18.15"),
    ]


def test_idempotency_keys_of_a_batch(stocked):
    words = ("S00101", "S00102", "--yes", "--idempotency-key", "night")

    first, second = create(stocked, *words), create(stocked, *words)
    other = create(stocked, *words, "--confirm")

    assert [line.split("\t")[0] for line in first.out.splitlines()] == ["created", "created"]
    assert second.out == first.out.replace("created", "replayed")
    assert (other.status, other.out.count("failed")) == (8, 2)
    assert "2 items failed [idempotency.mismatch]" in other.err


def test_nothing_is_open_on_a_draft(stocked):
    assert create(stocked, "S00101", "--confirm", "--no-allocate").status == 0
    assert create(stocked, "S00102").status == 0
    stocked.use({"SHOPCTL_FORCE_TTY": "80"})

    table = stocked("invoice", "list")
    scripts = stocked("invoice", "list", "--format", "csv", "--fields", "address,amount_due")

    assert table.out == (
        "\n"
        "  INVOICE         DATE        CUSTOMER       TOTAL EUR  OPEN EUR  STATUS\n"
        "  ──────────────  ──────────  ─────────────  ─────────  ────────  ────────\n"
        "  DRAFT/00002     –           Zoë Müller        162.89         –  ○ draft\n"
        "  INV/2026/00001  2026-11-24  Anna de Vries     621.94    621.94  not paid\n"
    )
    assert scripts.out == "address,amount_due\nDRAFT/00002,0.00\nINV/2026/00001,621.94\n"


def test_terms_of_one_call(stocked):
    assert stocked("terms", "create", "HALVES", "--line", "50%", "--line", "50%+30d", "-q").status == 0

    unknown = create(stocked, "S00105", "--terms", "NEVER")
    posted = create(stocked, "S00105", "--terms", "HALVES", "--confirm")
    shown = json.loads(stocked("invoice", "show", "INV/2026/00001", "--json", "--fields", "terms,installments").out)
    order = json.loads(stocked("orders", "show", "S00105", "--json", "--fields", "terms,tax_rounding").out)

    assert (unknown.status, unknown.out) == (3, "")
    assert unknown.err == "error: there are no payment terms NEVER [terms.unknown]\nhint:  shopctl terms list\n"
    assert posted.out == "created\tS00105\tINV/2026/00001\t9225.91\t9225.91\tposted\n"
    # Half of 9225.91 is 4612.955, rounded; the last part takes the rest.
    assert shown["data"] == {
        "terms": "HALVES",
        "installments": [
            {"due_date": "2026-11-24", "amount": "4612.96", "amount_due": "4612.96"},
            {"due_date": "2026-12-24", "amount": "4612.95", "amount_due": "4612.95"},
        ],
    }
    assert order["data"] == {"terms": "NET30", "tax_rounding": "globally"}


def test_pages_in_a_pipe_are_apart(stocked):
    assert create(stocked, "S00101", "S00102", "--yes", "-q").status == 0

    both = stocked("invoice", "show", "DRAFT/00001", "DRAFT/00002").out
    first, second = (stocked("invoice", "show", f"DRAFT/0000{key}").out for key in (1, 2))

    assert both == f"{first}\n{second}"
