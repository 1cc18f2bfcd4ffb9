"""Lists for scripts read column by column: what comes out is what the rows would have told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules

import pytest

from shopctl import models
from shopctl.commands import (
    bank_fields,
    cart_fields,
    catalogue_fields,
    customer_fields,
    fields,
    order_lists,
    reminder_fields,
    suppression_fields,
)
from shopctl.domain.records import (
    AddressRecord,
    CartRecord,
    ConsentRecord,
    CustomerRecord,
    ProductRecord,
)
from shopctl.output.lists import Pages, write_rows
from shopctl.services import listing, returning, shipping, suppressing
from shopctl.services.listing import (
    bank_lines,
    bank_statements,
    carts,
    credits,
    customers,
    deliveries,
    emails,
    invoices,
    orders,
    payments,
    products,
    reminders,
    suppressions,
)
from tests.support.shop import WORK, asked, bank_line, bill, line, order, payment, sell
from tests.support.shops import NOW

FORMS = (("csv", False), ("csv", True), ("tsv", False), ("plain", False), ("jsonl", False), ("json", False))

LISTS = {
    "orders": (orders, orders.OrderFilter(state="all"), fields.ORDERS),
    "unpaid": (
        orders,
        orders.OrderFilter(unpaid=True),
        order_lists._columns(orders.OrderFilter(unpaid=True), NOW.date(), NOW.tzinfo),
    ),
    "invoices": (invoices, invoices.InvoiceFilter(), fields.INVOICES),
    "payments": (payments, payments.PaymentFilter(), fields.PAYMENTS),
    "credits": (credits, credits.CreditFilter(), fields.CREDITS),
    "bank lines": (bank_lines, bank_lines.BankLineFilter(), bank_fields.BANK_LINES),
    "bank statements": (bank_statements, bank_statements.BankStatementFilter(), bank_fields.BANK_STATEMENTS),
    "deliveries": (deliveries, deliveries.DeliveryFilter(), fields.DELIVERIES),
    "e-mails": (emails, emails.EmailFilter(), fields.EMAILS),
    "suppressions": (suppressions, suppressions.SuppressionFilter(), suppression_fields.SUPPRESSIONS),
    "customers": (customers, customers.CustomerFilter(), customer_fields.CUSTOMERS),
    "carts": (carts, carts.CartFilter(), cart_fields.CARTS),
    "products": (products, products.ProductFilter(), catalogue_fields.PRODUCTS),
    "reminders": (reminders, reminders.ReminderFilter(), reminder_fields.REMINDERS),
}

READ_AS_STORED = {
    "orders": {one.name for one in fields.ORDERS},
    "unpaid": {one.name for one in fields.ORDERS} | {"reminders"},
    "invoices": {
        "number", "type", "kind", "date", "due_date", "customer", "customer_name", "currency", "amount_untaxed",
        "amount_tax", "amount_total", "amount_due", "state", "payment_status", "disputed", "sent_at",
    },
    "payments": {one.name for one in fields.PAYMENTS},
    "credits": {one.name for one in fields.CREDITS} - {"age", "order"},
    "bank lines": {one.name for one in bank_fields.BANK_LINES}
    - {"line", "statement", "target", "amount_open", "repeats"},
    "bank statements": {one.name for one in bank_fields.BANK_STATEMENTS}
    - {"statement", "amount_total", "new", "repeated", "pending"},
    "deliveries": {one.name for one in fields.DELIVERIES},
    "e-mails": {one.name for one in fields.EMAILS} - {"id"},
    "suppressions": {"scope", "reason", "created_at"},
    "customers": {
        "code", "company", "email", "phone", "country", "language", "marketing", "orders", "last_order",
    },
    "carts": {
        "number", "created_at", "last_activity_at", "ordered_at", "customer_code", "customer_name", "customer_email",
        "currency", "amount_untaxed", "amount_tax", "amount_total", "stage", "source", "website",
    },
    "products": {"sku", "name", "type", "policy", "stock"},
    "reminders": {one.name for one in reminder_fields.REMINDERS}
    - {"step", "installment", "currency", "fee", "interest", "letter"},
}  # fmt: skip
"""Columns that the database tells as they are; all others need the row."""


@dataclass
class Page:
    """Where a list is written to."""

    pieces: list[str] = field(default_factory=list)

    def write(self, text):
        self.pieces.append(text)

    def flush(self):
        pass


def written(rows, columns, form, *, excel):
    sink, pages = Page(), Pages(rows, limit=0, total=None, more=None)
    write_rows(sink, form, "x/1", columns, pages, key="number", header=True, excel=excel)
    return "".join(sink.pieces), pages.returned


@pytest.fixture
def motley(shop):
    """A shop with one of everything that lists can tell: names that need quotes, currencies, states, what is absent."""
    firm = CustomerRecord(
        "F1", 'Zoë "Zo" Müller', "Müller,\tSons & Co", "zoe@firm.example", "+49 1", "", "de", ("vip", "b2b"),
        marketing=ConsentRecord(True, "form", NOW), addresses=(AddressRecord(name="Zoë", country="DE"),),
    )  # fmt: skip
    sell(
        shop,
        firm,
        CustomerRecord("N1", marketing=ConsentRecord(False, "form", NOW)),
        CustomerRecord("M1", "=1+1", email="mail@only.example"),
        ProductRecord("A1", "Apple, green", "goods", Decimal("1.2345"), ("V21", "V6"), "delivered", stock=Decimal("2.5")),
        ProductRecord("B1", "Back\\slash", "service", Decimal(7)),
        order("S1", line(100, 2, "V21"), customer="F1", payments=(payment("p1", 242),), payment_method="wire, late"),
        order("S2", line("0.1234"), customer="N1", currency="USD", state="sent", payments=(payment("p2", 1, state="pending", currency="USD"),)),
        order("S3", line(1500), customer="M1", currency="JPY", external_id="x\ny", source="web", website="a\\b"),
        order("S4", line(50), customer=None, payments=(payment("p4", 60),)),
        order("S5", line(70), customer="F1", currency="KWD"),
        order("S6", line(30), customer="F1", payments=(payment("p6", 30),)),
        order("S7", line(20), customer="F1", state="cancelled"),
        order("S8", line(10, 3), customer="F1"),
        CartRecord("K1", customer="F1", created_at=NOW, last_activity_at=NOW, currency="EUR", lines=(line(5),)),
        CartRecord("K2", created_at=NOW - timedelta(days=3), last_activity_at=NOW - timedelta(days=3), currency="JPY",
                   lines=(line(5),), payment_error="card, refused"),
        payment("free", 15, customer="M1", memo="over\u202enight\ttrain"),
    )  # fmt: skip
    posted = bill(shop, "S1", "S3", "S6")
    WORK["invoice"](shop, ["S8"])
    WORK["credit"](shop, posted[2:])
    models.Invoice.update(disputed='says "no"').where(models.Invoice.number == posted[1]).execute()
    models.Order.update(hold_reason="wait, please\r\n", differences="total 1 / 2").where(
        models.Order.number == "S5"
    ).execute()
    shipping.deliver(shop, ["S4", "S5", "S8"], shipping.Shipment(carrier="Post, fast", note='left "there"'))
    returning.give_back(shop, ["S8"], returning.Return(reason="too\tlarge"))
    bank_line("12.34", name="Müller, Sons", text='says "RF18"', reference="S2")
    bank_line("-7", fee=Decimal("0.35"), value_date=None)
    for place, (document, sent_at) in enumerate((("S2", NOW), ("S8", None), ("K2", None))):
        models.Email.create(
            key=f"x{place}", document=document, kind="payment_reminder", recipient="a@x.example", subject='Pay, "please"',
            text="t", message_id=f"<{place}@x>", state="sent" if sent_at else "queued", not_before=NOW, created_at=NOW,
            sent_at=sent_at, reply="250\nok",
        )  # fmt: skip
    for place, (kind, document, charge) in enumerate((("order", "S2", None), ("invoice", posted[0], 1)), 1):
        models.Reminder.create(
            kind=kind, document=document, step=100 + place, customer=place, email=place, fee=Decimal(5), charge=charge,
            created_at=NOW,
        )  # fmt: skip
    suppressing.add(shop, ["a@x.example"], "all", 'said "no", twice')
    suppressing.add(shop, ["b@x.example"], "marketing")
    suppressing.forget(["b@x.example"])
    return shop


def search(shop, name):
    source, wanted, _ = LISTS[name]
    return source.search(wanted, asked(shop=shop)).rows


@pytest.mark.parametrize("name", LISTS)
def test_each_column_is_written_as_its_rows_would_be(motley, name):
    columns = LISTS[name][2]
    as_stored = set()
    for column in columns:
        needed = [*column.sources, *(["currency"] if column.kind == "money" else [])]
        if column.sources and search(motley, name).stored(needed) is not None:
            as_stored.add(column.name)
        for form, excel in FORMS:
            found = written(search(motley, name), [column], form, excel=excel)
            assert found == written(list(search(motley, name)), [column], form, excel=excel), column.name

    assert as_stored == READ_AS_STORED[name]


@pytest.mark.parametrize("name", LISTS)
def test_all_columns_together_are_written_as_rows_would_be(motley, name):
    columns = [one for one in LISTS[name][2] if one.name in READ_AS_STORED[name]]
    for form, excel in FORMS:
        rows = list(search(motley, name))
        assert rows
        assert written(search(motley, name), columns, form, excel=excel) == written(rows, columns, form, excel=excel)


def test_no_list_is_left_out():
    modules = [import_module(f"shopctl.services.listing.{one.name}") for one in iter_modules(listing.__path__)]

    assert {one.NOUN.name for one in modules if hasattr(one, "NOUN")} == {one[0].NOUN.name for one in LISTS.values()}
