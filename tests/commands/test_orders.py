"""`orders list`, `show` and `confirm`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES
from tests.support.transcript import transcript


def ids(program, *words):
    found = program("orders", "list", *words, "--format", "ids")
    assert found.status == 0, found.err
    return found.out.split()


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", "S00106 S00105 S00102 S00101"),
        ("--state all", "S00106 S00105 S00104 S00103 S00102 S00101"),
        ("--state sent", "S00104 S00103"),
        ("--state cancelled", ""),
        ("--unpaid", "S00105 S00104 S00103"),
        ("--unpaid --state sent", "S00104 S00103"),
        ("--to-invoice", "S00106 S00105 S00102 S00101"),
        ("--differs", ""),
        ("--customer C00002 --state all", "S00105 S00103"),
        ("--customer JOSE@tallerpena.example --state all", "S00105 S00103"),
        ("--since 2026-11-20 --state all", "S00106 S00105 S00104"),
        ("--until 2026-11-17 --state all", "S00102 S00101"),
        ("--since 4d", "S00106 S00105"),
        ("--since 2026-11-16T10:14:04+01:00 --until 2026-11-17", "S00102"),
        ("--after s00105", "S00102 S00101"),
    ],
)
def test_lists_are_narrowed(stocked, words, numbers):
    assert ids(stocked, *words.split()) == numbers.split()


def test_pages_follow_each_other(stocked):
    first = stocked("orders", "list", "--state", "all", "--limit", "4", "--json")
    page = json.loads(first.out)["page"]
    second = stocked("orders", "list", "--state", "all", "--limit", "4", "--json", *page["next"].split())

    assert page == {"returned": 4, "total": 6, "limit": 4, "has_more": True, "next": "--after S00103"}
    assert [row["number"] for row in json.loads(second.out)["data"]] == ["S00102", "S00101"]
    assert json.loads(second.out)["page"]["next"] is None


def test_a_list_that_is_cut_says_so(stall):
    assert stall("orders", "list", "-L", "1", "--format", "ids") == (0, "S00106\n", "1 of 4 shown · all: --limit 0\n")


def test_an_empty_list_can_be_an_answer(stall):
    assert stall("orders", "list", "--state", "cancelled", "--fail-on-empty") == (9, "", "")
    assert stall("orders", "list", "--state", "cancelled", "--format", "count") == (0, "0\n", "")


def test_formats(stall):
    words = ("orders", "list", "--fields", "number,customer_name,amount_total", "--limit", "2", "-q")

    assert stall(*words).out == "S00106\tŁukasz Żółtowski\t196.02\nS00105\tTaller Peña S.L.\t9225.91\n"
    assert stall(*words, "--header").out.startswith("number\tcustomer_name\tamount_total\n")
    assert stall(*words, "--format", "csv").out == (
        "number,customer_name,amount_total\nS00106,Łukasz Żółtowski,196.02\nS00105,Taller Peña S.L.,9225.91\n"
    )
    assert stall(*words, "--format", "jsonl").out == (
        '{"number": "S00106", "customer_name": "Łukasz Żółtowski", "amount_total": "196.02"}\n'
        '{"number": "S00105", "customer_name": "Taller Peña S.L.", "amount_total": "9225.91"}\n'
    )


def test_an_answer_can_go_into_a_file_once(stall, tmp_path):
    target = tmp_path / "orders.csv"
    words = ("orders", "list", "--fields", "number", "-o", target)

    first, second = stall(*words), stall(*words)
    third = stall(*words, "--force-overwrite", "--limit", "1", "-q")

    assert (first, target.stat().st_mode & 0o777) == ((0, "", ""), 0o600)
    assert (second.status, second.out) == (2, "")
    assert second.err == (
        f"error: {target} exists already [file.exists]\nhint:  name another file or add --force-overwrite\n"
    )
    assert (third.status, target.read_text()) == (0, "number\nS00106\n")


def test_contradictions_are_listed_with_their_reason(stocked):
    assert stocked("import", "shopify", EXAMPLES / "shopify_orders.csv", "-q") == (0, "", "")
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})

    assert (
        transcript(stocked, "orders list --differs", "orders show 2004")
        == """\
$ orders list --differs

  ORDER  DATE        CUSTOMER   TOTAL EUR  DIFFERENCES
  ─────  ──────────  ─────────  ─────────  ─────────────────────────────────────────────────────────
  2004   2026-11-13  Otto Lind      24.00  the status is paid, but the outstanding balance is the w…
!
!   See why: shopctl orders show ORDER

$ orders show 2004

  2004  Otto Lind                                            ● confirmed · not paid · to invoice
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-13 19:20                 Customer    Otto Lind (C00010)
  Confirmed  2026-11-13 19:20                 E-mail      otto@harbour.example
  Paid by    manual                           Deliver to  Otto Lind, Quay 5, 211 20 Malmö, SE
  Source     shopify 5550004                  Invoice to  same address
  Delivery   to ship

  #  PRODUCT              SKU     QTY  DELIV.  INV.   UNIT  TAX      SUBTOTAL EUR
  ─  ───────────────────  ──────  ───  ──────  ────  ─────  ───────  ────────────
  1  Tide calendar, 2027  CAL-27    1       0     0  18.00  VAT 19%         15.13
  2  Parcel               –         1       –     0   6.00  –                6.00
                                                                  Untaxed   21.13
                                                                  VAT 19%    2.87
                                                                    Total   24.00
                                                             Still to pay   24.00

  DIFFERS FROM ITS SOURCE
  the status is paid, but the outstanding balance is the whole total 24.00: no payment imported

  NEXT  shopctl orders deliver 2004            everything that is left leaves
        shopctl invoice create 2004 --confirm  bill what the policy allows
"""
    )


def test_confirming_lets_an_order_be_billed_and_registers_no_money(stocked):
    money = dump()["payments"]

    found = stocked("orders", "confirm", "s00103", "--fields", "number,state,amount_due,amount_pending,confirmed_at")

    assert found == (
        0,
        "changed\ts00103\tS00103\tconfirmed\t1102.79\t1102.79\t2026-11-24T09:00:00Z\n",
        "s00103: confirmation e-mail queued for jose@tallerpena.example\n",
    )
    assert dump()["payments"] == money
    assert "S00103" in ids(stocked, "--to-invoice")


def test_a_second_confirm_changes_nothing(stocked):
    assert stocked("orders", "confirm", "S00103", "-q").status == 0
    before = dump()["orders"]

    found = stocked("orders", "confirm", "S00103", "--fields", "number")

    assert found == (0, "unchanged\tS00103\tS00103\n", "S00103: order S00103 is confirmed already\n")
    assert dump()["orders"] == before


def test_a_failure_does_not_disturb_its_neighbours(stocked):
    found = stocked("orders", "confirm", "S1", "S00103", "S2", "S00104", "--no-email", "--yes", "--fields", "number")

    assert found == (
        8,
        "failed\tS1\t\nchanged\tS00103\tS00103\nfailed\tS2\t\nchanged\tS00104\tS00104\n",
        "error: 2 items failed [order.unknown]\n"
        "       S1  there is no order S1\n"
        "       S2  there is no order S2\n"
        "hint:  shopctl orders list\n",
    )


def test_fail_fast_stops_and_atomic_undoes(stocked):
    before = dump()

    atomic = stocked("orders", "confirm", "S00103", "S1", "S00104", "--yes", "--atomic", "--fields", "number")

    assert (atomic.status, atomic.out) == (8, "skipped\tS00103\tS00103\nfailed\tS1\t\nskipped\tS00104\tS00104\n")
    assert dump() == before
    fast = stocked("orders", "confirm", "S00103", "S1", "S00104", "--yes", "--fail-fast", "--format", "ids")
    assert (fast.status, fast.out) == (8, "S00103\n")
    assert ids(stocked, "--state", "sent") == ["S00104"]


def test_the_number_sign_of_an_order_may_be_typed(stocked):
    assert stocked("import", "shopify", EXAMPLES / "shopify_orders.csv").status == 0

    confirmed = stocked("orders", "confirm", "#2002", "2002", "#s00103", "--yes", "--format", "ids")
    created = stocked("invoice", "create", "#2001", "--confirm", "--format", "ids")
    registered = stocked("payment", "register", "#2004", "--json")

    assert (confirmed.status, confirmed.out) == (0, "2002\n2002\nS00103\n")
    assert (created.status, created.out) == (0, "INV/2026/00001\n")
    assert [row["order"] for row in json.loads(registered.out)["data"]] == ["2004"]
    assert json.loads(stocked("orders", "show", "#2004", "--json").out)["data"]["number"] == "2004"
    assert stocked("invoice", "list", "--order", "#2001", "--format", "ids").out == "INV/2026/00001\n"
    assert ids(stocked, "--state", "all", "--after", "#2003") == ["2002", "2001"]


def test_an_order_that_is_stored_with_its_number_sign_comes_first(stocked, tmp_path):
    file = tmp_path / "orders.jsonl"
    file.write_text(
        "".join(
            f'{{"kind":"order","number":"{number}","ordered_at":"2026-11-01T10:00:00Z","currency":"EUR","state":"sent",'
            '"lines":[{"description":"A chair","quantity":"1","unit_price":"10.00"}]}\n'
            for number in ("1001", "#1001")
        )
    )
    assert stocked("import", "data", file).status == 0

    shown = [
        json.loads(stocked("orders", "show", typed, "--json").out)["data"] for typed in ("#1001", "1001", "#S00103")
    ]

    assert [order["number"] for order in shown] == ["#1001", "1001", "S00103"]


@pytest.mark.parametrize("words", ["orders list", "orders list --unpaid", "orders list --state all", "payment list"])
def test_lists_fit_on_80_columns(stall, words):
    stall.use({"SHOPCTL_FORCE_TTY": "80"})

    run = stall(*words.split())

    assert max(map(len, (run.out + run.err).splitlines())) <= 80


def test_lists_keep_their_state_on_80_columns(stall):
    stall.use({"SHOPCTL_FORCE_TTY": "80"})

    assert (
        transcript(stall, "orders list --unpaid", "payment list --limit 2")
        == """\
$ orders list --unpaid

  ORDER   DATE        STATE        CUSTOMER          TOTAL EUR   DUE EUR  DAYS
  ──────  ──────────  ───────────  ────────────────  ─────────  ────────  ────
  S00105  2026-11-21  ● confirmed  Taller Peña S.L.   9,225.91  9,225.91     3
  S00104  2026-11-20  sent         Φως και Χώρος        694.54    694.54     4
  S00103  2026-11-18  sent         Taller Peña S.L.   1,102.79  1,102.79     6
!
!   11,023.24 EUR to be paid
!   Money is in?        shopctl payment register ORDER
!   Accept without it?  shopctl orders confirm ORDER
!   Ask again?          shopctl reminder run
!   Left out for width: PAYMENT, REMINDED · all: --no-truncate or --format csv

$ payment list --limit 2

  PAYMENT         CUSTOMER          ORDER   AMOUNT EUR  LEFT EUR  STATUS
  ──────────────  ────────────────  ──────  ──────────  ────────  ─────────
  PAY/2026/00005  Łukasz Żółtowski  S00106      196.02    196.02  done
  PAY/2026/00004  Φως και Χώρος     S00104      694.54      0.00  ○ pending
!
!   5 payments · 2,778.18 EUR in all
!   Not used yet:  shopctl payment outstanding
!   2 of 5 shown · all: --limit 0
!   Left out for width: DATE, METHOD · all: --no-truncate or --format csv
"""
    )
