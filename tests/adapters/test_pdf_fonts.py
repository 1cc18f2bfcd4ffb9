"""Choice of fonts: what is refused, what fallback fonts print, which files are mistakes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped] # no type information
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped] # no type information
from fontTools.ttLib import TTFont  # type: ignore[import-untyped] # no type information

from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.domain.documents import (
    Party,
)
from shopctl.errors import ConfigError, RefusedError
from tests.adapters.pdf_documents import BUYER, INVOICE, SHIRT, lines_of, pages_of

SHIPPED = FontSettings()


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer(SHIPPED)


def tiny_font(path: Path, characters: str) -> str:
    """Make a font of black boxes."""
    names = {ord(character): f"glyph{ord(character)}" for character in characters}
    pen = TTGlyphPen(None)
    for move, point in (
        (pen.moveTo, (50, 0)),
        (pen.lineTo, (50, 700)),
        (pen.lineTo, (550, 700)),
        (pen.lineTo, (550, 0)),
    ):
        move(point)
    pen.closePath()
    box = pen.glyph()
    glyphs = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(glyphs, box))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (600, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular", "psName": "Boxes"})
    builder.setupOS2(sCapHeight=700)
    builder.setupPost()
    builder.save(path)
    return str(path)


def test_characters_without_glyph_are_refused(printer: Printer) -> None:
    with pytest.raises(RefusedError) as caught:
        printer.render(replace(INVOICE, buyer=Party("株式会社")))

    assert caught.value.code == "print.glyphs"
    assert caught.value.message == (
        "INV/2026/00031 cannot be printed: no configured font has 会 (U+4F1A), 式 (U+5F0F), 株 (U+682A), 社 (U+793E)"
    )
    assert "invoicing.fonts.fallback" in caught.value.hint
    assert caught.value.details["characters"] == ["U+4F1A", "U+5F0F", "U+682A", "U+793E"]


def test_refusal_names_ten_characters_at_most(printer: Printer) -> None:
    with pytest.raises(RefusedError, match="and 2 more") as caught:
        printer.render(replace(INVOICE, note="אבגדהוזחטיכל"))

    assert len(caught.value.details["characters"]) == 10  # type: ignore[arg-type] # a list


@pytest.mark.parametrize("text", ["\ud800", "🎁", "مرحبا", "שלום", "हिन्दी", "\ue000"])
def test_foreign_scripts_are_refused_not_boxed(printer: Printer, text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        printer.render(replace(INVOICE, lines=(replace(SHIRT, description=text),)))

    caught.value.message.encode()
    assert caught.value.code == "print.glyphs"


def test_fallback_font_prints_what_the_main_font_lacks(tmp_path: Path) -> None:
    other, wanted = tiny_font(tmp_path / "other.ttf", "龍"), tiny_font(tmp_path / "wanted.ttf", "株式会社א🎁")
    printer = Printer(FontSettings(fallback=(other, wanted)))
    foreign = replace(INVOICE, buyer=replace(BUYER, name="株式会社 Ελλάδα 🎁"), note="{nb} **株**")
    file = printer.render(foreign)

    text = lines_of(file)
    assert "株式会社 Ελλάδα 🎁" in text
    assert "{nb} **株**" in text
    assert text[8:] == [
        line if line != "Thank you." else "{nb} **株**" for line in lines_of(printer.render(INVOICE))[8:]
    ]
    assert printer.render(foreign) == file


def test_long_texts_of_a_fallback_font_are_printed(tmp_path: Path) -> None:
    printer = Printer(FontSettings(fallback=(tiny_font(tmp_path / "wanted.ttf", "株"),)))
    line = replace(SHIRT, description="株" * 2000)

    text = "".join(pages_of(printer.render(replace(INVOICE, buyer=Party("株" * 10_000), lines=(line,)))))
    assert text.count("株") > 2000


@pytest.mark.parametrize("content", [b"", b"no font", b"\x00\x01\x00\x00\x00\x01" + b"x" * 100])
@pytest.mark.parametrize("place", ["regular", "fallback"])
def test_broken_font_is_a_configuration_mistake(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "broken.ttf"
    path.write_bytes(content)
    fonts = FontSettings(regular=str(path)) if place == "regular" else FontSettings(fallback=(str(path),))

    with pytest.raises(ConfigError) as caught:
        Printer(fonts).render(INVOICE)
    assert caught.value.code == "print.font"
    assert str(path) in caught.value.message


def test_missing_font_is_a_configuration_mistake(tmp_path: Path) -> None:
    path = str(tmp_path / "none.ttf")

    with pytest.raises(ConfigError, match="No such file or directory") as caught:
        Printer(FontSettings(bold=path)).render(INVOICE)
    assert caught.value.details == {"path": path}


def test_font_without_a_needed_table_is_a_configuration_mistake(tmp_path: Path) -> None:
    path = tiny_font(tmp_path / "own.ttf", "".join(map(chr, range(0x20, 0x7F))))
    font = TTFont(path)
    del font["OS/2"]
    font.save(path)

    with pytest.raises(ConfigError) as caught:
        Printer(FontSettings(regular=path)).render(INVOICE)
    assert caught.value.code == "print.font"


def test_main_font_must_have_latin_letters(tmp_path: Path) -> None:
    path = tiny_font(tmp_path / "boxes.ttf", "株")

    with pytest.raises(ConfigError, match="fallback instead"):
        Printer(FontSettings(regular=path)).render(INVOICE)


def test_own_main_font_is_used(tmp_path: Path) -> None:
    characters = "".join(map(chr, range(0x20, 0x17F))) + "€·"
    path = tiny_font(tmp_path / "own.ttf", characters)
    latin = replace(INVOICE, buyer=Party("Łódź"))
    file = Printer(FontSettings(regular=path)).render(latin)

    assert "Łódź" in lines_of(file)
    assert b"+Boxes" in file
    assert b"NotoSans" not in file
