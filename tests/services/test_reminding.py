"""Reminders of money: one letter a customer, each step once, charges booked once, and true when they leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import pytest

from shopctl import models
from shopctl.config import Config, ShopSettings
from shopctl.config.settings import Reminders
from shopctl.domain.access import Actor
from shopctl.domain.outcomes import Done
from shopctl.domain.records import CustomerRecord
from shopctl.errors import ForbiddenError, UsageError
from shopctl.services import (
    cancelling,
    delivering,
    disputing,
    merging,
    order_mailing,
    personal_data,
    registering,
    reminder_holds,
    reminder_runs,
    reminding,
    suppressing,
)
from shopctl.services.listing import groups, reminders
from shopctl.services.order_mailing import OrderWish
from shopctl.services.receipts import Receipt
from shopctl.services.reminding import Wish
from tests.services.mail_shop import CONFIG, KeepingMailer, PlainPrinter
from tests.support.shop import asked, at, bill, colleagues, line, opened, order, payment, sell, wrong

D = Decimal
EVERY = reminders.ReminderFilter()


def setting(shop, **rules):
    """Give the shop rules for its reminders."""
    rules = {"orders": (3, 7), "invoices": (7, 14, 28), "pause": 0, **rules}
    return replace(shop, config=Config(shop=ShopSettings(name="Northwind"), reminders=Reminders(**rules)))


@pytest.fixture
def shop(database_url):
    """Ann has two invoices that were due on 20 September and an order that waits; Bob an invoice."""
    with opened(database_url) as shop:
        sell(
            shop,
            CustomerRecord("C3", "Cleo"),
            order("S1", line(100)),
            order("S2", line(50)),
            order("S3", line(30), state="sent"),
            order("S4", line(70), customer="C2"),
            order("S5", line(9), customer="C3", state="sent"),
        )
        bill(shop, "S1", "S2", "S4", terms="N30")
        yield shop


DUE = date(2026, 9, 20)
"""When invoices of 21 August are due: thirty days later."""


def run(shop, day, wish=reminding.ALL, **rules):
    """Run the reminders on a day, and tell document and step of each that was written about."""
    now = at(setting(shop, **rules), day)
    outcomes = list(reminder_runs.run(now, reminder_runs.customers(now, wish), wish))
    assert all(isinstance(one, Done) for one in outcomes), outcomes
    return [(one.row.document, one.row.step) for one in outcomes]


def letters(*columns):
    fields = [getattr(models.Email, name) for name in columns]
    return list(models.Email.select(*fields).order_by(models.Email.id).tuples())


def skipped(shop, day, **rules):
    now = at(setting(shop, **rules), day)
    found = reminding.due(now, [one.id for one in models.Customer.select()])
    return {row.document: row.skip_reason for row in found}


def test_one_letter_a_customer_about_everything_that_is_due(shop):
    assert run(shop, DUE + timedelta(6), orders=()) == []
    assert run(shop, DUE + timedelta(7), orders=()) == [
        ("INV/2026/00001", 1), ("INV/2026/00002", 1), ("INV/2026/00003", 1),
    ]  # fmt: skip

    assert letters("kind", "document", "recipient", "state") == [
        ("reminder", "INV/2026/00001", "ann@example.com", "queued"),
        ("reminder", "INV/2026/00003", "bob@example.com", "queued"),
    ]
    (text,), _ = letters("text")
    assert "INV/2026/00001" in text
    assert "INV/2026/00002" in text
    assert "150.00 EUR" in text
    assert [(one.document, one.step, one.email_id) for one in models.Reminder.select()] == [
        ("INV/2026/00001", 1, 1), ("INV/2026/00002", 1, 1), ("INV/2026/00003", 1, 2),
    ]  # fmt: skip
    assert wrong(at(shop, DUE + timedelta(7))) == []


def test_missed_steps_are_left_out_and_each_is_taken_once(shop):
    days = [run(shop, DUE + timedelta(after), orders=(), pause=3) for after in (20, 21, 27, 28, 28, 300)]

    everything = ["INV/2026/00001", "INV/2026/00002", "INV/2026/00003"]
    assert days == [[(one, 2) for one in everything], [], [], [(one, 3) for one in everything], [], []]


def test_the_first_letter_is_friendly_whatever_was_missed_and_stays_so_when_it_leaves(shop):
    with_sender = Config(shop=CONFIG.shop, email=CONFIG.email, reminders=Reminders(orders=(), pause=0))
    late = replace(at(shop, DUE + timedelta(20)), config=with_sender)
    later = replace(at(shop, DUE + timedelta(28)), config=with_sender)
    for day in (late, later):
        list(reminder_runs.run(day, reminder_runs.customers(day, Wish(), "C2"), Wish()))
        mailer = KeepingMailer()
        list(delivering.deliver(day, mailer, PlainPrinter()))

    assert letters("subject", "state") == [
        ("Payment reminder for invoice INV/2026/00003 from Northwind Living", "sent"),
        ("Last payment reminder for invoice INV/2026/00003 from Northwind Living", "sent"),
    ]


def test_order_that_waits_is_reminded_of_and_one_that_is_billed_through_its_invoice(shop):
    assert run(shop, date(2026, 8, 23)) == []
    assert run(shop, date(2026, 8, 24)) == [("S3", 1)]
    assert run(shop, date(2026, 8, 28)) == [("S3", 2)]
    assert skipped(shop, date(2026, 8, 30)) == {"S5": "no_address"}


def test_letter_lists_what_else_is_overdue(shop):
    run(shop, DUE + timedelta(7), orders=())
    registering.register(shop, [Receipt("INV/2026/00002", D(20), provider="bank", transaction="b1")])
    models.Installment.update(due_date=DUE + timedelta(7)).where(models.Installment.invoice == 2).execute()
    models.Invoice.update(due_date=DUE + timedelta(7)).where(models.Invoice.id == 2).execute()

    assert run(shop, DUE + timedelta(14), Wish(), orders=(), invoices=(1, 14))[:1] == [("INV/2026/00001", 2)]

    text = letters("text")[2][0]
    assert "INV/2026/00002" in text
    assert "130.00 EUR" in text


def test_customer_in_pause_gets_nothing_and_it_is_due_after_it(shop):
    assert run(shop, DUE + timedelta(7), Wish(kinds=("order",)), orders=(30,), pause=5) == [("S3", 1)]
    assert run(shop, DUE + timedelta(11), pause=5, orders=()) == [("INV/2026/00003", 1)]
    assert skipped(shop, DUE + timedelta(11), pause=5, orders=()) == {
        "INV/2026/00001": "recent", "INV/2026/00002": "recent",
    }  # fmt: skip
    assert run(shop, DUE + timedelta(12), pause=5, orders=()) == [("INV/2026/00001", 1), ("INV/2026/00002", 1)]


def test_reminder_of_an_order_by_hand_counts_for_the_pause(shop):
    order_mailing.send_orders(at(shop, date(2026, 8, 23)), ["S3"], "payment_reminder", OrderWish())

    assert run(shop, date(2026, 8, 24), pause=3) == []
    assert skipped(shop, date(2026, 8, 24), pause=3) == {"S3": "recent", "S5": "no_address"}
    assert run(shop, date(2026, 8, 26), pause=3) == [("S3", 1)]


def test_what_speaks_against_it_is_told(shop):
    disputing.dispute(shop, ["INV/2026/00001"], "broken")
    models.ReminderHold.create(document="S3", reason="promise", until=DUE + timedelta(7), created_at=shop.now)
    models.ReminderHold.create(document="C2", reason="pause", created_at=shop.now)
    sell(shop, CustomerRecord("C4", "Dora", email="dora@example.org"), order("S7", line(80), customer="C4"))
    bill(shop, "S7", terms="N30")
    suppressing.suppress(shop, "dora@example.org", "all", "bounced", "a test")

    assert skipped(shop, DUE + timedelta(7), minimum=D("50.01")) == {
        "INV/2026/00001": "disputed", "INV/2026/00002": "minimum", "INV/2026/00003": "customer_paused",
        "INV/2026/00004": "suppressed", "S3": "promised", "S5": "minimum",
    }  # fmt: skip
    assert run(shop, DUE + timedelta(7)) == [("INV/2026/00002", 1)]
    # The promise is broken: it goes on at the step that is due.
    assert run(shop, DUE + timedelta(8)) == [("S3", 2)]


def test_only_a_step_only_some_and_no_more_than_so_many(shop):
    late = DUE + timedelta(7)

    assert run(shop, late, Wish(step=2), orders=()) == []
    assert run(shop, late, Wish(most=0), orders=()) == []
    assert run(shop, late, Wish(most=1), orders=()) == [("INV/2026/00001", 1), ("INV/2026/00002", 1)]
    now = at(setting(shop, orders=()), late)
    assert reminder_runs.customers(now, Wish(), "C3") == []
    assert reminder_runs.customers(now, Wish(), "bob@example.com") == [2]
    assert reminder_runs.letters(now, [1, 2], Wish()) == 1


def test_fees_and_interest_are_booked_once_as_an_invoice(shop):
    charging = {"orders": (), "fees": (D(0), D(5), D(10)), "interest": D("9.27"), "interest_from": 2}
    assert run(shop, DUE + timedelta(7), **charging)[0] == ("INV/2026/00001", 1)
    assert models.Invoice.select().count() == 3

    run(shop, DUE + timedelta(14), **charging)

    # 100.00 x 14 x 9.27 % / 365 = 0.356, 50.00: 0.178, 70.00: 0.249
    rows = models.Reminder.select().where(models.Reminder.step == 2).order_by(models.Reminder.id)
    assert [(one.fee, one.interest, one.charge.number) for one in rows] == [
        (D(5), D("0.36"), "INV/2026/00004"), (D(5), D("0.18"), "INV/2026/00004"), (D(5), D("0.25"), "INV/2026/00005"),
    ]  # fmt: skip
    charge = models.Invoice.get(models.Invoice.number == "INV/2026/00004")
    assert (charge.amount_total, charge.amount_tax, charge.state, charge.due_date) == (
        D("10.54"), D(0), "posted", DUE + timedelta(14),
    )  # fmt: skip
    assert [one.description for one in charge.lines.order_by(models.InvoiceLine.position)] == [
        "Fee for reminder 2 of invoice INV/2026/00001",
        "Interest on invoice INV/2026/00001: 9.27 % a year on 100.00 EUR, 21 September 2026 to 4 October 2026",
        "Fee for reminder 2 of invoice INV/2026/00002",
        "Interest on invoice INV/2026/00002: 9.27 % a year on 50.00 EUR, 21 September 2026 to 4 October 2026",
    ]
    text = letters("text")[2][0]
    assert "160.54 EUR" in text
    assert "INV/2026/00004" in text

    run(shop, DUE + timedelta(28), **charging)

    third = models.Reminder.get(models.Reminder.step == 3, models.Reminder.document == "INV/2026/00001")
    # Fourteen days more, on 100.00 alone: no interest on what was charged.
    assert (third.fee, third.interest, third.interest_until) == (D(10), D("0.36"), DUE + timedelta(28))
    assert run(shop, DUE + timedelta(200), **charging) == []
    assert wrong(at(shop, DUE + timedelta(200))) == []


def test_closed_books_charge_nothing_and_remind_nobody(shop):
    now = at(setting(shop, orders=(), fees=(D(5),)), DUE + timedelta(7))
    models.Series.update(last_date="2027-01-01").where(models.Series.name == "invoice").execute()

    outcomes = list(reminder_runs.run(now, [1], Wish()))

    assert [one.error.code for one in outcomes] == ["invoice.date_order"] * 2
    assert models.Reminder.select().count() == models.Email.select().count() == 0


def test_letter_is_written_anew_when_it_leaves(shop):
    run(shop, DUE + timedelta(7), orders=())
    later = at(setting(shop, orders=()), DUE + timedelta(8))

    letter, gone = reminding.at_sending(later, 1)
    assert (gone, "150.00 EUR" in letter.text) == ("", True)

    registering.register(shop, [Receipt("INV/2026/00001", provider="bank", transaction="b1")])
    letter, gone = reminding.at_sending(later, 1)
    assert (gone, "INV/2026/00001" in letter.text, "50.00 EUR" in letter.text) == ("", False, True)

    disputing.dispute(shop, ["INV/2026/00002"], "broken")
    assert reminding.at_sending(later, 1) == (
        None, "nothing of INV/2026/00001, INV/2026/00002 is to be reminded of any more",
    )  # fmt: skip


def test_letter_about_a_cancelled_order_does_not_leave(shop):
    run(shop, date(2026, 8, 24))
    cancelling.cancel(shop, ["S3"], cancelling.Request("changed mind"))

    assert reminding.at_sending(at(setting(shop), date(2026, 8, 25)), 1)[0] is None


def test_credit_of_a_live_order_stays_its_own(shop):
    sell(shop, order("S9", line(200), payments=(payment("b9", 200),)))

    assert skipped(shop, DUE + timedelta(7), orders=()) == {
        "INV/2026/00001": "", "INV/2026/00002": "", "INV/2026/00003": "",
    }  # fmt: skip
    registering.register(shop, [Receipt("", D(130), customer="C1", provider="bank", transaction="b2")])
    # Thirty of it are for the order that waits, a hundred for the first invoice.
    assert skipped(shop, DUE + timedelta(7), orders=()) == {
        "INV/2026/00001": "credit", "INV/2026/00002": "", "INV/2026/00003": "",
    }  # fmt: skip


def test_list_tells_what_was_reminded_of(shop):
    run(shop, DUE + timedelta(7), orders=())
    run(shop, DUE + timedelta(14), orders=(3,))
    now = asked(DUE + timedelta(14))

    def found(wanted=EVERY, **more):
        return [(row.document, row.step, row.state) for row in reminders.search(wanted, now._replace(**more)).rows]

    assert found(reminders.ReminderFilter(kind="order")) == [("S3", 1, "queued")]
    assert found(reminders.ReminderFilter(document="inv-2026-00003")) == [
        ("INV/2026/00003", 2, "queued"), ("INV/2026/00003", 1, "queued"),
    ]  # fmt: skip
    assert [one[0] for one in found(reminders.ReminderFilter(customer="C2", step=2))] == ["INV/2026/00003"]
    assert found(filters=("step=2 and customer~bob",)) == [("INV/2026/00003", 2, "queued")]
    assert found(search="S3") == [("S3", 1, "queued")]
    levels = groups.levels_of(reminders.NOUN, "kind,step")
    rows = groups.grouped(reminders.NOUN, reminders.selected(EVERY), now, levels)
    assert sorted((*row.keys, row.counted) for row in rows if row.level == 2) == [
        ("invoice", "1", 3), ("invoice", "2", 3), ("order", "1", 1),
    ]  # fmt: skip


def test_run_every_hour_of_a_month_with_an_outage_writes_as_many_letters_as_levels_are_reached(database_url):
    with opened(database_url) as shop:
        people = ("Bob", "Cleo", "Dora", "Eve", "Finn")
        sell(
            shop,
            *(CustomerRecord(name, name, email=f"{name}@example.org") for name in people),
            order("S1", line(100)),
            *(order(f"S{place}", line(100), customer=name) for place, name in enumerate(people[:3], 2)),
            order("S5", line(50), customer="Eve", state="sent", ordered_at=noon(9, 25)),
            order("S6", line(50), customer="Finn", state="sent", ordered_at=noon(9, 26)),
        )
        for place, due in enumerate((20, 15, 24, 17), 1):
            bill(shop, f"S{place}", due=date(2026, 9, due))
        written = {}
        for day in range(30):
            today = date(2026, 9, 22) + timedelta(day)
            if today == date(2026, 10, 2):
                registering.register(shop, [Receipt("INV/2026/00004", provider="bank", transaction="b1")])
            if date(2026, 9, 29) <= today <= date(2026, 10, 3):
                continue  # the outage
            for hour in range(24):
                now = replace(
                    setting(shop, pause=3), now=datetime(today.year, today.month, today.day, hour, tzinfo=UTC)
                )
                for one in reminder_runs.run(now, reminder_runs.customers(now, Wish()), Wish()):
                    written.setdefault(one.row.document, []).append(f"{today:%m-%d} {one.row.step}")

        assert written == {
            "INV/2026/00001": ["09-27 1", "10-04 2", "10-18 3"],  # due on the 20th
            "INV/2026/00002": ["09-22 1", "10-04 2", "10-13 3"],  # due on the 15th, the second step came late
            "INV/2026/00003": ["10-04 1", "10-08 2"],  # due on the 24th, the first step came late
            "INV/2026/00004": ["09-24 1"],  # due on the 17th, paid in the outage
            "S5": ["09-28 1", "10-04 2"],  # the second step came late
            "S6": ["10-04 2"],  # both steps fell into the outage: only the higher one
        }
        assert models.Email.select().count() == models.Reminder.select().count() == 12


def noon(month, day):
    return datetime(2026, month, day, 12, tzinfo=UTC)


def test_runs_at_once_remind_and_charge_once(database_url):
    with opened(database_url) as shop:
        sell(shop, *(CustomerRecord(f"X{place}", f"X{place}", email=f"x{place}@example.com") for place in range(30)))
        sell(shop, *(order(f"S{place}", line(10), customer=f"X{place}") for place in range(30)))
        bill(shop, *(f"S{place}" for place in range(30)))
        keys = [str(one.id) for one in models.Customer.select().where(models.Customer.code.startswith("X"))]

    answers = colleagues(database_url, [("dun", keys), ("dun", keys[::-1]), ("dun", keys)], chunk=4)

    assert sorted(word for one in answers for word in one) == ["created"] * 30
    with opened(database_url) as shop:
        assert models.Reminder.select().count() == models.Email.select().count() == 30
        charges = models.Invoice.select().where(models.Invoice.amount_total == 5)
        assert {one.charge_id for one in models.Reminder.select()} == {one.id for one in charges}
        assert charges.count() == 30
        assert wrong(at(shop, date(2026, 9, 1))) == []


def test_letters_leave_with_what_is_due_then(shop):
    run(shop, DUE + timedelta(7), orders=())
    registering.register(
        shop,
        [Receipt(number, provider="bank", transaction=number) for number in ("INV/2026/00001", "INV/2026/00003")],
    )
    now = at(setting(shop, orders=()), DUE + timedelta(8))
    now.config = replace(now.config, email=CONFIG.email)
    mailer = KeepingMailer()

    done = list(delivering.deliver(now, mailer, PlainPrinter()))

    assert [(one.reference, str(one.change)) for one in done] == [
        ("INV/2026/00001", "changed"), ("INV/2026/00003", "skipped"),
    ]  # fmt: skip
    assert letters("state", "reply")[1] == ("cancelled", "nothing of INV/2026/00003 is to be reminded of any more")
    ((message, _),) = mailer.sent
    text = message_from_bytes(message, policy=default).get_body(("plain",)).get_content()
    assert ("INV/2026/00001" in text, "INV/2026/00002" in text) == (False, True)
    assert letters("text")[0][0].replace("\r", "").split() == text.split()


def test_reminders_and_pauses_go_along_with_a_customer_who_is_merged(shop):
    run(shop, DUE + timedelta(7), orders=())
    reminder_holds.pause(shop, ["C2"], DUE + timedelta(20), "we talk")

    merging.merge(shop, ["C2"], "C1")

    assert [one.customer.code for one in models.Reminder.select()] == ["C1", "C1", "C1"]
    assert set(skipped(shop, DUE + timedelta(14), orders=()).values()) == {"customer_paused"}
    (outcome,) = reminder_holds.resume(shop, ["C2"])
    assert (outcome.row.document, str(outcome.change)) == ("C1", "changed")


def test_words_about_a_person_are_erased_with_it(shop):
    sell(shop, CustomerRecord("C9", "Zoe", email="zoe@example.org"))
    reminder_holds.pause(shop, ["zoe@example.org"], None, "Zoe is ill")

    personal_data.anonymize(shop, ["C9"])

    assert [(one.document, one.note) for one in models.ReminderHold.select()] == [("C9", "")]
    assert "ill" not in "".join(one.details for one in models.Event.select())


def test_day_that_has_passed_is_no_promise(shop):
    with pytest.raises(UsageError, match="has passed"):
        reminder_holds.promise(shop, ["S3"], date(2026, 8, 20), "")
    assert models.ReminderHold.select().count() == 0


def test_other_clerks_may_not_remind(shop):
    with pytest.raises(ForbiddenError):
        reminding.remind(replace(shop, actor=Actor("rita", "readonly")), [1])
