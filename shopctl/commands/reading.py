"""Read plain command lines without typer, whose import costs more than most commands.

Whatever is unusual is not understood here: mistakes, `--option=value`, `-qv`, `--`, `--help`, an argument that starts
with a dash, an option given twice. `framework` reads those, and it alone tells what is wrong with a command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from shopctl import commands
from shopctl.commands.declaring import Parameter, Verb, global_parameters, load, parameters, shared_with
from shopctl.errors import UsageError

T = TypeVar("T", commands.Entry, Verb)
Values = dict[str, Any]


class Reading(NamedTuple):
    """What a command line says.

    Attributes:
        verb: The command.
        values: Its options and arguments by their names, those with defaults as well.
        levels: Global options as typed at the root, at the noun and at the verb; None and 0 mean not typed.
    """

    verb: Verb
    values: Values
    levels: Sequence[Values]


class _Spelling(NamedTuple):
    """What a word such as `--no-header` stands for, and where its value goes."""

    parameter: Parameter
    positive: bool
    values: Values


def understood(words: Sequence[str]) -> Reading | None:
    """Read a plain command line; None when any word of it is unusual.

    No failure is swallowed: the line is then read once more, by `framework`, which meets it again.
    """
    try:
        return _understood([*reversed(words)])
    except (UsageError, LookupError, ValueError):
        return None


def _understood(rest: list[str]) -> Reading:
    levels = [_typed_before_a_word(rest)]
    word = rest.pop()
    if word in commands.COMMANDS:
        verb = load(commands.COMMANDS[word].module).verbs[word]
    else:
        app = load(_named(commands.NOUNS, word).module)
        levels.append(_typed_before_a_word(rest))
        word = rest.pop()
        if word in app.groups:
            word = f"{word} {rest.pop()}"
        verb = app.hidden.get(word) or _named(app.verbs, word)
    own = parameters(verb.function)
    values: Values = {}
    shared: Values = {}
    spellings = _spellings(shared_with(verb, own), shared) | _spellings(own, values)
    plain = []
    while rest:
        if _is_option(rest[-1]):
            _take(rest, spellings)
        else:
            plain.append(rest.pop())
    values.update(_arguments(own, plain))
    if any(one.required and one.name not in values for one in own):
        raise ValueError(plain)
    return Reading(verb, {one.name: values.get(one.name, one.default) for one in own}, [*levels, shared])


def _named(table: Mapping[str, T], word: str) -> T:
    name = next((name for name, entry in table.items() if word in entry.aliases), word)
    return table[name]


def _is_option(word: str) -> bool:
    """Tell options from words; a dash alone is a word, it names standard input."""
    return word.startswith("-") and word != "-"


def _typed_before_a_word(rest: list[str]) -> Values:
    values: Values = {}
    while _is_option(rest[-1]):
        _take(rest, _spellings(global_parameters(), values))
    return values


def _spellings(declared: Iterable[Parameter], values: Values) -> dict[str, _Spelling]:
    found = {}
    for parameter in declared:
        for pair in () if parameter.setting.argument else parameter.spellings:
            positive, _, negative = pair.partition("/")
            found[positive] = _Spelling(parameter, True, values)
            found[negative or positive] = _Spelling(parameter, not negative, values)
    return found


def _take(rest: list[str], spellings: Mapping[str, _Spelling]) -> None:
    """Take an option with its value off the rest of the line."""
    parameter, positive, values = spellings[rest.pop()]
    name = parameter.name
    if parameter.setting.counted:
        values[name] = values.get(name, 0) + 1
    elif parameter.many:
        values.setdefault(name, []).append(_read(parameter, rest.pop()))
    elif name in values:
        raise ValueError(name)
    else:
        values[name] = positive if parameter.kind is bool else _read(parameter, rest.pop())


def _value(parameter: Parameter, text: str) -> Any:
    if _is_option(text):
        raise ValueError(text)
    return _read(parameter, text)


def _read(parameter: Parameter, text: str) -> Any:
    """Read the word after an option, which is its value even when it begins with a dash: `--sort -total`."""
    return (parameter.setting.parser or parameter.kind)(text)


def _arguments(own: Sequence[Parameter], plain: list[str]) -> Values:
    """Hand the plain words to the arguments in their order; a list takes all that are left."""
    values: Values = {}
    for parameter in own:
        if not parameter.setting.argument:
            continue
        if parameter.many:
            values[parameter.name] = [_value(parameter, word) for word in plain]
            plain = []
        elif plain or parameter.required:
            values[parameter.name] = _value(parameter, plain.pop(0))
    if plain:
        raise ValueError(plain)
    return values
