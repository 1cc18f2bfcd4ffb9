"""Cancel, hold, release and expire orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import Batch, Count, FailFast, Failures, Orders, Told, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import confirm_many, run_batch, write_to_customers
from shopctl.errors import ExitStatus, UsageError

MOST_PLANNED = 5
"""Orders of which a question says what happens to each."""


@app.command(
    "cancel",
    examples=[
        ("shopctl orders cancel S00431 --reason 'changed their mind'", "its drafts and announced payments go with it"),
        ("shopctl orders cancel S00430 --with credit-note,refund,return", "take everything back first, all or nothing"),
        ("shopctl orders cancel S00430 --with credit-note,refund,return --dry-run", "see what that would do"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 not allowed · 8 some failed · 10 not confirmed",
    writes=True,
)
def cancel(
    call: Call,
    numbers: Orders,
    reason: Annotated[str, option(help="Why, kept with the order and printed on credit notes", metavar="TEXT")] = "",
    with_: Annotated[
        str,
        option("--with", help="Clear what is in the way: credit-note, refund, return, with commas", metavar="WHAT"),
    ] = "",
    method: Annotated[str, option(help="How money goes back; default: as it came", metavar="M")] = "",
    email: Told = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Cancel orders with what has not happened yet. Posted invoices, paid money and delivered goods need --with."""
    shop = call.shop()
    write_to_customers(shop, email)

    from shopctl.domain.cancelling import parse_means
    from shopctl.domain.states import PAYMENT_METHODS
    from shopctl.services import cancelling

    references = call.references(numbers, batch.from_file)
    means = parse_means(with_)
    if method and ("refund" not in means or method not in PAYMENT_METHODS):
        raise UsageError(
            "usage", f"--method {method} does not say how money goes back",
            hint=f"with --with refund: one of {', '.join(PAYMENT_METHODS)}",
        )  # fmt: skip
    _ask(call, references, means)
    wanted = cancelling.Request(reason.strip(), means, method)
    return run_batch(
        call, shop, references, lambda part: cancelling.cancel(shop, part, wanted), schema="orders.cancel",
        columns=fields.ORDERS, verb="cancel", batch=batch, next_commands=_look,
    )  # fmt: skip


def _ask(call: Call, references: Sequence[str], means: Sequence[str]) -> None:
    """Say what will happen to each order, and ask; one that is refused anyway needs no question."""
    if call.options.yes or call.options.dry_run:
        return

    from shopctl.domain.cancelling import obstacles, plan
    from shopctl.services import affairs, orders

    known = [one for one in affairs.of(references) if not any(obstacles(one, means))]
    if not known and len(references) == 1:
        return
    heads = {found.order.number: found.order for found in orders.show([one.order for one in known[:MOST_PLANNED]])}
    lines: list[str] = []
    for number, one in zip(heads, known, strict=False):
        lines += [f"  {_head(heads[number])}", "  This will", *(f"    {words}" for words in plan(one))]
    if known[MOST_PLANNED:]:
        lines.append(f"  and cancel {len(known) - MOST_PLANNED} more")
    if len(references) > len(known):
        lines.append(f"  {len(references) - len(known)} of them cannot be cancelled, or are cancelled already")
    few = f"{len(known)} of " if len(known) < len(references) else ""
    what = references[0] if len(references) == 1 else f"{few}{len(references)} orders"
    call.out.ask(f"Cancel {what}?", danger=lines)


def _head(row: Any) -> str:
    from shopctl.output.human import human_money

    total = f"{human_money(row.amount_total, row.currency)} {row.currency}"
    return f"{row.number} · {row.customer_name or 'Guest'} · {total} · {row.state}"


@app.command(
    "hold",
    examples=[
        ("shopctl orders hold S00431 --reason 'address is wrong'", "nothing of it is billed or delivered for now"),
        ("shopctl orders list --unpaid --format ids | shopctl orders hold - --reason holidays --yes", "all that wait"),
    ],
    exits="0 done or already so · 2 usage · 3 no such order · 6 cancelled · 8 some failed",
    writes=True,
)
def hold(
    call: Call,
    numbers: Orders,
    reason: Annotated[str, option(help="Why; required", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Put orders on hold. They are not invoiced, delivered, expired or reminded of until they are released."""
    shop = call.shop()

    from shopctl.services import holding

    references = call.references(numbers, batch.from_file)
    if not reason.strip():
        raise UsageError("usage", "putting an order on hold needs a reason", hint="add --reason TEXT")
    confirm_many(call, f"Put {len(references)} orders on hold?", references)
    return run_batch(
        call, shop, references, lambda part: holding.hold(shop, part, reason.strip()), schema="orders.hold",
        columns=fields.ORDERS, verb="hold", batch=batch, next_commands=_release,
    )  # fmt: skip


@app.command(
    "release",
    examples=[("shopctl orders release S00431", "the order goes on")],
    exits="0 done or already so · 2 usage · 3 no such order · 6 cancelled · 8 some failed",
    writes=True,
)
def release(call: Call, numbers: Orders, *, batch: Batch) -> ExitStatus:
    """Release orders that are on hold: they can be invoiced and delivered again."""
    shop = call.shop()

    from shopctl.services import holding

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Release {len(references)} orders?", references)
    return run_batch(
        call, shop, references, lambda part: holding.release(shop, part), schema="orders.release",
        columns=fields.ORDERS, verb="release", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "expire",
    examples=[
        ("shopctl orders expire --dry-run", "which orders have waited for their money for too long"),
        ("shopctl orders expire --unpaid-after 30 --yes", "cancel those that got nothing within 30 days"),
        ("shopctl orders expire --yes -q", "from cron: silent unless something is wrong"),
    ],
    exits="0 done, also when none is due · 2 usage · 8 some failed · 10 not confirmed · 75 another run is at work",
    writes=True,
)
def expire(
    call: Call,
    unpaid_after: Annotated[
        Count, option(help="How many days an order is waited for; default: orders.expire_after", metavar="DAYS")
    ] = None,
    fail_fast: FailFast = False,
    failures: Failures = "",
    email: Told = None,
) -> ExitStatus:
    """Cancel orders that got no money in time. With any payment, invoice, delivery or hold they are left alone."""
    shop = call.shop()
    write_to_customers(shop, email)

    from shopctl.services import expiring, jobs

    days = shop.config.orders.expire_after if unpaid_after is None else unpaid_after
    with jobs.alone(shop, "expire", "orders expire", code="order.busy"):
        found = expiring.due(shop, days)
        if found:
            call.out.ask(f"Cancel {_counted(found)} that got nothing within {days} days?", danger=_named(found))
        return run_batch(
            call, shop, found, lambda part: expiring.expire(shop, part, days), schema="orders.expire",
            columns=fields.ORDERS, verb="expire", batch=Batch(fail_fast=fail_fast, failures=failures),
            next_commands=_look,
        )  # fmt: skip


def _counted(found: Sequence[str]) -> str:
    return f"{len(found)} {'order' if len(found) == 1 else 'orders'}"


def _named(found: Sequence[str]) -> list[str]:
    more = f" and {len(found) - MOST_PLANNED} more" if len(found) > MOST_PLANNED else ""
    return [f"  {', '.join(found[:MOST_PLANNED])}{more}"]


def _look(row: Any) -> list[str]:
    return [f"shopctl orders show {row.number}"]


def _release(row: Any) -> list[str]:
    return [f"shopctl orders release {row.number}"]
