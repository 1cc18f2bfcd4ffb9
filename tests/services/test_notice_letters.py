"""What customers read when money is late."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl.config import Config
from shopctl.domain.notices import Notice, NoticeItem
from shopctl.services.letters import WRITINGS
from shopctl.services.notice_letters import notice_letter
from shopctl.services.notice_words import WORDS
from tests.services.mail_shop import CONFIG
from tests.services.test_letters import HOSTILE, visible

D = Decimal
LATE = NoticeItem(
    "invoice", "INV/2026/00031", date(2026, 8, 18), date(2026, 9, 17), D("121.00"), D("100.50"), 12, "RF18539007547034",
)  # fmt: skip
ORDER = NoticeItem("order", "S00042", date(2026, 8, 20), None, D("80.00"), D("80.00"), 0, "S00042")


def notice(*items, name="Zoë Müller", language="en", currency="EUR"):
    return Notice(name, language, currency, items)


def test_a_late_invoice_is_asked_for_kindly_at_first():
    letter = notice_letter(CONFIG, notice(LATE))

    assert letter.subject == "Payment reminder for invoice INV/2026/00031 from Northwind Living"
    assert letter.text == (
        "Hello Zoë Müller,\n"
        "\n"
        "Perhaps it slipped your attention: we have not received the following payment yet.\n"
        "\n"
        "  Invoice INV/2026/00031: 100.50 EUR\n"
        "    of 18 August 2026, due on 17 September 2026, 12 days late\n"
        "\n"
        "Please pay 100.50 EUR.\n"
        "\n"
        "  Account holder:       Northwind Living\n"
        "  IBAN:                 DE89 3704 0044 0532 0130 00\n"
        "  BIC:                  COBADEFFXXX\n"
        "  Payment reference:    RF18539007547034\n"
        "\n"
        "If you have paid in the meantime, please disregard this letter.\n"
        "\n"
        "Thank you.\n"
        "\n"
        "-- \n"
        "Northwind Living\n"
        "1 Harbour Road\n"
        "20457 Hamburg\n"
        "+49 40 1\n"
        "hello@northwind.example\n"
        "VAT ID DE123456789\n"
    )


def test_html_says_the_same_in_a_table_with_headings():
    html = notice_letter(CONFIG, notice(LATE)).html

    assert visible(html)[:9] == [
        "Northwind Living", "Payment reminder for invoice INV/2026/00031", "Hello Zoë Müller,",
        "Perhaps it slipped your attention: we have not received the following payment yet.",
        "What is due", "Amount due",
        "Invoice INV/2026/00031", "of 18 August 2026, due on 17 September 2026, 12 days late", "100.50 EUR",
    ]  # fmt: skip
    assert re.findall(r'<th scope="(\w+)"', html) == ["col", "col", *["row"] * 5]


def test_one_letter_asks_for_several_documents_each_with_its_reference():
    letter = notice_letter(CONFIG, notice(LATE, ORDER))

    assert letter.subject == "Payment reminder for 2 documents from Northwind Living"
    assert (
        "  Invoice INV/2026/00031: 100.50 EUR\n"
        "    of 18 August 2026, due on 17 September 2026, 12 days late\n"
        "    Payment reference: RF18539007547034\n"
        "  Order S00042: 80.00 EUR\n"
        "    of 20 August 2026\n"
        "    Payment reference: S00042\n"
        "  In all: 180.50 EUR\n"
        "\n"
        "Please pay 180.50 EUR in all, and quote the reference of each document.\n"
    ) in letter.text
    assert "img" not in letter.html


@pytest.mark.parametrize(
    ("item", "subject", "opening", "unless"),
    [
        (LATE._replace(days_late=-3), "Payment due soon for invoice INV/2026/00031", "falls due soon.", None),
        (LATE._replace(step=2), "Second payment reminder for invoice", "We have written to you before", None),
        (LATE._replace(step=3), "Further payment reminder for invoice", "We have written to you before", None),
        (LATE._replace(step=3, last=True), "Last payment reminder for invoice", "This is our last reminder.",
         "If we do not receive the money, we will have to take further steps to collect it."),
        (ORDER._replace(step=2, last=True), "Last payment reminder for order S00042", "This is our last reminder.",
         "If we do not receive the money, we will have to cancel your order."),
        (LATE._replace(step=3, last=True, first=True), "Payment reminder for invoice INV/2026/00031",
         "Perhaps it slipped", None),
        (LATE._replace(step=1, last=True), "Payment reminder for invoice INV/2026/00031", "Perhaps it slipped", None),
    ],
)  # fmt: skip
def test_the_tone_follows_the_step(item, subject, opening, unless):
    letter = notice_letter(CONFIG, notice(item))

    assert letter.subject.startswith(subject)
    assert opening in letter.text
    assert [word for word in ("cancel your order", "further steps") if word in letter.text] == (
        [] if unless is None else [word for word in ("cancel your order", "further steps") if word in unless]
    )
    assert unless is None or (f"\n{unless}\n" in letter.text and unless in visible(letter.html))


def test_before_the_due_date_the_day_is_named():
    assert (
        "Please pay 100.50 EUR by 17 September 2026." in notice_letter(CONFIG, notice(LATE._replace(days_late=-3))).text
    )


def test_one_day_is_one_day():
    text = notice_letter(CONFIG, notice(LATE._replace(days_late=1))).text

    assert "due on 17 September 2026, 1 day late\n" in text


def test_what_the_step_charged_is_told_with_the_invoice_that_books_it():
    charged = LATE._replace(step=2, fee=D(5), interest=D("1.2"), charge="INV/2026/00044")
    letter = notice_letter(CONFIG, notice(charged))
    lines = [
        "Fee for invoice INV/2026/00031: 5.00 EUR (invoice INV/2026/00044)",
        "Interest on invoice INV/2026/00031: 1.20 EUR (invoice INV/2026/00044)",
    ]

    assert "Charged for this reminder:\n\n" + "".join(f"  {line}\n" for line in lines) in letter.text
    assert [line for line in visible(letter.html) if line.startswith(("Fee", "Interest"))] == lines


def test_a_code_for_banking_apps_only_where_one_transfer_in_euro_pays_it():
    euro = notice_letter(CONFIG, notice(LATE)).html

    assert "EUR100.50%0A%0ARF18539007547034" in euro
    assert 'alt="QR code for banking apps: transfer of 100.50 EUR"' in euro
    assert "<img" not in notice_letter(CONFIG, notice(LATE, currency="USD")).html
    assert "<img" not in notice_letter(replace(CONFIG, wire_transfer=Config().wire_transfer), notice(LATE)).html


@pytest.mark.parametrize(
    ("language", "subject", "sentences"),
    [
        ("de", "Letzte Zahlungserinnerung zu Rechnung INV/2026/00031 von Northwind Living",
         ["Guten Tag Zoë Müller,", "  Rechnung INV/2026/00031: 100,50 EUR",
          "    vom 18. August 2026, fällig am 17. September 2026, 12 Tage überfällig", "Bitte zahlen Sie 100,50 EUR.",
          "Geht das Geld nicht ein, müssen wir weitere Schritte einleiten."]),
        ("fr", "Dernier rappel de paiement : facture INV/2026/00031 – Northwind Living",
         ["Bonjour Zoë Müller,", "  Facture INV/2026/00031 : 100,50 EUR",
          "    du 18 août 2026, échéance le 17 septembre 2026, 12 jours de retard", "Merci de payer 100,50 EUR.",
          "Sans paiement de votre part, nous devrons engager d’autres démarches."]),
        ("es", "Último recordatorio de pago: factura INV/2026/00031 – Northwind Living",
         ["Hola, Zoë Müller:", "  Factura INV/2026/00031: 100,50 EUR",
          "    del 18 de agosto de 2026, vencimiento el 17 de septiembre de 2026, 12 días de retraso",
          "Le rogamos que pague 100,50 EUR.", "Si no recibimos el dinero, tendremos que iniciar otras gestiones de cobro."]),
    ],
)  # fmt: skip
def test_other_languages_say_it_in_full(language, subject, sentences):
    letter = notice_letter(CONFIG, notice(LATE._replace(step=3, last=True), language=language))

    assert letter.subject == subject
    assert [line for line in letter.text.splitlines() if line in sentences] == sentences


def test_every_language_has_every_phrase_with_the_same_gaps():
    gaps = {
        language: {key: sorted(re.findall(r"{\w+}", phrase)) for key, phrase in words.items()}
        for language, words in WORDS.items()
    }

    assert gaps.keys() == WRITINGS.keys()
    assert all(found == gaps["en"] for found in gaps.values())


def test_nobody_by_name_and_a_language_nobody_writes():
    letter = notice_letter(Config(), notice(LATE, name="", language="pt"))

    assert letter.subject == "Payment reminder for invoice INV/2026/00031"
    assert letter.text.startswith("Hello,\n")
    assert "\n-- \n" not in letter.text


def test_a_shop_without_account_has_no_empty_table():
    html = notice_letter(Config(), notice(LATE._replace(reference=""))).html

    assert html.count("<table") == 1
    assert "Please pay 100.50 EUR." in visible(html)


def test_names_and_numbers_are_texts_only():
    letter = notice_letter(CONFIG, notice(LATE._replace(number=HOSTILE, reference=HOSTILE), name=HOSTILE))

    shown = "</p><script>x</script> Bcc: evil@example.com [2J {{ 7 * 7 }}{% raw %}"
    assert shown in letter.subject
    assert shown in letter.text
    assert "<script" not in letter.html
