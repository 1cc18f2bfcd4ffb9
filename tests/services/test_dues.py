"""Tell what is due when: overdue by instalment, schedules, disputes, and totals in coins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config.settings import CashRounding, Config, Invoicing
from shopctl.db.connection import is_sqlite
from shopctl.domain.line_edits import LineEdits, SetLine
from shopctl.domain.records import TermsLineRecord, TermsRecord
from shopctl.errors import NotFoundError, RefusedError
from shopctl.services import confirming, crediting, disputing, invoices, invoicing, redrafting, registering
from shopctl.services.deciding import Request
from shopctl.services.listing import invoices as listing
from shopctl.services.listing.invoices import InvoiceFilter, narrowed
from shopctl.services.receipts import Receipt
from shopctl.services.schedules import schedules
from tests.support.shop import (
    TODAY,
    asked,
    at,
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
FIRST, SECOND = "INV/2026/00001", "INV/2026/00002"
LATE = date(2026, 8, 22)


def listed(today, **wanted):
    return [row.address for row in listing.search(InvoiceFilter(**wanted), asked(today)).rows]


def pay(shop, reference, amount):
    done(registering.register(shop, [Receipt(reference, amount=D(amount))])[0])


# Overdue.


def test_first_unpaid_instalment_makes_an_invoice_overdue(shop):
    sell(shop, order("S1", terms="HALVES"), order("S2", terms="HALVES"), order("S3", terms="N30"))
    bill(shop, "S1", "S2", "S3")
    pay(shop, FIRST, 30)

    on_the_day = listed(TODAY, overdue=True)
    late = listing.search(InvoiceFilter(overdue=True), asked(LATE)).rows

    assert on_the_day == []
    assert [(row.address, row.overdue, row.amount_overdue) for row in late] == [(SECOND, True, 30)]
    assert listed(date(2026, 9, 21), overdue=True) == ["INV/2026/00003", SECOND, FIRST]
    rows = {row.address: row for row in listing.search(InvoiceFilter(), asked(date(2026, 9, 21))).rows}
    assert [rows[number].amount_overdue for number in (FIRST, SECOND)] == [70, 100]


def test_draft_paid_invoice_and_credit_note_are_never_overdue(shop):
    sell(shop, order("S1"), order("S2", line(10, 5, policy="delivered", delivered=D(5))), order("S3"))
    bill(shop, "S1", "S2")
    models.OrderLine.update(delivered=3).execute()
    bill(shop, "S2")
    invoicing.create(shop, ["S3"], Request(due=TODAY))
    pay(shop, FIRST, 100)
    pay(shop, SECOND, 50)

    rows = list(listing.search(InvoiceFilter(), asked(date(2027, 1, 1))).rows)

    assert [row.amount_overdue for row in rows] == [0, 0, 0, 0]
    assert listed(date(2027, 1, 1), overdue=True) == []


def test_invoice_that_is_posted_late_answers_that_it_is_overdue(shop):
    sell(shop, order("S1", terms="HALVES"))

    (outcome,) = invoicing.create(at(shop, LATE), ["S1"], Request(confirm=True, date=TODAY))

    assert (done(outcome).row.overdue, outcome.row.amount_overdue) == (True, 30)


def test_lists_are_narrowed_by_what_is_due_and_paid(shop):
    sell(shop, order("S1", terms="HALVES"), order("S2", terms="N30"), order("S3"))
    bill(shop, "S1", "S2", "S3")
    pay(shop, FIRST, 30)
    pay(shop, "INV/2026/00003", 100)

    assert listed(TODAY, partial=True) == [FIRST]
    assert listed(TODAY, due_before=date(2026, 9, 20)) == []
    assert listed(TODAY, due_before=date(2026, 9, 21)) == [SECOND, FIRST]


def test_overdue_looks_at_open_invoices_only(shop):
    if not is_sqlite(shop.database):
        pytest.skip("the plan is written differently there")
    query = narrowed(models.Invoice.select(models.Invoice.id), InvoiceFilter(overdue=True), TODAY)
    statement, values = query.order_by(models.Invoice.id.desc()).sql()

    plan = [row[-1] for row in shop.database.execute_sql(f"EXPLAIN QUERY PLAN {statement}", values)]

    assert "SCAN t1 USING INDEX invoices_open" in plan[0]
    assert any("SEARCH t2 USING INDEX installments_invoice_id_position" in step for step in plan)


# Schedules.


def thirds(shop):
    lines = ((10, 0), (30, 5), (60, 10))
    terms = tuple(TermsLineRecord("percent", D(percent), days=days) for percent, days in lines)
    sell(shop, TermsRecord("THREE", lines=terms), order("S1", line(1150), terms="THREE"))
    bill(shop, "S1")


@pytest.mark.parametrize(
    ("day", "proposal", "standings"),
    [
        (21, (115, "next"), ["open", "open", "open"]),
        (22, (115, "overdue"), ["overdue", "open", "open"]),
        (27, (460, "overdue"), ["overdue", "overdue", "open"]),
        (31, (460, "overdue"), ["overdue", "overdue", "open"]),
    ],
)
def test_schedule_proposes_what_is_overdue_else_the_next_instalment(shop, day, proposal, standings):
    thirds(shop)

    (found,) = schedules([FIRST], date(2026, 8, day))

    assert (found.invoice, found.amount_total, found.amount_due, found.early) == (FIRST, 1150, 1150, None)
    assert [tuple(part)[:4] for part in found.installments] == [
        (1, date(2026, 8, 21), 115, 115), (2, date(2026, 8, 26), 345, 345), (3, date(2026, 8, 31), 690, 690),
    ]  # fmt: skip
    assert ([part.standing for part in found.installments], found.proposal) == (standings, proposal)


def test_schedule_follows_what_is_paid(shop):
    thirds(shop)
    pay(shop, FIRST, 200)

    (found,) = schedules([FIRST], date(2026, 9, 1))
    pay(shop, FIRST, 950)

    assert [(part.amount_due, part.standing) for part in found.installments] == [
        (0, "paid"), (260, "overdue"), (690, "overdue"),
    ]  # fmt: skip
    assert found.proposal == (950, "full")
    assert schedules([FIRST], TODAY)[0].proposal is None


def test_schedule_of_what_has_none_is_refused(shop):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], Request())

    with pytest.raises(RefusedError, match="DRAFT/00001 is not a posted invoice"):
        schedules(["DRAFT/00001"], TODAY)
    with pytest.raises(NotFoundError):
        schedules([FIRST], TODAY)


# Disputes.


def test_dispute_is_told_until_it_is_settled(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")

    outcomes = [
        *disputing.dispute(shop, [FIRST, "inv-2026-00001"], "broken"), *disputing.dispute(shop, [FIRST], "broken"),
    ]  # fmt: skip
    row = outcomes[0].row
    disputed = listed(TODAY, disputed=True)
    cleared = disputing.dispute(shop, [FIRST, SECOND], "")

    assert (codes(outcomes), disputed) == (["changed", "unchanged", "unchanged"], [FIRST])
    assert (row.disputed, row.status, row.payment_status) == ("broken", "disputed", "not_paid")
    assert (codes(cleared), listed(TODAY, disputed=True)) == (["changed", "unchanged"], [])
    assert journal()[-2:] == [("invoice.disputed", FIRST), ("invoice.undisputed", FIRST)]


def test_paid_invoice_is_not_disputed_any_more(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    disputing.dispute(shop, [FIRST], "broken")
    pay(shop, FIRST, 100)

    (details,) = invoices.show([FIRST], TODAY)

    assert (details.invoice.status, listed(TODAY, disputed=True)) == ("paid", [])
    assert codes(disputing.dispute(shop, [FIRST], "")) == ["changed"]


@pytest.mark.parametrize(
    ("reference", "code"),
    [(FIRST, "invoice.paid"), ("DRAFT/00002", "invoice.not_posted"), ("INV/2026/00009", "invoice.unknown")],
)
def test_refused_dispute_changes_nothing(shop, reference, code):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1")
    pay(shop, FIRST, 100)
    invoicing.create(shop, ["S2"], Request())

    with nothing_changes():
        (outcome,) = disputing.dispute(shop, [reference], "broken")

    assert failed(outcome).code == code


# Coins.


def test_total_and_instalments_are_rounded_to_coins(shop):
    halves = tuple(TermsLineRecord("percent", D(50), days=days) for days in (0, 30))
    sell(shop, TermsRecord("H", lines=halves), order("S1", line("717.66", 1, "V21"), terms="H"))

    (outcome,) = invoicing.create(shop, ["S1"], Request(confirm=True, cash_rounding=True))

    # 717.66 + 150.71 = 868.37
    (details,) = invoices.show([FIRST], TODAY)
    last = details.lines[-1]
    assert done(outcome).row.amount_total == D("868.35")
    assert (last.kind, last.quantity, last.amount_total, last.taxes) == ("rounding", 1, D("-0.02"), "")
    assert [part.amount for part in details.installments] == [D("434.20"), D("434.15")]
    assert models.Invoice.get().cash_rounding
    assert models.InvoiceLine.select().where(models.InvoiceLine.order_line.is_null()).count() == 1
    assert wrong(shop) == []


def test_draft_in_coins_has_its_instalments_in_coins(shop):
    halves = tuple(TermsLineRecord("percent", D(50), days=days) for days in (0, 30))
    sell(shop, TermsRecord("H", lines=halves), order("S1", line("868.35"), terms="H"))
    invoicing.create(shop, ["S1"], Request(cash_rounding=True))

    confirming.confirm(shop, ["DRAFT/00001"])

    (details,) = invoices.show([FIRST], TODAY)
    assert [part.amount for part in details.installments] == [D("434.20"), D("434.15")]


def test_edited_draft_in_coins_is_rounded_again(shop):
    sell(shop, order("S1", line("48.11", 3)))
    invoicing.create(shop, ["S1"], Request(cash_rounding=True))

    def lines(quantity):
        edit = LineEdits(changed=(SetLine(1, quantity=D(quantity)),))
        done(redrafting.edit(shop, ["DRAFT/00001"], redrafting.Edit(lines=edit))[0])
        (details,) = invoices.show(["DRAFT/00001"], TODAY)
        return [(one.kind, one.amount_total) for one in details.lines]

    # 144.33 is 144.35 in coins, 96.22 is 96.20, 240.55 is what it is.
    assert [lines(quantity) for quantity in (2, 5, 3)] == [
        [("product", D("96.22")), ("rounding", D("-0.02"))],
        [("product", D("240.55"))],
        [("product", D("144.33")), ("rounding", D("0.02"))],
    ]
    assert wrong(shop) == []


def test_biggest_tax_takes_the_difference_where_the_shop_wants_it(shop):
    sell(shop, order("S1", line(1000, 1, "V21"), line("199.99")))
    rounding = CashRounding(step=D("0.05"), method="down", strategy="biggest_tax")
    shop = replace(shop, config=Config(invoicing=Invoicing(cash_rounding=rounding)))

    invoicing.create(shop, ["S1"], Request(confirm=True, cash_rounding=True))

    (details,) = invoices.show([FIRST], TODAY)
    assert (details.invoice.amount_tax, details.invoice.amount_total) == (D("209.96"), D("1409.95"))
    assert wrong(shop) == []


def test_biggest_tax_is_changed_on_what_is_billed_not_on_what_is_deducted(shop):
    sell(shop, order("S1", line("50.03", 1, "V21"), line("50.03", 1, "V21")))
    rounding = CashRounding(step=D("0.05"), strategy="biggest_tax")
    shop = replace(shop, config=Config(invoicing=Invoicing(cash_rounding=rounding)))
    invoicing.create(shop, ["S1"], Request(kind="down_payment", percent=D(90), confirm=True))

    # 121.07 less 108.96 is 12.11.
    (outcome,) = invoicing.create(shop, ["S1"], Request(confirm=True, cash_rounding=True))

    assert (done(outcome).row.amount_total, models.Order.get().advance) == (D("12.10"), 0)
    assert wrong(shop) == []


def test_invoice_that_is_billed_anew_stays_in_coins(shop):
    sell(shop, order("S1", line("48.11", 3)))
    invoicing.create(shop, ["S1"], Request(confirm=True, cash_rounding=True))
    wanted = crediting.Request(crediting.Wanted(), "wrong quantity", then="reinvoice", confirm=True)
    done(crediting.create(shop, [FIRST], wanted)[0])

    edit = LineEdits(changed=(SetLine(1, quantity=D(2)),))
    (outcome,) = redrafting.edit(shop, ["DRAFT/00003"], redrafting.Edit(lines=edit))

    # 144.35 in coins was 144.33; two cost 96.22.
    assert done(outcome).row.amount_total == D("96.20")
    assert [row.cash_rounding for row in models.Invoice.select().order_by(models.Invoice.id)] == [True, False, True]
    assert wrong(shop) == []


@pytest.mark.parametrize("strategy", ["line", "biggest_tax"])
def test_draft_that_leaves_the_coins_is_what_it_was(shop, strategy):
    sell(shop, order("S1", line(1000, 1, "V21"), line("199.99")))
    rounding = CashRounding(step=D("0.05"), method="down", strategy=strategy)
    shop = replace(shop, config=Config(invoicing=Invoicing(cash_rounding=rounding)))
    invoicing.create(shop, ["S1"], Request(cash_rounding=True))

    (outcome,) = redrafting.edit(shop, ["DRAFT/00001"], redrafting.Edit(cash_rounding=False))

    assert (done(outcome).row.amount_tax, outcome.row.amount_total) == (D(210), D("1409.99"))
    assert wrong(shop) == []


def test_currency_without_such_coins_is_refused(shop):
    sell(shop, order("S1", line(100), currency="JPY"), order("S2"))

    outcomes = invoicing.create(shop, ["S1", "S2"], Request(cash_rounding=True))

    assert codes(outcomes) == ["invoice.cash_rounding", "created"]
    assert failed(outcomes[0]).message == "amounts in JPY cannot be rounded to 0.05"
    assert models.Invoice.select().count() == 1
