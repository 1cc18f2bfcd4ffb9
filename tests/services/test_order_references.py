"""References of orders: written once, quoted on paper and in letters, found again by everything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.adapters.pdf.epc import payload
from shopctl.config import Config
from shopctl.config.settings import Invoicing, ShopSettings, WireTransfer
from shopctl.domain.line_edits import AddLine
from shopctl.domain.records import CartRecord, ProductRecord
from shopctl.errors import NotFoundError
from shopctl.services import (
    creating,
    finding,
    invoicing,
    order_documents,
    order_letters,
    orders,
    recovering,
    registering,
)
from shopctl.services.creating import NewOrder
from shopctl.services.deciding import Request
from shopctl.services.listing import orders as listing
from shopctl.services.receipts import Receipt
from shopctl.services.recovering import Wish
from tests.support.shop import asked, bill, codes, done, line, order, sell
from tests.support.shops import NOW

D = Decimal
# 00431 followed by 271500, which stands for RF00, leaves 91 when divided by 97; 98 - 91 = 7. 431 itself leaves 43.
RF, BELGIAN = "RF07 0043 1", "+++000/0000/43143+++"


def quoting(shop, style):
    return replace(
        shop,
        config=Config(
            shop=ShopSettings(name="Northwind", currency="EUR"),
            invoicing=Invoicing(reference=style),
            wire_transfer=WireTransfer(holder="Northwind", iban="NL91ABNA0417164300"),
        ),
    )


@pytest.fixture
def quoted(shop):
    """A waiting order S00431 with an ISO 11649 reference."""
    shop = quoting(shop, "rf")
    sell(shop, order("S00431", state="sent", payment_method="wire"), order("S00432"))
    return shop


@pytest.mark.parametrize(
    ("style", "stored", "shown"), [("plain", "", "S00431"), ("rf", RF, RF), ("belgian", BELGIAN, BELGIAN)]
)
def test_setting_decides_what_an_imported_order_has(shop, style, stored, shown):
    sell(quoting(shop, style), order("S00431"))

    assert [one.reference for one in models.Order.select()] == [stored]
    assert [found.order.reference for found in orders.show(["S00431"])] == [shown]


def test_number_without_digits_is_its_own_reference(shop):
    sell(quoting(shop, "rf"), order("FIRST"))

    assert [found.order.reference for found in orders.show(["FIRST"])] == ["FIRST"]


def test_orders_made_here_have_one_as_well(shop):
    shop = quoting(shop, "belgian")
    sell(
        shop,
        ProductRecord("MUG", "Mug", price=D(8)),
        CartRecord("C-1", lines=(line(),), customer="C1", created_at=NOW, last_activity_at=NOW, currency="EUR"),
    )

    (made,) = creating.create(shop, [NewOrder(customer="C1", lines=(AddLine("MUG", D(1)),), number="S00431")])
    (recovered,) = recovering.recover(shop, ["C-1"], Wish())

    assert done(made).row.reference == BELGIAN
    # The base is the number of the order: 1 leaves 1, 432 leaves 44.
    assert (done(recovered).row.number, recovered.row.reference) in (
        ("S00001", "+++000/0000/00101+++"),
        ("S00432", "+++000/0000/43244+++"),
    )


def test_other_import_of_the_order_leaves_it_as_it_is(shop):
    sell(quoting(shop, "rf"), order("S00431"))
    sell(quoting(shop, "belgian"), order("S00431", note="ring twice"))

    assert [(one.note, one.reference) for one in models.Order.select()] == [("ring twice", RF)]


# Found again.


@pytest.mark.parametrize("text", [RF, "RF0700431", "rf07 00431"])
def test_order_is_found_by_it(quoted, text):
    (found,) = finding.search(quoted, text, ["orders"])

    assert [hit.number for hit in found.hits] == ["S00431"]
    assert [row.number for row in listing.search(listing.OrderFilter(state="all"), asked(search=text)).rows] == [
        "S00431"
    ]
    assert [one.order.number for one in orders.show([text])] == ["S00431"]
    assert finding.places([text], ["orders", "invoices"]) == {text: ["orders"]}


def test_orders_are_filtered_and_sorted_by_it(quoted):
    def numbers(**more):
        return [row.number for row in listing.search(listing.OrderFilter(state="all"), asked(**more)).rows]

    assert numbers(filters=(f'reference="{RF}"',)) == ["S00431"]
    assert numbers(filters=("reference=S00431",)) == []
    assert numbers(filters=('reference~"0043"',)) == ["S00432", "S00431"]


def test_reference_with_a_wrong_digit_is_nothing(quoted):
    with pytest.raises(NotFoundError):
        orders.show(["RF08 0043 1"])


def test_reference_of_two_orders_names_neither(shop):
    sell(quoting(shop, "rf"), order("S00431"), order("T00431"))

    with pytest.raises(NotFoundError):
        orders.show([RF])


def test_payment_is_registered_by_what_the_payer_quoted(quoted):
    (outcome,) = registering.register(quoted, [Receipt("rf0700431")])

    assert (done(outcome).row.order, outcome.row.amount) == ("S00431", 100)


def test_invoice_is_named_by_what_the_payer_quoted(shop):
    shop = quoting(shop, "rf")
    sell(shop, order("S1"))
    # 98 - 66 = 32: 202600001 followed by 271500 leaves 66 when divided by 97.
    (made,) = invoicing.create(shop, ["S1"], Request(confirm=True))

    assert models.Invoice.get(models.Invoice.number == done(made).row.number).reference == "RF32 2026 0000 1"
    assert codes(registering.register(shop, [Receipt("RF32202600001")])) == ["created"]


# On paper and in letters.


def paper(shop):
    key = models.Order.get(models.Order.number == "S00431").id
    return order_documents.load(shop, [key])[key]


def test_paper_of_a_waiting_order_has_account_reference_and_code(quoted):
    document = paper(quoted).paper

    assert (document.reference, document.bank.iban, document.amount_due) == (RF, "NL91ABNA0417164300", 100)
    assert payload(document).splitlines() == [
        "BCD", "002", "1", "SCT", "", "Northwind", "NL91ABNA0417164300", "EUR100.00", "", "RF0700431",
    ]  # fmt: skip


def test_invoice_that_asks_for_all_of_it_goes_before(quoted):
    registering.register(quoted, [Receipt("S00431", D(1))])
    bill(quoted, "S00431")

    assert paper(quoted).paper.reference == "RF32 2026 0000 1"


@pytest.mark.parametrize("kind", ["status", "payment_reminder"])
def test_letters_that_ask_for_money_quote_it(quoted, kind):
    letter = order_letters.order_letter(paper(quoted), kind)

    assert RF in letter.text
