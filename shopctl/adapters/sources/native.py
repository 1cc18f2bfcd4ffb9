"""Read and write the native format: one JSON object a line, lossless in both directions.

A line that is wrong becomes an item with its error, line number and path; reading goes on.
Source: the interchange format, docs/interchange.md; docs RELIABILITY.md section 7 (parsers).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn

from shopctl.adapters.sources.items import Item, Unreadable, field_item, nearest, shown, syntax_item
from shopctl.adapters.sources.layouts import KINDS, Pairs
from shopctl.adapters.sources.text import LINE_LIMIT, Stdin, open_text
from shopctl.adapters.sources.values import TEXT_LIMIT
from shopctl.domain import records

_DEPTH: Final = 20
_KIND_OF: Final[Mapping[type, str]] = {layout.record: kind for kind, layout in KINDS.items()}


def read(path: str, stdin: Stdin = None) -> Iterator[Item]:
    """Read a file of the native format, or standard input for "-", one item a line that is not blank.

    Raises:
        NotFoundError: The file cannot be read.
        UsageError: It is empty or no text; found in the first block before anything is handed over, later on the way.
    """
    return _items(open_text(path, stdin))


def write(record: records.Record) -> str:
    """Write a record as one JSON line, without the line feed.

    Fields come in the order of the record, those at their default are left out; amounts are decimal strings,
    instants ISO 8601 in UTC.
    """
    plain = {"kind": _KIND_OF[type(record)], **_plain(record)}
    return _ENCODER.encode(plain)


def _items(lines: Iterator[str]) -> Iterator[Item]:
    decode = json.JSONDecoder(object_pairs_hook=tuple, parse_float=Decimal, parse_constant=_no_number).raw_decode
    for number, line in enumerate(lines, 1):
        try:
            pairs, end = decode(line)
        except (ValueError, RecursionError) as error:
            if line.strip():
                yield _not_json(number, line, error)
            continue
        if end != len(line) and line[end:].strip():
            yield syntax_item(number, f"something follows the object: {shown(line[end:].strip())}")
        elif len(line) > LINE_LIMIT:
            yield _too_long(number)
        else:
            yield _item(number, line, pairs)


def _item(number: int, line: str, pairs: Any) -> Item:
    try:
        if len(line) > TEXT_LIMIT or "\\" in line:
            _check_texts(pairs, 1)
        kind, rest = _kind(pairs)
        record = KINDS[kind].build(rest)
    except Unreadable as problem:
        return field_item(number, _reference_of(pairs), problem)
    return Item(number, _key(record), record, None)


def _kind(pairs: Any) -> tuple[str, Pairs]:
    if type(pairs) is not tuple:
        raise Unreadable("a line has to be a JSON object", hint='as in {"kind": "product", "sku": "A1"}')
    if pairs and pairs[0][0] == "kind":
        kind, rest = pairs[0][1], pairs[1:]
    else:
        kind = dict(pairs).get("kind")
        rest = tuple(pair for pair in pairs if pair[0] != "kind")
        if len(rest) < len(pairs) - 1:
            raise Unreadable("the field is given twice", path="kind")
    if type(kind) is not str or kind not in KINDS:
        known = ", ".join(KINDS)
        if kind is None:
            raise Unreadable(f"the field is required, one of: {known}", path="kind")
        raise Unreadable(f"{shown(kind)} is none of: {known}", path="kind", hint=nearest(str(kind), KINDS))
    return kind, rest


def _key(record: Any) -> str:
    if type(record) is records.OrderRecord:
        return record.number or f"{record.source}/{record.external_id}"
    if type(record) is records.PaymentRecord:
        return f"{record.provider}/{record.reference}"
    return str(record[0])


def _reference_of(pairs: Any) -> str:
    if type(pairs) is not tuple:
        return ""
    fields = dict(pairs)
    keys = (fields.get(name) for name in ("number", "code", "sku", "id", "external_id", "reference"))
    return next((key for key in keys if type(key) is str and key), "")


def _check_texts(value: Any, depth: int) -> None:
    """Refuse NUL characters, halves of surrogate pairs, texts that are too long and objects nested too deeply."""
    if depth > _DEPTH:
        raise Unreadable(f"nested more than {_DEPTH} levels deep")
    if type(value) is str:
        _check_text(value)
    elif type(value) is list:
        for place, each in enumerate(value):
            _check_inside(f"[{place}]", each, depth)
    elif type(value) is tuple:
        for name, each in value:
            _check_text(name)
            _check_inside(name, each, depth)


def _check_inside(outer: str, value: Any, depth: int) -> None:
    try:
        _check_texts(value, depth + 1)
    except Unreadable as problem:
        raise problem.inside(outer) from None


def _check_text(value: str) -> None:
    if len(value) > TEXT_LIMIT:
        raise Unreadable(f"the text has {len(value)} characters, {TEXT_LIMIT} are allowed")
    if "\0" in value:
        raise Unreadable("the text holds a NUL character")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Unreadable("the text holds half of a surrogate pair")


def _not_json(number: int, line: str, error: ValueError | RecursionError) -> Item:
    if len(line) > LINE_LIMIT:
        return _too_long(number)
    if isinstance(error, RecursionError):
        return syntax_item(number, f"nested more than {_DEPTH} levels deep")
    if not isinstance(error, json.JSONDecodeError):
        return syntax_item(number, str(error))
    if error.pos >= len(line.rstrip()) or error.msg.startswith("Unterminated"):
        return syntax_item(number, "the line is cut off", hint="the file may be incomplete; export it again")
    reason = f"not JSON: {error.msg[0].lower()}{error.msg[1:]} at character {error.colno}"
    return syntax_item(number, reason, hint="each line has to be one JSON object")


def _too_long(number: int) -> Item:
    return syntax_item(number, f"the line has more than {LINE_LIMIT} characters")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _plain(record: Any) -> dict[str, object]:
    defaults = record._field_defaults
    plain = {}
    for name, value in zip(record._fields, record, strict=True):
        if name not in defaults or value != defaults[name] or type(value) is not type(defaults[name]):
            plain[name] = value if type(value) in _AS_IS else _value(value)
    return plain


_AS_IS: Final = frozenset({str, bool, int})


def _value(value: Any) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if type(value) is tuple:
        return [each if type(each) is str else _plain(each) for each in value]
    return value if type(value) in _AS_IS else _plain(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
