"""Plan deliveries, let them leave, say how they go, cancel them and take them back."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.delivery_app import app, look, quantities_of
from shopctl.commands.invoice_app import day_of
from shopctl.commands.options import Batch, Choice, DateOption, Deliveries, Orders, Told, option
from shopctl.commands.writes import confirm_many, run_batch, write_to_customers
from shopctl.errors import ExitStatus, UsageError

WHAT = "What leaves"
HOW = "How it goes"


class BackOrder(Choice):
    """Whether what stays behind comes later."""

    YES = "yes"
    NO = "no"


@app.command(
    "create",
    examples=[
        ("shopctl delivery create S00431", "let what is to ship of an imported order wait"),
        ("shopctl orders list --format ids | shopctl delivery create - --yes", "of all orders"),
    ],
    exits="0 done or nothing to ship · 2 usage · 3 no such order · 6 not confirmed or cancelled · 8 some failed",
    writes=True,
)
def create(call: Call, numbers: Orders, *, batch: Batch) -> ExitStatus:
    """Let everything that is still to ship of confirmed orders wait in a delivery.

    An order that is confirmed here has one already; one that came in confirmed has none.
    """
    shop = call.shop()

    from shopctl.services import dispatching

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Plan the deliveries of {len(references)} orders?", references)
    return run_batch(
        call, shop, references, lambda part: dispatching.create(shop, part), schema="delivery.create",
        columns=fields.ORDERS, verb="plan", batch=batch,
        next_commands=lambda row: [f"shopctl delivery list --order {row.number}"],
    )  # fmt: skip


@app.command(
    "validate",
    examples=[
        ("shopctl delivery validate OUT/2026/00012 --carrier DHL --tracking 00340434", "all of it has left"),
        ("shopctl delivery validate OUT/2026/00012 --line 1=2", "two of its line 1; the rest waits in a back order"),
        ("shopctl delivery validate OUT/2026/00012 --line 1=2 --backorder no", "the rest will never come"),
    ],
    exits="0 done or already so · 2 usage · 3 no such delivery or line · 6 not allowed · 8 some failed",
    writes=True,
)
def validate(
    call: Call,
    numbers: Deliveries,
    line: Annotated[
        list[str] | None,
        option(help="How many of line N of the delivery left (repeatable); default: all", panel=WHAT, metavar="N=QTY"),
    ] = None,
    backorder: Annotated[
        BackOrder,
        option(
            help="no: what stays behind is closed; yes: it waits in a delivery of its own", panel=WHAT, metavar="yes|no"
        ),
    ] = BackOrder.YES,
    date: Annotated[DateOption, option(help="When it left; default: today", panel=HOW)] = None,
    carrier: Annotated[str, option(help="Who carries it", panel=HOW, metavar="NAME")] = "",
    tracking: Annotated[str, option(help="The carrier's own number", panel=HOW, metavar="NUMBER")] = "",
    note: Annotated[str, option(help="Remark, printed on the slip", panel=HOW, metavar="TEXT")] = "",
    email: Told = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Say that waiting deliveries have left, as a whole or in part."""
    shop = call.shop()
    write_to_customers(shop, email)

    from shopctl.services import dispatching
    from shopctl.services.shipping import Shipment

    references = call.references(numbers, batch.from_file)
    wanted = Shipment(quantities_of(line, references), day_of(date, shop), carrier, tracking, note)
    back_order = backorder is BackOrder.YES
    confirm_many(call, f"Ship {len(references)} deliveries?", references)
    return run_batch(
        call, shop, references, lambda part: dispatching.validate(shop, part, wanted, back_order=back_order),
        schema="delivery.validate", columns=fields.DELIVERIES, verb="ship", batch=batch,
        next_commands=lambda row: [f"shopctl delivery print {row.number}", f"shopctl orders show {row.order}"],
    )  # fmt: skip


@app.command(
    "edit",
    examples=[
        ("shopctl delivery edit OUT/2026/00012 --carrier DHL --tracking 00340434", "also after it has left"),
        ("shopctl delivery edit OUT/2026/00012 --note ''", "no remark"),
    ],
    exits="0 done or already so · 2 usage · 3 no such delivery · 6 cancelled · 8 some failed",
    writes=True,
)
def edit(
    call: Call,
    numbers: Deliveries,
    carrier: Annotated[str | None, option(help="Who carries it; empty for nobody", metavar="NAME")] = None,
    tracking: Annotated[str | None, option(help="The carrier's own number; empty for none", metavar="NUMBER")] = None,
    note: Annotated[str | None, option(help="Remark, printed on the slip; empty for none", metavar="TEXT")] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Set carrier, tracking number and remark of deliveries. That is possible before they leave and afterwards."""
    shop = call.shop()

    from shopctl.services import dispatching

    references = call.references(numbers, batch.from_file)
    wanted = dispatching.Edit(carrier, tracking, note)
    if wanted == dispatching.Edit():
        raise UsageError("usage", "nothing to change was given", hint="shopctl delivery edit --help")
    confirm_many(call, f"Edit {len(references)} deliveries?", references)
    return run_batch(
        call, shop, references, lambda part: dispatching.edit(shop, part, wanted), schema="delivery.edit",
        columns=fields.DELIVERIES, verb="edit", batch=batch, next_commands=look,
    )  # fmt: skip


@app.command(
    "cancel",
    examples=[("shopctl delivery cancel OUT/2026/00012", "it does not leave; the order stays")],
    exits="0 done or already so · 2 usage · 3 no such delivery · 6 it has left · 8 some failed",
    writes=True,
)
def cancel(call: Call, numbers: Deliveries, *, batch: Batch) -> ExitStatus:
    """Cancel deliveries that wait. Their orders stay as they are: `orders deliver` ships them all the same."""
    shop = call.shop()

    from shopctl.services import dispatching

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Cancel {len(references)} deliveries?", references)
    return run_batch(
        call, shop, references, lambda part: dispatching.cancel(shop, part), schema="delivery.cancel",
        columns=fields.DELIVERIES, verb="cancel", batch=batch, next_commands=look,
    )  # fmt: skip


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

    from shopctl.services import returning

    references = call.references(numbers, batch.from_file)
    wanted = returning.Return(quantities_of(line, references), day_of(date, shop), reason)
    confirm_many(call, f"Take back {len(references)} deliveries?", references)
    return run_batch(
        call, shop, references, lambda part: returning.give_back(shop, part, wanted), schema="delivery.return",
        columns=fields.DELIVERIES, verb="return", batch=batch, next_commands=look,
    )  # fmt: skip
