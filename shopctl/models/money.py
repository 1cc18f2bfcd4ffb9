"""Hold payments and what they were used for."""

from __future__ import annotations

import peewee

from shopctl.db.fields import DayField, ExactField, InstantField
from shopctl.domain.states import DIRECTIONS, PAYMENT_STATES, WRITE_OFFS
from shopctl.models.bank import BankLine
from shopctl.models.base import Table, later, one_of
from shopctl.models.billing import Invoice
from shopctl.models.people import Customer
from shopctl.models.selling import Order


class Payment(Table):
    """Money that came in or went out.

    What is neither allocated nor returned of an inbound payment is an outstanding credit. An outbound payment names
    the one that it `refunds`. `fee` is what a provider kept of the amount: it arrived smaller by as much, and still
    counts in full for the customer. `line` is the line of a statement on which it was seen.
    """

    number = peewee.TextField(unique=True)
    direction = peewee.TextField(default="inbound")
    method = peewee.TextField(default="")
    provider = peewee.TextField(default="")
    reference = peewee.TextField(null=True)
    state = peewee.TextField(default="done")
    currency = peewee.TextField()
    amount = ExactField()
    allocated = ExactField(default=0)
    returned = ExactField(default=0)
    refunds = peewee.ForeignKeyField("self", null=True, backref="given_back", index=False)
    date = DayField()
    paid_at = InstantField(null=True)
    customer = peewee.ForeignKeyField(Customer, null=True, backref="payments", index=False)
    order = peewee.ForeignKeyField(Order, null=True, backref="payments", index=False)
    memo = peewee.TextField(default="")
    created_at = InstantField()
    fee = ExactField(default=0, constraints=later("0"))
    line = peewee.ForeignKeyField(BankLine, null=True, backref="payments", index=False)

    class Meta:
        table_name = "payments"
        constraints = [
            one_of("direction", DIRECTIONS),
            one_of("state", PAYMENT_STATES),
            peewee.Check('"amount" > 0'),
            peewee.Check('"allocated" >= 0 AND "returned" >= 0 AND "allocated" + "returned" <= "amount"'),
        ]


# The reference first: it is looked up alone as well, and tells payments apart by itself nearly always.
Payment.add_index(
    Payment.reference,
    Payment.provider,
    unique=True,
    where=peewee.SQL("(reference IS NOT NULL)"),
    name="payments_provider_reference",
)
Payment.add_index(Payment.order)
Payment.add_index(Payment.line, where=Payment.line.is_null(False), name="payments_line")
Payment.add_index(Payment.customer, Payment.date)
Payment.add_index(Payment.date, Payment.number)
# Used as it is by the list, with literals: a bound value would keep SQLite from using the index, and so would a
# comparison with a sum on its left, which SQLite turns round before it looks for indexes.
UNUSED = (
    (Payment.state == peewee.SQL("'done'"))
    & (Payment.direction == peewee.SQL("'inbound'"))
    & (Payment.amount > Payment.allocated + Payment.returned)
)
Payment.add_index(
    Payment.id,
    Payment.currency,
    Payment.amount,
    Payment.allocated,
    Payment.returned,
    where=UNUSED,
    name="payments_open",
)


class Allocation(Table):
    """A link between two sides with an amount; removed ones stay, with the moment.

    Usually a credit (a payment or a credit note) is used on an invoice. A difference that is written off takes the
    place of the credit, or of the invoice where more came than was due; `tax_split` is its share of the taxes.
    A credit note that is paid out is linked with the outbound payment.
    """

    invoice = peewee.ForeignKeyField(Invoice, null=True, backref="allocations", index=False)
    payment = peewee.ForeignKeyField(Payment, null=True, backref="allocations", index=False)
    credit_note = peewee.ForeignKeyField(Invoice, null=True, backref="uses", index=False)
    amount = ExactField()
    date = DayField()
    created_at = InstantField()
    removed_at = InstantField(null=True)
    write_off = peewee.TextField(default="", constraints=later("''"))
    tax_split = peewee.TextField(default="", constraints=later("''"))

    class Meta:
        table_name = "allocations"
        constraints = [
            peewee.Check('"amount" > 0'),
            one_of("write_off", ("", *WRITE_OFFS)),
            peewee.Check(
                '(CASE WHEN "invoice_id" IS NULL THEN 0 ELSE 1 END)'
                ' + (CASE WHEN "payment_id" IS NULL THEN 0 ELSE 1 END)'
                ' + (CASE WHEN "credit_note_id" IS NULL THEN 0 ELSE 1 END)'
                " + (CASE WHEN \"write_off\" = '' THEN 0 ELSE 1 END) = 2"
            ),
        ]


Allocation.add_index(Allocation.invoice)
Allocation.add_index(Allocation.payment, where=Allocation.payment.is_null(False), name="allocations_payment")
Allocation.add_index(Allocation.credit_note, where=Allocation.credit_note.is_null(False), name="allocations_credit")
