"""Hold the people: administrators with their sessions, and customers with their addresses."""

from __future__ import annotations

import peewee

from shopctl.db.fields import InstantField
from shopctl.domain.access import ROLES
from shopctl.models.base import Table, later, one_of


class User(Table):
    """Somebody who may sign in."""

    name = peewee.TextField(unique=True)
    role = peewee.TextField()
    password_hash = peewee.TextField()
    created_at = InstantField()
    disabled = peewee.BooleanField(default=False)
    failed_logins = peewee.BigIntegerField(default=0)
    locked_until = InstantField(null=True)

    class Meta:
        table_name = "users"
        constraints = [one_of("role", ROLES)]


class Session(Table):
    """A signed-in terminal, or a token that was given a `name`; only the SHA-256 of its secret is kept.

    A token may write only in its `scopes`, a blank between them; a terminal in all those of its user's role.
    """

    user = peewee.ForeignKeyField(User, backref="sessions", on_delete="CASCADE")
    token_hash = peewee.TextField(unique=True)
    created_at = InstantField()
    expires_at = InstantField()
    name = peewee.TextField(default="", constraints=later("''"))
    scopes = peewee.TextField(default="", constraints=later("''"))

    class Meta:
        table_name = "sessions"


Session.add_index(Session.name, unique=True, where=peewee.SQL("(name <> '')"), name="sessions_name")


class Customer(Table):
    """A customer; `email_folded` is what e-mail addresses are matched by.

    `marketing_text` tells which version of the words about marketing mail they agreed to.
    One that was merged into another keeps its code, which then stands for the other; an anonymised one keeps nothing
    but its code.
    """

    code = peewee.TextField(unique=True)
    name = peewee.TextField(default="")
    company = peewee.TextField(default="")
    email = peewee.TextField(default="")
    email_folded = peewee.TextField(null=True, unique=True)
    contact_key = peewee.TextField(null=True, unique=True)
    phone = peewee.TextField(default="")
    vat = peewee.TextField(default="")
    language = peewee.TextField(default="")
    country = peewee.TextField(default="")
    tags = peewee.TextField(default="")
    terms = peewee.TextField(default="")
    marketing = peewee.BooleanField(null=True)
    marketing_source = peewee.TextField(default="")
    marketing_at = InstantField(null=True)
    note = peewee.TextField(default="")
    fingerprint = peewee.TextField(default="")
    created_at = InstantField()
    archived = peewee.BooleanField(default=False, constraints=later("FALSE"))
    merged_into = peewee.ForeignKeyField("self", null=True, index=False)
    anonymized_at = InstantField(null=True)
    marketing_text = peewee.TextField(default="", constraints=later("''"))

    class Meta:
        table_name = "customers"


Customer.add_index(Customer.merged_into, where=Customer.merged_into.is_null(False), name="customers_merged")
# Written as literals and used as they are by the list: a bound value would keep SQLite from using the index.
HIDDEN = peewee.SQL("(archived OR merged_into_id IS NOT NULL OR anonymized_at IS NOT NULL)")
VISIBLE = peewee.SQL(f"NOT {HIDDEN.sql}")
Customer.add_index(Customer.id, where=HIDDEN, name="customers_hidden")
Customer.add_index(Customer.id, where=VISIBLE, name="customers_listed")


class Address(Table):
    """A postal address of a customer."""

    customer = peewee.ForeignKeyField(Customer, backref="addresses", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    kind = peewee.TextField()
    name = peewee.TextField(default="")
    company = peewee.TextField(default="")
    street = peewee.TextField(default="")
    street2 = peewee.TextField(default="")
    zip = peewee.TextField(default="")
    city = peewee.TextField(default="")
    region = peewee.TextField(default="")
    country = peewee.TextField(default="")

    class Meta:
        table_name = "addresses"
        constraints = [one_of("kind", ("billing", "shipping", "other"))]
        indexes = ((("customer", "position"), True),)
