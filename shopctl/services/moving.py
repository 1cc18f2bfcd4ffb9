"""Move goods: write the deliveries, count what moved on the order lines and in the stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import change_rows
from shopctl.db.fields import units
from shopctl.domain import order_letters
from shopctl.domain.billing import ZERO
from shopctl.domain.deliveries import Move, number
from shopctl.models import OrderLine
from shopctl.services import closing, order_lines, parcels, planning, stock
from shopctl.services.facts import OrderFacts
from shopctl.services.parcels import Handling, Parcel
from shopctl.services.planning import Waiting
from shopctl.services.recounting import recount
from shopctl.services.telling import tell
from shopctl.shop import Shop

Moved = Sequence[tuple[OrderFacts, Sequence[Move]]]
"""What moves of locked orders, one move a line."""


class _Split(NamedTuple):
    """What moves of an order: goods out of the house, goods that come back, and what of its delivery stays behind."""

    order: OrderFacts
    moves: Sequence[Move]
    out: dict[int, Decimal]
    back: dict[int, Decimal]
    waits: Waiting | None
    rest: dict[int, Decimal]


class _Document(NamedTuple):
    """A delivery that was written or has left."""

    word: str
    number: str


def move(shop: Shop, moved: Moved, how: Handling, *, back_order: bool = True) -> dict[int, list[str]]:
    """Step: write the deliveries of what moves of locked orders, and count it.

    The delivery that waits for an order is the one that leaves; what stays behind of it waits in a back order.

    Args:
        back_order: Otherwise the lines of which something stays behind are closed: nothing more of them comes.

    Returns:
        What to tell about each order, by its key.
    """
    known = planning.waiting([order.key for order, _ in moved])
    splits = [_split(order, moves, known.get(order.key)) for order, moves in moved]
    documents = _write(shop, splits, how, back_order=back_order)
    for split in splits:
        shop.record(
            "order.delivered",
            split.order.number,
            deliveries=[one.number for one in documents[split.order.key]],
            quantities=[f"{one.line.description}: {number(one.quantity)}" for one in split.moves],
        )
    count(moved)
    tell(shop, order_letters.SHIPPED, [split.order.key for split in splits if split.out])
    closed = {} if back_order else _close(shop, splits)
    short = stock.take(goods_of(moved))
    return {
        split.order.key: [
            *(f"{one.word} {one.number}" for one in documents[split.order.key]),
            *(f"{one.line.description}: {number(one.quantity)} noted" for one in split.moves if not one.goods),
            *closed.get(split.order.key, ()),
            *stock.told([one.line.sku for one in split.moves if one.goods], short),
        ]
        for split in splits
    }


def _split(order: OrderFacts, moves: Sequence[Move], waits: Waiting | None) -> _Split:
    out = {one.line.key: one.quantity for one in moves if one.goods and one.quantity > 0}
    back = {one.line.key: -one.quantity for one in moves if one.goods and one.quantity < 0}
    if not (out and waits):
        return _Split(order, moves, out, back, None, {})
    open_ = {line.key: line.quantity - line.delivered for line in order.lines}
    rest = {
        key: min(planned, open_[key]) - out.get(key, ZERO)
        for key, planned in waits.quantities.items()
        if out.get(key, ZERO) < min(planned, open_[key])
    }
    return _Split(order, moves, out, back, waits, rest)


def _write(shop: Shop, splits: Sequence[_Split], how: Handling, *, back_order: bool) -> dict[int, list[_Document]]:
    """Write what leaves, what comes back and what stays behind of each order, in this order."""
    leaving = [(split, split.waits) for split in splits if split.waits]
    parcels.set_done(shop, {waits.key: _joined(waits.how, how) for _, waits in leaving})
    parcels.set_lines({waits.key: split.out for split, waits in leaving if split.out != waits.quantities})
    found: dict[int, list[_Document]] = {split.order.key: [] for split in splits}
    for split, waits in leaving:
        found[split.order.key].append(_Document("delivery", waits.number))
        shop.record("delivery.done", waits.number, order=split.order.number, kind="outgoing")
    fresh = [parcel for split in splits for parcel in _fresh(split, how, back_order=back_order)]
    for parcel, one in zip(fresh, parcels.write(shop, fresh), strict=True):
        order = parcel.order
        if parcel.state == "waiting":
            found[order.key].append(_Document("back order", one.number))
            shop.record("delivery.planned", one.number, order=order.number, origin=found[order.key][0].number)
        else:
            found[order.key].append(_Document("return" if parcel.kind == "return" else "delivery", one.number))
            shop.record("delivery.done", one.number, order=order.number, kind=parcel.kind)
    return found


def _joined(planned: Handling, how: Handling) -> Handling:
    """Say how a delivery went: what was known of it before, as far as nothing else is said now."""
    return Handling(
        how.date, how.carrier or planned.carrier, how.tracking or planned.tracking, how.note or planned.note
    )


def _fresh(split: _Split, how: Handling, *, back_order: bool) -> Iterator[Parcel]:
    if split.out and not split.waits:
        yield Parcel(split.order, "outgoing", split.out, how=how)
    if split.back:
        yield Parcel(split.order, "return", split.back, how=how)
    if split.waits and split.rest and back_order:
        yield Parcel(split.order, "outgoing", split.rest, "waiting", origin=split.waits.key)


def count(moved: Moved) -> None:
    """Step: change the delivered quantities of locked orders and derive their statuses; quantities are signed."""
    change_rows(
        OrderLine,
        "delivered = delivered + :quantity",
        "id = :id",
        ("id", "quantity"),
        [(one.line.key, units(one.quantity)) for _, moves in moved for one in moves],
    )
    order_lines.mark({order.key: ("delivered",) for order, _ in moved})
    recount(order.key for order, _ in moved)


def goods_of(moved: Moved) -> Mapping[str, Decimal]:
    """Sum the goods that move by SKU; what comes back is below zero."""
    sums: dict[str, Decimal] = {}
    for _, moves in moved:
        for one in moves:
            if one.goods:
                sums[one.line.sku] = sums.get(one.line.sku, ZERO) + one.quantity
    return sums


def _close(shop: Shop, splits: Sequence[_Split]) -> dict[int, list[str]]:
    """Close the lines of which something stays behind for good; answers what to tell, by the key of the order."""
    short = [(split, split.waits) for split in splits if split.waits and split.rest]
    reasons = {split.order.key: f"not in {waits.number}" for split, waits in short}
    closing.mark(reasons, [key for split, _ in short for key in split.rest], closed=True)
    told = {}
    for split, _ in short:
        missing = [
            f"{number(split.rest[one.key])} × {one.description}" for one in split.order.lines if one.key in split.rest
        ]
        shop.record("order.closed", split.order.number, lines=len(split.rest), reason=reasons[split.order.key])
        told[split.order.key] = [
            f"nothing more comes of: {'; '.join(missing)}",
            f"take that back: shopctl orders reopen {split.order.number}",
        ]
    return told
