"""Load payments as their receipts show them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from shopctl.domain.crediting import Wanted
from shopctl.domain.documents import Party, ReceiptPart
from shopctl.domain.records import AddressRecord, CustomerRecord
from shopctl.services import acknowledging, crediting, paying_back, registering, releasing
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from tests.support.shop import TODAY, bill, order, payment, sell

D = Decimal
HOME = AddressRecord(name="Ann Smith", street="High Street 1", zip="AB1", city="Leeds", country="GB")


def paper(shop, number):
    return acknowledging.papers(shop, [number])[number]


def test_receipt_tells_what_the_money_paid_and_what_is_left(shop):
    sell(shop, order("S1", billing=HOME))
    bill(shop, "S1")
    registering.register(
        shop,
        [Receipt("INV/2026/00001", D(150), date=date(2026, 8, 20), method="card", transaction="T1", memo="thanks")],
    )
    paying_back.refund(shop, ["PAY/2026/00001"], Wish(D(20)))

    found = paper(shop, "pay-2026-00001")

    assert (found.number, found.title_kind, found.issued_on, found.method, found.reference, found.order) == (
        "PAY/2026/00001", "receipt", date(2026, 8, 20), "card", "T1", "S1",
    )  # fmt: skip
    assert found.buyer == Party("Ann Smith", ("High Street 1", "Leeds AB1", "GB"), "ann@example.com")
    assert (found.amount, found.currency, found.note, found.customer_code) == (150, "EUR", "thanks", "C1")
    assert found.parts == (
        ReceiptPart("invoice", "INV/2026/00001", TODAY, D(100)),
        ReceiptPart("returned", "", None, D(20)),
        ReceiptPart("unused", "", None, D(30)),
    )


def test_what_was_taken_back_is_no_part_of_it(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001")])
    releasing.unallocate(shop, ["INV/2026/00001"], ["PAY/2026/00001"])

    assert paper(shop, "PAY/2026/00001").parts == (ReceiptPart("unused", "", None, D(100)),)


def test_surplus_that_is_closed_is_told(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", D("100.40"), write_off="rounding")])

    assert paper(shop, "PAY/2026/00001").parts[1:] == (ReceiptPart("written_off_rounding", "", None, D("0.40")),)


def test_refunds_name_what_they_give_back(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", D(150))])
    paying_back.refund(shop, ["PAY/2026/00001"], Wish())
    crediting.create(shop, ["INV/2026/00001"], crediting.Request(Wanted(), "returned", then="refund", confirm=True))

    money, note = paper(shop, "PAY/2026/00002"), paper(shop, "PAY/2026/00003")

    assert (money.title_kind, money.note) == ("refund_receipt", "")
    assert money.parts == (ReceiptPart("money", "PAY/2026/00001", TODAY, D(50)),)
    assert note.parts == (ReceiptPart("credit_note", "RINV/2026/00001", TODAY, D(100)),)


def test_money_without_an_order_goes_to_the_address_of_the_customer(shop):
    ship = HOME._replace(street="Mill 2", kind="shipping")
    sell(
        shop,
        CustomerRecord("C7", "Ann Smith", addresses=(ship, HOME._replace(kind="billing"))),
        CustomerRecord("C8", "Bo"),
    )
    registering.register(shop, [Receipt(customer="C7", amount=D(5)), Receipt(customer="C8", amount=D(5))])

    assert paper(shop, "PAY/2026/00001").buyer.lines == ("High Street 1", "Leeds AB1", "GB")
    assert paper(shop, "PAY/2026/00002").buyer.lines == ()


def test_guest_is_known_by_the_address_of_the_order(shop):
    sell(shop, order("S1", customer=None, billing=HOME, payments=(payment("B1", 100),)))

    assert paper(shop, "PAY/2026/00001").buyer.name == "Ann Smith"


def test_only_money_that_moved_is_acknowledged(shop):
    sell(shop, order("S1", state="sent", payments=(payment("B1", 100, state="pending"),)))

    found = acknowledging.papers(shop, ["PAY/2026/00001", "PAY/2026/00009"])

    assert [one.code for one in found.values()] == ["payment.not_received", "payment.unknown"]
