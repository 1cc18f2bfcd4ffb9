"""Read what is typed to make an order, and decide what of it can be sold.

Source: the command-line contract, `orders create`. Everything here is values in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.addresses import values_of
from shopctl.domain.line_edits import AddLine
from shopctl.domain.order_edits import Product
from shopctl.domain.records import AddressRecord, LineRecord
from shopctl.errors import NotFoundError, RefusedError, UsageError

FIELDS: Final = AddressRecord._fields[:-1]
_WRITE: Final = (
    "write the number of an address of the customer, or street=Torstraße 88,zip=10119,city=Berlin,country=DE"
)
_MOST_DIGITS: Final = 6
_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9/_.-]{0,39}")

Place = int | AddressRecord
"""The position of an address of the customer, as `customers show` lists them, or an address itself."""


class Offered(NamedTuple):
    """A product, and whether it is not sold any more."""

    product: Product
    archived: bool


def parse_place(text: str, option: str) -> Place:
    """Read `2` or `street=Torstraße 88,zip=10119,city=Berlin,country=DE`; values may contain commas.

    Args:
        option: Where it was typed, for the message.

    Raises:
        UsageError: It is written in another way.
    """
    digits = text.strip()
    if digits.isascii() and digits.isdigit():
        if not int(digits[:_MOST_DIGITS]) > 0 or len(digits) > _MOST_DIGITS:
            raise UsageError("usage", f"{option}: {digits!r} is not the number of an address", hint=_WRITE)
        return int(digits)
    values = values_of(text, option, FIELDS)
    if not any(values.values()):
        raise UsageError("usage", f"{option} {text!r} holds no address", hint=_WRITE)
    return AddressRecord(**values)


def address_at(
    customer: str, addresses: Sequence[AddressRecord], place: Place | None, kind: str
) -> AddressRecord | None:
    """Choose an address of a customer.

    Args:
        customer: Code, for messages; empty for a guest, who has no address that could be numbered.
        addresses: In the order in which `customers show` lists them.
        place: What was typed; None for the first one of the kind, else the first billing address, else the first.
        kind: `billing` or `shipping`.

    Raises:
        NotFoundError: There is no address at the position.
    """
    if isinstance(place, AddressRecord):
        return place._replace(kind=kind)
    if place is None:
        order = (kind, "billing", *(one.kind for one in addresses))
        return next((one for wanted in order for one in addresses if one.kind == wanted), None)
    if not 1 <= place <= len(addresses):
        who = f"customer {customer}" if customer else "a guest"
        raise NotFoundError(
            "customer.address_unknown",
            f"{who} has no address {place}",
            hint=f"shopctl customers show {customer}" if customer else _WRITE,
        )
    return addresses[place - 1]


def addresses_of(name: str, billing: AddressRecord | None, shipping: AddressRecord | None) -> tuple[AddressRecord, ...]:
    """List the addresses of a guest: one that was typed alone serves for both, and all of them bear a name.

    Args:
        name: Of the guest, for addresses that name nobody.

    Returns:
        The billing address first, the shipping address last, or nothing.
    """
    given = [one for one in (billing or shipping, shipping or billing) if one]
    named = [one if one.name or one.company else one._replace(name=name) for one in given]
    return tuple(named[:1] if len(named) == 2 and named[0][:8] == named[1][:8] else named)


def parse_number(text: str) -> str:
    """Read the number that an order is to have.

    Raises:
        UsageError: It could not be typed in a shell, or is that of a draft.
    """
    number = text.strip().upper()
    if not _NUMBER.fullmatch(number) or number.startswith("DRAFT/"):
        raise UsageError(
            "usage", f"{text!r} cannot be the number of an order", hint="letters, digits and / _ . - inside, up to 40"
        )
    return number


def parse_currency(text: str) -> str:
    """Read the code of a currency.

    Raises:
        UsageError: It does not have three letters.
    """
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise UsageError("usage", f"{text!r} is not a currency code", hint="three letters such as EUR")
    return code


def sold(wanted: Sequence[AddLine], offered: Mapping[str, Offered]) -> tuple[LineRecord, ...]:
    """Make the lines of a new order: name, price, taxes and policy are those of the products.

    Args:
        wanted: Products with quantity and price; a price of None is that of the product.

    Raises:
        UsageError: Nothing is ordered, or a quantity is not above zero.
        NotFoundError: There is no such product.
        RefusedError: A product is not sold any more.
    """
    if not wanted:
        raise UsageError("order.no_lines", "an order needs at least one line", hint="add --line SKU[:QTY[@PRICE]]")
    return tuple(_line(one, offered.get(one.sku)) for one in wanted)


def _line(wanted: AddLine, found: Offered | None) -> LineRecord:
    if found is None:
        raise NotFoundError(
            "product.unknown",
            f"there is no product {wanted.sku}",
            hint="write SKU, SKU:QTY or SKU:QTY@PRICE with the SKU of a product, as it is written there",
            product=wanted.sku,
        )
    if found.archived:
        raise RefusedError(
            "product.archived",
            f"product {wanted.sku} is archived, so it is not sold any more",
            hint="order another product",
            product=wanted.sku,
        )
    if wanted.quantity <= 0:
        raise UsageError(
            "usage.amount",
            f"a quantity of {wanted.quantity.normalize():f} of {wanted.sku} cannot be ordered",
            hint=f"write a quantity above 0: --line {wanted.sku}:1",
        )
    product = found.product
    return LineRecord(
        "product" if product.type in ("goods", "service") else product.type,  # type: ignore[arg-type]  # one of the kinds
        product.sku,
        product.name or product.sku,
        wanted.quantity,
        Decimal(0),
        product.price if wanted.unit_price is None else wanted.unit_price,
        taxes=tuple(product.taxes.split()),
        # Shipping and discounts are never delivered, so only what was ordered can be billed.
        policy=product.policy if product.type in ("goods", "service") else "ordered",
    )
