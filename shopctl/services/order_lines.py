"""Store changed lines of orders with everything that follows: totals, statuses, what an import may still change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, within
from shopctl.db.fields import units
from shopctl.domain.billing import OrderLine, add, write_split
from shopctl.domain.order_edits import NEW
from shopctl.domain.prints import Print
from shopctl.errors import RefusedError, UsageError
from shopctl.models import Order
from shopctl.models import OrderLine as Line
from shopctl.services import planning, words
from shopctl.services.facts import OrderFacts
from shopctl.services.recounting import recount

FIELDS = (
    "position", "kind", "sku", "description", "quantity", "delivered", "unit_price", "discount", "taxes", "policy",
    "amount_untaxed", "amount_tax", "amount_total", "tax_split",
)  # fmt: skip

Lines = Mapping[int, OrderLine]
"""Lines of an order by position."""


class Changed(NamedTuple):
    """An order as it is to be stored.

    Attributes:
        lines: All lines that it has afterwards.
        removed: Keys of lines that go.
        ours: What of it the source does not decide any more (`domain.prints`).
        head: New values of columns of the order.
    """

    order: OrderFacts
    lines: Lines
    removed: Sequence[int] = ()
    ours: Sequence[str] = ("lines",)
    head: Mapping[str, str] = {}


def by_position(orders: Iterable[OrderFacts]) -> dict[int, dict[int, OrderLine]]:
    """Step: tell the lines of orders by their position, by the key of the order."""
    found = list(orders)
    condition, values = among(Order, "order_id", [order.key for order in found])
    positions = dict(fetch(Order, f"SELECT id, position FROM order_lines WHERE {condition}", values))  # noqa: S608
    return {order.key: {positions[line.key]: line for line in order.lines} for order in found}


def require_open(order: OrderFacts, what: str, *, confirmed: bool = True) -> None:
    """Insist that an order may still be worked on.

    Args:
        what: What cannot be done otherwise, such as `edited`.
        confirmed: It must not wait for its money any more.

    Raises:
        RefusedError: It is cancelled, or not confirmed.
    """
    if order.state == "cancelled":
        raise RefusedError(
            "order.cancelled",
            f"order {order.number} is cancelled, so it cannot be {what}",
            hint=f"shopctl orders show {order.number}",
            order=order.number,
        )
    if confirmed and order.state != "confirmed":
        raise RefusedError(
            "order.not_confirmed",
            f"order {order.number} still waits for its payment, so it cannot be {what}",
            hint=f"shopctl orders confirm {order.number}",
            order=order.number,
        )


def require_released(order: OrderFacts, what: str) -> None:
    """Insist that an order is not on hold.

    Args:
        what: What cannot be done otherwise, such as `delivered`.

    Raises:
        RefusedError: It is.
    """
    if order.hold:
        raise held(order.number, order.hold, f"it cannot be {what}")


def held(number: str, reason: str, consequence: str) -> RefusedError:
    """Say that an order is on hold, and what does not happen therefore."""
    return RefusedError(
        "order.held",
        f"order {number} is on hold ({reason}), so {consequence}",
        hint=f"shopctl orders release {number}",
        order=number,
        reason=reason,
    )


def require_storable(lines: Lines) -> None:
    """Insist that the amounts of lines and their sum fit their columns.

    Raises:
        UsageError: One is too large.
    """
    try:
        for line in lines.values():
            for number in (line.quantity, line.unit_price, *line.amounts[:3]):
                units(number)
        for number in add(line.amounts for line in lines.values())[:3]:
            units(number)
    except ValueError as error:
        raise UsageError("usage.amount", str(error), hint="check the quantities and prices of its lines") from error


def store(changes: Sequence[Changed]) -> None:
    """Step: store changed orders, which are locked, and derive everything that follows."""
    if not changes:
        return
    gone = [key for change in changes for key in change.removed]
    if gone:
        planning.let_go(gone)
        Line.delete().where(within(Line.id, gone)).execute()
    added: list[tuple[Any, ...]] = []
    kept: list[tuple[Any, ...]] = []
    for order, lines, *_ in changes:
        before = {line.key: line for line in order.lines}
        for position, line in lines.items():
            if line.key == NEW:
                added.append((order.key, *_values(position, line), 0, 0))
            elif line != before[line.key]:
                kept.append((line.key, *_values(position, line)))
    change_rows(Line, ", ".join(f"{name} = :{name}" for name in FIELDS), "id = :id", ("id", *FIELDS), kept)
    insert_rows(Line, ("order_id", *FIELDS, "invoiced", "drafted"), added)
    _heads(changes)
    mark({change.order.key: change.ours for change in changes})
    recount(change.order.key for change in changes)
    words.refresh("order", [change.order.key for change in changes])


def _values(position: int, line: OrderLine) -> tuple[Any, ...]:
    untaxed, tax, total, shares = line.amounts
    return (
        position, line.kind, line.sku, line.description, units(line.quantity), units(line.delivered),
        units(line.unit_price), units(line.discount), line.taxes, line.policy, units(untaxed), units(tax),
        units(total), write_split(shares),
    )  # fmt: skip


def _heads(changes: Sequence[Changed]) -> None:
    rows = []
    for order, lines, _, _, head in changes:
        untaxed, tax, total, _ = add(line.amounts for line in lines.values())
        new = {"terms": order.terms, "tax_rounding": order.rounding, **head}
        rows.append((order.key, units(untaxed), units(tax), units(total), new["terms"], new["tax_rounding"]))
    change_rows(
        Order,
        "amount_untaxed = :untaxed, amount_tax = :tax, amount_total = :total, terms = :terms, tax_rounding = :rounding",
        "id = :id",
        ("id", "untaxed", "tax", "total", "terms", "rounding"),
        rows,
    )
    notes = [(order.key, head["note"]) for order, _, _, _, head in changes if "note" in head]
    change_rows(Order, "note = :note", "id = :id", ("id", "note"), notes)


def mark(ours: Mapping[int, Iterable[str]]) -> None:
    """Step: remember what of orders was changed here, so that importing them again does not undo it.

    Args:
        ours: Names as in `domain.prints`, by the key of the order.
    """
    condition, values = among(Order, "id", sorted(ours))
    changed = []
    for key, stored in fetch(Order, f"SELECT id, fingerprint FROM orders WHERE {condition}", values):  # noqa: S608
        after = Print.read(stored).with_ours(*ours[key]).write()
        if after != stored:
            changed.append((key, after))
    change_rows(Order, "fingerprint = :fingerprint", "id = :id", ("id", "fingerprint"), changed)
