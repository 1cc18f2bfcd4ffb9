"""Find what does not add up in a shop: one of each kind, and nothing where all is well."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from shopctl.domain.crediting import Wanted
from shopctl.models import BankLine, BankStatement, Invoice, Order
from shopctl.services import crediting, invoicing, registering
from shopctl.services.deciding import Bundle, Request
from shopctl.services.receipts import Receipt
from shopctl.services.reconciling import differences
from tests.support.shop import TODAY, at, bill, done, line, order, payment, sell

D = Decimal


def told(shop, *limits):
    return [(one.kind, one.document, one.expected, one.found, one.command) for one in differences(shop, *limits)]


def test_nothing_where_all_is_well(shop):
    sell(shop, order("S1", line(100, 1, "V21"), payments=(payment("t1", 121),)), order("S2"), order("S3"))
    bill(shop, "S1", "S2")
    done(*registering.register(shop, [Receipt("INV/2026/00002")]))
    invoicing.create(shop, ["S3"], Request(kind="down_payment", percent=D(30), confirm=True))
    bill(shop, "S3")
    for number in ("INV/2026/00003", "INV/2026/00004"):
        done(*registering.register(shop, [Receipt(number)]))

    assert told(shop) == []


def test_orders_that_are_not_billed(shop):
    sell(
        shop, order("S1"), order("S2", payments=(payment("t1", 40),)), order("S3"),
        order("S4", line(policy="delivered")), order("S5", state="sent"),
        order("S6", state="cancelled"),
    )  # fmt: skip
    invoicing.create(shop, ["S3"], Request())

    assert told(shop) == [
        ("paid_not_invoiced", "S2", 100, 0, "shopctl invoice create S2 --confirm"),
        ("not_invoiced", "S1", 100, 0, "shopctl invoice create S1 --confirm"),
        ("not_invoiced", "S3", 100, 0, "shopctl invoice confirm DRAFT/00001"),
        ("not_invoiced", "S4", 100, 0, "shopctl orders deliver S4"),
    ]


def test_documents_and_money(shop):
    sell(shop, order("S1"), order("S2"), payment("t1", 30, customer="C1"), payment("t2", 20, customer="C2"))
    bill(shop, "S1", "S2")
    done(*registering.register(shop, [Receipt("INV/2026/00001")]))
    request = crediting.Request(Wanted(amount=D(10)), "late", confirm=True)
    done(*crediting.create(shop, ["INV/2026/00001"], request))

    assert told(shop) == [
        ("not_paid", "INV/2026/00002", 100, 0, "shopctl payment allocate INV/2026/00002"),
        ("credit_left", "RINV/2026/00001", 10, 0, "shopctl payment outstanding C1"),
        ("no_document", "PAY/2026/00001", 30, 0,
         "shopctl payment allocate INV/2026/00002 --credit PAY/2026/00001"),
        ("no_document", "PAY/2026/00002", 20, 0, "shopctl payment refund PAY/2026/00002"),
    ]  # fmt: skip


def test_an_order_that_was_paid_twice(shop):
    sell(shop, order("S1", payments=(payment("t1", 100), payment("t2", 100))))
    bill(shop, "S1")

    assert told(shop) == [
        ("over_paid", "S1", 100, 200, "shopctl payment refund PAY/2026/00002 --amount 100.00"),
    ]


def test_contradictions(shop):
    sell(shop, order("S1", payments=(payment("t1", 100),)), order("S2", payments=(payment("t2", 100),)))
    bill(shop, "S1", "S2")
    Order.update(payment_status="partial").where(Order.number == "S1").execute()
    Order.update(amount_untaxed=D(101), amount_total=D(101), paid=D(101)).where(Order.number == "S2").execute()
    Invoice.update(payment_status="partial").where(Invoice.number == "INV/2026/00001").execute()

    assert told(shop) == [
        ("total_differs", "S2", 101, 100, "shopctl orders show S2"),
        ("status_differs", "INV/2026/00001", 100, 100, "shopctl db check --rule A2"),
        ("status_differs", "S1", 100, 100, "shopctl db check --rule O2"),
    ]


def test_an_invoice_of_several_orders_bills_each_its_own_lines(shop):
    sell(shop, order("S1", line(100)), order("S2", line(50)))
    invoicing.create(shop, ["S1"], Request(kind="down_payment", percent=D(20), confirm=True))
    done(*registering.register(shop, [Receipt("INV/2026/00001")]))
    invoicing.create_together(shop, [Bundle(("S1", "S2"))], Request(confirm=True))
    done(*registering.register(shop, [Receipt("INV/2026/00002")]))

    assert told(shop) == []


def test_bank_lines_and_statements(shop):
    statement = BankStatement.create(
        format="camt.053", account="DE1", name="7", currency="EUR", closed_on=TODAY, opening=D(0), closing=D(100),
        difference=D("0.50"), fingerprint="f", imported_at=shop.now,
    )  # fmt: skip
    for position, (amount, state) in enumerate(((60, "open"), (40, "settled"), (-5, "open"), (7, "pending")), 1):
        BankLine.create(
            statement=statement, position=position, date=TODAY, currency="EUR", amount=D(amount), state=state,
            identity=str(position), settled=D(40) if state == "settled" else D(0),
        )  # fmt: skip

    assert told(shop) == [
        ("line_open", "LINE/00001", 60, 0, "shopctl payment assign LINE/00001 DOCUMENT"),
        ("line_open", "LINE/00003", -5, 0, "shopctl payment assign LINE/00003 DOCUMENT"),
        ("statement_differs", "DE1 7", 100, D("99.50"), "shopctl payment statements --unbalanced"),
    ]


def test_only_the_days_that_are_asked_for(shop):
    sell(shop, order("S1"), order("S2", ordered_at=datetime(2026, 7, 31, 23, tzinfo=UTC)))
    bill(at(shop, date(2026, 9, 1)), "S1")

    july = (date(2026, 7, 1), date(2026, 7, 31)), (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
    september = (date(2026, 9, 1), None), (datetime(2026, 9, 1, tzinfo=UTC), None)

    assert [row[1] for row in told(shop, *july)] == ["S2"]
    assert [row[1] for row in told(shop, *september)] == ["INV/2026/00001"]
    late = differences(at(shop, date(2026, 9, 1) + timedelta(20)), *september)
    assert [one.text for one in late] == ["0.00 of 100.00 paid, 20 days late"]
