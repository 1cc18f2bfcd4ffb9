"""Edit, cancel and delete drafts, and take posted invoices back to draft."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app, day_of
from shopctl.commands.options import Batch, DateOption, Invoices, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

HEAD = "The document"
LINES = "Its lines, by the number that invoice show prints"


@app.command(
    "edit",
    examples=[
        ("shopctl invoice edit DRAFT/00057 --due 2026-09-30", "another due date"),
        ("shopctl invoice edit DRAFT/00057 --set-line 1:quantity=2,discount=10", "two of the first line, 10 % off"),
        ("shopctl invoice edit DRAFT/00057 --add-line A1:3@9.50 --remove-line 2", "one line more, another less"),
    ],
    exits="0 done or already so · 2 usage · 3 no such invoice, line, product, tax or terms · 6 not allowed",
    writes=True,
)
def edit(
    call: Call,
    numbers: Invoices,
    date: Annotated[DateOption, option(help="Invoice date", panel=HEAD)] = None,
    due: Annotated[DateOption, option(help="Due date", panel=HEAD)] = None,
    terms: Annotated[str | None, option(help="Terms; '' for those of the shop", panel=HEAD, metavar="CODE")] = None,
    note: Annotated[str | None, option(help="Note printed on it; '' for none", panel=HEAD, metavar="TEXT")] = None,
    cash_rounding: Annotated[
        bool | None, option("--cash-rounding/--no-cash-rounding", help="Round the total to coins, or not", panel=HEAD)
    ] = None,
    add_line: Annotated[
        list[str] | None, option(help="A product more; repeatable", panel=LINES, metavar="SKU[:QTY[@PRICE]]")
    ] = None,
    set_line: Annotated[
        list[str] | None,
        option(
            help="Change quantity, unit_price, discount, taxes (A+B) or description of line N; repeatable",
            panel=LINES, metavar="N:FIELD=VALUE,…",
        ),
    ] = None,
    remove_line: Annotated[list[str] | None, option(help="Drop line N; repeatable", panel=LINES, metavar="N")] = None,
    *,
    batch: Batch,
) -> ExitStatus:  # fmt: skip
    """Change drafts. Taxes and totals are computed anew, and the order counts what is billed then."""
    shop = call.shop()

    from shopctl.domain.line_edits import parse_edits
    from shopctl.services import redrafting

    references = call.references(numbers, batch.from_file)
    lines = parse_edits(add_line or (), set_line or (), remove_line or ())
    wish = redrafting.Edit(lines, day_of(date, shop), day_of(due, shop, ahead=True), terms, note, cash_rounding)
    _require_sense(wish, lines, references)
    confirm_many(call, f"Change {len(references)} drafts?", references)
    return run_batch(
        call, shop, references, lambda part: redrafting.edit(shop, part, wish), schema="invoice.edit",
        columns=fields.INVOICES, verb="change", batch=batch, next_commands=_next,
    )  # fmt: skip


def _require_sense(wish: Any, lines: Any, references: list[str]) -> None:
    if wish == type(wish)():
        raise UsageError("usage", "nothing is to be changed", hint="shopctl invoice edit --help lists what can be")
    if lines and len(references) > 1:
        raise UsageError(
            "usage", "lines are edited in one draft at a time", hint="name one draft, or leave the lines out"
        )


def _next(row: Any) -> list[str]:
    noun = "invoice" if row.type == "invoice" else "credit-note"
    return [f"shopctl {noun} show {row.address}", f"shopctl {noun} confirm {row.address}"]


@app.command(
    "reset",
    examples=[("shopctl invoice reset INV/2026/00031 --reason 'wrong address'", "a draft again, to be corrected")],
    exits="0 done or already so · 2 usage · 3 no such invoice · 6 not allowed · 8 some failed",
    writes=True,
)
def reset(
    call: Call,
    numbers: Invoices,
    reason: Annotated[str, option(help="Why, for the journal; required", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Take posted invoices back to draft. Number and date stay, and the money used on them stays reserved."""
    shop = call.shop()

    from shopctl.services import resetting

    references = call.references(numbers, batch.from_file)
    if not reason.strip():
        raise UsageError("usage", "why is it reset?", hint=f"shopctl {call.command} INVOICE --reason TEXT")
    confirm_many(call, f"Take {len(references)} invoices back to draft?", references)
    return run_batch(
        call, shop, references, lambda part: resetting.reset(shop, part, reason=reason.strip()),
        schema="invoice.reset", columns=fields.INVOICES, verb="reset", batch=batch,
        next_commands=_next,
    )  # fmt: skip


@app.command(
    "cancel",
    examples=[("shopctl invoice cancel DRAFT/00057", "it stays as a cancelled record")],
    exits="0 done or already so · 2 usage · 3 no such invoice · 6 not allowed · 8 some failed",
    writes=True,
)
def cancel(call: Call, numbers: Invoices, *, batch: Batch) -> ExitStatus:
    """Cancel drafts. A number stays on the record, and money reserved for it can be used elsewhere."""
    shop = call.shop()

    from shopctl.services import withdrawing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Cancel {len(references)} drafts?", references)
    return run_batch(
        call, shop, references, lambda part: withdrawing.cancel(shop, part), schema="invoice.cancel",
        columns=fields.INVOICES, verb="cancel", batch=batch,
    )  # fmt: skip


@app.command(
    "delete",
    examples=[
        ("shopctl invoice delete DRAFT/00057", "gone; its order can be invoiced again"),
        ("shopctl invoice list --draft --format ids | shopctl invoice delete - --yes", "all that never had a number"),
    ],
    exits="0 done · 2 usage · 3 no such invoice · 6 not allowed · 8 some failed",
    writes=True,
)
def delete(call: Call, numbers: Invoices, *, batch: Batch) -> ExitStatus:
    """Delete drafts that never had a number. What they billed can be billed again."""
    shop = call.shop()

    from shopctl.services import withdrawing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Delete {len(references)} drafts?", references)
    return run_batch(
        call, shop, references, lambda part: withdrawing.delete(shop, part), schema="invoice.delete",
        columns=fields.INVOICES, verb="delete", batch=batch,
    )  # fmt: skip
