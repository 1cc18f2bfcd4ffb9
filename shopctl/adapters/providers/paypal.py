"""Read the activity and the statements of PayPal in the languages of its accounts.

Source: ECOSYSTEM 2. Headings, states, decimals and dates follow the account; what the file does not make clear is
refused. The running balance says whether a row moved money: a withdrawal that is pending takes it away at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import joined
from shopctl.adapters.providers import tables
from shopctl.adapters.providers.paypal_words import DONE, FAILED, HEADINGS, WAITING, kind_of
from shopctl.adapters.providers.tables import Ignored, Row
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement

FORMAT: Final = "paypal"

_ACTIVITY: Final = {"date", "time", "type", "currency", "gross", "fee", "net", "transaction id"}
_SHORT: Final = {"date", "time", "time zone", "name", "type", "status", "amount", "balance"}
_MONEY: Final = ("gross", "fee", "net", "amount", "balance")

_DATE: Final = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})")


class _Told(NamedTuple):
    """A row with what it did to the balance; `balance` is None where none is told."""

    movement: Movement
    status: str
    balance: Decimal | None


def _names(head: str) -> set[str]:
    return {HEADINGS.get(name, name) for name in tables.header(head)[0]}


def recognises(head: str) -> bool:
    """Tell whether a table is an export of PayPal."""
    return _names(head) >= _ACTIVITY or _names(head) >= _SHORT


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a table, one a currency.

    Raises:
        UsageError: `file.format` with the line, or when decimals or dates can be read in two ways; `file.encoding`.
    """
    found = list(tables.rows(source, HEADINGS))
    try:
        decimal, order = _decimal(found), _order(found)
    except Unreadable as problem:
        raise source.refusal("the table", problem) from problem
    groups: dict[str, list[_Told]] = {}
    for row in found:
        row.decimal = decimal
        try:
            one = _row(row, order)
        except Unreadable as problem:
            raise source.refusal(row.place, problem) from problem
        groups.setdefault(one.movement.currency, []).append(one)
    ignored = Ignored()
    statements = [_statement(source, currency, rows, ignored) for currency, rows in groups.items()]
    for place, statement in enumerate(statements):
        yield statement if place else statement._replace(remarks=ignored.remarks)


def _decimal(found: list[Row]) -> str:
    """Find the sign before the decimals: PayPal writes two of them in nearly all currencies.

    Raises:
        Unreadable: The amounts of the file contradict each other, or do not say.
    """
    texts = [text for row in found for name in _MONEY if (text := row.text(name))]
    signs = {text[-3] for text in texts if len(text) > 2 and text[-3] in ".,"}
    if len(signs) == 1:
        return signs.pop()
    if signs:
        raise Unreadable("some amounts have a point before their decimals and some a comma")
    if any(mark in text for text in texts for mark in ".,"):
        raise Unreadable(
            "its amounts do not say whether point or comma stands before decimals",
            hint="export a longer period, with an amount that has cents",
        )
    return "."


def _order(found: list[Row]) -> str:
    """Find the order of day and month: what cannot be a month decides, else the order of the rows.

    Returns:
        `ymd`, `dmy` or `mdy`.

    Raises:
        Unreadable: Both would do.
    """
    parts = [_DATE.fullmatch(row.text("date")) for row in found]
    dates = [(int(one[1]), one[2], int(one[3]), int(one[4])) for one in parts if one]
    if not dates or all(first > 31 for first, _, _, _ in dates):
        return "ymd"
    if any(sign == "." for _, sign, _, _ in dates):
        return "dmy"
    able = [
        order
        for order, place in (("dmy", 2), ("mdy", 0))
        if all(1 <= one[place] <= 12 for one in dates)  # type: ignore[operator]  # a number at both places
    ]
    if len(able) == 2 and any(first != second for first, _, second, _ in dates):
        able = [order for order in able if _sorted([_ordered(one, order) for one in dates])]
    if len(able) == 2 and all(first == second for first, _, second, _ in dates):
        return able[0]
    if len(able) != 1:
        raise Unreadable(
            "its dates do not say which part is the day and which the month",
            hint="export a longer period, or choose dates such as 2026-11-30 in the settings of PayPal",
        )
    return able[0]


def _ordered(one: tuple[int, str, int, int], order: str) -> tuple[int, int, int]:
    first, _, second, year = one
    return (year, second, first) if order == "dmy" else (year, first, second)


def _sorted(days: list[tuple[int, int, int]]) -> bool:
    pairs = list(pairwise(days))
    return all(one <= other for one, other in pairs) or all(one >= other for one, other in pairs)


def _day(text: str, order: str) -> dt.date:
    found = _DATE.fullmatch(text)
    try:
        if not found:
            raise ValueError(text)
        first, second, last = int(found[1]), int(found[3]), int(found[4])
        if order == "ymd":
            return dt.date(first, second, last)
        year = last if last > 99 else 2000 + last
        return dt.date(year, second, first) if order == "dmy" else dt.date(year, first, second)
    except ValueError:
        raise Unreadable(f"{shown(text)} is not a date", path="date") from None


def _row(row: Row, order: str) -> _Told:
    gross = row.money("gross", "amount")
    fee, net = -row.money("fee"), row.money("net", "amount")
    if gross - fee != net:
        raise Unreadable(f"gross {gross} less fee {fee} is not the net {net}")
    status = row.text("status").casefold()
    kind = kind_of(row.text("type"), gross > 0)
    movement = Movement(
        row.place, _day(row.text("date"), order), gross, row.currency("currency") if row.text("currency") else "", kind,
        name=row.text("name"), reference=row.text("invoice"),
        text=joined(row.text("type"), row.text("subject"), row.text("note"), row.text("payer")),
        bank_reference=row.text("transaction id"), fee=fee,
        target=row.text("target") if kind in ("refund", "chargeback", "reversal") else "",
    )  # fmt: skip
    return _Told(movement, status, row.money("balance") if row.text("balance") else None)


def _statement(source: Source, currency: str, rows: list[_Told], ignored: Ignored) -> Statement:
    backwards = _newest_first(rows)
    found: list[Movement] = []
    before: Decimal | None = None
    opening: Decimal | None = None
    for one in reversed(rows) if backwards else rows:
        movement = _booked(source, one, before, ignored)
        if movement is not None:
            found.append(movement)
        if one.balance is not None:
            if before is None:
                opening = one.balance - (movement.net if movement and movement.booked else 0)
            before = one.balance
    movements = tuple(reversed(found) if backwards else found)
    days = [one.movement.date for one in rows]
    if opening is None:
        return Statement(FORMAT, FORMAT, "", currency, movements)
    return Statement(FORMAT, FORMAT, "", currency, movements, min(days), opening, max(days), before)


def _newest_first(rows: list[_Told]) -> bool:
    """Tell in which order the balances follow each other; the order of the days decides when they do not say."""
    down = up = 0
    for one, other in pairwise(rows):
        if one.balance is not None and other.balance is not None:
            down += one.balance + other.movement.net == other.balance
            up += other.balance + one.movement.net == one.balance
    return up > down if up != down else rows[0].movement.date > rows[-1].movement.date


def _booked(source: Source, one: _Told, before: Decimal | None, ignored: Ignored) -> Movement | None:
    """Decide by state and balance whether a row moved money; None for one that failed.

    Raises:
        UsageError: Neither says so.
    """
    if one.status in DONE or not one.status:
        return one.movement
    if before is not None and one.balance is not None and one.movement.net:
        if one.balance == before + one.movement.net:
            return one.movement
        if one.balance == before and one.status not in FAILED:
            return one.movement._replace(booked=False)
    if one.status in FAILED:
        ignored.add(one.status)
        return None
    if one.status in WAITING:
        return one.movement._replace(booked=False)
    raise source.refusal(
        one.movement.place, f"status: {shown(one.status)} is a status that is not known",
        "export with the columns Status and Balance",
    )  # fmt: skip
