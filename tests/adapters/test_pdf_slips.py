"""Printing of delivery slips, seen through what a reader finds in the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.domain.documents import DeliverySlip, DocumentLine, Party
from shopctl.errors import RefusedError
from tests.adapters.pdf_documents import BUYER, INVOICE, SELLER, lines_of, pages_of

DESK = DocumentLine("product", "Oak desk", "DSK-140", Decimal(4), Decimal(499), subtotal=Decimal(1996))
CHAIR = DocumentLine("product", "Ergo chair", "CHR", Decimal("1.5"), Decimal(249))
SLIP = DeliverySlip(
    number="OUT/2026/00002",
    title_kind="delivery_slip",
    state="done",
    seller=SELLER,
    buyer=BUYER,
    bill_to=Party("Head office", ("Ring 1", "1010 Wien")),
    customer_code="C00017",
    order="S00042",
    ordered_on=date(2026, 8, 17),
    issued_on=date(2026, 8, 18),
    carrier="DHL",
    tracking="00340434",
    origin="OUT/2026/00001",
    lines=(DESK,),
    to_come=(CHAIR,),
    note="Ring twice.",
)


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer(FontSettings())


def test_slip_tells_what_goes_where_and_no_prices(printer: Printer) -> None:
    assert lines_of(printer.render(SLIP)) == [
        "Nordlicht Handel GmbH",
        "Speicherstraße 14",
        "20457 Hamburg",
        "+49 40 1",
        "billing@nordlicht.example",
        "VAT ID DE123456789",
        "Nordlicht Handel GmbH · Speicherstraße 14 · 20457 Hamburg",
        "Café Ελλάδα",
        "ул. Садовая 5",
        "1010 Wien",
        "Date 2026-08-18",
        "Order S00042",
        "Ordered 2026-08-17",
        "Customer C00017",
        "Rest of OUT/2026/00001",
        "Carrier DHL",
        "Tracking 00340434",
        "Invoice address",
        "Head office, Ring 1, 1010 Wien",
        "Delivery slip OUT/2026/00002",
        "SKU Description Qty",
        "DSK-140 Oak desk 4",
        "Still to come",
        "CHR Ergo chair 1.5",
        "Ring twice.",
        "Nordlicht Handel GmbH · Speicherstraße 14, 20457 Hamburg · VAT ID DE123456789 Page 1 of 1",
    ]


def test_german_customer_reads_german(printer: Printer) -> None:
    text = lines_of(printer.render(replace(SLIP, language="de")))

    assert "Lieferschein OUT/2026/00002" in text
    assert "Wird nachgeliefert" in text
    assert "CHR Ergo chair 1,5" in text


@pytest.mark.parametrize(
    ("language", "title", "heading", "back"),
    [
        ("fr", "Bon de livraison OUT/2026/00002", "Reste à livrer", "Bon de retour OUT/2026/00002"),
        ("es", "Albarán de entrega OUT/2026/00002", "Pendiente de entrega", "Albarán de devolución OUT/2026/00002"),
    ],
)
def test_french_and_spanish_customers_read_theirs(
    printer: Printer, language: str, title: str, heading: str, back: str
) -> None:
    sent = lines_of(printer.render(replace(SLIP, language=language)))

    assert {title, heading} <= set(sent)
    assert back in lines_of(printer.render(replace(SLIP, language=language, title_kind="return_slip")))


def test_a_slip_and_its_invoice_lie_in_one_file(printer: Printer) -> None:
    slip, invoice = pages_of(printer.merge([SLIP, INVOICE]))

    assert "Delivery slip OUT/2026/00002" in slip.splitlines()
    assert "Still to come" in slip.splitlines()
    assert "Invoice INV/2026/00031" in invoice.splitlines()
    assert printer.merge([SLIP]) == printer.render(SLIP)


def test_return_names_what_it_brings_back(printer: Printer) -> None:
    text = lines_of(printer.render(replace(SLIP, title_kind="return_slip", to_come=(), bill_to=None)))

    assert "Return slip OUT/2026/00002" in text
    assert "Return of OUT/2026/00001" in text
    assert "Still to come" not in text
    assert "Invoice address" not in text


def test_what_has_not_left_has_no_date_and_no_mark(printer: Printer) -> None:
    waiting = lines_of(printer.render(replace(SLIP, state="waiting", issued_on=None)))
    cancelled = lines_of(printer.render(replace(SLIP, state="cancelled", issued_on=None)))

    assert "Delivery slip OUT/2026/00002" in waiting
    assert not any(text.startswith("Date ") for text in waiting)
    assert "Delivery slip OUT/2026/00002 (Cancelled)" in cancelled
    assert "CANCELLED" in cancelled


def test_long_slip_repeats_the_head_of_its_table(printer: Printer) -> None:
    pages = pages_of(printer.render(replace(SLIP, lines=(DESK,) * 60)))

    assert len(pages) > 1
    assert all("SKU Description Qty" in page for page in pages)
    assert sum(page.count("Oak desk") for page in pages) == 60


def test_lines_without_a_sku_need_no_column_for_it(printer: Printer) -> None:
    text = lines_of(printer.render(replace(SLIP, lines=(replace(DESK, sku=""),), to_come=())))

    assert "Description Qty" in text


def test_character_that_no_font_has_is_refused(printer: Printer) -> None:
    with pytest.raises(RefusedError) as refusal:
        printer.render(replace(SLIP, note="\U00013080"))

    assert refusal.value.code == "print.glyphs"
    assert refusal.value.message.startswith("OUT/2026/00002 cannot be printed")


def test_same_slip_gives_the_same_bytes(printer: Printer) -> None:
    assert printer.render(SLIP) == Printer(FontSettings()).render(SLIP)
