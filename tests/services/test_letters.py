"""What customers read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from shopctl.domain.documents import BankAccount, DocumentInstallment, EarlyPayment
from shopctl.services.letters import WRITINGS, invoice_letter
from tests.adapters.pdf_documents import INVOICE

PAID = replace(INVOICE, amount_due=Decimal(0))
CREDIT = replace(
    INVOICE, number="RINV/2026/00001", title_kind="credit_note", payments=(), amount_due=INVOICE.amount_total,
    reverses="INV/2026/00007", orders=("S00042",),
)  # fmt: skip


def visible(html: str) -> list[str]:
    """Answer the words that a reader of the HTML sees, one piece an element."""
    pieces: list[str] = []

    class Reader(HTMLParser):
        hidden = False

        def handle_starttag(self, tag, attrs):
            self.hidden = tag in ("style", "title")

        def handle_data(self, data):
            if data.strip() and not self.hidden:
                pieces.append(" ".join(data.split()))

    Reader(convert_charrefs=True).feed(html)
    return pieces


def test_invoice_tells_what_is_due_until_when_and_how_to_pay():
    letter = invoice_letter(INVOICE)

    assert letter.subject == "Invoice INV/2026/00031 from Nordlicht Handel GmbH"
    assert letter.text == (
        "Hello Café Ελλάδα,\n"
        "\n"
        "Please find your invoice attached as a PDF file.\n"
        "\n"
        "  Number:             INV/2026/00031\n"
        "  Date:               18 August 2026\n"
        "  Orders:             S00042, S00043\n"
        "  Total:              3,305.38 EUR\n"
        "  Paid already:       410.21 EUR\n"
        "  Amount due:         2,895.17 EUR\n"
        "\n"
        "Please pay 2,895.17 EUR by 17 September 2026.\n"
        "\n"
        "  Account holder:     Nordlicht Handel GmbH\n"
        "  IBAN:               DE89 3704 0044 0532 0130 00\n"
        "  BIC:                COBADEFFXXX\n"
        "  Bank:               Commerzbank\n"
        "  Payment reference:  RF18539007547034\n"
        "\n"
        "Thank you.\n"
        "\n"
        "-- \n"
        "Nordlicht Handel GmbH\n"
        "Speicherstraße 14\n"
        "20457 Hamburg\n"
        "+49 40 1\n"
        "billing@nordlicht.example\n"
        "VAT ID DE123456789\n"
    )


def test_html_says_the_same():
    assert visible(invoice_letter(INVOICE).html) == [
        "Nordlicht Handel GmbH",
        "Invoice INV/2026/00031",
        "Hello Café Ελλάδα,",
        "Please find your invoice attached as a PDF file.",
        "Number", "INV/2026/00031",
        "Date", "18 August 2026",
        "Orders", "S00042, S00043",
        "Total", "3,305.38 EUR",
        "Paid already", "410.21 EUR",
        "Amount due", "2,895.17 EUR",
        "Please pay 2,895.17 EUR by 17 September 2026.",
        "Account holder", "Nordlicht Handel GmbH",
        "IBAN", "DE89 3704 0044 0532 0130 00",
        "BIC", "COBADEFFXXX",
        "Bank", "Commerzbank",
        "Payment reference", "RF18539007547034",
        "Thank you.",
        "Nordlicht Handel GmbH", "Speicherstraße 14", "20457 Hamburg", "+49 40 1", "billing@nordlicht.example",
        "VAT ID DE123456789",
    ]  # fmt: skip


def test_german_customer_reads_german():
    letter = invoice_letter(replace(INVOICE, language="de"))

    assert letter.subject == "Rechnung INV/2026/00031 von Nordlicht Handel GmbH"
    assert letter.text.startswith(
        "Guten Tag Café Ελλάδα,\n"
        "\n"
        "Ihre Rechnung erhalten Sie anbei als PDF-Datei.\n"
        "\n"
        "  Nummer:              INV/2026/00031\n"
        "  Datum:               18. August 2026\n"
        "  Aufträge:            S00042, S00043\n"
        "  Gesamtbetrag:        3.305,38 EUR\n"
        "  Bereits bezahlt:     410,21 EUR\n"
        "  Zu zahlen:           2.895,17 EUR\n"
        "\n"
        "Bitte zahlen Sie 2.895,17 EUR bis zum 17. September 2026.\n"
        "\n"
        "  Kontoinhaber:        Nordlicht Handel GmbH\n"
    )
    assert 'lang="de"' in letter.html
    assert "Guten Tag Café Ελλάδα," in visible(letter.html)


def test_french_and_spanish_customers_read_theirs():
    french = invoice_letter(replace(INVOICE, language="fr"))
    spanish = invoice_letter(replace(INVOICE, language="es"))

    assert french.subject == "Facture INV/2026/00031 – Nordlicht Handel GmbH"
    assert french.text.startswith(
        "Bonjour Café Ελλάδα,\n"
        "\n"
        "Veuillez trouver ci-joint votre facture au format PDF.\n"
        "\n"
        "  Numéro :               INV/2026/00031\n"
        "  Date :                 18 août 2026\n"
        "  Commandes :            S00042, S00043\n"
        "  Total :                3 305,38 EUR\n"
        "  Déjà payé :            410,21 EUR\n"
        "  Reste à payer :        2 895,17 EUR\n"
        "\n"
        "Merci de payer 2 895,17 EUR au plus tard le 17 septembre 2026.\n"
        "\n"
        "  Titulaire du compte :  Nordlicht Handel GmbH\n"
    )
    assert spanish.subject == "Factura INV/2026/00031 – Nordlicht Handel GmbH"
    assert spanish.text.startswith(
        "Hola, Café Ελλάδα:\n"
        "\n"
        "Adjuntamos su factura en formato PDF.\n"
        "\n"
        "  Número:                INV/2026/00031\n"
        "  Fecha:                 18 de agosto de 2026\n"
        "  Pedidos:               S00042, S00043\n"
    )
    assert "Le rogamos que pague 2.895,17 EUR a más tardar el 17 de septiembre de 2026." in visible(spanish.html)


@pytest.mark.parametrize("language", sorted(WRITINGS))
@pytest.mark.parametrize("document", [INVOICE, PAID, CREDIT])
def test_no_language_forgets_a_fact(language, document):
    def facts(code):
        return re.findall(r"^  \S.*?  +(\S.*)$", invoice_letter(replace(document, language=code)).text, re.MULTILINE)

    assert len(facts(language)) == len(facts("en"))


def test_language_without_templates_reads_english():
    assert invoice_letter(replace(INVOICE, language="fi")).subject.startswith("Invoice ")


def test_paid_invoice_asks_for_nothing():
    text = invoice_letter(PAID).text

    assert "  Total:              3,305.38 EUR\n\nIt is already paid, so there is nothing left to do.\n" in text
    assert "IBAN" not in text
    assert "reference" not in text
    assert "It is already paid, so there is nothing left to do." in visible(invoice_letter(PAID).html)


def test_free_invoice_does_not_claim_a_payment():
    free = replace(PAID, amount_untaxed=Decimal(0), amount_tax=Decimal(0), amount_total=Decimal(0), payments=())

    assert "There is nothing to pay." in invoice_letter(free).text
    assert "  Total:              0.00 EUR\n" in invoice_letter(free).text


def test_down_payment_is_called_so():
    letter = invoice_letter(replace(INVOICE, title_kind="down_payment"))

    assert letter.subject == "Down payment invoice INV/2026/00031 from Nordlicht Handel GmbH"
    assert "Please find the invoice for your down payment attached as a PDF file." in letter.text


def test_credit_note_names_what_it_corrects_and_asks_for_nothing():
    letter = invoice_letter(CREDIT)

    assert letter.subject == "Credit note RINV/2026/00001 from Nordlicht Handel GmbH"
    assert letter.text.startswith(
        "Hello Café Ελλάδα,\n"
        "\n"
        "Please find your credit note attached as a PDF file.\n"
        "\n"
        "  Number:             RINV/2026/00001\n"
        "  Reversal of:        INV/2026/00007\n"
        "  Date:               18 August 2026\n"
        "  Order:              S00042\n"
        "  Total:              3,305.38 EUR\n"
        "\n"
        "There is nothing for you to pay.\n"
    )
    assert "IBAN" not in letter.text + letter.html


def test_credited_invoice_asks_for_nothing_and_thanks_for_no_payment():
    credited = replace(INVOICE, amount_due=Decimal(0), credited=True)

    assert "It is credited in full, so there is nothing to pay." in invoice_letter(credited).text
    assert "vollständig gutgeschrieben" in invoice_letter(replace(credited, language="de")).html


def test_credit_note_gives_its_reason():
    assert "  Reason:             late\n" in invoice_letter(replace(CREDIT, reason="late")).text
    assert "  Grund:               late\n" in invoice_letter(replace(CREDIT, reason="late", language="de")).text


def test_used_credit_note_tells_what_is_left():
    text = invoice_letter(replace(CREDIT, amount_due=Decimal("305.38"))).text

    assert "  Used already:       3,000.00 EUR\n  Credit left:        305.38 EUR\n" in text


def test_instalments_are_listed_as_far_as_they_are_open():
    parts = (
        DocumentInstallment(date(2026, 8, 18), Decimal("400.00")),
        DocumentInstallment(date(2026, 9, 18), Decimal("1000.00")),
        DocumentInstallment(date(2026, 10, 18), Decimal("1905.38")),
    )
    text = invoice_letter(replace(INVOICE, installments=parts)).text

    assert (
        "Please pay 2,895.17 EUR in these parts, each by its date:\n"
        "\n"
        "  18 September 2026: 989.79 EUR\n"
        "  18 October 2026: 1,905.38 EUR\n"
    ) in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "It is 2,700.00 EUR if you pay by 4 September 2026."),
        ("de", "Bei Zahlung bis zum 4. September 2026 sind es nur 2.700,00 EUR."),
    ],
)
def test_discount_for_paying_early_is_offered_with_its_last_day(language, sentence):
    offer = EarlyPayment(Decimal(2700), date(2026, 9, 4))

    letter = invoice_letter(replace(INVOICE, language=language, early=offer))

    assert f"\n{sentence}\n" in letter.text
    assert any(sentence in text for text in visible(letter.html))
    assert sentence not in invoice_letter(replace(INVOICE, language=language)).text


def test_invoice_due_at_once_says_so():
    assert "Please pay 2,895.17 EUR on receipt of this invoice.\n" in (
        invoice_letter(replace(INVOICE, due_on=date(2026, 8, 18))).text
    )


def test_shop_without_account_gives_the_reference_only():
    text = invoice_letter(replace(INVOICE, bank=None)).text

    assert "by 17 September 2026.\n\n  Payment reference:  RF18539007547034\n" in text
    assert "Account holder" not in text


def test_sentence_about_paying_stands_below_the_account():
    bank = BankAccount(text="Cheques are not taken.")

    assert "RF18539007547034\n\nCheques are not taken.\n" in invoice_letter(replace(INVOICE, bank=bank)).text


def test_currency_without_decimals():
    yen = replace(INVOICE, currency="JPY", amount_total=Decimal(1204500), amount_due=Decimal(1204500))

    assert "  Total:              1,204,500 JPY\n" in invoice_letter(yen).text


def test_message_comes_first_line_by_line():
    letter = invoice_letter(INVOICE, "Thank you for visiting us!\r\n\r\n50 % off <b>today</b>\n")

    assert letter.text.startswith(
        "Hello Café Ελλάδα,\n\nThank you for visiting us!\n\n50 % off <b>today</b>\n\nPlease find your invoice"
    )
    assert "Thank you for visiting us!<br><br>50 % off &lt;b&gt;today&lt;/b&gt;</p>" in letter.html


HOSTILE = "</p><script>x</script>\r\nBcc: evil@example.com\x00\x1b[2J\u202e{{ 7 * 7 }}{% raw %}"


@pytest.mark.parametrize("language", sorted(WRITINGS))
def test_names_cannot_add_headers_markup_or_template_code(language):
    document = replace(
        INVOICE,
        language=language,
        seller=replace(INVOICE.seller, name=HOSTILE),
        buyer=replace(INVOICE.buyer, name=HOSTILE),
        orders=(HOSTILE,),
        reference=HOSTILE,
    )
    letter = invoice_letter(document, HOSTILE)

    shown = "</p><script>x</script> Bcc: evil@example.com [2J {{ 7 * 7 }}{% raw %}"
    assert letter.subject.endswith(shown)
    assert shown in letter.text
    assert "<script" not in letter.html
    assert "49" not in letter.subject
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", letter.subject + letter.text + letter.html) == []


@pytest.mark.parametrize("language", sorted(WRITINGS))
@pytest.mark.parametrize("document", [INVOICE, PAID, CREDIT])
def test_html_loads_nothing_and_follows_light_and_dark(language, document):
    html = invoice_letter(replace(document, language=language)).html

    assert re.findall(r"https?:|src=(?!\"cid:transfer:)|url\(|@import|<link|<script", html) == []
    assert '<meta name="color-scheme" content="light dark">' in html
    assert f'<html lang="{language}">' in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize("language", sorted(WRITINGS))
def test_every_language_writes_every_month(language):
    texts = [
        invoice_letter(replace(INVOICE, language=language, due_on=date(2027, month, 1))).text for month in range(1, 13)
    ]

    assert len(set(texts)) == 12


def luminance(colour):
    """Answer the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("#1d2730", "#ffffff"), ("#56626e", "#ffffff"), ("#1d2730", "#f4f6f8"), ("#56626e", "#f4f6f8"),
        ("#e6e9ed", "#14181d"), ("#a9b4c0", "#14181d"), ("#e6e9ed", "#1f262d"), ("#a9b4c0", "#1f262d"),
        ("#8ab8f0", "#14181d"),
    ],
)  # fmt: skip
def test_colours_can_be_told_apart_in_light_and_dark(text, ground):
    html = invoice_letter(INVOICE).html
    bright, dark = sorted((luminance(text), luminance(ground)), reverse=True)

    assert text in html
    assert ground in html
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_html_makes_sense_without_any_style():
    html = invoice_letter(INVOICE).html
    bare = re.sub(r'<style>.*?</style>| (?:style|class)="[^"]*"', "", html, flags=re.DOTALL)

    assert visible(bare) == visible(html)
    assert len(re.findall(r'<th scope="(?:row|col)"', html)) == len(re.findall(r"<th\b", html)) == 11
    assert re.findall(r"<img(?![^>]*\balt=)", html) == []
    assert re.findall(r"\bwidth:\s*(?!100%|164px)", re.sub(r"max-width", "", html)) == []
