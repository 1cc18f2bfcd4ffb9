"""Draw on A4 pages with fpdf2: the only module that knows it, inside and out.

Two ways lead to the same picture. `QuickSheet` is for documents whose characters the main font has: the parsed font is
shared between documents and only the outlines in use are written, by a few hooks into fpdf2 (`_quick_producer`), ten
times faster than its own way. `ThoroughSheet` is fpdf2's own way, with fallback fonts, text shaping and right-to-left
scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from shopctl.adapters.pdf.embed import font_body
from shopctl.adapters.pdf.fonts import FontFile, FontSet, reading

PAGE_WIDTH: Final = 210.0
PAGE_HEIGHT: Final = 297.0
POINT: Final = 25.4 / 72
INK: Final = (33, 41, 52)
MUTED: Final = (104, 115, 128)
ACCENT: Final = (28, 74, 110)
HAIRLINE: Final = (208, 214, 221)
TINT: Final = (241, 244, 247)
MARK: Final = (236, 239, 242)

Color = tuple[int, int, int]


class Sheet:
    """Hold a document being drawn; millimetres from the top left corner, texts on their base line."""

    def __init__(self, pdf: Any, fonts: FontSet) -> None:
        self._pdf = pdf
        self._widths = {False: fonts.regular.widths, True: fonts.bold.widths}
        self._color: Color | None = None
        self._font: tuple[bool, float] | None = None

    def describe(self, *, title: str, author: str, language: str, created: datetime) -> None:
        """Fill in what a viewer shows as properties of the document."""
        self._pdf.set_title(title)
        self._pdf.set_author(author)
        self._pdf.set_creator("shopctl")
        self._pdf.set_lang(language)
        self._pdf.set_creation_date(created)

    def add_page(self) -> None:
        """Start a new page."""
        self._pdf.add_page()
        # fpdf2 sets the colour of every text anew unless it is the one that shapes are filled with.
        self._pdf.set_fill_color(*INK)
        self._color = self._font = None

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Answer how wide a text is at a font size in points."""
        return sum(map(self._widths[bold].__getitem__, text)) * size * POINT / 1000

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, color: Color = INK) -> None:
        """Write a line that starts at `x`."""
        if not text:
            return
        if (bold, size) != self._font:
            self._pdf.set_font("main", "B" if bold else "", size)
            self._font = (bold, size)
        if color != self._color:
            self._pdf.set_text_color(*color)
            self._color = color
        self._write(x, y, text)

    def text_left_of(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, color: Color = INK
    ) -> None:
        """Write a line that ends at `x`."""
        self.text(x - self.width(text, size, bold), y, text, size, bold=bold, color=color)

    def _write(self, x: float, y: float, text: str) -> None:
        self._pdf.text(x, y, text)

    def rule(self, x1: float, x2: float, y: float, *, color: Color = HAIRLINE, width: float = 0.2) -> None:
        """Draw a horizontal line."""
        self._pdf.set_draw_color(*color)
        self._pdf.set_line_width(width)
        self._pdf.line(x1, y, x2, y)

    def box(self, x: float, y: float, width: float, height: float, *, color: Color = TINT) -> None:
        """Fill a rectangle."""
        self._pdf.set_fill_color(*color)
        self._pdf.rect(x, y, width, height, style="F")
        self._pdf.set_fill_color(*INK)

    def dots(self, x: float, y: float, side: float, matrix: Sequence[Sequence[int]]) -> None:
        """Fill the dark cells of a square matrix, as one path of horizontal runs."""
        runs = []
        for row, cells in enumerate(matrix):
            start = 0
            for column, light in enumerate([*(not cell for cell in cells), True]):
                if light:
                    if column > start:
                        runs.append(f"{start} {-row} {column - start} -1 re")
                    start = column + 1
        _fill(self._pdf, x, y, side / len(matrix), runs)

    def mark(self, text: str) -> None:
        """Write a word in big light letters from corner to corner."""
        size = min(120.0, 230 / self.width(text, 1, bold=True))
        x, y = (PAGE_WIDTH - self.width(text, size, bold=True)) / 2, PAGE_HEIGHT / 2
        with self._pdf.rotation(52, PAGE_WIDTH / 2, y):
            self._color = self._font = None
            self.text(x, y + 0.35 * size * POINT, text, size, bold=True, color=MARK)
        self._color = self._font = None

    def finish(self) -> bytes:
        """Close the document and answer the file."""
        return bytes(self._pdf.output())


class QuickSheet(Sheet):
    """Draw with the shared main fonts."""

    def __init__(self, fonts: FontSet) -> None:
        pdf = _document()
        self._producer = _quick_producer()
        for number, (key, font) in enumerate((("main", fonts.regular), ("mainB", fonts.bold)), start=1):
            pdf.fonts[key] = _QuickFont(number, key, font)
        super().__init__(pdf, fonts)

    def finish(self) -> bytes:
        """Close the document and answer the file."""
        return bytes(self._pdf.output(output_producer_class=self._producer))


class ThoroughSheet(Sheet):
    """Draw with fallback fonts, and with text shaping if the package `uharfbuzz` is installed."""

    def __init__(self, fonts: FontSet, characters: set[str]) -> None:
        super().__init__(_document(), fonts)
        self._main = fonts.main
        self._file = fonts.regular
        self._add("main", "", fonts.regular)
        self._add("main", "B", fonts.bold)
        names = []
        missing = characters - fonts.main
        for number, font in enumerate(fonts.fallback):
            if missing & font.characters:
                self._file = font
                missing -= font.characters
                names.append(f"fallback{number}")
                self._add(names[-1], "", font)
        self._pdf.set_fallback_fonts(names, exact_match=False)
        self._pdf.c_margin = 0
        _shape(self._pdf)

    def _add(self, family: str, style: str, font: FontFile) -> None:
        with reading(font.path):
            self._pdf.add_font(family, style, font.path)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Answer how wide a text is at a font size in points."""
        if self._main.issuperset(text):
            return super().width(text, size, bold)
        self._pdf.set_font("main", "B" if bold else "", size)
        self._font = (bold, size)
        return float(self._pdf.get_string_width(text))

    def _write(self, x: float, y: float, text: str) -> None:
        if self._main.issuperset(text):
            self._pdf.text(x, y, text)
            return
        shown = text if self._pdf.text_shaping else _in_visual_order(text)
        self._pdf.set_xy(x, y - 0.3 * self._pdf.font_size)
        self._pdf.cell(self._pdf.get_string_width(text), 0, shown)
        # cell() restores the graphics state of the page but believes that its font stayed; say the font again.
        self._pdf.current_font_is_set_on_page = False
        self._font = None

    def finish(self) -> bytes:
        """Close the document and answer the file."""
        from fpdf.errors import FPDFException

        with reading(self._file.path, FPDFException):
            return super().finish()


def sheet_for(fonts: FontSet, characters: set[str]) -> Sheet:
    """Answer an empty document on which all these characters can be written."""
    return QuickSheet(fonts) if fonts.can_slice(characters) else ThoroughSheet(fonts, characters)


def _document() -> Any:
    from fpdf import FPDF

    pdf = FPDF(format="A4", unit="mm")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.alias_nb_pages("")
    return pdf


def _shape(pdf: Any) -> None:
    from importlib.util import find_spec

    if find_spec("uharfbuzz") is not None:
        pdf.set_text_shaping(True)


def _in_visual_order(text: str) -> str:
    """Reverse right-to-left words, as text shaping would do (Unicode Annex 9)."""
    from fpdf.bidi import BidiParagraph

    return text if text.isascii() else str(BidiParagraph(text).get_reordered_string())


def _fill(pdf: Any, x: float, y: float, unit: float, rectangles: Sequence[str]) -> None:
    """Fill rectangles, given in units from a corner, by a single path; fpdf2 has no public way that is as quick."""
    scale = unit * pdf.k
    place = f"{scale:.4f} 0 0 {scale:.4f} {x * pdf.k:.3f} {(PAGE_HEIGHT - y) * pdf.k:.3f} cm"
    pdf._out(f"q 0 g {place} {' '.join(rectangles)} f Q")  # noqa: SLF001 - see above


class _QuickFont:
    """Encodes characters as their own code and remembers which ones were used."""

    type = "TTF"
    color_font = None

    def __init__(self, number: int, key: str, file: FontFile) -> None:
        from fpdf.enums import TextEmphasis

        self.i, self.fontkey, self.name, self.file = number, key, file.name, file
        self.emphasis = TextEmphasis.coerce("B" if key.endswith("B") else "")
        self.used: set[str] = set()

    def encode_text(self, text: str) -> str:
        self.used.update(text)
        return f"<{text.encode('utf-16-be').hex()}> Tj"


@lru_cache(maxsize=1)
def _quick_producer() -> Any:
    """Answer the producer that replaces fpdf2's own, for fonts of `_QuickFont`.

    They rely on five things of fpdf2 2.8: `FPDF.fonts` accepts a foreign font; text is written by its `encode_text`;
    the producer asks `_add_fonts` for an object by font number; objects have an `id` and `serialize`; `_add_pdf_obj`
    numbers them. `tests/adapters/test_pdf_sheet.py` notices when one of them changes.
    """
    from fpdf.output import OutputProducer
    from fpdf.syntax import PDFObject

    class Written(PDFObject):
        """Be an object whose body is written already."""

        def __init__(self, body: bytes) -> None:
            super().__init__()
            self.body = body

        def serialize(self, *_: object, **__: object) -> Any:
            return b"%d 0 obj\n%b\nendobj" % (self.id, self.body)

    class QuickProducer(OutputProducer):
        """Write the fonts of a document from the shared font files."""

        def _add_fonts(self, *_: object) -> Any:
            fonts: Any = self.fpdf.fonts.values()
            return {font.i: self._add_quick_font(font) for font in fonts if font.used}

        def _add_quick_font(self, font: Any) -> Any:
            body = font_body(font.file, font.used, lambda part: self._add_pdf_obj(Written(part), "fonts"))
            written = Written(body)
            self._add_pdf_obj(written, "fonts")
            return written

    return QuickProducer
