"""The command-line framework, tried on a small noun that exists only here."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import types
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest

from shopctl import commands
from shopctl.cli import main
from shopctl.commands import crash, framework, global_options, inputs, topics
from shopctl.commands import help as pages
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import (
    Amount,
    Batch,
    Count,
    DateOption,
    Limit,
    Orders,
    Percent,
    References,
    argument,
    option,
)
from shopctl.errors import CODES, ExitStatus, RefusedError

app = noun("probes", "Things that are probed")
seen: dict[str, object] = {}


class Kind(StrEnum):
    REGULAR = "regular"
    DOWN_PAYMENT = "down-payment"


@app.command("list", examples=[("shopctl probes list --unpaid", "who has not paid")], aliases=["ls"])
def list_(
    call: Call,
    unpaid: Annotated[bool, option(help="Waiting for money")] = False,
    mailed: Annotated[bool | None, option("--mailed/--not-mailed", help="Already reminded, or not")] = None,
    since: DateOption = None,
    limit: Limit = None,
    tags: Annotated[list[str] | None, option("--tag", help="Carry this tag")] = None,
) -> None:
    """List the probes. Newest first.

    This paragraph is not shown.
    """
    seen.update(call=call, unpaid=unpaid, mailed=mailed, since=since, limit=limit, tags=tags, options=call.options)


@app.command(
    "create",
    examples=[
        ("shopctl probes create S00433", "what the policy allows to bill"),
        ("shopctl orders list --to-invoice --format ids | shopctl probes create - --confirm --yes", ""),
        ("shopctl probes create S00433 --type down-payment --percent 30", "30 % of the order, as a down payment"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 not allowed · 8 some failed",
    writes=True,
)
def create(
    call: Call,
    orders: Orders,
    kind: Annotated[Kind, option("--type", help="What to make", panel="What to bill")] = Kind.REGULAR,
    percent: Annotated[Percent, option(help="Share of the order", panel="What to bill")] = None,
    amount: Annotated[Amount, option(help="Size of the down payment, tax included", panel="What to bill")] = None,
    confirm: Annotated[bool, option(help="Post the draft (gives it its number)", panel="Then")] = False,
    *,
    batch: Batch,
) -> ExitStatus | None:
    """Make draft invoices for confirmed orders. One draft per order; nothing is sent."""
    seen.update(kind=kind, percent=percent, amount=amount, confirm=confirm, options=call.options)
    seen.update(orders=call.references(orders, batch.from_file))
    return ExitStatus.PARTIAL if batch.fail_fast else None


@app.command("fail", examples=[("shopctl probes fail", "")])
def fail(
    call: Call,
    how: Annotated[str, option(help="What happens")] = "refused",
    count: Annotated[Count, option(help="How many")] = None,
) -> None:
    """Fail in one of several ways."""
    seen.update(count=count, out=call.out)
    if how == "refused":
        raise RefusedError("order.cancelled", "order S1 is cancelled", hint="shopctl orders show S1", order="S1")
    if how == "bug":
        raise ZeroDivisionError("password=hunter2 postgresql://anna:geheim@db/shop")
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "disk":
        raise OSError(28, "No space left on device")
    if how == "file":
        raise OSError(2, "No such file or directory")
    if how == "signal":
        stopping = call.stopping
        os.kill(os.getpid(), signal.SIGTERM)
        seen.update(stopping=bool(stopping), called=stopping())
    if how == "unwatched":
        os.kill(os.getpid(), signal.SIGTERM)
    if how == "twice":
        assert not call.stopping
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)


def parse_line(text: str) -> tuple[str, int]:
    sku, _, quantity = text.partition(":")
    return sku, int(quantity or "1")


@app.command("lines", examples=[("shopctl probes lines --line DSK:2", "two desks")], writes=True)
def lines(
    call: Call,
    number: Annotated[str, argument("PROBE", "Which one")],
    line: Annotated[list[str] | None, option("--line", help="A line", metavar="SKU:QTY", parser=parse_line)] = None,
    form: Annotated[str, option("--format", help="The command's own")] = "none",
    output: Annotated[str, option("--to", help="Named like a global option")] = "none",
    extra: Annotated[Percent, option("--share", help="A share", metavar="SHARE")] = None,
) -> None:
    """Change lines."""
    seen.update(number=number, line=line, format=form, output=output, extra=extra, options=call.options)
    shop = call.shop()
    assert call.shop(signed_in=False) is shop
    seen.update(tz=call.out.options.tz)


@app.command("show", examples=[("shopctl probes show S1", "one")])
def show(call: Call, numbers: References) -> None:
    """Show probes."""
    seen.update(numbers=call.references(numbers), options=call.options)


@pytest.fixture(autouse=True)
def probes(monkeypatch, tmp_path):
    """Only the probe and the program's own commands exist; the environment is empty."""
    module = types.ModuleType("probe_commands")
    module.app = app
    monkeypatch.setitem(sys.modules, "probe_commands", module)
    entries = {"probes": commands.Entry("probe_commands", "Things that are probed", ("probe",))}
    monkeypatch.setattr(commands, "NOUNS", entries)
    alone = {name: entry for name, entry in commands.COMMANDS.items() if name in {"version", "help"}}
    monkeypatch.setattr(commands, "COMMANDS", alone)
    for name in [name for name in os.environ if name.startswith("SHOPCTL_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    seen.clear()


class Terminal(io.StringIO):
    """A standard input that is a terminal."""

    def isatty(self):
        return True


def options():
    return seen["options"]


# -- global options ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["--profile", "two", "probes", "list"],
        ["probes", "--profile", "two", "list"],
        ["probes", "list", "-P", "two"],
        ["-P", "one", "probes", "-P", "one", "list", "--profile=two"],
        ["-P", "one", "probes", "-P", "two", "list"],
    ],
)
def test_a_global_option_may_stand_anywhere_and_the_nearest_to_the_verb_wins(words):
    assert main(words) == 0
    assert options().profile == "two"


def test_what_is_typed_anywhere_beats_the_environment(monkeypatch):
    monkeypatch.setenv("SHOPCTL_PROFILE", "env")
    monkeypatch.setenv("SHOPCTL_FORMAT", "csv")
    monkeypatch.setenv("SHOPCTL_NO_INPUT", "1")
    monkeypatch.setenv("SHOPCTL_NOW", "2026-08-21")

    assert main(["--profile", "root", "probes", "list"]) == 0

    assert (options().profile, options().format) == ("root", "csv")
    assert (options().no_input, options().as_of) == (True, "2026-08-21")


def test_json_is_a_format_and_the_nearest_wins():
    assert main(["--format", "csv", "probes", "list", "--json"]) == 0
    assert options().format == "json"


def test_every_global_option_is_settled():
    words = (
        "probes list --config c --db d --fields a,b -o f --force-overwrite --no-header -w --no-truncate --color never"
        " -q -vv --debug -y --no-input --as-of today --tz Europe/Paris --wait 5s"
    )

    assert main(words.split()) == 0

    assert (options().config, options().db, options().fields, options().output) == ("c", "d", "a,b", "f")
    assert (options().overwrite, options().header, options().wide, options().truncate) == (True, False, True, False)
    assert (options().color, options().quiet, options().verbose, options().debug) == ("never", True, 2, True)
    assert (options().yes, options().no_input, options().as_of) == (True, True, "today")
    assert (options().tz, options().wait) == ("Europe/Paris", "5s")


def test_nothing_typed_leaves_the_defaults():
    assert main(["probes", "list"]) == 0
    assert options() == global_options.GlobalOptions()


@pytest.mark.parametrize(
    ("words", "environ", "message"),
    [
        (["--format", "jsn"], {}, "error: --format: 'jsn' is not a format [usage]\nhint:  did you mean 'json'?\n"),
        (["--json", "--format", "csv"], {}, "error: --json and --format csv contradict each other [usage]"),
        (["--color", "blue"], {}, "error: --color: 'blue' is not a colour setting [usage]"),
        (["--tz", "Mars/Olympus"], {}, "error: --tz: 'Mars/Olympus' is not a time zone [usage]"),
        (["--tz", "../etc/passwd"], {}, "error: --tz: '../etc/passwd' is not a time zone [usage]"),
        (["--as-of", "2026-08"], {}, "error: --as-of: '2026-08' is more than one day [usage.date]"),
        (["--wait", "5m"], {}, "error: --wait: '5m' could be minutes or months [usage.date]"),
        ([], {"SHOPCTL_DEBUG": "maybe"}, "error: SHOPCTL_DEBUG: 'maybe' is neither 1 nor 0 [usage]"),
        ([], {"SHOPCTL_TZ": "x"}, "error: SHOPCTL_TZ: 'x' is not a time zone [usage]"),
        ([], {"SHOPCTL_PROFILE": "a\udcff"}, "error: SHOPCTL_PROFILE is not UTF-8 text [usage]"),
    ],
)
def test_a_wrong_global_option_is_a_usage_error(words, environ, message, monkeypatch, capsys):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert main(["probes", "list", *words]) == 2

    assert message in capsys.readouterr().err
    assert not seen


def test_no_environment_variable_answers_yes(monkeypatch):
    monkeypatch.setenv("SHOPCTL_YES", "1")

    assert main(["probes", "list"]) == 0
    assert options().yes is False


@pytest.mark.parametrize(
    "words",
    [["-n", "probes", "list"], ["probes", "-n", "list"], ["probes", "list", "-n"], ["probes", "list", "--dry-run"]],
)
def test_only_writes_have_a_dry_run(words, capsys):
    assert main(words) == 2

    assert "error: no such option '" in capsys.readouterr().err
    assert not seen


@pytest.mark.parametrize("words", [["-n", "probes", "create", "S1"], ["probes", "create", "S1", "--dry-run"]])
def test_a_write_takes_the_dry_run_anywhere(words):
    assert main(words) == 0
    assert options().dry_run is True


# -- options of a command ------------------------------------------------------------------------------------------


def test_values_are_read_by_their_kind():
    words = "probes create S1 S2 S1 --type down-payment --percent 30% --amount 1234.50 --confirm"

    assert main(words.split()) == 0

    assert (seen["kind"], seen["confirm"]) == (Kind.DOWN_PAYMENT, True)
    assert (seen["percent"], seen["amount"]) == (Decimal(30), Decimal("1234.50"))
    assert seen["orders"] == ["S1", "S2"]


def test_an_amount_may_be_negative_and_three_states_are_told_apart():
    assert main(["probes", "create", "S1", "--amount", "-10.00"]) == 0
    assert seen["amount"] == Decimal("-10.00")

    assert main(["probes", "list", "--not-mailed", "--tag", "a", "--tag", "b c"]) == 0
    assert (seen["mailed"], seen["unpaid"], seen["tags"]) == (False, False, ["a", "b c"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("create S1 --amount 10,10", "error: --amount: "),
        ("create S1 --percent 101", "error: --percent: '101' is not between 0 and 100 percent [usage.amount]"),
        (
            "create S1 --type x",
            "error: invalid value for '--type': 'x' is not one of 'regular', 'down-payment' [usage]",
        ),
        ("list --limit x", "error: --limit: 'x' is not a whole number [usage.amount]"),
        ("list --since 08/09/26", "error: --since: '08/09/26' does not tell day and month apart [usage.date]"),
        ("list extra", "error: got unexpected extra argument(s) (extra) [usage]"),
        ("list --since", "error: option '--since' requires an argument [usage]"),
        ("list --no-unpaid", "error: no such option '--no-unpaid' [usage]"),
        ("--json", "error: missing command [usage]"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_option(words, message, capsys):
    assert main(["probes", *words.split(" ")]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert message in err or json.loads(err)["error"]["message"] in message


class ShopStub:
    """Stands for an open shop; tells when its database is closed."""

    def __init__(self):
        self.closed = False
        self.database = types.SimpleNamespace(close=self.close)
        self.config = types.SimpleNamespace(shop=types.SimpleNamespace(timezone="Asia/Tokyo"))

    def close(self):
        self.closed = True


@pytest.fixture
def opened(monkeypatch):
    """Open a stub instead of a shop; holds what it was opened with."""
    wishes = {}
    bootstrap = types.ModuleType("shopctl.bootstrap")

    def open_shop(**options):
        wishes.update(options, shop=ShopStub())
        return wishes["shop"]

    bootstrap.open_shop = open_shop
    monkeypatch.setitem(sys.modules, "shopctl.bootstrap", bootstrap)
    return wishes


def test_an_own_option_counts_before_a_global_one(opened):
    words = ["--format", "csv", "probes", "lines", "P1", "--format", "mine", "--to", "x", "-o", "f", "--line", "A:2"]

    assert main([*words, "--line", "B", "--share", "5%"]) == 0

    assert (seen["number"], seen["line"], seen["extra"]) == ("P1", [("A", 2), ("B", 1)], Decimal(5))
    assert (seen["format"], seen["output"]) == ("mine", "x")
    assert (options().format, options().output) == ("csv", "f")


def test_the_shop_is_opened_once_as_wished_and_closed_at_the_end(opened):
    words = "-P two --config none --db sqlite:///x --as-of 2026-08-21 --wait 3s -n probes lines P1"

    assert main(words.split()) == 0

    assert (opened["profile"], opened["config"], opened["db"]) == ("two", "none", "sqlite:///x")
    assert (opened["as_of"], opened["wait"], opened["dry_run"]) == ("2026-08-21", "3s", True)
    assert (opened["command"], opened["signed_in"]) == ("probes lines", True)
    assert opened["shop"].closed
    assert seen["tz"] == "Asia/Tokyo"


def test_times_are_shown_in_the_zone_that_was_asked_for(opened):
    assert main(["probes", "lines", "P1", "--tz", "Europe/Paris"]) == 0
    assert seen["tz"] == "Europe/Paris"


def test_an_argument_that_is_missing_is_named(capsys):
    assert main(["probes", "lines"]) == 2
    assert "error: missing argument 'PROBE' [usage]" in capsys.readouterr().err


def test_an_alias_is_the_same_command(capsys):
    assert main(["probe", "ls", "--unpaid"]) == 0
    assert seen["unpaid"] is True
    assert "ls" not in framework.page_of(["probes"]).sections[0].rows[0].left


# -- help ----------------------------------------------------------------------------------------------------------

CREATE_HELP = """\
Usage: shopctl probes create ORDER... [OPTIONS]

  Make draft invoices for confirmed orders. One draft per order; nothing is sent.

Examples:
  shopctl probes create S00433    what the policy allows to bill
  shopctl orders list --to-invoice --format ids | shopctl probes create - --confirm --yes
  shopctl probes create S00433 --type down-payment --percent 30
      30 % of the order, as a down payment

Arguments:
  ORDER...               Order numbers; - reads them from standard input, one a line

What to bill:
  --type TYPE            What to make: regular, down-payment (default regular)
  --percent P            Share of the order
  --amount A             Size of the down payment, tax included

Then:
  --confirm              Post the draft (gives it its number)

Many orders:
  --from FILE            Read the numbers from FILE, one a line; - is standard input
  --fail-fast            Stop at the first failure; default: go on
  --atomic               All or nothing: one failure undoes the rest
  --failures FILE        Write what failed to FILE, for --from
  --idempotency-key KEY  A repeat of this very call returns the first result
  --dry-run, -n          Show what would happen
  --yes, -y              Do not ask

Output:  --format, --json, --fields, --output, --quiet (shopctl help output)
Exit:    0 done or already so · 2 usage · 3 no such order · 6 not allowed · 8 some failed
More:    shopctl help batch · shopctl help exit-codes
"""

GROUP_HELP = """\
Usage: shopctl probes VERB [OPTIONS]

  Things that are probed.

Verbs:
  list    List the probes
  create  Make draft invoices for confirmed orders
  fail    Fail in one of several ways
  lines   Change lines
  show    Show probes

Help:    shopctl probes VERB --help
"""


@pytest.mark.parametrize(
    "words", [["probes", "create", "--help"], ["probes", "create", "S1", "-h"], ["help", "probes", "create"]]
)
def test_help_of_a_command_reads_like_this(words, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "97")

    assert main(words) == 0

    assert capsys.readouterr() == (CREATE_HELP, "")
    assert not seen


@pytest.mark.parametrize("words", [["probes", "--help"], ["probe", "-h"], ["help", "probes"], ["-q", "probes", "-h"]])
def test_help_of_a_noun_lists_its_verbs(words, capsys):
    assert main(words) == 0
    assert capsys.readouterr() == (GROUP_HELP, "")


def test_a_noun_alone_prints_its_help_on_stderr_and_fails(capsys):
    assert main(["probes"]) == 2
    assert capsys.readouterr() == ("", GROUP_HELP)


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_the_program_alone_prints_its_help(words, capsys):
    assert main(words) == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("Usage: shopctl [OPTIONS] NOUN VERB")
    assert "shopctl help TOPIC" in out


def test_root_help_through_the_tree_is_the_same_page(monkeypatch, capsys):
    main(["--help"])
    quick = capsys.readouterr().out

    assert main(["-q", "--help"]) == 0
    assert capsys.readouterr().out == quick


def test_help_names_document_numbers_after_the_noun():
    page = framework.page_of(["probes", "show"])

    assert page.usage == "probes show PROBE... [OPTIONS]"
    assert page.sections[0].rows[0].right.startswith("Probe numbers; - reads them")


@pytest.mark.parametrize("width", ["20", "60", "80", "100", "400", "x", "²"])
def test_help_stays_within_the_width(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", width)

    main(["probes", "create", "--help"])

    limit = {"20": 60, "60": 60, "100": 100, "400": 100}.get(width, 80)
    lines = [line for line in capsys.readouterr().out.splitlines() if "shopctl orders" not in line]
    assert max(map(len, lines)) <= max(limit, 63)
    assert len(lines) > 20


def test_help_survives_an_ascii_terminal():
    env = {**os.environ, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}

    run = subprocess.run([sys.executable, "-m", "shopctl", "--help"], env=env, capture_output=True, check=False)

    assert run.returncode == 0
    assert b"batch ? config" in run.stdout


# -- topics --------------------------------------------------------------------------------------------------------


def test_the_promised_topics_exist_and_say_something():
    promised = {"output", "batch", "dates", "errors", "exit-codes", "environment", "config", "cron", "security"}

    assert promised <= set(topics.names())
    for name in topics.names():
        lines = topics.text(name).splitlines()
        assert len(lines) > 5, name
        assert max(map(len, lines)) <= 120, name
        assert "{" not in topics.text(name).replace('{"error":{"code":...}}', ""), name


def test_error_codes_and_exit_statuses_are_all_listed(capsys):
    assert main(["help", "errors"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {code}" in listed for code in CODES)

    assert main(["help", "exit-codes"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {int(status)}" in listed and status.name.lower() in listed for status in ExitStatus)


def test_an_unknown_topic_names_the_nearest_command(capsys):
    assert main(["help", "probs"]) == 2
    assert capsys.readouterr().err == "error: no command or topic 'probs' [usage]\nhint:  shopctl help probes\n"


def test_a_topic_is_no_place_for_more_words(capsys):
    assert main(["help", "probes", "create", "it"]) == 2
    assert "no command or topic 'it'" in capsys.readouterr().err


# -- mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["prbes", "list", "--unpiad"],
            "error: no command 'prbes' [usage]\nhint:  did you mean 'probes'?  Try: shopctl probes list --unpaid\n",
        ),
        (
            ["probes", "lst"],
            "error: no command 'lst' [usage]\nhint:  did you mean 'list'?  Try: shopctl probes list\n",
        ),
        (
            ["probes", "list", "--limt=5", "--tag", "a b"],
            "error: no such option '--limt' [usage]\n"
            "hint:  did you mean '--limit'?  Try: shopctl probes list --limit=5 --tag 'a b'\n",
        ),
        (["prbes", "--help"], "error: no command 'prbes' [usage]\nhint:  did you mean 'probes'?\n"),
        (["prbes", "list", "--xyzzy"], "error: no command 'prbes' [usage]\nhint:  did you mean 'probes'?\n"),
        (["xyzzy"], "error: no command 'xyzzy' [usage]\nhint:  shopctl --help\n"),
        (["probes", "list", "--xyzzy"], "error: no such option '--xyzzy' [usage]\nhint:  shopctl probes list --help\n"),
        (["probes", "list", "--terms"], "error: no such option '--terms' [usage]\nhint:  shopctl probes list --help\n"),
        (["probes", "list", "-n"], "error: no such option '-n' [usage]\nhint:  probes list changes nothing\n"),
        (["probes", "list", "-Z"], "error: no such option '-Z' [usage]\nhint:  shopctl probes list --help\n"),
    ],
)
def test_a_typo_is_named_and_mended(words, message, capsys):
    assert main(words) == 2
    assert capsys.readouterr() == ("", message)
    assert not seen


@pytest.mark.parametrize(
    "words",
    [["--json", "prbes"], ["prbes", "--format", "jsonl"], ["prbes", "--format=json"], ["probes", "lst", "--json"]],
)
def test_a_script_reads_usage_errors_as_json(words, capsys):
    assert main(words) == 2

    out, err = capsys.readouterr()
    error = json.loads(err)["error"]
    assert out == ""
    assert (error["code"], error["exit_code"], error["retryable"]) == ("usage", 2, False)


@pytest.mark.parametrize("word", ["\udcff\udcfe", "a\udce4b", "\ud800"])
def test_words_that_are_no_text_are_a_usage_error(word, capsys):
    assert main(["probes", "show", word]) == 2
    assert "word 3 of the command line is not UTF-8 text: " in capsys.readouterr().err


def test_words_of_an_ascii_locale_are_repaired():
    assert main(["probes", "show", "M\udcc3\udcbcller"]) == 0
    assert seen["numbers"] == ["Müller"]


# -- references ----------------------------------------------------------------------------------------------------

LINES = '\ufeffNumber,date\nS3\t2026\n\n# not this\n  S1 x\n"S2",y\nS3\n'


def piped(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_numbers_come_from_standard_input_once_and_in_order(encoding, monkeypatch):
    piped(monkeypatch, LINES.encode(encoding))

    assert main(["probes", "create", "S9", "-", "S1", "--yes"]) == 0
    assert seen["orders"] == ["S9", "S3", "S1", "S2"]


def test_numbers_come_from_a_file(tmp_path):
    (tmp_path / "orders.failed").write_text(LINES, encoding="utf-8")

    assert main(["probes", "create", "--from", str(tmp_path / "orders.failed")]) == 0
    assert seen["orders"] == ["S3", "S1", "S2"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "customer,order\nC1,S3\nC2,S1\n"),
        ("a.csv", "first,number\na,S3\nb,S1\n"),
        ("a.jsonl", '{"amount": 1.50, "order": "S3"}\n{"order": "S1"}\n'),
    ],
)
def test_a_table_names_its_numbers(name, content, tmp_path):
    (tmp_path / name).write_text(content)

    assert main(["probes", "create", "--from", str(tmp_path / name)]) == 0
    assert seen["orders"] == ["S3", "S1"]


def test_an_empty_list_on_standard_input_is_nothing_to_do(monkeypatch):
    piped(monkeypatch, b"\n")

    assert main(["probes", "create", "-", "--yes"]) == 0
    assert seen["orders"] == []


@pytest.mark.parametrize("words", [["create", "-"], ["create", "--from", "-"]])
def test_a_write_fed_by_a_pipe_cannot_ask(words, monkeypatch, capsys):
    piped(monkeypatch, b"S1\n")

    assert main(["probes", *words]) == 10

    assert "[confirm.required]\nhint:  add --yes" in capsys.readouterr().err
    assert "orders" not in seen


def test_a_dry_run_and_a_read_need_no_confirmation(monkeypatch):
    piped(monkeypatch, b"S1\n")
    assert main(["probes", "create", "-", "-n"]) == 0

    piped(monkeypatch, b"S1\n")
    assert main(["probes", "show", "-"]) == 0
    assert seen["numbers"] == ["S1"]


def test_a_dash_on_a_terminal_explains_itself(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Terminal())

    assert main(["probes", "create", "-", "--yes"]) == 2

    assert "hint:  shopctl orders list --format ids | shopctl probes create -\n" in capsys.readouterr().err


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_number_is_a_usage_error(empty, capsys):
    assert main(["probes", "create", "S1", empty]) == 2

    message = "error: an empty text is no number [usage]\nhint:  shopctl probes create --help\n"
    assert capsys.readouterr() == ("", message)


def test_no_number_at_all_is_a_usage_error(capsys):
    assert main(["probes", "create"]) == 2

    message = "error: nothing to work on: no number was given [usage]\nhint:  shopctl probes create --help\n"
    assert capsys.readouterr().err == message


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (None, 3, "file.missing"),
        (b"\xff\xfeS\xd8", 2, "file.encoding"),
        (b"S1\0", 2, "file.binary"),
        (b"\xe4", 2, "file.encoding"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(content, status, code, tmp_path, capsys):
    if content is not None:
        (tmp_path / "x").write_bytes(content)

    assert main(["probes", "create", "--from", str(tmp_path / "x"), "--json"]) == status
    assert json.loads(capsys.readouterr().err)["error"]["code"] == code


def test_records_keep_amounts_as_they_are_written():
    text = '{"order": "S1", "amount": 10.10, "paid": true, "memo": null, "n": 12345678901234567.89}\n\n'

    assert inputs.records_of(text, "x.jsonl") == [
        {"order": "S1", "amount": "10.10", "paid": "true", "n": "12345678901234567.89"}
    ]
    assert inputs.records_of('Order;,Amount\nS1,"1,5"\n,\n', "x.csv") == [{"order;": "S1", "amount": "1,5"}]
    assert inputs.records_of("S1\tx\nS2\n", "x.txt") == [{"number": "S1"}, {"number": "S2"}]


def test_records_come_from_a_file_or_from_standard_input(monkeypatch, tmp_path):
    (tmp_path / "paid.csv").write_text("order,amount\nS1,5.00\n")
    piped(monkeypatch, b"S2\n")
    assert main(["probes", "list"]) == 0
    call = seen["call"]

    assert call.rows(str(tmp_path / "paid.csv")) == [{"order": "S1", "amount": "5.00"}]
    assert call.rows("-") == [{"number": "S2"}]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "a,b\n1,2\n1\n", "a.csv: line 3 has 1 field, the header has 2"),
        ("a.csv", "a,a\n", "a.csv: line 1 is a header with an empty or repeated name"),
        ("a.csv", 'a\n"x"y\n', "a.csv: line 2 is not CSV"),
        ("a.jsonl", "{}\n[1]\n", "a.jsonl: line 2 is not a JSON object"),
        ("a.jsonl", "nope", "a.jsonl: line 1 is not JSON"),
        ("a.jsonl", '{"a": [1]}', "a.jsonl: line 1 has a list or an object where a plain value belongs"),
    ],
)
def test_a_broken_record_is_told_with_its_line(name, text, message):
    with pytest.raises(framework.UsageError, match=message.replace("[", "\\[")) as refusal:
        inputs.records_of(text, name)

    assert refusal.value.code == "file.format"


# -- failures ------------------------------------------------------------------------------------------------------


def test_the_status_a_command_answers_is_the_exit_status():
    assert main(["probes", "create", "S1", "--fail-fast"]) == 8


def test_a_refusal_is_one_error_with_its_hint(capsys):
    assert main(["probes", "fail"]) == 6
    assert capsys.readouterr() == (
        "",
        "error: order S1 is cancelled [order.cancelled]\nhint:  shopctl orders show S1\n",
    )


def test_a_refusal_is_one_line_for_scripts(capsys):
    assert main(["probes", "fail", "--json"]) == 6

    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["error"]["details"] == {"order": "S1"}


def test_a_bug_is_one_line_and_a_masked_report(tmp_path, capsys):
    assert main(["probes", "fail", "--how", "bug"]) == 1

    out, err = capsys.readouterr()
    (report,) = (tmp_path / "state" / "shopctl").iterdir()
    assert out == ""
    assert (
        err == f"error: unexpected ZeroDivisionError, a bug of shopctl [internal]\nhint:  the details are in {report}\n"
    )
    text = report.read_text()
    assert "ZeroDivisionError" in text
    assert "shopctl probes fail --how bug" in text
    assert "hunter2" not in text
    assert "geheim" not in text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700


def test_only_the_newest_reports_are_kept(tmp_path, capsys):
    folder = tmp_path / "state" / "shopctl"
    folder.mkdir(parents=True)
    for number in range(25):
        (folder / f"crash-20200101T0000{number:02}-1.txt").write_text("")
    (folder / "session").write_text("kept")

    main(["probes", "fail", "--how", "bug"])

    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 21
    assert left[0] == "crash-20200101T000006-1.txt"
    assert "session" in left


def test_a_bug_shows_its_traceback_only_with_debug(capsys):
    assert main(["--debug", "probes", "fail", "--how", "bug"]) == 1

    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "geheim" not in err


def test_a_bug_is_json_for_scripts_even_without_a_report(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    assert main(["probes", "fail", "--how", "bug", "--json"]) == 1

    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["code"], error["hint"]) == ("internal", "add --debug to see where it happened")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://anna:pw@db/x", "postgresql://anna:***@db/x"),
        ("password='a b' token: xyz", "password=*** token: ***"),
        ("shopctl x --password-file=f --token abc", "shopctl x --password-file=*** --token ***"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_are_masked(text, masked):
    assert crash.masked(text) == masked


def test_an_unexpected_file_error_is_a_bug_and_a_full_disk_is_not(capsys):
    assert main(["probes", "fail", "--how", "file"]) == 1
    assert "[internal]" in capsys.readouterr().err


def test_ctrl_c_is_130():
    assert main(["probes", "fail", "--how", "interrupt"]) == 130


def test_sigterm_waits_for_a_batch_that_watches():
    assert main(["probes", "fail", "--how", "signal"]) == 143
    assert (seen["stopping"], seen["called"]) == (True, True)


def test_sigterm_ends_a_command_that_does_not_watch():
    before = signal.getsignal(signal.SIGTERM)

    assert main(["probes", "fail", "--how", "unwatched"]) == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_ctrl_c_ends_at_once():
    assert main(["probes", "fail", "--how", "twice"]) == 130


def test_spreadsheet_csv_is_asked_for():
    main(["probes", "fail", "--excel", "--how", "none"])
    assert seen["out"].options.excel is True

    main(["probes", "fail", "--how", "none", "--count", "3"])
    assert seen["out"].options.excel is False
    assert seen["count"] == 3


# -- processes -----------------------------------------------------------------------------------------------------


def run(script, **more):
    return subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False, **more)


SHOPCTL = f"'{sys.executable}' -m shopctl"


def test_the_version_is_quick_and_loads_nothing():
    program = (
        "import sys; from shopctl.cli import main; s = main(['--version']); print(sorted(sys.modules)); sys.exit(s)"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.startswith("shopctl 0.1.0\n")
    heavy = ("'typer'", "'typing'", "'re'", "'json'", "'peewee'", "'shopctl.errors'", "'shopctl.commands'")
    assert not any(name in answer.stdout.split("\n", 1)[1] for name in heavy)


def test_root_help_loads_no_typer():
    program = "import sys; from shopctl.cli import main; main(['--help']); print('LOADED', 'typer' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "LOADED False" in answer.stdout


def test_a_command_loads_no_rich_no_yaml_no_database():
    program = "import sys; from shopctl.cli import main; main(['version', '-q']); print(*sys.modules, sep='\\n')"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert {"typer", "rich", "yaml", "peewee", "tabulate", "fpdf", "smtplib", "pydantic", "click"}.isdisjoint(loaded)


def test_version_for_scripts(capsys):
    for words in (["version", "--json"], ["--json", "version"], ["--json", "--version"]):
        assert main(words) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["schema"], document["data"]) == ("shopctl.version/1", {"version": "0.1.0"})


def test_a_reader_that_goes_away_is_141_and_silent():
    script = f"({SHOPCTL} help errors; echo $? >&2) | true"

    ended = run(script)

    assert ended.stderr in {"141\n", "0\n"}


def test_a_closed_pipe_is_141():
    reader, writer = os.pipe()
    os.close(reader)

    for words in ("--version", "--help", "help errors", "version -q"):
        ended = subprocess.run(
            [sys.executable, "-m", "shopctl", *words.split()], stdout=writer, stderr=subprocess.PIPE, check=False
        )
        assert (ended.returncode, ended.stderr) == (141, b"")
    os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["--version", "--help", "help errors", "help help -q", "version -h"])
def test_a_full_disk_is_told_in_a_sentence(words):
    ended = run(f"{SHOPCTL} {words} >/dev/full")

    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the output cannot be written: no space left on device [output.closed]\n")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("words", ["--version", "help errors", "version -h"])
def test_a_closed_standard_output_is_told(words):
    ended = run(f"{SHOPCTL} {words} >&-")

    assert ended.returncode == 1
    assert "[output.closed]" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_closed_streams_do_no_harm():
    assert run(f"{SHOPCTL} help dates <&- 2>&-").returncode == 0
    assert run(f"{SHOPCTL} nonsense <&- >&- 2>&-").returncode == 2


# -- what the framework takes from typer -----------------------------------------------------------------------------


def test_every_overridden_method_still_exists_in_typer():
    from typer.core import TyperCommand, TyperGroup

    for name in ("get_params", "invoke", "get_help"):
        assert callable(getattr(TyperCommand, name))
    for name in ("list_commands", "get_command", "resolve_command", "get_params", "parse_args", "invoke", "get_help"):
        assert callable(getattr(TyperGroup, name))


def test_the_tree_lists_every_command_with_its_options():
    nodes = {node.path: node for node in framework.tree()}

    assert list(nodes) == [
        "probes list",
        "probes create",
        "probes fail",
        "probes lines",
        "probes show",
        "version",
        "help",
    ]
    assert (nodes["probes create"].writes, nodes["probes list"].writes) == (True, False)
    assert nodes["probes list"].usage == "probes list [OPTIONS]"
    spelled = [param.spelling for param in nodes["probes list"].params]
    assert spelled == ["--unpaid", "--mailed/--not-mailed", "--since DATE", "--limit, -L N", "--tag TAG"]


def test_the_reference_is_the_same_each_time():
    from shopctl.commands.reference import reference

    text = reference()

    assert text == reference()
    assert "## shopctl probes create\n" in text
    assert "| `--type TYPE` | What to make (regular, down-payment) (default regular) |" in text
    assert "| `db.busy` |" in text


def test_the_tables_name_the_modules_by_the_words():
    for name, entry in {**commands.NOUNS, **commands.COMMANDS}.items():
        assert entry.help, name
        assert not entry.help.endswith("."), name


def test_a_long_word_is_kept_whole():
    assert pages.wrap("a shopctl-orders-list b", 10) == ["a", "shopctl-orders-list", "b"]
