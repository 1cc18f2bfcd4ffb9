"""Make PDFs of documents: a file each, one file of all, or standard output."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, NamedTuple

from shopctl.commands.call import Call
from shopctl.commands.options import FailFast, Failures, FromFile, option
from shopctl.errors import ExitStatus, ShopError, UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.streams import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shopctl.adapters.pdf import InvoicePrinter
    from shopctl.domain.documents import InvoiceDocument
    from shopctl.domain.outcomes import Change, Outcome
    from shopctl.shop import Shop

Papers = Callable[["Sequence[str]"], "Mapping[str, InvoiceDocument | ShopError]"]
"""Loads documents as paper by how they were typed, or tells why one cannot be printed."""

PART = 100
"""Documents loaded at a time; a PDF is written as soon as it is made."""


@dataclass(frozen=True)
class Target:
    """What is printed, and where it goes. A signature takes these options as one parameter: `*, target: Target`."""

    output: Annotated[
        str, option("--output", "-o", help="File, directory, or - for standard output", metavar="FILE|DIR")
    ] = ""
    merge: Annotated[bool, option(help="All of them in one PDF, each with page numbers of its own")] = False
    from_file: FromFile = ""
    fail_fast: FailFast = False
    failures: Failures = ""

    @property
    def is_directory(self) -> bool:
        """Whether files of their own names go into it."""
        return self.output.endswith("/") or os.path.isdir(self.output)


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


def print_documents(call: Call, references: Sequence[str], papers: Papers, target: Target) -> ExitStatus:
    """Make the PDFs of documents and tell where they lie.

    Raises:
        UsageError: Several documents for standard output that are not merged.
    """
    if target.output == "-":
        return _to_stdout(call, references, papers, merge=target.merge)
    noun = call.command.split()[0]
    make = _merge if target.merge else _print_all
    outcomes = make(call, references, papers, target)
    columns = (replace(PRINTED[0], header=noun.rstrip("s").replace("-", " ").upper()), *PRINTED[1:])
    return call.out.outcomes(
        f"{noun}.print", columns, outcomes, verb="print", dry_run=False, failures_to=target.failures
    )


def printer(shop: Shop) -> InvoicePrinter:
    """Make the printer with the shop's fonts."""
    from shopctl.adapters.pdf import FontSettings, InvoicePrinter

    fonts = shop.config.invoicing.fonts
    return InvoicePrinter(FontSettings(fonts.regular, fonts.bold, fonts.fallback))


def _to_stdout(call: Call, references: Sequence[str], papers: Papers, *, merge: bool) -> ExitStatus:
    if len(references) != 1 and not merge:
        raise UsageError(
            "usage",
            "standard output takes one PDF, not several",
            hint=f"shopctl {call.command} - -o DIRECTORY, or --merge",
        )
    documents = []
    for document in papers(references).values():
        if isinstance(document, ShopError):
            raise document
        documents.append(document)
    call.out.raw(printer(call.shop()).merge(documents))
    return ExitStatus.OK


def _print_all(call: Call, references: Sequence[str], papers: Papers, target: Target) -> Iterator[Outcome[Printed]]:
    from shopctl.domain.mail import file_name
    from shopctl.domain.outcomes import Done, Failed

    into_directory = len(references) > 1 or target.is_directory
    paper = printer(call.shop())
    for start in range(0, len(references), PART):
        loaded = papers(references[start : start + PART])
        for reference, document in loaded.items():
            try:
                if isinstance(document, ShopError):
                    raise document
                name = f"{file_name(document.number, document.revision)}.pdf"
                file = target.output if target.output and not into_directory else os.path.join(target.output, name)
                content = paper.render(document)
                change, notes = _write(call, file, content)
                yield Done(reference, change, Printed(document.number, file, len(content)), notes)
            except ShopError as error:
                yield Failed(reference, error)
                if target.fail_fast:
                    return
            if call.stopping:
                return


def _merge(call: Call, references: Sequence[str], papers: Papers, target: Target) -> Iterator[Outcome[Printed]]:
    """Print all that can be printed into one file, then tell of each whether it is in it."""
    from shopctl.domain.outcomes import Done, Failed

    paper = printer(call.shop())
    found: dict[str, InvoiceDocument | ShopError] = {}
    for start in range(0, len(references), PART):
        for reference, document in papers(references[start : start + PART]).items():
            found[reference] = document if isinstance(document, ShopError) else _printable(paper, document)
            if target.fail_fast and isinstance(found[reference], ShopError):
                yield Failed(reference, found[reference])  # type: ignore[arg-type]  # just asked
                return
    sound = [one for one in found.values() if not isinstance(one, ShopError)]
    name = f"{call.command.split()[0]}.pdf"
    file = os.path.join(target.output, name) if target.is_directory or not target.output else target.output
    content = paper.merge(sound) if sound else b""
    change, notes = _write(call, file, content) if sound else (None, ())
    for reference, one in found.items():
        if isinstance(one, ShopError):
            yield Failed(reference, one)
        elif change:
            yield Done(reference, change, Printed(one.number, file, len(content)), notes)


def _printable(paper: InvoicePrinter, document: InvoiceDocument) -> InvoiceDocument | ShopError:
    try:
        paper.require_printable(document)
    except ShopError as error:
        return error
    return document


def _write(call: Call, file: str, content: bytes) -> tuple[Change, tuple[str, ...]]:
    """Write a file unless it is there already, and tell what to say about it."""
    from shopctl.domain.outcomes import Change

    if os.path.isfile(file) and not call.options.overwrite:
        with open(file, "rb") as there:
            if there.read() == content:
                return Change.UNCHANGED, ("the file is there already, with the same content",)
    directory = os.path.dirname(file)
    try:
        os.makedirs(directory or ".", exist_ok=True)
    except OSError as error:
        raise unwritable(file, (error.strerror or str(error)).lower()) from error
    call.out.write_file(file, content)
    return Change.CREATED, (file,)
