"""Confirm orders that wait for their money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from shopctl import batch, models
from shopctl.services import ordering
from tests.support.shop import codes, done, failed, journal, line, money, nothing_changes, order, payment, sell
from tests.support.shops import NOW


def test_waiting_order_may_be_billed_from_now_on(shop):
    ordered = NOW - timedelta(days=3)
    sell(shop, order("S1", state="sent", ordered_at=ordered, payments=(payment("w", 100, state="pending"),)))

    outcome = done(*ordering.confirm(shop, ["s1"]))

    row = outcome.row
    assert (outcome.change, row.number, row.state, row.invoice_status) == ("changed", "S1", "confirmed", "to_invoice")
    assert (row.date, row.confirmed_at) == (ordered, NOW)
    assert money("S1") == ("0.00", "100.00", "pending")
    assert journal()[-1] == ("order.confirmed", "S1")


def test_order_billed_by_delivery_has_nothing_to_invoice_yet(shop):
    sell(shop, order("S1", line(quantity=5, policy="delivered"), state="sent"))

    assert done(*ordering.confirm(shop, ["S1"])).row.invoice_status == "no"


def test_confirmed_order_is_left_alone(shop):
    sell(shop, order("S1", confirmed_at=NOW - timedelta(days=1)))
    before = journal()

    outcome = done(*ordering.confirm(shop, ["S1"]))

    assert (outcome.change, outcome.notes) == ("unchanged", ("order S1 is confirmed already",))
    assert outcome.row.confirmed_at == NOW - timedelta(days=1)
    assert journal() == before


def test_refusal_changes_nothing(shop):
    sell(shop, order("S1", state="cancelled"))

    with nothing_changes():
        cancelled, missing = ordering.confirm(shop, ["S1", "S404"])

    assert failed(cancelled).message == "order S1 is cancelled, so it cannot be confirmed"
    assert codes([cancelled, missing]) == ["order.cancelled", "order.unknown"]


def test_neighbours_are_not_disturbed(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="cancelled"), order("S3", state="sent"))

    outcomes = ordering.confirm(shop, ["S3", "S404", "S2", "S1"])

    assert [outcome.reference for outcome in outcomes] == ["S3", "S404", "S2", "S1"]
    assert codes(outcomes) == ["changed", "order.unknown", "order.cancelled", "changed"]
    assert models.Order.select().where(models.Order.state == "confirmed").count() == 2


def test_order_named_twice_is_confirmed_once(shop):
    sell(shop, order("S1", line(Decimal(5)), state="sent"))

    outcomes = list(batch.run(shop, ["S1", "s1"], lambda part: ordering.confirm(shop, part)))

    assert codes(outcomes) == ["changed", "unchanged"]
    assert journal().count(("order.confirmed", "S1")) == 1
