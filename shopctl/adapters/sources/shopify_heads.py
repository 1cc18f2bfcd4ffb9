"""Name the columns of Shopify exports and what is read from the first row of an order.

Source: docs ECOSYSTEM.md section 1.1 (three generations of columns; zip codes and phones behind an apostrophe).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from shopctl.adapters.sources.items import Unreadable
from shopctl.adapters.sources.shopify_rows import Row, Table
from shopctl.adapters.sources.values import Amounts, is_email
from shopctl.domain.records import ZERO, AddressRecord, ConsentRecord, CustomerRecord

_HEAD: Final = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Accepts Marketing", "Currency", "Subtotal",
    "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at", "Billing Phone",
    "Shipping Phone", "Notes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount",
    "Outstanding Balance", "Id", "Tags", "Phone", "Payment ID", "Tax 1 Name", "Tax 1 Value",
    "Tax 2 Name", "Tax 2 Value",
)  # fmt: skip
_LINE: Final = (
    "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem taxable",
    "Lineitem fulfillment status", "Lineitem discount",
)  # fmt: skip
_ADDRESS: Final = ("Name", "Company", "Address1", "Address2", "Zip", "City", "Province", "Country", "Street")
_TAXES: Final = tuple(f"Tax {number} {what}" for number in range(1, 6) for what in ("Name", "Value"))
_NOWHERE: Final = ("",) * (len(_ADDRESS) - 1)

CONSENT: Final = {
    "yes": ConsentRecord(True, "shopify"),
    "no": ConsentRecord(False, "shopify"),
    "true": ConsentRecord(True, "shopify"),
    "false": ConsentRecord(False, "shopify"),
}
"""What `Accepts Marketing` means; the exports do not say since when."""


class Head(NamedTuple):
    """The order values of the first row of an order, as printed."""

    name: str
    email: str
    financial_status: str
    paid_at: str
    fulfillment_status: str
    marketing: str
    currency: str
    subtotal: str
    shipping: str
    taxes: str
    total: str
    discount_code: str
    discount: str
    shipping_method: str
    created_at: str
    billing_phone: str
    shipping_phone: str
    notes: str
    cancelled_at: str
    gateway: str
    payment_reference: str
    refunded: str
    outstanding: str
    id: str
    tags: str
    phone: str
    payment_id: str
    tax_name: str
    tax_value: str
    second_tax_name: str
    second_tax_value: str

    @property
    def number(self) -> str:
        """The order number without its number sign."""
        return self.name.removeprefix("#")


class Figures(NamedTuple):
    """The order values that are money; `outstanding` is None when the file does not say."""

    subtotal: Decimal
    shipping: Decimal
    taxes: Decimal
    total: Decimal
    discount: Decimal
    refunded: Decimal
    outstanding: Decimal | None


class Columns:
    """Where everything is in the rows of one file."""

    def __init__(self, table: Table) -> None:
        def getter(names: Sequence[str], prefix: str = "") -> Callable[[Row], tuple[str, ...]]:
            return itemgetter(*(table.place(prefix + name) for name in names))

        self.head = getter(_HEAD)
        self.line = getter(_LINE)
        self.taxes = getter(_TAXES)
        self.billing = getter(_ADDRESS, "Billing ")
        self.shipping = getter(_ADDRESS, "Shipping ")
        self.says_outstanding = "Outstanding Balance" in table.header
        self._amounts = Amounts({"": ZERO})

    def figures(self, head: Head) -> Figures:
        """Convert the money of an order; what is blank is 0."""
        amounts = self._amounts
        try:
            return Figures(
                amounts[head.subtotal],
                amounts[head.shipping],
                amounts[head.taxes],
                amounts[head.total],
                amounts[head.discount],
                amounts[head.refunded],
                amounts[head.outstanding] if head.outstanding else None,
            )
        except Unreadable as problem:
            names = ("subtotal", "shipping", "taxes", "total", "discount", "refunded", "outstanding")
            raise self._blame(problem, [(name.title(), getattr(head, name)) for name in names]) from None

    def amount(self, text: str, column: str) -> Decimal:
        """Convert one amount; what is blank is 0."""
        try:
            return self._amounts[text]
        except Unreadable as problem:
            raise problem.inside(column) from None

    def _blame(self, problem: Unreadable, cells: Sequence[tuple[str, str]]) -> Unreadable:
        for column, text in cells:
            try:
                self.amount(text, column)
            except Unreadable as found:
                return found
        return problem


def unguarded(text: str) -> str:
    """Strip the one apostrophe that keeps spreadsheets from turning a text into a number."""
    return text[1:] if text[:1] == "'" else text


def address(cells: tuple[str, ...], kind: str) -> AddressRecord | None:
    """Make an address of its cells; a name alone is none."""
    if cells[1:] == _NOWHERE:
        return None
    name, company, street, street2, postcode, city, region, country, both = cells
    if postcode[:1] == "'":
        postcode = postcode[1:]
    return AddressRecord(name, company, street or both, street2, postcode, city, region, country, kind)


def buyer(head: Head, billing: tuple[str, ...], shipping: tuple[str, ...]) -> tuple[CustomerRecord | None, str]:
    """Make the customer of an order, None when nothing names one, and a remark when the address cannot be used."""
    email, remark = head.email, ""
    if email and not is_email(email):
        email, remark = "", f"the e-mail address {email[:80]!r} cannot be used and was left out"
    phone = head.phone or head.billing_phone or head.shipping_phone
    if phone[:1] == "'":
        phone = phone[1:]
    name = billing[0] or shipping[0]
    if not (email or name or phone):
        return None, remark
    company = billing[1] or shipping[1]
    return CustomerRecord("", name, company, email, phone, "", "", (), "", CONSENT.get(head.marketing)), remark


@lru_cache(maxsize=5000)
def tags(text: str) -> tuple[str, ...]:
    """Split tags at their commas."""
    return tuple(filter(None, (tag.strip() for tag in text.split(","))))
