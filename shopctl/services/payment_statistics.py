"""Count and sum payments that are here or went out, by what they share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch, total
from shopctl.domain.dashboard import Period, before
from shopctl.domain.payment_figures import Figure, Sum, figures, totals
from shopctl.errors import UsageError
from shopctl.models import Payment
from shopctl.services.customers import named

GROUPS: Final = {
    "method": "p.method",
    "provider": "p.provider",
    "customer": "coalesce(CAST(p.customer_id AS TEXT), '')",
    "day": "p.date",
    "month": "substr(p.date, 1, 7)",
}
"""What payments can be told by, and how that is read."""

DATES: Final = ("day", "month")


class Statistics(NamedTuple):
    """The figures of a period by group, and those of all its payments, one a currency.

    Attributes:
        compared: What it is compared with; None where nothing is.
    """

    rows: tuple[Figure, ...]
    totals: tuple[Figure, ...]
    compared: Period | None


def statistics(by: str, since: date | None, until: date | None, compare: str = "none") -> Statistics:
    """Count and sum the payments of a period, each currency by itself.

    Args:
        by: One of `GROUPS`; empty for the totals only.
        since, until: The first and the last day; None for no limit.
        compare: `previous` for as many days just before, `last-year` for the same days of the year before, `none`.

    Raises:
        UsageError: There is nothing to compare with.
    """
    compared = _compared(by, since, until, compare)
    now = _sums(by, since, until)
    then = _sums(by, compared.first, compared.last) if compared else None
    by_size = by not in DATES
    whole = figures(totals(now), None if then is None else totals(then))
    rows = figures(now, then, by_size=by_size) if by else whole
    return Statistics(tuple(_named(by, rows)), tuple(whole), compared)


def _compared(by: str, since: date | None, until: date | None, compare: str) -> Period | None:
    if compare == "none":
        return None
    if since is None or until is None:
        raise UsageError("usage.date", "--compare needs the days that are compared", hint="add --period last-month")
    if by in DATES:
        raise UsageError("usage", f"no {by} lies in both periods", hint="leave out --compare, or --by")
    return before(Period("", since, until), compare)


def _sums(by: str, since: date | None, until: date | None) -> list[Sum]:
    parts, values = ["p.state = 'done'"], []
    for operator, day in ((">=", since), ("<=", until)):
        if day is not None:
            parts.append(f"p.date {operator} ?")
            values.append(day.isoformat())
    inbound = "CASE WHEN p.direction = 'inbound' THEN {} ELSE 0 END"
    summed = ", ".join(
        f"sum({column})"
        for column in (
            inbound.format("p.amount"), "CASE WHEN p.direction = 'outbound' THEN p.amount ELSE 0 END", "p.fee",
            inbound.format("p.allocated"), inbound.format("p.amount - p.allocated - p.returned"),
        )
    )  # fmt: skip
    rows = fetch(
        Payment,
        f"SELECT {GROUPS.get(by, repr(''))}, p.currency, count(*), {summed} FROM payments p "  # noqa: S608  # texts of ours
        f"WHERE {' AND '.join(parts)} GROUP BY 1, 2",
        values,
    )
    return [Sum(group, currency, count, *map(total, amounts)) for group, currency, count, *amounts in rows]


def _named(by: str, rows: Sequence[Figure]) -> list[Figure]:
    if by != "customer":
        return list(rows)
    known = named([int(row.group) for row in rows if row.group])
    found = [(row, *known.get(row.group, ("", "Guests"))) for row in rows]
    return [row._replace(group=code, name=name) for row, code, name in found]
