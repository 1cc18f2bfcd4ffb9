"""Nobody pays for a reminder that certainly did not leave, and what it was about is decided anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config
from shopctl.config.settings import Reminders
from shopctl.domain.mail import RECIPIENT, DeliveryError
from shopctl.services import amending, delivering, registering, reminder_runs, suppressing
from shopctl.services.receipts import Receipt
from shopctl.services.reminding import ALL
from tests.services.mail_shop import CONFIG, KeepingMailer, PlainPrinter
from tests.support.shop import at, bill, line, opened, order, sell, wrong

D = Decimal
DUE = date(2026, 9, 20)
"""When invoices of 21 August are due: thirty days later."""

CHARGING = Reminders(
    orders=(), invoices=(7, 14, 28), pause=0, fees=(D(5), D(10), D(15)), interest=D("9.27"), interest_from=1
)
FIRST = "INV/2026/00003"


@pytest.fixture
def shop(database_url):
    """Ann has two invoices of 100.00 and 50.00 that were due on 20 September; she is reminded seven days later."""
    with opened(database_url) as shop:
        sell(shop, order("S1", line(100)), order("S2", line(50)))
        bill(shop, "S1", "S2", terms="N30")
        remind(shop, 7)
        yield shop


def after(shop, days):
    config = Config(shop=CONFIG.shop, email=CONFIG.email, reminders=CHARGING)
    return replace(at(shop, DUE + timedelta(days)), config=config)


def remind(shop, days):
    now = after(shop, days)
    return [(one.row.document, one.row.step) for one in reminder_runs.run(now, reminder_runs.customers(now, ALL), ALL)]


def deliver(shop, days, *answers):
    mailer = KeepingMailer(answers)
    list(delivering.deliver(after(shop, days), mailer, PlainPrinter()))
    return len(mailer.sent)


def letters(*columns):
    fields = [getattr(models.Email, name) for name in columns]
    return list(models.Email.select(*fields).order_by(models.Email.id).tuples())


def steps():
    rows = models.Reminder.select().order_by(models.Reminder.id)
    return [(one.document, one.step, one.fee, one.charge_id) for one in rows]


def charge_left(number=FIRST):
    found = models.Invoice.get(models.Invoice.number == number)
    return found.amount_total - found.allocated


def test_a_document_that_is_paid_before_the_letter_leaves_costs_nothing_and_the_other_is_asked_for_anew(shop):
    # 100.00 x 7 x 9.27 % / 365 = 0.178, 50.00: 0.089
    assert charge_left() == D("10.27")
    registering.register(after(shop, 7), [Receipt("INV/2026/00001", provider="bank", transaction="b1")])

    assert deliver(shop, 8) == 0

    assert letters("state", "reply") == [
        (
            "cancelled",
            "it charges for INV/2026/00001, which is settled; the next run of reminders writes another one",
        )
    ]
    assert (charge_left(), steps()) == (D(0), [])
    credited = models.Invoice.get(models.Invoice.type == "credit_note")
    assert (credited.number, credited.amount_total, credited.reason) == (
        "RINV/2026/00001", D("10.27"), "the reminder was not sent",
    )  # fmt: skip
    assert remind(shop, 8) == [("INV/2026/00002", 1)]
    assert deliver(shop, 8) == 1
    ((_,), (text,)) = letters("text")
    assert "INV/2026/00001" not in text
    assert FIRST not in text
    assert charge_left("INV/2026/00004") == D("5.10")  # eight days by now
    assert wrong(after(shop, 8)) == []


def test_of_reminders_that_waited_for_the_mail_server_only_the_last_leaves(shop):
    remind(shop, 14)

    assert deliver(shop, 20) == 1

    assert [state for (state,) in letters("state")] == ["cancelled", "sent"]
    assert charge_left() == D(0)
    assert [(document, step, fee) for document, step, fee, _ in steps()] == [
        ("INV/2026/00001", 2, D(10)), ("INV/2026/00002", 2, D(10)),
    ]  # fmt: skip
    subject, text = letters("subject", "text")[1]
    assert subject == "Payment reminder for 3 documents from Northwind Living"
    assert FIRST not in text
    assert "INV/2026/00004" in text
    assert "of 4 October 2026, due on 4 October 2026, 6 days late" in " ".join(text.split())
    assert wrong(after(shop, 20)) == []


def test_a_reminder_that_is_refused_costs_nothing_and_the_next_one_is_the_first(shop):
    assert deliver(shop, 7, DeliveryError(RECIPIENT, 550, "no such mailbox", lost=False)) == 0

    assert [state for (state,) in letters("state")] == ["failed"]
    assert charge_left() == D(0)
    assert [row[1:] for row in steps()] == [(1, D(0), None), (1, D(0), None)]
    assert remind(shop, 14) == [("INV/2026/00001", 2), ("INV/2026/00002", 2)]
    # Interest of all fourteen days: 0.356 and 0.178.
    assert charge_left("INV/2026/00004") == D("20.54")
    assert letters("subject")[1] == ("Payment reminder for 3 documents from Northwind Living",)
    assert wrong(after(shop, 14)) == []


@pytest.mark.parametrize(
    "stop",
    [
        lambda shop: amending.amend(shop, ["1"], "cancel"),
        lambda shop: suppressing.add(shop, ["ann@example.com"], "all", "asked"),
    ],
)
def test_a_reminder_that_somebody_stops_costs_nothing_and_is_not_written_again(shop, stop):
    stop(after(shop, 7))

    assert [state for (state,) in letters("state")] == ["cancelled"]
    assert charge_left() == D(0)
    assert remind(shop, 8) == []
    assert wrong(after(shop, 8)) == []


def test_a_reminder_that_a_sender_claims_just_before_it_is_stopped_keeps_what_it_charges(shop, monkeypatch):
    within = suppressing.within

    def claimed(*given):
        models.Email.update(state="sending").where(models.Email.state == "queued").execute()
        return within(*given)

    monkeypatch.setattr(suppressing, "within", claimed)

    suppressing.add(shop, ["ann@example.com"], "all", "asked")

    assert letters("state") == [("sending",)]
    assert models.Invoice.select().where(models.Invoice.type == "credit_note").count() == 0


def test_a_charge_that_is_paid_in_part_stays(shop):
    registering.register(after(shop, 7), [Receipt(FIRST, D(1), provider="bank", transaction="b2")])

    amending.amend(after(shop, 7), ["1"], "cancel")

    assert charge_left() == D("9.27")
    assert [step for _, step, _, charge in steps() if charge] == [1, 1]
    assert wrong(after(shop, 7)) == []


def test_a_reminder_in_doubt_keeps_what_it_charges(shop):
    deliver(shop, 7, DeliveryError("end", 0, "connection lost", lost=True))

    assert [state for (state,) in letters("state")] == ["uncertain"]
    assert charge_left() == D("10.27")
