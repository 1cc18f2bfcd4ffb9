"""Say what a reader hands over: a record or an error for each line or order, never an exception for a bad one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.records import Record
from shopctl.errors import ShopError, UsageError


class Item(NamedTuple):
    """One record of a file, or the reason why there is none.

    `line` is the physical line where it begins, `reference` the natural key or, without one, "line N".
    """

    line: int
    reference: str
    record: Record | None
    error: ShopError | None


class Unreadable(Exception):  # noqa: N818 - a signal inside the readers that becomes a ShopError with its line
    """A value that cannot be taken; `path` says which one, as in `lines[0].unit_price`."""

    def __init__(self, reason: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.hint = hint

    def inside(self, outer: str) -> Unreadable:
        """Put the name of the surrounding field or list index in front of the path."""
        if not self.path:
            self.path = outer
        else:
            self.path = outer + self.path if self.path.startswith("[") else f"{outer}.{self.path}"
        return self


def field_item(line: int, reference: str, problem: Unreadable) -> Item:
    """Turn a refused value into an item with its line, path and reason."""
    where = f"line {line}: {problem.path}: " if problem.path else f"line {line}: "
    error = UsageError(
        "import.field", where + problem.reason, hint=problem.hint, line=line, path=problem.path, reason=problem.reason
    )
    return Item(line, reference or f"line {line}", None, error)


def syntax_item(line: int, reason: str, *, reference: str = "", hint: str = "") -> Item:
    """Make the item of a line that is no record at all."""
    error = UsageError("import.syntax", f"line {line}: {reason}", hint=hint, line=line, reason=reason)
    return Item(line, reference or f"line {line}", None, error)


def shown(value: object) -> str:
    """Quote a value for a message, cut to 40 characters."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, Decimal) else repr(value)
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}...'"


def nearest(name: str, known: Iterable[str]) -> str:
    """Answer a hint with the known name that looks most like the given one, or an empty text."""
    close = difflib.get_close_matches(name[:100], list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
