"""Letters about carts step by step: when each is due, on what basis, who gets none, and what they won back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes

import pytest

from shopctl import models
from shopctl.config import Carts
from shopctl.config.settings import Unsubscribe
from shopctl.domain.link_tokens import token_of
from shopctl.domain.records import CartRecord, ConsentRecord, CustomerRecord
from shopctl.errors import NotFoundError, RefusedError
from shopctl.services import cart_links, delivering, recovery, reminder_holds, suppressing, unsubscribing
from shopctl.services.cart_analysis import analyse
from shopctl.services.carts import CartFilter
from shopctl.services.listing import carts as listing
from tests.services import mail_shop
from tests.services.mail_shop import KeepingMailer, PlainPrinter
from tests.support.shop import asked, codes, line, nothing_changes, order, payment, sell, take_in
from tests.support.shops import NOW

D = Decimal
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YES = ConsentRecord(consent=True, source="checkout", at=NOW - 300 * DAY)
CARTS = Carts(
    steps=("0h", "1d", "3d"), activated_on=("2026-08-01",), link="https://shop.example/cart?id={cart}&t={token}"
)
CONFIG = replace(
    mail_shop.CONFIG,
    carts=CARTS,
    email=replace(mail_shop.CONFIG.email, unsubscribe=Unsubscribe(link="https://shop.example/u?t={token}")),
)


def cart(number, *lines, idle=11 * HOUR, **more):
    return CartRecord(
        number,
        lines=lines or (line(),),
        **{"customer": "C1", "created_at": NOW - idle, "last_activity_at": NOW - idle, "currency": "EUR", **more},
    )


@pytest.fixture
def street(shop):
    """Ann agreed to marketing mail, Bob bought before, Cem did neither."""
    shop.config = CONFIG
    sell(
        shop,
        CustomerRecord("C3", "Cem Kaya", email="cem@example.com"),
        order("S1", customer="C2", ordered_at=NOW - 50 * DAY, payments=(payment("b1", 100, paid_at=NOW - 50 * DAY),)),
    )
    take_in(shop, CustomerRecord("C1", "Ann Smith", email="ann@example.com", marketing=YES))
    return shop


def later(shop, length):
    return replace(shop, now=NOW + length)


def remind(shop, *numbers):
    return [(one.change, one.row.skip_reason, one.row.step) for one in recovery.remind(shop, list(numbers))]


def row(shop, number):
    return next(one for one in listing.search(CartFilter(), asked(shop=shop)).rows if one.number == number)


def send(shop):
    mailer = KeepingMailer()
    list(delivering.deliver(shop, mailer, PlainPrinter()))
    return [message_from_bytes(message) for message, _ in mailer.sent]


def letters():
    return [
        (one.key, one.state, one.basis) for one in models.Email.select().order_by(models.Email.id)
    ]  # fmt: skip


def steps():
    found = models.Reminder.select().order_by(models.Reminder.id)
    return [(one.kind, one.document, one.step, one.basis, one.email.key) for one in found]


def test_letters_follow_each_other_and_each_is_noted_once_with_its_basis(street):
    take_in(street, cart("K1"))

    first = remind(street, "K1")
    waiting = recovery.remind(later(street, HOUR), ["K1"])
    send(street)
    second = remind(later(street, DAY), "K1")
    send(later(street, DAY))
    third = remind(later(street, 3 * DAY), "K1")
    with nothing_changes():
        done_with = remind(later(street, 30 * DAY), "K1")

    assert (first, second, third) == ([("created", "", 1)], [("created", "", 2)], [("created", "", 3)])
    assert (waiting[0].change, waiting[0].notes) == (
        "unchanged", ("its next letter comes later, on 2026-08-22 at 08:14",),
    )  # fmt: skip
    assert done_with == [("unchanged", "mailed", 0)]
    assert steps() == [("cart", "K1", step, "consent", f"recovery:K1:{step}") for step in (1, 2, 3)]
    assert {basis for *_, basis in letters()} == {"consent"}


def test_missed_letters_are_left_out_and_one_that_waits_is_replaced(street):
    take_in(street, cart("K1"), cart("K2", customer="C2", idle=80 * HOUR))
    remind(street, "K1", "K2")

    (third,) = recovery.remind(later(street, 3 * DAY), ["K1"])

    assert third.notes == ("letter 3 of 3, the first that is sent, to ann@example.com",)
    assert all(one.subject.endswith("is still here") for one in models.Email.select())
    assert letters() == [
        ("recovery:K1:1", "cancelled", "consent"), ("recovery:K2:2", "queued", "sale"),
        ("recovery:K1:3", "queued", "consent"),
    ]  # fmt: skip
    assert [one[1:4] for one in steps()] == [("K1", 1, "consent"), ("K2", 2, "sale"), ("K1", 3, "consent")]


def test_who_comes_back_and_leaves_again_gets_the_next_letter_counted_from_then(street):
    take_in(street, cart("K1"))
    remind(street, "K1")
    models.Cart.update(last_activity_at=NOW + 5 * DAY).execute()

    assert remind(later(street, 6 * DAY), "K1") == [("unchanged", "not_due", 2)]
    assert remind(later(street, 6 * DAY + 10 * HOUR), "K1") == [("created", "", 2)]


def test_a_letter_of_the_time_before_steps_was_the_first(street):
    take_in(street, cart("K1"))
    remind(street, "K1")
    models.Reminder.delete().execute()
    models.Email.update(state="sent", sent_at=NOW).execute()

    assert remind(later(street, HOUR), "K1") == [("unchanged", "not_due", 2)]
    assert remind(later(street, DAY), "K1") == [("created", "", 2)]


def test_a_letter_that_failed_can_be_asked_for_and_the_next_one_comes_by_itself(street):
    take_in(street, cart("K1"))
    remind(street, "K1")
    models.Email.update(state="failed").execute()

    assert remind(street, "K1") == [("skipped", "letter_failed", 1)]
    assert codes(recovery.remind(street, ["K1"], again=True)) == ["created"]
    models.Email.update(state="failed").execute()
    assert remind(later(street, DAY), "K1") == [("created", "", 2)]
    assert [one[2:] for one in steps()] == [(1, "consent", "recovery:K1:1#2"), (2, "consent", "recovery:K1:2")]


def test_only_one_cart_of_an_address_gets_a_letter_and_the_others_wait(street):
    take_in(street, cart("K1", idle=12 * HOUR), cart("K2", idle=11 * HOUR), cart("K3", line(500), idle=12 * HOUR))

    assert remind(street, "K1", "K2", "K3") == [
        ("skipped", "recently_mailed", 1), ("created", "", 1), ("skipped", "recently_mailed", 1),
    ]  # fmt: skip
    (waiting,) = recovery.remind(later(street, 23 * HOUR), ["K3"])
    assert waiting.notes == ("its customer got a letter about a cart a short while ago, on 2026-08-22 at 09:14",)
    assert remind(later(street, DAY), "K1", "K3") == [("skipped", "recently_mailed", 2), ("created", "", 2)]


def test_letters_stop_by_themselves(street):
    take_in(street, *(cart(f"K{place}", customer=f"P{place}") for place in range(6)),
            *(CustomerRecord(f"P{place}", email=f"p{place}@example.com", marketing=YES) for place in range(6)))  # fmt: skip
    numbers = [f"K{place}" for place in range(6)]
    remind(street, *numbers)
    send(street)

    take_in(street, order("S2", customer="P0"), order("S3", customer="P1", cart="K1"))
    unsubscribing.by_token(street, [unsubscribing.link_for(street, "p2@example.com")])
    suppressing.add(street, ["P3@example.com"], "all")
    models.CartLine.delete().where(models.CartLine.cart == models.Cart.get(number="K4")).execute()
    models.Cart.update(stage="failed").where(models.Cart.number == "K5").execute()

    with nothing_changes():
        assert [reason for _, reason, _ in remind(later(street, DAY), *numbers)] == [
            "ordered_since", "ordered", "suppressed", "suppressed", "not_abandoned", "payment_error",
        ]  # fmt: skip


def test_nothing_is_written_while_reminders_are_paused(street):
    take_in(street, cart("K1"), cart("K2", customer="C2"))
    reminder_holds.pause(street, ["K1"], None, "")
    reminder_holds.pause(street, ["C2"], date(2026, 8, 21), "")

    assert remind(street, "K1", "K2") == [("skipped", "paused", 1), ("skipped", "paused", 1)]
    assert remind(later(street, DAY), "K1", "K2") == [("skipped", "paused", 2), ("created", "", 2)]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (("consent", "sale"), ["consent", "sale", "no_basis"]),
        (("consent",), ["consent", "no_basis", "no_basis"]),
        (("sale",), ["no_basis", "sale", "no_basis"]),
    ],
)
def test_every_letter_has_a_basis(street, basis, expected):
    street.config = replace(CONFIG, carts=replace(CARTS, basis=basis))
    take_in(street, cart("K1"), cart("K2", customer="C2"), cart("K3", customer="C3"))

    recovery.remind(street, ["K1", "K2", "K3"])

    assert [row(street, number).skip_reason for number in ("K1", "K2", "K3")] == [
        "no_basis" if one == "no_basis" else "not_due" for one in expected
    ]
    assert [basis for *_, basis in letters()] == [one for one in expected if one != "no_basis"]


@pytest.mark.parametrize("order_", [{"state": "cancelled"}, {"payments": ()}, {"ordered_at": NOW - 10 * HOUR}])
def test_only_an_order_that_was_paid_and_placed_before_is_a_sale(shop, order_):
    shop.config = CONFIG
    paid = {"ordered_at": NOW - 2 * DAY, "payments": (payment("b1", 100, paid_at=NOW - 2 * DAY),)}
    sell(shop, order("S1", **{**paid, **order_}), cart("K1"))

    assert row(shop, "K1").basis == ""


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (lambda _: suppressing.add(_, ["ann@example.com"], "marketing"),
         "its address is on the list of those that get no such mail"),
        (lambda _: models.Customer.update(marketing=None).execute(),
         "its customer neither agreed to such mail nor bought before"),
        (lambda shop: setattr(shop, "config", replace(CONFIG, carts=replace(CARTS, steps=()))),
         "the shop writes no letters about carts"),
        (lambda shop: setattr(shop, "config", replace(CONFIG, carts=replace(CARTS, activated_on=("2026-08-21",)))),
         "it was left before letters were switched on"),
    ],
)  # fmt: skip
def test_a_letter_is_looked_at_once_more_when_it_leaves(street, happens, why):
    take_in(street, cart("K1"))
    remind(street, "K1")
    happens(street)

    assert recovery.hindrance(street, "K1", "recovery:K1:1") == why


def test_a_letter_leaves_with_the_headers_that_unsubscribe_and_a_link_that_holds_for_a_while(street):
    take_in(street, cart("K1"))
    remind(street, "K1")

    (message,) = send(street)

    stored = models.Email.get()
    token = token_of(stored.text.partition("https://shop.example/u?t=")[2])
    assert token
    assert " ".join(message["List-Unsubscribe"].split()).startswith(f"<https://shop.example/u?t={token}>, <mailto:")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = stored.text.partition("https://shop.example/cart?id=K1&t=")[2].split()[0]
    assert [one.number for one in cart_links.resolve(later(street, 14 * DAY - HOUR), [link])] == ["K1"]
    with pytest.raises(RefusedError, match="does not hold any longer"):
        cart_links.resolve(later(street, 14 * DAY), [link])
    with pytest.raises(RefusedError, match="not a link that the shop made"):
        cart_links.resolve(street, [token])
    with pytest.raises(RefusedError, match="not a link that the shop made"):
        cart_links.resolve(street, [link[:-1]])
    assert codes(unsubscribing.by_token(street, [link])) == ["link.invalid"]
    models.Cart.delete().execute()
    with pytest.raises(NotFoundError):
        cart_links.resolve(street, [link])


def test_an_order_was_won_back_by_the_last_letter_before_it(street):
    take_in(street, *(cart(f"K{place}", customer=f"P{place}") for place in range(4)),
            *(CustomerRecord(f"P{place}", email=f"p{place}@example.com", marketing=YES) for place in range(4)))  # fmt: skip
    numbers = [f"K{place}" for place in range(4)]
    remind(street, *numbers)
    send(street)
    take_in(street, order("W1", line(70), cart="K1", customer="P1", ordered_at=NOW + HOUR))
    remind(later(street, DAY), *numbers)
    send(later(street, DAY))
    take_in(
        street,
        order("W2", line(80), cart="K2", customer="P2", ordered_at=NOW + 31 * DAY),
        order("W3", line(90), cart="K3", customer="P3", ordered_at=NOW + 31 * DAY + timedelta(seconds=1)),
        order("W0", line(60), cart="K0", customer="P0", ordered_at=NOW + 2 * DAY, state="cancelled"),
    )
    shop = later(street, 40 * DAY)

    assert [(one.number, one.state, one.won_by) for one in listing.search(CartFilter(), asked(shop=shop)).rows] == [
        ("K3", "ordered", 0), ("K2", "recovered", 2), ("K1", "recovered", 1), ("K0", "recovered", 2),
    ]  # fmt: skip
    recovered = listing.search(CartFilter("recovered"), asked(shop=shop)).rows
    assert [one.number for one in recovered] == ["K2", "K1", "K0"]
    assert [
        (one.group, one.mailed, one.won_back, f"{one.amount_won_back:.2f}")
        for one in analyse(shop, CartFilter()).sums.steps
    ] == [("1", 4, 1, "70.00"), ("2", 3, 2, "80.00")]


def test_a_run_at_any_time_writes_what_is_due_and_leaves_old_carts_alone(street):
    take_in(
        street, cart("K1"), cart("K2", customer="C2", idle=9 * HOUR), cart("K3", customer="C3"),
        cart("K4", idle=12 * HOUR), cart("K5", customer="C2", idle=19 * DAY),
    )  # fmt: skip

    assert recovery.due(street) == ["K1"]
    assert recovery.due(street, 0) == []
    assert recovery.due(later(street, HOUR), 1) == ["K2"]
    assert recovery.due(later(street, HOUR)) == ["K2", "K1"]
    street.config = replace(CONFIG, carts=replace(CARTS, activated_on=()))
    assert recovery.due(street) == []


def test_a_month_of_runs_with_days_of_outage_writes_each_step_once(street):
    # Every second hour for a month, but not for five days in it; K2 is left on the third of those.
    street.config = replace(CONFIG, carts=replace(CARTS, activated_on=("2026-08-01",)))
    take_in(street, cart("K1"))
    for hour in range(0, 30 * 24, 2):
        if hour == 7 * 24:
            take_in(street, cart("K2", customer="C2", idle=-7 * DAY))
        if not 5 * 24 <= hour < 10 * 24:
            shop = later(street, hour * HOUR)
            recovery.remind(shop, recovery.due(shop))

    assert [(one[1], one[2]) for one in steps()] == [("K1", 1), ("K1", 2), ("K1", 3), ("K2", 2), ("K2", 3)]
