"""Letters on their way: sent once, tried again when certainly not sent, and never sent again blindly."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email.policy import default

import pytest

from shopctl.adapters.pdf import FontSettings, Printer
from shopctl.adapters.smtp import SmtpTransport
from shopctl.config import Config, Smtp
from shopctl.db.connection import connect
from shopctl.db.locks import named_lock
from shopctl.domain.access import Actor
from shopctl.domain.mail import DeliveryError, Envelope
from shopctl.domain.outcomes import Done
from shopctl.errors import ConfigError, ExitStatus, ForbiddenError, RefusedError, TemporaryError
from shopctl.models import Email, Invoice
from shopctl.services import outbox as outbox_moves
from shopctl.services import registering
from shopctl.services.delivering import deliver
from shopctl.services.receipts import Receipt
from tests.adapters.mail_server import DROP, HostileServer, RealServer
from tests.services.mail_shop import CONFIG, KeepingMailer, PlainPrinter, bill, fill, journal, opened, outbox
from tests.support.shops import NOW

FIRST = "INV/2026/00001"
SECOND = "INV/2026/00002"

LATER = DeliveryError("recipient", 451, "greylisted", lost=False)
NEVER = DeliveryError("recipient", 550, "no such user", lost=False)
BROKEN = DeliveryError("content", 0, "Connection unexpectedly closed", lost=True)
SILENT = DeliveryError("end", 0, "Connection unexpectedly closed", lost=True)


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        bill(shop, "S1", "S2", send=True)
        yield shop


def run(shop, mailer, printer=None, **options):
    return list(deliver(shop, mailer, printer or PlainPrinter(), **options))


def told(outcomes):
    return [
        (item.reference, str(item.change)) if isinstance(item, Done) else (item.reference, item.error.code)
        for item in outcomes
    ]


def states(*columns):
    return outbox("state", *columns)


# Success


def test_letters_are_sent_oldest_first_and_marked(shop):
    mailer = KeepingMailer()

    outcomes = run(shop, mailer)

    assert told(outcomes) == [(FIRST, "changed"), (SECOND, "changed")]
    assert mailer.calls == ["open", "send", "send", "close"]
    assert states("sent_at", "reply", "attempts", "owner") == [("sent", NOW, "250 2.0.0 kept", 1, "")] * 2
    assert [invoice.sent_at for invoice in Invoice.select().order_by(Invoice.id)] == [NOW, NOW]
    assert journal(FIRST) == ['email.queued {"email":1}', 'email.sent {"email":1}']


def test_second_run_has_nothing_to_do_and_does_not_connect(shop):
    run(shop, KeepingMailer())
    again = KeepingMailer()

    assert run(shop, again) == []
    assert again.calls == ["close"]


def test_message_has_headers_texts_and_the_document(shop):
    mailer = KeepingMailer()
    run(shop, mailer, maximum=1)

    ((raw, envelope),) = mailer.sent
    message = email.message_from_bytes(raw, policy=default)
    assert envelope == Envelope("billing@northwind.example", ("zoe@example.org",))
    assert list(message.items()) == [
        ("From", "Northwind Living <billing@northwind.example>"),
        ("To", "zoe@example.org"),
        ("Subject", "Invoice INV/2026/00001 from Northwind Living"),
        ("Date", "Fri, 21 Aug 2026 09:14:03 +0000"),
        ("Message-ID", "<14b8e19e7a50106ec1ba9ff751d43b462680205b@northwind.example>"),
        ("X-Idempotency-Key", "14b8e19e7a50106ec1ba9ff751d43b462680205b"),
        ("X-Shop-Document", "INV/2026/00001"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", message["Content-Type"]),
        ("Content-Language", "en"),
    ]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    assert message.get_body(("plain",)).get_content().startswith("Hello Zoë Müller,\r\n\r\nPlease find")
    assert "Please pay 121.00 EUR by 20 September 2026." in message.get_body(("html",)).get_content()
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == (
        "INV_2026_00001.pdf",
        b"%PDF INV/2026/00001 121.0000",
    )
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_copies_and_answers_go_where_the_settings_say(shop):
    Email.update(cc="a@example.org, b@example.org").execute()
    shop.config = replace(shop.config, email=replace(shop.config.email, sender="billing@northwind.example", reply_to="desk@northwind.example"))  # fmt: skip
    mailer = KeepingMailer()
    run(shop, mailer, maximum=1)

    ((raw, envelope),) = mailer.sent
    message = email.message_from_bytes(raw, policy=default)
    assert envelope.recipients == ("zoe@example.org", "a@example.org", "b@example.org")
    assert message["From"] == "Northwind Living <billing@northwind.example>"
    assert message["Reply-To"] == "desk@northwind.example"
    assert message["Cc"] == "a@example.org, b@example.org"


def test_document_is_printed_as_it_stands_when_the_letter_leaves(shop):
    registering.register(shop, [Receipt(FIRST)])
    mailer = KeepingMailer()

    run(shop, mailer, maximum=1)

    assert b"application/pdf" in mailer.sent[0][0]
    message = email.message_from_bytes(mailer.sent[0][0], policy=default)
    assert next(message.iter_attachments()).get_content() == b"%PDF INV/2026/00001 0.0000"


def test_maximum_and_a_signal_end_the_run_between_letters(shop):
    assert told(run(shop, KeepingMailer(), maximum=1)) == [(FIRST, "changed")]

    assert run(shop, KeepingMailer(), stopping=lambda: True) == []
    assert states() == [("sent",), ("queued",)]


def test_letter_for_later_waits(shop):
    Email.update(not_before=NOW + timedelta(seconds=1)).where(Email.id == 1).execute()

    assert told(run(shop, KeepingMailer())) == [(SECOND, "changed")]


def test_first_sending_of_an_invoice_stays_on_record(shop):
    Invoice.update(sent_at=NOW - timedelta(days=1)).execute()

    run(shop, KeepingMailer())

    assert {invoice.sent_at for invoice in Invoice.select()} == {NOW - timedelta(days=1)}


def test_dry_run_lists_what_would_be_sent(shop):
    shop.dry_run = True
    mailer = KeepingMailer()

    assert told(run(shop, mailer, maximum=1)) == [(FIRST, "would_change")]
    assert mailer.calls == []
    assert states() == [("queued",), ("queued",)]


# Not begun


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        (
            Config(),
            "mail cannot be sent: email.from and email.smtp.host are not set because there is no configuration file",
            "shopctl config init writes one; set email.from and email.smtp.host in it",
        ),
        (
            replace(CONFIG, email=replace(CONFIG.email, smtp=Smtp()), source="shop.yaml"),
            "mail cannot be sent: email.smtp.host is not set in shop.yaml",
            "set email.smtp.host in that file",
        ),
        (
            replace(CONFIG, email=replace(CONFIG.email, sender="a..b@x")),
            "email.from: 'a..b@x' is not one plain e-mail address",
            "write one address such as anna@example.com, with a plain ASCII name before the @",
        ),
    ],
)
def test_missing_settings_are_named(shop, config, message, hint):
    shop.config = config
    mailer = KeepingMailer()

    with pytest.raises(ConfigError) as caught:
        run(shop, mailer)

    assert (caught.value.code, caught.value.status) == ("email.not_configured", ExitStatus.CONFIG)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert mailer.calls == []


def test_readers_may_not_deliver(shop):
    shop.actor = Actor("ron", "readonly")

    with pytest.raises(ForbiddenError):
        run(shop, KeepingMailer())


def test_one_run_at_a_time(shop, database_url):
    other = connect(database_url)
    mailer = KeepingMailer()

    with other.connection_context(), named_lock(other, "email") as theirs, pytest.raises(TemporaryError) as caught:
        run(shop, mailer)

    assert theirs
    assert (caught.value.code, caught.value.status) == ("email.busy", ExitStatus.TEMPORARY)
    assert mailer.calls == []
    assert told(run(shop, mailer)) == [(FIRST, "changed"), (SECOND, "changed")]


def test_server_that_does_not_answer_leaves_the_queue_as_it_was(shop):
    mailer = KeepingMailer(opening=TemporaryError("email.server", "the mail server does not answer"))

    with pytest.raises(TemporaryError):
        run(shop, mailer)

    assert mailer.calls == ["open", "close"]
    assert states("attempts", "owner") == [("queued", 0, "")] * 2


# Certainly not sent


def test_letter_that_is_not_taken_now_is_tried_again_later(shop):
    outcomes = run(shop, KeepingMailer([LATER]))

    assert told(outcomes) == [(FIRST, "email.server"), (SECOND, "changed")]
    assert outcomes[0].error.message == "the letter about INV/2026/00001 was not taken: 451 greylisted"
    assert outcomes[0].error.hint == "it is tried again after 1 minute"
    assert states("attempts", "not_before", "lease", "phase", "reply", "sent_at")[0] == (
        "queued", 1, NOW + timedelta(minutes=1), "", "", "451 greylisted", None,
    )  # fmt: skip
    assert Invoice.get_by_id(1).sent_at is None
    assert journal(FIRST) == ['email.queued {"email":1}', 'email.deferred {"email":1}']


def test_pauses_grow_and_the_sixth_failure_is_the_last(shop):
    waited = []
    for _ in range(5):
        run(shop, KeepingMailer([LATER]), maximum=1)
        ((_, then), _) = states("not_before")
        waited.append((then - shop.now) // timedelta(minutes=1))
        Email.update(not_before=then + timedelta(days=1)).where(Email.id == 2).execute()
        shop.now = then

    outcomes = run(shop, KeepingMailer([LATER]), maximum=1)

    assert waited == [1, 5, 15, 60, 240]
    assert told(outcomes) == [(FIRST, "email.rejected")]
    assert states("attempts")[0] == ("failed", 6)


def test_letter_that_will_never_be_taken_fails_and_the_next_goes_on(shop):
    outcomes = run(shop, KeepingMailer([NEVER]))

    assert told(outcomes) == [(FIRST, "email.rejected"), (SECOND, "changed")]
    assert outcomes[0].error.message == (
        "the letter about INV/2026/00001 to zoe@example.org could not be delivered: 550 no such user"
    )
    assert states("reply") == [("failed", "550 no such user"), ("sent", "250 2.0.0 kept")]
    assert journal(FIRST)[1:] == ['email.failed {"email":1}']


@pytest.mark.parametrize("reply", ["5.2.2 over limit", "user is over Quota", "mailbox full"])
def test_full_mailbox_is_tried_again(shop, reply):
    run(shop, KeepingMailer([DeliveryError("recipient", 552, reply, lost=False)]), maximum=1)

    assert states()[0] == ("queued",)


def test_broken_connection_is_made_anew(shop):
    mailer = KeepingMailer([BROKEN])

    assert told(run(shop, mailer)) == [(FIRST, "email.server"), (SECOND, "changed")]
    assert mailer.calls == ["open", "send", "close", "open", "send", "close"]
    assert states() == [("queued",), ("sent",)]


def test_server_that_breaks_every_connection_is_left_alone(shop):
    bill(shop, "S4", send=True)
    for key in range(4, 8):
        values = Email.select().where(Email.id == 3).dicts().get() | {
            "id": key,
            "key": f"invoice:INV/2026/00003:0#{key}",
            "message_id": f"m{key}",
        }
        Email.insert(values).execute()
    mailer = KeepingMailer([BROKEN] * 9)
    seen = []

    with pytest.raises(TemporaryError) as caught:
        seen.extend(deliver(shop, mailer, PlainPrinter()))

    assert caught.value.message == "the mail server broke the connection 5 times in a row"
    assert mailer.calls.count("open") == 5
    assert states("attempts") == [("queued", 1)] * 5 + [("queued", 0)] * 2


def test_sender_that_is_refused_stops_the_run_and_costs_no_attempt(shop):
    mailer = KeepingMailer([DeliveryError("sender", 550, "not yours", lost=False)])

    with pytest.raises(ConfigError) as caught:
        run(shop, mailer)

    assert caught.value.message == (
        "the mail server takes no mail from Northwind Living <billing@northwind.example>: 550 not yours"
    )
    assert states("attempts", "lease") == [("queued", 0, "")] * 2


def test_document_that_cannot_be_printed_fails_alone(shop):
    refusal = RefusedError("print.glyphs", "INV/2026/00001 cannot be printed: no configured font has 株")

    outcomes = run(shop, KeepingMailer(), PlainPrinter({FIRST: refusal}))

    assert told(outcomes) == [(FIRST, "print.glyphs"), (SECOND, "changed")]
    assert states("reply")[0] == ("failed", "INV/2026/00001 cannot be printed: no configured font has 株")


def test_printer_without_its_font_stops_the_run(shop):
    mailer = KeepingMailer()

    with pytest.raises(ConfigError):
        run(shop, mailer, PlainPrinter({FIRST: ConfigError("print.font", "no such font")}))

    assert mailer.calls == ["open", "close"]
    assert states("attempts") == [("queued", 0)] * 2


def test_address_that_went_bad_in_the_outbox_is_not_written_to(shop):
    Email.update(recipient="a@x.org\nBcc: b@y.org").where(Email.id == 1).execute()
    mailer = KeepingMailer()

    assert told(run(shop, mailer)) == [(FIRST, "email.address"), (SECOND, "changed")]
    assert len(mailer.sent) == 1


@pytest.mark.parametrize("change", [{"state": "cancelled"}, {"revision": 1}])
def test_letter_whose_reason_is_gone_is_cancelled(shop, change):
    Invoice.update(**change).where(Invoice.id == 1).execute()
    mailer = KeepingMailer()

    assert told(run(shop, mailer)) == [(FIRST, "skipped"), (SECOND, "changed")]
    assert states("reply", "attempts")[0] == ("cancelled", "the document is not posted any more, or was changed", 0)
    assert len(mailer.sent) == 1


# Nobody knows


def test_silence_after_the_final_dot_is_uncertain_and_stays_so(shop):
    outcomes = run(shop, KeepingMailer([SILENT]))

    assert told(outcomes) == [(FIRST, "email.uncertain"), (SECOND, "changed")]
    assert outcomes[0].error.message == (
        "nobody knows whether the letter about INV/2026/00001 was delivered: Connection unexpectedly closed"
    )
    shop.now += timedelta(days=9)
    again = KeepingMailer()
    assert run(shop, again) == []
    assert again.sent == []
    assert states("sent_at")[0] == ("uncertain", None)
    assert Invoice.get_by_id(1).sent_at is None


def test_refusal_after_the_final_dot_is_certain(shop):
    run(
        shop, KeepingMailer([DeliveryError("end", 554, "spam", lost=False), DeliveryError("end", 451, "x", lost=False)])
    )

    assert states() == [("failed",), ("queued",)]


# Senders that died


def claimed(shop, *, handed_over):
    letter = outbox_moves.claim(shop)
    if handed_over:
        outbox_moves.hand_over(shop, letter)
    return letter


def test_letter_of_a_dead_sender_that_was_not_handed_over_is_sent(shop):
    claimed(shop, handed_over=False)

    assert sorted(told(run(shop, KeepingMailer()))) == [(FIRST, "changed"), (SECOND, "changed")]
    assert states("attempts") == [("sent", 2), ("sent", 1)]


def test_letter_of_a_dead_sender_that_was_handed_over_is_uncertain(shop):
    claimed(shop, handed_over=True)
    mailer = KeepingMailer()

    outcomes = run(shop, mailer)

    assert told(outcomes) == [(FIRST, "email.uncertain"), (SECOND, "changed")]
    assert len(mailer.sent) == 1
    assert states("reply")[0] == ("uncertain", "the run that sent it ended before the mail server answered")


def test_letter_that_killed_every_sender_fails(shop):
    claimed(shop, handed_over=False)
    Email.update(attempts=6).where(Email.id == 1).execute()

    assert told(run(shop, KeepingMailer())) == [(FIRST, "email.rejected"), (SECOND, "changed")]
    assert states("attempts")[0] == ("failed", 6)


def test_claims_are_never_given_twice(shop):
    claims = [outbox_moves.claim(shop) for _ in range(3)]

    assert [claim and claim.id for claim in claims] == [1, 2, None]
    assert len({claim.lease for claim in claims if claim}) == 2


def test_sender_that_lost_its_letter_does_not_hand_it_over(shop):
    letter = claimed(shop, handed_over=False)
    list(outbox_moves.orphans(shop, 6))

    with pytest.raises(TemporaryError) as caught:
        outbox_moves.hand_over(shop, letter)

    assert caught.value.code == "email.busy"
    with pytest.raises(TemporaryError):
        outbox_moves.settle(shop, letter, "sent", "250 fine", sent_at=NOW)
    assert states("sent_at")[0] == ("queued", None)


def test_sender_that_was_thought_dead_can_still_tell_that_its_letter_was_taken(shop):
    letter = claimed(shop, handed_over=True)
    list(outbox_moves.orphans(shop, 6))

    outbox_moves.settle(shop, letter, "sent", "250 fine", sent_at=NOW)

    assert states("sent_at")[0] == ("sent", NOW)


# With a real server


def smtp(shop, port):
    settings = replace(shop.config.email.smtp, port=port)
    return SmtpTransport(settings)


def test_real_server_gets_the_printed_invoice(shop):
    with RealServer() as server:
        outcomes = run(shop, smtp(shop, server.port), Printer(FontSettings()))

    assert told(outcomes) == [(FIRST, "changed"), (SECOND, "changed")]
    messages = [email.message_from_bytes(envelope.content, policy=default) for envelope in server.kept.envelopes]
    assert [message["To"] for message in messages] == ["zoe@example.org", "nord@example.org"]
    assert [message["Content-Language"] for message in messages] == ["en", "de"]
    files = [next(message.iter_attachments()) for message in messages]
    assert [file.get_filename() for file in files] == ["INV_2026_00001.pdf", "INV_2026_00002.pdf"]
    assert [file.get_content()[:5] for file in files] == [b"%PDF-", b"%PDF-"]
    assert states("reply") == [("sent", "250 2.0.0 kept")] * 2


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"DATA": DROP}, [("queued", "Connection unexpectedly closed")] * 2),
        ({"content": DROP}, [("uncertain", "Connection unexpectedly closed")] * 2),
        ({"RCPT": "450 busy"}, [("queued", "450 zoe@example.org: busy"), ("queued", "450 nord@example.org: busy")]),
        ({"content": "554 spam"}, [("failed", "554 spam")] * 2),
        ({"content": "?"}, [("uncertain", "the server answered nonsense")] * 2),
    ],
)
def test_hostile_server_duplicates_and_loses_nothing(shop, replies, expected):
    with HostileServer(replies) as server:
        run(shop, smtp(shop, server.port))
        again = KeepingMailer()
        run(shop, again)

    assert again.sent == []
    assert states("reply") == expected
    assert {invoice.sent_at for invoice in Invoice.select()} == {None}
