"""Letters that are queued once, and the outbox they wait in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopctl.config import Config
from shopctl.domain.access import Actor
from shopctl.domain.outcomes import Change, Done, Failed
from shopctl.errors import ForbiddenError, NotFoundError, RefusedError
from shopctl.models import Email, Event, Invoice
from shopctl.services import confirming, mailing, queueing
from shopctl.services.listing import emails as listing
from shopctl.services.listing.emails import EmailFilter
from shopctl.services.queueing import EmailRow
from tests.services.mail_shop import CONFIG, bill, fill, journal, opened, outbox
from tests.support.shops import NOW


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        yield shop


def send(shop, *references, **wishes):
    return mailing.send_invoices(shop, references, **wishes)


def mark(state, key=1, **values):
    Email.update(state=state, **values).where(Email.id == key).execute()


def errors(outcomes):
    return [(outcome.reference, outcome.error.code) for outcome in outcomes if isinstance(outcome, Failed)]


# Queueing


def test_confirming_with_send_queues_the_letter(shop):
    bill(shop, "S1", send=True)

    assert outbox(
        "id", "key", "document", "kind", "recipient", "cc", "subject", "state", "attempts", "not_before", "invoice",
        "message_id", "sent_at",
    ) == [
        (
            1, "invoice:INV/2026/00001:0", "INV/2026/00001", "invoice", "zoe@example.org", "",
            "Invoice INV/2026/00001 from Northwind Living", "queued", 0, NOW, 1,
            "<14b8e19e7a50106ec1ba9ff751d43b462680205b@northwind.example>", None,
        )
    ]  # fmt: skip
    ((text, html),) = outbox("text", "html")
    assert "Please pay 121.00 EUR by 20 September 2026." in text
    assert "Please pay 121.00 EUR by 20 September 2026." in html
    assert journal("INV/2026/00001") == ['email.queued {"email":1}']


def test_letter_is_in_the_language_of_the_customer(shop):
    bill(shop, "S2", send=True)

    assert outbox("subject") == [("Rechnung INV/2026/00001 von Northwind Living",)]


def test_queueing_twice_queues_once(shop):
    bill(shop, "S1", "S2", send=True)
    shop.entries = []

    mailing.queue_invoices(shop, [1, 2])

    assert outbox("id") == [(1,), (2,)]
    assert shop.entries == []


def test_new_revision_of_an_invoice_gets_its_own_letter(shop):
    bill(shop, "S1", send=True)
    Invoice.update(revision=1).execute()

    mailing.queue_invoices(shop, [1])

    assert outbox("key") == [("invoice:INV/2026/00001:0",), ("invoice:INV/2026/00001:1",)]


def test_drafts_are_not_queued(shop):
    bill(shop, "S1", confirm=False)

    mailing.queue_invoices(shop, [1])

    assert outbox("id") == []


def test_address_that_is_none_keeps_the_letter_as_failed(shop):
    bill(shop, "S1")
    Invoice.update(customer_email="zoe@example.org, evil@example.org").execute()

    mailing.queue_invoices(shop, [1])

    assert outbox("recipient", "state", "reply") == [
        (
            "zoe@example.org, evil@example.org",
            "failed",
            "'zoe@example.org, evil@example.org' is not one plain e-mail address",
        )
    ]


def test_message_id_differs_between_shops_and_letters():
    names = {
        queueing.message_id(CONFIG, b"1", "invoice:INV/2026/00001:0"),
        queueing.message_id(CONFIG, b"1", "invoice:INV/2026/00001:1"),
        queueing.message_id(replace(CONFIG, shop=replace(CONFIG.shop, name="Other")), b"1", "invoice:INV/2026/00001:0"),
        queueing.message_id(CONFIG, b"2", "invoice:INV/2026/00001:0"),
    }

    assert len(names) == 4
    assert queueing.message_id(Config(), b"1", "x").endswith("@shopctl.invalid>")


def test_confirming_without_an_address_is_refused(shop):
    bill(shop, "S3", confirm=False)

    (outcome,) = confirming.confirm(shop, ["DRAFT/00001"], send=True)

    assert errors([outcome]) == [("DRAFT/00001", "email.no_address")]
    assert outcome.error.message == "DRAFT/00001 has no e-mail address to send to"
    assert outbox("id") == []


# invoice send


def test_send_queues_posted_invoices(shop):
    bill(shop, "S1", "S2")

    outcomes = send(shop, "INV/2026/00001", "inv-2026-00002")

    assert outcomes == [
        Done(
            "INV/2026/00001",
            Change.CREATED,
            EmailRow(
                1, "invoice", "INV/2026/00001", "zoe@example.org", "Invoice INV/2026/00001 from Northwind Living",
                "queued", 0, NOW, None, "",
            ),
        ),
        Done(
            "inv-2026-00002",
            Change.CREATED,
            EmailRow(
                2, "invoice", "INV/2026/00002", "nord@example.org", "Rechnung INV/2026/00002 von Northwind Living",
                "queued", 0, NOW, None, "",
            ),
        ),
    ]  # fmt: skip


def test_one_invoice_named_twice_is_queued_once(shop):
    bill(shop, "S1")

    outcomes = send(shop, "INV/2026/00001", "inv-2026-00001")

    assert [outcome.change for outcome in outcomes] == [Change.CREATED, Change.UNCHANGED]
    assert outbox("id") == [(1,)]


@pytest.mark.parametrize(
    ("state", "note"),
    [
        (
            "queued",
            "INV/2026/00001 is queued for zoe@example.org already; shopctl email send delivers it, --resend queues it anew",
        ),
        ("sending", "INV/2026/00001 is being sent to zoe@example.org; shopctl email list shows what came of it"),
        (
            "sent",
            "INV/2026/00001 was sent to zoe@example.org on 2026-08-21; send it again: "
            "shopctl invoice send INV/2026/00001 --resend",
        ),
        (
            "uncertain",
            "INV/2026/00001 may have reached zoe@example.org, the mail server did not say; send it again: "
            "shopctl invoice send INV/2026/00001 --resend",
        ),
    ],
)
def test_what_is_queued_or_sent_is_unchanged(shop, state, note):
    bill(shop, "S1", send=True)
    mark(state, sent_at=NOW if state == "sent" else None)

    (outcome,) = send(shop, "INV/2026/00001")

    assert (outcome.change, outcome.notes, outcome.row.state) == (Change.UNCHANGED, (note,), state)
    assert outbox("id") == [(1,)]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_letter_that_never_went_out_is_queued_anew(shop, state):
    bill(shop, "S1", send=True)
    mark(state)

    (outcome,) = send(shop, "INV/2026/00001", to="other@example.org")

    assert (outcome.change, outcome.row.id, outcome.row.recipient) == (Change.CREATED, 2, "other@example.org")
    assert outbox("key", "state") == [("invoice:INV/2026/00001:0", state), ("invoice:INV/2026/00001:0#2", "queued")]


@pytest.mark.parametrize("state", ["sent", "uncertain"])
def test_resend_sends_once_more(shop, state):
    bill(shop, "S1", send=True)
    mark(state)

    (outcome,) = send(shop, "INV/2026/00001", resend=True)

    assert outcome.change is Change.CREATED
    assert outbox("key", "state") == [("invoice:INV/2026/00001:0", state), ("invoice:INV/2026/00001:0#2", "queued")]


def test_resend_replaces_a_letter_that_still_waits(shop):
    bill(shop, "S1", send=True)

    send(shop, "INV/2026/00001", to="other@example.org", resend=True)

    assert outbox("recipient", "state", "reply") == [
        ("zoe@example.org", "cancelled", "replaced by a newer letter"),
        ("other@example.org", "queued", ""),
    ]
    assert journal("INV/2026/00001") == [
        'email.queued {"email":1}',
        'email.cancelled {"email":1}',
        'email.queued {"email":2}',
    ]


def test_resend_leaves_a_letter_alone_that_is_being_sent(shop):
    bill(shop, "S1", send=True)
    mark("sending")

    (outcome,) = send(shop, "INV/2026/00001", resend=True)

    assert outcome.change is Change.UNCHANGED
    assert outbox("id") == [(1,)]


def test_addresses_and_message_that_were_typed(shop):
    bill(shop, "S3")

    send(
        shop,
        "INV/2026/00001",
        to="jorg@bücher.example",
        cc="a@example.org, b@example.org",
        message="Hi",
    )

    assert outbox("recipient", "cc") == [("jorg@xn--bcher-kva.example", "a@example.org, b@example.org")]
    assert "\n\nHi\n\nPlease find your invoice" in outbox("text")[0][0]


def test_address_of_the_customer_of_today_helps_an_invoice_that_lacks_one(shop):
    bill(shop, "S3")
    shop.database.execute_sql("UPDATE customers SET email = 'found@example.org' WHERE code = 'C3'")

    (outcome,) = send(shop, "INV/2026/00001")

    assert outcome.row.recipient == "found@example.org"


def test_refusals_do_not_disturb_their_neighbours(shop):
    bill(shop, "S3", "S1")
    bill(shop, "S2", confirm=False)

    outcomes = send(shop, "INV/2026/00009", "INV/2026/00001", "DRAFT/00003", "INV/2026/00002")

    assert errors(outcomes) == [
        ("INV/2026/00009", "invoice.unknown"),
        ("INV/2026/00001", "email.no_address"),
        ("DRAFT/00003", "invoice.not_posted"),
    ]
    assert outcomes[2].error.message == "DRAFT/00003 is a draft, and only a posted document can be sent"
    assert outcomes[2].error.hint == "shopctl invoice confirm DRAFT/00003"
    assert outbox("document") == [("INV/2026/00002",)]


def test_address_that_is_not_exactly_one_is_refused(shop):
    bill(shop, "S1")
    before = Event.select().count()

    with pytest.raises(RefusedError) as caught:
        send(shop, "INV/2026/00001", to="a@x.org, b@y.org")

    assert caught.value.code == "email.address"
    assert outbox("id") == []
    assert Event.select().count() == before


def test_copies_are_checked_one_by_one(shop):
    bill(shop, "S1")

    with pytest.raises(RefusedError, match="'nobody' is not one plain e-mail address"):
        send(shop, "INV/2026/00001", cc="good@example.org, nobody")

    assert outbox("id") == []


def test_dry_run_shows_the_letter_and_queues_nothing(shop):
    bill(shop, "S1")
    shop.dry_run = True

    (outcome,) = send(shop, "INV/2026/00001")

    assert (outcome.change, outcome.row.recipient) == (Change.WOULD_CREATE, "zoe@example.org")
    assert outbox("id") == []


def test_readers_may_not_send(shop):
    bill(shop, "S1")
    shop.actor = Actor("ron", "readonly")

    with pytest.raises(ForbiddenError):
        send(shop, "INV/2026/00001")

    assert outbox("id") == []


def test_same_key_gives_the_same_answer(shop):
    bill(shop, "S1")
    shop.key = "k1"

    first = send(shop, "INV/2026/00001")
    second = send(shop, "INV/2026/00001")

    assert second == [replace(first[0], change=Change.REPLAYED)]
    assert outbox("id") == [(1,)]


# email list


@pytest.fixture
def letters(shop):
    bill(shop, "S1", "S2", "S4", send=True)
    mark("sent", 1)
    mark("uncertain", 2)
    return shop


def test_list_is_narrowed(letters):
    def found(**wanted):
        return [row.id for row in listing.search(EmailFilter(**wanted)).rows]

    assert found() == [3, 2, 1]
    assert found(queued=True) == [3]
    assert found(sent=True) == [1]
    assert found(failed=True) == [2]
    assert found(queued=True, failed=True) == [3, 2]
    assert found(document="inv-2026-00002") == [2]
    assert found(document="INV/2026/00003") == [3]
    assert found(to="NORD@") == [2]
    assert found(to="%") == []
    assert found(to="zoe@example.org", sent=True) == [1]


def test_list_is_paged_by_id(letters):
    first = listing.search(EmailFilter(), limit=2)
    rows = list(first.rows)

    assert ([row.id for row in rows], first.total, first.limit) == ([3, 2], 3, 2)
    assert [row.id for row in listing.search(EmailFilter(), limit=2, after="2").rows] == [1]


def test_list_after_an_unknown_letter_is_refused(letters):
    for after in ("7", "x", "²", "9" * 30):
        with pytest.raises(NotFoundError) as caught:
            listing.search(EmailFilter(), after=after)
        assert caught.value.code == "email.unknown"
