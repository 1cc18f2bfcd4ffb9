"""Which step of a document is due on a day, and why nobody is reminded of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import reminding
from shopctl.domain.late_charges import Charge, charge
from shopctl.domain.reminding import Debtor, Demand, Hold, Part, Policy

D = Decimal
DUE = date(2026, 3, 1)
POLICY = Policy((3, 7), (-2, 7, 14, 28), pause=3)
ANN = Debtor(1, "C1", "Ann", "ann@example.com")


def invoice(number="INV1", *parts, **more):
    """An invoice of 100.00 due on 1 March, or of the parts given."""
    open_parts = parts or (Part(0, DUE, D(100)),)
    return Demand("invoice", 1, number, "EUR", date(2026, 2, 1), D(100), open_parts, **more)


def order(number="S1", **more):
    """An order of 50.00, placed on 1 March."""
    return Demand("order", 1, number, "EUR", DUE, D(50), (Part(0, DUE, D(50)),), **more)


def reason(demand=None, debtor=ANN, policy=POLICY, after=7):
    (verdict,) = reminding.judge(debtor, [demand or invoice()], policy, DUE + timedelta(after))
    return verdict.reason


@pytest.mark.parametrize(
    ("after", "reached", "step"),
    [
        (-3, 0, 0),
        (-2, 0, 1),
        (6, 0, 1),
        (6, 1, 0),
        (7, 1, 2),
        (13, 2, 0),
        (14, 1, 3),
        (27, 1, 3),
        (28, 0, 4),
        (28, 3, 4),
        (400, 4, 0),
    ],
)
def test_highest_step_that_is_due_and_not_reached(after, reached, step):
    assert reminding.due_step(invoice(reached=reached), POLICY, DUE + timedelta(after)) == step


def test_order_has_steps_of_its_own():
    days = [reminding.due_step(order(), POLICY, DUE + timedelta(after)) for after in (2, 3, 6, 7, 30)]

    assert days == [0, 1, 1, 2, 2]


def test_each_instalment_is_asked_for_by_steps_of_its_own():
    later = DUE + timedelta(30)
    both = invoice("INV1", Part(0, DUE, D(30)), Part(1, later, D(70)), reached=4)
    rest = invoice("INV1", Part(1, later, D(70)), reached=3)

    assert reminding.due_step(both, POLICY, DUE + timedelta(27)) == 0
    assert reminding.due_step(both, POLICY, DUE + timedelta(28)) == 101
    assert reminding.due_step(rest, POLICY, later + timedelta(6)) == 101
    assert reminding.due_step(rest, POLICY, later + timedelta(7)) == 102
    assert [reminding.shown(step) for step in (0, 3, 101, 204)] == [0, 3, 1, 4]
    assert both.due(DUE + timedelta(7)) == 30
    assert both.due(later) == 100
    assert rest.due(DUE) == 70


def test_next_day_on_which_something_is_due():
    assert reminding.next_day(invoice(reached=1), POLICY, DUE) == date(2026, 3, 8)
    assert reminding.next_day(invoice(reached=3), POLICY, DUE) == date(2026, 3, 29)
    assert reminding.next_day(invoice(reached=4), POLICY, DUE) is None


HELD = Hold("pause", DUE + timedelta(7))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (reason(), ""),
        (reason(invoice("INV1", Part(0, DUE, D(0)))), "paid"),
        (reason(invoice(obstacle="disputed")), "disputed"),
        (reason(invoice(obstacle="charge")), "charge"),
        (reason(order(obstacle="billed")), "billed"),
        (reason(invoice(hold=HELD)), "paused"),
        (reason(invoice(hold=HELD), after=8), ""),
        (reason(invoice(hold=Hold("pause"))), "paused"),
        (reason(invoice(hold=Hold("promise", DUE + timedelta(9)))), "promised"),
        (reason(debtor=ANN._replace(hold=HELD)), "customer_paused"),
        (reason(debtor=ANN._replace(credits={"EUR": D(100)})), "credit"),
        (reason(debtor=ANN._replace(credits={"EUR": D("99.99")})), ""),
        (reason(debtor=ANN._replace(credits={"USD": D(100)})), ""),
        (reason(invoice(own=D(40)), ANN._replace(credits={"EUR": D(60)})), "credit"),
        (reason(order(authorized=D(50))), "authorized"),
        (reason(policy=POLICY._replace(activated_on=DUE)), ""),
        (reason(policy=POLICY._replace(activated_on=DUE + timedelta(1))), "too_old"),
        (reason(policy=POLICY._replace(minimum=D("100.01"))), "minimum"),
        (reason(debtor=ANN._replace(address="")), "no_address"),
        (reason(debtor=ANN._replace(suppressed=True)), "suppressed"),
        (reason(debtor=ANN._replace(reminded_on=DUE + timedelta(5))), "recent"),
        (reason(debtor=ANN._replace(reminded_on=DUE + timedelta(4))), ""),
    ],
)
def test_every_reason_has_its_case(found, expected):
    assert found == expected
    assert expected in ("", *reminding.SKIPS)


def test_credit_covers_the_oldest_documents_and_each_cent_once():
    demands = [
        invoice("INV2", Part(0, DUE + timedelta(1), D(100))),
        invoice("INV1"),
        invoice("INV3", obstacle="disputed"),
    ]

    verdicts = reminding.judge(ANN._replace(credits={"EUR": D(150)}), demands, POLICY, DUE + timedelta(9))

    assert [(one.demand.number, one.reason) for one in verdicts] == [
        ("INV1", "credit"), ("INV3", "disputed"), ("INV2", ""),
    ]  # fmt: skip


def test_what_was_due_before_the_activation_is_told_and_left_alone():
    policy = POLICY._replace(activated_on=DUE + timedelta(1))

    (verdict,) = reminding.steps_due(
        reminding.judge(ANN, [invoice()], policy, DUE + timedelta(9)), policy, DUE + timedelta(9)
    )

    assert (verdict.step, verdict.reason) == (2, "too_old")


CHARGING = POLICY._replace(
    invoices=(7, 14, 28), fees=(D(0), D(5), D("7.50")), interest=D("9.27"), interest_from=2, currency="EUR"
)


@pytest.mark.parametrize(
    ("demand", "step", "after", "expected"),
    [
        (invoice(), 1, 7, Charge()),
        # 100.00 x 14 days x 9.27 % / 365 = 0.35556...
        (invoice(), 2, 14, Charge(D("5.00"), D("0.36"), DUE, D(100))),
        # 14 days more: 0.35556 again, not 0.71
        (invoice(charged_until=DUE + timedelta(14)), 3, 28, Charge(D("7.50"), D("0.36"), DUE + timedelta(14), D(100))),
        # A day of 100.00 is 0.0254: with half a year of it 4.62
        (invoice(), 3, 182, Charge(D("7.50"), D("4.62"), DUE, D(100))),
        (order(), 2, 14, Charge()),
        (invoice(obstacle="charge"), 2, 14, Charge()),
        (invoice(), 2, 0, Charge()),
        # 0.01 of a cent: nothing is charged, and the days are not lost.
        (invoice("INV1", Part(0, DUE, D("0.01"))), 2, 14, Charge(D("5.00"))),
    ],
)
def test_charge_of_a_step(demand, step, after, expected):
    assert charge(demand, step, CHARGING, DUE + timedelta(after)) == expected


def test_interest_runs_on_each_instalment_from_its_own_day():
    demand = invoice(
        "INV1", Part(0, DUE, D(3000)), Part(1, DUE + timedelta(10), D(7000)), Part(2, date(2027, 1, 1), D(9))
    )

    found = charge(demand, 2, CHARGING, DUE + timedelta(20))

    # (3000 x 20 + 7000 x 10) x 9.27 % / 365 = 33.0164...
    assert found == Charge(D("5.00"), D("33.02"), DUE, D(10000))


def test_other_currency_than_the_shop_has_no_fees():
    demand = invoice()._replace(currency="JPY")

    assert charge(demand, 3, CHARGING, DUE + timedelta(182)) == Charge(D(0), D(5), DUE, D(100))


STEPS = st.lists(st.integers(-20, 60), max_size=4, unique=True).map(lambda days: tuple(sorted(days)))
PARTS = st.lists(st.integers(0, 90), min_size=1, max_size=3).map(sorted)


@given(STEPS, PARTS, st.lists(st.integers(-30, 200), max_size=40).map(sorted), st.integers(0, 9), st.data())
def test_any_schedule_of_runs_takes_each_step_once_and_rising(days, due, runs, pause, data):
    policy = Policy((), days, pause=pause)
    paid = data.draw(st.integers(0, 200))
    taken, sent = [], []
    for run in runs:
        today = DUE + timedelta(run)
        parts = tuple(
            Part(place, DUE + timedelta(after), D(10))
            for place, after in enumerate(due)
            if not (place == 0 and run > paid)
        )
        demand = invoice("INV1", *parts, reached=taken[-1] if taken else 0) if parts else None
        debtor = ANN._replace(reminded_on=sent[-1] if sent else None)
        for verdict in reminding.judge(debtor, [demand] if demand else [], policy, today):
            if verdict.step and not verdict.reason:
                place, step = divmod(verdict.step, reminding.STRIDE)
                assert today >= DUE + timedelta(due[place] + days[step - 1])
                taken.append(verdict.step)
                sent.append(today)

    assert taken == sorted(set(taken))
    assert all((later - earlier).days >= pause for earlier, later in pairwise(sent))
