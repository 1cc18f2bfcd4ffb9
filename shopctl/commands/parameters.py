"""Translate declared options to typer's, and typer's back to what help and the reference print."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, NamedTuple

import typer

from shopctl.commands.declaring import Parameter
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


def collector(declared: Sequence[Parameter], noun: str) -> Callable[..., dict[str, Any]]:
    """Make a function with the declared options, for typer, that only answers what was typed."""
    lists = [parameter.name for parameter in declared if parameter.default == []]

    def collect(**values: Any) -> dict[str, Any]:
        values.update({name: [] for name in lists if values[name] is None})
        return values

    collect.__dict__["__signature__"] = inspect.Signature([_translated(parameter, noun) for parameter in declared])
    collect.__annotations__ = {}
    return collect


def described(parameters: Sequence[Any]) -> tuple[Param, ...]:
    """Describe typer's parameters."""
    return tuple(_described(parameter) for parameter in parameters)


def _translated(parameter: Parameter, noun: str) -> inspect.Parameter:
    setting = parameter.setting
    if setting.argument:
        info: Any = typer.Argument(
            metavar=_metavar(setting, noun, many=parameter.many),
            help=_about(setting, noun),
            parser=_reader(setting.parser),
            hidden=setting.hidden,
        )
    else:
        info = typer.Option(
            *parameter.spellings,
            metavar=setting.metavar or None,
            help=setting.help,
            parser=_reader(setting.parser),
            hidden=setting.hidden,
            count=setting.counted,
            rich_help_panel=setting.panel or None,
        )
    default = inspect.Parameter.empty if parameter.required else None if parameter.default == [] else parameter.default
    base = list[parameter.kind] if parameter.many else parameter.kind  # type: ignore[name-defined]  # known at run time
    return inspect.Parameter(
        parameter.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[base, info]
    )


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
