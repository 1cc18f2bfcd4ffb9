"""Hold invoices and orders as paper and letters need them: plain frozen data, the same for PDF, e-mail, e-invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopctl.domain.order_letters import Progress


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives a document; `lines` is the postal address, one printed line each."""

    name: str
    lines: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    vat: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a wire transfer goes."""

    holder: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A printed line; sections and notes have a description only. `subtotal` is without tax."""

    kind: str
    description: str
    sku: str = ""
    quantity: Decimal = Decimal(0)
    unit_price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    taxes: tuple[str, ...] = ()
    subtotal: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class DocumentTax:
    """A row of the tax block; `base` is None where it is not shown."""

    name: str
    base: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DocumentPayment:
    """Money already taken into account: a payment, a credit note, or what is written off and why.

    Without a day it is the sum of all that was paid.
    """

    label: str
    paid_on: date | None
    amount: Decimal
    write_off: str = ""


@dataclass(frozen=True, slots=True)
class DocumentInstallment:
    """What falls due when."""

    due_date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class EarlyPayment:
    """What pays a document until a day."""

    amount: Decimal
    until: date


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice, credit note or order, complete.

    Attributes:
        number: The number, or the draft address (`DRAFT/00057`).
        title_kind: `invoice`, `down_payment` or `credit_note`; `order`, or `order_confirmation` once it is confirmed.
        state: `draft`, `posted` or `cancelled`; anything but posted is marked across the page. An order that stands
            counts as posted.
        reference: What a payer should quote.
        language: Two-letter code of the customer's language, may be empty.
        amount_due: What is still to pay, in `currency`.
        reverses: Number of the invoice that a credit note takes back, for the `reason` given.
        credited: It was settled by credit notes alone, so nobody paid it.
        early: What pays it early, as long as nothing is paid.
    """

    number: str
    title_kind: str
    state: str
    seller: Party
    buyer: Party
    ship_to: Party | None
    customer_code: str
    orders: tuple[str, ...]
    issued_on: date | None
    due_on: date | None
    terms_note: str
    reference: str
    currency: str
    lines: tuple[DocumentLine, ...]
    taxes: tuple[DocumentTax, ...]
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    payments: tuple[DocumentPayment, ...]
    amount_due: Decimal
    installments: tuple[DocumentInstallment, ...] = ()
    bank: BankAccount | None = None
    note: str = ""
    language: str = ""
    revision: int = 0
    reverses: str = ""
    early: EarlyPayment | None = None
    reason: str = ""
    credited: bool = False


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of an order as a letter lists it; `amount` is with tax."""

    kind: str
    description: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderInvoice:
    """A posted invoice or credit note of an order; `amount_due` is what is open of it, or left of the credit."""

    number: str
    kind: str
    issued_on: date
    amount_total: Decimal
    amount_due: Decimal


@dataclass(frozen=True, slots=True)
class OrderShipment:
    """What left with one delivery; `goods` are quantities with what they are of."""

    number: str
    left_on: date
    carrier: str
    tracking: str
    goods: tuple[tuple[Decimal, str], ...]


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """An order with everything that letters tell about it.

    Attributes:
        paper: The order as it is printed.
        progress: How far it got.
        refunded: What was paid went back.
        lines: What was ordered.
        invoices: What was billed and posted, oldest first.
        shipments: What left, oldest first; returns are no part of it.
    """

    paper: InvoiceDocument
    progress: Progress
    refunded: bool
    lines: tuple[OrderedLine, ...]
    invoices: tuple[OrderInvoice, ...]
    shipments: tuple[OrderShipment, ...]
