"""What is typed to make an order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl.domain.line_edits import AddLine
from shopctl.domain.new_orders import (
    Offered,
    address_at,
    addresses_of,
    parse_currency,
    parse_number,
    parse_place,
    sold,
)
from shopctl.domain.order_edits import Product
from shopctl.domain.records import AddressRecord, LineRecord
from shopctl.errors import NotFoundError, RefusedError, UsageError

D = Decimal
HOME = AddressRecord("Ann", street="A 1", city="Ghent", country="BE", kind="billing")
DOCK = AddressRecord("Ann", street="B 2", city="Ghent", country="BE", kind="shipping")
SHED = AddressRecord("Ann", street="C 3", city="Ghent", country="BE", kind="other")
OFFERED = {
    "MUG": Offered(Product("MUG", "Mug", "goods", D("8.50"), "V21 GREEN", "delivered"), archived=False),
    "POST": Offered(Product("POST", "", "shipping", D(5), "", "delivered"), archived=False),
    "HOUR": Offered(Product("HOUR", "Hour of work", "service", D(60), "V21", "ordered"), archived=False),
    "OLD": Offered(Product("OLD", "Old mug", "goods", D(1), "", "ordered"), archived=True),
}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2", 2),
        (" 12 ", 12),
        ("city=Ghent", AddressRecord(city="Ghent")),
        ("street=Torstraße 88, 3. Stock,zip=10119,city=Berlin,country=de",
         AddressRecord(street="Torstraße 88, 3. Stock", zip="10119", city="Berlin", country="DE")),
        ("company = Ann & Co , name=Ann", AddressRecord("Ann", "Ann & Co")),
    ],
)  # fmt: skip
def test_an_address_is_named_or_written(text, place):
    assert parse_place(text, "--ship-to") == place


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("0", "usage", "--ship-to: '0' is not the number of an address"),
        ("1234567", "usage", "--ship-to: '1234567' is not the number of an address"),
        ("²", "usage.field", "--ship-to has no field '²'"),
        ("home", "usage.field", "--ship-to has no field 'home'"),
        ("strasse=A 1", "usage.field", "--ship-to has no field 'strasse'"),
        ("city=Ghent,kind=billing", "usage.field", "--ship-to has no field 'kind'"),
        ("city=", "usage", "--ship-to 'city=' holds no address"),
        ("city=A,city=B", "usage", "--ship-to names city twice"),
        ("country=Belgium", "usage", "--ship-to: 'BELGIUM' is not a country code"),
    ],
)
def test_what_is_no_address_is_refused(text, code, message):
    with pytest.raises(UsageError) as refused:
        parse_place(text, "--ship-to")

    assert (refused.value.code, refused.value.message) == (code, message)


@pytest.mark.parametrize(
    ("addresses", "place", "kind", "chosen"),
    [
        ([HOME, DOCK, SHED], None, "shipping", DOCK),
        ([HOME, DOCK, SHED], None, "billing", HOME),
        ([HOME, SHED], None, "shipping", HOME),
        ([SHED, DOCK], None, "billing", SHED),
        ([], None, "billing", None),
        ([HOME, DOCK, SHED], 3, "billing", SHED),
        ([HOME], AddressRecord(city="Bruges"), "shipping", AddressRecord(city="Bruges", kind="shipping")),
    ],
)
def test_the_address_of_a_customer_is_chosen(addresses, place, kind, chosen):
    assert address_at("C1", addresses, place, kind) == chosen


@pytest.mark.parametrize(
    ("customer", "place", "message"),
    [("C1", 2, "customer C1 has no address 2"), ("", 1, "a guest has no address 1")],
)
def test_an_address_that_is_not_there_is_refused(customer, place, message):
    with pytest.raises(NotFoundError) as refused:
        address_at(customer, [HOME] if customer else [], place, "billing")

    assert (refused.value.code, refused.value.message) == ("customer.address_unknown", message)


def test_one_address_of_a_guest_serves_for_both_and_bears_the_name():
    typed = AddressRecord(city="Ghent", kind="shipping")

    assert addresses_of("Ann", None, typed) == (typed._replace(name="Ann"),)
    assert addresses_of("Ann", HOME, typed) == (HOME, typed._replace(name="Ann"))
    assert addresses_of("Ann", None, None) == ()


@pytest.mark.parametrize(
    ("text", "number"), [("s00042", "S00042"), (" web-7/2026 ", "WEB-7/2026"), ("1001", "1001"), ("A.B_C", "A.B_C")]
)
def test_a_number_is_read(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["a b", "-S1", "#1001", "DRAFT/00001", "S" * 41, "S*", "Ä1", "S1\n2"])
def test_a_number_that_a_shell_would_not_carry_is_refused(text):
    with pytest.raises(UsageError):
        parse_number(text)


def test_a_currency_has_three_letters():
    assert parse_currency(" eur ") == "EUR"
    for text in ("EURO", "E1R", "€€€", ""):
        with pytest.raises(UsageError):
            parse_currency(text)


def test_lines_take_everything_but_quantity_and_price_from_the_catalogue():
    lines = sold(
        (AddLine("MUG", D(3)), AddLine("MUG", D(1), D(7)), AddLine("POST"), AddLine("HOUR", D("1.5"))), OFFERED
    )

    assert lines == (
        LineRecord("product", "MUG", "Mug", D(3), D(0), D("8.50"), taxes=("V21", "GREEN"), policy="delivered"),
        LineRecord("product", "MUG", "Mug", D(1), D(0), D(7), taxes=("V21", "GREEN"), policy="delivered"),
        LineRecord("shipping", "POST", "POST", D(1), D(0), D(5), taxes=(), policy="ordered"),
        LineRecord("product", "HOUR", "Hour of work", D("1.5"), D(0), D(60), taxes=("V21",), policy="ordered"),
    )


@pytest.mark.parametrize(
    ("lines", "kind", "code", "message"),
    [
        ((), UsageError, "order.no_lines", "an order needs at least one line"),
        ((AddLine("CUP"),), NotFoundError, "product.unknown", "there is no product CUP"),
        ((AddLine("OLD"),), RefusedError, "product.archived", "product OLD is archived, so it is not sold any more"),
        ((AddLine("MUG", D(0)),), UsageError, "usage.amount", "a quantity of 0 of MUG cannot be ordered"),
        ((AddLine("MUG", D("-1.50")),), UsageError, "usage.amount", "a quantity of -1.5 of MUG cannot be ordered"),
    ],
)
def test_what_cannot_be_sold_is_refused(lines, kind, code, message):
    with pytest.raises(kind) as refused:
        sold(lines, OFFERED)

    assert (refused.value.code, refused.value.message) == (code, message)
