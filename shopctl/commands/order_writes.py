"""Confirm and close orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import day_of
from shopctl.commands.options import Amount, Batch, DateOption, Orders, Told, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import confirm_many, run_batch, write_to_customers
from shopctl.errors import ExitStatus, UsageError

MONEY = "The money"


@app.command(
    "confirm",
    examples=[
        ("shopctl orders confirm S00431", "accept an order whose money was seen"),
        ("shopctl orders confirm S00431 --paid --reference TX-77", "the transfer is here: register it as well"),
        ("shopctl orders list --unpaid --format ids | shopctl orders confirm - --yes", "accept all that wait"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 cancelled · 7 reference used · 8 some failed",
    writes=True,
)
def confirm(
    call: Call,
    numbers: Orders,
    paid: Annotated[bool, option(help="Their money is here: register it in the same breath", panel=MONEY)] = False,
    amount: Annotated[Amount, option(help="How much came; default: all that is due", panel=MONEY)] = None,
    date: Annotated[DateOption, option(help="When it came; default: today", panel=MONEY)] = None,
    method: Annotated[
        str, option(help="wire (default), card, paypal, cod, cash, cheque, other", panel=MONEY, metavar="M")
    ] = "",
    reference: Annotated[str, option(help="The bank's own reference", panel=MONEY, metavar="TX")] = "",
    email: Told = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Confirm orders that wait for their money. They can be invoiced from then on; only --paid registers a payment."""
    shop = call.shop()
    write_to_customers(shop, email)

    from shopctl.services import accepting, ordering
    from shopctl.services.receipts import Receipt

    references = call.references(numbers, batch.from_file)
    typed = amount is not None or date is not None or bool(method or reference)
    _require_sense(references, paid=paid, typed=typed, single=amount is not None or bool(reference))
    money = Receipt("", amount, day_of(date, shop), method or "wire", "", reference)
    question = f"Confirm {len(references)} orders{' and register their payments' if paid else ''}?"
    confirm_many(call, question, references)
    work = (lambda part: accepting.confirm_paid(shop, part, money)) if paid else partial(ordering.confirm, shop)
    return run_batch(
        call, shop, references, work, schema="orders.confirm", columns=fields.ORDERS, verb="confirm", batch=batch,
        next_commands=_next,
    )  # fmt: skip


def _require_sense(references: Sequence[str], *, paid: bool, typed: bool, single: bool) -> None:
    if typed and not paid:
        raise UsageError(
            "usage", "--amount, --date, --method and --reference tell about a payment", hint="add --paid to register it"
        )
    if single and len(references) > 1:
        raise UsageError(
            "usage", "one amount or reference is that of one payment, so name one order",
            hint="use one call for each order, or shopctl payment register --from FILE",
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
