"""Check the numbers of documents: without gaps, in the order of their dates, and only on what is posted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from shopctl.domain import numbering
from shopctl.services.checking.reading import Books, Comparison, Found

SERIES = ("invoice", "credit_note", "payment")
"""The series that have no gaps; orders and customers may bring numbers of their own."""

SHOW = "shopctl invoice show {}"

_TOKEN = re.compile(r"\{(year|yy|month|seq):?([^}]*)\}")
_DIGITS = {"year": r"\d{4}", "yy": r"\d{2}", "month": r"\d{2}", "seq": r"\d{1,18}"}


class Place(NamedTuple):
    """Where a number stands in its series."""

    period: str
    sequence: int


class Document(NamedTuple):
    """A numbered document; `place` is None when the number does not follow the template of its series."""

    place: Place | None
    key: int
    number: str
    date: str | None


class _Reader:
    """Reads the numbers that one template writes."""

    def __init__(self, template: str) -> None:
        text, end, seen = "", 0, set()
        self.digits = ""
        for token in _TOKEN.finditer(template):
            name = token[1]
            text += re.escape(template[end : token.start()])
            text += f"(?P={name})" if name in seen else f"(?P<{name}>{_DIGITS[name]})"
            seen.add(name)
            end = token.end()
            self.digits = token[2] if name == "seq" else self.digits
        self.template = template
        self.pattern = re.compile(text + re.escape(template[end:]), re.ASCII)
        self.groups = sorted(seen - {"seq"})
        self.periods: dict[str | tuple[str, ...], str | None] = {}

    def read(self, number: str) -> Place | None:
        """Find the counting period and the sequence in a number; None when the template did not write it."""
        found = self.pattern.fullmatch(number)
        if found is None:
            return None
        named = found.group(*self.groups) if self.groups else ""
        digits = found["seq"]
        if named not in self.periods:
            self.periods[named] = self._period(found.groupdict())
        period, sequence = self.periods[named], int(digits)
        # Written again, because 0012 is not how a template with five digits writes 12.
        return None if period is None or format(sequence, self.digits) != digits else Place(period, sequence)

    def _period(self, parts: dict[str, str]) -> str | None:
        try:
            day = date(int(parts.get("year") or f"20{parts.get('yy', '00')}"), int(parts.get("month", 1)), 1)
        except ValueError:
            return None
        return numbering.period_of(self.template, day)


reader = lru_cache(16)(_Reader)


def _documents(books: Books, series: str) -> list[Document]:
    """Read the numbered documents of a series."""
    template = getattr(books.shop.config.numbering, series)
    if series == "payment":
        rows = books.walk("payments", "SELECT id, number, NULL FROM payments WHERE id > ? AND id <= ?")
    else:
        statement = "SELECT id, number, date FROM invoices WHERE id > ? AND id <= ? AND number IS NOT NULL AND type = "
        rows = books.walk("invoices", f"{statement}'{series}'")
    read = reader(template).read
    return [Document(read(number), key, number, day) for key, number, day in rows]


def _table(series: str) -> str:
    return "payments" if series == "payment" else "invoices"


def without_gaps(books: Books) -> Iterator[Found]:
    """Find numbers that are missing, doubled or foreign to their series, and counters that do not follow them."""
    counters = {(name, period): (key, after) for key, name, period, after in _counters(books)}
    for series in SERIES:
        template, table = getattr(books.shop.config.numbering, series), _table(series)
        taken: dict[str, list[tuple[int, Document]]] = {period: [] for name, period in counters if name == series}
        for document in _documents(books, series):
            if document.place is None:
                hint = f"set numbering.{series} in the configuration to what this number was written by"
                yield Found(table, document.key, document.number, template, document.number, hint)
            else:
                taken.setdefault(document.place.period, []).append((document.place.sequence, document))
        for period, documents in sorted(taken.items()):
            yield from _gaps(table, template, period, sorted(documents, key=lambda one: one[0]))
            after = max((sequence for sequence, _ in documents), default=0) + 1
            key, stored = counters.get((series, period), (None, None))
            if stored != after:
                yield Found("series", key, _head_name(series, period), after, stored)


def _gaps(table: str, template: str, period: str, documents: list[tuple[int, Document]]) -> Iterator[Found]:
    expected = 1
    for sequence, document in documents:
        if sequence < expected:
            name = numbering.number(template, first_day(period), expected)
            yield Found(table, document.key, document.number, name, document.number)
            continue
        if sequence > expected:
            first = numbering.number(template, first_day(period), expected)
            last = numbering.number(template, first_day(period), sequence - 1)
            yield Found(table, None, first, first if first == last else f"{first} to {last}", None)
        expected = sequence + 1


def _counters(books: Books) -> list[tuple[int, str, str, int]]:
    return [
        (key, name, period, after)
        for key, name, period, after in books.rows("SELECT id, name, period, next FROM series ORDER BY id")
        if name in SERIES
    ]


def first_day(period: str) -> date:
    """Tell the first day of a counting period; any day for a series that counts for ever."""
    year, _, month = period.partition("-")
    try:
        return date(int(year), int(month or 1), 1)
    except ValueError:
        return date(2000, 1, 1)


def _head_name(series: str, period: str) -> str:
    return f"{series}/{period}" if period else series


def in_date_order(books: Books) -> Iterator[Found]:
    """Find documents dated before the one with the number before, or outside the period that their number names."""
    for series in ("invoice", "credit_note"):
        template = getattr(books.shop.config.numbering, series)
        placed = [
            (document.place, document.key, document.number, document.date)
            for document in _documents(books, series)
            if document.place is not None and document.date is not None
        ]
        latest = ""
        for place, key, number, day in sorted(placed):
            if _period_of(template, day) != place.period:
                yield Found("invoices", key, number, place.period, day, SHOW.format(number))
            elif day < latest:
                yield Found("invoices", key, number, f"{latest} or later", day, SHOW.format(number))
            latest = max(latest, day)
        yield from _last_date(books, series, latest)


@lru_cache(512)
def _period_of(template: str, day: str) -> str | None:
    try:
        return numbering.period_of(template, date.fromisoformat(day))
    except ValueError:
        return None


def _last_date(books: Books, series: str, latest: str) -> Iterator[Found]:
    """Compare the date that no later document may go before with the latest document."""
    rows = books.rows("SELECT id, last_date FROM series WHERE name = ? ORDER BY last_date DESC, id", series)
    key, stored = rows[0] if rows else (None, "")
    if stored != latest:
        yield Found("series", key, series, latest or None, stored or None)


POSTED_ONLY = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id) AS reference, "
    "CASE WHEN i.state = 'draft' THEN 'no number' ELSE 'number, dates and moment of posting' END AS expected, "
    "CASE WHEN i.state = 'draft' THEN coalesce(i.number, 'posted at ' || i.posted_at) "
    "WHEN i.number IS NULL THEN 'no number' WHEN i.date IS NULL OR i.due_date IS NULL THEN 'no date' "
    "ELSE 'no moment' END AS found FROM invoices i "
    "WHERE (i.state = 'draft' AND i.revision = 0 AND (i.number IS NOT NULL OR i.posted_at IS NOT NULL)) "
    "OR (i.state = 'posted' AND (i.number IS NULL OR i.date IS NULL OR i.due_date IS NULL OR i.posted_at IS NULL))",
    SHOW,
)
