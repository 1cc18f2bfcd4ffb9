"""What comes back: bounces silence exactly the address that we wrote to, and nobody else's."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from shopctl.domain.bounces import Mail
from shopctl.models import Email, EmailAttempt
from shopctl.services import suppressing, unsubscribing
from shopctl.services.delivering import deliver
from shopctl.services.receiving import receive
from tests.domain.test_bounces import TEXT
from tests.services.mail_shop import CONFIG, KeepingMailer, PlainPrinter, bill, fill, journal, outbox
from tests.support.shops import NOW

FIRST = "INV/2026/00001"
BOUNCE = TEXT.replace(b"bounces+17-00c0ffee@", b"bounces@")
"""A report about the first letter, named by its message id."""


class Box:
    """Messages in a list; remembers what was done with them."""

    def __init__(self, *contents):
        self.mails = [Mail(str(place), content) for place, content in enumerate(contents, 1)]
        self.marked = []

    def messages(self):
        return iter(self.mails)

    def done(self, message, *, understood):
        self.marked.append((message.name, understood))


@pytest.fixture
def shop(shop):
    shop.config = CONFIG
    fill(shop)
    bill(shop, "S1", "S2", send=True)
    list(deliver(shop, KeepingMailer(), PlainPrinter(), maximum=1))
    return shop


def take(shop, *contents, **options):
    box = Box(*contents)
    outcomes = [
        (str(one.change), one.row.kind, one.row.email, one.row.recipient) for one in receive(shop, box, **options)
    ]
    return outcomes, box.marked


def silenced(*addresses):
    return suppressing.scopes(addresses or ["zoe@example.org", "books@example.org", "nord@example.org"])


def test_bounce_marks_the_letter_and_silences_its_reader(shop):
    outcomes, marked = take(shop, BOUNCE)

    assert outcomes == [("changed", "bounced", 1, "zoe@example.org")]
    assert marked == [("1", True)]
    assert silenced() == {"zoe@example.org": {"all"}}
    told = "5.1.1 550 5.1.1 <zoe@example.org>: no such user; 4.4.1 delayed"
    assert outbox("state", "reply")[0] == ("sent", f"bounced: {told}")
    last = EmailAttempt.select().where(EmailAttempt.email == 1).order_by(EmailAttempt.id.desc()).get()
    assert (last.at, last.state, last.phase, last.reply) == (NOW, "bounced", "reported", told)
    assert journal(FIRST)[-1] == 'email.bounced {"email":1}'


def test_a_report_is_taken_once(shop):
    outcomes, _ = take(shop, BOUNCE, BOUNCE)

    assert [one[0] for one in outcomes] == ["changed", "unchanged"]
    assert EmailAttempt.select().where(EmailAttempt.state == "bounced").count() == 1


def test_address_that_the_report_came_to_names_the_letter(shop):
    text = TEXT.replace(b"+17-00c0ffee@", b"+1-14b8e19e@").replace(b"Message-ID", b"X-Message-ID")

    assert take(shop, text)[0] == [("changed", "bounced", 1, "zoe@example.org")]


@pytest.mark.parametrize("change", [
    (b"14b8e19e7a50106ec1ba", b"00000000000000000000"),
    (b"Message-ID", b"X-Message-ID"),
])  # fmt: skip
@pytest.mark.parametrize("tag", [b"bounces+1-00000000@", b"bounces+1-@", b"bounces@"])
def test_forged_reports_silence_nobody(shop, change, tag):
    text = BOUNCE.replace(*change).replace(b"bounces@", tag)

    outcomes, marked = take(shop, text)

    assert outcomes == [("skipped", "unknown", None, "")]
    assert marked == [("1", False)]
    assert silenced() == {}


@pytest.mark.parametrize("state", ["queued", "failed", "cancelled", "held"])
def test_report_about_a_letter_that_never_left_is_unknown(shop, state):
    Email.update(state=state).execute()

    assert take(shop, BOUNCE)[0] == [("skipped", "unknown", None, "")]


def test_report_about_somebody_else_is_about_the_reader_we_wrote_to(shop):
    """Their mail is passed on to an address that does not exist."""
    take(shop, BOUNCE.replace(b"zoe@example.org", b"victim@example.com"))

    assert silenced("victim@example.com", "zoe@example.org") == {"zoe@example.org": {"all"}}


def test_with_several_readers_only_the_one_that_is_named(shop):
    Email.update(cc="victim@example.com").execute()

    take(shop, BOUNCE.replace(b"zoe@example.org", b"elsewhere@example.com"))

    assert silenced("victim@example.com", "zoe@example.org", "elsewhere@example.com") == {}


def test_delay_is_noted_only(shop):
    outcomes, _ = take(shop, BOUNCE.replace(b"Status: 5.1.1", b"Status: 4.2.2"))

    assert outcomes == [("changed", "delayed", 1, "")]
    assert silenced() == {}
    assert outbox("reply")[0][0].startswith("delayed: 4.2.2 550")


def test_a_delay_told_later_does_not_hide_that_it_came_back(shop):
    take(shop, BOUNCE)

    outcomes, _ = take(shop, BOUNCE.replace(b"Status: 5.1.1", b"Status: 5.2.2"))

    assert outcomes == [("changed", "delayed", 1, "")]
    assert outbox("reply")[0][0].startswith("bounced: 5.1.1")


def test_complaint_ends_letters_that_advertise(shop):
    text = BOUNCE.replace(b"message/delivery-status", b"message/feedback-report")

    assert take(shop, text)[0] == [("changed", "complained", 1, "zoe@example.org")]
    assert silenced() == {"zoe@example.org": {"marketing"}}


def test_mail_that_unsubscribes(shop):
    token = unsubscribing.token_of(unquote(unsubscribing.headers(shop, "zoe@example.org")["List-Unsubscribe"]))
    text = f"To: leave@shop.example\nSubject: unsubscribe {token}\n\n".encode()

    outcomes, marked = take(shop, text, text.replace(token.encode(), token.encode()[:-4] + b"AAAA"))

    assert [one[:2] for one in outcomes] == [("changed", "unsubscribed"), ("skipped", "other")]
    assert marked == [("1", True), ("2", False)]
    assert silenced() == {"zoe@example.org": {"marketing"}}


def test_dry_run_marks_nothing(shop):
    shop.dry_run = True

    outcomes, marked = take(shop, BOUNCE)

    assert outcomes == [("would_change", "bounced", 1, "zoe@example.org")]
    assert (marked, silenced()) == ([], {})


def test_maximum_and_a_signal_end_the_run_between_messages(shop):
    assert len(take(shop, b"", b"", b"", maximum=2)[0]) == 2
    assert len(take(shop, b"", b"", stopping=lambda: True)[0]) == 1
