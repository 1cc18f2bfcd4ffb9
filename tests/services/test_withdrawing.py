"""Delete and cancel drafts: what they billed can be billed again, and reserved money is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config, settings
from shopctl.services import confirming, invoicing, resetting, withdrawing
from shopctl.services.invoicing import Request
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
    wrong,
)

D = Decimal


def draft(shop, number="S1", **request):
    (outcome,) = invoicing.create(shop, [number], Request(**request))
    return done(outcome).row.address


def billed(number="S1"):
    """Tell what an order counts as invoiced and drafted on its first line, its advance and its invoice status."""
    row = models.Order.get(models.Order.number == number)
    first = row.lines.order_by(models.OrderLine.position).get()
    return first.invoiced, first.drafted, row.advance, row.invoice_status


# Delete


def test_deleted_draft_is_gone_and_its_order_can_be_billed_again(shop):
    sell(shop, order("S1", line(100, 2, "V21")))
    draft(shop)
    assert billed() == (2, 2, 0, "invoiced")

    (outcome,) = withdrawing.delete(shop, ["DRAFT/00001"])

    assert (outcome.change, outcome.row.amount_total, outcome.notes) == ("changed", 242, ("deleted",))
    assert billed() == (0, 0, 0, "to_invoice")
    for table in (models.Invoice, models.InvoiceLine, models.InvoiceTax, models.InvoiceOrder):
        assert not table.select().exists()
    assert journal()[-1] == ("invoice.deleted", "DRAFT/00001")
    assert wrong(shop) == []


def test_deleted_down_payment_is_not_deducted(shop):
    sell(shop, order("S1"))
    draft(shop, kind="down_payment", percent=D(30))
    assert billed() == (0, 0, 30, "to_invoice")

    withdrawing.delete(shop, ["draft/1"])

    assert billed() == (0, 0, 0, "to_invoice")
    assert wrong(shop) == []


def test_deleted_final_invoice_gives_its_down_payment_back(shop):
    sell(shop, order("S1"))
    bill(shop, "S1", kind="down_payment", percent=D(30))
    draft(shop)
    assert billed() == (1, 1, 0, "invoiced")

    withdrawing.delete(shop, ["DRAFT/00002"])

    assert billed() == (0, 0, 30, "to_invoice")
    assert wrong(shop) == []


def test_down_payment_that_another_draft_deducts_is_not_deleted(shop):
    sell(shop, order("S1"))
    draft(shop, kind="down_payment", percent=D(30))
    draft(shop)

    with nothing_changes():
        (outcome,) = withdrawing.delete(shop, ["DRAFT/00001"])

    assert failed(outcome).code == "invoice.deducted"
    assert failed(outcome).message == ("DRAFT/00002 deducts the down payment DRAFT/00001, so it cannot be deleted")
    assert failed(outcome).hint == "shopctl invoice delete DRAFT/00002"


def test_down_payment_that_only_a_cancelled_draft_deducts_is_deleted(shop):
    sell(shop, order("S1"))
    draft(shop, kind="down_payment", percent=D(30))
    done(withdrawing.cancel(shop, [draft(shop)])[0])

    (outcome,) = withdrawing.delete(shop, ["DRAFT/00001"])

    assert (codes([outcome]), models.Order.get().advance) == (["changed"], 0)
    assert wrong(shop) == []


def test_posted_and_numbered_documents_are_never_deleted(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    bill(shop, "S1", "S2", "S3")
    resetting.reset(shop, ["INV/2026/00002", "INV/2026/00003"], reason="test")
    withdrawing.cancel(shop, ["INV/2026/00003"])

    with nothing_changes():
        posted, reset, cancelled, unknown = withdrawing.delete(
            shop, ["INV/2026/00001", "INV/2026/00002", "INV/2026/00003", "DRAFT/00099"]
        )

    assert codes([posted, reset, cancelled, unknown]) == [
        "invoice.posted", "invoice.numbered", "invoice.numbered", "invoice.unknown",
    ]  # fmt: skip
    assert failed(posted).hint == (
        "shopctl invoice reset INV/2026/00001 --reason TEXT, or shopctl credit-note create INV/2026/00001"
    )
    assert failed(reset).hint == "shopctl invoice cancel INV/2026/00002"
    assert failed(cancelled).hint == "shopctl invoice show INV/2026/00003"


def test_draft_named_twice_is_deleted_once(shop):
    sell(shop, order("S1"), order("S2"))
    draft(shop, "S1")
    draft(shop, "S2")

    outcomes = withdrawing.delete(shop, ["DRAFT/00001", "draft/1", "DRAFT/00002"])

    assert codes(outcomes) == ["changed", "unchanged", "changed"]
    assert not models.Invoice.select().exists()


# Cancel


def test_cancelled_draft_stays_as_a_record_that_bills_nothing(shop):
    sell(shop, order("S1", line(100, 2)))
    draft(shop)

    first, second = (withdrawing.cancel(shop, ["DRAFT/00001"])[0] for _ in range(2))

    assert (first.change, first.row.state, first.notes) == ("changed", "cancelled", ("DRAFT/00001 is cancelled",))
    assert (second.change, second.notes) == ("unchanged", ("DRAFT/00001 is cancelled already",))
    assert billed() == (0, 0, 0, "to_invoice")
    assert [action for action, _ in journal()].count("invoice.cancelled") == 1
    assert wrong(shop) == []
    assert bill(shop, "S1") == ["INV/2026/00001"]


def test_cancelled_reset_invoice_keeps_its_number_and_frees_its_money(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)), order("S2"))
    bill(shop, "S1", "S2")
    resetting.reset(shop, ["INV/2026/00001"], reason="test")

    (outcome,) = withdrawing.cancel(shop, ["INV/2026/00001"])

    assert (outcome.row.number, outcome.row.state, outcome.row.amount_due) == ("INV/2026/00001", "cancelled", 0)
    assert outcome.notes == ("PAY/2026/00001 has 100.00 EUR to use again",)
    received = models.Payment.get()
    assert (received.state, received.amount, received.allocated) == ("done", 100, 0)
    assert models.Allocation.get().removed_at is not None
    assert money("S1") == ("100.00", "0.00", "paid")
    assert wrong(shop) == []
    assert bill(shop, "S1") == ["INV/2026/00003"]
    assert models.Payment.get().allocated == 100
    assert wrong(shop) == []


def test_money_of_another_order_goes_back_to_it(shop):
    from shopctl.services import allocating

    sell(shop, order("S1"), order("S2", payments=(payment("t2", 100),)))
    bill(shop, "S1")
    allocating.allocate(shop, ["INV/2026/00001"], allocating.Choice(credits=("PAY/2026/00001",)))
    resetting.reset(shop, ["INV/2026/00001"], reason="test")
    assert (money("S1"), money("S2")) == (("100.00", "0.00", "paid"), ("0.00", "0.00", "not_paid"))

    withdrawing.cancel(shop, ["INV/2026/00001"])

    assert (money("S1"), money("S2")) == (("0.00", "0.00", "not_paid"), ("100.00", "0.00", "paid"))
    assert wrong(shop) == []


def test_posted_invoice_is_not_cancelled(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    with nothing_changes():
        (outcome,) = withdrawing.cancel(shop, ["INV/2026/00001"])

    assert failed(outcome).code == "invoice.posted"
    assert failed(outcome).message == "INV/2026/00001 is posted, and only a draft can be cancelled"


def test_down_payment_that_is_deducted_is_not_cancelled(shop):
    sell(shop, order("S1"))
    draft(shop, kind="down_payment", percent=D(30))
    bill(shop, "S1")

    with nothing_changes():
        (outcome,) = withdrawing.cancel(shop, ["DRAFT/00001"])

    assert failed(outcome).code == "invoice.deducted"
    assert failed(outcome).hint == "shopctl invoice show INV/2026/00001"


@pytest.mark.parametrize(("until", "code"), [("2026-08-19", "changed"), ("2026-08-20", "invoice.period_closed")])
def test_numbered_draft_of_a_closed_period_is_not_cancelled(shop, until, code):
    sell(shop, order("S1"))
    bill(shop, "S1", date=date(2026, 8, 20))
    resetting.reset(shop, ["INV/2026/00001"], reason="test")
    closed = replace(shop, config=Config(invoicing=settings.Invoicing(closed_until=until)))

    assert codes(withdrawing.cancel(closed, ["INV/2026/00001"])) == [code]


def test_draft_without_a_number_is_cancelled_whatever_its_date(shop):
    sell(shop, order("S1"))
    draft(shop, date=date(2026, 7, 1))
    shop.config = Config(invoicing=settings.Invoicing(closed_until="2026-07-31"))

    assert codes(withdrawing.cancel(shop, ["DRAFT/00001"])) == ["changed"]
    assert codes(confirming.confirm(shop, ["DRAFT/00001"])) == ["invoice.not_draft"]
