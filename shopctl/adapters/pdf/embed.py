"""Write the objects that embed a font in a PDF file (ISO 32000-1, 9.6 to 9.10).

A character is its own code: the content says U+20AC where a euro sign stands, so the tables that give the meaning back
to readers and searchers are trivial, and letters that share an outline (Latin A, Greek Alpha) stay apart.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby

from shopctl.adapters.pdf.fonts import FontFile


def font_body(font: FontFile, used: set[str], add: Callable[[bytes], int]) -> bytes:
    """Answer the main object of an embedded font, after handing its parts to `add`, which answers their numbers."""
    characters = sorted(used)
    name = f"{_tag(characters)}+{font.name}"
    outlines = font.slice(characters)
    file = add(_stream(outlines, f"/Length1 {len(outlines)}"))
    about = f"<< /Type /FontDescriptor /FontName /{name} {font.descriptor} /FontFile2 {file} 0 R >>"
    descriptor = add(about.encode())
    places = add(_stream(_glyph_places(font, characters)))
    meaning = add(_to_unicode(tuple(sorted({ord(character) >> 8 for character in characters}))))
    descendant = add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo "
        f"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R "
        f"/W [{_widths(font, characters)}] /CIDToGIDMap {places} 0 R >>".encode()
    )
    return (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
        f"/DescendantFonts [{descendant} 0 R] /ToUnicode {meaning} 0 R >>".encode()
    )


def _tag(characters: list[str]) -> str:
    """Answer six letters that differ for different selections of characters (9.6.4)."""
    number = zlib.crc32("".join(characters).encode("utf-16-be", "surrogatepass"))
    letters = []
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters.append(chr(ord("A") + letter))
    return "".join(letters)


def _stream(content: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(content)
    return b"<< /Filter /FlateDecode /Length %d %b >>\nstream\n%b\nendstream" % (len(packed), entries.encode(), packed)


def _glyph_places(font: FontFile, characters: list[str]) -> bytes:
    table = bytearray(2 * (ord(characters[-1]) + 1))
    for character in characters:
        code = 2 * ord(character)
        table[code : code + 2] = font.glyph_numbers[character].to_bytes(2, "big")
    return bytes(table)


def _widths(font: FontFile, characters: list[str]) -> str:
    """Answer the width table: the first code of each run of neighbours, then their widths."""
    codes = list(map(ord, characters))
    parts = []
    for _, run in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0]):
        neighbours = [code for _, code in run]
        parts.append(f"{neighbours[0]} [{' '.join(str(font.widths[chr(code)]) for code in neighbours)}]")
    return " ".join(parts)


@lru_cache(maxsize=64)
def _to_unicode(rows: tuple[int, ...]) -> bytes:
    """Answer the table that says what each code means, for rows of 256 codes: itself."""
    ranges = "\n".join(f"<{row:02X}00> <{row:02X}FF> <{row:02X}00>" for row in rows)
    return _stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(rows)} beginbfrange\n{ranges}\nendbfrange\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end".encode()
    )
