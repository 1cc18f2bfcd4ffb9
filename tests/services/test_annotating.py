"""Tags and remarks of orders, and their history."""

from __future__ import annotations

import pytest

from shopctl.errors import NotFoundError
from shopctl.services import annotating, histories, orders
from tests.support.shop import bill, codes, done, journal, nothing_changes, order, payment, sell, take_in
from tests.support.shops import NOW


def tags(number):
    return orders.show([number])[0].tags


def test_tags_are_put_on_and_taken_off_in_any_state(shop):
    sell(shop, order("S1", tags=("office", "old")), order("S2", state="cancelled"))

    outcomes = annotating.tag(shop, ["s1", "S2", "S404"], ["gift", "Office"], ["OLD"])

    assert codes(outcomes) == ["changed", "changed", "order.unknown"]
    assert (tags("S1"), tags("S2")) == (("office", "gift"), ("gift", "Office"))
    assert done(outcomes[0]).notes == ("tags: office, gift",)
    assert journal()[-2:] == [("order.tagged", "S1"), ("order.tagged", "S2")]


def test_tags_that_are_there_already_change_nothing(shop):
    sell(shop, order("S1", tags=("office",)), order("S2"))

    with nothing_changes():
        one, none = annotating.tag(shop, ["S1", "S2"], [], ["x"])
        again = annotating.tag(shop, ["S1"], ["OFFICE"])

    assert codes([one, none, *again]) == ["unchanged"] * 3
    assert none.notes == ("no tags",)


def test_tags_of_the_shop_stay_when_the_order_comes_in_again(shop):
    record = order("S1", source="shop", external_id="1", tags=("web",))
    sell(shop, record)
    annotating.tag(shop, ["S1"], ["vip"])

    assert codes(take_in(shop, record._replace(tags=("web", "new"), website="x"))) == ["changed"]
    assert tags("S1") == ("web", "vip")


def test_remarks_go_into_the_history_and_the_note_of_the_customer_stays(shop):
    sell(shop, order("S1", note="ring twice"))

    first = done(*annotating.note(shop, ["S1"], "rang twice, nobody there"))
    with nothing_changes():
        again = done(*annotating.note(shop, ["s1"], "rang twice, nobody there"))
        unknown = annotating.note(shop, ["S404"], "x")
    annotating.note(shop, ["S1"], "came back")
    third = done(*annotating.note(shop, ["S1"], "rang twice, nobody there"))

    assert (first.change, again.change, third.change) == ("changed", "unchanged", "changed")
    assert codes(unknown) == ["order.unknown"]
    assert orders.show(["S1"])[0].note == "ring twice"
    assert [row.details for row in histories.of_order("S1") if row.action == "order noted"] == [
        "text: rang twice, nobody there", "text: came back", "text: rang twice, nobody there"
    ]  # fmt: skip


def test_history_tells_of_the_documents_as_well(shop):
    sell(shop, order("S1", payments=(payment("a", 100),)), order("S2"))
    bill(shop, "S1", "S2")

    rows = histories.of_order("s1")
    alone = histories.of_order("S1", documents=False)

    assert [(row.document, row.action) for row in rows] == [
        ("S1", "order imported"), ("INV/2026/00001", "payment allocated"), ("INV/2026/00001", "invoice posted")
    ]  # fmt: skip
    assert [(row.document, row.action) for row in alone] == [("S1", "order imported")]
    assert (rows[0].actor, rows[0].at) == ("anna", NOW)


def test_history_of_an_unknown_order_is_refused(shop):
    with pytest.raises(NotFoundError):
        histories.of_order("S404")
