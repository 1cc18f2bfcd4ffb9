"""Reading a plain command line without typer: it says what typer would say, or nothing."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl import commands
from shopctl.commands import framework
from shopctl.commands.declaring import Parameter, Verb, global_parameters, load, parameters
from shopctl.commands.global_options import settle
from shopctl.commands.reading import Reading, understood
from shopctl.commands.session import Session
from shopctl.errors import UsageError

ENVIRONS = [{}, {"SHOPCTL_FORMAT": "csv", "SHOPCTL_NO_INPUT": "1", "SHOPCTL_TZ": "Asia/Tokyo"}]
TEXTS = [
    "S1",
    "-",
    "",
    "a b",
    "ä",
    "x=y",
    "-5",
    "--",
    "5",
    "30%",
    "2026-08-21",
    "last month",
    "12.50",
    "5s",
    "json",
    "UTC",
]


def verbs() -> list[tuple[list[list[str]], Verb]]:
    """List every verb with the words that lead to it, aliases included."""
    found = []
    for noun, entry in commands.NOUNS.items():
        for verb in load(entry.module).verbs.values():
            found.append(([[noun, *entry.aliases], [verb.name, *verb.aliases]], verb))
    for name, entry in commands.COMMANDS.items():
        found.append(([[name]], load(entry.module).verbs[name]))
    return found


VERBS = verbs()


def through_typer(words, environ) -> Reading:
    """Read a command line the long way; a line that typer refuses fails the test."""
    session = Session(environ, io.StringIO(), io.StringIO(), io.StringIO(), rehearsing=True)

    assert framework.run(words, session) == 0
    assert session.reading is not None, words
    return session.reading


def compared(reading: Reading, environ):
    """Tell everything a command is called with; an equal value of another type is another value."""
    values = {name: (type(value), value) for name, value in reading.values.items()}
    try:
        return reading.verb, values, settle(reading.levels, environ)
    except UsageError as error:
        return reading.verb, values, (error.message, error.hint)


def agree(words, environ):
    reading = understood(words)
    if reading is not None:
        assert compared(reading, environ) == compared(through_typer(words, environ), environ)
    return reading


def texts_of(parameter: Parameter) -> list[str]:
    return [*TEXTS, *(str(one.value) for one in getattr(parameter.kind, "__members__", {}).values())]


def chunks_of(declared: list[Parameter]) -> list[list[str]]:
    """List what may stand in a line for these parameters, right and wrong."""
    found = [["--help"], ["-h"], ["--"], ["-qv"], ["--nonsense"], ["--limt", "5"]]
    for parameter in declared:
        if parameter.setting.argument:
            found += [[text] for text in texts_of(parameter)]
            continue
        for name in [name for pair in parameter.spellings for name in pair.split("/")]:
            found += [[name], [f"{name}=5"], [name[:-1]], *([name, text] for text in texts_of(parameter))]
    return found


def lines(declared: list[Parameter], size: int):
    """Draw lines of a few chunks; those that go well are as frequent as the many that do not."""
    return st.lists(st.sampled_from(chunks_of(declared)), max_size=size).map(lambda found: sum(found, []))


@pytest.mark.parametrize(("path", "verb"), VERBS, ids=lambda one: one.path if isinstance(one, Verb) else "")
@given(data=st.data())
def test_what_is_understood_is_what_typer_says(path, verb, data):
    words = []
    for spellings in path:
        words += [*data.draw(lines(global_parameters(), 1)), data.draw(st.sampled_from(spellings))]
    words += data.draw(lines([*parameters(verb.function), *global_parameters()], 4))

    agree(words, data.draw(st.sampled_from(ENVIRONS)))


@pytest.mark.parametrize("environ", ENVIRONS)
@pytest.mark.parametrize(("path", "verb"), VERBS, ids=lambda one: one.path if isinstance(one, Verb) else "")
def test_every_option_is_understood_alone(path, verb, environ):
    typed = [spellings[-1] for spellings in path]
    needed = ["S1" for one in parameters(verb.function) if one.setting.argument]
    for parameter in [*parameters(verb.function), *global_parameters()]:
        if parameter.setting.argument or (parameter.name == "dry_run" and not verb.writes):
            continue
        flag = parameter.kind is bool or parameter.setting.counted
        for name in [name for pair in parameter.spellings for name in pair.split("/")]:
            tried = [[name]] if flag else [[name, text] for text in [*texts_of(parameter), "auto"]]

            answers = [agree([*typed, *needed, *chunk], environ) for chunk in tried]

            assert any(answers), f"{verb.path} {name}"


@pytest.mark.parametrize(("path", "verb"), VERBS, ids=lambda one: one.path if isinstance(one, Verb) else "")
def test_examples_of_help_are_understood(path, verb):
    for example, _ in verb.examples:
        for part in example.split("|"):
            line = shlex.split(part.partition(">")[0].partition("<")[0])
            if line[:1] == ["shopctl"]:
                assert agree(line[1:], {}) is not None, part


@pytest.mark.parametrize(
    "line",
    [
        "orders list --limit 50",
        "order list -L 50 --unpaid --since last-month --json",
        "-P two orders --format csv list --state all --no-header",
        "--config none --db sqlite:///x.db -q orders -v list -v -v --wide",
        "orders confirm - --yes -n",
        "-n orders confirm S1 S2",
        "invoice create S1 --type down-payment --percent 30%",
        "import data shop.jsonl --dry-run",
        "db check --rule a --rule b --limit 5",
        "version --json",
        "whoami",
        "help invoice create",
    ],
)
def test_common_lines_are_understood(line):
    assert agree(line.split(), {}) is not None


def test_values_are_read_by_their_kind():
    reading = understood(
        ["-v", "invoice", "-v", "create", "S1", "S2", "--percent", "30%", "--type", "final", "--json", "-v", "-v"]
    )

    assert (reading.values["numbers"], reading.values["percent"], reading.values["confirm"]) == (
        ["S1", "S2"],
        Decimal(30),
        False,
    )
    assert reading.levels == [{"verbose": 1}, {"verbose": 1}, {"json": True, "verbose": 2}]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--json",
        "-h",
        "orders",
        "orders --help",
        "orders list --help",
        "orders list --limit",
        "orders list --limit=5",
        "orders list -L5",
        "orders list --limit -5",
        "orders list --limit x",
        "orders list --limit 5 --limit 6",
        "orders list --unpaid --unpaid",
        "orders list --stat all",
        "orders list --state nonsense",
        "orders list extra",
        "orders list -n",
        "orders list -qv",
        "orders list --",
        "orders lst",
        "ordres list",
        "version list",
        "import data",
        "invoice create S1 --amount -10.00",
        "--format jsn orders list",
    ],
)
def test_what_is_unusual_is_left_to_typer(line):
    assert understood(line.split()) is None


def test_a_plain_line_needs_no_typer():
    program = "import sys; from shopctl.cli import main; main(sys.argv[1:]); print('typer' in sys.modules)"

    loaded = [
        subprocess.run([sys.executable, "-c", program, *line], capture_output=True, text=True, check=True).stdout
        for line in (["version", "-q"], ["version", "--format=plain"])
    ]

    assert loaded == ["shopctl 0.1.0\nFalse\n", "shopctl 0.1.0\nTrue\n"]
