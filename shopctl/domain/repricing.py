"""Change the lines of a draft and price it again, by the rule by which drafts are made.

Source: the order rules, 3.5; settled rules, Money 4. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain import cash_rounding
from shopctl.domain.billing import NOTHING, ZERO, Amounts, Draft, DraftLine, OrderLine, add, filled, minus, rest_of
from shopctl.domain.cash_rounding import CashRounding
from shopctl.domain.line_edits import AddLine, LineEdits, SetLine
from shopctl.domain.order_edits import Product, sold
from shopctl.domain.states import LINE_KINDS, TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a draft.

    Attributes:
        position: Where it stands, as `show` prints it.
        deducts: The down payment that it takes off.
        key: The row it is kept in; None for one that is new.
    """

    position: int
    kind: str
    sku: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    taxes: str
    amounts: Amounts
    order_line: int | None = None
    deducts: int | None = None
    key: int | None = None

    @property
    def priced(self) -> bool:
        """Whether its money follows from price and quantity; a deduction or a share keeps what it has."""
        return self.kind in LINE_KINDS and self.kind not in TEXT_KINDS and self.deducts is None


class Rules(NamedTuple):
    """What prices depend on besides the lines.

    Attributes:
        sign: 1 for an invoice, -1 for a credit note, whose quantities take from the order lines.
        reduced: Percentage by which payment terms reduce the taxes, see `billing.priced`.
    """

    taxes: Mapping[str, Tax]
    rounding: str
    step: Decimal
    sign: int = 1
    reduced: Decimal = ZERO


def changed(document: str, line: Line, edit: SetLine) -> Line:
    """Change what was typed of a line.

    Args:
        document: Its address, for messages.

    Raises:
        RefusedError: A line without a price is given one, or one that keeps its money is changed.
    """
    numbers = (edit.quantity, edit.unit_price, edit.discount, edit.taxes)
    if not line.priced and (line.kind not in TEXT_KINDS or any(value is not None for value in numbers)):
        raise _fixed(document, line)
    return replace(
        line,
        quantity=line.quantity if edit.quantity is None else edit.quantity,
        unit_price=line.unit_price if edit.unit_price is None else edit.unit_price,
        discount=line.discount if edit.discount is None else edit.discount,
        taxes=line.taxes if edit.taxes is None else " ".join(edit.taxes),
        description=line.description if edit.description is None else edit.description,
    )


def _fixed(document: str, line: Line) -> RefusedError:
    words = "has only words" if line.kind in TEXT_KINDS else "keeps the amount that it has"
    removable = line.kind in TEXT_KINDS or line.deducts is not None
    return RefusedError(
        "line.frozen",
        f"line {line.position} of {document} {words}",
        hint=f"shopctl invoice edit {document} --remove-line {line.position}"
        if removable
        else f"shopctl invoice cancel {document}, and make a new one",
    )


def reprice(
    before: Sequence[Line],
    after: Sequence[Line],
    orders: Mapping[int, OrderLine],
    rules: Rules,
    *,
    anew: bool = False,
) -> list[Line]:
    """Compute the money of all lines of a draft after a change.

    A line that completes its order line as it was ordered takes what is left of it; the others are priced together.
    What does not follow from price and quantity keeps its money, and so does everything where no price, quantity or
    tax changed.

    Args:
        before: The lines as they are stored, with the money that the order lines count.
        after: The lines as they are to be.
        orders: The order lines that they bill, by key, this draft counted.
        anew: Compute it though nothing of that changed.
    """
    if not anew and _conditions(before) == _conditions(after):
        return list(after)
    others = _without(before, orders, rules.sign)
    known = [_known(line, others, rules.sign) for line in after]
    wanted = [
        (line.unit_price, line.quantity, line.discount, line.taxes)
        for line, money in zip(after, known, strict=True)
        if money is None
    ]
    money = filled(known, wanted, rules.taxes, rules.rounding, rules.step, rules.reduced)
    return [replace(line, amounts=amounts) for line, amounts in zip(after, money, strict=True)]


def in_coins(lines: Sequence[Line], rule: CashRounding) -> list[Line]:
    """Round the total of a draft to coins; the line that does so keeps its place."""
    others = [line for line in lines if line.kind != "rounding"]
    rounding = next((line for line in lines if line.kind == "rounding"), None)
    drafts = tuple(
        DraftLine(
            line.kind, line.sku, line.description, line.quantity, line.unit_price, line.discount, line.taxes,
            line.amounts, deducts=line.deducts,
        )
        for line in others
    )  # fmt: skip
    found = cash_rounding.apply(Draft("invoice", "regular", drafts, add(line.amounts for line in others)), rule).lines
    results = [replace(line, amounts=one.amounts) for line, one in zip(others, found, strict=False)]
    for one in found[len(others) :]:
        last = max(line.position for line in others) + 1
        line = rounding or Line(last, one.kind, "", one.description, one.quantity, ZERO, ZERO, "", NOTHING)
        results.append(replace(line, unit_price=one.unit_price, amounts=one.amounts))
    return sorted(results, key=lambda line: line.position)


def _conditions(lines: Sequence[Line]) -> list[tuple[object, ...]]:
    """List what decides the money of the lines that have a price."""
    return [(line.key, line.quantity, line.unit_price, line.discount, line.taxes) for line in lines if line.priced]


def _without(before: Sequence[Line], orders: Mapping[int, OrderLine], sign: int) -> dict[int, OrderLine]:
    """Take a draft off the order lines, so that they show what the other documents bill."""
    found = dict(orders)
    for line in before:
        order = found.get(line.order_line or 0)
        if order is not None:
            mine, quantity = (line.amounts, line.quantity) if sign > 0 else (minus(line.amounts), -line.quantity)
            found[order.key] = order._replace(
                invoiced=order.invoiced - quantity,
                billed=add((order.billed, minus(mine))),
                repriced=order.repriced if _as_ordered(line, order) else order.repriced - quantity,
            )
    return found


def _as_ordered(line: Line, order: OrderLine) -> bool:
    return (order.unit_price, order.discount, order.taxes) == (line.unit_price, line.discount, line.taxes)


def _known(line: Line, others: Mapping[int, OrderLine], sign: int) -> Amounts | None:
    if not line.priced:
        return line.amounts
    order = others.get(line.order_line or 0)
    if order is None or not _as_ordered(line, order):
        return None
    rest = rest_of(order, sign * line.quantity)
    return rest if rest is None or sign > 0 else minus(rest)


def edited(document: str, before: Sequence[Line], edits: LineEdits, products: Mapping[str, Product]) -> list[Line]:
    """Remove, change and add lines of a draft; their money is computed afterwards, by `reprice`.

    Positions stay what they are, also behind a line that went. New lines come before the down payments that are
    taken off; the heading of these goes with the last of them.

    Args:
        document: Its address, for messages.
        products: What can be added, by SKU.

    Raises:
        NotFoundError: There is no such line or product.
        RefusedError: A line is not one to be changed or removed.
    """
    edits.require_known(document, (line.position for line in before), f"shopctl invoice show {document}")
    wishes = {edit.position: edit for edit in edits.changed}
    gone = {edit.position for edit in edits.removed}
    for line in before:
        if line.position in gone and not (line.priced or line.kind in TEXT_KINDS or line.deducts):
            raise _fixed(document, line)
    kept = [
        changed(document, line, wishes[line.position]) if line.position in wishes else line
        for line in before
        if line.position not in gone
    ]
    start = _deductions(before)
    heading = before[start] if start < len(before) and before[start].kind == "section" else None
    if heading in kept and not any(line.deducts for line in kept):
        kept.remove(heading)
    return _with_added(kept, before[start].position if start < len(before) else None, [
        _new_line(edit, products) for edit in edits.added
    ])  # fmt: skip


def _deductions(lines: Sequence[Line]) -> int:
    """Find where the down payments that are taken off begin, their heading included."""
    for place, line in enumerate(lines):
        if line.deducts:
            return place - 1 if place and lines[place - 1].kind == "section" else place
    return len(lines)


def _with_added(kept: Sequence[Line], start: int | None, fresh: Sequence[Line]) -> list[Line]:
    """Put new lines before the position where the deductions start, or behind everything."""
    above = [line for line in kept if start is None or line.position < start]
    below = kept[len(above) :]
    first = max((line.position for line in kept), default=0) + 1 if start is None else start
    placed = [replace(line, position=position) for position, line in enumerate(fresh, first)]
    return [*above, *placed, *(replace(line, position=line.position + len(fresh)) for line in below)]


def _new_line(edit: AddLine, products: Mapping[str, Product]) -> Line:
    product = sold(edit.sku, products)
    kind = "product" if product.type in ("goods", "service") else product.type
    price = product.price if edit.unit_price is None else edit.unit_price
    return Line(0, kind, product.sku, product.name or product.sku, edit.quantity, price, ZERO, product.taxes, NOTHING)
