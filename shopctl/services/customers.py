"""Find and list customers, with what they ordered, owe, have left and left behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from peewee import fn

from shopctl.db.bulk import among, fetch, total, within
from shopctl.db.fields import stamp
from shopctl.domain.dates import parse_duration
from shopctl.domain.numbering import folded
from shopctl.domain.people import state_of
from shopctl.errors import NotFoundError
from shopctl.models import Cart, Customer, Invoice, Order, Payment
from shopctl.models.people import HIDDEN
from shopctl.shop import Shop


class Balance(NamedTuple):
    """The sums of a customer in one currency."""

    currency: str
    amount_ordered: Decimal
    amount_invoiced: Decimal
    amount_due: Decimal
    amount_credit: Decimal


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
    state: str
    orders: int
    first_order: datetime | None
    last_order: datetime | None
    abandoned_carts: int
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


def find_customer(reference: str) -> int:
    """Find the key of the customer with this code or e-mail address; one that was merged stands for the other.

    Raises:
        NotFoundError: There is none.
    """
    key = find_all([reference])[reference]
    if key is None:
        raise unknown(reference)
    return key


def code_of(reference: str) -> str:
    """Tell the code of the customer that a code or e-mail address stands for.

    Raises:
        NotFoundError: There is none.
    """
    ((code,),) = fetch(Customer, "SELECT code FROM customers WHERE id = ?", (find_customer(reference),))
    return str(code)


def codes_for(references: Sequence[str]) -> list[str]:
    """Name customers by their codes, each once; those that do not exist stay as they were named."""
    keys = find_all(references)
    condition, values = among(Customer, "id", [key for key in keys.values() if key is not None])
    codes = dict(fetch(Customer, f"SELECT id, code FROM customers WHERE {condition}", values))  # noqa: S608
    return list(dict.fromkeys(codes.get(keys[reference], reference) for reference in references))


def find_all(references: Iterable[str]) -> dict[str, int | None]:
    """Find the keys of customers by code or e-mail address; None for those that do not exist."""
    names = {reference: (folded(reference), reference.strip().casefold()) for reference in references}
    codes = _keys("code", [code for code, _ in names.values()])
    emails = _keys("email_folded", [email for _, email in names.values() if email])
    return {reference: codes.get(code, emails.get(email)) for reference, (code, email) in names.items()}


def _keys(column: str, values: Sequence[str]) -> dict[str, int]:
    condition, bound = among(Customer, column, values)
    statement = f"SELECT {column}, coalesce(merged_into_id, id) FROM customers WHERE {condition}"  # noqa: S608
    return dict(fetch(Customer, statement, bound))


def unknown(reference: str) -> NotFoundError:
    """Say that there is no such customer."""
    return NotFoundError(
        "customer.unknown", f"there is no customer {reference}", hint="shopctl customers list", customer=reference
    )


COLUMNS = (
    Customer.id, Customer.code, Customer.name, Customer.company, Customer.email, Customer.phone, Customer.country,
    Customer.language, Customer.tags, Customer.marketing, Customer.archived, Customer.merged_into,
    Customer.anonymized_at,
)  # fmt: skip


def left_out() -> dict[str, int]:
    """Count the customers that the list leaves out, by how they stand."""
    rows = fetch(
        Customer,
        "SELECT merged_into_id IS NOT NULL, anonymized_at IS NOT NULL, count(*) FROM customers "  # noqa: S608
        f"WHERE {HIDDEN.sql} GROUP BY 1, 2",
    )
    found = dict.fromkeys(("archived", "merged", "anonymized"), 0)
    for merged, anonymized, count in rows:
        found[state_of(archived=True, merged=bool(merged), anonymized=bool(anonymized))] += count
    return found


def with_sums(shop: Shop, rows: Any) -> Any:
    """Add the sums a few hundred customers at a time, so that memory stays flat and queries few."""
    part: list[tuple[Any, ...]] = []
    for row in rows:
        part.append(row)
        if len(part) == 200:  # a few hundred
            yield from rows_of(shop, part)
            part = []
    yield from rows_of(shop, part)


def rows_of(shop: Shop, part: Sequence[tuple[Any, ...]]) -> list[CustomerRow]:
    """Step: make the rows of some customers of the values of `COLUMNS`, with their sums."""
    keys = [row[0] for row in part]
    if not keys:
        return []
    query: Any = Order.select(Order.customer, fn.COUNT(Order.id), fn.MIN(Order.ordered_at), fn.MAX(Order.ordered_at))
    confirmed = query.where(within(Order.customer, keys) & (Order.state == "confirmed")).group_by(Order.customer)
    orders = {key: tuple(found) for key, *found in confirmed.tuples()}
    balances = _balances(keys)
    abandoned = _abandoned_carts(shop, keys)
    return [
        CustomerRow._make((
            *row[1:8], tuple(row[8].split(", ")) if row[8] else (), row[9],
            state_of(archived=row[10], merged=bool(row[11]), anonymized=bool(row[12])),
            *orders.get(row[0], (0, None, None)), abandoned.get(row[0], 0), balances.get(row[0], ()),
        ))
        for row in part
    ]  # fmt: skip


def idle_since(shop: Shop) -> datetime:
    """Tell since when a cart must be idle to count as abandoned."""
    return shop.now - parse_duration(shop.config.carts.abandoned_after)


def _abandoned_carts(shop: Shop, keys: Sequence[int]) -> dict[int, int]:
    """Count the open carts with lines of customers that were idle too long."""
    condition, values = among(Cart, "customer_id", keys)
    return dict(
        fetch(
            Cart,
            f"SELECT customer_id, count(*) FROM carts WHERE {condition} AND ordered_at IS NULL "  # noqa: S608
            "AND last_activity_at <= ? AND EXISTS (SELECT 1 FROM cart_lines l WHERE l.cart_id = carts.id) "
            "GROUP BY customer_id",
            (*values, stamp(idle_since(shop))),
        )
    )


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


def named(keys: Sequence[int]) -> dict[str, tuple[str, str]]:
    """Tell code and name of customers, by their keys as groups of figures carry them: as texts."""
    condition, values = among(Customer, "id", keys)
    rows = fetch(Customer, f"SELECT id, code, company, name, email FROM customers WHERE {condition}", values)  # noqa: S608
    return {str(key): (code, company or name or email) for key, code, company, name, email in rows}


def _balances(keys: list[int]) -> dict[int, tuple[Balance, ...]]:
    """Sum orders, invoices and credits of customers for each currency, with one query a source."""
    zero = Decimal(0)
    sums: dict[tuple[int, str], dict[str, Decimal]] = {}
    for model, counts, amounts in _sources():
        query = model.select(model.customer, model.currency, *map(fn.SUM, amounts.values()))
        mine = query.where(within(model.customer, keys) & counts).group_by(model.customer, model.currency)
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
