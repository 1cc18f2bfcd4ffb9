"""Tell the shell how the word that is being typed may go on: words, options, choices, numbers, codes, saved searches.

Whatever goes wrong is no business of somebody who is typing: then there are no suggestions.
"""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Final, NamedTuple

from shopctl import commands
from shopctl.commands.declaring import Parameter, Verb, global_parameters, load, parameters, shared_with
from shopctl.commands.options import Choice

PATIENCE: Final = 0.2
"""Seconds that a query may take; reaching the database may take five times as long."""

_BY_METAVAR: Final[dict[str, tuple[str, ...]]] = {
    "ORDER": ("orders",), "O": ("orders",),
    "INVOICE": ("invoices", "credit_notes", "drafts"), "I": ("invoices", "drafts"),
    "CREDIT_NOTE": ("credit_notes", "drafts"),
    "PAYMENT": ("payments",), "DOC": ("payments", "credit_notes"), "CREDIT": ("payments", "credit_notes"),
    "LINE": ("lines",), "STMT": ("statements",),
    "DELIVERY": ("deliveries",), "CART": ("carts",),
    "CUSTOMER": ("customers",), "C": ("customers",),
    "SKU": ("products",), "PRODUCT": ("products",), "P": ("products",), "SPEC": ("products",),
    "DOCUMENT": ("orders", "invoices", "drafts"),
    "NUMBER": ("orders", "invoices", "credit_notes", "drafts", "payments", "deliveries", "carts", "customers",
               "products"),
}  # fmt: skip
"""What an argument or the value of an option names, by how help writes it."""

_BY_NOUN: Final[dict[str, tuple[str, ...]]] = {
    "orders": ("orders",), "invoice": ("invoices", "credit_notes", "drafts"), "credit-note": ("credit_notes", "drafts"),
    "payment": ("payments",), "delivery": ("deliveries",), "carts": ("carts",), "customers": ("customers",),
    "products": ("products",), "tax": ("taxes",), "terms": ("terms",),
}  # fmt: skip
"""What the arguments of a noun name that help calls NUMBER or CODE."""


class Line(NamedTuple):
    """A command line as far as it was typed.

    Attributes:
        words: The whole words.
        last: The word that is being typed, maybe empty.
        environ: The environment of the shell.
    """

    words: list[str]
    last: str
    environ: Mapping[str, str]


def candidates(typed: str, environ: Mapping[str, str], patience: float = PATIENCE) -> list[str]:
    """List how the last word of a command line may go on, as whole words.

    Args:
        typed: The line up to the cursor, the name of the program first.
        patience: Seconds that a query may take.
    """
    line = _split(typed, environ)
    return sorted({word for word in _possible(line, patience) if word.startswith(line.last) or _loose(word, line.last)})


def _loose(word: str, last: str) -> bool:
    """Document numbers are completed whatever the case is they are typed in."""
    return not last.startswith("-") and word.upper().startswith(last.upper())


def _split(typed: str, environ: Mapping[str, str]) -> Line:
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(typed + closing)
        except ValueError:
            continue
        last = "" if not closing and (not typed or typed[-1].isspace()) else words.pop() if words else ""
        return Line(words[1:], last, environ)
    return Line([], "", environ)


def _possible(line: Line, patience: float) -> Iterable[str]:
    """Find the command of the line, then what its next word may be."""
    rest, values = [*reversed(line.words)], _shared(global_parameters())
    _skip_options(rest, values)
    if rest and rest[-1] in values:
        return _values(values[rest[-1]], "", line, patience)
    if not rest:
        return [*commands.NOUNS, *commands.COMMANDS, *_spelled(global_parameters(), line)]
    word = rest.pop()
    if word in commands.COMMANDS:
        return _of_verb(load(commands.COMMANDS[word].module).verbs[word], "", rest, line, patience)
    noun = next((name for name, entry in commands.NOUNS.items() if word == name or word in entry.aliases), "")
    if not noun:
        return []
    app = load(commands.NOUNS[noun].module)
    verbs, begun = app.verbs, ""
    _skip_options(rest, values)
    if rest and rest[-1] in app.groups:
        begun = f"{rest.pop()} "
        _skip_options(rest, values)
    if not rest:
        words = {name.removeprefix(begun).split()[0] for name in verbs if name.startswith(begun)}
        return [*words, *_spelled(global_parameters(), line)]
    verb = verbs.get(begun + rest.pop())
    return _of_verb(verb, noun, rest, line, patience) if verb else []


def _of_verb(verb: Verb, noun: str, rest: list[str], line: Line, patience: float) -> Iterable[str]:
    own = parameters(verb.function)
    declared = [*own, *shared_with(verb, own)]
    values = _shared(declared)
    arguments = [parameter for parameter in own if parameter.setting.argument]
    given = 0
    while rest:
        parameter = values.get(rest[-1])
        if parameter and len(rest) == 1:
            return _values(parameter, noun, line, patience)
        word = rest.pop()
        if word in values:
            rest.pop()
        elif not word.startswith("-") or word == "-":
            given += 1
    if line.last.startswith("-"):
        return _spelled(declared, line)
    if line.last.startswith("@"):
        return _looked_up((f"filters:{noun}",), line, patience)
    if arguments and arguments[-1].many:
        given = min(given, len(arguments) - 1)
    return _values(arguments[given], noun, line, patience) if given < len(arguments) else []


def _shared(declared: Iterable[Parameter]) -> dict[str, Parameter]:
    """List the options that take a value, by their spellings."""
    return {
        spelling: parameter
        for parameter in declared
        if not parameter.setting.argument and parameter.kind is not bool and not parameter.setting.counted
        for spelling in parameter.spellings
    }


def _skip_options(rest: list[str], values: Mapping[str, Parameter]) -> None:
    """Take options that stand before a word off a line, with their values; one without its value stays."""
    while rest and rest[-1].startswith("-"):
        if rest[-1] in values and len(rest) == 1:
            return
        if rest.pop() in values:
            rest.pop()


def _spelled(declared: Iterable[Parameter], line: Line) -> list[str]:
    """List options in full; the short ones are there to be typed."""
    if not line.last.startswith("-"):
        return []
    spellings = (
        name
        for parameter in declared
        if not parameter.setting.argument and not parameter.setting.hidden
        for pair in parameter.spellings
        for name in pair.split("/")
    )
    return [*(name for name in spellings if name.startswith("--")), "--help"]


def _values(parameter: Parameter, noun: str, line: Line, patience: float) -> Iterable[str]:
    """List what an argument or the value of an option may be."""
    if isinstance(parameter.kind, type) and issubclass(parameter.kind, Choice):
        return [str(member) for member in parameter.kind]
    metavar = parameter.setting.metavar
    words = _words(metavar)
    if words:
        before, comma, _ = line.last.rpartition(",")
        return [before + comma + word for word in words] if metavar in ("PARTS", "KINDS") else words
    kinds = _BY_METAVAR.get(metavar.partition("[")[0].partition(":")[0], ())
    if parameter.setting.argument and metavar in ("NUMBER", "CODE") and noun in _BY_NOUN:
        kinds = _BY_NOUN[noun]
    return _looked_up(kinds, line, patience)


def _words(metavar: str) -> Sequence[str]:
    if metavar == "FMT":
        from shopctl.output.console import FORMATS

        return FORMATS
    if metavar == "PARTS":
        from shopctl.domain.dashboard import SECTIONS

        return SECTIONS
    if metavar == "KINDS":
        from shopctl.commands.finding import NOUNS

        return tuple(NOUNS)
    if metavar == "WORD":
        from shopctl.commands import topics

        return [*topics.names(), *commands.NOUNS, *commands.COMMANDS]
    return {"WHEN": ("auto", "always", "never"), "SHELL": ("bash", "zsh", "fish")}.get(metavar, ())


def _looked_up(kinds: Sequence[str], line: Line, patience: float) -> list[str]:
    """Ask the shop, as long as somebody is signed in and it answers soon."""
    if not kinds:
        return []
    from shopctl.bootstrap import open_shop

    named = {name: _named(line.words, f"--{name}") for name in ("config", "profile", "db")}
    with _hurried(5 * patience):
        shop = open_shop(
            config=named["config"] or line.environ.get("SHOPCTL_CONFIG"),
            profile=named["profile"] or line.environ.get("SHOPCTL_PROFILE"),
            db=named["db"] or line.environ.get("SHOPCTL_DB"),
            as_of=None, wait="1s", dry_run=True, command="completion", environ=line.environ,
        )  # fmt: skip
    from shopctl.services import completing

    try:
        with _hurried(patience):
            return completing.starting(shop, kinds, line.last)
    finally:
        shop.database.close()


def _named(words: Sequence[str], option: str) -> str | None:
    return next((after for word, after in pairwise(words) if word == option), None)


class _TooSlowError(Exception):
    """The time is over."""


@contextmanager
def _hurried(seconds: float) -> Iterator[None]:
    """Give up what takes longer, where the system has an alarm clock."""

    def ring(*_: Any) -> None:
        raise _TooSlowError

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def answer(typed: str, environ: Mapping[str, str], patience: float = PATIENCE) -> str:
    """Write the candidates, one a line; nothing when anything goes wrong."""
    try:
        return "".join(f"{word}\n" for word in candidates(typed, environ, patience) if word.isprintable())
    except Exception:  # noqa: BLE001 - a suggestion that cannot be made is no error
        return ""
