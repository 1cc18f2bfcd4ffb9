"""Printing of receipts, seen through what a reader finds in the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.domain.documents import ReceiptDocument, ReceiptPart
from tests.adapters.pdf_documents import BUYER, SELLER, lines_of, pages_of

RECEIPT = ReceiptDocument(
    number="PAY/2026/00057",
    title_kind="receipt",
    seller=SELLER,
    buyer=BUYER,
    customer_code="C00017",
    order="S00042",
    issued_on=date(2026, 8, 18),
    method="wire",
    reference="B-17",
    currency="EUR",
    amount=Decimal("1500.50"),
    parts=(
        ReceiptPart("invoice", "INV/2026/00031", date(2026, 8, 17), Decimal("1400.00")),
        ReceiptPart("down_payment", "INV/2026/00032", date(2026, 8, 18), Decimal("90.00")),
        ReceiptPart("written_off_rounding", "", None, Decimal("0.50")),
        ReceiptPart("unused", "", None, Decimal("10.00")),
    ),
    note="Thank you.",
)


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer(FontSettings())


def test_receipt_tells_who_paid_how_and_for_what(printer: Printer) -> None:
    text = lines_of(printer.render(RECEIPT))

    assert text[7:] == [
        "Café Ελλάδα",
        "ул. Садовая 5",
        "1010 Wien",
        "Date 2026-08-18",
        "Method Bank transfer",
        "Reference B-17",
        "Customer C00017",
        "Order S00042",
        "Payment receipt PAY/2026/00057",
        "Used for Amount EUR",
        "Invoice INV/2026/00031 of 2026-08-17 1,400.00",
        "Down payment invoice INV/2026/00032 of 2026-08-18 90.00",
        "Rounding difference 0.50",
        "Credit, not used yet 10.00",
        "Amount received EUR 1,500.50",
        "Thank you.",
        "Nordlicht Handel GmbH · Speicherstraße 14, 20457 Hamburg · VAT ID DE123456789 Page 1 of 1",
    ]


@pytest.mark.parametrize(
    ("language", "title", "method", "line", "sum_"),
    [
        ("de", "Zahlungsbestätigung PAY/2026/00057", "Zahlungsart Überweisung",
         "Rechnung INV/2026/00031 vom 17.08.2026 1.400,00", "Erhaltener Betrag EUR 1.500,50"),
        ("fr", "Reçu de paiement PAY/2026/00057", "Mode de paiement Virement",
         "Facture INV/2026/00031 du 17/08/2026 1 400,00", "Montant reçu EUR 1 500,50"),
        ("es", "Recibo de pago PAY/2026/00057", "Forma de pago Transferencia",
         "Factura INV/2026/00031 del 17/08/2026 1.400,00", "Importe recibido EUR 1.500,50"),
    ],
)  # fmt: skip
def test_customers_read_it_in_their_language(
    printer: Printer, language: str, title: str, method: str, line: str, sum_: str
) -> None:
    text = [
        one.replace("\N{NARROW NO-BREAK SPACE}", " ")
        for one in lines_of(printer.render(replace(RECEIPT, language=language)))
    ]

    assert {title, method, line, sum_} <= {one.replace("\N{NO-BREAK SPACE}", " ") for one in text}


def test_refund_names_what_it_gives_back(printer: Printer) -> None:
    part = ReceiptPart("money", "PAY/2026/00011", date(2026, 8, 1), Decimal(20))

    text = lines_of(printer.render(replace(RECEIPT, title_kind="refund_receipt", parts=(part,), amount=Decimal(20))))

    assert "Refund receipt PAY/2026/00057" in text
    assert "Payment PAY/2026/00011 of 2026-08-01 20.00" in text
    assert "Amount refunded EUR 20.00" in text


def test_method_of_a_source_keeps_its_word(printer: Printer) -> None:
    assert "Method klarna" in lines_of(printer.render(replace(RECEIPT, method="klarna")))


def test_long_receipt_repeats_the_head_of_its_table(printer: Printer) -> None:
    pages = pages_of(printer.render(replace(RECEIPT, parts=RECEIPT.parts[:1] * 60)))

    assert len(pages) == 3
    assert sum(page.count("Used for Amount EUR") for page in pages) == 3


def test_same_receipt_gives_the_same_bytes(printer: Printer) -> None:
    assert printer.render(RECEIPT) == Printer(FontSettings()).render(RECEIPT)
