"""Make orders here, with what is in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.line_edits import AddLine
from shopctl.domain.mail import plain_address
from shopctl.domain.money import with_currency
from shopctl.domain.new_orders import Offered, Place, address_at, addresses_of, parse_currency, parse_number, sold
from shopctl.domain.order_edits import Product
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.records import AddressRecord, CustomerRecord, OrderRecord
from shopctl.errors import ConflictError, NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Address, Customer
from shopctl.models import Product as Goods
from shopctl.services import duplicates, facts, ordering, registering, terms
from shopctl.services.customers import find_customer
from shopctl.services.importing.orders import store_orders
from shopctl.services.orders import OrderRow, known_numbers
from shopctl.services.receipts import Receipt, require_method
from shopctl.shop import Shop, operation

_ADDRESS: Final = ("name", "company", "street", "street2", "zip", "city", "region", "country", "kind")


@dataclass(frozen=True)
class NewOrder:
    """An order as it is typed.

    Attributes:
        customer: Code or e-mail address of a known customer; or else
        email: of a guest, who becomes a customer, or is the one who has this address; or only
        name: of a guest.
        ship_to: Where it goes; None for the customer's delivery address.
        bill_to: Who is billed; None for the customer's billing address.
        number: Its number; empty for the next one of the series.
        ordered_at: When it was placed; None for now.
        confirm: It waits for no money.
        paid: Its money is here: it is registered and confirms the order; needs `payments`.
    """

    customer: str = ""
    email: str = ""
    name: str = ""
    lines: tuple[AddLine, ...] = ()
    ship_to: Place | None = None
    bill_to: Place | None = None
    method: str = ""
    terms: str = ""
    currency: str = ""
    website: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    number: str = ""
    ordered_at: datetime | None = None
    confirm: bool = False
    paid: bool = False

    @property
    def reference(self) -> str:
        """How messages name it while it has no number."""
        return self.number or self.customer or self.email or self.name or "the order"


class _Typed(NamedTuple):
    """An order in the form in which orders are stored."""

    line: int
    reference: str
    record: OrderRecord
    error: None = None


@operation("orders")
def create(shop: Shop, orders: Sequence[NewOrder]) -> list[Outcome[OrderRow]]:
    """Make orders, each with the next number of the series unless it names one; taxes are those of the catalogue.

    Raises (as outcomes): customer.unknown, customer.address_unknown, product.unknown, product.archived,
    order.no_lines, order.exists, terms.unknown, email.address, usage.amount, usage.date, usage, payment.nothing_due.

    Raises:
        ForbiddenError: An order is paid, and the role may not register payments.
    """
    if any(order.paid for order in orders):
        shop.require("payments")
    offered = _offered(line.sku for order in orders for line in order.lines)
    return [_create(shop, order, offered) for order in orders]


def _create(shop: Shop, order: NewOrder, offered: dict[str, Offered]) -> Outcome[OrderRow]:
    """Make one order, or leave everything as it was."""
    before = len(shop.entries)
    try:
        with shop.database.atomic():
            number = _store(shop, order, _record(shop, order, offered))
            notes = _follow(shop, order, number)
    except ConflictError:
        raise
    except ShopError as error:
        del shop.entries[before:]
        return Failed(order.reference, error)
    (row,) = ordering.order_rows(list(known_numbers([number]).values())).values()
    twins = duplicates.of(row, shop.zone)
    if twins:
        notes.append(f"the same customer ordered for the same total on this day: {', '.join(twins)}")
    return Done(number, Change.CREATED, row, tuple(notes))


def _record(shop: Shop, order: NewOrder, offered: dict[str, Offered]) -> OrderRecord:
    """Work out what is stored of an order."""
    lines = sold(order.lines, offered)
    if order.method:
        require_method(order.method)
    if order.terms:
        terms.show([order.terms])
    if order.ordered_at and order.ordered_at > shop.now:
        raise UsageError("usage.date", "an order cannot be placed in the future", hint="leave --date out for now")
    customer, addresses = _customer(order)
    code = customer if isinstance(customer, str) else ""
    billing = address_at(code, addresses, order.bill_to, "billing")
    shipping = address_at(code, addresses, order.ship_to, "shipping")
    if isinstance(customer, CustomerRecord):
        customer = customer._replace(addresses=addresses_of(customer.name, billing, shipping))
        billing, shipping = (customer.addresses[0], customer.addresses[-1]) if customer.addresses else (None, None)
    return OrderRecord(
        number=parse_number(order.number) if order.number else "",
        website=order.website,
        customer=customer,
        ordered_at=order.ordered_at or shop.now,
        currency=parse_currency(order.currency) if order.currency else shop.config.shop.currency,
        billing=billing,
        shipping=shipping,
        payment_method=order.method,
        terms=order.terms,
        note=order.note,
        tags=order.tags,
        lines=lines,
    )


def _customer(order: NewOrder) -> tuple[CustomerRecord | str, list[AddressRecord]]:
    """Find whose order it is, with the addresses that are known."""
    given = bool(order.customer) + bool(order.email or order.name)
    if given != 1:
        problem = "is either of a customer or of a guest" if given else "needs a customer"
        raise UsageError(
            "usage", f"an order {problem}", hint="--customer CODE, or for a guest --email ADDRESS --name NAME"
        )
    if order.customer:
        return _known(find_customer(order.customer))
    if not order.email:
        return CustomerRecord(name=order.name), []
    email = plain_address(order.email.strip())
    try:
        return _known(find_customer(email))
    except NotFoundError:
        return CustomerRecord(name=order.name, email=email), []


def _known(key: int) -> tuple[str, list[AddressRecord]]:
    columns = ", ".join(_ADDRESS)
    rows = fetch(Address, f"SELECT {columns} FROM addresses WHERE customer_id = ? ORDER BY position", (key,))  # noqa: S608
    ((code,),) = fetch(Customer, "SELECT code FROM customers WHERE id = ?", (key,))
    return code, [AddressRecord(*row) for row in rows]


def _store(shop: Shop, order: NewOrder, record: OrderRecord) -> str:
    """Store an order that is waiting for its money, and tell its number."""
    if record.number and known_numbers([record.number]):
        raise RefusedError(
            "order.exists",
            f"there is an order {record.number} already",
            hint=f"shopctl orders show {record.number}",
            order=record.number,
        )
    ((_, answer),) = store_orders(shop, [(_Typed(1, order.reference, record), record)], action="order.created")
    if isinstance(answer, ShopError):
        raise UsageError("usage.amount", answer.message.removeprefix("line 1: "), hint=answer.hint) from answer
    _, row = answer
    if row.amount_total is not None and row.amount_total < 0:
        total = with_currency(row.amount_total, row.currency)
        raise UsageError("usage.amount", f"the order would come to {total}", hint="check the prices of its lines")
    return row.number


def _follow(shop: Shop, order: NewOrder, number: str) -> list[str]:
    """Do what is to happen with a new order at once, and say what a person should read."""
    if order.paid:
        receipt = Receipt(number, method=order.method or "wire")
        (outcome,) = registering.receive(shop, [receipt])
        if isinstance(outcome, Failed):
            raise outcome.error
        paid = outcome.row
        return [f"{paid.number} registers {with_currency(paid.amount, paid.currency)}", *outcome.notes]
    if order.confirm:
        ordering.confirm_step(shop, list(facts.orders([number]).values()))
    return []


def _offered(skus: Iterable[str]) -> dict[str, Offered]:
    condition, values = among(Goods, "sku", sorted(set(skus)))
    rows: list[Any] = fetch(
        Goods,
        f"SELECT sku, name, type, price, taxes, policy, archived FROM products WHERE {condition}",  # noqa: S608
        values,
    )
    return {
        sku: Offered(Product(sku, name, kind, exact(price), taxes, policy), bool(archived))
        for sku, name, kind, price, taxes, policy, archived in rows
    }
