"""Show the dashboard: on a terminal, by e-mail, for scripts, and in a shop without orders."""

from __future__ import annotations

import json

import pytest

from tests.support.transcript import transcript

PAGE = """\
$ dashboard
  Northwind Living B.V.  dashboard                                     Tue 24 Nov 2026 10:00 CET
  ──────────────────────────────────────────────────────────────────────────────────────────────

  SALES              TODAY  LAST 7 DAYS  LAST 30 DAYS  VS 30 DAYS BEFORE
  ─────────────────  ─────  ───────────  ────────────  ─────────────────
  Orders                 0            2             4                  –
  Untaxed sales EUR   0.00     7,801.00      8,452.00                  –
  Average order EUR      –     3,900.50      2,113.00                  –
  Carts → orders         –        0.0 %         0.0 %                  –

  NEEDS ATTENTION      COUNT        EUR  OLDEST  NEXT STEP
  ───────────────────  ─────  ─────────  ──────  ────────────────────────────────
  ! unpaid orders          3  11,023.24     5 d  shopctl orders list --unpaid
  • orders to invoice      4  10,206.76     7 d  shopctl orders list --to-invoice
  • unused credits         3     980.85     8 d  shopctl payment outstanding
  • abandoned carts        4   1,703.68     2 d  shopctl carts abandoned

  SALES BY DAY  EUR, untaxed

  Wed 18       0.00
  Thu 19       0.00
  Fri 20       0.00
  Sat 21   7,639.00  ████████████████████████
  Sun 22     162.00  ▌
  Mon 23       0.00
  Tue 24       0.00

  BEST SELLERS  last 30 days

  PRODUCT              SKU       QUANTITY       UNTAXED
  ───────────────────  ────────  ────────  ────────────
  Oak desk, 140 cm     DSK-140       11 ×  5,489.00 EUR
  Ergo chair, black    CHR-ERG       10 ×  2,490.00 EUR
  Desk lamp Arc        LMP-ARC        5 ×    245.00 EUR
  Book: Light at work  BK-LIGHT       7 ×    168.00 EUR
"""


def test_dashboard_of_the_shop(stocked):
    assert transcript(stocked, "dashboard") == PAGE


def test_dashboard_for_scripts(stocked):
    run = stocked("dashboard", "--json")

    document = json.loads(run.out)
    assert (run.status, document["schema"]) == (0, "shopctl.dashboard/1")
    found = document["data"]
    assert found["currencies"] == ["EUR"]
    assert [(one["period"], one["orders"]) for one in found["sales"]] == [
        ("today", 0), ("last 7 days", 2), ("last 30 days", 4),
    ]  # fmt: skip
    assert found["sales"][1]["amounts"] == [
        {"currency": "EUR", "orders": 2, "amount_untaxed": "7801.00", "average": "3900.50"}
    ]
    assert found["compared"]["change_orders"] is None
    assert found["todo"][0] == {
        "what": "unpaid_orders", "count": 3, "more": False, "amounts": {"EUR": "11023.24"},
        "oldest": "2026-11-18T11:05:00Z", "command": "shopctl orders list --unpaid",
    }  # fmt: skip
    assert len(found["trend"]) == 7
    assert found["best"][0] == {
        "sku": "DSK-140",
        "name": "Oak desk, 140 cm",
        "quantity": "11",
        "amount_untaxed": "5489.00",
        "currency": "EUR",
    }


def test_only_some_sections(stall):
    run = stall("dashboard", "--section", "best,sales", "--top", "1")

    assert "SALES  " in run.out
    assert "Oak desk" in run.out
    assert "Ergo chair" not in run.out
    assert "NEEDS ATTENTION" not in run.out
    assert "SALES BY DAY" not in run.out


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--period", "2026-11"), "SALES               2026-11  VS 30 DAYS BEFORE\n"),
        (("--period", "last-month", "--compare", "last-year"), "LAST-MONTH  VS A YEAR BEFORE\n"),
        (("--period", "90d", "--compare", "none"), "SALES                   90D\n"),
    ],
)
def test_period_of_ones_own(stall, words, shown):
    run = stall("dashboard", "--section", "sales", *words)

    assert run.status == 0
    assert shown in run.out


def test_empty_shop_says_what_comes_first(shop):
    run = shop("dashboard")

    assert (run.status, run.err) == (0, "")
    assert "There are no orders yet. What comes first:" in run.out
    assert "  NEXT  shopctl import data FILE " in run.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--section", "sales,cats"),
            "error: --section: the dashboard has no section 'cats' [usage]\nhint:  use some of sales, todo",
        ),
        (("--period", "08/09/26"), "error: --period: '08/09/26' does not tell day and month apart [usage.date]\n"),
        (("--compare", "tomorrow"), "error: "),
        (("--top", "-1"), "error: "),
    ],
)
def test_dashboard_refuses(stall, words, told):
    run = stall("dashboard", *words)

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(told)


@pytest.mark.parametrize("width", ["20", "80", "300"])
def test_dashboard_on_a_terminal(stall, width):
    stall.use({"SHOPCTL_FORCE_TTY": width})

    run = stall("dashboard")

    assert run.status == 0
    assert max(map(len, run.out.splitlines())) <= max(int(width), 80)


def test_signing_in_ends_with_the_dashboard(shop):
    run = shop("login", "--user", "anna", "--password-stdin", stdin="four unrelated words here\n")

    assert run.err.endswith("  NEXT  shopctl dashboard\n")
