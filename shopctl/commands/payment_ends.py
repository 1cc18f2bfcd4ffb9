"""Give money back, cancel payments, and take or give up what was only authorised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import day_of
from shopctl.commands.options import Amount, Batch, DateOption, Payments, References, argument, option
from shopctl.commands.payment_app import MONEY, app
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.services.payments import PaymentDetails

MOST_TOLD: Final = 5
"""Payments of which a question says what becomes of each."""

CREDITS: Final = "Payments or credit notes; - reads them from standard input, one a line"
Reason = Annotated[str, option(help="Why, for the journal", metavar="TEXT")]


@app.command(
    "refund",
    examples=[
        ("shopctl payment refund PAY/2026/00057", "all that is not used of it"),
        ("shopctl payment refund RINV/2026/00004", "what a credit note has left"),
        ("shopctl payment refund PAY/2026/00057 --amount 20 --method wire --reference RE-7", "a part, and how it goes"),
    ],
    exits="0 done or already so · 2 usage · 3 unknown · 6 not allowed · 7 reference used · 8 some failed",
    writes=True,
)
def refund(
    call: Call,
    numbers: Annotated[References, argument("CREDIT", CREDITS)],
    amount: Annotated[Amount, option(help="How much; default: all that is not used", panel=MONEY)] = None,
    method: Annotated[str, option(help="How it goes; default: as it came", panel=MONEY, metavar="M")] = "",
    provider: Annotated[str, option(help="Who moves it; default: who brought it", panel=MONEY, metavar="NAME")] = "",
    reference: Annotated[
        str, option(help="Its own reference; the same one counts once", panel=MONEY, metavar="TX")
    ] = "",
    date: Annotated[DateOption, option(help="When it goes; default: today", panel=MONEY)] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Give money back. Only what is not used: what pays an invoice has to be taken back from it first."""
    shop = call.shop()

    from shopctl.services import paying_back

    references = call.references(numbers, batch.from_file)
    _require_one(references, amount is not None or bool(reference))
    wish = paying_back.Wish(amount, method, provider, reference, day_of(date, shop))
    confirm_many(call, f"Give the money of {len(references)} documents back?", references)
    return run_batch(
        call, shop, references, lambda part: paying_back.refund(shop, part, wish), schema="payment.refund",
        columns=fields.PAYMENTS, verb="refund", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "cancel",
    examples=[
        ("shopctl payment cancel PAY/2026/00057 --reason 'booked twice'", "what it paid is due again"),
        ("shopctl payment cancel PAY/2026/00057 --reason 'booked twice' --dry-run", "see what that would do"),
    ],
    exits="0 done or already so · 2 usage · 3 no such payment · 6 not allowed · 8 some failed · 10 not confirmed",
    writes=True,
)
def cancel(
    call: Call,
    numbers: Payments,
    reason: Annotated[str, option(help="Why; required", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Cancel payments that never came, or refunds that never went. They stay as records, and what they paid is due."""
    shop = call.shop()

    from shopctl.services import annulling

    references = call.references(numbers, batch.from_file)
    if not reason.strip():
        raise UsageError("usage", "cancelling a payment needs a reason", hint="add --reason TEXT")
    _ask(call, references)
    return run_batch(
        call, shop, references, lambda part: annulling.cancel(shop, part, reason.strip()), schema="payment.cancel",
        columns=fields.PAYMENTS, verb="cancel", batch=batch, next_commands=_look,
    )  # fmt: skip


def _require_one(references: Sequence[str], said: bool) -> None:
    """Insist that an amount or reference is said of one document; a batch may be cut into calls of one each."""
    if said and len(references) > 1:
        raise UsageError("usage", "an amount or reference is that of one document", hint="use one call for each")


def _ask(call: Call, references: Sequence[str]) -> None:
    """Say what will not be paid any more, and ask; one that does not exist needs no question."""
    if call.options.yes or call.options.dry_run:
        return

    from shopctl.services import payments

    known = list(payments.keys_of(references))
    if not known and len(references) == 1:
        return
    lines = [line for found in payments.show(known[:MOST_TOLD]) for line in _told(found)]
    if known[MOST_TOLD:]:
        lines.append(f"  and {len(known) - MOST_TOLD} more")
    what = references[0] if len(references) == 1 else f"{len(references)} payments"
    call.out.ask(f"Cancel {what}?", danger=lines)


def _told(found: PaymentDetails) -> list[str]:
    from shopctl.output.human import human_money

    payment = found.payment
    total = f"{human_money(payment.amount, payment.currency)} {payment.currency}"
    return [
        f"  {payment.number} · {payment.customer_name or 'Guest'} · {total} · {payment.state}",
        *(
            f"    {one.invoice} is open again by {human_money(one.amount, payment.currency)} {payment.currency}"
            for one in found.allocations
            if one.invoice and not one.removed_at
        ),
    ]


@app.command(
    "capture",
    examples=[
        ("shopctl payment capture PAY/2026/00057", "the money is here: it confirms and pays its order"),
        ("shopctl payment capture PAY/2026/00057 --amount 80", "a part; the rest is given up"),
    ],
    exits="0 done or already so · 2 usage · 3 no such payment · 6 not authorized · 8 some failed",
    writes=True,
)
def capture(
    call: Call,
    numbers: Payments,
    amount: Annotated[Amount, option(help="How much; default: all that is authorized", panel=MONEY)] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Tell that the money of authorized payments was taken. It pays as money that is registered does."""
    shop = call.shop()

    from shopctl.services import capturing

    references = call.references(numbers, batch.from_file)
    _require_one(references, amount is not None)
    confirm_many(call, f"Capture {len(references)} payments?", references)
    return run_batch(
        call, shop, references, lambda part: capturing.capture(shop, part, amount), schema="payment.capture",
        columns=fields.PAYMENTS, verb="capture", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "void",
    examples=[("shopctl payment void PAY/2026/00057 --reason 'order cancelled'", "the money will not come")],
    exits="0 done or already so · 2 usage · 3 no such payment · 6 not authorized · 8 some failed",
    writes=True,
)
def void(call: Call, numbers: Payments, reason: Reason = "", *, batch: Batch) -> ExitStatus:
    """Give up payments that were only authorized. Their orders count them no more."""
    shop = call.shop()

    from shopctl.services import capturing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Give up {len(references)} payments?", references)
    return run_batch(
        call, shop, references, lambda part: capturing.void(shop, part, reason.strip()), schema="payment.void",
        columns=fields.PAYMENTS, verb="void", batch=batch, next_commands=_look,
    )  # fmt: skip


def _look(row: Any) -> list[str]:
    """Tell what to type to look at a payment and its order."""
    return [f"shopctl payment show {row.number}", *([f"shopctl orders show {row.order}"] if row.order else [])]
