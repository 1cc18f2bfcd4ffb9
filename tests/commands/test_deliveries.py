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
  shipping e-mail queued for jose@tallerpena.example
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ orders deliver S00105
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  delivery OUT/2026/00002
  shipping e-mail queued for jose@tallerpena.example
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ orders deliver S00105
= unchanged  S00105  Taller Peña S.L.  9,225.91 EUR
  nothing of order S00105 is left to deliver
!   NEXT  shopctl delivery list --order S00105
!         shopctl invoice create S00105

$ delivery list

  DELIVERY        DATE        KIND      STATE  ORDER   CUSTOMER          CARRIER  TRACKING
  ──────────────  ──────────  ────────  ─────  ──────  ────────────────  ───────  ────────
  OUT/2026/00002  2026-11-24  outgoing  done   S00105  Taller Peña S.L.  –        –
  OUT/2026/00001  2026-11-24  outgoing  done   S00105  Taller Peña S.L.  DHL      0034
!
!   Ship what waits:  shopctl delivery validate DELIVERY

$ delivery show OUT/2026/00001

  OUT/2026/00001  Taller Peña S.L.                                               outgoing · done
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Date      2026-11-24                        Customer  C00002
  Order     S00105                            Carrier   DHL
                                              Tracking  0034
                                              Note      –

  #  PRODUCT              SKU       QTY  ORDER LINE
  ─  ───────────────────  ────────  ───  ──────────
  1  Oak desk, 140 cm     DSK-140     4           1
  2  Book: Light at work  BK-LIGHT    2           3

  NEXT  shopctl orders show S00105              the whole order
        shopctl delivery return OUT/2026/00001  it came back
        shopctl delivery print OUT/2026/00001   its slip as a PDF
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
  shipping e-mail queued for jose@tallerpena.example
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

  DELIVERY        DATE        KIND    STATE  ORDER   CUSTOMER          CARRIER  TRACKING
  ──────────────  ──────────  ──────  ─────  ──────  ────────────────  ───────  ────────
  OUT/2026/00003  2026-11-24  return  done   S00105  Taller Peña S.L.  –        –
  OUT/2026/00002  2026-11-24  return  done   S00105  Taller Peña S.L.  –        –
!
!   Ship what waits:  shopctl delivery validate DELIVERY

$ delivery show OUT-2026-00002

  OUT/2026/00002  Taller Peña S.L.                                                 return · done
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Date       2026-11-24                       Customer  C00002
  Order      S00105                           Carrier   –
  Return of  OUT/2026/00001                   Tracking  –
                                              Note      broken

  #  PRODUCT           SKU      QTY  ORDER LINE
  ─  ────────────────  ───────  ───  ──────────
  1  Oak desk, 140 cm  DSK-140    1           1

  NEXT  shopctl orders show S00105             the whole order
        shopctl delivery print OUT/2026/00002  its slip as a PDF
"""
    )


def test_a_delivery_that_waits_leaves_in_parts(terminal):
    assert (
        transcript(
            terminal,
            "orders confirm S00103 --quiet",
            "delivery list",
            "delivery show OUT/2026/00001",
            "delivery validate OUT/2026/00001 --line 1=3 --carrier DHL --tracking 0034",
            "delivery validate OUT/2026/00001",
            "delivery list",
            "delivery show OUT/2026/00002",
            "delivery validate OUT/2026/00002 --line 1=1",
        )
        == """\
$ orders confirm S00103 --quiet

$ delivery list

  DELIVERY        DATE        KIND      STATE    ORDER   CUSTOMER          CARRIER  TRACKING
  ──────────────  ──────────  ────────  ───────  ──────  ────────────────  ───────  ────────
  OUT/2026/00001  2026-11-24  outgoing  waiting  S00103  Taller Peña S.L.  –        –
!
!   Ship what waits:  shopctl delivery validate DELIVERY

$ delivery show OUT/2026/00001

  OUT/2026/00001  Taller Peña S.L.                                            outgoing · waiting
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Since     2026-11-24                        Customer  C00002
  Order     S00103                            Carrier   –
                                              Tracking  –
                                              Note      –

  #  PRODUCT            SKU      QTY  ORDER LINE
  ─  ─────────────────  ───────  ───  ──────────
  1  Ergo chair, black  CHR-ERG    4           1

  NEXT  shopctl delivery validate OUT/2026/00001  it has left
        shopctl orders show S00103                the whole order
        shopctl delivery print OUT/2026/00001     its slip as a PDF

$ delivery validate OUT/2026/00001 --line 1=3 --carrier DHL --tracking 0034
✓ changed  OUT/2026/00001  Taller Peña S.L.
  back order OUT/2026/00002
  shipping e-mail queued for jose@tallerpena.example
!   NEXT  shopctl delivery print OUT/2026/00001
!         shopctl orders show S00103

$ delivery validate OUT/2026/00001
= unchanged  OUT/2026/00001  Taller Peña S.L.
  delivery OUT/2026/00001 is done already
!   NEXT  shopctl delivery print OUT/2026/00001
!         shopctl orders show S00103

$ delivery list

  DELIVERY        DATE        KIND      STATE    ORDER   CUSTOMER          CARRIER  TRACKING
  ──────────────  ──────────  ────────  ───────  ──────  ────────────────  ───────  ────────
  OUT/2026/00002  2026-11-24  outgoing  waiting  S00103  Taller Peña S.L.  –        –
  OUT/2026/00001  2026-11-24  outgoing  done     S00103  Taller Peña S.L.  DHL      0034
!
!   Ship what waits:  shopctl delivery validate DELIVERY

$ delivery show OUT/2026/00002

  OUT/2026/00002  Taller Peña S.L.                                            outgoing · waiting
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Since     2026-11-24                        Customer  C00002
  Order     S00103                            Carrier   –
  Rest of   OUT/2026/00001                    Tracking  –
                                              Note      –

  #  PRODUCT            SKU      QTY  ORDER LINE
  ─  ─────────────────  ───────  ───  ──────────
  1  Ergo chair, black  CHR-ERG    1           1

  NEXT  shopctl delivery validate OUT/2026/00002  it has left
        shopctl orders show S00103                the whole order
        shopctl delivery print OUT/2026/00002     its slip as a PDF

$ delivery validate OUT/2026/00002 --line 1=1
✓ changed  OUT/2026/00002  Taller Peña S.L.
  shipping e-mail queued for jose@tallerpena.example
!   NEXT  shopctl delivery print OUT/2026/00002
!         shopctl orders show S00103
"""
    )


def test_what_stays_behind_is_closed_planned_anew_and_cancelled(terminal):
    assert (
        transcript(
            terminal,
            "delivery create S00105",
            "delivery create S00105",
            "delivery validate OUT/2026/00001 --line 1=4 --backorder no",
            "orders reopen S00105",
            "delivery cancel OUT/2026/00002",
            "delivery cancel OUT/2026/00002",
            "delivery edit OUT/2026/00001 --carrier UPS --tracking 1Z",
            "delivery edit OUT/2026/00001 --carrier UPS",
            "delivery list --wide",
        )
        == """\
$ delivery create S00105
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  delivery OUT/2026/00001 waits
!   NEXT  shopctl delivery list --order S00105

$ delivery create S00105
= unchanged  S00105  Taller Peña S.L.  9,225.91 EUR
  delivery OUT/2026/00001 waits
!   NEXT  shopctl delivery list --order S00105

$ delivery validate OUT/2026/00001 --line 1=4 --backorder no
✓ changed  OUT/2026/00001  Taller Peña S.L.
  nothing more comes of: 6 × Oak desk, 140 cm; 10 × Ergo chair, black; 6 × Book: Light at work
  take that back: shopctl orders reopen S00105
  shipping e-mail queued for jose@tallerpena.example
!   NEXT  shopctl delivery print OUT/2026/00001
!         shopctl orders show S00105

$ orders reopen S00105
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
!   NEXT  shopctl orders show S00105

$ delivery cancel OUT/2026/00002
✓ changed  OUT/2026/00002  Taller Peña S.L.
  still to ship: shopctl orders deliver S00105
!   NEXT  shopctl delivery show OUT/2026/00002
!         shopctl orders show S00105

$ delivery cancel OUT/2026/00002
= unchanged  OUT/2026/00002  Taller Peña S.L.
  delivery OUT/2026/00002 is cancelled already
!   NEXT  shopctl delivery show OUT/2026/00002
!         shopctl orders show S00105

$ delivery edit OUT/2026/00001 --carrier UPS --tracking 1Z
✓ changed  OUT/2026/00001  Taller Peña S.L.
!   NEXT  shopctl delivery show OUT/2026/00001
!         shopctl orders show S00105

$ delivery edit OUT/2026/00001 --carrier UPS
= unchanged  OUT/2026/00001  Taller Peña S.L.
  delivery OUT/2026/00001 says so already
!   NEXT  shopctl delivery show OUT/2026/00001
!         shopctl orders show S00105

$ delivery list --wide

  DELIVERY        DATE        KIND      STATE        ORDER   CUSTOMER        CARRIER  TRACKING  NOTE
  ──────────────  ──────────  ────────  ───────────  ──────  ──────────────  ───────  ────────  ────
  OUT/2026/00002  2026-11-24  outgoing  × cancelled  S00105  Taller Peña S…  –        –         –
  OUT/2026/00001  2026-11-24  outgoing  done         S00105  Taller Peña S…  UPS      1Z        –
!
!   Ship what waits:  shopctl delivery validate DELIVERY
!   Left out for width: ORIGIN, WRITTEN · all: --no-truncate or --format csv
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
        ("delivery validate OUT-9", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery validate OUT-9 OUT-8 --line 1=1 --yes", 2,
         "lines are numbered in each delivery, so name one [usage]"),
        ("delivery validate OUT-9 --backorder perhaps", 2,
         "invalid value for '--backorder': 'perhaps' is not one of 'yes', 'no' [usage]"),
        ("delivery cancel OUT-9", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery edit OUT-9 --carrier DHL", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery edit OUT-9", 2, "nothing to change was given [usage]"),
        ("delivery print OUT-9", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery print OUT-9 -o -", 3, "there is no delivery OUT-9 [delivery.unknown]"),
        ("delivery create S00103", 6,
         "order S00103 still waits for its payment, so it cannot be delivered [order.not_confirmed]"),
        ("delivery create S1", 3, "there is no order S1 [order.unknown]"),
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
    assert row["notes"] == [
        "delivery OUT/2026/00001", "shipping e-mail queued for jose@tallerpena.example",
    ]  # fmt: skip
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


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("delivery validate OUT/2026/00002 --line 1=99",
         "99 of line 1 of delivery OUT/2026/00002 are more than the 6 that wait [delivery.quantity]",
         "shopctl delivery validate OUT/2026/00002 --line 1=6"),
        ("delivery cancel OUT/2026/00001", "delivery OUT/2026/00001 is done, so it cannot be cancelled [delivery.done]",
         "shopctl delivery return OUT/2026/00001"),
        ("delivery return OUT/2026/00002",
         "delivery OUT/2026/00002 has not left yet, so nothing of it can come back [delivery.waiting]",
         "shopctl delivery cancel OUT/2026/00002"),
        ("delivery return OUT/2026/00001 --line 1=5",
         "5 of line 1 of delivery OUT/2026/00001 cannot come back, for 4 are left of it [delivery.quantity]",
         "shopctl delivery show OUT/2026/00001"),
    ],
)  # fmt: skip
def test_what_the_state_of_a_delivery_does_not_allow(stall, words, message, hint):
    assert stall("delivery", "create", "S00105", "-q").status == 0
    assert stall("delivery", "validate", "OUT/2026/00001", "--line", "1=4", "-q").status == 0
    before = dump()

    found = stall(*words.split())

    assert (found.status, found.out) == (6, "")
    assert found.err == f"error: {message}\nhint:  {hint}\n"
    assert dump() == before


def test_slips_are_printed_once(stall, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert stall("delivery", "create", "S00105", "-q").status == 0
    assert stall("delivery", "validate", "OUT/2026/00001", "--line", "1=4", "-q").status == 0

    one = stall("delivery", "print", "out-2026-00001", "--fields", "number,file")
    again = stall("delivery", "print", "OUT/2026/00001", "--fields", "number,file")
    many = stall("delivery", "print", "-", "-o", "slips", "-q", stdin="OUT/2026/00002\nOUT/9\n")

    assert one.out == "created\tout-2026-00001\tOUT/2026/00001\tOUT_2026_00001.pdf\n"
    assert again.out == "unchanged\tOUT/2026/00001\tOUT/2026/00001\tOUT_2026_00001.pdf\n"
    assert (many.status, many.out) == (8, "")
    assert "OUT/9  there is no delivery OUT/9" in many.err
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.pdf")) == [
        "OUT_2026_00001.pdf", "slips/OUT_2026_00002.pdf",
    ]  # fmt: skip
    assert (tmp_path / "OUT_2026_00001.pdf").read_bytes().startswith(b"%PDF-")


def test_slips_of_a_day_lie_in_one_file(stall, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert stall("delivery", "create", "S00105", "-q").status == 0
    assert stall("delivery", "validate", "OUT/2026/00001", "--line", "1=4", "-q").status == 0

    found = stall("delivery", "print", "OUT/2026/00001", "OUT/2026/00002", "--merge", "--fields", "number,file")

    assert (found.status, found.out) == (
        0,
        "created\tOUT/2026/00001\tOUT/2026/00001\tdelivery.pdf\n"
        "created\tOUT/2026/00002\tOUT/2026/00002\tdelivery.pdf\n",
    )
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.pdf")] == ["delivery.pdf"]


def test_many_deliveries_leave_from_a_pipe(stall):
    assert stall("orders", "confirm", "S00103", "S00104", "--yes", "-q").status == 0
    numbers = stall("delivery", "list", "--format", "ids").out

    run = stall("delivery", "validate", "-", "--carrier", "DHL", "--yes", "--format", "jsonl", stdin=numbers)

    rows = [json.loads(text) for text in run.out.splitlines()]
    assert numbers == "OUT/2026/00002\nOUT/2026/00001\n"
    assert [(row["number"], row["result"], row["state"], row["carrier"], row["origin"]) for row in rows] == [
        ("OUT/2026/00002", "changed", "done", "DHL", None),
        ("OUT/2026/00001", "changed", "done", "DHL", None),
    ]


def test_an_empty_list_can_be_an_answer(stall):
    assert stall("delivery", "list", "--fail-on-empty") == (9, "", "")
    assert stall("deliveries", "list", "--format", "count") == (0, "0\n", "")
