"""Grant, take and lose discounts for paying early; write differences off, with a reason only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config.settings import Config, Invoicing
from shopctl.domain.billing import read_split
from shopctl.domain.line_edits import LineEdits, SetLine
from shopctl.domain.records import CustomerRecord, EarlyDiscountRecord, TaxRecord, TermsLineRecord, TermsRecord
from shopctl.errors import ExitStatus
from shopctl.services import (
    confirming,
    crediting,
    documents,
    editing,
    invoices,
    invoicing,
    payments,
    redrafting,
    registering,
    resetting,
)
from shopctl.services.deciding import Bundle, Request
from shopctl.services.editing import Edit
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    at,
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    money,
    nothing_changes,
    order,
    outstanding,
    payment,
    sell,
    take_in,
    wrong,
)

D = Decimal
FIRST, SECOND = "INV/2026/00001", "INV/2026/00002"
LAST_DAY = date(2026, 9, 4)


def early(code, percent=10, mode="included"):
    lines = (TermsLineRecord(days=30),)
    return TermsRecord(code, lines=lines, early_discount=EarlyDiscountRecord(D(percent), 14, mode))


def sold(shop, *records):
    """Have a tax of 15 %, terms in each mode and one invoice a record."""
    sell(shop, TaxRecord("V15", amount=D(15)), early("INC"), early("EXC", mode="excluded"), early("MIX", mode="mixed"))
    for outcome in take_in(shop, *records):
        done(outcome)
    return bill(shop, *[record.number for record in records])


def register(shop, *references, **more):
    receipts = [Receipt(reference, **more) for reference in references]
    return registering.register(shop, receipts)


def granted(key=1):
    row = models.Invoice.get_by_id(key)
    return row.amount_total, row.early_percent, row.early_mode, row.early_amount, row.early_until


def used(key=1):
    query = models.Allocation.select().where(models.Allocation.invoice == key).order_by(models.Allocation.id)
    return [(one.amount, one.write_off) for one in query]


def standing(number=FIRST):
    (details,) = invoices.show([number], TODAY)
    return details.invoice.payment_status, details.invoice.amount_due


# What posting freezes.


@pytest.mark.parametrize(("terms", "total", "amount"), [("INC", 1150, 1035), ("EXC", 1150, 1050), ("MIX", 1135, 1035)])
def test_posting_freezes_the_discount(shop, terms, total, amount):
    sold(shop, order("S1", line(1000, 1, "V15"), terms=terms))
    mode = {"INC": "included", "EXC": "excluded", "MIX": "mixed"}[terms]

    models.PaymentTerms.update(early_discount="").execute()

    assert granted() == (total, 10, mode, amount, LAST_DAY)
    assert models.Order.get().amount_total == total
    assert wrong(shop) == []


def test_draft_grants_it_when_it_is_confirmed(shop):
    sell(shop, TaxRecord("V15", amount=D(15)), TaxRecord("ECO", type="fixed", amount=D(2)), early("INC"))
    take_in(shop, order("S1", line(500, 2, "V15", "ECO"), terms="INC"))
    invoicing.create(shop, ["S1"], Request())
    before = granted()

    confirming.confirm(at(shop, date(2026, 8, 22)), ["DRAFT/00001"])

    # 1154.00 less a tenth of the 1150.00 that are not a fixed tax.
    assert (before, granted()) == ((1154, 0, "", 0, None), (1154, 10, "included", 1039, date(2026, 9, 5)))


def test_mixed_documents_add_up_to_the_order(shop):
    sold(shop)
    take_in(shop, order("S1", line("33.33", 3, "V15"), terms="MIX"))
    bill(shop, "S1", picked={1: D(1)})
    bill(shop, "S1")

    # 99.99 + 13.50 (15 % of 89.99); first 33.33 + 4.50.
    assert [one.amount_total for one in models.Invoice.select().order_by(models.Invoice.id)] == [
        D("37.83"), D("75.66"),
    ]  # fmt: skip
    assert models.Order.get().amount_total == D("113.49")
    assert wrong(shop) == []


def test_terms_are_those_of_the_order_else_of_the_customer_else_of_the_shop(shop):
    sell(shop, early("INC"), early("EXC", 20, "excluded"), CustomerRecord("C3", "Cleo", terms="INC"))
    take_in(shop, order("S1", customer="C3", terms="N30"), order("S2", customer="C3"), order("S3"))
    shop = replace(shop, config=Config(invoicing=Invoicing(terms="EXC")))

    invoicing.create(shop, ["S1", "S2", "S3"], Request(confirm=True))

    assert [granted(key)[1:4] for key in (1, 2, 3)] == [(0, "", 0), (10, "included", 90), (20, "excluded", 80)]
    assert [one.terms for one in models.Invoice.select().order_by(models.Invoice.id)] == ["N30", "INC", ""]


def test_changed_terms_of_an_order_price_it_anew(shop):
    sold(shop)
    take_in(shop, order("S1", line(1000, 1, "V15")))

    (outcome,) = take_in(shop, order("S1", line(1000, 1, "V15"), terms="MIX"))

    assert (done(outcome).change, models.Order.get().amount_total) == ("changed", 1135)


def test_edited_orders_are_priced_by_their_terms(shop):
    sold(shop)
    take_in(shop, order("S1", line(1000, 1, "V15"), terms="MIX"), order("S2", line(1000, 1, "V15"), terms="INC"))
    two = LineEdits(changed=(SetLine(1, quantity=D(2)),))

    editing.edit(shop, ["S1"], Edit(lines=two))
    editing.edit(shop, ["S2"], Edit(terms="MIX"))
    mixed = [one.amount_total for one in models.Order.select().order_by(models.Order.number)]
    editing.edit(shop, ["S1"], Edit(terms=""))

    assert mixed == [2270, 1135]
    assert models.Order.get(models.Order.number == "S1").amount_total == 2300
    assert wrong(shop) == []


def test_edited_draft_of_a_mixed_order_is_priced_like_it(shop):
    sold(shop)
    take_in(shop, order("S1", line(500, 2, "V15"), terms="MIX"))
    invoicing.create(shop, ["S1"], Request())

    one = LineEdits(changed=(SetLine(1, quantity=D(1)),))
    done(redrafting.edit(shop, ["DRAFT/00001"], redrafting.Edit(lines=one))[0])
    confirming.confirm(shop, ["DRAFT/00001"])

    # 500.00 + 15 % of 450.00
    assert granted()[0] == D("567.50")
    assert wrong(shop) == []


# Taking it.


@pytest.mark.parametrize("amount", [None, D(1035)])
def test_payment_in_time_takes_the_discount(shop, amount):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC", state="confirmed"))

    shop = at(shop, LAST_DAY)
    outcome = done(register(shop, FIRST, amount=amount)[0])

    assert outcome.notes == (f"{FIRST}: 115.00 EUR early-payment discount", f"{FIRST} is PAID")
    assert (outcome.row.amount, outcome.row.amount_allocated) == (1035, 1035)
    assert (standing(), used()) == (("paid", 0), [(1035, ""), (115, "discount")])
    (written_off,) = models.Allocation.select().where(models.Allocation.write_off != "")
    assert read_split(written_off.tax_split) == (("V15", 100, 15),)
    assert money("S1") == ("1150.00", "0.00", "paid")
    assert journal()[-1] == ("payment.written_off", FIRST)
    assert wrong(shop) == []


@pytest.mark.parametrize("terms", ["EXC", "MIX"])
def test_other_modes_leave_the_tax_alone(shop, terms):
    sold(shop, order("S1", line(1000, 1, "V15"), terms=terms))

    register(shop, FIRST)

    assert [one.tax_split for one in models.Allocation.select()] == ["", ""]
    assert (standing(), wrong(shop)) == (("paid", 0), [])


def test_day_of_the_payment_counts_not_the_day_of_typing(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"))
    late = at(shop, LAST_DAY + timedelta(days=5))

    assert done(register(late, FIRST, date=LAST_DAY)[0]).row.amount == 1035


def test_after_the_last_day_everything_is_due(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"))

    outcome = done(register(at(shop, LAST_DAY + timedelta(days=1)), FIRST)[0])

    assert (outcome.row.amount, used()) == (1150, [(1150, "")])


def test_any_payment_ends_it(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"))
    register(shop, FIRST, amount=D(115))

    outcome = done(register(shop, FIRST, amount=D(1035))[0])

    assert (used(), standing()) == ([(115, ""), (1035, "")], ("paid", 0))
    assert outcome.notes == (f"{FIRST} is PAID",)


def test_difference_is_left_open_when_that_is_asked_for(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"), order("S2", line(1000, 1, "V15"), terms="INC"))

    register(shop, FIRST, amount=D(1035), keep_open=True)
    everything = done(register(shop, SECOND, keep_open=True)[0]).row.amount

    assert (standing(), everything) == (("partial", 115), 1150)


def test_each_invoice_of_a_batch_has_its_own_day(shop):
    sell(shop, early("TWO", 2))
    take_in(shop, order("S1", line(25), terms="TWO"), order("S2", line(25), terms="TWO"))
    bill(shop, "S1")
    bill(at(shop, date(2026, 9, 1)), "S2")

    shop = at(shop, date(2026, 9, 10))
    outcomes = register(shop, FIRST, SECOND)

    assert [done(outcome).row.amount for outcome in outcomes] == [25, D("24.50")]
    assert wrong(shop) == []


def test_payment_of_the_order_takes_it_too(shop):
    waiting = payment("w1", 1150, state="pending")
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC", payments=(waiting,)))

    outcome = done(register(shop, "S1")[0])

    assert (outcome.row.amount, standing()) == (1035, ("paid", 0))
    assert money("S1") == ("1150.00", "0.00", "paid")
    assert (codes(register(shop, "S1")), wrong(shop)) == (["unchanged"], [])


# Writing differences off.


def test_less_than_due_is_closed_with_a_reason(shop):
    sold(shop, order("S1"))

    outcome = done(register(shop, FIRST, amount=D("97.50"), write_off="bank-fee")[0])

    assert outcome.notes == (f"{FIRST}: 2.50 EUR written off (bank-fee)", f"{FIRST} is PAID")
    assert (standing(), used()) == (("paid", 0), [(D("97.50"), ""), (D("2.50"), "bank-fee")])
    assert (money("S1"), wrong(shop)) == (("100.00", "0.00", "paid"), [])


def test_more_than_due_is_written_off_on_the_side_of_the_payment(shop):
    sold(shop, order("S1"))

    outcome = done(register(shop, FIRST, amount=D("100.02"), write_off="rounding")[0])

    assert outcome.notes == (f"{FIRST} is PAID", "0.02 EUR more than due, written off (rounding)")
    assert (outcome.row.amount_allocated, outcome.row.amount_left) == (D("100.02"), 0)
    (details,) = payments.show([outcome.row.number])
    assert [(one.invoice, one.amount, one.reason) for one in details.allocations] == [
        (FIRST, 100, ""), ("", D("0.02"), "rounding"),
    ]  # fmt: skip
    assert outstanding() == []
    assert (money("S1"), wrong(shop)) == (("100.00", "0.00", "paid"), [])


def test_difference_of_a_common_invoice_counts_for_its_first_order(shop):
    sold(shop)
    for outcome in take_in(shop, order("S1", payments=(payment("a", 100),)), order("S2")):
        done(outcome)
    done(invoicing.create_together(shop, [Bundle(("S1", "S2"))], Request(confirm=True))[0])

    done(register(shop, "S2", amount=D(95), write_off="discount")[0])

    assert standing() == ("paid", 0)
    assert (money("S1"), money("S2")) == (("105.00", "0.00", "overpaid"), ("95.00", "0.00", "partial"))
    assert wrong(shop) == []


def test_one_payment_closes_several_invoices(shop):
    sold(shop, order("S1", line(1000)), order("S2", line(2000)))

    outcome = done(register(shop, FIRST, amount=D(800), write_off="bad-debt", further=(SECOND,))[0])

    assert outcome.reference == f"{FIRST}, {SECOND}"
    assert (used(1), used(2)) == ([(800, ""), (200, "bad-debt")], [(2000, "bad-debt")])
    assert (standing(), standing(SECOND)) == (("paid", 0), ("paid", 0))
    assert (money("S1"), money("S2")) == (("1000.00", "0.00", "paid"), ("2000.00", "0.00", "paid"))
    assert wrong(shop) == []


def test_one_payment_for_several_invoices_pays_the_oldest_first(shop):
    sell(shop, order("S1", line(1000)), order("S2", line(2000)))
    bill(shop, "S1", due=date(2026, 9, 30))
    bill(shop, "S2", due=date(2026, 9, 1))

    outcome = done(register(shop, FIRST, amount=D(2400), further=(SECOND,))[0])

    assert (standing(), standing(SECOND)) == (("partial", 600), ("paid", 0))
    assert (outcome.row.order, outcome.row.amount_left) == (None, 0)
    assert (money("S1"), money("S2"), wrong(shop)) == (
        ("400.00", "0.00", "partial"), ("2000.00", "0.00", "paid"), [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("receipt", "code", "status"),
    [
        (Receipt(FIRST, amount=D(90), write_off="because"), "payment.write_off", ExitStatus.USAGE),
        (Receipt(FIRST, write_off="bank-fee"), "payment.write_off", ExitStatus.USAGE),
        (Receipt(customer="C1", amount=D(5), write_off="bank-fee"), "payment.write_off", ExitStatus.USAGE),
        (Receipt("S2", amount=D(5), write_off="bank-fee"), "payment.write_off", ExitStatus.REJECTED),
        (Receipt(FIRST, amount=D(5), further=("S2",)), "payment.together", ExitStatus.REJECTED),
        (Receipt(FIRST, amount=D(5), further=(SECOND,)), "payment.together", ExitStatus.REJECTED),
        (Receipt(FIRST, amount=D(5), further=("INV/2026/00009",)), "invoice.unknown", ExitStatus.NOT_FOUND),
        (Receipt(FIRST, amount=D(5), further=("DRAFT/00003",)), "invoice.not_posted", ExitStatus.REJECTED),
    ],
)
def test_refusal_changes_nothing(shop, receipt, code, status):
    sold(shop, order("S1"), order("S3", customer="C2"))
    take_in(shop, order("S2"), order("S4"))
    invoicing.create(shop, ["S4"], Request())

    with nothing_changes():
        (outcome,) = registering.register(shop, [receipt])

    assert (failed(outcome).code, failed(outcome).status) == (code, status)


def test_what_is_written_off_is_taken_back_where_it_does_not_fit_any_more(shop):
    sold(shop, order("S1"))
    register(shop, FIRST, amount=D(90), write_off="bad-debt")
    resetting.reset(shop, [FIRST], reason="wrong price")
    cheaper = LineEdits(changed=(SetLine(1, unit_price=D(95)),))
    done(redrafting.edit(shop, [FIRST], redrafting.Edit(lines=cheaper))[0])

    outcome = done(confirming.confirm(shop, [FIRST])[0])

    assert outcome.notes[0] == "10.00 EUR was written off and does not fit any more"
    assert (standing(), money("S1"), wrong(shop)) == (("partial", 5), ("90.00", "0.00", "partial"), [])


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE invoices SET payment_status = 'reversed' WHERE id = 1", ("A2", FIRST)),
        ("UPDATE allocations SET amount = amount - 100 WHERE write_off <> '' AND invoice_id = 1", ("A2", FIRST)),
        ("UPDATE allocations SET amount = amount - 100 WHERE write_off <> '' AND invoice_id IS NULL",
         ("A1", "PAY/2026/00002")),
        ("UPDATE payments SET state = 'cancelled' WHERE number = 'PAY/2026/00002'", ("A3", "PAY/2026/00002")),
        ("UPDATE orders SET paid = paid - 100 WHERE number = 'S1'", ("O4", "S1 paid")),
    ],
)  # fmt: skip
def test_books_that_contradict_what_is_written_off_are_told(shop, statement, rule):
    sold(shop, order("S1"), order("S2"))
    register(shop, FIRST, amount=D(90), write_off="bad-debt")
    register(shop, SECOND, amount=D(105), write_off="rounding")
    before = wrong(shop)

    shop.database.execute_sql(statement)

    assert (before, rule in wrong(shop)) == ([], True)


# Where it is told.


def test_invoice_tells_the_offer_while_it_stands(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"))
    (shown,), (late,) = invoices.show([FIRST], LAST_DAY), invoices.show([FIRST], LAST_DAY + timedelta(days=1))
    paper = documents.load(shop, [1])[1]

    register(shop, FIRST)

    assert shown.early[2:] == (1035, LAST_DAY)
    assert late.early is None
    assert (paper.early.amount, paper.early.until) == (1035, LAST_DAY)
    assert documents.load(shop, [1])[1].early is None


def test_invoice_and_paper_tell_what_was_written_off(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"))
    register(shop, FIRST)

    (shown,) = invoices.show([FIRST], TODAY)
    paper = documents.load(shop, [1])[1]

    assert [tuple(one) for one in shown.allocations] == [
        ("PAY/2026/00001", "payment", 1035, TODAY, "", None),
        ("", "write_off", 115, TODAY, "discount", 15),
    ]
    assert [(one.label, one.amount, one.write_off) for one in paper.payments] == [
        ("PAY/2026/00001", 1035, ""), ("", 115, "discount"),
    ]  # fmt: skip


# Credit notes of what was written off


@pytest.mark.parametrize(("reason", "back"), [("discount", 90), ("bad-debt", 90), ("rounding", 90), ("bank-fee", 100)])
def test_invoice_credited_in_full_gives_back_what_was_paid(shop, reason, back):
    sold(shop, order("S1"))
    done(register(shop, FIRST, amount=D(90), write_off=reason)[0])

    wanted = crediting.Request(crediting.Wanted(), "returned", then="refund", confirm=True)
    done(crediting.create(shop, [FIRST], wanted)[0])

    # What nobody paid is settled by the credit note; only what the bank kept was paid by the customer.
    refund = models.Payment.get(models.Payment.direction == "outbound")
    assert (refund.amount, standing(), money("S1")) == (back, ("paid", 0), ("0.00", "0.00", "refunded"))
    assert wrong(shop) == []


def test_early_discount_is_taken_back_with_its_tax(shop):
    sold(shop, order("S1", line(1000, 1, "V15"), terms="INC"))
    done(register(shop, FIRST)[0])

    wanted = crediting.Request(crediting.Wanted(), "returned", confirm=True)
    done(crediting.create(shop, [FIRST], wanted)[0])

    # 1035.00 of 1150.00 were paid.
    note = models.Invoice.get(models.Invoice.type == "credit_note")
    assert (note.amount_total, note.allocated) == (1150, 115)
    left = models.Allocation.select().where(models.Allocation.removed_at.is_null()).order_by(models.Allocation.id)
    assert [(row.amount, row.write_off) for row in left] == [(1035, ""), (115, "")]
    assert wrong(shop) == []
