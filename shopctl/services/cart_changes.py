"""Make, edit and delete carts from the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from shopctl.db.bulk import change_rows, fetch, insert_rows, new_ids, within
from shopctl.db.fields import stamp, units
from shopctl.domain import billing, cart_edits
from shopctl.domain.billing import Amounts
from shopctl.domain.cart_edits import Catalogue
from shopctl.domain.deliveries import number
from shopctl.domain.line_edits import AddLine, LineEdits
from shopctl.domain.mail import plain_address
from shopctl.domain.money import step_of
from shopctl.domain.numbering import folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.records import CustomerRecord, LineRecord
from shopctl.errors import RefusedError, ShopError, UsageError
from shopctl.models import Cart, CartLine
from shopctl.services import cart_facts, cart_orders, carts, counters, facts
from shopctl.services.carts import CartRow
from shopctl.services.customers import find_customer
from shopctl.services.editing import products
from shopctl.services.importing.carts import CART, LINE
from shopctl.services.importing.customers import Directory, make_missing
from shopctl.services.importing.figures import codes_of, line_amounts
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class NewCart:
    """A cart to be made.

    Attributes:
        customer: Code or address of a customer who is stored; or else
        email: the address of one who is made if nobody has it; both empty: an anonymous cart.
        currency: The shop's own where it is empty.
    """

    lines: tuple[AddLine, ...]
    customer: str = ""
    email: str = ""
    stage: str = "cart"
    payment_error: str = ""
    website: str = ""
    currency: str = ""

    @property
    def reference(self) -> str:
        """How answers name it before it has a number."""
        return self.customer or self.email or "cart"


@dataclass(frozen=True)
class Edit:
    """What changes of a cart; None leaves it as it is, and so does an empty `customer` or `email`, as in `NewCart`."""

    lines: LineEdits = field(default_factory=LineEdits)
    customer: str = ""
    email: str = ""
    stage: str | None = None
    payment_error: str | None = None
    website: str | None = None


class Stored(NamedTuple):
    """A cart as it is stored and locked."""

    key: int
    number: str
    ordered: bool
    customer: int | None
    currency: str
    stage: str
    payment_error: str
    website: str
    lines: dict[int, LineRecord]


class _Ready(NamedTuple):
    """A cart that was decided and is to be stored."""

    wanted: NewCart
    customer: int | None
    currency: str
    lines: dict[int, LineRecord]
    money: Amounts


@operation("orders")
def create(shop: Shop, wanted: Sequence[NewCart]) -> list[Outcome[CartRow]]:
    """Make carts; prices and taxes that are not given are those of the products.

    Raises (as outcomes): product.unknown, customer.unknown, email.address, usage.amount.
    """
    catalogue = Catalogue(products(line.sku for one in wanted for line in one.lines), facts.taxes())
    decided = [_decided(shop, one, catalogue) for one in wanted]
    rows = iter(_insert(shop, [one for one in decided if isinstance(one, _Ready)]))
    return [one if isinstance(one, Failed) else _created(next(rows)) for one in decided]


def _decided(shop: Shop, wanted: NewCart, catalogue: Catalogue) -> _Ready | Failed:
    currency = wanted.currency or shop.config.shop.currency
    try:
        lines = cart_edits.edit("the cart", {}, LineEdits(wanted.lines), catalogue)
        money = _money(shop, lines, currency, catalogue)
        return _Ready(wanted, Owner(shop, wanted.customer, wanted.email).made(), currency, lines, money)
    except ShopError as error:
        return Failed(wanted.reference, error)


def _created(row: CartRow) -> Done[CartRow]:
    return Done(row.number, Change.CREATED, row)


class Owner:
    """Whose a cart is to be; somebody who is not stored yet is made when the first cart needs it, not before.

    Args:
        reference: Code or address of a customer who is stored; or else
        email: the address of one who is made if nobody has it; both empty: nobody is meant.

    Raises:
        NotFoundError: There is no customer of that code or address.
        RefusedError: It is not one plain e-mail address.
    """

    def __init__(self, shop: Shop, reference: str, email: str) -> None:
        self._shop = shop
        self._record = CustomerRecord(email=plain_address(email.strip())) if email and not reference else None
        self._directory = Directory([self._record])
        known = self._directory.find(self._record) if self._record else None
        self.key = find_customer(reference) if reference else known.key if known else None

    @property
    def meant(self) -> bool:
        """Whether anybody is."""
        return self.key is not None or self._record is not None

    def made(self) -> int | None:
        """Step: tell the key, of somebody new as well."""
        if self.key is None and self._record is not None:
            make_missing(self._shop, [(self._record, "")], self._directory)
            known = self._directory.find(self._record)
            self.key = known.key if known else None
        return self.key


def _money(shop: Shop, lines: Mapping[int, LineRecord], currency: str, catalogue: Catalogue) -> Amounts:
    """Sum up lines.

    Raises:
        UsageError: An amount is too large, or the currency is none.
    """
    step_of(currency)
    rounding = shop.config.invoicing.tax_rounding
    try:
        money = billing.add(line_amounts(list(lines.values()), catalogue.taxes, rounding, currency))
        for figure in (*money[:3], *(each for line in lines.values() for each in (line.quantity, line.unit_price))):
            units(figure)
    except ValueError as error:
        raise UsageError("usage.amount", str(error), hint="check the quantities and prices of its lines") from error
    return money


def _insert(shop: Shop, ready: Sequence[_Ready]) -> list[CartRow]:
    keys = list(new_ids(Cart, len(ready)))
    numbers = counters.take(shop, "cart", shop.today, len(ready))
    moment = stamp(shop.now)
    rows = [
        (key, name, "", one.wanted.website, one.customer, moment, moment, one.wanted.stage, one.wanted.payment_error,
         one.currency, *map(units, one.money[:3]), "", "")
        for key, name, one in zip(keys, numbers, ready, strict=True)
    ]  # fmt: skip
    insert_rows(Cart, CART, rows)
    insert_rows(CartLine, LINE, [row for key, one in zip(keys, ready, strict=True) for row in _rows(key, one.lines)])
    for name in numbers:
        shop.record("cart.created", name)
    found = carts.rows(shop, keys)
    return [found[key] for key in keys]


def _rows(key: int, lines: Mapping[int, LineRecord]) -> list[tuple[Any, ...]]:
    return [
        (key, position, line.kind, line.sku, line.description, units(line.quantity), units(line.unit_price),
         units(line.discount), codes_of(line))
        for position, line in lines.items()
    ]  # fmt: skip


def stored(keys: Sequence[int]) -> dict[int, Stored]:
    """Step: read carts with their lines, by key."""
    query: Any = Cart.select().where(within(Cart.id, keys))
    lines: dict[int, dict[int, LineRecord]] = {}
    named: Any = CartLine.select().where(within(CartLine.cart, keys))
    for one in named.order_by(CartLine.cart, CartLine.position):
        lines.setdefault(one.cart_id, {})[one.position] = LineRecord(
            kind=one.kind, sku=one.sku, description=one.description, quantity=one.quantity,
            unit_price=one.unit_price, discount=one.discount, taxes=tuple(one.taxes.split()),
        )  # fmt: skip
    return {
        one.id: Stored(
            one.id, one.number, one.ordered_at is not None, one.customer_id, one.currency, one.stage,
            one.payment_error, one.website, lines.get(one.id, {}),
        )
        for one in query
    }  # fmt: skip


@operation("orders")
def edit(shop: Shop, numbers: Sequence[str], wanted: Edit) -> list[Outcome[CartRow]]:
    """Change carts that are open; what is so already is `unchanged`.

    Lines, stage and payment error are what a customer does in the shop, so their change is activity; the rest is not.

    Raises (as outcomes): cart.unknown, cart.ordered, line.unknown, product.unknown, tax.unknown, usage.amount.

    Raises:
        NotFoundError: There is no such customer.
        RefusedError: The e-mail address is none.
    """
    owner = Owner(shop, wanted.customer, wanted.email)
    keys = carts.locked(numbers)
    found = stored(list(keys.values()))
    catalogue = Catalogue(products(one.sku for one in wanted.lines.added), facts.taxes())
    first = first_spellings(numbers, lambda reference: keys.get(folded(reference)))
    outcomes: dict[str, Outcome[CartRow]] = {}
    changes: dict[str, bool] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            changes[reference] = _change(shop, found[known(keys, reference)], wanted, owner, catalogue)
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
    rows = carts.rows(shop, list(found))
    for reference, changed in changes.items():
        row = rows[keys[folded(reference)]]
        notes = () if changed else (f"cart {row.number} says so already",)
        outcomes[reference] = Done(reference, Change.CHANGED if changed else Change.UNCHANGED, row, notes)
    return in_order(numbers, first, outcomes)


def known(keys: Mapping[str, int], reference: str) -> int:
    """Find the key of a cart.

    Raises:
        NotFoundError: There is no such cart.
    """
    key = keys.get(folded(reference))
    if key is None:
        raise carts.unknown(reference)
    return key


def is_ordered(cart: str, order: str, what: str) -> RefusedError:
    """Say that a cart became an order, so it cannot be `what` any more."""
    became = f"became order {order}" if order else "was ordered"
    hint = f"shopctl orders show {order}" if order else f"shopctl carts show {cart}"
    return RefusedError("cart.ordered", f"cart {cart} {became}, so it cannot be {what}", hint=hint, order=order)


def _change(shop: Shop, cart: Stored, wanted: Edit, owner: Owner, catalogue: Catalogue) -> bool:
    """Store what changes of one cart and tell whether anything did."""
    if cart.ordered:
        raise is_ordered(cart.number, cart_facts.order_of(cart.number), "edited")
    lines = cart_edits.edit(f"cart {cart.number}", cart.lines, wanted.lines, catalogue)
    told = {
        name: [was, now]
        for name, was, now in (
            ("stage", cart.stage, wanted.stage),
            ("payment_error", cart.payment_error, wanted.payment_error),
            ("website", cart.website, wanted.website),
        )
        if now is not None and now != was
    }
    values: dict[str, Any] = {name: now for name, (_, now) in told.items()}
    if lines != cart.lines:
        values |= _store_lines(shop, cart, lines, catalogue)
        told["lines"] = [_said(cart.lines), _said(lines)]
    if owner.meant and (owner.key is None or owner.key != cart.customer):
        values["customer_id"] = owner.made()
    if not values:
        return False
    if told.keys() & {"lines", "stage", "payment_error"}:
        values["last_activity_at"] = stamp(shop.now)
    change = ", ".join(f"{name} = :{name}" for name in values)
    change_rows(Cart, change, "id = :id", ("id", *values), [(cart.key, *values.values())])
    shop.record("cart.edited", cart.number, **told)
    return True


def _store_lines(shop: Shop, cart: Stored, lines: Mapping[int, LineRecord], catalogue: Catalogue) -> dict[str, int]:
    """Store the lines of a cart and answer its new totals."""
    money = _money(shop, lines, cart.currency, catalogue)
    CartLine.delete().where(CartLine.cart == cart.key).execute()
    insert_rows(CartLine, LINE, _rows(cart.key, lines))
    names = ("amount_untaxed", "amount_tax", "amount_total")
    return dict(zip(names, map(units, money[:3]), strict=True))


def _said(lines: Mapping[int, LineRecord]) -> str:
    return " ".join(
        f"{line.sku or line.description}:{number(line.quantity)}@{number(line.unit_price)}" for line in lines.values()
    )


@operation("orders")
def delete(shop: Shop, numbers: Sequence[str], *, untouched_since: datetime | None = None) -> list[Outcome[CartRow]]:
    """Delete carts that did not become orders; letters about them that still wait are cancelled.

    Args:
        untouched_since: Only those in which nothing happened after this moment; others are `skipped`.

    Raises (as outcomes): cart.unknown, cart.ordered.
    """
    keys = carts.locked(numbers)
    rows = carts.rows(shop, list(keys.values()))
    first = first_spellings(numbers, lambda reference: keys.get(folded(reference)))
    outcomes: dict[str, Outcome[CartRow]] = {}
    gone: list[int] = []
    for reference in dict.fromkeys(first.values()):
        try:
            row = rows[known(keys, reference)]
            if row.ordered_at is not None:
                raise is_ordered(row.number, row.order, "deleted")
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
            continue
        if untouched_since is not None and row.last_activity_at > untouched_since:
            outcomes[reference] = Done(reference, Change.SKIPPED, row, ("it is in use again",))
            continue
        gone.append(keys[row.number])
        shop.record("cart.deleted", row.number)
        outcomes[reference] = Done(reference, Change.CHANGED, row, ("deleted",))
    cart_orders.withdraw(shop, [rows[key].number for key in gone], "the cart was deleted")
    Cart.delete().where(within(Cart.id, gone)).execute()
    return in_order(numbers, first, outcomes)


def left_alone(since: datetime) -> list[str]:
    """List the open carts in which nothing happened after a moment, the oldest first."""
    statement = "SELECT number FROM carts WHERE (ordered_at IS NULL) AND last_activity_at <= ? "
    rows = fetch(Cart, f"{statement}ORDER BY last_activity_at, number", (stamp(since),))
    return [number for (number,) in rows]
