"""Customers are told what happens to their orders, in the transaction in which it happens."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shopctl.config import Config, Email
from shopctl.config.settings import Orders
from shopctl.domain.deliveries import parse_quantities
from shopctl.domain.outcomes import Done
from shopctl.domain.records import OrderRecord
from shopctl.models import Order
from shopctl.services import cancelling, ordering, registering, shipping
from shopctl.services.receipts import Receipt
from tests.services.mail_shop import CONFIG, LINE, fill, opened, outbox
from tests.support.shop import nothing_changes, take_in
from tests.support.shops import NOW

D = Decimal


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        for number, customer in (("W1", "C1"), ("W2", "C2"), ("W3", "C3")):
            take_in(
                shop,
                OrderRecord(
                    number=number, customer=customer, ordered_at=NOW, state="sent", currency="EUR", lines=(LINE,)
                ),
            )
        yield shop


def notes(outcomes):
    return [outcome.notes if isinstance(outcome, Done) else outcome.error.code for outcome in outcomes]


def test_confirmed_orders_are_told_once_in_their_language(shop):
    found = ordering.confirm(shop, ["W1", "nope", "W2", "W3"])
    again = ordering.confirm(shop, ["W1"])

    assert notes(found) == [
        ("confirmation e-mail queued for zoe@example.org",),
        "order.unknown",
        ("confirmation e-mail queued for nord@example.org",),
        (),  # nobody knows an address
    ]
    assert notes(again) == [("order W1 is confirmed already",)]
    assert outbox("document", "kind", "state", "language") == [
        ("W1", "confirmation", "queued", "en"),
        ("W2", "confirmation", "queued", "de"),
    ]


def test_a_payment_that_confirms_is_in_the_letter(shop):
    registering.register(shop, [Receipt("W1", D("121"))])

    ((subject, text),) = outbox("subject", "text")
    assert subject == "Order confirmation W1 from Northwind Living"
    assert "It is already paid, so there is nothing left to pay." in text
    assert "IBAN" not in text


def test_what_leaves_and_what_is_cancelled_is_told(shop):
    shipping.deliver(shop, ["S1"], shipping.Shipment(parse_quantities(["1=1"])))
    shipping.deliver(shop, ["S1"], shipping.Shipment({}))
    shipping.deliver(shop, ["S1"], shipping.Shipment(parse_quantities(["1=-1"])))  # came back: nothing left
    found = cancelling.cancel(shop, ["W2", "S1"], cancelling.Request("sold out"))

    assert notes(found) == [("cancellation e-mail queued for nord@example.org",), "order.not_cancellable"]
    assert outbox("key") == [("shipped:S1:1",), ("shipped:S1:2",), ("cancellation:W2",)]


@pytest.mark.parametrize(
    ("config", "letters", "kinds"),
    [
        (CONFIG, None, ["confirmation"]),
        (CONFIG, frozenset(), []),
        (replace(CONFIG, orders=Orders(letters=("shipped",))), None, []),
        (replace(CONFIG, orders=Orders(letters=())), frozenset({"confirmation"}), ["confirmation"]),
        (Config(), None, []),  # nobody to write as
        (replace(CONFIG, email=Email()), frozenset({"confirmation"}), ["confirmation"]),
    ],
)
def test_settings_decide_unless_the_call_says_it(shop, config, letters, kinds):
    ordering.confirm(replace(shop, config=config, letters=letters, closing=[]), ["W1"])

    assert [kind for (kind,) in outbox("kind")] == kinds


def test_a_rehearsal_writes_nothing(shop):
    with nothing_changes():
        found = ordering.confirm(replace(shop, dry_run=True), ["W1"])

    assert notes(found) == [("confirmation e-mail queued for zoe@example.org",)]


def test_an_order_that_goes_back_with_its_batch_is_not_told(shop):
    shop.atomic = True

    ordering.confirm(shop, ["W1", "nope"])

    assert outbox("key") == []
    assert Order.get(Order.number == "W1").state == "sent"
