"""Write statements of customers, and hold their balance against what is due and what is left."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import hypothesis
import pytest
from hypothesis import strategies as st

from shopctl.db.bulk import fetch
from shopctl.domain.crediting import Wanted
from shopctl.domain.numbering import draft_address
from shopctl.domain.records import CustomerRecord
from shopctl.errors import NotFoundError
from shopctl.models import Invoice
from shopctl.services import (
    aging,
    allocating,
    confirming,
    crediting,
    customer_pages,
    invoicing,
    registering,
    releasing,
    resetting,
    statements,
)
from shopctl.services.allocating import Choice
from shopctl.services.deciding import Request
from shopctl.services.receipts import Receipt
from tests.support.shop import TODAY, at, bill, done, line, order, payment, sell
from tests.support.shops import NOW

D = Decimal
NUMBERS = count(1)


def told(found):
    return [
        (one.date.isoformat(), one.kind, one.number, one.text, one.amount_debit, one.amount_credit, one.amount_balance)
        for part in found.parts
        for one in part.lines
    ]


def ledger(shop):
    """Bill, pay in part, credit and pay out, and write a rest off, each on another day."""
    sell(shop, order("S1", line(100, 1, "V21")), order("S2", line(50)))
    bill(shop, "S1", "S2")
    later = [at(shop, TODAY + timedelta(days)) for days in range(1, 5)]
    done(*registering.register(later[0], [Receipt("INV/2026/00001", D(100), provider="bank", transaction="t1")]))
    done(*registering.register(later[1], [Receipt("INV/2026/00001", D("20.50"), write_off="bank-fee")]))
    done(*registering.register(later[2], [Receipt("INV/2026/00002", D(60))]))
    request = crediting.Request(Wanted(percent=D(50)), "broken", then="refund", confirm=True)
    done(*crediting.create(later[3], ["INV/2026/00002"], request))
    return later[3]


def test_everything_that_moves_the_balance_stands_in_it(shop):
    last = ledger(shop)

    found = statements.statement("ann@example.com")

    assert (found.code, found.name) == ("C1", "Ann Smith")
    assert told(found) == [
        ("2026-08-21", "invoice", "INV/2026/00001", "S1", D(121), None, D(121)),
        ("2026-08-21", "invoice", "INV/2026/00002", "S2", D(50), None, D(171)),
        ("2026-08-22", "payment", "PAY/2026/00001", "wire t1 S1", None, D(100), D(71)),
        ("2026-08-23", "payment", "PAY/2026/00002", "wire S1", None, D("20.50"), D("50.50")),
        ("2026-08-23", "write_off", "INV/2026/00001", "bank-fee", None, D("0.50"), D(50)),
        ("2026-08-24", "payment", "PAY/2026/00003", "wire S2", None, D(60), D(-10)),
        ("2026-08-25", "credit_note", "RINV/2026/00001", "S2", None, D(25), D(-35)),
        ("2026-08-25", "refund", "PAY/2026/00004", "wire S2", D(25), None, D(-10)),
    ]
    (part,), (standing,) = found.parts, found.standings
    assert (part.opening, part.closing) == (D(0), D(-10))
    assert (standing.amount_due, standing.amount_credit, standing.amount_reserved, standing.balance) == (
        D(0), D(10), D(0), D(-10),
    )  # fmt: skip
    assert last.today == date(2026, 8, 25)


def test_a_period_has_its_opening_and_closing_balance(shop):
    ledger(shop)

    (part,) = statements.statement("C1", date(2026, 8, 23), date(2026, 8, 24)).parts

    assert (part.opening, [one.number for one in part.lines], part.closing) == (
        D(71), ["PAY/2026/00002", "INV/2026/00001", "PAY/2026/00003"], D(-10),
    )  # fmt: skip


def test_money_kept_for_a_draft_is_owed_to_the_customer(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    done(*registering.register(shop, [Receipt("INV/2026/00001")]))
    done(*resetting.reset(shop, ["INV/2026/00001"], reason="wrong"))

    found = statements.statement("C1")

    (part,), (standing,) = found.parts, found.standings
    assert [one.kind for one in part.lines] == ["payment"]
    assert (part.closing, standing.amount_due, standing.amount_credit, standing.amount_reserved) == (
        D(-100), D(0), D(0), D(100),
    )  # fmt: skip


def test_money_that_went_back_without_a_credit_note_is_due_in_fact(shop):
    back = payment("t2", 30, state="refunded")
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    bill(shop, "S1")
    sell(shop, order("S1", payments=(payment("t1", 100), back)))

    found = statements.statement("C1")

    (part,), (standing,) = found.parts, found.standings
    assert (part.closing, standing.amount_due, standing.amount_credit, standing.amount_returned) == (
        D(30), D(0), D(0), D(30),
    )  # fmt: skip
    assert standing.balance == part.closing


def test_money_on_its_way_and_other_customers_do_not_count(shop):
    sell(
        shop, order("S1", state="sent", payments=(payment("t1", 100, state="pending"),)), order("S2", customer="C2"),
        payment("t3", 7, customer="C1", paid_at=NOW),
    )  # fmt: skip
    bill(shop, "S2")

    assert told(statements.statement("C1")) == [
        ("2026-08-21", "payment", "PAY/2026/00002", "wire t3", None, D(7), D(-7))
    ]


def test_unknown_customer(shop):
    with pytest.raises(NotFoundError):
        statements.statement("C404")


AMOUNTS = st.integers(1, 20_000).map(lambda cents: D(cents) / 100)
PLACE = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), st.booleans()),
        st.tuples(st.just("pay"), PLACE, AMOUNTS, st.sampled_from(["", "bank-fee", "bad-debt"])),
        st.tuples(st.just("deposit"), AMOUNTS),
        st.tuples(st.just("credit"), PLACE, st.integers(1, 100), st.sampled_from(["credit", "refund"])),
        st.tuples(st.just("allocate"), PLACE),
        st.tuples(st.just("release"), PLACE, PLACE),
        st.tuples(st.just("reset"), PLACE),
        st.tuples(st.just("confirm"), PLACE),
    ),
    max_size=10,
)


def documents(customer, state, kind="invoice"):
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number FROM invoices i JOIN customers c ON c.id = i.customer_id "
        "WHERE c.code = ? AND i.state = ? AND i.type = ? ORDER BY i.id",
        (customer, state, kind),
    )
    return [number or draft_address(key) for key, number in rows]


def one_of(found, place):
    return found[place % len(found)] if found else "INV/9999/99999"


def credits(customer):
    rows = fetch(
        Invoice,
        "SELECT p.number FROM payments p JOIN customers c ON c.id = p.customer_id "
        "WHERE c.code = ? AND p.direction = 'inbound' ORDER BY p.id",
        (customer,),
    )
    return [number for (number,) in rows] + documents(customer, "posted", "credit_note")


def act(shop, customer, number, what, *words):
    """Take one step; a refusal is as good as a success."""
    posted = documents(customer, "posted")
    if what == "bill":
        return invoicing.create(shop, [number], Request(kind="down_payment", percent=D(20), confirm=words[0]))
    if what == "pay":
        place, amount, reason = words
        return registering.register(shop, [Receipt(one_of(posted, place), amount, write_off=reason)])
    if what == "deposit":
        return registering.register(shop, [Receipt(amount=words[0], customer=customer)])
    if what == "credit":
        place, percent, then = words
        request = crediting.Request(Wanted(percent=D(percent)), "back", then=then, confirm=True)
        return crediting.create(shop, [one_of(posted, place)], request)
    if what == "allocate":
        return allocating.allocate(shop, [one_of(posted, words[0])], Choice(auto=True))
    if what == "release":
        return releasing.unallocate(shop, [one_of(posted, words[0])], [one_of(credits(customer), words[1])])
    if what == "reset":
        return resetting.reset(shop, [one_of(posted, words[0])], reason="wrong")
    return confirming.confirm(shop, [one_of(documents(customer, "draft"), words[0])])


@hypothesis.settings(max_examples=40, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(steps=STEPS)
def test_closing_balance_is_what_is_due_less_what_is_left(shop, steps):
    code = f"K{next(NUMBERS)}"
    sell(shop, CustomerRecord(code, code), order(f"S-{code}", line(500, 1, "V21"), customer=code))

    for step in steps:
        act(shop, code, f"S-{code}", *step)

    found = statements.statement(code)
    (details,) = customer_pages.show(shop, [code])
    closing = sum((part.closing for part in found.parts), D(0))
    reserved = sum((one.amount_reserved for one in found.standings), D(0))
    balances = details.customer.balances
    assert closing == sum(((one.amount_due - one.amount_credit) for one in balances), D(0)) - reserved
    assert closing == sum((one.balance for one in found.standings), D(0))
    assert all(one.amount_returned == 0 for one in found.standings)
    assert closing == sum((row.balance for row in aging.owed(shop, customer=code).totals), D(0))
