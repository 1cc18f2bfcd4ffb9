"""Register money: for an invoice, an order or a customer; never twice, never lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import batch, models
from shopctl.errors import ExitStatus
from shopctl.services import invoices, invoicing, payments, registering
from shopctl.services.deciding import Request
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    TODAY,
    bank_line,
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
    wrong,
)

D = Decimal


def register(shop, *receipts):
    return registering.register(
        shop, [Receipt(receipt) if isinstance(receipt, str) else receipt for receipt in receipts]
    )


def register_one(shop, reference="", **more):
    (outcome,) = register(shop, Receipt(reference, **more))
    return outcome


def paid(*numbers):
    return [
        (details.invoice.payment_status, f"{details.invoice.amount_due:.2f}")
        for details in invoices.show(numbers, TODAY)
    ]


# For an invoice.


def test_payment_of_an_invoice_makes_it_paid(shop):
    sell(shop, order("S1", line(100, 1, "V21")))
    bill(shop, "S1")

    outcome = done(register_one(shop, "inv-2026-00001"))

    row = outcome.row
    assert (outcome.change, outcome.notes) == ("created", ("INV/2026/00001 is PAID",))
    assert (row.number, row.amount, row.amount_allocated, row.amount_left) == ("PAY/2026/00001", 121, 121, 0)
    assert (row.state, row.direction, row.method, row.date, row.order, row.customer_code) == (
        "done", "inbound", "wire", TODAY, "S1", "C1",
    )  # fmt: skip
    assert paid("INV/2026/00001") == [("paid", "0.00")]
    assert money("S1") == ("121.00", "0.00", "paid")
    assert journal()[-2:] == [("payment.registered", "PAY/2026/00001"), ("payment.allocated", "INV/2026/00001")]


def test_part_of_what_is_due_leaves_the_rest(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    register_one(shop, "INV/2026/00001", amount=D("99.99"))
    between = paid("INV/2026/00001")
    rest = done(register_one(shop, "INV/2026/00001")).row

    assert between == [("partial", "0.01")]
    assert (rest.amount, paid("INV/2026/00001")) == (D("0.01"), [("paid", "0.00")])


def test_more_than_is_due_stays_a_credit(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    outcome = done(register_one(shop, "INV/2026/00001", amount=D(150)))

    assert (outcome.row.amount_allocated, outcome.row.amount_left) == (100, 50)
    assert outcome.notes[-1] == "50.00 EUR is not used yet and stays an outstanding credit"
    assert [(one.credit, one.amount_left) for one in outstanding()] == [("PAY/2026/00001", 50)]
    assert money("S1") == ("150.00", "0.00", "overpaid")


def test_what_the_bank_tells_is_kept(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    row = done(
        register_one(
            shop, "INV/2026/00001", date=date(2026, 8, 3), method="card", provider="bank", transaction="B-17",
            memo="thanks",
        )
    ).row  # fmt: skip

    assert (row.date, row.method, row.provider, row.reference, row.memo) == (
        date(2026, 8, 3), "card", "bank", "B-17", "thanks",
    )  # fmt: skip


def test_fee_of_a_provider_is_kept_and_the_customer_has_paid_everything(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    row = done(register_one(shop, "INV/2026/00001", amount=D(100), fee=D("1.75"))).row

    assert (row.amount, row.fee, row.amount_net, row.amount_allocated) == (100, D("1.75"), D("98.25"), 100)
    assert paid("INV/2026/00001") == [("paid", "0.00")]


def test_line_of_the_statement_is_kept(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    seen = bank_line(100)

    register_one(shop, "INV/2026/00001", line=seen)

    assert [one.line_id for one in models.Payment.select()] == [seen]


# For an order.


def test_payment_of_a_waiting_order_confirms_it(shop):
    sell(shop, order("S1", state="sent", payments=(payment("w1", 100, state="pending"),)))
    waiting = money("S1")

    row = done(register_one(shop, "s1")).row

    stored = models.Order.get()
    assert waiting == ("0.00", "100.00", "pending")
    assert (row.amount, row.amount_left, row.order) == (100, 100, "S1")
    assert (stored.state, stored.confirmed_at, stored.invoice_status) == ("confirmed", shop.now, "to_invoice")
    assert money("S1") == ("100.00", "0.00", "paid")
    assert [(one.reference, one.state) for one in models.Payment.select().order_by(models.Payment.id)] == [
        ("w1", "cancelled"), (None, "done"),
    ]  # fmt: skip
    assert [action for action, _ in journal()[-3:]] == [
        "order.confirmed", "payment.superseded", "payment.registered",
    ]  # fmt: skip


def test_payment_of_an_order_pays_its_invoices_oldest_first(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(6))))
    bill(shop, "S1", due=date(2026, 9, 30))
    models.OrderLine.update(delivered=10).execute()
    bill(shop, "S1", due=date(2026, 9, 1))

    row = done(register_one(shop, "S1", amount=D(50))).row

    assert row.amount_allocated == 50
    assert paid("INV/2026/00001", "INV/2026/00002") == [("partial", "50.00"), ("paid", "0.00")]


def test_payment_of_an_order_leaves_its_drafts_alone(shop):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], Request())

    row = done(register_one(shop, "S1")).row

    assert (row.amount, row.amount_left) == (100, 100)
    assert paid("DRAFT/00001") == [("not_paid", "0.00")]


def test_order_asks_only_for_what_is_not_paid(shop):
    sell(shop, order("S1", payments=(payment("t1", 30),)))

    assert done(register_one(shop, "S1")).row.amount == 70


# Never twice.


def test_same_transaction_is_registered_once(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", "S2")
    receipt = Receipt("INV/2026/00001", amount=D(100), provider="bank", transaction="B-17")
    register(shop, receipt)
    before = journal()

    (again,) = register(shop, receipt)

    assert (codes([again]), again.row.number, again.notes) == (
        ["unchanged"], "PAY/2026/00001", ("registered already",),
    )  # fmt: skip
    assert journal() == before
    assert models.Payment.select().count() == 1
    assert codes(register(shop, Receipt("INV/2026/00002", provider="other", transaction="B-17"))) == ["created"]


def test_same_transaction_with_another_amount_is_a_conflict(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register_one(shop, "INV/2026/00001", amount=D(40), provider="bank", transaction="B-17")

    with nothing_changes():
        outcome = register_one(shop, "INV/2026/00001", amount=D(60), provider="bank", transaction="B-17")

    assert (failed(outcome).code, failed(outcome).status) == ("payment.reference_used", ExitStatus.CONFLICT)
    assert failed(outcome).message == ("the transaction B-17 is registered already, with 40 instead of 60")


@pytest.mark.parametrize(
    ("state", "told", "hint"),
    [
        ("pending", "only announced", "register it without this reference, and it takes the place of PAY/2026/00001"),
        ("authorized", "only authorized", "shopctl payment capture PAY/2026/00001"),
        ("failed", "failed", "shopctl payment show PAY/2026/00001"),
    ],
)
def test_transaction_whose_money_is_not_here_is_no_repeat(shop, state, told, hint):
    sell(shop, order("S1", state="sent", payments=(payment("B-17", 100, state=state),)))

    with nothing_changes():
        error = failed(register_one(shop, "S1", amount=D(100), provider="bank", transaction="B-17"))

    assert (error.code, error.status, error.message, error.hint) == (
        "payment.reference_used",
        ExitStatus.CONFLICT,
        f"the transaction B-17 is PAY/2026/00001, which is {told}",
        hint,
    )


def test_same_transaction_twice_in_one_file_is_registered_once(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    receipt = Receipt("INV/2026/00001", amount=D(30), provider="bank", transaction="B-17")

    outcomes = list(batch.run(shop, [receipt, receipt], lambda part: registering.register(shop, part)))

    assert codes(outcomes) == ["created", "unchanged"]
    assert paid("INV/2026/00001") == [("partial", "70.00")]


def test_paid_invoice_answers_its_payment(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register_one(shop, "INV/2026/00001")

    outcome = register_one(shop, "INV/2026/00001")

    assert (codes([outcome]), done(outcome).row.number) == (["unchanged"], "PAY/2026/00001")
    assert outcome.notes == ("INV/2026/00001 is paid already; nothing was registered",)
    assert models.Payment.select().count() == 1


def test_several_receipts_of_one_document_share_what_is_due(shop):
    sell(shop, order("S1"), order("S2", state="sent"))
    bill(shop, "S1")

    outcomes = register(
        shop, Receipt("INV/2026/00001", amount=D(80)), Receipt("inv/2026/00001", amount=D(80)), "INV/2026/00001",
        Receipt("S2", amount=D(25)), "S2",
    )  # fmt: skip

    assert codes(outcomes) == ["created", "created", "payment.nothing_due", "created", "created"]
    assert [outcome.row.amount_allocated for outcome in outcomes[:2]] == [80, 20]
    assert (paid("INV/2026/00001"), outcomes[4].row.amount) == ([("paid", "0.00")], 75)
    assert (money("S1"), money("S2")) == (("160.00", "0.00", "overpaid"), ("100.00", "0.00", "paid"))
    assert wrong(shop) == []


# Refusals.


@pytest.mark.parametrize(
    ("receipt", "code", "status"),
    [
        (Receipt("S404"), "invoice.unknown", ExitStatus.NOT_FOUND),
        (Receipt("DRAFT/00099"), "invoice.unknown", ExitStatus.NOT_FOUND),
        (Receipt("DRAFT/00001"), "invoice.not_posted", ExitStatus.REJECTED),
        (Receipt("S3"), "order.cancelled", ExitStatus.REJECTED),
        (Receipt("S4"), "payment.nothing_due", ExitStatus.REJECTED),
        (Receipt("S4", amount=D(5)), "payment.nothing_due", ExitStatus.REJECTED),
        (Receipt("S2", amount=D(0)), "payment.amount", ExitStatus.REJECTED),
        (Receipt("S2", amount=D(-5)), "payment.amount", ExitStatus.REJECTED),
        (Receipt("S2", amount=D("5.001")), "usage.amount", ExitStatus.USAGE),
        (Receipt(customer="nobody", amount=D(5)), "customer.unknown", ExitStatus.NOT_FOUND),
        (Receipt(customer="C1"), "payment.nothing_due", ExitStatus.REJECTED),
        (Receipt(customer="C1", amount=D("5.5"), currency="JPY"), "usage.amount", ExitStatus.USAGE),
    ],
)
def test_refusal_changes_nothing(shop, receipt, code, status):
    sell(
        shop,
        order("S1"),
        order("S2", state="sent"),
        order("S3", state="cancelled"),
        order("S4", payments=(payment("t4", 100),)),
    )
    invoicing.create(shop, ["S1"], Request())

    with nothing_changes():
        (outcome,) = register(shop, receipt)

    assert (failed(outcome).code, failed(outcome).status) == (code, status)


def test_credit_note_cannot_be_paid(shop):
    sell(shop, order("S1", line(10, 5, policy="delivered", delivered=D(5))))
    bill(shop, "S1")
    models.OrderLine.update(delivered=3).execute()
    bill(shop, "S1")

    with nothing_changes():
        outcome = register_one(shop, "RINV/2026/00001")

    assert failed(outcome).code == "invoice.not_posted"


def test_refusal_does_not_disturb_its_neighbours(shop):
    sell(shop, order("S1"), order("S2"))

    outcomes = register(shop, "S1", "S404", Receipt("S2", amount=D(-1)), "S2")

    assert codes(outcomes) == ["created", "invoice.unknown", "payment.amount", "created"]
    assert [outcomes[0].row.number, outcomes[3].row.number] == ["PAY/2026/00001", "PAY/2026/00002"]


# For a customer.


def test_money_without_a_document_is_a_credit_of_the_customer(shop):
    sell(shop)

    rows = [
        done(register_one(shop, customer="ANN@example.com", amount=D(20))).row,
        done(register_one(shop, customer="c2", amount=D(3000), currency="JPY")).row,
    ]

    assert [(row.customer_code, row.order, row.currency, row.amount_left) for row in rows] == [
        ("C1", None, "EUR", 20), ("C2", None, "JPY", 3000),
    ]  # fmt: skip


def test_payment_tells_where_it_went(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    register_one(shop, "INV/2026/00001", amount=D(150))

    (details,) = payments.show(["pay-2026-00001"])

    assert [tuple(used) for used in details.allocations] == [("INV/2026/00001", 100, TODAY, None, "")]
    assert [event.action for event in details.events] == ["payment.registered"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "wrie"}, "usage"),
        ({"method": ""}, "usage"),
        ({"date": TODAY + timedelta(days=1)}, "payment.date_future"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop, changes, code):
    sell(shop, order("S1"))

    with nothing_changes():
        (refused,) = registering.register(shop, [Receipt("S1", **changes)])

    assert failed(refused).code == code
