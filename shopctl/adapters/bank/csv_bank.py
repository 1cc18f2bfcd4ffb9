"""Read the tables of banks with the mapping that fits them, or the one that was named.

Source: ECOSYSTEM 2; docs/guide/bank.md. One statement for each account and currency of the file.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from shopctl.adapters.bank import csv_columns, mappings
from shopctl.adapters.bank.csv_columns import Columns
from shopctl.adapters.bank.mappings import Mapping
from shopctl.adapters.bank.mt940_fields import mark, sepa
from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import account, currency, number
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement

FORMAT: Final = "csv"


def recognises(head: str) -> bool:
    """Tell whether one of the built-in mappings fits the table."""
    return csv_columns.found(head, mappings.built_in()) is not None


def read(source: Source) -> Iterator[Statement]:
    """Read a table with the built-in mapping that fits it.

    Raises:
        UsageError: `file.format` with the line, `file.encoding`.
    """
    return _read(source, mappings.built_in())


def read_with(name: str) -> Callable[[Source], Iterator[Statement]]:
    """Make the reader of a mapping.

    Args:
        name: The name of a built-in mapping, or the path of a file.

    Raises:
        NotFoundError: There is no such mapping.
        UsageError: `file.format`, it cannot be understood.
    """
    mapping = mappings.find(name)
    return lambda source: _read(source, (mapping,))


class _Row(NamedTuple):
    account: str
    movement: Movement
    balance: Decimal | None


def _read(source: Source, known: tuple[Mapping, ...]) -> Iterator[Statement]:
    layout = csv_columns.found(source.head, known)
    if layout is None:
        raise source.refusal("the first line", f"the columns of the mapping {known[0].name} are missing",
                             "needed: " + ", ".join(" or ".join(one.names) for one in known[0].required()))  # fmt: skip
    groups: dict[tuple[str, str], list[_Row]] = {}
    for line, row in _rows(source, layout):
        try:
            one = _row(row, layout, f"line {line}")
        except Unreadable as problem:
            raise source.refusal(f"line {line}", problem) from problem
        groups.setdefault((one.account, one.movement.currency), []).append(one)
    if not groups:
        raise source.refusal("the table", "there is no row in it", "check the period of the export")
    for (holder, used), rows in groups.items():
        yield _statement(holder, used, rows)


def _rows(source: Source, layout: Columns) -> Iterator[tuple[int, list[str]]]:
    """Hand over the rows below the header with the lines on which they begin."""
    encoding = "utf-8" if source.is_utf8() else layout.mapping.encoding
    lines = (line.rstrip("\r") + "\n" for line in source.lines(encoding))
    for _ in range(layout.skip):
        next(lines, "")
    reader = csv.reader(lines, delimiter=layout.delimiter)
    begin = layout.skip + 1
    try:
        for row in reader:
            if any(map(str.strip, row)):
                if len(row) < layout.width:
                    raise source.refusal(f"line {begin}", f"it has {len(row)} columns instead of {layout.width}")
                yield begin, row
            begin = layout.skip + reader.line_num + 1
    except csv.Error as error:
        raise source.refusal(f"line {begin}", f"it is not a row of a table: {error}") from error


def _row(row: list[str], layout: Columns, place: str) -> _Row:
    mapping = layout.mapping
    value = layout.field("value_date", row)
    booked = layout.field("currency", row).upper() or mapping.currency
    told = sepa(layout.text("text", row))
    state = layout.field("state", row).casefold()
    movement = Movement(
        place, _day(layout.field("date", row), mapping.dates), _money(layout, row),
        currency(booked) if booked else "", booked=state not in mapping.pending,
        value_date=_day(value, mapping.dates) if value else None, name=layout.text("name", row),
        iban=account(layout.field("iban", row)) or told.iban, reference=layout.text("reference", row), text=told.text,
        end_to_end=mark(layout.field("end_to_end", row)) or told.end_to_end,
        bank_reference=mark(layout.field("bank_reference", row)), fee=_optional(layout, "fee", row) or Decimal(0),
    )  # fmt: skip
    holder = account(layout.field("account", row), booked) or mapping.account or mapping.name
    return _Row(holder, movement, _optional(layout, "balance", row))


def _money(layout: Columns, row: list[str]) -> Decimal:
    """Read the amount: one column with a sign, one with a side beside it, or one for each side."""
    mapping = layout.mapping
    if layout.has("amount"):
        value = number(layout.field("amount", row), mapping.decimal, "amount")
        if layout.has("side"):
            value = -abs(value) if layout.field("side", row).casefold() in mapping.debits else abs(value)
    else:
        debit, credit = _optional(layout, "debit", row), _optional(layout, "credit", row)
        if bool(debit) == bool(credit) and (debit or debit is credit):
            raise Unreadable("exactly one of debit and credit has to be told")
        value = abs(credit) if credit else -abs(debit or Decimal(0))
    return -value if mapping.inverse and value else value


def _optional(layout: Columns, field: str, row: list[str]) -> Decimal | None:
    text = layout.field(field, row)
    return number(text, layout.mapping.decimal, field) if text else None


@lru_cache(maxsize=4096)
def _day(text: str, form: str) -> dt.date:
    found = _form(form).fullmatch(text)
    if not found:
        raise Unreadable(f"{shown(text)} is not a date in the form {form}", path="date")
    parts = {name: int(value) for name, value in found.groupdict().items()}
    year = parts.get("YYYY", -1)
    if year < 0:
        # Two digits mean 1980 to 2079, as SWIFT has it.
        year = parts["YY"] + (1900 if parts["YY"] >= 80 else 2000)
    try:
        return dt.date(year, parts["MM"], parts["DD"])
    except ValueError:
        raise Unreadable(f"there is no day {shown(text)}", path="date") from None


@lru_cache(maxsize=16)
def _form(form: str) -> re.Pattern[str]:
    pattern = re.sub("|".join(_PARTS), lambda found: _PARTS[found[0]], re.escape(form.removesuffix("*")))
    return re.compile(pattern + (".*" if form.endswith("*") else ""))


_PARTS: Final = {
    "YYYY": "(?P<YYYY>[0-9]{4})", "YY": "(?P<YY>[0-9]{2})", "MM": "(?P<MM>[0-9]{1,2})", "DD": "(?P<DD>[0-9]{1,2})",
}  # fmt: skip


def _statement(holder: str, used: str, rows: list[_Row]) -> Statement:
    movements = tuple(one.movement for one in rows)
    first, last = rows[0], rows[-1]
    if first.balance is None or last.balance is None or not all(one.movement.booked for one in rows):
        return Statement(FORMAT, holder, "", used, movements)
    if _newest_first(rows):
        first, last = last, first
    return Statement(
        FORMAT, holder, "", used, movements, first.movement.date, (first.balance or 0) - first.movement.net,
        last.movement.date, last.balance,
    )  # fmt: skip


def _newest_first(rows: list[_Row]) -> bool:
    """Tell in which order the balances follow each other; the order of the dates decides when they do not say."""
    down = up = 0
    for before, after in pairwise(rows):
        if before.balance is not None and after.balance is not None:
            down += before.balance + after.movement.net == after.balance
            up += after.balance + before.movement.net == before.balance
    return up > down if up != down else rows[0].movement.date > rows[-1].movement.date
