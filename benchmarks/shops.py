"""Make shops to measure in: empty ones, and ones that are filled by bulk statements with made-up orders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from shopctl import config, models
from shopctl.db.bulk import insert_rows
from shopctl.db.connection import connect, without_foreign_drivers
from shopctl.domain.access import Actor
from shopctl.domain.records import AddressRecord, CustomerRecord, LineRecord, OrderRecord, PaymentRecord, TaxRecord
from shopctl.services import schema
from shopctl.services.importing.customers import COLUMNS as CUSTOMER
from shopctl.services.importing.figures import LINE, ORDER
from shopctl.shop import Shop

NOW: Final = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)
BLOCK: Final = 10_000
TAX: Final = TaxRecord("VAT19", "VAT 19%", "percent", Decimal(19))
LINES: Final = (
    ("product", "TSH-1", "Cotton shirt", 2, "19.90"),
    ("product", "MUG-4", "Mug with a whale", 1, "12.50"),
    ("shipping", "", "Parcel", 1, "4.90"),
)
"""What every made-up order consists of: 57.20 net, 10.87 tax, 68.07 in all."""

MONEY: Final = ((398_000, 75_600), (125_000, 23_800), (49_000, 9_300))
"""Net and tax of those lines, in stored units."""

NET: Final = sum(net for net, _ in MONEY)
VAT: Final = sum(tax for _, tax in MONEY)
ADDRESS: Final = '{"name": "Ann", "street": "Main Street 5", "zip": "20457", "city": "Hamburg", "country": "DE"}'


@contextmanager
def shop_at(url: str) -> Iterator[Shop]:
    """Open a new shop with one tax at an empty address."""
    without_foreign_drivers(url)
    database = connect(url, create=True)
    models.database.initialize(database)
    database.connect()
    try:
        schema.migrate(database, NOW, wait=10.0)
        models.TaxRate.create(code=TAX.code, name=TAX.name, type=TAX.type, amount=TAX.amount)
        settings = config.load("none", profile=None, environ={})
        yield Shop(settings, database, NOW, Actor("anna", "admin"), command="benchmark")
    finally:
        database.close()


def sqlite_url(directory: str, name: str) -> str:
    """Name a SQLite file that does not exist yet."""
    return f"sqlite:///{Path(directory) / name}.db"


def fill(shop: Shop, count: int, *, lines: bool = True, paid: int = 0) -> list[str]:
    """Put confirmed orders that wait for their invoice into a shop, ten a customer; answers their numbers.

    Args:
        lines: Give them lines; a list needs none.
        paid: How many percent of them are marked as paid.
    """
    with shop.database.atomic():
        insert_rows(models.Customer, CUSTOMER, [_customer(key) for key in range(1, -(-count // 10) + 1)])
        keys = iter(range(1, count + 1))
        while block := list(islice(keys, BLOCK)):
            insert_rows(models.Order, ORDER, [_order(key, paid=key % 100 < paid) for key in block])
            if lines:
                insert_rows(models.OrderLine, LINE, [row for key in block for row in _lines(key)])
    shop.database.execute_sql("ANALYZE")
    return [number_of(key) for key in range(1, count + 1)]


def number_of(key: int) -> str:
    """Number a made-up order."""
    return f"S{key:05d}"


def _customer(key: int) -> tuple[Any, ...]:
    return (
        key, f"C{key:05d}", f"Ann Example {key}", "", f"ann{key}@shop.example", f"ann{key}@shop.example", None,
        "", "", "", "DE", "", "", None, "", None, "", "", "2024-01-01T00:00:00Z",
    )  # fmt: skip


def _order(key: int, *, paid: bool) -> tuple[Any, ...]:
    moment = (FIRST + timedelta(seconds=80 * key)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        key, number_of(key), "web", f"W{key}", "", (key - 1) // 10 + 1, moment, "confirmed", moment, "EUR", ADDRESS, "",
        "wire", "", "globally", "", "", "", NET, VAT, NET + VAT, NET + VAT if paid else 0, 0, 0, 0, "to_invoice",
        "paid" if paid else "not_paid", "to_ship", "", "", "",
    )  # fmt: skip


def _lines(key: int) -> Iterator[tuple[Any, ...]]:
    for position, ((kind, sku, words, quantity, price), (net, tax)) in enumerate(zip(LINES, MONEY, strict=True), 1):
        yield (
            key, position, kind, sku, words, quantity * 10_000, 0, 0, 0, int(Decimal(price) * 10_000), 0, TAX.code,
            "ordered", net, tax, net + tax, f"{TAX.code}:{net / 10_000:.2f}:{tax / 10_000:.2f}",
        )  # fmt: skip


def records(count: int, *, paid: bool) -> Iterator[OrderRecord]:
    """Make order records as an importer hands them over, two orders a customer."""
    lines = tuple(
        LineRecord(kind, sku, words, Decimal(quantity), Decimal(0), Decimal(price), Decimal(0), (TAX.code,))  # type: ignore[arg-type]
        for kind, sku, words, quantity, price in LINES
    )
    for key in range(1, count + 1):
        moment = FIRST + timedelta(seconds=80 * key)
        name, street = f"Ann Example {key // 2}", f"Main Street {key % 97}"
        address = AddressRecord(name, "", street, "", "20457", "Hamburg", "", "DE")
        payments = (PaymentRecord("stripe", f"ch_{key:08d}", "card", Decimal("68.07"), paid_at=moment),) if paid else ()
        yield OrderRecord(
            number=f"W{key:06d}", source="web", external_id=str(key),
            customer=CustomerRecord(name=name, email=f"ann{key // 2}@shop.example"), ordered_at=moment,
            state="confirmed" if paid else "sent", currency="EUR", billing=address, shipping=address,
            payment_method="card", lines=lines, payments=payments,
        )  # fmt: skip
