"""The default lists, their counts and the sums beside them are answered by indexes, whatever the shop has grown to."""

from __future__ import annotations

from datetime import date

import pytest

from shopctl.db.connection import is_sqlite
from shopctl.services import customers, deliveries, invoices, orders, payments
from shopctl.services.invoice_filters import InvoiceFilter
from tests.support.shop import order, sell

TODAY = date(2026, 8, 21)

LISTS = {
    "orders": (lambda: orders.search(orders.OrderFilter(), limit=1), "SCAN t1 USING INDEX orders_ordered_at_number"),
    "unpaid": (lambda: orders.search(orders.OrderFilter(unpaid=True), limit=1), "SCAN t1 USING INDEX orders_unpaid"),
    "to invoice": (
        lambda: orders.search(orders.OrderFilter(to_invoice=True), limit=1),
        "SCAN t1 USING INDEX orders_to_invoice",
    ),
    "unpaid sums": (lambda: orders.sums(orders.OrderFilter(unpaid=True)), "SCAN t1 USING INDEX orders_unpaid"),
    "confirmed, counted": (orders.confirmed, "SCAN orders USING COVERING INDEX orders_unconfirmed"),
    "open invoices": (
        lambda: list(invoices.search(InvoiceFilter(unpaid=True), TODAY, limit=1).rows),
        "SCAN t1 USING INDEX invoices_open",
    ),
    "overdue": (
        lambda: list(invoices.search(InvoiceFilter(overdue=True), TODAY, limit=1).rows),
        "SCAN t1 USING INDEX invoices_open",
    ),
    "unused payments": (
        lambda: payments.search(payments.PaymentFilter(unallocated=True), limit=1),
        "SCAN t1 USING INDEX payments_open",
    ),
    "deliveries": (
        lambda: deliveries.search(deliveries.DeliveryFilter(), limit=1),
        "SCAN t1 USING INDEX deliveries_date_number",
    ),
    "sums of customers": (
        lambda: list(customers.search(limit=1).rows),
        "SEARCH t1 USING COVERING INDEX orders_of_customer",
    ),
}


def plans(shop, caplog, work):
    """Do something and tell how SQLite goes about each of its queries; their limits stay bound, as the lists write them."""
    with caplog.at_level("DEBUG", "peewee"):
        work()
    ran = [record.msg for record in caplog.records if record.name == "peewee"]
    return [
        "; ".join(row[-1] for row in shop.database.execute_sql(f"EXPLAIN QUERY PLAN {statement}", values))
        for statement, values in ran
        if statement.startswith("SELECT")
    ]


@pytest.mark.parametrize("name", LISTS)
def test_list_is_answered_by_an_index(shop, caplog, name):
    if not is_sqlite(shop.database):
        pytest.skip("the plan is written differently there")
    sell(shop, order("S1"), order("S2"))
    work, expected = LISTS[name]

    found = plans(shop, caplog, work)

    assert any(expected in plan for plan in found), found
