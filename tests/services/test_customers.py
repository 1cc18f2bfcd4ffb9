"""Find customers, and tell what they ordered, owe and have left."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.records import AddressRecord, ConsentRecord, CustomerRecord
from shopctl.errors import NotFoundError
from shopctl.services import customers, registering
from shopctl.services.customers import Balance
from shopctl.services.listing import customers as listing
from shopctl.services.listing.customers import CustomerFilter
from shopctl.services.receipts import Receipt
from tests.support.shop import bill, line, order, payment, sell
from tests.support.shops import NOW

D = Decimal


def row(code):
    (details,) = customers.show([code])
    return details.customer


def test_sums_are_of_confirmed_orders_posted_invoices_and_money_left(shop):
    sell(
        shop,
        order("S1", line(10, 10, "V21", policy="delivered", delivered=D(10)), ordered_at=NOW - timedelta(days=2)),
        order("S2", payments=(payment("t2", 130),)),
        order("S3", state="sent"),
        order("S4", state="cancelled"),
        payment("t9", 7, customer="C1"),
    )
    bill(shop, "S1", "S2")
    models.OrderLine.update(delivered=8).where(models.OrderLine.policy == "delivered").execute()
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", amount=D(21))])

    found = row("C1")

    # Orders 121 + 100; invoices 121 + 100 less a credit note of 24.20; due 121 - 21; left 30 + 7 + 24.20.
    assert found.balances == (Balance("EUR", D("221.00"), D("196.80"), D("100.00"), D("61.20")),)
    assert (found.orders, found.first_order, found.last_order) == (2, NOW - timedelta(days=2), NOW)
    assert (found.currency, found.amount_ordered, found.amount_due, found.amount_credit) == (
        "EUR", D(221), D(100), D("61.20"),
    )  # fmt: skip


def test_currencies_are_never_added_up(shop):
    sell(shop, order("S1"), order("S2", line(3000), currency="JPY"))

    found = row("C1")

    assert [(balance.currency, balance.amount_ordered) for balance in found.balances] == [("EUR", 100), ("JPY", 3000)]
    assert (found.currency, found.amount_ordered, found.amount_invoiced) == ("", None, None)


def test_customer_without_orders_has_no_sums(shop):
    sell(shop)

    found = row("C2")

    assert (found.orders, found.first_order, found.balances, found.amount_due) == (0, None, (), None)


@pytest.mark.parametrize("typed", ["C1", "c1", " C1 ", "ann@example.com", "ANN@Example.com "])
def test_customer_is_found_by_code_or_address(shop, typed):
    sell(shop)

    assert row(typed).code == "C1"


@pytest.mark.parametrize("typed", ["C404", "", "nobody@example.com", "Ann Smith", "%"])
def test_unknown_customer_is_refused(shop, typed):
    sell(shop)

    with pytest.raises(NotFoundError) as refused:
        customers.show([typed])

    assert (refused.value.code, refused.value.details) == ("customer.unknown", {"customer": typed})


def test_list_goes_from_the_newest_on_in_pages(shop):
    sell(shop, *(CustomerRecord(f"K{number}", f"Name {number}") for number in range(5)))

    first = listing.search(CustomerFilter(), limit=3)
    second = listing.search(CustomerFilter(), limit=9, after="K2")

    assert ([found.code for found in first.rows], first.total) == (["K4", "K3", "K2"], 7)
    assert [found.code for found in second.rows] == ["K1", "K0", "C2", "C1"]
    with pytest.raises(NotFoundError):
        listing.search(CustomerFilter(), after="K404")


def test_long_list_has_the_sums_of_every_customer(shop):
    sell(shop, *(CustomerRecord(f"K{number:03d}") for number in range(205)))
    sell(shop, order("S1", customer="K000"), order("S2", customer="K204"))

    ordered = {found.code: found.amount_ordered for found in listing.search(CustomerFilter()).rows}

    assert len(ordered) == 207
    assert (ordered["K000"], ordered["K204"], ordered["K100"]) == (100, 100, None)


def test_everything_about_one_customer(shop):
    sell(
        shop,
        CustomerRecord(
            "C9", "Carl", "Acme", "carl@example.com", "+32", "BE1", "fr", ("vip", "b2b"), "N30",
            ConsentRecord(True, "form", NOW), "pays late",
            (AddressRecord("Carl", city="Brussels", country="BE"), AddressRecord("Dock", kind="shipping")),
        ),
        *(order(f"S{number:02d}", customer="C9", ordered_at=NOW - timedelta(days=number)) for number in range(12)),
    )  # fmt: skip

    (details,) = customers.show(["C9"])

    found = details.customer
    assert (found.name, found.company, found.phone, found.country, found.language, found.tags, found.marketing) == (
        "Carl", "Acme", "+32", "BE", "fr", ("vip", "b2b"), True,
    )  # fmt: skip
    assert (details.vat, details.terms, details.note) == ("BE1", "N30", "pays late")
    assert [(address["kind"], address["name"], address["city"]) for address in details.addresses] == [
        ("billing", "Carl", "Brussels"), ("shipping", "Dock", ""),
    ]  # fmt: skip
    assert [latest.number for latest in details.latest_orders] == [f"S{number:02d}" for number in range(10)]
    assert details.latest_orders[0].date.date() == date(2026, 8, 21)
