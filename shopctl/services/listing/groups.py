"""Gather the rows of a list by up to three fields, with totals and shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import total as exact_total
from shopctl.errors import UsageError
from shopctl.services.listing.calendar import UNITS, labelled, local_day, unit_of
from shopctl.services.listing.fields import Asked, Field, Grouped, Kind, Noun
from shopctl.services.listing.rows import narrowed

DEEPEST: Final = 3


class Level(NamedTuple):
    """A field by which rows are gathered, of a date together with a unit of the calendar."""

    field: Field
    unit: str

    @property
    def name(self) -> str:
        """How it was typed."""
        return f"{self.field.name}:{self.unit}" if self.unit else self.field.name


class GroupRow(NamedTuple):
    """A group, or what is left of one level: the first `others` groups of which are not told one by one.

    Attributes:
        keys: The names of the groups it is inside of, its own last; None for what has no value.
        level: How many there are, 0 for the sum of everything.
        others: How many groups it stands for when it stands for several.
        amount: None where the noun has none.
        share: Its part of the whole in percent: of the amount, or of the count where there is none.
    """

    keys: tuple[str | None, ...]
    level: int
    others: int
    counted: int
    currency: str
    amount: Decimal | None
    share: Decimal | None


def levels_of(noun: Noun, words: str) -> list[Level]:
    """Read by what rows are to be gathered: `status,date:month`.

    Raises:
        UsageError: A field or unit does not exist, or there are too many.
    """
    parts = [word.strip() for word in words.split(",") if word.strip()]
    if not 1 <= len(parts) <= DEEPEST:
        raise UsageError(
            "usage.field", f"--group-by takes one to {DEEPEST} fields", hint="for example --group-by state,date:month"
        )
    found = [_level(noun, part) for part in parts]
    if len({level.name for level in found}) < len(found):
        raise UsageError("usage.field", f"--group-by {words} names a field twice", hint="name each once")
    return found


def _level(noun: Noun, word: str) -> Level:
    name, colon, unit = word.partition(":")
    field = noun.named(name, able=_groups)
    dated = field.kind in (Kind.DAY, Kind.INSTANT)
    if colon and (not dated or unit not in UNITS):
        hint = f"use {field.name}:{', :'.join(UNITS)}" if dated else f"write --group-by {field.name}"
        raise UsageError("usage.field", f"'{word}' is no unit of {field.name}", hint=hint)
    return Level(field, (unit or "day") if dated else "")


def _groups(field: Field) -> bool:
    return bool(field.grouped or field.of) and (
        field.grouped is not None or field.kind not in (Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.TAGS)
    )


def grouped(noun: Noun, query: Any, asked: Asked, levels: Sequence[Level], top: int = 0) -> list[GroupRow]:
    """Gather all rows that match, the largest groups first, dates in their order.

    Args:
        top: How many groups of each level are told; 0 for all. The rest is one row.

    Returns:
        Each group before what is inside of it; last the sum of everything, once for each currency.
    """
    query = narrowed(noun, query, asked).order_by()
    special = [level.field.grouped for level in levels if level.field.grouped]
    amount, count = noun.amount, peewee.fn.COUNT(noun.key)
    for one in special:
        query = one.join(query) if one.join else query
        amount, count = (amount if one.amount is None else one.amount), (one.counts[0] if one.counts else count)
    keys = [_key(level, asked) for level in levels]
    currency = noun.currency if amount is not None else peewee.Value("", converter=False)
    summed = peewee.fn.SUM(amount).coerce(False) if amount is not None else peewee.Value(0, converter=False)
    selected = query.select(*(_bare(key, f"key{place}") for place, key in enumerate([*keys, currency])), count, summed)
    places = [peewee.SQL(str(place)) for place in range(1, len(keys) + 2)]
    found = [
        _Cell(tuple(row[:-3]), row[-3] or "", int(row[-2]), exact_total(row[-1]))
        for row in selected.group_by(*places).tuples()
    ]
    whole = [*_totals(found)]
    tree = [row for one in whole for row in _below(found, levels, (), one, top, has_amount=amount is not None)]
    named = _named(levels, tree)
    return [*named, *(_row((), 0, one, one, has_amount=amount is not None) for one in whole)]


class _Cell(NamedTuple):
    keys: tuple[Any, ...]
    currency: str
    counted: int
    amount: Decimal


def _bare(expression: Any, name: str) -> Any:
    """Read a value as it is stored: under its own name peewee would turn a column into what it stands for."""
    return peewee.NodeList((expression,)).alias(name)


def _key(level: Level, asked: Asked) -> Any:
    field = level.field
    if field.grouped:
        return field.grouped.key
    if field.kind is Kind.INSTANT:
        return unit_of(local_day(field.expression, asked.zone, asked.now), level.unit)
    return unit_of(field.expression, level.unit) if field.kind is Kind.DAY else field.expression


def _totals(cells: Sequence[_Cell]) -> list[_Cell]:
    sums: dict[str, _Cell] = {}
    for cell in cells:
        known = sums.get(cell.currency, _Cell((), cell.currency, 0, Decimal(0)))
        sums[cell.currency] = _Cell((), cell.currency, known.counted + cell.counted, known.amount + cell.amount)
    return [sums[currency] for currency in sorted(sums)]


def _below(
    cells: Sequence[_Cell], levels: Sequence[Level], outer: tuple[Any, ...], whole: _Cell, top: int, *, has_amount: bool
) -> list[GroupRow]:
    """Tell the groups of one level and currency, each followed by what is inside of it."""
    depth = len(outer)
    inside: dict[Any, list[_Cell]] = {}
    for cell in cells:
        if cell.currency == whole.currency:
            inside.setdefault(cell.keys[depth], []).append(cell)
    sums = {key: _totals(found)[0] for key, found in inside.items()}
    order = sorted(sums, key=lambda key: (-sums[key].amount, -sums[key].counted, str(key)))
    kept = set(order[:top] if top and len(order) > top + 1 else order)
    if levels[depth].unit:
        order = sorted(order, key=lambda key: (key is None, str(key)))
    rows: list[GroupRow] = []
    for key in order:
        if key in kept:
            rows.append(_row((*outer, key), 0, sums[key], whole, has_amount=has_amount))
            if depth + 1 < len(levels):
                rows += _below(inside[key], levels, (*outer, key), whole, top, has_amount=has_amount)
    if rest := [sums[key] for key in order if key not in kept]:
        rows.append(_row((*outer, None), len(rest), _totals(rest)[0], whole, has_amount=has_amount))
    return rows


def _row(keys: tuple[Any, ...], others: int, part: _Cell, whole: _Cell, *, has_amount: bool) -> GroupRow:
    ours, all_ = (part.amount, whole.amount) if has_amount else (Decimal(part.counted), Decimal(whole.counted))
    share = (ours * 100 / all_).quantize(Decimal("0.1")) if all_ else None
    return GroupRow(keys, len(keys), others, part.counted, part.currency, part.amount if has_amount else None, share)


def _named(levels: Sequence[Level], rows: Sequence[GroupRow]) -> list[GroupRow]:
    """Name the groups that are told: customers by their names, weeks by their numbers."""
    names: list[dict[Any, str]] = []
    for depth, level in enumerate(levels):
        keys = [*dict.fromkeys(row.keys[depth] for row in rows if row.level > depth and row.keys[depth] is not None)]
        names.append(_labels(level, level.field.grouped, keys))
    return [
        row._replace(
            keys=tuple(None if key is None or key == "" else names[at][key] for at, key in enumerate(row.keys))
        )
        for row in rows
    ]


def _labels(level: Level, special: Grouped | None, keys: Sequence[Any]) -> dict[Any, str]:
    if special and special.labels:
        found = special.labels(keys)
        return {key: found.get(key, str(key)) for key in keys}
    if level.field.kind is Kind.FLAG:
        return {key: "yes" if key else "no" for key in keys}
    return {key: labelled(str(key), level.unit) for key in keys}
