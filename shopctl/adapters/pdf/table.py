"""Lay out the lines of a document as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from shopctl.adapters.pdf.flow import LEFT, RIGHT, Block, Document, Job
from shopctl.adapters.pdf.sheet import INK, MUTED, TINT, Color
from shopctl.domain.documents import DocumentLine

HEAD_HEIGHT: Final = 7.4
LEADING: Final = 0.483
"""Millimetres from line to line for each point of the font size."""
PADDING: Final = 1.35
GAP: Final = 4.0
INSET: Final = 1.5
SIZES: Final = (8.5, 7.5, 6.5, 5.5, 4.5)
LEAST_DESCRIPTION: Final = 42.0
WIDEST_TEXT: Final = 27.0
MOST_TOGETHER: Final = 12
PLAIN_KINDS: Final = ("section", "note")


@dataclass(frozen=True, slots=True)
class Column:
    """Hold a column: its cells are texts of the lines, its place comes from their widths.

    `fills` tells the one that takes the room that the others leave.
    """

    title: str
    cells: tuple[str, ...]
    right: bool = True
    color: Color = INK
    widest: float = 0.0
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold a column at its place on the page."""

    column: Column
    x: float
    width: float


class LineTable:
    """Hold the table of one document.

    Args:
        job: What is drawn and where.
        columns: From left to right; exactly one of them fills.
    """

    def __init__(self, job: Job[Document], columns: Sequence[Column]) -> None:
        self._job = job
        self._size, self._columns = _placed(job, columns)
        self._step = self._size * LEADING

    def draw_head(self, y: float) -> float:
        """Draw the titles of the columns and answer the height where the first line begins."""
        self._job.sheet.box(LEFT, y, RIGHT - LEFT, 6.6, color=TINT)
        for placed in self._columns:
            self._write(placed, y + 4.4, placed.column.title, min(self._size, 7.5), MUTED, bold=True)
        return y + HEAD_HEIGHT

    def blocks(self) -> list[Block]:
        """Answer the lines as blocks; the last one keeps what follows on its page."""
        blocks: list[Block] = []
        for index, line in enumerate(self._job.document.lines):
            blocks += self._plain(line) if line.kind in PLAIN_KINDS else self._row(index)
        if blocks:
            last = blocks[-1]
            blocks[-1] = Block(last.height, last.draw, keep=True, in_table=True)
        return blocks

    def _plain(self, line: DocumentLine) -> Iterator[Block]:
        """Yield a section title or a note."""
        bold = line.kind == "section"
        size = self._size + 0.5 if bold else self._size
        texts = self._job.wrap(line.description, RIGHT - LEFT - 2 * INSET, size, bold=bold)
        for number, text in enumerate(texts):
            top = (2.2 if bold else PADDING) if number == 0 else 0.0
            last = number == len(texts) - 1
            draw = partial(self._draw_plain, text, size, bold, top, last)
            keep = bold or (number == 0 and not last)
            yield Block(top + self._step + PADDING * last, draw, keep, in_table=True)

    def _draw_plain(self, text: str, size: float, bold: bool, top: float, last: bool, y: float) -> None:
        self._job.sheet.text(
            LEFT + INSET, y + top + 0.76 * self._step, text, size, bold=bold, color=INK if bold else MUTED
        )
        if last:
            self._job.sheet.rule(LEFT, RIGHT, y + top + self._step + PADDING)

    def _row(self, index: int) -> Iterator[Block]:
        """Yield a line, as one block if it is short, else as one block for each line of text."""
        cells = [(placed, self._broken(placed, placed.column.cells[index])) for placed in self._columns]
        count = max(len(texts) for _, texts in cells)
        together = count if count <= MOST_TOGETHER else 1
        for first in range(0, count, together):
            last = first + together >= count
            height = together * self._step + PADDING * (first == 0) + PADDING * last
            draw = partial(self._draw_row, cells, first, together, last)
            yield Block(height, draw, keep=not last and first in (0, count - 2), in_table=True)

    def _broken(self, placed: Placed, text: str) -> Sequence[str]:
        return self._job.wrap(text, placed.width + 0.01, self._size) if text else ("",)

    def _draw_row(
        self, cells: Sequence[tuple[Placed, Sequence[str]]], first: int, count: int, last: bool, y: float
    ) -> None:
        top = y + PADDING * (first == 0)
        for placed, texts in cells:
            for number, text in enumerate(texts[first : first + count]):
                self._write(
                    placed, top + number * self._step + 0.76 * self._step, text, self._size, placed.column.color
                )
        if last:
            self._job.sheet.rule(LEFT, RIGHT, top + count * self._step + PADDING)

    def _write(self, placed: Placed, y: float, text: str, size: float, color: Color, bold: bool = False) -> None:
        write = self._job.sheet.text_left_of if placed.column.right else self._job.sheet.text
        write(placed.x, y, text, size, bold=bold, color=color)


def cells(lines: Sequence[DocumentLine], write: Callable[[DocumentLine], str]) -> tuple[str, ...]:
    """Write the cells of a column, empty for sections and notes."""
    return tuple("" if line.kind in PLAIN_KINDS else write(line) for line in lines)


def _placed(job: Job[Document], columns: Sequence[Column]) -> tuple[float, list[Placed]]:
    """Answer the font size and the columns from left to right, with enough room for the descriptions."""
    (about,) = (column.title for column in columns if column.fills)
    for size in SIZES:
        widths = {column.title: _width(job, column, size) for column in columns if column.title != about}
        room = RIGHT - LEFT - 2 * INSET - sum(widths.values()) - GAP * len(widths)
        if room >= LEAST_DESCRIPTION or size == SIZES[-1]:
            break
    widths[about] = max(room, 12.0)
    x, placed = LEFT + INSET, []
    for column in columns:
        width = widths[column.title]
        placed.append(Placed(column, x + width if column.right else x, width))
        x += width + GAP
    return size, placed


def _width(job: Job[Document], column: Column, size: float) -> float:
    cells = max((job.sheet.width(cell.replace("\n", " "), size) for cell in set(column.cells)), default=0.0)
    title = job.sheet.width(column.title, min(size, 7.5), bold=True)
    return max(title, min(cells, column.widest) if column.widest else cells)
