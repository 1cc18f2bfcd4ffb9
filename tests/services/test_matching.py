"""Match stored lines with stored documents, and settle them: once, never above what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config
from shopctl.config.settings import Invoicing
from shopctl.domain.access import Actor
from shopctl.domain.outcomes import Change
from shopctl.errors import ForbiddenError
from shopctl.services import annulling, assigning, registering
from shopctl.services.assigning import Chosen
from shopctl.services.matching import Matches
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
    payment,
    sell,
    wrong,
)

D = Decimal
FIRST = "INV/2026/00001"


def sure(shop, **more):
    return [(row.line, row.documents, row.score) for row in Matches(shop, **more).sure]


def apply(shop):
    return assigning.assign(shop, Matches(shop).chosen())


def assign(shop, *chosen):
    return assigning.assign(shop, [Chosen(*one) for one in chosen])


def lines():
    """Tell state and settled amount of every line."""
    return [(row.state, row.settled) for row in models.BankLine.select().order_by(models.BankLine.id)]


def paid(number=FIRST):
    row = models.Invoice.get(models.Invoice.number == number)
    return row.payment_status, row.amount_total - row.allocated


def waiting(shop, *records):
    sell(shop, order("S1", line(100), state="sent", payment_method="wire"), *records)


def test_a_transfer_confirms_the_order_that_waits_for_it(shop):
    waiting(shop)
    bank_line(100, text="order S1", name="ANN SMITH", iban="DE89370400440532013000")

    assert sure(shop) == [("LINE/00001", "S1", 150)]
    outcome = done(apply(shop)[0])

    assert (outcome.change, outcome.row.amount, outcome.row.order) == (Change.CREATED, 100, "S1")
    assert outcome.notes == ("LINE/00001 is for S1", "order S1 is confirmed",
                             "100.00 EUR is not used yet and stays an outstanding credit")  # fmt: skip
    assert models.Order.get().state == "confirmed"
    assert money("S1") == ("100.00", "0.00", "paid")
    assert lines() == [("settled", 100)]
    assert wrong(shop) == []
    assert ("bank.settled", "LINE/00001") in journal()


def test_a_transfer_pays_the_invoice_of_the_order_that_it_quotes(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    bank_line(100, reference="S1", name="Ann Smith")

    assert sure(shop) == [("LINE/00001", FIRST, 150)]
    apply(shop)

    assert (paid(), lines()) == (("paid", 0), [("settled", 100)])
    (stored,) = models.Payment.select()
    assert (stored.line_id, stored.provider, stored.reference, stored.date) == (1, "bank", "LINE/00001", TODAY)


def test_a_structured_reference_is_enough(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    models.Invoice.update(reference="RF08 2026 0000 1").execute()
    bank_line(60, text="RF08202600001")

    assert sure(shop) == [("LINE/00001", FIRST, 110)]
    apply(shop)

    assert paid() == ("partial", 40)


def test_nothing_is_matched_twice(shop):
    waiting(shop)
    bank_line(100, text="S1", name="Ann Smith")
    chosen = Matches(shop).chosen()
    assigning.assign(shop, chosen)

    with nothing_changes():
        assert failed(assigning.assign(shop, chosen)[0]).code == "bank.line_settled"
    assert Matches(shop).chosen() == []


def test_one_line_pays_several_documents(shop):
    sell(shop, order("S1", line(100)), order("S2", line(30)))
    bill(shop, "S1", "S2")
    bank_line(130, text="INV/2026/00001 INV/2026/00002", name="Ann Smith")

    assert codes(apply(shop)) == ["created"]

    assert [paid(number) for number in (FIRST, "INV/2026/00002")] == [("paid", 0), ("paid", 0)]
    assert models.Payment.select().count() == 1


def test_one_line_pays_orders_with_a_payment_each(shop):
    waiting(shop, order("S2", line(30), state="sent"))
    bank_line(135, text="S1 and S2", name="Ann Smith")

    outcomes = apply(shop)

    assert codes(outcomes) == ["created", "created"]
    assert [outcome.row.amount for outcome in outcomes] == [100, 35]
    assert (money("S1"), money("S2")) == (("100.00", "0.00", "paid"), ("35.00", "0.00", "overpaid"))
    assert lines() == [("settled", 135)]
    references = [row.reference for row in models.Payment.select().order_by(models.Payment.id)]
    assert references == ["LINE/00001", "LINE/00001.2"]


def test_one_line_pays_orders_as_far_as_it_goes(shop):
    waiting(shop, order("S2", line(30), state="sent"), order("S3", line(50), state="sent"))
    bank_line(120, text="S1 S2 S3", name="Ann Smith")

    assert codes(apply(shop)) == ["created", "created"]

    assert [money(number)[0] for number in ("S1", "S2", "S3")] == ["100.00", "20.00", "0.00"]
    assert lines() == [("settled", 120)]


def test_one_line_pays_of_orders_what_another_line_leaves(shop):
    waiting(shop, order("S2", line(100), state="sent"))
    bank_line(40, text="S1", name="Ann Smith")
    bank_line(160, text="S1 S2", name="Ann Smith")

    assert codes(apply(shop)) == ["created"] * 3

    assert (money("S1"), money("S2")) == (("100.00", "0.00", "paid"), ("100.00", "0.00", "paid"))


def test_two_lines_pay_one_document(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    bank_line(40, text="INV/2026/00001 part one")
    bank_line(60, text="INV/2026/00001 part two")

    assert codes(apply(shop)) == ["created", "created"]
    assert paid() == ("paid", 0)


def test_an_early_discount_is_taken_on_the_day_of_the_transfer(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    models.Invoice.update(
        early_percent=2, early_mode="excluded", early_amount=98, early_until=date(2026, 8, 20)
    ).execute()
    bank_line(98, text="INV/2026/00001", name="Ann Smith", date=date(2026, 8, 20))

    assert codes(apply(shop)) == ["created"]
    assert paid() == ("paid", 0)


def test_a_payment_that_was_registered_by_hand_is_recognised(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    done(registering.register(shop, [Receipt(FIRST)])[0])
    bank_line(100, text="INV/2026/00001", name="Ann Smith")

    assert sure(shop) == [("LINE/00001", "PAY/2026/00001", 150)]
    assert codes(apply(shop)) == ["changed"]

    assert models.Payment.get().line_id == 1
    assert (models.Payment.select().count(), lines()) == (1, [("settled", 100)])
    assert Matches(shop).doubtful == []


@pytest.mark.parametrize("transaction", ["", "TX-7"])
def test_money_that_was_registered_for_the_customer_is_not_registered_again(shop, transaction):
    sell(shop, order("S1", line(100)), order("S2", line(100)))
    bill(shop, "S1", "S2")
    done(registering.register(shop, [Receipt(customer="C1", amount=D(100), transaction=transaction)])[0])
    bank_line(100, text="INV/2026/00001", name="Ann Smith")
    bank_line(100, text="INV/2026/00002", name="Ann Smith")

    doubt = "PAY/2026/00001 of the customer is as much, and seen on no line"
    assert [row.doubt for row in Matches(shop).doubtful] == [doubt, doubt]
    assert codes(assign(shop, ("LINE/00001", ("PAY/2026/00001",), None))) == ["changed"]
    # Now it is known which money that was.
    assert sure(shop) == [("LINE/00002", "INV/2026/00002", 150)]


def test_a_refund_that_went_out_is_recognised(shop):
    sell(shop, order("S1", line(100)))
    models.Payment.create(
        number="PAY/2026/00009", direction="outbound", method="wire", currency="EUR", amount=20, returned=0,
        allocated=20, date=TODAY, customer=1, order=1, created_at=shop.now,
    )  # fmt: skip
    bank_line(-20, text="Erstattung S1", name="Ann Smith")

    assert sure(shop) == [("LINE/00001", "PAY/2026/00009", 150)]
    assert codes(apply(shop)) == ["changed"]
    assert lines() == [("settled", 20)]


def test_the_account_is_remembered(shop):
    waiting(shop, order("S2", line(50), state="sent"))
    bank_line(100, text="S1", iban="DE89370400440532013000")
    apply(shop)
    bank_line(50, name="Smith, Ann", iban="DE89370400440532013000")

    # 40 for the account, 30 for the amount, 20 for the name, 10 for the day.
    assert sure(shop) == [("LINE/00002", "S2", 100)]
    assert models.KnownAccount.get().customer.code == "C1"


def accounts():
    """Tell whose each known account is."""
    return [(row.iban, row.customer_id) for row in models.KnownAccount.select().order_by(models.KnownAccount.iban)]


def test_an_account_that_pays_for_several_customers_tells_nobody(shop):
    waiting(shop, order("S2", line(50), state="sent"))
    for amount in (100, 30, 50):
        bank_line(amount, name="Pay Service", iban="LU690520001101000000")

    assert codes(assign(shop, ("LINE/00001", ("S1",), None))) == ["created"]
    assert accounts() == [("LU690520001101000000", 1)]
    assert codes(assign(shop, ("LINE/00002", (), None, "", "C2"))) == ["created"]
    assert accounts() == [("LU690520001101000000", None)]
    assert Matches(shop).doubtful[0].why == "exact amount, near date"
    assert codes(assign(shop, ("LINE/00003", ("S2",), None))) == ["created"]
    assert accounts() == [("LU690520001101000000", None)]


def test_lines_of_one_account_for_two_customers_at_once_tell_nobody(shop):
    waiting(shop)
    bank_line(100, iban="LU690520001101000000")
    bank_line(30, iban="LU690520001101000000")

    assert codes(assign(shop, ("LINE/00001", ("S1",), None), ("LINE/00002", (), None, "", "C2"))) == ["created"] * 2
    assert accounts() == [("LU690520001101000000", None)]


def test_an_account_of_a_mistake_is_forgotten_with_it(shop):
    waiting(shop)
    bank_line(100, iban="DE89370400440532013000")
    assert codes(assign(shop, ("LINE/00001", (), None, "", "C2"))) == ["created"]
    assert accounts() == [("DE89370400440532013000", 2)]

    done(annulling.cancel(shop, ["PAY/2026/00001"], "it was of somebody else")[0])
    assert accounts() == []
    assert codes(assign(shop, ("LINE/00001", ("S1",), None))) == ["created"]
    assert accounts() == [("DE89370400440532013000", 1)]


def test_a_line_that_is_not_sure_tells_its_candidates(shop):
    waiting(shop)
    bank_line(100, name="Ann Smith", text="Danke")

    (row,) = Matches(shop).doubtful

    assert (row.documents, row.score, row.why) == ("S1", 60, "exact amount, name, near date")
    assert row.doubt == "score 60 of 90"
    assert sure(shop, minimum=60) == [("LINE/00001", "S1", 60)]


@pytest.mark.parametrize("state", ["pending", "ignored", "settled"])
def test_only_open_lines_are_matched(shop, state):
    waiting(shop)
    bank_line(100, text="S1", name="Ann Smith", state=state)

    assert (Matches(shop).sure, Matches(shop).doubtful) == ([], [])


def test_a_line_is_assigned_by_hand_in_parts(shop):
    waiting(shop)
    bank_line(150, text="who knows")

    assert codes(assign(shop, ("LINE/00001", ("S1",), D(100)))) == ["created"]
    assert lines() == [("open", 100)]
    outcome = done(assign(shop, ("line-1", (), None, "", "C2"))[0])

    assert (outcome.row.amount, outcome.row.customer_code, outcome.row.reference) == (50, "C2", "LINE/00001.2")
    assert lines() == [("settled", 150)]
    assert wrong(shop) == []


def test_a_part_that_is_refused_keeps_no_place_of_those_that_follow(shop):
    waiting(shop, order("S2", line(50), state="sent"), order("S3", line(50), state="sent"))
    models.Order.update(state="cancelled").where(models.Order.number == "S2").execute()
    bank_line(150)

    # Each of two parts of 50.00 is money of its own.
    assert codes(assign(shop, ("LINE/00001", ("S2",), D(50)), ("LINE/00001", ("S3",), D(50)))) == [
        "order.cancelled", "created",
    ]  # fmt: skip
    assert codes(assign(shop, ("LINE/00001", ("S1",), D(50)))) == ["created"]
    assert codes(assign(shop, ("LINE/00001", ("S1",), None))) == ["created"]

    references = [row.reference for row in models.Payment.select().order_by(models.Payment.id)]
    assert references == ["LINE/00001.2", "LINE/00001.3", "LINE/00001.4"]
    assert lines() == [("settled", 150)]


def candidates(shop):
    """Tell the candidates of the lines that are not sure, by line."""
    return {row.line: [one.documents for one in row.candidates] for row in Matches(shop).doubtful}


def test_the_rest_of_a_line_is_matched(shop):
    waiting(shop)
    bank_line(130, text="S1", name="Ann Smith")
    assert codes(assign(shop, ("LINE/00001", (), D(30), "", "C2"))) == ["created"]

    (row,) = Matches(shop).sure
    assert (row.amount, row.documents, row.score) == (100, "S1", 150)


def test_what_is_paid_or_credited_is_no_candidate(shop):
    sell(shop, order("S1", line(100), payments=(payment("b1", 100),)), order("S2", line(50)))
    bill(shop, "S2")
    models.Invoice.update(type="credit_note").execute()
    models.Order.update(paid=50).where(models.Order.number == "S2").execute()
    bank_line(100, text="S1")
    bank_line(50, text="INV/2026/00001")

    (row,) = Matches(shop).sure
    assert [one.documents for one in row.candidates] == [("PAY/2026/00001",)]
    assert candidates(shop) == {"LINE/00002": []}


@pytest.mark.parametrize("change", [{"state": "cancelled"}, {"line": 1}, {"method": "card"}, {"currency": "USD"}])
def test_a_payment_that_cannot_be_the_money_is_no_candidate(shop, change):
    sell(shop)
    done(registering.register(shop, [Receipt(customer="C1", amount=D(30))])[0])
    bank_line(-1)
    bank_line(30, text="PAY/2026/00001", name="Ann Smith")
    models.Payment.update(change).execute()

    assert candidates(shop)["LINE/00002"] == []


@pytest.mark.parametrize(("kind", "documents"), [("transfer", [("S1",)]), ("charge", [("S1",)]), ("reversal", [])])
def test_what_the_shop_gets_back_of_its_own_pays_nothing(shop, kind, documents):
    waiting(shop)
    bank_line(100, name="Ann Smith", kind=kind)

    assert candidates(shop) == {"LINE/00001": documents}


def test_a_number_that_is_its_own_reference_proves_nothing(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    models.Invoice.update(number="100200345", reference="100200345").execute()
    bank_line(60, text="100200345", name="Zoe Zimmer")

    assert Matches(shop).doubtful[0].doubt == "another amount, and the payer is not known"


def test_no_early_discount_is_expected_after_a_payment(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    models.Invoice.update(early_amount=98, early_until=TODAY, allocated=10).execute()
    bank_line(98, text="INV/2026/00001")

    assert Matches(shop).doubtful[0].doubt == "another amount, and the payer is not known"


def test_a_payment_is_a_whole_line_and_nothing_besides(shop):
    waiting(shop)
    done(registering.register(shop, [Receipt(customer="C1", amount=D(30))])[0])
    bank_line(30)
    bank_line(30)
    assert codes(assign(shop, ("LINE/00001", ("S1",), D(10)))) == ["created"]

    with nothing_changes():
        outcomes = assign(
            shop, ("LINE/00001", ("PAY/2026/00001",), None), ("LINE/00002", ("PAY/2026/00001", "S1"), None)
        )

    assert codes(outcomes) == ["bank.line_unusable"] * 2


def test_the_parts_of_a_charge_have_no_fee_and_no_reference_of_the_provider(shop):
    waiting(shop)
    bank_line(100, kind="charge", reference="S1", bank_reference="ch_1", fee=D("2.90"))
    models.BankStatement.update(format="stripe").execute()

    assert codes(assign(shop, ("LINE/00001", ("S1",), D(60)), ("LINE/00001", ("S1",), None))) == ["created"] * 2

    told = [(row.provider, row.reference, row.fee) for row in models.Payment.select().order_by(models.Payment.id)]
    assert told == [("bank", "LINE/00001", 0), ("bank", "LINE/00001.2", 0)]


def test_no_account_is_learned_of_a_line_that_tells_none_or_that_went_out(shop):
    sell(shop, order("S1", line(100), state="sent"))
    models.Payment.create(
        number="PAY/2026/00009", direction="outbound", method="wire", currency="EUR", amount=20, returned=0,
        allocated=20, date=TODAY, customer=1, created_at=shop.now,
    )  # fmt: skip
    bank_line(100)
    bank_line(-20, iban="DE89370400440532013000")

    assert codes(assign(shop, ("LINE/00001", ("S1",), None), ("LINE/00002", ("PAY/2026/00009",), None))) == [
        "created", "changed",
    ]  # fmt: skip
    assert accounts() == []


def test_a_line_that_repeats_another_pays_nothing(shop):
    waiting(shop)
    bank_line(100)
    bank_line(100, state="repeated", repeats=1)

    with nothing_changes():
        error = failed(assign(shop, ("LINE/00002", ("S1",), None))[0])

    assert error.message == "LINE/00002 repeats a line of another statement, so it pays nothing"


def test_a_difference_is_written_off(shop):
    sell(shop, order("S1", line(100)))
    bill(shop, "S1")
    bank_line(D("98.50"), text="?")

    assert codes(assign(shop, ("LINE/00001", (FIRST,), None, "bank-fee"))) == ["created"]
    assert (paid(), lines()) == (("paid", 0), [("settled", D("98.50"))])


@pytest.mark.parametrize(
    ("chosen", "code", "words"),
    [
        (("LINE/00009", ("S1",), None), "bank.line_unknown", "there is no line LINE/00009 of a statement"),
        (("S1", ("S1",), None), "bank.line_unknown", "there is no line S1 of a statement"),
        (("LINE/00001", ("S9",), None), "invoice.unknown", "there is no order or invoice S9"),
        (("LINE/00001", ("S1",), D(101)), "bank.line_unusable", "LINE/00001 has 100.00 EUR left"),
        (
            ("LINE/00002", ("S1",), None),
            "bank.line_unusable",
            "LINE/00002 went out, so it pays nothing that is due to the shop",
        ),
        (
            ("LINE/00003", ("S1",), None),
            "bank.line_unusable",
            "LINE/00003 is only announced by the bank, so it pays nothing",
        ),
        (
            ("LINE/00002", ("PAY/2026/00001",), None),
            "bank.line_unusable",
            "LINE/00002 is -5.00 EUR and PAY/2026/00001 is 30.00 EUR, so they are not the same money",
        ),
    ],
)
def test_what_cannot_be_assigned_is_refused(shop, chosen, code, words):
    waiting(shop)
    done(registering.register(shop, [Receipt(customer="C1", amount=D(30))])[0])
    bank_line(100)
    bank_line(-5)
    bank_line(7, state="pending")

    with nothing_changes():
        error = failed(assign(shop, chosen)[0])

    assert (error.code, error.message) == (code, words)
    assert error.hint


def test_a_payment_that_is_cancelled_is_not_the_money_of_a_line(shop):
    sell(shop)
    done(registering.register(shop, [Receipt(customer="C1", amount=D(30))])[0])
    done(annulling.cancel(shop, ["PAY/2026/00001"], "it never came")[0])
    bank_line(30)

    with nothing_changes():
        error = failed(assign(shop, ("LINE/00001", ("PAY/2026/00001",), None))[0])

    assert (error.code, error.message) == (
        "bank.line_unusable", "PAY/2026/00001 is cancelled, so it is not the money of LINE/00001",
    )  # fmt: skip


def test_a_payment_is_seen_on_one_line_only(shop):
    sell(shop)
    done(registering.register(shop, [Receipt(customer="C1", amount=D(30))])[0])
    bank_line(30)
    bank_line(30)
    assert codes(assign(shop, ("LINE/00001", ("PAY/2026/00001",), None))) == ["changed"]

    with nothing_changes():
        error = failed(assign(shop, ("LINE/00002", ("PAY/2026/00001",), None))[0])

    assert (error.code, error.message) == (
        "bank.line_unusable", "PAY/2026/00001 was seen on LINE/00001, so it is not the money of LINE/00002",
    )  # fmt: skip


def test_lines_of_the_bank_are_ignored_and_may_count_again(shop):
    waiting(shop)
    bank_line(D("-4.90"), text="Entgelt")
    bank_line(100)

    assert codes(assigning.ignore(shop, ["LINE/00001", "LINE/00002"], "fee")) == ["changed", "changed"]
    assert codes(assigning.ignore(shop, ["LINE/00001"], "fee")) == ["unchanged"]
    assert [row.remark for row in models.BankLine.select().order_by(models.BankLine.id)] == ["fee", "fee"]
    assert codes(assign(shop, ("LINE/00002", ("S1",), None))) == ["created"]
    assert lines() == [("ignored", 0), ("settled", 100)]
    assert failed(assigning.ignore(shop, ["LINE/00002"], "")[0]).code == "bank.line_settled"


def test_a_charge_of_a_provider_is_registered_under_its_own_reference(shop):
    waiting(shop)
    bank_line(100, kind="charge", reference="S1", bank_reference="ch_1", fee=D("2.90"), name="Ann Smith")
    models.BankStatement.update(format="stripe").execute()

    done(apply(shop)[0])

    stored = models.Payment.get()
    assert (stored.method, stored.provider, stored.reference) == ("card", "stripe", "ch_1")
    assert (stored.amount, stored.fee) == (100, D("2.90"))
    assert money("S1") == ("100.00", "0.00", "paid")


def test_a_dry_run_changes_nothing(shop):
    waiting(shop)
    bank_line(100, text="S1", name="Ann Smith")

    with nothing_changes():
        assert codes(apply(replace(shop, dry_run=True))) == ["would_create"]


# Billing what is paid, by policy.


@pytest.mark.parametrize(
    ("wish", "notes", "state", "left"),
    [
        ("nothing", ("100.00 EUR is not used yet and stays an outstanding credit",), None, 100),
        (
            "draft",
            ("DRAFT/00001 bills order S1", "100.00 EUR is not used yet and stays an outstanding credit"),
            "draft",
            100,
        ),
        ("post", ("INV/2026/00001 bills order S1",), "posted", 0),
    ],
)
def test_what_is_paid_is_billed_as_the_shop_wishes(shop, wish, notes, state, left):
    shop.config = Config(invoicing=Invoicing(on_payment=wish))
    waiting(shop)
    bank_line(100, text="S1", name="Ann Smith")

    outcome = done(apply(shop)[0])

    assert outcome.notes == ("LINE/00001 is for S1", "order S1 is confirmed", *notes)
    assert outcome.row.amount_left == left
    assert [(row.state, row.allocated) for row in models.Invoice.select()] == ([(state, 100 - left)] if state else [])
    assert wrong(shop) == []


def test_only_an_order_that_is_paid_in_full_is_billed(shop):
    shop.config = Config(invoicing=Invoicing(on_payment="post"))
    waiting(shop, order("S2", line(50, policy="delivered"), state="sent"))

    assert codes(registering.register(shop, [Receipt("S1", D(99)), Receipt("S2")])) == ["created", "created"]
    assert models.Invoice.select().count() == 0


def test_an_order_that_cannot_be_billed_keeps_its_payment(shop):
    shop.config = Config(invoicing=Invoicing(on_payment="post", closed_until="2026-08-31"))
    waiting(shop)

    outcome = done(registering.register(shop, [Receipt("S1")])[0])

    assert outcome.notes[1].startswith("order S1 is not invoiced: ")
    assert (money("S1"), models.Invoice.select().count()) == (("100.00", "0.00", "paid"), 0)


def test_an_order_that_is_held_is_not_billed_by_its_payment(shop):
    shop.config = Config(invoicing=Invoicing(on_payment="post"))
    waiting(shop)
    models.Order.update(hold_reason="address").execute()

    assert codes(registering.register(shop, [Receipt("S1")])) == ["created"]
    assert models.Invoice.select().count() == 0


def test_matching_is_for_those_who_may_register_payments(shop):
    waiting(shop)
    bank_line(100, text="S1", name="Ann Smith")
    reader = replace(shop, actor=Actor("rita", "readonly"))

    assert sure(reader) == [("LINE/00001", "S1", 150)]
    with nothing_changes(), pytest.raises(ForbiddenError):
        apply(reader)


def test_payments_of_long_ago_are_not_taken_for_what_is_new(shop):
    sell(shop, order("S1", line(100)))
    done(registering.register(shop, [Receipt("S1", date=date(2026, 7, 21))])[0])
    bank_line(100, text="S1", name="Ann Smith")

    # 31 days are between the payment and the line.
    assert Matches(shop).doubtful[0].candidates == ()
