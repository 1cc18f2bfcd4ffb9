"""Count and sum confirmed orders by what they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch, total
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import instant, stamp
from shopctl.domain.order_figures import Figure, Tally, figures, summed, totals_of
from shopctl.models import Order, database
from shopctl.services.customers import named
from shopctl.shop import Shop

DATES: Final = ("day", "week", "month", "quarter", "year")
GROUPS: Final = ("customer", "product", "country", "method", *(f"date:{unit}" for unit in DATES))
"""What orders can be grouped by."""

_HOUR: Final = len("2026-08-21T09")
_MINUTE: Final = len("2026-08-21T09:14")


@dataclass(frozen=True)
class Period:
    """From an instant on, and up to but without another; None for no limit."""

    since: datetime | None = None
    until: datetime | None = None

    def where(self) -> tuple[str, tuple[str, ...]]:
        """Write the condition for orders with the alias `o`, and its bound values."""
        parts, values = ["o.state = 'confirmed'"], []
        for operator, moment in ((">=", self.since), ("<", self.until)):
            if moment is not None:
                parts.append(f"o.ordered_at {operator} ?")
                values.append(stamp(moment))
        return " AND ".join(parts), tuple(values)


class Statistics(NamedTuple):
    """Figures by group, and those of all orders of each currency."""

    rows: tuple[Figure, ...]
    totals: tuple[Figure, ...]


def confirmed(shop: Shop, by: str, period: Period, *, top: int = 0) -> Statistics:
    """Count and sum the confirmed orders of a period, each currency by itself.

    Args:
        by: One of `GROUPS`; empty for no groups.
        top: How many groups are told by name; 0 for all. Dates are never folded.
    """
    condition, values = period.where()
    if not by:
        totals = totals_of(_all(condition, values))
        return Statistics(tuple(totals), tuple(totals))
    dated = by.startswith("date:")
    found = _by_date(condition, values, by.removeprefix("date:"), shop.zone) if dated else _BY[by](condition, values)
    # An order stands in the group of each of its products, and otherwise in one.
    whole = _all(condition, values) if by == "product" else summed(found)
    rows = figures(found, whole, top=0 if dated else top, by_size=not dated)
    return Statistics(tuple(_named(by, rows)), tuple(totals_of(whole)))


def _all(condition: str, values: Sequence[Any]) -> list[Tally]:
    """Count and sum orders by nothing but their currency."""
    return _tallies(
        "SELECT '', o.currency, count(*), sum(o.amount_untaxed), 0 "  # noqa: S608
        f"FROM orders o WHERE {condition} GROUP BY o.currency ORDER BY o.currency",
        values,
    )


def _tallies(statement: str, values: Sequence[Any]) -> list[Tally]:
    return [
        Tally("" if group is None else str(group), currency, int(orders), total(untaxed), total(quantity))
        for group, currency, orders, untaxed, quantity in fetch(Order, statement, values)
    ]


def _by_customer(condition: str, values: Sequence[Any]) -> list[Tally]:
    return _by_expression("o.customer_id", condition, values)


def _by_method(condition: str, values: Sequence[Any]) -> list[Tally]:
    return _by_expression("o.payment_method", condition, values)


def _by_country(condition: str, values: Sequence[Any]) -> list[Tally]:
    """Group by the country that an order goes to, or else is billed in."""
    sqlite = is_sqlite(database.obj)
    read = "json_extract(o.{0}, '$.country')" if sqlite else "o.{0}::json ->> 'country'"
    parts = ", ".join(f"CASE WHEN o.{name} <> '' THEN {read.format(name)} END" for name in ("shipping", "billing"))
    return _by_expression(f"coalesce({parts})", condition, values)


def _by_expression(expression: str, condition: str, values: Sequence[Any]) -> list[Tally]:
    return _tallies(
        f"SELECT {expression}, o.currency, count(*), sum(o.amount_untaxed), 0 FROM orders o WHERE {condition} "  # noqa: S608
        "GROUP BY 1, 2",
        values,
    )


def _by_product(condition: str, values: Sequence[Any]) -> list[Tally]:
    return _tallies(
        "SELECT l.sku, o.currency, count(DISTINCT o.id), sum(l.amount_untaxed), sum(l.quantity) FROM orders o "  # noqa: S608
        f"JOIN order_lines l ON l.order_id = o.id WHERE {condition} AND l.kind NOT IN ('section', 'note') "
        "GROUP BY 1, 2",
        values,
    )


_BY: Final[dict[str, Callable[[str, Sequence[Any]], list[Tally]]]] = {
    "customer": _by_customer,
    "product": _by_product,
    "country": _by_country,
    "method": _by_method,
}


def _by_date(condition: str, values: Sequence[Any], unit: str, zone: tzinfo) -> list[Tally]:
    """Group by days of the shop's calendar, which are made of hours, or where its zone needs it of minutes."""
    ((first, last),) = fetch(Order, "SELECT (SELECT min(ordered_at) FROM orders), (SELECT max(ordered_at) FROM orders)")
    if first is None:
        return []
    length = _HOUR if _whole_hours(instant(first), instant(last), zone) else _MINUTE
    parts = _by_expression(f"substr(o.ordered_at, 1, {length})", condition, values)
    sums: dict[tuple[str, str], Tally] = {}
    for part in parts:
        moment = datetime.fromisoformat(part.group.ljust(_HOUR + 1, ":").ljust(_MINUTE, "0")).replace(tzinfo=UTC)
        group = name_of(moment.astimezone(zone).date(), unit)
        before = sums.get((group, part.currency), Tally(group, part.currency, 0, Decimal(0), name=group))
        sums[group, part.currency] = before._replace(
            orders=before.orders + part.orders, untaxed=before.untaxed + part.untaxed
        )
    return list(sums.values())


def _whole_hours(first: datetime, last: datetime, zone: tzinfo) -> bool:
    """Tell whether the clock of a zone differs from UTC by whole hours in every month of a period."""
    moment = first
    while True:
        offset = moment.astimezone(zone).utcoffset()
        if offset is None or offset % timedelta(hours=1):
            return False
        if moment >= last:
            return True
        moment = min(moment + timedelta(days=30), last)


def name_of(day: date, unit: str) -> str:
    """Name the day, week, month, quarter or year that a day belongs to; a week by ISO 8601."""
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if unit == "quarter":
        return f"{day.year}Q{(day.month + 2) // 3}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]


def _named(by: str, rows: Sequence[Figure]) -> list[Figure]:
    """Give groups the names that people know them by."""
    if by == "customer":
        return _customers(rows)
    if by == "product":
        condition, values = among(Order, "sku", [row.group for row in rows if row.group])
        names = dict(fetch(Order, f"SELECT sku, name FROM products WHERE {condition}", values))  # noqa: S608
        return [row if row.name else row._replace(name=names.get(row.group) or row.group) for row in rows]
    return [row if row.name else row._replace(name=row.group) for row in rows]


def _customers(rows: Sequence[Figure]) -> list[Figure]:
    known = named([int(row.group) for row in rows if row.group])
    found = []
    for row in rows:
        code, name = known.get(row.group, ("", row.name or "Guests"))
        found.append(row._replace(group=code, name=name))
    return found
