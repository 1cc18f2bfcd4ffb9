"""Convert texts of files exactly: amounts to decimals, instants to UTC, each remembered because files repeat them.

A lookup costs a tenth of a conversion, so the tables are dictionaries that fill themselves and forget when full.
Source: docs RELIABILITY.md section 7 (amounts are checked by pattern before they become decimals).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from shopctl.adapters.sources.items import Unreadable, shown

TEXT_LIMIT: Final = 10_000
"""The longest text, in characters, that a field may hold."""

_ROOM: Final = 20_000
_AMOUNT: Final = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,4})?")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_OFFSET: Final = re.compile(r" ([+-])([0-9]{2}):?([0-9]{2})")
_ATOM: Final = r"""[^\s\x00-\x20\x7f-\x9f@,;:<>()\[\]"\\]"""
_EMAIL: Final = re.compile(rf"(?!-){_ATOM}{{1,64}}@(?!-){_ATOM}{{1,189}}")


class Amounts(dict[object, Decimal]):
    """Exact decimals by their text: at most 13 digits before the point and 4 after it."""

    def __missing__(self, key: object) -> Decimal:
        text = key
        if type(key) is int or type(key) is Decimal:
            text = str(key)
        if type(text) is not str or not _AMOUNT.fullmatch(text):
            raise Unreadable(
                f"{shown(key)} is not an amount",
                hint='digits with a point, at most 13 before and 4 after it: "1234.50"',
            )
        value = Decimal(text)
        if not value:
            value = abs(value)
        if type(key) is str:
            if len(self) >= _ROOM:
                self.clear()
            self[key] = value
        return value


class Instants(dict[object, datetime]):
    """Aware instants in UTC by their ISO 8601 text with zone."""

    def __missing__(self, key: object) -> datetime:
        if type(key) is not str or not _INSTANT.fullmatch(key):
            raise _no_instant(key)
        try:
            value = datetime.fromisoformat(key).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _no_instant(key) from error
        if len(self) >= _ROOM:
            self.clear()
        self[key] = value
        return value


def _no_instant(value: object) -> Unreadable:
    return Unreadable(
        f"{shown(value)} is not an instant with its zone", hint="write it as 2026-03-14T09:30:00Z or ...+01:00"
    )


class _Offsets(dict[str, timedelta]):
    def __missing__(self, text: str) -> timedelta:
        if text == " UTC":
            return timedelta()
        found = _OFFSET.fullmatch(text)
        if not found:
            raise ValueError(text)
        sign, hours, minutes = found.groups()
        value = timedelta(hours=int(sign + hours), minutes=int(sign + minutes))
        self[text] = value
        return value


_OFFSETS: Final = _Offsets()


def shop_instant(text: str) -> datetime:
    """Convert an instant of Shopify exports, as in `2020-05-14 11:01:13 +0200`, to UTC."""
    if text[4:5] != "-" or text[7:8] != "-" or len(text) > 26:
        raise _no_shop_instant(text)
    try:
        return datetime.fromisoformat(text[:19] + "+00:00") - _OFFSETS[text[19:]]
    except (ValueError, OverflowError) as error:
        raise _no_shop_instant(text) from error


def _no_shop_instant(text: str) -> Unreadable:
    return Unreadable(f"{shown(text)} is not a date, time and zone", hint="as in 2026-03-14 09:30:00 +0100")


def is_email(text: str) -> bool:
    """Tell whether a text is exactly one e-mail address, without a name and without tricks."""
    return _EMAIL.fullmatch(text) is not None


def is_currency(text: str) -> bool:
    """Tell whether a text has the form of a currency code: three capital letters."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
