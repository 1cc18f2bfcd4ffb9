"""List and show deliveries."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.delivery_app import app
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Deliveries, option
from shopctl.errors import ExitStatus

NARROW = "Which deliveries"


@app.command(
    "list",
    examples=[
        ("shopctl delivery list", "newest first"),
        ("shopctl delivery list --since today", "what left, came back or began to wait today"),
        ("shopctl delivery list --waiting", "what is to leave"),
        ("shopctl delivery list --returns", "what came back"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such order or customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    order: Annotated[str, option(help="Deliveries of this order", panel=NARROW, metavar="O")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    returns: Annotated[bool, option(help="Only what came back", panel=NARROW)] = False,
    waiting: Annotated[bool, option(help="Only what has not left yet", panel=NARROW)] = False,
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List deliveries and returns, newest first; those that wait are among them."""
    shop = call.shop()

    from shopctl.services.listing import deliveries

    since, until = asked.days(shop)
    wanted = deliveries.DeliveryFilter(
        order=order, customer=customer, returns=returns, waiting=waiting, since=since, until=until
    )
    return listed(
        call, asked, "delivery.list", fields.DELIVERIES, deliveries, wanted, empty="No deliveries match.",
        footer=lambda: ["Ship what waits:  shopctl delivery validate DELIVERY"],
    )  # fmt: skip


@app.command(
    "show",
    examples=[("shopctl delivery show OUT/2026/00012", "what was in it")],
    exits="0 done · 2 usage · 3 no such delivery",
)
def show(call: Call, numbers: Deliveries) -> None:
    """Show deliveries and what was in them."""
    call.shop()

    from shopctl.commands.delivery_sheet import sheet
    from shopctl.services import deliveries

    found = deliveries.show(call.references(numbers))
    show_all(
        call, "delivery.show", fields.details("delivery", fields.DELIVERIES, fields.DELIVERY_DETAILS), found, sheet
    )
