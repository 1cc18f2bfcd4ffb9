"""Printing of delivery slips, seen through what a reader finds in the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl.adapters.pdf import FontSettings, SlipPrinter
from shopctl.domain.documents import DeliverySlip, DocumentLine, Party
from shopctl.errors import RefusedError
from tests.adapters.pdf_documents import BUYER, SELLER, lines_of, pages_of

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
def printer() -> SlipPrinter:
    return SlipPrinter(FontSettings())


def test_slip_tells_what_goes_where_and_no_prices(printer: SlipPrinter) -> None:
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


def test_german_customer_reads_german(printer: SlipPrinter) -> None:
    text = lines_of(printer.render(replace(SLIP, language="de")))

    assert "Lieferschein OUT/2026/00002" in text
    assert "Wird nachgeliefert" in text
    assert "CHR Ergo chair 1,5" in text


def test_return_names_what_it_brings_back(printer: SlipPrinter) -> None:
    text = lines_of(printer.render(replace(SLIP, title_kind="return_slip", to_come=(), bill_to=None)))

    assert "Return slip OUT/2026/00002" in text
    assert "Return of OUT/2026/00001" in text
    assert "Still to come" not in text
    assert "Invoice address" not in text


def test_what_has_not_left_has_no_date_and_no_mark(printer: SlipPrinter) -> None:
    waiting = lines_of(printer.render(replace(SLIP, state="waiting", issued_on=None)))
    cancelled = lines_of(printer.render(replace(SLIP, state="cancelled", issued_on=None)))

    assert "Delivery slip OUT/2026/00002" in waiting
    assert not any(text.startswith("Date ") for text in waiting)
    assert "Delivery slip OUT/2026/00002 (Cancelled)" in cancelled
    assert "CANCELLED" in cancelled


def test_long_slip_repeats_the_head_of_its_table(printer: SlipPrinter) -> None:
    pages = pages_of(printer.render(replace(SLIP, lines=(DESK,) * 60)))

    assert len(pages) > 1
    assert all("SKU Description Qty" in page for page in pages)
    assert sum(page.count("Oak desk") for page in pages) == 60


def test_lines_without_a_sku_need_no_column_for_it(printer: SlipPrinter) -> None:
    text = lines_of(printer.render(replace(SLIP, lines=(replace(DESK, sku=""),), to_come=())))

    assert "Description Qty" in text


def test_character_that_no_font_has_is_refused(printer: SlipPrinter) -> None:
    with pytest.raises(RefusedError) as refusal:
        printer.render(replace(SLIP, note="\U00013080"))

    assert refusal.value.code == "print.glyphs"
    assert refusal.value.message.startswith("OUT/2026/00002 cannot be printed")


def test_same_slip_gives_the_same_bytes(printer: SlipPrinter) -> None:
    assert printer.render(SLIP) == SlipPrinter(FontSettings()).render(SLIP)
