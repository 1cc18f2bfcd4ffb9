"""Show what sells and what needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import Choice, Count, DateOption, option
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from shopctl.domain.dates import Span, When
    from shopctl.output.columns import Column
    from shopctl.services.dashboard import Dashboard
    from shopctl.shop import Shop

app = noun("", "What needs attention")

BEST = 5
"""Best sellers that are shown when nobody says how many."""


class Compare(Choice):
    """What sales are compared with."""

    PREVIOUS = "previous"
    LAST_YEAR = "last-year"
    NONE = "none"


def parse_sections(text: str) -> tuple[str, ...]:
    """Read parts of the dashboard, separated by commas."""
    from shopctl.domain.dashboard import SECTIONS

    words = [word.strip().lower() for word in text.split(",")]
    for word in words:
        if word not in SECTIONS:
            raise UsageError(
                "usage", f"the dashboard has no section '{word}'", hint=f"use some of {', '.join(SECTIONS)}"
            )
    return tuple(section for section in SECTIONS if section in words)


@app.command(
    "dashboard",
    examples=[
        ("shopctl dashboard", "today, the last 7 and the last 30 days, and what needs attention"),
        ("shopctl dashboard --section todo", "only what needs attention"),
        ("shopctl dashboard --period last-month --compare last-year", "a month against the same of the year before"),
        ("shopctl dashboard --json", "the figures, for scripts"),
    ],
    exits="0 done · 2 usage · 4 not signed in",
)
def dashboard(
    call: Call,
    section: Annotated[
        Any, option(help="Only these: sales, todo, trend, best", metavar="PARTS", parser=parse_sections)
    ] = None,
    period: Annotated[
        DateOption, option(help="Sales of this period, such as last-month, 2026Q3 or 90d", metavar="PERIOD")
    ] = None,
    compare: Annotated[
        Compare, option(help="Compare with as many days before (default), the year before, or nothing")
    ] = Compare.PREVIOUS,
    top: Annotated[Count, option(help="Show N best sellers (default 5)")] = None,
) -> None:
    """Tell what sells and what needs attention.

    Sales are confirmed orders by the day they were placed, in the zone of the shop, without taxes. The change compares
    the last column with as many days before. Carts -> orders is the share of the carts last touched in these days that
    became an order.
    """
    shop = call.shop()

    from shopctl.commands.dashboard_sheet import sheet
    from shopctl.domain.dashboard import SECTIONS
    from shopctl.services import dashboard as figures

    found = figures.read(
        shop, section or SECTIONS, span=_span(period, shop), label=period.text if period else "",
        compare=str(compare), top=BEST if top is None else top,
    )  # fmt: skip
    call.out.show("dashboard", _columns(), found, sheet(found, shop, call.options.profile or ""))


def _span(period: When | None, shop: Shop) -> Span | None:
    """Tell the days of a period that was typed; an age such as 90d is the days until today."""
    from shopctl.domain.dates import Span

    if period is None:
        return None
    first, last = period.days(shop.now, shop.zone)
    if period.kind == "age":
        from datetime import timedelta

        return Span(min(first + timedelta(days=1), shop.today), shop.today)
    return Span(first, last)


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("currencies", "CURRENCIES", Kind.LIST, "Currencies in which something was sold"),
        Column("sales", "SALES", Kind.OBJECT, "Each period: orders, untaxed amounts, averages, carts", _sales),
        Column("compared", "COMPARED", Kind.OBJECT, "What the last period is compared with", _compared),
        Column("todo", "TODO", Kind.OBJECT, "What needs attention: count, amounts, oldest, command", _todo),
        Column("trend", "TREND", Kind.OBJECT, "Untaxed sales day by day, of a long period month by month", _trend),
        Column("best", "BEST", Kind.OBJECT, "Best sellers by untaxed amount, for each currency", _best),
    )


def _sales(found: Dashboard) -> list[dict[str, object]]:
    return [_period(*one) for one in found.sales]


def _trend(found: Dashboard) -> list[dict[str, object]]:
    return [_period(*one) for one in found.trend]


def _period(period: Any, sales: Any) -> dict[str, object]:
    from shopctl.domain.money import format_money

    return {
        "period": period.label,
        "since": period.first.isoformat(),
        "until": period.last.isoformat(),
        "orders": sales.placed,
        "amounts": [
            {
                "currency": currency,
                "orders": orders,
                "amount_untaxed": format_money(sales.amount(currency), currency),
                "average": format_money(sales.average(currency), currency),
            }
            for currency, orders in sorted(sales.orders.items())
        ],
        "carts": sales.carts,
        "carts_ordered": sales.ordered,
        "conversion": None if sales.conversion is None else str(sales.conversion),
    }


def _compared(found: Dashboard) -> dict[str, object] | None:
    from shopctl.domain.dashboard import change

    if not found.compared:
        return None
    now, then = found.sales[-1][1], found.compared[1]
    grown = {currency: change(now.amount(currency), then.amount(currency)) for currency in found.currencies}
    return {
        **_period(*found.compared),
        "change_orders": _text(change(now.placed, then.placed)),
        "change_untaxed": {currency: _text(percent) for currency, percent in grown.items()},
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _todo(found: Dashboard) -> list[dict[str, object]]:
    from shopctl.domain.money import format_money

    return [
        {
            "what": one.what.replace(" ", "_").replace("-", ""),
            "count": one.documents,
            "more": one.more,
            "amounts": {currency: format_money(amount, currency) for currency, amount in one.amounts.items()},
            "oldest": one.oldest,
            "command": one.command,
        }
        for one in found.todo
    ]


def _best(found: Dashboard) -> list[dict[str, object]]:
    from shopctl.commands.fields import plain

    return [plain(one, one.currency) for one in found.best]
