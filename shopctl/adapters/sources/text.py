"""Open text files strictly: UTF-8 with or without a mark, UTF-16 with one, everything else refused with its line.

Works block by block, so memory stays constant; a line longer than `LINE_LIMIT` is cut one character behind it.
Source: docs RELIABILITY.md section 7 (parsers), PITFALLS.md (PowerShell writes UTF-16).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final, TextIO, cast

from shopctl.errors import NotFoundError, UsageError

LINE_LIMIT: Final = 4 * 1024 * 1024
"""The longest line, in characters, that a reader may take for a record."""

_BLOCK: Final = 64 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PACKED: Final = (
    (b"PK\x03\x04", "a ZIP archive or a spreadsheet", "save the sheet as CSV in UTF-8, or unpack the archive"),
    (b"\x1f\x8b", "compressed with gzip", "gzip -dc FILE | shopctl import ... -"),
    (b"%PDF", "a PDF document", ""),
    (b"\x89PNG", "a picture", ""),
)

Stdin = TextIO | BinaryIO | None


def open_text(path: str, stdin: Stdin) -> Iterator[str]:
    r"""Open a file, or standard input for "-", and hand over its lines without their line feed.

    A carriage return before the line feed stays. The first block is read at once, later ones as they are needed.

    Raises:
        NotFoundError: `file.missing`, the file does not exist or cannot be read.
        UsageError: `file.empty`, `file.binary` (NUL characters, archives) or `file.encoding`, with the line number;
            beyond the first block only when iteration gets there.
    """
    blocks = _blocks(open_bytes(path, stdin), name_of(path), "utf-8", close=path != "-")
    head = next(blocks, [])
    if not any(map(str.strip, head)):
        more = next(blocks, None)
        if more is None:
            raise empty(name_of(path))
        head += more
    return chain.from_iterable(chain((head,), blocks))


def lines_of(source: BinaryIO, name: str, encoding: str) -> Iterator[str]:
    """Hand over the lines of an open file as `open_text` does; `encoding` counts where no mark says another one."""
    return chain.from_iterable(_blocks(source, name, encoding, close=False))


def blocks_of(source: BinaryIO, name: str, encoding: str) -> Iterator[str]:
    """Hand over the text of an open file in blocks, for formats in which lines mean nothing."""
    return _decoded(source, name, encoding)


def name_of(path: str) -> str:
    """Tell how messages name a file."""
    return "standard input" if path == "-" else path


def empty(name: str) -> UsageError:
    """Refuse a file that has nothing in it."""
    return UsageError("file.empty", f"{name} has nothing in it", hint="check whether the export worked")


def open_bytes(path: str, stdin: Stdin) -> BinaryIO | TextIO:
    """Open a file, or standard input for "-".

    Raises:
        NotFoundError: `file.missing`, the file does not exist or cannot be read.
    """
    if path == "-":
        if stdin is None:
            raise NotFoundError("file.missing", "there is no standard input", hint="name a file instead of -")
        return cast("BinaryIO", getattr(stdin, "buffer", stdin))
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(name: str, error: Exception) -> NotFoundError:
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return NotFoundError(
        "file.missing", f"{name} cannot be read: {reason}", hint="check the path and the permissions", path=name
    )


def _blocks(source: BinaryIO | TextIO, name: str, encoding: str, *, close: bool) -> Iterator[list[str]]:
    carry = ""
    try:
        for text in _decoded(source, name, encoding):
            if len(carry) > LINE_LIMIT:
                feed = text.find("\n")
                if feed < 0:
                    continue
                text = text[feed:]  # noqa: PLW2901 - the rest of a line that is too long is dropped
            lines = (carry + text).split("\n")
            carry = lines.pop()
            if lines:
                yield lines
        if carry:
            yield [carry]
    finally:
        if close:
            source.close()


def _decoded(source: BinaryIO | TextIO, name: str, encoding: str) -> Iterator[str]:
    decoder: codecs.IncrementalDecoder | None = None
    feeds = 0
    while True:
        try:
            block = source.read(_BLOCK)
            if isinstance(block, str):
                text = block.removeprefix("\ufeff") if not feeds else block
            else:
                if decoder is None:
                    block, decoder = _decoder(block, name, encoding)
                text = decoder.decode(block, not block)
        except UnicodeDecodeError as error:
            raise _not_unicode(error, feeds, name) from error
        except OSError as error:
            raise _unreadable(name, error) from error
        if "\0" in text:
            line = feeds + text[: text.index("\0")].count("\n") + 1
            raise _binary(f"line {line} of {name} holds a NUL character, so it is not text", line=line)
        if text:
            yield text
        feeds += text.count("\n")
        if not block:
            return


def _decoder(block: bytes, name: str, encoding: str) -> tuple[bytes, codecs.IncrementalDecoder]:
    refuse_packed(block, name)
    mark, marked = mark_of(block)
    return block[len(mark) :], codecs.getincrementaldecoder(marked or encoding)("strict")


def refuse_packed(block: bytes, name: str) -> None:
    """Refuse archives, PDF documents and pictures by their first bytes.

    Raises:
        UsageError: `file.binary`.
    """
    for magic, what, hint in _PACKED:
        if block.startswith(magic):
            raise _binary(f"{name} is {what}, not text", hint)


def mark_of(block: bytes) -> tuple[bytes, str]:
    """Tell the byte order mark at the begin of a file and the encoding it means; both empty without one."""
    return next(((mark, encoding) for mark, encoding in _MARKS if block.startswith(mark)), (b"", ""))


def _binary(message: str, hint: str = "", **details: object) -> UsageError:
    return UsageError("file.binary", message, hint=hint or "export the data as text, CSV or JSON Lines", **details)


def _not_unicode(error: UnicodeDecodeError, feeds: int, name: str) -> UsageError:
    before = error.object[: error.start].decode(error.encoding, "replace")
    line = feeds + before.count("\n") + 1
    spoilt = f"byte 0x{error.object[error.start]:02X}" if error.start < len(error.object) else "cut off"
    return UsageError(
        "file.encoding",
        f"line {line} of {name} is not {error.encoding.upper()} ({spoilt})",
        hint="save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 FILE",
        line=line,
    )
