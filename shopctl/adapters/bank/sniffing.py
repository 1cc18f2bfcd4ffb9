"""Recognise by its content what a file of a bank or provider is, and read it.

A format is one entry in `READERS`; a further one needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from shopctl.adapters.bank import camt, mt940, ofx
from shopctl.adapters.bank.source import Source
from shopctl.adapters.sources.text import Stdin
from shopctl.domain.bank import Statement
from shopctl.errors import UsageError


class Reader(NamedTuple):
    """One format.

    Attributes:
        recognises: Tells from the first 64 KiB of a file, as text, whether it is written in this format.
        read: Reads the statements of the file one after the other; `Source.refusal` makes its errors.
    """

    recognises: Callable[[str], bool]
    read: Callable[[Source], Iterator[Statement]]


READERS: Final[dict[str, Reader]] = {
    "camt": Reader(camt.recognises, camt.read),
    "mt940": Reader(mt940.recognises, mt940.read),
    "ofx": Reader(ofx.recognises, ofx.read),
}
"""All formats by name, asked in this order: what has a mark of its own first, tables last."""


def read(path: str, stdin: Stdin = None) -> Iterator[Statement]:
    """Read the statements of a file, or of standard input for "-".

    Raises:
        NotFoundError: `file.missing`.
        UsageError: `file.empty`, `file.binary`, `file.encoding`, or `file.format` when it is of no known format or
            broken, with the place; statements before that place were handed over.
    """
    source = Source(path, stdin)
    try:
        reader = next((one for one in READERS.values() if one.recognises(source.head)), None)
        if reader is None:
            raise _unknown(source)
        yield from reader.read(source)
    finally:
        source.close()


def _unknown(source: Source) -> UsageError:
    return UsageError(
        "file.format",
        f"{source.name} is no statement of a format that is known",
        hint=f"known: {', '.join(READERS)}; describe the columns of a table in a file: --mapping FILE",
    )
