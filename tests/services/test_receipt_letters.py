"""Payments that are acknowledged by letter, once each, with the receipt as a PDF."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import date
from decimal import Decimal
from email.policy import default

import pytest

from shopctl.domain.documents import Party, ReceiptDocument, ReceiptPart
from shopctl.models import Email, Payment
from shopctl.services import receipt_mailing
from shopctl.services.delivering import deliver
from shopctl.services.letters import WRITINGS
from shopctl.services.queueing import Wish
from shopctl.services.receipt_letters import receipt_letter
from shopctl.services.receipt_words import WORDS
from tests.services.mail_shop import KeepingMailer, fill, opened
from tests.services.test_letters import HOSTILE, visible
from tests.support.shop import done, failed, nothing_changes

D = Decimal
RECEIPT = ReceiptDocument(
    "PAY/2026/00057", "receipt", Party("Northwind Living", ("1 Harbour Road",), vat="DE123456789"), Party("Zoë Müller"),
    "C1", "S1", date(2026, 8, 20), "wire", "T1", "EUR", D(150),
    (ReceiptPart("invoice", "INV/2026/00031", date(2026, 8, 18), D("120.5")), ReceiptPart("unused", "", None, D("29.5"))),
)  # fmt: skip


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        yield shop


def test_a_receipt_tells_what_came_and_what_it_was_used_for():
    letter = receipt_letter(RECEIPT)

    assert letter.subject == "Payment receipt PAY/2026/00057 from Northwind Living"
    assert letter.text == (
        "Hello Zoë Müller,\n"
        "\n"
        "Thank you, we have received your payment. The receipt is attached as a PDF file.\n"
        "\n"
        "  Receipt:            PAY/2026/00057\n"
        "  Date:               20 August 2026\n"
        "  Method:             Bank transfer\n"
        "  Payment reference:  T1\n"
        "  Order:              S1\n"
        "  Amount received:    150.00 EUR\n"
        "\n"
        "What it was used for:\n"
        "\n"
        "  Invoice INV/2026/00031 of 18 August 2026: 120.50 EUR\n"
        "  Credit, not used yet: 29.50 EUR\n"
        "\n"
        "Thank you.\n"
        "\n"
        "-- \n"
        "Northwind Living\n"
        "1 Harbour Road\n"
        "VAT ID DE123456789\n"
    )
    assert "Invoice INV/2026/00031 of 18 August 2026: 120.50 EUR" in visible(letter.html)


@pytest.mark.parametrize(
    ("language", "subject", "fact"),
    [
        ("de", "Erstattungsbeleg PAY/2026/00057 von Northwind Living", "  Erstatteter Betrag:  150,00 EUR"),
        ("fr", "Reçu de remboursement PAY/2026/00057 – Northwind Living", "  Montant remboursé :  150,00 EUR"),
        ("es", "Recibo de reembolso PAY/2026/00057 – Northwind Living", "  Importe reembolsado:  150,00 EUR"),
    ],
)
def test_money_that_went_back_is_no_money_that_came(language, subject, fact):
    letter = receipt_letter(replace(RECEIPT, title_kind="refund_receipt", language=language))

    assert letter.subject == subject
    assert fact in letter.text.splitlines()


def test_every_language_has_every_phrase():
    assert WORDS.keys() == WRITINGS.keys()
    assert {tuple(words) for words in WORDS.values()} == {tuple(WORDS["en"])}


def test_names_are_texts_only():
    letter = receipt_letter(replace(RECEIPT, buyer=Party(HOSTILE), reference=HOSTILE, method=HOSTILE), HOSTILE)

    assert "<script" not in letter.html
    assert "{{ 7 * 7 }}" in letter.text


def test_it_is_queued_once_and_leaves_with_its_receipt(shop):
    (payment,) = Payment.select()
    first = done(*receipt_mailing.send_receipts(shop, [payment.number], Wish()))
    with nothing_changes():
        again = done(*receipt_mailing.send_receipts(shop, [payment.number.lower()], Wish()))
    mailer = KeepingMailer()

    class Receipts:
        def render(self, document):
            return f"%PDF {document.number} {document.amount:.2f}".encode()

    outcomes = list(deliver(shop, mailer, Receipts()))

    ((raw, envelope),) = mailer.sent
    message = email.message_from_bytes(raw, policy=default)
    (attached,) = message.iter_attachments()
    assert (first.change, again.change, [one.change for one in outcomes]) == ("created", "unchanged", ["changed"])
    assert (envelope.recipients, message["Subject"]) == (
        ("nord@example.org",), "Zahlungsbestätigung PAY/2026/00001 von Northwind Living",
    )  # fmt: skip
    assert (attached.get_filename(), attached.get_content()) == ("PAY_2026_00001.pdf", b"%PDF PAY/2026/00001 121.00")


def test_a_payment_that_was_taken_back_meanwhile_is_not_acknowledged(shop):
    (payment,) = Payment.select()
    receipt_mailing.send_receipts(shop, [payment.number], Wish())
    Payment.update(state="cancelled").execute()

    (outcome,) = deliver(shop, KeepingMailer(), None)

    assert (outcome.change, outcome.notes) == (
        "skipped", ("PAY/2026/00001 is cancelled, so no money can be acknowledged",),
    )  # fmt: skip
    assert Email.get().state == "cancelled"


def test_who_cannot_be_written_to_is_told(shop):
    Payment.update(customer=3).execute()

    error = failed(*receipt_mailing.send_receipts(shop, ["PAY/2026/00001"], Wish()))

    assert (error.code, error.hint) == (
        "email.no_address",
        "import the customer again with an e-mail address, or name one: "
        "shopctl payment email PAY/2026/00001 --to ADDRESS",
    )
