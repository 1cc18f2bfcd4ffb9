"""Change the lines of a cart: nothing of it is billed or delivered, so everything may change.

Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shopctl.domain.billing import OrderLine
from shopctl.domain.line_edits import LineEdits, SetLine
from shopctl.domain.order_edits import Product, new_line
from shopctl.domain.records import LineRecord
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError

Lines = Mapping[int, LineRecord]
"""The lines of a cart by position."""


class Catalogue(NamedTuple):
    """What edits may refer to."""

    products: Mapping[str, Product]
    taxes: Mapping[str, Tax]


def edit(cart: str, lines: Lines, edits: LineEdits, catalogue: Catalogue) -> dict[int, LineRecord]:
    """Change, remove and add lines; positions stay what they are, and new lines come after the highest one.

    Args:
        cart: How messages name it, such as `cart C-00007`.

    Raises:
        NotFoundError: There is no such line, product or tax.
        RefusedError: A heading or note was to get a price.
    """
    edits.require_known(cart, lines, f"shopctl carts show {cart.rpartition(' ')[2]}")
    gone = {one.position for one in edits.removed}
    after = {position: line for position, line in lines.items() if position not in gone}
    for change in edits.changed:
        after[change.position] = _changed(cart, lines[change.position], change, catalogue.taxes)
    for position, addition in enumerate(edits.added, max(lines, default=0) + 1):
        after[position] = _record(new_line(addition, catalogue.products))
    return dict(sorted(after.items()))


def _changed(cart: str, line: LineRecord, change: SetLine, taxes: Mapping[str, Tax]) -> LineRecord:
    for code in change.taxes or ():
        if code not in taxes:
            raise NotFoundError("tax.unknown", f"there is no tax {code}", hint="shopctl tax list", tax=code)
    values: dict[str, Any] = {
        name: value
        for name, value in (
            ("quantity", change.quantity),
            ("unit_price", change.unit_price),
            ("discount", change.discount),
            ("taxes", change.taxes),
            ("description", change.description),
        )
        if value is not None
    }
    if line.kind in TEXT_KINDS and values.keys() - {"description"}:
        raise RefusedError(
            "line.frozen",
            f"line {change.position} of {cart} is a {line.kind}, which has a description only",
            hint=f"shopctl carts show {cart.rpartition(' ')[2]}",
        )
    return line._replace(**values)


def _record(line: OrderLine) -> LineRecord:
    return LineRecord(
        kind=line.kind,  # type: ignore[arg-type]  # one of the kinds that products have
        sku=line.sku,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        taxes=tuple(line.taxes.split()),
        policy=line.policy,
    )
