"""Recognise by its content what a file of a bank or provider is, and read it.

A format is one entry in `READERS`; a further one needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from shopctl.adapters.bank import camt, csv_bank, mt940, ofx
from shopctl.adapters.bank.source import Source
from shopctl.adapters.providers import adyen, braintree, mollie, paypal, stripe, stripe_api
from shopctl.adapters.sources.text import Stdin
from shopctl.adapters.sources.values import TEXT_LIMIT
from shopctl.domain.bank import Movement, Statement
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
    "stripe": Reader(stripe.recognises, stripe.read),
    "stripe api": Reader(stripe_api.recognises, stripe_api.read),
    "mollie": Reader(mollie.recognises, mollie.read),
    "paypal": Reader(paypal.recognises, paypal.read),
    "adyen": Reader(adyen.recognises, adyen.read),
    "braintree": Reader(braintree.recognises, braintree.read),
    "csv": Reader(csv_bank.recognises, csv_bank.read),
}
"""All formats by name, asked in this order: what has a mark of its own first, tables last."""


def read(path: str, stdin: Stdin = None, mapping: str = "") -> Iterator[Statement]:
    """Read the statements of a file, or of standard input for "-".

    Args:
        mapping: How the columns of a table are laid out, a built-in name or a file; empty to find out. Files that are
            no table are read as what they are.

    Raises:
        NotFoundError: `file.missing`, also for a mapping.
        UsageError: `file.empty`, `file.binary`, `file.encoding`, or `file.format` when it is of no known format or
            broken, with the place; statements before that place were handed over.
    """
    reader = csv_bank.read_with(mapping) if mapping else None
    source = Source(path, stdin)
    try:
        for statement in _reader(source, reader)(source):
            yield _shortened(statement)
    finally:
        source.close()


NO_TABLES: Final = ("camt", "mt940", "ofx")
"""Formats with marks of their own, which no mapping can mean."""


def _reader(
    source: Source, mapped: Callable[[Source], Iterator[Statement]] | None
) -> Callable[[Source], Iterator[Statement]]:
    for name, reader in READERS.items():
        if (mapped is None or name in NO_TABLES) and reader.recognises(source.head):
            return reader.read
    if mapped is not None:
        return mapped
    raise _unknown(source)


LIMITS: Final = {
    "text": TEXT_LIMIT, "name": TEXT_LIMIT, "reference": TEXT_LIMIT, "iban": 255, "end_to_end": 255,
    "bank_reference": 255, "target": 255,
}  # fmt: skip
"""The longest texts, in characters, that are kept; banks write some hundred and marks of 35."""

_PLENTY: Final = 255


def _shortened(statement: Statement) -> Statement:
    """Cut what is longer than a field may be, and say so."""
    head = {name: getattr(statement, name)[:_PLENTY] for name in ("account", "name")}
    return statement._replace(movements=tuple(map(_cut, statement.movements)), **head)


def _cut(movement: Movement) -> Movement:
    marks = len(movement.iban) + len(movement.end_to_end) + len(movement.bank_reference) + len(movement.target)
    if marks + len(movement.text) + len(movement.name) + len(movement.reference) <= _PLENTY:
        return movement
    parts = {name: getattr(movement, name) for name in LIMITS}
    longer = {name: text[: LIMITS[name]] for name, text in parts.items() if len(text) > LIMITS[name]}
    if not longer:
        return movement
    said = (movement.remark, *(f"{name} is cut to {LIMITS[name]:,} characters" for name in longer))
    return movement._replace(remark=", ".join(filter(None, said)), **longer)


def _unknown(source: Source) -> UsageError:
    return UsageError(
        "file.format",
        f"{source.name} is no statement of a format that is known",
        hint=f"known: {', '.join(READERS)}; describe the columns of a table in a file: --mapping FILE",
    )
