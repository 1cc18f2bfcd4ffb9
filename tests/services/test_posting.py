"""Take numbers last and in the same transaction: whatever fails burns none, and no rival gets the same one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import peewee
import pytest

from shopctl import batch, models
from shopctl.db import transactions
from shopctl.domain.records import TermsLineRecord, TermsRecord
from shopctl.domain.settlement import Use
from shopctl.errors import ConflictError
from shopctl.services import credits, invoices, invoicing, posting, settling
from shopctl.services.deciding import Request
from tests.support.shop import TODAY, bill, codes, done, line, nothing_changes, order, payment, sell, take_in

D = Decimal
POSTED = Request(confirm=True)


def test_rollback_burns_no_number(shop, monkeypatch):
    sell(shop, order("S1"), order("S2"))
    store = posting.store_uses

    def failing(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(invoicing, "store_uses", failing)
    with nothing_changes(), pytest.raises(ZeroDivisionError):
        invoicing.create(shop, ["S1"], POSTED)
    monkeypatch.setattr(invoicing, "store_uses", store)

    assert bill(shop, "S2", "S1") == ["INV/2026/00001", "INV/2026/00002"]


def test_dry_run_uses_no_number(shop):
    sell(shop, order("S1"), order("S2"))
    rehearsal = replace(shop, dry_run=True)

    with nothing_changes():
        outcomes = list(batch.run(rehearsal, ["S1", "S2"], lambda part: invoicing.create(rehearsal, part, POSTED)))

    assert codes(outcomes) == ["would_create", "would_create"]
    assert [outcome.row.number for outcome in outcomes] == ["INV/2026/00001", "INV/2026/00002"]
    assert bill(shop, "S2") == ["INV/2026/00001"]


def test_refused_documents_take_no_number(shop):
    sell(shop, order("S1"), order("S2", state="sent"), order("S3"))

    outcomes = invoicing.create(shop, ["S1", "S2", "S3"], POSTED)

    assert [outcomes[0].row.number, outcomes[2].row.number] == ["INV/2026/00001", "INV/2026/00002"]


def test_first_number_taken_by_a_rival_at_the_same_moment_is_not_given_twice(shop, monkeypatch):
    sell(shop, order("S1"))
    monkeypatch.setattr(transactions.time, "sleep", lambda _: None)
    real, rivals = posting.insert_rows, []

    def rival(model, columns, rows):
        if model is models.Series and not rivals:
            rivals.append(rows)
            error = peewee.IntegrityError('duplicate key value violates unique constraint "series_name_period"')
            error.sqlstate = "23505"
            raise error
        real(model, columns, rows)

    monkeypatch.setattr(posting, "insert_rows", rival)

    assert bill(shop, "S1") == ["INV/2026/00001"]
    assert (
        models.Invoice.select().count()
        == models.Event.select().where(models.Event.action == "invoice.posted").count()
        == 1
    )


def test_numbers_grow_beyond_their_padding(shop):
    sell(shop, order("S1"), order("S2"))
    models.Series.create(name="invoice", period="2026", next=99999)

    assert bill(shop, "S1", "S2") == ["INV/2026/99999", "INV/2026/100000"]


def test_money_goes_to_the_oldest_instalment(shop):
    sell(shop, order("S1", terms="HALVES", payments=(payment("t1", 50),)))
    bill(shop, "S1")

    (details,) = invoices.show(["INV/2026/00001"], TODAY)

    assert [(part.amount, part.amount_due) for part in details.installments] == [(30, 0), (70, 50)]
    assert (details.invoice.payment_status, details.invoice.amount_due) == ("partial", 50)


def test_instalments_lose_no_cent(shop):
    sell(shop)
    thirds = tuple(
        TermsLineRecord("percent", D(part), days=days) for part, days in (("33.33", 0), ("33.33", 10), ("33.34", 20))
    )
    take_in(shop, TermsRecord("THIRDS", lines=thirds), order("S1", line("100.01"), terms="THIRDS"))
    bill(shop, "S1")

    (details,) = invoices.show(["INV/2026/00001"], TODAY)

    # 33.33 % of 100.01 are 33.333; the last one takes the rest.
    assert [part.amount for part in details.installments] == [D("33.33"), D("33.33"), D("33.35")]


def test_credit_note_is_one_instalment_of_its_day(shop):
    sell(shop, order("S1", line(10, 5, policy="delivered", delivered=D(5)), terms="N30", payments=(payment("t1", 70),)))
    bill(shop, "S1")
    models.OrderLine.update(delivered=3).execute()
    bill(shop, "S1")

    (details,) = invoices.show(["RINV/2026/00001"], TODAY)

    assert [tuple(part) for part in details.installments] == [(TODAY, 20, 20)]
    assert models.Payment.get().allocated == 50


def test_zero_total_is_paid_when_posted(shop):
    sell(shop, order("S1", line(0)))

    (outcome,) = invoicing.create(shop, ["S1"], POSTED)

    assert (done(outcome).row.payment_status, outcome.row.amount_due) == ("paid", 0)


def test_payment_that_a_rival_used_meanwhile_is_not_used_again(shop):
    sell(shop, order("S1"), order("S2"), payment("t1", 100, customer="C1"))
    bill(shop, "S1", "S2")
    (stale,) = credits.of_customers([models.Customer.get().id])[models.Customer.get().id]
    models.Payment.update(allocated=D(60)).execute()

    with nothing_changes(), pytest.raises(ConflictError), shop.database.atomic():
        posting.store_uses(shop, [(1, "INV/2026/00001", Use(stale, D(50)))])
    with nothing_changes(), pytest.raises(ConflictError), shop.database.atomic():
        posting.store_uses(shop, [(1, "INV/2026/00001", Use(stale, D(20))), (2, "INV/2026/00002", Use(stale, D(21)))])


def test_invoice_that_a_rival_paid_meanwhile_is_not_paid_again(shop):
    sell(shop, order("S1"), payment("t1", 100, customer="C1"))
    bill(shop, "S1")
    (stale,) = credits.open_invoices([1]).values()
    (credit,) = credits.of_customers([stale.customer])[stale.customer]
    models.Invoice.update(allocated=D(60)).execute()

    with nothing_changes(), pytest.raises(ConflictError), shop.database.atomic():
        settling.count_on_invoices([settling.Settled(stale, (Use(credit, D(30)),))])
