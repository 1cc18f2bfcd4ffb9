"""Use money that is already there, or take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import Amount, Batch, Invoices, option
from shopctl.commands.payment_app import CREDIT, app
from shopctl.commands.writes import chosen, confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.shop import Shop


@app.command(
    "allocate",
    examples=[
        ("shopctl payment allocate INV/2026/00031", "the only credit that fits"),
        ("shopctl payment allocate INV/2026/00031 --credit PAY/2026/00057 --amount 39.79", "a part of this one"),
        (
            "shopctl payment allocate --all --auto --yes",
            "every open invoice: same order, reference, exact amount, oldest",
        ),
    ],
    exits="0 done or already so · 2 more than one could be meant · 3 unknown · 6 not allowed · 8 some failed",
    writes=True,
)
def allocate(
    call: Call,
    numbers: Invoices,
    all_: Annotated[bool, option("--all", help="Every open invoice; needs --auto", panel=CREDIT)] = False,
    credit: Annotated[
        list[str] | None, option(help="Payment or credit note to use; may be repeated", panel=CREDIT, metavar="DOC")
    ] = None,
    amount: Annotated[Amount, option(help="How much at most", panel=CREDIT)] = None,
    auto: Annotated[bool, option(help="By rank: same order, reference, exact amount, oldest", panel=CREDIT)] = False,
    oldest_first: Annotated[bool, option(help="All credits of the customer, the oldest first", panel=CREDIT)] = False,
    *,
    batch: Batch,
) -> ExitStatus:
    """Use money that is already there. Without --credit it takes the only exact match, else it lists the candidates."""
    shop = call.shop()

    from shopctl.services import allocating

    if all_ and not auto:
        raise UsageError("usage", "--all needs --auto", hint="shopctl payment allocate --all --auto")
    if (auto or oldest_first) and credit:
        raise UsageError(
            "usage",
            "--credit names the credits, so --auto and --oldest-first do not apply",
            hint="leave out --credit, or the other one",
        )
    choice = allocating.Choice(tuple(credit or ()), amount, auto, oldest_first)
    references = chosen(call, numbers, batch.from_file, allocating.open_numbers if all_ else None)
    confirm_many(call, f"Allocate credits to {len(references)} invoices?", references)
    return run_batch(
        call, shop, references, lambda part: allocating.allocate(shop, part, choice), schema="payment.allocate",
        columns=fields.INVOICES, verb="allocate", batch=batch,
        next_commands=lambda row: [f"shopctl invoice show {row.address}", *way_back(shop, row)],
    )  # fmt: skip


def way_back(shop: Shop, row: Any) -> list[str]:
    """Tell what to type to take back what was allocated to an invoice just now."""
    from shopctl.services import invoices

    (found,) = invoices.show([row.address], shop.today)
    now = shop.now.replace(microsecond=0)
    used = [one.other for one in found.history if one.what == "allocated" and one.at == now]
    named = "".join(f" --credit {credit}" for credit in dict.fromkeys(used))
    return [f"shopctl payment unallocate {row.address}{named}"] if used else []


@app.command(
    "unallocate",
    examples=[
        ("shopctl payment unallocate INV/2026/00031 --credit PAY/2026/00057", "the money can be used elsewhere again"),
    ],
    exits="0 done or already so · 2 usage · 3 unknown, or not used on it · 8 some failed",
    writes=True,
)
def unallocate(
    call: Call,
    numbers: Invoices,
    credit: Annotated[
        list[str] | None, option(help="Payment or credit note to take back; may be repeated", metavar="DOC")
    ] = None,
    reason: Annotated[str, option(help="Why, for the journal", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Take a credit back from an invoice: it becomes outstanding again, and the invoice is open by as much."""
    shop = call.shop()

    from shopctl.services import releasing

    references = call.references(numbers, batch.from_file)
    if not credit:
        raise UsageError(
            "usage", "which credit is to be taken back?", hint=f"shopctl {call.command} INVOICE --credit DOC"
        )
    confirm_many(call, f"Take credits back from {len(references)} invoices?", references)
    return run_batch(
        call, shop, references, lambda part: releasing.unallocate(shop, part, credit, reason),
        schema="payment.unallocate", columns=fields.INVOICES, verb="unallocate", batch=batch,
        next_commands=lambda row: [f"shopctl invoice show {row.address}"],
    )  # fmt: skip
