"""Find customers: their list and groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.fields import stamp
from shopctl.models import Customer
from shopctl.models.people import HIDDEN, VISIBLE
from shopctl.services.customers import COLUMNS, CustomerRow, find_customer, with_sums
from shopctl.services.listing import rows
from shopctl.services.listing.common import customer_name
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.paging import Page


class CustomerFilter(NamedTuple):
    """What a list of customers is narrowed to; everything given must hold.

    Attributes:
        archived: Those that lists leave out: archived, merged and anonymised ones.
        inactive_since: No confirmed order from then on.
        since: New from then on.
    """

    with_debt: bool = False
    with_credit: bool = False
    country: str = ""
    language: str = ""
    tag: str = ""
    archived: bool = False
    inactive_since: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None


def _of_orders(expression: str) -> Callable[[], Any]:
    """Write a figure of the confirmed orders of a customer."""
    return lambda: peewee.SQL(
        f"(SELECT {expression} FROM orders o WHERE o.customer_id = t1.id AND o.state = 'confirmed')"  # noqa: S608  # ours
    )


def _open(kind: str) -> str:
    return (
        "(SELECT coalesce(sum(i.amount_total - i.allocated), 0) FROM invoices i WHERE i.customer_id = t1.id "  # noqa: S608  # ours
        f"AND i.state = 'posted' AND i.type = '{kind}')"
    )


def _due() -> Any:
    return peewee.SQL(_open("invoice"))


def _credit() -> Any:
    return peewee.SQL(
        f"({_open('credit_note')} + (SELECT coalesce(sum(p.amount - p.allocated - p.returned), 0) FROM payments p "  # noqa: S608  # ours
        "WHERE p.customer_id = t1.id AND p.state = 'done' AND p.direction = 'inbound'))"
    )


NOUN: Final = Noun(
    "customers",
    (
        Field("_id", Kind.COUNT, (Customer.id,)),
        Field("code", Kind.CODE, (Customer.code,), aliases=("number", "customer")),
        Field("name", Kind.TEXT, (customer_name, Customer.name, Customer.company), column=None),
        Field("company", Kind.TEXT, (Customer.company,)),
        Field("email", Kind.TEXT, (Customer.email,)),
        Field("phone", Kind.TEXT, (Customer.phone,)),
        Field("vat", Kind.CODE, (Customer.vat,)),
        Field("country", Kind.CODE, (Customer.country,)),
        Field("language", Kind.CODE, (Customer.language,)),
        Field("tags", Kind.TAGS, (Customer.tags,), aliases=("tag",), column=None),
        Field("marketing", Kind.FLAG, (Customer.marketing,), nullable=True),
        Field("terms", Kind.CODE, (Customer.terms,)),
        Field("note", Kind.TEXT, (Customer.note,)),
        Field("created_at", Kind.INSTANT, (Customer.created_at,), aliases=("date",)),
        Field("orders", Kind.COUNT, (_of_orders("count(*)"),)),
        Field("last_order", Kind.INSTANT, (_of_orders("max(o.ordered_at)"),), nullable=True),
        # Of several currencies these add up what rows tell one by one.
        Field(
            "amount_ordered", Kind.MONEY, (_of_orders("coalesce(sum(o.amount_total), 0)"),), aliases=("ordered",),
            column=None,
        ),
        Field("amount_due", Kind.MONEY, (_due,), aliases=("due", "open"), column=None),
        Field("amount_credit", Kind.MONEY, (_credit,), aliases=("credit",), column=None),
    ),
    ("-_id",),
    lambda: Customer.select(*COLUMNS),
    find_customer,
    Customer.id,
)  # fmt: skip
"""What can be asked of customers."""


def search(
    wanted: CustomerFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[CustomerRow]:
    """List customers, newest first unless another order is asked for.

    Args:
        asked: Its shop tells since when a cart counts as abandoned.

    Raises:
        NotFoundError: `after` does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(with_sums, asked.shop)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: CustomerFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""

    def figure(name: str) -> Any:
        return NOUN.named(name).expression

    query = NOUN.query().where(HIDDEN if wanted.archived else VISIBLE)
    if wanted.with_debt:
        query = query.where(figure("amount_due") > 0)
    if wanted.with_credit:
        query = query.where(figure("amount_credit") > 0)
    if wanted.country:
        query = query.where(Customer.country == wanted.country.upper())
    if wanted.language:
        query = query.where(Customer.language == wanted.language.lower())
    if wanted.tag:
        from shopctl.services.listing.conditions import has_tag

        query = query.where(has_tag(Customer.tags, wanted.tag))
    if wanted.inactive_since:
        last = peewee.fn.COALESCE(figure("last_order"), "").coerce(False)
        query = query.where(last < stamp(wanted.inactive_since))
    if wanted.since:
        query = query.where(Customer.created_at >= wanted.since)
    if wanted.until:
        query = query.where(Customer.created_at < wanted.until)
    return query
