"""Hold carts and orders with their lines."""

from __future__ import annotations

import peewee

from shopctl.db.fields import ExactField, InstantField
from shopctl.domain.states import (
    CART_STAGES,
    DELIVERY_STATUSES,
    INVOICE_STATUSES,
    LINE_KINDS,
    ORDER_PAYMENT_STATUSES,
    ORDER_STATES,
)
from shopctl.models.base import Table, later, one_of
from shopctl.models.people import Customer


class Cart(Table):
    """A shopping cart, open until `ordered_at`; without a customer it is anonymous."""

    number = peewee.TextField(unique=True)
    source = peewee.TextField(default="")
    website = peewee.TextField(default="")
    customer = peewee.ForeignKeyField(Customer, null=True, backref="carts")
    created_at = InstantField()
    last_activity_at = InstantField()
    stage = peewee.TextField(default="cart")
    payment_error = peewee.TextField(default="")
    currency = peewee.TextField()
    amount_untaxed = ExactField(default=0)
    amount_tax = ExactField(default=0)
    amount_total = ExactField(default=0)
    source_totals = peewee.TextField(default="")
    fingerprint = peewee.TextField(default="")
    ordered_at = InstantField(null=True)

    class Meta:
        table_name = "carts"
        constraints = [one_of("stage", CART_STAGES)]


OPEN_CART = peewee.SQL("(ordered_at IS NULL)")
Cart.add_index(Cart.last_activity_at, Cart.number)
Cart.add_index(Cart.last_activity_at, Cart.number, where=OPEN_CART, name="carts_open")


class CartLine(Table):
    """A line of a cart."""

    cart = peewee.ForeignKeyField(Cart, backref="lines", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    kind = peewee.TextField(default="product")
    sku = peewee.TextField(default="")
    description = peewee.TextField(default="")
    quantity = ExactField(default=1)
    unit_price = ExactField(default=0)
    discount = ExactField(default=0)
    taxes = peewee.TextField(default="")

    class Meta:
        table_name = "cart_lines"
        constraints = [one_of("kind", LINE_KINDS)]
        indexes = ((("cart", "position"), True),)


class Order(Table):
    """An order.

    `paid`, `pending` and `refunded` are counters in the order's currency; `advance` is what down-payment invoices
    billed and no final invoice has deducted yet. The statuses are derived and stored for the lists' sake.
    `fingerprint` tells an imported record again, and what of it was changed here since (`domain.prints`).
    `reference` is what a payer should quote, empty where that is the number.
    """

    number = peewee.TextField(unique=True)
    source = peewee.TextField(default="")
    external_id = peewee.TextField(default="")
    website = peewee.TextField(default="")
    customer = peewee.ForeignKeyField(Customer, null=True, backref="orders", index=False)
    ordered_at = InstantField()
    state = peewee.TextField(default="sent")
    confirmed_at = InstantField(null=True)
    currency = peewee.TextField()
    billing = peewee.TextField(default="")
    shipping = peewee.TextField(default="")
    payment_method = peewee.TextField(default="")
    terms = peewee.TextField(default="")
    tax_rounding = peewee.TextField(default="globally")
    note = peewee.TextField(default="")
    tags = peewee.TextField(default="")
    cart = peewee.TextField(default="")
    amount_untaxed = ExactField(default=0)
    amount_tax = ExactField(default=0)
    amount_total = ExactField(default=0)
    paid = ExactField(default=0)
    pending = ExactField(default=0)
    refunded = ExactField(default=0)
    advance = ExactField(default=0)
    invoice_status = peewee.TextField(default="no")
    payment_status = peewee.TextField(default="not_paid")
    delivery_status = peewee.TextField(default="none")
    source_totals = peewee.TextField(default="")
    differences = peewee.TextField(default="")
    fingerprint = peewee.TextField(default="")
    close_reason = peewee.TextField(default="", constraints=later("''"))
    hold_reason = peewee.TextField(default="", constraints=later("''"))
    cancel_reason = peewee.TextField(default="", constraints=later("''"))
    reference = peewee.TextField(default="", constraints=later("''"))

    class Meta:
        table_name = "orders"
        constraints = [
            one_of("state", ORDER_STATES),
            one_of("invoice_status", INVOICE_STATUSES),
            one_of("payment_status", ORDER_PAYMENT_STATUSES),
            one_of("delivery_status", DELIVERY_STATUSES),
            one_of("tax_rounding", ("per_line", "globally")),
            peewee.Check('"amount_total" = "amount_untaxed" + "amount_tax"'),
        ]


# The default order of the list, and one narrow index for each of its common filters.
Order.add_index(Order.ordered_at, Order.number)
Order.add_index(
    Order.source, Order.external_id, unique=True, where=(Order.external_id != ""), name="orders_source_external_id"
)
# What customers are told and summed by comes from these alone: reading their orders one by one is forty times slower.
Order.add_index(
    Order.customer, Order.ordered_at, Order.state, Order.currency, Order.amount_total, name="orders_of_customer"
)
# Written as literals and used as they are by the lists: a bound value would keep SQLite from using the index.
TO_INVOICE = peewee.SQL("(invoice_status = 'to_invoice')")
UNPAID = peewee.SQL(
    "(state <> 'cancelled' AND payment_status <> 'refunded' AND (state = 'sent' OR paid < amount_total))"
)
DIFFERING = peewee.SQL("(differences <> '')")
Order.add_index(Order.ordered_at, Order.number, where=TO_INVOICE, name="orders_to_invoice")
UNCONFIRMED = peewee.SQL("(state <> 'confirmed')")
Order.add_index(
    Order.ordered_at, Order.number, Order.currency, Order.amount_total, Order.paid, where=UNPAID, name="orders_unpaid"
)
Order.add_index(Order.ordered_at, Order.number, Order.state, where=UNCONFIRMED, name="orders_unconfirmed")
Order.add_index(Order.ordered_at, Order.number, where=DIFFERING, name="orders_differing")
QUOTED = peewee.SQL("(reference <> '')")
Order.add_index(Order.reference, where=QUOTED, name="orders_reference")
OF_A_CART = peewee.SQL("(cart <> '')")
Order.add_index(Order.cart, where=OF_A_CART, name="orders_cart")


class OrderLine(Table):
    """A line of an order; `invoiced` counts drafts too, `drafted` says how much of it is not posted.

    Of a `closed` line nothing more will be delivered, so nothing more is billed than what was.

    `tax_split` holds the tax amounts of the line in the notation of `domain.billing`.
    """

    order = peewee.ForeignKeyField(Order, backref="lines", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    kind = peewee.TextField(default="product")
    sku = peewee.TextField(default="")
    description = peewee.TextField(default="")
    quantity = ExactField(default=1)
    delivered = ExactField(default=0)
    invoiced = ExactField(default=0)
    drafted = ExactField(default=0)
    unit_price = ExactField(default=0)
    discount = ExactField(default=0)
    taxes = peewee.TextField(default="")
    policy = peewee.TextField(default="ordered")
    amount_untaxed = ExactField(default=0)
    amount_tax = ExactField(default=0)
    amount_total = ExactField(default=0)
    tax_split = peewee.TextField(default="")
    closed = peewee.BooleanField(default=False, constraints=later("FALSE"))

    class Meta:
        table_name = "order_lines"
        constraints = [
            one_of("kind", LINE_KINDS),
            one_of("policy", ("ordered", "delivered")),
            peewee.Check('"amount_total" = "amount_untaxed" + "amount_tax"'),
        ]
        indexes = ((("order", "position"), True),)


OrderLine.add_index(
    OrderLine.sku, OrderLine.order, OrderLine.quantity, OrderLine.amount_total, OrderLine.kind,
    name="order_lines_of_product",
)  # fmt: skip
