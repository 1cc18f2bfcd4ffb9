"""Tell what is owed by days past due: today, in the past, and that it is the balance of all customers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl.db.bulk import fetch, total
from shopctl.domain.crediting import Wanted
from shopctl.errors import NotFoundError
from shopctl.models import Invoice
from shopctl.services import (
    aging,
    allocating,
    annulling,
    confirming,
    crediting,
    registering,
    releasing,
    resetting,
    statements,
)
from shopctl.services.allocating import Choice
from shopctl.services.receipts import Receipt
from tests.support.shop import TODAY, at, bill, done, line, order, payment, sell

D = Decimal


def owed(shop, days=0, **wanted):
    """Ask so many days after the invoices were made."""
    return aging.owed(at(shop, TODAY + timedelta(days)), **wanted)


def told(rows):
    return [(row.group, row.name, row.invoices, row.parts, row.credits, row.balance) for row in rows]


def ledger(shop):
    """Bill three customers, pay in part, credit and pay out, write a rest off, on five days."""
    sell(
        shop, order("S1", line(100, 1, "V21"), terms="HALVES"), order("S2", line(50)), order("S3", customer="C2"),
        order("S4", line(80), customer=None),
    )  # fmt: skip
    bill(shop, "S1", "S2", "S3", "S4")
    later = [at(shop, TODAY + timedelta(days)) for days in range(1, 6)]
    done(*registering.register(later[0], [Receipt("INV/2026/00001", D(100))]))
    done(*registering.register(later[1], [Receipt("INV/2026/00003", D("99.50"), write_off="bank-fee")]))
    done(*registering.register(later[2], [Receipt("INV/2026/00002", D(60))]))
    request = crediting.Request(Wanted(percent=D(50)), "broken", then="refund", confirm=True)
    done(*crediting.create(later[3], ["INV/2026/00002"], request))
    done(*allocating.allocate(later[4], ["INV/2026/00001"], Choice(auto=True)))


def balance_of_all():
    """Add up what was billed, paid, paid back and written off, straight from the tables."""
    parts = (
        "SELECT CASE WHEN type = 'invoice' THEN amount_total ELSE -amount_total END AS amount FROM invoices "
        "WHERE state = 'posted'",
        "SELECT CASE WHEN direction = 'inbound' THEN -amount ELSE amount END FROM payments WHERE state = 'done'",
        "SELECT CASE WHEN invoice_id IS NULL THEN amount ELSE -amount END FROM allocations "
        "WHERE write_off <> '' AND removed_at IS NULL",
    )
    ((amount,),) = fetch(Invoice, f"SELECT sum(amount) FROM ({' UNION ALL '.join(parts)}) entries")
    return total(amount)


def test_instalments_count_by_their_own_due_dates(shop):
    sell(shop, order("S1", line(100, 1, "V21"), terms="HALVES"))
    bill(shop, "S1")

    assert [told(owed(shop, days).totals)[0][3] for days in (0, 1, 31, 125)] == [
        (121, 0, 0, 0, 0),
        (D("84.70"), D("36.30"), 0, 0, 0),
        (0, D("84.70"), D("36.30"), 0, 0),
        (0, 0, 0, 0, 121),
    ]


def test_total_is_the_balance_of_all_customers(shop):
    ledger(shop)

    found = owed(shop, 5, by="customer")

    (whole,) = found.totals
    assert whole.balance == sum(row.balance for row in found.rows) == balance_of_all() == D(91)
    for row in found.rows[1:]:
        (part,) = statements.statement(row.group).parts
        assert row.balance == part.closing
    assert told(found.rows) == [
        ("", "Guests", 1, (0, 80, 0, 0, 0), 0, 80),
        ("C1", "Ann Smith", 1, (11, 0, 0, 0, 0), 0, 11),
    ]


def test_the_past_is_told_as_it_stood(shop):
    ledger(shop)

    balances = {days: told(owed(shop, days, by="customer").rows) for days in (-1, 0, 1, 2, 3, 4)}

    ann = {days: [row[3:] for row in rows if row[0] == "C1"] for days, rows in balances.items()}
    assert ann == {
        -1: [],
        0: [((171, 0, 0, 0, 0), 0, 171)],
        1: [((21, 50, 0, 0, 0), 0, 71)],
        2: [((21, 50, 0, 0, 0), 0, 71)],
        3: [((21, 0, 0, 0, 0), -10, 11)],
        4: [((21, 0, 0, 0, 0), -10, 11)],
    }
    bob = {days: [row[5] for row in rows if row[0] == "C2"] for days, rows in balances.items()}
    assert bob == {-1: [], 0: [100], 1: [100], 2: [], 3: [], 4: []}


def test_what_was_taken_back_later_was_used_then(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(*registering.register(at(shop, TODAY + timedelta(1)), [Receipt("INV/2026/00001")]))
    done(*releasing.unallocate(at(shop, TODAY + timedelta(3)), ["INV/2026/00001"], ["PAY/2026/00001"]))

    rows = [told(owed(shop, days).totals) for days in (0, 1, 2, 3)]

    open_ = ("", "", 1, (100, 0, 0, 0, 0), 0, 100)
    assert rows == [[open_], [], [], [("", "", 1, (0, 100, 0, 0, 0), -100, 0)]]


def test_a_payment_that_was_cancelled_later_was_here_then(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(*registering.register(at(shop, TODAY + timedelta(1)), [Receipt("INV/2026/00001", D(120))]))
    done(*annulling.cancel(at(shop, TODAY + timedelta(3)), ["PAY/2026/00001"], "bounced"))

    assert [[row.balance for row in owed(shop, days).totals] for days in (0, 1, 2, 3)] == [[100], [-20], [-20], [100]]


def test_by_invoice_credits_stand_in_rows_of_their_own(shop):
    ledger(shop)
    sell(shop, payment("t9", 7, customer="C2"))

    found = owed(shop, 4, by="invoice")

    assert [(row.group, row.name, row.oldest_due, row.open, row.credits) for row in found.rows] == [
        ("INV/2026/00004", "", TODAY, 80, 0),
        ("INV/2026/00001", "Ann Smith", date(2026, 9, 20), 21, 0),
        ("PAY/2026/00003", "Ann Smith", None, 0, -10),
        ("PAY/2026/00005", "Bob Jones", None, 0, -7),
    ]


def test_money_that_went_back_lowers_the_payment_that_it_refunds(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    sell(shop, order("S1", payments=(payment("t1", 100), payment("t2", 30, state="refunded"))))

    assert [(row.credits, row.balance) for row in owed(shop).totals] == [(-70, -70)]


def test_money_kept_for_a_draft_is_a_credit(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(*registering.register(shop, [Receipt("INV/2026/00001")]))
    done(*resetting.reset(at(shop, TODAY + timedelta(2)), ["INV/2026/00001"], reason="wrong"))

    later, before = owed(shop, 2), owed(shop, 1)

    assert told(later.totals) == [("", "", 0, (0, 0, 0, 0, 0), -100, -100)]
    assert later.changed == ()
    assert before.changed == ("INV/2026/00001",)
    done(*confirming.confirm(at(shop, TODAY + timedelta(3)), ["INV/2026/00001"]))
    assert told(owed(shop, 3).totals) == []


def test_one_customer_and_one_currency(shop):
    sell(shop, order("S1"), order("S2", line(900), currency="JPY"), order("S3", customer="C2"))
    bill(shop, "S1", "S2", "S3")

    assert [(row.currency, row.balance) for row in owed(shop).totals] == [("EUR", 200), ("JPY", 900)]
    assert [(row.currency, row.balance) for row in owed(shop, customer="ann@example.com").totals] == [
        ("EUR", 100), ("JPY", 900),
    ]  # fmt: skip
    assert [(row.group, row.balance) for row in owed(shop, by="customer", currency="JPY").rows] == [("C1", 900)]
    with pytest.raises(NotFoundError):
        owed(shop, customer="C404")


def test_empty_shop(shop):
    found = owed(shop, by="customer")

    assert (found.rows, found.totals, found.changed) == ((), (), ())
