"""Turn filters into conditions of a query; values are always bound, never written into the statement."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import peewee

from shopctl.db.bulk import database_of
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import stamp, units
from shopctl.domain import filters
from shopctl.domain.filters import Comparison, Place, Value, mistake
from shopctl.domain.money import parse_decimal
from shopctl.errors import UsageError
from shopctl.models import Order
from shopctl.services.listing.fields import Asked, Field, Kind, Noun

COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip

ORDERED: Final = frozenset({Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.DAY, Kind.INSTANT})
"""Kinds of which one value is larger than another."""

MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670"
"""Accents, and the vowel signs of Hebrew and Arabic, which people leave out when they type."""

_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")


def condition(noun: Noun, text: str, asked: Asked) -> Any:
    """Write a filter as a condition.

    Raises:
        UsageError: `filter.syntax` or `usage.field`, with the place of the mistake.
    """
    return _node(_Compiler(noun, text, asked), filters.parse(text))


class _Compiler:
    """Holds what the parts of one filter share."""

    def __init__(self, noun: Noun, text: str, asked: Asked) -> None:
        self.noun = noun
        self.text = text
        self.asked = asked

    def wrong(self, place: Place, sentence: str, hint: str = "") -> UsageError:
        """Refuse a part of the filter."""
        return mistake(self.text, place, sentence, hint)


def _node(at: _Compiler, node: filters.Node) -> Any:
    if isinstance(node, filters.Comparison):
        return _test(at, node)
    if isinstance(node, filters.Not):
        return _negated(_node(at, node.part))
    parts = [_node(at, part) for part in node.parts]
    join = operator.and_ if isinstance(node, filters.And) else operator.or_
    while len(parts) > 1:  # pairs of pairs: a chain of hundreds would be too deep for the database
        parts = [join(*parts[at : at + 2]) if at + 1 < len(parts) else parts[at] for at in range(0, len(parts), 2)]
    return parts[0]


def _test(at: _Compiler, test: Comparison) -> Any:
    field = at.noun.field(test.field.text)
    if field is None:
        unknown = at.noun.unknown(test.field.text)
        raise mistake(at.text, test.field.place, unknown.message, unknown.hint, "usage.field")
    name, values = test.operator, test.values
    if name in ("is empty", "is not empty"):
        empty = _empty(field)
        return empty if name == "is empty" else _negated(empty)
    negated = name in ("!=", "!~", "not in")
    if name in (">", ">=", "<", "<=") and field.kind not in ORDERED:
        raise at.wrong(test.place, f"'{field.name}' has no larger and smaller values", _fitting(field))
    if name in ("~", "!~"):
        if field.kind not in (Kind.TEXT, Kind.CODE, Kind.TAGS):
            raise at.wrong(test.place, f"'{field.name}' is no text, so nothing is contained in it", _fitting(field))
        found = _contains(field, values[0].text)
    elif negated or name in ("=", "in"):
        found = _one_of(at, field, values)
    else:
        found = _compared(at, field, name, values[0])
    return _not(found) if negated else found


def _fitting(field: Field) -> str:
    """Say which operators a field has."""
    if field.kind in ORDERED:
        return f"use {field.name} with = != > >= < <= or in (…)"
    if field.kind in (Kind.TEXT, Kind.CODE, Kind.TAGS):
        return f"use {field.name} with = != ~ !~ or in (…)"
    return f"use {field.name} with = != or in (…)"


def _not(found: Any) -> Any:
    """Negate a condition; what is absent is not equal to anything, so it belongs to the rest."""
    return _negated(peewee.fn.COALESCE(found, False).coerce(False))


def _negated(found: Any) -> Any:
    """Write `NOT (...)`; peewee takes twice as long for each `~` around another."""
    return peewee.NodeList((peewee.SQL("NOT ("), found, peewee.SQL(")")))


def _either(conditions: Sequence[Any]) -> Any:
    found = conditions[0]
    for one in conditions[1:]:
        found |= one
    return found


def _empty(field: Field) -> Any:
    if field.matches:
        return _negated(field.matches((), True))
    if field.kind in (Kind.TEXT, Kind.CODE, Kind.TAGS):
        return peewee.fn.COALESCE(field.expression, "") == ""
    return field.expression.is_null()


def _one_of(at: _Compiler, field: Field, values: Sequence[Value]) -> Any:
    if field.matches:
        return field.matches([value.text for value in values], False)
    if field.kind in (Kind.DAY, Kind.INSTANT):
        return _either([_compared(at, field, "=", value) for value in values])
    if field.kind is Kind.TEXT:
        return _either([_folded(part) == fold(value.text) for part in field.expressions for value in values])
    if field.kind is Kind.TAGS:
        return _either([has_tag(field.expression, value.text) for value in values])
    stored = [one for value in values for one in _stored(at, field, value)]
    return _either([part.in_([_bound(one) for one in stored]) for part in field.expressions])


def has_tag(tags: Any, tag: str) -> Any:
    """Write the condition that a tag is among those of a column."""
    joined = peewee.Value(", ").concat(tags).concat(peewee.Value(", "))
    return _position(_folded(joined), fold(f", {tag}, ")) > 0


def _bound(value: Any) -> Any:
    """Bind a value that is in stored form already."""
    return peewee.Value(value, converter=False)


def _compared(at: _Compiler, field: Field, name: str, value: Value) -> Any:
    """Compare with a number or a date; a date is all the time that it names."""
    if field.kind not in (Kind.DAY, Kind.INSTANT):
        return COMPARISONS[name](field.expression, _bound(*_stored(at, field, value)))
    first, after = _span(at, field, value)
    part = field.expression
    return {
        "=": lambda: (part >= first) & (part < after),
        ">=": lambda: part >= first,
        ">": lambda: part >= after,
        "<": lambda: part < first,
        "<=": lambda: part < after,
    }[name]()


def _span(at: _Compiler, field: Field, value: Value) -> tuple[Any, Any]:
    """Tell the first moment of a written date and the one after its last, in stored form."""
    from datetime import timedelta

    from shopctl.domain.dates import parse

    try:
        when = parse(value.text)
        if field.kind is Kind.INSTANT:
            start, end = when.start(at.asked.now, at.asked.zone), when.end(at.asked.now, at.asked.zone)
            return _bound(stamp(start)), _bound(stamp(end if end > start else end + timedelta(seconds=1)))
        days = when.days(at.asked.now, at.asked.zone)
    except UsageError as error:
        raise at.wrong(value.place, error.message, error.hint) from None
    return _bound(days.first.isoformat()), _bound((days.last + timedelta(days=1)).isoformat())


def _stored(at: _Compiler, field: Field, value: Value) -> list[Any]:
    """Read a value as its field holds it."""
    text = value.text.strip()
    if field.kind in (Kind.MONEY, Kind.NUMBER):
        what = "an amount" if field.kind is Kind.MONEY else "a number"
        try:
            return [units(parse_decimal(text))]
        except UsageError:
            hint = f"{what.split()[1]}s use digits and a dot, for example {field.name}>=100.50"
            raise at.wrong(value.place, f"'{value.text}' is not {what}", hint) from None
    if field.kind is Kind.COUNT:
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise at.wrong(value.place, f"'{value.text}' is not a whole number", f"for example {field.name}>=2")
        return [int(text)]
    if field.kind is Kind.FLAG:
        if text.lower() not in (*_YES, *_NO):
            raise at.wrong(value.place, f"'{value.text}' is neither yes nor no", f"write {field.name}=yes")
        return [text.lower() in _YES]
    if field.kind is Kind.STATUS:
        return [_choice(at, field, value)]
    return [*dict.fromkeys((text, text.upper(), text.lower()))]


def _choice(at: _Compiler, field: Field, value: Value) -> str:
    word = re.sub(r"[\s-]+", "_", value.text.strip().lower())
    near = [choice for choice in field.choices if choice == word] or [
        choice for choice in field.choices if len(word) > 2 and choice.startswith(word)
    ]
    if len(near) != 1:
        hint = f"use one of {', '.join(field.choices)}"
        raise at.wrong(value.place, f"'{value.text}' is no {field.name.replace('_', ' ')}", hint)
    return near[0]


def _contains(field: Field, text: str) -> Any:
    if field.matches:
        return field.matches([text], True)
    return _either([contains(part, text) for part in field.expressions])


def contains(part: Any, text: str) -> Any:
    """Write the condition that a text is contained in a column, whatever its case and accents."""
    return _position(_folded(part), fold(text)) > 0


def fold(text: str) -> str:
    """Take case and accents away, as `_folded` does in the database."""
    return re.sub(f"[{MARKS}]", "", unicodedata.normalize("NFKD", text)).lower().replace("ß", "ss")


def _folded(part: Any) -> Any:
    """Take case and accents away from a text in the database."""
    database = database_of(Order)
    if is_sqlite(database):
        # Registered anew by every query: it costs a microsecond, and a connection may be another one.
        database.register_function(_fold_or_nothing, "shopctl_fold", 1, deterministic=True)
        return peewee.fn.shopctl_fold(part)
    plain = peewee.fn.NORMALIZE(peewee.fn.COALESCE(part, ""), peewee.SQL("NFKD"))
    bare: Any = peewee.fn.REGEXP_REPLACE(plain, f"[{MARKS}]", "", "g")
    if _knows_letters(database):
        bare = bare.collate('"und-x-icu"')
    return peewee.fn.REPLACE(peewee.fn.LOWER(bare), "ß", "ss")


@lru_cache(maxsize=4)
def _knows_letters(database: Any) -> bool:
    """Tell whether PostgreSQL has rules for all scripts; with those of the locale C it lowers no letter beyond Z."""
    found = database.execute_sql("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'").fetchone()
    return found is not None


def _fold_or_nothing(text: str | None) -> str:
    return fold(text) if text else ""


def _position(part: Any, text: str) -> Any:
    find = peewee.fn.INSTR if is_sqlite(database_of(Order)) else peewee.fn.STRPOS
    return find(part, text).coerce(False)
