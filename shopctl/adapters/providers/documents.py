"""Open the JSON documents of payment providers, exactly: numbers stay what was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement

LARGEST: Final = 256 * 1024 * 1024
"""Characters of a document at most; an API hands over pages of some hundred objects."""

Object = Mapping[str, Any]


def load(source: Source) -> Any:
    """Read the document of a file.

    Raises:
        UsageError: `file.format`, it is no JSON, too deep or too large; `file.encoding`.
    """
    parts: list[str] = []
    size = 0
    for block in source.blocks():
        size += len(block)
        if size > LARGEST:
            raise source.refusal("the document", f"it has more than {LARGEST:,} characters", "export a shorter period")
        parts.append(block)
    try:
        return json.loads("".join(parts), parse_float=Decimal, parse_int=_whole, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise source.refusal(f"line {error.lineno}", f"it is no JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise source.refusal("the document", f"it is no JSON: {error}") from error


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= 18 else Decimal(text)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def movements(
    source: Source, found: list[Any], word: str, read: Callable[[Object, str], Iterator[Movement]]
) -> Iterator[Movement]:
    """Turn objects into movements; the first one that cannot be read ends it.

    Args:
        word: What an object is called in messages.
        read: Takes an object and its place.

    Raises:
        UsageError: `file.format` with the place.
    """
    for number, one in enumerate(found, 1):
        place = f"{word} {number}"
        try:
            if not isinstance(one, dict):
                raise Unreadable(f"{shown(one)} is not an object")
            yield from read(one, place)
        except Unreadable as problem:
            raise source.refusal(place, problem) from problem


def text(one: Object, name: str) -> str:
    """Read a text or a number of an object; empty where there is none.

    Raises:
        Unreadable: It is something else.
    """
    value = one.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(f"{shown(value)} is not a text", path=name)
    return str(value).strip()


def inner(one: Object, name: str) -> Object:
    """Read an object inside of another; an empty one where there is none."""
    value = one.get(name)
    return value if isinstance(value, dict) else {}


def listed(one: Object, name: str) -> list[Object]:
    """Read a list of objects; an empty one where there is none.

    Raises:
        Unreadable: Something in it is no object.
    """
    value = one.get(name)
    found = value if isinstance(value, list) else []
    for part in found:
        if not isinstance(part, dict):
            raise Unreadable(f"{shown(part)} is not an object", path=name)
    return found


ORDERS: Final = (
    "order_number",
    "order_id",
    "orderNumber",
    "orderId",
    "order",
    "order_name",
    "invoice_number",
    "invoice",
)
"""Keys of metadata under which shops keep the number of an order, the plainest first."""


def reference(metadata: Object) -> str:
    """Find the number of an order among what a shop kept with a payment."""
    return next((found for name in ORDERS if (found := _short(metadata.get(name)))), "")


def _short(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
