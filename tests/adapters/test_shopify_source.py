from __future__ import annotations

import csv
import io
import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopctl.adapters.sources import Item, shopify
from shopctl.domain.money import step_of
from shopctl.domain.records import (
    AddressRecord,
    CartRecord,
    ConsentRecord,
    CustomerRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    SourceTotals,
    TaxRecord,
)
from shopctl.domain.tax import Tax, TaxLine, totals
from shopctl.errors import ShopError, UsageError

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).parents[3] / "shared" / "data"
ORDERS = SAMPLES / "shopify_orders_75col.csv"
CHECKOUTS = SAMPLES / "shopify_checkouts_70col.csv"
CUSTOMERS = SAMPLES / "shopify_customers_19col.csv"
CREATED = datetime(2026, 3, 14, 8, 30, tzinfo=UTC)
HEAD = {
    "Name": "#1",
    "Id": "9001",
    "Email": "ann@example.org",
    "Financial Status": "paid",
    "Currency": "EUR",
    "Subtotal": "100.00",
    "Shipping": "0.00",
    "Taxes": "0.00",
    "Total": "100.00",
    "Created at": "2026-03-14 09:30:00 +0100",
    "Lineitem quantity": "1",
    "Lineitem name": "Mug",
    "Lineitem price": "100.00",
    "Lineitem taxable": "true",
}
MORE = (
    "Discount Code", "Discount Amount", "Shipping Method", "Lineitem sku", "Lineitem discount", "Tax 1 Name", "Tax 1 Value",
    "Tax 2 Name", "Tax 2 Value", "Outstanding Balance", "Refunded Amount", "Payment Method", "Payment Reference",
    "Lineitem fulfillment status", "Cancelled at", "Notes",
)  # fmt: skip


def head(**fields: str) -> dict[str, str]:
    return {**HEAD, **{name.replace("_", " "): value for name, value in fields.items()}}


def more(**fields: str) -> dict[str, str]:
    row = {"Name": "#1", "Lineitem quantity": "1", "Lineitem name": "Pot", "Lineitem price": "1.00"}
    return {**row, "Lineitem taxable": "true", **{name.replace("_", " "): value for name, value in fields.items()}}


def export(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*HEAD, *MORE], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(text: str, kind: shopify.Kind = "orders") -> list[Item]:
    return list(shopify.read("-", io.StringIO(text), kind))


def order_of(*rows: dict[str, str]) -> OrderRecord:
    record = read(export(*rows))[-1].record
    assert isinstance(record, OrderRecord)
    return record


def brief(order: OrderRecord) -> list[tuple[str, str, str, tuple[str, ...] | None]]:
    return [(line.kind, line.description, str(line.unit_price), line.taxes) for line in order.lines]


def reproduced(items: list[Item]) -> list[tuple[str, Decimal, Decimal]]:
    """Work every document out with the engine of invoices and list what it makes of the printed figures."""
    taxes = {}
    found = []
    for item in items:
        record = item.record
        if isinstance(record, TaxRecord):
            taxes[record.code] = Tax(record.code, record.name, "percent", record.amount, included=record.included)
        elif isinstance(record, OrderRecord | CartRecord):
            rounding = record.tax_rounding if isinstance(record, OrderRecord) else "globally"
            lines = [
                TaxLine(line.unit_price, line.quantity, line.discount, tuple(taxes[code] for code in line.taxes or ()))
                for line in record.lines
            ]
            ours = totals(lines, rounding=rounding, step=step_of(record.currency))
            assert record.source_totals is not None
            if (ours.tax, ours.total) != (record.source_totals.tax, record.source_totals.total):
                found.append((item.reference, ours.tax, ours.total))
    return found


def test_paid_order_with_included_tax():
    tax, item = list(shopify.read(str(ORDERS)))[:2]

    assert (tax.line, tax.record) == (2, TaxRecord("VAT-19-INCL", "VAT 19%", "percent", Decimal(19), included=True))
    assert (item.line, item.reference, item.error) == (2, "1001", None)
    home = AddressRecord(
        name="Ada Example", street="Linden Street 1", zip="01067", city="Dresden", region="SN", country="DE"
    )
    assert item.record == OrderRecord(
        number="1001",
        source="shopify",
        external_id="900001",
        customer=CustomerRecord(
            name="Ada Example",
            email="ada@example.org",
            phone="+49 351 000",
            marketing=ConsentRecord(consent=True, source="shopify"),
        ),
        ordered_at=CREATED,
        state="confirmed",
        confirmed_at=datetime(2026, 3, 14, 8, 31, tzinfo=UTC),
        currency="EUR",
        billing=home,
        shipping=home._replace(kind="shipping"),
        payment_method="Shopify Payments",
        tax_rounding="globally",
        note="Please ring twice,\nsecond floor",
        tags=("gift", "spring"),
        lines=(
            LineRecord(
                "product", "MUG-B", "Mug, blue", Decimal(2), Decimal(2), Decimal("19.90"), taxes=("VAT-19-INCL",)
            ),
            LineRecord("product", "POT", "Teapot", Decimal(1), Decimal(1), Decimal("20.00"), taxes=("VAT-19-INCL",)),
            LineRecord("shipping", "", "Parcel", unit_price=Decimal("4.90"), taxes=()),
        ),
        payments=(
            PaymentRecord(
                "shopify-payments",
                "c1.1",
                "card",
                Decimal("64.70"),
                "EUR",
                "done",
                datetime(2026, 3, 14, 8, 31, tzinfo=UTC),
            ),
        ),
        source_totals=SourceTotals(
            untaxed=Decimal("55.15"),
            tax=Decimal("9.55"),
            total=Decimal("64.70"),
            paid=Decimal("64.70"),
            refunded=Decimal(0),
            shipping=Decimal("4.90"),
            discount=Decimal(0),
            outstanding=Decimal(0),
            financial_status="paid",
            fulfillment_status="fulfilled",
        ),
    )


def test_pending_order_with_two_taxes_on_goods_and_shipping():
    item = next(item for item in shopify.read(str(ORDERS)) if item.reference == "1002")

    order = item.record
    assert isinstance(order, OrderRecord)
    assert (item.line, order.state, order.confirmed_at) == (5, "sent", None)
    both = ("STATE-TAX-5-EXCL", "CITY-TAX-2.5-EXCL")
    assert brief(order) == [("product", "Lamp", "25.00", both), ("shipping", "Ground", "10.00", both)]
    assert order.payments == (
        PaymentRecord("bank-deposit", "shopify:900002", "wire", Decimal("118.25"), "USD", "pending"),
    )


def test_sample_orders_have_their_states_remarks_and_control_totals():
    file = shopify.read(str(ORDERS), None, "auto")
    orders = [item.record for item in file if isinstance(item.record, OrderRecord)]

    assert [(order.number, order.state, order.remarks) for order in orders] == [
        ("1001", "confirmed", ()),
        ("1002", "sent", ()),
        (
            "1003",
            "confirmed",
            ("the status is paid, but the outstanding balance is the whole total 50.00: no payment imported",),
        ),
        (
            "1004",
            "confirmed",
            ("15.00 of 45.00 was refunded", "a tip of 5.00 is in the total, but not in the subtotal"),
        ),
        ("1005", "cancelled", ()),
    ]
    assert orders[2].payments == ()
    assert [(payment.reference, payment.state, str(payment.amount)) for payment in orders[3].payments] == [
        ("pp4", "done", "45.00"),
        ("pp4-refund", "refunded", "15.00"),
    ]
    control = file.control
    assert (control.orders, control.line_rows, control.cancelled) == (5, 7, 1)
    assert (control.total, control.outstanding) == (Decimal("307.95"), Decimal("198.25"))
    assert control.financial_status == {"paid": 2, "pending": 1, "partially_refunded": 1, "voided": 1}
    assert control.distinct_email_casefold == 5


def test_sample_documents_are_reproduced_by_the_tax_engine():
    assert reproduced(list(shopify.read(str(ORDERS)))) == []


def test_checkouts_are_carts_by_themselves():
    file = shopify.read(str(CHECKOUTS))
    fay, guest = [item.record for item in file]

    assert isinstance(fay, CartRecord)
    assert isinstance(guest, CartRecord)
    assert (fay.id, fay.stage, fay.created_at, fay.last_activity_at) == ("7001", "cart", CREATED, CREATED)
    assert fay.customer == CustomerRecord(email="fay@example.org", marketing=ConsentRecord(True, "shopify"))
    assert [line.description for line in fay.lines] == ["Cup", "Saucer"]
    assert (guest.customer, guest.stage) == (None, "payment")
    assert (file.control.orders, file.control.line_rows, file.control.total) == (2, 3, Decimal("55.00"))


def test_checkouts_can_be_read_as_orders_and_orders_not_as_carts():
    assert all(isinstance(item.record, OrderRecord) for item in shopify.read(str(CHECKOUTS), None, "orders"))
    errors = [item.error for item in shopify.read(str(ORDERS), None, "carts")]
    assert all(error is not None and "is an order" in error.message for error in errors)


@pytest.mark.parametrize(
    ("rows", "taxes", "lines"),
    [
        pytest.param(
            [head(Taxes="15.97", Tax_1_Name="VAT 19%", Tax_1_Value="15.97")],
            [("VAT-19-INCL", "19", True)],
            [("product", "Mug", "100.00", ("VAT-19-INCL",))],
            id="included",
        ),
        pytest.param(
            [head(Taxes="19.00", Total="119.00", Tax_1_Name="VAT (19 %)", Tax_1_Value="19.00")],
            [("VAT-19-EXCL", "19", False)],
            [("product", "Mug", "100.00", ("VAT-19-EXCL",))],
            id="excluded",
        ),
        pytest.param(
            [head(Shipping="19.00", Taxes="19.00", Total="119.00", Tax_1_Name="VAT 19%", Tax_1_Value="19.00")],
            [("VAT-19-INCL", "19", True)],
            [("product", "Mug", "100.00", ("VAT-19-INCL",)), ("shipping", "Shipping", "19.00", ("VAT-19-INCL",))],
            id="included in shipping too",
        ),
        pytest.param(
            [
                head(
                    Shipping="10.00", Taxes="8.10", Total="118.10", Tax_1_Name="State 6%", Tax_1_Value="6.00",
                    Tax_2_Name="City 1.91%", Tax_2_Value="2.10",
                )
            ],
            [("STATE-6-EXCL", "6", False), ("CITY-1.91-EXCL", "1.91", False)],
            [
                ("product", "Mug", "100.00", ("STATE-6-EXCL", "CITY-1.91-EXCL")),
                ("shipping", "Shipping", "10.00", ("CITY-1.91-EXCL",)),
            ],
            id="only one tax on shipping",
        ),
        pytest.param(
            [head(Taxes="7.00", Total="107.00", Tax_1_Name="GST", Tax_1_Value="7.00")],
            [("GST-7-EXCL", "7", False)],
            [("product", "Mug", "100.00", ("GST-7-EXCL",))],
            id="rate worked out",
        ),
        pytest.param(
            [head(Taxes="7.00", Total="107.00")],
            [("TAXES-7-EXCL", "7", False)],
            [("product", "Mug", "100.00", ("TAXES-7-EXCL",))],
            id="no tax named",
        ),
        pytest.param(
            [
                head(
                    Subtotal="150.00", Taxes="22.50", Total="172.50", Tax_1_Name="VAT 20%", Tax_1_Value="20.00",
                    Tax_2_Name="VAT 5%", Tax_2_Value="2.50",
                ),
                more(Lineitem_price="50.00"),
            ],
            [("VAT-20-EXCL", "20", False), ("VAT-5-EXCL", "5", False)],
            [("product", "Mug", "100.00", ("VAT-20-EXCL",)), ("product", "Pot", "50.00", ("VAT-5-EXCL",))],
            id="two rates, a line each",
        ),
        pytest.param(
            [
                head(Subtotal="150.00", Taxes="20.00", Total="170.00", Tax_1_Name="VAT 20%", Tax_1_Value="20.00"),
                more(Lineitem_price="50.00", Lineitem_taxable="false"),
            ],
            [("VAT-20-EXCL", "20", False)],
            [("product", "Mug", "100.00", ("VAT-20-EXCL",)), ("product", "Pot", "50.00", ())],
            id="a line that is not taxable",
        ),
        pytest.param(
            [
                head(
                    Subtotal="135.00", Taxes="18.00", Total="153.00", Tax_1_Name="VAT 20%", Tax_1_Value="18.00",
                    Discount_Code="TEN", Discount_Amount="15.00",
                ),
                more(Lineitem_price="50.00", Lineitem_taxable="false"),
            ],
            [("VAT-20-EXCL", "20", False)],
            [
                ("product", "Mug", "100.00", ("VAT-20-EXCL",)),
                ("product", "Pot", "50.00", ()),
                ("discount", "Discount TEN", "-10.00", ("VAT-20-EXCL",)),
                ("discount", "Discount TEN", "-5.00", ()),
            ],
            id="discount split over taxed and untaxed goods",
        ),
        pytest.param(
            [
                head(
                    Subtotal="90.00", Taxes="17.10", Total="107.10", Tax_1_Name="VAT 19%", Tax_1_Value="17.10",
                    Discount_Code="TEN", Discount_Amount="10.00",
                )
            ],
            [("VAT-19-EXCL", "19", False)],
            [
                ("product", "Mug", "100.00", ("VAT-19-EXCL",)),
                ("discount", "Discount TEN", "-10.00", ("VAT-19-EXCL",)),
            ],
            id="discount on goods",
        ),
        pytest.param(
            [head(Shipping="0.00", Discount_Code="FREESHIP", Discount_Amount="8.00", Shipping_Method="Parcel")],
            [],
            [
                ("product", "Mug", "100.00", ()),
                ("shipping", "Parcel", "8.00", ()),
                ("discount", "Shipping discount FREESHIP", "-8.00", ()),
            ],
            id="free shipping, shipping printed as 0",
        ),
        pytest.param(
            [head(Shipping="8.00", Discount_Code="FREESHIP", Discount_Amount="8.00", Shipping_Method="Parcel")],
            [],
            [
                ("product", "Mug", "100.00", ()),
                ("shipping", "Parcel", "8.00", ()),
                ("discount", "Shipping discount FREESHIP", "-8.00", ()),
            ],
            id="free shipping, shipping printed in full",
        ),
        pytest.param(
            [head(Subtotal="75.00", Total="75.00", Lineitem_discount="25.00")],
            [],
            [("product", "Mug", "100.00", ())],
            id="line discount in percent",
        ),
        pytest.param(
            [head(Lineitem_quantity="3", Subtotal="290.00", Total="290.00", Lineitem_discount="10.00")],
            [],
            [("product", "Mug", "100.00", ()), ("discount", "Discount: Mug", "-10.00", ())],
            id="line discount that is no even percentage",
        ),
        pytest.param(
            [
                head(
                    Subtotal="1.00", Lineitem_price="0.50", Taxes="0.10", Total="1.10", Tax_1_Name="GST 9%", Tax_1_Value="0.10"
                ),
                more(Lineitem_price="0.50"),
            ],
            [("GST-9-EXCL", "9", False)],
            [("product", "Mug", "0.50", ("GST-9-EXCL",)), ("product", "Pot", "0.50", ("GST-9-EXCL",))],
            id="rounded line by line",
        ),
    ],
)  # fmt: skip
def test_taxes_and_discounts_are_found_out(rows, taxes, lines):
    items = read(export(*rows))
    order = items[-1].record

    assert isinstance(order, OrderRecord)
    found = [item.record for item in items[:-1]]
    assert [(tax.code, str(tax.amount), tax.included) for tax in found if isinstance(tax, TaxRecord)] == taxes
    assert brief(order) == lines
    assert order.remarks == ()
    assert order.tax_rounding == ("per_line" if "GST-9" in str(taxes) else "globally")
    assert reproduced(items) == []


def test_an_even_line_discount_becomes_a_percentage():
    order = order_of(head(Subtotal="75.00", Total="75.00", Lineitem_discount="25.00"))

    assert order.lines[0].discount == Decimal(25)


def test_delivered_follows_the_fulfilment_of_the_line():
    order = order_of(
        head(Subtotal="102.00", Total="102.00", Lineitem_fulfillment_status="fulfilled"),
        more(Lineitem_fulfillment_status="pending"),
        more(Lineitem_fulfillment_status="restocked"),
    )

    assert [str(line.delivered) for line in order.lines] == ["1", "0", "0"]


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        (
            {"Outstanding_Balance": "20.00"},
            "the status is paid, but the outstanding balance is 20.00 of a total of 100.00",
        ),
        ({"Subtotal": "90.00"}, "the subtotal is 90.00, but the lines less discounts come to 100.00"),
        (
            {"Total": "130.00"},
            "the total is 130.00, but its parts do not add up to it: subtotal 100.00, shipping 0.00, taxes 0.00",
        ),
        (
            {"Taxes": "5.00", "Total": "105.00", "Tax_1_Name": "VAT 4%", "Tax_1_Value": "4.00"},
            "the taxes are 5.00, but the single taxes come to 4.00",
        ),
        (
            {"Taxes": "9.00", "Total": "109.00", "Tax_1_Name": "VAT 5%", "Tax_1_Value": "9.00"},
            "the printed taxes (VAT 5% 9.00) do not follow from the lines: 4.00 off at best",
        ),
        (
            {"Financial_Status": "refunded", "Refunded_Amount": "60.00"},
            "the status is refunded, but 60.00 of 100.00 went back",
        ),
        ({"Financial_Status": "refunded", "Refunded_Amount": "100.00"}, "100.00 of 100.00 was refunded"),
        ({"Refunded_Amount": "10.00"}, "10.00 of 100.00 went back, but the status is paid"),
        (
            {"Payment_Method": "Shopify Payments + Gift Card"},
            "paid with Shopify Payments + Gift Card: one payment of 100.00 imported, how it was split is unknown",
        ),
        (
            {"Financial_Status": "partially_paid"},
            "the status is partially_paid, but the outstanding balance is not told",
        ),
        (
            {"Financial_Status": "pending", "Outstanding_Balance": "0.00"},
            "the status is pending, but the outstanding balance is 0.00 of a total of 100.00",
        ),
        ({"Email": "a@b, c@d"}, "the e-mail address 'a@b, c@d' cannot be used and was left out"),
    ],
)
def test_contradictions_are_kept_and_told(fields, remark):
    order = order_of(head(**fields))

    assert remark in order.remarks
    assert order.source_totals is not None
    assert str(order.source_totals.total) == fields.get("Total", "100.00")


@pytest.mark.parametrize(
    ("fields", "state", "payments"),
    [
        ({}, "confirmed", [("done", "100.00", "shopify", "shopify:9001", "other")]),
        (
            {"Payment_Method": "Stripe", "Payment_Reference": "ch_1"},
            "confirmed",
            [("done", "100.00", "stripe", "ch_1", "card")],
        ),
        (
            {"Financial_Status": "authorized"},
            "confirmed",
            [("authorized", "100.00", "shopify", "shopify:9001", "other")],
        ),
        (
            {"Financial_Status": "partially_paid", "Outstanding_Balance": "40.00"},
            "confirmed",
            [("done", "60.00", "shopify", "shopify:9001", "other")],
        ),
        ({"Financial_Status": "partially_paid"}, "confirmed", []),
        ({"Financial_Status": "pending"}, "sent", [("pending", "100.00", "shopify", "shopify:9001", "wire")]),
        (
            {"Financial_Status": "pending", "Payment_Method": "Cash on Delivery (COD)"},
            "sent",
            [("pending", "100.00", "cash-on-delivery-cod", "shopify:9001", "cod")],
        ),
        ({"Financial_Status": "pending", "Cancelled_at": "2026-03-15 09:30:00 +0100"}, "cancelled", []),
        ({"Financial_Status": "voided"}, "cancelled", []),
        ({"Financial_Status": "expired"}, "cancelled", []),
        ({"Financial_Status": ""}, "sent", []),
        ({"Outstanding_Balance": "100.00"}, "confirmed", []),
        (
            {"Subtotal": "0.00", "Total": "0.00", "Lineitem_price": "0.00", "Outstanding_Balance": "0.00"},
            "confirmed",
            [],
        ),
    ],
)
def test_payments_show_only_the_money_that_the_file_shows(fields, state, payments):
    order = order_of(head(**fields))

    found = [(each.state, str(each.amount), each.provider, each.reference, each.method) for each in order.payments]
    assert (order.state, found) == (state, payments)


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"Total": "1,5"}, "Total", "'1,5' is not an amount"),
        ({"Lineitem_price": "1e1000000"}, "Lineitem price", "is not an amount"),
        ({"Lineitem_quantity": ""}, "Lineitem quantity", "no quantity"),
        ({"Tax_1_Name": "VAT", "Tax_1_Value": "x"}, "Tax 1 Value", "is not an amount"),
        ({"Currency": "euro"}, "Currency", "is not a currency code"),
        ({"Created_at": "14.03.2026"}, "Created at", "is not a date, time and zone"),
        ({"Created_at": "0001-01-01 00:00:00 +1400"}, "Created at", "is not a date, time and zone"),
        ({"Financial_Status": "settled"}, "Financial Status", "'settled' is none of"),
        ({"Notes": "x" * 10_001}, "", "10001 characters"),
    ],
)
def test_an_order_that_cannot_be_understood_disturbs_no_other(fields, path, words):
    bad, good = read(export(head(**fields), head(Name="#2", Id="9002")))

    assert good.error is None
    assert bad.error is not None
    assert (bad.line, bad.reference, bad.record) == (2, "1", None)
    assert bad.error.code == "import.field"
    assert bad.error.details["path"] == path
    assert words in bad.error.message


def test_rows_apart_from_their_order_and_orders_listed_twice_are_told():
    items = read(
        export(head(), head(Name="#2", Id="9002"), more(), head(Name="#3", Id="9003"), head(), head(Id="9009"))
    )

    assert [(item.line, item.reference, item.error and item.error.message) for item in items] == [
        (2, "1", None),
        (3, "2", None),
        (4, "1", "line 4: Total: the row of order #1 has no order values and does not follow its order"),
        (5, "3", None),
        (6, "1", "line 6: Name: order #1 is in the file twice"),
        (7, "1", None),
    ]


def test_a_record_cut_off_inside_quotes_is_told():
    whole = export(head(), head(Name="#2", Id="9002", Notes='say "hello", twice'))
    first, last = read(whole[: whole.index("hello")])

    assert first.error is None
    assert last.error is not None
    assert (last.line, last.reference) == (3, "2")
    assert "the record is cut off inside quotes" in last.error.message


def test_a_row_that_is_too_short_spoils_its_order_only():
    lines = export(head(), more(), head(Name="#2", Id="9002")).splitlines(keepends=True)
    lines[2] = lines[2][:-8] + "\n"
    first, second = read("".join(lines))

    assert first.error is not None
    assert (first.line, first.reference) == (3, "1")
    assert "the row has 23 columns, the header 30" in first.error.message
    assert second.error is None


def test_windows_line_ends_marks_and_blank_lines_are_welcome():
    text = "\ufeff" + export(head(Notes="one\ntwo"), more()).replace("\n", "\r\n") + "\r\n\r\n"

    (item,) = read(text)

    assert isinstance(item.record, OrderRecord)
    assert (len(item.record.lines), item.record.note) == (2, "one\r\ntwo")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Name,Total\n", "orders", "no column Currency, Created at, Lineitem quantity"),
        ("Name;Currency;Total\n#1;EUR;1\n", "auto", "no column Name"),
        ("\n\na,b\n", "auto", "no column Name"),
        ("Email\n", "customers", "no column First Name, Last Name"),
        ('"Name,Total\n', "orders", "cut off inside quotes"),
    ],
)
def test_a_file_without_the_needed_columns_is_refused(text, kind, words):
    with pytest.raises(UsageError, match=words) as caught:
        shopify.read("-", io.StringIO(text), kind)

    assert caught.value.code == "file.format"


def test_columns_may_be_missing_unknown_and_in_any_order():
    text = (
        "Total,Extra,Lineitem price,Lineitem name,Lineitem quantity,Created at,Currency,Name\n"
        "5.00,x,5.00,Cup,1,2026-03-14 09:30:00 UTC,EUR,EN7\n"
    )

    (item,) = read(text)

    assert isinstance(item.record, OrderRecord)
    assert (item.record.number, item.record.external_id) == ("EN7", "EN7")
    assert item.record.ordered_at == datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    assert item.record.customer is None


def test_customers_in_the_oldest_and_the_newest_layout():
    old = shopify.read(str(CUSTOMERS))
    ada, bo, nobody = old
    (cy,) = shopify.read(str(SAMPLES / "shopify_customers_20col.csv"), None, "customers")

    assert ada.record == CustomerRecord(
        name="Ada Example",
        company="Example Ltd",
        email="ada@example.org",
        phone="+49351000",
        tags=("vip",),
        marketing=ConsentRecord(consent=True, source="shopify"),
        note="likes blue",
        addresses=(
            AddressRecord(
                "Ada Example", "Example Ltd", "Linden Street 1", "", "01067", "Dresden", "SN", "DE", "billing"
            ),
        ),
    )
    assert bo.record == CustomerRecord(email="bo@example.org", marketing=ConsentRecord(consent=False, source="shopify"))
    assert nobody.error is not None
    assert "names nobody" in nobody.error.message
    assert cy.record == CustomerRecord(
        name="Cy Sample",
        email="cy@example.org",
        phone="+44 1",
        marketing=ConsentRecord(consent=True, source="shopify"),
        addresses=(AddressRecord(name="Cy Sample", zip="0123", city="Leeds", country="GB"),),
    )
    control = old.control
    assert (control.customers, control.with_email, control.accepts_email) == (2, 2, 1)
    assert (control.total_spent, control.total_orders) == (Decimal("64.70"), Decimal(1))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared exports are not here")
@pytest.mark.parametrize("name", sorted(path.name for path in (SHARED / "shopify").glob("*.csv")) or ["none"])
def test_real_exports_meet_their_control_totals_to_the_cent(name):
    expected = json.loads((SHARED / "ORACLE.json").read_text())[f"shopify/{name}"]
    file = shopify.read(str(SHARED / "shopify" / name))

    items = list(file)

    assert [item.error for item in items if item.error] == []
    assert reproduced(items) == []
    control = file.control
    found = {
        "currency": sorted(control.currencies),
        "financial_status": control.financial_status,
        "fulfillment": control.fulfillment,
        **{key: getattr(control, key) for key in expected if hasattr(control, key) and key != "financial_status"},
    }
    for key, value in expected.items():
        assert found[key] == (Decimal(value) if isinstance(value, str) else value), key


@pytest.mark.skipif(not SHARED.exists(), reason="the shared exports are not here")
def test_real_contradictions_are_all_told():
    remarks: Counter[str] = Counter()
    for path in (SHARED / "shopify").glob("orders*.csv"):
        for item in shopify.read(str(path)):
            if isinstance(item.record, OrderRecord):
                remarks.update(remark.split("0")[0][:40] for remark in item.record.remarks)

    assert sum(remarks.values()) == 50
    assert remarks["the status is paid, but the outstanding "] == 48


@settings(max_examples=150)
@given(st.data())
def test_damaged_files_give_items_or_a_refusal(data):
    content = bytearray(data.draw(st.sampled_from([ORDERS, CHECKOUTS, CUSTOMERS])).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        damage = data.draw(st.binary(max_size=3) | st.sampled_from([b'"', b"\n", b",", b"\r", b"-", b"9", b"%"]))
        content[place : place + data.draw(st.integers(0, 9))] = damage
    found: list[Item] = []
    with suppress(UsageError):
        found += shopify.read("-", io.BytesIO(content), data.draw(st.sampled_from(["orders", "carts", "auto"])))

    assert all((item.record is None) != (item.error is None) for item in found)


@given(st.binary(max_size=300))
def test_random_bytes_give_items_or_a_refusal(content):
    header = b"Name,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
    found: list[Item] = []
    with suppress(ShopError):
        found += shopify.read("-", io.BytesIO(header + content))

    assert all(item.error is not None for item in found)
