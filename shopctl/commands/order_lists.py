"""List and show orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.lists import After, counts, fits, show_all, until_of
from shopctl.commands.options import Choice, DateOption, Limit, Orders, option
from shopctl.commands.order_app import app
from shopctl.errors import ExitStatus
from shopctl.output.columns import Column, Kind

if TYPE_CHECKING:
    from decimal import Decimal

NARROW = "Which orders"


class State(Choice):
    """States that a list can be narrowed to."""

    SENT = "sent"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    ALL = "all"


@app.command(
    "list",
    examples=[
        ("shopctl orders list", "confirmed orders, newest first"),
        ("shopctl orders list --unpaid", "who still has to pay"),
        ("shopctl orders list --to-invoice --format ids", "numbers for invoice create -"),
        ("shopctl orders list --differs", "where the source contradicts itself or us"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    unpaid: Annotated[
        bool, option(help="Waiting for payment, or confirmed with something left to pay", panel=NARROW)
    ] = False,
    to_invoice: Annotated[bool, option(help="Something can be invoiced now", panel=NARROW)] = False,
    differs: Annotated[bool, option(help="The source contradicts itself or our figures", panel=NARROW)] = False,
    state: Annotated[State | None, option(help="Default: confirmed", panel=NARROW, metavar="STATE")] = None,
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    since: Annotated[DateOption, option(help="Ordered on or after", panel=NARROW)] = None,
    until: Annotated[DateOption, option(help="Ordered before the end of", panel=NARROW)] = None,
    limit: Limit = None,
    after: After = "",
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when nothing matches")] = False,
) -> ExitStatus | None:
    """List orders, newest first. Without a filter these are the confirmed ones."""
    shop = call.shop()

    from shopctl.services import orders

    wanted = orders.OrderFilter(
        state=str(state or ""), unpaid=unpaid, to_invoice=to_invoice, differs=differs, customer=customer,
        since=since.start(shop.now, shop.zone) if since else None, until=until_of(until, shop),
    )  # fmt: skip
    found = orders.search(wanted, limit=fits(call, limit), after=after, exact=counts(call))
    sums = orders.sums(wanted) if call.out.format == "table" and unpaid else []
    shown = call.out.list(
        "orders.list", _columns(wanted, shop.now), found.rows, total=found.total, limit=found.limit,
        has_more=found.more, footer=_footer(wanted, sums),
        empty="No orders match." if (unpaid or to_invoice or differs) else "No orders match. All states: --state all",
    )  # fmt: skip
    return ExitStatus.EMPTY if fail_on_empty and not shown else None


def _footer(wanted: Any, sums: list[tuple[str, Decimal, Decimal]]) -> list[str]:
    """Name the next command, and what a list without conditions leaves out."""
    from shopctl.output.human import human_money

    if wanted.differs:
        return ["See why: shopctl orders show ORDER"]
    if wanted.unpaid:
        totals = ", ".join(f"{human_money(total - paid, currency)} {currency}" for currency, total, paid in sums)
        return [
            f"{totals} to be paid",
            "Money is in?        shopctl payment register ORDER",
            "Accept without it?  shopctl orders confirm ORDER",
        ]
    bill = "Bill one:  shopctl invoice create ORDER --confirm"
    return (
        [bill] if wanted.to_invoice or wanted.state else [bill, "Others:    --unpaid for those that wait, --state all"]
    )


def _columns(wanted: Any, now: datetime) -> list[Column]:
    """Choose what a table shows: what tells the orders of this list apart, and not what all of them share."""
    if wanted.differs:
        kept = {"number", "date", "customer_name", "amount_total", "differences"}
        return [
            replace(one, shown="always" if one.name in kept else "machine" if one.shown == "machine" else "wide")
            for one in fields.ORDERS
        ]
    if wanted.unpaid:
        waiting = Column(
            "waiting_days", "DAYS", Kind.COUNT, "Whole days since it was placed",
            lambda row: max((now - row.date) // timedelta(days=1), 0),
        )  # fmt: skip
        shown = {"invoice_status": "wide", "delivery_status": "wide", "amount_due": "always"}
        return [*(replace(one, shown=shown.get(one.name, one.shown)) for one in fields.ORDERS), waiting]
    hidden = "" if wanted.state == "all" else "state"
    return [replace(one, shown="wide") if one.name == hidden else one for one in fields.ORDERS]


@app.command(
    "show",
    examples=[
        ("shopctl orders show S00430", "one order"),
        ("shopctl orders show S00430 --json", "everything, for scripts"),
    ],
    exits="0 done · 2 usage · 3 no such order",
)
def show(call: Call, numbers: Orders) -> None:
    """Show orders with customer, addresses, lines, taxes, invoices, payments and deliveries."""
    shop = call.shop()

    from shopctl.commands.order_sheet import sheet
    from shopctl.services import orders

    found = orders.show(call.references(numbers), shop.zone)
    columns = fields.details("order", fields.ORDERS, fields.ORDER_DETAILS)
    show_all(call, "orders.show", columns, found, sheet)
