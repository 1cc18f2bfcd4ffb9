"""Open a file of a bank or provider so that it can be looked at first and then read from its start."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from shopctl.adapters.sources.items import Unreadable
from shopctl.adapters.sources.text import (
    LINE_LIMIT,
    Stdin,
    blocks_of,
    empty,
    lines_of,
    mark_of,
    name_of,
    open_bytes,
    refuse_packed,
)
from shopctl.errors import UsageError

HEAD: Final = 64 * 1024
"""How many bytes at the start of a file tell what it is."""

_KEPT: Final = 16 * 1024 * 1024
"""Bytes of a pipe that are kept in memory; the rest goes to a temporary file."""


class Source:
    """A file that is open for reading, again and again.

    Attributes:
        name: How messages name it.
        head: Its first 64 KiB as text, for recognising; what is no UTF-8 is taken as Windows-1252.
    """

    def __init__(self, path: str, stdin: Stdin = None) -> None:
        """Open a file, or standard input for "-".

        Raises:
            NotFoundError: `file.missing`, it does not exist or cannot be read.
            UsageError: `file.empty` or `file.binary`.
        """
        self.name = name_of(path)
        self._file = _seekable(path, stdin)
        try:
            self.head = _head(self._file.read(HEAD), self.name)
        except UsageError:
            self.close()
            raise

    def open(self) -> BinaryIO:
        """Hand over the bytes, from the start."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def lines(self, encoding: str = "utf-8") -> Iterator[str]:
        """Hand over the lines without their line feed, from the start.

        Args:
            encoding: What the file is written in where no byte order mark says so.

        Raises:
            UsageError: `file.encoding` or `file.binary` with the line, or `file.format` for one that is too long.
        """
        for number, line in enumerate(lines_of(self.open(), self.name, encoding), 1):
            if len(line) > LINE_LIMIT:
                raise self.refusal(f"line {number}", f"the line has more than {LINE_LIMIT:,} characters")
            yield line

    def blocks(self, encoding: str = "utf-8") -> Iterator[str]:
        """Hand over the text in blocks, from the start.

        Raises:
            UsageError: `file.encoding` or `file.binary` with the line.
        """
        return blocks_of(self.open(), self.name, encoding)

    def is_utf8(self) -> bool:
        """Tell whether the whole file is UTF-8, or says by a mark that it is UTF-16."""
        file = self.open()
        if mark_of(file.read(4))[1]:
            return True
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        file.seek(0)
        try:
            while block := file.read(HEAD):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True

    def refusal(self, place: str, reason: str | Unreadable, hint: str = "") -> UsageError:
        """Make the error of something that cannot be read, with its place.

        Args:
            place: Where it stands: `line 12`, `statement 1, entry 3`.
            reason: What is wrong, or the signal of a converter.
        """
        if isinstance(reason, Unreadable):
            hint = reason.hint or hint
            reason = f"{reason.path}: {reason.reason}" if reason.path else reason.reason
        return UsageError("file.format", f"{place} of {self.name}: {reason}", hint=hint, place=place, reason=reason)


def _head(block: bytes, name: str) -> str:
    if not block.strip():
        raise empty(name)
    refuse_packed(block, name)
    mark, encoding = mark_of(block)
    if encoding:
        return block[len(mark) :].decode(encoding, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(block)
    except UnicodeDecodeError:
        return block.decode("cp1252", "replace")


def _seekable(path: str, stdin: Stdin) -> BinaryIO:
    """Open a file in which one can go back; what comes from a pipe is kept."""
    opened = open_bytes(path, stdin)
    if path != "-" and opened.seekable():
        return cast("BinaryIO", opened)
    kept = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_KEPT))  # noqa: SIM115 - closed with the source
    while block := opened.read(HEAD):
        kept.write(block.encode() if isinstance(block, str) else block)
    kept.seek(0)
    return kept
