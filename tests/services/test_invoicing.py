"""Make invoices of orders: what is billed, what is refused, and what the books say afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import batch, models
from shopctl.config import Config, settings
from shopctl.domain.records import AddressRecord, LineRecord
from shopctl.errors import NotFoundError
from shopctl.services import closing, confirming, deciding, invoices, invoicing, orders, recounting
from shopctl.services.deciding import Request
from shopctl.services.listing import orders as listing
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
    payment,
    sell,
    take_in,
    wrong,
)

D = Decimal


def create(shop, *numbers, **request):
    return invoicing.create(shop, list(numbers), Request(**request))


def create_one(shop, number, **request):
    (outcome,) = create(shop, number, **request)
    return outcome


def shown(address):
    (details,) = invoices.show([address], TODAY)
    return details


def status(number):
    (details,) = orders.show([number])
    return details.order.invoice_status, [(f"{one.invoiced:.0f}", f"{one.drafted:.0f}") for one in details.lines]


def totals(row):
    return f"{row.amount_untaxed:.2f}", f"{row.amount_tax:.2f}", f"{row.amount_total:.2f}"


def deliver(quantity):
    """Say that this much was delivered of every line billed by delivery."""
    models.OrderLine.update(delivered=quantity).where(models.OrderLine.policy == "delivered").execute()
    recounting.recount(order.id for order in models.Order.select())


def change_settings(shop, **invoicing_settings):
    shop.config = Config(invoicing=settings.Invoicing(**invoicing_settings))


# Drafts and posted invoices.


def test_draft_has_an_address_and_no_number(shop):
    sell(shop, order("S1", line(50, 2, "V21")))

    outcome = done(create_one(shop, "S1"))

    row = outcome.row
    assert (outcome.change, outcome.reference) == ("created", "S1")
    assert (row.address, row.number, row.state, row.payment_status) == ("DRAFT/00001", None, "draft", "not_paid")
    assert (row.orders, row.customer_code, row.customer_name) == (("S1",), "C1", "Ann Smith")
    assert totals(row) == ("100.00", "21.00", "121.00")
    assert (row.date, row.due_date, row.amount_due, row.overdue) == (None, None, 0, False)
    assert status("S1") == ("invoiced", [("2", "2")])
    assert journal()[-1] == ("invoice.created", "DRAFT/00001")
    assert done(create_one(shop, "S1")).row == row


def test_invoice_is_posted_at_once_where_that_is_wanted(shop):
    sell(shop, order("S1", line(50, 2, "V21")))

    row = done(create_one(shop, "S1", confirm=True)).row

    assert (row.address, row.number, row.state, row.payment_status) == (
        "INV/2026/00001", "INV/2026/00001", "posted", "not_paid",
    )  # fmt: skip
    assert (row.date, row.due_date, row.amount_due) == (TODAY, TODAY, 121)
    assert shown("inv-2026-00001").invoice == row
    assert status("S1") == ("invoiced", [("2", "0")])
    assert journal()[-1] == ("invoice.posted", "INV/2026/00001")


def test_document_keeps_what_the_order_says(shop):
    text = LineRecord(kind="note", description="thank you")
    sell(shop, order("S1", line("9.99", 3, "V21", "V6", discount=D(10), description="Äpfel"), text))
    create(shop, "S1")

    details = shown("DRAFT/1")

    # 3 x 9.99 less 10 % is 26.973, rounded 26.97; 21 % of it are 5.66, 6 % are 1.62.
    assert [tuple(one) for one in details.lines] == [
        (1, "product", "A1", "Äpfel", 3, D("9.99"), 10, "V21 V6", D("26.97"), D("7.28"), D("34.25"), "S1", 1),
        (2, "note", "", "thank you", 0, 0, 0, "", 0, 0, 0, "S1", 2),
    ]
    assert [tuple(tax) for tax in details.taxes] == [("V21", D("26.97"), D("5.66")), ("V6", D("26.97"), D("1.62"))]


def test_identity_of_the_customer_is_copied(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    models.Customer.update(name="Somebody Else").where(models.Customer.code == "C1").execute()

    assert shown("INV/2026/00001").invoice.customer_name == "Ann Smith"


def test_guest_is_billed_by_the_name_of_the_address(shop):
    sell(
        shop,
        order("S1", customer=None, billing=AddressRecord(name="Zoe Guest")),
        order("S2", customer=None),
    )

    rows = [done(outcome).row for outcome in create(shop, "S1", "S2", confirm=True)]

    assert [(row.customer_code, row.customer_name) for row in rows] == [(None, "Zoe Guest"), (None, "Guest")]


def test_repeat_names_the_document_that_is_there(shop):
    sell(shop, order("S1"), order("S2"))
    create(shop, "S1")
    bill(shop, "S2")
    before = journal()

    draft, posted = create(shop, "S1", "s2")

    assert codes([draft, posted]) == ["unchanged", "unchanged"]
    assert (draft.row.address, posted.row.address) == ("DRAFT/00001", "INV/2026/00001")
    assert draft.notes == (
        "order S1 is fully invoiced already (DRAFT/00001)",
        "it is still a draft: shopctl invoice confirm DRAFT/00001",
    )
    assert posted.notes == ("order S2 is fully invoiced already (INV/2026/00001)",)
    assert journal() == before
    assert models.Invoice.select().count() == 2


def test_outcomes_come_in_the_order_asked_for(shop):
    sell(shop, order("S1"), order("S2", state="sent"), order("S3"))

    outcomes = create(shop, "S3", "S9", "S2", "S1", confirm=True)

    assert [outcome.reference for outcome in outcomes] == ["S3", "S9", "S2", "S1"]
    assert codes(outcomes) == ["created", "order.unknown", "order.not_confirmed", "created"]
    assert [outcomes[0].row.number, outcomes[3].row.number] == ["INV/2026/00001", "INV/2026/00002"]


# Refusals.


@pytest.mark.parametrize(
    ("made", "request_", "code"),
    [
        ({"state": "sent"}, {}, "order.not_confirmed"),
        ({"state": "cancelled"}, {}, "order.cancelled"),
        ({"state": "sent"}, {"kind": "down_payment", "percent": D(30)}, "order.not_confirmed"),
        ({"state": "cancelled"}, {"kind": "down_payment", "percent": D(30)}, "order.cancelled"),
        ({}, {"kind": "down_payment", "amount": D("100.01")}, "invoice.above_total"),
        ({}, {"kind": "down_payment", "amount": D("10.001")}, "usage.amount"),
        ({"customer": None}, {"confirm": True, "send": True}, "email.no_address"),
    ],
)
def test_refusal_changes_nothing(shop, made, request_, code):
    sell(shop, order("S1", **made))

    with nothing_changes():
        outcome = create_one(shop, "S1", **request_)

    assert failed(outcome).code == code
    assert outcome.reference == "S1"


@pytest.mark.parametrize(
    "one", [line(policy="delivered"), line(quantity=0), line(quantity=0, delivered=D(2)), line(0, 0)]
)
def test_nothing_to_invoice_is_refused(shop, one):
    sell(shop, order("S1", one))

    with nothing_changes():
        outcome = create_one(shop, "S1")

    assert failed(outcome).code == "order.nothing_to_invoice"


def test_closed_order_of_which_nothing_was_delivered_says_so(shop):
    sell(shop, order("S1"))
    done(closing.close(shop, ["S1"], "sold out")[0])

    with nothing_changes():
        error = failed(create_one(shop, "S1"))

    assert (error.code, error.hint) == ("order.nothing_to_invoice", "shopctl orders reopen S1")
    assert error.message == "order S1 has nothing to invoice now: it is closed, and nothing new was delivered"


def test_unknown_order_is_refused(shop):
    with nothing_changes():
        error = failed(create_one(shop, "S404"))

    assert (error.code, error.message, error.hint) == (
        "order.unknown", "there is no order S404", "shopctl orders list",
    )  # fmt: skip


def test_fully_invoiced_order_takes_no_down_payment(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    with nothing_changes():
        outcome = create_one(shop, "S1", kind="down_payment", percent=D(30))

    assert failed(outcome).code == "invoice.nothing_left"


def test_date_before_the_last_one_is_refused(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    bill(shop, "S1")

    with nothing_changes():
        outcome = create_one(shop, "S2", confirm=True, date=date(2026, 8, 20))

    assert failed(outcome).code == "invoice.date_order"
    assert bill(shop, "S3") == ["INV/2026/00002"]
    assert status("S2") == ("to_invoice", [("0", "0")])


# Policies.


def test_delivered_quantities_are_billed_as_they_come(shop):
    ordered = order("S1", line(10, 10, policy="delivered", delivered=D(4)))
    sell(shop, ordered)
    first = done(create_one(shop, "S1", confirm=True)).row
    waiting = status("S1")
    models.OrderLine.update(delivered=10).execute()

    second = done(create_one(shop, "S1", confirm=True)).row

    assert (first.amount_total, second.amount_total) == (40, 60)
    assert waiting == ("no", [("4", "0")])
    assert status("S1") == ("invoiced", [("10", "0")])


def test_policy_of_the_request_goes_before_that_of_the_line(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(4))))

    assert done(create_one(shop, "S1", policy="ordered")).row.amount_total == 100


def test_returned_goods_are_credited_once(shop):
    sell(shop, order("S1", line(10, 10, "V21", policy="delivered", delivered=D(10))))
    bill(shop, "S1")
    models.OrderLine.update(delivered=9).execute()

    outcome = done(create_one(shop, "S1", confirm=True))
    row = outcome.row

    assert (row.number, row.type, totals(row)) == ("RINV/2026/00001", "credit_note", ("10.00", "2.10", "12.10"))
    assert outcome.notes == ("a credit note: order S1 was billed more than it is to be billed now", "posted")
    assert status("S1")[1] == [("9", "0")]


# Picked lines, and several orders on one document.


def test_goods_that_all_come_back_are_credited_as_they_were_billed(shop):
    sell(shop, order("S1", line("3.3333", 3, policy="delivered")))
    amounts = []
    for quantity in (1, 2, 0, 3):
        deliver(quantity)
        row = done(create_one(shop, "S1", confirm=True)).row
        amounts.append((row.type, f"{row.amount_total:.2f}"))

    # 3.33 twice comes back as 6.66, though two are 6.67; so all four add up to the 10.00 of the order.
    assert amounts == [("invoice", "3.33"), ("invoice", "3.33"), ("credit_note", "6.66"), ("invoice", "10.00")]
    assert wrong(shop) == []


def test_picked_lines_are_billed_and_the_rest_later(shop):
    sell(shop, order("S1", line(10, 3, "V21"), line(20, 2, "V6"), line(5)))

    first = done(create_one(shop, "S1", picked={1: D(2), 2: None}, confirm=True)).row
    between = status("S1")
    rest = done(create_one(shop, "S1", confirm=True)).row

    # 2 x 10 + 21 % and 2 x 20 + 6 %; then 1 x 10 + 21 % and 5.00 untaxed: 81.70 in all.
    assert (totals(first), totals(rest)) == (("60.00", "6.60", "66.60"), ("15.00", "2.10", "17.10"))
    assert between == ("to_invoice", [("2", "0"), ("2", "0"), ("0", "0")])
    assert status("S1")[0] == "invoiced"
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("picked", "code"),
    [({7: None}, "order.line_unknown"), ({1: D(4)}, "invoice.above_policy"), ({2: None}, "invoice.above_policy")],
)
def test_lines_that_cannot_be_picked_are_refused(shop, picked, code):
    sell(shop, order("S1", line(10, 3), line(10, 3, policy="delivered")))

    with nothing_changes():
        outcome = create_one(shop, "S1", picked=picked)

    assert failed(outcome).code == code


def test_returns_wait_where_down_payments_are_left_out(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(10))))
    bill(shop, "S1")
    deliver(9)

    with nothing_changes():
        outcome = create_one(shop, "S1", deduct=False)

    assert failed(outcome).code == "order.nothing_to_invoice"


def together(shop, *numbers, **request):
    return invoicing.create_together(shop, deciding.bundles_of(numbers), Request(**request))


HOME, WORK = AddressRecord(street="Home 1", country="BE"), AddressRecord(street="Work 2", country="BE")


def test_orders_of_a_customer_are_billed_together_where_they_fit(shop):
    sell(
        shop,
        order("A1", line(100, 1, "V21"), shipping=HOME),
        order("B1", line(50), customer="C2"),
        order("A2", line(10, 1, "V6"), shipping=HOME),
        order("A3", line(7), shipping=WORK),
        order("G1", customer=None),
        order("G2", customer=None),
    )

    outcomes = together(shop, "A1", "B1", "A2", "A3", "G1", "G2", confirm=True)

    assert [(one.reference, done(one).row.number, f"{one.row.amount_total:.2f}") for one in outcomes] == [
        ("A1+A2", "INV/2026/00001", "131.60"), ("B1", "INV/2026/00002", "50.00"), ("A3", "INV/2026/00003", "7.00"),
        ("G1", "INV/2026/00004", "100.00"), ("G2", "INV/2026/00005", "100.00"),
    ]  # fmt: skip
    details = shown("INV/2026/00001")
    assert details.invoice.orders == ("A1", "A2")
    assert [(one.kind, one.description) for one in details.lines] == [
        ("section", "Order A1"), ("product", "Apple"), ("section", "Order A2"), ("product", "Apple"),
    ]  # fmt: skip
    assert [(one.order, one.order_line) for one in details.lines] == [("", None), ("A1", 1), ("", None), ("A2", 1)]
    assert [status(number)[0] for number in ("A1", "A2", "A3")] == ["invoiced"] * 3
    assert wrong(shop) == []


@pytest.mark.parametrize(
    "other",
    [{"currency": "USD"}, {"terms": "N30"}, {"tax_rounding": "per_line"}, {"billing": WORK}, {"customer": "C2"}],
)
def test_orders_that_differ_in_what_a_document_says_once_are_billed_apart(shop, other):
    sell(shop, order("A1", billing=HOME), order("A2", **{"billing": HOME, **other}))

    assert [one.reference for one in together(shop, "A1", "A2")] == ["A1", "A2"]


def test_money_of_all_orders_of_a_document_is_used(shop):
    sell(
        shop,
        order("A1", payments=(payment("P1", 100),)),
        order("A2", payments=(payment("P2", 60),)),
    )

    row = done(together(shop, "A1", "A2", confirm=True)[0]).row

    assert (row.amount_total, row.amount_due, row.payment_status) == (200, 40, "partial")
    assert (money("A1"), money("A2")) == (("100.00", "0.00", "paid"), ("60.00", "0.00", "partial"))
    assert wrong(shop) == []


def test_down_payments_and_returns_join_the_common_document(shop):
    sell(shop, order("A1", line(100)), order("A2", line(10, 10, policy="delivered", delivered=D(10))))
    bill(shop, "A2")
    deliver(9)
    bill(shop, "A1", kind="down_payment", percent=D(30))

    row = done(together(shop, "A1", "A2", confirm=True)[0]).row

    # 100 less the 30 taken before, less one of 10 that came back.
    assert (row.type, totals(row)) == ("invoice", ("60.00", "0.00", "60.00"))
    assert [status(number)[0] for number in ("A1", "A2")] == ["invoiced", "no"]
    assert wrong(shop) == []


def test_order_that_is_refused_fails_alone(shop):
    sell(shop, order("A1"), order("A2", line(0, 0)), order("A3", state="sent"), order("A4"))
    create(shop, "A4")

    outcomes = together(shop, "A1", "A2", "A3", "A4", "A9")

    assert [(one.reference, code) for one, code in zip(outcomes, codes(outcomes), strict=True)] == [
        ("A2", "order.nothing_to_invoice"), ("A3", "order.not_confirmed"), ("A9", "order.unknown"),
        ("A1", "created"), ("A4", "unchanged"),
    ]  # fmt: skip
    assert shown("DRAFT/2").invoice.orders == ("A1",)


def test_refusal_of_a_common_document_is_told_for_each_order(shop):
    sell(shop, order("A1"), order("A2"), order("A3", customer="C2"))
    bill(shop, "A3")

    with nothing_changes():
        outcomes = together(shop, "A1", "A2", confirm=True, date=date(2026, 8, 20))

    assert [(one.reference, failed(one).code) for one in outcomes] == [
        ("A1", "invoice.date_order"), ("A2", "invoice.date_order"),
    ]  # fmt: skip


# Down payments.


THREE_TAXES = (line(100, 1, "V21"), line(50, 1, "V6"), line(30))


def test_down_payment_and_final_invoice_add_up_to_the_order(shop):
    sell(shop, order("S1", *THREE_TAXES))

    advance = done(create_one(shop, "S1", kind="down_payment", percent=D(30), confirm=True)).row
    between = status("S1")[0]
    final = done(create_one(shop, "S1", confirm=True))

    assert (advance.kind, totals(advance)) == ("down_payment", ("54.00", "7.20", "61.20"))
    assert between == "to_invoice"
    assert (final.row.kind, totals(final.row)) == ("regular", ("126.00", "16.80", "142.80"))
    assert [(one.kind, one.quantity) for one in shown(final.row.address).lines] == [
        ("product", 1), ("product", 1), ("product", 1), ("section", 0),
        ("down_payment", -1), ("down_payment", -1), ("down_payment", -1),
    ]  # fmt: skip
    assert status("S1")[0] == "invoiced"
    assert models.Order.get().advance == 0
    assert wrong(shop) == []


def test_down_payment_is_deducted_only_once(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(6))))
    create(shop, "S1", kind="down_payment", amount=D(50), confirm=True)
    first = done(create_one(shop, "S1", confirm=True)).row
    models.OrderLine.update(delivered=10).execute()

    second = done(create_one(shop, "S1", confirm=True)).row

    assert (first.amount_total, second.amount_total) == (10, 40)


def test_draft_of_a_down_payment_is_deducted_with_a_note(shop):
    sell(shop, order("S1"))
    create(shop, "S1", kind="down_payment", percent=D(40))

    outcome = done(create_one(shop, "S1"))

    assert outcome.row.amount_total == 60
    assert outcome.notes == ("deducts DRAFT/00001, which is still a draft",)


def test_down_payments_can_be_left_out(shop):
    sell(shop, order("S1"))
    create(shop, "S1", kind="down_payment", percent=D(40), confirm=True)

    assert done(create_one(shop, "S1", deduct=False)).row.amount_total == 100


def test_everything_paid_in_advance_ends_with_an_invoice_of_zero(shop):
    sell(shop, order("S1", line("12870.59")))
    halves = [done(create_one(shop, "S1", kind="down_payment", percent=D(50), confirm=True)).row for _ in range(2)]
    between = status("S1")[0]

    final = done(create_one(shop, "S1", confirm=True)).row

    assert [f"{half.amount_total:.2f}" for half in halves] == ["6435.30", "6435.29"]
    assert between == "to_invoice"
    assert (final.type, final.amount_total, final.payment_status) == ("invoice", 0, "paid")
    assert status("S1")[0] == "invoiced"
    assert wrong(shop) == []


def test_down_payments_above_the_order_need_force(shop):
    sell(shop, order("S1"))
    create(shop, "S1", kind="down_payment", percent=D(60), confirm=True)

    with nothing_changes():
        refused = create_one(shop, "S1", kind="down_payment", percent=D(50))
    forced = done(create_one(shop, "S1", kind="down_payment", percent=D(50), force=True))
    nothing_left = failed(create_one(shop, "S1", kind="down_payment", percent=D(1)))

    assert failed(refused).code == "invoice.above_total"
    assert failed(refused).hint.startswith("shopctl invoice create S1 --type down-payment --amount 40.00")
    assert forced.row.amount_total == 50
    assert forced.notes == ("50.00 EUR is more than the 40.00 EUR of the order that is not billed yet",)
    assert nothing_left.hint == "shopctl invoice create S1 bills what is due; --force takes it all the same"


def test_down_payments_larger_than_the_delivery_make_a_credit_note(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(1))))
    create(shop, "S1", kind="down_payment", percent=D(50), confirm=True)

    row = done(create_one(shop, "S1", confirm=True)).row

    assert (row.type, row.amount_total, row.number) == ("credit_note", 40, "RINV/2026/00001")
    assert (status("S1"), models.Order.get().advance) == (("no", [("1", "0")]), 0)


def test_several_orders_get_a_down_payment_each(shop):
    sell(shop, order("S1"), order("S2", line(200)))

    rows = [done(outcome).row for outcome in create(shop, "S1", "S2", kind="down_payment", percent=D(25))]

    assert [(row.orders, row.amount_total) for row in rows] == [(("S1",), 25), (("S2",), 50)]


# Money and dates.


def test_own_payment_of_the_order_pays_the_invoice_at_once(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))

    outcome = done(create_one(shop, "S1", confirm=True))

    assert (outcome.row.payment_status, outcome.row.amount_due, outcome.notes) == ("paid", 0, ("PAID",))
    assert [(one.credit, one.amount) for one in shown("INV/2026/00001").allocations] == [("PAY/2026/00001", 100)]
    assert models.Payment.get().allocated == 100
    assert money("S1") == ("100.00", "0.00", "paid")


def test_own_payment_stays_outstanding_where_that_is_wanted(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))

    row = done(create_one(shop, "S1", confirm=True, allocate=False)).row

    assert (row.payment_status, row.amount_due) == ("not_paid", 100)
    assert [(offer.credit, offer.why) for offer in shown("INV/2026/00001").outstanding_credits] == [
        ("PAY/2026/00001", "same order, same amount")
    ]
    assert models.Payment.get().allocated == 0


@pytest.mark.parametrize(
    ("paid", "status_", "due", "left"), [(60, "partial", 40, 0), (100, "paid", 0, 0), (150, "paid", 0, 50)]
)
def test_payment_of_another_size_is_used_as_far_as_it_goes(shop, paid, status_, due, left):
    sell(shop, order("S1", payments=(payment("t1", paid),)))

    row = done(create_one(shop, "S1", confirm=True)).row

    assert (row.payment_status, row.amount_due) == (status_, due)
    stored = models.Payment.get()
    assert stored.amount - stored.allocated == left


def test_payments_that_are_not_here_are_not_used(shop):
    sell(
        shop,
        order("S1", payments=(payment("t1", 100, state="pending"),)),
        order("S2", payments=(payment("t2", 100, state="failed"),)),
        order("S3", payments=(payment("t3", 100, state="authorized"),)),
        order("S4", payments=(payment("t4", 100), payment("t5", 70, state="refunded"))),
        payment("t6", 100, customer="C1"),
        order("S5"),
    )

    rows = [done(outcome).row for outcome in create(shop, "S1", "S2", "S3", "S4", "S5", confirm=True)]

    assert [row.amount_due for row in rows] == [100, 100, 100, 70, 100]
    assert wrong(shop) == []


def test_money_of_an_order_pays_its_documents_one_after_the_other(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(4)), payments=(payment("t1", 100),)))
    first = done(create_one(shop, "S1", confirm=True)).row
    models.OrderLine.update(delivered=10).execute()
    second = done(create_one(shop, "S1", confirm=True)).row

    assert (first.amount_total, first.payment_status) == (40, "paid")
    assert (second.amount_total, second.payment_status) == (60, "paid")
    assert models.Payment.get().allocated == 100


def test_due_date_comes_from_the_terms_of_the_order(shop):
    sell(shop, order("S1", terms="N30"), order("S2", terms="HALVES"))

    rows = [done(outcome).row for outcome in create(shop, "S1", "S2", confirm=True)]

    assert [row.due_date for row in rows] == [date(2026, 9, 20), date(2026, 9, 20)]
    assert [tuple(part) for part in shown("INV/2026/00002").installments] == [
        (TODAY, 30, 30), (date(2026, 9, 20), 70, 70),
    ]  # fmt: skip


def test_due_date_comes_from_the_settings(shop):
    sell(shop, order("S1"), order("S2"))

    change_settings(shop, due_days=14)
    by_days = done(create_one(shop, "S1", confirm=True)).row
    change_settings(shop, terms="N30", due_days=14)
    by_terms = done(create_one(shop, "S2", confirm=True)).row

    assert (by_days.due_date, by_terms.due_date) == (date(2026, 9, 4), date(2026, 9, 20))


def test_due_date_that_is_typed_goes_before_the_terms(shop):
    sell(shop, order("S1", terms="HALVES"))

    row = done(create_one(shop, "S1", confirm=True, due=date(2026, 12, 24))).row

    assert row.due_date == date(2026, 12, 24)
    assert [tuple(part)[:2] for part in shown(row.number).installments] == [(date(2026, 12, 24), 100)]


def test_terms_of_the_request_go_before_those_of_the_order(shop):
    sell(shop, order("S1", terms="HALVES"), order("S2", terms="HALVES"))

    posted = done(create_one(shop, "S1", confirm=True, terms="N30")).row
    done(create_one(shop, "S2", terms="N30"))
    confirmed = done(confirming.confirm(shop, ["DRAFT/00002"])[0]).row

    assert [row.due_date for row in (posted, confirmed)] == [date(2026, 9, 20)] * 2
    assert [shown(row.number).terms for row in (posted, confirmed)] == ["N30", "N30"]
    assert len(shown(confirmed.number).installments) == 1
    assert wrong(shop) == []


def test_unknown_terms_of_the_request_bill_nothing(shop):
    sell(shop, order("S1"))

    with nothing_changes(), pytest.raises(NotFoundError) as refused:
        create_one(shop, "S1", terms="N31")

    assert (refused.value.code, refused.value.hint) == ("terms.unknown", "shopctl terms list")


def test_dates_typed_for_a_draft_are_kept_until_it_is_posted(shop):
    sell(shop, order("S1"))
    draft = done(create_one(shop, "S1", date=date(2026, 8, 1), due=date(2026, 8, 15))).row

    (outcome,) = confirming.confirm(shop, [draft.address])

    assert (outcome.row.date, outcome.row.due_date, outcome.row.overdue) == (
        date(2026, 8, 1), date(2026, 8, 15), True,
    )  # fmt: skip


def test_day_of_the_invoice_is_a_day_in_the_shops_zone(shop):
    sell(shop, order("S1"))
    shop.config = Config(shop=settings.ShopSettings(timezone="Pacific/Auckland"))

    row = done(create_one(at(shop, TODAY), "S1", confirm=True)).row

    assert row.date == TODAY + timedelta(days=1)


# Lists that are worked through in a batch.


def test_all_that_is_to_invoice_is_listed_oldest_first(shop):
    sell(
        shop,
        order("S2"),
        order("S1"),
        order("S3", state="sent"),
        order("S4", line(policy="delivered")),
        order("S5", state="cancelled"),
    )

    listed = listing.numbers_to_invoice()

    assert listed == ["S1", "S2"]
    assert codes(create(shop, *listed)) == ["created", "created"]
    assert listing.numbers_to_invoice() == []


def test_order_named_twice_is_billed_once(shop):
    sell(shop, order("S1"), order("S2"))

    outcomes = list(
        batch.run(shop, ["S1", "S2", "s1"], lambda part: invoicing.create(shop, part, Request(confirm=True)))
    )

    assert codes(outcomes) == ["created", "created", "unchanged"]
    assert models.Invoice.select().count() == 2


def test_re_imported_orders_are_billed_once(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    assert codes(take_in(shop, order("S1"))) == ["unchanged"]
    assert codes(create(shop, "S1")) == ["unchanged"]


def test_posting_an_order_that_a_draft_bills_names_the_draft(shop):
    sell(shop, order("S1"))
    done(create_one(shop, "S1"))

    with nothing_changes():
        refused = failed(create_one(shop, "S1", confirm=True))

    assert (refused.code, refused.hint) == ("invoice.draft_exists", "shopctl invoice confirm DRAFT/00001")
