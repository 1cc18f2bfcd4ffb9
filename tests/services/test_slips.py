"""Load deliveries as their slips show them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from shopctl import models
from shopctl.config import Config, settings
from shopctl.domain.deliveries import parse_quantities
from shopctl.domain.documents import Party
from shopctl.domain.records import AddressRecord
from shopctl.services import dispatching, returning, slips
from shopctl.services.returning import Return
from shopctl.services.shipping import Shipment
from tests.support.shop import TODAY, line, order, sell

HOME = AddressRecord(name="Ann Smith", street="High Street 1", zip="AB1", city="Leeds", country="GB")
WORK = AddressRecord(company="Mill Ltd", name="Ann Smith", street="Mill 2", zip="10115", city="Berlin", country="DE")


def written(lines):
    return [(one.kind, one.sku, one.description, f"{one.quantity.normalize():f}") for one in lines]


def load(shop):
    keys = [one.id for one in models.Delivery.select().order_by(models.Delivery.id)]
    return list(slips.load(shop, keys).values())


def test_slip_tells_what_leaves_and_what_is_still_to_come(shop):
    shop.config = Config(
        shop=settings.ShopSettings(name="Nordlicht", country="DE", address=("Speicher 1",), language="de")
    )
    sell(shop, order("S1", line(10, 5), line(1, 2, sku="B2", description="Bulb"), billing=HOME, shipping=WORK))
    dispatching.create(shop, ["S1"])
    how = Shipment(parse_quantities(["1=3"]), date(2026, 8, 20), "DHL", "0034", "fragile")
    dispatching.validate(shop, ["OUT/2026/00001"], how)
    returning.give_back(shop, ["OUT/2026/00001"], Return(parse_quantities(["1=1"]), reason="broken"))

    sent, rest, back = load(shop)

    assert (sent.number, sent.title_kind, sent.state, sent.mark) == ("OUT/2026/00001", "delivery_slip", "done", "")
    assert sent.seller == Party("Nordlicht", ("Speicher 1",))
    assert sent.buyer == Party("Mill Ltd", ("Ann Smith", "Mill 2", "10115 Berlin"))
    assert sent.bill_to == Party("Ann Smith", ("High Street 1", "Leeds AB1", "GB"))
    assert (sent.customer_code, sent.order, sent.ordered_on, sent.issued_on) == ("C1", "S1", TODAY, date(2026, 8, 20))
    assert (sent.carrier, sent.tracking, sent.note, sent.origin, sent.language) == ("DHL", "0034", "fragile", "", "de")
    assert written(sent.lines) == [("product", "A1", "Apple", "3")]
    assert written(sent.to_come) == [("product", "A1", "Apple", "2"), ("product", "B2", "Bulb", "2")]
    assert (rest.title_kind, rest.state, rest.issued_on, rest.origin) == (
        "delivery_slip", "waiting", None, "OUT/2026/00001",
    )  # fmt: skip
    assert written(rest.lines) == written(sent.to_come)
    assert (back.title_kind, back.origin, back.note) == ("return_slip", "OUT/2026/00001", "broken")
    assert (written(back.lines), back.to_come) == ([("product", "A1", "Apple", "1")], ())


def test_back_order_that_has_left_comes_no_more(shop):
    sell(shop, order("S1", line(10, 5)))
    dispatching.create(shop, ["S1"])
    dispatching.validate(shop, ["OUT/2026/00001"], Shipment(parse_quantities(["1=3"])))
    dispatching.validate(shop, ["OUT/2026/00002"], Shipment())

    assert [one.to_come for one in load(shop)] == [(), ()]


def test_one_address_is_enough_and_a_guest_has_a_name(shop):
    sell(
        shop,
        order("S1", shipping=HOME),
        order("S2", billing=HOME),
        order("S3", customer=None),
    )
    dispatching.create(shop, ["S1", "S2", "S3"])

    found = load(shop)

    assert [one.buyer.name for one in found] == ["Ann Smith", "Ann Smith", "Guest"]
    assert [one.bill_to for one in found] == [None, None, None]
    assert [one.customer_code for one in found] == ["C1", "C1", ""]


def test_cancelled_delivery_is_marked(shop):
    sell(shop, order("S1", line(10, Decimal(5))))
    dispatching.create(shop, ["S1"])
    dispatching.cancel(shop, ["OUT/2026/00001"])

    (slip,) = load(shop)

    assert (slip.state, slip.mark, slip.issued_on) == ("cancelled", "cancelled", None)
