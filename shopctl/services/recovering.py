"""Turn carts into orders: the prices are those that the customer saw, taxes and totals those of today's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import new_ids, within
from shopctl.db.fields import stamp
from shopctl.domain.deliveries import number
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.records import AddressRecord, OrderRecord
from shopctl.domain.references import beside
from shopctl.domain.states import TEXT_KINDS
from shopctl.errors import RefusedError, ShopError, UsageError
from shopctl.models import Address, Cart, Customer, Order, Product
from shopctl.services import cart_facts, cart_orders, carts, counters, facts
from shopctl.services.cart_changes import Owner, Stored, is_ordered, known, stored
from shopctl.services.importing.customers import Known
from shopctl.services.importing.figures import Prepared, Pricing, prepare, pricing
from shopctl.services.importing.orders import write
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, known_numbers
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Wish:
    """Whose orders the carts become, where they are anonymous, and whether these are confirmed at once.

    Attributes:
        customer: Code or address of a customer who is stored; or else
        email: the address of one who is made if nobody has it.
        confirm: Accept the orders without a payment.
    """

    customer: str = ""
    email: str = ""
    confirm: bool = False


class _Goods(NamedTuple):
    """What is said of a product today."""

    price: Decimal
    taxes: str
    policy: str
    archived: bool
    stock: Decimal | None


class _Buyer(NamedTuple):
    """A customer with the addresses that an order copies."""

    known: Known
    billing: AddressRecord | None
    shipping: AddressRecord | None


class _Context(NamedTuple):
    """Everything that the carts of a call refer to."""

    goods: dict[str, _Goods]
    buyers: dict[int, _Buyer]
    prices: Pricing
    owner: Owner


@operation("orders")
def recover(shop: Shop, numbers: Sequence[str], wish: Wish) -> list[Outcome[OrderRow]]:
    """Turn carts into orders placed now; a cart that is one already is `unchanged` and names it.

    Raises (as outcomes): cart.unknown, cart.empty, cart.no_customer, cart.customer, usage.amount.

    Raises:
        NotFoundError: There is no such customer.
        RefusedError: The e-mail address is none.
    """
    owner = Owner(shop, wish.customer, wish.email)
    keys = carts.locked(numbers)
    found = stored(list(keys.values()))
    context = _context(found.values(), owner)
    became = cart_facts.orders_of([cart.number for cart in found.values() if cart.ordered])
    first = first_spellings(numbers, lambda reference: keys.get(folded(reference)))
    outcomes: dict[str, Outcome[OrderRow]] = {}
    ready: dict[str, tuple[Stored, Prepared]] = {}
    already: dict[str, str] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            cart = found[known(keys, reference)]
            if cart.ordered and cart.number in became:
                already[reference] = became[cart.number][0]
                continue
            ready[reference] = cart, _prepared(shop, cart, wish, context)
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
    outcomes |= _already(already)
    outcomes |= _store(shop, ready, context)
    return in_order(numbers, first, outcomes)


def _context(found: Any, owner: Owner) -> _Context:
    skus = sorted({line.sku for cart in found for line in cart.lines.values() if line.sku})
    query: Any = Product.select(
        Product.sku, Product.price, Product.taxes, Product.policy, Product.archived, Product.stock
    ).where(Product.sku.in_(skus))
    owners = {owner.key, *(cart.customer for cart in found)} - {None}
    return _Context(
        {sku: _Goods(*values) for sku, *values in query.tuples()},
        _buyers(sorted(owners)),
        pricing(tuple(facts.taxes().values())),
        owner,
    )


def _buyers(keys: Sequence[int]) -> dict[int, _Buyer]:
    names = ("name", "company", "street", "street2", "zip", "city", "region", "country", "kind")
    addresses: dict[int, list[AddressRecord]] = {}
    kept: Any = Address.select().where(within(Address.customer, keys))
    for one in kept.order_by(Address.customer, Address.position):
        addresses.setdefault(one.customer_id, []).append(AddressRecord(**{name: getattr(one, name) for name in names}))
    people: Any = Customer.select(Customer.id, Customer.code, Customer.name, Customer.company, Customer.email)
    found = {}
    for key, code, name, company, email in people.where(within(Customer.id, keys)).tuples():
        mine = addresses.get(key, [])
        billing = _first(mine, "billing") or (mine[0] if mine else None)
        shipping = _first(mine, "shipping") or billing
        found[key] = _Buyer(Known(key, code, company or name or email, ""), billing, shipping)
    return found


def _first(addresses: Sequence[AddressRecord], kind: str) -> AddressRecord | None:
    return next((one for one in addresses if one.kind == kind), None)


def _prepared(shop: Shop, cart: Stored, wish: Wish, context: _Context) -> Prepared:
    """Work out the order that a cart becomes, without a number yet."""
    if cart.ordered:
        raise is_ordered(cart.number, "", "ordered again")
    if not any(line.kind not in TEXT_KINDS for line in cart.lines.values()):
        hint = f"shopctl carts edit {cart.number} --add-line SKU"
        raise RefusedError("cart.empty", f"cart {cart.number} is empty, so there is nothing to order", hint=hint)
    buyer = _buyer(cart, context)
    record = OrderRecord(
        website=cart.website, ordered_at=shop.now, state="confirmed" if wish.confirm else "sent",
        confirmed_at=shop.now if wish.confirm else None, currency=cart.currency, billing=buyer.billing,
        shipping=buyer.shipping, cart=cart.number, lines=tuple(cart.lines.values()),
    )  # fmt: skip
    products = {sku: (goods.taxes, goods.policy) for sku, goods in context.goods.items()}
    try:
        return prepare(record, buyer.known, context.prices, products, shop.config)
    except ValueError as error:  # each figure fits, what they multiply and add up to does not
        raise UsageError("usage.amount", str(error), hint=f"shopctl carts show {cart.number}") from error


def _buyer(cart: Stored, context: _Context) -> _Buyer:
    """Tell who buys; somebody new is made now that the cart can be ordered."""
    owner = context.owner
    if cart.customer is None and not owner.meant:
        raise RefusedError(
            "cart.no_customer",
            f"nobody knows whose cart {cart.number} is, and an order needs a customer",
            hint=f"shopctl carts recover {cart.number} --email ADDRESS, or --customer CODE",
        )
    if cart.customer is not None and owner.meant and cart.customer != owner.key:
        raise RefusedError(
            "cart.customer",
            f"cart {cart.number} belongs to another customer",
            hint=f"leave out --customer and --email, or: shopctl carts edit {cart.number} --customer CODE",
        )
    key = cart.customer or owner.made() or 0
    if key not in context.buyers:
        context.buyers.update(_buyers([key]))
    return context.buyers[key]


def _already(orders: Mapping[str, str]) -> dict[str, Outcome[OrderRow]]:
    keys = known_numbers(list(orders.values()))
    rows = order_rows(list(keys.values()))
    return {
        cart: Done(cart, Change.UNCHANGED, rows[keys[order]], (f"cart {folded(cart)} became order {order} already",))
        for cart, order in orders.items()
    }


def _store(shop: Shop, ready: Mapping[str, tuple[Stored, Prepared]], context: _Context) -> dict[str, Outcome[OrderRow]]:
    keys = list(new_ids(Order, len(ready)))
    numbers = counters.take(shop, "order", shop.today, len(ready))
    orders, lines = [], []
    for key, name, (cart, given) in zip(keys, numbers, ready.values(), strict=True):
        prepared = given.numbered(name)
        orders.append((key, *prepared.head, beside(name, shop.config.invoicing.reference)))
        lines += [(key, *values) for values in prepared.lines]
        shop.record("order.created", name, cart=cart.number)
    write(orders, lines)
    for cart, given in ready.values():
        if cart.customer is None:
            Cart.update(customer=given.customer).where(Cart.id == cart.key).execute()
    cart_orders.mark_ordered(shop, {cart.number: stamp(shop.now) for cart, _ in ready.values()})
    rows = order_rows(keys)
    return {
        reference: Done(reference, Change.CREATED, rows[key], tuple(_notes(cart, context.goods)))
        for key, (reference, (cart, _)) in zip(keys, ready.items(), strict=True)
    }


def _notes(cart: Stored, products: Mapping[str, _Goods]) -> Iterator[str]:
    """Tell where the order differs from what the shop would sell today."""
    for position, line in cart.lines.items():
        goods = products.get(line.sku)
        if goods is None or line.kind != "product":
            continue
        if goods.price != line.unit_price:
            kept, today = (with_currency(price, cart.currency) for price in (line.unit_price, goods.price))
            yield f"line {position} keeps its price of {kept}; {line.sku} costs {today} now"
        if goods.archived:
            yield f"line {position}: {line.sku} is not sold any more"
        elif goods.stock is not None and goods.stock < line.quantity:
            yield f"line {position}: only {number(goods.stock)} of {line.sku} are in stock"
