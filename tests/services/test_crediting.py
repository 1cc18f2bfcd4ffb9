"""Take posted invoices back: what is left, who gets what, and what the order and the books say afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.domain.crediting import Wanted
from shopctl.domain.deliveries import LineQuantity
from shopctl.domain.records import TaxRecord
from shopctl.errors import ForbiddenError
from shopctl.services import (
    allocating,
    confirming,
    crediting,
    invoices,
    invoicing,
    orders,
    payments,
    recounting,
    registering,
    shipping,
    withdrawing,
)
from shopctl.services.allocating import Choice
from shopctl.services.crediting import Request
from shopctl.services.deciding import Request as Bill
from shopctl.services.listing import invoices as listing
from shopctl.services.listing.invoices import InvoiceFilter
from shopctl.services.receipts import Receipt
from shopctl.services.shipping import Shipment
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
    sell,
    take_in,
    wrong,
)

D = Decimal
INV, RINV = "INV/2026/00001", "RINV/2026/00001"


def credit(shop, *numbers, lines=(), amount=None, percent=None, requeue=True, force=False, **request):
    wanted = Wanted(
        tuple((one, None) if isinstance(one, int) else (one[0], D(one[1])) for one in lines),
        None if amount is None else D(amount),
        None if percent is None else D(percent),
        requeue,
        force,
    )
    return crediting.create(shop, list(numbers) or [INV], Request(wanted, "returned", **request))


def post(shop, *numbers, **wanted):
    return [done(outcome) for outcome in credit(shop, *numbers, confirm=True, **wanted)]


def shown(number):
    (details,) = invoices.show([number], TODAY)
    return details


def standing(number=INV):
    row = shown(number).invoice
    return f"{row.amount_due:.2f}", row.payment_status


def quantities(number="S1"):
    (details,) = orders.show([number])
    return details.order.invoice_status, [f"{one.invoiced:.0f}" for one in details.lines]


def totals(row):
    return f"{row.amount_untaxed:.2f}", f"{row.amount_tax:.2f}", f"{row.amount_total:.2f}"


def left():
    """List what every credit note has left."""
    notes = models.Invoice.select().where((models.Invoice.type == "credit_note") & (models.Invoice.state == "posted"))
    return [f"{note.amount_total - note.allocated:.2f}" for note in notes.order_by(models.Invoice.id)]


@pytest.fixture
def worked(shop):
    """The example of the rules: an invoice over 1410.00, 1200.00 and 210.00 of tax, for twelve pieces."""
    sell(shop, order("S1"))
    take_in(
        shop,
        TaxRecord("V17", "VAT 17.5 %", amount=D("17.5")),
        order("S2", line(100, 12, "V17")),
    )
    bill(shop, "S2")
    return shop


# The worked example of the rules for money, section 5.


def test_a_draft_changes_nothing_but_can_be_looked_at(worked):
    before = quantities("S2")

    outcome = done(credit(worked)[0])

    row = outcome.row
    assert (outcome.change, outcome.notes) == ("created", ())
    assert (row.address, row.state, row.type, row.kind, row.reverses) == (
        "DRAFT/00002",
        "draft",
        "credit_note",
        "regular",
        INV,
    )
    assert totals(row) == ("1200.00", "210.00", "1410.00")
    assert (row.orders, row.customer_code, row.due_date) == (("S2",), "C1", None)
    assert standing() == ("1410.00", "not_paid")
    assert quantities("S2") == before == ("invoiced", ["12"])
    details = shown("DRAFT/00002")
    assert (details.reason, [one.position for one in details.lines]) == ("returned", [1])
    assert journal()[-1] == ("invoice.created", "DRAFT/00002")
    assert wrong(worked) == []


def test_in_full_the_invoice_is_credited_and_the_credit_note_used_up(worked):
    (outcome,) = post(worked)

    assert (outcome.row.address, outcome.row.payment_status, outcome.row.due_date) == (RINV, "paid", TODAY)
    assert outcome.notes == (f"nothing is due on {INV} any more",)
    assert standing() == ("0.00", "reversed")
    assert quantities("S2") == ("to_invoice", ["0"])
    assert journal()[-2:] == [("invoice.posted", RINV), ("payment.allocated", INV)]
    assert wrong(worked) == []


def test_a_part_of_it_leaves_the_rest_due(worked):
    (outcome,) = post(worked, lines=[(1, 4)])

    assert totals(outcome.row) == ("400.00", "70.00", "470.00")
    assert outcome.notes == (f"{INV}: 940.00 EUR still due",)
    assert standing() == ("940.00", "partial")
    assert quantities("S2") == ("to_invoice", ["8"])
    assert wrong(worked) == []


def test_of_a_paid_one_everything_stays_a_credit(worked):
    done(registering.register(worked, [Receipt(INV)])[0])

    (outcome,) = post(worked)

    assert outcome.notes == (
        f"1410.00 EUR stays an outstanding credit: shopctl payment allocate INVOICE --credit {RINV}",
    )
    assert standing() == ("0.00", "paid")
    assert standing(RINV) == ("1410.00", "not_paid")
    assert wrong(worked) == []


# Never twice, never more.


def test_again_is_unchanged_and_names_the_credit_note(worked):
    post(worked)

    with nothing_changes():
        outcome = done(credit(worked, "inv-2026-00001", confirm=True)[0])

    assert (outcome.change, outcome.row.address) == ("unchanged", RINV)
    assert outcome.notes == (f"inv-2026-00001 is credited in full already ({RINV})",)


def test_again_while_it_is_a_draft(worked):
    credit(worked)

    with nothing_changes():
        again, posted = credit(worked)[0], credit(worked, confirm=True)[0]

    assert (done(again).change, done(again).row.address) == ("unchanged", "DRAFT/00002")
    assert (failed(posted).code, failed(posted).hint) == (
        "invoice.draft_exists",
        "shopctl credit-note confirm DRAFT/00002",
    )


def test_parts_add_up_to_the_invoice_drafts_included(worked):
    credit(worked, lines=[(1, 5)])
    post(worked, amount="300")

    with nothing_changes():
        error = failed(credit(worked, lines=[(1, 8)])[0])
        assert failed(credit(worked, amount="522.51")[0]).code == "invoice.over_credited"
    assert (error.code, error.details) == ("invoice.over_credited", {"line": 1, "left": "7"})

    rest = post(worked)[0]
    assert totals(rest.row) == ("444.68", "77.82", "522.50")
    assert done(confirming.confirm(worked, ["DRAFT/00002"])[0]).row.number == "RINV/2026/00003"
    assert standing() == ("0.00", "reversed")
    assert quantities("S2") == ("to_invoice", ["0"])
    assert (
        sum(note.amount_total for note in models.Invoice.select().where(models.Invoice.reverses.is_null(False))) == 1410
    )
    assert wrong(worked) == []


def test_percentages_meet_the_total(worked):
    for percent in ("33.33", "33.33", "33.34"):
        post(worked, percent=percent)

    assert [f"{row.amount_total:.2f}" for row in models.Invoice.select().order_by(models.Invoice.id)] == [
        "1410.00",
        "469.95",
        "469.96",
        "470.09",
    ]
    assert standing() == ("0.00", "reversed")
    assert quantities("S2") == ("invoiced", ["12"])
    assert wrong(worked) == []


def test_what_a_cancelled_draft_took_is_credited_after_all(worked):
    credit(worked, percent=50)
    post(worked)
    done(withdrawing.cancel(worked, ["DRAFT/00002"])[0])

    (rest,) = post(worked)

    assert (totals(rest.row), standing()) == (("600.00", "105.00", "705.00"), ("0.00", "reversed"))
    assert done(credit(worked)[0]).change == "unchanged"
    assert wrong(worked) == []


def come_back(shop, position, quantity):
    """Take goods back, which the order credits by a document that names no invoice."""
    done(shipping.deliver(shop, ["S1"], Shipment((LineQuantity(position, D(-quantity)),)))[0])
    done(invoicing.create(shop, ["S1"], Bill(confirm=True))[0])


def test_goods_that_came_back_are_not_credited_twice(shop):
    sell(shop, order("S1", line(5), line(10, 10, policy="delivered", delivered=D(10), sku="B1")))
    bill(shop, "S1")
    come_back(shop, 2, 4)

    with nothing_changes():
        error = failed(credit(shop, confirm=True, then="refund")[0])

    assert (error.code, error.message) == (
        "invoice.over_credited",
        f"10 of line 2 of {INV} is more than the 6 that its order has billed and not credited yet",
    )
    assert error.hint == f"shopctl credit-note create {INV} --line 2:6 --reason TEXT"
    assert post(shop, lines=[(2, 6)])[0].row.amount_total == 60
    assert failed(credit(shop, lines=[(2, 1)])[0]).hint == f"shopctl invoice show {INV}"
    assert post(shop, lines=[1])[0].row.amount_total == 5
    assert wrong(shop) == []


def test_goods_that_came_back_meanwhile_are_not_credited_by_a_draft(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(10))))
    bill(shop, "S1")
    credit(shop, lines=[(1, 7)])
    come_back(shop, 1, 4)

    with nothing_changes():
        error = failed(confirming.confirm(shop, ["DRAFT/00002"])[0])

    assert (error.code, error.message) == (
        "invoice.over_credited",
        f"DRAFT/00002 takes back more of {INV} than its order has billed and not credited yet, for some of it came "
        "back and was credited meanwhile",
    )


def test_what_is_not_billed_again_counts_as_credited(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(10))))
    bill(shop, "S1")
    post(shop, lines=[(1, 7)], requeue=False)
    come_back(shop, 1, 2)

    assert failed(credit(shop, lines=[(1, 2)])[0]).details["left"] == "1"
    assert post(shop, lines=[(1, 1)])[0].row.amount_total == 10


def test_one_that_grew_while_it_was_a_draft_is_not_posted(worked):
    credit(worked)
    post_all = models.Invoice.get_by_id(2)
    credit_of_rest = models.InvoiceLine.get(models.InvoiceLine.invoice == post_all)
    models.InvoiceLine.update(amount_untaxed=D(1300), amount_total=D(1510)).where(
        models.InvoiceLine.id == credit_of_rest.id
    ).execute()
    models.Invoice.update(amount_untaxed=D(1300), amount_total=D(1510)).where(models.Invoice.id == 2).execute()

    with nothing_changes():
        error = failed(confirming.confirm(worked, ["DRAFT/00002"])[0])

    assert (error.code, error.message) == (
        "invoice.over_credited",
        f"DRAFT/00002 takes back 1510.00 EUR, more than the 1410.00 EUR of {INV} that is not credited yet",
    )


def test_goodwill_is_above_the_invoice_and_the_books_agree(worked):
    (outcome,) = post(worked, amount="1420", force=True)

    assert totals(outcome.row) == ("1210.00", "210.00", "1420.00")
    assert [(one.sku, f"{one.amount_untaxed:.2f}", one.taxes) for one in shown(RINV).lines] == [
        ("", "1200.00", "V17"),
        ("GOODWILL", "10.00", ""),
    ]
    assert left() == ["10.00"]
    assert done(credit(worked)[0]).change == "unchanged"
    assert wrong(worked) == []


# What follows for the order.


def test_a_draft_does_not_open_the_order_again(worked):
    """Trap 1: Odoo bills again what a draft credit note has not taken back yet."""
    credit(worked, lines=[(1, 4)])

    assert quantities("S2") == ("invoiced", ["12"])
    assert codes(invoicing.create(worked, ["S2"], Bill())) == ["unchanged"]

    assert codes(confirming.confirm(worked, ["DRAFT/00002"])) == ["changed"]
    assert quantities("S2") == ("to_invoice", ["8"])
    row = done(invoicing.create(worked, ["S2"], Bill())[0]).row
    assert totals(row) == ("400.00", "70.00", "470.00")
    assert wrong(worked) == []


def test_what_is_not_to_be_billed_again_stays_billed(worked):
    post(worked, requeue=False)

    assert quantities("S2") == ("invoiced", ["12"])
    assert wrong(worked) == []


def test_the_order_is_the_sum_of_its_documents_after_all(worked):
    post(worked, lines=[(1, 5)])
    bill(worked, "S2")

    assert shown("INV/2026/00002").invoice.amount_total == D("587.50")
    assert quantities("S2") == ("invoiced", ["12"])
    assert wrong(worked) == []


@pytest.fixture
def advanced(shop):
    """A down payment of 30 % of 121.00, posted."""
    sell(shop, order("S1", line(100, 1, "V21")))
    bill(shop, "S1", kind="down_payment", percent=D(30))
    return shop


def test_a_credited_down_payment_is_not_deducted(advanced):
    (outcome,) = post(advanced)

    assert (outcome.row.kind, totals(outcome.row)) == ("down_payment", ("30.00", "6.30", "36.30"))
    assert models.Order.get().advance == 0
    bill(advanced, "S1")
    assert shown("INV/2026/00002").invoice.amount_total == D(121)
    assert wrong(advanced) == []


def test_a_partly_credited_one_is_deducted_for_the_rest(advanced):
    post(advanced, amount="10")

    bill(advanced, "S1")

    assert shown("INV/2026/00002").invoice.amount_total == D("94.70")
    assert models.Order.get().advance == 0
    assert wrong(advanced) == []


def test_crediting_the_final_invoice_makes_its_down_payment_deductible_again(advanced):
    bill(advanced, "S1")

    (outcome,) = post(advanced, "INV/2026/00002")

    assert totals(outcome.row) == ("70.00", "14.70", "84.70")
    assert models.Order.get().advance == D("36.30")
    assert quantities("S1") == ("to_invoice", ["0"])
    bill(advanced, "S1")
    assert shown("INV/2026/00003").invoice.amount_total == D("84.70")
    assert wrong(advanced) == []


def test_a_cancelled_credit_note_lets_the_final_invoice_deduct_again(advanced):
    """Vector 14 of the rules for orders."""
    post(advanced)
    note = models.Invoice.get(models.Invoice.number == RINV)
    models.Allocation.update(removed_at=advanced.now).execute()
    models.Invoice.update(allocated=0, payment_status="not_paid").execute()
    models.Invoice.update(state="cancelled").where(models.Invoice.id == note.id).execute()
    with advanced.database.atomic():
        recounting.recount([1])

    bill(advanced, "S1")

    assert shown("INV/2026/00002").invoice.amount_total == D("84.70")
    assert models.Order.get().advance == 0


def test_a_final_invoice_credited_after_its_down_payment_leaves_nothing(advanced):
    bill(advanced, "S1")
    post(advanced)
    bill(advanced, "S1")

    post(advanced, "INV/2026/00002")

    # 36.30 and 84.70, both taken back, and 36.30 of the down payment that was billed again.
    assert models.Order.get().advance == D("36.30")
    assert wrong(advanced) == []
    bill(advanced, "S1")
    signed = [row.amount_total * (1 if row.type == "invoice" else -1) for row in models.Invoice.select()]
    assert (sum(signed), models.Order.get().advance) == (121, 0)
    assert wrong(advanced) == []


def test_a_down_payment_that_was_deducted_is_billed_again_after_its_credit_note(advanced):
    bill(advanced, "S1")
    post(advanced)

    assert models.Order.get().advance == D("-36.30")
    bill(advanced, "S1")
    assert shown("INV/2026/00003").invoice.amount_total == D("36.30")
    assert models.Order.get().advance == 0
    assert wrong(advanced) == []


def test_an_invoice_over_nothing_can_be_taken_back(shop):
    sell(shop, order("S1", line(100, 1, "V21")))
    bill(shop, "S1", kind="down_payment", percent=D(100))
    bill(shop, "S1")

    (outcome,) = post(shop, "INV/2026/00002")

    assert (outcome.row.amount_total, outcome.row.payment_status) == (0, "paid")
    assert quantities("S1") == ("to_invoice", ["0"])
    assert done(credit(shop, "INV/2026/00002")[0]).change == "unchanged"
    assert wrong(shop) == []


# The money.


def test_a_partly_paid_invoice_gives_the_payment_back_as_a_credit(worked):
    """Trap 8: only the open part is settled; the rest of the credit note is outstanding."""
    done(registering.register(worked, [Receipt(INV, D(400))])[0])

    post(worked)

    assert standing() == ("0.00", "paid")
    assert left() == ["400.00"]
    assert wrong(worked) == []


def test_one_bigger_than_what_is_open(worked):
    """Trap 9."""
    done(registering.register(worked, [Receipt(INV, D(1300))])[0])

    post(worked, amount="470")

    assert (standing(), left()) == (("0.00", "paid"), ["360.00"])
    assert wrong(worked) == []


def test_two_of_one_invoice_posted_together_are_both_used(worked):
    """Odoo allocates only the first of them."""
    credit(worked, lines=[(1, 4)])
    credit(worked, lines=[(1, 8)])

    assert codes(confirming.confirm(worked, ["DRAFT/00002", "DRAFT/00003"])) == ["changed", "changed"]

    assert (standing(), left()) == (("0.00", "reversed"), ["0.00", "0.00"])
    assert quantities("S2") == ("to_invoice", ["0"])
    assert wrong(worked) == []


def test_many_invoices_at_once(shop):
    sell(shop, *(order(f"S{number}") for number in range(1, 6)))
    numbers = bill(shop, *(f"S{number}" for number in range(1, 6)))

    outcomes = credit(shop, *numbers, "NOPE", numbers[0], confirm=True)

    assert codes(outcomes) == ["created"] * 5 + ["invoice.unknown", "unchanged"]
    assert [one.row.number for one in outcomes[:5]] == [f"RINV/2026/0000{number}" for number in range(1, 6)]
    assert {standing(number) for number in numbers} == {("0.00", "reversed")}
    assert wrong(shop) == []


def test_a_credit_of_the_order_is_used_by_its_next_invoice_after_the_payments(shop):
    sell(shop, order("S1", line(100, 3)))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV)])[0])
    post(shop, lines=[(1, 2)])
    done(registering.register(shop, [Receipt("", D(50), customer="C1")])[0])
    models.Payment.update(order=1).where(models.Payment.number == "PAY/2026/00002").execute()
    models.Order.update(paid=D(350), payment_status="overpaid").execute()

    row = done(invoicing.create(shop, ["S1"], Bill(confirm=True))[0]).row

    assert (row.amount_total, row.amount_due, row.payment_status) == (200, 0, "paid")
    assert [(one.credit, f"{one.amount:.2f}") for one in shown(row.number).allocations] == [
        ("PAY/2026/00002", "50.00"),
        (RINV, "150.00"),
    ]
    assert left() == ["50.00"]
    assert wrong(shop) == []


def test_an_invoice_paid_by_its_own_credit_note_only_is_credited(shop):
    sell(shop, order("S1", line(100, 2)))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV)])[0])
    post(shop)

    row = done(invoicing.create(shop, ["S1"], Bill(confirm=True))[0]).row

    assert (row.payment_status, left()) == ("reversed", ["0.00"])
    assert wrong(shop) == []


def test_other_credits_of_the_customer_are_announced(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV)])[0])
    post(shop)

    outcome = done(invoicing.create(shop, ["S2"], Bill(confirm=True))[0])

    assert outcome.notes[-1] == (f"{RINV} (100.00 EUR) could pay it: shopctl payment allocate INV/2026/00002")
    assert codes(allocating.allocate(shop, ["INV/2026/00002"], Choice())) == ["changed"]
    assert standing("INV/2026/00002") == ("0.00", "reversed")
    assert wrong(shop) == []


def test_the_money_of_a_refund_goes_out(worked):
    done(registering.register(worked, [Receipt(INV)])[0])
    assert money("S2") == ("1410.00", "0.00", "paid")

    (outcome,) = post(worked, lines=[(1, 4)], then="refund", method="card")

    assert outcome.notes == ("PAY/2026/00002 pays out 470.00 EUR",)
    assert (outcome.row.amount_due, outcome.row.payment_status) == (0, "paid")
    (details,) = payments.show(["PAY/2026/00002"])
    row = details.payment
    assert (row.direction, row.method, row.state, row.order, row.memo) == (
        "outbound", "card", "done", "S2", f"Refund of {RINV}",
    )  # fmt: skip
    assert (row.amount, row.amount_allocated, row.amount_left) == (D(470), D(470), 0)
    assert [(one.invoice, one.amount) for one in details.allocations] == [(RINV, D(470))]
    assert [(one.credit, one.kind) for one in shown(RINV).allocations] == [("PAY/2026/00002", "payment")]
    order_row = models.Order.get(models.Order.number == "S2")
    assert (order_row.paid, order_row.refunded, order_row.payment_status) == (D(940), D(470), "partial")
    assert wrong(worked) == []


def test_a_credit_note_paid_out_by_money_that_came_in_is_found_wrong(worked):
    done(registering.register(worked, [Receipt(INV)])[0])
    post(worked, then="refund")

    models.Payment.update(direction="inbound").where(models.Payment.number == "PAY/2026/00002").execute()

    assert ("A3", RINV) in wrong(worked)


def test_money_is_not_registered_while_a_credit_note_of_the_order_waits(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV)])[0])
    post(shop)
    done(invoicing.create(shop, ["S1"], Bill(confirm=True, allocate=False))[0])

    with nothing_changes():
        error = failed(registering.register(shop, [Receipt("INV/2026/00002")])[0])

    assert (error.code, error.details["credit"]) == ("payment.credit_available", RINV)


def test_a_refund_of_everything(worked):
    done(registering.register(worked, [Receipt(INV)])[0])

    post(worked, then="refund")

    assert money("S2") == ("0.00", "0.00", "refunded")
    assert codes(invoicing.create(worked, ["S2"], Bill())) == ["created"]
    assert wrong(worked) == []


def test_only_what_the_invoice_leaves_is_refunded(worked):
    done(registering.register(worked, [Receipt(INV, D(400))])[0])

    (outcome,) = post(worked, then="refund")

    assert outcome.notes == ("PAY/2026/00002 pays out 400.00 EUR", f"nothing is due on {INV} any more")
    assert money("S2") == ("0.00", "0.00", "refunded")
    assert wrong(worked) == []


def test_nothing_goes_out_when_nothing_came(worked):
    (outcome,) = post(worked, then="refund")

    assert outcome.notes == (f"nothing of {RINV} is left to pay out", f"nothing is due on {INV} any more")
    assert models.Payment.select().count() == 0
    assert wrong(worked) == []


def test_billed_anew_the_payment_is_free_and_a_copy_waits(worked):
    done(registering.register(worked, [Receipt(INV)])[0])

    (outcome,) = post(worked, then="reinvoice")

    assert outcome.notes == (
        "billed anew by DRAFT/00003: shopctl invoice confirm DRAFT/00003",
        "PAY/2026/00001 has 1410.00 EUR to use again",
        f"nothing is due on {INV} any more",
    )
    assert (standing(), left()) == (("0.00", "reversed"), ["0.00"])
    copy = shown("DRAFT/00003")
    assert (copy.invoice.type, copy.invoice.reverses, copy.reference) == ("invoice", None, "")
    assert totals(copy.invoice) == ("1200.00", "210.00", "1410.00")
    assert models.Payment.get().allocated == 0
    assert quantities("S2") == ("invoiced", ["12"])
    assert money("S2") == ("1410.00", "0.00", "paid")
    assert wrong(worked) == []

    done(confirming.confirm(worked, ["DRAFT/00003"])[0])
    assert standing("INV/2026/00002") == ("0.00", "paid")
    assert wrong(worked) == []


def test_what_is_credited_in_part_is_not_billed_anew(worked):
    post(worked, amount="10")

    with nothing_changes():
        error = failed(credit(worked, confirm=True, then="reinvoice")[0])

    assert error.code == "invoice.over_credited"
    assert error.message == f"{INV} is credited in part already, so it cannot be taken back and billed anew as a whole"


# What is refused.


def test_a_draft_a_credit_note_and_nothing_at_all(worked):
    invoicing.create(worked, ["S1"], Bill())
    post(worked, amount="10")

    with nothing_changes():
        found = [failed(credit(worked, number)[0]) for number in ("DRAFT/00002", RINV, "INV/2026/00099")]

    assert [(error.code, error.hint) for error in found] == [
        ("invoice.not_posted", "shopctl invoice show DRAFT/00002"),
        ("invoice.not_an_invoice", f"shopctl credit-note show {RINV}"),
        ("invoice.unknown", "shopctl invoice list"),
    ]


def test_dates(worked):
    later = at(worked, date(2026, 9, 10))
    with nothing_changes():
        before = failed(credit(later, confirm=True, date=date(2026, 8, 20))[0])
        ahead = failed(credit(later, confirm=True, date=date(2026, 9, 11))[0])
    assert (before.code, ahead.code) == ("invoice.date_order", "invoice.date_future")
    assert ahead.message.startswith(f"the credit note of {INV} would be dated 2026-09-11, which is still to come")

    row = done(credit(later, confirm=True, date=date(2026, 9, 1))[0]).row
    assert (row.date, row.due_date) == (date(2026, 9, 1), date(2026, 9, 1))
    assert wrong(later) == []


def test_an_address_is_needed_to_send_it(shop):
    sell(shop, order("S1", customer=None))
    bill(shop, "S1")

    with nothing_changes():
        assert failed(credit(shop, confirm=True, send=True)[0]).code == "email.no_address"


def test_the_letter_waits_in_the_outbox(worked):
    post(worked, send=True)

    (letter,) = models.Email.select()
    assert (letter.document, letter.subject) == (RINV, f"Credit note {RINV}")
    assert f"  Reversal of:        {INV}\n  Reason:             returned\n" in letter.text


def test_only_who_may_change_payments_refunds(worked):
    worked.actor = Actor("sam", "sales")
    with nothing_changes(), pytest.raises(ForbiddenError):
        credit(worked, confirm=True, then="refund")

    assert codes(credit(worked, confirm=True)) == ["created"]

    worked.actor = Actor("rita", "readonly")
    with nothing_changes(), pytest.raises(ForbiddenError):
        credit(worked, amount="1")


def test_only_credit_notes_are_meant(worked):
    with nothing_changes():
        error = failed(confirming.confirm(worked, [INV], only_credit_notes=True)[0])

    assert (error.code, error.hint) == ("invoice.not_a_credit_note", f"shopctl invoice show {INV}")


def test_an_invoice_names_its_credit_notes(worked):
    credit(worked, amount="10")
    post(worked, amount="20")

    found = [(one.address, one.state, f"{one.amount_total:.2f}", one.reason) for one in shown(INV).credit_notes]

    assert found == [("DRAFT/00002", "draft", "10.00", "returned"), (RINV, "posted", "20.00", "returned")]
    assert [(one.credit, one.kind) for one in shown(INV).allocations] == [(RINV, "credit_note")]
    assert [(one.credit, one.kind) for one in shown(RINV).allocations] == [(INV, "invoice")]
    wanted = InvoiceFilter(type="credit-note", reverses=invoices.find(INV), state="posted")
    assert [row.address for row in listing.search(wanted).rows] == [RINV]


def test_a_guest_can_use_the_credit_of_his_order(shop):
    sell(shop, order("S1", line(100, 2), customer=None))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(INV)])[0])
    post(shop, lines=[(1, 1)])
    row = done(invoicing.create(shop, ["S1"], Bill(confirm=True, allocate=False))[0]).row

    assert codes(allocating.allocate(shop, [row.number], Choice())) == ["changed"]

    assert (standing(row.number), left()) == (("0.00", "reversed"), ["0.00"])
    assert wrong(shop) == []
