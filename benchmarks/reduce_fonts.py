"""Reduce Noto Sans to the characters that shopctl ships.

Run it when the fonts should be renewed:

    python benchmarks/reduce_fonts.py DIRECTORY_WITH_NOTO shopctl/fonts

The directory is the one of the Debian package `fonts-noto-core` (20201225-1 made the shipped files); it must hold
`NotoSans-Regular.ttf`, `NotoSans-Bold.ttf` and the donors of arrows and mathematical signs named below. The same
input gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from fontTools import subset  # type: ignore[import-untyped] # no type information
from fontTools.pens.transformPen import TransformPen  # type: ignore[import-untyped] # no type information
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped] # no type information
from fontTools.ttLib import TTFont  # type: ignore[import-untyped] # no type information

RANGES: Final = (
    (0x20, 0x7E),  # Basic Latin
    (0xA0, 0x24F),  # Latin-1, Extended-A and -B
    (0x250, 0x2FF),  # letters of African languages and Azerbaijani, modifier letters
    (0x300, 0x36F),  # combining marks
    (0x370, 0x3E1),  # Greek
    (0x3F0, 0x52F),  # Greek variants, Cyrillic with its supplement
    (0x1E00, 0x1EFF),  # Latin Extended Additional (Vietnamese)
    (0x1F00, 0x1FFF),  # polytonic Greek
    (0x2010, 0x2027),  # dashes, quotes, bullets, ellipsis
    (0x2030, 0x205E),  # per mille, primes, angle quotes
    (0x2070, 0x209C),  # superscripts, subscripts
    (0x20A0, 0x20CF),  # currency signs
    (0x2100, 0x218B),  # letter-like signs, number forms
    (0xFB00, 0xFB06),  # Latin ligatures
)
DONATED: Final = {
    "NotoSansMath-Regular.ttf": "←↑→↓↔−∕√∞≈≠≤≥∅∑",
    "NotoSansSymbols2-Regular.ttf": "✓✔✗★☆■□●○",
}


def add_donated(font: TTFont, source: Path) -> None:
    """Copy the signs that Noto Sans lacks from its sister fonts, scaled to its units."""
    for name, characters in DONATED.items():
        donor = TTFont(source / name, recalcTimestamp=False)
        scale = font["head"].unitsPerEm / donor["head"].unitsPerEm
        for character in characters:
            if ord(character) not in font.getBestCmap():
                copy_glyph(font, donor, ord(character), scale)


def copy_glyph(font: TTFont, donor: TTFont, code: int, scale: float) -> None:
    """Copy one glyph as an outline of its own."""
    glyphs: Any = donor.getGlyphSet()
    source_name = donor.getBestCmap()[code]
    pen = TTGlyphPen(None)
    glyphs[source_name].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    name = f"uni{code:04X}"
    glyph = pen.glyph()
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (round(donor["hmtx"][source_name][0] * scale), glyph.xMin)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name


def reduce(source: Path, name: str, target: Path) -> int:
    """Write the reduced font and answer its size in bytes."""
    font = TTFont(source / name, recalcTimestamp=False)
    add_donated(font, source)
    wanted = {code for first, last in RANGES for code in range(first, last + 1)}
    wanted |= {ord(character) for characters in DONATED.values() for character in characters}
    options = subset.Options(hinting=False, glyph_names=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "DSIG", "gasp", "prep", "FFTM"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    path = target / name.replace(".ttf", "-Reduced.ttf")
    font.save(path)
    return path.stat().st_size


def main() -> None:
    """Reduce both weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="directory of the Noto fonts")
    parser.add_argument("target", type=Path, help="where the reduced fonts go")
    arguments = parser.parse_args()
    for name in ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"):
        print(f"{name}: {reduce(arguments.source, name, arguments.target):,} bytes")


if __name__ == "__main__":
    main()
