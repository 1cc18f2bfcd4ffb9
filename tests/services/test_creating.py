"""Make orders with what is in the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.domain.line_edits import AddLine
from shopctl.domain.records import AddressRecord, CustomerRecord, ProductRecord
from shopctl.errors import ForbiddenError
from shopctl.services import creating, duplicates, orders
from shopctl.services.creating import NewOrder
from tests.support.shop import bill, codes, done, failed, journal, money, nothing_changes, order, sell, wrong
from tests.support.shops import NOW

D = Decimal
MUG = ProductRecord("MUG", "Mug", price=D("8.50"), taxes=("V21",), policy="delivered")
POST = ProductRecord("POST", "Parcel", "shipping", D(5), ("V21",))
OLD = ProductRecord("OLD", "Old mug", price=D(1), archived=True)
HOME = AddressRecord("Ann", street="A 1", city="Ghent", country="BE", kind="billing")
DOCK = AddressRecord("Ann", street="B 2", city="Ghent", country="BE", kind="shipping")
CARLA = CustomerRecord("C7", "Carla", email="carla@example.com", terms="N30", addresses=(HOME, DOCK))


def create(shop, *lines, **values):
    found = tuple(AddLine(*line) for line in lines or [("MUG", D(2))])
    return creating.create(shop, [NewOrder(**{"customer": "C7", "lines": found, **values})])


@pytest.fixture
def stocked(shop):
    sell(shop, MUG, POST, OLD, CARLA)
    return shop


def test_prices_taxes_and_addresses_are_those_of_the_shop(stocked):
    outcome = done(*create(stocked, ("MUG", D(2)), ("POST",)))

    row = outcome.row
    assert (outcome.change, outcome.reference, outcome.notes) == ("created", "S00001", ())
    assert (row.number, row.state, row.customer_code, row.currency, row.date) == ("S00001", "sent", "C7", "EUR", NOW)
    # 2 x 8.50 + 5.00 = 22.00; 21 % of it is 4.62.
    assert (row.amount_untaxed, row.amount_tax, row.amount_total) == (D("22.00"), D("4.62"), D("26.62"))
    (found,) = orders.show(["S00001"])
    assert [(line.sku, line.description, line.kind, line.taxes) for line in found.lines] == [
        ("MUG", "Mug", "product", "V21"), ("POST", "Parcel", "shipping", "V21")
    ]  # fmt: skip
    assert (found.billing["street"], found.shipping["street"]) == ("A 1", "B 2")
    assert [line.policy for line in models.OrderLine.select().order_by(models.OrderLine.position)] == [
        "delivered", "ordered"
    ]  # fmt: skip
    assert journal()[-1] == ("order.created", "S00001")
    assert wrong(stocked) == []


def test_everything_can_be_said(stocked):
    outcome = done(
        *create(
            stocked, ("MUG", D(1), D(7)), customer="CARLA@example.com", ship_to=1, bill_to=AddressRecord(city="Bruges"),
            method="card", terms="N30", currency="usd", website="shop.example", note="ring twice", tags=("gift",),
            number="web-7", ordered_at=NOW - timedelta(days=1), confirm=True,
        )
    )  # fmt: skip

    (found,) = orders.show(["WEB-7"])
    row = outcome.row
    assert (row.number, row.state, row.confirmed_at, row.date) == ("WEB-7", "confirmed", NOW, NOW - timedelta(days=1))
    assert (row.amount_untaxed, row.currency, row.payment_method, row.website) == (D(7), "USD", "card", "shop.example")
    assert (found.shipping["street"], found.billing) == ("A 1", {"city": "Bruges"})
    assert (found.terms, found.note, found.tags) == ("N30", "ring twice", ("gift",))
    assert wrong(stocked) == []


def test_money_that_is_here_is_registered_and_confirms(stocked):
    outcome = done(*create(stocked, paid=True, method="cash"))

    assert (outcome.row.state, money("S00001")) == ("confirmed", ("20.57", "0.00", "paid"))
    assert outcome.notes[0] == "PAY/2026/00001 registers 20.57 EUR"
    assert models.Payment.get().method == "cash"
    assert wrong(stocked) == []


def test_number_of_the_series_gives_way_to_one_that_is_named(stocked):
    create(stocked, number="S00007")

    assert done(*create(stocked)).row.number == "S00008"


def test_guest_becomes_a_customer_once(stocked):
    typed = AddressRecord(street="C 3", city="Lyon", country="FR", kind="shipping")

    first = done(*create(stocked, customer="", email="Zoe@Example.org", name="Zoë", ship_to=typed))
    second = done(*create(stocked, customer="", email="zoe@example.org", name="Z. Müller"))

    assert first.row.customer_code == second.row.customer_code == "C00008"
    (one, two) = orders.show([first.row.number, second.row.number])
    assert (one.order.customer_name, one.order.customer_email) == ("Zoë", "Zoe@Example.org")
    assert one.billing == one.shipping == {"name": "Zoë", "street": "C 3", "city": "Lyon", "country": "FR"}
    assert two.shipping == one.shipping
    assert wrong(stocked) == []


def test_guest_may_have_nothing_but_a_name(stocked):
    outcome = done(*create(stocked, customer="", name="Otto"))

    assert (outcome.row.customer_name, outcome.row.customer_email) == ("Otto", "")


def test_order_placed_twice_is_told_and_not_refused(stocked):
    create(stocked)
    others = (
        done(*create(stocked, customer="C1")),
        done(*create(stocked, ("MUG", D(3)))),
        done(*create(stocked, ordered_at=NOW - timedelta(days=1))),
    )

    outcome = done(*create(stocked))

    assert outcome.notes == ("the same customer ordered for the same total on this day: S00001",)
    assert [other.notes for other in others] == [(), (), ()]
    assert [found.duplicates for found in orders.show(["S00001", "S00005", "S00002"])] == [
        ("S00005",), ("S00001",), ()
    ]  # fmt: skip


def test_cancelled_orders_and_guests_are_no_duplicates(shop):
    sell(shop, order("S1"), order("S2", state="cancelled"), order("S3", customer=None), order("S4", customer=None))

    assert [found.duplicates for found in orders.show(["S1", "S2", "S3"])] == [(), (), ()]
    assert duplicates.of(orders.show(["S1"])[0].order) == ()


@pytest.mark.parametrize(
    ("lines", "values", "code"),
    [
        ([("CUP",)], {}, "product.unknown"),
        ([("OLD",)], {}, "product.archived"),
        ([("MUG", D(0))], {}, "usage.amount"),
        ([("MUG", D(1), D(-9))], {}, "usage.amount"),
        ([("MUG", D(10) ** 9, D(10) ** 9)], {}, "usage.amount"),
        ([("MUG",)], {"customer": "C404"}, "customer.unknown"),
        ([("MUG",)], {"customer": ""}, "usage"),
        ([("MUG",)], {"email": "a@example.com"}, "usage"),
        ([("MUG",)], {"customer": "", "email": "nobody"}, "email.address"),
        ([("MUG",)], {"ship_to": 3}, "customer.address_unknown"),
        ([("MUG",)], {"customer": "", "name": "Otto", "ship_to": 1}, "customer.address_unknown"),
        ([("MUG",)], {"terms": "N404"}, "terms.unknown"),
        ([("MUG",)], {"method": "gold"}, "usage"),
        ([("MUG",)], {"currency": "EURO"}, "usage"),
        ([("MUG",)], {"number": "a b"}, "usage"),
        ([("MUG",)], {"ordered_at": NOW + timedelta(seconds=1)}, "usage.date"),
        ([("MUG", D(1), D(0))], {"paid": True}, "payment.nothing_due"),
    ],
)
def test_refusal_changes_nothing(stocked, lines, values, code):
    with nothing_changes():
        assert codes(create(stocked, *lines, **values)) == [code]


def test_nothing_is_no_order(stocked):
    with nothing_changes():
        (outcome,) = creating.create(stocked, [NewOrder("C7")])

    assert failed(outcome).hint == "add --line SKU[:QTY[@PRICE]]"


def test_number_of_another_order_is_refused(stocked):
    create(stocked, number="S9")

    with nothing_changes():
        (outcome,) = create(stocked, ("POST",), number="s9")

    assert (failed(outcome).code, failed(outcome).hint) == ("order.exists", "shopctl orders show S9")


def test_who_may_not_register_payments_makes_no_paid_order(stocked):
    other = replace(stocked, actor=Actor("bob", "sales"))

    with nothing_changes(), pytest.raises(ForbiddenError):
        create(other, paid=True)
    assert codes(create(other)) == ["created"]


def test_dry_run_uses_up_no_number(stocked):
    with nothing_changes():
        rehearsed = done(*create(replace(stocked, dry_run=True)))

    assert (rehearsed.change, rehearsed.row.number) == ("would_create", "S00001")
    assert done(*create(stocked)).row.number == "S00001"


def test_the_same_key_makes_one_order(stocked):
    keyed = replace(stocked, key="counter-17")

    first, second = done(*create(keyed)), done(*create(keyed))

    assert (first.change, second.change, second.row.number) == ("created", "replayed", "S00001")
    assert models.Order.select().count() == 1


def test_it_is_billed_like_any_other(stocked):
    create(stocked, ("POST", D(2)), confirm=True)

    bill(stocked, "S00001")

    assert models.Invoice.get().amount_total == D("12.10")
    assert wrong(stocked) == []
