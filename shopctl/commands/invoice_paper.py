"""Print invoices as PDFs, and queue them for their customers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app
from shopctl.commands.options import Batch, FailFast, Failures, FromFile, Invoices, option
from shopctl.commands.papers import Output, Paper, font_settings, print_paper, printed
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopctl.adapters.pdf import InvoicePrinter
    from shopctl.domain.documents import InvoiceDocument
    from shopctl.shop import Shop

LETTER = "The letter"

PRINTED = printed("address", "INVOICE", "Number, or DRAFT/… while it has none")


@app.command(
    "print",
    examples=[
        ("shopctl invoice print INV/2026/00031", "INV_2026_00031.pdf in this directory"),
        ("shopctl invoice print INV/2026/00031 -o - > bill.pdf", "to standard output"),
        ("shopctl invoice list --not-sent --format ids | shopctl invoice print - -o paper", "many, into a directory"),
    ],
    exits="0 done · 1 the file cannot be written · 3 no such invoice · 6 a character no font has · 8 some failed",
)
def print_(
    call: Call,
    numbers: Invoices,
    output: Output = "",
    from_file: FromFile = "",
    fail_fast: FailFast = False,
    failures: Failures = "",
) -> ExitStatus:
    """Make PDFs of invoices. A draft is marked as one across the page."""
    references = call.references(numbers, from_file)
    return print_documents(call, references, output, fail_fast=fail_fast, failures=failures)


def print_documents(
    call: Call,
    references: Sequence[str],
    output: str,
    *,
    fail_fast: bool,
    failures: str,
    only_credit_notes: bool = False,
) -> ExitStatus:
    """Make the PDFs of documents and tell where they lie.

    Args:
        output: A file, a directory, or `-` for standard output; empty: this directory.
        only_credit_notes: An invoice is refused.
    """
    shop = call.shop()

    from shopctl.domain.mail import file_name
    from shopctl.services import documents, invoices

    def require_kind(reference: str, document: InvoiceDocument) -> None:
        if only_credit_notes:
            invoices.require_credit_note(reference, document.title_kind)

    paper = Paper(
        "credit-note.print" if only_credit_notes else "invoice.print", PRINTED, invoices.known, invoices.unknown,
        lambda keys: documents.load(shop, keys), require_kind,
        lambda document: file_name(document.number, document.revision), printer(shop).render,
    )  # fmt: skip
    return print_paper(call, paper, references, output, fail_fast=fail_fast, failures=failures)


def printer(shop: Shop) -> InvoicePrinter:
    """Make the printer with the shop's fonts."""
    from shopctl.adapters.pdf import InvoicePrinter

    return InvoicePrinter(font_settings(shop))


@dataclass(frozen=True)
class Letter:
    """How a document is sent."""

    to: Annotated[str, option(help="Another recipient", panel=LETTER, metavar="ADDRESS")] = ""
    cc: Annotated[str, option(help="Somebody who gets a copy", panel=LETTER, metavar="ADDRESS")] = ""
    message: Annotated[str, option(help="A few words before the standard text", panel=LETTER, metavar="TEXT")] = ""
    resend: Annotated[bool, option(help="Also what was queued or sent before", panel=LETTER)] = False


@app.command(
    "send",
    examples=[
        ("shopctl invoice send INV/2026/00031", "queue it for the customer's address"),
        ("shopctl invoice list --not-sent --format ids | shopctl invoice send - --yes", "all that were never sent"),
    ],
    exits="0 done or already so · 2 usage · 3 no such invoice · 6 not allowed · 8 some failed",
    writes=True,
)
def send(
    call: Call,
    numbers: Invoices,
    *,
    letter: Letter,
    batch: Batch,
) -> ExitStatus:
    """Queue posted invoices as letters with their PDF. Nothing leaves before `shopctl email send`."""
    shop = call.shop()

    from shopctl.services import mailing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Queue {len(references)} letters?", references)
    return run_batch(
        call, shop, references,
        lambda part: mailing.send_invoices(shop, part, **asdict(letter)),
        schema="invoice.send", columns=fields.EMAILS, verb="queue", batch=batch,
        next_commands=lambda _row: ["shopctl email send"],
    )  # fmt: skip
