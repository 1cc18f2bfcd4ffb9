"""Reading a plain command line without typer: it says what typer would say, or nothing."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopctl import commands
from shopctl.commands import framework
from shopctl.commands.declaring import Parameter, Verb, global_parameters, load, parameters, shared_with
from shopctl.commands.filters import joined
from shopctl.commands.global_options import settle
from shopctl.commands.reading import Reading, understood
from shopctl.commands.session import Session
from shopctl.errors import UsageError

ENVIRONS = [{}, {"SHOPCTL_FORMAT": "csv", "SHOPCTL_NO_INPUT": "1", "SHOPCTL_TZ": "Asia/Tokyo"}]
TEXTS = [
    "S1",
    "@late",
    "orders",
    "todo",
    "-total",
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
    "auto",
]


def verbs() -> list[Verb]:
    """List every verb of the program."""
    found = [verb for entry in commands.NOUNS.values() for verb in load(entry.module).verbs.values()]
    return [*found, *(load(entry.module).verbs[name] for name, entry in commands.COMMANDS.items())]


def path_of(verb: Verb) -> list[list[str]]:
    """List the spellings of each word that leads to a verb."""
    own = [verb.name, *verb.aliases]
    return [[verb.noun, *commands.NOUNS[verb.noun].aliases], own] if verb.noun else [own]


every_verb = pytest.mark.parametrize("verb", verbs(), ids=lambda verb: verb.path)


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


def names_of(parameter: Parameter) -> list[str]:
    return [] if parameter.setting.argument else [name for pair in parameter.spellings for name in pair.split("/")]


def texts_of(parameter: Parameter) -> list[str]:
    return [*TEXTS, *(str(one.value) for one in getattr(parameter.kind, "__members__", {}).values())]


def is_plain(parameter: Parameter, text: str) -> bool:
    try:
        (parameter.setting.parser or parameter.kind)(text)
    except (UsageError, ValueError):
        return False
    return text == "-" or not text.startswith("-")


def plain_chunks(parameter: Parameter) -> list[list[str]]:
    """List the ways to give a parameter that are well-formed."""
    if parameter.kind is bool or parameter.setting.counted:
        return [[name] for name in names_of(parameter)]
    texts = [text for text in texts_of(parameter) if is_plain(parameter, text)]
    if parameter.setting.argument:
        return [[text] for text in texts]
    return [[name, text] for name in names_of(parameter) for text in texts]


def odd_chunks(parameter: Parameter) -> list[list[str]]:
    """List what may go wrong around a parameter."""
    found = [["--help"], ["-h"], ["--"], ["-qv"], ["--nonsense"], ["--limt", "5"], ["extra"]]
    for name in names_of(parameter):
        found += [[name], [f"{name}=5"], [f"{name}5"], [name[:-1]], *([name, text] for text in texts_of(parameter))]
    return found


def lines(declared: Sequence[Parameter], size: int) -> st.SearchStrategy[list[str]]:
    """Draw the words of a few parameters; one in ten is odd."""
    plain = [st.sampled_from(plain_chunks(one)) for one in declared]
    odd = st.sampled_from(declared).flatmap(lambda one: st.sampled_from(odd_chunks(one)))
    chunk = st.integers(0, 9).flatmap(lambda draw: st.one_of(plain) if draw else odd)
    return st.lists(chunk, max_size=size).map(lambda chunks: list(chain.from_iterable(chunks)))


@cache
def typed_before() -> st.SearchStrategy[list[str]]:
    return lines(global_parameters(), 1)


@cache
def typed_after(verb: Verb) -> st.SearchStrategy[list[str]]:
    own = parameters(verb.function)
    return lines([*own, *shared_with(verb, own)], 4)


@every_verb
@settings(max_examples=15)  # for each of more than a hundred verbs, which share most of their options
@given(data=st.data())
def test_what_is_understood_is_what_typer_says(verb, data):
    words = []
    for spellings in path_of(verb):
        words += [*data.draw(typed_before()), *data.draw(st.sampled_from(spellings)).split()]
    words += data.draw(typed_after(verb))

    agree(words, data.draw(st.sampled_from(ENVIRONS)))


@every_verb
def test_every_option_is_understood(verb):
    own = parameters(verb.function)
    words = [
        *(word for spellings in path_of(verb) for word in spellings[-1].split()),
        *(plain_chunks(one)[0][0] for one in own if one.setting.argument),
    ]
    needed = [one for one in own if one.required and not one.setting.argument]

    for parameter in [*own, *shared_with(verb, own)]:
        others = chain.from_iterable(plain_chunks(one)[0] for one in needed if one is not parameter)
        line = [*words, *others]
        for name in names_of(parameter):
            plain = next(chunk for chunk in plain_chunks(parameter) if chunk[0] == name)

            assert agree([*line, *plain], {}) is not None, name


@every_verb
def test_examples_of_help_are_understood(verb):
    for example, _ in verb.examples:
        line: list[str] = []
        for word in [*shlex.split(example), "|"]:
            if word != "|" and not word.startswith(("<", ">")):
                line.append(word)
                continue
            if line[:1] == ["shopctl"]:
                assert agree(joined(line[1:]), {}) is not None, line
            line = []


@pytest.mark.parametrize(
    "line",
    [
        "orders list --limit 50",
        "orders list --sort -total",
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
        [
            "-v",
            "invoice",
            "-v",
            "create",
            "S1",
            "S2",
            "--percent",
            "30%",
            "--type",
            "down-payment",
            "--json",
            "-v",
            "-v",
        ]
    )

    assert reading.values["numbers"] == ["S1", "S2"]
    assert (reading.values["percent"], reading.values["confirm"]) == (Decimal(30), False)
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
