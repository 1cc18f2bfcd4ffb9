"""Confirm orders with the transfer that has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.errors import ForbiddenError
from shopctl.services import accepting, ordering
from shopctl.services.receipts import Receipt
from tests.support.shop import codes, done, failed, journal, money, nothing_changes, order, payment, sell, wrong

D = Decimal


def accept(shop, *numbers, **receipt):
    return accepting.confirm_paid(shop, list(numbers), Receipt("", **receipt))


def test_transfer_is_registered_and_what_was_announced_is_closed(shop):
    sell(shop, order("S1", state="sent", payments=(payment("w", 100, state="pending"),)))

    outcome = done(*accept(shop, "s1", date=date(2026, 8, 20), transaction="TX-1"))

    assert (outcome.change, outcome.row.state, outcome.row.invoice_status) == ("changed", "confirmed", "to_invoice")
    assert outcome.notes[:2] == ("PAY/2026/00002 registers 100.00 EUR", "order S1 is confirmed")
    assert money("S1") == ("100.00", "0.00", "paid")
    assert [one.state for one in models.Payment.select().order_by(models.Payment.id)] == ["cancelled", "done"]
    came = models.Payment.get(models.Payment.number == "PAY/2026/00002")
    assert (came.date, came.reference, came.method) == (date(2026, 8, 20), "TX-1", "wire")
    assert [one for one in journal() if one[0] in ("order.confirmed", "payment.registered")] == [
        ("order.confirmed", "S1"), ("payment.registered", "PAY/2026/00002")
    ]  # fmt: skip
    assert wrong(shop) == []


def test_repeats_register_nothing(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="sent"))
    accept(shop, "S1")
    accept(shop, "S2", amount=D(40))

    with nothing_changes():
        whole, part = *accept(shop, "S1"), *accept(shop, "S2", amount=D(40))

    assert codes([whole, part]) == ["unchanged", "unchanged"]
    assert whole.notes == ("order S1 is confirmed already, and 100.00 EUR of it is paid",)
    assert part.notes == (
        "order S2 is confirmed already, and 40.00 EUR of it is paid",
        "more money is registered by itself: shopctl payment register S2 --amount A",
    )
    assert money("S2") == ("40.00", "0.00", "partial")


def test_order_that_was_confirmed_on_trust_gets_its_payment(shop):
    sell(shop, order("S1", state="sent"))
    ordering.confirm(shop, ["S1"])

    outcome = done(*accept(shop, "S1"))

    assert (outcome.change, outcome.notes[0]) == ("changed", "PAY/2026/00001 registers 100.00 EUR")
    assert money("S1") == ("100.00", "0.00", "paid")


def test_order_that_was_paid_online_is_only_confirmed(shop):
    sell(shop, order("S1", state="sent", payments=(payment("a", 100),)))

    outcome = done(*accept(shop, "S1"))

    assert (outcome.change, outcome.row.state) == ("changed", "confirmed")
    assert outcome.notes == ("order S1 was paid already, so no payment is registered",)
    assert models.Payment.select().count() == 1


def test_transfer_of_another_order_confirms_nothing(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="sent"))
    accept(shop, "S1", transaction="TX-1")

    with nothing_changes():
        (outcome,) = accept(shop, "S2", transaction="TX-1")

    assert failed(outcome).code == "payment.reference_used"
    assert failed(outcome).message == (
        "the transaction TX-1 is registered already as PAY/2026/00001 of order S1, so it does not pay order S2"
    )


@pytest.mark.parametrize(
    ("number", "receipt", "code"),
    [
        ("S2", {}, "order.cancelled"),
        ("S404", {}, "order.unknown"),
        ("S1", {"amount": D(0)}, "payment.amount"),
        ("S1", {"date": date(2026, 8, 22)}, "payment.date_future"),
    ],
)
def test_refusal_changes_nothing(shop, number, receipt, code):
    sell(shop, order("S1", state="sent"), order("S2", state="cancelled"))

    with nothing_changes():
        assert codes(accept(shop, number, **receipt)) == [code]


def test_who_may_not_register_payments_is_refused(shop):
    sell(shop, order("S1", state="sent"))

    with nothing_changes(), pytest.raises(ForbiddenError):
        accept(replace(shop, actor=Actor("bob", "sales")), "S1")
