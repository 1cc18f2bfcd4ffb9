"""Find outstanding credits: payments and credit notes with something left, as one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import among, database_of, fetch, marked
from shopctl.db.fields import DayField, ExactField
from shopctl.domain.numbering import folded
from shopctl.errors import NotFoundError
from shopctl.models import Customer, Table
from shopctl.services.allocating import require_posted
from shopctl.services.credits import for_invoices, open_invoices
from shopctl.services.customers import find_customer
from shopctl.services.invoices import known
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_fields, customer_name
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.orders import stored_numbers
from shopctl.services.paging import Page
from shopctl.shop import Shop

KINDS: Final = ("payment", "credit_note")


class Credit(Table):
    """A row of the query below, which stands where others have a table.

    The keys of payments are even and those of credit notes odd, so that each row has one of its own.
    """

    number = peewee.TextField()
    kind = peewee.TextField()
    date = DayField()
    customer = peewee.ForeignKeyField(Customer, null=True)
    currency = peewee.TextField()
    amount = ExactField()
    used = ExactField()
    memo = peewee.TextField()

    class Meta:
        table_name = "credits"


# The conditions are those of the indexes payments_open and invoices_open, literally.
_QUERY: Final = (
    "SELECT id * 2 AS id, number, 'payment' AS kind, date, customer_id, currency, amount, "
    "allocated + returned AS used, memo FROM payments "
    "WHERE state = 'done' AND direction = 'inbound' AND amount > allocated + returned UNION ALL "
    "SELECT id * 2 + 1, number, 'credit_note', date, customer_id, currency, amount_total, allocated, reason "
    "FROM invoices WHERE state = 'posted' AND allocated < amount_total AND type = 'credit_note'"
)


class CreditRow(NamedTuple):
    """An outstanding credit as lists show it; `age` is in days, `why` it is offered for an invoice."""

    credit: str
    kind: str
    date: date
    age: int
    order: str
    customer_code: str
    customer_name: str
    currency: str
    amount: Decimal
    amount_left: Decimal
    memo: str
    why: str = ""


class CreditFilter(NamedTuple):
    """What the list is narrowed to; everything given must hold.

    Attributes:
        kind: One of `KINDS`.
        customer: Code or e-mail address.
    """

    kind: str = ""
    customer: str = ""


def _all() -> Any:
    found = Credit.select(
        Credit.id, Credit.number, Credit.kind, Credit.date, Customer.code, customer_name(), Credit.currency,
        Credit.amount, Credit.used, Credit.memo,
    )  # fmt: skip
    return found.left_outer_join(Customer).with_cte(peewee.CTE("credits", peewee.SQL(_QUERY)))


def _of_orders(texts: Sequence[str], part: bool) -> Any:
    """Write the condition that a credit belongs to one of some orders, or to any."""
    numbers = [stored_numbers([text])[text] for text in texts]
    named = "" if not texts else "o.number LIKE ?" if part else f"o.number IN ({', '.join('?' for _ in numbers)})"
    values = [f"%{number}%" for number in numbers] if part else numbers
    where = f" WHERE {named}" if named else ""
    keys = fetch(
        Credit,
        f"SELECT p.id * 2 FROM payments p JOIN orders o ON o.id = p.order_id{where} UNION "  # noqa: S608
        "SELECT b.invoice_id * 2 + 1 FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "
        f"JOIN orders o ON o.id = b.order_id{where}{' AND' if named else ' WHERE'} i.type = 'credit_note'",
        (*values, *values),
    )
    condition, bound = among(Credit, "", [key for (key,) in keys])
    return peewee.NodeList((Credit.id, peewee.SQL(marked(database_of(Credit), condition), bound)))


def _find(number: str) -> int:
    """Find the key of a credit; one that is used up meanwhile has lost its place in the list."""
    for name in (folded(number), folded(number).replace("-", "/")):
        row = _all().select(Credit.id).where(Credit.number == name).tuples().first()
        if row:
            return int(row[0])
    raise NotFoundError(
        "payment.unknown",
        f"{number} is not an outstanding credit",
        hint="shopctl payment outstanding",
        payment=number,
    )


NOUN: Final = Noun(
    "credits",
    (
        Field("_id", Kind.COUNT, (Credit.id,)),
        Field("credit", Kind.CODE, (Credit.number,), aliases=("number",)),
        Field("kind", Kind.STATUS, (Credit.kind,), KINDS),
        Field("date", Kind.DAY, (Credit.date,)),
        *customer_fields(Credit.customer),
        Field("order", Kind.CODE, aliases=("orders",), matches=_of_orders),
        Field("currency", Kind.CODE, (Credit.currency,)),
        Field("amount", Kind.MONEY, (Credit.amount,)),
        Field("amount_left", Kind.MONEY, (lambda: Credit.amount - Credit.used,), aliases=("left",)),
        Field("memo", Kind.TEXT, (Credit.memo,)),
    ),
    ("date", "credit"),
    _all,
    _find,
    Credit.id,
    Credit.amount - Credit.used,
    Credit.currency,
)
"""What can be asked of outstanding credits."""


def selected(wanted: CreditFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for.

    Raises:
        NotFoundError: The customer does not exist.
    """
    query = NOUN.query()
    if wanted.kind:
        query = query.where(Credit.kind == wanted.kind)
    if wanted.customer:
        query = query.where(Credit.customer == find_customer(wanted.customer))
    return query


def search(
    wanted: CreditFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[CreditRow]:
    """List outstanding credits, the oldest first unless another order is asked for.

    Args:
        asked: Its moment decides how old they are.
        limit: How many at most; 0 for all.
        after: Go on after this credit.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` or the customer does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(_rows, today=asked.now.astimezone(asked.zone).date())
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def offered(shop: Shop, reference: str) -> list[CreditRow]:
    """List the credits that are offered for an invoice, the best first, and why each is; none for a paid one.

    Raises:
        NotFoundError: There is no such invoice.
        RefusedError: It is not a posted invoice.
    """
    keys = known([reference])
    invoice = require_posted(reference, keys, open_invoices(list(keys.values())))
    why = {one.credit: one.why for one in for_invoices([invoice.key])[invoice.key].rows}
    query = NOUN.query().where(Credit.number.in_(list(why)))
    found = {row.credit: row for row in _rows(query.tuples(), shop.today)}
    return [found[number]._replace(why=words) for number, words in why.items()]


def _rows(found: Iterable[tuple[Any, ...]], today: date) -> Iterator[CreditRow]:
    """Make rows, with the orders of some hundred credits at a time."""
    rest = iter(found)
    while part := list(islice(rest, 500)):
        orders = _orders([values[0] for values in part])
        for key, number, kind, day, code, name, currency, amount, used, memo in part:
            yield CreditRow(
                number, kind, day, (today - day).days, ", ".join(orders.get(key, ())), code or "", name or "",
                currency, amount, amount - used, memo or "",
            )  # fmt: skip


def _orders(keys: Sequence[int]) -> dict[int, list[str]]:
    """Tell the orders that credits belong to: the one of a payment, or those of a credit note."""
    paid, payments = among(Credit, "p.id", [key // 2 for key in keys if key % 2 == 0])
    noted, notes = among(Credit, "b.invoice_id", [key // 2 for key in keys if key % 2])
    found: dict[int, list[str]] = {}
    for key, number in fetch(
        Credit,
        f"SELECT p.id * 2, o.number FROM payments p JOIN orders o ON o.id = p.order_id WHERE {paid} UNION ALL "  # noqa: S608
        "SELECT b.invoice_id * 2 + 1, o.number FROM invoice_orders b JOIN orders o ON o.id = b.order_id "
        f"WHERE {noted} ORDER BY 2",
        (*payments, *notes),
    ):
        found.setdefault(key, []).append(number)
    return found
