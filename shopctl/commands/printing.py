"""Make PDFs of documents: a file each, one file of all, or standard output."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

from shopctl.commands.call import Call
from shopctl.commands.options import FailFast, Failures, FromFile, option
from shopctl.errors import ExitStatus, ShopError, UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.streams import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shopctl.adapters.pdf import Document, Printer
    from shopctl.domain.outcomes import Change, Outcome
    from shopctl.shop import Shop

Papers = Callable[["Sequence[str]"], "Mapping[str, Document | ShopError]"]
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

    document: str
    file: str
    bytes: int


def printed(name: str, header: str, description: str) -> tuple[Column, ...]:
    """Make the columns that tell about PDFs of one kind of document.

    Args:
        name: How the field with the document's number is called.
        header: The same in tables.
        description: What it holds.
    """
    return (
        Column(name, header, Kind.CODE, description, lambda row: row.document),
        Column("file", "FILE", Kind.TEXT, "Where the PDF lies"),
        Column("bytes", "BYTES", Kind.COUNT, "Its size"),
    )


def print_documents(
    call: Call, references: Sequence[str], papers: Papers, target: Target, columns: Sequence[Column]
) -> ExitStatus:
    """Make the PDFs of documents and tell where they lie.

    Args:
        columns: Those of `printed`.

    Raises:
        UsageError: Several documents for standard output that are not merged.
    """
    if target.output == "-":
        return _to_stdout(call, references, papers, merge=target.merge)
    make = _merge if target.merge else _print_all
    outcomes = make(call, references, papers, target)
    return call.out.outcomes(
        call.command.replace(" ", "."), columns, outcomes, verb="print", dry_run=False, failures_to=target.failures
    )


def printer(shop: Shop) -> Printer:
    """Make the printer with the shop's fonts."""
    from shopctl.adapters.pdf import FontSettings, Printer

    fonts = shop.config.invoicing.fonts
    return Printer(FontSettings(fonts.regular, fonts.bold, fonts.fallback))


def _noun(call: Call) -> str:
    return call.command.split()[0]


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
    found: dict[str, Document | ShopError] = {}
    for start in range(0, len(references), PART):
        for reference, document in papers(references[start : start + PART]).items():
            found[reference] = document if isinstance(document, ShopError) else _printable(paper, document)
            if target.fail_fast and isinstance(found[reference], ShopError):
                yield Failed(reference, found[reference])  # type: ignore[arg-type]  # just asked
                return
    sound = [one for one in found.values() if not isinstance(one, ShopError)]
    name = f"{_noun(call)}.pdf"
    file = os.path.join(target.output, name) if target.is_directory or not target.output else target.output
    content = paper.merge(sound) if sound else b""
    change, notes = _write(call, file, content) if sound else (None, ())
    for reference, one in found.items():
        if isinstance(one, ShopError):
            yield Failed(reference, one)
        elif change:
            yield Done(reference, change, Printed(one.number, file, len(content)), notes)


def _printable(paper: Printer, document: Document) -> Document | ShopError:
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
