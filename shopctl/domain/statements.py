"""Write the ledger of a customer: what was billed and what came in, with the balance after each entry.

A balance above zero is what the customer owes. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

ZERO: Final = Decimal(0)
KINDS: Final = ("invoice", "credit_note", "payment", "refund", "write_off")
"""What moves the balance, in the order in which entries of one day stand."""


class Entry(NamedTuple):
    """Something that moves the balance of a customer.

    Attributes:
        amount: Above zero when the customer owes more after it.
        text: What it is about: orders, a reason, the provider's reference.
    """

    date: date
    kind: str
    number: str
    text: str
    currency: str
    amount: Decimal


class Line(NamedTuple):
    """An entry of a statement with the balance after it; `opening` and `closing` lines move nothing."""

    date: date | None
    kind: str
    number: str
    text: str
    currency: str
    amount_debit: Decimal | None
    amount_credit: Decimal | None
    amount_balance: Decimal


class Statement(NamedTuple):
    """The entries of a customer in one currency."""

    currency: str
    opening: Decimal
    lines: tuple[Line, ...]
    closing: Decimal


def statements(entries: Iterable[Entry], since: date | None = None, until: date | None = None) -> tuple[Statement, ...]:
    """Balance entries for each currency, in the order of their dates.

    Args:
        since: The first day that is told; what came before makes the opening balance.
        until: The last day that is told; what comes after is left out.
    """
    ordered = sorted(entries, key=lambda one: (one.currency, one.date, KINDS.index(one.kind), one.number))
    found = (
        _statement(currency, list(part), since, until) for currency, part in groupby(ordered, lambda one: one.currency)
    )
    return tuple(one for one in found if one.lines or one.opening or one.closing)


def _statement(currency: str, entries: list[Entry], since: date | None, until: date | None) -> Statement:
    told = [one for one in entries if until is None or one.date <= until]
    balance = opening = sum((one.amount for one in told if since and one.date < since), ZERO)
    lines = []
    for one in told:
        if since and one.date < since:
            continue
        balance += one.amount
        debit, credit = (one.amount, None) if one.amount >= 0 else (None, -one.amount)
        lines.append(Line(one.date, one.kind, one.number, one.text, currency, debit, credit, balance))
    return Statement(currency, opening, tuple(lines), balance)
