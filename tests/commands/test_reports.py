"""Show the reports: on a terminal, by e-mail, for scripts, in a shop where nothing is open."""

from __future__ import annotations

import json

import pytest

from tests.support.transcript import transcript

PAGE = """\
$ report aging --by customer
  Northwind Living B.V.  what customers owe                                     as of 2026-11-24
  ──────────────────────────────────────────────────────────────────────────────────────────────

  CUSTOMER  NAME               NOT DUE  CREDITS  BALANCE EUR
  ────────  ────────────────  ────────  ───────  ───────────
  C00002    Taller Peña S.L.  9,225.91        –     9,225.91
  C00001    Anna de Vries       621.94  -621.94         0.00
  C00005    Łukasz Żółtowski         –  -196.02      -196.02
  C00003    Zoë Müller               –  -162.89      -162.89
  Total                       9,847.85  -980.85     8,867.00

  WHAT IS COUNTED
  Days      since the due date; each instalment counts by its own, money going to the earliest
            first
  Credits   payments and credit notes not used on any invoice, less what was given back
  Balance   open invoices less credits: what customers owe in all
"""

LATE = """\
$ report aging --as-of 2027-01-05
  Northwind Living B.V.  what customers owe                                     as of 2027-01-05
  ──────────────────────────────────────────────────────────────────────────────────────────────

  PAST DUE                 EUR    SHARE
  ──────────────────  ────────  ───────
  not due                    –    0.0 %
  1–30 days           9,847.85  100.0 %
  31–60 days                 –    0.0 %
  61–90 days                 –    0.0 %
  over 90 days               –    0.0 %
  open on 2 invoices  9,847.85        –
  credits not used     -980.85        –
  balance             8,867.00        –

  WHAT IS COUNTED
  Days      since the due date; each instalment counts by its own, money going to the earliest
            first
  Credits   payments and credit notes not used on any invoice, less what was given back
  Balance   open invoices less credits: what customers owe in all

  NEXT  shopctl report aging --by customer  who owes it
        shopctl invoice list --overdue      the invoices that are late
"""

DIFFERENCES = """\
$ report reconcile
  Northwind Living B.V.  what does not add up                                      4 differences
  ──────────────────────────────────────────────────────────────────────────────────────────────

  PAID AND NOT BILLED  2 · 358.91 EUR

  DOCUMENT  DATE        CUSTOMER    WHAT         DIFFERENCE  NEXT STEP
  ────────  ──────────  ──────────  ───────────  ──────────  ───────────────────────────────────────
  S00102    2026-11-17  Zoë Müller  0.00 of 16…  162.89 EUR  shopctl invoice create S00102 --confirm
  S00106    2026-11-22  Łukasz Żó…  0.00 of 19…  196.02 EUR  shopctl invoice create S00106 --confirm

  BILLED AND NOT PAID  2 · 9,847.85 EUR

  DOCUMENT        DATE        CUSTOMER           DIFFERENCE  NEXT STEP
  ──────────────  ──────────  ───────────────  ────────────  ───────────────────────────────────────
  INV/2026/00001  2026-11-24  Anna de Vries      621.94 EUR  shopctl payment allocate INV/2026/00001
  INV/2026/00002  2026-11-24  Taller Peña S.…  9,225.91 EUR  shopctl payment register INV/2026/00002

  WHAT IS COUNTED
  Paid and not billed  an order was paid more than was billed of it
  Billed and not paid  an invoice is posted and not paid in full
"""


@pytest.fixture
def billed(stocked):
    """Post two invoices, one of an order that was paid and whose money is left outstanding."""
    for words in (("S00101", "--no-allocate"), ("S00105",)):
        assert stocked("invoice", "create", *words, "--confirm", "-q").status == 0
    return stocked


def test_aging(billed):
    assert transcript(billed, "report aging --by customer", "report aging --as-of 2027-01-05") == f"{PAGE}\n{LATE}"


def test_aging_for_scripts(billed):
    totals = json.loads(billed("report", "aging", "--json").out)
    rows = billed("report", "aging", "--by", "invoice", "--format", "csv", "--fields", "group,oldest_due,balance")

    assert totals["schema"] == "shopctl.report.aging/1"
    assert totals["data"] == [
        {
            "group": None, "name": None, "currency": "EUR", "invoices": 2, "oldest_due": "2026-12-08",
            "not_due": "9847.85", "days_1_30": "0.00", "days_31_60": "0.00", "days_61_90": "0.00", "over_90": "0.00",
            "open": "9847.85", "credits": "-980.85", "balance": "8867.00",
        }
    ]  # fmt: skip
    assert rows == (
        0,
        "group,oldest_due,balance\n"
        "INV/2026/00002,2026-12-24,9225.91\n"
        "INV/2026/00001,2026-12-08,621.94\n"
        "PAY/2026/00001,,-621.94\n"
        "PAY/2026/00005,,-196.02\n"
        "PAY/2026/00002,,-162.89\n",
        "",
    )


def test_aging_of_the_past_names_what_was_reset_since(billed):
    assert billed("invoice", "reset", "INV/2026/00001", "--reason", "wrong", "--as-of", "2026-11-26", "-q").status == 0

    run = billed("report", "aging", "--as-of", "2026-11-25")

    assert run.err == "note:  INV/2026/00001 went back to draft after 2026-11-25, so it counts as it is now\n"
    assert "  open on 1 invoice  9,225.91 " in run.out


def test_payments(stall):
    run = stall("report", "payments", "--by", "method", "--period", "2026-11", "--compare", "previous")

    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("  Northwind Living B.V.  payments      ")
    assert "  2026-11-01 – 2026-11-30\n" in run.out
    assert "  compared with 2026-10-02 – 2026-10-31\n" in run.out
    assert "  METHOD  COUNT  RECEIVED  REFUNDED  FEE  NET EUR  NET BEFORE  CHANGE\n" in run.out
    assert "  card        3    980.85         –    –   980.85        0.00       –\n" in run.out
    assert "  Total       3    980.85         –    –   980.85        0.00       –\n" in run.out


def test_payments_for_scripts(stall):
    run = stall("report", "payments", "--by", "day", "--since", "2026-11-17", "--json")

    document = json.loads(run.out)
    assert document["schema"] == "shopctl.report.payments/1"
    assert [(one["group"], one["payments"], one["received"], one["net_before"]) for one in document["data"]] == [
        ("2026-11-17", 1, "162.89", None), ("2026-11-22", 1, "196.02", None),
    ]  # fmt: skip


def test_differences(billed):
    assert transcript(billed, "report reconcile") == DIFFERENCES


def test_differences_for_scripts(billed):
    found = json.loads(billed("report", "reconcile", "--json").out)
    failing = billed("report", "reconcile", "--fail-on-difference", "--format", "csv", "--fields", "kind,command")
    clear = billed("report", "reconcile", "--period", "2025", "--fail-on-difference")
    silent = billed("report", "reconcile", "--period", "2025", "-q")

    assert found["schema"] == "shopctl.report.reconcile/1"
    assert found["data"][2] == {
        "kind": "not_paid", "document": "INV/2026/00001", "date": "2026-11-24", "customer": "Anna de Vries",
        "currency": "EUR", "expected": "621.94", "found": "0.00", "difference": "621.94",
        "text": "0.00 of 621.94 paid, due 2026-12-08", "command": "shopctl payment allocate INV/2026/00001",
    }  # fmt: skip
    assert (failing.status, failing.out.splitlines()[1]) == (
        1, "paid_not_invoiced,shopctl invoice create S00102 --confirm",
    )  # fmt: skip
    assert clear.status == 0
    assert "✓ Orders, documents, payments and bank lines agree." in clear.out
    assert silent == (0, "", "")


def test_long_lists_are_cut_on_a_page(billed):
    cut = billed("report", "reconcile", "--limit", "1")
    whole = billed("report", "reconcile", "--limit", "0")

    assert cut.out.count("1 more: --limit 0 lists all") == 2
    assert "more:" not in whole.out


def test_empty_shop(shop):
    assert "Nothing is open, and no credit is left." in shop("report", "aging").out
    assert "No payment came or went." in shop("report", "payments").out
    assert shop("report", "reconcile", "--fail-on-difference").status == 0


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("aging", "--by", "day"), 2, "usage"),
        (("aging", "--customer", "C404"), 3, "customer.unknown"),
        (("payments", "--period", "2026-11", "--since", "2026-11-01"), 2, "usage.date"),
        (("payments", "--compare", "previous"), 2, "usage.date"),
        (("payments", "--by", "day", "--period", "2026-11", "--compare", "previous"), 2, "usage"),
        (("reconcile", "--limit", "x"), 2, "usage.amount"),
    ],
)
def test_refusals(stall, words, status, code):
    run = stall("report", *words, "--json")

    assert (run.status, run.out) == (status, "")
    assert json.loads(run.err)["error"]["code"] == code


@pytest.mark.parametrize("width", ["20", "80", "120"])
def test_on_a_terminal(billed, width):
    billed.use({"SHOPCTL_FORCE_TTY": width})

    for words in (("aging",), ("aging", "--by", "invoice"), ("payments", "--by", "customer"), ("reconcile",)):
        run = billed("report", *words)
        assert run.status == 0
        assert max(map(len, run.out.splitlines())) <= max(int(width), 80)
