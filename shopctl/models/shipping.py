"""Hold deliveries: what left for a customer, and what came back."""

from __future__ import annotations

import peewee

from shopctl.db.fields import DayField, ExactField, InstantField
from shopctl.domain.states import DELIVERY_KINDS, DELIVERY_STATES
from shopctl.models.base import Table, one_of
from shopctl.models.selling import Order, OrderLine


class Delivery(Table):
    """Goods of one order that leave together, or came back together; one delivery of an order at most waits to leave.

    `origin` is the delivery of which this one is the back order, or of which it brings something back.
    """

    number = peewee.TextField(unique=True)
    order = peewee.ForeignKeyField(Order, backref="deliveries")
    kind = peewee.TextField(default="outgoing")
    state = peewee.TextField(default="done")
    date = DayField()
    carrier = peewee.TextField(default="")
    tracking = peewee.TextField(default="")
    note = peewee.TextField(default="")
    created_at = InstantField()
    done_at = InstantField(null=True)
    origin = peewee.ForeignKeyField("self", null=True, index=False)

    class Meta:
        table_name = "deliveries"
        constraints = [one_of("kind", DELIVERY_KINDS), one_of("state", DELIVERY_STATES)]


WAITING = peewee.SQL("(state = 'waiting')")
Delivery.add_index(Delivery.date, Delivery.number, where=WAITING, name="deliveries_waiting")
Delivery.add_index(Delivery.tracking, where=peewee.SQL("(tracking <> '')"), name="deliveries_tracking")
Delivery.add_index(Delivery.order, unique=True, where=WAITING, name="deliveries_waiting_order")
Delivery.add_index(Delivery.origin, where=Delivery.origin.is_null(False), name="deliveries_origin")
Delivery.add_index(Delivery.date, Delivery.number)


class DeliveryLine(Table):
    """How much of an order line a delivery moves; always above zero, the delivery's kind says which way."""

    delivery = peewee.ForeignKeyField(Delivery, backref="lines", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    order_line = peewee.ForeignKeyField(OrderLine, backref="deliveries")
    quantity = ExactField()

    class Meta:
        table_name = "delivery_lines"
        indexes = ((("delivery", "position"), True),)
        constraints = [peewee.Check('"quantity" > 0')]
