"""Edit orders, and import them again afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.deliveries import LineQuantity
from shopctl.domain.discounts import Discount
from shopctl.domain.line_edits import parse_edits
from shopctl.domain.records import OrderRecord, ProductRecord
from shopctl.errors import NotFoundError
from shopctl.services import closing, discounting, editing, exporting, invoicing, orders, shipping, withdrawing
from shopctl.services.editing import Edit
from shopctl.services.invoicing import Request
from shopctl.services.shipping import Shipment
from tests.support.shop import (
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    money,
    nothing_changes,
    order,
    payment,
    sell,
    take_in,
    wrong,
)

D = Decimal
PRODUCTS = (
    ProductRecord("B2", "Basket", price=D("12.50"), taxes=("V21",), policy="ordered"),
    ProductRecord("WORK", "Work", type="service", price=D(80), policy="delivered"),
)


def edit(shop, *numbers, add=(), change=(), remove=(), **more):
    return editing.edit(shop, list(numbers), Edit(parse_edits(add, change, remove), **more))


def shown(number):
    (details,) = orders.show([number])
    return details


def lines(number):
    return [
        (one.position, one.sku, f"{one.quantity.normalize():f}", f"{one.amount_total:.2f}")
        for one in shown(number).lines
    ]


def totals(number):
    row = shown(number).order
    return f"{row.amount_untaxed:.2f}", f"{row.amount_tax:.2f}", f"{row.amount_total:.2f}"


def details(action):
    return models.Event.select().where(models.Event.action == action).order_by(models.Event.id.desc()).first().details


def test_lines_totals_and_statuses_follow(shop):
    sell(shop, *PRODUCTS, order("S1", line(100, 1, "V21"), line(10, 2), payments=(payment("t", 141),)))
    before = money("S1")

    outcome = done(*edit(shop, "s1", add=["B2:2", "WORK"], change=["1:quantity=2,discount=50"], remove=["2"]))

    # 2 x 100 less half is 100 + 21; 2 x 12.50 is 25 + 5.25; work is 80.
    assert (outcome.change, outcome.reference, outcome.row.number) == ("changed", "s1", "S1")
    assert lines("S1") == [(1, "A1", "2", "121.00"), (3, "B2", "2", "30.25"), (4, "WORK", "1", "80.00")]
    assert totals("S1") == ("205.00", "26.25", "231.25")
    assert (before[2], money("S1")[2]) == ("paid", "partial")
    assert journal()[-2:] == [("order.edited", "S1"), ("delivery.planned", "OUT/2026/00001")]
    assert '"line 1 quantity":["1","2"]' in details("order.edited")
    assert wrong(shop) == []


def test_note_terms_and_rounding_are_kept_with_the_order(shop):
    sell(shop, order("S1", *[line("0.07", 1, "V21")] * 3, note="old"))

    done(*edit(shop, "S1", note="new", terms="N30", tax_rounding="per_line"))

    stored = models.Order.get()
    assert (stored.note, stored.terms, stored.tax_rounding) == ("new", "N30", "per_line")
    # 21 % of 0.07 is 0.0147: one cent a line, where it was four of three together.
    assert totals("S1") == ("0.21", "0.03", "0.24")
    assert details("order.edited") == (
        '{"note":["old","new"],"terms":["","N30"],"tax_rounding":["globally","per_line"]}'
    )
    assert wrong(shop) == []


def test_what_is_so_already_is_unchanged(shop):
    sell(shop, order("S1", line(100, 1, "V21")))
    edit(shop, "S1", change=["1:quantity=2"], note="x")

    with nothing_changes():
        outcome = done(*edit(shop, "S1", change=["1:quantity=2"], note="x", terms="", tax_rounding="globally"))

    assert (outcome.change, outcome.notes) == ("unchanged", ("order S1 says so already",))


def test_order_that_waits_for_its_money_can_be_edited(shop):
    sell(shop, order("S1", state="sent"))

    done(*edit(shop, "S1", change=["1:quantity=3"]))

    assert (totals("S1")[2], shown("S1").order.invoice_status) == ("300.00", "no")


def test_documents_stay_true(shop):
    sell(shop, order("S1", line(10, 5, "V21", policy="delivered", delivered=D(2)), line(1, 1, "V6")))
    bill(shop, "S1")
    before = models.Invoice.get().amount_total

    done(*edit(shop, "S1", change=["1:quantity=3"]))
    shipping.deliver(shop, ["S1"], shipping.Shipment())
    bill(shop, "S1")

    # 3 x 10 + 6.30 and 1.06, of which 25.26 was billed before.
    assert f"{before:.2f}" == "25.26"
    assert sum(invoice.amount_total for invoice in models.Invoice.select()) == D("37.36")
    assert (totals("S1")[2], shown("S1").order.invoice_status) == ("37.36", "invoiced")
    assert wrong(shop) == []


def test_quantity_below_what_is_billed_is_credited(shop):
    sell(shop, order("S1", line(10, 5, "V21")))
    bill(shop, "S1")

    done(*edit(shop, "S1", change=["1:quantity=3"]))
    row = done(*invoicing.create(shop, ["S1"], Request(confirm=True))).row

    assert (row.type, f"{row.amount_total:.2f}", totals("S1")[2]) == ("credit_note", "24.20", "36.30")
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ({"change": ["1:quantity=2"]}, "line.frozen"),
        ({"change": ["2:unit_price=2"]}, "line.frozen"),
        ({"change": ["2:taxes=V21"]}, "line.frozen"),
        ({"remove": ["1"]}, "line.frozen"),
        ({"remove": ["2"]}, "line.frozen"),
        ({"change": ["9:quantity=2"]}, "line.unknown"),
        ({"add": ["NOPE"]}, "product.unknown"),
        ({"change": ["3:taxes=V99"]}, "tax.unknown"),
        ({"add": ["B2:9999999999999@9999999999999"]}, "usage.amount"),
        ({"add": ["B2:1000000000@99999"]}, "usage.amount"),
    ],
)
def test_refusal_changes_nothing(shop, edits, code):
    sell(shop, *PRODUCTS, order("S1", line(10, 5, policy="delivered", delivered=D(3)), line(), line(5)))
    bill(shop, "S1")

    with nothing_changes():
        outcome = edit(shop, "S1", note="not kept", **edits)[0]

    assert failed(outcome).code == code


def test_price_that_a_draft_takes_back_stays(shop):
    sell(shop, order("S1", line(10, 2, policy="delivered", delivered=D(2))))
    invoicing.create(shop, ["S1"], Request(confirm=True))
    done(*shipping.deliver(shop, ["S1"], Shipment((LineQuantity(1, D(-2)),))))
    invoicing.create(shop, ["S1"], Request())

    with nothing_changes():
        error = failed(*edit(shop, "S1", change=["1:unit_price=12"]))

    assert (error.code, error.message) == (
        "line.frozen",
        "line 1 of order S1 stands on a draft, so its price, discount and taxes are what is billed there",
    )


def test_cancelled_and_unknown_orders_cannot_be_edited(shop):
    sell(shop, order("S1", state="cancelled"))

    with nothing_changes():
        outcomes = edit(shop, "S1", "S9", note="x")

    assert codes(outcomes) == ["order.cancelled", "order.unknown"]


def test_unknown_terms_are_refused(shop):
    sell(shop, order("S1"))

    with nothing_changes(), pytest.raises(NotFoundError) as refusal:
        edit(shop, "S1", terms="NOPE")

    assert refusal.value.code == "terms.unknown"


def test_line_of_a_cancelled_document_stays(shop):
    sell(shop, order("S1", line(), line(5)))
    done(*invoicing.create(shop, ["S1"], Request()))
    models.Invoice.update(state="cancelled").execute()
    models.OrderLine.update(invoiced=0, drafted=0).execute()

    with nothing_changes():
        assert codes(edit(shop, "S1", remove=["1"])) == ["line.frozen"]


# Imported again.


RECORD = order("S1", line(100, 1, "V21"), line(10, 2), source="web", external_id="77", note="theirs")


def change_here(shop):
    edit(shop, "S1", change=["1:quantity=2"], note="ours", terms="N30")
    discounting.discount(shop, ["S1"], Discount(amount=D(12)))
    return shown("S1")


def test_same_record_does_not_undo_an_edit(shop):
    sell(shop, RECORD)
    edited = change_here(shop)

    with nothing_changes():
        assert codes(take_in(shop, RECORD)) == ["unchanged"]
    assert shown("S1").lines == edited.lines


def test_record_that_changed_beside_the_lines_leaves_the_edit(shop):
    sell(shop, RECORD)
    edited = change_here(shop)

    paid = RECORD._replace(payments=(payment("t", 50),), note="theirs, again", tags=("vip",), terms="HALVES")
    assert codes(take_in(shop, paid)) == ["changed"]

    after = shown("S1")
    assert (after.lines, after.note, after.tags) == (edited.lines, "ours", ("vip",))
    assert (after.order.amount_total, after.order.amount_paid) == (edited.order.amount_total, 50)
    assert models.Order.get().terms == "N30"
    assert codes(take_in(shop, paid)) == ["unchanged"]
    assert wrong(shop) == []


def test_record_with_other_lines_contradicts_the_edit(shop):
    sell(shop, RECORD)
    change_here(shop)

    with nothing_changes():
        error = failed(take_in(shop, RECORD._replace(lines=(line(99, 1, "V21"), line(10, 2))))[0])

    assert error.code == "import.immutable"
    assert error.message == (
        "line 1: order S1 was edited or delivered here, so its lines, amounts and currency cannot change any more"
    )


def test_order_with_an_edited_note_still_takes_lines_of_its_source(shop):
    sell(shop, RECORD)
    edit(shop, "S1", note="ours")

    assert codes(take_in(shop, RECORD._replace(lines=(line(7),)))) == ["changed"]
    assert (lines("S1"), shown("S1").note) == ([(1, "A1", "1", "7.00")], "ours")
    assert wrong(shop) == []


def test_what_the_source_delivers_is_counted_on_its_own_lines(shop):
    sell(shop, *PRODUCTS, RECORD)
    edit(shop, "S1", remove=["1"], add=["B2"])

    sent = (line(100, 1, "V21", delivered=D(1)), line(10, 2, delivered=D(2)))
    assert codes(take_in(shop, RECORD._replace(lines=sent))) == ["changed"]

    assert [(one.position, one.delivered) for one in shown("S1").lines] == [(2, 2), (3, 0)]
    assert shown("S1").order.delivery_status == "partial"
    assert wrong(shop) == []


def test_deliveries_made_here_go_before_those_of_the_source(shop):
    sell(shop, RECORD)
    shipping.deliver(shop, ["S1"], shipping.Shipment())

    assert codes(take_in(shop, RECORD._replace(tags=("vip",)))) == ["changed"]

    assert [one.delivered for one in shown("S1").lines] == [1, 2]
    assert wrong(shop) == []


def test_cancelled_document_does_not_hold_the_lines_of_its_source(shop):
    sell(shop, RECORD)
    done(*invoicing.create(shop, ["S1"], Request()))
    done(*withdrawing.cancel(shop, ["DRAFT/00001"]))

    assert codes(take_in(shop, RECORD._replace(lines=(line(7),)))) == ["changed"]
    assert totals("S1")[-1] == "7.00"
    assert models.InvoiceLine.select().count() == 2
    assert wrong(shop) == []


def test_closed_order_takes_no_lines_of_its_source(shop):
    sell(shop, RECORD)
    closing.close(shop, ["S1"], "gone")

    with nothing_changes():
        assert codes(take_in(shop, RECORD._replace(lines=(line(7),)))) == ["import.immutable"]


def test_own_export_of_an_edited_order_changes_nothing_of_it(shop):
    sell(shop, RECORD)
    edited = change_here(shop)
    (exported,) = [record for record in exporting.records() if isinstance(record, OrderRecord)]

    assert codes(take_in(shop, exported)) == ["changed"]
    assert codes(take_in(shop, exported)) == ["unchanged"]
    assert shown("S1").lines == edited.lines
    assert wrong(shop) == []
