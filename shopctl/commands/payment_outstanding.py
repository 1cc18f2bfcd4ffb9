"""List money that is not used yet, and propose what it could pay."""

from __future__ import annotations

from typing import Annotated, Final

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.lists import Narrowed, fits, listed
from shopctl.commands.options import Batch, Choice, Count, FailFast, Failures, Limit, argument, option
from shopctl.commands.payment_app import app
from shopctl.commands.payment_credits import way_back
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

NARROW: Final = "Which credits"


class Kind(Choice):
    """What an outstanding credit is."""

    PAYMENT = "payment"
    CREDIT_NOTE = "credit-note"


@app.command(
    "outstanding",
    examples=[
        ("shopctl payment outstanding", "all money not used yet, oldest first"),
        ("shopctl payment outstanding C00014", "of one customer"),
        ("shopctl payment outstanding --invoice INV/2026/00031", "what could pay it, the best first, and why"),
        ("shopctl payment outstanding --filter 'date<30d' --group-by customer", "who has waited for a month"),
    ],
    exits="0 done, also when there is none · 2 usage · 3 no such customer or invoice · 6 not posted · 9 empty",
)
def outstanding(
    call: Call,
    customer: Annotated[str, argument("CUSTOMER", "Customer code or e-mail address; nobody: all")] = "",
    invoice: Annotated[str, option(help="Only what could pay this invoice", panel=NARROW, metavar="INVOICE")] = "",
    kind: Annotated[Kind | None, option(help="payment or credit-note", panel=NARROW, metavar="KIND")] = None,
    *,
    asked: Narrowed,
) -> ExitStatus | None:
    """List credits: payments and credit notes that are not used up."""
    call.shop()

    from shopctl.services.listing import credits

    if invoice:
        return _offered(call, invoice, asked, plain=not (customer or kind))
    wanted = credits.CreditFilter(str(kind or "").replace("-", "_"), customer)
    return listed(
        call, asked, "payment.outstanding", fields.CREDITS, credits, wanted, key="credit",
        empty="No credit is outstanding.",
        footer=lambda: ["Use one:  shopctl payment allocate INVOICE --credit CREDIT",
                        "What fits what:  shopctl payment suggest"],
    )  # fmt: skip


def _offered(call: Call, invoice: str, asked: Narrowed, *, plain: bool) -> ExitStatus | None:
    """List what could pay one invoice; these few come in the order in which they would be taken."""
    arranged = (asked.search, asked.filter, asked.sort, asked.group_by, asked.top, asked.count, asked.after)
    if not plain or any(arranged):
        raise UsageError(
            "usage", "what could pay an invoice is neither narrowed nor sorted", hint="leave out --invoice, or the rest"
        )

    from shopctl.services.listing import credits

    found = credits.offered(call.shop(), invoice)
    limit = fits(call, asked.limit)
    footer = [f"Use one:  shopctl payment allocate {invoice} --credit {found[0].credit}"] if found else ()
    shown = call.out.list(
        "payment.offered", fields.OFFERS, found[:limit] if limit else found, total=len(found), limit=limit,
        has_more=0 < limit < len(found), key="credit", footer=footer, empty=f"No credit could pay {invoice}.",
    )  # fmt: skip
    return ExitStatus.EMPTY if asked.fail_on_empty and not shown else None


@app.command(
    "suggest",
    examples=[
        ("shopctl payment suggest", "which credit should pay which invoice, the surest first"),
        ("shopctl payment suggest --apply --dry-run", "what would be allocated by itself"),
        ("shopctl payment suggest --apply --yes", "allocate what is sure, for a cron job"),
    ],
    exits="0 done, also when there is none · 2 usage · 3 no such customer · 8 some failed · 9 empty",
    writes=True,
)
def suggest(
    call: Call,
    apply: Annotated[bool, option(help="Use what is sure", panel=NARROW)] = False,
    min_score: Annotated[
        Count, option(help="From which score on that is; default 80", panel=NARROW, metavar="N")
    ] = None,
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    limit: Limit = None,
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when nothing is suggested")] = False,
    fail_fast: FailFast = False,
    failures: Failures = "",
) -> ExitStatus | None:
    """Suggest which outstanding credit should pay which open invoice of the same customer, and why."""
    shop = call.shop()

    from shopctl.domain.suggesting import SURE
    from shopctl.services import suggesting

    call.writes = apply
    sure = SURE if min_score is None else min_score
    found = suggesting.suggestions(shop, sure, customer)
    if apply:
        invoices = list(dict.fromkeys(one.invoice for one in found if one.sure))
        confirm_many(call, f"Allocate credits to {len(invoices)} invoices?", invoices)
        return run_batch(
            call, shop, invoices, lambda part: suggesting.apply(shop, part, sure), schema="payment.suggest",
            columns=fields.INVOICES, verb="allocate", batch=Batch(fail_fast=fail_fast, failures=failures),
            next_commands=lambda row: [f"shopctl invoice show {row.address}", *way_back(shop, row)],
        )  # fmt: skip
    many = fits(call, limit)
    footer = ["Allocate what is sure:  shopctl payment suggest --apply"] if any(one.sure for one in found) else ()
    shown = call.out.list(
        "payment.suggestions", fields.SUGGESTIONS, found[:many] if many else found, total=len(found), limit=many,
        has_more=0 < many < len(found), key="invoice", footer=footer, empty="No credit could pay an open invoice.",
    )  # fmt: skip
    return ExitStatus.EMPTY if fail_on_empty and not shown else None
