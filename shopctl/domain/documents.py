"""Hold documents as paper and letters need them: plain frozen data, the same for PDF, e-mail and e-invoice."""

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

    @property
    def mark(self) -> str:
        """What keeps it from being valid: `draft`, `cancelled`, or nothing."""
        return "" if self.state == "posted" else self.state

    @property
    def other_address(self) -> tuple[str, Party | None]:
        """Where the goods go, with the word for it."""
        return "ship_to", self.ship_to


@dataclass(frozen=True, slots=True)
class DeliverySlip:
    """What goes along with goods that leave, or is kept of goods that came back; it tells no prices.

    Attributes:
        title_kind: `delivery_slip` or `return_slip`.
        state: `waiting`, `done` or `cancelled`; a cancelled one is marked across the page.
        buyer: Who gets the goods, at the address where they go.
        bill_to: Who pays for them.
        issued_on: When the goods left or came back; None as long as they wait.
        lines: What moves.
        to_come: What follows later.
        origin: The delivery of which this is the back order, or of which it brings something back.
        language: Two-letter code of the customer's language, may be empty.
    """

    number: str
    title_kind: str
    state: str
    seller: Party
    buyer: Party
    bill_to: Party | None
    customer_code: str
    order: str
    ordered_on: date
    issued_on: date | None
    carrier: str
    tracking: str
    origin: str
    lines: tuple[DocumentLine, ...]
    to_come: tuple[DocumentLine, ...] = ()
    note: str = ""
    language: str = ""

    @property
    def mark(self) -> str:
        """What keeps it from being valid: `cancelled`, or nothing."""
        return self.state if self.state == "cancelled" else ""

    @property
    def revision(self) -> int:
        """How often it was changed after it had its number: never."""
        return 0

    @property
    def other_address(self) -> tuple[str, Party | None]:
        """Where the invoice goes, with the word for it."""
        return "bill_to", self.bill_to


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """What a part of a payment was used for.

    Attributes:
        kind: `invoice`, `down_payment` or `credit_note` with its `number` and day; `money` for a payment that is given
            back; `unused` and `returned` for what paid nothing; `written_off_…` with the reason for what is closed.
    """

    kind: str
    number: str
    day: date | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """A payment as it is acknowledged to whoever paid, or got money back.

    Attributes:
        title_kind: `receipt` or `refund_receipt`.
        buyer: Who paid.
        method: One of `domain.states.PAYMENT_METHODS`, or the word of the source it came from.
        reference: What the bank or provider calls it.
        parts: What it was used for.
        lines: The same as lines, which paper writes in its language.
        language: Two-letter code of the customer's language, may be empty.
    """

    number: str
    title_kind: str
    seller: Party
    buyer: Party
    customer_code: str
    order: str
    issued_on: date
    method: str
    reference: str
    currency: str
    amount: Decimal
    parts: tuple[ReceiptPart, ...]
    note: str = ""
    language: str = ""
    lines: tuple[DocumentLine, ...] = ()

    @property
    def mark(self) -> str:
        """What keeps it from being valid: nothing, for only money that moved is acknowledged."""
        return ""

    @property
    def revision(self) -> int:
        """How often it was changed after it had its number: never."""
        return 0

    @property
    def other_address(self) -> tuple[str, Party | None]:
        """There is only the address of whoever paid."""
        return "bill_to", None


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
    due_on: date
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
