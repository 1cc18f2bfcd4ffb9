"""`orders deliver`, `delivery list`, `show` and `return`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_an_order_is_delivered_in_parts(terminal):
    assert (
        transcript(
            terminal,
            "orders deliver S00105 --line 1=4 --line 3=2 --carrier DHL --tracking 0034",
            "orders deliver S00105",
            "orders deliver S00105",
            "delivery list",
            "delivery show OUT/2026/00001",
        )
        == """\
$ orders deliver S00105 --line 1=4 --line 3=2 --carrier DHL --tracking 0034
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  delivery OUT/2026/00001
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ orders deliver S00105
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  delivery OUT/2026/00002
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ orders deliver S00105
= unchanged  S00105  Taller Peña S.L.  9,225.91 EUR
  nothing of order S00105 is left to deliver
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ delivery list

  DELIVERY        DATE        KIND      ORDER   CUSTOMER          CARRIER  TRACKING
  ──────────────  ──────────  ────────  ──────  ────────────────  ───────  ────────
  OUT/2026/00002  2026-11-24  outgoing  S00105  Taller Peña S.L.  –        –
  OUT/2026/00001  2026-11-24  outgoing  S00105  Taller Peña S.L.  DHL      0034
!
!   Deliver more:  shopctl orders deliver ORDER

$ delivery show OUT/2026/00001

  OUT/2026/00001  Taller Peña S.L.                                               outgoing · done
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Date      2026-11-24                        Customer  C00002
  Order     S00105                            Carrier   DHL
  Note      –                                 Tracking  0034

  #  PRODUCT              SKU       QTY  ORDER LINE
  ─  ───────────────────  ────────  ───  ──────────
  1  Oak desk, 140 cm     DSK-140     4           1
  2  Book: Light at work  BK-LIGHT    2           3

  NEXT  shopctl orders show S00105              the whole order
        shopctl delivery return OUT/2026/00001  it came back
"""
    )


def test_a_delivery_comes_back_in_parts(terminal):
    assert (
        transcript(
            terminal,
            "orders deliver S00105 --line 1=4 --line 3=2 --carrier DHL --tracking 0034",
            "delivery return OUT-2026-00001 --line 1=1 --reason broken",
            "delivery return OUT-2026-00001",
            "delivery return OUT-2026-00001",
            "delivery list --returns",
            "delivery show OUT-2026-00002",
        )
        == """\
$ orders deliver S00105 --line 1=4 --line 3=2 --carrier DHL --tracking 0034
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  delivery OUT/2026/00001
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ delivery return OUT-2026-00001 --line 1=1 --reason broken
✓ created  OUT/2026/00002  OUT-2026-00001  Taller Peña S.L.
!   NEXT  shopctl delivery show OUT/2026/00002
!         shopctl orders show S00105

$ delivery return OUT-2026-00001
✓ created  OUT/2026/00003  OUT-2026-00001  Taller Peña S.L.
!   NEXT  shopctl delivery show OUT/2026/00003
!         shopctl orders show S00105

$ delivery return OUT-2026-00001
= unchanged  OUT/2026/00001  OUT-2026-00001  Taller Peña S.L.
  nothing of delivery OUT/2026/00001 is left to take back
!   NEXT  shopctl delivery show OUT/2026/00001
!         shopctl orders show S00105

$ delivery list --returns

  DELIVERY        DATE        KIND    ORDER   CUSTOMER          CARRIER  TRACKING
  ──────────────  ──────────  ──────  ──────  ────────────────  ───────  ────────
  OUT/2026/00003  2026-11-24  return  S00105  Taller Peña S.L.  –        –
  OUT/2026/00002  2026-11-24  return  S00105  Taller Peña S.L.  –        –
!
!   Deliver more:  shopctl orders deliver ORDER

$ delivery show OUT-2026-00002

  OUT/2026/00002  Taller Peña S.L.                                                 return · done
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Date      2026-11-24                        Customer  C00002
  Order     S00105                            Carrier   –
  Note      broken                            Tracking  –

  #  PRODUCT           SKU      QTY  ORDER LINE
  ─  ────────────────  ───────  ───  ──────────
  1  Oak desk, 140 cm  DSK-140    1           1

  NEXT  shopctl orders show S00105  the whole order
"""
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("orders deliver S00105 --line 1=99", 6,
         "99 of line 1 of order S00105 are more than the 10 that are left to deliver [delivery.quantity]"),
        ("orders deliver S00103", 6,
         "order S00103 still waits for its payment, so it cannot be delivered [order.not_confirmed]"),
        ("orders deliver S00105 S00101 --line 1=1", 2,
         "lines are numbered in each order, so name one order [usage]"),
        ("orders deliver S00105 --line 1", 2, "--line '1' does not say how many [usage]"),
        ("orders deliver S00105 --date tomorrow", 6,
         "a delivery cannot be dated 2026-11-25, which is still to come [delivery.date_future]"),
        ("delivery return OUT-9", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery show OUT-9", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery list --order S1", 3, "there is no order S1 [order.unknown]"),
        ("delivery list --customer nobody", 3, "there is no customer nobody [customer.unknown]"),
    ],
)  # fmt: skip
def test_refusals(stall, words, status, message):
    before = dump()

    found = stall(*words.split())

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(f"error: {message}\nhint:  ")
    assert dump() == before


def test_deliveries_are_told_to_scripts(stall):
    run = stall("orders", "deliver", "S00105", "--line", "1=4", "--format", "jsonl")
    shown = json.loads(stall("delivery", "show", "OUT/2026/00001", "--json").out)
    of_order = json.loads(stall("orders", "show", "S00105", "--json").out)["data"]["deliveries"]

    row = json.loads(run.out)
    assert (run.status, row["result"], row["delivery_status"]) == (0, "changed", "partial")
    assert row["notes"] == ["delivery OUT/2026/00001"]
    assert shown["schema"] == "shopctl.delivery.show/1"
    assert shown["data"]["lines"] == [
        {"position": 1, "line": 1, "sku": "DSK-140", "description": "Oak desk, 140 cm", "quantity": "4"}
    ]
    assert of_order == [
        {
            "number": "OUT/2026/00001", "kind": "outgoing", "state": "done", "date": "2026-11-24", "carrier": None,
            "tracking": None,
        }
    ]  # fmt: skip


def test_an_empty_list_can_be_an_answer(stall):
    assert stall("delivery", "list", "--fail-on-empty") == (9, "", "")
    assert stall("deliveries", "list", "--format", "count") == (0, "0\n", "")
