"""Measure letters about abandoned carts: who gets one, and putting them into the outbox."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks import shops
from benchmarks.measuring import Budget, Result, Scale
from shopctl import batch, models
from shopctl.config import Carts
from shopctl.db.bulk import insert_rows
from shopctl.db.fields import stamp
from shopctl.services import recovery
from shopctl.services.carts import CartFilter
from shopctl.services.importing.customers import COLUMNS as CUSTOMER
from shopctl.shop import Shop
from tests.support.postgres import running_cluster

CART: Final = (
    "id", "number", "source", "website", "customer_id", "created_at", "last_activity_at", "stage", "payment_error",
    "currency", "amount_untaxed", "amount_tax", "amount_total", "source_totals", "fingerprint",
)  # fmt: skip
LINE: Final = ("cart_id", "position", "kind", "sku", "description", "quantity", "unit_price", "discount", "taxes")


def letters(directory: Path, scale: Scale) -> list[Result]:
    """Queue the letters that are due about many carts, look for those that are due once more, on both databases."""
    count = min(10_000, scale.documents)
    results = _measured(f"sqlite:///{directory / 'carts.db'}", "SQLite", count)
    with running_cluster() as cluster:
        return [*results, *_measured(cluster.url(cluster.create()), "PostgreSQL", count)]


def _measured(url: str, name: str, count: int) -> list[Result]:
    with shops.shop_at(url) as shop:
        fill(shop, count)
        carts = Carts(steps=("0h", "1d"), activated_on=("2026-08-01",), link="https://shop.example/cart?t={token}")
        shop.config = replace(shop.config, carts=carts)
        begin, cpu = time.perf_counter(), time.process_time()
        numbers = recovery.candidates(shop, CartFilter("abandoned")).numbers
        looked, looked_cpu = time.perf_counter() - begin, time.process_time() - cpu
        begin, cpu = time.perf_counter(), time.process_time()
        done = list(batch.run(shop, numbers, lambda part: recovery.remind(shop, part)))
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        assert len(done) == count == models.Reminder.select().count()
        begin, again_cpu = time.perf_counter(), time.process_time()
        assert recovery.due(shop) == []
        again, again_cpu = time.perf_counter() - begin, time.process_time() - again_cpu
    work = f"{count:,} carts, {name}"
    return [
        Result(f"{work}: who gets a letter", looked, "s", looked_cpu),
        Result(f"{work}: letters queued", wall, "s", cpu, budgets=(Budget(0.001 * count, at_most=True),)),
        Result(f"{work}: nothing due", again, "s", again_cpu),
    ]


def fill(shop: Shop, count: int) -> None:
    """Make so many customers who agreed to marketing mail and left a cart with three lines."""
    left = stamp(shops.NOW - timedelta(hours=11))
    with shop.database.atomic():
        insert_rows(models.Customer, CUSTOMER, [_customer(key) for key in range(1, count + 1)])
        insert_rows(models.Cart, CART, [
            (key, f"K{key:05d}", "", "", key, left, left, "payment", "", "EUR", 300_000, 0, 300_000, "", "")
            for key in range(1, count + 1)
        ])  # fmt: skip
        insert_rows(models.CartLine, LINE, [
            (key, place, "product", f"T-{key % 50}", f"Cotton shirt {key % 50}", 10_000, 100_000, 0, "")
            for key in range(1, count + 1)
            for place in range(1, 4)
        ])  # fmt: skip


def _customer(key: int) -> tuple[Any, ...]:
    email = f"ann{key}@shop.example"
    agreed = (True, "checkout", "2026-01-01T00:00:00Z", "2026-01")
    return (key, f"C{key:05d}", f"Ann {key}", "", email, email, None, "", "", "en", "DE", "", "", *agreed, "", "",
            "2024-01-01T00:00:00Z")  # fmt: skip
