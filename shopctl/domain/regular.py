"""Decide what is billed by ordered or delivered quantity, less the down payments taken before.

Source: the guide, "Create invoices"; settled rules 2 to 5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from shopctl.domain.billing import (
    ACCESSORIES,
    NOTHING,
    ZERO,
    Advance,
    Amounts,
    Draft,
    DraftLine,
    OrderLine,
    document,
    filled,
    line_status,
    minus,
    order_status,
    rest_of,
    to_invoice,
)
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError


class Wanted(NamedTuple):
    """What is to be billed of an order.

    Attributes:
        policy: `ordered` or `delivered` for all lines; empty: as each line says.
        picked: Lines by position with the quantity of each, None for all that the policy allows; empty: all lines.
        returns: Take back what was billed too much or came back; without it only more is billed.
        order: The number of the order, for messages.
    """

    policy: str = ""
    picked: Mapping[int, Decimal | None] = MappingProxyType({})
    returns: bool = True
    order: str = "ORDER"


EVERYTHING = Wanted()

_new: Any = tuple.__new__  # builds a NamedTuple in half the time of calling it


def regular(
    lines: Sequence[OrderLine],
    advances: Sequence[Advance],
    taxes: Mapping[str, Tax],
    *,
    rounding: str,
    step: Decimal,
    wanted: Wanted = EVERYTHING,
    reduced: Decimal = ZERO,
) -> Draft | None:
    """Bill what the policy allows now, less the down payments not deducted yet.

    A line that is completed takes what is left of its order line, so all documents of an order add up to it.

    Args:
        lines: All lines of the order, in order; sections are kept when a line after them is billed.
        advances: Down payments to deduct.
        reduced: Percentage by which the taxes of the order are reduced, see `priced`.

    Returns:
        The document (a credit note when the sum is below zero), or None when there is nothing to bill.

    Raises:
        ShopError: A line that is picked does not exist, or has less to bill than was asked for.
    """
    if wanted.policy:
        lines = [line._replace(policy=wanted.policy) for line in lines]
    quantities = _quantities(lines, wanted)
    deductions = _deductions(advances)
    if not any(quantities):
        # Billed to the end with the down payments left out: what remains is to give them back.
        done = deductions and order_status("confirmed", lines) in ("invoiced", "upselling")
        return document("regular", deductions) if done else None
    if not wanted.picked and _only_accessories(lines, quantities):
        return None
    drafts = _drafts(lines, quantities, _amounts(lines, quantities, taxes, rounding, step, reduced))
    return document("regular", [*drafts, *deductions])


def _quantities(lines: Sequence[OrderLine], wanted: Wanted) -> list[Decimal]:
    """Tell how much of each line is billed: what the policy allows, or less of the lines that are picked."""
    allowed = [to_invoice(line) for line in lines]
    if not wanted.returns:
        allowed = [
            ZERO if quantity < 0 <= line.quantity else quantity for line, quantity in zip(lines, allowed, strict=True)
        ]
    if not wanted.picked:
        return allowed
    places = {line.position: place for place, line in enumerate(lines) if line.kind not in TEXT_KINDS}
    chosen = [ZERO] * len(lines)
    for position, quantity in wanted.picked.items():
        if position not in places:
            raise NotFoundError(
                "order.line_unknown",
                f"order {wanted.order} has no line {position} that could be billed",
                hint=f"lines are numbered as the order shows them: shopctl orders show {wanted.order}",
                line=position,
            )
        place = places[position]
        left = allowed[place]
        amount = left if quantity is None else quantity
        if amount * left <= 0 or abs(amount) > abs(left):
            raise _above_policy(wanted.order, lines[place], amount, left)
        chosen[place] = amount
    return chosen


def _above_policy(order: str, line: OrderLine, wanted: Decimal, left: Decimal) -> RefusedError:
    asked = f", not {wanted.normalize():f}" if wanted else ""
    before = "--policy ordered bills it before it is delivered"
    return RefusedError(
        "invoice.above_policy",
        f"line {line.position} of order {order} has {left.normalize():f} to invoice now{asked}",
        hint=before if line.policy == "delivered" else f"see what was ordered and billed: shopctl orders show {order}",
        line=line.position,
    )


def _only_accessories(lines: Sequence[OrderLine], quantities: Sequence[Decimal]) -> bool:
    """Tell whether nothing but shipping and the like would be billed while the goods are still awaited."""
    return all(line.kind in ACCESSORIES for line, quantity in zip(lines, quantities, strict=True) if quantity) and any(
        line.kind == "product" and not line.invoiced and line_status(line) == "no" for line in lines
    )


def _drafts(lines: Sequence[OrderLine], quantities: Sequence[Decimal], amounts: Sequence[Amounts]) -> list[DraftLine]:
    """Line up what is billed, the notes, and the sections that a billed line follows."""
    drafts: list[DraftLine] = []
    section: OrderLine | None = None
    place = 0
    for line, quantity, money in zip(lines, quantities, amounts, strict=True):
        if line.kind == "section":
            section, place = line, len(drafts)
        elif quantity or line.kind == "note":
            if section is not None and quantity:
                drafts.insert(place, _billed(section, ZERO, NOTHING))
                section = None
            drafts.append(_billed(line, quantity, money))
    return drafts


def _billed(line: OrderLine, quantity: Decimal, money: Amounts) -> DraftLine:
    made: DraftLine = _new(DraftLine, (
        line.kind, line.sku, line.description, quantity, line.unit_price, line.discount, line.taxes, money, line.key,
        None, None,
    ))  # fmt: skip
    return made


def _amounts(
    lines: Sequence[OrderLine],
    quantities: Sequence[Decimal],
    taxes: Mapping[str, Tax],
    rounding: str,
    step: Decimal,
    reduced: Decimal,
) -> list[Amounts]:
    """Take the rest of every line that is completed; price the others anew."""
    known = [rest_of(line, quantity) if quantity else NOTHING for line, quantity in zip(lines, quantities, strict=True)]
    wanted = [
        (line.unit_price, quantity, line.discount, line.taxes)
        for line, quantity, money in zip(lines, quantities, known, strict=True)
        if money is None
    ]
    return filled(known, wanted, taxes, rounding, step, reduced)


def _deductions(advances: Sequence[Advance]) -> list[DraftLine]:
    """Line up what is taken off, under a heading of its own."""
    if not advances:
        return []
    heading = DraftLine("section", "", "Down payments", ZERO, ZERO, ZERO, "", NOTHING)
    return [
        heading,
        *(
            line._replace(
                description=f"Less {advance.address}: {line.description}",
                quantity=-line.quantity,
                amounts=minus(line.amounts),
                deducts=advance.key,
            )
            for advance in advances
            for line in advance.lines
        ),
    ]
