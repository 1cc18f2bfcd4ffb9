"""Streams, colour, messages, questions and files."""

from __future__ import annotations

import json
import os
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from shopctl.errors import BusyError, ExitStatus, RefusedError, ShopError, TemporaryError, UnconfirmedError, UsageError
from shopctl.output.screen import Output, OutputOptions
from shopctl.output.style import role_of, use_color
from tests.output.sample import COLUMNS, ORDERS, MakeScreen


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "coloured"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_flag_beats_no_color_beats_force_color_beats_terminal(
    choice: str, environ: dict[str, str], terminal: bool, coloured: bool
) -> None:
    assert use_color(choice, environ, terminal=terminal) is coloured


@pytest.mark.parametrize(
    ("status", "role"),
    [("paid", "green"), ("not paid", "yellow"), ("○ waits for wire", "yellow"), ("! failed", "red"), ("none", "")],
)
def test_colours_of_statuses(status: str, role: str) -> None:
    assert role_of(status) == role


@pytest.mark.parametrize(
    ("options", "columns", "form"),
    [
        ({}, 0, "plain"),
        ({}, 80, "table"),
        ({"format": "csv"}, 80, "csv"),
        ({"output": "orders.csv"}, 80, "csv"),
        ({"output": "orders.JSONL"}, 0, "jsonl"),
        ({"output": "orders.txt"}, 0, "table"),
        ({"output": "orders.dat"}, 80, "plain"),
        ({"output": "-"}, 80, "table"),
        ({"output": "orders.csv", "format": "json"}, 0, "json"),
    ],
)
def test_the_format_is_asked_for_or_follows_from_where_it_goes(
    screen: MakeScreen, options: dict[str, str], columns: int, form: str
) -> None:
    output = screen(columns=columns, **options).output

    assert output.format == form


def test_width_comes_from_the_user_or_is_100(screen: MakeScreen) -> None:
    assert screen().output.width == 100
    assert screen(columns=42).output.width == 42
    assert screen(environ={"COLUMNS": "77"}).output.width == 77
    assert screen(environ={"COLUMNS": "wide"}).output.width == 100


def test_an_error_for_people_says_what_why_and_what_to_do(screen: MakeScreen) -> None:
    shown = screen(format="table")

    shown.output.error(
        RefusedError(
            "payment.ambiguous",
            "two credits fit INV/2026/00031",
            hint="name one    shopctl payment allocate INV/2026/00031 --credit PAY/2026/0057\nor all      --all",
            why="410.21 EUR is due.",
            candidates=["PAY/2026/0057", "RINV/2026/0004"],
            residual=Decimal("410.21"),
        )
    )

    assert shown.out == ""
    assert shown.err == (
        "error: two credits fit INV/2026/00031 [payment.ambiguous]\n"
        "       410.21 EUR is due.\n"
        "       PAY/2026/0057\n"
        "       RINV/2026/0004\n"
        "hint:  name one    shopctl payment allocate INV/2026/00031 --credit PAY/2026/0057\n"
        "       or all      --all\n"
    )


def test_an_error_for_scripts_is_one_line(screen: MakeScreen) -> None:
    shown = screen(format="json")

    shown.output.error(TemporaryError("db.busy", "the database is busy\x1b", hint="try later", waited=Decimal("1.50")))

    assert shown.out == ""
    assert shown.err == (
        '{"error":{"code":"db.busy","message":"the database is busy\\u001b","hint":"try later","exit_code":75,'
        '"retryable":true,"details":{"waited":"1.50"}}}\n'
    )


@pytest.mark.parametrize(
    ("quiet", "told"),
    [(True, ""), (False, "error: another run of email send is at work [email.busy]\n")],
)
def test_that_another_run_does_the_job_is_no_news_for_cron(screen: MakeScreen, quiet: bool, told: str) -> None:
    shown = screen(quiet=quiet)

    shown.output.error(BusyError("email.busy", "another run of email send is at work"))

    assert shown.err == told


def test_an_error_is_printed_even_when_the_format_is_wrong(screen: MakeScreen) -> None:
    shown = screen(format="xml")

    shown.output.error(UsageError("usage", "no format 'xml'"))

    assert shown.err == "error: no format 'xml' [usage]\n"


def test_details_are_shown_when_verbose(screen: MakeScreen) -> None:
    shown = screen(verbose=1)

    shown.output.error(UsageError("usage", "no", left=Decimal("1.50"), tried=3))

    assert shown.err == "error: no [usage]\n       left: 1.50\n       tried: 3\n"


def test_messages_and_quiet(screen: MakeScreen) -> None:
    loud, quiet = screen(verbose=1), screen(quiet=True)
    for shown in (loud, quiet):
        shown.output.note("noted\x1b[1m")
        shown.output.hint("try")
        shown.output.verbose(1, "opened")
        shown.output.verbose(2, "select")

    assert loud.err == "noted\\x1b[1m\nhint:  try\nopened\n"
    assert quiet.err == ""
    assert loud.out == ""


@pytest.mark.parametrize("answer", ["y\n", "Y\n", "yes\n"])
def test_yes_goes_ahead(screen: MakeScreen, answer: str) -> None:
    shown = screen(answers=answer)

    shown.output.ask("Cancel S00430?", danger=["  This will", "    cancel \x1b[31mit"])

    assert shown.out == ""
    assert shown.err == "  This will\n    cancel \\x1b[31mit\nCancel S00430? [y/N] "


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "yep\n"])
def test_anything_else_is_no(screen: MakeScreen, answer: str) -> None:
    with pytest.raises(UnconfirmedError) as refusal:
        screen(answers=answer).output.ask("Cancel S00430?")

    assert (refusal.value.code, refusal.value.status) == ("confirm.declined", ExitStatus.UNCONFIRMED)


def test_consent_is_never_read_from_a_pipe(screen: MakeScreen) -> None:
    for shown in (screen(columns=100), screen(answers="y\n", no_input=True)):
        with pytest.raises(UnconfirmedError) as refusal:
            shown.output.ask("Cancel S00430?")
        assert refusal.value.code == "confirm.required"
        assert refusal.value.hint == "add --yes to go ahead, or --dry-run to see what would happen"
        assert shown.err == ""


def test_yes_and_dry_run_are_not_asked(screen: MakeScreen) -> None:
    for options in ({"yes": True}, {"dry_run": True}):
        shown = screen(**options)
        shown.output.ask("Cancel S00430?")
        assert shown.err == ""


def test_a_word_is_typed_before_what_cannot_be_undone(screen: MakeScreen) -> None:
    shown = screen(answers=" C00014 \n", yes=True)

    shown.output.ask_for("C00014", "", "Type C00014 to erase \x1b[31mit:")

    assert (shown.out, shown.err) == ("", "Type C00014 to erase \\x1b[31mit: ")


@pytest.mark.parametrize("answer", ["", "\n", "y\n", "c00014\n", "C0001\n"])
def test_another_word_is_no(screen: MakeScreen, answer: str) -> None:
    for answers, given in ((answer, ""), ("C00014\n", answer.strip() or "x")):
        with pytest.raises(UnconfirmedError) as refusal:
            screen(answers=answers).output.ask_for("C00014", given, "Type C00014:")
        assert refusal.value.code == "confirm.declined"


def test_a_word_is_never_read_from_a_pipe_and_yes_is_not_enough(screen: MakeScreen) -> None:
    for shown in (screen(yes=True), screen(answers="C00014\n", no_input=True)):
        with pytest.raises(UnconfirmedError) as refusal:
            shown.output.ask_for("C00014", "", "Type C00014:")
        assert refusal.value.code == "confirm.required"
        assert refusal.value.hint == "add --confirm C00014 to go ahead, or --dry-run to see what would happen"


def test_a_word_that_is_given_or_a_dry_run_is_not_asked(screen: MakeScreen) -> None:
    for shown, given in ((screen(), "C00014"), (screen(dry_run=True), "")):
        shown.output.ask_for("C00014", given, "Type C00014:")
        assert shown.err == ""


def test_a_password_needs_a_terminal(screen: MakeScreen) -> None:
    with pytest.raises(UsageError) as refusal:
        screen().output.password("Password for anna:")

    assert "--password-stdin" in refusal.value.hint


def test_a_list_goes_to_a_file_that_only_its_owner_reads(screen: MakeScreen, tmp_path: Path) -> None:
    target = tmp_path / "orders.csv"
    shown = screen(columns=100, output=str(target), fields="number")

    shown.output.list("orders.list", COLUMNS, ORDERS)

    assert target.read_bytes() == b"number\nS00431\nS00429\nS00425\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["orders.csv"]
    assert shown.out == ""


def test_an_existing_file_is_kept_unless_overwriting_was_asked_for(screen: MakeScreen, tmp_path: Path) -> None:
    target = tmp_path / "orders.csv"
    target.write_text("mine")
    refused, forced = screen(output=str(target)), screen(output=str(target), overwrite=True, fields="number")

    for refuse in (refused.output.require_target, lambda: refused.output.list("x", COLUMNS, ORDERS)):
        with pytest.raises(UsageError) as refusal:
            refuse()
        assert refusal.value.code == "file.exists"
    assert target.read_text() == "mine"

    forced.output.list("x", COLUMNS, ORDERS[:1])
    assert target.read_text() == "number\nS00431\n"


def test_a_failure_leaves_no_file(screen: MakeScreen, tmp_path: Path) -> None:
    shown = screen(output=str(tmp_path / "orders.csv"))

    with pytest.raises(AttributeError):
        shown.output.list("x", COLUMNS, [ORDERS[0], "not an order"])

    assert os.listdir(tmp_path) == []


def test_a_link_is_replaced_and_not_followed(screen: MakeScreen, tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "out.pdf"
    victim.write_text("precious")
    link.symlink_to(victim)

    with pytest.raises(UsageError):
        screen().output.write_file(link, b"%PDF")
    screen(overwrite=True).output.write_file(link, b"%PDF")

    assert victim.read_text() == "precious"
    assert not link.is_symlink()
    assert link.read_bytes() == b"%PDF"


def test_a_target_that_cannot_be_written_is_refused(screen: MakeScreen, tmp_path: Path) -> None:
    output = screen(overwrite=True).output
    for target in (tmp_path, tmp_path / "missing" / "x.pdf", Path(os.devnull)):
        with pytest.raises(ShopError) as refusal:
            output.write_file(target, b"")
        assert refusal.value.code == "file.unwritable"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_told(screen: MakeScreen) -> None:
    with open("/dev/full", "w") as full:
        output = Output(OutputOptions(format="csv"), stdin=None, stdout=full, stderr=None, environ={})
        with pytest.raises(ShopError) as refusal:
            output.list("x", COLUMNS, ORDERS)

    assert refusal.value.code == "output.closed"
    assert "no space left" in refusal.value.message


def test_closed_streams(screen: MakeScreen) -> None:
    output = Output(OutputOptions(), stdin=None, stdout=None, stderr=None, environ={})

    output.note("nobody hears")
    output.close()
    with pytest.raises(ShopError, match="cannot be written"):
        output.raw("text")
    assert not output.interactive


def test_raw_text_and_safe_text(screen: MakeScreen) -> None:
    shown = screen()

    shown.output.raw("complete -F _shopctl\x1b\n")
    shown.output.text("a\x1bb", "c")

    assert shown.out == "complete -F _shopctl\x1b\na\\x1bb\nc\n"


def test_odd_details_never_hide_an_error(screen: MakeScreen) -> None:
    shown = screen(format="json")

    shown.output.error(UsageError("usage", "no", path=Path("/x"), many=(1, None), deep={"a": Decimal(1)}))

    assert json.loads(shown.err)["error"]["details"] == {"path": "/x", "many": [1, None], "deep": {"a": "1"}}
