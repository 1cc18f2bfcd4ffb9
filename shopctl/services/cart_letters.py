"""Write the letter that asks a customer back to a cart: what is in it, and how to get there. It names no prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from shopctl.config import Config
from shopctl.domain.mail import one_line
from shopctl.services.letters import WRITINGS, Letter, language_of, rendered


class Item(NamedTuple):
    """A product in a cart."""

    name: str
    quantity: Decimal


class Reader(NamedTuple):
    """Who gets the letter; `language` is one that letters are written in."""

    name: str
    language: str


def reader_of(name: str, language: str, config: Config) -> Reader:
    """Tell how somebody is written to: in their own language, else that of the shop, else English."""
    return Reader(name, language_of((language or config.shop.language)[:2].lower()))


def cart_letter(config: Config, number: str, reader: Reader, items: Sequence[Item]) -> Letter:
    """Write the letter about one cart.

    Args:
        number: Of the cart, for the link.
    """
    writing = WRITINGS[reader.language]
    shop = config.shop
    signature = [one_line(line) for line in (shop.name, *shop.address, shop.phone, shop.email)]
    values = {
        "language": reader.language,
        "message": [],
        "asks": False,
        "seller": one_line(shop.name),
        "name": one_line(reader.name),
        "items": [{"name": one_line(item.name), "quantity": writing.number(item.quantity)} for item in items],
        "link": config.carts.link.replace("{cart}", quote(number, safe="")),
        "signature": [line for line in signature if line],
        "vat": one_line(shop.vat),
    }
    return rendered(f"{reader.language}/cart", values)
