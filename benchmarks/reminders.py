"""Measure how fast reminders are queued: customers with an overdue invoice each, letters written as text and HTML."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks import shops
from benchmarks.measuring import Budget, Result, Scale, spent
from shopctl import batch, models
from shopctl.config import Config, Invoicing, ShopSettings, WireTransfer
from shopctl.config.settings import Reminders
from shopctl.db.bulk import change_rows, insert_rows
from shopctl.domain.outcomes import Failed
from shopctl.services import invoicing, reminder_runs, reminding
from shopctl.services.deciding import Request
from shopctl.shop import Shop

SETTINGS = Config(
    shop=ShopSettings(name="Northwind Living", address=("1 Harbour Road", "20457 Hamburg")),
    invoicing=Invoicing(due_days=14),
    wire_transfer=WireTransfer(iban="DE89370400440532013000", bic="COBADEFFXXX"),
    reminders=Reminders(orders=(), invoices=(7, 14, 28)),
)


def queueing(directory: Path, scale: Scale) -> list[Result]:
    """Measure a run over customers who are a week late, and one a week later that charges a fee and interest."""
    count = scale.documents
    charging = replace(SETTINGS.reminders, fees=(Decimal(0), Decimal(5)), interest=Decimal("9.27"), interest_from=2)
    with shops.shop_at(f"sqlite:///{directory / 'reminders.db'}") as shop:
        _bill(shop, count)
        plain = spent(lambda: _run(shop, SETTINGS, 21, count))
        idle = spent(lambda: _run(shop, SETTINGS, 21, 0))
        charged = spent(lambda: _run(shop, replace(SETTINGS, reminders=charging), 28, count))
    budget = (Budget(5 * count / 10_000, at_most=True),)
    return [
        Result(f"queue {count:,} reminders, text and HTML", plain.wall, "s", budgets=budget),
        Result("of that the processor", plain.cpu, "s"),
        Result(f"find nothing due among {count:,} late customers", idle.wall, "s"),
        Result(f"queue {count:,} reminders, each with an invoice of fee and interest", charged.wall, "s"),
        Result("of that the processor", charged.cpu, "s"),
    ]


def _bill(shop: Shop, count: int) -> None:
    """Make an open invoice for each of so many customers."""
    shop.config = SETTINGS
    numbers = shops.fill(shop, count)
    keys = range(1, count + 1)
    with shop.database.atomic():
        missing = [shops.customer(key) for key in keys if key > -(-count // 10)]
        insert_rows(models.Customer, shops.CUSTOMER, missing)
        change_rows(
            models.Order, "customer_id = :customer", "id = :id", ("id", "customer"), [(key, key) for key in keys]
        )
    for outcome in batch.run(shop, numbers, lambda part: invoicing.create(shop, part, Request(confirm=True))):
        assert not isinstance(outcome, Failed), outcome


def _run(shop: Shop, config: Config, days: int, expected: int) -> None:
    later = replace(shop, config=config, now=shops.NOW + timedelta(days=days))
    keys = reminder_runs.customers(later, reminding.ALL)
    done = list(reminder_runs.run(later, keys, reminding.ALL))
    assert len(done) == expected, (len(done), expected, done[:1])
    assert not [one for one in done if isinstance(one, Failed)]
