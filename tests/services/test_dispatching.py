"""Deliveries that wait: how they come about, follow their orders, leave and are cancelled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

import hypothesis
import pytest
from hypothesis import strategies as st

from shopctl import models
from shopctl.db.bulk import fetch
from shopctl.domain.deliveries import LineQuantity, parse_quantities
from shopctl.domain.line_edits import parse_edits
from shopctl.domain.outcomes import Change
from shopctl.domain.records import ProductRecord
from shopctl.errors import RefusedError
from shopctl.services import (
    closing,
    deliveries,
    dispatching,
    editing,
    ordering,
    orders,
    registering,
    returning,
    shipping,
)
from shopctl.services.dispatching import Edit
from shopctl.services.receipts import Receipt
from shopctl.services.returning import Return
from shopctl.services.shipping import Shipment
from tests.support.shop import (
    TODAY,
    codes,
    done,
    failed,
    journal,
    line,
    nothing_changes,
    order,
    payment,
    sell,
    take_in,
    wrong,
)

D = Decimal
WORK = ProductRecord("WORK", "Work", type="service", price=D(80))
FIRST, SECOND, THIRD = "OUT/2026/00001", "OUT/2026/00002", "OUT/2026/00003"


@pytest.fixture
def waiting(shop):
    """An order of five and two things, confirmed here, whose delivery waits."""
    sell(shop, order("S1", line(10, 5), line(1, 2), line(6, kind="shipping"), state="sent"))
    ordering.confirm(shop, ["S1"])
    return shop


def validate(shop, *numbers, line=(), back_order=True, **how):
    return dispatching.validate(shop, list(numbers), Shipment(parse_quantities(line), **how), back_order=back_order)


def edit(shop, number, *, add=(), change=(), remove=()):
    return done(*editing.edit(shop, [number], editing.Edit(parse_edits(add, change, remove))))


def plain(quantity):
    return f"{quantity.normalize():f}"


def held(number):
    """Tell the state of a delivery, what it is the rest of, and how much of which order line it moves."""
    (details,) = deliveries.show([number])
    row = details.delivery
    return row.state, row.origin, [(one.line, plain(one.quantity)) for one in details.lines]


def states(number="S1"):
    (details,) = orders.show([number])
    return [(one.number, one.state) for one in details.deliveries]


def status(number="S1"):
    (details,) = orders.show([number])
    return [plain(one.delivered) for one in details.lines], details.order.delivery_status


# How they come about.


def test_confirming_an_order_plans_its_goods(shop):
    sell(
        shop, WORK,
        order("S1", line(10, 5, delivered=D(2)), line(80, 3, sku="WORK"), line(6, kind="shipping"), line(1, 2),
              line(kind="note"), state="sent"),
        order("S2", line(80, sku="WORK"), line(6, kind="shipping"), state="sent"),
        order("S3", state="sent"),
    )  # fmt: skip

    ordering.confirm(shop, ["S3", "S1", "S2"])

    assert held(FIRST) == ("waiting", None, [(1, "3"), (4, "2")])
    assert held(SECOND) == ("waiting", None, [(1, "1")])
    assert (states("S1"), states("S2"), states("S3")) == ([(FIRST, "waiting")], [], [(SECOND, "waiting")])
    (details,) = deliveries.show([FIRST])
    assert (details.delivery.order, details.delivery.date) == ("S1", TODAY)
    assert status("S1") == (["2", "0", "0", "0", "0"], "partial")
    ((told,),) = fetch(models.Event, "SELECT details FROM events WHERE action = 'order.confirmed' AND reference = 'S1'")
    assert told == '{"delivery":"OUT/2026/00001"}'
    assert wrong(shop) == []


def test_payment_that_confirms_an_order_plans_its_goods(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="sent"))

    registering.register(shop, [Receipt("S1")])
    take_in(shop, payment("t2", 100)._replace(order="S2"))

    assert (states("S1"), states("S2")) == ([(FIRST, "waiting")], [(SECOND, "waiting")])
    assert wrong(shop) == []


def test_confirming_again_plans_nothing_more(waiting):
    with nothing_changes():
        assert codes(ordering.confirm(waiting, ["S1"])) == ["unchanged"]


def test_order_that_comes_in_confirmed_waits_when_asked_to(shop):
    sell(shop, order("S1", line(10, 5, delivered=D(2))), order("S2", line(delivered=D(1))))
    before = models.Delivery.select().count()

    outcomes = dispatching.create(shop, ["s1", "S2"])
    with nothing_changes():
        again = dispatching.create(shop, ["S1"])

    assert before == 0
    assert [(done(one).change, done(one).notes) for one in (*outcomes, *again)] == [
        ("changed", (f"delivery {FIRST} waits",)),
        ("unchanged", ("nothing of order S2 is left to ship",)),
        ("unchanged", (f"delivery {FIRST} waits",)),
    ]
    assert held(FIRST) == ("waiting", None, [(1, "3")])
    assert journal()[-1] == ("delivery.planned", FIRST)
    assert wrong(shop) == []


def test_delivery_that_waits_for_a_part_is_completed(waiting):
    validate(waiting, FIRST)
    returning.give_back(waiting, [FIRST], Return(parse_quantities(["1=2"])))
    edit(waiting, "S1", change=["2:quantity=3"])

    outcome = done(*dispatching.create(waiting, ["S1"]))

    assert outcome.notes == (f"delivery {THIRD} waits",)
    assert held(THIRD) == ("waiting", None, [(1, "2"), (2, "1")])
    assert wrong(waiting) == []


def test_only_confirmed_orders_are_planned(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="cancelled"))

    with nothing_changes():
        outcomes = dispatching.create(shop, ["S1", "S2", "S9"])

    assert codes(outcomes) == ["order.not_confirmed", "order.cancelled", "order.unknown"]


# How they follow their orders.


@pytest.mark.parametrize(
    ("edits", "lines"),
    [
        ({"change": ["1:quantity=7"]}, [(1, "7"), (2, "2")]),
        ({"change": ["1:quantity=1"]}, [(1, "1"), (2, "2")]),
        ({"change": ["1:quantity=0"]}, [(2, "2")]),
        ({"remove": ["2"]}, [(1, "5")]),
        ({"add": ["B2:4", "WORK"]}, [(1, "5"), (2, "2"), (4, "4")]),
        ({"add": ["B2:4"], "remove": ["1", "2", "3"]}, [(4, "4")]),
    ],
)
def test_waiting_delivery_follows_an_edit(waiting, edits, lines):
    take_in(waiting, WORK, ProductRecord("B2", "Bulb", price=D(3)))

    edit(waiting, "S1", **edits)

    assert held(FIRST) == ("waiting", None, lines)
    assert states() == [(FIRST, "waiting")]
    assert wrong(waiting) == []


def test_change_of_a_waiting_delivery_is_told(waiting):
    edit(waiting, "S1", change=["1:quantity=7"])

    assert journal()[-2:] == [("order.edited", "S1"), ("delivery.changed", FIRST)]


def test_other_edits_leave_it_alone(waiting):
    edit(waiting, "S1", change=["1:unit_price=9"])

    assert journal()[-1] == ("order.edited", "S1")


def test_delivery_of_which_nothing_is_left_is_cancelled(waiting):
    edit(waiting, "S1", change=["1:quantity=0", "2:quantity=0"])

    assert states() == [(FIRST, "cancelled")]
    assert journal()[-1] == ("delivery.cancelled", FIRST)
    assert wrong(waiting) == []


def test_what_is_added_to_a_shipped_order_waits_by_itself(waiting):
    validate(waiting, FIRST)

    edit(waiting, "S1", change=["1:quantity=6"])

    assert states() == [(FIRST, "done"), (SECOND, "waiting")]
    assert held(SECOND) == ("waiting", None, [(1, "1")])
    assert wrong(waiting) == []


def test_line_that_left_cannot_be_removed_and_one_that_was_cancelled_can(waiting):
    validate(waiting, FIRST, line=["1=5"], back_order=True)
    dispatching.cancel(waiting, [SECOND])

    with nothing_changes():
        refused = editing.edit(waiting, ["S1"], editing.Edit(parse_edits([], [], ["1"])))
    edit(waiting, "S1", remove=["2"])

    assert failed(*refused).code == "line.frozen"
    assert held(SECOND) == ("cancelled", FIRST, [])
    assert wrong(waiting) == []


def test_closing_cancels_and_reopening_plans_anew(waiting):
    closing.close(waiting, ["S1"], "sold out")
    closed = states()
    closing.reopen(waiting, ["S1"])

    assert closed == [(FIRST, "cancelled")]
    assert states() == [(FIRST, "cancelled"), (SECOND, "waiting")]
    assert held(SECOND) == ("waiting", None, [(1, "5"), (2, "2")])
    assert wrong(waiting) == []


def test_source_that_changes_the_order_changes_its_delivery(waiting):
    record = order("S1", line(10, 4), line(3, 1, sku="C3"), state="sent")

    assert codes(take_in(waiting, record)) == ["changed"]

    assert held(FIRST) == ("waiting", None, [(1, "4"), (2, "1")])
    assert wrong(waiting) == []


def test_what_the_source_ships_waits_no_more(waiting):
    record = order("S1", line(10, 5, delivered=D(5)), line(1, 2), line(6, kind="shipping"), state="sent")

    take_in(waiting, record)

    assert held(FIRST) == ("waiting", None, [(2, "2")])
    assert wrong(waiting) == []


def test_source_that_cancels_the_order_cancels_its_delivery(waiting):
    take_in(waiting, order("S1", line(10, 5), line(1, 2), line(6, kind="shipping"), state="cancelled"))

    assert states() == [(FIRST, "cancelled")]
    assert wrong(waiting) == []


# How they leave.


def test_whole_delivery_leaves(waiting):
    outcome = done(*validate(waiting, "out-2026-00001", carrier="DHL", tracking="0034", date=date(2026, 8, 20)))

    assert (outcome.change, outcome.notes) == ("changed", ())
    row = outcome.row
    assert (row.number, row.state, row.date, row.carrier, row.tracking) == (
        FIRST, "done", date(2026, 8, 20), "DHL", "0034",
    )  # fmt: skip
    assert held(FIRST) == ("done", None, [(1, "5"), (2, "2")])
    assert (states(), status()) == ([(FIRST, "done")], (["5", "2", "0"], "shipped"))
    assert journal()[-2:] == [("delivery.done", FIRST), ("order.delivered", "S1")]
    assert wrong(waiting) == []


def test_what_stays_behind_waits_in_a_back_order(waiting):
    outcome = done(*validate(waiting, FIRST, line=["1=3"]))
    second = done(*validate(waiting, SECOND, line=["2=1", "1=2"]))
    done(*validate(waiting, THIRD))

    assert (outcome.notes, second.notes) == ((f"back order {SECOND}",), (f"back order {THIRD}",))
    assert [held(number) for number in (FIRST, SECOND, THIRD)] == [
        ("done", None, [(1, "3")]),
        ("done", FIRST, [(1, "2"), (2, "1")]),
        ("done", SECOND, [(2, "1")]),
    ]
    assert status() == (["5", "2", "0"], "shipped")
    assert wrong(waiting) == []


def test_without_a_back_order_the_missing_lines_are_closed(waiting):
    outcome = done(*validate(waiting, FIRST, line=["1=3"], back_order=False))

    assert outcome.notes == (
        "nothing more comes of: 2 × Apple; 2 × Apple",
        "take that back: shopctl orders reopen S1",
    )
    (details,) = orders.show(["S1"])
    assert ([one.closed for one in details.lines], details.close_reason) == ([True, True, False], f"not in {FIRST}")
    assert (states(), status()) == ([(FIRST, "done")], (["3", "0", "0"], "shipped"))
    assert journal()[-1] == ("order.closed", "S1")
    assert wrong(waiting) == []
    closing.reopen(waiting, ["S1"])
    assert held(SECOND) == ("waiting", None, [(1, "2"), (2, "2")])
    assert wrong(waiting) == []


def test_whole_delivery_without_a_back_order_closes_nothing(waiting):
    assert done(*validate(waiting, FIRST, back_order=False)).notes == ()

    (details,) = orders.show(["S1"])
    assert [one.closed for one in details.lines] == [False, False, False]


def test_several_leave_at_once_and_repeats_are_unchanged(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="sent"))
    ordering.confirm(shop, ["S1", "S2"])

    outcomes = validate(shop, SECOND, FIRST, "out-2026-00002", "OUT/9")
    with nothing_changes():
        again = validate(shop, FIRST, carrier="UPS")

    assert codes(outcomes) == ["changed", "changed", "unchanged", "delivery.unknown"]
    assert (codes(again), done(*again).notes) == (["unchanged"], (f"delivery {FIRST} is done already",))
    assert (status("S1"), status("S2")) == ((["1"], "shipped"), (["1"], "shipped"))
    assert wrong(shop) == []


def test_delivering_the_order_is_the_short_way(waiting):
    dispatching.edit(waiting, [FIRST], Edit(carrier="DHL", note="fragile"))

    part = done(*shipping.deliver(waiting, ["S1"], Shipment(parse_quantities(["1=3"]), tracking="0034")))
    rest = done(*shipping.deliver(waiting, ["S1"], Shipment()))

    assert (part.notes, rest.notes) == ((f"delivery {FIRST}", f"back order {SECOND}"), (f"delivery {SECOND}",))
    assert held(SECOND) == ("done", FIRST, [(1, "2"), (2, "2")])
    (details,) = deliveries.show([FIRST])
    assert (details.delivery.carrier, details.delivery.tracking, details.delivery.note) == ("DHL", "0034", "fragile")
    assert status() == (["5", "2", "0"], "shipped")
    assert wrong(waiting) == []


def test_more_than_waits_leaves_with_the_order(waiting):
    done(*shipping.deliver(waiting, ["S1"], Shipment(parse_quantities(["1=7"]), force=True)))

    assert held(FIRST) == ("done", None, [(1, "7")])
    assert held(SECOND) == ("waiting", FIRST, [(2, "2")])
    assert wrong(waiting) == []


def test_goods_that_come_back_do_not_wait_again(waiting):
    validate(waiting, FIRST, line=["1=5"])

    shipping.deliver(waiting, ["S1"], Shipment(parse_quantities(["1=-2"])))

    assert held(SECOND) == ("waiting", FIRST, [(2, "2")])
    assert status() == (["3", "0", "0"], "partial")
    assert wrong(waiting) == []


@pytest.mark.parametrize(
    ("lines", "code"), [(["1=6"], "delivery.quantity"), (["3=1"], "line.unknown"), (["1=-1"], "usage.amount")]
)
def test_what_does_not_wait_does_not_leave(waiting, lines, code):
    with nothing_changes():
        assert failed(*validate(waiting, FIRST, line=lines)).code == code


def test_held_order_keeps_its_goods(waiting):
    models.Order.update(hold_reason="address is wrong").execute()

    with nothing_changes():
        refused = [*validate(waiting, FIRST), *shipping.deliver(waiting, ["S1"], Shipment())]

    assert codes(refused) == ["order.held", "order.held"]
    assert failed(refused[0]).message == "order S1 is on hold (address is wrong), so it cannot be delivered"
    models.Order.update(hold_reason="").execute()
    validate(waiting, FIRST)
    models.Order.update(hold_reason="quarrel").execute()
    assert codes(shipping.deliver(waiting, ["S1"], Shipment(parse_quantities(["1=-1"])))) == ["changed"]


def test_delivery_cannot_leave_tomorrow(waiting):
    with nothing_changes(), pytest.raises(RefusedError) as refusal:
        validate(waiting, FIRST, date=date(2026, 8, 22))

    assert refusal.value.code == "delivery.date_future"


def test_dry_run_writes_nothing_and_takes_no_number(waiting):
    waiting.dry_run = True

    with nothing_changes():
        assert done(*validate(waiting, FIRST, line=["1=1"])).change is Change.WOULD_CHANGE


# How they are cancelled, and what is said of them.


def test_cancelled_delivery_leaves_the_order_to_ship(waiting):
    outcome = done(*dispatching.cancel(waiting, [FIRST]))
    with nothing_changes():
        again = done(*dispatching.cancel(waiting, [FIRST]))
        refused = validate(waiting, FIRST)

    assert (outcome.row.state, outcome.notes) == ("cancelled", ("still to ship: shopctl orders deliver S1",))
    assert (again.change, again.notes) == ("unchanged", (f"delivery {FIRST} is cancelled already",))
    assert failed(*refused).code == "delivery.cancelled"
    assert status() == (["0", "0", "0"], "to_ship")
    assert done(*shipping.deliver(waiting, ["S1"], Shipment())).notes == (f"delivery {SECOND}",)
    assert wrong(waiting) == []


def test_what_is_done_is_not_cancelled(waiting):
    validate(waiting, FIRST)
    returning.give_back(waiting, [FIRST], Return())

    with nothing_changes():
        outcomes = dispatching.cancel(waiting, [FIRST, SECOND, "OUT/9"])

    assert codes(outcomes) == ["delivery.done", "delivery.done", "delivery.unknown"]
    assert [failed(one).hint for one in outcomes[:2]] == [
        f"shopctl delivery return {FIRST}", "shopctl orders deliver S1",
    ]  # fmt: skip


def test_only_what_left_can_come_back(waiting):
    with nothing_changes():
        too_early = returning.give_back(waiting, [FIRST], Return())
    dispatching.cancel(waiting, [FIRST])
    with nothing_changes():
        too_late = returning.give_back(waiting, [FIRST], Return())

    assert codes([*too_early, *too_late]) == ["delivery.waiting", "delivery.cancelled"]


def test_tracking_is_told_after_it_left(waiting):
    validate(waiting, FIRST, carrier="DHL")

    outcome = done(*dispatching.edit(waiting, [FIRST], Edit(tracking="0034", note="at the door")))
    with nothing_changes():
        again = done(*dispatching.edit(waiting, [FIRST], Edit(carrier="DHL", tracking="0034")))

    row = outcome.row
    assert (row.carrier, row.tracking, row.note, row.state) == ("DHL", "0034", "at the door", "done")
    assert (again.change, again.notes) == ("unchanged", (f"delivery {FIRST} says so already",))
    ((told,),) = fetch(models.Event, "SELECT details FROM events WHERE action = 'delivery.edited'")
    assert told == '{"tracking":["","0034"],"note":["","at the door"]}'
    done(*dispatching.edit(waiting, [FIRST], Edit(carrier="")))
    assert deliveries.show([FIRST])[0].delivery.carrier == ""


def test_cancelled_and_unknown_deliveries_are_not_edited(waiting):
    dispatching.cancel(waiting, [FIRST])

    with nothing_changes():
        outcomes = dispatching.edit(waiting, [FIRST, "OUT/9"], Edit(carrier="DHL"))

    assert codes(outcomes) == ["delivery.cancelled", "delivery.unknown"]


def test_return_names_the_delivery_it_brings_back(waiting):
    validate(waiting, FIRST, line=["1=5"])
    back = done(*returning.give_back(waiting, [FIRST], Return(parse_quantities(["1=2"]))))

    assert (back.row.number, back.row.kind, back.row.origin) == (THIRD, "return", FIRST)
    assert held(SECOND) == ("waiting", FIRST, [(2, "2")])
    assert wrong(waiting) == []


# The stock.


def stock():
    return dict(fetch(models.Product, "SELECT sku, stock FROM products WHERE type = 'goods' ORDER BY sku"))


def test_stock_that_is_counted_moves_with_deliveries(shop):
    sell(
        shop, ProductRecord("A1", "Apple", price=D(1)), ProductRecord("B2", "Bulb", price=D(1)),
        order("S1", line(1, 5), line(1, 2, sku="B2"), line(1, 1), state="sent"),
    )  # fmt: skip
    models.Product.update(stock=D(7)).where(models.Product.sku == "A1").execute()
    ordering.confirm(shop, ["S1"])

    before = stock()
    outcome = done(*validate(shop, FIRST))
    after = stock()
    returning.give_back(shop, [FIRST], Return(parse_quantities(["1=2"])))

    assert (before, after, stock()) == (
        {"A1": 70000, "B2": None}, {"A1": 10000, "B2": None}, {"A1": 30000, "B2": None},
    )  # fmt: skip
    assert outcome.notes == ()


def test_stock_below_zero_is_told_and_refuses_nothing(shop):
    sell(shop, ProductRecord("A1", "Apple", price=D(1)), order("S1", line(1, 5)), order("S2", line(1, 1, sku="X")))
    models.Product.update(stock=D(3)).execute()

    first, second = shipping.deliver(shop, ["S1", "S2"], Shipment())

    assert done(first).notes == (f"delivery {FIRST}", "the stock of A1 is -2 now")
    assert done(second).notes == (f"delivery {SECOND}",)
    assert stock() == {"A1": -20000}


# Whatever happens to an order.

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.integers(1, 3), st.sampled_from([-2, -1, 1, 2, 4])),
        st.tuples(st.just("validate"), st.integers(1, 2), st.integers(1, 3)),
        st.tuples(st.just("validate the rest never"), st.integers(1, 2), st.integers(1, 3)),
        st.tuples(st.just("quantity"), st.integers(1, 3), st.integers(0, 6)),
        st.tuples(st.just("add"), st.integers(1, 3), st.none()),
        st.tuples(st.just("remove"), st.integers(1, 3), st.none()),
        st.tuples(st.just("come back"), st.integers(1, 5), st.none()),
        st.tuples(st.sampled_from(["plan", "cancel", "close", "reopen"]), st.none(), st.none()),
    ),
    max_size=12,
)
NUMBERS = count(1)


def edited(shop, number, *edits):
    return editing.edit(shop, [number], editing.Edit(parse_edits(*edits)))


def waiting_of(number):
    return [delivery for delivery, state in states(number) if state == "waiting"] or ["OUT/9"]


ACTS = {
    "deliver": lambda shop, number, place, quantity: shipping.deliver(
        shop, [number], Shipment((LineQuantity(place, D(quantity)),))
    ),
    "validate": lambda shop, number, place, quantity: validate(shop, *waiting_of(number), line=[f"{place}={quantity}"]),
    "validate the rest never": lambda shop, number, place, quantity: validate(
        shop, *waiting_of(number), line=[f"{place}={quantity}"], back_order=False
    ),
    "quantity": lambda shop, number, place, quantity: edited(shop, number, [], [f"{place}:quantity={quantity}"], []),
    "add": lambda shop, number, quantity, _: edited(shop, number, [f"B2:{quantity}"], [], []),
    "remove": lambda shop, number, place, _: edited(shop, number, [], [], [str(place)]),
    "come back": lambda shop, number, place, _: returning.give_back(
        shop, [states(number)[place % len(states(number))][0]], Return()
    ),
    "plan": lambda shop, number, *_: dispatching.create(shop, [number]),
    "cancel": lambda shop, number, *_: dispatching.cancel(shop, waiting_of(number)),
    "close": lambda shop, number, *_: closing.close(shop, [number], "sold out"),
    "reopen": lambda shop, number, *_: closing.reopen(shop, [number]),
}
"""What may be done to an order; a refusal is as good as a success, as long as it leaves the books sound."""


@hypothesis.settings(max_examples=40, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(steps=STEPS)
def test_never_more_waits_than_is_to_ship_whatever_happens(shop, steps):
    number = f"S{next(NUMBERS)}"
    sell(shop, ProductRecord("B2", "Bulb", price=D(3)), order(number, line(10, 5), line(1, 2), state="sent"))
    ordering.confirm(shop, [number])

    for step in steps:
        what, first, second = step
        ACTS[what](shop, number, first, second)
        assert wrong(shop) == [], step
    closing.reopen(shop, [number])
    shipping.deliver(shop, [number], Shipment())

    assert "waiting" not in [state for _, state in states(number)]
    assert status(number)[1] in ("shipped", "none")
    assert wrong(shop) == []
