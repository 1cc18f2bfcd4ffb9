"""Orders as paper and letters need them, loaded from the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl.domain.deliveries import parse_quantities
from shopctl.domain.documents import (
    BankAccount,
    DocumentLine,
    DocumentPayment,
    DocumentTax,
    InvoiceDocument,
    OrderDocument,
    OrderedLine,
    OrderInvoice,
    OrderShipment,
    Party,
)
from shopctl.domain.order_letters import Progress
from shopctl.domain.outcomes import Done
from shopctl.domain.records import AddressRecord, LineRecord, OrderRecord
from shopctl.models import Order
from shopctl.services import order_documents, registering, shipping
from shopctl.services.receipts import Receipt
from tests.services.mail_shop import bill, fill, opened
from tests.support.shop import take_in
from tests.support.shops import NOW

D = Decimal


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        yield shop


def load(shop, number):
    key = Order.get(Order.number == number).id
    return order_documents.load(shop, [key])[key]


def test_an_order_is_complete(shop):
    Order.update(note="Ring twice.", terms="HALF").where(Order.number == "S1").execute()

    assert load(shop, "S1") == OrderDocument(
        paper=InvoiceDocument(
            number="S1",
            title_kind="order_confirmation",
            state="posted",
            seller=Party(
                "Northwind Living", ("1 Harbour Road", "20457 Hamburg"), "hello@northwind.example", "+49 40 1",
                "DE123456789",
            ),
            buyer=Party("Zoë Müller", ("12 High Street", "Flat 3", "London SW1A 1AA", "GB"), "zoe@example.org"),
            ship_to=Party("Azure", ("Ann Smith", "5 Main St", "Beverly Hills, CA 90210", "US")),
            customer_code="C1",
            orders=(),
            issued_on=date(2026, 8, 21),
            due_on=None,
            terms_note="Half now, half later.",
            reference="S1",
            currency="EUR",
            lines=(DocumentLine("product", "Oak desk", "DESK", D(2), D(50), D(0), ("VAT 21%",), D(100)),),
            taxes=(DocumentTax("VAT 21%", None, D(21)),),
            amount_untaxed=D(100),
            amount_tax=D(21),
            amount_total=D(121),
            payments=(),
            amount_due=D(121),
            bank=BankAccount(iban="DE89370400440532013000", bic="COBADEFFXXX"),
            note="Ring twice.",
            language="en",
        ),
        progress=Progress("confirmed", D(0), D(121), "to_ship", "to_invoice", shipped=False, billed=False),
        refunded=False,
        lines=(OrderedLine("product", "Oak desk", D(2), D(121)),),
        invoices=(),
        shipments=(),
    )  # fmt: skip


def test_what_was_billed_paid_and_sent_is_told(shop):
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", amount=D("21.50"))])
    for how in (
        shipping.Shipment(parse_quantities(["1=1"]), carrier="DHL", tracking="0034"),
        shipping.Shipment(parse_quantities(["1=1"])),
        shipping.Shipment(parse_quantities(["1=-1"])),
    ):
        shipping.deliver(shop, ["S1"], how)

    found = load(shop, "S1")

    assert found.progress == Progress("confirmed", D("21.50"), D("99.50"), "partial", "invoiced", True, True)
    assert found.paper.payments == (DocumentPayment("", None, D("21.50")),)
    assert (found.paper.amount_due, found.paper.reference) == (D("99.50"), "INV/2026/00001")
    assert found.invoices == (
        OrderInvoice("INV/2026/00001", "invoice", date(2026, 8, 21), date(2026, 9, 20), D(121), D("99.50")),
    )
    assert found.shipments == (
        OrderShipment("OUT/2026/00001", date(2026, 8, 21), "DHL", "0034", ((D(1), "Oak desk"),)),
        OrderShipment("OUT/2026/00002", date(2026, 8, 21), "", "", ((D(1), "Oak desk"),)),
    )


def test_drafts_are_not_told(shop):
    bill(shop, "S1", confirm=False)

    found = load(shop, "S1")

    assert (found.invoices, found.progress.billed, found.paper.reference) == ((), False, "S1")


def test_a_paid_order_names_no_reference(shop):
    found = load(shop, "S2")

    assert (found.paper.amount_due, found.paper.reference, found.paper.language) == (0, "", "de")
    assert found.paper.payments == (DocumentPayment("", None, D(121)),)
    assert found.paper.buyer == Party(
        "Möbel Nord", ("Ulf Nord", "Kai 4", "24103 Kiel"), "nord@example.org", "040 2", "DE2"
    )


@pytest.mark.parametrize(
    ("state", "kind", "paper", "due"),
    [
        ("sent", "order", "posted", D(121)),
        ("confirmed", "order_confirmation", "posted", D(121)),
        ("cancelled", "order", "cancelled", D(0)),
    ],
)
def test_the_state_decides_what_the_paper_is_called(shop, state, kind, paper, due):
    Order.update(state=state).where(Order.number == "S1").execute()

    found = load(shop, "S1").paper

    assert (found.title_kind, found.state, found.amount_due) == (kind, paper, due)


@pytest.mark.parametrize(
    ("billing", "expected"),
    [
        (None, Party("Guest")),
        (AddressRecord("Ann Smith", "", "Kai 4", "", "24103", "Kiel", "", "DE"), Party("Ann Smith", ("Kai 4", "24103 Kiel"))),
        (AddressRecord("Ann", "Azure", "Kai 4", "", "24103", "Kiel", "", "DE"), Party("Azure", ("Ann", "Kai 4", "24103 Kiel"))),
    ],
)  # fmt: skip
def test_a_guest_is_named_by_the_address_and_has_nowhere_to_write_to(shop, billing, expected):
    line = LineRecord(description="Apple", quantity=D(1), unit_price=D(5))
    order = OrderRecord(number="G1", ordered_at=NOW, state="sent", currency="EUR", lines=(line,), billing=billing)
    (outcome,) = take_in(shop, order)
    assert isinstance(outcome, Done), outcome

    assert load(shop, "G1").paper.buyer == expected


def test_several_orders_come_in_as_many_queries_as_one(shop):
    def queries(keys):
        asked = []
        execute = shop.database.execute_sql
        shop.database.execute_sql = lambda *given, **more: asked.append(given[0]) or execute(*given, **more)
        try:
            order_documents.load(shop, keys)
        finally:
            shop.database.execute_sql = execute
        return len(asked)

    assert queries([1, 2, 3, 4]) == queries([1])


def test_papers_are_answered_by_how_they_were_typed(shop):
    found = order_documents.papers(shop, ["s1", "NOPE", "#S2"])

    assert list(found) == ["s1", "NOPE", "#S2"]
    assert (found["s1"].number, found["#S2"].number) == ("S1", "S2")
    assert (found["NOPE"].code, found["NOPE"].message) == ("order.unknown", "there is no order NOPE")
