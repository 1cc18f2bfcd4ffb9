"""Letters about abandoned carts: who gets one, who does not and why, and never two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Carts, Config
from shopctl.config.settings import Unsubscribe
from shopctl.domain.link_tokens import token_of
from shopctl.domain.records import CartRecord, ConsentRecord, CustomerRecord, ProductRecord
from shopctl.services import cart_changes, delivering, recovery
from shopctl.services.carts import CartFilter
from shopctl.services.listing import carts as listing
from tests.services import mail_shop
from tests.services.mail_shop import KeepingMailer, PlainPrinter
from tests.support.shop import (
    asked,
    codes,
    colleagues,
    done,
    journal,
    line,
    nothing_changes,
    opened,
    order,
    take_in,
)
from tests.support.shop import sell as sell_to
from tests.support.shops import NOW

D = Decimal
HOUR = timedelta(hours=1)


def cart(number, *lines, idle=24 * HOUR, **more):
    """Make a cart of C1 with one thing for 100.00, left a day ago."""
    return CartRecord(
        number,
        lines=lines or (line(),),
        **{"customer": "C1", "created_at": NOW - idle, "last_activity_at": NOW - idle, "currency": "EUR", **more},
    )


def sell(shop, *records):
    """Import records, as from customers who agreed to marketing mail unless they said something else."""
    sell_to(shop, *records)
    models.Customer.update(marketing=True).where(models.Customer.marketing.is_null()).execute()


def remind(shop, *numbers, **more):
    return recovery.remind(shop, list(numbers), **more)


def outbox():
    return [(one.key, one.state, one.recipient) for one in models.Email.select().order_by(models.Email.id)]


def reason(shop, number):
    return next(row.skip_reason for row in listing.search(CartFilter(), asked(shop=shop)).rows if row.number == number)


def test_a_letter_is_queued_once(shop):
    sell(shop, cart("K1"))

    (first,) = remind(shop, "k1")
    with nothing_changes():
        (again,) = remind(shop, "K1")

    assert (done(first).change, first.notes, first.row.skip_reason) == ("created", ("to ann@example.com",), "")
    assert (again.change, again.notes, again.row.skip_reason) == ("unchanged", ("it has its letter already",), "mailed")
    assert outbox() == [("recovery:K1:1", "queued", "ann@example.com")]
    assert journal()[-1] == ("email.queued", "K1")


def test_every_cart_that_gets_no_letter_says_why_and_is_not_marked(shop):
    # Settled rules, Carts 19; order rules, vector 2.
    sell(
        shop,
        ProductRecord("OLD", archived=True),
        ProductRecord("GONE"),
        CustomerRecord("C5", email="no@example.com", marketing=ConsentRecord(consent=False)),
        CustomerRecord("C6", "Without address"),
        CustomerRecord("C7", email="late@example.com"),
        cart("K01", customer=None),
        cart("K02", customer="C6"),
        cart("K03", customer="C5"),
        cart("K04", payment_error="card declined"),
        cart("K05", line(0)),
        cart("K06", line(sku="OLD"), line(sku="GONE")),
        cart("K07", customer="C7"),
        cart("K08", idle=9 * HOUR),
        cart("K09", customer="C2"),
        cart("K10", idle=100 * HOUR),
        order("S1", customer="C7", ordered_at=NOW - 23 * HOUR),
        order("S2", cart="K09", customer="C2", ordered_at=NOW - 25 * HOUR),
    )
    models.Product.update(stock=0).where(models.Product.sku == "GONE").execute()
    shop.config = Config(carts=Carts(activated_on=("2026-08-20",)))

    with nothing_changes():
        outcomes = remind(shop, *(f"K{place:02d}" for place in range(1, 11)))

    assert codes(outcomes) == ["skipped"] * 10
    assert [one.row.skip_reason for one in outcomes] == [
        "no_address", "no_address", "opted_out", "payment_error", "free_only", "unavailable", "ordered_since",
        "not_abandoned", "ordered", "before_activation",
    ]  # fmt: skip
    assert {one.row.emails for one in outcomes} == {0}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"state": "cancelled"}, ""),
        ({"ordered_at": NOW - 24 * HOUR - timedelta(seconds=1)}, ""),
        ({"ordered_at": NOW - 24 * HOUR}, "ordered_since"),
        ({"customer": "C2"}, ""),
        ({"state": "sent"}, "ordered_since"),
    ],
)
def test_only_an_order_of_the_same_customer_since_then_counts(shop, more, expected):
    sell(shop, cart("K1"), order("S1", **{"ordered_at": NOW, **more}))

    assert reason(shop, "K1") == expected


def test_numbers_with_signs_that_mean_something_in_keys_do_not_meet(shop):
    sell(shop, cart("K#1:2"), cart("K", customer="C2"))

    assert codes(remind(shop, "K", "K#1:2")) == ["created", "created"]
    assert codes(remind(shop, "K", "K#1:2")) == ["unchanged", "unchanged"]
    assert sorted(key for key, *_ in outbox()) == ["recovery:K%231%3A2:1", "recovery:K:1"]


def test_a_hostile_address_is_never_written_to(shop):
    addresses = (
        "victim@x.example, evil@y.example", "group: a@x.example, b@y.example;", "a@x.example\r\nBcc: b@y.example",
        "<a@x.example>", "-f@x.example", "a b@x.example", "a@x.example;b@y.example",
    )  # fmt: skip
    sell(shop, cart("K1"))

    for address in addresses:
        models.Customer.update(email=address).where(models.Customer.code == "C1").execute()
        with nothing_changes():
            (outcome,) = remind(shop, "K1")
        assert (outcome.change, outcome.row.skip_reason) == ("skipped", "no_address"), address


def test_an_unknown_cart_does_not_disturb_its_neighbours(shop):
    sell(shop, cart("K1"))

    assert codes(remind(shop, "K9", "K1")) == ["cart.unknown", "created"]


def test_a_letter_that_failed_is_queued_again_only_for_who_asks(shop):
    sell(shop, cart("K1"))
    remind(shop, "K1")
    models.Email.update(state="failed").execute()

    (cron,) = remind(shop, "K1")
    (person,) = remind(shop, "K1", again=True)
    (more,) = remind(shop, "K1", again=True)

    assert (cron.change, cron.row.skip_reason) == ("skipped", "letter_failed")
    assert (person.change, more.change) == ("created", "unchanged")
    assert outbox() == [
        ("recovery:K1:1", "failed", "ann@example.com"),
        ("recovery:K1:1#2", "queued", "ann@example.com"),
    ]


def test_a_failed_letter_is_not_queued_again_for_a_customer_who_ordered(shop):
    sell(shop, cart("K1"))
    remind(shop, "K1")
    models.Email.update(state="failed").execute()
    take_in(shop, order("S1"))

    with nothing_changes():
        (outcome,) = remind(shop, "K1", again=True)

    assert (outcome.change, outcome.row.skip_reason) == ("skipped", "ordered_since")


def test_a_shorter_time_counts_where_it_is_asked_for(shop):
    sell(shop, cart("K1", idle=2 * HOUR))

    assert codes(remind(shop, "K1", idle=2 * HOUR)) == ["created"]


def test_a_dry_run_queues_nothing(shop):
    sell(shop, cart("K1"))
    shop.dry_run = True

    with nothing_changes():
        assert codes(remind(shop, "K1")) == ["would_create"]


def test_a_run_stops_at_the_most_letters_that_were_asked_for(shop):
    sell(shop, cart("K1", idle=12 * HOUR), cart("K2", customer=None, idle=13 * HOUR),
         cart("K3", customer="C2", idle=14 * HOUR), cart("K4", idle=15 * HOUR), CustomerRecord("C5", email="c@x.example"),
         cart("K5", customer="C5", idle=16 * HOUR))  # fmt: skip
    wanted = CartFilter("abandoned")

    found = [recovery.candidates(shop, wanted, most) for most in (0, 1, 2, None)]

    assert found == [([], 0), (["K1"], 1), (["K1", "K2", "K3"], 2), (["K1", "K2", "K3", "K4", "K5"], 3)]


def test_parallel_runs_write_each_customer_one_letter(database_url):
    # Order rules, vector 3; every customer left two carts, and the runs take them from both ends.
    references = [f"K{place:03d}" for place in range(100)]
    with opened(database_url) as shop:
        customers = [CustomerRecord(f"P{place:02d}", email=f"p{place}@example.com") for place in range(50)]
        sell(shop, *customers, *(cart(one, customer=f"P{place // 2:02d}") for place, one in enumerate(references)))

    answers = colleagues(database_url, [("remind", references), ("remind", references[::-1])], chunk=7)

    with opened(database_url):
        assert models.Email.select().count() == 50
        assert len({one.recipient for one in models.Email.select()}) == 50
        steps = [(one.kind, one.step, one.document, one.email.document) for one in models.Reminder.select()]
    assert sorted(steps) == sorted(("cart", 1, document, document) for *_, document, _ in steps)
    assert len(steps) == 50
    assert sum(answer.count("created") for answer in answers) == 50


# The letter


SHOP = replace(
    mail_shop.CONFIG,
    carts=Carts(link="https://northwind.example/cart?id={cart}"),
    email=replace(mail_shop.CONFIG.email, unsubscribe=Unsubscribe(link="https://northwind.example/u?t={token}")),
)


def letter(shop, number):
    done(*remind(shop, number))
    return models.Email.get(models.Email.document == number)


def test_the_letter_names_what_is_in_the_cart_and_leads_back(shop):
    shop.config = SHOP
    sell(shop, cart("k/1&x", line(99, "2.5", description="Linen\n<b>white</b>"), line(5, kind="shipping")))

    found = letter(shop, "K/1&X")
    token = token_of(found.text)

    assert found.subject == "Your cart at Northwind Living is still here"
    assert found.text == (
        "Hello Ann Smith,\n"
        "\n"
        "You left something in your cart. We have kept it for you:\n"
        "\n"
        "  2.5 x Linen <b>white</b>\n"
        "\n"
        "Go on where you stopped:\n"
        "https://northwind.example/cart?id=K%2F1%26X\n"
        "\n"
        "Did something not work, or is a question open? Just answer this letter.\n"
        "\n"
        "Thank you.\n"
        "\n"
        "You get this letter because you agreed to get such mail from us.\n"
        "No more letters about carts, please:\n"
        f"https://northwind.example/u?t={token}\n"
        "\n"
        "-- \n"
        "Northwind Living\n"
        "1 Harbour Road\n"
        "20457 Hamburg\n"
        "+49 40 1\n"
        "hello@northwind.example\n"
        "VAT ID DE123456789\n"
    )
    assert "Linen &lt;b&gt;white&lt;/b&gt;" in found.html
    assert 'href="https://northwind.example/cart?id=K%2F1%26X"' in found.html
    assert (found.kind, found.language) == ("recovery", "en")


def test_a_german_customer_reads_german_and_a_shop_without_links_none(shop):
    shop.config = mail_shop.CONFIG
    sell(shop, CustomerRecord("C8", company="Möbel Nord", email="nord@example.org", language="de"),
         cart("K1", line(), line(5, description="", sku="B2"), customer="C8"))  # fmt: skip

    found = letter(shop, "K1")

    assert found.subject == "Ihr Warenkorb bei Northwind Living ist noch da"
    assert found.text.startswith(
        "Guten Tag Möbel Nord,\n"
        "\n"
        "Sie haben etwas in Ihrem Warenkorb gelassen. Wir haben es für Sie aufgehoben:\n"
        "\n"
        "  1 x Apple\n"
        "  1 x B2\n"
        "\n"
        "Hat etwas nicht geklappt, oder ist eine Frage offen? Antworten Sie einfach auf diese Nachricht.\n"
    )
    assert "http" not in found.text
    assert found.language == "de"


def test_other_languages_read_that_of_the_shop(shop):
    shop.config = Config()
    sell(shop, CustomerRecord("C8", email="x@example.org", language="pt"), cart("K1", customer="C8"))

    found = letter(shop, "K1")

    assert found.subject == "Your cart is still here"
    assert found.text.startswith("Hello,\n\nYou left something in your cart.")


# On its way


def send(shop):
    mailer = KeepingMailer()
    outcomes = list(delivering.deliver(shop, mailer, PlainPrinter()))
    return outcomes, [envelope.recipients for _, envelope in mailer.sent]


def test_a_letter_goes_out_and_its_cart_is_recovered_when_it_is_ordered_then(shop):
    shop.config = SHOP
    sell(shop, cart("K1"), cart("K2", customer="C2"))
    remind(shop, "K1", "K2")

    outcomes, sent = send(shop)
    take_in(shop, order("S1", cart="K1", ordered_at=NOW + HOUR), order("S2", cart="K2", customer="C2", ordered_at=NOW))

    assert codes(outcomes) == ["changed", "changed"]
    assert sent == [("ann@example.com",), ("bob@example.com",)]
    assert {row.number: row.state for row in listing.search(CartFilter(), asked(shop=shop)).rows} == {
        "K1": "recovered", "K2": "ordered",
    }  # fmt: skip
    assert [row.number for row in listing.search(CartFilter("recovered"), asked(shop=shop)).rows] == ["K1"]


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (lambda shop: take_in(shop, order("S1")), "its customer has ordered since"),
        (lambda _: models.Customer.update(marketing=False).execute(), "its customer wants no such mail"),
        (lambda shop: cart_changes.edit(shop, ["K1"], cart_changes.Edit(stage="failed")),
         "its payment failed, so it is a matter of the payment"),
        (lambda _: models.Cart.delete().execute(), "the cart was deleted"),
    ],
)  # fmt: skip
def test_a_letter_that_is_not_wanted_any_more_stays_here(shop, happens, why):
    shop.config = SHOP
    sell(shop, cart("K1"))
    remind(shop, "K1")
    happens(shop)

    outcomes, sent = send(shop)

    assert (codes(outcomes), outcomes[0].notes, sent) == (["skipped"], (why,), [])
    assert [(one.state, one.reply) for one in models.Email.select()] == [("cancelled", why)]


def test_a_letter_about_a_cart_that_was_ordered_meanwhile_is_cancelled_at_once(shop):
    sell(shop, cart("K1"))
    remind(shop, "K1")

    take_in(shop, order("S1", cart="K1"))

    assert [(one.state, one.reply) for one in models.Email.select()] == [("cancelled", "the cart was ordered")]


def test_a_letter_that_the_server_refused_can_be_asked_for_again(shop):
    shop.config = SHOP
    sell(shop, cart("K1"))
    remind(shop, "K1")
    refusal = mail_shop.DeliveryError("recipient", 550, "no such user", lost=False)

    (outcome,) = delivering.deliver(shop, KeepingMailer([refusal]), PlainPrinter())

    assert outcome.error.hint == "shopctl carts remind K1"
    assert reason(shop, "K1") == "letter_failed"
