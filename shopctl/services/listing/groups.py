"""Gather the rows of a list by up to three fields, with totals and shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import peewee

from shopctl.errors import UsageError
from shopctl.services.listing.calendar import UNITS, cut, labelled, local_day, unit_of
from shopctl.services.listing.cells import Cell, Key, cells, of_lines
from shopctl.services.listing.fields import Asked, Field, Grouped, Kind, Noun
from shopctl.services.listing.rows import narrowed

DEEPEST: Final = 3
_NOTHING: Final = Decimal(0)


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
    lines = next((level.field.grouped for level in levels if level.field.grouped and level.field.grouped.line), None)
    amount = lines.amount if lines else noun.amount
    if lines and len(levels) == 1:
        found = of_lines(noun, query, lines)
    else:
        query = _presorted(lines.joined(noun, query) if lines else query, levels[0].field)
        found = cells(noun, query, [_key(level, asked) for level in levels], amount)
    whole = [*_totals(found)]
    tree = [row for one in whole for row in _below(found, levels, (), one, top, has_amount=amount is not None)]
    named = _named(levels, tree)
    return [*named, *(_row((), 0, one, one, has_amount=amount is not None) for one in whole)]


def _presorted(query: Any, field: Field) -> Any:
    """Have rows come in the order of the instants that they are gathered by: SQLite sorts them in half the time then.

    The condition holds for all of them; it makes the index by that field the one to be taken.
    """
    if field.kind is not Kind.INSTANT or field.nullable:
        return query
    return query.where(field.expression > peewee.Value("", converter=False))


def _key(level: Level, asked: Asked) -> Key:
    field = level.field
    if field.grouped:
        return Key(field.grouped.key)
    if field.kind is Kind.INSTANT:
        zone, now, unit = asked.zone, asked.now, level.unit
        rough = cut(field.expression, zone, now)
        if rough is None:
            return Key(unit_of(local_day(field.expression, zone, now), unit))
        return Key(rough, lambda instant: unit_of(local_day(instant, zone, now), unit))
    return Key(unit_of(field.expression, level.unit) if field.kind is Kind.DAY else field.expression)


def _totals(cells: Sequence[Cell]) -> list[Cell]:
    counts: dict[str, int] = {}
    amounts: dict[str, Decimal] = {}
    for _, currency, counted, amount in cells:
        counts[currency] = counts.get(currency, 0) + counted
        amounts[currency] = amounts.get(currency, _NOTHING) + amount
    return [Cell((), currency, counts[currency], amounts[currency]) for currency in sorted(counts)]


def _below(
    cells: Sequence[Cell], levels: Sequence[Level], outer: tuple[Any, ...], whole: Cell, top: int, *, has_amount: bool
) -> list[GroupRow]:
    """Tell the groups of one level and currency, each followed by what is inside of it."""
    depth = len(outer)
    inside: dict[Any, list[Cell]] = {}
    for cell in cells:
        if cell.currency == whole.currency:
            inside.setdefault(cell.keys[depth], []).append(cell)
    sums = {key: found[0] if len(found) == 1 else _totals(found)[0] for key, found in inside.items()}
    order = sorted(sums, key=str)
    order.sort(key=lambda key: (sums[key].amount, sums[key].counted), reverse=True)  # equal ones stay as they are
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


def _row(keys: tuple[Any, ...], others: int, part: Cell, whole: Cell, *, has_amount: bool) -> GroupRow:
    ours, all_ = (part.amount, whole.amount) if has_amount else (Decimal(part.counted), Decimal(whole.counted))
    share = (ours * 100 / all_).quantize(Decimal("0.1")) if all_ else None
    return GroupRow(keys, len(keys), others, part.counted, part.currency, part.amount if has_amount else None, share)


def _named(levels: Sequence[Level], rows: Sequence[GroupRow]) -> list[GroupRow]:
    """Name the groups that are told: customers by their names, weeks by their numbers."""
    names: list[dict[Any, str | None]] = []
    for depth, level in enumerate(levels):
        keys = [*dict.fromkeys(row.keys[depth] for row in rows if row.level > depth and row.keys[depth] is not None)]
        names.append(_labels(level, level.field.grouped, keys))
    for known in names:
        known[None] = known[""] = None
    return [
        GroupRow(tuple([known[key] for known, key in zip(names, row.keys, strict=False)]), *row[1:]) for row in rows
    ]


def _labels(level: Level, special: Grouped | None, keys: Sequence[Any]) -> dict[Any, str | None]:
    if special and special.labels:
        found = special.labels(keys)
        return {key: found.get(key, str(key)) for key in keys}
    if level.field.kind is Kind.FLAG:
        return {key: "yes" if key else "no" for key in keys}
    return {key: labelled(str(key), level.unit) for key in keys}
