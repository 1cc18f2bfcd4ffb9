"""Cancel orders that wait for their money in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shopctl.config import Config
from shopctl.config.settings import ShopSettings
from shopctl.services import expiring, holding, invoicing, ordering, orders
from shopctl.services.deciding import Request
from tests.support.shop import codes, done, journal, line, nothing_changes, order, payment, sell, wrong
from tests.support.shops import NOW

# NOW is noon of 2026-08-21; after 14 days an order of the 6th is over, one of the 7th has its last day.
OLD = datetime(2026, 8, 6, 23, 59, tzinfo=UTC)
LAST_DAY = datetime(2026, 8, 7, 0, 0, tzinfo=UTC)


def waiting(number, at=OLD, *lines, **more):
    return order(number, *lines, state="sent", ordered_at=at, **more)


def test_last_day_counts_in_full(shop):
    sell(shop, waiting("S1"), waiting("S2", LAST_DAY), waiting("S3", NOW))

    assert expiring.due(shop, 14) == ["S1"]
    assert expiring.due(shop, 13) == ["S1", "S2"]
    assert expiring.due(shop, 0) == ["S1", "S2"]


def test_days_are_those_of_the_shop(shop):
    away = replace(shop, config=Config(shop=ShopSettings(timezone="America/New_York")))
    sell(shop, waiting("S1", LAST_DAY + timedelta(hours=3, minutes=59)), waiting("S2", LAST_DAY + timedelta(hours=4)))

    assert expiring.due(away, 14) == ["S1"]


@pytest.mark.parametrize(
    "spared",
    [
        waiting("S1", payments=(payment("a", 1),)),
        waiting("S1", payments=(payment("a", 1, state="authorized"),)),
        waiting("S1", payments=(payment("a", 5), payment("b", 5, state="refunded"))),
        waiting("S1", OLD, line(0)),
        waiting("S1", OLD, line(delivered=Decimal(1))),
        order("S1", ordered_at=OLD),
        order("S1", ordered_at=OLD, state="cancelled"),
    ],
)
def test_order_with_anything_of_its_own_is_left_alone(shop, spared):
    sell(shop, spared)

    assert expiring.due(shop, 14) == []


def test_order_on_hold_is_left_alone(shop):
    sell(shop, waiting("S1"), waiting("S2"))
    holding.hold(shop, ["S1"], "customer is travelling")

    assert expiring.due(shop, 14) == ["S2"]


def test_they_are_cancelled_and_what_was_announced_is_told(shop):
    sell(shop, waiting("S1", payments=(payment("a", 100, state="pending"),)), waiting("S2", LAST_DAY))

    outcomes = expiring.expire(shop, expiring.due(shop, 13), 13)

    assert codes(outcomes) == ["changed", "changed"]
    assert done(outcomes[0]).notes == ("PAY/2026/00001 is cancelled: 100.00 EUR was announced",)
    assert [found.cancel_reason for found in orders.show(["S1", "S2"])] == ["not paid within 13 days"] * 2
    assert journal()[-1] == ("order.cancelled", "S2")
    assert expiring.due(shop, 13) == []
    assert wrong(shop) == []


def test_order_that_was_paid_for_meanwhile_is_spared(shop):
    sell(shop, waiting("S1"), waiting("S2"))
    listed = expiring.due(shop, 1)
    ordering.confirm(shop, ["S1"])
    invoicing.create(shop, ["S1"], Request())

    outcomes = expiring.expire(shop, listed, 1)

    assert codes(outcomes) == ["unchanged", "changed"]
    assert done(outcomes[0]).notes == ("order S1 does not wait in vain any more",)
    assert orders.show(["S2"])[0].cancel_reason == "not paid within 1 day"


def test_nothing_due_changes_nothing(shop):
    sell(shop, waiting("S1", NOW))

    with nothing_changes():
        assert expiring.expire(shop, [], 14) == []
