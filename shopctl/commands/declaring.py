"""Declare commands: `noun` collects the verbs of a noun, and their signatures tell their options.

Nothing here needs typer, so that a plain command line can do without it; see `reading` and `framework`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin

from shopctl.commands.options import Setting

F = TypeVar("F", bound=Callable[..., Any])


class Verb(NamedTuple):
    """A command as it was declared.

    Attributes:
        noun: The word before it, empty for a command by itself.
        name: Its own word, or two of them: `templates list`.
        function: Takes a `Call` and the options, answers the exit status or None.
        examples: Commands, each with a remark.
        exits: The exit statuses worth naming, for help.
        aliases: Hidden other spellings.
        writes: It changes something: it has `--dry-run`, and may have to ask.
    """

    noun: str
    name: str
    function: Callable[..., Any]
    examples: tuple[tuple[str, str], ...]
    exits: str
    aliases: tuple[str, ...]
    writes: bool

    @property
    def path(self) -> str:
        """Its words without the program's name."""
        return f"{self.noun} {self.name}".strip()

    @property
    def text(self) -> str:
        """What it does: the first paragraph of the docstring."""
        return " ".join((self.function.__doc__ or "").split("\n\n", 1)[0].split())

    @property
    def summary(self) -> str:
        """Its first sentence, without the full stop."""
        return self.text.split(". ", 1)[0].rstrip(".")


class App:
    """The verbs of one noun."""

    def __init__(self, name: str, help: str) -> None:  # noqa: A002 - the word typer uses
        self.name = name
        self.help = help
        self.verbs: dict[str, Verb] = {}
        self.hidden: dict[str, Verb] = {}
        self.groups: dict[str, str] = {}

    def group(self, name: str, help: str) -> None:  # noqa: A002 - the word typer uses
        """Say what the verbs of two words that begin with this one are about."""
        self.groups[name] = help

    def command(
        self,
        name: str,
        *,
        examples: Sequence[tuple[str, str]],
        exits: str = "",
        aliases: Sequence[str] = (),
        writes: bool = False,
    ) -> Callable[[F], F]:
        """Make a function a verb; its docstring's first paragraph is the help."""

        def register(function: F) -> F:
            self.verbs[name] = Verb(self.name, name, function, tuple(examples), exits, tuple(aliases), writes)
            return function

        return register


def noun(name: str, help: str) -> App:  # noqa: A002 - the word typer uses
    """Start a noun; an empty name holds commands that stand by themselves."""
    return App(name, help)


def load(module: str) -> App:
    """Import the module of a noun and give its `app`."""
    return cast("App", importlib.import_module(module).app)


class Parameter(NamedTuple):
    """An option or argument as a signature declares it.

    Attributes:
        kind: The type of one value; what a parser of ours reads counts as text.
        many: Its values make a list.
        required: It must be given; a list of arguments may be empty.
        default: Its value when it is not given.
    """

    name: str
    kind: Any
    many: bool
    required: bool
    default: Any
    setting: Setting

    @property
    def spellings(self) -> tuple[str, ...]:
        """How an option is written; `--a/--no-a` is a pair."""
        return self.setting.names or (f"--{self.name.rstrip('_').replace('_', '-')}",)


def parameters(function: Callable[..., Any], *, skip: int = 1) -> list[Parameter]:
    """Read the options and arguments off the signature of a function; a dataclass among them is a group of options.

    Args:
        skip: How many leading parameters are none of the command line, such as the call.
    """
    found: list[Parameter] = []
    for one in declared(function)[skip:]:
        group = _group(one)
        found += parameters(group, skip=0) if group else [_parameter(one)]
    return found


def gathered(function: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the values of parameters into the shape of a signature in which some of them form a group."""
    left = dict(values)
    made = {}
    for one in declared(function):
        if group := _group(one):
            made[one.name] = group(**{part.name: left.pop(part.name) for part in parameters(group, skip=0)})
    return left | made


def _group(one: inspect.Parameter) -> Callable[..., Any] | None:
    return cast("Callable[..., Any]", one.annotation) if is_dataclass(one.annotation) else None


@cache
def declared(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """List the parameters of a function with their types."""
    return [*inspect.signature(function, eval_str=True).parameters.values()]


@cache
def global_parameters() -> tuple[Parameter, ...]:
    """List the global options."""
    from shopctl.commands.global_declarations import declared

    return tuple(parameters(declared, skip=0))


def shared_with(verb: Verb, own: Sequence[Parameter]) -> list[Parameter]:
    """List the global options of a verb; where it has an option of the same spelling, its own counts."""
    taken = {one for parameter in own if not parameter.setting.argument for one in _names(parameter)}
    return [
        parameter
        for parameter in global_parameters()
        if taken.isdisjoint(_names(parameter)) and (verb.writes or parameter.name != "dry_run")
    ]


def _names(parameter: Parameter) -> list[str]:
    return [name for spelling in parameter.spellings for name in spelling.split("/")]


def _parameter(one: inspect.Parameter) -> Parameter:
    base, setting = _parts(one.annotation)
    kind = _without_none(base)
    many = get_origin(kind) is list
    if setting.parser is not None:
        kind = str
    elif many:
        (kind,) = get_args(kind)
    unset = one.default is inspect.Parameter.empty
    if setting.argument and many and (unset or one.default is None):
        return Parameter(one.name, kind, many, required=False, default=[], setting=setting)
    return Parameter(one.name, kind, many, unset, None if unset else one.default, setting)


def _parts(annotation: Any) -> tuple[Any, Setting]:
    if get_origin(annotation) is not Annotated:
        return annotation, Setting()
    base, *notes = get_args(annotation)
    setting = Setting()
    for note in notes:
        setting = setting.refined(note) if isinstance(note, Setting) else setting
    return base, setting


def _without_none(base: Any) -> Any:
    """Find the type of a value that may be missing; types of ready-made options may be written as text."""
    if hasattr(base, "__forward_arg__"):
        return {"bool | None": bool, "int | None": int}.get(base.__forward_arg__, str)
    if get_origin(base) in {Union, UnionType}:
        return next(member for member in get_args(base) if member is not type(None))
    return base
