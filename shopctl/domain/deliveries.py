"""Deliver goods and services of an order, and take goods back.

Source: order rules, 1.7; the command-line contract, `orders deliver`. Everything here is values in, values out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.billing import ZERO, OrderLine, plain
from shopctl.domain.line_edits import parse_position, unknown_line
from shopctl.domain.money import parse_decimal
from shopctl.errors import RefusedError, UsageError


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """How much of the line at a position moves; below zero it comes back."""

    position: int
    quantity: Decimal


class Move(NamedTuple):
    """How much of an order line moves: above zero out of the house, below zero back.

    Attributes:
        goods: It moves with a delivery; otherwise it is a service whose quantity is typed.
    """

    line: OrderLine
    quantity: Decimal
    goods: bool


def parse_quantities(texts: Sequence[str]) -> tuple[LineQuantity, ...]:
    """Read the values of all `--line N=QTY` of a command.

    Raises:
        UsageError: One cannot be understood, is zero, or names a line twice.
    """
    found = tuple(_line_quantity(text) for text in texts)
    for position, times in Counter(one.position for one in found).items():
        if times > 1:
            raise UsageError("usage", f"line {position} is named twice", hint="name every line once")
    return found


def _line_quantity(text: str) -> LineQuantity:
    place, mark, quantity = text.partition("=")
    if not mark:
        raise UsageError("usage", f"--line {text!r} does not say how many", hint="write N=QTY: --line 1=2")
    number = parse_decimal(quantity.strip(), what="quantity")
    if not number:
        raise UsageError("usage.amount", f"--line {text!r} moves nothing", hint="write N=QTY: --line 1=2")
    return LineQuantity(parse_position(place, "--line"), number)


def deliver(
    order: str,
    lines: Mapping[int, OrderLine],
    wanted: Sequence[LineQuantity],
    services: Collection[str],
    *,
    force: bool = False,
) -> list[Move]:
    """Decide what moves: what is named, or everything that is left.

    Args:
        order: Its number, for messages.
        lines: Its lines by position.
        services: The SKUs that are no goods.
        force: More than what was ordered may be delivered.

    Returns:
        One move a line; none when nothing is left to deliver.

    Raises:
        NotFoundError: There is no such line.
        RefusedError: More than was ordered would leave, or more than was delivered would come back.
    """
    if not wanted:
        wanted = [
            LineQuantity(position, line.quantity - line.delivered)
            for position, line in lines.items()
            if line.kind == "product" and not line.closed and line.delivered < line.quantity
        ]
    for one in wanted:
        if one.position not in lines:
            raise unknown_line(f"order {order}", one.position, f"shopctl orders show {order}")
        _require_possible(order, one, lines[one.position], force=force)
    return [
        Move(lines[one.position], one.quantity, lines[one.position].sku not in services)
        for one in sorted(wanted, key=lambda one: one.position)
    ]


def to_ship(line: OrderLine, services: Collection[str]) -> Decimal:
    """Tell how much of a line of a confirmed order is still to leave as goods; services and closed lines leave nothing.

    Args:
        services: The SKUs that are no goods.
    """
    if line.kind != "product" or line.closed or line.sku in services:
        return ZERO
    # Almost always nothing of a line that is planned has left yet, and a subtraction costs more than the rest.
    return max(line.quantity - line.delivered, ZERO) if line.delivered else max(line.quantity, ZERO)


def replanned(planned: Decimal, before: Decimal, after: Decimal) -> Decimal:
    """Tell how much of a line waits for its delivery after what is to ship of it has changed.

    What comes on top waits as well, what falls away waits no more. What nobody waited for before, such as goods that
    came back, is left out as it was.

    Args:
        planned: How much waited, at most `before`.
        before: What was to ship of it.
        after: What is to ship of it now.
    """
    return min(max(planned + after - before, ZERO), after)


def leave(delivery: str, planned: Mapping[int, Decimal], wanted: Sequence[LineQuantity]) -> dict[int, Decimal]:
    """Decide what of a waiting delivery leaves: what is named, or all of it.

    Args:
        delivery: Its number, for messages.
        planned: The quantities of its lines by position, above zero.

    Returns:
        The quantity by position, above zero.

    Raises:
        NotFoundError: There is no such line.
        RefusedError: More than waits would leave.
        UsageError: A quantity is below zero.
    """
    for one in wanted:
        if one.quantity < 0:
            raise UsageError("usage.amount", "what leaves is written above zero", hint="write N=QTY: --line 1=2")
        if one.position not in planned:
            raise unknown_line(f"delivery {delivery}", one.position, f"shopctl delivery show {delivery}")
        left = planned[one.position]
        if one.quantity > left:
            raise _refused(
                f"{number(one.quantity)} of line {one.position} of delivery {delivery} are more than the "
                f"{number(left)} that wait",
                f"shopctl delivery validate {delivery} --line {one.position}={number(left)}",
            )
    return {one.position: one.quantity for one in sorted(wanted, key=lambda one: one.position)} or dict(planned)


def _require_possible(order: str, wanted: LineQuantity, line: OrderLine, *, force: bool) -> None:
    where = f"line {wanted.position} of order {order}"
    if line.kind != "product":
        raise _refused(f"{where} is a {line.kind} line, which is not delivered", f"shopctl orders show {order}")
    if -wanted.quantity > line.delivered:
        raise _refused(
            f"{number(-wanted.quantity)} of {where} cannot come back, for {number(line.delivered)} are delivered",
            f"shopctl orders show {order}",
        )
    if wanted.quantity > 0 and line.closed:
        raise RefusedError(
            "line.frozen", f"{where} is closed: nothing more of it comes", hint=f"shopctl orders reopen {order}"
        )
    left = max(line.quantity - line.delivered, ZERO)
    if wanted.quantity > left and not force:
        raise _refused(
            f"{number(wanted.quantity)} of {where} are more than the {number(left)} that are left to deliver",
            f"shopctl orders deliver {order} --line {wanted.position}={number(left)}, or --force"
            if left
            else f"shopctl orders deliver {order} --line {wanted.position}={number(wanted.quantity)} --force",
        )


class Sent(NamedTuple):
    """A line of a delivery, what came back of it before, and how much of its order line is with the customer."""

    position: int
    quantity: Decimal
    returned: Decimal
    delivered: Decimal

    @property
    def left(self) -> Decimal:
        """How much of it can still come back."""
        return max(min(self.quantity - self.returned, self.delivered), ZERO)


def take_back(delivery: str, lines: Sequence[Sent], wanted: Sequence[LineQuantity]) -> dict[int, Decimal]:
    """Decide what of a delivery comes back: what is named, or everything that has not come back yet.

    Args:
        delivery: Its number, for messages.

    Returns:
        The quantity by position, above zero; empty when nothing is left.

    Raises:
        NotFoundError: There is no such line.
        RefusedError: More than is left would come back.
        UsageError: A quantity is below zero.
    """
    if not wanted:
        return {line.position: line.left for line in lines if line.left}
    known = {line.position: line for line in lines}
    for one in wanted:
        if one.quantity < 0:
            raise UsageError("usage.amount", "what comes back is written above zero", hint="write N=QTY: --line 1=2")
        if one.position not in known:
            raise unknown_line(f"delivery {delivery}", one.position, f"shopctl delivery show {delivery}")
        left = known[one.position].left
        if one.quantity > left:
            raise _refused(
                f"{number(one.quantity)} of line {one.position} of delivery {delivery} cannot come back, "
                f"for {number(left)} are left of it",
                f"shopctl delivery show {delivery}",
            )
    return {one.position: one.quantity for one in sorted(wanted, key=lambda one: one.position)}


def number(value: Decimal) -> str:
    """Write a quantity without the zeros that say nothing."""
    return plain(value.normalize())


def _refused(message: str, hint: str) -> RefusedError:
    return RefusedError("delivery.quantity", message, hint=hint)
