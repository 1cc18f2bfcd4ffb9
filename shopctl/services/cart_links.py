"""Lead customers back to their carts: links that are signed and hold for a while, and what a link means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from shopctl.domain import link_tokens
from shopctl.domain.dates import parse_duration
from shopctl.domain.link_tokens import CART
from shopctl.models import Cart
from shopctl.services import carts, signing
from shopctl.services.carts import CartRow
from shopctl.shop import Shop


def validity(shop: Shop) -> timedelta:
    """Tell for how long a link holds."""
    return parse_duration(shop.config.carts.link_valid)


def links_for(shop: Shop, numbers: Iterable[str]) -> dict[str, str]:
    """Write the link that leads back to each cart; empty where no link is set up."""
    template = shop.config.carts.link
    if not template:
        return dict.fromkeys(numbers, "")
    until = shop.now + validity(shop)
    key = signing.key(shop) if "{token}" in template else b""
    return {
        number: template.replace("{cart}", quote(number, safe="")).replace(
            "{token}", link_tokens.sign(key, CART, number, until) if key else ""
        )
        for number in numbers
    }


def resolve(shop: Shop, tokens: Sequence[str]) -> list[CartRow]:
    """Tell which carts these tokens lead to, in the order asked for.

    Args:
        tokens: Those of links in letters, or the links themselves.

    Raises:
        RefusedError: link.invalid, link.expired.
        NotFoundError: The cart does not exist any more.
    """
    key = signing.key(shop)
    numbers = [link_tokens.verify(key, CART, link_tokens.token_of(text), shop.now) for text in tokens]
    query: Any = Cart.select(Cart.number, Cart.id).where(Cart.number.in_(numbers))
    keys = dict(query.tuples())
    for number in numbers:
        if number not in keys:
            raise carts.unknown(number)
    rows = carts.rows(shop, sorted(set(keys.values())))
    return [rows[keys[number]] for number in numbers]
