"""Read font files, tell what they can print, and cut out the glyphs of one document."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from shopctl.errors import ConfigError

SHIPPED: Final = Path(__file__).resolve().parents[2] / "fonts"
SUFFIXES: Final = (".ttf", ".otf", ".ttc", ".otc")
ASCII: Final = frozenset(map(chr, range(0x20, 0x7F)))
HINTING: Final[tuple[str, ...]] = ("cvt ", "fpgm", "prep")


@dataclass(frozen=True, slots=True)
class FontSettings:
    """Say which font files print documents.

    Attributes:
        regular: Path of the main font; empty means the one that is shipped.
        bold: Path of its bold face; empty means `regular` again, or the shipped bold face.
        fallback: Paths of fonts asked for characters that the main font lacks, in this order.
    """

    regular: str = ""
    bold: str = ""
    fallback: tuple[str, ...] = ()


class FontFile:
    """Hold a TrueType or OpenType file, read once and shared by all documents.

    Raises:
        ConfigError: `print.font` if the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reading(path):
            if path.suffix.lower() not in SUFFIXES:
                raise ValueError(f"the name must end with one of {' '.join(SUFFIXES)}")
            self._font = _open(path)
            names: dict[int, str] = self._font.getBestCmap() or {}
            self.names = {chr(code): name for code, name in names.items()}
            if not self.names:
                raise ValueError("it has no Unicode characters")
            self.scale = 1000 / self._font["head"].unitsPerEm
            self.name = _postscript_name(self._font)
            self.outlines = "glyf" in self._font
            self.characters = frozenset(self.names)
        self._parts: dict[str, frozenset[int]] = {}

    def prepare(self) -> None:
        """Read all that printing needs, so that a damaged file is noticed before the first document."""
        with reading(self.path):
            _ = self.widths
            if self.outlines:
                _ = (self.descriptor, self.glyph_numbers)
                self.slice(ASCII & self.characters)

    @cached_property
    def widths(self) -> dict[str, int]:
        """Answer the width of each character in thousandths of the font size."""
        metrics = self._font["hmtx"].metrics
        return {character: round(self.scale * metrics[name][0]) for character, name in self.names.items()}

    @cached_property
    def glyph_numbers(self) -> dict[str, int]:
        """Answer the number of the glyph of each character."""
        return {character: self._font.getGlyphID(name) for character, name in self.names.items()}

    @cached_property
    def _tables(self) -> dict[str, bytes]:
        wanted = ("glyf", "head", "hhea", "hmtx", "maxp", *HINTING)
        return {tag: self._font.reader[tag] for tag in wanted if tag in self._font.reader}

    @cached_property
    def _locations(self) -> list[int]:
        return list(self._font["loca"].locations)

    @cached_property
    def descriptor(self) -> str:
        """Answer the measures that a PDF font descriptor wants."""
        head, line, style, post = (self._font[tag] for tag in ("head", "hhea", "OS/2", "post"))
        box = " ".join(str(round(value * self.scale)) for value in (head.xMin, head.yMin, head.xMax, head.yMax))
        cap_height = getattr(style, "sCapHeight", 0) or line.ascent
        return (
            f"/Flags 4 /FontBBox [{box}] /ItalicAngle {round(post.italicAngle)} "
            f"/Ascent {round(line.ascent * self.scale)} /Descent {round(line.descent * self.scale)} "
            f"/CapHeight {round(cap_height * self.scale)} "
            f"/StemV {50 + int((style.usWeightClass / 65) ** 2)}"
        )

    def slice(self, characters: Iterable[str]) -> bytes:
        """Answer a TrueType file with the outlines of these characters only; glyph numbers stay as they are."""
        glyphs = {0}
        for character in characters:
            glyphs |= self._parts_of(character)
        count = max(glyphs) + 1
        outlines, places = bytearray(), []
        widths = bytearray(4 * count)
        places = [0]
        for number in range(count):
            if number in glyphs:
                outlines += self._tables["glyf"][self._locations[number] : self._locations[number + 1]]
                outlines += bytes(-len(outlines) % 4)
                widths[4 * number : 4 * number + 4] = self._metric(number)
            places.append(len(outlines))
        tables = {tag: self._tables[tag] for tag in HINTING if tag in self._tables}
        tables |= {"glyf": bytes(outlines), "loca": struct.pack(f">{count + 1}L", *places), "hmtx": bytes(widths)}
        tables["head"] = _patched(_patched(self._tables["head"], 8, 0, "L"), 50, 1, "H")
        tables["hhea"] = _patched(self._tables["hhea"], 34, count, "H")
        tables["maxp"] = _patched(self._tables["maxp"], 4, count, "H")
        return _file_of(tables)

    def _metric(self, number: int) -> bytes:
        table = self._tables["hmtx"]
        full = struct.unpack(">H", self._tables["hhea"][34:36])[0]
        if number < full:
            return table[4 * number : 4 * number + 4]
        bearing = 4 * full + 2 * (number - full)
        return table[4 * full - 4 : 4 * full - 2] + table[bearing : bearing + 2]

    def _parts_of(self, character: str) -> frozenset[int]:
        """Answer the glyph of a character and the glyphs it is composed of, however deep."""
        if character not in self._parts:
            glyf, found, waiting = self._font["glyf"], set(), [self.names[character]]
            while waiting:
                name = waiting.pop()
                number = self._font.getGlyphID(name)
                if number not in found:
                    found.add(number)
                    waiting += glyf[name].getComponentNames(glyf)
            self._parts[character] = frozenset(found)
        return self._parts[character]


class FontSet:
    """Hold the fonts of the settings: two main faces and the fallbacks."""

    def __init__(self, settings: FontSettings) -> None:
        regular = Path(settings.regular) if settings.regular else SHIPPED / "NotoSans-Regular-Reduced.ttf"
        bold = SHIPPED / "NotoSans-Bold-Reduced.ttf" if not settings.regular else regular
        self.regular = FontFile(regular)
        self.bold = FontFile(Path(settings.bold) if settings.bold else bold)
        self.fallback = tuple(FontFile(Path(path)) for path in settings.fallback)
        for font in (self.regular, self.bold):
            if not font.characters >= ASCII:
                raise _unusable(font.path, "it lacks plain Latin letters or digits; name it under fallback instead")
            font.prepare()
        self.main = self.regular.characters & self.bold.characters
        self.printable = self.main.union(*(font.characters for font in self.fallback))
        self._sliceable = self.regular.outlines and self.bold.outlines

    def can_slice(self, characters: set[str]) -> bool:
        """Tell whether the main faces print all of it the fast way: own outlines, no character beyond U+FFFF."""
        return self._sliceable and characters <= self.main and max(characters) <= "\uffff"


@contextmanager
def reading(path: Path, *also: type[Exception]) -> Iterator[None]:
    """Turn whatever a font library says about a broken file into `print.font`."""
    try:
        yield
    except (*_font_errors(), *also) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _unusable(path, reason or type(error).__name__) from error


def _font_errors() -> tuple[type[Exception], ...]:
    from fontTools.ttLib import TTLibError  # type: ignore[import-untyped] # it ships no type information

    # Damaged tables show up as almost anything; the library has no common base class for it.
    known = (OSError, ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError)
    return (TTLibError, struct.error, TypeError, ValueError, *known)


def _unusable(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        "print.font",
        f"the font file {path} cannot be used: {' '.join(reason.split())}",
        hint="correct the path under invoicing.fonts, or remove it to print with the font that is shipped",
        path=str(path),
    )


def _open(path: Path) -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(BytesIO(path.read_bytes()), fontNumber=0, lazy=True, recalcTimestamp=False)


def _postscript_name(font: Any) -> str:
    name = str(font["name"].getDebugName(6) or "")
    return "".join(character for character in name if character.isascii() and (character.isalnum() or character == "-"))


def _patched(table: bytes, offset: int, value: int, code: str) -> bytes:
    packed = struct.pack(f">{code}", value)
    return table[:offset] + packed + table[offset + len(packed) :]


def _file_of(tables: dict[str, bytes]) -> bytes:
    """Assemble an OpenType file (OpenType specification, 'Organization of an OpenType font')."""
    count = len(tables)
    power = count.bit_length() - 1
    header = struct.pack(">LHHHH", 0x00010000, count, 16 << power, power, 16 * count - (16 << power))
    offset, directory, body, head = 12 + 16 * count, [], [], 0
    for tag, table in sorted(tables.items()):
        padded = table + bytes(-len(table) % 4)
        directory.append(struct.pack(">4sLLL", tag.encode(), _checksum(padded), offset, len(table)))
        body.append(padded)
        head = offset if tag == "head" else head
        offset += len(padded)
    file = header + b"".join(directory) + b"".join(body)
    return _patched(file, head + 8, (0xB1B0AFBA - _checksum(file)) & 0xFFFFFFFF, "L")


def _checksum(padded: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF
