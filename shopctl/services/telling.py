"""Tell customers by letter what happened to their orders, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from shopctl.domain import order_letters
from shopctl.shop import Shop


def tell(shop: Shop, kind: str, keys: Iterable[int]) -> None:
    """Step: queue a letter about orders at the end of the operation, when everything about them is stored.

    Which letters go out is a setting (`orders.letters`) that a call may overrule (`Shop.letters`). Without a sender
    none does, unless it was asked for.

    Args:
        kind: One of `domain.order_letters.KINDS`.
        keys: Keys of the orders, which are locked.
    """
    wanted = shop.letters
    if wanted is None:
        wanted = frozenset(shop.config.orders.letters if shop.config.email.sender else ())
    orders = list(keys)
    if kind in wanted and orders:
        shop.closing.append(partial(_queued, shop, kind, orders))


def _queued(shop: Shop, kind: str, orders: list[int]) -> Mapping[str, str]:
    from shopctl.services import order_mailing

    queued = order_mailing.queue_orders(shop, orders, kind)
    word = "shipping" if kind == order_letters.SHIPPED else kind.replace("_", " ")
    return {number: f"{word} e-mail queued for {address}" for number, address in queued.items()}
