"""Print invoices, credit notes, orders, delivery slips and receipts as PDF files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

from shopctl.adapters.pdf import bill, closing, letterhead, receipt, slip
from shopctl.adapters.pdf.flow import BOTTOM, Block, Document, Job, paginate
from shopctl.adapters.pdf.fonts import FontSet, FontSettings
from shopctl.adapters.pdf.labels import Language, language_of
from shopctl.adapters.pdf.letterhead import Facts
from shopctl.adapters.pdf.sheet import sheet_for
from shopctl.adapters.pdf.table import HEAD_HEIGHT, Column, LineTable
from shopctl.adapters.pdf.text import cleaned, texts
from shopctl.domain.documents import DeliverySlip, InvoiceDocument, ReceiptDocument
from shopctl.errors import RefusedError

__all__ = ["Document", "FontSettings", "Printer"]

Printed = TypeVar("Printed", bound=Document)

MOST_CHARACTERS = 10


class _Layout(NamedTuple, Generic[Printed]):
    """How the pages of a kind of document look, beside what all have.

    Attributes:
        facts: What stands beside the address.
        columns: The columns of the lines.
        blocks: What follows the lines.
        worded: Adds lines that only paper has.
    """

    facts: Callable[[Job[Printed]], Facts]
    columns: Callable[[Job[Printed]], list[Column]]
    blocks: Callable[[Job[Printed]], list[Block]]
    worded: Callable[[Printed, Language], Printed] = lambda document, _language: document


LAYOUTS: Final[Mapping[type[Document], _Layout[Any]]] = {
    InvoiceDocument: _Layout(bill.facts, bill.columns, closing.blocks),
    DeliverySlip: _Layout(slip.facts, slip.columns, slip.blocks, slip.with_heading),
    ReceiptDocument: _Layout(receipt.facts, receipt.columns, receipt.blocks, receipt.with_lines),
}


class Printer:
    """Print documents; fonts are read at the first one and shared by all.

    Args:
        fonts: Which font files to use.
    """

    def __init__(self, fonts: FontSettings) -> None:
        self._settings = fonts

    @cached_property
    def _fonts(self) -> FontSet:
        return FontSet(self._settings)

    def render(self, document: Document) -> bytes:
        """Answer the document as a PDF file; the same document gives the same bytes.

        Raises:
            RefusedError: `print.glyphs` if no font has a character of the document.
            ConfigError: `print.font` if a font file cannot be used.
        """
        return self.merge([document])

    def merge(self, documents: Sequence[Document]) -> bytes:
        """Answer documents as one PDF file, each on pages and with page numbers of its own; it is titled by the first.

        Args:
            documents: At least one, of any kinds.

        Raises:
            RefusedError: `print.glyphs`, as `require_printable`.
            ConfigError: `print.font` if a font file cannot be used.
        """
        printed = [_worded(document) for document in documents]
        sheet = sheet_for(self._fonts, set().union(*map(self._characters, printed)))
        jobs = [Job(sheet, document, language_of(document.language)) for document in printed]
        first = jobs[0]
        sheet.describe(
            title=first.title(), author=first.document.seller.name, language=first.language.code,
            created=_created(first.document),
        )  # fmt: skip
        for job in jobs:
            _draw(job)
        return sheet.finish()

    def require_printable(self, document: Document) -> None:
        """Insist that the fonts have every character of a document.

        Raises:
            RefusedError: `print.glyphs` if none has one of them.
            ConfigError: `print.font` if a font file cannot be used.
        """
        self._characters(_worded(document))

    def _characters(self, printed: Document) -> set[str]:
        language = language_of(printed.language)
        characters = set().union(*texts(printed), *language.words.values(), " .,:-()%·0123456789")
        characters.discard("\n")
        if not characters <= self._fonts.printable:
            raise _unprintable(printed, characters - self._fonts.printable)
        return characters


def _worded(document: Document) -> Document:
    """Answer the document as it is read on paper."""
    clean: Document = LAYOUTS[type(document)].worded(cleaned(document), language_of(document.language))
    return clean


def _draw(job: Job[Document]) -> None:
    layout = LAYOUTS[type(job.document)]
    job.sheet.add_page()
    table = LineTable(job, layout.columns(job))
    y = letterhead.draw_top(job, layout.facts(job))
    blocks = [*table.blocks(), *layout.blocks(job)]
    pages = paginate(blocks, BOTTOM - y - HEAD_HEIGHT, BOTTOM - 25 - HEAD_HEIGHT)
    for number, shown in enumerate(pages, start=1):
        if number > 1:
            job.sheet.add_page()
            y = letterhead.draw_later_top(job)
        if number == 1 or shown[0].in_table:
            y = table.draw_head(y)
        for block in shown:
            block.draw(y)
            y += block.height
        letterhead.draw_footer(job, number, len(pages))


def _created(document: Document) -> datetime:
    """Answer noon of the invoice date; for a draft what SOURCE_DATE_EPOCH says, else a fixed day."""
    if document.issued_on is not None:
        return datetime.combine(document.issued_on, time(12), UTC)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch) if epoch.isdecimal() else 0, UTC)


def _unprintable(document: Document, missing: set[str]) -> RefusedError:
    shown = sorted(missing)[:MOST_CHARACTERS]
    names = ", ".join(f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in shown)
    more = f" and {len(missing) - len(shown)} more" if len(missing) > len(shown) else ""
    return RefusedError(
        "print.glyphs",
        f"{document.number} cannot be printed: no configured font has {names}{more}",
        hint="name a font file that has them under invoicing.fonts.fallback in the configuration",
        document=document.number,
        characters=[f"U+{ord(c):04X}" for c in shown],
    )
