"""Edit drafts: dates, terms, lines and prices; the order follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.line_edits import AddLine, LineEdits, RemoveLine, SetLine
from shopctl.domain.records import ProductRecord
from shopctl.services import confirming, invoicing, redrafting, resetting, withdrawing
from shopctl.services.invoicing import Request
from shopctl.services.orders import show
from shopctl.services.redrafting import Edit
from tests.support.shop import (
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    nothing_changes,
    order,
    sell,
    wrong,
)

D = Decimal

PEAR = ProductRecord(sku="P1", name="Pear", type="goods", price=D("2.50"), taxes=("V6",))
POST = ProductRecord(sku="POST", name="Postage", type="shipping", price=D(5), taxes=("V21",))


def draft(shop, number="S1", **request):
    (outcome,) = invoicing.create(shop, [number], Request(**request))
    return done(outcome).row.address


def edit(shop, reference, *changes, **head):
    edits = LineEdits(
        tuple(one for one in changes if isinstance(one, AddLine)),
        tuple(one for one in changes if isinstance(one, SetLine)),
        tuple(one for one in changes if isinstance(one, RemoveLine)),
    )
    (outcome,) = redrafting.edit(shop, [reference], Edit(edits, **head))
    return outcome


def lines(key=1):
    rows = models.InvoiceLine.select().where(models.InvoiceLine.invoice == key).order_by(models.InvoiceLine.position)
    return [(row.position, row.kind, row.sku or row.description, row.quantity, row.amount_total) for row in rows]


def counts(number="S1"):
    """Tell of the first line of an order: ordered, invoiced, drafted, and the order's invoice status."""
    row = models.Order.get(models.Order.number == number)
    first = row.lines.order_by(models.OrderLine.position).get()
    return first.quantity, first.invoiced, first.drafted, row.invoice_status


# Quantities and the order


def test_smaller_quantity_leaves_the_rest_to_be_billed(shop):
    sell(shop, order("S1", line(10, 10, "V21")))
    draft(shop)

    outcome = edit(shop, "DRAFT/00001", SetLine(1, quantity=D(4)))

    row = done(outcome).row
    assert (outcome.change, row.amount_untaxed, row.amount_tax, row.amount_total) == (
        "changed", D(40), D("8.40"), D("48.40"),
    )  # fmt: skip
    assert counts() == (10, 4, 4, "to_invoice")
    assert journal()[-1] == ("invoice.edited", "DRAFT/00001")
    assert models.Event.select().order_by(models.Event.id.desc()).get().details == '{"total":["121.00","48.40"]}'
    assert wrong(shop) == []
    assert bill(shop, "S1") == ["INV/2026/00001"]
    assert models.Invoice.get(models.Invoice.number == "INV/2026/00001").amount_total == D("72.60")
    assert counts() == (10, 10, 4, "invoiced")
    assert wrong(shop) == []


def test_over_invoiced_line_shows_what_is_too_much(shop):
    """Acceptance vector 15 of the order rules."""
    sell(shop, order("S1", line(10, 10)))
    draft(shop)

    outcome = edit(shop, "DRAFT/00001", SetLine(1, quantity=D(15)))

    assert done(outcome).row.amount_total == 150
    assert outcome.notes == ("line 1 is over-invoiced: 15 are billed of 10 ordered",)
    assert counts() == (10, 15, 15, "to_invoice")
    (found,) = show(["S1"])
    assert found.lines[0].to_invoice == -5
    assert wrong(shop) == [("O5", "S1 line 1")]


def test_line_that_completes_its_order_line_takes_the_rest_to_the_cent(shop):
    # 3 x 0.33 with 21 % on the order: 0.99 + 0.21 = 1.20; one piece alone is 0.33 + 0.07 = 0.40.
    sell(shop, order("S1", line("0.33", 3, "V21")))
    draft(shop)
    edit(shop, "DRAFT/00001", SetLine(1, quantity=D(1)))
    assert lines() == [(1, "product", "A1", 1, D("0.40"))]
    draft(shop)
    edit(shop, "DRAFT/00002", SetLine(1, quantity=D(1)))

    edit(shop, "DRAFT/00002", SetLine(1, quantity=D(2)))

    assert lines(2) == [(1, "product", "A1", 2, D("0.80"))]
    assert wrong(shop) == []


def test_taking_the_change_back_is_as_it_was(shop):
    sell(shop, order("S1", line("0.33", 3, "V21"), line("7.77", 2, "V6", sku="B1")))
    draft(shop)
    before = (lines(), counts())
    edit(shop, "DRAFT/00001", SetLine(1, quantity=D(2), unit_price=D(9)), SetLine(2, discount=D(50)))
    assert lines() != before[0]

    edit(shop, "DRAFT/00001", SetLine(1, quantity=D(3), unit_price=D("0.33")), SetLine(2, discount=D(0)))

    assert (lines(), counts()) == before
    assert wrong(shop) == []


def test_changed_prices_and_taxes_are_priced_together(shop):
    # Globally rounded: 2 x 0.33 at 21 % is 0.1386 a document, so 0.14 and not 2 x 0.07.
    sell(shop, order("S1", line(1, 1, "V6"), line(1, 1, "V6", sku="B1")))
    draft(shop)

    outcome = edit(
        shop,
        "DRAFT/00001",
        SetLine(1, unit_price=D("0.33"), taxes=("V21",), description="Small apple"),
        SetLine(2, unit_price=D("0.33"), taxes=("V21",)),
    )

    assert (outcome.row.amount_untaxed, outcome.row.amount_tax) == (D("0.66"), D("0.14"))
    assert [(tax.code, tax.base, tax.amount) for tax in models.InvoiceTax.select()] == [("V21", D("0.66"), D("0.14"))]
    assert models.InvoiceLine.get_by_id(1).description == "Small apple"
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("change", "total"), [({"unit_price": D(8)}, 40), ({"discount": D(20)}, 40), ({"taxes": ("V21",)}, "60.50")]
)
def test_later_documents_do_not_make_up_for_a_changed_price(shop, change, total):
    sell(shop, order("S1", line(10, 10)))
    address = draft(shop, picked={1: D(5)})

    edit(shop, address, SetLine(1, **change))
    bill(shop, "S1")

    # Five are billed at what was agreed; the other five cost 10 each, as the order says.
    assert [row.amount_total for row in models.Invoice.select().order_by(models.Invoice.id)] == [D(total), 50]
    assert wrong(shop) == []


def test_price_that_is_changed_back_leaves_the_rest_to_the_cent(shop):
    sell(shop, order("S1", line("3.3333", 3)))
    address = draft(shop, picked={1: D(1)})
    for price in ("3", "3.3333"):
        edit(shop, address, SetLine(1, unit_price=D(price)))

    bill(shop, "S1")

    assert [row.amount_total for row in models.Invoice.select().order_by(models.Invoice.id)] == [D("3.33"), D("6.67")]


def test_posted_documents_of_an_order_count_as_done(shop):
    sell(shop, order("S1", line("0.10", 10, "V21")))
    draft(shop)
    edit(shop, "DRAFT/00001", SetLine(1, quantity=D(7)))
    confirming.confirm(shop, ["DRAFT/00001"])
    draft(shop)
    edit(shop, "DRAFT/00002", SetLine(1, quantity=D(1)))

    edit(shop, "DRAFT/00002", SetLine(1, quantity=D(3)))

    totals = [invoice.amount_total for invoice in models.Invoice.select().order_by(models.Invoice.id)]
    assert totals == [D("0.85"), D("0.36")]  # together the 1.21 of the order
    assert wrong(shop) == []


def test_credit_note_of_a_return_is_edited_in_its_own_direction(shop):
    sell(shop, order("S1", line(10, 5, "V21", policy="delivered", delivered=D(5))))
    bill(shop, "S1")
    models.OrderLine.update(delivered=3).execute()
    draft(shop)
    assert counts() == (5, 3, -2, "no")

    outcome = edit(shop, "DRAFT/00002", SetLine(1, quantity=D(1)))

    assert (outcome.row.type, outcome.row.amount_total) == ("credit_note", D("12.10"))
    assert counts() == (5, 4, -1, "to_invoice")
    assert wrong(shop) == []


# More and fewer lines


def test_products_are_added_before_the_down_payments(shop):
    sell(shop, PEAR, POST, order("S1", line(100)))
    bill(shop, "S1", kind="down_payment", percent=D(30))
    draft(shop)

    outcome = edit(
        shop, "DRAFT/00002", AddLine("P1", D(4)), AddLine("POST", D(1), D("4.50")), SetLine(1, quantity=D(1))
    )

    assert lines(2) == [
        (1, "product", "A1", 1, D(100)),
        (2, "product", "P1", 4, D("10.60")),
        (3, "shipping", "POST", 1, D("5.45")),
        (4, "section", "Down payments", 0, 0),
        (5, "down_payment", "Less INV/2026/00001: Down payment of 30 %", -1, -30),
    ]
    assert done(outcome).row.amount_total == D("86.05")
    assert wrong(shop) == []


def test_positions_stay_so_that_a_repeat_removes_nothing_else(shop):
    sell(shop, order("S1", line(1), line(2, sku="B1"), line(3, sku="C1")))
    draft(shop)

    edit(shop, "DRAFT/00001", RemoveLine(2))
    with nothing_changes():
        again = edit(shop, "DRAFT/00001", RemoveLine(2))

    assert lines() == [(1, "product", "A1", 1, 1), (3, "product", "C1", 1, 3)]
    assert (failed(again).code, failed(again).message) == ("line.unknown", "DRAFT/00001 has no line 2")
    assert failed(again).hint == "shopctl invoice show DRAFT/00001"
    assert wrong(shop) == []


def test_removed_deduction_is_left_for_the_next_invoice(shop):
    sell(shop, order("S1"))
    bill(shop, "S1", kind="down_payment", percent=D(30))
    draft(shop)
    assert models.Order.get().advance == 0

    outcome = edit(shop, "DRAFT/00002", RemoveLine(3))

    assert lines(2) == [(1, "product", "A1", 1, 100)]
    assert (outcome.row.amount_total, models.Order.get().advance) == (100, 30)
    assert wrong(shop) == []


def test_a_draft_without_lines_is_kept_but_not_posted(shop):
    sell(shop, order("S1"))
    draft(shop)
    edit(shop, "DRAFT/00001", RemoveLine(1))

    with nothing_changes():
        (refused,) = confirming.confirm(shop, ["DRAFT/00001"])

    assert failed(refused).code == "invoice.incomplete"
    assert failed(refused).message == "DRAFT/00001 has no lines to bill"
    assert wrong(shop) == []


def test_line_of_a_cancelled_credit_note_does_not_hold_what_it_credited(shop):
    sell(shop, order("S1", line(1), line(2, sku="B1")))
    bill(shop, "S1")
    models.Invoice.create(type="credit_note", state="cancelled", reverses=1, currency="EUR", created_at=shop.now)
    models.InvoiceLine.create(invoice=2, position=1, kind="credit", credits_line=1)
    resetting.reset(shop, ["INV/2026/00001"], reason="test")

    edit(shop, "INV/2026/00001", RemoveLine(1))

    assert lines() == [(2, "product", "B1", 1, 2)]
    assert models.InvoiceLine.get(models.InvoiceLine.invoice == 2).credits_line is None


# The document itself


def test_dates_terms_and_note_change(shop):
    sell(shop, order("S1"))
    draft(shop)

    first = edit(shop, "DRAFT/00001", date=date(2026, 8, 20), due=date(2026, 8, 31), note="Thank you")
    second = edit(shop, "DRAFT/00001", date=date(2026, 8, 20), due=date(2026, 8, 31), note="Thank you")
    third = edit(shop, "DRAFT/00001", terms="N30")

    assert (first.change, first.row.date, first.row.due_date) == ("changed", date(2026, 8, 20), date(2026, 8, 31))
    assert (second.change, second.notes) == ("unchanged", ("DRAFT/00001 is like that already",))
    assert (third.change, third.row.due_date, models.Invoice.get().note) == ("changed", None, "Thank you")
    (outcome,) = confirming.confirm(shop, ["DRAFT/00001"])
    assert outcome.row.due_date == date(2026, 9, 19)


def test_down_payment_changes_its_dates_but_not_its_lines(shop):
    sell(shop, order("S1"))
    draft(shop, kind="down_payment", percent=D(30))

    assert edit(shop, "DRAFT/00001", due=date(2026, 9, 1)).change == "changed"
    with nothing_changes():
        refused = edit(shop, "DRAFT/00001", SetLine(1, unit_price=D(50)))
        assert failed(edit(shop, "DRAFT/00001", cash_rounding=True)).code == "line.frozen"

    assert failed(refused).code == "line.frozen"
    assert failed(refused).message == "the lines of DRAFT/00001 are a share of the order, so they cannot be edited"


# Refusals


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ([SetLine(1, unit_price=D(-5))], "invoice.negative", "DRAFT/00002 would come to -40.00 EUR, below zero"),
        ([SetLine(3, quantity=D(-2))], "line.frozen", "line 3 of DRAFT/00002 keeps the amount that it has"),
        ([SetLine(2, quantity=D(2))], "line.frozen", "line 2 of DRAFT/00002 has only words"),
        ([SetLine(9, quantity=D(2))], "line.unknown", "DRAFT/00002 has no line 9"),
        ([SetLine(1, taxes=("V99",))], "tax.unknown", "there is no tax 'V99'"),
        ([AddLine("NONE")], "product.unknown", "there is no product NONE"),
        (
            [SetLine(1, quantity=D("9999999999999"), unit_price=D("9999999999999"))],
            "usage.amount",
            "the lines of DRAFT/00002 come to more than an amount may be",
        ),
    ],
)
def test_refused_edit_changes_nothing(shop, changes, code, message):
    sell(shop, order("S1", line(100, 2)))
    bill(shop, "S1", kind="down_payment", amount=D(30))
    draft(shop)

    with nothing_changes():
        outcome = edit(shop, "DRAFT/00002", *changes)

    assert (failed(outcome).code, failed(outcome).message) == (code, message)


def test_words_of_a_section_change(shop):
    sell(shop, order("S1", line(0, 0, kind="section", sku="", description="Fruit"), line(10)))
    draft(shop)

    edit(shop, "DRAFT/00001", SetLine(1, description="Fresh fruit"))

    assert lines() == [(1, "section", "Fresh fruit", 0, 0), (2, "product", "A1", 1, 10)]


def test_only_drafts_are_edited(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1")
    draft(shop, "S2")
    withdrawing.cancel(shop, ["DRAFT/00002"])

    with nothing_changes():
        outcomes = redrafting.edit(shop, ["INV/2026/00001", "DRAFT/00002", "DRAFT/00077"], Edit(note="Thank you"))

    assert codes(outcomes) == ["invoice.posted", "invoice.not_draft", "invoice.unknown"]
    assert failed(outcomes[0]).message == "INV/2026/00001 is posted, and only a draft can be edited"


def test_terms_that_are_not_stored_are_refused(shop):
    sell(shop, order("S1"))
    draft(shop)

    with nothing_changes():
        outcome = edit(shop, "DRAFT/00001", terms="N99")

    assert (failed(outcome).code, failed(outcome).hint) == ("terms.unknown", "shopctl terms list")


def test_product_in_another_currency_needs_its_price(shop):
    sell(shop, PEAR, order("S1", line(10), currency="USD"))
    draft(shop)

    with nothing_changes():
        outcome = edit(shop, "DRAFT/00001", AddLine("P1", D(2)))

    assert failed(outcome).message == "the price of P1 is in EUR, and DRAFT/00001 is in USD"
    assert failed(outcome).hint == "write the price: --add-line P1:2@PRICE"
    assert done(edit(shop, "DRAFT/00001", AddLine("P1", D(2), D(3)))).row.amount_total == D("16.36")


def test_lines_of_a_credit_note_that_was_made_of_an_invoice_stay(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    models.Invoice.create(type="credit_note", reverses=1, currency="EUR", created_at=shop.now)

    with nothing_changes():
        outcome = edit(shop, "DRAFT/00002", AddLine("P1"))

    assert failed(outcome).message == "the lines of DRAFT/00002 are what it gives back, so they cannot be edited"
