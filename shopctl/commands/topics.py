"""Find the help topics: packaged texts, completed with tables that come from the code itself."""

from __future__ import annotations

import os
from typing import Final

from shopctl.errors import CODES, ExitStatus

FOLDER: Final = os.path.join(os.path.dirname(os.path.dirname(__file__)), "topics")

MEANINGS: Final[dict[ExitStatus, tuple[str, str]]] = {
    ExitStatus.OK: ("done, or already so, or an empty list", ""),
    ExitStatus.FAILED: ("unexpected error, or a check found something wrong", "no"),
    ExitStatus.USAGE: ("an option, argument, date or amount cannot be understood", "no"),
    ExitStatus.NOT_FOUND: ("the document, customer or file does not exist", "no"),
    ExitStatus.AUTH: ("nobody is signed in, or the password is wrong", "after login"),
    ExitStatus.FORBIDDEN: ("the signed-in user may not do this", "no"),
    ExitStatus.REJECTED: ("a business rule says no", "no"),
    ExitStatus.CONFLICT: ("somebody else was faster, or a key was used with other input", "look first"),
    ExitStatus.PARTIAL: ("a batch ended, at least one item failed", "those that failed"),
    ExitStatus.EMPTY: ("nothing matched and --fail-on-empty was given", ""),
    ExitStatus.UNCONFIRMED: ("a confirmation was needed, or answered with no", "with --yes"),
    ExitStatus.TEMPORARY: ("database busy, mail server down", "yes, later"),
    ExitStatus.CONFIG: ("configuration, database address or schema is wrong", "after fixing it"),
    ExitStatus.INTERRUPTED: ("stopped by Ctrl-C; what was done stays done", ""),
    ExitStatus.PIPE_CLOSED: ("the reader of the output went away", ""),
    ExitStatus.TERMINATED: ("stopped by SIGTERM; what was done stays done", ""),
}
"""When each status is answered, and whether the same call may be tried again."""


def names() -> list[str]:
    """List the topics in alphabetical order."""
    return sorted(name.removesuffix(".txt") for name in os.listdir(FOLDER) if name.endswith(".txt"))


def text(name: str) -> str:
    """Give the text of a topic, ending with a newline."""
    with open(os.path.join(FOLDER, f"{name}.txt"), encoding="utf-8") as file:
        return file.read().replace("{codes}\n", _codes()).replace("{statuses}\n", _statuses())


def _codes() -> str:
    width = max(map(len, CODES))
    return "".join(f"  {code:<{width}}  {meaning}\n" for code, meaning in sorted(CODES.items()))


def _statuses() -> str:
    rows = [("CODE", "NAME", "WHEN", "AGAIN?")]
    rows += [(str(int(status)), status.name.lower(), *MEANINGS[status]) for status in ExitStatus]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ("  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"  {line}".rstrip() + "\n" for line in lines)
