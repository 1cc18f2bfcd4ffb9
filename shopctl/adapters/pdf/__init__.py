"""Print invoices, credit notes and delivery slips as PDF files."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from shopctl.adapters.pdf import bill, closing, letterhead, slip
from shopctl.adapters.pdf.flow import BOTTOM, Block, Document, Job, paginate
from shopctl.adapters.pdf.fonts import FontSet, FontSettings
from shopctl.adapters.pdf.labels import Language, language_of
from shopctl.adapters.pdf.letterhead import Facts
from shopctl.adapters.pdf.sheet import sheet_for
from shopctl.adapters.pdf.table import HEAD_HEIGHT, Column, LineTable
from shopctl.adapters.pdf.text import cleaned, texts
from shopctl.domain.documents import DeliverySlip, InvoiceDocument
from shopctl.errors import RefusedError

__all__ = ["FontSettings", "InvoicePrinter", "SlipPrinter"]

Printed = TypeVar("Printed", bound=Document)

MOST_CHARACTERS = 10


class _Layout(NamedTuple, Generic[Printed]):
    """How the pages of a kind of document look, beside what all have: facts, columns and what follows the lines."""

    facts: Callable[[Job[Printed]], Facts]
    columns: Callable[[Job[Printed]], list[Column]]
    blocks: Callable[[Job[Printed]], list[Block]]


class _Printer(Generic[Printed]):
    """Print documents; fonts are read at the first one and shared by all.

    Args:
        fonts: Which font files to use.
    """

    _layout: _Layout[Printed]

    def __init__(self, fonts: FontSettings) -> None:
        self._settings = fonts

    @cached_property
    def _fonts(self) -> FontSet:
        return FontSet(self._settings)

    def render(self, document: Printed) -> bytes:
        """Answer the document as a PDF file; the same document gives the same bytes.

        Raises:
            RefusedError: `print.glyphs` if no font has a character of the document.
            ConfigError: `print.font` if a font file cannot be used.
        """
        language = language_of(document.language)
        printed = self._worded(cleaned(document), language)
        characters = set().union(*texts(printed), *language.words.values(), " .,:-()%·0123456789")
        characters.discard("\n")
        if not characters <= self._fonts.printable:
            raise _unprintable(printed, characters - self._fonts.printable)
        job = Job(sheet_for(self._fonts, characters), printed, language)
        job.sheet.describe(
            title=job.title(), author=printed.seller.name, language=language.code, created=_created(printed)
        )
        _draw(job, self._layout)
        return job.sheet.finish()

    def _worded(self, document: Printed, _language: Language) -> Printed:
        """Add lines that only paper has."""
        return document


class InvoicePrinter(_Printer[InvoiceDocument]):
    """Print invoices and credit notes."""

    _layout = _Layout(bill.facts, bill.columns, closing.blocks)


class SlipPrinter(_Printer[DeliverySlip]):
    """Print delivery slips."""

    _layout = _Layout(slip.facts, slip.columns, slip.blocks)

    def _worded(self, document: DeliverySlip, language: Language) -> DeliverySlip:
        return slip.with_heading(document, language)


def _draw(job: Job[Printed], layout: _Layout[Printed]) -> None:
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
