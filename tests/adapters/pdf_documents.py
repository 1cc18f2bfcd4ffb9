"""An invoice to print, and what a reader finds in the printed file."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

from pypdf import PdfReader

from shopctl.domain.documents import BankAccount, DocumentLine, DocumentPayment, DocumentTax, InvoiceDocument, Party

SELLER = Party(
    "Nordlicht Handel GmbH",
    ("Speicherstraße 14", "20457 Hamburg"),
    "billing@nordlicht.example",
    "+49 40 1",
    "DE123456789",
)
BUYER = Party("Café Ελλάδα", ("ул. Садовая 5", "1010 Wien"), vat="ATU12345678")
BANK = BankAccount("", "DE89370400440532013000", "COBADEFFXXX", "Commerzbank")
SHIRT = DocumentLine(
    "product",
    "Cotton shirt €",
    "TSH-1",
    Decimal("2.5"),
    Decimal("1234.5"),
    Decimal(10),
    ("VAT 19%",),
    Decimal("2777.63"),
)
INVOICE = InvoiceDocument(
    number="INV/2026/00031",
    title_kind="invoice",
    state="posted",
    seller=SELLER,
    buyer=BUYER,
    ship_to=None,
    customer_code="C00017",
    orders=("S00042", "S00043"),
    issued_on=date(2026, 8, 18),
    due_on=date(2026, 9, 17),
    terms_note="Payable within 30 days.",
    reference="RF18539007547034",
    currency="EUR",
    lines=(SHIRT,),
    taxes=(DocumentTax("VAT 19%", Decimal("2777.63"), Decimal("527.75")),),
    amount_untaxed=Decimal("2777.63"),
    amount_tax=Decimal("527.75"),
    amount_total=Decimal("3305.38"),
    payments=(DocumentPayment("PAY/2026/00057", date(2026, 8, 18), Decimal("410.21")),),
    amount_due=Decimal("2895.17"),
    bank=BANK,
    note="Thank you.",
)


def pages_of(file: bytes) -> list[str]:
    """Answer the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(file)).pages]


def lines_of(file: bytes) -> list[str]:
    """Answer the lines of all pages."""
    return [line for page in pages_of(file) for line in page.splitlines()]
