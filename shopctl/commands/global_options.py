"""Settle the global options: what was typed beats the environment, and the word nearest to the verb beats the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from shopctl.errors import UsageError

COLORS: Final = ("auto", "always", "never")
TRUE_WORDS: Final = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS: Final = frozenset({"0", "false", "no", "off"})


class GlobalOptions(NamedTuple):
    """The global options of one call, settled; None and empty mean that nothing was said."""

    profile: str | None = None
    config: str | None = None
    db: str | None = None
    format: str | None = None
    fields: str | None = None
    output: str | None = None
    overwrite: bool = False
    header: bool | None = None
    excel: bool | None = None
    wide: bool = False
    truncate: bool = True
    color: str = "auto"
    quiet: bool = False
    verbose: int = 0
    debug: bool = False
    yes: bool = False
    no_input: bool = False
    dry_run: bool = False
    as_of: str | None = None
    tz: str | None = None
    wait: str | None = None


def read_format(text: str) -> str:
    """Accept the name of an output format."""
    from shopctl.output.console import FORMATS

    return _one_of(text, FORMATS, "format")


def read_color(text: str) -> str:
    """Accept when to use colours."""
    return _one_of(text, COLORS, "colour setting")


def _one_of(text: str, words: Sequence[str], what: str) -> str:
    if text in words:
        return text
    from difflib import get_close_matches

    nearest = get_close_matches(text, words, 1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"use one of {', '.join(words)}"
    raise UsageError("usage", f"'{text}' is not a {what}", hint=hint)


def read_zone(text: str) -> str:
    """Accept the name of a time zone such as Europe/Paris."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        raise UsageError("usage", f"'{text}' is not a time zone", hint="write a name such as Europe/Paris") from None
    return text


def read_instant(text: str) -> str:
    """Accept one day or one instant, as `--as-of` wants it."""
    from shopctl.domain.dates import parse

    when = parse(text)
    if when.kind in {"period", "ytd"} or (when.span is not None and when.span.first != when.span.last):
        raise UsageError("usage.date", f"'{text}' is more than one day", hint="write one day: 2026-08-21")
    return text


def read_duration(text: str) -> str:
    """Accept a length of time such as 10s or 5min."""
    from shopctl.domain.dates import parse_duration

    parse_duration(text)
    return text


def read_switch(text: str) -> bool:
    """Read a yes or no from the environment."""
    word = text.lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise UsageError("usage", f"'{text}' is neither 1 nor 0", hint="set it to 1, or unset it")
    return word in TRUE_WORDS


VARIABLES: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "profile": ("SHOPCTL_PROFILE", str),
    "config": ("SHOPCTL_CONFIG", str),
    "db": ("SHOPCTL_DB", str),
    "format": ("SHOPCTL_FORMAT", read_format),
    "debug": ("SHOPCTL_DEBUG", read_switch),
    "no_input": ("SHOPCTL_NO_INPUT", read_switch),
    "as_of": ("SHOPCTL_NOW", read_instant),
    "tz": ("SHOPCTL_TZ", read_zone),
}
"""Options that the environment may set, with the reader of their text."""


def settle(levels: Sequence[Mapping[str, object]], environ: Mapping[str, str]) -> GlobalOptions:
    """Put together what was typed before, between and after the words, and the environment.

    Args:
        levels: What was typed at the root, at the noun and at the verb, in this order; None and 0 mean not typed.
        environ: The environment; a variable counts only where the option was not typed at all.

    Raises:
        UsageError: Two formats at one place, or a variable that cannot be read.
    """
    values: dict[str, object] = {}
    for level in levels:
        values.update(_typed(level))
    for name, (variable, read) in VARIABLES.items():
        text = environ.get(variable)
        if text and name not in values:
            values[name] = _from_environment(variable, text, read)
    return GlobalOptions(**values)  # type: ignore[arg-type]  # the names and types are those of `global_declarations`


def _typed(level: Mapping[str, object]) -> dict[str, object]:
    values = {name: value for name, value in level.items() if value is not None and (name != "verbose" or value)}
    if values.pop("json", False) and values.setdefault("format", "json") != "json":
        raise UsageError("usage", f"--json and --format {values['format']} contradict each other", hint="use one")
    return values


def _from_environment(variable: str, text: str, read: Callable[[str], object]) -> object:
    try:
        os.fsencode(text).decode()
        return read(text)
    except UnicodeDecodeError:
        raise UsageError("usage", f"{variable} is not UTF-8 text", hint=f"unset {variable}") from None
    except UsageError as error:
        raise UsageError(error.code, f"{variable}: {error.message}", hint=error.hint, **error.details) from None


def asked_for(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """Guess the format from raw words, for errors that come before the options could be read."""
    found = environ.get("SHOPCTL_FORMAT")
    for position, word in enumerate(words):
        if word == "--":
            break
        if word == "--json":
            found = "json"
        elif word == "--format" and position + 1 < len(words):
            found = words[position + 1]
        elif word.startswith("--format="):
            found = word.partition("=")[2]
    return found or ""
