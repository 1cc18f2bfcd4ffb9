"""What a write tells about each item, in every format."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ExitStatus, NotFoundError, RefusedError, ShopError, UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.screen import Output, OutputOptions
from tests.output.sample import MakeScreen, Screen


@dataclass(frozen=True)
class Invoice:
    number: str | None
    address: str
    customer: dict[str, str]
    amount_total: Decimal
    currency: str = "EUR"
    reference: str = "TX1"


COLUMNS = (
    Column("number", "INVOICE", Kind.CODE, "Number"),
    Column("address", "ADDRESS", Kind.CODE, "Address", shown="machine"),
    Column("customer", "CUSTOMER", Kind.OBJECT, "Customer", shown="machine", plain=False),
    Column("amount_total", "TOTAL", Kind.MONEY, "Total"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency", shown="machine"),
)

CREATED = Done(
    "S00433",
    Change.CREATED,
    Invoice(None, "DRAFT/00001", {"name": "Azure Interior"}, Decimal("410.2100")),
    ("less 702.00 advance",),
)
UNCHANGED = Done("S00426", Change.UNCHANGED, Invoice("INV/2026/00040", "INV/2026/00040", {}, Decimal("512.00")))
REFUSED = Failed(
    "S00421",
    RefusedError(
        "invoice.nothing_left", "order S00421 is fully invoiced", hint="shopctl orders show S00421", left="0.00"
    ),
)
UNKNOWN = Failed("S9", NotFoundError("order.unknown", "no order S9"))
NEXT = ["shopctl invoice confirm DRAFT/00001"]


def run(shown: Screen, *outcomes: Outcome[Any], dry_run: bool = False, failures_to: str = "") -> ExitStatus:
    return shown.output.outcomes(
        "invoice.create",
        COLUMNS,
        iter(outcomes),
        verb="create",
        dry_run=dry_run,
        next_commands=NEXT,
        failures_to=failures_to,
    )


def test_one_item_is_a_receipt_with_the_next_command(screen: MakeScreen) -> None:
    shown = screen(columns=100)

    assert run(shown, CREATED) is ExitStatus.OK

    assert shown.out == "✓ created  DRAFT/00001  S00433  Azure Interior  410.21 EUR\n  less 702.00 advance\n"
    assert shown.err == "  NEXT  shopctl invoice confirm DRAFT/00001\n"


def test_what_is_already_so_is_told_and_fine(screen: MakeScreen) -> None:
    shown = screen(columns=100)

    assert run(shown, UNCHANGED) is ExitStatus.OK

    assert shown.out == "= unchanged  INV/2026/00040  S00426  512.00 EUR\n"


@pytest.mark.parametrize("form", ["table", "plain", "csv", "ids"])
def test_the_failure_of_one_item_is_an_error_with_its_own_status(screen: MakeScreen, form: str) -> None:
    shown = screen(format=form)

    assert run(shown, REFUSED) is ExitStatus.REJECTED

    assert shown.out == ""
    assert shown.err == (
        "error: order S00421 is fully invoiced [invoice.nothing_left]\nhint:  shopctl orders show S00421\n"
    )


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_the_failure_of_one_item_is_one_line_for_scripts(screen: MakeScreen, form: str) -> None:
    shown = screen(format=form)

    assert run(shown, REFUSED) is ExitStatus.REJECTED

    assert shown.out == ""
    assert shown.err == (
        '{"error":{"code":"invoice.nothing_left","message":"order S00421 is fully invoiced",'
        '"hint":"shopctl orders show S00421","exit_code":6,"retryable":false,"details":{"left":"0.00"}}}\n'
    )


def test_a_batch_is_a_table_and_failures_are_grouped(screen: MakeScreen) -> None:
    shown = screen(columns=100)

    assert run(shown, CREATED, UNCHANGED, REFUSED, UNKNOWN) is ExitStatus.PARTIAL

    assert shown.out == (
        "\n"
        "  REFERENCE  RESULT       INVOICE         TOTAL EUR  DETAIL\n"
        "  ─────────  ───────────  ──────────────  ─────────  ──────────────────────────────\n"
        "  S00433     ✓ created    DRAFT/00001        410.21  less 702.00 advance\n"
        "  S00426     = unchanged  INV/2026/00040     512.00\n"
        "  S00421     ! failed                                order S00421 is fully invoiced\n"
        "  S9         ! failed                                no order S9\n"
    )
    assert shown.err == (
        "error: 1 item failed [invoice.nothing_left]\n"
        "       S00421  order S00421 is fully invoiced\n"
        "hint:  shopctl orders show S00421\n"
        "error: 1 item failed [order.unknown]\n"
        "       S9  no order S9\n"
        "\n"
        "  1 created   410.21 EUR       1 unchanged       2 failed       0 skipped\n"
        "  NEXT  shopctl invoice confirm DRAFT/00001\n"
    )


def test_a_long_batch_is_folded(screen: MakeScreen) -> None:
    shown = screen(columns=100)
    done = [replace(CREATED, reference=f"S{number:05}", notes=()) for number in range(68)]

    assert run(shown, *done) is ExitStatus.OK

    lines = shown.out.splitlines()
    assert len(lines) == 1 + 2 + 50 + 1
    assert lines[-1] == "  …          ✓ 18 more                7,383.78"
    assert "68 created   27,894.28 EUR" in shown.err


def test_a_hundred_failures_of_a_kind_are_told_ten_times(screen: MakeScreen) -> None:
    shown = screen(format="ids")

    assert run(shown, *[replace(UNKNOWN, reference=f"S{number}") for number in range(100)]) is ExitStatus.PARTIAL

    assert shown.err.splitlines()[0] == "error: 100 items failed [order.unknown]"
    assert shown.err.splitlines()[-1] == "       … 90 more"


def test_jsonl_is_one_object_an_item(screen: MakeScreen) -> None:
    shown = screen(format="jsonl")

    assert run(shown, CREATED, REFUSED) is ExitStatus.PARTIAL

    assert shown.out == (
        '{"result": "created", "reference": "S00433", "number": null, "address": "DRAFT/00001", '
        '"customer": {"name": "Azure Interior"}, "amount_total": "410.21", "currency": "EUR", "notes": ["less 702.00 advance"]}\n'
        '{"result": "failed", "reference": "S00421", "error": {"code": "invoice.nothing_left", '
        '"message": "order S00421 is fully invoiced", "hint": "shopctl orders show S00421"}}\n'
    )
    error = json.loads(shown.err)["error"]
    assert (error["code"], error["exit_code"], error["message"]) == ("batch.partial", 8, "1 of 2 failed")


def test_json_is_one_document(screen: MakeScreen) -> None:
    shown = screen(format="json")

    assert run(shown, REFUSED, UNCHANGED) is ExitStatus.PARTIAL

    document = json.loads(shown.out)
    assert document["schema"] == "shopctl.invoice.create/1"
    assert [item["result"] for item in document["data"]] == ["failed", "unchanged"]
    assert document["summary"] == {"created": 0, "changed": 0, "unchanged": 1, "failed": 1, "skipped": 0}


def test_csv_plain_and_ids(screen: MakeScreen) -> None:
    printed = {}
    for form in ("csv", "plain", "ids"):
        shown = screen(format=form)
        assert run(shown, CREATED, UNCHANGED, REFUSED) is ExitStatus.PARTIAL
        printed[form] = shown.out

    assert printed == {
        "csv": (
            "result,reference,number,address,amount_total,currency\n"
            "created,S00433,,DRAFT/00001,410.21,EUR\n"
            "unchanged,S00426,INV/2026/00040,INV/2026/00040,512.00,EUR\n"
            "failed,S00421,,,,\n"
        ),
        "plain": (
            "created\tS00433\t\tDRAFT/00001\t410.21\tEUR\n"
            "unchanged\tS00426\tINV/2026/00040\tINV/2026/00040\t512.00\tEUR\n"
            "failed\tS00421\t\t\t\t\n"
        ),
        "ids": "DRAFT/00001\nINV/2026/00040\n",
    }


def test_remarks_for_people_go_to_stderr_where_the_format_has_no_place(screen: MakeScreen) -> None:
    shown = screen(format="ids")

    run(shown, CREATED)

    assert shown.err == "S00433: less 702.00 advance\n"


def test_a_field_called_reference_is_not_confused_with_the_item(screen: MakeScreen) -> None:
    columns = [COLUMNS[0], Column("reference", "REFERENCE", Kind.TEXT, "Of the bank")]
    shown = screen(format="jsonl")

    shown.output.outcomes("payment.register", columns, [UNCHANGED], verb="register", dry_run=False)

    assert json.loads(shown.out) == {
        "result": "unchanged",
        "reference": "S00426",
        "number": "INV/2026/00040",
        "own_reference": "TX1",
    }


def test_items_given_up_because_of_a_neighbour_are_skipped(screen: MakeScreen) -> None:
    given_up = Failed("S1", RefusedError("operation.skipped", "not done because S2 failed"))
    shown = screen(format="json")

    assert run(shown, given_up, UNKNOWN) is ExitStatus.PARTIAL

    assert json.loads(shown.out)["summary"] == {"created": 0, "changed": 0, "unchanged": 0, "failed": 1, "skipped": 1}


def test_a_dry_run_says_so_first_and_last(screen: MakeScreen) -> None:
    would = [replace(CREATED, change=Change.WOULD_CREATE), replace(CREATED, reference="S2", change=Change.WOULD_CREATE)]
    shown = screen(columns=100)

    assert run(shown, *would, dry_run=True) is ExitStatus.OK

    assert "  S00433     ○ would create  DRAFT/00001     410.21  less 702.00 advance\n" in shown.out
    assert shown.err == (
        "DRY RUN · nothing is written\n  Would create 2 · 820.42 EUR. Run again without --dry-run to do it.\n"
    )


@pytest.mark.parametrize(
    ("form", "out", "err"),
    [
        ("table", "", "Nothing to do.\n"),
        ("ids", "", ""),
        ("jsonl", "", ""),
        ("csv", "result,reference,number,address,amount_total,currency\n", ""),
    ],
)
def test_nothing_to_do_is_fine(screen: MakeScreen, form: str, out: str, err: str) -> None:
    shown = screen(format=form)

    assert run(shown) is ExitStatus.OK

    assert (shown.out, shown.err) == (out, err)


def test_quiet_is_silent_unless_something_is_wrong(screen: MakeScreen) -> None:
    for columns in (0, 100):
        good, bad = screen(columns=columns, quiet=True), screen(columns=columns, quiet=True)

        assert run(good, CREATED, UNCHANGED) is ExitStatus.OK
        assert run(bad, CREATED, UNKNOWN) is ExitStatus.PARTIAL

        assert (good.out, good.err) == ("", "")
        assert (bad.out, bad.err) == ("", "error: 1 item failed [order.unknown]\n       S9  no order S9\n")


def test_failed_references_are_saved(screen: MakeScreen, tmp_path: Path) -> None:
    target = tmp_path / "again.failed"
    shown = screen(columns=100)

    run(shown, CREATED, REFUSED, UNKNOWN, failures_to=str(target))

    assert target.read_text() == "S00421\nS9\n"
    assert f"Failed items are in {target}" in shown.err


def test_an_existing_failures_file_is_refused_before_anything_is_done(screen: MakeScreen, tmp_path: Path) -> None:
    target = tmp_path / "again.failed"
    target.write_text("mine")

    def never() -> Iterator[Outcome[Any]]:
        raise AssertionError
        yield

    with pytest.raises(UsageError, match="exists already"):
        screen().output.outcomes("x", COLUMNS, never(), verb="create", dry_run=False, failures_to=str(target))

    assert target.read_text() == "mine"


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), ShopError("db.full", "no space left")])
def test_what_is_done_is_told_when_stopped_halfway(screen: MakeScreen, stop: BaseException) -> None:
    def halfway() -> Iterator[Outcome[Any]]:
        yield CREATED
        yield UNCHANGED
        raise stop

    for form, seen in (("json", '"summary": {"created": 1,'), ("table", "✓ created"), ("ids", "DRAFT/00001")):
        shown = screen(format=form)
        with pytest.raises(type(stop)):
            shown.output.outcomes("invoice.create", COLUMNS, halfway(), verb="create", dry_run=False)
        assert seen in shown.out


def test_a_refusal_before_the_first_item_prints_no_document(screen: MakeScreen) -> None:
    def refused() -> Iterator[Outcome[Any]]:
        raise NotFoundError("order.unknown", "no order S9")
        yield

    shown = screen(format="json")
    with pytest.raises(NotFoundError):
        shown.output.outcomes("invoice.create", COLUMNS, refused(), verb="create", dry_run=False)

    assert (shown.out, shown.err) == ("", "")


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "plain", "ids"])
def test_no_item_is_asked_for_after_the_reader_has_gone(form: str) -> None:
    asked = []

    def items() -> Iterator[Outcome[Any]]:
        for number in range(10):
            asked.append(number)
            yield UNCHANGED

    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        output = Output(OutputOptions(format=form), stdin=None, stdout=stdout, stderr=None, environ={})
        with pytest.raises(BrokenPipeError):
            output.outcomes("invoice.create", COLUMNS, items(), verb="create", dry_run=False)

    assert asked == [0]


def test_each_line_is_out_before_the_next_item_is_asked_for(screen: MakeScreen) -> None:
    shown = screen(format="jsonl")
    seen = []

    def items() -> Iterator[Outcome[Any]]:
        for _ in range(3):
            seen.append(shown.out.count("\n"))
            yield UNCHANGED

    shown.output.outcomes("invoice.create", COLUMNS, items(), verb="create", dry_run=False)

    assert seen == [0, 1, 2]


def test_hostile_references_and_messages_are_made_safe(screen: MakeScreen) -> None:
    evil = "S1\x1b[2J\r\n\u202e"
    failed = Failed(evil, NotFoundError("order.unknown", f"no order {evil}", hint=evil))
    for options in ({"columns": 100}, {"format": "plain"}, {"format": "ids"}, {"format": "jsonl"}):
        shown = screen(**options)
        run(shown, replace(CREATED, reference=evil, notes=(evil,)), failed, failed)
        assert not set(shown.out + shown.err) & {"\x1b", "\r", "\u202e"}
