"""Hand out numbers without gaps: a counter row for each series and period, changed in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shopctl.db.bulk import change_rows, fetch, insert_rows
from shopctl.domain import numbering
from shopctl.models import Series
from shopctl.services.facts import locking
from shopctl.shop import Shop


def take(shop: Shop, series: str, day: date, count: int) -> list[str]:
    """Step: take the next numbers of a series that has no date order, such as payments, orders or customers.

    Args:
        series: A name under `numbering` in the configuration.
        day: The day that decides the counting period.
        count: How many numbers are needed.
    """
    if not count:
        return []
    template = getattr(shop.config.numbering, series)
    period = numbering.period_of(template, day)
    first = _locked(series, period)
    _move(series, period, first + count)
    return [numbering.number(template, day, sequence) for sequence in range(first, first + count)]


def give_way(shop: Shop, series: str, numbers: Iterable[str]) -> None:
    """Step: move a counter beyond numbers that came from elsewhere, so that it never hands one of them out."""
    template = getattr(shop.config.numbering, series)
    highest: dict[str, int] = {}
    for written in numbers:
        found = numbering.position(template, written)
        if found is not None:
            highest[found[0]] = max(found[1], highest.get(found[0], 0))
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
