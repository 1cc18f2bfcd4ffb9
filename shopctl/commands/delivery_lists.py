"""List and show deliveries."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.delivery_app import app
from shopctl.commands.lists import After, counts, fits, show_all
from shopctl.commands.options import DateOption, Deliveries, Limit, option
from shopctl.errors import ExitStatus

NARROW = "Which deliveries"


@app.command(
    "list",
    examples=[
        ("shopctl delivery list", "newest first"),
        ("shopctl delivery list --since today", "what left, came back or began to wait today"),
        ("shopctl delivery list --returns", "what came back"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such order or customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    order: Annotated[str, option(help="Deliveries of this order", panel=NARROW, metavar="O")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    since: Annotated[DateOption, option(help="Dated on or after", panel=NARROW)] = None,
    until: Annotated[DateOption, option(help="Dated up to the end of", panel=NARROW)] = None,
    returns: Annotated[bool, option(help="Only what came back", panel=NARROW)] = False,
    limit: Limit = None,
    after: After = "",
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when nothing matches")] = False,
) -> ExitStatus | None:
    """List deliveries and returns, newest first; those that wait are among them."""
    shop = call.shop()

    from shopctl.services import deliveries

    wanted = deliveries.DeliveryFilter(
        order=order, customer=customer, returns=returns,
        since=since.days(shop.now, shop.zone).first if since else None,
        until=until.days(shop.now, shop.zone).last if until else None,
    )  # fmt: skip
    found = deliveries.search(wanted, limit=fits(call, limit), after=after, exact=counts(call))
    shown = call.out.list(
        "delivery.list", fields.DELIVERIES, found.rows, total=found.total, limit=found.limit, has_more=found.more,
        empty="No deliveries match.", footer=["Ship what waits:  shopctl delivery validate DELIVERY"],
    )  # fmt: skip
    return ExitStatus.EMPTY if fail_on_empty and not shown else None


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
