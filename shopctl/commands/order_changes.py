"""Edit orders and give discounts on them."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import Amount, Batch, Choice, Orders, Percent, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

LINES = "Its lines"

AddLines = Annotated[
    list[str] | None,
    option("--add-line", help="Add a product at the end (repeatable)", panel=LINES, metavar="SKU[:QTY[@PRICE]]"),
]
SetLines = Annotated[
    list[str] | None,
    option(
        "--set-line",
        help="Change line N: quantity, unit_price, discount, taxes, description (repeatable)",
        panel=LINES,
        metavar="N:FIELD=VALUE,…",
    ),
]
RemoveLines = Annotated[
    list[str] | None, option("--remove-line", help="Remove line N (repeatable)", panel=LINES, metavar="N")
]


class Rounding(Choice):
    """How taxes are rounded."""

    PER_LINE = "per-line"
    GLOBALLY = "globally"


@app.command(
    "edit",
    examples=[
        ("shopctl orders edit S00431 --set-line 1:quantity=3", "three instead of what was ordered"),
        ("shopctl orders edit S00431 --set-line 1:unit_price=9.50,discount=10,taxes=V21", "another price and tax"),
        ("shopctl orders edit S00431 --add-line MUG:2 --remove-line 3", "two mugs more, and line 3 goes"),
        ("shopctl orders edit S00431 --terms N30 --note 'ring twice'", "payment terms and note"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order, line, product, tax or terms · 6 not allowed",
    writes=True,
)
def edit(
    call: Call,
    numbers: Orders,
    add_line: AddLines = None,
    set_line: SetLines = None,
    remove_line: RemoveLines = None,
    note: Annotated[str | None, option(help="Note of the customer; empty for none", metavar="TEXT")] = None,
    terms: Annotated[str | None, option(help="Payment terms; empty for those of the shop", metavar="CODE")] = None,
    tax_rounding: Annotated[
        Rounding | None, option(help="per-line or globally: how taxes are rounded", metavar="HOW")
    ] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Change an order: lines, note, payment terms, tax rounding. What was billed and delivered stays true.

    Lines are named by their number, as `orders show` prints it.
    """
    shop = call.shop()

    from shopctl.domain.line_edits import parse_edits
    from shopctl.services import editing

    references = call.references(numbers, batch.from_file)
    lines = parse_edits(add_line or [], set_line or [], remove_line or [])
    if not (lines or tax_rounding) and note is None and terms is None:
        raise UsageError("usage", "nothing to change was given", hint="shopctl orders edit --help")
    if lines and len(references) > 1:
        raise UsageError(
            "usage", "lines are numbered in each order, so name one order", hint="use one call for each order"
        )
    confirm_many(call, f"Edit {len(references)} orders?", references)
    wanted = editing.Edit(lines, note, terms, str(tax_rounding).replace("-", "_") if tax_rounding else None)
    return run_batch(
        call, shop, references, lambda part: editing.edit(shop, part, wanted), schema="orders.edit",
        columns=fields.ORDERS, verb="edit", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "discount",
    examples=[
        ("shopctl orders discount S00431 --percent 10", "10 % off everything, a line for each tax combination"),
        ("shopctl orders discount S00431 --amount 5", "5.00 off, tax included"),
    ],
    exits="0 done · 2 usage · 3 no such order · 6 cancelled, fully invoiced or too much · 8 some failed",
    writes=True,
)
def discount(
    call: Call,
    numbers: Orders,
    percent: Annotated[Percent, option(help="Percentage of the present lines")] = None,
    amount: Annotated[Amount, option(help="How much, tax included")] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Take a discount off orders. Once more takes off as much again; fixed taxes are not discounted."""
    shop = call.shop()

    from shopctl.domain.discounts import Discount
    from shopctl.services import discounting

    references = call.references(numbers, batch.from_file)
    if (percent is None) == (amount is None):
        raise UsageError(
            "usage",
            "a discount needs exactly one of --percent and --amount",
            hint="shopctl orders discount ORDER --percent 10",
        )
    confirm_many(call, f"Discount {len(references)} orders?", references)
    size = Discount(percent, amount)
    return run_batch(
        call, shop, references, lambda part: discounting.discount(shop, part, size), schema="orders.discount",
        columns=fields.ORDERS, verb="discount", batch=batch, next_commands=_look,
    )  # fmt: skip


def _look(row: Any) -> list[str]:
    return [f"shopctl orders show {row.number}"]
