"""Make shops to measure in: empty ones, and ones that are filled by bulk statements with made-up orders."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from shopctl import config, models
from shopctl.db.bulk import insert_rows
from shopctl.db.connection import connect
from shopctl.domain.access import Actor
from shopctl.domain.records import ZERO, AddressRecord, CustomerRecord, LineRecord, OrderRecord, Record, TaxRecord
from shopctl.services import schema
from shopctl.services.importing.customers import COLUMNS as CUSTOMER
from shopctl.services.importing.figures import LINE, ORDER
from shopctl.shop import Shop

NOW: Final = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)
BLOCK: Final = 10_000
TAX: Final = TaxRecord("VAT19", "VAT 19%", "percent", Decimal(19))
ADDRESS: Final = '{"name": "Ann", "street": "Main Street 5", "zip": "20457", "city": "Hamburg", "country": "DE"}'


@contextmanager
def shop_at(url: str) -> Iterator[Shop]:
    """Open the shop at an address, made when there is none."""
    gc.set_threshold(200_000)  # as in `shopctl.cli`
    database = connect(url, create=True)
    models.database.initialize(database)
    database.connect()
    try:
        schema.migrate(database, NOW, wait=10.0)
        settings = config.load("none", profile=None, environ={})
        yield Shop(settings, database, NOW, Actor("anna", "admin"), command="benchmark")
    finally:
        database.close()


def filled(directory: Path, count: int) -> Path:
    """Make a SQLite file with so many orders."""
    path = directory / f"orders-{count}.db"
    with shop_at(f"sqlite:///{path}") as shop:
        fill(shop, count)
    return path


def copied(path: Path) -> Path:
    """Copy a closed SQLite file, so that the copy can be worked on."""
    return Path(shutil.copyfile(path, path.with_name("work.db")))


def fill(shop: Shop, count: int) -> list[str]:
    """Put confirmed orders that wait for their invoice into a shop, ten a customer; answers their numbers."""
    with shop.database.atomic():
        make_tax()
        insert_rows(models.Customer, CUSTOMER, [customer(key) for key in range(1, -(-count // 10) + 1)])
    keys = iter(range(1, count + 1))
    while block := list(islice(keys, BLOCK)):
        with shop.database.atomic():
            insert_rows(models.Order, ORDER, [_order(key) for key in block])
            insert_rows(models.OrderLine, LINE, [row for key in block for row in _lines(key)])
    return [number_of(key) for key in range(1, count + 1)]


def large_orders(count: int) -> Iterator[Record]:
    """Make three taxes, and orders of 100 lines that all bear them; no two lines of an order are alike."""
    taxes = (
        TaxRecord("A21", "VAT 21%", "percent", Decimal(21)),
        TaxRecord("B6", "Levy 6%", "percent", Decimal(6)),
        TaxRecord("ECO", "Eco 0.25 a piece", "fixed", Decimal("0.25")),
    )
    yield from taxes
    codes = tuple(tax.code for tax in taxes)
    for key in range(1, count + 1):
        lines = tuple(
            LineRecord(sku=f"SKU{place}", description=f"Thing {place}", quantity=Decimal(place % 7 + 1),
                       unit_price=Decimal(1000 + 37 * place + key % 100) / 100, taxes=codes, policy="ordered")
            for place in range(100)
        )  # fmt: skip
        yield OrderRecord(number=number_of(key), ordered_at=NOW, state="confirmed", currency="EUR", lines=lines)


def make_tax() -> None:
    """Make the tax of all made-up orders."""
    models.TaxRate.create(code=TAX.code, name=TAX.name, type=TAX.type, amount=TAX.amount)


def number_of(key: int) -> str:
    """Give a made-up order its number."""
    return f"S{key:05d}"


def customer(key: int) -> tuple[Any, ...]:
    """Make the stored row of a made-up customer."""
    return (
        key, f"C{key:05d}", f"Ann Example {key}", "", f"ann{key}@shop.example", f"ann{key}@shop.example", None,
        "", "", "", "DE", "", "", None, "", None, "", "", "", "2024-01-01T00:00:00Z",
    )  # fmt: skip


def goods(key: int) -> list[tuple[str, str, str, int, int]]:
    """Tell what a made-up order consists of: (kind, SKU, words, quantity, price in cents); 500 prices, a few counts."""
    first, second = key * 37 % 500, key * 101 % 500
    return [
        ("product", f"TSH-{first}", f"Cotton shirt {first}", 1 + key % 4, 990 + first * 13),
        ("product", f"MUG-{second}", f"Mug with a whale {second}", 1 + key % 3, 450 + second * 7),
        ("shipping", "", "Parcel", 1, (390, 490, 990)[key % 3]),
    ]


def _order(key: int) -> tuple[Any, ...]:
    moment = (FIRST + timedelta(seconds=80 * key)).strftime("%Y-%m-%dT%H:%M:%SZ")
    money = [taxed(quantity * price) for _, _, _, quantity, price in goods(key)]
    net, tax = sum(net for net, _ in money), sum(tax for _, tax in money)
    return (
        key, number_of(key), "web", f"W{key}", "", (key - 1) // 10 + 1, moment, "confirmed", moment, "EUR", ADDRESS, "",
        "wire", "", "globally", "", "", "", net, tax, net + tax, 0, 0, 0, 0, "to_invoice",
        "not_paid", "to_ship", "", "", "",
    )  # fmt: skip


def taxed(cents: int) -> tuple[int, int]:
    """Work out net and tax in stored units."""
    return cents * 100, (cents * 19 + 50) // 100 * 100


def _lines(key: int) -> Iterator[tuple[Any, ...]]:
    for position, (kind, sku, words, quantity, price) in enumerate(goods(key), 1):
        net, tax = taxed(quantity * price)
        yield (
            key, position, kind, sku, words, quantity * 10_000, 0, 0, 0, price * 100, 0, TAX.code, "ordered", net, tax,
            net + tax, f"{TAX.code}:{net / 10_000:.2f}:{tax / 10_000:.2f}",
        )  # fmt: skip


def records(count: int) -> Iterator[OrderRecord]:
    """Make records of orders that wait for their money, as an importer hands them over; two orders a customer."""
    for key in range(1, count + 1):
        lines = tuple(
            LineRecord(kind, sku, words, Decimal(quantity), ZERO, Decimal(price) / 100, ZERO, (TAX.code,))  # type: ignore[arg-type] # kinds are checked by the database
            for kind, sku, words, quantity, price in goods(key)
        )
        name, street = f"Ann Example {key // 2}", f"Main Street {key % 97}"
        address = AddressRecord(name, "", street, "", "20457", "Hamburg", "", "DE")
        yield OrderRecord(
            number=f"W{key:06d}", source="web", external_id=str(key),
            customer=CustomerRecord(name=name, email=f"ann{key // 2}@shop.example"),
            ordered_at=FIRST + timedelta(seconds=80 * key), currency="EUR", billing=address, shipping=address,
            payment_method="wire", lines=lines,
        )  # fmt: skip
