"""Print documents of any kind as PDF files: into a file, a directory or standard output."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from shopctl.commands.call import Call
from shopctl.commands.options import option
from shopctl.errors import ExitStatus, ShopError, UsageError
from shopctl.output.columns import Column, Kind
from shopctl.output.streams import unwritable

if TYPE_CHECKING:
    from shopctl.adapters.pdf import FontSettings
    from shopctl.domain.outcomes import Outcome
    from shopctl.shop import Shop

PART = 100
"""Documents loaded at a time; a PDF is written as soon as it is made."""

Output = Annotated[str, option("--output", "-o", help="File, directory, or - for standard output", metavar="FILE|DIR")]


class Printed(NamedTuple):
    """A PDF that was made."""

    address: str
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
        Column(name, header, Kind.CODE, description, lambda row: row.address),
        Column("file", "FILE", Kind.TEXT, "Where the PDF lies"),
        Column("bytes", "BYTES", Kind.COUNT, "Its size"),
    )


class Paper(NamedTuple):
    """How documents of one kind are found and printed.

    Attributes:
        schema: The name of the command in JSON, such as `invoice.print`.
        known: Finds the keys of those that exist, by what was typed.
        unknown: Says that there is no such document.
        load: Loads documents by key.
        require: Refuses one that cannot be printed, given what was typed.
        file: Names its file, without the ending.
        render: Makes the PDF.
    """

    schema: str
    columns: Sequence[Column]
    known: Callable[[Sequence[str]], Mapping[str, int]]
    unknown: Callable[[str], ShopError]
    load: Callable[[Sequence[int]], Mapping[int, Any]]
    require: Callable[[str, Any], None]
    file: Callable[[Any], str]
    render: Callable[[Any], bytes]


def font_settings(shop: Shop) -> FontSettings:
    """Tell which fonts the shop prints with."""
    from shopctl.adapters.pdf import FontSettings

    fonts = shop.config.invoicing.fonts
    return FontSettings(fonts.regular, fonts.bold, fonts.fallback)


def print_paper(
    call: Call, paper: Paper, references: Sequence[str], output: str, *, fail_fast: bool, failures: str
) -> ExitStatus:
    """Make the PDFs of documents and tell where they lie.

    Args:
        output: A file, a directory, or `-` for standard output; empty: this directory.
    """
    if output == "-":
        return _to_stdout(call, paper, references)
    outcomes = _print_all(call, paper, references, output, fail_fast)
    return call.out.outcomes(paper.schema, paper.columns, outcomes, verb="print", dry_run=False, failures_to=failures)


def _to_stdout(call: Call, paper: Paper, references: Sequence[str]) -> ExitStatus:
    if len(references) != 1:
        raise UsageError(
            "usage", "standard output takes one PDF, not several", hint=f"shopctl {call.command} - -o DIRECTORY"
        )
    (reference,) = references
    call.out.raw(paper.render(_loaded(paper, reference, paper.known(references), {})))
    return ExitStatus.OK


def _loaded(paper: Paper, reference: str, keys: Mapping[str, int], loaded: Mapping[int, Any]) -> Any:
    if reference not in keys:
        raise paper.unknown(reference)
    key = keys[reference]
    document = loaded[key] if loaded else paper.load([key])[key]
    paper.require(reference, document)
    return document


def _print_all(
    call: Call, paper: Paper, references: Sequence[str], output: str, fail_fast: bool
) -> Iterator[Outcome[Printed]]:
    from shopctl.domain.outcomes import Failed

    into_directory = len(references) > 1 or output.endswith("/") or os.path.isdir(output)
    for start in range(0, len(references), PART):
        part = references[start : start + PART]
        keys = paper.known(part)
        loaded = paper.load(list(keys.values()))
        for reference in part:
            try:
                document = _loaded(paper, reference, keys, loaded)
                name = f"{paper.file(document)}.pdf"
                target = output if output and not into_directory else os.path.join(output, name)
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
