"""`orders create`, `tag`, `note`, `history` and `stats`."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_an_order_is_made_from_the_shell(terminal):
    assert (
        transcript(
            terminal,
            "orders create --customer C00002 --line DSK-140:2 --line SHIP-STD --tag office --note 'ring twice'",
            "orders create --customer C00002 --line DSK-140:2 --line SHIP-STD",
            "orders show S00107",
        )
        == """\
$ orders create --customer C00002 --line DSK-140:2 --line SHIP-STD --tag office --note 'ring twice'
✓ created  S00107  Taller Peña S.L.  1,225.73 EUR
!   NEXT  shopctl orders confirm S00107 --paid
!         shopctl orders show S00107

$ orders create --customer C00002 --line DSK-140:2 --line SHIP-STD
✓ created  S00108  Taller Peña S.L.  1,225.73 EUR
  the same customer ordered for the same total on this day: S00107
!   NEXT  shopctl orders confirm S00108 --paid
!         shopctl orders show S00108

$ orders show S00107

  S00107  Taller Peña S.L.                                                       sent · not paid
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered   2026-11-24 10:00                  Customer    Taller Peña S.L. (C00002)
  Paid by   –                                 E-mail      jose@tallerpena.example
  Delivery  to ship                           Deliver to  Taller Peña S.L., José Peña Rodríguez,
  Note      ring twice                                    Calle Mayor 7, 28013 Madrid, ES
  Tags      office                            Invoice to  same address

  #  PRODUCT             SKU       QTY  DELIV.  INV.    UNIT  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────  ────  ──────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     2       0     0  499.00  VAT 21 %        998.00
  2  Delivery, standard  SHIP-STD    1       –     0   15.00  VAT 21 %         15.00
                                                                  Untaxed   1,013.00
                                                                 VAT 21 %     212.73
                                                                    Total   1,225.73
                                                             Still to pay   1,225.73

  PLACED TWICE?
  The same customer, day and total: S00108. Compare them: shopctl orders show S00108

  NEXT  shopctl payment register S00107  the money is here: register it and confirm
        shopctl orders confirm S00107    accept it without a payment
"""
    )


def test_a_guest_pays_at_the_counter(terminal):
    assert (
        transcript(
            terminal,
            "orders create --email zoe@example.org --name Zoe --line BK-LIGHT:3@20 "
            "--ship-to 'street=Hof 1, Tor 2,zip=10119,city=Berlin,country=de' --paid --method cash",
            "orders show S00107",
        )
        == """\
$ orders create --email zoe@example.org --name Zoe --line BK-LIGHT:3@20 --ship-to 'street=Hof 1, Tor 2,zip=10119,city=Berlin,country=de' --paid --method cash
✓ created  S00107  Zoe  65.40 EUR
  PAY/2026/00006 registers 65.40 EUR
  order S00107 is confirmed
  65.40 EUR is not used yet and stays an outstanding credit
  confirmation e-mail queued for zoe@example.org
!   NEXT  shopctl invoice create S00107 --confirm
!         shopctl orders show S00107

$ orders show S00107

  S00107  Zoe                                                    ● confirmed · paid · to invoice
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-24 10:00                 Customer    Zoe (C00007)
  Confirmed  2026-11-24 10:00                 E-mail      zoe@example.org
  Paid by    cash                             Deliver to  Zoe, Hof 1, Tor 2, 10119 Berlin, DE
  Delivery   to ship                          Invoice to  same address

  #  PRODUCT              SKU       QTY  DELIV.  INV.   UNIT  TAX      SUBTOTAL EUR
  ─  ───────────────────  ────────  ───  ──────  ────  ─────  ───────  ────────────
  1  Book: Light at work  BK-LIGHT    3       0     0  20.00  VAT 9 %         60.00
                                                                    Untaxed   60.00
                                                                    VAT 9 %    5.40
                                                                      Total   65.40
                                                                       Paid   65.40
                                                               Still to pay    0.00

  DOCUMENTS

  KIND      NUMBER          DATE        AMOUNT EUR  STATUS
  ────────  ──────────────  ──────────  ──────────  ───────
  payment   PAY/2026/00006  2026-11-24       65.40  done
  delivery  OUT/2026/00001  2026-11-24           –  waiting

  E-MAILS

  E-MAIL  ABOUT   KIND          TO               WHEN              STATUS
  ──────  ──────  ────────────  ───────────────  ────────────────  ──────
  1       S00107  confirmation  zoe@example.org  2026-11-24 10:00  queued

  NEXT  shopctl orders deliver S00107            everything that is left leaves
        shopctl invoice create S00107 --confirm  bill what the policy allows
"""
    )


def test_tags_and_remarks_are_told_by_the_history(terminal):
    assert (
        transcript(
            terminal,
            "orders tag S00105 --add gift --remove office",
            "orders note S00105 'rang twice'",
            "orders note S00105 'rang twice'",
            "orders history S00105",
        )
        == """\
$ orders tag S00105 --add gift --remove office
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  tags: gift
!   NEXT  shopctl orders show S00105

$ orders note S00105 'rang twice'
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  noted: rang twice
!   NEXT  shopctl orders history S00105

$ orders note S00105 'rang twice'
= unchanged  S00105  Taller Peña S.L.  9,225.91 EUR
  its last remark says so already
!   NEXT  shopctl orders history S00105

$ orders history S00105

  WHEN              WHO   DOCUMENT  WHAT            DETAILS
  ────────────────  ────  ────────  ──────────────  ───────────────────────────
  2026-11-24 10:00  anna  S00105    order imported  –
  2026-11-24 10:00  anna  S00105    order tagged    tags: gift · before: office
  2026-11-24 10:00  anna  S00105    order noted     text: rang twice
!
!   The order:  shopctl orders show S00105
"""
    )


def test_orders_are_counted_and_summed(terminal):
    assert (
        transcript(
            terminal,
            "orders stats --period 2026-11",
            "orders stats --by product --top 2",
            "orders stats --by date:week",
            "orders stats --period 2025",
        )
        == """\
$ orders stats --period 2026-11

  ORDERS  UNTAXED EUR  AVERAGE EUR
  ──────  ───────────  ───────────
       4     8,452.00     2,113.00
!
!   Confirmed orders only.  Those that wait: shopctl orders list --unpaid

$ orders stats --by product --top 2

  CODE     PRODUCT            ORDERS  QUANTITY  UNTAXED EUR  AVERAGE EUR   SHARE
  ───────  ─────────────────  ──────  ────────  ───────────  ───────────  ──────
  DSK-140  Oak desk, 140 cm        2        11     5,489.00     2,744.50  64.9 %
  CHR-ERG  Ergo chair, black       1        10     2,490.00     2,490.00  29.5 %
  –        3 others                8        16       473.00        59.13   5.6 %
!
!   All: 4 orders · 8,452.00 EUR untaxed · 2,113.00 on average
!   An order counts for each of its products.
!   Confirmed orders only.  Those that wait: shopctl orders list --unpaid

$ orders stats --by date:week

  WEEK      ORDERS  UNTAXED EUR  AVERAGE EUR  SHARE
  ────────  ──────  ───────────  ───────────  ─────
  2026-W47       4     8,452.00     2,113.00  100 %
!
!   All: 4 orders · 8,452.00 EUR untaxed · 2,113.00 on average
!   Confirmed orders only.  Those that wait: shopctl orders list --unpaid

$ orders stats --period 2025
! No confirmed order.
"""
    )


def test_figures_are_told_to_scripts(stall):
    found = json.loads(stall("orders", "stats", "--by", "country", "--json").out)["data"]

    assert found[0] == {
        "group": "ES", "name": "ES", "currency": "EUR", "orders": 1, "quantity": "0", "untaxed": "7639.00",
        "average": "7639.00", "share": "90.4",
    }  # fmt: skip
    assert stall("orders", "stats", "--period", "2025", "--fail-on-empty").status == 9


def test_a_screen_of_80_columns_is_enough(stall):
    stall.use({"SHOPCTL_FORCE_TTY": "80"})
    for words in ("stats --by customer", "stats --by product", "history S00105", "stats --by date:day"):
        found = stall("orders", *words.split())

        assert max(len(line) for line in (found.out + found.err).splitlines()) <= 80


def test_history_is_told_to_scripts(stall):
    assert stall("orders", "hold", "S00105", "--reason", "x\x1b[31m", "-q").status == 0

    rows = json.loads(stall("orders", "history", "S00105", "--only-order", "--json").out)["data"]

    assert [(row["actor"], row["document"], row["action"]) for row in rows] == [
        ("anna", "S00105", "order imported"), ("anna", "S00105", "order held")
    ]  # fmt: skip
    assert "\x1b" not in stall("orders", "history", "S00105").out


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("create --line LMP-ARC", 2, "an order needs a customer [usage]"),
        ("create --customer C00001", 2, "an order needs at least one line [order.no_lines]"),
        ("create --customer C00999 --line LMP-ARC", 3, "there is no customer C00999 [customer.unknown]"),
        ("create --customer C00001 --line NOPE", 3, "there is no product NOPE [product.unknown]"),
        ("create --customer C00001 --line LMP-ARC:x", 2, "quantity 'x' cannot be understood [usage.amount]"),
        ("create --customer C00001 --line LMP-ARC:-1", 2, "a quantity of -1 of LMP-ARC cannot be ordered [usage.amount]"),
        ("create --customer C00001 --line :2", 2, "--line ':2' cannot be understood [usage]"),
        ("create --customer C00001 --line LMP-ARC --number S00101", 6, "there is an order S00101 already [order.exists]"),
        ("create --customer C00001 --line LMP-ARC --ship-to home", 2, "--ship-to has no field 'home' [usage.field]"),
        ("create --customer C00001 --line LMP-ARC --date 2027-01-01", 2,
         "an order cannot be placed in the future [usage.date]"),
        ("create --customer C00001 --line LMP-ARC --from many.jsonl", 2, "no such option '--from' [usage]"),
        ("tag S00105", 2, "no tag was given [usage]"),
        ("tag S00105 --add a,,b", 2, "'' is not a tag [usage.tag]"),
        ("note S00105 ' '", 2, "the remark says nothing [usage]"),
        ("note S00999 x", 3, "there is no order S00999 [order.unknown]"),
        ("history S00999", 3, "there is no order S00999 [order.unknown]"),
        ("stats --by colour", 2, "orders cannot be grouped by 'colour' [usage.field]"),
    ],
)  # fmt: skip
def test_refusals(stall, words, status, message):
    before = dump()

    found = stall("orders", *shlex.split(words))

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(f"error: {message}\nhint:  ")
    assert dump() == before
