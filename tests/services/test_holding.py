"""Put orders on hold and release them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.services import confirming, holding, invoicing, shipping
from shopctl.services.deciding import Bundle, Request
from shopctl.services.listing import orders as listing
from shopctl.services.shipping import LineQuantity, Shipment
from tests.support.shop import codes, done, failed, journal, nothing_changes, order, sell, wrong


def hold(shop, *numbers, reason="address is wrong"):
    return holding.hold(shop, list(numbers), reason)


def test_order_on_hold_says_why_until_it_is_released(shop):
    sell(shop, order("S1"))

    held = done(*hold(shop, "s1"))
    released = done(*holding.release(shop, ["S1"]))

    assert (held.change, held.row.hold_reason, held.row.state) == ("changed", "address is wrong", "confirmed")
    assert held.notes == ("nothing of it is invoiced, delivered, expired or reminded of until it is released",)
    assert (released.change, released.row.hold_reason) == ("changed", "")
    assert released.notes == ("was on hold: address is wrong",)
    assert journal()[-2:] == [("order.held", "S1"), ("order.released", "S1")]


def test_repeats_are_unchanged_and_another_reason_is_not(shop):
    sell(shop, order("S1"), order("S2"))
    hold(shop, "S1")

    with nothing_changes():
        again, free = *hold(shop, "S1"), *holding.release(shop, ["S2"])
    other = done(*hold(shop, "S1", reason="sold out"))

    assert codes([again, free]) == ["unchanged", "unchanged"]
    assert free.notes == ("order S2 is not on hold",)
    assert (other.change, other.row.hold_reason) == ("changed", "sold out")


@pytest.mark.parametrize("work", [hold, lambda shop, *numbers: holding.release(shop, list(numbers))])
def test_cancelled_and_unknown_orders_are_refused(shop, work):
    sell(shop, order("S1", state="cancelled"))

    with nothing_changes():
        outcomes = work(shop, "S1", "S404")

    assert codes(outcomes) == ["order.cancelled", "order.unknown"]


def test_nothing_of_it_is_billed_or_delivered(shop):
    sell(shop, order("S1"), order("S2"))
    hold(shop, "S1")

    with nothing_changes():
        billed = invoicing.create(shop, ["S1"], Request(confirm=True))
        down = invoicing.create(shop, ["S1"], Request(kind="down_payment", percent=Decimal(30)))
        left = shipping.deliver(shop, ["S1"], Shipment())
    together = invoicing.create_together(shop, [Bundle(("S1", "S2"))], Request())

    assert codes([*billed, *down, *left]) == ["order.held"] * 3
    assert failed(*billed).message == "order S1 is on hold (address is wrong), so it cannot be invoiced"
    assert failed(*left).hint == "shopctl orders release S1"
    assert sorted(codes(together)) == ["created", "order.held"]
    assert (listing.numbers_to_invoice(), holding.to_invoice()) == ([], ["S1"])
    assert wrong(shop) == []


def test_draft_that_was_made_before_waits_as_well(shop):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], Request())
    hold(shop, "S1")

    with nothing_changes():
        waiting = confirming.confirm(shop, ["DRAFT/00001"])
    holding.release(shop, ["S1"])

    assert failed(*waiting).message == "order S1 is on hold (address is wrong), so DRAFT/00001 cannot be confirmed"
    assert codes(confirming.confirm(shop, ["DRAFT/00001"])) == ["changed"]


def test_goods_may_come_back_meanwhile(shop):
    sell(shop, order("S1"))
    shipping.deliver(shop, ["S1"], Shipment())
    hold(shop, "S1")

    back = shipping.deliver(shop, ["S1"], Shipment(lines=(LineQuantity(1, Decimal(-1)),)))

    assert codes(back) == ["changed"]
    assert models.OrderLine.get().delivered == 0
