"""Show carts with everything that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.domain import billing
from shopctl.domain.billing import NOTHING, TaxShare
from shopctl.domain.money import step_of
from shopctl.domain.numbering import folded
from shopctl.domain.states import TEXT_KINDS
from shopctl.models import Cart, CartLine, Email, Order, Product
from shopctl.models.selling import OF_A_CART
from shopctl.services import cart_facts, carts, facts, ordering
from shopctl.services.carts import CartRow
from shopctl.services.orders import EventRow, OrderRow, events, tax_names
from shopctl.services.queueing import RECOVERY
from shopctl.shop import Shop


class CartLineRow(NamedTuple):
    """A line of a cart; `remark` says what is wrong with its product."""

    position: int
    kind: str
    sku: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    taxes: str
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    remark: str


class LetterRow(NamedTuple):
    """A letter about a cart; `step` counts from 1, `basis` is what makes it lawful, empty where nobody noted it."""

    id: int
    step: int
    state: str
    recipient: str
    basis: str
    created_at: datetime
    sent_at: datetime | None


class CartDetails(NamedTuple):
    """Everything `carts show` tells."""

    cart: CartRow
    lines: tuple[CartLineRow, ...]
    taxes: tuple[TaxShare, ...]
    tax_names: dict[str, str]
    letters: tuple[LetterRow, ...]
    orders: tuple[OrderRow, ...]
    events: tuple[EventRow, ...]


def show(shop: Shop, numbers: Sequence[str]) -> list[CartDetails]:
    """Tell everything about some carts, in the order asked for.

    Raises:
        NotFoundError: One of them does not exist.
    """
    return [_details(shop, number) for number in numbers]


def _details(shop: Shop, reference: str) -> CartDetails:
    cart: Any = Cart.get_or_none(Cart.number == folded(reference))
    if cart is None:
        raise carts.unknown(reference)
    lines = list(cart.lines.order_by(CartLine.position))
    amounts = _amounts(shop, lines, cart.currency)
    remarks = _remarks({line.sku for line in lines})
    letters: Any = Email.select(
        Email.id, Email.key, Email.state, Email.recipient, Email.basis, Email.created_at, Email.sent_at
    )
    return CartDetails(
        carts.rows(shop, [cart.id])[cart.id],
        tuple(
            CartLineRow(
                line.position, line.kind, line.sku, line.description, line.quantity, line.unit_price, line.discount,
                line.taxes, money.untaxed, money.tax, money.total, remarks.get(line.sku, ""),
            )
            for line, money in zip(lines, amounts, strict=True)
        ),
        billing.add(amounts).taxes,
        tax_names(),
        tuple(
            LetterRow(key, cart_facts.step_of(name), *values)
            for key, name, *values in letters.where((Email.document == cart.number) & (Email.kind == RECOVERY))
            .order_by(Email.id)
            .tuples()
        ),
        tuple(_orders(cart.number)),
        events([cart.number]),
    )  # fmt: skip


def _amounts(shop: Shop, lines: Sequence[Any], currency: str) -> list[billing.Amounts]:
    """Price the lines as their total was; sections and notes have no money."""
    inputs = [
        (line.unit_price, line.quantity, line.discount, line.taxes) for line in lines if line.kind not in TEXT_KINDS
    ]
    rest = iter(billing.priced(inputs, facts.taxes(), shop.config.invoicing.tax_rounding, step_of(currency)))
    return [NOTHING if line.kind in TEXT_KINDS else next(rest) for line in lines]


def _remarks(skus: set[str]) -> dict[str, str]:
    query: Any = Product.select(Product.sku, Product.archived, Product.stock).where(Product.sku.in_(sorted(skus)))
    return {
        sku: "not sold any more" if archived else "sold out"
        for sku, archived, stock in query.tuples()
        if archived or (stock is not None and stock <= 0)
    }


def _orders(number: str) -> list[OrderRow]:
    query: Any = Order.select(Order.id).where((Order.cart == number) & OF_A_CART).order_by(Order.id)
    return list(ordering.order_rows([key for (key,) in query.tuples()]).values())
