"""Read how lines of orders and drafts are changed: `SKU:2@9.50`, `1:quantity=2,discount=10`, `3`.

Source: the command-line contract, "Lines of orders and invoices are addressed by position".
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shopctl.domain.money import parse_decimal
from shopctl.errors import NotFoundError, UsageError

FIELDS = ("quantity", "unit_price", "discount", "taxes", "description")
"""What `--set-line` can change of a line."""

_HIGHEST_POSITION = 6  # digits


@dataclass(frozen=True, slots=True)
class AddLine:
    """A product to add at the end.

    Attributes:
        unit_price: None takes the price of the product.
    """

    sku: str
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SetLine:
    """What changes of the line at a position; None leaves it as it is.

    Attributes:
        position: From 1 on, as `show` prints it.
        discount: In percent, 0 to 100.
        taxes: Codes; an empty tuple makes the line untaxed.
    """

    position: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    taxes: tuple[str, ...] | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """The line at a position goes."""

    position: int


@dataclass(frozen=True, slots=True)
class LineEdits:
    """Everything that one command changes of the lines of a document."""

    added: tuple[AddLine, ...] = ()
    changed: tuple[SetLine, ...] = ()
    removed: tuple[RemoveLine, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.added or self.changed or self.removed)

    @property
    def positions(self) -> list[int]:
        """The lines that are changed or removed, as they were named."""
        return [*(edit.position for edit in self.changed), *(edit.position for edit in self.removed)]

    def require_known(self, document: str, positions: Iterable[int], hint: str) -> None:
        """Insist that every line that is changed or removed is there.

        Args:
            document: How messages name it, such as `order S00042`.
            positions: Those it has.
            hint: The command that shows its lines.

        Raises:
            NotFoundError: There is no such line.
        """
        known = set(positions)
        for position in self.positions:
            if position not in known:
                raise unknown_line(document, position, hint)


def unknown_line(document: str, position: int, hint: str) -> NotFoundError:
    """Say that a document has no line at a position."""
    return NotFoundError("line.unknown", f"{document} has no line {position}", hint=hint, line=position)


def parse_edits(add: Sequence[str], change: Sequence[str], remove: Sequence[str]) -> LineEdits:
    """Read the values of all `--add-line`, `--set-line` and `--remove-line` of a command.

    Raises:
        UsageError: One cannot be understood, or a line is named twice.
    """
    edits = LineEdits(
        tuple(parse_add_line(text) for text in add),
        tuple(parse_set_line(text) for text in change),
        tuple(parse_remove_line(text) for text in remove),
    )
    for position, times in Counter(edits.positions).items():
        if times > 1:
            raise UsageError(
                "usage",
                f"line {position} is named twice",
                hint=f"put everything about it into one --set-line {position}:…, or only remove it",
            )
    return edits


def parse_add_line(text: str, option: str = "--add-line") -> AddLine:
    """Read `SKU`, `SKU:QTY` or `SKU:QTY@PRICE`; a SKU with a colon needs its quantity written.

    Args:
        option: Where it was typed, for the message.

    Raises:
        UsageError: It is written in another way, or a number has more digits than are kept.
    """
    sku, mark, rest = text.strip().rpartition(":")
    if not mark:
        sku, rest = rest, "1"
    quantity, priced, price = rest.partition("@")
    if not sku.strip() or not quantity:
        raise UsageError(
            "usage", f"{option} {text!r} cannot be understood", hint="write SKU, SKU:QTY or SKU:QTY@PRICE: A1:2@9.50"
        )
    return AddLine(
        sku.strip(),
        parse_decimal(quantity, what="quantity"),
        parse_decimal(price, what="unit_price") if priced else None,
    )


def parse_set_line(text: str) -> SetLine:
    """Read `N:field=value,…`; a description may contain commas.

    Raises:
        UsageError: It is written in another way, or a number has more digits than are kept.
    """
    place, mark, rest = text.partition(":")
    if not mark or not rest.strip():
        raise UsageError(
            "usage",
            f"--set-line {text!r} does not say what changes",
            hint="write N:field=value,…: 1:quantity=2,unit_price=9.50,discount=10,taxes=V21+V6",
        )
    position = parse_position(place, "--set-line")
    values: dict[str, str] = {}
    for name, value in _fields(rest):
        if name in values:
            raise UsageError("usage", f"--set-line {position} names {name} twice", hint="name every field once")
        values[name] = value
    quantity, price, discount, taxes, words = (values.get(name) for name in FIELDS)
    return SetLine(
        position,
        None if quantity is None else parse_decimal(quantity, what="quantity"),
        None if price is None else parse_decimal(price, what="unit_price"),
        None if discount is None else _discount(discount),
        None if taxes is None else _taxes(taxes),
        words,
    )


def parse_remove_line(text: str) -> RemoveLine:
    """Read the position of a line to remove.

    Raises:
        UsageError: It is not a whole number from 1 on.
    """
    return RemoveLine(parse_position(text, "--remove-line"))


def parse_position(text: str, option: str) -> int:
    """Read the position of a line, as `show` prints it.

    Args:
        option: Where it was typed, for the message.

    Raises:
        UsageError: It is not a whole number from 1 on.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _HIGHEST_POSITION and int(digits)):
        raise UsageError(
            "usage", f"{option}: {text!r} is not the number of a line", hint="lines are numbered from 1, see show"
        )
    return int(digits)


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Split at commas; one inside of a description, where no field begins, belongs to it."""
    name, value = "", ""
    for part in text.split(","):
        word, mark, after = part.partition("=")
        if mark and word.strip() in FIELDS:
            if name:
                yield name, value
            name, value = word.strip(), after.strip()
        elif name == "description":
            value = f"{value},{part}".rstrip()
        else:
            raise _no_field(word.strip() if mark else part.strip())
    yield name, value


def _no_field(word: str) -> UsageError:
    near = difflib.get_close_matches(word, FIELDS)
    return UsageError(
        "usage.field",
        f"--set-line cannot set {word!r}",
        hint=f"did you mean {near[0]}?" if near else f"fields: {', '.join(FIELDS)}",
    )


def _discount(text: str) -> Decimal:
    percent = parse_decimal(text.removesuffix("%"), what="discount")
    if not 0 <= percent <= 100:
        raise UsageError(
            "usage.amount", f"a discount of {text} is not between 0 and 100 percent", hint="write discount=10"
        )
    return percent


def _taxes(text: str) -> tuple[str, ...]:
    """Read codes joined by plus signs; nothing at all is untaxed."""
    if not text:
        return ()
    codes = [code.strip() for code in text.split("+")]
    if not all(codes) or len(set(codes)) < len(codes) or any(" " in code for code in codes):
        raise UsageError(
            "usage", f"taxes {text!r} cannot be understood", hint="join different codes by +: taxes=V21+V6"
        )
    return tuple(codes)
