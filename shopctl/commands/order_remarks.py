"""Tag orders, note something about them, and tell their history."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import fields, order_fields
from shopctl.commands.call import Call
from shopctl.commands.options import Batch, IdempotencyKey, Orders, argument, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

Order = Annotated[str, argument("ORDER", "Order number")]


@app.command(
    "tag",
    examples=[
        ("shopctl orders tag S00431 --add gift,urgent", "two tags more"),
        ("shopctl orders tag S00431 S00432 --remove urgent --yes", "one less, on both"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 8 some failed",
    writes=True,
)
def tag(
    call: Call,
    numbers: Orders,
    add: Annotated[list[str] | None, option(help="Tags to add, with commas (repeatable)", metavar="TAG")] = None,
    remove: Annotated[list[str] | None, option(help="Tags to take off (repeatable)", metavar="TAG")] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Put tags on orders and take them off. Upper and lower case are the same."""
    shop = call.shop()

    from shopctl.domain.tags import parse_tags
    from shopctl.services import annotating

    references = call.references(numbers, batch.from_file)
    more, less = parse_tags(add or []), parse_tags(remove or [])
    if not more and not less:
        raise UsageError("usage", "no tag was given", hint="add --add TAG, or --remove TAG")
    confirm_many(call, f"Tag {len(references)} orders?", references)
    return run_batch(
        call, shop, references, lambda part: annotating.tag(shop, part, more, less), schema="orders.tag",
        columns=fields.ORDERS, verb="tag", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "note",
    examples=[("shopctl orders note S00431 'rang twice, nobody there'", "a remark for its history")],
    exits="0 done or already so · 2 usage · 3 no such order",
    writes=True,
)
def note(
    call: Call,
    number: Order,
    text: Annotated[str, argument("TEXT", "What there is to say")],
    idempotency_key: IdempotencyKey = "",
) -> ExitStatus:
    """Write a remark into the history of an order. The customer's own note is changed by orders edit --note."""
    shop = call.shop()

    from shopctl.services import annotating

    said = text.strip()
    if not said:
        raise UsageError("usage", "the remark says nothing", hint="shopctl orders note ORDER TEXT")
    return run_batch(
        call, shop, [number], lambda part: annotating.note(shop, part, said), schema="orders.note",
        columns=fields.ORDERS, verb="note", batch=Batch(idempotency_key=idempotency_key),
        next_commands=lambda row: [f"shopctl orders history {row.number}"],
    )  # fmt: skip


@app.command(
    "history",
    examples=[
        ("shopctl orders history S00431", "who did what and when, with its invoices, payments and deliveries"),
        ("shopctl orders history S00431 --only-order", "the order alone"),
    ],
    exits="0 done · 2 usage · 3 no such order",
)
def history(
    call: Call,
    number: Order,
    only_order: Annotated[bool, option(help="Leave its invoices, payments and deliveries out")] = False,
) -> None:
    """Tell who did what with an order and when, the oldest first."""
    call.shop()

    from shopctl.services import histories

    found = histories.of_order(number, documents=not only_order)
    call.out.list(
        "orders.history", order_fields.HISTORY, found, total=len(found), key="document",
        footer=[f"The order:  shopctl orders show {number.upper()}"],
    )  # fmt: skip


def _look(row: Any) -> list[str]:
    return [f"shopctl orders show {row.number}"]
