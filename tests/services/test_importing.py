"""Take in records of other systems: once, in full, and never against what is billed or paid already."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import batch, models
from shopctl.adapters.sources.items import Item, syntax_item
from shopctl.db.connection import is_sqlite
from shopctl.domain.records import (
    AddressRecord,
    CartRecord,
    ConsentRecord,
    CustomerRecord,
    LineRecord,
    ProductRecord,
    SourceTotals,
    TaxRecord,
    TermsLineRecord,
    TermsRecord,
)
from shopctl.services import (
    allocating,
    importing,
    invoices,
    invoicing,
    ordering,
    orders,
    paying_back,
    registering,
)
from shopctl.services.allocating import Choice
from shopctl.services.deciding import Request
from shopctl.services.listing import orders as listing
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    BASICS,
    TODAY,
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
from tests.support.shops import NOW

D = Decimal
ADDRESS = AddressRecord("Ann", "", "Main Street 1", "", "1000", "Brussels", "", "BE")

EVERYTHING = (
    *BASICS,
    TaxRecord("BOTH", type="group", children=("V21", "V6")),
    ProductRecord("P1", "Pear", price=D("2.50"), taxes=("V6",), policy="delivered"),
    CustomerRecord("C9", "Carl", "Acme", "carl@example.com", "+32 2 1", "BE1", "fr", ("vip", "b2b"), "N30",
                   ConsentRecord(True, "form", NOW), "a note", (ADDRESS, ADDRESS._replace(kind="shipping"))),
    CartRecord("K1", customer="C9", created_at=NOW, last_activity_at=NOW, stage="payment", currency="EUR",
               lines=(line(10, 2, "V21"),)),
    CartRecord("K2", created_at=NOW),
    order("S1", line(10, 2, "V21"), LineRecord(kind="note", description="hi"), payments=(payment("t1", "24.20"),),
          billing=ADDRESS, terms="N30", tags=("a", "b"), note="n"),
    order("S2", state="sent", payments=(payment("t2", 100, state="pending"),)),
    order("", source="shop", external_id="42", customer=CustomerRecord(name="Dan", email="dan@example.com")),
    payment("t3", 30, customer="C9"),
    payment("t4", 100, order="S2"),
)  # fmt: skip


def one(shop, record):
    (outcome,) = take_in(shop, record)
    return outcome


# All kinds, new, changed and the same.


def test_every_kind_is_created_then_left_alone(shop):
    first = take_in(shop, *EVERYTHING)
    with nothing_changes(models.Operation):
        second = take_in(shop, *EVERYTHING)

    assert codes(first) == ["created"] * len(EVERYTHING)
    assert codes(second) == ["unchanged"] * len(EVERYTHING)
    assert wrong(shop) == []
    assert [outcome.reference for outcome in first] == [f"line {place}" for place in range(1, len(EVERYTHING) + 1)]


@pytest.mark.parametrize(
    ("record", "changed"),
    [
        (TaxRecord("V21", "VAT 21 %", amount=D(21)), {"amount": D(22)}),
        (TermsRecord("T", lines=(TermsLineRecord(days=5),)), {"note": "new"}),
        (ProductRecord("P"), {"price": D(3)}),
        (CustomerRecord("C5", "Eve"), {"email": "eve@example.com"}),
        (CustomerRecord("C5", "Eve", addresses=(ADDRESS,)), {"addresses": (ADDRESS, ADDRESS)}),
        (CustomerRecord("C5", marketing=ConsentRecord(True)), {"marketing": ConsentRecord(False, "mail", NOW)}),
        (CartRecord("K", created_at=NOW), {"stage": "payment"}),
        (CartRecord("K", created_at=NOW), {"lines": (line(),)}),
        (order("S9"), {"note": "new"}),
        (order("S9", customer=None), {"lines": (line(7),)}),
    ],
)
def test_changed_record_is_told_and_then_left_alone(shop, record, changed):
    sell(shop)
    after = record._replace(**changed)

    outcomes = [one(shop, record), one(shop, after), one(shop, after), one(shop, record)]

    assert codes(outcomes) == [
        "unchanged" if record.__class__ is TaxRecord else "created",
        "changed",
        "unchanged",
        "changed",
    ]


def test_kinds_are_stored_in_the_order_in_which_they_refer_to_each_other(shop):
    outcomes = take_in(shop, *reversed(EVERYTHING[:7]), *EVERYTHING[7:])

    assert codes(outcomes) == ["created"] * len(EVERYTHING)


def test_order_is_stored_with_its_figures(shop):
    sell(shop)
    take_in(shop, *EVERYTHING[7:])

    (details,) = orders.show(["s1"])

    row = details.order
    assert (row.amount_untaxed, row.amount_tax, row.amount_total) == (20, D("4.20"), D("24.20"))
    assert (row.amount_paid, row.payment_status, row.invoice_status, row.delivery_status) == (
        D("24.20"), "paid", "to_invoice", "to_ship",
    )  # fmt: skip
    assert (row.customer_code, row.date, row.confirmed_at, details.tags) == ("C1", NOW, NOW, ("a", "b"))
    assert details.billing["city"] == "Brussels"
    assert [(one.kind, one.description) for one in details.lines] == [("product", "Apple"), ("note", "hi")]


def test_order_without_a_number_gets_one(shop):
    sell(shop, order("", source="shop", external_id="1"), order("", source="shop", external_id="2"))

    assert [number for (number,) in models.Order.select(models.Order.number).order_by(models.Order.id).tuples()] == [
        "S00001", "S00002",
    ]  # fmt: skip


def test_line_leaves_taxes_and_policy_to_its_product(shop):
    sell(shop, ProductRecord("P1", taxes=("V6",), policy="delivered"))
    take_in(
        shop,
        order("S1", LineRecord(sku="P1", unit_price=D(100)), LineRecord(sku="P1", unit_price=D(100), taxes=()),
              LineRecord(kind="shipping", unit_price=D(5)), LineRecord(sku="unknown", unit_price=D(1))),
    )  # fmt: skip

    assert [(one.taxes, one.policy) for one in models.OrderLine.select().order_by(models.OrderLine.position)] == [
        ("V6", "delivered"), ("", "delivered"), ("", "ordered"), ("", "ordered"),
    ]  # fmt: skip


def test_same_lines_come_to_something_else_in_other_money_and_by_other_rounding(shop):
    lines = (line("0.03", 1, "V21"),) * 3
    sell(
        shop, order("S1", *lines, tax_rounding="per_line"), order("S2", *lines, tax_rounding="globally"),
        order("S3", *lines, tax_rounding="per_line", currency="KWD"), order("S4", *lines, tax_rounding="per_line"),
    )  # fmt: skip

    taxes = {one.number: one.amount_tax for one in models.Order.select()}
    assert taxes == {"S1": D("0.03"), "S2": D("0.02"), "S3": D("0.018"), "S4": D("0.03")}
    splits = [
        (one.order.number, one.tax_split) for one in models.OrderLine.select().where(models.OrderLine.position == 1)
    ]
    assert sorted(splits)[2:] == [("S3", "V21:0.030:0.006"), ("S4", "V21:0.03:0.01")]


def test_same_lines_come_to_something_else_under_another_rate(shop):
    sell(shop, order("S1", line(100, 1, "V21")))
    models.TaxRate.update(amount=D(22)).where(models.TaxRate.code == "V21").execute()  # as in a shop opened later

    take_in(shop, order("S2", line(100, 1, "V21")))

    assert {one.number: one.amount_tax for one in models.Order.select()} == {"S1": 21, "S2": 22}


def test_same_lines_have_the_status_of_their_own_order(shop):
    sell(shop, order("S1"), order("S2", state="sent"), order("S3", line(100, 1, delivered=D(1))))

    found = {one.number: (one.invoice_status, one.delivery_status) for one in models.Order.select()}
    assert found == {"S1": ("to_invoice", "to_ship"), "S2": ("no", "to_ship"), "S3": ("to_invoice", "shipped")}


def test_what_is_stored_already_is_found_by_an_index(shop):
    if not is_sqlite(shop.database):
        pytest.skip("PostgreSQL goes through small tables whatever indexes they have")
    records = [
        order("", source="web", external_id="1", payments=(payment("a", 1), payment("P1", 2, provider="shopctl")))
    ]
    sell(shop, *records, order("S9"))
    statements: list[str] = []
    shop.database.connection().set_trace_callback(statements.append)

    take_in(shop, *records, order("S9"))

    shop.database.connection().set_trace_callback(None)
    queries = [text for text in statements if " FROM orders " in text or " FROM payments " in text]
    steps = [row[3] for query in queries for row in shop.database.execute_sql(f"EXPLAIN QUERY PLAN {query}").fetchall()]
    assert len(queries) == 5
    assert [step for step in steps if step.startswith(("SCAN orders", "SCAN payments"))] == []


# Customers.


@pytest.mark.parametrize(
    "record",
    [
        CustomerRecord("c1"),
        CustomerRecord(email="ANN@Example.COM"),
        CustomerRecord("C1", "Other Name", email="other@example.com"),
        "c1",
    ],
)
def test_inline_customer_is_matched_by_code_or_folded_address(shop, record):
    sell(shop, order("S1", customer=record))

    assert models.Customer.select().count() == 2
    assert orders.show(["S1"])[0].order.customer_code == "C1"


def test_inline_customer_without_an_address_is_matched_by_name_and_phone(shop):
    zoe = CustomerRecord(name="Zoe Ünal", phone="+32 (2) 11")
    sell(
        shop,
        order("S1", customer=zoe),
        order("S2", customer=zoe._replace(name="ZOE  üNAL", phone="32 211")),
        order("S3", customer=zoe._replace(phone="99")),
    )
    take_in(shop, order("S4", customer=zoe))

    found = {number: orders.show([number])[0].order.customer_code for number in ("S1", "S2", "S3", "S4")}

    assert found == {"S1": "C00003", "S2": "C00003", "S3": "C00004", "S4": "C00003"}


def test_inline_customer_of_many_orders_is_made_once(shop):
    sell(shop, *(order(f"S{n}", customer=CustomerRecord(name="Z", email="z@example.com")) for n in range(3)))

    assert models.Customer.select().where(models.Customer.email == "z@example.com").count() == 1
    assert journal().count(("customer.created", "C00003")) == 1


def test_inline_customer_takes_the_country_of_the_address_and_keeps_it(shop):
    sell(shop, order("S1", customer=CustomerRecord(name="Z", email="z@example.com"), billing=ADDRESS))

    outcome = one(shop, CustomerRecord("C00003", "Z", email="z@example.com", note="new"))

    assert codes([outcome]) == ["changed"]
    assert models.Customer.get(models.Customer.code == "C00003").country == "BE"


def test_address_of_another_customer_is_refused(shop):
    sell(shop)

    with nothing_changes():
        outcome = one(shop, CustomerRecord("C7", email="ANN@example.com"))

    assert failed(outcome).code == "import.reference"
    assert failed(outcome).message == "line 1: the e-mail address of customer C7 belongs to customer C1 already"


# Orders that change.


def test_order_changes_freely_before_it_is_invoiced(shop):
    sell(shop, order("S1", line(100), line(50)))

    outcome = one(shop, order("S1", line(70, 1, "V21"), note="cheaper"))

    (details,) = orders.show(["S1"])
    assert codes([outcome]) == ["changed"]
    assert (details.order.amount_total, len(details.lines), details.note) == (D("84.70"), 1, "cheaper")
    assert journal()[-1] == ("order.changed", "S1")


@pytest.mark.parametrize("request_", [{}, {"confirm": True}, {"kind": "down_payment", "percent": D(30)}])
@pytest.mark.parametrize("change", [{"lines": (line(70),)}, {"state": "cancelled"}, {"currency": "USD"}])
def test_billed_order_keeps_its_lines_state_and_currency(shop, request_, change):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], Request(**request_))

    with nothing_changes():
        outcome = one(shop, order("S1", **change) if "lines" not in change else order("S1", *change["lines"]))

    assert failed(outcome).code == "import.immutable"


def test_billed_order_takes_other_changes(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    assert codes([one(shop, order("S1", note="later", tags=("x",)))]) == ["changed"]
    assert orders.show(["S1"])[0].note == "later"
    assert orders.show(["S1"])[0].order.invoice_status == "invoiced"


def test_what_was_delivered_since_can_be_billed(shop):
    sell(shop, order("S1", line(10, 10, policy="delivered", delivered=D(4))))
    bill(shop, "S1")

    outcome = one(shop, order("S1", line(10, 10, policy="delivered", delivered=D(10))))

    assert codes([outcome]) == ["changed"]
    assert bill(shop, "S1") == ["INV/2026/00002"]
    assert invoices.show(["INV/2026/00002"], TODAY)[0].invoice.amount_total == 60


def test_state_never_goes_back(shop):
    sell(shop, order("S1", state="sent"))
    ordering.confirm(shop, ["S1"])

    one(shop, order("S1", state="sent", note="an older export"))

    row = orders.show(["S1"])[0].order
    assert (row.state, row.confirmed_at, row.invoice_status) == ("confirmed", NOW, "to_invoice")


def test_order_is_confirmed_by_a_later_export(shop):
    sell(shop, order("S1", state="sent"))

    one(shop, order("S1", confirmed_at=NOW + timedelta(hours=1)))

    row = orders.show(["S1"])[0].order
    assert (row.state, row.confirmed_at, row.invoice_status) == ("confirmed", NOW + timedelta(hours=1), "to_invoice")


# Money.


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("pending", "done"), ("100.00", "0.00", "paid")),
        (("authorized", "done"), ("100.00", "0.00", "paid")),
        (("pending", "authorized", "done"), ("100.00", "0.00", "paid")),
        (("pending", "authorized"), ("100.00", "0.00", "paid")),
        (("pending", "failed"), ("0.00", "0.00", "not_paid")),
        (("authorized", "cancelled"), ("0.00", "0.00", "not_paid")),
        (("pending", "done", "pending"), ("100.00", "0.00", "paid")),
    ],
)
def test_announced_payment_becomes_what_the_source_says_later(shop, steps, expected):
    sell(shop)

    for state in steps:
        done(one(shop, order("S1", payments=(payment("t1", 100, state=state),))))

    assert money("S1") == expected
    assert wrong(shop) == []
    assert models.Payment.select().count() == 1


def test_amount_that_came_in_counts_not_the_announced_one(shop):
    sell(shop, order("S1", payments=(payment("t1", 100, state="pending"),)))

    one(shop, order("S1", payments=(payment("t1", 90),)))

    assert money("S1") == ("90.00", "0.00", "partial")
    assert wrong(shop) == []
    assert models.Payment.get().amount == 90


def test_new_payment_of_a_known_order_is_added(shop):
    sell(shop, order("S1", payments=(payment("t1", 40),)))

    one(shop, order("S1", payments=(payment("t1", 40), payment("t2", 60))))

    assert money("S1") == ("100.00", "0.00", "paid")
    assert models.Payment.select().count() == 2


def test_payment_of_its_own_line_pays_its_order(shop):
    sell(shop, order("S1"))

    first, again = one(shop, payment("t1", 100, order="s1")), one(shop, payment("t1", 100, order="s1"))

    assert codes([first, again]) == ["created", "unchanged"]
    assert money("S1") == ("100.00", "0.00", "paid")
    assert models.Payment.get().customer.code == "C1"


def test_refund_is_taken_off_the_payment(shop):
    sell(shop, order("S1", payments=(payment("a", 60), payment("b", 60), payment("r", 70, state="refunded"))))

    found = models.Payment.select().order_by(models.Payment.id)

    assert [(one.reference, one.direction, one.returned) for one in found] == [
        ("a", "inbound", 60), ("b", "inbound", 10), ("r", "outbound", 0),
    ]  # fmt: skip
    assert money("S1") == ("50.00", "0.00", "partial")


def test_refund_that_comes_later_is_taken_off_as_well(shop):
    sell(shop, order("S1", payments=(payment("a", 100),)))

    one(shop, order("S1", payments=(payment("a", 100), payment("r", 30, state="refunded"))))
    one(shop, payment("r2", 20, state="refunded", order="S1"))

    assert models.Payment.get(models.Payment.reference == "a").returned == 50
    assert money("S1") == ("50.00", "0.00", "partial")
    bill(shop, "S1")
    assert invoices.show(["INV/2026/00001"], TODAY)[0].invoice.amount_due == 50
    assert wrong(shop) == []


def test_refund_never_takes_what_is_allocated(shop):
    sell(shop, order("S1", payments=(payment("a", 130),)))
    bill(shop, "S1")

    one(shop, payment("r", 130, state="refunded", order="S1"))

    stored = models.Payment.get(models.Payment.reference == "a")
    assert (stored.allocated, stored.returned) == (100, 30)
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert wrong(shop) == []


def test_fully_refunded_order_says_so(shop):
    sell(shop, order("S1", payments=(payment("a", 100), payment("r", 100, state="refunded"))))

    assert money("S1") == ("0.00", "0.00", "refunded")
    bill(shop, "S1")
    assert codes(allocating.allocate(shop, ["INV/2026/00001"], Choice(auto=True))) == ["unchanged"]


def received():
    return [
        (one.reference, one.direction, one.state, one.amount)
        for one in models.Payment.select().order_by(models.Payment.id)
    ]


def test_partly_paid_order_that_is_paid_later_brings_the_difference(shop):
    sell(shop)
    paid = [order("S1", payments=(payment("t1", amount),), note=str(amount)) for amount in (30, 80, 100)]

    assert codes([one(shop, record) for record in (*paid, paid[2])]) == ["created", "changed", "changed", "unchanged"]

    assert received() == [
        ("t1", "inbound", "done", 30), ("t1/2", "inbound", "done", 50), ("t1/3", "inbound", "done", 20),
    ]  # fmt: skip
    assert money("S1") == ("100.00", "0.00", "paid")


def test_refund_is_taken_once_however_often_its_order_changes(shop):
    sell(shop)
    back = payment("t1-refund", 10, state="refunded")
    for note in ("", "a", "b"):
        one(shop, order("S1", payments=(payment("t1", 100), back), note=note))
    one(shop, order("S1", payments=(payment("t1", 100), back._replace(amount=D(15)))))

    assert received() == [
        ("t1", "inbound", "done", 100), ("t1-refund", "outbound", "done", 10), ("t1-refund/2", "outbound", "done", 5),
    ]  # fmt: skip
    assert wrong(shop) == []


def test_payment_without_a_reference_is_known_by_its_amount(shop):
    sell(shop)
    first = order("S1", payments=(payment("", 40), payment("", 40), payment("", 20, state="pending")))
    for changed in (first, first._replace(note="a"), first._replace(payments=(*first.payments[:2], payment("", 20)))):
        one(shop, changed)

    assert received() == [(None, "inbound", "done", amount) for amount in (40, 40, 20)]
    assert money("S1") == ("100.00", "0.00", "paid")


def test_refund_that_was_given_here_is_not_taken_in_again(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)))
    paying_back.refund(shop, ["PAY/2026/00001"], Wish(transaction="re_1"))

    for _ in range(2):
        one(shop, order("S1", payments=(payment("t1", 100, state="refunded"),)))

    assert [(row.direction, row.amount) for row in models.Payment.select().order_by(models.Payment.id)] == [
        ("inbound", 100),
        ("outbound", 100),
    ]
    assert money("S1") == ("0.00", "0.00", "refunded")
    assert wrong(shop) == []


def test_payment_announced_and_then_refunded_came_and_went(shop):
    sell(shop)
    for state in ("pending", "refunded"):
        one(shop, order("S1", payments=(payment("t1", 100, state=state),)))

    assert received() == [("t1", "inbound", "done", 100), ("t1-refund", "outbound", "done", 100)]
    assert money("S1") == ("0.00", "0.00", "refunded")


def test_changed_order_cannot_take_the_payment_of_another(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)), order("S2"))

    with nothing_changes():
        outcome = one(shop, order("S2", payments=(payment("t1", 100),)))

    assert failed(outcome).code == "payment.reference_used"


def test_order_stays_with_its_source_when_a_record_does_not_name_it(shop):
    sell(shop, order("S1", source="shop", external_id="42"))

    assert codes([one(shop, order("S1", note="new"))]) == ["changed"]
    assert [(row.source, row.external_id, row.note) for row in models.Order.select()] == [("shop", "42", "new")]


def test_money_confirms_the_order_that_waited_for_it(shop):
    sell(shop, order("S1", state="sent"), order("S2", state="sent"))

    take_in(shop, payment("t1", 100, order="S1"), payment("t2", 100, order="S2", state="pending"))

    found = {row.number: (row.state, row.invoice_status, row.payment_status) for row in models.Order.select()}
    assert found == {"S1": ("confirmed", "to_invoice", "paid"), "S2": ("sent", "no", "pending")}


# Refusals.


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        (order("S9", customer="C404"), "import.reference", "there is no customer 'C404'"),
        (order("S9", terms="N404"), "import.reference", "there is no payment terms 'N404'"),
        (order("S9", line(1, 1, "V404")), "import.reference", "there is no tax 'V404'"),
        (order("S9", ordered_at=None), "import.field", "ordered_at is missing"),
        (order("S9", currency="EURO"), "usage", "'EURO' is not a currency code"),
        (order("S1", source="other", external_id="7"), "import.immutable", "belongs to another order"),
        (order("S9", payments=(payment("t9", 1, currency="USD"),)), "payment.currency", "is in USD"),
        (order("S9", payments=(payment("t1", 1),)), "payment.reference_used", "belongs to another order already"),
        (payment("t9", 1, order="S404"), "import.reference", "there is no order 'S404'"),
        (payment("t9", 1, customer="C404"), "import.reference", "there is no customer 'C404'"),
        (payment("t9", 1, order="S1", currency="USD"), "payment.currency", "is in USD"),
        (payment("t1", 99), "payment.reference_used", "with 100 instead of 99"),
        (order("S1", line(100, 1, "V21"), currency="USD", payments=()), "import.immutable", "order S1 has payments"),
        (order("S1", line(99, 1, "V21"), payments=(payment("t1", 99),)), "payment.reference_used", "100 instead of 99"),
        (CustomerRecord("C2", email="ann@example.com"), "import.reference", "belongs to customer C1 already"),
        (TaxRecord("V 21", amount=D(21)), "import.field", "its code must be one word"),
        (TaxRecord("V;21", amount=D(21)), "import.field", "its code must be one word"),
        (TaxRecord("P", amount=D(-100), included=True), "import.field", "a price cannot contain -100 % of tax"),
        (TaxRecord("G", type="group"), "import.field", "a group needs children"),
        (TaxRecord("G", type="group", children=("G",)), "import.field", "a group cannot be its own child"),
        (
            TermsRecord("T", lines=(TermsLineRecord("percent", D(30)), TermsLineRecord("fixed", D(5)))),
            "import.field",
            "line 1: terms 'T' is refused: the percent lines add up to 30, not to 100",
        ),
        (CartRecord("K9", customer="C404", created_at=NOW), "import.reference", "there is no customer 'C404'"),
        (CartRecord("K9", lines=(line(1, 1, "V404"),), created_at=NOW), "import.reference", "there is no tax 'V404'"),
        (CartRecord("K9"), "import.field", "created_at is missing"),
        (CustomerRecord("C9", terms="N404"), "import.reference", "there is no payment terms 'N404'"),
        (ProductRecord("P9", taxes=("V404",)), "import.reference", "there is no tax 'V404'"),
        (TaxRecord("G", type="group", children=("V404",)), "import.reference", "there is no tax 'V404'"),
        (
            TaxRecord("V21", "VAT 21 %", amount=D(22)),
            "import.immutable",
            "tax V21 is used by 1 order line (S1), so its amount cannot change",
        ),
    ],
)
def test_refusal_changes_nothing(shop, record, code, words):
    sell(shop, order("S1", line(100, 1, "V21"), payments=(payment("t1", 100),)))

    with nothing_changes():
        outcome = one(shop, record)

    assert failed(outcome).code == code
    assert failed(outcome).message.startswith("line 1: ")
    assert words in failed(outcome).message


def test_line_that_could_not_be_read_is_told_among_the_others(shop):
    items = [
        Item(1, "a", CustomerRecord("C1"), None), syntax_item(2, "the line is cut off"),
        Item(3, "b", CustomerRecord("C2"), None),
    ]  # fmt: skip

    outcomes = list(batch.run(shop, items, lambda part: importing.store(shop, part)))

    assert codes(outcomes) == ["created", "import.syntax", "created"]
    assert outcomes[1].reference == "line 2"


def test_same_order_twice_in_a_file_is_refused(shop):
    sell(shop)

    outcomes = take_in(shop, order("S1"), order("s1", note="other"), order("S2"))

    assert codes(outcomes) == ["created", "import.immutable", "created"]
    assert failed(outcomes[1]).message == "line 2: order s1 stands in this file twice"


def test_same_customer_twice_in_a_file_is_refused_where_they_differ(shop):
    outcomes = take_in(shop, CustomerRecord("C1", "Ann"), CustomerRecord("c1", "Bob"), CustomerRecord("C1", "Ann"))

    assert codes(outcomes) == ["created", "import.immutable", "unchanged"]
    assert models.Customer.get().name == "Ann"


def test_same_payment_twice_in_a_file_is_stored_once(shop):
    sell(shop)

    outcomes = take_in(
        shop, payment("t", 5, customer="C1"), payment("t", 5, customer="C1"), payment("t", 6, customer="C1")
    )

    assert codes(outcomes) == ["created", "unchanged", "payment.reference_used"]


def test_two_new_customers_with_one_address_do_not_disturb_the_others(shop):
    records = [
        CustomerRecord("C1", email="a@example.com"), CustomerRecord("C2", email="A@example.com"), CustomerRecord("C3"),
    ]  # fmt: skip
    items = [Item(place, record.code, record, None) for place, record in enumerate(records, 1)]

    outcomes = list(batch.run(shop, items, lambda part: importing.store(shop, part)))

    assert codes(outcomes) == ["created", "import.reference", "created"]


# What the source says.


def test_differences_from_the_source_are_kept_and_told(shop):
    totals = SourceTotals(untaxed=D(100), tax=D(20), total=D("120.00"), financial_status="paid")
    sell(shop)

    outcome = done(one(shop, order("S1", line(100, 1, "V21"), source_totals=totals, remarks=("paid twice",))))

    told = "total 121.00 EUR here, 120.00 in the source; tax 21.00 EUR here, 20.00 in the source; paid twice"
    assert outcome.notes == (told,)
    (details,) = orders.show(["S1"])
    assert details.order.differences == told
    assert details.order.amount_total == 121
    assert details.source_totals == {"untaxed": "100", "tax": "20", "total": "120.00", "financial_status": "paid"}
    assert [row.number for row in listing.search(listing.OrderFilter(differs=True)).rows] == ["S1"]


def test_same_totals_are_no_difference(shop):
    sell(shop)

    outcome = done(one(shop, order("S1", line(100, 1, "V21"), source_totals=SourceTotals(total=D("121.000")))))

    assert (outcome.notes, outcome.row.differences) == ((), "")


def test_money_registered_here_survives_another_import(shop):
    sell(shop, order("S1", state="sent", payments=(payment("w", 100, state="pending"),)))
    registering.register(shop, [Receipt("S1")])

    one(shop, order("S1", state="sent", payments=(payment("w", 100, state="pending"),), note="again"))

    assert money("S1") == ("100.00", "0.00", "paid")
    assert orders.show(["S1"])[0].order.state == "confirmed"
