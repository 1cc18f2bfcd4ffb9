"""Mark carts as ordered, whoever placed the order, and keep their letters back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import stamp
from shopctl.domain.records import OrderRecord
from shopctl.models import Cart, Email
from shopctl.services import facts
from shopctl.services.queueing import RECOVERY
from shopctl.shop import Shop


def mark_ordered(shop: Shop, moments: Mapping[str, str]) -> None:
    """Step: mark carts as ordered; of several orders of a cart the first one counts.

    Args:
        moments: When each cart was ordered, as stored, by its number; numbers of carts that are not here are left out.
    """
    if not moments:
        return
    condition, values = among(Cart, "k.number", list(moments))
    statement = f"SELECT k.id, k.number, k.ordered_at FROM carts k WHERE {condition} ORDER BY k.id"  # noqa: S608
    found = fetch(Cart, statement + facts.locking("k"), values)
    changed = [
        (key, number, moments[number]) for key, number, before in found if before is None or moments[number] < before
    ]
    change_rows(
        Cart, "ordered_at = :moment", "id = :id", ("id", "moment"), [(key, moment) for key, _, moment in changed]
    )
    for _, number, _ in changed:
        shop.record("cart.ordered", number)
    withdraw(shop, [number for _, number, _ in changed], "the cart was ordered")


def mark_imported(shop: Shop, orders: Iterable[OrderRecord]) -> None:
    """Step: mark the carts that imported orders name."""
    moments: dict[str, str] = {}
    for order in orders:
        if order.cart and order.ordered_at:
            number, moment = order.cart.upper(), stamp(order.ordered_at)
            moments[number] = min(moment, moments.get(number, moment))
    mark_ordered(shop, moments)


def withdraw(shop: Shop, numbers: list[str], why: str) -> None:
    """Step: cancel letters about carts that still wait in the outbox."""
    if not numbers:
        return
    condition, values = among(Email, "document", numbers)
    waiting = fetch(
        Email,
        "SELECT id, document, state FROM emails "  # noqa: S608
        f"WHERE {condition} AND kind = '{RECOVERY}' AND state IN ('queued', 'held') ORDER BY id",
        values,
    )
    change_rows(
        Email,
        "state = 'cancelled', reply = :why",
        "id = :id AND state = :state",
        ("id", "state", "why"),
        [(key, state, why) for key, _, state in waiting],
    )
    for key, number, _ in waiting:
        shop.record("email.cancelled", number, email=key)
