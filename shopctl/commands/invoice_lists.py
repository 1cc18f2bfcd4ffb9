"""List and show invoices."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app, day_of
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Choice, DateOption, History, Invoices, option
from shopctl.errors import ExitStatus, UsageError
from shopctl.output.columns import Column

NARROW = "Which invoices"


class Kind(Choice):
    """Kinds of documents that a list can be narrowed to."""

    REGULAR = "regular"
    DOWN_PAYMENT = "down-payment"
    CREDIT_NOTE = "credit-note"


@app.command(
    "list",
    examples=[
        ("shopctl invoice list", "newest first"),
        ("shopctl invoice list --unpaid", "posted, and something is open"),
        ("shopctl invoice list --draft --format ids | shopctl invoice confirm - --yes", "post all drafts"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such order or customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    draft: Annotated[bool, option(help="Not posted yet", panel=NARROW)] = False,
    posted: Annotated[bool, option(help="Confirmed, with a number", panel=NARROW)] = False,
    unpaid: Annotated[bool, option(help="Posted, and something is open", panel=NARROW)] = False,
    overdue: Annotated[bool, option(help="An instalment is open after its due date", panel=NARROW)] = False,
    due_before: Annotated[DateOption, option(help="Something open was or is due before", panel=NARROW)] = None,
    partial: Annotated[bool, option(help="Paid in part", panel=NARROW)] = False,
    disputed: Annotated[bool, option(help="Open, and the customer disputes it", panel=NARROW)] = False,
    paid: Annotated[bool, option(help="Paid in full", panel=NARROW)] = False,
    not_sent: Annotated[bool, option(help="Posted and never sent", panel=NARROW)] = False,
    type: Annotated[Kind | None, option(help="Kind of document", panel=NARROW, metavar="TYPE")] = None,  # noqa: A002  # the option's name
    order: Annotated[str, option(help="Invoices of this order", panel=NARROW, metavar="O")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List invoices and credit notes, newest first."""
    shop = call.shop()

    from shopctl.services.listing import invoices

    open_ = unpaid or overdue or partial or disputed or due_before is not None
    _require_one(draft and (posted or open_ or paid or not_sent), open_ and paid)
    since, until = asked.days(shop)
    wanted = invoices.InvoiceFilter(
        state="draft" if draft else "posted" if posted else "", unpaid=unpaid, paid=paid, overdue=overdue,
        type=str(type or ""), order=order, customer=customer, not_sent=not_sent, partial=partial, disputed=disputed,
        due_before=day_of(due_before, shop, ahead=True), since=since, until=until,
    )  # fmt: skip
    return listed(
        call, asked, "invoice.list", _columns(call.out.format), invoices, wanted, key="address",
        empty="No invoices match.", footer=lambda: ["Money is in?  shopctl payment register INVOICE"],
    )  # fmt: skip


def _require_one(*contradictions: bool) -> None:
    if any(contradictions):
        raise UsageError(
            "usage", "no invoice is both at once", hint="leave out one of the two, see invoice list --help"
        )


def _columns(form: str) -> tuple[Column, ...]:
    """Choose how rows are read: nobody owes anything on a draft, so a table for people shows nothing open there."""
    if form != "table":
        return fields.INVOICES
    return tuple(replace(one, get=_open) if one.name == "amount_due" else one for one in fields.INVOICES)


def _open(row: Any) -> object:
    return None if row.state == "draft" else row.amount_due


@app.command(
    "show",
    examples=[
        ("shopctl invoice show INV/2026/00031", "lines, taxes, payments and credits"),
        ("shopctl invoice show INV-2026-00031 --json", "everything, for scripts"),
        ("shopctl invoice show INV/2026/00031 --history", "what was allocated and taken back, by whom and why"),
    ],
    exits="0 done · 2 usage · 3 no such invoice",
)
def show(call: Call, numbers: Invoices, history: History = False) -> None:
    """Show invoices. Money of the customer that could pay one is announced with the command that uses it."""
    shop = call.shop()

    from shopctl.commands.invoice_sheet import sheet
    from shopctl.services import invoices

    found = invoices.show(call.references(numbers), shop.today)
    show_all(
        call, "invoice.show", fields.details("invoice", fields.INVOICES, fields.INVOICE_DETAILS), found,
        lambda one: sheet(one, history=history),
    )  # fmt: skip
