"""Print invoices as PDFs, and queue them for their customers."""

from __future__ import annotations

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app
from shopctl.commands.options import Batch, Invoices, Letter
from shopctl.commands.printing import Target, print_documents, printed
from shopctl.commands.writes import confirm_many, run_batch, to_deliver
from shopctl.errors import ExitStatus

PRINTED = printed("address", "INVOICE", "Number, or DRAFT/… while it has none")


@app.command(
    "print",
    examples=[
        ("shopctl invoice print INV/2026/00031", "INV_2026_00031.pdf in this directory"),
        ("shopctl invoice print INV/2026/00031 -o - > bill.pdf", "to standard output"),
        ("shopctl invoice list --not-sent --format ids | shopctl invoice print - -o paper", "many, into a directory"),
        ("shopctl invoice list --not-sent --format ids | shopctl invoice print - --merge -o all.pdf", "one file"),
    ],
    exits="0 done · 1 the file cannot be written · 3 no such invoice · 6 a character no font has · 8 some failed",
)
def print_(call: Call, numbers: Invoices, *, target: Target) -> ExitStatus:
    """Make PDFs of invoices. A draft is marked as one across the page."""
    shop = call.shop()

    from shopctl.services import documents

    references = call.references(numbers, target.from_file)
    return print_documents(call, references, lambda part: documents.papers(shop, part), target, PRINTED)


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
        lambda part: mailing.send_invoices(shop, part, **letter.wish()),
        schema="invoice.send", columns=fields.EMAILS, verb="queue", batch=batch,
        next_commands=to_deliver,
    )  # fmt: skip
