"""`invoice edit`, `reset`, `cancel` and `delete`, and dates that are refused."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump

NAMES = ("--fields", "address,amount_total,state")


@pytest.fixture
def drafted(stocked):
    """A shop with the draft DRAFT/00001 of S00101, 621.94 EUR."""
    assert stocked("invoice", "create", "S00101", "-q").status == 0
    return stocked


@pytest.fixture
def posted(stocked):
    """A shop with the paid invoice INV/2026/00001 of S00101, 621.94 EUR."""
    assert stocked("invoice", "create", "S00101", "--confirm", "-q").status == 0
    return stocked


def test_a_draft_is_edited(drafted):
    words = (
        "DRAFT/00001",
        "--set-line",
        "1:quantity=2,discount=10",
        "--remove-line",
        "2",
        "--due",
        "2026-12-31",
        *NAMES,
    )

    found = drafted("invoice", "edit", *words)

    # 2 x 499.00 less 10 % is 898.20; 21 % of it are 188.62.
    assert (found.status, found.out) == (0, "changed\tDRAFT/00001\tDRAFT/00001\t1086.82\tdraft\n")
    assert found.err == "DRAFT/00001: line 1 is over-invoiced: 2 are billed of 1 ordered\n"
    shown = json.loads(drafted("invoice", "show", "DRAFT/00001", "--json").out)["data"]
    assert (shown["due_date"], [line["position"] for line in shown["lines"]]) == ("2026-12-31", [1])
    order = json.loads(drafted("orders", "show", "S00101", "--json").out)["data"]
    assert [line["to_invoice"] for line in order["lines"]] == ["-1", "1"]


def test_a_product_is_added_with_its_own_price_or_another(drafted):
    found = drafted("invoice", "edit", "draft/1", "--add-line", "SHIP-STD", "--add-line", "SHIP-STD:2@1.50", *NAMES)

    # 18.00 more, with 21 % on 532.00 instead of 514.00.
    assert found == (0, "changed\tdraft/1\tDRAFT/00001\t643.72\tdraft\n", "")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ((), 2, "usage"),
        (("--set-line", "1:quantity=1.23456"), 2, "usage.amount"),
        (("--set-line", "1:quantity=12345678901234"), 2, "usage.amount"),
        (("--set-line", "1:unit_price=0.00001"), 2, "usage.amount"),
        (("--set-line", "1:price=2"), 2, "usage.field"),
        (("--set-line", "first:quantity=2"), 2, "usage"),
        (("--set-line", "1:quantity=9999999999999,unit_price=9999999999999"), 2, "usage.amount"),
        (("--add-line", "NONE"), 3, "product.unknown"),
        (("--set-line", "1:taxes=V99"), 3, "tax.unknown"),
        (("--remove-line", "7"), 3, "line.unknown"),
        (("--terms", "NEVER"), 3, "terms.unknown"),
        (("--set-line", "1:unit_price=-499"), 6, "invoice.negative"),
        (("--due", "31/12/2026"), 2, "usage.date"),
    ],
)
def test_a_refused_edit_changes_nothing(drafted, words, status, code):
    before = dump()

    found = drafted("invoice", "edit", "DRAFT/00001", *words)

    assert (found.status, found.out) == (status, "")
    assert f"[{code}]" in found.err
    assert dump() == before


def test_lines_belong_to_one_draft(drafted):
    found = drafted("invoice", "edit", "DRAFT/00001", "DRAFT/00002", "--remove-line", "1", "--yes")

    assert (found.status, found.out) == (2, "")
    assert "lines are edited in one draft at a time" in found.err


def test_a_posted_invoice_goes_back_is_corrected_and_posted_again(posted):
    reset = posted("invoice", "reset", "INV/2026/00001", "--reason", "wrong price", *NAMES)
    edited = posted("invoice", "edit", "inv-2026-00001", "--set-line", "1:unit_price=399", *NAMES)
    rehearsed = posted("invoice", "confirm", "INV/2026/00001", "--dry-run", *NAMES)
    confirmed = posted("invoice", "confirm", "INV/2026/00001", *NAMES)

    assert reset == (
        0,
        "changed\tINV/2026/00001\tINV/2026/00001\t621.94\tdraft\n",
        "INV/2026/00001: a draft again, as revision 1\n"
        "INV/2026/00001: 621.94 EUR that was used on it stays reserved for it\n",
    )
    # 399.00 and 15.00 with 21 % are 500.94.
    assert edited == (0, "changed\tinv-2026-00001\tINV/2026/00001\t500.94\tdraft\n", "")
    assert rehearsed.out == "would_change\tINV/2026/00001\tINV/2026/00001\t500.94\tposted\n"
    assert (confirmed.status, confirmed.out) == (0, "changed\tINV/2026/00001\tINV/2026/00001\t500.94\tposted\n")
    assert confirmed.err == (
        "INV/2026/00001: 621.94 EUR of PAY/2026/00001 was reserved and does not fit any more, so it is an outstanding "
        "credit again\nINV/2026/00001: PAID\n"
    )
    credits = posted("payment", "outstanding", "--fields", "credit,amount_left")
    assert "PAY/2026/00001\t121.00\n" in credits.out


def test_a_revision_has_a_file_of_its_own(posted, tmp_path):
    directory = str(tmp_path / "paper")
    assert posted("invoice", "print", "INV/2026/00001", "-o", f"{directory}/").status == 0
    assert posted("invoice", "reset", "INV/2026/00001", "--reason", "typo").status == 0
    assert posted("invoice", "confirm", "INV/2026/00001").status == 0

    assert posted("invoice", "print", "INV/2026/00001", "-o", f"{directory}/").status == 0

    assert sorted(file.name for file in (tmp_path / "paper").iterdir()) == [
        "INV_2026_00001.pdf", "INV_2026_00001_r1.pdf",
    ]  # fmt: skip


def test_a_reset_needs_its_reason(posted):
    before = dump()

    found = posted("invoice", "reset", "INV/2026/00001", "--reason", " ")

    assert (found.status, found.out) == (2, "")
    assert found.err == ("error: why is it reset? [usage]\nhint:  shopctl invoice reset INVOICE --reason TEXT\n")
    assert dump() == before


def test_drafts_are_cancelled_and_deleted(drafted):
    assert drafted("invoice", "create", "S00106", "-q").status == 0

    cancelled = drafted("invoice", "cancel", "DRAFT/00001", *NAMES)
    repeated = drafted("invoice", "cancel", "DRAFT/00001", *NAMES)
    deleted = drafted("invoice", "delete", "DRAFT/00002", *NAMES)
    gone = drafted("invoice", "delete", "DRAFT/00002")

    assert cancelled.out == "changed\tDRAFT/00001\tDRAFT/00001\t621.94\tcancelled\n"
    assert (repeated.status, repeated.out) == (0, "unchanged\tDRAFT/00001\tDRAFT/00001\t621.94\tcancelled\n")
    assert deleted == (0, "changed\tDRAFT/00002\tDRAFT/00002\t196.02\tdraft\n", "DRAFT/00002: deleted\n")
    assert (gone.status, gone.out) == (3, "")
    assert "[invoice.unknown]" in gone.err


@pytest.mark.parametrize(("verb", "word"), [("cancel", "cancelled"), ("delete", "deleted"), ("edit", "edited")])
def test_what_is_posted_stays(posted, verb, word):
    before = dump()

    found = posted("invoice", verb, "INV/2026/00001", *(("--note", "x") if verb == "edit" else ()))

    assert (found.status, found.out) == (6, "")
    assert found.err == (
        f"error: INV/2026/00001 is posted, and only a draft can be {word} [invoice.posted]\n"
        "hint:  shopctl invoice reset INV/2026/00001 --reason TEXT, or shopctl credit-note create INV/2026/00001\n"
    )
    assert dump() == before


def test_a_cancelled_invoice_is_not_to_be_posted_or_sent(posted):
    assert posted("invoice", "reset", "INV/2026/00001", "--reason", "typo").status == 0
    assert posted("invoice", "cancel", "INV/2026/00001").status == 0

    page = posted("invoice", "show", "INV/2026/00001")

    assert "CANCELLED" in page.out
    assert "NEXT" not in page.out


def test_dates_before_the_last_one_need_to_be_meant(stocked):
    assert stocked("invoice", "create", "S00101", "--confirm", "--date", "2026-11-20", "-q").status == 0
    assert stocked("invoice", "create", "S00102", "-q").status == 0
    words = ("invoice", "confirm", "DRAFT/00002", "--date", "2026-11-19", *NAMES)
    before = dump()

    refused = stocked(*words)
    assert dump() == before
    accepted = stocked(*words, "--allow-backdate")
    created = stocked("invoice", "create", "S00106", "--confirm", "--date", "2026-11-18", "--allow-backdate", *NAMES)

    assert (refused.status, refused.out) == (6, "")
    assert "hint:  use --date 2026-11-20 or later, or --allow-backdate" in refused.err
    assert accepted.out == "changed\tDRAFT/00002\tINV/2026/00002\t162.89\tposted\n"
    assert created.out == "created\tS00106\tINV/2026/00003\t196.02\tposted\n"
    assert stocked("db", "check", "--rule", "N2", "--rule", "A2", "--rule", "O1").status == 0
