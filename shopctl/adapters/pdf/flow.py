"""Let blocks flow over pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shopctl.adapters.pdf.labels import Language
from shopctl.adapters.pdf.sheet import Sheet
from shopctl.adapters.pdf.text import Measure, fit, wrap
from shopctl.domain.documents import InvoiceDocument

LEFT: Final = 25.0
RIGHT: Final = 190.0
BOTTOM: Final = 275.0


@dataclass(frozen=True, slots=True)
class Block:
    """Be something that a page break does not cut.

    Attributes:
        height: How much of the page it takes, in millimetres.
        draw: Draws it below the given height.
        keep: The next block must stand on the same page.
        in_table: A page that starts with it repeats the head of the table.
    """

    height: float
    draw: Callable[[float], None]
    keep: bool = False
    in_table: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Hold what every part of the layout needs: the document, its language and the sheet it is drawn on."""

    sheet: Sheet
    document: InvoiceDocument
    language: Language

    def measure(self, size: float, bold: bool = False) -> Measure:
        """Answer a function that tells the width of a text."""
        return lambda text: self.sheet.width(text, size, bold)

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False, limit: int = 0) -> list[str]:
        """Break a text into lines of a font size."""
        return wrap(text, width, self.measure(size, bold), limit)

    def fit(self, text: str, width: float, size: float, *, bold: bool = False) -> str:
        """Cut a text to one line of a font size."""
        return fit(text, width, self.measure(size, bold))

    def title(self) -> str:
        """Name the document: what it is, its number, and what keeps it from being valid."""
        name = f"{self.language.say(self.document.title_kind)} {self.document.number}"
        state = "" if self.document.state == "posted" else f" ({self.language.say(self.document.state)})"
        return " ".join(f"{name}{state}".split())


def paginate(blocks: Iterable[Block], first: float, later: float) -> list[list[Block]]:
    """Share blocks out over pages.

    Args:
        blocks: In reading order.
        first: The room on the first page.
        later: The room on each later page.

    Returns:
        The blocks of each page, at least one page. Blocks kept together move to the next page together, unless they are
        higher than a page.
    """
    pages: list[list[Block]] = [[]]
    room = first
    for group in _groups(blocks):
        height = sum(block.height for block in group)
        if pages[-1] and room < height <= later:
            pages.append([])
            room = later
        for block in group:
            if pages[-1] and block.height > room:
                pages.append([])
                room = later
            pages[-1].append(block)
            room -= block.height
    return pages


def _groups(blocks: Iterable[Block]) -> list[Sequence[Block]]:
    groups: list[Sequence[Block]] = []
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keep:
            groups.append(group)
            group = []
    return [*groups, group] if group else groups
