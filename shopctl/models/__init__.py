"""Name every table once, parents before children."""

from __future__ import annotations

from shopctl.models.bank import BankLine, BankStatement, KnownAccount
from shopctl.models.base import Table, database
from shopctl.models.billing import Installment, Invoice, InvoiceLine, InvoiceOrder, InvoiceTax
from shopctl.models.catalogue import PaymentTerms, Product, SoldItem, TaxRate
from shopctl.models.mailing import EmailAttempt, LetterTemplate, Reminder, ReminderHold, SigningKey, Suppression
from shopctl.models.money import Allocation, Payment
from shopctl.models.people import Address, Customer, Session, User
from shopctl.models.record import Email, Event, Operation, SavedFilter, SchemaStep, SearchWord, Series
from shopctl.models.selling import Cart, CartLine, Order, OrderLine
from shopctl.models.shipping import Delivery, DeliveryLine

TABLES: tuple[type[Table], ...] = (
    User, Session, Customer, Address,
    Product, SoldItem, TaxRate, PaymentTerms,
    Cart, CartLine, Order, OrderLine,
    Invoice, InvoiceLine, InvoiceTax, Installment, InvoiceOrder,
    BankStatement, BankLine, KnownAccount,
    Payment, Allocation,
    Delivery, DeliveryLine,
    Event, Operation, Series, Email, SavedFilter, SearchWord, SchemaStep,
    EmailAttempt, Reminder, ReminderHold, Suppression, LetterTemplate, SigningKey,
)  # fmt: skip
"""All tables in the order in which they can be created and filled."""

__all__ = [
    "TABLES", "Address", "Allocation", "BankLine", "BankStatement", "Cart", "CartLine", "Customer", "Delivery",
    "DeliveryLine", "Email", "EmailAttempt", "Event", "Installment", "Invoice", "InvoiceLine", "InvoiceOrder",
    "InvoiceTax", "KnownAccount", "LetterTemplate", "Operation", "Order", "OrderLine", "Payment", "PaymentTerms",
    "Product", "Reminder", "ReminderHold", "SavedFilter", "SchemaStep", "SearchWord", "Series", "Session",
    "SigningKey", "SoldItem", "Suppression", "Table", "TaxRate", "User", "database",
]  # fmt: skip
