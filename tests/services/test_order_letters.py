"""What customers read about their orders."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl.domain.documents import OrderDocument, OrderedLine, OrderInvoice, OrderShipment
from shopctl.domain.order_letters import KINDS, Progress
from shopctl.services.letters import WRITINGS
from shopctl.services.order_letters import order_letter
from shopctl.services.order_words import WORDS
from tests.adapters.pdf_documents import INVOICE
from tests.services.test_letters import HOSTILE, visible

D = Decimal

PAPER = replace(
    INVOICE, number="S00042", title_kind="order", orders=(), due_on=None, reference="S00042", amount_due=D("3305.38"),
)  # fmt: skip
LINES = (
    OrderedLine("section", "For the shop", D(0), D(0)),
    OrderedLine("product", "Cotton shirt €", D("2.5"), D("3305.88")),
    OrderedLine("shipping", "Delivery", D(1), D(5)),
    OrderedLine("discount", "Welcome", D(1), D("-5.50")),
)
WAITING = OrderDocument(
    PAPER, Progress("sent", D(0), D("3305.38"), "to_ship", "no", shipped=False, billed=False), refunded=False,
    lines=LINES, invoices=(), shipments=(),
)  # fmt: skip
CONFIRMED = replace(
    WAITING,
    paper=replace(PAPER, title_kind="order_confirmation"),
    progress=WAITING.progress._replace(state="confirmed", invoice_status="to_invoice"),
)
BILL = OrderInvoice("INV/2026/00031", "invoice", date(2026, 8, 18), date(2026, 9, 17), D("3305.38"), D("3305.38"))
FIRST = OrderShipment("OUT/2026/00001", date(2026, 8, 19), "DHL", "0034", ((D(2), "Cotton shirt €"),))
SECOND = OrderShipment("OUT/2026/00002", date(2026, 8, 20), "", "", ((D("0.5"), "Cotton shirt €"), (D(1), "Gift")))
SENT = replace(
    CONFIRMED,
    progress=Progress("confirmed", D(0), D("3305.38"), "partial", "invoiced", shipped=True, billed=True),
    paper=replace(CONFIRMED.paper, reference="INV/2026/00031"),
    invoices=(BILL,),
    shipments=(FIRST, SECOND),
)
PAID = replace(
    SENT,
    progress=Progress("confirmed", D("3305.38"), D(0), "shipped", "invoiced", shipped=True, billed=False),
    paper=replace(CONFIRMED.paper, amount_due=D(0), reference=""),
    invoices=(replace(BILL, amount_due=D(0)),),
)
CANCELLED = replace(
    WAITING,
    paper=replace(PAPER, state="cancelled", amount_due=D(0), reference=""),
    progress=Progress("cancelled", D(0), D(0), "none", "no", shipped=False, billed=False),
)

ACCOUNT = """\
  Account holder:      Nordlicht Handel GmbH
  IBAN:                DE89 3704 0044 0532 0130 00
  BIC:                 COBADEFFXXX
  Bank:                Commerzbank
"""
SIGNED = """\

Thank you.

-- 
Nordlicht Handel GmbH
Speicherstraße 14
20457 Hamburg
+49 40 1
billing@nordlicht.example
VAT ID DE123456789
"""  # noqa: W291


def test_an_order_that_waits_is_acknowledged_with_how_to_pay():
    letter = order_letter(WAITING, "confirmation")

    assert letter.subject == "Your order S00042 from Nordlicht Handel GmbH"
    assert letter.text == (
        f"""\
Hello Café Ελλάδα,

Thank you for your order. We have received it.

  Order:               S00042
  Date:                18 August 2026
  Total:               3,305.38 EUR
  Tax included:        527.75 EUR
  Still to pay:        3,305.38 EUR

What you ordered:

  For the shop
  2.5 × Cotton shirt €: 3,305.88 EUR
  Delivery: 5.00 EUR
  Welcome: -5.50 EUR

Please pay 3,305.38 EUR.

{ACCOUNT}  Payment reference:   S00042

What comes next: We confirm your order as soon as your payment is here.
{SIGNED}"""
    )


def test_the_status_tells_what_is_ordered_paid_billed_sent_and_what_comes_next():
    letter = order_letter(SENT, "status")

    assert letter.subject == "Order S00042 from Nordlicht Handel GmbH"
    assert letter.text == (
        f"""\
Hello Café Ελλάδα,

This is how your order stands.

  Order:               S00042
  Date:                18 August 2026
  State:               confirmed
  Total:               3,305.38 EUR
  Tax included:        527.75 EUR
  Still to pay:        3,305.38 EUR

What you ordered:

  For the shop
  2.5 × Cotton shirt €: 3,305.88 EUR
  Delivery: 5.00 EUR
  Welcome: -5.50 EUR

What we billed:

  Invoice INV/2026/00031 of 18 August 2026: 3,305.38 EUR, payable by 17 September 2026

What we sent:

  Sent on 19 August 2026 with DHL, tracking number 0034: 2 × Cotton shirt €
  Sent on 20 August 2026: 0.5 × Cotton shirt €, 1 × Gift

Please pay 3,305.38 EUR by 17 September 2026.

{ACCOUNT}  Payment reference:   INV/2026/00031

What comes next: The rest of your order follows.
{SIGNED}"""
    )


def test_html_says_the_same():
    assert visible(order_letter(SENT, "status").html) == [
        "Nordlicht Handel GmbH",
        "Order S00042",
        "Hello Café Ελλάδα,",
        "This is how your order stands.",
        "Order", "S00042",
        "Date", "18 August 2026",
        "State", "confirmed",
        "Total", "3,305.38 EUR",
        "Tax included", "527.75 EUR",
        "Still to pay", "3,305.38 EUR",
        "What you ordered",
        "For the shop", "2.5 × Cotton shirt €: 3,305.88 EUR", "Delivery: 5.00 EUR", "Welcome: -5.50 EUR",
        "What we billed",
        "Invoice INV/2026/00031 of 18 August 2026: 3,305.38 EUR, payable by 17 September 2026",
        "What we sent",
        "Sent on 19 August 2026 with DHL, tracking number 0034: 2 × Cotton shirt €",
        "Sent on 20 August 2026: 0.5 × Cotton shirt €, 1 × Gift",
        "Please pay 3,305.38 EUR by 17 September 2026.",
        "Account holder", "Nordlicht Handel GmbH",
        "IBAN", "DE89 3704 0044 0532 0130 00",
        "BIC", "COBADEFFXXX",
        "Bank", "Commerzbank",
        "Payment reference", "INV/2026/00031",
        "What comes next",
        "The rest of your order follows.",
        "Thank you.",
        "Nordlicht Handel GmbH", "Speicherstraße 14", "20457 Hamburg", "+49 40 1", "billing@nordlicht.example",
        "VAT ID DE123456789",
    ]  # fmt: skip


def test_a_confirmed_order_that_is_billed_later_asks_for_nothing_yet():
    letter = order_letter(CONFIRMED, "confirmation")

    assert letter.subject == "Order confirmation S00042 from Nordlicht Handel GmbH"
    assert "Thank you for your order. It is confirmed.\n" in letter.text
    assert "Please pay" not in letter.text
    assert "IBAN" not in letter.text + letter.html
    assert (
        "What comes next: We get your goods ready and tell you when they leave. You will get an invoice.\n"
        in letter.text
    )


def test_the_shipping_notice_tells_what_left_and_asks_for_nothing():
    letter = order_letter(SENT, "shipped")

    assert letter.subject == "Shipping notice for order S00042 from Nordlicht Handel GmbH"
    assert letter.text == (
        f"""\
Hello Café Ελλάδα,

A part of your order has been sent.

  Order:               S00042
  Date:                18 August 2026

What we sent:

  Sent on 19 August 2026 with DHL, tracking number 0034: 2 × Cotton shirt €
  Sent on 20 August 2026: 0.5 × Cotton shirt €, 1 × Gift

What comes next: The rest of your order follows.
{SIGNED}"""
    )
    assert "Your order has been sent.\n" in order_letter(PAID, "shipped").text


def test_the_reminder_asks_for_what_is_due_whatever_day_the_invoice_named():
    letter = order_letter(SENT, "payment_reminder")

    assert letter.subject == "Payment reminder for order S00042 from Nordlicht Handel GmbH"
    assert letter.text == (
        f"""\
Hello Café Ελλάδα,

We have not received the payment for your order yet.

  Order:               S00042
  Date:                18 August 2026
  Total:               3,305.38 EUR
  Tax included:        527.75 EUR
  Still to pay:        3,305.38 EUR

What we billed:

  Invoice INV/2026/00031 of 18 August 2026: 3,305.38 EUR, payable by 17 September 2026

Please pay 3,305.38 EUR.

{ACCOUNT}  Payment reference:   INV/2026/00031
{SIGNED}"""
    )


def test_a_reminder_after_a_part_was_paid_says_so():
    half = replace(
        SENT,
        progress=SENT.progress._replace(paid=D("3000"), due=D("305.38")),
        invoices=(replace(BILL, amount_due=D("305.38")),),
    )
    text = order_letter(half, "payment_reminder").text

    assert "A part of the payment for your order has not arrived yet.\n" in text
    assert "  Paid already:        3,000.00 EUR\n  Still to pay:        305.38 EUR\n" in text
    assert "3,305.38 EUR, of which 305.38 EUR is payable by 17 September 2026\n" in text
    assert "Please pay 305.38 EUR.\n" in text


def test_a_paid_order_asks_for_nothing():
    letter = order_letter(PAID, "status")

    assert "  Paid already:        3,305.38 EUR\n\nWhat you ordered:" in letter.text
    assert "It is already paid, so there is nothing left to pay.\n" in letter.text
    assert "What comes next: Your order is complete.\n" in letter.text
    assert "IBAN" not in letter.text + letter.html
    assert "It is already paid, so there is nothing left to pay." in visible(letter.html)


def test_an_order_of_nothing_does_not_claim_a_payment():
    free = replace(PAID, progress=PAID.progress._replace(paid=D(0)))

    assert "There is nothing to pay.\n" in order_letter(free, "status").text


def test_a_refunded_order_says_so():
    assert "What you paid was given back.\n" in order_letter(replace(PAID, refunded=True), "status").text


def test_a_cancellation_asks_for_nothing_and_is_careful_about_money_that_came():
    letter = order_letter(CANCELLED, "cancellation")
    paid = replace(CANCELLED, progress=CANCELLED.progress._replace(paid=D(20)))

    assert letter.subject == "Cancellation of order S00042 from Nordlicht Handel GmbH"
    assert "Your order is cancelled.\n" in letter.text
    assert "You do not have to pay anything for it.\n" in letter.text
    assert "What comes next" not in letter.text + letter.html
    assert (
        "We will get in touch with you about the 20.00 EUR that you paid.\n" in order_letter(paid, "cancellation").text
    )


def test_credit_notes_are_listed_as_what_they_are():
    note = OrderInvoice("RINV/2026/00002", "credit_note", date(2026, 8, 20), date(2026, 8, 20), D(20), D(20))
    text = order_letter(replace(PAID, invoices=(*PAID.invoices, note)), "status").text

    assert (
        "  Invoice INV/2026/00031 of 18 August 2026: 3,305.38 EUR\n"
        "  Credit note RINV/2026/00002 of 20 August 2026: 20.00 EUR\n"
    ) in text


def test_german_customer_reads_german():
    letter = order_letter(replace(SENT, paper=replace(SENT.paper, language="de")), "status")

    assert letter.subject == "Auftrag S00042 von Nordlicht Handel GmbH"
    assert letter.text.startswith(
        """\
Guten Tag Café Ελλάδα,

Ihr Auftrag hat derzeit folgenden Stand.

  Auftrag:             S00042
  Datum:               18. August 2026
  Stand:               bestätigt
  Gesamtbetrag:        3.305,38 EUR
  Enthaltene Steuer:   527,75 EUR
  Noch zu zahlen:      3.305,38 EUR

Was Sie bestellt haben:

  For the shop
  2,5 × Cotton shirt €: 3.305,88 EUR
"""
    )
    assert "  Versandt am 19. August 2026 mit DHL, Sendungsnummer 0034: 2 × Cotton shirt €\n" in letter.text
    assert "Bitte zahlen Sie 3.305,38 EUR bis zum 17. September 2026.\n" in letter.text
    assert 'lang="de"' in letter.html


def test_french_customer_reads_french():
    letter = order_letter(WAITING, "confirmation", language="fr")

    assert letter.subject == "Votre commande S00042 – Nordlicht Handel GmbH"
    assert letter.text.startswith(
        """\
Bonjour Café Ελλάδα,

Merci pour votre commande. Nous l’avons bien reçue.

  Commande :             S00042
  Date :                 18 août 2026
  Total :                3 305,38 EUR
  Taxes comprises :      527,75 EUR
  Reste à payer :        3 305,38 EUR

Ce que vous avez commandé :

  For the shop
  2,5 × Cotton shirt € : 3 305,88 EUR
  Delivery : 5,00 EUR
  Welcome : -5,50 EUR

Merci de payer 3 305,38 EUR.

  Titulaire du compte :  Nordlicht Handel GmbH
"""
    )


def test_spanish_customer_reads_spanish():
    letter = order_letter(SENT, "shipped", language="es")

    assert letter.subject == "Aviso de envío del pedido S00042 – Nordlicht Handel GmbH"
    assert letter.text.startswith(
        """\
Hola, Café Ελλάδα:

Una parte de su pedido ha sido enviada.

  Pedido:              S00042
  Fecha:               18 de agosto de 2026

Lo que hemos enviado:

  Enviado el 19 de agosto de 2026 con DHL, número de seguimiento 0034: 2 × Cotton shirt €
"""
    )


def test_a_language_that_is_asked_for_wins_and_one_without_words_reads_english():
    assert order_letter(SENT, "status", language="de").subject.startswith("Auftrag ")
    finnish = replace(SENT, paper=replace(SENT.paper, language="fi"))
    assert order_letter(finnish, "status").subject.startswith("Order ")


def test_message_comes_first_line_by_line():
    letter = order_letter(SENT, "status", "Sorry!\r\n\r\nA <b>gift</b> is on its way.\n")

    assert letter.text.startswith("Hello Café Ελλάδα,\n\nSorry!\n\nA <b>gift</b> is on its way.\n\nThis is how")
    assert "Sorry!<br><br>A &lt;b&gt;gift&lt;/b&gt; is on its way.</p>" in letter.html


def test_a_small_refund_line_keeps_its_sign():
    lines = (OrderedLine("discount", "Rounding", D(1), D("-0.50")),)

    assert "  Rounding: -0.50 EUR\n" in order_letter(replace(SENT, lines=lines), "status").text


def test_every_language_of_letters_has_every_phrase_with_the_same_gaps():
    assert set(WORDS) == set(WRITINGS)
    gaps = {
        language: {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in words.items()}
        for language, words in WORDS.items()
    }
    assert all(found == gaps["en"] for found in gaps.values())


@pytest.mark.parametrize("language", sorted(WRITINGS))
@pytest.mark.parametrize("kind", KINDS)
def test_names_cannot_add_headers_markup_or_template_code(language, kind):
    order = replace(
        SENT,
        paper=replace(
            SENT.paper, number=HOSTILE, language=language, seller=replace(PAPER.seller, name=HOSTILE),
            buyer=replace(PAPER.buyer, name=HOSTILE), reference=HOSTILE,
        ),
        lines=(OrderedLine("product", HOSTILE, D(1), D(1)),),
        shipments=(OrderShipment(HOSTILE, date(2026, 8, 19), HOSTILE, HOSTILE, ((D(1), HOSTILE),)),),
    )  # fmt: skip
    letter = order_letter(order, kind, HOSTILE)

    shown = "</p><script>x</script> Bcc: evil@example.com [2J {{ 7 * 7 }}{% raw %}"
    assert letter.subject.endswith(shown)
    assert shown in letter.text
    assert "<script" not in letter.html
    assert "49" not in letter.subject
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", letter.subject + letter.text + letter.html) == []


@pytest.mark.parametrize(
    ("kind", "order"), [*itertools.product(KINDS, [WAITING, CONFIRMED, SENT, PAID]), ("cancellation", CANCELLED)]
)
def test_html_loads_nothing_and_follows_light_and_dark(kind, order):
    html = order_letter(order, kind).html

    assert re.findall(r"https?:|src=(?!\"cid:transfer:)|url\(|@import|<link|<script", html) == []
    assert '<meta name="color-scheme" content="light dark">' in html
    assert html.count("<h1") == 1
    assert not re.search(r"<p[^>]*>\s*</p>", html)
