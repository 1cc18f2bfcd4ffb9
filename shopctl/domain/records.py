"""Say what importers hand over: one frozen record a line of the native format, whatever file it came from.

Source: the interchange format (docs/interchange.md). References use natural keys: codes, SKUs, numbers.
Amounts and quantities are exact decimals, instants are aware and in UTC.
Named tuples, because an import builds ten of them an order and a frozen dataclass costs five times as much.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

ZERO = Decimal(0)

LineKind = Literal["product", "shipping", "discount", "tip", "section", "note"]
OrderState = Literal["sent", "confirmed", "cancelled"]
PaymentState = Literal["pending", "authorized", "done", "cancelled", "failed", "refunded"]


class AddressRecord(NamedTuple):
    """A postal address; `kind` matters only among the addresses of a customer."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    kind: str = "billing"


class TaxRecord(NamedTuple):
    """A tax; `type` is percent, fixed, division or group, `amount` a percentage or money per unit."""

    code: str
    name: str = ""
    type: str = "percent"
    amount: Decimal = ZERO
    included: bool = False
    compounds: bool = False
    affected: bool = True
    sequence: int = 1
    group: str = ""
    children: tuple[str, ...] = ()


class TermsLineRecord(NamedTuple):
    """One instalment of payment terms; the last one takes the remainder."""

    type: str = "percent"
    value: Decimal = Decimal(100)
    delay: str = "days"
    days: int = 0
    day: int = 0


class EarlyDiscountRecord(NamedTuple):
    """A discount in percent for paying within some days; `mode` is included, excluded or mixed."""

    percent: Decimal = ZERO
    days: int = 0
    mode: str = "included"


class TermsRecord(NamedTuple):
    """Payment terms."""

    code: str
    name: str = ""
    note: str = ""
    lines: tuple[TermsLineRecord, ...] = ()
    early_discount: EarlyDiscountRecord | None = None


class ProductRecord(NamedTuple):
    """A product; `policy` says whether ordered or delivered quantities are billed, no `stock` leaves what is stored."""

    sku: str
    name: str = ""
    type: str = "goods"
    price: Decimal = ZERO
    taxes: tuple[str, ...] = ()
    policy: str = "ordered"
    archived: bool = False
    stock: Decimal | None = None


class ConsentRecord(NamedTuple):
    """Whether a customer agreed to marketing mail, where from, when, and to which version of the words about it."""

    consent: bool = False
    source: str = ""
    at: datetime | None = None
    text: str = ""


class CustomerRecord(NamedTuple):
    """A customer. Inside an order or cart `code` may be empty: then the e-mail, or `external_id`, identifies."""

    code: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    terms: str = ""
    marketing: ConsentRecord | None = None
    note: str = ""
    addresses: tuple[AddressRecord, ...] = ()


class LineRecord(NamedTuple):
    """A line of a cart or order; `discount` in percent, `policy` empty for the product's own."""

    kind: LineKind = "product"
    sku: str = ""
    description: str = ""
    quantity: Decimal = Decimal(1)
    delivered: Decimal = ZERO
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO
    taxes: tuple[str, ...] | None = None
    """None: the product's taxes; empty: untaxed."""
    policy: str = ""


class PaymentRecord(NamedTuple):
    """Money that came in (or went back: state `refunded`); `provider` and `reference` together are unique."""

    provider: str = ""
    reference: str = ""
    method: str = ""
    amount: Decimal = ZERO
    currency: str = ""
    state: PaymentState = "done"
    paid_at: datetime | None = None
    customer: str = ""
    order: str = ""
    memo: str = ""


class SourceTotals(NamedTuple):
    """What the other system printed about an order; kept beside our own figures and compared with them."""

    untaxed: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    paid: Decimal | None = None
    refunded: Decimal | None = None
    shipping: Decimal | None = None
    discount: Decimal | None = None
    outstanding: Decimal | None = None
    financial_status: str = ""
    fulfillment_status: str = ""


class OrderRecord(NamedTuple):
    """An order: identified by `number`, or by `source` and `external_id` together.

    `customer` is the code of a known customer, a record to match or create, or None (a guest).
    `remarks` are contradictions an importer saw in the source itself; they are stored and listed, never mended.
    """

    number: str = ""
    source: str = ""
    external_id: str = ""
    website: str = ""
    customer: CustomerRecord | str | None = None
    ordered_at: datetime | None = None
    state: OrderState = "sent"
    confirmed_at: datetime | None = None
    currency: str = ""
    billing: AddressRecord | None = None
    shipping: AddressRecord | None = None
    payment_method: str = ""
    terms: str = ""
    tax_rounding: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    cart: str = ""
    lines: tuple[LineRecord, ...] = ()
    payments: tuple[PaymentRecord, ...] = ()
    source_totals: SourceTotals | None = None
    remarks: tuple[str, ...] = ()


class CartRecord(NamedTuple):
    """A shopping cart that was not ordered (yet); without a customer it is anonymous."""

    id: str
    source: str = ""
    website: str = ""
    customer: CustomerRecord | str | None = None
    created_at: datetime | None = None
    last_activity_at: datetime | None = None
    stage: str = "cart"
    payment_error: str = ""
    currency: str = ""
    lines: tuple[LineRecord, ...] = ()
    source_totals: SourceTotals | None = None


Record = TaxRecord | TermsRecord | ProductRecord | CustomerRecord | CartRecord | OrderRecord | PaymentRecord
