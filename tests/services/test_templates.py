"""The shop's own words for letters: tried before they are kept, and left aside where they do not work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopctl.domain.access import Actor
from shopctl.errors import ForbiddenError
from shopctl.models import Email, Event, LetterTemplate, Order
from shopctl.services import mailing, own_templates, template_previews, template_samples, templates
from shopctl.services.letters import NAMES, WRITINGS, invoice_letter, own_part
from shopctl.services.template_previews import Wish
from shopctl.services.templates import ABOUT, Place, Text
from shopctl.services.typesetting import source_of
from tests.adapters.pdf_documents import INVOICE
from tests.services.mail_shop import CONFIG, bill, fill, opened
from tests.support.shop import done, failed, nothing_changes

OURS = "Our invoice {{ number }}\n\nDear {{ name }}, {{ due or 'nothing' }} is due. {{ reference }}\n"


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        yield shop


def save(shop, source, name="invoice", language="en", part="text"):
    (outcome,) = templates.save(shop, [Text(name, language, part, source)])
    return outcome


def stored():
    return list(
        LetterTemplate.select(
            *(getattr(LetterTemplate, name) for name in ("name", "language", "part", "source"))
        ).tuples()
    )


def journal():
    query = Event.select(Event.action, Event.reference, Event.details).where(Event.action.startswith("email.template"))
    return list(query.order_by(Event.id).tuples())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", WRITINGS)
def test_what_ships_works_for_every_sample_within_the_limits_of_the_shop(name, language):
    from shopctl.services.letters import packaged_name

    samples = template_samples.of(CONFIG, name, language)

    assert name in ABOUT
    assert len({frozenset(sample) for sample in samples}) == 1
    for values in samples:
        for part in ("text", "html"):
            source = source_of(packaged_name(name, language), part)
            assert own_part(source, part, values).startswith(
                "<!DOCTYPE html>" if part == "html" else values.get("subject", "")
            )


def test_own_words_are_kept_and_used(shop):
    first = done(save(shop, OURS))
    with nothing_changes():
        again = done(save(shop, OURS))

    letter = invoice_letter(INVOICE)
    assert (first.change, first.row.own, again.change) == ("created", True, "unchanged")
    assert letter.subject == "Our invoice INV/2026/00031"
    assert letter.text == "Dear Café Ελλάδα, 2,895.17 EUR is due. RF18539007547034\n"
    assert letter.html.startswith("<!DOCTYPE html>")
    assert invoice_letter(replace(INVOICE, language="de")).subject.startswith("Rechnung")
    assert invoice_letter(replace(INVOICE, title_kind="credit_note")).subject.startswith("Credit note")
    assert [(action, reference) for action, reference, _ in journal()] == [("email.template_changed", "invoice")]
    assert OURS[:11] not in journal()[0][2]


def test_words_are_changed_and_dropped(shop):
    save(shop, OURS)
    changed = done(save(shop, OURS.replace("Dear", "Hi")))
    save(shop, OURS, language="de")

    (some,) = templates.reset(shop, ["invoice"], language="de")
    (rest,) = templates.reset(shop, ["invoice"])
    with nothing_changes():
        (none,) = templates.reset(shop, ["invoice"])

    assert changed.change == "changed"
    assert (some.change, some.row.own) == ("changed", ("en text",))
    assert (rest.change, rest.row.own, none.change) == ("changed", (), "unchanged")
    assert invoice_letter(INVOICE).subject == "Invoice INV/2026/00031 from Nordlicht Handel GmbH"


def test_a_dry_run_keeps_nothing(shop):
    shop.dry_run = True

    assert done(save(shop, OURS)).change == "would_create"
    assert (stored(), invoice_letter(INVOICE).subject[:7]) == ([], "Invoice")


@pytest.mark.parametrize(
    ("source", "part", "why", "line"),
    [
        ("Hi\n\n{{ nobody }}", "text", "line 3: there is no nobody", 3),
        ("Hi\n{% if due == 'never' %}\n{{ nobody }}{% endif %}", "text", "line 3: there is no nobody", 3),
        ("Hi\n\n{{ name.upper() }}", "text", "line 3: 'str object' has no attribute 'upper'", 3),
        ("Hi\n{{ account.nobody }}", "text", "line 2: 'dict object' has no attribute 'nobody'", 2),
        ("Hi\n{% if due %}", "text", "line 2: Unexpected end of template", 2),
        ("Hi\n\n\n{{ 'x' * 999999999 }}", "text", "line 4: * is for whole numbers only", 4),
        ("{{ '\\n' }}Hi", "text", "its first line, which is the subject, is empty", None),
        ("{% include '/etc/passwd' %}", "text", "line 1: there is no template /etc/passwd to take in", 1),
        (
            "\n{% extends 'invoice.html' %}",
            "html",
            "line 2: there is no template invoice.html to take in; that of invoice is en/invoice.html",
            2,
        ),
        ("<p>{{ name | safe }}</p>", "html", "line 1: No filter named 'safe'", 1),
        ("<p>\n<img src='https://x.example/{{ number }}.gif'></p>", "html", "a picture is a part of the letter", None),
        ("<a href='{{ name }}'>x</a>", "html", "is no link to http, https or mailto", None),
        ("<p onclick='x'>", "html", "onclick would run something", None),
    ],
)
def test_words_that_do_not_work_are_refused_with_the_line(shop, source, part, why, line):
    with nothing_changes():
        error = failed(save(shop, source, part=part))

    assert error.code == "email.template"
    assert why in error.message
    assert error.details["line"] == line
    assert error.hint.startswith("it may name account, ")


@pytest.mark.parametrize(
    ("source", "part", "why"),
    [
        ("Cart\n\nhello, buy it\n", "text", "it does not tell how to unsubscribe"),
        ("<p>hello, buy it</p>", "html", "it does not tell how to unsubscribe"),
        ("Cart\n\n{% if last %}{{ unsubscribe }}{% else %}hello{% endif %}\n", "text", "how to unsubscribe"),
        ("Cart {{ unsubscribe }}\n\nhello\n", "text", "it does not tell how to unsubscribe"),
        ("Cart\n\n \n", "text", "there is nothing below its subject"),
        ("\n", "html", "it is empty"),
    ],
)
def test_a_letter_that_says_too_little_is_refused(shop, source, part, why):
    with nothing_changes():
        error = failed(save(shop, source, name="cart", part=part))

    assert (error.code, why in error.message) == ("email.template", True)
    assert done(save(shop, "Cart\n\nHello.\n{{ unsubscribe }}\n", name="cart")).change == "created"


@pytest.mark.parametrize("language", WRITINGS)
@pytest.mark.parametrize("name", NAMES)
def test_the_file_that_is_named_can_be_extended(shop, name, language):
    ships_as = templates.show(shop, Place(name, language, "html")).ships_as

    templates.require_usable(shop, Text(name, language, "html", f'{{% extends "{ships_as}" %}}'))


def test_the_subject_never_becomes_a_header(shop):
    save(shop, "Hi {{ name }}{{ '\\r\\nBcc: evil@example.com' }}\n\nHello.\n")
    save(shop, "Subject{{ '\\r' }}Bcc: evil@example.com\n\nHello.\n", language="de")

    assert invoice_letter(INVOICE).subject == "Hi Café Ελλάδα"
    assert invoice_letter(replace(INVOICE, language="de")).subject == "Subject Bcc: evil@example.com"


def test_what_customers_are_called_is_a_text_and_no_template(shop):
    save(shop, OURS)
    save(shop, "<p>{{ name }}</p>", part="html")
    letter = invoice_letter(
        replace(INVOICE, buyer=replace(INVOICE.buyer, name="<b>{{ 7 * 7 }}{% include 'x' %}</b>\u202e\x00"))
    )

    assert letter.text.startswith("Dear <b>{{ 7 * 7 }}{% include 'x' %}</b>, ")
    assert letter.html == "<p>&lt;b&gt;{{ 7 * 7 }}{% include &#39;x&#39; %}&lt;/b&gt;</p>"


def test_words_that_work_no_more_give_way_and_the_journal_tells(shop):
    LetterTemplate.create(
        name="invoice", language="en", part="text", source="Hi\n\n{{ orders[3] }}", changed_at=shop.now
    )
    own_templates.forget()
    (number,) = bill(shop, "S1")

    mailing.send_invoices(shop, [number])

    (row,) = (row for row in templates.every(shop) if row.own)
    (letter,) = Email.select()
    assert (row.own, row.broken) == (("en text",), ("en text",))
    assert (letter.state, letter.subject) == ("queued", f"Invoice {number} from Northwind Living")
    assert journal() == [
        ("email.template_failed", number, f'{{"email":{letter.id},"trouble":"the shop\'s own text of invoice in en does not work for it (line 3)"}}'),
    ]  # fmt: skip


def test_who_writes_no_letters_writes_no_words(shop):
    shop.actor = Actor("ben", "readonly")

    with pytest.raises(ForbiddenError), nothing_changes():
        save(shop, OURS)


def test_one_letter_is_looked_at_and_nothing_is_queued(shop):
    (number,) = bill(shop, "S1")
    save(shop, OURS)

    with nothing_changes():
        found = template_previews.preview(shop, "invoice", number.lower(), Wish())
        french = template_previews.preview(shop, "status", "s1", Wish("fr"))
        reminder = template_previews.preview(shop, "reminder", "c1", Wish(step=3))
        sample = template_previews.preview(shop, "cart", "", Wish("es"))

    assert (found.document, found.own, found.text[:12]) == (number, ("text",), "Dear Zoë Mül")
    assert (french.language, french.subject) == ("fr", "Commande S1 – Northwind Living")
    assert (reminder.document, reminder.subject) == (
        "c1",
        f"Last payment reminder for invoice {number} from Northwind Living",
    )
    assert sample.subject == "Su carrito en Northwind Living sigue aquí"


def test_a_reminder_asks_for_orders_that_wait_for_their_money(shop):
    Order.update(state="sent").where(Order.number == "S3").execute()

    found = template_previews.preview(shop, "reminder", "C3", Wish())

    assert found.subject == "Payment reminder for order S3 from Northwind Living"
    assert "S3" in found.text


@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("status", "S9", "order.unknown"), ("shipped", "S1", "order.not_shipped"), ("invoice", "S1", "invoice.unknown"),
        ("cart", "K9", "cart.unknown"), ("receipt", "P9", "payment.unknown"), ("reminder", "C9", "customer.unknown"),
        ("reminder", "C3", "payment.nothing_due"),
    ],
)  # fmt: skip
def test_what_is_not_there_cannot_be_looked_at(shop, name, number, code):
    from shopctl.errors import ShopError

    with pytest.raises(ShopError) as caught:
        template_previews.preview(shop, name, number, Wish())

    assert caught.value.code == code


def test_a_database_that_was_closed_has_no_words(database_url):
    with opened(database_url) as shop:
        save(shop, OURS)
        assert own_templates.source(*Place("invoice", "en", "text")) == OURS

    assert own_templates.sources() == {}
