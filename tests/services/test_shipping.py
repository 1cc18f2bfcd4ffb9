"""Deliver orders, and take goods back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config, settings
from shopctl.domain.deliveries import parse_quantities
from shopctl.domain.records import ProductRecord
from shopctl.errors import NotFoundError, RefusedError
from shopctl.services import deliveries, invoicing, orders, returning, shipping
from shopctl.services.invoicing import Request
from shopctl.services.listing import deliveries as listing
from shopctl.services.listing.deliveries import DeliveryFilter
from shopctl.services.returning import Return
from shopctl.services.shipping import Shipment
from tests.support.shop import (
    TODAY,
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    nothing_changes,
    order,
    sell,
    wrong,
)

D = Decimal
WORK = ProductRecord("WORK", "Work", type="service", price=D(80), policy="delivered")


def deliver(shop, *numbers, line=(), **how):
    return shipping.deliver(shop, list(numbers), Shipment(parse_quantities(line), **how))


def give_back(shop, *numbers, line=(), **how):
    return returning.give_back(shop, list(numbers), Return(parse_quantities(line), **how))


def delivered(number):
    (details,) = orders.show([number])
    return [f"{one.delivered.normalize():f}" for one in details.lines], details.order.delivery_status


def status(number):
    (details,) = orders.show([number])
    return details.order.invoice_status


def moved(number):
    (details,) = deliveries.show([number])
    return details.delivery.kind, [(one.line, f"{one.quantity.normalize():f}") for one in details.lines]


def listed(**wanted):
    return [row.number for row in listing.search(DeliveryFilter(**wanted)).rows]


def test_everything_that_is_left_leaves_with_one_delivery(shop):
    goods = line(10, 5, policy="delivered", delivered=D(2))
    sell(shop, WORK, order("S1", goods, line(6, kind="shipping"), line(80, 3, sku="WORK", policy="delivered"), line()))

    outcome = done(*deliver(shop, "s1", carrier="DHL", tracking="0034", note="fragile"))

    assert (outcome.change, outcome.row.number, outcome.row.delivery_status) == ("changed", "S1", "shipped")
    assert outcome.notes == ("delivery OUT/2026/00001", "Apple: 3 noted")
    assert delivered("S1") == (["5", "0", "3", "1"], "shipped")
    assert moved("out-2026-00001") == ("outgoing", [(1, "3"), (4, "1")])
    (details,) = deliveries.show(["OUT/2026/00001"])
    row = details.delivery
    assert (row.order, row.date, row.state, row.carrier, row.tracking, row.note) == (
        "S1", TODAY, "done", "DHL", "0034", "fragile",
    )  # fmt: skip
    assert (row.customer_code, row.customer_name) == ("C1", "Ann Smith")
    assert journal()[-2:] == [("delivery.done", "OUT/2026/00001"), ("order.delivered", "S1")]
    assert wrong(shop) == []


def test_what_is_named_moves_either_way(shop):
    sell(shop, order("S1", line(10, 5, policy="delivered", delivered=D(2)), line(1, 4)))

    outcome = done(*deliver(shop, "S1", line=["2=1", "1=-1"], date=date(2026, 8, 1)))

    assert outcome.notes == ("delivery OUT/2026/00001", "return OUT/2026/00002")
    assert (moved("OUT/2026/00001"), moved("OUT/2026/00002")) == (
        ("outgoing", [(2, "1")]), ("return", [(1, "1")]),
    )  # fmt: skip
    assert delivered("S1") == (["1", "1"], "partial")
    assert {row.date for row in models.Delivery.select()} == {date(2026, 8, 1)}
    assert status("S1") == "to_invoice"
    assert wrong(shop) == []


def test_services_are_only_counted(shop):
    sell(shop, WORK, order("S1", line(80, 3, sku="WORK", policy="delivered")))

    outcome = done(*deliver(shop, "S1", line=["1=2"]))

    assert (outcome.notes, delivered("S1")[0], status("S1")) == (("Apple: 2 noted",), ["2"], "to_invoice")
    assert models.Delivery.select().count() == 0
    assert done(*deliver(shop, "S1", line=["1=-1"])).notes == ("Apple: -1 noted",)
    assert wrong(shop) == []


def test_nothing_left_is_unchanged(shop):
    sell(shop, order("S1", line(delivered=D(1))), order("S2", line(6, kind="shipping")))

    with nothing_changes():
        outcomes = deliver(shop, "S1", "S2")

    assert codes(outcomes) == ["unchanged", "unchanged"]
    assert outcomes[0].notes == ("nothing of order S1 is left to deliver",)


def test_more_than_ordered_needs_force(shop):
    sell(shop, order("S1", line(10, 5)))
    bill(shop, "S1")

    with nothing_changes():
        refused = deliver(shop, "S1", line=["1=7"])
    done(*deliver(shop, "S1", line=["1=7"], force=True))

    assert failed(*refused).code == "delivery.quantity"
    assert (delivered("S1"), status("S1")) == ((["7"], "shipped"), "upselling")
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [(["1=-1"], "delivery.quantity"), (["2=1"], "delivery.quantity"), (["3=1"], "line.unknown")],
)
def test_refusal_changes_nothing(shop, lines, code):
    sell(shop, order("S1", line(), line(6, kind="shipping")))

    with nothing_changes():
        assert failed(*deliver(shop, "S1", line=lines)).code == code


def test_only_confirmed_orders_are_delivered(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="cancelled"))

    with nothing_changes():
        outcomes = deliver(shop, "S1", "S2", "S9")

    assert codes(outcomes) == ["order.not_confirmed", "order.cancelled", "order.unknown"]


def test_day_to_come_is_refused(shop):
    sell(shop, order("S1"))

    with nothing_changes(), pytest.raises(RefusedError) as refusal:
        deliver(shop, "S1", date=date(2026, 8, 22))

    assert refusal.value.code == "delivery.date_future"


def test_neighbours_are_not_disturbed_and_numbers_have_no_gap(shop):
    sell(shop, order("S1"), order("S2", state="sent"), order("S3"))

    outcomes = deliver(shop, "S3", "S2", "S1", "s3")

    assert codes(outcomes) == ["changed", "order.not_confirmed", "changed", "unchanged"]
    assert [row.number for row in models.Delivery.select().order_by(models.Delivery.id)] == [
        "OUT/2026/00001", "OUT/2026/00002",
    ]  # fmt: skip
    assert listed(order="S3") == ["OUT/2026/00001"]


def test_numbers_follow_the_template(shop):
    sell(shop, order("S1"))
    shop.config = Config(numbering=settings.Numbering(delivery="D{yy}-{seq:03d}"))

    assert done(*deliver(shop, "S1")).notes == ("delivery D26-001",)


def test_order_shows_its_deliveries(shop):
    sell(shop, order("S1", line(1, 2)))
    deliver(shop, "S1", carrier="DHL")
    give_back(shop, "OUT/2026/00001", line=["1=1"])

    (details,) = orders.show(["S1"])

    assert [tuple(one) for one in details.deliveries] == [
        ("OUT/2026/00001", "outgoing", "done", "2026-08-21", "DHL", ""),
        ("OUT/2026/00002", "return", "done", "2026-08-21", "", ""),
    ]


# Returns.


def test_return_after_the_full_invoice_is_credited(shop):
    # Order rules, vector 5.
    sell(shop, order("S1", line(10, 10, "V21", policy="delivered")))
    deliver(shop, "S1")
    bill(shop, "S1")

    outcome = done(*give_back(shop, "OUT/2026/00001", line=["1=1"], reason="broken"))

    assert (outcome.change, outcome.row.number, outcome.row.kind, outcome.row.note) == (
        "created", "OUT/2026/00002", "return", "broken",
    )  # fmt: skip
    (details,) = orders.show(["S1"])
    assert (details.lines[0].to_invoice, status("S1")) == (-1, "to_invoice")
    row = done(*invoicing.create(shop, ["S1"], Request(confirm=True))).row
    assert (row.type, f"{row.amount_total:.2f}") == ("credit_note", "12.10")
    assert ("delivery.returned", "OUT/2026/00001") in journal()
    assert wrong(shop) == []


def test_delivery_comes_back_once(shop):
    sell(shop, order("S1", line(10, 5), line(1, 2)))
    deliver(shop, "S1", line=["1=3"])
    deliver(shop, "S1")
    give_back(shop, "OUT/2026/00001", line=["1=1"])

    rest = done(*give_back(shop, "OUT/2026/00001"))
    with nothing_changes():
        again = done(*give_back(shop, "OUT/2026/00001"))

    assert (moved(rest.row.number), delivered("S1")[0]) == (("return", [(1, "2")]), ["2", "2"])
    assert (again.change, again.row.number) == ("unchanged", "OUT/2026/00001")
    assert again.notes == ("nothing of delivery OUT/2026/00001 is left to take back",)
    assert wrong(shop) == []


def test_deliveries_of_one_order_come_back_together(shop):
    sell(shop, order("S1", line(10, 5)))
    deliver(shop, "S1", line=["1=3"])
    deliver(shop, "S1")

    outcomes = give_back(shop, "OUT/2026/00002", "OUT/2026/00001", "out-2026-00001")

    assert codes(outcomes) == ["created", "created", "unchanged"]
    assert [moved(outcome.row.number)[1] for outcome in outcomes[:2]] == [[(1, "2")], [(1, "3")]]
    assert delivered("S1") == (["0"], "to_ship")
    assert wrong(shop) == []


def test_what_came_back_otherwise_does_not_come_back_again(shop):
    sell(shop, order("S1", line(10, 5)))
    deliver(shop, "S1")
    deliver(shop, "S1", line=["1=-4"])

    with nothing_changes():
        refused = give_back(shop, "OUT/2026/00001", line=["1=2"])
    rest = done(*give_back(shop, "OUT/2026/00001"))

    assert failed(*refused).code == "delivery.quantity"
    assert moved(rest.row.number) == ("return", [(1, "1")])
    assert wrong(shop) == []


def test_refused_returns_change_nothing(shop):
    sell(shop, order("S1", line(10, 5)))
    deliver(shop, "S1")
    give_back(shop, "OUT/2026/00001", line=["1=1"])

    with nothing_changes():
        outcomes = give_back(shop, "OUT/2026/00002", "OUT/2026/00009")
        unknown_line = give_back(shop, "OUT/2026/00001", line=["2=1"])

    assert codes(outcomes) == ["delivery.quantity", "delivery.unknown"]
    assert codes(unknown_line) == ["line.unknown"]


# Lists.


def test_lists_are_narrowed(shop):
    sell(shop, order("S1", line(10, 5)), order("S2", customer="C2"))
    deliver(shop, "S1", date=date(2026, 8, 1))
    deliver(shop, "S2")
    give_back(shop, "OUT/2026/00001")

    assert listed() == ["OUT/2026/00003", "OUT/2026/00002", "OUT/2026/00001"]
    assert listed(order="s1") == ["OUT/2026/00003", "OUT/2026/00001"]
    assert listed(customer="C2") == ["OUT/2026/00002"]
    assert listed(returns=True) == ["OUT/2026/00003"]
    assert listed(since=date(2026, 8, 2)) == ["OUT/2026/00003", "OUT/2026/00002"]
    assert listed(until=date(2026, 8, 1)) == ["OUT/2026/00001"]
    after = listing.search(DeliveryFilter(), limit=1, after="out-2026-00003")
    assert ([row.number for row in after.rows], after.more, after.total) == (["OUT/2026/00002"], True, 3)


def test_what_is_not_there_is_refused(shop):
    for look in (
        lambda: deliveries.show(["OUT/1"]),
        lambda: listed(order="S9"),
        lambda: listing.search(DeliveryFilter(), after="OUT/1"),
    ):
        with pytest.raises(NotFoundError):
            look()
