"""Check the numbers of documents: without gaps, in the order of their dates, and only on what is posted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from shopctl.domain.numbering import Place, Scheme
from shopctl.services.checking.reading import Books, Comparison, Found
from shopctl.services.counters import scheme

SERIES = ("invoice", "credit_note", "payment", "delivery")
"""The series that have no gaps; orders and customers may bring numbers of their own."""

DATED = ("invoice", "credit_note")
"""The series in which dates never go back."""

SHOW = "shopctl invoice show {}"


class Finding(NamedTuple):
    """Something wrong in a series; `problem` is foreign, gap, double, counter or date."""

    series: str
    period: str
    problem: str
    place: Found


class Document(NamedTuple):
    """A numbered document; `place` is None when the number does not follow the template of its series."""

    place: Place | None
    key: int
    number: str
    date: str | None


def without_gaps(books: Books) -> Iterator[Found]:
    """Find numbers that are missing, doubled or foreign to their series, and counters that do not follow them."""
    return (finding.place for series in SERIES for finding in sequences(books, series))


def in_date_order(books: Books) -> Iterator[Found]:
    """Find documents dated before the one with the number before, or outside the period that their number names."""
    return (finding.place for series in DATED for finding in dates(books, series))


def sequences(books: Books, series: str) -> Iterator[Finding]:
    """Find what is wrong with the numbers of one series, period by period."""
    form, table = scheme(books.shop, series), _table(series)
    counters = {
        period: (key, after)
        for key, period, after in books.rows("SELECT id, period, next FROM series WHERE name = ? ORDER BY id", series)
    }
    taken: dict[str, list[tuple[int, Document]]] = {period: [] for period in counters}
    for document in _documents(books, series):
        if document.place is None:
            hint = f"set numbering.{series} in the configuration to what this number was written by"
            place = Found(table, document.key, document.number, form.template, document.number, hint)
            yield Finding(series, "", "foreign", place)
        else:
            taken.setdefault(document.place.period, []).append((document.place.sequence, document))
    for period, documents in sorted(taken.items()):
        for problem, place in _gaps(table, form, period, sorted(documents, key=lambda one: one[0])):
            yield Finding(series, period, problem, place)
        after = max((sequence for sequence, _ in documents), default=0) + 1
        key, stored = counters.get(period, (None, None))
        if stored != after:
            yield Finding(series, period, "counter", Found("series", key, _head_name(series, period), after, stored))


def _documents(books: Books, series: str) -> list[Document]:
    """Read the numbered documents of a series."""
    table = _table(series)
    if table != "invoices":
        rows = books.walk(table, f"SELECT id, number, NULL FROM {table} WHERE id > ? AND id <= ?")  # noqa: S608
    else:
        statement = "SELECT id, number, date FROM invoices WHERE id > ? AND id <= ? AND number IS NOT NULL AND type = "
        rows = books.walk("invoices", f"{statement}'{series}'")
    place = scheme(books.shop, series).place
    return [Document(place(number), key, number, day) for key, number, day in rows]


def _table(series: str) -> str:
    return {"payment": "payments", "delivery": "deliveries"}.get(series, "invoices")


def _gaps(table: str, form: Scheme, period: str, documents: list[tuple[int, Document]]) -> Iterator[tuple[str, Found]]:
    expected, day = 1, form.first_day(period)
    for sequence, document in documents:
        if sequence < expected:
            name = form.number(day, expected)
            yield "double", Found(table, document.key, document.number, name, document.number)
            continue
        if sequence > expected:
            first, last = form.number(day, expected), form.number(day, sequence - 1)
            yield "gap", Found(table, None, first, first if first == last else f"{first} to {last}", None)
        expected = sequence + 1


def _head_name(series: str, period: str) -> str:
    return f"{series}/{period}" if period else series


def dates(books: Books, series: str) -> Iterator[Finding]:
    """Find what is wrong with the dates of one series."""
    form = scheme(books.shop, series)
    placed = [
        (document.place, document.key, document.number, document.date)
        for document in _documents(books, series)
        if document.place is not None and document.date is not None
    ]
    latest = ""
    for place, key, number, day in sorted(placed):
        expected = place.period if _period_of(form, day) != place.period else f"{latest} or later"
        if expected == place.period or day < latest:
            wrong = Found("invoices", key, number, expected, day, SHOW.format(number))
            yield Finding(series, place.period, "date", wrong)
        latest = max(latest, day)
    for found in _last_date(books, series, latest):
        yield Finding(series, "", "date", found)


@lru_cache(512)
def _period_of(form: Scheme, day: str) -> str | None:
    try:
        return form.period_of(date.fromisoformat(day))
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
