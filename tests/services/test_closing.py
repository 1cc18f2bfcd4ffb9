"""Close orders of which nothing more will come, and open them again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.line_edits import AddLine, LineEdits
from shopctl.domain.records import ProductRecord
from shopctl.services import closing, editing, invoicing, orders, shipping
from shopctl.services.invoicing import Request
from shopctl.services.shipping import Shipment
from tests.support.shop import bill, codes, done, journal, line, nothing_changes, order, sell, wrong

D = Decimal


def close(shop, *numbers, reason="sold out"):
    return closing.close(shop, list(numbers), reason)


def statuses(number):
    (details,) = orders.show([number])
    return details.order.invoice_status, details.order.delivery_status


def closed(number):
    (details,) = orders.show([number])
    return [one.closed for one in details.lines], details.close_reason


def test_ten_ordered_and_four_delivered_is_invoiced_once_it_is_closed(shop):
    # Order rules, vector 4.
    sell(shop, order("S1", line(10, 10, "V21", policy="delivered")))
    shipping.deliver(shop, ["S1"], Shipment(lines=(deliver(1, 4),)))
    first = done(*invoicing.create(shop, ["S1"], Request(confirm=True))).row
    between = statuses("S1")

    outcome = done(*close(shop, "S1"))

    assert f"{first.amount_total:.2f}" == "48.40"
    assert (between, statuses("S1")) == (("no", "partial"), ("invoiced", "shipped"))
    assert (outcome.change, outcome.notes, closed("S1")) == ("changed", (), ([True], "sold out"))
    assert codes(invoicing.create(shop, ["S1"], Request())) == ["unchanged"]
    assert journal()[-1] == ("order.closed", "S1")
    assert wrong(shop) == []


def deliver(position, quantity):
    return shipping.LineQuantity(position, D(quantity))


def test_rest_that_is_delivered_after_all_is_invoiced(shop):
    # Order rules, vector 4: the other way to its end.
    sell(shop, order("S1", line(10, 10, "V21", policy="delivered")))
    for quantity in (4, 6):
        shipping.deliver(shop, ["S1"], Shipment(lines=(deliver(1, quantity),)))
        bill(shop, "S1")

    assert [f"{one.amount_total:.2f}" for one in models.Invoice.select().order_by(models.Invoice.id)] == [
        "48.40",
        "72.60",
    ]
    assert statuses("S1") == ("invoiced", "shipped")
    assert wrong(shop) == []


def test_what_was_delivered_can_still_be_billed(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(4)), line(6, kind="shipping", sku="P")))

    outcome = done(*close(shop, "S1"))

    assert outcome.notes == ("what was delivered can still be billed: shopctl invoice create S1",)
    assert closed("S1")[0] == [True, False]
    assert statuses("S1") == ("to_invoice", "shipped")
    assert done(*invoicing.create(shop, ["S1"], Request(confirm=True))).row.amount_total == 46
    assert statuses("S1") == ("invoiced", "shipped")
    assert wrong(shop) == []


def test_order_of_which_nothing_came_is_over(shop):
    sell(shop, order("S1", line(10, 10), line(6, kind="shipping", sku="P")))

    close(shop, "S1")

    assert (closed("S1")[0], statuses("S1")) == ([True, True], ("no", "none"))
    assert codes(invoicing.create(shop, ["S1"], Request())) == ["order.nothing_to_invoice"]
    assert wrong(shop) == []


def test_repeat_is_unchanged(shop):
    sell(shop, order("S1"), order("S2", line(delivered=D(1))))
    bill(shop, "S2")
    close(shop, "S1")

    with nothing_changes():
        again, finished = close(shop, "S1", "S2", reason="another")

    assert codes([again, finished]) == ["unchanged", "unchanged"]
    assert again.notes == ("order S1 has nothing left to close",)


def test_line_added_afterwards_is_open(shop):
    sell(shop, ProductRecord("B2", "Basket", price=D(5)), order("S1"))
    close(shop, "S1")

    editing.edit(shop, ["S1"], editing.Edit(LineEdits(added=(AddLine("B2"),))))
    opened = statuses("S1"), closed("S1")
    done(*shipping.deliver(shop, ["S1"], Shipment()))
    bill(shop, "S1")

    assert opened == (("to_invoice", "to_ship"), ([True, False], "sold out"))
    assert statuses("S1") == ("invoiced", "shipped")
    assert models.Invoice.get().amount_total == 5
    assert wrong(shop) == []


def test_closed_line_cannot_be_delivered(shop):
    sell(shop, order("S1"))
    close(shop, "S1")

    with nothing_changes():
        outcomes = [
            *shipping.deliver(shop, ["S1"], Shipment()),
            *shipping.deliver(shop, ["S1"], Shipment(lines=(deliver(1, 1),), force=True)),
        ]

    assert codes(outcomes) == ["unchanged", "line.frozen"]


def test_reopened_order_is_as_it_was(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(4))), order("S2"))
    before = statuses("S1"), closed("S1")
    close(shop, "S1")

    opened, never = closing.reopen(shop, ["S1", "S2"])

    assert codes([opened, never]) == ["changed", "unchanged"]
    assert never.notes == ("order S2 is not closed",)
    assert (statuses("S1"), closed("S1")) == before
    assert journal()[-1] == ("order.reopened", "S1")
    assert wrong(shop) == []


@pytest.mark.parametrize("work", [lambda shop, part: closing.close(shop, part, "x"), closing.reopen])
def test_refusal_changes_nothing(shop, work):
    sell(shop, order("S1", state="sent"), order("S2", state="cancelled"))

    with nothing_changes():
        outcomes = work(shop, ["S1", "S2", "S9"])

    assert codes(outcomes) == ["order.not_confirmed", "order.cancelled", "order.unknown"]
