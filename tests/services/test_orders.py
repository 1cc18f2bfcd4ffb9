"""Find orders and show everything about one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.billing import TaxShare
from shopctl.domain.records import AddressRecord, CustomerRecord, LineRecord, SourceTotals
from shopctl.errors import NotFoundError
from shopctl.services import invoicing, orders, registering
from shopctl.services.deciding import Request
from shopctl.services.listing import orders as listing
from shopctl.services.listing import rows
from shopctl.services.listing.orders import OrderFilter
from shopctl.services.receipts import Receipt
from tests.support.shop import asked, bill, line, order, payment, sell
from tests.support.shops import NOW

D = Decimal


def ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture
def several(shop):
    sell(
        shop,
        order("S1", ordered_at=ago(5), payments=(payment("t1", 100),)),
        order("S2", ordered_at=ago(4), customer="C2"),
        order("S3", ordered_at=ago(3), state="sent", payments=(payment("t3", 100, state="pending"),)),
        order("S4", ordered_at=ago(2), state="cancelled"),
        order("S5", line(quantity=5, policy="delivered"), ordered_at=ago(1), payments=(payment("t5", 200),)),
        order("S6", ordered_at=ago(1), customer=None, currency="USD", source_totals=SourceTotals(total=D(99))),
        order("S7", line(0), ordered_at=ago(0)),
    )
    bill(shop, "S1")
    return shop


def found(**wanted):
    return [row.number for row in listing.search(OrderFilter(**wanted)).rows]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, ["S7", "S6", "S5", "S2", "S1"]),
        ({"state": "sent"}, ["S3"]),
        ({"state": "cancelled"}, ["S4"]),
        ({"state": "all"}, ["S7", "S6", "S5", "S4", "S3", "S2", "S1"]),
        ({"unpaid": True}, ["S6", "S5", "S3", "S2"]),
        ({"unpaid": True, "state": "confirmed"}, ["S6", "S5", "S2"]),
        ({"to_invoice": True}, ["S7", "S6", "S2"]),
        ({"differs": True}, ["S6"]),
        ({"customer": "bob@EXAMPLE.com"}, ["S2"]),
        ({"customer": "c1", "state": "all"}, ["S7", "S5", "S4", "S3", "S1"]),
        ({"since": ago(4), "until": ago(1)}, ["S2"]),
        ({"since": ago(4), "until": ago(1), "state": "all"}, ["S4", "S3", "S2"]),
        ({"unpaid": True, "customer": "C2", "to_invoice": True}, ["S2"]),
    ],
)
def test_list_is_narrowed(several, wanted, numbers):
    assert found(**wanted) == numbers


def test_pages_follow_each_other_without_gap_or_repeat(several):
    seen, after = [], ""
    while True:
        page = listing.search(OrderFilter(state="all"), limit=2, after=after)
        numbers = [row.number for row in page.rows]
        if not numbers:
            break
        assert (page.limit, len(numbers) <= 2) == (2, True)
        seen += numbers
        after = numbers[-1].lower()

    assert seen == ["S7", "S6", "S5", "S4", "S3", "S2", "S1"]


def test_whole_list_is_not_counted_beforehand(several):
    assert listing.search(OrderFilter()).total is None


@pytest.mark.parametrize(("options", "code"), [({"after": "S404"}, "order.unknown")])
def test_unknown_place_to_go_on_is_refused(several, options, code):
    with pytest.raises(NotFoundError) as refused:
        listing.search(OrderFilter(), limit=2, **options)

    assert refused.value.code == code


def test_unknown_customer_is_refused(several):
    with pytest.raises(NotFoundError) as refused:
        listing.search(OrderFilter(customer="nobody"))

    assert refused.value.code == "customer.unknown"


def test_sums_are_told_for_each_currency(several):
    assert listing.unpaid_sums(OrderFilter()) == [("EUR", D(700), D(300)), ("USD", D(100), D(0))]
    assert listing.unpaid_sums(OrderFilter(customer="C2", state="sent")) == []
    assert rows.sums(listing.NOUN, listing.selected(OrderFilter()), asked()) == [("EUR", 4, D(700)), ("USD", 1, D(100))]


def test_row_tells_who_and_how_much(several):
    (row,) = listing.search(OrderFilter(state="sent")).rows

    assert (row.number, row.customer_code, row.customer_name, row.customer_email) == (
        "S3", "C1", "Ann Smith", "ann@example.com",
    )  # fmt: skip
    assert (row.amount_total, row.amount_paid, row.amount_pending, row.amount_due) == (100, 0, 100, 100)
    assert (row.payment_status, row.invoice_status, row.delivery_status) == ("pending", "no", "to_ship")


def test_company_goes_before_the_name_and_the_address_is_better_than_nothing(shop):
    sell(
        shop,
        order("S1", customer=CustomerRecord("X1", "Eve", "Acme", "eve@example.com")),
        order("S2", customer=CustomerRecord("X2", email="zoe@example.com")),
        order("S3", customer=None),
    )

    assert [row.customer_name for row in listing.search(OrderFilter()).rows] == ["", "zoe@example.com", "Acme"]


def test_nothing_is_due_of_cancelled_and_overpaid_orders(several):
    rows = {row.number: row for row in listing.search(OrderFilter(state="all")).rows}

    assert (rows["S4"].amount_due, rows["S5"].amount_due, rows["S1"].amount_due) == (0, 300, 0)


def test_everything_about_one_order(shop):
    address = AddressRecord("Ann", city="Brussels", country="BE")
    sell(
        shop,
        order(
            "S1", LineRecord(kind="section", description="Fruit"), line(10, 3, "V21", delivered=D(1)),
            line(5, 2, "V6", "V21", policy="delivered", delivered=D(1)),
            state="sent", billing=address, note="ring twice", tags=("gift", "rush"),
            payments=(payment("w", 48, state="pending"), payment("r", 8, state="refunded")),
        ),
    )  # fmt: skip
    registering.register(shop, [Receipt("S1", amount=D(20))])
    invoicing.create(shop, ["S1"], Request(kind="down_payment", percent=D(10), confirm=True))
    invoicing.create(shop, ["S1"], Request())

    (details,) = orders.show([" s1 "])

    # 3 x 10 + 21 % = 36.30, and 2 x 5 + 27 % = 12.70.
    assert (details.order.amount_total, details.note, details.tags) == (D("49.00"), "ring twice", ("gift", "rush"))
    assert details.billing == {"name": "Ann", "city": "Brussels", "country": "BE"}
    assert (details.shipping, details.source_totals) == ({}, {})
    assert [(one.kind, one.quantity, one.invoiced, one.drafted, one.to_invoice) for one in details.lines] == [
        ("section", 1, 0, 0, 0), ("product", 3, 3, 3, 0), ("product", 2, 1, 1, 0),
    ]  # fmt: skip
    assert details.taxes == (TaxShare("V21", D(40), D("8.40")), TaxShare("V6", D(10), D("0.60")))
    assert details.tax_names["V21"] == "VAT 21 %"
    assert [(one.noun, one.number, one.amount, one.status) for one in details.invoices] == [
        ("invoice", "INV/2026/00001", D("4.90"), "paid"), ("invoice", "DRAFT/00002", D("37.75"), "draft"),
    ]  # fmt: skip
    assert [(one.noun, one.number, one.amount, one.status) for one in details.payments] == [
        ("payment", "PAY/2026/00001", 28, "pending"), ("refund", "PAY/2026/00002", 8, "done"),
        ("payment", "PAY/2026/00003", 20, "done"),
    ]  # fmt: skip
    assert [event.action for event in details.events] == ["order.imported", "order.confirmed"]


def test_waiting_order_has_nothing_to_invoice(several):
    assert orders.show(["S3"])[0].lines[0].to_invoice == 0


def test_orders_are_shown_in_the_order_asked_for(several):
    assert [details.order.number for details in orders.show(["S2", "S1", "S2"])] == ["S2", "S1", "S2"]


def test_unknown_order_is_refused(several):
    with pytest.raises(NotFoundError) as refused:
        orders.show(["S1", "S404"])

    assert (refused.value.code, refused.value.details) == ("order.unknown", {"order": "S404"})


def test_known_numbers_are_told_with_their_keys(several):
    assert orders.known_numbers(["S2", "S404"]) == {"S2": models.Order.get(models.Order.number == "S2").id}
