"""Carts that become orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.records import AddressRecord, CartRecord, CustomerRecord, ProductRecord
from shopctl.errors import NotFoundError, RefusedError
from shopctl.services import invoicing, orders, recovering
from shopctl.services.deciding import Request
from shopctl.services.recovering import Wish
from tests.support.shop import codes, done, failed, journal, line, nothing_changes, opened, order, rivals, sell, wrong
from tests.support.shops import NOW

D = Decimal
DAY = timedelta(days=1)


def cart(number, *lines, **more):
    """Make a cart of C1 with one thing for 100.00, left a day ago."""
    return CartRecord(
        number,
        lines=lines or (line(),),
        **{"customer": "C1", "created_at": NOW - DAY, "last_activity_at": NOW - DAY, "currency": "EUR", **more},
    )


def recover(shop, *numbers, **more):
    return recovering.recover(shop, list(numbers), Wish(**more))


def test_a_cart_becomes_an_order_that_waits_for_its_money(shop):
    home = AddressRecord("Ann", "", "Main Street 5", "", "20457", "Hamburg", "", "DE", "billing")
    office = AddressRecord("Ann", "Works", "Quay 1", "", "20459", "Hamburg", "", "DE", "shipping")
    sell(
        shop,
        CustomerRecord("C7", "Ann", email="seven@example.com", addresses=(office, home)),
        cart("K1", line(50, 2, "V21", discount=D(10)), line(5, kind="shipping", sku=""), customer="C7", website="w"),
    )

    (outcome,) = recover(shop, "k1")

    row = done(outcome).row
    assert (outcome.change, row.number, row.state, row.date, row.website) == ("created", "S00001", "sent", NOW, "w")
    assert (f"{row.amount_untaxed:.2f}", f"{row.amount_tax:.2f}", f"{row.amount_total:.2f}", row.currency) == (
        "95.00", "18.90", "113.90", "EUR",
    )  # fmt: skip
    (shown,) = orders.show(["S00001"])
    assert [(one.kind, one.quantity, one.unit_price, one.discount) for one in shown.lines] == [
        ("product", 2, 50, 10), ("shipping", 1, 5, 0),
    ]  # fmt: skip
    assert (shown.billing["street"], shown.shipping["street"]) == ("Main Street 5", "Quay 1")
    assert models.Order.get().cart == "K1"
    assert models.Cart.get().ordered_at == NOW
    assert journal()[-2:] == [("order.created", "S00001"), ("cart.ordered", "K1")]
    assert wrong(shop) == []


def test_an_order_that_is_confirmed_at_once_can_be_billed(shop):
    sell(shop, ProductRecord("A1", taxes=("V6",), price=D(100)), cart("K1", line(100, 1, "V21")))

    (outcome,) = recover(shop, "K1", confirm=True)

    assert (done(outcome).row.state, outcome.row.confirmed_at, outcome.row.invoice_status) == (
        "confirmed", NOW, "to_invoice",
    )  # fmt: skip
    assert f"{done(*invoicing.create(shop, ['S00001'], Request(confirm=True))).row.amount_total:.2f}" == "121.00"
    assert wrong(shop) == []


def test_prices_stay_those_of_the_cart_and_what_changed_since_is_told(shop):
    sell(
        shop,
        ProductRecord("NOW", price=D(55)),
        ProductRecord("OLD", price=D(10), archived=True),
        ProductRecord("FEW", price=D(1)),
        ProductRecord("SAME", price=D(2)),
        cart("K1", line(49, sku="NOW"), line(10, sku="OLD"), line(1, 3, sku="FEW"), line(2, sku="SAME"), line(7)),
    )
    models.Product.update(stock=2).where(models.Product.sku == "FEW").execute()
    models.Product.update(stock=1).where(models.Product.sku == "SAME").execute()

    (outcome,) = recover(shop, "K1")

    assert f"{done(outcome).row.amount_total:.2f}" == "71.00"
    assert outcome.notes == (
        "line 1 keeps its price of 49.00 EUR; NOW costs 55.00 EUR now",
        "line 2: OLD is not sold any more",
        "line 3: only 2 of FEW are in stock",
    )


def test_a_cart_that_is_an_order_already_names_it(shop):
    sell(shop, cart("K1"), cart("K2"), order("X1", cart="K2"))
    recover(shop, "K1")

    with nothing_changes():
        outcomes = recover(shop, "K1", "K2", "k1")

    assert codes(outcomes) == ["unchanged", "unchanged", "unchanged"]
    assert [one.row.number for one in outcomes] == ["S00001", "X1", "S00001"]
    assert outcomes[1].notes == ("cart K2 became order X1 already",)


def test_a_letter_that_waits_is_cancelled(shop):
    sell(shop, cart("K1"))
    models.Email.create(key="recovery:K1:1", document="K1", kind="recovery", recipient="a@x.example", subject="s",
                        text="t", message_id="<1@x>", not_before=NOW, created_at=NOW)  # fmt: skip

    recover(shop, "K1")

    assert (models.Email.get().state, models.Email.get().reply) == ("cancelled", "the cart was ordered")


@pytest.mark.parametrize(
    ("more", "customer", "known"),
    [
        ({"customer": "C2"}, "C2", 2),
        ({"customer": "bob@example.com"}, "C2", 2),
        ({"email": "BOB@example.com"}, "C2", 2),
        ({"email": "new@example.com"}, "C00003", 3),
    ],
)
def test_an_anonymous_cart_needs_a_customer(shop, more, customer, known):
    sell(shop, cart("K1", customer=None))

    with nothing_changes():
        (refused,) = recover(shop, "K1")
    (outcome,) = recover(shop, "K1", **more)

    assert (failed(refused).code, failed(refused).hint) == (
        "cart.no_customer", "shopctl carts recover K1 --email ADDRESS, or --customer CODE",
    )  # fmt: skip
    assert done(outcome).row.customer_code == customer
    assert models.Customer.select().count() == known
    assert models.Cart.get().customer.code == customer


def test_refusals_change_nothing_and_do_not_disturb_their_neighbours(shop):
    sell(shop, cart("K1")._replace(lines=()), cart("K2", line(kind="note")), cart("K3"), cart("K4", customer="C2"))

    with nothing_changes():
        outcomes = recover(shop, "K1", "K2", "K9", "K3", customer="C2")
    both = recover(shop, "K3", "K4", customer="C2")

    assert codes(outcomes) == ["cart.empty", "cart.empty", "cart.unknown", "cart.customer"]
    assert failed(outcomes[3]).message == "cart K3 belongs to another customer"
    assert codes(both) == ["cart.customer", "created"]


def test_nobody_is_made_for_a_cart_that_is_refused(shop):
    sell(shop, cart("K1"), cart("K2", customer=None)._replace(lines=()))

    with nothing_changes():
        outcomes = recover(shop, "K1", "K2", email="new@example.com")

    assert codes(outcomes) == ["cart.customer", "cart.empty"]


@pytest.mark.parametrize(("more", "kind"), [({"customer": "C9"}, NotFoundError), ({"email": "none"}, RefusedError)])
def test_nobody_is_refused_as_a_whole(shop, more, kind):
    sell(shop, cart("K1"))

    with nothing_changes(), pytest.raises(kind):
        recover(shop, "K1", **more)


def test_an_order_imported_later_under_the_same_cart_does_not_disturb(shop):
    sell(shop, cart("K1"))
    recover(shop, "K1")

    sell(shop, cart("K1"), order("W1", cart="K1", ordered_at=NOW + DAY))

    assert models.Cart.get().ordered_at == NOW
    assert codes(recover(shop, "K1")) == ["unchanged"]


def test_parallel_runs_make_one_order_a_cart(database_url):
    references = [f"K{place:02d}" for place in range(20)]
    with opened(database_url) as shop:
        sell(shop, *(cart(reference) for reference in references))

    answers = rivals(database_url, 2, "recover", references, chunk=5)

    with opened(database_url) as shop:
        assert models.Order.select().count() == 20
        assert wrong(shop) == []
    assert sum(answer.count("created") for answer in answers) == 20
