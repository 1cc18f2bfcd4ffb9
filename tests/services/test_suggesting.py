"""Suggest what credits should pay, and use what is sure; decided again while nobody else can."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.records import CustomerRecord
from shopctl.domain.suggesting import SURE
from shopctl.errors import NotFoundError
from shopctl.services import registering, suggesting
from shopctl.services.receipts import Receipt
from tests.support.shop import bill, codes, done, journal, line, money, nothing_changes, order, payment, sell, wrong

D = Decimal


def told(shop, customer="", sure=SURE):
    return [
        (row.invoice, row.credit, row.amount, row.score, row.sure)
        for row in suggesting.suggestions(shop, sure, customer)
    ]


def two_customers(shop):
    """Leave open: 100.00 and 60.00 of C1 and 40.00 of C2; have 100.00 for S1, 60.00 of C1 and 15.00 of C2."""
    sell(
        shop,
        order("S1", payments=(payment("B1", 100),)),
        order("S2", line(60)),
        order("S3", line(40), customer="C2"),
        payment("B2", 60, customer="C1"),
        payment("B3", 15, customer="C2"),
    )
    bill(shop, "S1", "S2", "S3", allocate=False)


def test_everything_is_suggested_the_surest_first(shop):
    two_customers(shop)

    assert told(shop) == [
        ("INV/2026/00001", "PAY/2026/00001", 100, 130, True),
        ("INV/2026/00002", "PAY/2026/00002", 60, 30, False),
        ("INV/2026/00003", "PAY/2026/00003", 15, 0, False),
    ]
    assert told(shop, "C2") == [("INV/2026/00003", "PAY/2026/00003", 15, 0, False)]


def test_lower_score_may_be_safe_for_a_shop(shop):
    two_customers(shop)

    assert [(number, sure) for number, *_, sure in told(shop, sure=30)] == [
        ("INV/2026/00001", True),
        ("INV/2026/00002", True),
        ("INV/2026/00003", False),
    ]


def test_quoted_references_are_recognised(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")
    registering.register(
        shop,
        [Receipt(customer="C1", amount=D(100), memo="Invoice 2, inv 2026/00002"),
         Receipt(customer="C1", amount=D(40), memo="for order S1")],
    )  # fmt: skip

    assert told(shop) == [
        ("INV/2026/00002", "PAY/2026/00001", 100, 80, True),
        ("INV/2026/00001", "PAY/2026/00002", 40, 50, False),
    ]


def test_credits_of_a_guest_pay_the_own_order_only(shop):
    sell(
        shop,
        order("S1", customer=None, payments=(payment("B1", 100),)),
        order("S2", customer=None, payments=(payment("B2", 100),)),
    )
    bill(shop, "S1", "S2", allocate=False)

    assert told(shop) == [
        ("INV/2026/00001", "PAY/2026/00001", 100, 130, True),
        ("INV/2026/00002", "PAY/2026/00002", 100, 130, True),
    ]


def test_unknown_customer_is_refused(shop):
    with pytest.raises(NotFoundError):
        suggesting.suggestions(shop, SURE, "C404")


# Use them.


def test_what_is_sure_is_used_and_the_rest_left(shop):
    two_customers(shop)

    outcomes = suggesting.apply(shop, ["INV/2026/00001", "INV/2026/00002", "INV/2026/00003"], SURE)

    assert codes(outcomes) == ["changed", "unchanged", "unchanged"]
    assert outcomes[0].notes == (
        "allocated 100.00 EUR of PAY/2026/00001: same order, same amount (score 130)",
        "PAID",
    )
    assert outcomes[1].notes == ("no credit should surely pay INV/2026/00002",)
    assert [row.amount for row in models.Allocation.select()] == [100]
    assert journal()[-1] == ("payment.allocated", "INV/2026/00001")
    assert money("S1") == ("100.00", "0.00", "paid")
    assert wrong(shop) == []


def test_nothing_is_used_twice(shop):
    two_customers(shop)
    suggesting.apply(shop, ["INV/2026/00001"], SURE)

    with nothing_changes():
        outcomes = suggesting.apply(shop, ["INV/2026/00001", "inv-2026-00001"], SURE)

    assert codes(outcomes) == ["unchanged", "unchanged"]


def test_invoices_that_are_not_named_compete_all_the_same(shop):
    sell(shop, order("S1"), order("S2"), payment("B1", 100, customer="C1"))
    bill(shop, "S1", "S2")

    outcomes = suggesting.apply(shop, ["INV/2026/00001"], 30)

    assert codes(outcomes) == ["unchanged"]
    assert models.Allocation.select().count() == 0


def test_money_of_another_order_moves_with_it(shop):
    sell(shop, order("S1", payments=(payment("B1", 100),)), order("S2", line(100)))
    bill(shop, "S2", allocate=False)

    done(suggesting.apply(shop, ["INV/2026/00001"], 30)[0])

    assert (money("S1"), money("S2")) == (("0.00", "0.00", "not_paid"), ("100.00", "0.00", "paid"))
    assert wrong(shop) == []


def test_refusals_are_told_for_each(shop):
    two_customers(shop)
    sell(shop, CustomerRecord("C9", "Nobody"))

    outcomes = suggesting.apply(shop, ["INV/2026/00009", "INV/2026/00001"], SURE)

    assert codes(outcomes) == ["invoice.unknown", "changed"]


def test_dry_run_uses_nothing(shop):
    two_customers(shop)

    with nothing_changes():
        outcomes = suggesting.apply(replace(shop, dry_run=True), ["INV/2026/00001"], SURE)

    assert codes(outcomes) == ["would_change"]
