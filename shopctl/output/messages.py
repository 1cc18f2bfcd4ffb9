"""Write errors and warnings: one sentence, why, and what to do, or one line of JSON for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopctl.errors import ExitStatus, ShopError
from shopctl.output.formats import readable
from shopctl.output.machine import compact_encoder
from shopctl.output.style import Style
from shopctl.output.text import safe

_INDENT = " " * 7
_MOST_LINES = 20
_WHY = "why"


def error_json(error: ShopError) -> str:
    """Write an error as one JSON object, as it appears under `error`."""
    return error_line(
        error.code,
        error.message,
        hint=error.hint,
        status=error.status,
        retryable=error.retryable,
        details=error.details,
    )


def error_line(
    code: str, message: str, *, hint: str, status: ExitStatus, retryable: bool, details: Mapping[str, object]
) -> str:
    """Write the line that scripts read from standard error."""
    told = {
        "code": code,
        "message": message,
        "hint": hint,
        "exit_code": int(status),
        "retryable": retryable,
        "details": {name: _known(value) for name, value in details.items()},
    }
    return compact_encoder()({"error": told})


def error_lines(error: ShopError, style: Style, *, every_detail: bool = False) -> list[str]:
    """Write an error for people.

    The detail `why` and details that are lists follow line by line; other details are for scripts, and shown
    only with `--verbose`.
    """
    first, *more = error.message.split("\n")
    lines = [f"{style.paint('error:', 'red')} {safe(first)} [{error.code}]"]
    lines += [_INDENT + safe(line) for line in more]
    for name, value in error.details.items():
        lines += [_INDENT + line for line in _detail(name, value, every_detail=every_detail)]
    return lines + hint_lines(error.hint)


def hint_lines(hint: str) -> list[str]:
    """Write what would help; every line of it."""
    if not hint:
        return []
    first, *more = hint.split("\n")
    return [f"hint:  {safe(first)}", *(_INDENT + safe(line.strip()) for line in more)]


def _detail(name: str, value: object, *, every_detail: bool) -> list[str]:
    if isinstance(value, list | tuple):
        lines = [safe(readable(item)) for item in value[:_MOST_LINES]]
        return lines + ([f"… {len(value) - _MOST_LINES} more"] if len(value) > _MOST_LINES else [])
    if name == _WHY and isinstance(value, str):
        return [safe(line) for line in value.split("\n")]
    return [f"{name}: {safe(readable(value))}"] if every_detail else []


def _known(value: object) -> object:
    """Keep what JSON knows and write the rest as text, so that an error can always be printed."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _known(held) for key, held in value.items()}
    if isinstance(value, Sequence):
        return [_known(item) for item in value]
    return readable_or_text(value)


def readable_or_text(value: object) -> str:
    """Write a value that may be anything."""
    try:
        return readable(value)
    except TypeError:
        return str(value)
