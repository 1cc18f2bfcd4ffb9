"""Printing of invoices and credit notes, seen through what a reader finds in the file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.domain.documents import (
    BankAccount,
    DocumentInstallment,
    DocumentLine,
    DocumentPayment,
    DocumentTax,
    EarlyPayment,
    Party,
)
from shopctl.errors import RefusedError
from tests.adapters.pdf_documents import BUYER, INVOICE, SHIRT, lines_of, pages_of

SHIPPED = FontSettings()


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer(SHIPPED)


def test_invoice_shows_everything_a_payer_needs(printer: Printer) -> None:
    assert lines_of(printer.render(INVOICE)) == [
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
        "Due date 2026-09-17",
        "Customer C00017",
        "Your VAT ID ATU12345678",
        "Orders S00042, S00043",
        "Reference RF18539007547034",
        "Invoice INV/2026/00031",
        "SKU Description Qty Price Discount Tax Amount EUR",
        "TSH-1 Cotton shirt € 2.5 1,234.50 10% VAT 19% 2,777.63",
        "Payment by bank transfer",
        "Scan to pay",
        "Nordlicht Handel GmbH",
        "IBAN DE89 3704 0044 0532 0130 00",
        "BIC COBADEFFXXX",
        "Commerzbank",
        "Please quote:",
        "RF18539007547034",
        "Amount without tax 2,777.63",
        "VAT 19% on 2,777.63 527.75",
        "Total EUR 3,305.38",
        "Paid on 2026-08-18  PAY/2026/00057 -410.21",
        "Amount due EUR 2,895.17",
        "Payable within 30 days.",
        "Thank you.",
        "Nordlicht Handel GmbH · Speicherstraße 14, 20457 Hamburg · VAT ID DE123456789 Page 1 of 1",
    ]


def test_bases_of_taxes_stand_below_each_other_whatever_the_taxes_come_to(printer: Printer) -> None:
    taxes = (
        DocumentTax("VAT 21%", Decimal("1184.58"), Decimal("1248.75")),
        DocumentTax("VAT 9%", Decimal("1122.76"), Decimal("2.05")),
    )
    places: dict[str, float] = {}

    def visit(text: str, _cm: object, tm: list[float], *_: object) -> None:
        places[text.strip()] = round(tm[4], 1)

    file = printer.render(replace(INVOICE, taxes=taxes))
    PdfReader(io.BytesIO(file)).pages[0].extract_text(visitor_text=visit)

    assert places["on 1,184.58"] == places["on 1,122.76"]


def test_german_customer_reads_german(printer: Printer) -> None:
    text = lines_of(printer.render(replace(INVOICE, language="de")))

    assert "Rechnung INV/2026/00031" in text
    assert "TSH-1 Cotton shirt € 2,5 1.234,50 10% VAT 19% 2.777,63" in text
    assert "Bezahlt am 18.08.2026  PAY/2026/00057 -410,21" in text
    assert "Zu zahlen EUR 2.895,17" in text


def test_french_and_spanish_customers_read_theirs(printer: Printer) -> None:
    french = lines_of(printer.render(replace(INVOICE, language="fr")))
    spanish = lines_of(printer.render(replace(INVOICE, language="es")))

    assert "Facture INV/2026/00031" in french
    assert "Reste à payer EUR 2 895,17" in french
    assert "Échéance 17/09/2026" in french
    assert "Factura INV/2026/00031" in spanish
    assert "Por pagar EUR 2.895,17" in spanish


def test_unknown_language_reads_english(printer: Printer) -> None:
    assert "Invoice INV/2026/00031" in lines_of(printer.render(replace(INVOICE, language="fi")))


@pytest.mark.parametrize(
    ("kind", "state", "title"),
    [
        ("invoice", "posted", "Invoice X1"),
        ("down_payment", "posted", "Down payment invoice X1"),
        ("credit_note", "posted", "Credit note X1"),
        ("invoice", "draft", "Invoice X1 (Draft)"),
        ("credit_note", "cancelled", "Credit note X1 (Cancelled)"),
    ],
)
def test_title_names_kind_and_state(printer: Printer, kind: str, state: str, title: str) -> None:
    file = printer.render(replace(INVOICE, number="X1", title_kind=kind, state=state))

    assert title in lines_of(file)
    assert PdfReader(io.BytesIO(file)).metadata["/Title"] == title  # type: ignore[index] # always present here


@pytest.mark.parametrize(("state", "mark"), [("draft", "DRAFT"), ("cancelled", "CANCELLED")])
def test_every_page_of_an_invalid_document_is_marked(printer: Printer, state: str, mark: str) -> None:
    marked = pages_of(printer.render(replace(INVOICE, state=state, lines=(SHIRT,) * 60)))
    valid = pages_of(printer.render(replace(INVOICE, lines=(SHIRT,) * 60)))

    assert [mark in page for page in marked] == [True] * len(marked)
    assert [mark in page for page in valid] == [False] * len(valid)


def test_long_table_repeats_its_head_and_keeps_the_totals_with_a_line(printer: Printer) -> None:
    for count in (15, *range(18, 32), 62, 63, 64, 65):
        pages = pages_of(printer.render(replace(INVOICE, lines=(SHIRT,) * count)))
        last = pages[-1]
        assert all("SKU Description Qty" in page for page in pages)
        assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
        assert sum(page.count("Cotton shirt") for page in pages) == count
        assert "Cotton shirt" in last
        assert "Total EUR 3,305.38" in last
        assert "Amount due EUR 2,895.17" in last
        assert "Thank you." in last


def test_seventy_lines_take_three_pages(printer: Printer) -> None:
    assert len(pages_of(printer.render(replace(INVOICE, lines=(SHIRT,) * 70)))) == 3


def test_section_stays_with_its_first_line(printer: Printer) -> None:
    section = DocumentLine("section", "Winter goods")
    for count in range(18, 26):
        lines = (*(SHIRT,) * count, section, replace(SHIRT, description="Woollen cap"), *(SHIRT,) * 20)
        pages = pages_of(printer.render(replace(INVOICE, lines=lines)))
        assert [page for page in pages if "Winter goods" in page] == [page for page in pages if "Woollen cap" in page]


def test_section_and_note_have_no_figures(printer: Printer) -> None:
    lines = (DocumentLine("section", "Winter goods"), SHIRT, DocumentLine("note", "Hand wash"))
    text = lines_of(printer.render(replace(INVOICE, lines=lines)))

    assert "Winter goods" in text
    assert "Hand wash" in text


def test_columns_without_content_are_left_out(printer: Printer) -> None:
    line = replace(SHIRT, sku="", discount=Decimal(0), taxes=())
    text = lines_of(printer.render(replace(INVOICE, lines=(line,))))

    assert "Description Qty Price Amount EUR" in text
    assert "Cotton shirt € 2.5 1,234.50 2,777.63" in text


def test_yen_have_no_decimals(printer: Printer) -> None:
    line = replace(
        SHIRT, quantity=Decimal("3.000"), unit_price=Decimal(1990), discount=Decimal(0), subtotal=Decimal(5970)
    )
    tax = DocumentTax("Tax", Decimal(5970), Decimal(597))
    yen = replace(
        INVOICE, currency="JPY", lines=(line,), taxes=(tax,), amount_total=Decimal(6567), amount_due=Decimal(6567)
    )
    text = lines_of(printer.render(yen))

    assert "TSH-1 Cotton shirt € 3 1,990 VAT 19% 5,970" in text
    assert "Tax on 5,970 597" in text
    assert "Amount due JPY 6,567" in text
    assert "Scan to pay" not in text


def test_price_finer_than_the_currency_is_not_rounded(printer: Printer) -> None:
    line = replace(SHIRT, unit_price=Decimal("0.0125"))

    assert "0.0125" in "\n".join(lines_of(printer.render(replace(INVOICE, lines=(line,)))))


def test_paid_invoice_says_so_and_asks_for_nothing(printer: Printer) -> None:
    text = lines_of(printer.render(replace(INVOICE, amount_due=Decimal(0))))

    assert "Paid in full, thank you. Amount without tax 2,777.63" in text
    assert "Amount due EUR 0.00" in text
    assert not [line for line in text if "IBAN" in line or "Scan" in line]


def test_credit_note_names_what_it_corrects_and_asks_for_nothing(printer: Printer) -> None:
    credit = replace(INVOICE, title_kind="credit_note", reverses="INV/2026/00030", reason="late", payments=())
    text = lines_of(printer.render(credit))

    assert "Reversal of INV/2026/00030: late" in text
    assert "Remaining credit EUR 2,895.17" in text
    assert not [line for line in text if "IBAN" in line or "Scan" in line or "Due date" in line]


def test_discount_for_paying_early_stands_below_what_is_due(printer: Printer) -> None:
    offer = EarlyPayment(Decimal(2700), date(2026, 9, 4))

    english = lines_of(printer.render(replace(INVOICE, early=offer)))
    german = lines_of(printer.render(replace(INVOICE, early=offer, language="de")))

    assert "2,700.00 EUR if paid by 2026-09-04" in english
    assert "2.700,00 EUR bei Zahlung bis 04.09.2026" in german


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("discount", "Discount"),
        ("bank-fee", "Bank fee"),
        ("rounding", "Rounding difference"),
        ("bad-debt", "Written off"),
    ],
)
def test_what_is_written_off_says_why(printer: Printer, reason: str, words: str) -> None:
    rest = DocumentPayment("", date(2026, 9, 4), Decimal(5), reason)

    assert f"{words} -5.00" in lines_of(printer.render(replace(INVOICE, payments=(rest,))))


def test_a_credited_invoice_thanks_for_no_payment(printer: Printer) -> None:
    text = lines_of(printer.render(replace(INVOICE, amount_due=Decimal(0), credited=True)))

    assert any("Credited in full, nothing is to pay." in line for line in text)
    assert not any("Paid in full" in line for line in text)


def test_a_credit_note_tells_where_it_was_used(printer: Printer) -> None:
    text = lines_of(printer.render(replace(INVOICE, title_kind="credit_note")))

    assert any(line.startswith("Used on ") for line in text)
    assert not any(line.startswith("Paid on ") for line in text)


def test_instalments_are_listed_if_more_than_one(printer: Printer) -> None:
    parts = (
        DocumentInstallment(date(2026, 9, 17), Decimal("1447.59")),
        DocumentInstallment(date(2026, 10, 17), Decimal("1447.58")),
    )
    two = lines_of(printer.render(replace(INVOICE, installments=parts)))
    one = lines_of(printer.render(replace(INVOICE, installments=parts[:1])))

    assert two[-6:-3] == ["Instalments", "Due on 2026-09-17 1,447.59", "Due on 2026-10-17 1,447.58"]
    assert "Instalments" not in one


def test_delivery_address_is_shown_if_different(printer: Printer) -> None:
    elsewhere = lines_of(printer.render(replace(INVOICE, ship_to=Party("Lager", ("4020 Linz",)))))
    same = lines_of(printer.render(replace(INVOICE, ship_to=replace(BUYER, email="x@example.org"))))

    assert elsewhere[elsewhere.index("Delivery address") + 1] == "Lager, 4020 Linz"
    assert "Delivery address" not in same


def test_many_orders_are_all_listed(printer: Printer) -> None:
    orders = tuple(f"S{number:05}" for number in range(60))
    text = " ".join(lines_of(printer.render(replace(INVOICE, orders=orders))))

    assert "Orders 60 (listed below)" in text
    assert [order for order in orders if order not in text] == []


def test_same_document_gives_the_same_bytes(printer: Printer) -> None:
    first = printer.render(INVOICE)
    printer.render(replace(INVOICE, seller=Party("Ωmega"), lines=(SHIRT,) * 50))

    assert printer.render(INVOICE) == first
    assert Printer(SHIPPED).render(INVOICE) == first
    assert b"(D:20260818120000Z" in first


def test_draft_without_date_takes_the_date_of_the_build(printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    assert b"(D:19700102000000Z" in printer.render(replace(INVOICE, state="draft", issued_on=None))


def test_file_is_small(printer: Printer) -> None:
    assert len(printer.render(INVOICE)) < 25_000


@pytest.mark.parametrize(
    "text",
    [
        "W" * 200,
        "Nordlicht " * 1000,
        "M" * 10_000,
        "a\x00b\x1b[31m\tc\r\nd\u202ee\u200bf",
        "Zoe\u0308 o\u0328\u0302",
        "{nb} \\ ( )",
    ],
)
def test_awkward_texts_are_printed(printer: Printer, text: str) -> None:
    party = Party(text, (text,) * 20, text, text, text)
    line = DocumentLine(
        "product", text, text, Decimal("9999999999.9999"), Decimal("-9999999999999.9999"), taxes=(text,)
    )
    awkward = replace(
        INVOICE, number=text, seller=party, buyer=party, ship_to=party, customer_code=text, orders=(text,) * 3,
        terms_note=text, note=text, reference=text, reverses=text, lines=(line, DocumentLine("section", text), line),
        taxes=(DocumentTax(text, Decimal("9999999999999.99"), Decimal("9999999999999.99")),),
        payments=(DocumentPayment(text, date(2026, 1, 1), Decimal("9999999999999.99")),) * 50,
        bank=BankAccount(text, text, text, text, text),
    )  # fmt: skip
    pages = pages_of(printer.render(awkward))

    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def test_invisible_and_composed_characters_print_as_one_reads_them(printer: Printer) -> None:
    name = "Zoe\u0308 \u202eKra\u00admer\u00a0&\tCo"

    assert "Zoë Kramer & Co" in lines_of(printer.render(replace(INVOICE, buyer=Party(name))))


ORDER = replace(
    INVOICE, number="S00042", title_kind="order", orders=(), due_on=None, reference="S00042", payments=(),
    amount_due=INVOICE.amount_total, note="Ring twice.",
)  # fmt: skip


def test_an_order_that_waits_shows_what_was_ordered_and_how_to_pay(printer: Printer) -> None:
    assert lines_of(printer.render(ORDER))[10:] == [
        "Date 2026-08-18",
        "Customer C00017",
        "Your VAT ID ATU12345678",
        "Reference S00042",
        "Order S00042",
        "SKU Description Qty Price Discount Tax Amount EUR",
        "TSH-1 Cotton shirt € 2.5 1,234.50 10% VAT 19% 2,777.63",
        "Payment by bank transfer",
        "Scan to pay",
        "Nordlicht Handel GmbH",
        "IBAN DE89 3704 0044 0532 0130 00",
        "BIC COBADEFFXXX",
        "Commerzbank",
        "Please quote:",
        "S00042",
        "Amount without tax 2,777.63",
        "VAT 19% on 2,777.63 527.75",
        "Total EUR 3,305.38",
        "Amount due EUR 3,305.38",
        "Payable within 30 days.",
        "Ring twice.",
        "Nordlicht Handel GmbH · Speicherstraße 14, 20457 Hamburg · VAT ID DE123456789 Page 1 of 1",
    ]


@pytest.mark.parametrize(
    ("language", "title", "paid"),
    [("en", "Order confirmation S00042", "Paid so far"), ("de", "Auftragsbestätigung S00042", "Bereits bezahlt")],
)
def test_a_confirmed_order_tells_what_is_paid(printer: Printer, language: str, title: str, paid: str) -> None:
    order = replace(
        ORDER, title_kind="order_confirmation", language=language, amount_due=Decimal("305.38"),
        payments=(DocumentPayment("", None, Decimal(3000)),),
    )  # fmt: skip
    lines = lines_of(printer.render(order))

    assert title in lines
    assert any(line.startswith(f"{paid} -3") for line in lines)


def test_a_cancelled_order_is_marked_and_asks_for_nothing(printer: Printer) -> None:
    lines = lines_of(printer.render(replace(ORDER, state="cancelled", amount_due=Decimal(0), reference="")))

    assert "CANCELLED" in lines
    assert "Order S00042 (Cancelled)" in lines
    assert not any("IBAN" in line for line in lines)


def test_an_order_of_sixty_lines_takes_three_pages(printer: Printer) -> None:
    pages = pages_of(printer.render(replace(ORDER, lines=(SHIRT,) * 60)))

    assert [page.count("TSH-1") for page in pages] == [24, 35, 1]
    assert pages[1].startswith("Nordlicht Handel GmbH Order S00042\nSKU Description")
    assert "Amount due EUR 3,305.38" in pages[2]


def test_merged_documents_keep_their_languages_and_page_numbers(printer: Printer) -> None:
    german = replace(ORDER, number="S00043", language="de")
    file = printer.merge([replace(ORDER, lines=(SHIRT,) * 40), german])

    pages = pages_of(file)
    assert [page.splitlines()[-1].rpartition("  ")[2][-12:].strip() for page in pages] == [
        "Page 1 of 2", "Page 2 of 2", "Seite 1 von 1"[-12:].strip(),
    ]  # fmt: skip
    assert "Auftrag S00043" in pages[2].splitlines()
    metadata = PdfReader(io.BytesIO(file)).metadata
    assert metadata is not None
    assert metadata.title == "Order S00042"
    assert printer.merge([ORDER]) == printer.render(ORDER)


def test_what_no_font_has_is_told_before_documents_are_merged(printer: Printer) -> None:
    strange = replace(ORDER, note="\U00012000")

    printer.require_printable(ORDER)
    for call in (lambda: printer.require_printable(strange), lambda: printer.merge([ORDER, strange])):
        with pytest.raises(RefusedError, match="S00042 cannot be printed") as caught:
            call()
        assert caught.value.code == "print.glyphs"
