"""Tell what was allocated and taken back: when, by whom and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from shopctl.domain.access import Actor
from shopctl.domain.crediting import Wanted
from shopctl.services import annulling, crediting, invoices, payments, registering, releasing
from shopctl.services.receipts import Receipt
from tests.support.shop import TODAY, bill, order, sell

D = Decimal


def of_payment(number):
    (found,) = payments.show([number])
    return found.history


def of_invoice(number):
    (found,) = invoices.show([number], TODAY)
    return found.history


def test_both_sides_tell_who_took_what_back_and_why(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001")])
    later = replace(shop, now=shop.now + timedelta(hours=1), actor=Actor("eve", "accountant"))
    releasing.unallocate(later, ["INV/2026/00001"], ["PAY/2026/00001"], "wrong invoice")

    steps = [(shop.now, "anna", "allocated", 100, ""), (later.now, "eve", "taken_back", 100, "wrong invoice")]
    assert [(*one[:3], *one[4:]) for one in of_payment("PAY/2026/00001")] == steps
    assert {one.other for one in of_payment("PAY/2026/00001")} == {"INV/2026/00001"}
    assert [(*one[:3], *one[4:]) for one in of_invoice("INV/2026/00001")] == steps
    assert {one.other for one in of_invoice("INV/2026/00001")} == {"PAY/2026/00001"}


def test_what_was_written_off_is_part_of_it(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", D(97), write_off="bank-fee")])
    later = replace(shop, now=shop.now + timedelta(hours=1))
    annulling.cancel(later, ["PAY/2026/00001"], "never came")

    assert [(one.actor, one.what, one.other, one.amount, one.reason) for one in of_invoice("INV/2026/00001")] == [
        ("anna", "allocated", "PAY/2026/00001", 97, ""),
        ("anna", "written_off", "bank-fee", 3, ""),
        ("anna", "taken_back", "PAY/2026/00001", 97, "never came"),
        ("anna", "taken_back", "bank-fee", 3, "never came"),
    ]


def test_surplus_that_was_written_off_is_told_of_the_payment(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", D(101), write_off="rounding")])

    assert [(one.actor, one.what, one.other, one.amount) for one in of_payment("PAY/2026/00001")] == [
        ("anna", "allocated", "INV/2026/00001", 100),
        ("anna", "written_off", "rounding", 1),
    ]


def test_refund_of_a_credit_note_and_its_end(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001")])
    crediting.create(shop, ["INV/2026/00001"], crediting.Request(Wanted(), "returned", then="refund", confirm=True))
    later = replace(shop, now=shop.now + timedelta(hours=1))
    annulling.cancel(later, ["PAY/2026/00002"], "sent back by the bank")

    told = [
        ("anna", "paid_out", 100, ""),
        ("anna", "taken_back", 100, "sent back by the bank"),
    ]
    assert [(one.actor, one.what, one.amount, one.reason) for one in of_payment("PAY/2026/00002")] == told
    assert [(one.actor, one.what, one.amount, one.reason) for one in of_invoice("RINV/2026/00001")] == told
    assert {one.other for one in of_invoice("RINV/2026/00001")} == {"PAY/2026/00002"}
