"""Share the fields that several nouns have: their customer, its names, a country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import peewee

from shopctl.db.bulk import among, database_of, fetch
from shopctl.db.connection import is_sqlite
from shopctl.domain.order_letters import REMINDER
from shopctl.models import Customer, Order
from shopctl.services.listing.fields import Field, Grouped, Kind


def customer_name() -> Any:
    """Write the name a customer goes by: the company, the person, or the address."""
    parts = (peewee.fn.NULLIF(Customer.company, ""), peewee.fn.NULLIF(Customer.name, ""), Customer.email, "")
    return peewee.fn.COALESCE(*parts).coerce(False)


def customer_fields(key: Any) -> tuple[Field, ...]:
    """Declare the fields of the customer of a document.

    Args:
        key: The column that holds the customer's key; the query joins `customers`.
    """
    return (
        Field(
            "customer", Kind.TEXT, (customer_name, Customer.name, Customer.company, Customer.email, Customer.code),
            aliases=("customer_name",), grouped=Grouped(key, customer_labels), column="customer_name",
        ),
        Field("customer_code", Kind.CODE, (Customer.code,), aliases=("code",), nullable=True,
              grouped=Grouped(key, customer_codes)),
        Field("customer_email", Kind.TEXT, (Customer.email,), aliases=("email",), nullable=True),
        Field("language", Kind.CODE, (Customer.language,), nullable=True),
    )  # fmt: skip


def customer_labels(keys: Sequence[int]) -> dict[int, str]:
    """Name customers by their keys."""
    condition, values = among(Customer, "id", list(keys))
    label = "coalesce(nullif(company, ''), nullif(name, ''), nullif(email, ''), code)"
    return dict(fetch(Customer, f"SELECT id, {label} FROM customers WHERE {condition}", values))  # noqa: S608


def customer_codes(keys: Sequence[int]) -> dict[int, str]:
    """Tell the codes of customers by their keys."""
    condition, values = among(Customer, "id", list(keys))
    return dict(fetch(Customer, f"SELECT id, code FROM customers WHERE {condition}", values))  # noqa: S608


def json_text(column: Any, name: str) -> Any:
    """Write one text of a stored JSON object, empty where there is none."""
    stored = peewee.fn.NULLIF(column, "")
    if is_sqlite(database_of(Order)):
        found: Any = peewee.fn.JSON_EXTRACT(stored, f"$.{name}")
    else:
        found = peewee.Expression(stored.cast("json"), "->>", peewee.Value(name, converter=False))
    return peewee.fn.COALESCE(found, "").coerce(False)


REMINDED: Final = f"emails.kind = '{REMINDER}' AND emails.state NOT IN ('cancelled', 'failed')"
"""Which letters are payment reminders that went, or are to go."""


STEPS: Final = (
    "reminders.kind = 'order' AND NOT EXISTS (SELECT 1 FROM emails e WHERE e.id = reminders.email_id "
    "AND e.state IN ('cancelled', 'failed'))"
)
"""Which steps of reminding about an order went, or are to go, in letters that may be about several."""


def reminders(document: Any) -> Any:
    """Count the payment reminders about an order that left, or are to leave."""
    return peewee.SQL(
        f"((SELECT count(*) FROM emails WHERE emails.document = {document} AND {REMINDED}) + "  # noqa: S608  # ours
        f"(SELECT count(*) FROM reminders WHERE reminders.document = {document} AND {STEPS}))"
    )
