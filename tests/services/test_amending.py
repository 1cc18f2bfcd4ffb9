"""What is done to letters by hand, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopctl.domain.outcomes import Done
from shopctl.models import Email, EmailAttempt, Invoice
from shopctl.services import amending, email_details, mailing
from shopctl.services import outbox as moves
from shopctl.services.delivering import deliver
from tests.services.mail_shop import CONFIG, KeepingMailer, PlainPrinter, bill, fill, journal, outbox
from tests.support.shops import NOW

FIRST = "INV/2026/00001"
STATES = ("queued", "sending", "sent", "uncertain", "failed", "held", "cancelled")


@pytest.fixture
def shop(shop):
    shop.config = CONFIG
    fill(shop)
    bill(shop, "S1", "S2", send=True)
    return shop


def do(shop, move, *references):
    return [
        str(one.change) if isinstance(one, Done) else one.error.code for one in amending.amend(shop, references, move)
    ]


def doubtful(shop):
    moves.hand_over(shop, moves.claim(shop))
    list(moves.orphans(shop, 6))
    shop.now += timedelta(hours=2)


@pytest.mark.parametrize(("move", "allowed", "unchanged"), [
    ("cancel", "queued held failed", "cancelled"),
    ("hold", "queued", "held"),
    ("requeue", "failed cancelled held", "queued"),
    ("arrived", "uncertain", "sent"),
    ("lost", "uncertain", "queued"),
])  # fmt: skip
def test_moves_by_state(shop, move, allowed, unchanged):
    after = amending.MOVES[move].after
    found = {}
    for state in STATES:
        Email.update(state=state).where(Email.id == 1).execute()
        found[state] = (do(shop, move, "1"), *outbox("state")[0])

    assert found == {
        state: (["changed"], after)
        if state in allowed.split()
        else (["unchanged" if state == unchanged else "email.state"], state)
        for state in STATES
    }


def test_a_reminder_that_was_sent_is_not_sent_once_more(shop):
    Email.update(state="sent", kind="reminder").where(Email.id == 1).execute()

    (refused,) = amending.amend(shop, ["1"], "cancel")

    assert refused.error.hint == "a step is reminded of once; the later ones come with shopctl reminder run"


def test_letter_that_did_not_arrive_leaves_again_under_its_name(shop):
    doubtful(shop)
    ((name,), _) = outbox("message_id")

    assert do(shop, "lost", "1") == ["changed"]
    mailer = KeepingMailer()
    list(deliver(shop, mailer, PlainPrinter()))

    assert f"Message-ID: {name}".encode() in mailer.sent[1][0]
    assert outbox("state", "attempts")[0] == ("sent", 1)
    assert journal(FIRST)[-2:] == ['email.resolved {"email":1,"state":"queued"}', 'email.sent {"email":1}']


def test_letter_that_arrived_was_sent_when_it_was_handed_over(shop):
    doubtful(shop)

    assert do(shop, "arrived", "1") == ["changed"]

    assert outbox("state", "reply", "sent_at", "lease")[0] == ("sent", "it arrived, says anna", NOW, "")
    assert Invoice.get_by_id(1).sent_at == NOW
    (details,) = email_details.show(["1"])
    assert [(one.at, one.state, one.phase) for one in details.attempts] == [
        (NOW, "uncertain", "data"), (NOW + timedelta(hours=2), "sent", "resolved"),
    ]  # fmt: skip


def test_sender_that_comes_back_finds_its_letter_resolved(shop):
    letter = moves.claim(shop)
    moves.hand_over(shop, letter)
    list(moves.orphans(shop, 6))
    do(shop, "lost", "1")

    with pytest.raises(moves.TemporaryError):
        moves.settle(shop, letter, "sent", "250 fine", sent_at=NOW)


def test_letter_that_waits_for_a_later_attempt_is_due_now(shop):
    Email.update(attempts=3, not_before=NOW + timedelta(hours=1)).where(Email.id == 1).execute()

    assert do(shop, "requeue", "1", "1") == ["changed", "changed"]
    assert outbox("attempts", "not_before")[0] == (0, NOW)
    assert do(shop, "requeue", "1") == ["unchanged"]


def test_letter_that_was_replaced_stays_where_it_is(shop):
    mailing.send_invoices(shop, [FIRST], resend=True)

    assert do(shop, "requeue", "1") == ["email.replaced"]
    assert outbox("state")[0] == ("cancelled",)
    assert amending.failed_letters() == []
    assert amending.replaced([1, 2, 3]) == {1: 3}
    Email.update(state="uncertain").where(Email.id == 1).execute()
    (refused,) = amending.amend(shop, ["1"], "lost")
    assert refused.error.hint == "shopctl email show 3; to close the old one: shopctl email resolve 1 --sent"


def test_letter_to_nobody_is_not_queued_again(shop):
    Email.update(state="failed", recipient="no address").where(Email.id == 1).execute()

    assert do(shop, "requeue", "1", "99", "x") == ["email.address", "email.unknown", "email.unknown"]


def test_dry_run_and_neighbours(shop):
    Email.update(state="sent", sent_at=NOW, reply="250").where(Email.id == 1).execute()
    assert do(shop, "cancel", "1", "2") == ["email.state", "changed"]

    shop.dry_run = True
    assert do(shop, "requeue", "2") == ["would_change"]
    assert outbox("state") == [("sent",), ("cancelled",)]


def test_failed_letters_are_those_that_nothing_replaced(shop):
    Email.update(state="failed").execute()

    assert amending.failed_letters() == ["1", "2"]
    assert amending.failed_letters([2]) == ["2"]
    assert EmailAttempt.select().count() == 0
