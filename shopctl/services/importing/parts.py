"""Name what the storing of every kind of record shares: lines in, answers out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from shopctl.domain.outcomes import Change
from shopctl.domain.records import Record
from shopctl.errors import NotFoundError, ShopError
from shopctl.shop import Shop


class ImportRow(NamedTuple):
    """A record that was taken in; amounts only where the record has a total."""

    kind: str
    number: str
    customer_name: str
    currency: str
    amount_total: Decimal | None
    differences: str


class Line(Protocol):
    """What a reader hands over: a record with its line number, or the reason why there is none."""

    @property
    def line(self) -> int:
        """The line it begins at."""

    @property
    def reference(self) -> str:
        """How the record is named in messages."""

    @property
    def record(self) -> Record | None:
        """The record."""

    @property
    def error(self) -> ShopError | None:
        """Why there is no record."""


Answer = tuple[Change, ImportRow] | ShopError
Pairs = Sequence[tuple[Line, Any]]
Storing = Callable[[Shop, Sequence[tuple[Line, Record]]], Iterable[tuple[Line, Answer]]]


def fingerprint(values: Sequence[Any]) -> str:
    """Hash stored values, to see later whether a record changed.

    Args:
        values: Texts, integers, None and lists of them; each always of one kind, or absent, at its place.
    """
    text = _apart(len(values)) % tuple(values)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@lru_cache(maxsize=256)
def _apart(count: int) -> str:
    """Separate values by the one character that no text may hold; a format takes a third of the time of `repr`."""
    return "\0".join(["%s"] * count)


def missing(line: Line, what: str, code: str, hint: str = "") -> NotFoundError:
    """Refuse a record that refers to something that is neither stored nor came earlier in the file."""
    return NotFoundError(
        "import.reference",
        f"line {line.line}: there is no {what} {code!r}",
        hint=hint or f"put the {what} before it in the file",
        line=line.line,
    )
