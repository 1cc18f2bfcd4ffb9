"""List and show orders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.lists import Dated, listed, question, show_all
from shopctl.commands.options import Amount, Choice, Orders, option
from shopctl.commands.order_app import app
from shopctl.errors import ExitStatus
from shopctl.output.columns import Column, Kind

if TYPE_CHECKING:
    from datetime import date, tzinfo

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
        ("shopctl orders list --search muller --state all", "by name, number, e-mail or product"),
        ("shopctl orders list -F 'total>=100 and country in (FR, BE)' --sort -total", "any condition, any order"),
        ("shopctl orders list --period this-month --group-by state,customer --top 5", "totals and shares"),
        ("shopctl orders list --differs", "where the source contradicts itself or us"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such customer or product · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    *,
    unpaid: Annotated[
        bool, option(help="Waiting for payment, or confirmed with something left to pay", panel=NARROW)
    ] = False,
    to_invoice: Annotated[bool, option(help="Something can be invoiced now", panel=NARROW)] = False,
    invoiced: Annotated[bool, option(help="Everything is invoiced", panel=NARROW)] = False,
    upsell: Annotated[bool, option(help="More was delivered than ordered", panel=NARROW)] = False,
    nothing_to_invoice: Annotated[bool, option(help="Nothing to invoice now, nor all invoiced", panel=NARROW)] = False,
    to_ship: Annotated[bool, option(help="Something of it has not left yet", panel=NARROW)] = False,
    held: Annotated[bool, option(help="On hold", panel=NARROW)] = False,
    differs: Annotated[bool, option(help="The source contradicts itself or our figures", panel=NARROW)] = False,
    not_reminded: Annotated[bool, option(help="No payment reminder went out yet", panel=NARROW)] = False,
    state: Annotated[State | None, option(help="Default: confirmed", panel=NARROW, metavar="STATE")] = None,
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    product: Annotated[str, option(help="With a line of this SKU", panel=NARROW, metavar="SKU")] = "",
    country: Annotated[str, option(help="Delivered to this country", panel=NARROW, metavar="CC")] = "",
    tag: Annotated[str, option(help="With this tag", panel=NARROW, metavar="TAG")] = "",
    min_total: Annotated[Amount, option(help="Total of at least", panel=NARROW)] = None,
    max_total: Annotated[Amount, option(help="Total of at most", panel=NARROW)] = None,
    asked: Dated,
) -> ExitStatus | None:
    """List orders, newest first. Without a filter these are the confirmed ones."""
    shop = call.shop()

    from shopctl.services.listing import orders

    since, until = asked.instants(shop)
    wanted = orders.OrderFilter(
        state=str(state or ""), unpaid=unpaid, to_invoice=to_invoice, invoiced=invoiced, upselling=upsell,
        nothing_to_invoice=nothing_to_invoice, to_ship=to_ship, held=held, differs=differs, not_reminded=not_reminded,
        customer=customer, product=product, country=country, tag=tag, min_total=min_total, max_total=max_total,
        since=since, until=until,
    )  # fmt: skip
    return listed(
        call, asked, "orders.list", _columns(wanted, shop.today, shop.zone), orders, wanted,
        footer=lambda: _footer(wanted, question(shop, asked)), totals=not wanted.unpaid,
        empty="No orders match." if state or wanted.any_state else "No orders match. All states: --state all",
    )  # fmt: skip


def _footer(wanted: Any, ask: Any) -> list[str]:
    """Name the next command, and what a list without conditions leaves out."""
    from shopctl.output.human import human_money
    from shopctl.services.listing import orders

    if wanted.differs:
        return ["See why: shopctl orders show ORDER"]
    if wanted.unpaid:
        totals = ", ".join(
            f"{human_money(total - paid, currency)} {currency}"
            for currency, total, paid in orders.unpaid_sums(wanted, ask)
        )
        return [
            f"{totals} to be paid",
            "Money is in?        shopctl payment register ORDER",
            "Accept without it?  shopctl orders confirm ORDER",
            "Ask again?          shopctl reminder run",
        ]
    bill = "Bill one:  shopctl invoice create ORDER --confirm"
    return (
        [bill] if wanted.to_invoice or wanted.state else [bill, "Others:    --unpaid for those that wait, --state all"]
    )


def _columns(wanted: Any, today: date, zone: tzinfo) -> list[Column]:
    """Choose what a table shows: what tells the orders of this list apart, and not what all of them share."""
    if wanted.differs:
        kept = {"number", "date", "customer_name", "amount_total", "differences"}
        return [
            replace(one, shown="always" if one.name in kept else "machine" if one.shown == "machine" else "wide")
            for one in fields.ORDERS
        ]
    if wanted.unpaid:
        waiting = Column(
            "waiting_days", "DAYS", Kind.COUNT, "Days of the calendar since it was placed",
            lambda row: max((today - row.date.astimezone(zone).date()).days, 0),
        )  # fmt: skip
        reminded = Column("reminders", "REMINDED", Kind.COUNT, "Payment reminders that went, or are to go", spare=True)
        sent = replace(reminded, name="reminders_sent", get=lambda row: row.reminders, shown="machine")
        shown = {"invoice_status": "wide", "delivery_status": "wide", "amount_due": "always"}
        return [*(replace(one, shown=shown.get(one.name, one.shown)) for one in fields.ORDERS), waiting, reminded, sent]
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
