"""Let blocks flow over pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

from shopctl.adapters.pdf.labels import Language
from shopctl.adapters.pdf.sheet import Sheet
from shopctl.adapters.pdf.text import Measure, fit, wrap
from shopctl.domain.documents import DocumentLine, Party

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


class Document(Protocol):
    """What every document has that is printed on our letterhead."""

    @property
    def number(self) -> str:
        """What it is called."""

    @property
    def revision(self) -> int:
        """How often it was changed after it had its number."""

    @property
    def title_kind(self) -> str:
        """What it is: a key of the words."""

    @property
    def mark(self) -> str:
        """What keeps it from being valid, or nothing."""

    @property
    def seller(self) -> Party:
        """Who sends it."""

    @property
    def buyer(self) -> Party:
        """Who receives it."""

    @property
    def other_address(self) -> tuple[str, Party | None]:
        """Another address, with the word for it."""

    @property
    def issued_on(self) -> date | None:
        """Its date, if it has one yet."""

    @property
    def lines(self) -> tuple[DocumentLine, ...]:
        """Its lines in order."""

    @property
    def language(self) -> str:
        """Two-letter code of its language, may be empty."""


Printed_co = TypeVar("Printed_co", bound=Document, covariant=True)


@dataclass(frozen=True, slots=True)
class Job(Generic[Printed_co]):
    """Hold what every part of the layout needs: the document, its language and the sheet it is drawn on."""

    sheet: Sheet
    document: Printed_co
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
        state = f" ({self.language.say(self.document.mark)})" if self.document.mark else ""
        return " ".join(f"{name}{state}".split())


def paragraphs(job: Job[Document], texts: Iterable[str]) -> Iterator[Block]:
    """Yield texts that are not empty as paragraphs over the whole width."""
    for text in filter(None, texts):
        lines = job.wrap(text, RIGHT - LEFT, 8.5)
        for number, line in enumerate(lines):
            above = 3.0 if number == 0 else 0.0
            draw = partial(_draw_paragraph, job, line, above)
            yield Block(above + 4.2, draw, keep=number == 0 and len(lines) > 1)


def _draw_paragraph(job: Job[Document], line: str, above: float, y: float) -> None:
    job.sheet.text(LEFT, y + above + 3.1, line, 8.5)


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
