"""Use outstanding credits on invoices: the one that is meant, the named ones, by rank; never more than there is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.crediting import Wanted
from shopctl.domain.records import CustomerRecord
from shopctl.errors import ExitStatus
from shopctl.services import allocating, crediting, invoices
from shopctl.services.allocating import Choice
from tests.support.shop import (
    TODAY,
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    money,
    nothing_changes,
    opened,
    order,
    outstanding,
    payment,
    rivals,
    sell,
    wrong,
)
from tests.support.shops import NOW

D = Decimal
FIRST = "INV/2026/00001"


def allocate(shop, *references, **choice):
    return allocating.allocate(shop, list(references), Choice(**choice))


def allocate_one(shop, reference=FIRST, **choice):
    (outcome,) = allocate(shop, reference, **choice)
    return outcome


def standing(*numbers):
    return [(details.invoice.payment_status, details.invoice.amount_due) for details in invoices.show(numbers, TODAY)]


def left():
    """Tell what each payment has left, by its reference."""
    return {
        one.reference: one.amount - one.allocated - one.returned
        for one in models.Payment.select().where(models.Payment.direction == "inbound")
    }


def on(days):
    return NOW + timedelta(days=days)


def unpaid(shop, *records, total=100):
    """Bill one order without using its money."""
    sell(shop, order("S1", line(total)), *records)
    bill(shop, "S1", allocate=False)


def credited(shop):
    """Give customer C1 an outstanding credit note, RINV/2026/00001, of 40.00."""
    sell(shop, order("CN", line(20, 5, policy="delivered", delivered=D(5)), payments=(payment("cn", 100),)))
    bill(shop, "CN")
    models.OrderLine.update(delivered=3).execute()
    bill(shop, "CN")


# The credit that is meant.


def test_payment_of_the_same_order_is_the_one_that_is_meant(shop):
    unpaid(shop, payment("mine", 100, order="S1"), payment("other", 100, customer="C1"))

    outcome = done(allocate_one(shop))

    assert (outcome.change, outcome.row.payment_status, outcome.row.amount_due) == ("changed", "paid", 0)
    assert outcome.notes[0] == "allocated 100.00 EUR of PAY/2026/00001, which has 0.00 EUR left"
    assert left() == {"mine": 0, "other": 100}
    assert journal()[-1] == ("payment.allocated", FIRST)


@pytest.mark.parametrize(
    ("amount", "status", "due", "rest"), [(100, "paid", 0, 0), (60, "partial", 40, 0), ("0.01", "partial", "99.99", 0)]
)
def test_only_credit_is_used_as_far_as_it_goes(shop, amount, status, due, rest):
    unpaid(shop, payment("p", amount, customer="C1"))

    allocate_one(shop)

    assert (standing(FIRST), left()) == ([(status, D(due))], {"p": rest})


@pytest.mark.parametrize(
    "records",
    [
        (payment("p", 150, customer="C1"),),
        (payment("p", 100, customer="C1"), payment("q", 100, customer="C1")),
        (payment("p", 100, order="S1"), payment("q", 100, order="S1")),
    ],
)
def test_doubt_lists_the_candidates(shop, records):
    unpaid(shop, *records)

    with nothing_changes():
        error = failed(allocate_one(shop))

    assert (error.code, error.status) == ("payment.ambiguous", ExitStatus.USAGE)
    assert error.details["candidates"] == [f"PAY/2026/0000{place}" for place in range(1, len(records) + 1)]
    assert "PAY/2026/00001" in error.message
    assert error.hint == f"shopctl payment allocate {FIRST} --credit PAY/2026/00001, or --auto"


@pytest.mark.parametrize(
    "records",
    [
        (),
        (payment("p", 100, customer="C2"),),
        (payment("p", 100, customer="C1", currency="USD"),),
        (payment("p", 100, customer="C1", state="pending"),),
        (payment("p", 100, order="S1", state="authorized"),),
    ],
)
def test_money_of_others_or_in_other_currencies_or_not_here_is_never_used(shop, records):
    unpaid(shop, *records)

    with nothing_changes():
        refused = allocate_one(shop)
    with nothing_changes(models.Operation):
        by_rank = allocate_one(shop, auto=True)

    assert (failed(refused).code, codes([by_rank])) == ("payment.nothing_to_allocate", ["unchanged"])
    assert by_rank.notes == (f"no credit of the customer fits {FIRST}",)


def test_payment_refunded_in_part_is_offered_for_the_rest(shop):
    sell(shop, order("S1", payments=(payment("p", 100), payment("r", 30, state="refunded"))))
    bill(shop, "S1", allocate=False)
    (details,) = invoices.show([FIRST], TODAY)

    allocate_one(shop, auto=True)

    assert [(offer.credit, offer.amount, offer.amount_left) for offer in details.outstanding_credits] == [
        ("PAY/2026/00001", 100, 70)
    ]
    assert (standing(FIRST), left()) == ([("partial", 30)], {"p": 0})


# Named credits and amounts.


def test_named_credits_are_used_in_the_order_given(shop):
    unpaid(shop, payment("a", 70, customer="C1"), payment("b", 70, customer="C1"))

    allocate_one(shop, credits=("pay-2026-00002", "PAY/2026/00001"))

    assert (standing(FIRST), left()) == ([("paid", 0)], {"a": 40, "b": 0})


def test_amount_limits_what_is_used(shop):
    unpaid(shop, payment("a", 100, customer="C1"))

    allocate_one(shop, credits=("PAY/2026/00001",), amount=D("39.79"))

    assert (standing(FIRST), left()) == ([("partial", D("60.21"))], {"a": D("60.21")})


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"amount": D("100.01"), "auto": True}, "payment.exceeds_residual"),
        ({"amount": D(71), "credits": ("PAY/2026/00001",)}, "payment.exceeds_credit"),
        ({"credits": ("PAY/2026/00009",)}, "payment.unknown"),
        ({"credits": ("PAY/2026/00002",)}, "payment.unknown"),
        ({"credits": ("PAY/2026/00001", "nonsense")}, "payment.unknown"),
    ],
)
def test_refusal_changes_nothing(shop, choice, code):
    unpaid(shop, payment("a", 70, customer="C1"), payment("b", 70, customer="C2"))

    with nothing_changes():
        outcome = allocate_one(shop, **choice)

    assert failed(outcome).code == code


def test_residual_is_told_to_scripts(shop):
    unpaid(shop, payment("a", 700, customer="C1"))

    error = failed(allocate_one(shop, amount=D(200), auto=True))

    assert error.details == {"invoice": FIRST, "residual": "100.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("reference", "code", "hint"),
    [
        ("INV/2026/00404", "invoice.unknown", "shopctl invoice list"),
        ("DRAFT/00002", "invoice.not_posted", "shopctl invoice confirm DRAFT/00002"),
        ("RINV/2026/00001", "invoice.not_posted", "shopctl invoice show RINV/2026/00001"),
    ],
)
def test_only_posted_invoices_are_paid(shop, reference, code, hint):
    credited(shop)
    if reference.startswith("DRAFT"):
        models.Invoice.update(state="draft", number=None).where(models.Invoice.id == 2).execute()

    with nothing_changes():
        outcome = allocate_one(shop, reference, auto=True)

    assert (failed(outcome).code, failed(outcome).hint) == (code, hint)


def test_paid_invoice_is_left_alone(shop):
    unpaid(shop, payment("a", 100, order="S1"), payment("b", 100, customer="C1"))
    allocate_one(shop, auto=True)
    before = journal()

    outcome = allocate_one(shop, auto=True)

    assert (codes([outcome]), outcome.notes) == (["unchanged"], (f"{FIRST} is paid already",))
    assert journal() == before


def test_credited_invoice_is_not_called_paid(shop):
    unpaid(shop)
    done(crediting.create(shop, [FIRST], crediting.Request(Wanted(), "returned", confirm=True))[0])

    with nothing_changes():
        outcome = allocate_one(shop)

    assert (codes([outcome]), outcome.notes) == (["unchanged"], (f"{FIRST} is credited already",))


# By rank.


def test_rank_takes_the_same_order_then_the_exact_amount_then_the_oldest(shop):
    unpaid(
        shop,
        payment("old", 30, customer="C1", paid_at=on(-9)),
        payment("older", 30, customer="C1", paid_at=on(-10)),
        payment("mine", 60, order="S1"),
    )

    allocate_one(shop, auto=True)

    assert left() == {"old": 20, "older": 0, "mine": 0}
    assert [(one.credit, one.amount) for one in invoices.show([FIRST], TODAY)[0].allocations] == [
        ("PAY/2026/00003", 60), ("PAY/2026/00002", 30), ("PAY/2026/00001", 10),
    ]  # fmt: skip


def test_exact_amount_goes_before_an_older_one(shop):
    unpaid(shop, payment("old", 30, customer="C1", paid_at=on(-9)), payment("exact", 100, customer="C1"))

    allocate_one(shop, auto=True)

    assert left() == {"old": 30, "exact": 0}


def test_oldest_first_asks_for_nothing_else(shop):
    unpaid(shop, payment("mine", 100, order="S1"), payment("old", 30, customer="C1", paid_at=on(-9)))

    allocate_one(shop, oldest_first=True)

    assert left() == {"mine": 30, "old": 0}


def test_many_invoices_share_the_credits_of_their_customer(shop):
    sell(shop, order("S1"), order("S2"), order("S3", customer="C2"), payment("a", 150, customer="C1"))
    bill(shop, "S1", "S2", "S3")

    outcomes = allocate(shop, *allocating.open_numbers(), auto=True)

    assert codes(outcomes) == ["changed", "changed", "unchanged"]
    assert [outcome.row.amount_due for outcome in outcomes] == [0, 50, 100]
    assert left() == {"a": 0}
    assert allocating.open_numbers() == ["INV/2026/00002", "INV/2026/00003"]


def test_invoice_named_twice_is_settled_once(shop):
    unpaid(shop, payment("a", 100, order="S1"), payment("b", 100, customer="C1"))

    outcomes = allocate(shop, FIRST, "inv-2026-00001", FIRST, auto=True)

    assert codes(outcomes) == ["changed", "unchanged", "unchanged"]
    assert left() == {"a": 0, "b": 100}


def test_guest_order_is_paid_by_its_own_money_only(shop):
    sell(
        shop,
        order("S1", customer=None, payments=(payment("a", 100),)),
        order("S2", customer=None, payments=(payment("b", 100),)),
    )
    bill(shop, "S1", "S2", allocate=False)
    (details,) = invoices.show([FIRST], TODAY)

    allocate(shop, FIRST, auto=True)

    assert [offer.credit for offer in details.outstanding_credits] == ["PAY/2026/00001"]
    assert left() == {"a": 0, "b": 100}


# Credit notes, and money that moves between orders.


def test_credit_note_alone_makes_the_invoice_reversed(shop):
    credited(shop)
    sell(shop, order("S2", line(40)))
    bill(shop, "S2")

    allocate_one(shop, "INV/2026/00002", credits=("RINV/2026/00001",))

    assert standing("INV/2026/00002", "RINV/2026/00001") == [("reversed", 0), ("paid", 0)]


def test_credit_note_and_payment_make_the_invoice_paid(shop):
    credited(shop)
    sell(shop, order("S2", line(100)), payment("rest", 60, customer="C1"))
    bill(shop, "S2")

    allocate_one(shop, "INV/2026/00002", credits=("RINV/2026/00001",))
    between = standing("INV/2026/00002", "RINV/2026/00001")
    allocate_one(shop, "INV/2026/00002", auto=True)

    assert between == [("partial", 60), ("paid", 0)]
    assert standing("INV/2026/00002") == [("paid", 0)]


def test_credit_note_is_used_in_parts(shop):
    credited(shop)
    sell(shop, order("S2", line(15)))
    bill(shop, "S2")

    allocate_one(shop, "INV/2026/00002", credits=("RINV/2026/00001",))

    assert standing("RINV/2026/00001") == [("partial", 25)]
    assert [(one.credit, one.amount_left) for one in outstanding()] == [("RINV/2026/00001", 25)]


def test_money_moves_from_the_order_that_has_too_much(shop):
    sell(shop, order("S1", payments=(payment("a", 130),)), order("S2"))
    bill(shop, "S1", "S2")
    before = money("S1"), money("S2")

    allocate_one(shop, "INV/2026/00002", auto=True)

    assert before == (("130.00", "0.00", "overpaid"), ("0.00", "0.00", "not_paid"))
    assert (money("S1"), money("S2")) == (("100.00", "0.00", "paid"), ("30.00", "0.00", "partial"))
    assert wrong(shop) == []


def test_money_of_no_order_comes_to_the_order_that_it_pays(shop):
    unpaid(shop, payment("a", 130, customer="C1"))

    allocate_one(shop, auto=True)

    assert money("S1") == ("100.00", "0.00", "paid")
    assert wrong(shop) == []


# What is offered.


def test_offers_say_why_and_which_one_is_meant(shop):
    unpaid(
        shop,
        payment("a", 100, order="S1"),
        payment("b", 100, customer="C1"),
        payment("c", 30, order="S1"),
        payment("d", 5, customer="C1", paid_at=on(-1)),
    )

    (details,) = invoices.show([FIRST], TODAY)

    assert [(offer.credit, offer.order, offer.why) for offer in details.outstanding_credits] == [
        ("PAY/2026/00001", "S1", "same order, same amount"),
        ("PAY/2026/00003", "S1", "same order"),
        ("PAY/2026/00002", "", "same amount"),
        ("PAY/2026/00004", "", "same customer"),
    ]
    assert details.suggested == "PAY/2026/00001"


def test_all_outstanding_credits_are_listed_oldest_first(shop):
    credited(shop)
    sell(
        shop,
        CustomerRecord("C3", company="Acme"),
        payment("a", 7, customer="C3", paid_at=on(-3)),
        payment("b", 9, customer="C1", currency="USD"),
        payment("gone", 9, customer="C1", state="cancelled"),
    )

    rows = outstanding()

    assert [(row.credit, row.kind, row.order, row.customer_name, row.currency, row.amount, row.amount_left) for row in rows] == [
        ("PAY/2026/00002", "payment", "", "Acme", "EUR", 7, 7),
        ("PAY/2026/00003", "payment", "", "Ann Smith", "USD", 9, 9),
        ("RINV/2026/00001", "credit_note", "CN", "Ann Smith", "EUR", 40, 40),
    ]  # fmt: skip
    assert [row.credit for row in outstanding("C3")] == ["PAY/2026/00002"]
    assert rows[0].date == date(2026, 8, 18)


# Several at once.


def test_two_processes_never_use_more_than_there_is(database_url):
    orders = [order(f"S{number}", line(10)) for number in range(1, 51)]
    with opened(database_url) as shop:
        sell(shop, *orders, *(payment(f"p{number}", 60, customer="C1") for number in range(5)))
        numbers = bill(shop, *(one.number for one in orders))

    answers = rivals(database_url, 2, "allocate", numbers, chunk=1)

    with opened(database_url) as shop:
        assert wrong(shop) == []
        assert {*answers[0], *answers[1]} <= {"changed", "unchanged"}
        assert (answers[0] + answers[1]).count("changed") == 30
        assert [payment.allocated for payment in models.Payment.select()] == [60] * 5
        assert sorted(invoice.allocated for invoice in models.Invoice.select()) == [0] * 20 + [10] * 30
        assert sum(allocation.amount for allocation in models.Allocation.select()) == 300
