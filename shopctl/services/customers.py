"""Find and show customers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from peewee import fn

from shopctl.db.bulk import total
from shopctl.domain.numbering import folded
from shopctl.errors import NotFoundError
from shopctl.models import Address, Customer, Invoice, Order, Payment


class CustomerRow(NamedTuple):
    """A customer as lists show it; counts and sums are of confirmed orders and posted invoices."""

    code: str
    name: str
    company: str
    email: str
    phone: str
    country: str
    language: str
    tags: tuple[str, ...]
    marketing: bool | None
    orders: int
    first_order: datetime | None
    last_order: datetime | None
    balances: tuple[Balance, ...]

    @property
    def currency(self) -> str:
        """The currency of the amounts when there is only one, else empty."""
        return self.balances[0].currency if len(self.balances) == 1 else ""

    def _only(self, name: str) -> Decimal | None:
        return getattr(self.balances[0], name) if len(self.balances) == 1 else None

    @property
    def amount_ordered(self) -> Decimal | None:
        """Sum of confirmed orders; None when there are several currencies or none."""
        return self._only("amount_ordered")

    @property
    def amount_invoiced(self) -> Decimal | None:
        """Sum of posted invoices less credit notes."""
        return self._only("amount_invoiced")

    @property
    def amount_due(self) -> Decimal | None:
        """What is open on posted invoices."""
        return self._only("amount_due")

    @property
    def amount_credit(self) -> Decimal | None:
        """What came in and is not allocated."""
        return self._only("amount_credit")


class Balance(NamedTuple):
    """The sums of a customer in one currency."""

    currency: str
    amount_ordered: Decimal
    amount_invoiced: Decimal
    amount_due: Decimal
    amount_credit: Decimal


class LatestOrder(NamedTuple):
    """One of the latest orders of a customer."""

    number: str
    date: datetime
    amount_total: Decimal
    currency: str
    payment_status: str


class CustomerDetails(NamedTuple):
    """Everything `customers show` tells."""

    customer: CustomerRow
    vat: str
    terms: str
    note: str
    addresses: tuple[dict[str, str], ...]
    latest_orders: tuple[LatestOrder, ...]


def find_customer(reference: str) -> int:
    """Find the key of the customer with this code or e-mail address.

    Raises:
        NotFoundError: There is none.
    """
    found = (
        Customer.select(Customer.id)
        .where((Customer.code == folded(reference)) | (Customer.email_folded == reference.strip().casefold()))
        .tuples()
        .first()
    )
    if found is None:
        raise NotFoundError(
            "customer.unknown", f"there is no customer {reference}", hint="shopctl customers list", customer=reference
        )
    return int(found[0])


COLUMNS = (
    Customer.id, Customer.code, Customer.name, Customer.company, Customer.email, Customer.phone, Customer.country,
    Customer.language, Customer.tags, Customer.marketing,
)  # fmt: skip


def with_sums(rows: Any) -> Any:
    """Add the sums a few hundred customers at a time, so that memory stays flat and queries few."""
    part: list[tuple[Any, ...]] = []
    for row in rows:
        part.append(row)
        if len(part) == 200:  # a few hundred
            yield from _summed(part)
            part = []
    yield from _summed(part)


def _summed(part: list[tuple[Any, ...]]) -> list[CustomerRow]:
    keys = [row[0] for row in part]
    if not keys:
        return []
    query: Any = Order.select(Order.customer, fn.COUNT(Order.id), fn.MIN(Order.ordered_at), fn.MAX(Order.ordered_at))
    confirmed = query.where(Order.customer.in_(keys) & (Order.state == "confirmed")).group_by(Order.customer)
    orders = {key: (count, first, last) for key, count, first, last in confirmed.tuples()}
    balances = _balances(keys)
    return [
        CustomerRow._make((
            *row[1:8], tuple(row[8].split(", ")) if row[8] else (), row[9],
            *orders.get(row[0], (0, None, None)), balances.get(row[0], ()),
        ))
        for row in part
    ]  # fmt: skip


def _sources() -> tuple[tuple[Any, Any, dict[str, Any]], ...]:
    """Name what is summed: a table, which of its rows count, and the amounts by name."""
    posted, left = Invoice.state == "posted", Invoice.amount_total - Invoice.allocated
    came_in = (Payment.state == "done") & (Payment.direction == "inbound")
    return (
        (Order, Order.state == "confirmed", {"ordered": Order.amount_total}),
        (Invoice, posted & (Invoice.type == "invoice"), {"billed": Invoice.amount_total, "due": left}),
        (Invoice, posted & (Invoice.type == "credit_note"), {"credited": Invoice.amount_total, "credit": left}),
        (Payment, came_in, {"credit": Payment.amount - Payment.allocated - Payment.returned}),
    )


def _balances(keys: list[int]) -> dict[int, tuple[Balance, ...]]:
    """Sum orders, invoices and credits of customers for each currency, with one query a source."""
    zero = Decimal(0)
    sums: dict[tuple[int, str], dict[str, Decimal]] = {}
    for model, counts, amounts in _sources():
        query = model.select(model.customer, model.currency, *map(fn.SUM, amounts.values()))
        mine = query.where(model.customer.in_(keys) & counts).group_by(model.customer, model.currency)
        for key, currency, *values in mine.tuples():
            entry = sums.setdefault((key, currency), {})
            for name, value in zip(amounts, values, strict=True):
                entry[name] = entry.get(name, zero) + total(value)
    found: dict[int, tuple[Balance, ...]] = {}
    for (key, currency), entry in sorted(sums.items()):
        ordered, billed, credited, due, credit = (
            entry.get(name, zero) for name in ("ordered", "billed", "credited", "due", "credit")
        )
        balance = Balance(currency, ordered, billed - credited, due, credit)
        found[key] = (*found.get(key, ()), balance)
    return found


def show(references: list[str]) -> list[CustomerDetails]:
    """Tell everything about some customers.

    Raises:
        NotFoundError: One of them does not exist.
    """
    return [_details(reference) for reference in references]


def _details(reference: str) -> CustomerDetails:
    key = find_customer(reference)
    customer: Any = Customer.get_by_id(key)
    head: Any = Customer.select(*COLUMNS).where(Customer.id == key)
    (row,) = _summed([head.tuples().get()])
    names = ("kind", "name", "company", "street", "street2", "zip", "city", "region", "country")
    addresses = tuple(
        {name: getattr(address, name) for name in names} for address in customer.addresses.order_by(Address.position)
    )
    latest: Any = (
        Order.select(Order.number, Order.ordered_at, Order.amount_total, Order.currency, Order.payment_status)
        .where(Order.customer == key)
        .order_by(Order.ordered_at.desc())
        .limit(10)
    )
    orders = tuple(LatestOrder(*values) for values in latest.tuples())
    return CustomerDetails(row, customer.vat, customer.terms, customer.note, addresses, orders)
