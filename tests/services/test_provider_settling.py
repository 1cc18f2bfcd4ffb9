"""Settle lines of payment providers: payments are tied or registered once, refunds open invoices again, payouts arrive."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count

import hypothesis
import pytest
from hypothesis import strategies as st

from shopctl import models
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.crediting import Wanted
from shopctl.models import Allocation, BankLine, Event, Invoice, Payment
from shopctl.services import aging, allocating, annulling, bank_importing, crediting, paying_back, registering
from shopctl.services import provider_settling as settling
from shopctl.services.payment_statistics import statistics
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    bill,
    done,
    line,
    money,
    nothing_changes,
    opened,
    order,
    payment,
    rivals,
    sell,
    wrong,
)

D = Decimal
RUNS = count(1)


def moved(amount, kind="charge", mark="", **more):
    return Movement("line 1", TODAY, D(amount), "EUR", kind, **{"bank_reference": mark, **more})


def charge(amount, mark="ch_1", reference="S1", fee=0, **more):
    return moved(amount, "charge", mark, reference=reference, fee=D(fee), **more)


def back(amount, mark="re_1", target="ch_1", kind="refund", fee=0, **more):
    return moved(-amount, kind, mark, target=target, fee=D(fee), **more)


def store(shop, *movements, form="stripe"):
    statement = Statement(form, form, "", "EUR", movements)
    for outcome in bank_importing.store(shop, list(bank_importing.incoming(shop, "report.csv", [statement]))):
        done(outcome)


def settle(shop):
    """Settle what waits, and tell what became of each line."""
    return [done(outcome).notes for outcome in settling.settle(shop, settling.waiting())]


def take(shop, *movements, form="stripe"):
    store(shop, *movements, form=form)
    return settle(shop)


def lines():
    return [(one.kind, one.state, one.settled, one.remark) for one in BankLine.select().order_by(BankLine.id)]


def paid():
    """Tell direction, amount, fee, allocated, returned and reference of all payments."""
    return [
        (one.direction, one.amount, one.fee, one.allocated, one.returned, one.reference)
        for one in Payment.select().order_by(Payment.id)
    ]


def invoice(number="INV/2026/00001"):
    row = Invoice.get(Invoice.number == number)
    return row.allocated, row.payment_status


def actions(*names):
    found = Event.select().where(Event.action.in_(names)).order_by(Event.id)
    return [(one.action, one.reference) for one in found]


def test_a_charge_is_the_payment_that_is_there(shop):
    sell(shop, order("S1", payments=(payment("ch_1", 100, provider="Stripe", method="card"),)))
    bill(shop, "S1")

    told = take(shop, charge(100, fee="3.20"))

    assert told == [("tied",)]
    assert paid() == [("inbound", 100, D("3.20"), 100, 0, "ch_1")]
    assert lines() == [("charge", "settled", 100, "")]
    assert invoice() == (100, "paid")
    assert actions("payment.seen", "payment.fee") == [
        ("payment.seen", "PAY/2026/00001"), ("payment.fee", "PAY/2026/00001"),
    ]  # fmt: skip
    (row,) = statistics("", None, None).rows
    assert (row.received, row.fee, row.net) == (100, D("3.20"), D("96.80"))
    assert settle(shop) == []
    assert wrong(shop) == []


def test_the_second_mark_of_a_charge_is_as_good(shop):
    sell(shop, order("S1", payments=(payment("pi_1", 100, provider="stripe"),)))

    assert take(shop, charge(100, end_to_end="pi_1")) == [("tied",)]


def test_a_charge_without_a_payment_is_registered_for_what_it_names(shop):
    sell(shop, order("S1", state="sent"), order("S2"), order("S3", line(40)))
    bill(shop, "S2")

    told = take(
        shop, charge(100, "ch_1", "s1", fee=3), charge(100, "ch_2", "INV/2026/00001", fee=4),
        charge(40, "ch_3", "nobody"), charge(40, "ch_4", ""),
    )  # fmt: skip

    assert told == [("registered",), ("registered",), ("open",), ("open",)]
    assert paid() == [("inbound", 100, 3, 0, 0, "ch_1"), ("inbound", 100, 4, 100, 0, "ch_2")]
    assert [(one.provider, one.method, one.line_id) for one in Payment.select().order_by(Payment.id)] == [
        ("stripe", "card", 1), ("stripe", "card", 2),
    ]  # fmt: skip
    assert money("S1") == ("100.00", "0.00", "paid")
    assert invoice() == (100, "paid")
    assert [row[1] for row in lines()] == ["settled", "settled", "open", "open"]
    assert wrong(shop) == []


def test_two_charges_pay_one_order(shop):
    sell(shop, order("S1", state="sent"))

    told = take(shop, charge(60, "ch_1"), charge(40, "ch_2", "#S1"), charge(1, "ch_3"))

    assert told == [("registered",), ("registered",), ("open", "nothing is due on S1, so there is nothing to pay")]
    assert money("S1") == ("100.00", "0.00", "paid")


def test_the_reference_that_payers_quote_names_the_order(shop):
    sell(shop, order("S1", state="sent"))
    models.Order.update(reference="RF18539007547034").execute()

    assert take(shop, charge(100, reference="RF18539007547034")) == [("registered",)]


def test_rivals_settle_each_line_once(database_url):
    with opened(database_url) as shop:
        numbers = [f"S{number}" for number in range(1, 13)]
        sell(shop, *(order(number, state="sent" if place % 2 else "confirmed") for place, number in enumerate(numbers)))
        bill(shop, *numbers[::2])
        store(
            shop, *(charge(100, f"ch_{number}", number, fee=1) for number in numbers),
            *(back(30, f"re_{number}", f"ch_{number}") for number in numbers),
        )  # fmt: skip
        waiting = settling.waiting()

    answers = rivals(database_url, 3, "settle", waiting, chunk=5)

    assert sum(answer.count("changed") for answer in answers) == 24
    with opened(database_url) as shop:
        settle(shop)
        assert sorted((row[0], row[1], row[2]) for row in paid()) == [
            *[("inbound", 100, 1)] * 12, *[("outbound", 30, 0)] * 12,
        ]  # fmt: skip
        assert {row.returned for row in Payment.select().where(Payment.direction == "inbound")} == {D(30)}
        assert settling.waiting() == []
        assert wrong(shop) == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.integers(1, 2), st.sampled_from([60, 100])),
        st.tuples(st.just("back"), st.integers(1, 2), st.integers(1, 70), st.booleans()),
        st.tuples(st.just("run")),
    ),
    max_size=9,
)


@hypothesis.settings(max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(steps=STEPS)
def test_whatever_is_told_in_whatever_order_the_books_are_sound(shop, steps):
    """Tell charges and refunds at random, some again, and settle now and then; nothing counts twice."""
    mark = f"{next(RUNS)}"
    sell(shop, order(f"S{mark}-1"), order(f"S{mark}-2"))
    bill(shop, f"S{mark}-1", f"S{mark}-2")
    for place, (what, *words) in enumerate((*steps, ("run",))):
        if what == "run":
            settle(shop)
        elif what == "charge":
            which, amount = words
            store(shop, charge(amount, f"ch_{mark}_{which}", f"S{mark}-{which}", fee=1))
        else:
            which, amount, named = words
            store(shop, back(amount, f"re_{mark}_{place}" if named else "", f"ch_{mark}_{which}"))

    settle(shop)
    waiting = settling.waiting()
    with nothing_changes():
        assert {told[0] for told in settle(shop)} <= {"open"}
    assert settling.waiting() == waiting
    assert wrong(shop) == []
    for one in Payment.select().where((Payment.direction == "inbound") & Payment.reference.startswith(f"ch_{mark}_")):
        assert sum(back.amount for back in one.given_back) == one.returned <= one.amount


def test_a_repeat_changes_nothing(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    take(shop, charge(100, fee=3), charge(40, "ch_9", "nobody"), back(20))

    with nothing_changes():
        store(shop, charge(100, fee=3), charge(40, "ch_9", "nobody"), back(20))
        assert settle(shop) == [("open",)]


def test_what_comes_later_is_settled_by_the_next_run(shop):
    store(shop, charge(100, fee=3))
    assert settle(shop) == [("open",)]
    sell(shop, order("S1", state="sent"))

    assert settle(shop) == [("registered",)]
    assert money("S1") == ("100.00", "0.00", "paid")


def test_money_that_is_not_due_is_never_registered_twice(shop):
    sell(shop, order("S1", payments=(payment("x", 100, provider="shopify"),)))

    told = take(shop, charge(100))

    assert told == [("open", "nothing is due on S1, so there is nothing to pay")]
    assert lines() == [("charge", "open", 0, "nothing is due on S1, so there is nothing to pay")]
    assert len(paid()) == 1


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"amount": 90}, "PAY/2026/00001 with the same reference is 90.00 EUR"),
        ({"amount": 100, "state": "pending"}, "PAY/2026/00001 with the same reference is pending"),
    ],
)
def test_a_contradiction_stays_open(shop, known, expected):
    sell(shop, order("S1", state="sent", payments=(payment("ch_1", provider="stripe", **known),)))

    assert take(shop, charge(100)) == [("open", expected)]


def test_another_currency_never_meets(shop):
    sell(shop, order("S1", currency="USD", state="sent"))

    assert take(shop, charge(100)) == [("open",)]


def test_a_refund_opens_the_invoice_again_exactly_once(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    take(shop, charge(100, fee=3))

    assert take(shop, back(30, fee="0.50")) == [("refunded",)]

    assert paid() == [("inbound", 100, 3, 70, 30, "ch_1"), ("outbound", 30, D("0.50"), 0, 0, "re_1")]
    assert invoice() == (70, "partial")
    assert lines()[1] == ("refund", "settled", 30, "")
    assert [(one.amount, one.removed_at is None) for one in Allocation.select().order_by(Allocation.id)] == [
        (100, False), (70, True),
    ]  # fmt: skip
    assert money("S1") == ("70.00", "0.00", "partial")
    assert [(row.open, row.balance) for row in aging.owed(shop).totals] == [(30, 30)]
    assert wrong(shop) == []
    with nothing_changes():
        store(shop, back(30, fee="0.50"))
        assert settle(shop) == []


def test_the_newest_uses_end_first(shop):
    sell(shop, order("S1", line(60)), order("S2", line(40), customer="C1"), payment("ch_1", 100, provider="stripe",
                                                                                    customer="C1"))  # fmt: skip
    bill(shop, "S1", "S2")
    for number in ("INV/2026/00001", "INV/2026/00002"):
        done(*allocating.allocate(shop, [number], allocating.Choice(auto=True)))

    assert take(shop, back(50)) == [("refunded",)]

    assert invoice("INV/2026/00001") == (50, "partial")
    assert invoice("INV/2026/00002") == (0, "not_paid")
    assert wrong(shop) == []


def test_what_is_free_goes_back_before_anything_ends(shop):
    sell(shop, order("S1", line(60)))
    bill(shop, "S1")
    done(*registering.register(shop, [Receipt("INV/2026/00001", D(100), provider="stripe", transaction="ch_1")]))

    assert take(shop, back(40)) == [("refunded",)]

    assert invoice() == (60, "paid")
    assert paid()[0] == ("inbound", 100, 0, 60, 40, "ch_1")


def test_a_chargeback_takes_everything_back_and_its_fee_is_a_fee(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    told = take(shop, charge(100, fee=3), back(100, "dp_1", kind="chargeback", fee=15))

    assert told == [("registered",), ("refunded",)]
    assert paid() == [("inbound", 100, 3, 0, 100, "ch_1"), ("outbound", 100, 15, 0, 0, "dp_1")]
    assert invoice() == (0, "not_paid")
    (row,) = statistics("", None, None).rows
    assert (row.received, row.refunded, row.fee, row.net) == (100, 100, 18, -18)
    assert wrong(shop) == []


def test_a_chargeback_that_was_won_pays_again(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    won = moved(100, "reversal", "dp_1r", target="ch_1", fee=D(-15))
    take(shop, charge(100, fee=3))

    assert take(shop, back(100, "dp_1", kind="chargeback", fee=15), won) == [("refunded",), ("registered",)]

    assert paid()[2] == ("inbound", 100, -15, 100, 0, "dp_1r")
    assert invoice() == (100, "paid")
    assert take(shop, moved(7, "reversal", "rr_1", target="ch_1"), moved(7, "reversal", "rr_2")) == [
        ("open", "nothing is due on S1, so there is nothing to pay"), ("open",),
    ]  # fmt: skip
    assert wrong(shop) == []


def test_several_refunds_of_one_charge_on_one_day(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    told = take(shop, charge(100), back(10, "re_1"), back(20, "re_2"), back(80, "re_3"))

    assert told[1:] == [("refunded",), ("refunded",), ("open", "70.00 EUR of PAY/2026/00001 can still go back")]
    assert paid()[0] == ("inbound", 100, 0, 70, 30, "ch_1")
    assert invoice() == (70, "partial")
    assert wrong(shop) == []


def test_what_was_refunded_in_all_counts_once_beside_single_refunds(shop):
    sell(shop, order("S1"))
    take(shop, charge(100), back(30, mark=""))

    told = take(shop, back(20, "re_1"), back(25, "re_2"))

    assert told == [("refunded", "it went back of PAY/2026/00001 before"),
                    ("refunded", "the rest of it went back of PAY/2026/00001 before")]  # fmt: skip
    assert paid() == [
        ("inbound", 100, 0, 0, 45, "ch_1"), ("outbound", 30, 0, 0, 0, None), ("outbound", 15, 0, 0, 0, "re_2"),
    ]  # fmt: skip
    assert wrong(shop) == []


def test_a_refund_that_was_registered_by_hand_is_tied(shop):
    sell(shop, order("S1", payments=(payment("ch_1", 100, provider="stripe"),)))
    done(*paying_back.refund(shop, ["PAY/2026/00001"], paying_back.Wish(D(30), provider="stripe", transaction="re_1")))

    assert take(shop, back(30)) == [("refunded",)]

    assert len(paid()) == 2
    assert Payment.get(Payment.reference == "re_1").line_id == 1


def test_a_refund_that_was_registered_by_hand_without_its_reference_counts_once(shop):
    sell(shop, order("S1", payments=(payment("ch_1", 100, provider="stripe"),)))
    for amount in (30, 20):
        done(*paying_back.refund(shop, ["PAY/2026/00001"], paying_back.Wish(D(amount))))

    assert take(shop, back(20, fee=1), back(5, "re_2")) == [("refunded",), ("refunded",)]

    assert paid() == [
        ("inbound", 100, 0, 0, 55, "ch_1"), ("outbound", 30, 0, 0, 0, None), ("outbound", 20, 1, 0, 0, "re_1"),
        ("outbound", 5, 0, 0, 0, "re_2"),
    ]  # fmt: skip
    assert wrong(shop) == []


def test_what_was_refunded_in_all_contains_what_was_registered_by_hand(shop):
    sell(shop, order("S1", payments=(payment("ch_1", 100, provider="stripe"),)))
    for amount, mark in ((30, "re_9"), (20, "")):
        done(*paying_back.refund(shop, ["PAY/2026/00001"], paying_back.Wish(D(amount), transaction=mark)))

    told = take(shop, back(50, mark=""), back(60, mark=""), back(20, "re_1"))

    assert told == [
        ("refunded", "it went back of PAY/2026/00001 before"),
        ("refunded", "the rest of it went back of PAY/2026/00001 before"),
        ("refunded", "it went back of PAY/2026/00001 before"),
    ]
    assert [row[1] for row in paid()] == [100, 30, 20, 10]
    assert paid()[0][4] == 60
    assert wrong(shop) == []


def test_a_credit_note_that_was_paid_out_is_what_went_back(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    take(shop, charge(100))
    request = crediting.Request(Wanted(amount=D(30)), "late", then="refund", confirm=True)
    done(*crediting.create(shop, ["INV/2026/00001"], request))

    assert take(shop, back(30)) == [("refunded",)]

    assert invoice() == (100, "paid")
    assert paid() == [("inbound", 100, 0, 100, 0, "ch_1"), ("outbound", 30, 0, 30, 0, "re_1")]
    assert wrong(shop) == []


def test_a_refund_without_a_target_is_that_of_the_only_payment_of_its_order(shop):
    sell(shop, order("S1", payments=(payment("ch_1", 100, provider="paypal"),)))

    assert take(shop, back(30, target="", reference="S1"), form="paypal") == [("refunded",)]
    assert paid()[0][4] == 30


def test_a_refund_of_something_unknown_stays_open(shop):
    assert take(shop, back(30)) == [("open", "the payment that it takes back is not known")]


def test_a_refund_takes_back_what_was_written_off_with_the_payment(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    receipt = Receipt("INV/2026/00001", D(98), write_off="discount", provider="stripe", transaction="ch_1")
    done(*registering.register(shop, [receipt]))

    take(shop, back(98))

    assert invoice() == (0, "not_paid")
    assert wrong(shop) == []


def test_a_cancelled_registration_leaves_the_line_open(shop):
    sell(shop, order("S1"))
    take(shop, charge(100))
    done(*annulling.cancel(shop, ["PAY/2026/00001"], "wrong order"))

    assert settle(shop) == [("open", "PAY/2026/00001 with the same reference is cancelled")]


def test_a_payout_is_the_line_of_the_bank(shop):
    arriving = moved(97, "transfer", "B1", text="STRIPE TRANSFER")._replace(date=TODAY + timedelta(2))
    store(shop, moved(-97, "payout", "po_1"))
    assert settle(shop) == [("open",)]

    assert take(shop, arriving, form="camt.053") == [("seen", "arrived as LINE/00002")]

    assert lines() == [
        ("payout", "settled", 97, "arrived as LINE/00002"),
        ("transfer", "settled", 97, "the payout LINE/00001 of stripe"),
    ]
    assert wrong(shop) == []


def test_fees_and_sums_explain_themselves(shop):
    assert take(shop, moved(-2, "fee"), moved(-3, "other")) == [("explained", "a fee of stripe")]
    told = take(shop, moved(50, "other", text="iDEAL"), form="mollie")

    assert told == [("explained", "a sum of payments, which are told one by one elsewhere")]
    assert [row[1] for row in lines()] == ["settled", "open", "settled"]
    assert wrong(shop) == []


def test_only_lines_of_providers_are_looked_at(shop):
    sell(shop, order("S1", state="sent"))

    assert take(shop, charge(100), form="camt.053") == []


def test_a_credit_note_is_used_on_what_a_refund_opened(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    take(shop, charge(100))
    done(*crediting.create(shop, ["INV/2026/00001"], crediting.Request(Wanted(amount=D(30)), "late", confirm=True)))

    take(shop, back(30))

    assert invoice() == (100, "paid")
    assert Invoice.get(Invoice.number == "RINV/2026/00001").payment_status == "paid"
    assert wrong(shop) == []
