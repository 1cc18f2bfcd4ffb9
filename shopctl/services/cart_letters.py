"""Write the letter that asks a customer back to a cart: what is in it, and how to get there. It names no prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from shopctl.config import Config
from shopctl.domain.mail import one_line
from shopctl.services.letters import WRITINGS, Letter, render, written_in


class Item(NamedTuple):
    """A product in a cart."""

    name: str
    quantity: Decimal


class Reader(NamedTuple):
    """Who gets the letter; a language without templates reads English."""

    name: str
    language: str


def cart_letter(config: Config, number: str, reader: Reader, items: Sequence[Item]) -> Letter:
    """Write the letter about one cart.

    Args:
        number: Of the cart, for the link.
    """
    language = written_in((reader.language or config.shop.language)[:2].lower())
    shop = config.shop
    signature = [one_line(line) for line in (shop.name, *shop.address, shop.phone, shop.email)]
    values = {
        "language": language,
        "kind": "cart",
        "message": [],
        "due": "",
        "installments": [],
        "seller": one_line(shop.name),
        "name": one_line(reader.name),
        "items": [
            {"name": one_line(item.name), "quantity": _quantity(item.quantity, WRITINGS[language].decimal)}
            for item in items
        ],
        "link": config.carts.link.replace("{cart}", quote(number, safe="")),
        "signature": [line for line in signature if line],
        "vat": one_line(shop.vat),
    }
    return render("cart", values)


def _quantity(quantity: Decimal, point: str) -> str:
    whole, _, fraction = f"{quantity:f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{point}{fraction}" if fraction else whole
