"""Print invoices as PDFs, and queue them for their customers."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.invoice_app import app
from shopctl.commands.options import Batch, FailFast, Failures, FromFile, Invoices, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, ShopError, UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.streams import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shopctl.adapters.pdf import InvoicePrinter
    from shopctl.domain.outcomes import Outcome
    from shopctl.shop import Shop

LETTER = "The letter"
PART = 100
"""Documents loaded at a time; a PDF is written as soon as it is made."""


class Printed(NamedTuple):
    """A PDF that was made."""

    address: str
    file: str
    bytes: int


PRINTED = (
    Column("address", "INVOICE", Kind.CODE, "Number, or DRAFT/… while it has none"),
    Column("file", "FILE", Kind.TEXT, "Where the PDF lies"),
    Column("bytes", "BYTES", Kind.COUNT, "Its size"),
)


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
    output: Annotated[
        str, option("--output", "-o", help="File, directory, or - for standard output", metavar="FILE|DIR")
    ] = "",
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
    if output == "-":
        return _to_stdout(call, shop, references, only_credit_notes)
    outcomes = _print_all(call, shop, references, output, fail_fast, only_credit_notes)
    schema = f"{'credit-note' if only_credit_notes else 'invoice'}.print"
    return call.out.outcomes(schema, PRINTED, outcomes, verb="print", dry_run=False, failures_to=failures)


def printer(shop: Shop) -> InvoicePrinter:
    """Make the printer with the shop's fonts."""
    from shopctl.adapters.pdf import FontSettings, InvoicePrinter

    fonts = shop.config.invoicing.fonts
    return InvoicePrinter(FontSettings(fonts.regular, fonts.bold, fonts.fallback))


def _to_stdout(call: Call, shop: Shop, references: Sequence[str], only_credit_notes: bool) -> ExitStatus:
    if len(references) != 1:
        raise UsageError(
            "usage", "standard output takes one PDF, not several", hint=f"shopctl {call.command} - -o DIRECTORY"
        )
    from shopctl.services import documents, invoices

    key = invoices.find_all(references)[references[0]]
    document = documents.load(shop, [key])[key]
    if only_credit_notes:
        invoices.require_credit_note(references[0], document.title_kind)
    call.out.raw(printer(shop).render(document))
    return ExitStatus.OK


def _print_all(
    call: Call, shop: Shop, references: Sequence[str], output: str, fail_fast: bool, only_credit_notes: bool
) -> Iterator[Outcome[Printed]]:
    from shopctl.domain.mail import file_name
    from shopctl.domain.outcomes import Failed
    from shopctl.services import documents, invoices

    into_directory = len(references) > 1 or output.endswith("/") or os.path.isdir(output)
    paper = printer(shop)
    for start in range(0, len(references), PART):
        part = references[start : start + PART]
        keys = invoices.known(part)
        loaded = documents.load(shop, list(keys.values()))
        for reference in part:
            try:
                if reference not in keys:
                    raise invoices.unknown(reference)
                document = loaded[keys[reference]]
                if only_credit_notes:
                    invoices.require_credit_note(reference, document.title_kind)
                target = (
                    output
                    if output and not into_directory
                    else os.path.join(output, f"{file_name(document.number, document.revision)}.pdf")
                )
                yield _print(call, reference, document.number, target, paper.render(document))
            except ShopError as error:
                yield Failed(reference, error)
                if fail_fast:
                    return
            if call.stopping:
                return


def _print(call: Call, reference: str, number: str, target: str, content: bytes) -> Outcome[Printed]:
    from shopctl.domain.outcomes import Change, Done

    row = Printed(number, target, len(content))
    if os.path.isfile(target) and not call.options.overwrite:
        with open(target, "rb") as file:
            if file.read() == content:
                return Done(reference, Change.UNCHANGED, row, ("the file is there already, with the same content",))
    directory = os.path.dirname(target)
    try:
        os.makedirs(directory or ".", exist_ok=True)
    except OSError as error:
        raise unwritable(target, (error.strerror or str(error)).lower()) from error
    call.out.write_file(target, content)
    return Done(reference, Change.CREATED, row, (target,))


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
