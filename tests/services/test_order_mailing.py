"""Letters about orders that are queued once, and looked at once more before they leave."""

from __future__ import annotations

import email
from dataclasses import replace
from decimal import Decimal
from email.policy import default

import pytest

from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.adapters.smtp import SmtpTransport
from shopctl.config import Smtp
from shopctl.domain.access import Actor
from shopctl.domain.deliveries import parse_quantities
from shopctl.domain.mail import DeliveryError
from shopctl.domain.outcomes import Change, Done, Failed
from shopctl.domain.records import OrderRecord
from shopctl.errors import ForbiddenError, RefusedError
from shopctl.models import Email, Event, Order
from shopctl.services import order_mailing, registering, shipping
from shopctl.services.delivering import deliver
from shopctl.services.listing import emails
from shopctl.services.order_mailing import OrderWish
from shopctl.services.queueing import EmailRow
from shopctl.services.receipts import Receipt
from tests.adapters.mail_server import RealServer
from tests.services.mail_shop import LINE, KeepingMailer, PlainPrinter, bill, fill, journal, opened, outbox
from tests.support.shop import take_in
from tests.support.shops import NOW

D = Decimal


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        yield shop


def send(shop, *numbers, kind="status", **wish):
    return order_mailing.send_orders(shop, numbers, kind, OrderWish(**wish))


def cancel(number):
    Order.update(state="cancelled").where(Order.number == number).execute()


def ship(shop, number, *quantities):
    shipping.deliver(
        replace(shop, letters=frozenset()),
        [number],
        shipping.Shipment(parse_quantities(list(quantities)), carrier="DHL"),
    )


def told(outcomes):
    return [
        (item.reference, str(item.change)) if isinstance(item, Done) else (item.reference, item.error.code)
        for item in outcomes
    ]


# Queueing


def test_letters_are_queued_in_the_language_of_each_customer(shop):
    outcomes = send(shop, "S1", "s2")

    assert outcomes == [
        Done(
            "S1",
            Change.CREATED,
            EmailRow(1, "status", "S1", "zoe@example.org", "Order S1 from Northwind Living", "queued", 0, NOW, None, ""),
        ),
        Done(
            "s2",
            Change.CREATED,
            EmailRow(
                2, "status", "S2", "nord@example.org", "Auftrag S2 von Northwind Living", "queued", 0, NOW, None, ""
            ),
        ),
    ]  # fmt: skip
    assert outbox("key", "invoice", "attached", "language") == [
        ("status:S1", None, False, "en"),
        ("status:S2", None, False, "de"),
    ]
    assert journal("S1") == ['email.queued {"email":1}']


def test_one_letter_of_a_kind_about_an_order(shop):
    send(shop, "S1")

    (again,) = send(shop, "S1")
    (other,) = send(shop, "S1", kind="confirmation")

    assert again.change is Change.UNCHANGED
    assert again.notes == (
        "S1 is queued for zoe@example.org already; shopctl email send delivers it, --resend queues it anew",
    )
    assert other.change is Change.CREATED
    assert outbox("key") == [("status:S1",), ("confirmation:S1",)]


def test_what_was_sent_names_the_command_that_sends_it_again(shop):
    send(shop, "S1", kind="payment_reminder")
    Email.update(state="sent", sent_at=NOW).execute()

    (again,) = send(shop, "S1", kind="payment_reminder")
    (wanted,) = send(shop, "S1", kind="payment_reminder", resend=True)

    assert again.notes == (
        "S1 was sent to zoe@example.org on 2026-08-21; send it again: "
        "shopctl orders email S1 --template payment-reminder --resend",
    )
    assert wanted.change is Change.CREATED
    assert outbox("key", "state") == [("payment_reminder:S1", "sent"), ("payment_reminder:S1#2", "queued")]


def test_resend_replaces_a_letter_that_still_waits(shop):
    send(shop, "S1")

    send(shop, "S1", resend=True, to="other@example.org")

    assert outbox("recipient", "state") == [("zoe@example.org", "cancelled"), ("other@example.org", "queued")]


def test_every_delivery_has_its_own_shipping_notice(shop):
    ship(shop, "S1", "1=1")
    send(shop, "S1", kind="shipped")
    assert told(send(shop, "S1", kind="shipped")) == [("S1", "unchanged")]
    ship(shop, "S1")

    assert told(send(shop, "S1", kind="shipped")) == [("S1", "created")]
    assert outbox("key") == [("shipped:S1:1",), ("shipped:S1:2",)]


def test_numbers_with_signs_of_their_own_keep_their_letters_apart(shop):
    numbers = ("A", "A#2", "A:B")
    take_in(shop, *(OrderRecord(number=one, customer="C1", ordered_at=NOW, state="sent", currency="EUR", lines=(LINE,)) for one in numbers))  # fmt: skip

    send(shop, *numbers)
    send(shop, "A", resend=True)

    assert outbox("key", "state") == [
        ("status:A", "cancelled"), ("status:A%232", "queued"), ("status:A%3AB", "queued"), ("status:A#2", "queued"),
    ]  # fmt: skip
    assert told(send(shop, *numbers)) == [(one, "unchanged") for one in numbers]


def test_wishes_are_kept(shop):
    send(shop, "S3", to="jorg@bücher.example", cc="a@example.org,b@example.org", message="Hi", language="de", attach_pdf=True)  # fmt: skip

    assert outbox("recipient", "cc", "attached", "language") == [
        ("jorg@xn--bcher-kva.example", "a@example.org, b@example.org", True, "de")
    ]
    assert outbox("text")[0][0].startswith("Guten Tag Nobody,\n\nHi\n\nIhr Auftrag")


def test_refusals_do_not_disturb_their_neighbours(shop):
    cancel("S4")

    outcomes = send(shop, "S9", "S3", "S1", "S4", kind="confirmation")

    assert told(outcomes) == [
        ("S9", "order.unknown"),
        ("S3", "email.no_address"),
        ("S1", "created"),
        ("S4", "order.cancelled"),
    ]
    assert outcomes[1].error.message == "order S3 has no e-mail address to send to"
    assert outcomes[1].error.hint == (
        "import the customer again with an e-mail address, or name one: "
        "shopctl orders email S3 --template confirmation --to ADDRESS"
    )
    assert outbox("document") == [("S1",)]


@pytest.mark.parametrize(
    ("wish", "code"), [({"to": "a@x.org, b@y.org"}, "email.address"), ({"language": "xx"}, "email.language")]
)
def test_a_wish_that_nobody_can_fulfil_is_refused_as_a_whole(shop, wish, code):
    before = Event.select().count()

    with pytest.raises(RefusedError) as caught:
        send(shop, "S1", **wish)

    assert caught.value.code == code
    assert outbox("id") == []
    assert Event.select().count() == before


def test_dry_run_shows_the_letter_and_queues_nothing(shop):
    shop.dry_run = True

    (outcome,) = send(shop, "S1")

    assert (outcome.change, outcome.row.recipient) == (Change.WOULD_CREATE, "zoe@example.org")
    assert outbox("id") == []


def test_readers_may_not_write(shop):
    shop.actor = Actor("ron", "readonly")

    with pytest.raises(ForbiddenError):
        send(shop, "S1")

    assert outbox("id") == []


def test_same_key_gives_the_same_answer(shop):
    shop.key = "k1"

    first = send(shop, "S1")

    assert send(shop, "S1") == [replace(first[0], change=Change.REPLAYED)]
    assert outbox("id") == [(1,)]


# The preview


def test_a_preview_shows_the_letter_and_stores_nothing(shop):
    (found,) = order_mailing.preview(shop, ["s2"], "status", OrderWish(cc="a@example.org", message="Hallo"))

    assert (found.document, found.kind, found.recipient, found.cc, found.language, found.subject) == (
        "S2", "status", "nord@example.org", "a@example.org", "de", "Auftrag S2 von Northwind Living",
    )  # fmt: skip
    assert found.text.startswith("Guten Tag Möbel Nord,\n\nHallo\n\nIhr Auftrag hat derzeit folgenden Stand.\n")
    assert "<h1" in found.html
    assert outbox("id") == []


def test_a_preview_of_what_would_be_refused_is_refused(shop):
    with pytest.raises(RefusedError) as caught:
        order_mailing.preview(shop, ["S1", "S2"], "payment_reminder", OrderWish())

    assert caught.value.code == "order.nothing_due"


# On its way


def run(shop, mailer):
    return list(deliver(shop, mailer, PlainPrinter()))


def test_real_server_gets_the_letter_with_the_order_attached(shop):
    send(shop, "S1", attach_pdf=True, language="de")
    send(shop, "S2")
    with RealServer() as server:
        settings = Smtp(host="127.0.0.1", port=server.port, security="none")
        outcomes = list(deliver(shop, SmtpTransport(settings), Printer(FontSettings())))
        kept = [email.message_from_bytes(one.content, policy=default) for one in server.kept.envelopes]

    assert told(outcomes) == [("S1", "changed"), ("S2", "changed")]
    assert [one["To"] for one in kept] == ["zoe@example.org", "nord@example.org"]
    assert [one["Content-Language"] for one in kept] == ["de", "de"]
    files = [[(part.get_filename(), part.get_content()[:5]) for part in one.iter_attachments()] for one in kept]
    assert files == [[("S1.pdf", b"%PDF-")], []]
    assert "Ihr Auftrag hat derzeit folgenden Stand." in kept[0].get_body(("plain",)).get_content()
    assert outbox("state", "sent_at") == [("sent", NOW), ("sent", NOW)]


def test_a_reminder_does_not_leave_once_the_order_is_paid(shop):
    send(shop, "S1", "S4", kind="payment_reminder")
    registering.register(shop, [Receipt("S1"), Receipt("S4", amount=D(21))])
    mailer = KeepingMailer()

    outcomes = run(shop, mailer)

    assert told(outcomes) == [("S1", "skipped"), ("S4", "skipped")]
    assert mailer.sent == []
    assert outbox("state", "reply") == [
        ("cancelled", "nothing of order S1 is left to pay, so there is no payment reminder to send"),
        ("cancelled", "what is due of it changed meanwhile"),
    ]
    assert told(send(shop, "S4", kind="payment_reminder")) == [("S4", "created")]
    assert told(run(shop, mailer)) == [("S4", "changed")]


def test_no_letter_about_a_cancelled_order_leaves_but_how_it_stands(shop):
    send(shop, "S1")
    send(shop, "S1", kind="confirmation")
    cancel("S1")

    assert told(run(shop, KeepingMailer())) == [("S1", "changed"), ("S1", "skipped")]


def test_a_letter_about_an_order_that_is_gone_does_not_stop_the_others(shop):
    send(shop, "S1", "S2")
    Email.update(document="S9").where(Email.id == 1).execute()

    assert told(run(shop, KeepingMailer())) == [("S9", "skipped"), ("S2", "changed")]
    assert outbox("state", "reply")[0] == ("cancelled", "there is no order S9")


def test_what_cannot_be_delivered_names_the_letter_to_send_again(shop):
    send(shop, "S1")
    send(shop, "S1", kind="payment_reminder")
    never = DeliveryError("recipient", 550, "no such user", lost=False)
    silent = DeliveryError("end", 0, "Connection unexpectedly closed", lost=True)

    outcomes = run(shop, KeepingMailer([never, silent]))

    assert [outcome.error.hint for outcome in outcomes if isinstance(outcome, Failed)] == [
        "shopctl orders email S1 --template status --to ADDRESS",
        "ask the customer; then shopctl email resolve 2 --sent, or --resend if it did not arrive",
    ]


def test_letters_of_an_order_are_listed(shop):
    bill(shop, "S1", send=True)
    send(shop, "S1", kind="confirmation")
    send(shop, "S1")
    Email.update(state="sent").where(Email.id == 2).execute()

    def found(**wanted):
        return [row.id for row in emails.search(emails.EmailFilter(**wanted)).rows]

    assert found(document="s1") == [3, 2]
    assert found(document="#S1") == [3, 2]
    assert found(kind="status") == [3]
    assert found(kind="invoice") == [1]
    assert found(document="S1", state="sent") == [2]
