"""Make credit notes, and do with them what is done with invoices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.invoice_app import day_of
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import (
    Amount,
    Batch,
    Choice,
    DateOption,
    History,
    Invoices,
    Letter,
    Percent,
    Picks,
    argument,
    option,
    picked,
)
from shopctl.commands.printing import Target, print_documents, printed
from shopctl.commands.writes import confirm_many, run_batch, to_deliver
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.domain.crediting import Wanted

app = noun("credit-note", "Credit notes, which take invoices back")

WHAT = "What to credit"
THEN = "Then"
NARROW = "Which credit notes"
PRINTED = printed("address", "CREDIT NOTE", "Number, or DRAFT/… while it has none")
CreditNotes = Annotated[
    list[str], argument("CREDIT_NOTE", "Credit note numbers; - reads them from standard input, one a line")
]


class Then(Choice):
    """What happens with the money once the credit note is posted."""

    CREDIT = "credit"
    REFUND = "refund"
    REINVOICE = "reinvoice"


@dataclass(frozen=True)
class What:
    """What of an invoice is credited, and why."""

    line: Annotated[Picks, option(help="Line N, or QTY of it; may be repeated", panel=WHAT)] = None
    amount: Annotated[Amount, option(help="A sum, tax included; the order is not opened again", panel=WHAT)] = None
    percent: Annotated[Percent, option(help="A share of the whole invoice, like a sum", panel=WHAT)] = None
    reason: Annotated[str, option(help="Why; printed on the credit note", panel=WHAT, metavar="TEXT")] = ""
    no_requeue: Annotated[bool, option(help="Never bill again what is credited", panel=WHAT)] = False
    force: Annotated[bool, option(help="More than is left: the rest is goodwill, without tax", panel=WHAT)] = False

    def wanted(self) -> Wanted:
        """Say it as the rules of crediting take it."""
        from shopctl.domain.crediting import Wanted

        return Wanted(tuple(picked(self.line).items()), self.amount, self.percent, not self.no_requeue, self.force)


@app.command(
    "create",
    examples=[
        ('shopctl credit-note create INV/2026/00031 --reason "returned"', "a draft of all that is left"),
        ('shopctl credit-note create INV/2026/00031 --line 2:1 --reason "broken" --confirm', "one of line 2, posted"),
        ('shopctl credit-note create INV/2026/00031 --amount 20 --reason "late" --then refund', "paid out at once"),
        ('shopctl credit-note create INV/2026/00031 --reason "wrong name" --then reinvoice', "and a new draft of it"),
    ],
    exits="0 done or already so · 2 usage · 3 no such invoice · 6 not allowed · 8 some failed · 10 not confirmed",
    writes=True,
)
def create(
    call: Call,
    numbers: Invoices,
    *,
    what: What,
    date: Annotated[DateOption, option(help="Its date; default: the day it is posted", panel=WHAT)] = None,
    confirm: Annotated[bool, option(help="Post it at once, which settles the invoice", panel=THEN)] = False,
    then: Annotated[
        Then, option(help="What is too much: credit (default), refund; or reinvoice: bill it anew", panel=THEN)
    ] = Then.CREDIT,
    method: Annotated[
        str, option(help="How it is refunded: wire (default), card, cash, …", panel=THEN, metavar="M")
    ] = "",
    send: Annotated[bool, option(help="Post it and queue the e-mail with the PDF", panel=THEN)] = False,
    batch: Batch,
) -> ExitStatus:
    """Take invoices back: draft credit notes of all that is left, or of the lines or the sum that are named.

    Posting one settles what is open of its invoice; anything more stays a credit of the customer.
    """
    shop = call.shop()

    from shopctl.services import crediting

    references = call.references(numbers, batch.from_file)
    _require_sense(what, then, method)
    posted = confirm or send or then != Then.CREDIT
    request = crediting.Request(
        what.wanted(), what.reason.strip(), str(then), method or "wire", day_of(date, shop), confirm=posted, send=send
    )
    if posted:
        call.out.ask(_question(then, references))
    else:
        confirm_many(call, f"Draft credit notes for {len(references)} invoices?", references)
    return run_batch(
        call, shop, references, lambda part: crediting.create(shop, part, request), schema="credit-note.create",
        columns=fields.CREDIT_NOTES, verb="create", batch=batch, next_commands=_after,
    )  # fmt: skip


def _require_sense(what: What, then: Then, method: str) -> None:
    from shopctl.domain.states import PAYMENT_METHODS

    sizes = [name for name in ("line", "amount", "percent") if getattr(what, name) not in (None, [])]
    if not what.reason.strip():
        raise UsageError("usage", "why is it credited?", hint='add --reason "TEXT"; it is printed on the credit note')
    if len(sizes) > 1:
        raise UsageError("usage", f"--{' and --'.join(sizes)} exclude each other", hint="name one of them")
    if then == Then.REINVOICE and (sizes or what.no_requeue):
        raise UsageError(
            "usage",
            f"--then reinvoice takes the whole invoice back, so --{sizes[0] if sizes else 'no-requeue'} does not apply",
            hint="leave one of the two out",
        )
    if method and then != Then.REFUND:
        raise UsageError("usage", "--method is for --then refund", hint="add --then refund, or leave --method out")
    if method and method not in PAYMENT_METHODS:
        raise UsageError(
            "usage", f"'{method}' is not a payment method", hint=f"use one of {', '.join(PAYMENT_METHODS)}"
        )


def _question(then: Then, references: list[str]) -> str:
    invoices = references[0] if len(references) == 1 else f"{len(references)} invoices"
    follow = {Then.REFUND: ", and pay the money out", Then.REINVOICE: ", and bill anew"}.get(then, "")
    return f"Credit {invoices}{follow}?"


def _after(row: Any) -> list[str]:
    if row.state == "draft":
        return [f"shopctl credit-note show {row.address}", f"shopctl credit-note confirm {row.address}"]
    return [f"shopctl credit-note print {row.address}"]


@app.command(
    "list",
    examples=[
        ("shopctl credit-note list", "newest first"),
        ("shopctl credit-note list --invoice INV/2026/00031", "those of one invoice"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such invoice, order or customer · 9 empty with "
    "--fail-on-empty",
)
def list_(
    call: Call,
    draft: Annotated[bool, option(help="Not posted yet", panel=NARROW)] = False,
    posted: Annotated[bool, option(help="Confirmed, with a number", panel=NARROW)] = False,
    invoice: Annotated[str, option(help="Those that take this invoice back", panel=NARROW, metavar="I")] = "",
    order: Annotated[str, option(help="Those of this order", panel=NARROW, metavar="O")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List credit notes, newest first."""
    shop = call.shop()

    from shopctl.services.invoices import find
    from shopctl.services.listing import invoices

    if draft and posted:
        raise UsageError("usage", "no credit note is both at once", hint="leave out one of --draft and --posted")
    since, until = asked.days(shop)
    wanted = invoices.InvoiceFilter(
        state="draft" if draft else "posted" if posted else "", type="credit-note", order=order, customer=customer,
        reverses=find(invoice) if invoice else 0, since=since, until=until,
    )  # fmt: skip
    return listed(
        call, asked, "credit-note.list", fields.CREDIT_NOTES, invoices, wanted, key="address",
        empty="No credit notes match.",
        footer=lambda: ["Use one:  shopctl payment allocate INVOICE --credit CREDIT_NOTE"],
    )  # fmt: skip


@app.command(
    "show",
    examples=[("shopctl credit-note show RINV/2026/00004", "what it takes back, and where it was used")],
    exits="0 done · 2 usage · 3 no such credit note · 6 it is an invoice",
)
def show(call: Call, numbers: CreditNotes, history: History = False) -> None:
    """Show credit notes, the invoices they take back, and what they were used on."""
    shop = call.shop()

    from shopctl.commands.invoice_sheet import sheet
    from shopctl.services import invoices

    found = invoices.show(call.references(numbers), shop.today, only_credit_notes=True)
    columns = fields.details("invoice", fields.CREDIT_NOTES, fields.INVOICE_DETAILS)
    show_all(call, "credit-note.show", columns, found, lambda one: sheet(one, history=history))


@app.command(
    "confirm",
    examples=[("shopctl credit-note confirm DRAFT/00057", "it gets its number and settles its invoice")],
    exits="0 done or already so · 2 usage · 3 no such credit note · 6 not allowed · 8 some failed · 10 not confirmed",
    writes=True,
)
def confirm(
    call: Call,
    numbers: CreditNotes,
    date: Annotated[DateOption, option(help="Its date; default: the draft's own, else today")] = None,
    send: Annotated[bool, option(help="Queue the e-mail with the PDF as well", panel=THEN)] = False,
    *,
    batch: Batch,
) -> ExitStatus:
    """Post draft credit notes: they get their numbers and settle what is open of their invoices."""
    shop = call.shop()

    from shopctl.services import confirming

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Post {len(references)} credit notes?", references)
    on = day_of(date, shop)
    return run_batch(
        call, shop, references,
        lambda part: confirming.confirm(shop, part, on=on, send=send, only_credit_notes=True),
        schema="credit-note.confirm", columns=fields.CREDIT_NOTES, verb="confirm", batch=batch, next_commands=_after,
    )  # fmt: skip


@app.command(
    "print",
    examples=[("shopctl credit-note print RINV/2026/00004", "RINV_2026_00004.pdf in this directory")],
    exits="0 done · 1 the file cannot be written · 3 no such credit note · 6 it is an invoice, or a character no font "
    "has · 8 some failed",
)
def print_(call: Call, numbers: CreditNotes, *, target: Target) -> ExitStatus:
    """Make PDFs of credit notes. A draft is marked as one across the page."""
    shop = call.shop()

    from shopctl.services import documents

    references = call.references(numbers, target.from_file)
    return print_documents(
        call, references, lambda part: documents.papers(shop, part, only_credit_notes=True), target, PRINTED
    )  # fmt: skip


@app.command(
    "send",
    examples=[("shopctl credit-note send RINV/2026/00004", "queue it for the customer's address")],
    exits="0 done or already so · 2 usage · 3 no such credit note · 6 not allowed · 8 some failed",
    writes=True,
)
def send(
    call: Call,
    numbers: CreditNotes,
    *,
    letter: Letter,
    batch: Batch,
) -> ExitStatus:
    """Queue posted credit notes as letters with their PDF. Nothing leaves before `shopctl email send`."""
    shop = call.shop()

    from shopctl.services import mailing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Queue {len(references)} letters?", references)
    return run_batch(
        call, shop, references,
        lambda part: mailing.send_invoices(shop, part, **letter.wish(), only_credit_notes=True),
        schema="credit-note.send", columns=fields.EMAILS, verb="queue", batch=batch,
        next_commands=to_deliver,
    )  # fmt: skip
