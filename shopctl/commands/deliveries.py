"""List and show deliveries, and take them back."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.invoice_app import day_of
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Batch, DateOption, Deliveries, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

app = noun("delivery", "What left for customers, and what came back")

NARROW = "Which deliveries"


@app.command(
    "list",
    examples=[
        ("shopctl delivery list", "newest first"),
        ("shopctl delivery list --since today", "what left today"),
        ("shopctl delivery list --returns", "what came back"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such order or customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    order: Annotated[str, option(help="Deliveries of this order", panel=NARROW, metavar="O")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    returns: Annotated[bool, option(help="Only what came back", panel=NARROW)] = False,
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List deliveries and returns, newest first."""
    shop = call.shop()

    from shopctl.services.listing import deliveries

    since, until = asked.days(shop)
    wanted = deliveries.DeliveryFilter(order=order, customer=customer, returns=returns, since=since, until=until)
    return listed(
        call, asked, "delivery.list", fields.DELIVERIES, deliveries, wanted, empty="No deliveries match.",
        footer=lambda: ["Deliver more:  shopctl orders deliver ORDER"],
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


@app.command(
    "return",
    examples=[
        ("shopctl delivery return OUT/2026/00012 --reason 'wrong size'", "all of it came back"),
        ("shopctl delivery return OUT/2026/00012 --line 1=2", "two of its line 1"),
    ],
    exits="0 done or nothing left · 2 usage · 3 no such delivery or line · 6 not allowed · 8 some failed",
    writes=True,
)
def return_(
    call: Call,
    numbers: Deliveries,
    line: Annotated[
        list[str] | None,
        option(help="How many of line N of the delivery came back (repeatable); default: all", metavar="N=QTY"),
    ] = None,
    reason: Annotated[str, option(help="Why it came back", metavar="TEXT")] = "",
    date: Annotated[DateOption, option(help="When it came back; default: today")] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Take back what deliveries brought. What was billed of it can be credited then."""
    shop = call.shop()

    from shopctl.domain.deliveries import parse_quantities
    from shopctl.services import returning

    references = call.references(numbers, batch.from_file)
    quantities = parse_quantities(line or [])
    if quantities and len(references) > 1:
        raise UsageError("usage", "lines are numbered in each delivery, so name one", hint="use one call for each")
    confirm_many(call, f"Take back {len(references)} deliveries?", references)
    wanted = returning.Return(quantities, day_of(date, shop), reason)
    return run_batch(
        call, shop, references, lambda part: returning.give_back(shop, part, wanted), schema="delivery.return",
        columns=fields.DELIVERIES, verb="return", batch=batch, next_commands=_after,
    )  # fmt: skip


def _after(row: Any) -> list[str]:
    return [f"shopctl delivery show {row.number}", f"shopctl orders show {row.order}"]
