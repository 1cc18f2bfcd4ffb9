"""Take or give up what was only authorised; a captured payment pays as a registered one does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config
from shopctl.config.settings import Invoicing
from shopctl.errors import UsageError
from shopctl.services import capturing, invoices
from tests.support.shop import (
    TODAY,
    bill,
    codes,
    done,
    failed,
    journal,
    money,
    nothing_changes,
    order,
    outstanding,
    payment,
    sell,
    wrong,
)

D = Decimal


def authorized(shop, *amounts, **more):
    """Sell one thing for 100.00, of which money is authorised."""
    parts = tuple(payment(f"A{place}", amount, state="authorized") for place, amount in enumerate(amounts, 1))
    sell(shop, order("S1", payments=parts, **more))


def paid(*numbers):
    return [
        (details.invoice.payment_status, f"{details.invoice.amount_due:.2f}")
        for details in invoices.show(numbers, TODAY)
    ]


# Capture.


def test_captured_payment_pays_the_invoice_of_its_order(shop):
    authorized(shop, 100)
    bill(shop, "S1")
    before = (money("S1"), paid("INV/2026/00001"))

    (outcome,) = capturing.capture(shop, ["pay-2026-00001"])

    row = done(outcome).row
    assert before == (("100.00", "0.00", "paid"), [("not_paid", "100.00")])
    assert (row.state, row.date, row.amount, row.amount_allocated) == ("done", TODAY, 100, 100)
    assert outcome.notes == ("INV/2026/00001 is PAID",)
    assert (money("S1"), paid("INV/2026/00001")) == (("100.00", "0.00", "paid"), [("paid", "0.00")])
    assert journal()[-2:] == [("payment.captured", "PAY/2026/00001"), ("payment.allocated", "INV/2026/00001")]
    assert wrong(shop) == []


def test_captured_payment_confirms_the_waiting_order_and_is_a_credit(shop):
    authorized(shop, 100, state="sent")

    (outcome,) = capturing.capture(shop, ["PAY/2026/00001"])

    assert done(outcome).notes == (
        "order S1 is confirmed", "100.00 EUR is not used yet and stays an outstanding credit",
    )  # fmt: skip
    assert models.Order.get(models.Order.number == "S1").state == "confirmed"
    assert [(one.credit, one.amount_left) for one in outstanding()] == [("PAY/2026/00001", 100)]
    assert wrong(shop) == []


def test_part_is_captured_and_the_rest_given_up(shop):
    authorized(shop, 100)
    bill(shop, "S1")

    (outcome,) = capturing.capture(shop, ["PAY/2026/00001"], D(80))

    assert done(outcome).row.amount == 80
    assert outcome.notes == ("INV/2026/00001: 20.00 EUR still due", "20.00 EUR of what was authorized is given up")
    assert (money("S1"), paid("INV/2026/00001")) == (("80.00", "0.00", "partial"), [("partial", "20.00")])
    assert wrong(shop) == []


def test_several_payments_of_one_order_share_its_invoice(shop):
    authorized(shop, 70, 70)
    bill(shop, "S1")

    outcomes = capturing.capture(shop, ["PAY/2026/00001", "PAY/2026/00002"])

    assert [(done(one).row.amount_allocated, one.row.amount_left) for one in outcomes] == [(70, 0), (30, 40)]
    assert paid("INV/2026/00001") == [("paid", "0.00")]
    assert wrong(shop) == []


def test_repeated_capture_is_unchanged(shop):
    authorized(shop, 100)
    capturing.capture(shop, ["PAY/2026/00001"])

    with nothing_changes():
        outcomes = capturing.capture(shop, ["PAY/2026/00001"])
        (other,) = capturing.capture(shop, ["PAY/2026/00001"], D(50))

    assert (codes(outcomes), outcomes[0].notes) == (["unchanged"], ("it is captured already",))
    assert failed(other).code == "payment.not_authorized"


def test_shop_that_bills_on_payment_bills_what_is_captured(shop):
    shop.config = Config(invoicing=Invoicing(on_payment="post"))
    authorized(shop, 100)

    (outcome,) = capturing.capture(shop, ["PAY/2026/00001"])

    assert done(outcome).row.amount_left == 0
    assert "INV/2026/00001 bills order S1" in outcome.notes
    assert paid("INV/2026/00001") == [("paid", "0.00")]
    assert wrong(shop) == []


# Void.


def test_given_up_payment_counts_no_more(shop):
    authorized(shop, 100)

    outcomes = capturing.void(shop, ["PAY/2026/00001"], "changed their mind")
    with nothing_changes():
        again = capturing.void(shop, ["PAY/2026/00001"])

    assert (codes(outcomes), codes(again)) == (["changed"], ["unchanged"])
    assert outcomes[0].row.state == "cancelled"
    assert outcomes[0].notes == ("100.00 EUR will not come: release it at the provider as well",)
    assert money("S1") == ("0.00", "0.00", "not_paid")
    assert journal()[-1] == ("payment.voided", "PAY/2026/00001")
    assert wrong(shop) == []


# What is refused.


@pytest.mark.parametrize("verb", [capturing.capture, capturing.void])
@pytest.mark.parametrize("state", ["pending", "failed"])
def test_only_authorised_payments(shop, verb, state):
    sell(shop, order("S1", payments=(payment("A1", 100, state=state),)))

    with nothing_changes():
        outcomes = verb(shop, ["PAY/2026/00001", "PAY/2026/00009"])

    assert codes(outcomes) == ["payment.not_authorized", "payment.unknown"]


def test_money_that_is_here_cannot_be_given_up(shop):
    sell(shop, order("S1", payments=(payment("B1", 100),)))

    with nothing_changes():
        (outcome,) = capturing.void(shop, ["PAY/2026/00001"])

    error = failed(outcome)
    assert (error.code, error.hint) == (
        "payment.not_authorized", "shopctl payment refund PAY/2026/00001, or payment cancel",
    )  # fmt: skip


@pytest.mark.parametrize("amount", [D(0), D("100.01"), D("1.001")])
def test_not_more_than_was_authorised(shop, amount):
    authorized(shop, 100)

    with nothing_changes():
        (outcome,) = capturing.capture(shop, ["PAY/2026/00001"], amount)

    assert failed(outcome).code in ("payment.amount", "usage.amount")


def test_an_amount_is_for_one_payment(shop):
    authorized(shop, 50, 50)

    with nothing_changes(), pytest.raises(UsageError):
        capturing.capture(shop, ["PAY/2026/00001", "PAY/2026/00002"], D(10))
