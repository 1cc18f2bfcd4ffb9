"""Use searches that were saved: options of a list under a name, which options that are typed come on top of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from shopctl.commands.declaring import Parameter, parameters

if TYPE_CHECKING:
    from shopctl.commands.call import Call
    from shopctl.commands.declaring import Verb

NONE: Final = "none"
"""`@none` stands for no saved search, where a default one would be used."""

_NEVER: Final = frozenset({"saved", "after"})
"""What is no part of a search: which one is meant, and where its last page ended."""


def applied(call: Call, verb: Verb, values: dict[str, Any]) -> dict[str, Any]:
    """Fill in what a saved search says and nobody typed.

    A default search is used on a terminal where nothing else is asked, so that no script depends on who runs it.

    Raises:
        NotFoundError: There is no search of this name.
    """
    name = values["saved"]
    own = [one for one in parameters(verb.function) if one.name not in _NEVER]
    bare = all(values[one.name] == one.default for one in own)
    if name == NONE or not (name or (call.out.terminal and bare)):
        return values
    shop = call.shop()

    from shopctl.services import saved_filters

    found = saved_filters.find(shop, verb.noun, name) if name else saved_filters.standard(shop, verb.noun)
    if found is None:
        return values
    if not name:
        call.out.note(f"@{found.name} is used, the default of this list; everything: shopctl {verb.path} @{NONE}")
    return {**values, **merged(own, found.options, values)}


def merged(own: Sequence[Parameter], stored: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the values of a search with what was typed on top; conditions are added to those of the search."""
    found = {}
    for one in own:
        if one.name not in stored:
            continue
        held = _read(one, stored[one.name])
        if one.many:
            found[one.name] = [*held, *(values[one.name] or ())]
        elif values[one.name] == one.default:
            found[one.name] = held
    return found


def _read(one: Parameter, held: Any) -> Any:
    if one.many:
        return [_value(one, text) for text in held]
    return held if one.kind is bool else _value(one, held)


def _value(one: Parameter, text: str) -> Any:
    return (one.setting.parser or one.kind)(text)


def storable(own: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the options of a search so that they can be read again as if they were typed; dates stay relative."""
    return {
        one.name: [_text(part) for part in value or ()] if one.many else _text(value)
        for one in own
        if one.name not in _NEVER and (value := values.get(one.name)) != one.default
    }


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(getattr(value, "text", value))


def words_of(stored: Mapping[str, Any], own: Sequence[Parameter]) -> str:
    """Write a search as it would be typed."""
    import shlex

    parts: list[str] = []
    for one in own:
        held = stored.get(one.name)
        values = held if isinstance(held, list) else [] if held is None else [held]
        parts += [
            one.spellings[0] if value is True else f"{one.spellings[0]} {shlex.quote(str(value))}" for value in values
        ]
    return " ".join(parts)
