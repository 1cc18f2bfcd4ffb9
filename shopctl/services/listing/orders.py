"""Find orders: the list of orders, of those that wait for money, and its groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import islice, starmap
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import among, fetch, total
from shopctl.domain.states import DELIVERY_STATUSES, INVOICE_STATUSES, ORDER_PAYMENT_STATUSES, ORDER_STATES, TEXT_KINDS
from shopctl.errors import NotFoundError
from shopctl.models import Customer, Email, Order, OrderLine, Product
from shopctl.models.selling import DIFFERING, TO_INVOICE, UNPAID
from shopctl.services.customers import find_customer
from shopctl.services.listing import rows
from shopctl.services.listing.common import REMINDED, STEPS, customer_fields, json_text, reminders
from shopctl.services.listing.fields import PLAIN, Asked, Field, Grouped, Kind, Noun
from shopctl.services.orders import COLUMNS, OrderRow, confirmed, known_numbers, make_row, stored_numbers, unknown
from shopctl.services.paging import Page


class OrderFilter(NamedTuple):
    """What a list of orders is narrowed to; everything given must hold.

    Without a state, confirmed orders are meant, or for `unpaid` and `differs` all that are not cancelled or all.
    """

    state: str = ""
    unpaid: bool = False
    to_invoice: bool = False
    invoiced: bool = False
    upselling: bool = False
    nothing_to_invoice: bool = False
    to_ship: bool = False
    held: bool = False
    differs: bool = False
    not_reminded: bool = False
    customer: str = ""
    product: str = ""
    country: str = ""
    tag: str = ""
    min_total: Decimal | None = None
    max_total: Decimal | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def any_state(self) -> bool:
        """Whether orders that wait for money, or are cancelled, may be meant although nobody says so."""
        return self.unpaid or self.differs or self.to_invoice or self.held


def _due() -> Any:
    """Write what is still to be paid, as `OrderRow.amount_due` tells it."""
    nothing = (Order.state == "cancelled") | (Order.payment_status == "refunded") | (Order.paid >= Order.amount_total)
    return peewee.Case(None, [(nothing, peewee.SQL("0"))], Order.amount_total - Order.paid)


def _reference() -> Any:
    """Write what a payer should quote, as `OrderRow.reference` tells it."""
    return peewee.fn.COALESCE(peewee.fn.NULLIF(Order.reference, ""), Order.number).coerce(False)


def _country() -> Any:
    """Write where an order goes, else where its customer lives."""
    there = peewee.fn.NULLIF(json_text(Order.shipping, "country"), "")
    return peewee.fn.COALESCE(there, Customer.country, "").coerce(False)


def _of_products(texts: Sequence[str], part: bool) -> Any:
    """Write the condition that an order has a line of one of some products, by SKU or by a part of its text."""
    lines: Any = OrderLine.select(OrderLine.order)
    if not part:
        return Order.id.in_(lines.where(OrderLine.sku.in_([one for text in texts for one in {text, text.upper()}])))
    if not texts:
        return Order.id.in_(lines.where(OrderLine.sku != ""))
    from shopctl.services.listing.conditions import contains

    return Order.id.in_(lines.where(contains(OrderLine.sku, texts[0]) | contains(OrderLine.description, texts[0])))


def _product_labels(skus: Sequence[str]) -> dict[str, str]:
    condition, values = among(Product, "sku", list(skus))
    named = fetch(Product, f"SELECT sku, name FROM products WHERE {condition}", values)  # noqa: S608
    return {sku: f"{sku} {name}".strip() for sku, name in named}


def _find(number: str) -> int:
    key = known_numbers([stored_numbers([number])[number]])
    if not key:
        raise unknown(number)
    return next(iter(key.values()))


NOUN: Final = Noun(
    "orders",
    (
        Field("number", Kind.CODE, (Order.number,), aliases=("order",)),
        Field("date", Kind.INSTANT, (Order.ordered_at,), aliases=("ordered_at",)),
        Field("confirmed_at", Kind.INSTANT, (Order.confirmed_at,), nullable=True),
        Field("state", Kind.STATUS, (Order.state,), ORDER_STATES, aliases=("status",)),
        *customer_fields(Order.customer),
        Field("country", Kind.CODE, (_country,)),
        Field(
            "product", Kind.TEXT, aliases=("sku",), matches=_of_products,
            grouped=Grouped(
                OrderLine.sku, _product_labels, OrderLine.order, OrderLine.kind.not_in(TEXT_KINDS),
                OrderLine.amount_total, "lines",
            ),
        ),
        Field("currency", Kind.CODE, (Order.currency,)),
        Field("amount_untaxed", Kind.MONEY, (Order.amount_untaxed,), aliases=("untaxed",)),
        Field("amount_tax", Kind.MONEY, (Order.amount_tax,), aliases=("tax",)),
        Field("amount_total", Kind.MONEY, (Order.amount_total,), aliases=("total",)),
        Field("amount_paid", Kind.MONEY, (Order.paid,), aliases=("paid",)),
        Field("amount_due", Kind.MONEY, (_due,), aliases=("due",)),
        Field("amount_pending", Kind.MONEY, (Order.pending,), aliases=("pending",)),
        Field("invoice_status", Kind.STATUS, (Order.invoice_status,), INVOICE_STATUSES, aliases=("invoicing",)),
        Field("payment_status", Kind.STATUS, (Order.payment_status,), ORDER_PAYMENT_STATUSES, aliases=("payment",)),
        Field("delivery_status", Kind.STATUS, (Order.delivery_status,), DELIVERY_STATUSES, aliases=("delivery",)),
        Field("payment_method", Kind.CODE, (Order.payment_method,), aliases=("method",)),
        Field("reminders", Kind.COUNT, (lambda: reminders("t1.number"),), aliases=("reminded",)),
        Field("tags", Kind.TAGS, (Order.tags,), aliases=("tag",)),
        Field("note", Kind.TEXT, (Order.note,)),
        Field("hold_reason", Kind.TEXT, (Order.hold_reason,), aliases=("hold",)),
        Field("cancel_reason", Kind.TEXT, (Order.cancel_reason,)),
        Field("differences", Kind.TEXT, (Order.differences,)),
        Field("source", Kind.CODE, (Order.source,)),
        Field("external_id", Kind.CODE, (Order.external_id,)),
        Field("website", Kind.TEXT, (Order.website,)),
        Field("reference", Kind.CODE, (_reference, Order.reference)),
    ),
    ("-date", "-number"),
    lambda: Order.select(*COLUMNS).left_outer_join(Customer),
    _find,
    Order.id,
    Order.amount_total,
    Order.currency,
)  # fmt: skip
"""What can be asked of orders."""


def selected(wanted: OrderFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    return _narrowed(NOUN.query(), wanted)


def search(
    wanted: OrderFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[OrderRow]:
    """List orders, newest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after this order number.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` or the customer does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    count = confirmed if wanted == OrderFilter() else None
    make = _with_reminders if wanted.unpaid else partial(starmap, make_row)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact, count=count)


def _with_reminders(found: Iterable[tuple[Any, ...]]) -> Iterator[OrderRow]:
    """Make rows, and count the payment reminders of orders, some hundred orders at a time."""
    rest = starmap(make_row, found)
    while part := list(islice(rest, 500)):
        condition, values = among(Email, "document", [row.number for row in part])
        counts = Counter(
            number
            for (number,) in fetch(
                Email,
                f"SELECT document FROM emails WHERE {condition} AND {REMINDED} UNION ALL "  # noqa: S608  # ours
                f"SELECT document FROM reminders WHERE {condition} AND {STEPS}",
                (*values, *values),
            )
        )
        yield from (row._replace(reminders=counts[row.number]) for row in part)


def unpaid_sums(wanted: OrderFilter, asked: Asked = PLAIN) -> list[tuple[str, Decimal, Decimal]]:
    """Sum the orders that match: for each currency the total and what of it is paid."""
    query = rows.narrowed(NOUN, selected(wanted, asked), asked).order_by()
    query = query.select(Order.currency, peewee.fn.SUM(Order.amount_total), peewee.fn.SUM(Order.paid))
    found = query.group_by(Order.currency).order_by(Order.currency).tuples()
    return [(currency, total(ordered), total(paid)) for currency, ordered, paid in found]


def _narrowed(query: Any, wanted: OrderFilter) -> Any:
    conditions = (
        (wanted.unpaid, UNPAID),
        (wanted.to_invoice, TO_INVOICE),
        (wanted.invoiced, Order.invoice_status == "invoiced"),
        (wanted.upselling, Order.invoice_status == "upselling"),
        (wanted.nothing_to_invoice, Order.invoice_status == "no"),
        (wanted.to_ship, Order.delivery_status.in_(("to_ship", "partial"))),
        (wanted.held, Order.hold_reason != ""),
        (wanted.differs, DIFFERING),
        (wanted.since, Order.ordered_at >= wanted.since),
        (wanted.until, Order.ordered_at < wanted.until),
    )
    for asked, condition in conditions:
        if asked:
            query = query.where(condition)
    if wanted.state and wanted.state != "all":
        query = query.where(Order.state == wanted.state)
    elif not (wanted.state or wanted.any_state):
        query = query.where(Order.state == "confirmed")
    if wanted.customer:
        query = query.where(Order.customer == find_customer(wanted.customer))
    return _by_value(query, wanted)


def _by_value(query: Any, wanted: OrderFilter) -> Any:
    if wanted.product:
        query = query.where(_of_products([_known_sku(wanted.product)], False))
    if wanted.country:
        query = query.where(NOUN.named("country").expression == wanted.country.upper())
    if wanted.tag:
        from shopctl.services.listing.conditions import has_tag

        query = query.where(has_tag(Order.tags, wanted.tag))
    if wanted.min_total is not None:
        query = query.where(Order.amount_total >= wanted.min_total)
    if wanted.max_total is not None:
        query = query.where(Order.amount_total <= wanted.max_total)
    if wanted.not_reminded:
        query = query.where(reminders("t1.number") == 0)
    return query


def _known_sku(text: str) -> str:
    """Find the SKU that was typed, in the catalogue or on any order.

    Raises:
        NotFoundError: Nothing was ever sold under it.
    """
    for sku in dict.fromkeys((text, text.upper())):
        for table in ("products", "order_lines"):
            if fetch(Product, f"SELECT 1 FROM {table} WHERE sku = ? LIMIT 1", (sku,)):  # noqa: S608
                return sku
    raise NotFoundError("product.unknown", f"there is no product {text}", hint="shopctl orders list --search TEXT")


def numbers_to_invoice() -> list[str]:
    """List every order that has something to invoice and is not on hold, oldest first."""
    query: Any = Order.select(Order.number).where(TO_INVOICE & (Order.hold_reason == ""))
    return [number for (number,) in query.order_by(Order.ordered_at, Order.number).tuples()]
