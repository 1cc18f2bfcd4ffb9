"""Close orders of which nothing more will be delivered or billed, and open them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shopctl.db.bulk import change_rows
from shopctl.domain.billing import to_invoice
from shopctl.domain.closing import to_close
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ShopError
from shopctl.models import Order, OrderLine
from shopctl.services import facts, order_lines, planning
from shopctl.services.facts import OrderFacts
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.recounting import recount
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@operation("orders")
def close(shop: Shop, numbers: Sequence[str], reason: str) -> list[Outcome[OrderRow]]:
    """Close orders: what was delivered can still be billed, nothing more. With nothing left it is `unchanged`.

    Raises (as outcomes): order.unknown, order.cancelled, order.not_confirmed.
    """

    def chosen(order: OrderFacts) -> list[int]:
        order_lines.require_open(order, "closed")
        return [line.key for line in to_close(order.lines)]

    return _set_closed(shop, numbers, chosen, closed=True, reason=reason)


@operation("orders")
def reopen(shop: Shop, numbers: Sequence[str]) -> list[Outcome[OrderRow]]:
    """Take the closing of orders back; an order that is not closed is `unchanged`.

    Raises (as outcomes): order.unknown, order.cancelled, order.not_confirmed.
    """

    def chosen(order: OrderFacts) -> list[int]:
        order_lines.require_open(order, "reopened")
        return [line.key for line in order.lines if line.closed]

    return _set_closed(shop, numbers, chosen, closed=False, reason="")


def _set_closed(
    shop: Shop, numbers: Sequence[str], chosen: Callable[[OrderFacts], list[int]], *, closed: bool, reason: str
) -> list[Outcome[OrderRow]]:
    """Set the mark on the lines that are chosen of each order, and derive the statuses anew."""
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    lines: dict[str, list[int]] = {}
    for number in dict.fromkeys(first.values()):
        order = found.get(stored[number])
        try:
            if order is None:
                raise unknown(number)
            lines[number] = chosen(order)
        except ShopError as error:
            outcomes[number] = Failed(number, error)
    changed = [found[stored[number]] for number, keys in lines.items() if keys]
    mark({order.key: reason for order in changed}, [key for keys in lines.values() for key in keys], closed=closed)
    planning.follow(shop, changed)
    rows = order_rows([order.key for order in found.values()])
    for number, keys in lines.items():
        order = found[stored[number]]
        if keys:
            details = {"reason": reason} if closed else {}
            shop.record("order.closed" if closed else "order.reopened", order.number, lines=len(keys), **details)
        outcomes[number] = Done(
            number, Change.CHANGED if keys else Change.UNCHANGED, rows[order.key], _notes(order, keys, closed=closed)
        )
    return in_order(numbers, first, outcomes)


def mark(reasons: Mapping[int, str], lines: Sequence[int], *, closed: bool) -> None:
    """Step: close lines of locked orders, of which nothing more will come, or open them again; the statuses follow.

    Args:
        reasons: Why, by the key of the order.
        lines: The keys of the lines.
    """
    change_rows(OrderLine, "closed = :closed", "id = :id", ("id", "closed"), [(key, closed) for key in lines])
    change_rows(Order, "close_reason = :reason", "id = :id", ("id", "reason"), list(reasons.items()))
    order_lines.mark(dict.fromkeys(reasons, ("lines",)))
    recount(reasons)


def _notes(order: OrderFacts, keys: Sequence[int], *, closed: bool) -> tuple[str, ...]:
    if not keys:
        state = "has nothing left to close" if closed else "is not closed"
        return (f"order {order.number} {state}",)
    after = [line._replace(closed=closed or line.closed) if line.key in keys else line for line in order.lines]
    if closed and any(to_invoice(line) for line in after):
        return (f"what was delivered can still be billed: shopctl invoice create {order.number}",)
    return ()
