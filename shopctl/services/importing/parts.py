"""Name what the storing of every kind of record shares: lines in, answers out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
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


def fingerprint(values: Any) -> str:
    """Hash stored values (texts, integers, None and tuples of them), to see later whether a record changed."""
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def missing(line: Line, what: str, code: str, hint: str = "") -> NotFoundError:
    """Refuse a record that refers to something that is neither stored nor came earlier in the file."""
    return NotFoundError(
        "import.reference",
        f"line {line.line}: there is no {what} {code!r}",
        hint=hint or f"put the {what} before it in the file",
        line=line.line,
    )
