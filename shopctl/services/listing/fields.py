"""Say what can be asked of a list, and hold what was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any, Final, NamedTuple

from shopctl.errors import UsageError


class Kind(StrEnum):
    """What a field holds; decides how typed values are read and which operators it has."""

    TEXT = "text"
    CODE = "code"
    """A number, SKU, currency or country: compared as it is stored, in upper and lower case."""
    MONEY = "money"
    NUMBER = "number"
    COUNT = "count"
    DAY = "day"
    INSTANT = "instant"
    STATUS = "status"
    FLAG = "flag"
    TAGS = "tags"
    """Words joined by `, `."""


NUMBERS: Final = frozenset({Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.FLAG})
"""Kinds that are stored as numbers."""


class Grouped(NamedTuple):
    """How rows are gathered by a field that needs more than its own value.

    Attributes:
        key: What tells the groups apart.
        labels: Names groups for people and scripts, by their keys.
        line: Where lines of documents are gathered: the field of a line that names its document,
        condition: which lines count,
        amount: what is summed instead of the amount of the document, and
        counts: how what is counted is called.
    """

    key: Any
    labels: Callable[[Sequence[Any]], dict[Any, str]] | None = None
    line: Any = None
    condition: Any = None
    amount: Any = None
    counts: str = ""

    def joined(self, noun: Noun, query: Any) -> Any:
        """Add the lines to a query of documents, where lines are gathered."""
        if self.line is None:
            return query
        joined = query.switch(noun.key.model).join(self.line.model, on=self.line == noun.key)
        return joined.where(self.condition)


class Field(NamedTuple):
    """Something that rows can be filtered, sorted or grouped by.

    Attributes:
        name: As it is published.
        of: Where it stands: expressions, or a function that makes one for the database in use. A test holds if it
            holds for one of them; rows are sorted and grouped by the first.
        choices: The values of a status.
        aliases: Other names that may be typed.
        nullable: It may be absent, which is sorted before everything else.
        grouped: Gathers rows by something else than its value.
        matches: Makes the condition that it is one of some values, for what is no column of the noun.
        sortable: Whether rows can be sorted by it.
        column: The column of the list that holds just what the first expression answers, where it is not called the
            same; None where there is no such column.
    """

    name: str
    kind: Kind
    of: tuple[Any, ...] = ()
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    nullable: bool = False
    grouped: Grouped | None = None
    matches: Callable[[Sequence[str], bool], Any] | None = None
    sortable: bool = True
    column: str | None = ""

    @property
    def tells(self) -> str | None:
        """Which column of the list it answers."""
        return self.name if self.column == "" else self.column

    @property
    def expression(self) -> Any:
        """Where it stands, for the database in use."""
        return self.expressions[0]

    @property
    def expressions(self) -> tuple[Any, ...]:
        """All places where it stands."""
        return tuple(one() if callable(one) and not hasattr(one, "__sql__") else one for one in self.of)


class Noun(NamedTuple):
    """What a list is of.

    Attributes:
        name: As in commands, plural: `orders`.
        one: The number of a row as `--after` takes it.
        order: The fields it is sorted by when nobody says otherwise, `-` for descending; together they are unique.
        query: Makes the query of all its rows, with the tables that its fields need.
        find: Answers the key of the row that a number names, or refuses.
        key: The key of a row.
        amount: What sums and groups add up, and
        currency: the currency it is in; None where nothing is added up.
    """

    name: str
    fields: tuple[Field, ...]
    order: tuple[str, ...]
    query: Callable[[], Any]
    find: Callable[[str], int]
    key: Any
    amount: Any = None
    currency: Any = None

    def field(self, name: str) -> Field | None:
        """Find a field by one of its names."""
        word = name.lower().replace("-", "_")
        return next((one for one in self.fields if word == one.name or word in one.aliases), None)

    def stored(self, column: str) -> Field | None:
        """Find the field that answers what a column of the list holds; None where more is needed to tell it."""
        return next(
            (one for one in self.fields if one.of and column == (one.name if one.column == "" else one.column)), None
        )

    def named(self, name: str, *, able: Callable[[Field], bool] = lambda _: True) -> Field:
        """Find a field that somebody typed.

        Raises:
            UsageError: There is none, or it cannot do what is asked.
        """
        found = self.field(name)
        if found is None or not able(found):
            raise self.unknown(name, able)
        return found

    def unknown(self, name: str, able: Callable[[Field], bool] = lambda _: True) -> UsageError:
        """Say that there is no such field, and which there are."""
        from difflib import get_close_matches

        names = [one.name for one in self.fields if able(one) and not one.name.startswith("_")]
        known = [alias for one in self.fields if able(one) for alias in (one.name, *one.aliases)]
        near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(names)}"
        return UsageError("usage.field", f"{self.name} have no field '{name}'", hint=hint, field=name)


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Asked(NamedTuple):
    """What somebody asks of a list beyond its named options.

    Attributes:
        filters: Texts of the filter language; all of them must hold.
        search: Words that must be found.
        sort: Fields separated by commas, `-` for descending.
        shop: Whose series tell which document a bare number is.
        zone: Where calendar days are, and
        now: the moment of the call, for relative dates.
    """

    now: datetime = _NEVER
    zone: tzinfo = UTC
    filters: tuple[str, ...] = ()
    search: str = ""
    sort: str = ""
    shop: Any = None


PLAIN: Final = Asked()
"""Nothing but the named options."""
