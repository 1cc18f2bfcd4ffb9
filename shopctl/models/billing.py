"""Hold invoices and credit notes with their lines, taxes and instalments."""

from __future__ import annotations

import peewee

from shopctl.db.fields import DayField, ExactField, InstantField
from shopctl.domain.states import (
    DOCUMENT_LINE_KINDS,
    INVOICE_KINDS,
    INVOICE_PAYMENT_STATUSES,
    INVOICE_STATES,
    INVOICE_TYPES,
)
from shopctl.models.base import Table, later, one_of
from shopctl.models.people import Customer
from shopctl.models.selling import Order, OrderLine


class Invoice(Table):
    """An invoice or credit note; the number is null while it is a draft.

    The customer's identity is copied at creation and frozen by posting. `allocated` is a counter in the invoice's
    currency, zero while it is a draft, even where money stays reserved for one that was reset; `share` is the
    percentage of a down payment (zero for one of a fixed amount). `disputed` says why the customer does not pay.
    The early-payment discount is frozen by posting: `early_amount` is granted until `early_until`.
    `reason` says why a credit note was made; `cash_rounding` asks for a total that can be paid in coins.
    """

    number = peewee.TextField(null=True, unique=True)
    type = peewee.TextField(default="invoice")
    kind = peewee.TextField(default="regular")
    state = peewee.TextField(default="draft")
    payment_status = peewee.TextField(default="not_paid")
    customer = peewee.ForeignKeyField(Customer, null=True, backref="invoices", index=False)
    customer_name = peewee.TextField(default="")
    customer_email = peewee.TextField(default="")
    customer_vat = peewee.TextField(default="")
    customer_language = peewee.TextField(default="")
    billing = peewee.TextField(default="")
    shipping = peewee.TextField(default="")
    currency = peewee.TextField()
    date = DayField(null=True)
    due_date = DayField(null=True)
    terms = peewee.TextField(default="")
    tax_rounding = peewee.TextField(default="globally")
    share = ExactField(default=0)
    amount_untaxed = ExactField(default=0)
    amount_tax = ExactField(default=0)
    amount_total = ExactField(default=0)
    allocated = ExactField(default=0)
    reference = peewee.TextField(default="")
    note = peewee.TextField(default="")
    reverses = peewee.ForeignKeyField("self", null=True, backref="credit_notes", index=False)
    revision = peewee.BigIntegerField(default=0)
    created_at = InstantField()
    posted_at = InstantField(null=True)
    sent_at = InstantField(null=True)
    disputed = peewee.TextField(default="", constraints=later("''"))
    early_percent = ExactField(default=0, constraints=later("0"))
    early_mode = peewee.TextField(default="", constraints=later("''"))
    early_amount = ExactField(default=0, constraints=later("0"))
    early_until = DayField(null=True)
    reason = peewee.TextField(default="", constraints=later("''"))
    cash_rounding = peewee.BooleanField(default=False, constraints=later("FALSE"))

    class Meta:
        table_name = "invoices"
        constraints = [
            one_of("type", INVOICE_TYPES),
            one_of("kind", INVOICE_KINDS),
            one_of("state", INVOICE_STATES),
            one_of("payment_status", INVOICE_PAYMENT_STATUSES),
            peewee.Check('"amount_total" = "amount_untaxed" + "amount_tax"'),
            peewee.Check('"amount_total" >= 0'),
            peewee.Check('"allocated" >= 0 AND "allocated" <= "amount_total"'),
            peewee.Check('("state" <> \'posted\') OR ("number" IS NOT NULL AND "date" IS NOT NULL)'),
        ]


Invoice.add_index(Invoice.date, Invoice.number)
Invoice.add_index(Invoice.customer, Invoice.date)
# Written as literals and used as they are by the lists: a bound value would keep SQLite from using the index.
DRAFT = peewee.SQL("(state = 'draft')")
OPEN = peewee.SQL("(state = 'posted' AND allocated < amount_total)")
# A reference that is not the number itself, which has an index of its own.
Invoice.add_index(Invoice.reference, where=peewee.SQL("(reference <> number)"), name="invoices_reference")
Invoice.add_index(Invoice.id, where=DRAFT, name="invoices_draft")
Invoice.add_index(Invoice.id, where=OPEN, name="invoices_open")


class InvoiceLine(Table):
    """A line of an invoice; amounts are results, kept as they were computed once.

    `deducts` names the down payment that the line takes off, `credits_line` the line that a credit note takes back.
    """

    invoice = peewee.ForeignKeyField(Invoice, backref="lines", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    kind = peewee.TextField(default="product")
    sku = peewee.TextField(default="")
    description = peewee.TextField(default="")
    quantity = ExactField(default=1)
    unit_price = ExactField(default=0)
    discount = ExactField(default=0)
    taxes = peewee.TextField(default="")
    amount_untaxed = ExactField(default=0)
    amount_tax = ExactField(default=0)
    amount_total = ExactField(default=0)
    tax_split = peewee.TextField(default="")
    order_line = peewee.ForeignKeyField(OrderLine, null=True, backref="invoice_lines", index=False)
    deducts = peewee.ForeignKeyField(Invoice, null=True, backref="deductions", index=False)
    credits_line = peewee.ForeignKeyField("self", null=True, backref="credited_by", index=False)

    class Meta:
        table_name = "invoice_lines"
        constraints = [
            one_of("kind", DOCUMENT_LINE_KINDS),
            peewee.Check('"amount_total" = "amount_untaxed" + "amount_tax"'),
        ]
        # Parents are written in key order, so the (invoice, position) index grows at its end and stays cheap.
        indexes = ((("invoice", "position"), True),)


class InvoiceTax(Table):
    """A row of the tax block."""

    invoice = peewee.ForeignKeyField(Invoice, backref="taxes", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    code = peewee.TextField()
    base = ExactField()
    amount = ExactField()

    class Meta:
        table_name = "invoice_taxes"
        indexes = ((("invoice", "position"), True),)


class Installment(Table):
    """A part of an invoice that falls due on a day; an invoice due at once has exactly one."""

    invoice = peewee.ForeignKeyField(Invoice, backref="installments", on_delete="CASCADE", index=False)
    position = peewee.BigIntegerField()
    due_date = DayField()
    amount = ExactField()

    class Meta:
        table_name = "installments"
        indexes = ((("invoice", "position"), True),)


class InvoiceOrder(Table):
    """Which orders an invoice bills."""

    invoice = peewee.ForeignKeyField(Invoice, backref="billed", on_delete="CASCADE", index=False)
    order = peewee.ForeignKeyField(Order, backref="billings", index=False)

    class Meta:
        table_name = "invoice_orders"
        indexes = ((("order", "invoice"), True),)


Invoice.add_index(Invoice.reverses, where=Invoice.reverses.is_null(False), name="invoices_reverses")
InvoiceOrder.add_index(InvoiceOrder.invoice)
InvoiceLine.add_index(
    InvoiceLine.order_line, where=InvoiceLine.order_line.is_null(False), name="invoice_lines_order_line"
)
InvoiceLine.add_index(InvoiceLine.deducts, where=InvoiceLine.deducts.is_null(False), name="invoice_lines_deducts")
InvoiceLine.add_index(
    InvoiceLine.credits_line, where=InvoiceLine.credits_line.is_null(False), name="invoice_lines_credits_line"
)
