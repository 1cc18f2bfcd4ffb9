"""Measure the printing of invoices with the embedded font and a QR code to pay by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import NEVER, Budget, Result, Scale, spent
from shopctl.adapters.pdf import FontSettings, Printer
from tests.adapters.pdf_documents import INVOICE, SHIRT

PAGES = 50
LINES = 12


def invoices(_directory: Path, scale: Scale) -> list[Result]:
    """Measure pages of twelve lines, each with its own number and reference; the fonts are read beforehand."""
    printer = Printer(FontSettings())
    pages = [replace(INVOICE, number=f"INV/2026/{n:05d}", lines=(SHIRT,) * LINES) for n in range(PAGES)]
    first = spent(lambda: printer.render(pages[0]))

    def render() -> None:
        for page in pages:
            printer.render(page)

    best = NEVER
    for _ in range(scale.rounds):
        best = best.least(spent(render))
    return [
        Result("PDF invoices, embedded font, per CPU second", PAGES / best.cpu, "/s", PAGES / best.cpu,
               1 / first.cpu, "the first one, fonts included", (Budget(100),)),
    ]  # fmt: skip
