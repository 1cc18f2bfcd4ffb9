"""Say which fields a list or document has, and choose among them as `--fields` asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shopctl.errors import UsageError


class Kind(StrEnum):
    """What a field holds; decides how each format prints it."""

    TEXT = "text"
    CODE = "code"
    """A document number, SKU or code: never cut."""
    MONEY = "money"
    QUANTITY = "quantity"
    PERCENT = "percent"
    COUNT = "count"
    DATE = "date"
    INSTANT = "instant"
    STATUS = "status"
    FLAG = "flag"
    OBJECT = "object"
    """A dict or list of plain values; whole in JSON, readable elsewhere."""
    LIST = "list"
    """A tuple of strings."""


NUMBERS = frozenset({Kind.MONEY, Kind.QUANTITY, Kind.PERCENT, Kind.COUNT})
"""Kinds that are aligned on the right."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)  # made by every command
class Column:
    """A published field.

    Attributes:
        name: The field in JSON, CSV and `--fields`; never renamed.
        header: The heading in tables, without the currency.
        kind: What it holds.
        description: One sentence for `--fields help`.
        get: Reads it from a row; without one the attribute called `name` is read.
        shown: Tables that show it: `always`, `wide` (with `--wide`), or none (`machine`).
        plain: Whether plain, csv, tsv, json and jsonl show it without being asked.
        day: Whether tables print an instant as its day only.
        spare: Whether a table that is too wide leaves it out first, as it does with those of `--wide`.
        nested: The object that carries it in json and jsonl, which then leave it out.
        batch: Whether the table of a batch tells it beside the amount.
        parts: Of an object: its keys, each with the attribute of a row that it tells; what is empty there is null.
    """

    name: str
    header: str
    kind: Kind
    description: str
    get: Callable[[Any], object] | None = None
    shown: str = "always"
    plain: bool = True
    nested: str = ""
    day: bool = False
    spare: bool = False
    batch: bool = False
    parts: tuple[tuple[str, str], ...] = ()

    def value(self, row: Any) -> object:
        """Read the field from a row."""
        if self.get is not None:
            return self.get(row)
        if self.parts:
            return {key: getattr(row, name) or None for key, name in self.parts}
        return getattr(row, self.name)

    @property
    def sources(self) -> tuple[str, ...]:
        """The attributes of a row that it tells; none where it has to be worked out of the row."""
        if self.get is not None:
            return ()
        return tuple(name for _, name in self.parts) or (self.name,)


def default_columns(columns: Sequence[Column], *, form: str, wide: bool = False) -> list[Column]:
    """Tell which columns a format shows when nobody chose."""
    if form == "table":
        return [column for column in columns if column.shown == "always" or (wide and column.shown == "wide")]
    if form in ("json", "jsonl"):
        return [column for column in columns if (column.plain or column.kind is Kind.OBJECT) and not column.nested]
    return [column for column in columns if column.plain]


def choose(
    columns: Sequence[Column],
    fields: str,
    *,
    format: str,  # noqa: A002  named like the option
    wide: bool = False,
) -> list[Column]:
    """Choose columns as `--fields` asks.

    Args:
        columns: All columns there are.
        fields: Names separated by commas, in the wished order; `+name` adds to the default columns,
            `-name` drops from them. Empty: the default columns.
        format: The output format, which decides what is default.
        wide: Whether `--wide` was given.

    Raises:
        UsageError: No such field, or none would be left.
    """
    words = [word.strip() for word in fields.split(",") if word.strip()]
    known = {column.name: column for column in columns}
    only = [word for word in words if word[0] not in "+-"]
    chosen = [column.name for column in default_columns(columns, form=format, wide=wide)] if not only else []
    for word in words:
        name = word.lstrip("+-")
        if name not in known:
            raise _unknown(name, list(known))
        if word[0] == "-":
            chosen = [other for other in chosen if other != name]
        elif name not in chosen:
            chosen.append(name)
    if not chosen:
        raise UsageError("usage.field", "no field is left to show", hint="list the fields with --fields help")
    return [known[name] for name in chosen]


def _unknown(name: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?  All fields: --fields help" if near else "list the fields with --fields help"
    return UsageError("usage.field", f"no field '{name}'", hint=hint, field=name, nearest=near[0] if near else None)
