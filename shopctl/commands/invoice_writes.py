"""Create and confirm invoices."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app, day_of
from shopctl.commands.options import Amount, Batch, Choice, DateOption, Invoices, Orders, Percent, Picks, option, picked
from shopctl.commands.writes import chosen, confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from shopctl.domain.outcomes import Outcome
    from shopctl.services.deciding import Request
    from shopctl.shop import Shop

T = TypeVar("T")
WHAT = "What to bill"
ONE_EACH = "One for all orders of a customer with the same addresses, currency, terms and rounding"
MOST_NAMED = 5
"""Orders on hold that are named."""
THEN = "Then"


class NewKind(Choice):
    """Kinds of invoices that can be made of an order."""

    REGULAR = "regular"
    DOWN_PAYMENT = "down-payment"


class Policy(Choice):
    """Which quantity is billed."""

    ORDERED = "ordered"
    DELIVERED = "delivered"


@dataclass(frozen=True)
class Then:
    """What happens with a new invoice at once."""

    confirm: Annotated[bool, option(help="Post it at once: it gets its number", panel=THEN)] = False
    send: Annotated[bool, option(help="Post it and queue the e-mail with the PDF", panel=THEN)] = False
    no_allocate: Annotated[bool, option(help="Leave the order's payments outstanding", panel=THEN)] = False
    allow_backdate: Annotated[bool, option(help="Accept a date before the last one of the series", panel=THEN)] = False


@app.command(
    "create",
    examples=[
        ("shopctl invoice create S00433", "what the policy allows to bill"),
        ("shopctl invoice create S00433 --type down-payment --percent 30", "30 % of the order"),
        ("shopctl invoice create S00433 --type down-payment --amount 200", "200.00, tax included"),
        ("shopctl invoice create S00433 --line 1 --line 2:3", "line 1, and 3 of line 2"),
        ("shopctl invoice create S00433 --terms NET30 --confirm", "due by other terms than the order's"),
        ("shopctl invoice create --all --per-customer", "one draft for all orders of a customer"),
        ("shopctl invoice create --all --confirm --send --yes", "everything that can be billed"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 not allowed · 8 some failed · 75 busy",
    writes=True,
)
def create(
    call: Call,
    numbers: Orders,
    all_: Annotated[bool, option("--all", help="Every order that has something to invoice", panel=WHAT)] = False,
    kind: Annotated[NewKind, option("--type", help="regular (default) or down-payment", panel=WHAT)] = NewKind.REGULAR,
    percent: Annotated[Percent, option(help="Size of the down payment in percent of the order", panel=WHAT)] = None,
    amount: Annotated[Amount, option(help="Size of the down payment, tax included", panel=WHAT)] = None,
    no_deduct: Annotated[bool, option(help="Leave earlier down payments out of a regular invoice", panel=WHAT)] = False,
    policy: Annotated[Policy | None, option(help="Default: as each line says", panel=WHAT, metavar="POLICY")] = None,
    line: Annotated[Picks, option(help="Only line N of the order, or QTY of it; may be repeated", panel=WHAT)] = None,
    per_customer: Annotated[bool, option(help=ONE_EACH, panel=WHAT)] = False,
    cash_rounding: Annotated[bool, option(help="Round the total to coins, as the shop is set up", panel=WHAT)] = False,
    date: Annotated[DateOption, option(help="Invoice date; default: the day it is posted", panel=WHAT)] = None,
    due: Annotated[DateOption, option(help="Due date; default: by the payment terms", panel=WHAT)] = None,
    terms: Annotated[str, option(help="Payment terms in place of the order's", panel=WHAT, metavar="CODE")] = "",
    force: Annotated[bool, option(help="Allow down payments above the order's total", panel=WHAT)] = False,
    *,
    then: Then,
    batch: Batch,
) -> ExitStatus:
    """Make draft invoices for confirmed orders. One draft per order, or per customer where asked; nothing is sent."""
    _require_size(kind, percent, amount)
    shop = call.shop()

    from shopctl.services import deciding, jobs

    request = deciding.Request(
        kind=kind.replace("-", "_"), percent=percent, amount=amount, deduct=not no_deduct, policy=str(policy or ""),
        picked=picked(line), cash_rounding=cash_rounding, date=day_of(date, shop),
        due=day_of(due, shop, ahead=True), terms=terms, confirm=then.confirm or then.send, send=then.send,
        allocate=not then.no_allocate, force=force, backdate=then.allow_backdate,
    )  # fmt: skip
    with jobs.alone(shop, "invoice", "invoice create --all") if all_ else nullcontext():
        references = chosen(call, numbers, batch.from_file, partial(_everything, call) if all_ else None)
        _require_regular(kind, references, line, per_customer=per_customer, cash_rounding=cash_rounding)
        if request.confirm:
            confirm_many(call, f"Post invoices for {len(references)} orders?", references)
        return _run(call, shop, references, request, batch, together=per_customer)


def _run(
    call: Call, shop: Shop, numbers: Sequence[str], request: Request, batch: Batch, *, together: bool
) -> ExitStatus:
    from shopctl.services import deciding, invoicing

    def run(items: Sequence[T], operation: Callable[[Shop, Sequence[T], Request], list[Outcome[Any]]]) -> ExitStatus:
        return run_batch(
            call, shop, items, lambda part: operation(shop, part, request), schema="invoice.create",
            columns=fields.INVOICES, verb="create", batch=batch, next_commands=_after,
        )  # fmt: skip

    if together:
        return run(deciding.bundles_of(numbers), invoicing.create_together)
    return run(numbers, invoicing.create)


def _everything(call: Call) -> list[str]:
    """List every order that has something to invoice, and say which are left out, because they are on hold."""
    from shopctl.services import holding
    from shopctl.services.listing import orders

    held = holding.to_invoice()
    if held:
        named = ", ".join(held[:MOST_NAMED]) + (f" and {len(held) - MOST_NAMED} more" if held[MOST_NAMED:] else "")
        call.out.note(f"On hold and left out: {named}    Release: shopctl orders release ORDER")
    return orders.numbers_to_invoice()


def _require_size(kind: NewKind, percent: object, amount: object) -> None:
    sizes = [size for size in (percent, amount) if size is not None]
    if kind == NewKind.DOWN_PAYMENT and len(sizes) != 1:
        raise UsageError(
            "usage",
            "a down payment needs exactly one of --percent and --amount",
            hint="shopctl invoice create ORDER --type down-payment --percent 30",
        )
    if kind == NewKind.REGULAR and sizes:
        raise UsageError(
            "usage", "--percent and --amount are for down payments", hint="add --type down-payment, or leave them out"
        )
    if any(size <= 0 for size in sizes):  # type: ignore[operator]  # both are decimals
        raise UsageError("usage.amount", "a down payment must be more than 0", hint="--percent 30 or --amount 200")


def _require_regular(
    kind: NewKind,
    references: list[str],
    lines: list[tuple[int, Decimal | None]] | None,
    *,
    per_customer: bool,
    cash_rounding: bool,
) -> None:
    """Refuse what makes no sense: lines of several orders or named twice, and shares of lines or of several orders."""
    if kind == NewKind.DOWN_PAYMENT and (lines or per_customer):
        raise UsageError(
            "usage", "a down payment is a share of one whole order", hint="leave --line and --per-customer out"
        )
    if kind == NewKind.DOWN_PAYMENT and cash_rounding:
        raise UsageError(
            "usage",
            "only regular invoices are rounded to coins",
            hint="name a sum that can be paid in coins: --amount 200",
        )
    if not lines:
        return
    if len(references) != 1:
        raise UsageError("usage", "--line names lines of one order", hint="shopctl invoice create ORDER --line 2:1")


def _after(row: Any) -> list[str]:
    noun = "invoice" if row.type == "invoice" else "credit-note"
    if row.state == "draft":
        return [f"shopctl {noun} show {row.address}", f"shopctl {noun} confirm {row.address}"]
    if row.amount_due and row.type == "invoice":
        return [f"shopctl {noun} show {row.address}"]
    return [f"shopctl {noun} print {row.address}"]


@app.command(
    "confirm",
    examples=[
        ("shopctl invoice confirm DRAFT/00057", "post one draft"),
        ("shopctl invoice list --draft --format ids | shopctl invoice confirm - --yes", "post all of them"),
    ],
    exits="0 done or already so · 2 usage · 3 no such invoice · 6 not allowed · 8 some failed",
    writes=True,
)
def confirm(
    call: Call,
    numbers: Invoices,
    date: Annotated[DateOption, option(help="Invoice date; default: the draft's own, else today")] = None,
    no_allocate: Annotated[bool, option(help="Leave the order's payments outstanding", panel=THEN)] = False,
    allow_backdate: Annotated[bool, option(help="Accept a date before the last one of the series", panel=THEN)] = False,
    send: Annotated[bool, option(help="Queue the e-mail with the PDF as well", panel=THEN)] = False,
    *,
    batch: Batch,
) -> ExitStatus:
    """Post drafts: they get their numbers and due dates, and the money of their own order is used at once."""
    shop = call.shop()

    from shopctl.services import confirming

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Post {len(references)} invoices?", references)
    on = day_of(date, shop)
    return run_batch(
        call, shop, references,
        lambda part: confirming.confirm(
            shop, part, on=on, allocate=not no_allocate, send=send, backdate=allow_backdate
        ),
        schema="invoice.confirm", columns=fields.INVOICES, verb="confirm", batch=batch, next_commands=_after,
    )  # fmt: skip
