"""Keep a report of an unexpected error, without secrets, for whoever mends the program."""

from __future__ import annotations

import os
import platform
import re
import shlex
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from shopctl import __version__

KEPT: Final = 20
"""So many reports are kept."""

_ADDRESS_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s@]+@")
_NAMED_SECRET = re.compile(
    r"(?i)((?:password|passwd|secret|token|api[_-]?key)\w*['\"]?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|\S+)"
)
_SECRET_OPTION = re.compile(r"(?i)(--[\w-]*(?:password|secret|token)[\w-]*[ =])('[^']*'|\S+)")


def masked(text: str) -> str:
    """Replace passwords, tokens and the like by ***."""
    text = _ADDRESS_PASSWORD.sub(r"\1***@", text)
    return _NAMED_SECRET.sub(r"\1***", _SECRET_OPTION.sub(r"\1***", text))


def trace(error: BaseException) -> str:
    """Write the traceback of an error, without the values of variables."""
    return "".join(traceback.format_exception(error))


def told(error: BaseException, report: str, *, json: bool) -> str:
    """Write the lines for standard error: a sentence and where the report is, or one line of JSON."""
    message = f"unexpected {type(error).__name__}, a bug of shopctl"
    hint = f"the details are in {report}" if report else "add --debug to see where it happened"
    if not json:
        return f"error: {message} [internal]\nhint:  {hint}\n"
    from json import dumps

    body = {"code": "internal", "message": message, "hint": hint, "exit_code": 1, "retryable": False, "details": {}}
    return dumps({"error": body}) + "\n"


def write(error: BaseException, words: Sequence[str], environ: Mapping[str, str]) -> str:
    """Write a report that only its owner can read.

    Returns:
        Its path, or nothing where it could not be written.
    """
    from shopctl.config.places import state_directory

    now = datetime.now(UTC)
    head = f"shopctl {__version__}, Python {platform.python_version()}, {platform.system()}\n{now:%Y-%m-%dT%H:%M:%SZ}\n"
    text = masked(f"{head}shopctl {shlex.join(words)}\n\n{trace(error)}")
    try:
        folder = state_directory(environ)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, f"crash-{now:%Y%m%dT%H%M%S}-{os.getpid()}.txt")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        _forget_oldest(folder)
    except OSError:
        return ""
    return path


def _forget_oldest(folder: str | os.PathLike[str]) -> None:
    """Keep the newest reports only, so that a job that fails every minute does not fill the disk."""
    reports = sorted(name for name in os.listdir(folder) if name.startswith("crash-") and name.endswith(".txt"))
    for name in reports[:-KEPT]:
        os.unlink(os.path.join(folder, name))
