"""Several runs at once, their pace, the log of attempts, and what is looked at when a letter is claimed."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email.policy import default

import pytest

from shopctl.db.connection import connect, is_sqlite
from shopctl.db.locks import named_lock
from shopctl.domain.mail import DeliveryError
from shopctl.domain.outcomes import Change, Done
from shopctl.errors import ConfigError, TemporaryError
from shopctl.models import Email, EmailAttempt
from shopctl.services import outbox as moves
from shopctl.services import rechecking, suppressing
from shopctl.services.delivering import deliver
from shopctl.services.letters import Letter
from shopctl.services.rechecking import Verdict
from tests.services.mail_shop import CONFIG, KeepingMailer, PlainPrinter, bill, fill, outbox
from tests.support.shops import NOW

FIRST = "INV/2026/00001"
SECOND = "INV/2026/00002"
BUSY = DeliveryError("recipient", 451, "greylisted", lost=False)


def settings(**changes):
    return replace(CONFIG, email=replace(CONFIG.email, **changes))


@pytest.fixture
def shop(shop):
    shop.config = CONFIG
    fill(shop)
    bill(shop, "S1", "S2", send=True)
    return shop


def run(shop, mailer=None, **options):
    return list(deliver(shop, mailer or KeepingMailer(), PlainPrinter(), **options))


def told(outcomes):
    return [
        (item.reference, str(item.change)) if isinstance(item, Done) else (item.reference, item.error.code)
        for item in outcomes
    ]


def attempts(key=1):
    query = EmailAttempt.select(EmailAttempt.at, EmailAttempt.state, EmailAttempt.phase, EmailAttempt.reply)
    return list(query.where(EmailAttempt.email == key).order_by(EmailAttempt.id).tuples())


class Clock:
    """Stands still until somebody rests."""

    def __init__(self):
        self.now = NOW
        self.rested = 0.0

    def __call__(self):
        return self.now

    def rest(self, seconds):
        self.rested += seconds
        self.now += timedelta(seconds=seconds)


# Places


@pytest.fixture
def url(shop, request):
    sqlite = is_sqlite(shop.database)
    return f"sqlite:///{shop.database.database}" if sqlite else request.getfixturevalue("kept_postgresql_url")


def test_as_many_runs_as_the_settings_allow(shop, url):
    shop.config = settings(senders=2)
    first, second = connect(url), connect(url)

    with first.connection_context(), named_lock(first, "email") as one:
        outcomes = run(shop, maximum=1)
        with second.connection_context(), named_lock(second, "email-2") as two, pytest.raises(TemporaryError) as caught:
            run(shop)

    assert one
    assert two
    assert told(outcomes) == [(FIRST, "changed")]
    assert caught.value.code == "email.busy"
    assert caught.value.message == "2 runs of email send are at work, which is as many as email.senders allows"


@pytest.mark.parametrize(("owner", "alive"), [("email-2", True), ("email-2", False), ("host:17", False)])
def test_letter_of_another_sender_is_touched_only_when_its_place_is_free(shop, url, owner, alive):
    shop.config = settings(senders=2)
    moves.hand_over(shop, moves.claim(shop, owner))
    other = connect(url)

    with other.connection_context(), named_lock(other, "email-2" if alive else "spare"):
        outcomes = run(shop)

    assert told(outcomes) == ([] if alive else [(FIRST, "email.uncertain")]) + [(SECOND, "changed")]
    assert outbox("state")[0] == ("sending" if alive else "uncertain",)


def test_letter_that_moved_on_is_left_alone(shop, monkeypatch):
    letter = moves.claim(shop)
    free = moves.slots.vacated

    def vacated(*given):
        moves.hand_over(shop, letter)
        return free(*given)

    monkeypatch.setattr(moves.slots, "vacated", vacated)

    assert [row.state for row in moves.orphans(shop, 6)] == ["uncertain"]


def test_sender_that_lost_its_claim_leaves_the_log_of_the_other_alone(shop):
    letter = moves.claim(shop)
    Email.update(lease="of another sender").where(Email.id == letter.id).execute()
    before = attempts(letter.id)

    with pytest.raises(TemporaryError):
        moves.hand_over(shop, letter)

    assert attempts(letter.id) == before == [(NOW, "sending", "", "")]


# Pace


def test_no_more_letters_a_minute_than_allowed_over_all_runs(shop):
    bill(shop, "S4", send=True)
    clock = Clock()
    shop.config, shop.clock = settings(rate=2), clock

    first = run(shop, maximum=1, rest=clock.rest)
    clock.now += timedelta(seconds=20)
    mailer = KeepingMailer()
    second = run(shop, mailer, rest=clock.rest)

    assert told(first + second) == [(FIRST, "changed"), (SECOND, "changed"), ("INV/2026/00003", "changed")]
    assert round(clock.rested) == 41
    assert outbox("sent_at") == [(NOW,), (NOW + timedelta(seconds=20),), (NOW + timedelta(seconds=61),)]
    assert mailer.calls == ["open", "send", "close", "open", "send", "close"]


def test_a_signal_ends_the_waiting_at_once(shop):
    clock = Clock()
    shop.config, shop.clock = settings(rate=1), clock

    outcomes = run(shop, rest=clock.rest, stopping=lambda: clock.rested > 0)

    assert told(outcomes) == [(FIRST, "changed")]
    assert clock.rested == 0.1


def test_a_clock_that_stands_still_spaces_letters_evenly(shop):
    shop.config = settings(rate=20)
    rests = []

    assert len(run(shop, rest=rests.append)) == 2
    assert round(sum(rests), 3) == 3


def test_a_clock_that_was_set_back_stops_nothing(shop):
    run(shop, maximum=1)
    EmailAttempt.update(at=NOW + timedelta(days=1)).execute()
    Email.update(not_before=NOW + timedelta(days=1)).where(Email.id == 2).execute()
    clock = Clock()
    shop.config, shop.clock = settings(rate=1), clock

    assert told(run(shop, rest=clock.rest)) == [(SECOND, "changed")]
    assert clock.rested == 0


def test_long_runs_tell_the_time_of_each_letter(shop):
    clock = Clock()
    shop.clock = clock
    outcomes = deliver(shop, KeepingMailer([None, BUSY]), PlainPrinter())

    next(outcomes)
    clock.now += timedelta(minutes=30)
    next(outcomes)

    assert outbox("sent_at", "not_before") == [(NOW, NOW), (None, NOW + timedelta(minutes=31))]


# The log


def test_every_attempt_is_kept(shop):
    Email.update(state="cancelled").where(Email.id == 2).execute()

    run(shop, KeepingMailer([BUSY]))
    shop.now += timedelta(minutes=1)
    run(shop, KeepingMailer([DeliveryError("end", 0, "Connection unexpectedly closed", lost=True)]))

    assert attempts() == [
        (NOW, "queued", "recipient", "451 greylisted"),
        (NOW + timedelta(minutes=1), "uncertain", "end", "Connection unexpectedly closed"),
    ]


def test_attempt_that_broke_off_is_told_by_the_next_run(shop):
    moves.hand_over(shop, moves.claim(shop))
    moves.claim(shop)

    run(shop)

    assert attempts() == [(NOW, "uncertain", "data", moves.BROKEN_OFF)]
    assert attempts(2) == [(NOW, "queued", "", moves.BROKEN_OFF), (NOW, "sent", "end", "250 2.0.0 kept")]


# Looked at when it is claimed


def test_new_words_are_stored_before_they_leave(shop, monkeypatch):
    words = Letter("Now 5 EUR", "Pay 5 EUR.\n", "<p>Pay 5 EUR.</p>")
    monkeypatch.setitem(rechecking.RECHECKS, "reminder", lambda _shop, _claim: Verdict(letter=words))
    Email.update(kind="reminder", invoice=None).where(Email.id == 1).execute()
    mailer = KeepingMailer([DeliveryError("end", 0, "silence", lost=True)])

    run(shop, mailer, maximum=1)

    assert outbox("state", "subject", "text", "html")[0] == ("uncertain", *words[:3])


def test_letter_whose_reason_is_gone_never_leaves(shop, monkeypatch):
    monkeypatch.setitem(rechecking.RECHECKS, "reminder", lambda _shop, _claim: Verdict("everything is paid"))
    Email.update(kind="reminder", invoice=None).where(Email.id == 1).execute()

    outcomes = run(shop, maximum=1)

    assert (outcomes[0].change, outcomes[0].notes) == (Change.SKIPPED, ("everything is paid",))
    assert outbox("state", "reply")[0] == ("cancelled", "everything is paid")


def suppress(shop, address, scope):
    assert isinstance(suppressing.add(shop, [address], scope)[0], Done)
    Email.update(state="queued").execute()


@pytest.mark.parametrize(("scope", "kind", "state"), [
    ("all", "invoice", "cancelled"), ("marketing", "invoice", "sent"), ("marketing", "recovery", "cancelled"),
])  # fmt: skip
def test_address_on_the_list_gets_nothing(shop, monkeypatch, scope, kind, state):
    monkeypatch.delitem(rechecking.RECHECKS, "recovery")
    Email.update(kind=kind).where(Email.id == 1).execute()
    suppress(shop, "Zoe@example.org", scope)

    run(shop, maximum=1)

    assert outbox("state")[0] == (state,)


def test_letters_that_advertise_can_be_unsubscribed_from(shop, monkeypatch):
    monkeypatch.delitem(rechecking.RECHECKS, "recovery")
    Email.update(kind="recovery", invoice=None).where(Email.id == 1).execute()
    mailer = KeepingMailer()

    run(shop, mailer)

    first, second = (email.message_from_bytes(raw, policy=default) for raw, _ in mailer.sent)
    assert first["List-Unsubscribe"].startswith("<mailto:billing@northwind.example?subject=unsubscribe%20k1")
    assert second["List-Unsubscribe"] is None


# Recipients


def test_copy_that_is_refused_is_kept_with_its_reply(shop):
    Email.update(cc="a@example.org, b@example.org").where(Email.id == 1).execute()
    mailer = KeepingMailer()
    mailer.refused = (("b@example.org", "550 no such user"),)

    outcomes = run(shop, mailer, maximum=1)

    assert outcomes[0].notes == ("no copy to b@example.org: 550 no such user",)
    assert outbox("state", "refused")[0] == ("sent", "b@example.org: 550 no such user")


def test_copy_to_an_address_on_the_list_is_left_out(shop):
    Email.update(cc="a@example.org, b@example.org").where(Email.id == 1).execute()
    suppress(shop, "b@example.org", "all")
    mailer = KeepingMailer()

    run(shop, mailer, maximum=1)

    assert mailer.sent[0][1].recipients == ("zoe@example.org", "a@example.org")
    assert outbox("refused")[0] == ("b@example.org: gets no letters",)


def test_last_attempt_does_not_wait_for_copies(shop):
    mailer = KeepingMailer()
    Email.update(attempts=5).where(Email.id == 1).execute()

    run(shop, mailer)

    assert [envelope.patient for _, envelope in mailer.sent] == [False, True]


# Named letters


def test_named_letters_leave_once_whenever_they_are_due(shop):
    Email.update(not_before=NOW + timedelta(hours=1)).execute()

    assert told(run(shop, KeepingMailer([BUSY]), only=[2])) == [(SECOND, "email.server")]
    assert outbox("state", "attempts") == [("queued", 0), ("queued", 1)]
    assert told(run(shop, only=[2])) == [(SECOND, "changed")]


# Headers


def test_letters_about_a_document_to_the_same_reader_are_a_conversation(shop):
    run(shop)
    for key, values in {3: {}, 4: {"recipient": "books@example.org"}}.items():
        letter = Email.select().where(Email.id == 1).dicts().get()
        Email.insert(letter | {"id": key, "key": f"{letter['key']}#{key}", "message_id": f"<m{key}@x.example>",
                               "state": "queued", **values}).execute()  # fmt: skip
    mailer = KeepingMailer()

    run(shop, mailer)

    again, other = (email.message_from_bytes(raw, policy=default) for raw, _ in mailer.sent)
    first = "<14b8e19e7a50106ec1ba9ff751d43b462680205b@northwind.example>"
    assert (again["Message-ID"], again["In-Reply-To"], again["References"]) == ("<m3@x.example>", first, first)
    assert (other["In-Reply-To"], other["References"]) == (None, None)


def test_reports_come_to_an_address_that_names_the_letter(shop):
    shop.config = settings(bounce_address="bounces@northwind.example")
    mailer = KeepingMailer()

    run(shop, mailer, maximum=1)

    assert mailer.sent[0][1].sender == "bounces+1-14b8e19e@northwind.example"


def test_address_for_reports_without_room_for_the_letter_is_refused_beforehand(shop):
    shop.config = settings(bounce_address=f"{'b' * 60}@northwind.example")

    with pytest.raises(ConfigError) as caught:
        run(shop)

    assert caught.value.message.startswith("email.bounce_address: ")
    assert outbox("state") == [("queued",), ("queued",)]
