"""The default lists, their counts and the sums beside them are answered by indexes, whatever the shop has grown to."""

from __future__ import annotations

import pytest

from shopctl.db.connection import is_sqlite
from shopctl.services import reminder_facts, suggesting
from shopctl.services.listing import (
    credits,
    customers,
    deliveries,
    emails,
    groups,
    invoices,
    orders,
    payments,
    products,
)  # fmt: skip
from tests.support.shop import asked, order, sell


def gathered(words, **wanted):
    """Gather orders, of which all but those of another state are wanted unless something else is said."""
    query = orders.selected(orders.OrderFilter(**wanted))
    return groups.grouped(orders.NOUN, query, asked(), groups.levels_of(orders.NOUN, words))


LISTS = {
    "orders": (
        lambda _shop: orders.search(orders.OrderFilter(), limit=1),
        "SCAN t1 USING INDEX orders_ordered_at_number",
    ),
    "unpaid": (
        lambda _shop: orders.search(orders.OrderFilter(unpaid=True), limit=1),
        "SCAN t1 USING INDEX orders_unpaid",
    ),
    "to invoice": (
        lambda _shop: orders.search(orders.OrderFilter(to_invoice=True), limit=1),
        "SCAN t1 USING INDEX orders_to_invoice",
    ),
    "unpaid sums": (
        lambda _shop: orders.unpaid_sums(orders.OrderFilter(unpaid=True)),
        "SCAN t1 USING INDEX orders_unpaid",
    ),
    "confirmed, counted": (lambda _shop: orders.confirmed(), "SCAN orders USING COVERING INDEX orders_unconfirmed"),
    "open invoices": (
        lambda _shop: list(invoices.search(invoices.InvoiceFilter(unpaid=True), asked(), limit=1).rows),
        "SCAN t1 USING INDEX invoices_open",
    ),
    "overdue": (
        lambda _shop: list(invoices.search(invoices.InvoiceFilter(overdue=True), asked(), limit=1).rows),
        "SCAN t1 USING INDEX invoices_open",
    ),
    "unused payments": (
        lambda _shop: payments.search(payments.PaymentFilter(unallocated=True), limit=1),
        "SCAN t1 USING INDEX payments_open",
    ),
    "outstanding credits": (
        lambda _shop: list(credits.search(credits.CreditFilter(), asked(), limit=1).rows),
        "SCAN payments USING INDEX payments_open; UNION ALL; SCAN invoices USING INDEX invoices_open",
    ),
    "suggestions": (
        lambda shop: suggesting.suggestions(shop, 0),
        "SEARCH i USING INDEX invoices_customer_id_date (customer_id=?)",
    ),
    "deliveries": (
        lambda _shop: deliveries.search(deliveries.DeliveryFilter(), limit=1),
        "SCAN t1 USING INDEX deliveries_date_number",
    ),
    "products": (
        lambda shop: list(products.search(products.ProductFilter(), asked(shop=shop), limit=1).rows),
        "SCAN t1",
    ),
    "who is to be reminded of orders": (
        lambda shop: reminder_facts.customers_due(shop, ("order",)),
        "SEARCH o USING INDEX orders_unpaid (ordered_at<?)",
    ),
    "who is to be reminded of invoices": (
        lambda shop: reminder_facts.customers_due(shop, ("invoice",)),
        "SCAN i USING INDEX invoices_open",
    ),
    "e-mails": (lambda _shop: emails.search(emails.EmailFilter(), limit=1), "SCAN t1"),
    "orders by product": (
        lambda _shop: gathered("product"),
        "SCAN t1 USING COVERING INDEX order_lines_of_product",
    ),
    "orders by month": (
        lambda _shop: gathered("date:month"),
        "SEARCH t1 USING INDEX orders_ordered_at_number (ordered_at>?)",
    ),
    "unpaid orders by month": (
        lambda _shop: gathered("date:month", unpaid=True),
        "SEARCH t1 USING INDEX orders_unpaid (ordered_at>?)",
    ),
    "sums of customers": (
        lambda shop: list(customers.search(customers.CustomerFilter(), asked(shop=shop), limit=1).rows),
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
        if statement.startswith(("SELECT", "WITH"))
    ]


@pytest.mark.parametrize("name", LISTS)
def test_list_is_answered_by_an_index(shop, caplog, name):
    if not is_sqlite(shop.database):
        pytest.skip("the plan is written differently there")
    sell(shop, order("S1"), order("S2"))
    work, expected = LISTS[name]

    found = plans(shop, caplog, lambda: work(shop))

    assert any(expected in plan for plan in found), found
