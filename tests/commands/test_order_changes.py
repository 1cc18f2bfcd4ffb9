"""`orders edit`, `discount`, `close` and `reopen`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_an_order_is_edited(terminal):
    assert (
        transcript(
            terminal,
            "orders edit S00103 --set-line 1:quantity=2,description=Chair --add-line BK-LIGHT:2@20 --note ring_twice",
            "orders edit S00103 --note ring_twice",
            "orders show S00103",
        )
        == """\
$ orders edit S00103 --set-line 1:quantity=2,description=Chair --add-line BK-LIGHT:2@20 --note ring_twice
✓ changed  S00103  Taller Peña S.L.  604.07 EUR
!   NEXT  shopctl orders show S00103

$ orders edit S00103 --note ring_twice
= unchanged  S00103  Taller Peña S.L.  604.07 EUR
  order S00103 says so already
!   NEXT  shopctl orders show S00103

$ orders show S00103

  S00103  Taller Peña S.L.                                              sent · payment announced
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered   2026-11-18 12:05                  Customer    Taller Peña S.L. (C00002)
  Paid by   wire                              E-mail      jose@tallerpena.example
  Website   northwind-living.example          Deliver to  Taller Peña S.L., José Peña Rodríguez,
  Delivery  to ship                                       Calle Mayor 7, 28013 Madrid, ES
  Terms     NET30                             Invoice to  same address
  Note      ring_twice

  #  PRODUCT              SKU       QTY  DELIV.  INV.    UNIT  DISC.  TAX       SUBTOTAL EUR
  ─  ───────────────────  ────────  ───  ──────  ────  ──────  ─────  ────────  ────────────
  1  Chair                CHR-ERG     2       0     0  249.00   10 %  VAT 21 %        448.20
  2  Delivery, standard   SHIP-STD    1       –     0   15.00         VAT 21 %         15.00
  3  Book: Light at work  BK-LIGHT    2       0     0   20.00         VAT 9 %          40.00
                                                                            Untaxed   503.20
                                                                 VAT 21 % on 463.20    97.27
                                                                   VAT 9 % on 40.00     3.60
                                                                              Total   604.07
                                                                       Still to pay   604.07

  DOCUMENTS

  KIND     NUMBER          DATE        AMOUNT EUR  STATUS
  ───────  ──────────────  ──────────  ──────────  ───────
  payment  PAY/2026/00003  2026-11-24    1,102.79  pending

  NEXT  shopctl payment register S00103  the money is here: register it and confirm
        shopctl orders confirm S00103    accept it without a payment
"""
    )


def test_discounts_are_taken_off_the_whole_order(terminal):
    assert (
        transcript(
            terminal,
            "orders discount S00105 --percent 10",
            "orders discount S00105 --amount 99999",
        )
        == """\
$ orders discount S00105 --percent 10
✓ changed  S00105  Taller Peña S.L.  8,303.32 EUR
  922.59 EUR taken off
!   NEXT  shopctl orders show S00105

$ orders discount S00105 --amount 99999
! error: a discount of 99999.00 EUR is more than the 8303.32 EUR of order S00105 that can be discounted [order.discount]
! hint:  shopctl orders discount S00105 --amount 8303.32
[exit 6]
"""
    )


def test_an_order_is_closed_and_opened_again(terminal):
    assert (
        transcript(
            terminal,
            "orders close S00105 --reason gone",
            "orders close S00105 --reason gone",
            "orders reopen S00105",
        )
        == """\
$ orders close S00105 --reason gone
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
!   NEXT  shopctl orders show S00105

$ orders close S00105 --reason gone
= unchanged  S00105  Taller Peña S.L.  9,225.91 EUR
  order S00105 has nothing left to close
!   NEXT  shopctl orders show S00105

$ orders reopen S00105
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
!   NEXT  shopctl orders show S00105
"""
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("edit S00103 --set-line 9:quantity=2", 3, "order S00103 has no line 9 [line.unknown]"),
        ("edit S00103 --add-line NOPE", 3, "there is no product NOPE [product.unknown]"),
        ("edit S00103 --terms NOPE", 3, "there are no payment terms NOPE [terms.unknown]"),
        ("edit S00103 --set-line 1:prise=2", 2, "--set-line cannot set 'prise' [usage.field]"),
        ("edit S00103 --set-line 1:quantity=1.23456", 2, "quantity '1.23456' has more than 4 decimals [usage.amount]"),
        ("edit S00103", 2, "nothing to change was given [usage]"),
        ("edit S00103 S00104 --remove-line 1", 2, "lines are numbered in each order, so name one order [usage]"),
        ("discount S00105", 2, "a discount needs exactly one of --percent and --amount [usage]"),
        ("discount S00105 --percent 5 --amount 5", 2, "a discount needs exactly one of --percent and --amount [usage]"),
        ("discount S00105 --percent 101", 2, "--percent: '101' is not between 0 and 100 percent [usage.amount]"),
        ("close S00105", 2, "closing an order needs a reason [usage]"),
        ("close S00103 --reason x", 6, "order S00103 still waits for its payment, so it cannot be closed "
         "[order.not_confirmed]"),
        ("reopen S00999", 3, "there is no order S00999 [order.unknown]"),
    ],
)  # fmt: skip
def test_refusals(stall, words, status, message):
    before = dump()

    found = stall("orders", *words.split())

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(f"error: {message}\nhint:  ")
    assert dump() == before


def test_edits_are_told_to_scripts(stall):
    found = stall("orders", "edit", "S00103", "--set-line", "1:quantity=2", "--format", "jsonl")
    shown = json.loads(stall("orders", "show", "S00103", "--json").out)["data"]

    row = json.loads(found.out)
    assert (found.status, row["result"], row["reference"], row["amount_total"]) == (0, "changed", "S00103", "560.47")
    assert [(one["position"], one["quantity"], one["closed"]) for one in shown["lines"]] == [
        (1, "2", False), (2, "1", False),
    ]  # fmt: skip
    assert shown["deliveries"] == []
    assert json.loads(shown["events"][-1]["details"]) == {"line 1 quantity": ["4", "2"]}


def test_the_same_key_gives_a_discount_once(stall):
    words = ("orders", "discount", "S00105", "--amount", "25.91", "--idempotency-key", "spring", "--format", "jsonl")

    first, second = (json.loads(stall(*words).out) for _ in range(2))

    assert (first["result"], second["result"]) == ("changed", "replayed")
    assert (first["amount_total"], second["amount_total"]) == ("9200.00", "9200.00")
