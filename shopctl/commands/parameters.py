"""Translate declared options to typer's, and typer's back to what help and the reference print."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import typer

from shopctl.commands.mistakes import BadValueError
from shopctl.commands.options import Setting
from shopctl.errors import UsageError


class Param(NamedTuple):
    """An option or argument as people see it.

    Attributes:
        kind: `argument` or `option`.
        spelling: `ORDER...`, or the names and the value: `--limit, -L N`.
        help: What it does.
        panel: The heading it stands under, may be empty.
        required: It must be given.
        default: Its default in words, may be empty.
        choices: The words it accepts, where they are listed.
        hidden: Not shown in help.
    """

    kind: str
    spelling: str
    help: str
    panel: str
    required: bool
    default: str
    choices: tuple[str, ...]
    hidden: bool


def collector(function: Callable[..., Any], noun: str, *, skip: int = 1) -> Callable[..., dict[str, Any]]:
    """Make a function with the options of another one, for typer, that only answers what was typed.

    Args:
        skip: How many leading parameters are none of the command line, such as the call.
    """
    signature = inspect.signature(function, eval_str=True)
    declared = list(signature.parameters.values())[skip:]
    lists = [parameter.name for parameter in declared if _is_argument_list(parameter)]

    def collect(**values: Any) -> dict[str, Any]:
        values.update({name: [] for name in lists if values[name] is None})
        return values

    translated = [_translated(parameter, noun, listed=parameter.name in lists) for parameter in declared]
    collect.__dict__["__signature__"] = inspect.Signature(translated)
    collect.__annotations__ = {}
    return collect


def described(parameters: Sequence[Any]) -> tuple[Param, ...]:
    """Describe typer's parameters."""
    return tuple(_described(parameter) for parameter in parameters)


def _is_argument_list(parameter: inspect.Parameter) -> bool:
    base, setting = _parts(parameter)
    return setting.argument and get_origin(base) is list and parameter.default in {inspect.Parameter.empty, None}


def _parts(parameter: inspect.Parameter) -> tuple[Any, Setting]:
    if get_origin(parameter.annotation) is not Annotated:
        return parameter.annotation, Setting()
    base, *notes = get_args(parameter.annotation)
    setting = Setting()
    for note in notes:
        setting = setting.refined(note) if isinstance(note, Setting) else setting
    return base, setting


def _translated(parameter: inspect.Parameter, noun: str, *, listed: bool) -> inspect.Parameter:
    base, setting = _parts(parameter)
    base = _readable(base, setting)
    if setting.argument:
        info: Any = typer.Argument(
            metavar=_metavar(setting, noun, many=get_origin(base) is list),
            help=_about(setting, noun),
            parser=_reader(setting.parser),
            hidden=setting.hidden,
        )
    else:
        info = typer.Option(
            *(setting.names or (f"--{parameter.name.rstrip('_').replace('_', '-')}",)),
            metavar=setting.metavar or None,
            help=setting.help,
            parser=_reader(setting.parser),
            hidden=setting.hidden,
            count=setting.counted,
            rich_help_panel=setting.panel or None,
        )
    default = None if listed else parameter.default
    return parameter.replace(annotation=Annotated[base, info], default=default, kind=inspect.Parameter.KEYWORD_ONLY)


def _readable(base: Any, setting: Setting) -> Any:
    """Choose the type that typer is told; a parser of our own takes text whatever it answers."""
    if isinstance(base, str) or hasattr(base, "__forward_arg__"):
        name = base if isinstance(base, str) else base.__forward_arg__
        base = {"bool | None": bool, "int | None": int}.get(name, str)
    if setting.parser is None:
        return base
    return list[str] if get_origin(_without_none(base)) is list else str


def _without_none(base: Any) -> Any:
    if get_origin(base) in {Union, UnionType}:
        return next(member for member in get_args(base) if member is not type(None))
    return base


def _metavar(setting: Setting, noun: str, *, many: bool) -> str:
    return _subject(setting, noun) + ("..." if many else "")


def _subject(setting: Setting, noun: str) -> str:
    if setting.metavar == "NUMBER" and noun:
        return noun.removesuffix("s").upper()
    return setting.metavar or "VALUE"


def _about(setting: Setting, noun: str) -> str:
    return setting.help.replace("Document numbers", f"{_subject(setting, noun).capitalize()} numbers", 1)


def _reader(parser: Callable[[str], Any] | None) -> Callable[[Any], Any] | None:
    """Let typer add the name of the option to what a parser of ours refuses."""
    if parser is None:
        return None

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return parser(value)
        except UsageError as error:
            raise BadValueError(error) from None

    return read


def _described(parameter: Any) -> Param:
    flag = parameter.param_type_name == "option"
    choices = tuple(str(choice) for choice in getattr(parameter.type, "choices", ()))
    return Param(
        parameter.param_type_name,
        _spelling(parameter) if flag else parameter.make_metavar(None),
        parameter.help or "",
        parameter.rich_help_panel or "",
        bool(parameter.required),
        _default(parameter.default),
        choices,
        bool(parameter.hidden),
    )


def _spelling(option: Any) -> str:
    names = ", ".join(option.opts)
    if option.secondary_opts:
        names += "/" + ", ".join(option.secondary_opts)
    if option.is_flag or option.count:
        return names
    longest = max(option.opts, key=len)
    return f"{names} {option.metavar or longest.rpartition('-')[2].upper()}"


def _default(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value in (None, False, "", []) or callable(value) else str(value)
