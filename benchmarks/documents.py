"""Measure batches of documents: invoices, payments and orders, on SQLite beside a plain script, and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import plain, shops
from benchmarks.measuring import NEVER, Budget, Result, Scale, Spent, spent
from shopctl import batch
from shopctl.domain.outcomes import Failed, Outcome
from shopctl.services import importing, invoicing, ordering, registering
from shopctl.services.deciding import Request
from shopctl.shop import Shop

Work = Callable[[Shop, int], None]


def bill(shop: Shop, count: int) -> None:
    """Create and post an invoice for each order."""
    request = Request(confirm=True)
    numbers = (shops.number_of(key) for key in range(1, count + 1))
    _all_well(batch.run(shop, numbers, lambda part: invoicing.create(shop, part, request)))


def pay(shop: Shop, count: int) -> None:
    """Register a payment for each invoice and use it there."""
    receipts = (registering.Receipt(f"INV/2026/{number:05d}") for number in range(1, count + 1))
    _all_well(batch.run(shop, receipts, lambda part: registering.register(shop, part)))


def confirm(shop: Shop, count: int) -> None:
    """Confirm orders that wait for their money."""
    numbers = (f"W{key:06d}" for key in range(1, count + 1))
    _all_well(batch.run(shop, numbers, lambda part: ordering.confirm(shop, part)))


def take_in(shop: Shop, items: Iterable[Any], chunk: int = 1000) -> None:
    """Store records."""
    _all_well(batch.run(shop, items, lambda part: importing.store(shop, part), chunk=chunk))


def _all_well(outcomes: Iterable[Outcome[Any]]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            raise outcome.error


def on_sqlite(directory: Path, scale: Scale) -> list[Result]:
    """Measure invoices and payments in batches, each beside the plain script."""
    count = scale.documents
    empty = shops.filled(directory, count)
    billed = directory / "billed.db"
    shops.copied(empty).rename(billed)
    _in(billed, bill, count)
    paid = directory / "paid.db"
    shops.copied(billed).rename(paid)
    _in(paid, pay, count)
    invoices = _beside("invoices created and posted", bill, empty, plain.invoices(plain.Ledger(str(billed))), scale)
    payments = _beside("payments registered and allocated", pay, billed, plain.payments(plain.Ledger(str(paid))), scale)
    return [
        invoices._replace(budgets=(Budget(8_000), Budget(0.4, of_ratio=True))),
        payments._replace(budgets=(Budget(12_000),)),
    ]


def _beside(work: str, act: Work, before: Path, write: Callable[[plain.Writer], None], scale: Scale) -> Result:
    """Take turns, so that a busy moment hits both."""
    ours = theirs = NEVER
    for _ in range(scale.rounds):
        ours = ours.least(_in(shops.copied(before), act, scale.documents))
        writer = plain.Writer(str(shops.copied(before)))
        theirs = theirs.least(spent(lambda writer=writer: write(writer)))  # type: ignore[misc] # mypy cannot infer it
        writer.close()
    each = scale.documents
    return Result(f"{work}, SQLite", each / ours.wall, "/s", each / ours.cpu, each / theirs.wall, "plain sqlite3")


def large(directory: Path, scale: Scale) -> list[Result]:
    """Measure invoices of 100 lines with three taxes each, created and posted in a batch."""
    from shopctl.adapters.sources.items import Item

    count = scale.documents // 50
    taken = NEVER
    for place in range(scale.rounds):
        items = [Item(line, f"line {line}", one, None) for line, one in enumerate(shops.large_orders(count), 1)]
        with shops.shop_at(f"sqlite:///{directory / f'large-{place}.db'}") as shop:
            take_in(shop, items)
            taken = taken.least(spent(lambda shop=shop: bill(shop, count)))  # type: ignore[misc] # mypy cannot infer it
    each = Budget(50)  # at most 20 ms an invoice
    return [
        Result(
            "invoices of 100 lines and 3 taxes, SQLite", count / taken.wall, "/s", count / taken.cpu, budgets=(each,)
        )
    ]


def _in(path: Path, act: Work, count: int) -> Spent:
    with shops.shop_at(f"sqlite:///{path}") as shop:
        return spent(lambda: act(shop, count))


def orders(directory: Path, scale: Scale) -> list[Result]:
    """Measure orders in batches: made of records in memory, then confirmed."""
    from shopctl.adapters.sources.items import Item

    count = scale.documents
    made = confirmed = NEVER
    for place in range(scale.rounds):
        items = [Item(line, one.number, one, None) for line, one in enumerate(shops.records(count), 1)]
        with shops.shop_at(f"sqlite:///{directory / f'made-{place}.db'}") as shop:
            shops.make_tax()
            made = made.least(spent(lambda shop=shop, items=items: take_in(shop, items)))  # type: ignore[misc] # mypy cannot infer it
            confirmed = confirmed.least(spent(lambda shop=shop: confirm(shop, count)))  # type: ignore[misc] # mypy cannot infer it
    return [
        Result(
            "orders created with customers, SQLite",
            count / made.wall,
            "/s",
            count / made.cpu,
            budgets=(Budget(12_000),),
        ),
        Result(
            "orders confirmed, SQLite", count / confirmed.wall, "/s", count / confirmed.cpu, budgets=(Budget(12_000),)
        ),
    ]


def on_postgresql(_directory: Path, scale: Scale) -> list[Result]:
    """Measure invoices and payments in batches on a throw-away server, which flushes nothing."""
    from tests.support import postgres

    count = scale.documents
    billed = paid = NEVER
    with postgres.running_cluster() as cluster:
        for _ in range(scale.rounds):
            with shops.shop_at(cluster.url(cluster.create())) as shop:
                shops.fill(shop, count)
                billed = billed.least(spent(lambda shop=shop: bill(shop, count)))  # type: ignore[misc] # mypy cannot infer it
                paid = paid.least(spent(lambda shop=shop: pay(shop, count)))  # type: ignore[misc] # mypy cannot infer it
    return [
        Result(
            "invoices created and posted, PostgreSQL",
            count / billed.wall,
            "/s",
            count / billed.cpu,
            budgets=(Budget(2_500),),
        ),
        Result("payments registered and allocated, PostgreSQL", count / paid.wall, "/s", count / paid.cpu),
    ]
