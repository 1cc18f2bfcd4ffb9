"""Store exact numbers, instants and days so that SQLite and PostgreSQL compare and sum them alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from functools import lru_cache
from typing import Any, Final

import peewee

SCALE = 10_000
"""Every number is kept as a whole count of ten-thousandths, so sums are exact in both databases."""

DIGITS = 17
"""Thirteen before the point and four after it: up to 9,999,999,999,999.9999."""

_UNIT: Final = Decimal(1) / SCALE
_REMEMBERED: Final = 20_000
_whole: Final = Context(prec=DIGITS, traps=[Inexact, InvalidOperation]).quantize


class _Units(dict[Decimal, int]):
    """Stored integers by their number: batches write the same few numbers again and again."""

    def __missing__(self, number: Decimal) -> int:
        try:
            stored = int(_whole(Decimal(number), _UNIT).scaleb(4))
        except (DecimalException, ValueError) as error:
            raise ValueError(f"{number} does not fit a number column of 13 digits and 4 decimals") from error
        if len(self) >= _REMEMBERED:
            self.clear()
        self[number] = stored
        return stored


units: Final[Callable[[Decimal], int]] = _Units().__getitem__
"""Turn a number into the integer that is stored.

Takes at most 13 digits before and 4 after the point; what is finer or larger raises `ValueError`, for nothing is
rounded here.
"""


class _Numbers(dict[int, Decimal]):
    """Numbers by their stored integer: a multiplication takes six times as long as looking one up."""

    def __missing__(self, stored: int) -> Decimal:
        if len(self) >= _REMEMBERED:
            self.clear()
        number = self[stored] = stored * _UNIT
        return number


exact: Final[Callable[[int], Decimal]] = _Numbers().__getitem__
"""Turn a stored integer back into the number."""


@lru_cache(maxsize=4096)
def stamp(instant: datetime) -> str:
    """Write an aware instant as fixed-width UTC text, which sorts by time."""
    return instant.astimezone(UTC).isoformat()[:19] + "Z"


def instant(text: str) -> datetime:
    """Read a stored instant."""
    return datetime.fromisoformat(text)


class ExactField(peewee.BigIntegerField):
    """A number with four decimals; finer values are refused, never rounded."""

    def db_value(self, value: Any) -> Any:
        """Store a Decimal as its count of ten-thousandths."""
        return None if value is None else units(value)

    def python_value(self, value: Any) -> Any:
        """Read the Decimal back."""
        return None if value is None else exact(value)


class InstantField(peewee.TextField):
    """A moment in time, UTC, to the second."""

    def db_value(self, value: Any) -> Any:
        """Store an aware datetime as text."""
        return stamp(value) if isinstance(value, datetime) else value

    def python_value(self, value: Any) -> Any:
        """Read an aware datetime."""
        return None if value is None else instant(value)


class DayField(peewee.TextField):
    """A calendar day in the shop's own zone."""

    def db_value(self, value: Any) -> Any:
        """Store a date as ISO text."""
        return value.isoformat() if isinstance(value, date) else value

    def python_value(self, value: Any) -> Any:
        """Read a date."""
        return None if value is None else date.fromisoformat(value)
