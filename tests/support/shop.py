"""Open a shop for a test, sell made-up things in it, and look at everything that is stored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from shopctl import batch, models
from shopctl.adapters.sources.items import Item
from shopctl.config import Config
from shopctl.config.settings import Reminders
from shopctl.db.bulk import fetch
from shopctl.db.connection import connect
from shopctl.domain.access import Actor
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.crediting import Wanted
from shopctl.domain.outcomes import Done, Failed, Outcome
from shopctl.domain.records import (
    CustomerRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    Record,
    TaxRecord,
    TermsLineRecord,
    TermsRecord,
)
from shopctl.domain.suggesting import SURE
from shopctl.errors import ShopError
from shopctl.journal import SERIES
from shopctl.services import (
    allocating,
    annulling,
    assigning,
    bank_importing,
    capturing,
    checking,
    confirming,
    crediting,
    dispatching,
    importing,
    invoicing,
    merging,
    paying_back,
    provider_settling,
    recovering,
    recovery,
    registering,
    reminding,
    suggesting,
    unsubscribing,
)
from shopctl.services.allocating import Choice
from shopctl.services.assigning import Chosen
from shopctl.services.deciding import Request
from shopctl.services.listing import credits
from shopctl.services.listing.credits import CreditRow
from shopctl.services.listing.fields import Asked
from shopctl.services.matching import Matches
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from shopctl.services.shipping import Shipment
from shopctl.shop import Shop
from tests.support.shops import NOW

ADMIN = Actor("anna", "admin")
TODAY = date(2026, 8, 21)

BASICS: tuple[Record, ...] = (
    TaxRecord("V21", "VAT 21 %", amount=Decimal(21)),
    TaxRecord("V6", "VAT 6 %", amount=Decimal(6)),
    TaxRecord("I21", "VAT 21 % included", amount=Decimal(21), included=True),
    TermsRecord("N30", "30 days", lines=(TermsLineRecord(days=30),)),
    TermsRecord(
        "HALVES",
        "30 % now, the rest in 30 days",
        lines=(TermsLineRecord("percent", Decimal(30)), TermsLineRecord("percent", Decimal(70), days=30)),
    ),
    CustomerRecord("C1", "Ann Smith", email="ann@example.com"),
    CustomerRecord("C2", "Bob Jones", email="bob@example.com"),
)
"""Two taxes on top and one included, two payment terms, two customers."""


@contextmanager
def opened(url: str, *, wait: float = 10.0) -> Iterator[Shop]:
    """Open the shop at an address, with an administrator at work at a fixed moment."""
    database = connect(url, wait=wait)
    models.database.initialize(database)
    database.connect()
    try:
        yield Shop(Config(), database, NOW, ADMIN, wait=wait)
    finally:
        database.close()


def empty(shop: Shop) -> None:
    """Bring a PostgreSQL database back to what it was when it was new."""
    database = shop.database
    if not database.is_closed():
        database.close()
    database.connect()
    names = [model._meta.table_name for model in reversed(models.TABLES) if model is not models.SchemaStep]
    counted = [
        model._meta.table_name
        for model in models.TABLES
        if "id" in model._meta.fields
        if model is not models.SchemaStep
    ]
    # All in one message: sixty questions one after the other take longer than most tests.
    database.connection().execute(
        ";".join(
            [f'DELETE FROM "{name}"' for name in names]
            + ["SELECT " + ", ".join(f"setval('{name}_id_seq', 1, false)" for name in counted)]
        )
    )
    models.Series.create(name=SERIES)


def at(shop: Shop, day: date) -> Shop:
    """Move the clock of a shop to the noon of a day."""
    return replace(shop, now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def asked(day: date = TODAY, **more: Any) -> Asked:
    """Ask a list at noon of a day, in the zone of UTC."""
    return Asked(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), UTC, **more)


def take_in(shop: Shop, *records: Record) -> list[Outcome[importing.ImportRow]]:
    """Import records as one file, a line each."""
    return importing.store(
        shop, [Item(number, f"line {number}", record, None) for number, record in enumerate(records, 1)]
    )


def sell(shop: Shop, *records: Record) -> None:
    """Import records that must all be sound, after the basics."""
    for outcome in take_in(shop, *BASICS, *records):
        assert isinstance(outcome, Done), outcome


def line(price: str | int = 100, quantity: str | int = 1, *taxes: str, **more: Any) -> LineRecord:
    """Make an order line, untaxed unless taxes are named."""
    return LineRecord(
        **{"sku": "A1", "description": "Apple", "policy": "ordered", **more},
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        taxes=taxes,
    )


def order(number: str, *lines: LineRecord, **more: Any) -> OrderRecord:
    """Make a confirmed order of customer C1; without lines it is one thing for 100.00."""
    return OrderRecord(
        number=number,
        lines=lines or (line(),),
        **{"customer": "C1", "ordered_at": NOW, "state": "confirmed", "currency": "EUR", **more},
    )


def payment(reference: str, amount: str | int, **more: Any) -> PaymentRecord:
    """Make a payment that has come in."""
    return PaymentRecord(
        reference=reference,
        amount=Decimal(amount),
        **{"provider": "bank", "method": "wire", "currency": "EUR", "state": "done", "paid_at": NOW, **more},
    )


def bank_line(amount: str | int, **more: Any) -> int:
    """Put a line on a statement of its own, seen today, and tell its key."""
    count = models.BankStatement.select().count() + 1
    statement = models.BankStatement.create(
        format="csv", currency="EUR", lines=1, fingerprint=f"statement {count}", imported_at=NOW
    )
    return models.BankLine.create(
        **{"statement": statement, "position": 1, "date": TODAY, "currency": "EUR", "amount": Decimal(amount),
           "identity": f"line {count}", **more}
    ).id  # fmt: skip


def bill(shop: Shop, *numbers: str, **request: Any) -> list[str]:
    """Make and post an invoice an order, and tell their numbers."""
    outcomes = invoicing.create(shop, list(numbers), Request(confirm=True, **request))
    return [done(outcome).row.number for outcome in outcomes]


def done(outcome: Outcome[Any]) -> Done[Any]:
    """Insist that an item went well."""
    assert isinstance(outcome, Done), outcome
    return outcome


def failed(outcome: Outcome[Any]) -> ShopError:
    """Insist that an item was refused, and tell why."""
    assert isinstance(outcome, Failed), outcome
    return outcome.error


def codes(outcomes: Sequence[Outcome[Any]]) -> list[str]:
    """Tell of each item what happened to it, or the code of its refusal."""
    return [str(outcome.change) if isinstance(outcome, Done) else outcome.error.code for outcome in outcomes]


def dump(*but: type[models.Table]) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table."""
    return {
        table._meta.table_name: fetch(table, f'SELECT * FROM "{table._meta.table_name}" ORDER BY {_key_of(table)}')
        for table in models.TABLES
        if table not in but
    }


def _key_of(table: type[models.Table]) -> str:
    return ", ".join(key.column_name for key in table._meta.get_primary_keys())  # type: ignore[no-untyped-call]  # peewee


@contextmanager
def nothing_changes(*but: type[models.Table]) -> Iterator[None]:
    """Insist that the block leaves every row of every table as it is, the journal included."""
    before = dump(*but)
    yield
    assert dump(*but) == before


def wrong(shop: Shop) -> list[tuple[str, str]]:
    """List what `db check` finds wrong in the books: the rule and the document."""
    return [(found.rule, found.reference) for found in checking.check(shop).violations if found.table]


def outstanding(customer: str = "") -> list[CreditRow]:
    """List the outstanding credits, of one customer or all, oldest first."""
    return list(credits.search(credits.CreditFilter(customer=customer), asked()).rows)


def journal() -> list[tuple[str, str]]:
    """List what the journal tells: action and reference, oldest first."""
    return [(event.action, event.reference) for event in models.Event.select().order_by(models.Event.id)]


def money(order_number: str) -> tuple[str, str, str]:
    """Tell the money of an order: paid, pending, and the payment status that follows."""
    row = models.Order.get(models.Order.number == order_number)
    return f"{row.paid:.2f}", f"{row.pending:.2f}", row.payment_status


def told_as(form: str) -> Statement:
    """Make a statement of a hundred lines, the same in each format but for what its bank calls them."""
    movements = [
        Movement("line 1", TODAY, Decimal(7), "EUR", end_to_end=f"E-{number}", bank_reference=f"{form} {number}")
        for number in range(100)
    ]
    return Statement(form, "DE89370400440532013000", "1", "EUR", tuple(movements))


Work = Callable[[Shop, Sequence[str]], list[Outcome[Any]]]


def dun(shop: Shop, customers: Sequence[str]) -> list[Outcome[Any]]:
    """Remind customers, by their keys, eleven days late, at a fee of 5.00."""
    charging = replace(shop.config, reminders=Reminders(fees=(Decimal(5),)))
    return reminding.remind(replace(at(shop, date(2026, 9, 1)), config=charging), [int(key) for key in customers])


WORK: dict[str, Work] = {
    "capture": capturing.capture,
    "void": capturing.void,
    "cancel": lambda shop, part: annulling.cancel(shop, part, "booked twice"),
    "pay_in_part": lambda shop, part: registering.register(
        shop, [Receipt(reference, Decimal(4), provider="bank", transaction=f"P-{reference}") for reference in part]
    ),
    "refund": lambda shop, part: paying_back.refund(shop, part, Wish()),
    "statements": lambda shop, part: bank_importing.store(
        shop, [one for form in part for one in bank_importing.incoming(shop, form, [told_as(form)])]
    ),
    "suggest": lambda shop, part: suggesting.apply(shop, part, SURE),
    "match": lambda shop, part: assigning.assign(
        shop, [one for one in Matches(shop).chosen() if one.reference in part]
    ),
    "assign": lambda shop, part: assigning.assign(
        shop, [Chosen(line, (f"INV/2026/{line[-5:]}",), None) for line in part]
    ),
    "allocate": lambda shop, part: allocating.allocate(shop, part, Choice(auto=True)),
    "confirm": confirming.confirm,
    "dun": dun,
    "credit": lambda shop, part: crediting.create(
        shop, part, crediting.Request(Wanted(), "returned", then="refund", confirm=True)
    ),
    "invoice": lambda shop, part: invoicing.create(shop, part, Request(confirm=True)),
    "merge": lambda shop, part: merging.merge(shop, part[:-1], part[-1]),
    "recover": lambda shop, part: recovering.recover(shop, part, recovering.Wish()),
    "remind": recovery.remind,
    "register": lambda shop, part: registering.register(
        shop, [Receipt(reference, provider="bank", transaction=f"B-{reference}") for reference in part]
    ),
    "settle": provider_settling.settle,
    "unsubscribe": unsubscribing.by_token,
    "ship": lambda shop, part: dispatching.validate(shop, part, Shipment()),
}
"""What rivals can be told to do with documents."""


def rivals(url: str, count: int, work: str, references: Sequence[str], *, chunk: int) -> list[list[str]]:
    """Let processes do the same to the same documents at the same moment, and tell what each of them was answered."""
    return colleagues(url, [(work, references)] * count, chunk=chunk)


def colleagues(url: str, jobs: Sequence[tuple[str, Sequence[str]]], *, chunk: int) -> list[list[str]]:
    """Let processes do a job each at the same moment, and tell what each of them was answered.

    Args:
        jobs: One of `WORK` each, and the documents it is done to.
    """
    command = [sys.executable, "-W", "error", "-m", "tests.support.shop", url]
    root = Path(__file__).parents[2]
    processes = [
        subprocess.Popen([*command, work, str(chunk), *references], cwd=root, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
        for work, references in jobs
    ]  # fmt: skip
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(jobs)
    return [list(json.loads(answer)) for answer in answers]


def _rival(url: str, work: str, chunk: str, *references: str) -> None:
    """Be one of the processes."""
    with opened(url) as shop:
        print("ready", flush=True)
        sys.stdin.readline()
        outcomes = batch.run(shop, references, lambda part: WORK[work](shop, part), chunk=int(chunk))
        print(json.dumps(codes(list(outcomes))))


if __name__ == "__main__":
    _rival(*sys.argv[1:])
