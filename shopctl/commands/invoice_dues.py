"""Tell what falls due when on invoices, and mark those that are disputed."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app
from shopctl.commands.lists import show_all
from shopctl.commands.options import Batch, Invoices, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError


@app.command(
    "schedule",
    examples=[
        ("shopctl invoice schedule INV/2026/00031", "instalments, early discount, the payment to propose"),
        ("shopctl invoice schedule INV/2026/00031 --json", "the same for scripts"),
    ],
    exits="0 done · 2 usage · 3 no such invoice · 6 a draft or credit note, of which nothing falls due",
)
def schedule(call: Call, numbers: Invoices) -> None:
    """Show what of invoices falls due when, and what to ask for now."""
    shop = call.shop()

    from shopctl.commands.schedule_sheet import sheet
    from shopctl.services import schedules

    found = schedules.schedules(call.references(numbers), shop.today)
    show_all(call, "invoice.schedule", fields.SCHEDULES, found, sheet)


@app.command(
    "dispute",
    examples=[
        ("shopctl invoice dispute INV/2026/00031 --reason 'two pieces were broken'", "nothing reminds of it any more"),
        ("shopctl invoice dispute INV/2026/00031 --clear", "it is settled"),
    ],
    exits="0 done or already so · 2 usage · 3 no such invoice · 6 a draft, or paid · 8 some failed",
    writes=True,
)
def dispute(
    call: Call,
    numbers: Invoices,
    reason: Annotated[str, option(help="Why the customer does not pay", metavar="TEXT")] = "",
    clear: Annotated[bool, option(help="The dispute is settled")] = False,
    *,
    batch: Batch,
) -> ExitStatus:
    """Mark open invoices as disputed: they are listed as such, and nothing reminds of them."""
    shop = call.shop()

    from shopctl.services import disputing

    references = call.references(numbers, batch.from_file)
    reason = " ".join(reason.split())
    if bool(reason) == clear:
        raise UsageError(
            "usage",
            "a dispute needs exactly one of --reason and --clear",
            hint="shopctl invoice dispute INVOICE --reason TEXT",
        )
    question = (
        f"Settle the disputes of {len(references)} invoices?" if clear else f"Dispute {len(references)} invoices?"
    )
    confirm_many(call, question, references)
    return run_batch(
        call, shop, references, lambda part: disputing.dispute(shop, part, reason), schema="invoice.dispute",
        columns=fields.INVOICES, verb="dispute", batch=batch,
        next_commands=lambda row: [f"shopctl invoice show {row.address}"],
    )  # fmt: skip
