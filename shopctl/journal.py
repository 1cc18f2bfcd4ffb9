"""Write the journal: what happened, by whom, chained so that a later change shows.

Each entry's hash covers the entry and the hash before it. The head of the chain is a counter row that is taken last
in the transaction, like the number of an invoice, so the entries are numbered 1..n without a hole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import fetch, insert_rows
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import stamp
from shopctl.models import Event, Series, database

SERIES = "journal"
COLUMNS = ("id", "at", "actor", "action", "reference", "details", "operation", "hash")


class Entry(NamedTuple):
    """Something that happened to a document; `details` is JSON or empty."""

    action: str
    reference: str
    details: str = ""


_encode = json.JSONEncoder(default=str, ensure_ascii=False, separators=(",", ":")).encode
_quote = json.encoder.encode_basestring


def details_of(values: dict[str, object]) -> str:
    """Write the details of an entry as compact JSON; numbers and dates become text."""
    if not values:
        return ""
    return "{" + ",".join([f'"{name}":{_json(value)}' for name, value in values.items()]) + "}"


def _json(value: object) -> str:
    """Write one value; texts and amounts, which nearly all of them are, take a fifth of the encoder's time."""
    if isinstance(value, str):
        return _quote(value)
    return f'"{value}"' if isinstance(value, Decimal) else _encode(value)


def chained(before: str, sequence: int, at: str, actor: str, entry: Entry, operation: str) -> str:
    """Hash an entry together with the hash before it."""
    text = f"{before}\n{sequence}\n{at}\n{actor}\n{entry.action}\n{entry.reference}\n{entry.details}\n{operation}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def append(entries: Sequence[Entry], *, at: datetime, actor: str, operation: str) -> None:
    """Step: add entries at the end of the chain; the last thing an operation does."""
    if not entries:
        return
    lock = "" if is_sqlite(database.obj) else " FOR UPDATE"
    found = fetch(Series, f"SELECT next, last_hash FROM series WHERE name = ? AND period = ''{lock}", (SERIES,))  # noqa: S608
    sequence, last = found[0]
    moment = stamp(at)
    rows = []
    for number, entry in enumerate(entries, sequence):
        last = chained(last, number, moment, actor, entry, operation)
        rows.append((number, moment, actor, entry.action, entry.reference, entry.details, operation, last))
    insert_rows(Event, COLUMNS, rows)
    changed = (
        Series.update(next=Series.next + len(rows), last_hash=last)
        .where((Series.name == SERIES) & (Series.period == "") & (Series.next == sequence))
        .execute()
    )
    assert changed == 1, "the journal's head was locked by this very transaction"  # noqa: S101  # left on in production
