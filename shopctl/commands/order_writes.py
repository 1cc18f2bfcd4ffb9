"""Confirm and close orders."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import Batch, Orders, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError


@app.command(
    "confirm",
    examples=[
        ("shopctl orders confirm S00431", "accept an order whose money was seen"),
        ("shopctl orders list --unpaid --format ids | shopctl orders confirm - --yes", "accept all that wait"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 cancelled · 8 some failed",
    writes=True,
)
def confirm(
    call: Call,
    numbers: Orders,
    *,
    batch: Batch,
) -> ExitStatus:
    """Confirm orders that wait for their money. They can be invoiced from then on; no payment is registered."""
    shop = call.shop()

    from shopctl.services import ordering

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Confirm {len(references)} orders?", references)
    return run_batch(
        call, shop, references, lambda part: ordering.confirm(shop, part), schema="orders.confirm",
        columns=fields.ORDERS, verb="confirm", batch=batch, next_commands=_next,
    )  # fmt: skip


def _next(row: Any) -> list[str]:
    return [f"shopctl invoice create {row.number} --confirm"]


@app.command(
    "close",
    examples=[
        ("shopctl orders close S00431 --reason 'sold out'", "the rest will not come"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 not confirmed or cancelled · 8 some failed",
    writes=True,
)
def close(
    call: Call,
    numbers: Orders,
    reason: Annotated[str, option(help="Why nothing more comes, for the journal", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Close orders of which nothing more will be delivered. What was delivered can still be billed, nothing more."""
    shop = call.shop()

    from shopctl.services import closing

    references = call.references(numbers, batch.from_file)
    if not reason.strip():
        raise UsageError("usage", "closing an order needs a reason", hint="add --reason TEXT")
    confirm_many(call, f"Close {len(references)} orders?", references)
    return run_batch(
        call, shop, references, lambda part: closing.close(shop, part, reason.strip()), schema="orders.close",
        columns=fields.ORDERS, verb="close", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "reopen",
    examples=[("shopctl orders reopen S00431", "the rest comes after all")],
    exits="0 done or already so · 2 usage · 3 no such order · 6 not confirmed or cancelled · 8 some failed",
    writes=True,
)
def reopen(call: Call, numbers: Orders, *, batch: Batch) -> ExitStatus:
    """Take the closing of orders back: what is left can be delivered and billed again."""
    shop = call.shop()

    from shopctl.services import closing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Reopen {len(references)} orders?", references)
    return run_batch(
        call, shop, references, lambda part: closing.reopen(shop, part), schema="orders.reopen",
        columns=fields.ORDERS, verb="reopen", batch=batch, next_commands=_look,
    )  # fmt: skip


def _look(row: Any) -> list[str]:
    return [f"shopctl orders show {row.number}"]
