"""Cancel orders, with everything that goes with it, or not at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.domain.crediting import Wanted
from shopctl.errors import ForbiddenError
from shopctl.services import affairs, allocating, cancelling, crediting, invoicing, orders, registering, shipping
from shopctl.services.allocating import Choice
from shopctl.services.cancelling import Request
from shopctl.services.deciding import Bundle
from shopctl.services.receipts import Receipt
from shopctl.services.shipping import LineQuantity, Shipment
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
ALL = ("credit-note", "refund", "return")


def cancel(shop, *numbers, reason="changed their mind", means=(), method=""):
    return cancelling.cancel(shop, list(numbers), Request(reason, tuple(means), method))


def state(number):
    (found,) = orders.show([number])
    row = found.order
    return row.state, row.invoice_status, row.payment_status, found.cancel_reason, row.hold_reason


def payments():
    query = models.Payment.select().order_by(models.Payment.id)
    return [(one.number, one.direction, f"{one.amount:.2f}", one.state) for one in query]


def test_order_goes_with_what_was_announced(shop):
    sell(
        shop, order("S1", state="sent", payments=(payment("w", 60, state="pending"), payment("x", 40, state="pending")))
    )

    outcome = done(*cancel(shop, "s1"))

    assert (outcome.change, outcome.row.state) == ("changed", "cancelled")
    assert outcome.notes == (
        "PAY/2026/00001 is cancelled: 60.00 EUR was announced", "PAY/2026/00002 is cancelled: 40.00 EUR was announced"
    )  # fmt: skip
    assert state("S1") == ("cancelled", "no", "not_paid", "changed their mind", "")
    assert money("S1") == ("0.00", "0.00", "not_paid")
    assert [one[3] for one in payments()] == ["cancelled", "cancelled"]
    assert journal()[-3:] == [
        ("payment.cancelled", "PAY/2026/00001"), ("payment.cancelled", "PAY/2026/00002"), ("order.cancelled", "S1")
    ]  # fmt: skip
    assert wrong(shop) == []


def test_drafts_go_with_the_order(shop):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], invoicing.Request())

    outcome = done(*cancel(shop, "S1", reason=""))

    assert outcome.notes == ("DRAFT/00001 is cancelled",)
    assert models.Invoice.get().state == "cancelled"
    assert state("S1") == ("cancelled", "no", "not_paid", "", "")
    assert wrong(shop) == []


def test_deliveries_that_have_not_left_go_with_the_order(shop):
    sell(shop, order("S1"))
    one = models.Order.get()
    models.Delivery.create(number="OUT/1", order=one, state="waiting", date=shop.today, created_at=shop.now)

    outcome = done(*cancel(shop, "S1"))

    assert outcome.notes == ("OUT/1 is cancelled",)
    assert models.Delivery.get().state == "cancelled"


def test_order_on_hold_is_released_by_its_end(shop):
    sell(shop, order("S1"))
    models.Order.update(hold_reason="wait").execute()

    done(*cancel(shop, "S1"))

    assert state("S1") == ("cancelled", "no", "not_paid", "changed their mind", "")


def test_repeat_is_unchanged_and_neighbours_are_not_disturbed(shop):
    sell(shop, order("S1"), order("S2", payments=(payment("a", 100),)))
    cancel(shop, "S1")

    with nothing_changes():
        outcomes = cancel(shop, "S1", "S404", "S2", "s1", reason="another")

    assert codes(outcomes) == ["unchanged", "order.unknown", "order.not_cancellable", "unchanged"]
    assert done(outcomes[0]).notes == ("order S1 is cancelled already",)


def posted(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")


def paid(shop):
    sell(shop, order("S1", payments=(payment("a", 60),)))


def authorized(shop):
    sell(shop, order("S1", payments=(payment("a", 60, state="authorized"),)))


def delivered(shop):
    sell(shop, order("S1", line(quantity=2)))
    shipping.deliver(shop, ["S1"], Shipment())


def brought_by_the_source(shop):
    sell(shop, order("S1", line(quantity=2, delivered=D(1))))


def of_two_orders(shop):
    sell(shop, order("S1"), order("S2"))
    invoicing.create_together(shop, [Bundle(("S1", "S2"))], invoicing.Request(confirm=True))


def draft_of_two_orders(shop):
    sell(shop, order("S1"), order("S2"))
    invoicing.create_together(shop, [Bundle(("S1", "S2"))], invoicing.Request())


@pytest.mark.parametrize(
    ("made", "means", "message"),
    [
        (posted, (), "INV/2026/00001 is posted"),
        (posted, ("refund", "return"), "INV/2026/00001 is posted"),
        (paid, ("credit-note", "return"), "60.00 EUR is paid (PAY/2026/00001)"),
        (authorized, (), "60.00 EUR is paid (PAY/2026/00001)"),
        (delivered, ("credit-note", "refund"), "2 of line 1 are delivered (OUT/2026/00001)"),
        (brought_by_the_source, (), "1 of line 1 is delivered"),
        (of_two_orders, ALL, "INV/2026/00001 bills S2 as well"),
        (draft_of_two_orders, ALL, "the draft DRAFT/00001 bills S2 as well"),
    ],
)
def test_what_is_in_the_way_is_named_and_nothing_changes(shop, made, means, message):
    made(shop)

    with nothing_changes():
        (outcome,) = cancel(shop, "S1", means=means)

    assert failed(outcome).code == "order.not_cancellable"
    assert failed(outcome).message == f"order S1 cannot be cancelled: {message}"


def test_everything_is_taken_back_in_one_go(shop):
    sell(shop, order("S1", line(100, 2, "V21"), payments=(payment("a", 242),)))
    bill(shop, "S1")
    shipping.deliver(shop, ["S1"], Shipment())

    outcome = done(*cancel(shop, "S1", means=ALL))

    assert outcome.notes == (
        "RINV/2026/00001 credits INV/2026/00001", "PAY/2026/00002 pays 242.00 EUR of RINV/2026/00001 back",
        "return OUT/2026/00002",
    )  # fmt: skip
    assert state("S1") == ("cancelled", "no", "refunded", "changed their mind", "")
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert models.Invoice.get(models.Invoice.type == "credit_note").reason == "changed their mind"
    assert wrong(shop) == []


def test_invoice_that_nobody_paid_is_credited(shop):
    posted(shop)

    outcome = done(*cancel(shop, "S1", reason="", means=("credit-note",)))

    assert outcome.notes == ("RINV/2026/00001 credits INV/2026/00001",)
    assert models.Invoice.get(models.Invoice.type == "credit_note").reason == "order S1 is cancelled"
    assert state("S1") == ("cancelled", "no", "not_paid", "", "")
    assert wrong(shop) == []


def test_payment_that_paid_nothing_is_given_back_as_it_came(shop):
    sell(shop, order("S1", payments=(payment("a", 60, method="card"), payment("b", 50, method="paypal"))))

    outcome = done(*cancel(shop, "S1", means=("refund",)))

    assert outcome.notes == (
        "PAY/2026/00003 pays 60.00 EUR of PAY/2026/00001 back", "PAY/2026/00004 pays 50.00 EUR of PAY/2026/00002 back"
    )  # fmt: skip
    refunds = models.Payment.select().where(models.Payment.direction == "outbound").order_by(models.Payment.id)
    assert [(one.method, one.refunds_id, one.memo) for one in refunds] == [
        ("card", 1, "Refund of PAY/2026/00001"), ("paypal", 2, "Refund of PAY/2026/00002")
    ]  # fmt: skip
    assert [one.returned for one in models.Payment.select().order_by(models.Payment.id).limit(2)] == [60, 50]
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert wrong(shop) == []


def test_money_goes_back_by_the_method_that_is_named(shop):
    paid(shop)

    cancel(shop, "S1", means=("refund",), method="cash")

    assert models.Payment.get(models.Payment.direction == "outbound").method == "cash"


def test_authorised_payment_is_given_up_for_nothing_has_moved(shop):
    authorized(shop)

    outcome = done(*cancel(shop, "S1", means=("refund",)))

    assert outcome.notes == ("PAY/2026/00001 was only authorised and is cancelled: release it at the provider",)
    assert payments() == [("PAY/2026/00001", "inbound", "60.00", "cancelled")]
    assert money("S1") == ("0.00", "0.00", "not_paid")
    assert wrong(shop) == []


def test_down_payment_and_final_invoice_are_credited_the_latest_first(shop):
    sell(shop, order("S1", line(100, 1, "V21"), payments=(payment("a", 121),)))
    bill(shop, "S1", kind="down_payment", percent=D(30))
    bill(shop, "S1")

    outcome = done(
        *cancel(
            shop,
            "S1",
            means=("credit-note", "refund"),
        )
    )

    assert outcome.notes == (
        "RINV/2026/00001 credits INV/2026/00002", "RINV/2026/00002 credits INV/2026/00001",
        "PAY/2026/00002 pays 84.70 EUR of RINV/2026/00001 back",
        "PAY/2026/00003 pays 36.30 EUR of RINV/2026/00002 back",
    )  # fmt: skip
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert wrong(shop) == []


def test_final_invoice_of_nothing_is_credited_before_the_down_payment_it_deducts(shop):
    sell(shop, order("S1", line(100, 1, "V21"), payments=(payment("a", 121),)))
    bill(shop, "S1", kind="down_payment", percent=D(100))
    bill(shop, "S1")

    outcome = done(*cancel(shop, "S1", means=("credit-note", "refund")))

    assert outcome.notes[:2] == (
        "RINV/2026/00001 credits INV/2026/00002", "RINV/2026/00002 credits INV/2026/00001"
    )  # fmt: skip
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert wrong(shop) == []


def test_money_that_came_from_elsewhere_goes_back_as_well(shop):
    sell(shop, order("S1"))
    (number,) = bill(shop, "S1")
    registering.register(shop, [Receipt(customer="C1", amount=D(150))])
    allocating.allocate(shop, [number], Choice(auto=True))

    outcome = done(*cancel(shop, "S1", means=("credit-note", "refund")))

    assert outcome.notes[1] == "PAY/2026/00002 pays 100.00 EUR of RINV/2026/00001 back"
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert wrong(shop) == []


def test_what_was_credited_before_only_has_to_be_paid_back(shop):
    sell(shop, order("S1", payments=(payment("a", 100),)))
    (number,) = bill(shop, "S1")
    crediting.create(shop, [number], crediting.Request(Wanted(), "returned", confirm=True))

    with nothing_changes():
        assert codes(cancel(shop, "S1")) == ["order.not_cancellable"]
    outcome = done(*cancel(shop, "S1", means=("refund",)))

    assert outcome.notes == ("PAY/2026/00002 pays 100.00 EUR of RINV/2026/00001 back",)
    assert wrong(shop) == []


def test_draft_credit_note_gives_way(shop):
    sell(shop, order("S1", payments=(payment("a", 100),)))
    (number,) = bill(shop, "S1")
    crediting.create(shop, [number], crediting.Request(Wanted(), "returned"))

    outcome = done(
        *cancel(
            shop,
            "S1",
            means=("credit-note", "refund"),
        )
    )

    assert outcome.notes[0] == "DRAFT/00002 is cancelled"
    assert state("S1")[:3] == ("cancelled", "no", "refunded")
    assert wrong(shop) == []


def test_service_is_counted_down_without_a_delivery(shop):
    from shopctl.domain.records import ProductRecord

    sell(shop, ProductRecord("HOUR", "Hour", "service"), order("S1", line(60, 2, sku="HOUR", delivered=D(2))))

    outcome = done(*cancel(shop, "S1", means=("return",)))

    assert outcome.notes == ("Apple: -2 noted",)
    assert models.OrderLine.get().delivered == 0
    assert models.Delivery.select().count() == 0
    assert wrong(shop) == []


def came_back(shop):
    """Bill two things, one of which comes back and is credited by the order itself, not by its invoice."""
    sell(
        shop,
        order("S1", line(100, 2, policy="delivered", delivered=D(2)), payments=(payment("a", 200),)),
        order("S2", payments=(payment("b", 100),)),
        order("S3"),
    )
    bill(shop, "S1", "S2")
    shipping.deliver(shop, ["S1"], Shipment(lines=(LineQuantity(1, D(-1)),)))
    bill(shop, "S1")


def test_what_cannot_be_cleared_leaves_the_order_as_it_was_and_its_neighbours_go(shop):
    came_back(shop)
    before = [row for row in journal() if row[1] == "S1"]

    outcomes = cancel(shop, "S1", "S2", "S3", means=ALL)

    assert codes(outcomes) == ["invoice.over_credited", "changed", "changed"]
    assert state("S1")[0] == "confirmed"
    assert [row for row in journal() if row[1] == "S1"] == before
    assert money("S1") == ("200.00", "0.00", "paid")
    assert wrong(shop) == []


def test_what_its_documents_take_back_together_is_taken_back(shop):
    came_back(shop)
    rest = crediting.Request(Wanted(lines=((1, D(1)),)), "returned", confirm=True)
    assert codes(crediting.create(shop, ["INV/2026/00001"], rest)) == ["created"]

    outcome = done(
        *cancel(
            shop,
            "S1",
            means=("refund", "return"),
        )
    )

    assert outcome.row.payment_status == "refunded"
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("role", "means", "scope"), [("sales", "refund", "payments"), ("sales", "credit-note,refund", "payments")]
)
def test_roles_need_the_right_to_what_they_ask_for(shop, role, means, scope):
    sell(shop, order("S1"))
    other = replace(shop, actor=Actor("bob", role))

    with nothing_changes(), pytest.raises(ForbiddenError) as refused:
        cancel(other, "S1", means=means.split(","))

    assert scope in refused.value.message
    assert codes(cancel(other, "S1", means=("credit-note",))) == ["changed"]


def test_dry_run_tells_the_same_and_changes_nothing(shop):
    paid(shop)

    with nothing_changes():
        outcome = done(*cancel(replace(shop, dry_run=True), "S1", means=ALL))

    assert (outcome.change, outcome.row.state) == ("would_change", "cancelled")
    assert outcome.notes == ("PAY/2026/00002 pays 60.00 EUR of PAY/2026/00001 back",)


def test_cancelled_order_stays_cancelled_when_it_comes_in_again(shop):
    record = order("S1", state="sent", source="shop", external_id="1")
    sell(shop, record)
    cancel(shop, "S1")

    take_in(shop, record._replace(state="confirmed", website="x"))

    assert state("S1")[0] == "cancelled"
    assert wrong(shop) == []


def test_affairs_are_told_of_orders_that_can_still_be_cancelled(shop):
    sell(shop, order("S1", payments=(payment("a", 60),)), order("S2", state="cancelled"))

    assert [one.order for one in affairs.of(["s1", "S2", "S404"])] == ["S1"]


def test_the_same_key_pays_back_once(shop):
    paid(shop)
    keyed = replace(shop, key="monday")

    first, second = (done(*cancel(keyed, "S1", means=("refund",))) for _ in range(2))

    assert (first.change, second.change) == ("changed", "replayed")
    assert len(payments()) == 2
