"""Publish the fields of every noun: names in JSON, CSV and `--fields`, never renamed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from shopctl.output.columns import Column, Kind
from shopctl.output.formats import decimal, money

_CUSTOMER: Final = (("code", "customer_code"), ("name", "customer_name"), ("email", "customer_email"))
"""What the object of a customer tells, with the attributes of a row that it is taken from."""

MONEY = ("amount", "base", "unit_price")
"""How the names of amounts of money begin inside of nested objects; other numbers are quantities or percentages."""


def plain(row: Any, currency: str) -> dict[str, object]:
    """Turn a named tuple into plain values: amounts with the digits of their currency, tax codes as a list."""
    return {name: _plain(name, value, currency) for name, value in row._asdict().items()}


def _plain(name: str, value: object, currency: str) -> object:
    if name == "taxes":
        return str(value).split()
    if isinstance(value, Decimal):
        return money(value, currency) if name.startswith(MONEY) else decimal(value)
    return None if value == "" else value


def nested(name: str, header: str, description: str, owner: str = "") -> Column:
    """Publish a tuple of named tuples as a list of objects.

    Args:
        owner: The attribute of the row whose currency the amounts are in; empty: each has its own.
    """

    def get(row: Any) -> list[dict[str, object]]:
        currency = getattr(row, owner).currency if owner else ""
        return [plain(one, currency or getattr(one, "currency", "")) for one in getattr(row, name)]

    return Column(name, header, Kind.OBJECT, description, get)


REMINDED: Final = Column(
    "reminded", "REMINDED", Kind.OBJECT, "How often it was reminded of, and whether that is paused",
    lambda row: plain(row.reminded, ""),
)  # fmt: skip
"""How reminders of a document or customer stand."""


def _early(row: Any) -> dict[str, object] | None:
    """Publish the discount for paying early, while it can be taken."""
    if row.early is None:
        return None
    currency = getattr(row, "currency", "") or row.invoice.currency
    return plain(row.early, currency)


def _parts(row: Any) -> list[dict[str, object]]:
    return [plain(part, row.currency) for part in row.installments]


def _proposal(row: Any) -> dict[str, object] | None:
    return plain(row.proposal, row.currency) if row.proposal else None


ORDERS: Final = (
    Column("number", "ORDER", Kind.CODE, "Order number"),
    Column("date", "DATE", Kind.INSTANT, "When it was placed", day=True),
    Column("confirmed_at", "CONFIRMED", Kind.INSTANT, "When it was confirmed", shown="wide"),
    Column("state", "STATE", Kind.STATUS, "sent (waits for money), confirmed or cancelled"),
    Column(
        "customer",
        "CUSTOMER",
        Kind.OBJECT,
        "Customer: code, name, e-mail",
        shown="machine",
        plain=False,
        parts=_CUSTOMER,
    ),
    Column("customer_code", "CODE", Kind.CODE, "Customer code", shown="wide", nested="customer"),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Customer or company", nested="customer"),
    Column("customer_email", "E-MAIL", Kind.TEXT, "E-mail address", shown="wide", nested="customer"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of all amounts", shown="machine"),
    Column("amount_untaxed", "UNTAXED", Kind.MONEY, "Total without taxes", shown="wide"),
    Column("amount_tax", "TAX", Kind.MONEY, "Taxes", shown="wide"),
    Column("amount_total", "TOTAL", Kind.MONEY, "Total with taxes"),
    Column("amount_paid", "PAID", Kind.MONEY, "What was paid, or is written off", shown="wide"),
    Column("amount_due", "DUE", Kind.MONEY, "What is still to be paid", shown="wide"),
    Column("amount_pending", "PENDING", Kind.MONEY, "What was announced and is not here", shown="machine"),
    Column("invoice_status", "INVOICING", Kind.STATUS, "no, to_invoice, invoiced or upselling"),
    Column("payment_status", "PAYMENT", Kind.STATUS, "not_paid, pending, partial, paid, overpaid or refunded"),
    Column("delivery_status", "DELIVERY", Kind.STATUS, "none, to_ship, partial or shipped"),
    Column("payment_method", "METHOD", Kind.TEXT, "How it is paid", shown="wide"),
    Column("hold_reason", "ON HOLD", Kind.TEXT, "Why it is on hold; absent when it is not", shown="wide"),
    Column("differences", "DIFFERENCES", Kind.TEXT, "What contradicts its source", shown="machine"),
    Column("source", "SOURCE", Kind.CODE, "System it was imported from", shown="wide"),
    Column("external_id", "SOURCE ID", Kind.CODE, "Its identity there", shown="machine"),
    Column("website", "WEBSITE", Kind.TEXT, "Website it was placed on", shown="wide"),
    Column("reference", "REFERENCE", Kind.CODE, "What a payer should quote", shown="wide"),
)
"""Fields of an order in lists."""

ORDER_DETAILS: Final = (
    nested("lines", "LINES", "Lines with quantities and amounts", "order"),
    nested("taxes", "TAXES", "Tax by code: base and amount", "order"),
    Column("billing", "BILLING", Kind.OBJECT, "Billing address"),
    Column("shipping", "SHIPPING", Kind.OBJECT, "Delivery address"),
    Column("terms", "TERMS", Kind.CODE, "Payment terms that the order names itself"),
    Column("tax_rounding", "ROUNDING", Kind.STATUS, "Taxes are rounded globally or per_line"),
    Column("note", "NOTE", Kind.TEXT, "Note of the customer"),
    Column("close_reason", "CLOSED", Kind.TEXT, "Why nothing more of it comes"),
    Column("cancel_reason", "CANCELLED", Kind.TEXT, "Why it was cancelled"),
    Column("tags", "TAGS", Kind.LIST, "Tags"),
    Column("source_totals", "SOURCE TOTALS", Kind.OBJECT, "What the source printed"),
    nested("invoices", "INVOICES", "Its invoices", "order"),
    nested("payments", "PAYMENTS", "Its payments", "order"),
    nested("deliveries", "DELIVERIES", "Its deliveries and returns"),
    nested("emails", "E-MAILS", "Letters about it and its invoices"),
    Column("duplicates", "DUPLICATES", Kind.LIST, "Orders of the same customer, day and total"),
    nested("events", "EVENTS", "What happened to it"),
    REMINDED,
)
"""Further fields of `orders show`."""

INVOICES: Final = (
    Column("address", "INVOICE", Kind.CODE, "Number, or DRAFT/… while it has none"),
    Column("number", "NUMBER", Kind.CODE, "Number; empty while it is a draft", shown="machine"),
    Column("type", "TYPE", Kind.STATUS, "invoice or credit_note", shown="wide"),
    Column("kind", "KIND", Kind.STATUS, "regular or down_payment", shown="wide"),
    Column("date", "DATE", Kind.DATE, "Invoice date"),
    Column("due_date", "DUE", Kind.DATE, "By when it is to be paid"),
    Column(
        "customer",
        "CUSTOMER",
        Kind.OBJECT,
        "Customer: code, name, e-mail",
        shown="machine",
        plain=False,
        parts=_CUSTOMER,
    ),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Who is billed", nested="customer"),
    Column("orders", "ORDERS", Kind.LIST, "Orders it bills"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of all amounts", shown="machine"),
    Column("amount_untaxed", "UNTAXED", Kind.MONEY, "Total without taxes", shown="wide"),
    Column("amount_tax", "TAX", Kind.MONEY, "Taxes", shown="wide"),
    Column("amount_total", "TOTAL", Kind.MONEY, "Total with taxes"),
    Column("amount_due", "OPEN", Kind.MONEY, "What is still to be paid"),
    Column("status", "STATUS", Kind.STATUS, "The state; of a posted one: disputed, or how it is paid", plain=False),
    Column("state", "STATE", Kind.STATUS, "draft, posted or cancelled", shown="wide"),
    Column("payment_status", "PAYMENT", Kind.STATUS, "not_paid, partial, in_payment, paid or reversed", shown="wide"),
    Column("overdue", "OVERDUE", Kind.FLAG, "An instalment is open after its due date", shown="wide"),
    Column("amount_overdue", "LATE", Kind.MONEY, "What should have been paid by now", shown="wide"),
    Column("disputed", "DISPUTED", Kind.TEXT, "Why the customer does not pay", shown="wide"),
    Column("sent_at", "SENT", Kind.INSTANT, "When a mail server took it", shown="wide"),
    Column("reverses", "REVERSES", Kind.CODE, "The invoice that a credit note credits", shown="machine"),
)
"""Fields of an invoice in lists."""

INVOICE_DETAILS: Final = (
    nested("lines", "LINES", "Lines with quantities and amounts", "invoice"),
    nested("taxes", "TAXES", "Tax by code: base and amount", "invoice"),
    Column("billing", "BILLING", Kind.OBJECT, "Billing address"),
    Column("shipping", "SHIPPING", Kind.OBJECT, "Delivery address"),
    Column("reference", "REFERENCE", Kind.CODE, "What a payer should quote"),
    Column("terms", "TERMS", Kind.CODE, "Payment terms that decide when it falls due"),
    Column("note", "NOTE", Kind.TEXT, "Note printed on it"),
    Column("reason", "REASON", Kind.TEXT, "Why a credit note was made"),
    Column("revision", "REVISION", Kind.COUNT, "How often it went back to draft"),
    nested("installments", "INSTALMENTS", "What falls due when", "invoice"),
    Column("early_discount", "EARLY", Kind.OBJECT, "What pays it until when; absent once that is over", _early),
    nested("allocations", "ALLOCATIONS", "Credits used on it, and written off; where a credit note went", "invoice"),
    nested("credit_notes", "CREDIT NOTES", "Credit notes that take it back", "invoice"),
    nested("outstanding_credits", "CREDITS", "Money of the customer that could pay it"),
    nested("emails", "E-MAILS", "Letters about it"),
    nested("events", "EVENTS", "What happened to it"),
    nested("history", "HISTORY", "What was allocated and taken back, by whom and why", "invoice"),
    REMINDED,
)
"""Further fields of `invoice show`."""

SCHEDULES: Final = (
    Column("invoice", "INVOICE", Kind.CODE, "Invoice number"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of all amounts", shown="machine"),
    Column("amount_total", "TOTAL", Kind.MONEY, "Total with taxes"),
    Column("amount_due", "OPEN", Kind.MONEY, "What is still to be paid"),
    Column("installments", "INSTALMENTS", Kind.OBJECT, "What falls due when, and how it stands", _parts),
    Column("early_discount", "EARLY", Kind.OBJECT, "What pays it until when; absent once that is over", _early),
    Column("proposal", "PROPOSAL", Kind.OBJECT, "The payment to ask for: early, next, overdue or full", _proposal),
)
"""Fields of the schedule of an invoice."""

_OF_CREDIT_NOTES: Final = {
    "address": ("CREDIT NOTE", "always"),
    "due_date": ("DUE", "wide"),
    "amount_due": ("LEFT", "always"),
    "reverses": ("INVOICE", "always"),
}

CREDIT_NOTES: Final = tuple(
    replace(column, header=header, shown=shown)
    for column in INVOICES
    for header, shown in (_OF_CREDIT_NOTES.get(column.name, (column.header, column.shown)),)
)
"""The same fields as a list of credit notes shows them."""

PAYMENTS: Final = (
    Column("number", "PAYMENT", Kind.CODE, "Payment number"),
    Column("date", "DATE", Kind.DATE, "When the money came"),
    Column("direction", "DIRECTION", Kind.STATUS, "inbound or outbound", shown="wide"),
    Column("method", "METHOD", Kind.TEXT, "wire, card, cash, …", spare=True),
    Column("provider", "PROVIDER", Kind.TEXT, "Who moved it", shown="wide"),
    Column("reference", "REFERENCE", Kind.CODE, "The provider's own reference", shown="wide"),
    Column(
        "customer", "CUSTOMER", Kind.OBJECT, "Customer: code, name", shown="machine", plain=False, parts=_CUSTOMER[:2]
    ),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Whose it is", nested="customer"),
    Column("order", "ORDER", Kind.CODE, "Order it belongs to"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of all amounts", shown="machine"),
    Column("amount", "AMOUNT", Kind.MONEY, "How much"),
    Column("amount_allocated", "ALLOCATED", Kind.MONEY, "What is used on invoices", shown="wide"),
    Column("amount_returned", "RETURNED", Kind.MONEY, "What went back", shown="machine"),
    Column("amount_left", "LEFT", Kind.MONEY, "What is not used yet"),
    Column("status", "STATUS", Kind.STATUS, "The state; refunded for money that went back", plain=False),
    Column("state", "STATE", Kind.STATUS, "pending, authorized, done, cancelled or failed", shown="wide"),
    Column("memo", "MEMO", Kind.TEXT, "Remark", shown="wide"),
    Column("fee", "FEE", Kind.MONEY, "What a provider kept of it", shown="wide"),
    Column("amount_net", "NET", Kind.MONEY, "What arrived: the amount less the fee", shown="wide"),
)
"""Fields of a payment in lists."""

PAYMENT_DETAILS: Final = (
    nested("allocations", "ALLOCATIONS", "Invoices it pays", "payment"),
    nested("events", "EVENTS", "What happened to it"),
    Column("line", "LINE", Kind.CODE, "The line of a statement on which it was seen"),
    Column("refunds", "REFUNDS", Kind.CODE, "The payment that it gives back"),
    Column("refunded_by", "REFUNDED BY", Kind.LIST, "The payments that gave something of it back"),
    nested("history", "HISTORY", "What it was used for and what was taken back, by whom and why", "payment"),
)
"""Further fields of `payment show`."""

DELIVERIES: Final = (
    Column("number", "DELIVERY", Kind.CODE, "Delivery number"),
    Column("date", "DATE", Kind.DATE, "When it left or came back; since when it waits"),
    Column("kind", "KIND", Kind.STATUS, "outgoing or return"),
    Column("state", "STATE", Kind.STATUS, "waiting, done or cancelled"),
    Column("order", "ORDER", Kind.CODE, "Order it belongs to"),
    Column(
        "customer", "CUSTOMER", Kind.OBJECT, "Customer: code, name", shown="machine", plain=False, parts=_CUSTOMER[:2]
    ),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Who gets it", nested="customer"),
    Column("carrier", "CARRIER", Kind.TEXT, "Who carries it"),
    Column("tracking", "TRACKING", Kind.TEXT, "The carrier's own number"),
    Column("note", "NOTE", Kind.TEXT, "Remark, or why it came back", shown="wide"),
    Column("origin", "ORIGIN", Kind.CODE, "Delivery of which it is the rest, or that came back", shown="wide"),
    Column("created_at", "WRITTEN", Kind.INSTANT, "When it was written here", shown="wide"),
)
"""Fields of a delivery in lists."""

DELIVERY_DETAILS: Final = (
    nested("lines", "LINES", "What moved: line of the order and quantity"),
    nested("events", "EVENTS", "What happened to it"),
)
"""Further fields of `delivery show`."""

CREDITS: Final = (
    Column("credit", "CREDIT", Kind.CODE, "Payment or credit note"),
    Column("kind", "KIND", Kind.STATUS, "payment or credit_note"),
    Column("date", "DATE", Kind.DATE, "Since when"),
    Column("age", "DAYS", Kind.COUNT, "How many days ago that was"),
    Column("order", "ORDER", Kind.CODE, "Order it belongs to"),
    Column("customer_code", "CODE", Kind.CODE, "Customer code", shown="wide"),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Whose it is"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts", shown="machine"),
    Column("amount", "AMOUNT", Kind.MONEY, "How much it was", shown="wide"),
    Column("amount_left", "LEFT", Kind.MONEY, "What is not used yet"),
    Column("memo", "MEMO", Kind.TEXT, "Remark, or why a credit note was made", shown="wide"),
)
"""Fields of an outstanding credit."""

OFFERS: Final = (
    *(replace(column, shown="wide") if column.name in ("customer_name", "kind") else column for column in CREDITS),
    Column("why", "WHY", Kind.TEXT, "Why it is offered for the invoice"),
)
"""Fields of a credit that is offered for an invoice."""

SUGGESTIONS: Final = (
    Column("invoice", "INVOICE", Kind.CODE, "Open invoice"),
    Column("credit", "CREDIT", Kind.CODE, "Payment or credit note that should pay it"),
    Column("kind", "KIND", Kind.STATUS, "payment or credit_note", shown="wide"),
    Column("customer_code", "CODE", Kind.CODE, "Customer code", shown="wide"),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Whose both are", spare=True),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts", shown="machine"),
    Column("amount", "AMOUNT", Kind.MONEY, "How much of the credit"),
    Column("amount_due", "OPEN", Kind.MONEY, "What is due on the invoice", shown="wide"),
    Column("score", "SCORE", Kind.COUNT, "What speaks for it: 100 order, 50 reference, 30 amount"),
    Column("sure", "SURE", Kind.FLAG, "Whether --apply uses it: high enough, and nothing competes with it"),
    Column("why", "WHY", Kind.TEXT, "What speaks for it"),
)
"""Fields of a suggestion what a credit should pay."""

EMAILS: Final = (
    Column("id", "E-MAIL", Kind.CODE, "Its number in the outbox", lambda row: str(row.id)),
    Column("kind", "KIND", Kind.STATUS, "What letter it is"),
    Column("document", "DOCUMENT", Kind.CODE, "What it is about"),
    Column("recipient", "TO", Kind.TEXT, "Who gets it"),
    Column("subject", "SUBJECT", Kind.TEXT, "Subject", shown="wide"),
    Column("state", "STATE", Kind.STATUS, "queued, sending, sent, uncertain, failed, held or cancelled"),
    Column("attempts", "TRIES", Kind.COUNT, "How often it was tried", spare=True),
    Column("created_at", "QUEUED", Kind.INSTANT, "When it was queued", spare=True),
    Column("sent_at", "SENT", Kind.INSTANT, "When a mail server took it"),
    Column("reply", "REPLY", Kind.TEXT, "What the mail server said", shown="wide"),
)
"""Fields of an e-mail."""

LETTERS: Final = (
    Column("document", "DOCUMENT", Kind.CODE, "What it is about"),
    Column("kind", "KIND", Kind.STATUS, "What letter it is"),
    Column("recipient", "TO", Kind.TEXT, "Who gets it"),
    Column("cc", "COPY", Kind.TEXT, "Who gets a copy", shown="wide"),
    Column("language", "LANGUAGE", Kind.CODE, "In which language it is written", shown="wide"),
    Column("attachment", "ATTACHED", Kind.TEXT, "The PDF that goes along", shown="wide"),
    Column("subject", "SUBJECT", Kind.TEXT, "Subject"),
    Column("text", "TEXT", Kind.TEXT, "What it says", shown="machine"),
    Column("html", "HTML", Kind.TEXT, "The same as HTML", shown="machine"),
)
"""Fields of a letter that is shown before it is queued."""

IMPORTED: Final = (
    Column("kind", "KIND", Kind.STATUS, "tax, terms, product, customer, cart, order or payment"),
    Column("number", "NUMBER", Kind.CODE, "How it is named here"),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Customer"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the total", shown="machine"),
    Column("amount_total", "TOTAL", Kind.MONEY, "Total by our own figures"),
    Column("differences", "DIFFERENCES", Kind.TEXT, "What contradicts the source", shown="machine"),
)
"""Fields of an imported record."""


def inside(column: Column, name: str) -> Column:
    """Read a column from a row that lies in an attribute of another row."""
    return replace(column, get=lambda row: column.value(getattr(row, name)))


def details(name: str, columns: tuple[Column, ...], more: tuple[Column, ...]) -> tuple[Column, ...]:
    """Join the fields of a list with those that `show` adds; JSON shows all of them."""
    return (*(inside(column, name) for column in columns), *more)
