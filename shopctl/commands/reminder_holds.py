"""Pause reminders, note promises to pay, and go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands.call import Call
from shopctl.commands.options import Batch, DateOption, argument, option
from shopctl.commands.reminder_app import app
from shopctl.commands.reminder_fields import HOLDS
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from datetime import date

    from shopctl.shop import Shop

Held = Annotated[
    list[str], argument("NUMBER", "Numbers of orders, invoices or carts, or customer codes; - reads standard input")
]
Promised = Annotated[list[str], argument("NUMBER", "Numbers of orders or invoices; - reads them from standard input")]


@app.command(
    "pause",
    examples=[
        ("shopctl reminder pause INV/2026/00031 --until 30d --reason 'we talk about it'", "nothing for thirty days"),
        ("shopctl reminder pause C00001", "nothing to this customer until it is resumed"),
    ],
    exits="0 done or already so · 2 usage · 3 no such document or customer · 8 some failed · 10 not confirmed",
    writes=True,
)
def pause(
    call: Call,
    numbers: Held,
    until: Annotated[DateOption, option(help="The last day of the pause; default: until it is resumed")] = None,
    reason: Annotated[str, option(help="Why, for colleagues", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Pause the reminders of documents or of whole customers. Steps that pass meanwhile are not made up for."""
    shop = call.shop()

    from shopctl.services import reminder_holds

    references = call.references(numbers, batch.from_file)
    day = until.day(shop.now, shop.zone, ahead=True) if until else None
    confirm_many(call, f"Pause the reminders of {len(references)} documents?", references)
    return _batch(
        call, shop, references, lambda part: reminder_holds.pause(shop, part, day, reason.strip()), "pause", batch
    )


@app.command(
    "promise",
    examples=[
        ("shopctl reminder promise INV/2026/00031 --until friday", "they pay by Friday; after it the reminders go on"),
        ("shopctl reminder promise S00431 --until 2026-12-01 --note 'rang, salary comes'", "with what they said"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order or invoice · 6 a customer or a cart · 8 some failed · "
    "10 not confirmed",
    writes=True,
)
def promise(
    call: Call,
    numbers: Promised,
    until: Annotated[DateOption, option(help="The day by which they pay; required")] = None,
    note: Annotated[str, option(help="What they said, for colleagues", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Note that a customer promised to pay: nothing reminds of it until the day has passed."""
    shop = call.shop()

    from shopctl.services import reminder_holds

    references = call.references(numbers, batch.from_file)
    if until is None:
        raise UsageError("usage", "a promise needs a day", hint="add --until DATE, such as --until friday")
    day: date = until.day(shop.now, shop.zone, ahead=True)
    confirm_many(call, f"Note the promise for {len(references)} documents?", references)
    return _batch(
        call, shop, references, lambda part: reminder_holds.promise(shop, part, day, note.strip()), "note", batch
    )


@app.command(
    "resume",
    examples=[("shopctl reminder resume INV/2026/00031", "the pause or promise ends now")],
    exits="0 done or already so · 2 usage · 3 no such document or customer · 8 some failed · 10 not confirmed",
    writes=True,
)
def resume(call: Call, numbers: Held, *, batch: Batch) -> ExitStatus:
    """End pauses and promises: the step that is due by now comes with the next run."""
    shop = call.shop()

    from shopctl.services import reminder_holds

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Resume the reminders of {len(references)} documents?", references)
    return _batch(call, shop, references, lambda part: reminder_holds.resume(shop, part), "resume", batch)


def _batch(call: Call, shop: Shop, references: list[str], operation: Any, verb: str, batch: Batch) -> ExitStatus:
    return run_batch(
        call, shop, references, operation, schema=call.command.replace(" ", "."), columns=HOLDS, verb=verb, batch=batch,
        next_commands=lambda _row: ["shopctl reminder list --due --skipped"],
    )  # fmt: skip
