"""Hold what is sold and on which terms: products, other items, taxes, payment terms."""

from __future__ import annotations

import peewee

from shopctl.db.fields import ExactField
from shopctl.models.base import Table, one_of


class Product(Table):
    """Something that is sold; `taxes` are tax codes separated by blanks, without `stock` nobody counts it."""

    sku = peewee.TextField(unique=True)
    name = peewee.TextField(default="")
    type = peewee.TextField(default="goods")
    price = ExactField(default=0)
    taxes = peewee.TextField(default="")
    policy = peewee.TextField(default="ordered")
    archived = peewee.BooleanField(default=False)
    stock = ExactField(null=True)

    class Meta:
        table_name = "products"
        constraints = [
            one_of("type", ("goods", "service", "shipping", "discount")),
            one_of("policy", ("ordered", "delivered")),
        ]


class SoldItem(Table):
    """An SKU that order lines name and the catalogue does not, with what a line says of it; searched, never shown."""

    sku = peewee.TextField()
    description = peewee.TextField()

    class Meta:
        table_name = "sold_items"
        indexes = ((("sku", "description"), True),)


class TaxRate(Table):
    """A tax; `children` are codes separated by blanks, for groups only."""

    code = peewee.TextField(unique=True)
    name = peewee.TextField(default="")
    type = peewee.TextField(default="percent")
    amount = ExactField(default=0)
    included = peewee.BooleanField(default=False)
    compounds = peewee.BooleanField(default=False)
    affected = peewee.BooleanField(default=True)
    sequence = peewee.BigIntegerField(default=1)
    group = peewee.TextField(default="")
    children = peewee.TextField(default="")

    class Meta:
        table_name = "taxes"
        constraints = [one_of("type", ("percent", "fixed", "division", "group"))]


class PaymentTerms(Table):
    """Payment terms; `lines` and `early_discount` are JSON as in the interchange format."""

    code = peewee.TextField(unique=True)
    name = peewee.TextField(default="")
    note = peewee.TextField(default="")
    lines = peewee.TextField(default="[]")
    early_discount = peewee.TextField(default="")

    class Meta:
        table_name = "payment_terms"
