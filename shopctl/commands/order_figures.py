"""Tell what was sold, in figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import order_fields
from shopctl.commands.call import Call
from shopctl.commands.lists import SCREENFUL
from shopctl.commands.options import Count, DateOption, option
from shopctl.commands.order_app import app
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopctl.output.columns import Column


@app.command(
    "stats",
    examples=[
        ("shopctl orders stats --period this-month", "how many, how much, the average"),
        ("shopctl orders stats --by date:month --period 2026", "month by month"),
        ("shopctl orders stats --by product --top 10 --period last-month", "best sellers"),
        ("shopctl orders stats --by country --json", "for scripts"),
    ],
    exits="0 done, also when there is none · 2 usage · 9 empty with --fail-on-empty",
)
def stats(
    call: Call,
    by: Annotated[
        str, option(help="customer, product, country, method, date:day|week|month|quarter|year", metavar="WHAT")
    ] = "",
    period: Annotated[DateOption, option(help="Ordered within; default: ever", metavar="P")] = None,
    top: Annotated[Count, option(help="Name N groups and add up the rest; 0 names all", metavar="N")] = None,
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when there is no order")] = False,
) -> ExitStatus | None:
    """Count and sum confirmed orders, each currency by itself: untaxed sum, average order and share."""
    shop = call.shop()

    from shopctl.services import order_statistics

    group = "date:month" if by == "date" else by
    if group and group not in order_statistics.GROUPS:
        raise UsageError(
            "usage.field", f"orders cannot be grouped by {by!r}", hint=f"one of {', '.join(order_statistics.GROUPS)}"
        )
    wanted = order_statistics.Period(
        period.start(shop.now, shop.zone) if period else None, period.end(shop.now, shop.zone) if period else None
    )
    screen = call.out.terminal and call.out.format == "table"
    found = order_statistics.confirmed(shop, group, wanted, top=(SCREENFUL if screen else 0) if top is None else top)
    shown = call.out.list(
        "orders.stats", _columns(group, found.totals), found.rows, total=len(found.rows), key="group",
        empty="No confirmed order.", footer=_footer(group, found),
    )  # fmt: skip
    return ExitStatus.EMPTY if fail_on_empty and not shown else None


def _columns(group: str, totals: Sequence[Any]) -> list[Column]:
    """Leave out of a table what says nothing: names that are codes, the only currency, shares of everything."""
    hidden = {"currency"} if len(totals) == 1 else set()
    if not group:
        hidden |= {"group", "name", "share"}
    elif group not in ("customer", "product"):
        hidden |= {"group"}
    shown = {"quantity": "always"} if group == "product" else {}
    heading = {"name": group.rpartition(":")[2].upper()}
    return [
        replace(
            one, header=heading.get(one.name, one.header),
            shown="machine" if one.name in hidden else shown.get(one.name, one.shown),
        )
        for one in order_fields.FIGURES
    ]  # fmt: skip


def _footer(group: str, found: Any) -> list[str]:
    from shopctl.output.human import human_money

    lines = []
    for one in found.totals if group else ():
        sums = [human_money(amount, one.currency) for amount in (one.untaxed, one.average)]
        lines.append(f"All: {one.orders} orders · {sums[0]} {one.currency} untaxed · {sums[1]} on average")
    if group == "product":
        lines.append("An order counts for each of its products.")
    lines.append("Confirmed orders only.  Those that wait: shopctl orders list --unpaid")
    return lines
