"""The hooks into fpdf2: a new version that works differently shows here first."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen  # type: ignore[import-untyped] # no type information
from fontTools.ttLib import TTFont  # type: ignore[import-untyped] # no type information
from pypdf import PdfReader

from shopctl.adapters.pdf.fonts import SHIPPED, FontSet, FontSettings
from shopctl.adapters.pdf.sheet import QuickSheet, Sheet, ThoroughSheet, sheet_for

TEXT = "Rømø Ελλάδα Юлия Đặng € AΑА ﬁ"


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return FontSet(FontSettings())


def drawn(sheet: Sheet) -> bytes:
    sheet.describe(title="Ωmega", author="Я", language="en", created=datetime(2026, 8, 18, 12, tzinfo=UTC))
    sheet.add_page()
    sheet.text(20, 30, TEXT, 10)
    sheet.text(20, 40, "Bold Ω", 12, bold=True)
    sheet.add_page()
    sheet.text_left_of(190, 30, "Юг", 10, bold=True)
    return sheet.finish()


def font_of(file: bytes, number: int) -> Any:
    page: Any = PdfReader(io.BytesIO(file)).pages[0]
    return page["/Resources"]["/Font"][f"/F{number}"]


def outline(font: Any, glyph: str) -> Any:
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value


def test_nothing_heavy_is_loaded_before_the_first_document() -> None:
    code = "import sys, shopctl.adapters.pdf; print({'fpdf', 'fontTools', 'segno', 'stdnum'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split() == [b"set()"]


def test_both_ways_write_the_same_text_at_the_same_place(fonts: FontSet) -> None:
    places: list[list[tuple[str, float, float]]] = []
    for sheet in (QuickSheet(fonts), ThoroughSheet(fonts, set(TEXT))):
        found: list[tuple[str, float, float]] = []
        for page in PdfReader(io.BytesIO(drawn(sheet))).pages:
            page.extract_text(
                visitor_text=lambda text, _cm, tm, _font, _size, found=found: found.append(  # type: ignore[misc] # untyped
                    (text.strip(), tm[4], tm[5])
                )
            )
        places.append([place for place in found if place[0]])

    assert [text for text, _, _ in places[0]] == [TEXT, "Bold Ω", "Юг"]
    assert places[0] == places[1]


def test_embedded_font_has_the_outlines_of_the_shipped_one(fonts: FontSet) -> None:
    descendant = font_of(drawn(QuickSheet(fonts)), 1)["/DescendantFonts"][0].get_object()
    embedded = TTFont(io.BytesIO(descendant["/FontDescriptor"]["/FontFile2"].get_data()))
    places = descendant["/CIDToGIDMap"].get_data()
    shipped = TTFont(SHIPPED / "NotoSans-Regular-Reduced.ttf")

    for character in set(TEXT):
        number = int.from_bytes(places[2 * ord(character) :][:2], "big")
        glyph = shipped.getBestCmap()[ord(character)]
        assert number == shipped.getGlyphID(glyph)
        assert outline(embedded, embedded.getGlyphName(number)) == outline(shipped, glyph)
        assert embedded["hmtx"][embedded.getGlyphName(number)] == shipped["hmtx"][glyph]


def test_embedded_font_has_no_other_outlines(fonts: FontSet) -> None:
    descendant = font_of(drawn(QuickSheet(fonts)), 2)["/DescendantFonts"][0].get_object()
    embedded = TTFont(io.BytesIO(descendant["/FontDescriptor"]["/FontFile2"].get_data()))

    filled = [name for name in embedded.getGlyphOrder() if embedded["glyf"][name].numberOfContours]
    assert len(filled) == len(set("BoldΩЮг") | {".notdef"})


def test_widths_are_those_of_the_font(fonts: FontSet) -> None:
    widths = font_of(drawn(QuickSheet(fonts)), 2)["/DescendantFonts"][0].get_object()["/W"]

    assert widths[:2] == [0x20, [260]]
    assert fonts.bold.widths["B"] == 672
    assert widths[2:4] == [0x42, [672]]


def test_document_properties_are_written(fonts: FontSet) -> None:
    reader = PdfReader(io.BytesIO(drawn(QuickSheet(fonts))))

    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author, reader.metadata.creator) == ("Ωmega", "Я", "shopctl")
    assert reader.metadata.creation_date == datetime(2026, 8, 18, 12, tzinfo=UTC)


def test_width_adds_up(fonts: FontSet) -> None:
    sheet = QuickSheet(fonts)

    assert sheet.width("0123456789", 10) == pytest.approx(10 * 0.572 * 10 * 25.4 / 72)
    assert sheet.width("", 10) == 0


def test_dots_fill_the_dark_cells(fonts: FontSet) -> None:
    sheet = QuickSheet(fonts)
    sheet.add_page()
    sheet.dots(0, 0, 30, [[1, 1, 0], [0, 0, 0], [1, 0, 1]])
    content: Any = PdfReader(io.BytesIO(sheet.finish())).pages[0].get_contents()

    assert b"0 0 2 -1 re 0 -2 1 -1 re 2 -2 1 -1 re f" in content.get_data()


def test_quick_way_is_chosen_if_the_main_font_suffices(fonts: FontSet) -> None:
    assert isinstance(sheet_for(fonts, set("aΩЯ€")), QuickSheet)

    thorough = sheet_for(fonts, set("a株"))
    thorough.finish()
    assert isinstance(thorough, ThoroughSheet)


@pytest.mark.parametrize(
    "characters",
    [
        "ÄÖÜäöüßéèêçñøåæœÆŒŁłŃńŠšŽžĐđŐőŰűĞğİıŞşȘșȚțāēīōū",
        "ΑΒΓΔΩαβγδωάέήίόύώΆϊΐ",
        "АБВЯабвяЁёЄєІіЇїҐґЎўЂђЈјЉљЊњЋћЏџҚқҒғ",
        "ẤấầẩẫậẮắằẳẵặỆệỘộỢợỨứỲỳ",
        "€£¥¢¤₩₪₫₦₱₴₵₸₹₺₽₾₿",
        "–—‘’“”„«»‹›•…‰†‡°±×÷µ¶§©®™№½¼¾²³←→−≈≠≤≥√∞✓■□●○★☆",
        "\u0300\u0301\u0303\u0308\u030c\u0327\u0328",
    ],
)
def test_shipped_fonts_have_the_scripts_they_promise(fonts: FontSet, characters: str) -> None:
    assert set(characters) - fonts.main == set()


def test_digits_are_equally_wide(fonts: FontSet) -> None:
    assert {font.widths[digit] for font in (fonts.regular, fonts.bold) for digit in "0123456789"} == {572}
