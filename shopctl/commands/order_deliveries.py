"""Deliver orders."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import day_of
from shopctl.commands.options import Batch, DateOption, Orders, Told, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import confirm_many, run_batch, write_to_customers
from shopctl.errors import ExitStatus, UsageError

WHAT = "What to deliver"
HOW = "How it goes"


@app.command(
    "deliver",
    examples=[
        ("shopctl orders deliver S00431 --carrier DHL --tracking 00340434", "everything that is left"),
        ("shopctl orders deliver S00431 --line 1=2 --line 3=1", "two more of line 1, one more of line 3"),
        ("shopctl orders deliver S00431 --line 1=-1", "one of line 1 came back"),
        ("shopctl orders list --format ids | shopctl orders deliver - --yes", "everything of all orders"),
    ],
    exits="0 done or nothing left · 2 usage · 3 no such order or line · 6 not allowed · 8 some failed",
    writes=True,
)
def deliver(
    call: Call,
    numbers: Orders,
    line: Annotated[
        list[str] | None,
        option(help="That many more of line N; below zero came back (repeatable)", panel=WHAT, metavar="N=QTY"),
    ] = None,
    force: Annotated[bool, option(help="Allow more than was ordered", panel=WHAT)] = False,
    date: Annotated[DateOption, option(help="When it left or came back; default: today", panel=HOW)] = None,
    carrier: Annotated[str, option(help="Who carries it", panel=HOW, metavar="NAME")] = "",
    tracking: Annotated[str, option(help="The carrier's own number", panel=HOW, metavar="NUMBER")] = "",
    note: Annotated[str, option(help="Remark", panel=HOW, metavar="TEXT")] = "",
    email: Told = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Deliver confirmed orders: what is left, or what is named. Goods get a delivery, services are only counted."""
    shop = call.shop()
    write_to_customers(shop, email)

    from shopctl.domain.deliveries import parse_quantities
    from shopctl.services import shipping

    references = call.references(numbers, batch.from_file)
    quantities = parse_quantities(line or [])
    if quantities and len(references) > 1:
        raise UsageError(
            "usage", "lines are numbered in each order, so name one order", hint="use one call for each order"
        )
    confirm_many(call, f"Deliver {len(references)} orders?", references)
    how = shipping.Shipment(quantities, day_of(date, shop), carrier, tracking, note, force)
    return run_batch(
        call, shop, references, lambda part: shipping.deliver(shop, part, how), schema="orders.deliver",
        columns=fields.ORDERS, verb="deliver", batch=batch, next_commands=_after,
    )  # fmt: skip


def _after(row: Any) -> list[str]:
    look = f"shopctl delivery list --order {row.number}"
    return [look, f"shopctl invoice create {row.number}"] if row.invoice_status == "to_invoice" else [look]
