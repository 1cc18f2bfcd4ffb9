"""`import data` and `import shopify`."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES
from tests.support.transcript import transcript

SHOPIFY = EXAMPLES / "shopify_orders.csv"


def answer(run):
    return json.loads(run.out)["data"]


def test_the_made_up_shop_is_there_already(stocked):
    before = dump()

    found = stocked("import", "data", EXAMPLES / "shop.jsonl", "--json")

    data = answer(found)
    assert (found.status, found.err) == (0, "")
    assert (data["created"], data["changed"], data["unchanged"], data["failed"]) == (0, 0, 24, 0)
    assert data["kinds"]["order"] == {"unchanged": 6}
    after = dump()
    assert {name: rows for name, rows in after.items() if name != "operations"} == {
        name: rows for name, rows in before.items() if name != "operations"
    }


def test_an_export_of_shopify_on_a_terminal(stocked, monkeypatch):
    monkeypatch.chdir(EXAMPLES)
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})

    assert (
        transcript(stocked, "import shopify shopify_orders.csv", "import shopify shopify_orders.csv -q")
        == """\
$ import shopify shopify_orders.csv

  shopify_orders.csv
  ──────────────────────────────────────────────────────────────────────────────────────────────

  KIND   CREATED  CHANGED  UNCHANGED
  ─────  ───────  ───────  ─────────
  tax          1        0          0
  order        4        0          0

  WHAT THE FILE SAYS
  Orders            4
  Lines             5
  Currencies        4 EUR
  Total             229.50
  Taxes             33.76
  Shipping          18.00
  Discount          7.50
  Refunded          0
  Outstanding       78.00
  Financial status  3 paid, 1 pending
  Fulfilment        2 fulfilled, 2 unfulfilled
  Cancelled         0
  E-mail addresses  4

  DIFFERS FROM ITS SOURCE  kept as it is, never mended
  2004: the status is paid, but the outstanding balance is the whole total 24.00: no payment
  imported

  NEXT  shopctl orders list --differs           all that contradict their source
        shopctl orders list --unpaid            who still has to pay
        shopctl invoice create --all --confirm  bill what can be billed

$ import shopify shopify_orders.csv -q
"""
    )


def test_every_record_is_acknowledged_for_scripts(stocked):
    found = stocked("import", "shopify", SHOPIFY, "--format", "jsonl", "--fields", "kind,number,amount_total")

    assert found.status == 0
    assert [json.loads(line)["number"] for line in found.out.splitlines()][1:] == ["2001", "2002", "2003", "2004"]
    assert json.loads(found.out.splitlines()[1]) == {
        "result": "created",
        "reference": "2001",
        "kind": "order",
        "number": "2001",
        "amount_total": "84.00",
    }


def test_paid_orders_bring_their_payment_and_pending_ones_wait(stocked):
    assert stocked("import", "shopify", SHOPIFY, "-q") == (0, "", "")

    words = ("orders", "list", "--state", "all", "--since", "2026-11-10", "--until", "2026-11-13")
    found = stocked(*words, "--fields", "number,state,payment_status,amount_due")

    assert found.out == (
        "2004\tconfirmed\tnot_paid\t24.00\n"
        "2003\tconfirmed\tpaid\t0.00\n"
        "2002\tsent\tpending\t54.00\n"
        "2001\tconfirmed\tpaid\t0.00\n"
    )


def test_a_dry_run_answers_the_same_and_keeps_nothing(stocked):
    before = dump()

    rehearsed = stocked("import", "shopify", SHOPIFY, "--dry-run", "--json")
    assert dump() == before
    done = stocked("import", "shopify", SHOPIFY, "--json")

    assert rehearsed == done


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_files_as_spreadsheets_and_shells_write_them(stall, tmp_path, encoding, ending):
    text = SHOPIFY.read_text().replace("\n", ending)
    (tmp_path / "orders.csv").write_bytes(text.encode(encoding))

    found = answer(stall("import", "shopify", tmp_path / "orders.csv", "--json"))

    assert (found["created"], found["failed"], found["control"]["total"]) == (5, 0, "229.50")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--as", "customers"), "has no column First Name, Last Name [file.format]"),
        (("--as", "nonsense"), "'nonsense' is not one of 'orders', 'carts', 'customers', 'auto' [usage]"),
    ],
)
def test_the_wrong_kind_of_file(stall, words, message):
    before = dump()

    found = stall("import", "shopify", SHOPIFY, *words)

    assert (found.status, found.out) == (2, "")
    assert message in found.err
    assert dump() == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("84.00", "1e1000000", "line 2: Total: '1e1000000' is not an amount"),
        ("84.00", "NaN", "line 2: Total: 'NaN' is not an amount"),
        ("12.45,84.00", '12.45,"1,5"', "line 2: Total: '1,5' is not an amount"),
        ("2026-11-10 10:12:00 +0100,2", "yesterday,2", "line 2: Created at: 'yesterday' is not a date, time and zone"),
        (",EUR,78.00", ",EURO,78.00", "line 2: Currency: 'EURO' is not a currency code"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_alone(stall, tmp_path, old, new, message):
    (tmp_path / "orders.csv").write_text(SHOPIFY.read_text().replace(old, new, 1))

    found = stall("import", "shopify", tmp_path / "orders.csv", "--json")

    assert (found.status, answer(found)["kinds"]["order"]) == (8, {"created": 3})
    assert [failure["message"] for failure in answer(found)["failures"]] == [message]
    assert stall("db", "check", "-q") == (0, "", "")


def test_a_truncated_file_keeps_the_complete_orders(stall, tmp_path):
    text = SHOPIFY.read_text()
    (tmp_path / "orders.csv").write_text(text[: text.index("#2004") + 100])

    found = stall("import", "shopify", tmp_path / "orders.csv", "--json")

    assert (found.status, answer(found)["kinds"]["order"]) == (8, {"created": 3})
    assert answer(found)["failures"][0]["hint"] == "is the file complete?"


def test_an_order_twice_in_one_file(stall, tmp_path):
    text = SHOPIFY.read_text()
    (tmp_path / "orders.csv").write_text(text + text.split("\n", 1)[1])

    found = stall("import", "shopify", tmp_path / "orders.csv", "--json")

    assert (found.status, answer(found)["kinds"]["order"]) == (8, {"created": 4})
    assert answer(found)["failures"][0]["message"] == "line 8: Name: order #2001 is in the file twice"


def test_a_billed_order_is_not_changed_behind_its_invoice(stall):
    lines = (EXAMPLES / "shop.jsonl").read_text().splitlines()
    [order] = [line for line in lines if '"S00101"' in line]
    assert stall("invoice", "create", "S00101", "--confirm", "-q").status == 0
    before = dump()["order_lines"]

    found = stall("import", "data", "-", "--json", stdin=order.replace('"499.00"', '"498.00"'))

    assert (found.status, found.out != "") == (6, True)
    assert json.loads(found.err)["error"]["code"] == "import.immutable"
    assert dump()["order_lines"] == before


def test_every_order_that_differs_is_counted_though_few_are_named(stall, tmp_path):
    head, *rows = SHOPIFY.read_text(encoding="utf-8").splitlines(keepends=True)
    (row,) = [row for row in rows if row.startswith("#2004")]
    copies = "".join(
        row.replace("2004", str(number)).replace("5550004", f"555{number}") for number in range(3001, 3026)
    )
    (tmp_path / "orders.csv").write_text(head + copies, encoding="utf-8")

    told = stall("import", "shopify", tmp_path / "orders.csv", "--dry-run")
    data = answer(stall("import", "shopify", tmp_path / "orders.csv", "--json"))

    assert "  … and 17 more\n" in told.out
    assert (data["different"], len(data["differing"])) == (25, 20)


def test_an_answer_that_cannot_be_written_is_refused_before_anything_is_stored(stall, tmp_path):
    (tmp_path / "answer.json").write_text("mine", encoding="utf-8")
    before = dump()

    found = stall("import", "shopify", SHOPIFY, "-o", tmp_path / "answer.json", "--json")

    assert (found.status, json.loads(found.err)["error"]["code"]) == (2, "file.exists")
    assert dump() == before
    assert (tmp_path / "answer.json").read_text(encoding="utf-8") == "mine"


def test_an_idempotency_key_of_an_import(stall):
    words = ("import", "shopify", SHOPIFY, "--idempotency-key", "night", "--format", "jsonl")

    first, second = stall(*words), stall(*words)

    assert {json.loads(line)["result"] for line in first.out.splitlines()} == {"created"}
    assert (second.status, {json.loads(line)["result"] for line in second.out.splitlines()}) == (0, {"replayed"})
