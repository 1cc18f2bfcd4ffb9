"""Hand out numbers without gaps: a counter row for each series and period, changed in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import lru_cache

from shopctl.db.bulk import change_rows, fetch, insert_rows
from shopctl.domain.numbering import Scheme
from shopctl.models import Series
from shopctl.services.facts import locking
from shopctl.shop import Shop

_scheme = lru_cache(maxsize=100)(Scheme)


def scheme(shop: Shop, series: str) -> Scheme:
    """Tell how the numbers of a series look: a name under `numbering` in the configuration."""
    settings = shop.config.numbering
    return _scheme(getattr(settings, series), settings.fiscal_year_start)


def names(shop: Shop) -> list[str]:
    """List the series that the configuration has templates for."""
    settings = shop.config.numbering
    return [entry.name for entry in fields(settings) if isinstance(getattr(settings, entry.name), str)]


def take(shop: Shop, series: str, day: date, count: int) -> list[str]:
    """Step: take the next numbers of a series that has no date order, such as payments, orders or customers.

    Args:
        series: A name under `numbering` in the configuration.
        day: The day that decides the counting period.
        count: How many numbers are needed.
    """
    if not count:
        return []
    form = scheme(shop, series)
    period = form.period_of(day)
    first = _locked(series, period)
    _move(series, period, first + count)
    return [form.number(day, sequence) for sequence in range(first, first + count)]


def give_way(shop: Shop, series: str, numbers: Iterable[str]) -> None:
    """Step: move a counter beyond numbers that came from elsewhere, so that it never hands one of them out."""
    form = scheme(shop, series)
    highest: dict[str, int] = {}
    for written in numbers:
        found = form.place(written, padded=False)
        if found is not None:
            highest[found.period] = max(found.sequence, highest.get(found.period, 0))
    for period, sequence in sorted(highest.items()):
        if _locked(series, period) <= sequence:
            _move(series, period, sequence + 1)


def _locked(series: str, period: str) -> int:
    """Lock a counter, made when it is missing, and tell the next number."""
    found = fetch(
        Series,
        f"SELECT next FROM series s WHERE name = ? AND period = ?{locking('s')}",  # noqa: S608
        (series, period),
    )
    if not found:
        # A rival that made the same row at the same moment makes this fail, and the operation runs again.
        insert_rows(Series, ("name", "period", "next", "last_date", "last_hash"), [(series, period, 1, "", "")])
    return int(found[0][0]) if found else 1


def _move(series: str, period: str, to: int) -> None:
    change_rows(
        Series, "next = :next", "name = :name AND period = :period", ("name", "period", "next"), [(series, period, to)]
    )
