"""Build a small shop, break every rule of its books by hand, and see which rule tells so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import peewee
import pytest

from shopctl import models
from shopctl.adapters.sources.items import Item
from shopctl.config import Config
from shopctl.db.connection import connect, is_sqlite
from shopctl.domain.access import Actor
from shopctl.domain.deliveries import LineQuantity
from shopctl.domain.outcomes import Done
from shopctl.domain.records import CustomerRecord, LineRecord, OrderRecord, PaymentRecord, TaxRecord
from shopctl.errors import UsageError
from shopctl.services import (
    allocating,
    assigning,
    checking,
    dispatching,
    importing,
    invoicing,
    registering,
    returning,
    shipping,
)
from shopctl.services.allocating import Choice
from shopctl.services.assigning import Chosen
from shopctl.services.deciding import Request
from shopctl.services.receipts import Receipt
from shopctl.services.returning import Return
from shopctl.services.shipping import Shipment
from shopctl.shop import Shop
from tests.support.shops import NOW

D = Decimal


def order(number, *payments, state="confirmed", policy="ordered"):
    line = LineRecord(sku="A", quantity=D(2), unit_price=D(50), taxes=("V21",), policy=policy)
    return OrderRecord(
        number=number, customer="C1", ordered_at=NOW, state=state, currency="EUR", lines=(line,), payments=payments
    )


def payment(reference, amount, state="done", **more):
    return PaymentRecord(
        provider="bank", reference=reference, amount=D(amount), currency="EUR", state=state, paid_at=NOW, **more
    )


RECORDS = (
    TaxRecord("V21", amount=D(21)),
    CustomerRecord(code="C1", name="Ann"),
    order("S1", payment("t1", 121)),
    order("S2", payment("t2", 121, "pending"), state="sent"),
    order("S3"),
    order("S4"),
    order("S5", payment("t5", 160), payment("r5", 29, "refunded")),
    order("S6", policy="delivered"),
    order("S7", state="cancelled"),
    payment("t1", 500, customer="C1")._replace(provider="till"),
)


def fill(shop: Shop) -> None:
    """Sell, bill, settle, deliver: invoices 1 to 7, of which 6 is a credit note and 7 a draft; payments 1 to 6.

    The last payment was seen on the only line of a statement.
    """
    items = [Item(line, f"line {line}", record, None) for line, record in enumerate(RECORDS, 1)]
    steps = [
        importing.store(shop, items),
        invoicing.create(shop, ["S1"], Request(confirm=True)),
        invoicing.create(shop, ["S3"], Request(kind="down_payment", percent=D(30), confirm=True)),
        invoicing.create(shop, ["S5"], Request(confirm=True)),
        invoicing.create(shop, ["S3"], Request(confirm=True)),
        invoicing.create(shop, ["S6"], Request(policy="ordered", confirm=True)),
        invoicing.create(shop, ["S6"], Request(confirm=True)),
        invoicing.create(shop, ["S4"], Request()),
        registering.register(shop, [Receipt("INV/2026/00002")]),
        allocating.allocate(shop, ["INV/2026/00004"], Choice(credits=("RINV/2026/00001",))),
        allocating.allocate(shop, ["INV/2026/00005"], Choice(credits=("PAY/2026/00005",), amount=D(100))),
        shipping.deliver(shop, ["S4"], Shipment()),
        returning.give_back(shop, ["OUT/2026/00001"], Return((LineQuantity(1, D(1)),))),
        dispatching.create(shop, ["S3"]),
    ]
    statement = models.BankStatement.create(
        format="csv", currency="EUR", opening=D(10), closing=D("46.30"), lines=1, fingerprint="f", imported_at=NOW
    )
    models.BankLine.create(
        statement=statement, position=1, date=NOW.date(), currency="EUR", amount=D("36.30"), identity="i"
    )
    steps.append(assigning.assign(shop, [Chosen("LINE/00001", ("PAY/2026/00006",), None)]))
    assert [outcome for step in steps for outcome in step if not isinstance(outcome, Done)] == []
    for key, state, reply, sent_at in (("one", "sent", "250 ok", NOW), ("two", "queued", "", None)):
        models.Email.create(
            key=key, document="INV/2026/00001", kind="invoice", recipient="a@example.com", subject="s", text="t",
            message_id=key, state=state, reply=reply, not_before=NOW, created_at=NOW, sent_at=sent_at,
        )  # fmt: skip
    charge = models.Invoice.get_by_id(1)
    for step, fee in ((1, D(0)), (2, charge.amount_total)):
        models.Reminder.create(
            kind="invoice",
            document="INV/2026/00005",
            step=step,
            created_at=NOW,
            fee=fee,
            charge=charge if fee else None,
        )


@contextmanager
def opened(url: str) -> Iterator[Shop]:
    database = connect(url)
    models.database.initialize(database)
    with database.connection_context():
        if is_sqlite(database):
            Path(database.database).chmod(0o600)
        yield Shop(Config(), database, NOW, Actor("anna", "admin"))


@pytest.fixture
def empty_shop(database_url):
    with opened(database_url) as shop:
        yield shop


@pytest.fixture
def full_shop(empty_shop):
    fill(empty_shop)
    return empty_shop


@pytest.fixture(scope="module")
def filled_file(sqlite_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "shop.db"
    shutil.copyfile(sqlite_template, path)
    with opened(f"sqlite:///{path}") as shop:
        fill(shop)
        shop.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def sqlite_shop(filled_file, tmp_path):
    path = tmp_path / "shop.db"
    shutil.copyfile(filled_file, path)
    with opened(f"sqlite:///{path}") as shop:
        yield shop


def run(shop: Shop, *statements: str) -> None:
    for statement in statements:
        shop.database.execute_sql(statement)


# Sound books


def test_empty_shop_is_sound(empty_shop):
    report = checking.check(empty_shop)

    assert report.ok
    assert report.violations == ()
    assert report.schema == 6
    assert report.db == ("sqlite" if is_sqlite(empty_shop.database) else "postgresql")


def test_shop_at_work_is_sound(full_shop):
    report = checking.check(full_shop)

    assert report.violations == ()
    assert report.ok
    assert [name for name, result in report.rules.items() if result.bad] == []
    assert report.rules["A1"].checked == 6
    assert report.rules["A3"].checked == 5
    assert report.rules["O1"].checked == 7


def test_heads_tell_where_every_series_ends(full_shop):
    heads = checking.check(full_shop).heads

    assert heads["invoice/2026"] == (5, "INV/2026/00005", "")
    assert heads["credit_note/2026"] == (1, "RINV/2026/00001", "")
    assert heads["payment/2026"] == (6, "PAY/2026/00006", "")
    assert heads["journal"].last == models.Event.select().count()
    assert heads["journal"].hash == models.Event.select(models.Event.hash).order_by(-models.Event.id).scalar()


def test_check_writes_nothing(sqlite_shop):
    before = sqlite_shop.database.connection().total_changes

    checking.check(sqlite_shop)

    assert sqlite_shop.database.connection().total_changes == before


def test_check_cannot_write_on_postgresql(postgresql_url, monkeypatch):
    from shopctl.services.checking import run as runner

    with opened(postgresql_url) as shop, runner.snapshot(shop.database), pytest.raises(peewee.InternalError):
        run(shop, "UPDATE series SET next = next")


# Broken books


class Case(NamedTuple):
    """Statements that break a rule, and the first violation they bring."""

    rule: str
    table: str
    id: int | str | None  # of a counter its name
    reference: str
    expected: object
    found: object
    statements: tuple[str, ...]
    also: frozenset[str] = frozenset()


def case(rule, table, key, reference, expected, found, *statements, also=()):
    name = f"{rule}: {reference} {found}"
    return pytest.param(Case(rule, table, key, reference, expected, found, statements, frozenset(also)), id=name)


NUMBERS = [
    case(
        "N1", "series", "payment", "payment/2026", 7, 8,
        "UPDATE series SET next = 8 WHERE name = 'payment'",
    ),
    case(
        "N1", "payments", None, "PAY/2026/00006", "PAY/2026/00006", None,
        "UPDATE payments SET number = 'PAY/2026/00007' WHERE id = 6",
        "UPDATE series SET next = 8 WHERE name = 'payment'",
    ),
    case(
        "N1", "payments", None, "PAY/2026/00006", "PAY/2026/00006 to PAY/2026/00008", None,
        "UPDATE payments SET number = 'PAY/2026/00009' WHERE id = 6",
    ),
    case(
        "N1", "payments", 6, "PAY/26/6", "PAY/{year}/{seq:05d}", "PAY/26/6",
        "UPDATE payments SET number = 'PAY/26/6' WHERE id = 6",
    ),
    case(
        "N1", "series", None, "payment/2026", 7, None,
        "DELETE FROM series WHERE name = 'payment'",
    ),
    case(
        "N2", "invoices", 4, "INV/2026/00004", "2026-08-21 or later", "2026-08-20",
        "UPDATE invoices SET date = '2026-08-20' WHERE id = 4",
    ),
    case(
        "N2", "invoices", 1, "INV/2026/00001", "2026", "2025-12-31",
        "UPDATE invoices SET date = '2025-12-31' WHERE id = 1",
    ),
    case(
        "N2", "series", "invoice", "invoice", "2026-08-21", "2026-08-20",
        "UPDATE series SET last_date = '2026-08-20' WHERE name = 'invoice'",
    ),
    case(
        "N3", "invoices", 1, "INV/2026/00001", "number, dates and moment of posting", "no moment",
        "UPDATE invoices SET posted_at = NULL WHERE id = 1",
    ),
    case(
        "N3", "invoices", 7, "INV/2026/00006", "no number", "INV/2026/00006",
        "UPDATE invoices SET number = 'INV/2026/00006' WHERE id = 7",
        "UPDATE series SET next = 7 WHERE name = 'invoice'",
    ),
]  # fmt: skip

MONEY = [
    case(
        "A1", "payments", 6, "PAY/2026/00006", D("36.30"), D("35.30"),
        "UPDATE payments SET allocated = allocated - 10000 WHERE id = 6",
    ),
    case(
        "A1", "allocations", 5, "INV/2026/00005", "EUR", "USD",
        "UPDATE payments SET currency = 'USD' WHERE id = 5",
    ),
    case(
        "A1", "payments", 5, "PAY/2026/00005", D(0), D(1),
        "UPDATE payments SET returned = 10000 WHERE id = 5",
    ),
    case(
        "A1", "orders", 5, "S5", D(29), D(30),
        "UPDATE payments SET returned = returned + 10000 WHERE id = 3",
    ),
    case(
        "A2", "invoices", 5, "INV/2026/00005", D(100), D(99),
        "UPDATE invoices SET allocated = allocated - 10000 WHERE id = 5",
    ),
    case(
        "A2", "invoices", 6, "RINV/2026/00001", D("84.70"), D("83.70"),
        "UPDATE invoices SET allocated = allocated - 10000 WHERE id = 6",
    ),
    case(
        "A2", "invoices", 5, "INV/2026/00005", "partial", "paid",
        "UPDATE invoices SET payment_status = 'paid' WHERE id = 5",
    ),
    case(
        "A2", "invoices", 4, "INV/2026/00004", "reversed", "paid",
        "UPDATE invoices SET payment_status = 'paid' WHERE id = 4",
    ),
    case(
        "A3", "allocations", 5, "PAY/2026/00005", "done inbound payment", "cancelled inbound payment",
        "UPDATE payments SET state = 'cancelled' WHERE id = 5",
    ),
    case(
        "A3", "allocations", 5, "DRAFT/7", "posted invoice", "draft invoice",
        "UPDATE allocations SET invoice_id = 7 WHERE id = 5",
        "UPDATE invoices SET allocated = 0, payment_status = 'not_paid' WHERE id = 5",
        "UPDATE invoices SET allocated = 1000000 WHERE id = 7",
        also=("A2", "O4"),
    ),
    case(
        "A4", "invoices", 2, "INV/2026/00002", D("36.30"), D(121),
        "UPDATE invoices SET reverses_id = 2 WHERE id = 6",
    ),
    case(
        "A4", "invoices", 1, "INV/2026/00001", "credit_note of invoice in EUR", "invoice of invoice in EUR",
        "UPDATE invoices SET reverses_id = 5 WHERE id = 1",
    ),
    case(
        "A5", "orders", 5, "S5", D(0), D(11),
        "UPDATE payments SET returned = returned - 10000 WHERE id = 3",
    ),
    case(
        "O4", "orders", 5, "S5 refunded", D(29), D(0),
        "UPDATE orders SET refunded = 0 WHERE number = 'S5'",
    ),
    case(
        "O4", "orders", 2, "S2 pending", D(121), D(0),
        "UPDATE orders SET pending = 0, payment_status = 'not_paid' WHERE number = 'S2'",
    ),
    case(
        "O4", "orders", 3, "S3 paid", D(121), D("120.99"),
        "UPDATE orders SET paid = paid - 100, payment_status = 'partial' WHERE number = 'S3'",
    ),
    case(
        "O4", "payments", 2, "PAY/2026/00002", "EUR", "USD",
        "UPDATE payments SET currency = 'USD' WHERE id = 2",
    ),
    case(
        "P1", "payments", 2, "bank t1", "PAY/2026/00001", "PAY/2026/00002",
        "DROP INDEX payments_provider_reference",
        "UPDATE payments SET reference = 't1' WHERE id = 2",
        also=("D1",),
    ),
]  # fmt: skip

DOCUMENTS = [
    case(
        "O1", "order_lines", 7, "S7 line 1", D(0), D(1),
        "UPDATE order_lines SET invoiced = 10000 WHERE order_id = 7",
    ),
    case(
        "O1", "order_lines", 4, "S4 line 1 drafted", D(2), D(0),
        "UPDATE order_lines SET drafted = 0 WHERE order_id = 4",
    ),
    case(
        "O1", "invoice_lines", 9, "DRAFT/7 line 1", "S4", None,
        "DELETE FROM invoice_orders WHERE invoice_id = 7",
    ),
    case(
        "O1", "invoices", 7, "DRAFT/7", "EUR", "USD",
        "UPDATE invoices SET currency = 'USD' WHERE id = 7",
    ),
    case(
        "O1", "invoices", 2, "INV/2026/00002", D("36.30"), D("-84.70"),
        "UPDATE invoice_lines SET deducts_id = 2 WHERE invoice_id = 7",
    ),
    case(
        "O1", "orders", 1, "S1 advance", D(0), D(1),
        "UPDATE orders SET advance = 10000 WHERE number = 'S1'",
    ),
    case(
        "O2", "invoices", 1, "INV/2026/00001 untaxed", D("100.01"), D(100),
        "UPDATE invoice_lines SET amount_untaxed = 1000100, amount_total = 1210100 WHERE invoice_id = 1",
    ),
    case(
        "O2", "invoice_taxes", 1, "INV/2026/00001 tax V21 base", D(100), D(101),
        "UPDATE invoice_taxes SET base = base + 10000 WHERE invoice_id = 1",
    ),
    case(
        "O2", "invoice_taxes", 1, "INV/2026/00001 tax V21", D(21), D("20.99"),
        "UPDATE invoice_taxes SET amount = amount - 100 WHERE invoice_id = 1",
    ),
    case(
        "O2", "invoice_lines", 1, "INV/2026/00001 line 1 tax", D(21), D(20),
        "UPDATE invoice_lines SET tax_split = 'V21:100:20' WHERE invoice_id = 1",
    ),
    case(
        "O2", "order_lines", 1, "S1 line 1 tax", D(21), None,
        "UPDATE order_lines SET tax_split = 'V21' WHERE order_id = 1",
    ),
    case(
        "O2", "invoices", 1, "INV/2026/00001 instalments", D(121), D("120.99"),
        "UPDATE installments SET amount = amount - 100 WHERE invoice_id = 1",
    ),
    case(
        "O2", "invoices", 1, "INV/2026/00001 due date", "2026-08-21", "2026-08-22",
        "UPDATE invoices SET due_date = '2026-08-22' WHERE id = 1",
    ),
    case(
        "O2", "orders", 7, "S7 untaxed", D(100), D(101),
        "UPDATE orders SET amount_untaxed = 1010000, amount_total = 1220000 WHERE number = 'S7'",
    ),
    case(
        "O2", "orders", 1, "S1 invoice status", "invoiced", "to_invoice",
        "UPDATE orders SET invoice_status = 'to_invoice' WHERE number = 'S1'",
    ),
    case(
        "O2", "orders", 1, "S1 delivery status", "to_ship", "shipped",
        "UPDATE orders SET delivery_status = 'shipped' WHERE number = 'S1'",
    ),
    case(
        "O2", "orders", 1, "S1 payment status", "paid", "partial",
        "UPDATE orders SET payment_status = 'partial' WHERE number = 'S1'",
    ),
    case(
        "O3", "invoices", 5, "INV/2026/00005", D(0), D(21),
        "UPDATE orders SET state = 'cancelled', invoice_status = 'no' WHERE number = 'S6'",
    ),
    case(
        "O5", "order_lines", 1, "S1 line 1", D(1), D(2),
        "UPDATE order_lines SET quantity = 10000 WHERE order_id = 1",
        "UPDATE orders SET invoice_status = 'to_invoice' WHERE number = 'S1'",
    ),
    case(
        "O6", "order_lines", 4, "S4 line 1 delivered", D(3), D(1),
        "UPDATE deliveries SET kind = 'outgoing' WHERE number = 'OUT/2026/00002'",
    ),
    case(
        "O6", "delivery_lines", 1, "OUT/2026/00001 line 1", "S3", "S4",
        "UPDATE deliveries SET order_id = 3 WHERE number = 'OUT/2026/00001'",
    ),
    case(
        "O6", "order_lines", 3, "S3 line 1 waiting", D(2), D(3),
        "UPDATE delivery_lines SET quantity = 30000 WHERE delivery_id = 3",
    ),
    case(
        "O6", "order_lines", 3, "S3 line 1 waiting", D(0), D(2),
        "UPDATE order_lines SET closed = TRUE WHERE order_id = 3",
        "UPDATE orders SET delivery_status = 'none' WHERE number = 'S3'",
    ),
    case(
        "O6", "deliveries", 3, "OUT/2026/00003", "lines", "none",
        "DELETE FROM delivery_lines WHERE delivery_id = 3",
    ),
    case(
        "O6", "deliveries", 1, "OUT/2026/00001 returned", D(2), D(3),
        "UPDATE delivery_lines SET quantity = 30000 WHERE delivery_id = 2",
    ),
]  # fmt: skip

RECORDED = [
    case(
        "B1", "bank_lines", 1, "LINE/1", D("36.30"), D("36.20"),
        "UPDATE bank_lines SET settled = settled - 1000 WHERE id = 1",
    ),
    case(
        "B1", "bank_statements", 1, "STMT/1", D(2), D(1),
        "UPDATE bank_statements SET lines = 2 WHERE id = 1",
    ),
    case(
        "B1", "bank_statements", 1, "STMT/1", D(-1), D(0),
        "UPDATE bank_lines SET amount = amount + 10000 WHERE id = 1",
    ),
    case(
        "M1", "emails", 1, "INV/2026/00001", "reply and moment of sending", "no reply",
        "UPDATE emails SET reply = '' WHERE id = 1",
    ),
    case(
        "M1", "emails", 1, "INV/2026/00001", "reply and moment of sending", "no moment",
        "UPDATE emails SET sent_at = NULL WHERE id = 1",
    ),
    case(
        "M2", "reminders", 2, "INV/2026/00005", "step 2 after step 1", "before it",
        "UPDATE reminders SET created_at = '2026-08-01T00:00:00Z' WHERE step = 2",
    ),
    case(
        "M4", "reminders", 1, "INV/2026/00005 step 1", "an invoice", "none",
        "UPDATE reminders SET fee = 50000 WHERE step = 1",
    ),
    case(
        "M3", "emails", 1, "INV/2026/00001", "a sender at work", "none",
        "UPDATE emails SET state = 'sending', owner = 'email-2' WHERE id = 1",
    ),
    case(
        "U1", "events", 5, "S3", 4, 5,
        "DELETE FROM events WHERE id = 4",
    ),
    case(
        "U1", "invoices", 7, "INV/2026/00006", "an entry in the journal", None,
        "UPDATE invoices SET state = 'posted', number = 'INV/2026/00006', date = '2026-08-21', "
        "due_date = '2026-08-21', posted_at = '2026-08-21T09:14:03Z' WHERE id = 7",
        "INSERT INTO installments (invoice_id, position, due_date, amount) VALUES (7, 1, '2026-08-21', 1210000)",
        "UPDATE series SET next = 7 WHERE name = 'invoice'",
        "UPDATE order_lines SET drafted = 0 WHERE order_id = 4",
    ),
    case(
        "D2", "payments", 2, "PAY/2026/00002", "2026-08-21T09:14:03Z or before", "2026-08-21T09:19:04Z",
        "UPDATE payments SET created_at = '2026-08-21T09:19:04Z' WHERE id = 2",
    ),
]  # fmt: skip


@pytest.mark.parametrize("broken", NUMBERS + MONEY + DOCUMENTS + RECORDED)
def test_rule_tells_what_was_broken(sqlite_shop, broken):
    key = models.Series.get(name=broken.id).id if isinstance(broken.id, str) else broken.id
    run(sqlite_shop, *broken.statements)

    report = checking.check(sqlite_shop)

    assert {violation.rule for violation in report.violations} == {broken.rule} | broken.also
    first = next(violation for violation in report.violations if violation.rule == broken.rule)
    assert first[:6] == (broken.rule, broken.table, key, broken.reference, broken.expected, broken.found)
    warnings = {rule.id for rule in checking.describe() if rule.severity == "warning"}
    assert report.ok == (broken.rule in warnings)


def violations(shop: Shop, *rules: str) -> list[tuple[object, ...]]:
    return [violation[:6] for violation in checking.check(shop, rules=rules).violations]


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-08-21T09:14:04Z'",
        "actor = 'bob'",
        "action = 'x'",
        "reference = 'x'",
        "details = ''",
        "operation = ''",
    ],
)
def test_changed_journal_entry_is_told_alone(sqlite_shop, change):
    run(sqlite_shop, f"UPDATE events SET {change} WHERE id = 4")

    assert [violation[1:3] for violation in violations(sqlite_shop, "U1")] == [("events", 4)]


def test_rehashed_journal_entry_is_told_by_the_next(sqlite_shop):
    run(sqlite_shop, "UPDATE events SET hash = 'x' WHERE id = 4")

    assert [violation[1:3] for violation in violations(sqlite_shop, "U1")] == [("events", 4), ("events", 5)]


def test_journal_cut_at_its_end_is_told_by_its_head(sqlite_shop):
    last = models.Event.select().count()

    run(sqlite_shop, f"DELETE FROM events WHERE id = {last}")

    assert ("U1", "series", 1, "journal", last, last + 1) in violations(sqlite_shop, "U1")


def test_changed_head_of_the_journal_is_told(sqlite_shop):
    run(sqlite_shop, "UPDATE series SET last_hash = 'x' WHERE name = 'journal'")

    ((rule, table, key, reference, _, found),) = violations(sqlite_shop)
    assert (rule, table, key, reference, found) == ("U1", "series", 1, "journal", "x")


def test_same_letter_twice_is_told(sqlite_shop):
    run(sqlite_shop, "DROP INDEX emails_key", "UPDATE emails SET key = 'one' WHERE id = 2")

    assert ("M1", "emails", 2, "INV/2026/00001", "one", "the same key again") in violations(sqlite_shop)


def test_schema_changed_by_hand_is_told(full_shop):
    run(full_shop, "CREATE INDEX extra ON payments (memo)")

    ((rule, table, _, reference, _, _),) = violations(full_shop)
    assert (rule, table, reference) == ("D1", "schema_history", "schema")


def test_broken_foreign_key_is_told(sqlite_shop):
    run(sqlite_shop, "PRAGMA foreign_keys = 0", "UPDATE payments SET customer_id = 99 WHERE id = 5")

    assert violations(sqlite_shop) == [("D1", "payments", 5, "foreign_key_check", "a row of customers", None)]


def test_row_that_its_checks_forbid_is_told(sqlite_shop):
    run(sqlite_shop, "PRAGMA ignore_check_constraints = 1", "UPDATE emails SET state = 'lost' WHERE id = 1")
    run(sqlite_shop, "PRAGMA ignore_check_constraints = 0")

    assert violations(sqlite_shop) == [
        ("D1", "sqlite", None, "integrity_check", "ok", "CHECK constraint failed in emails")
    ]


def test_forbidden_money_is_told_by_its_own_rule_too(sqlite_shop):
    run(
        sqlite_shop,
        "PRAGMA ignore_check_constraints = 1",
        "UPDATE allocations SET amount = -1 WHERE id = 1",
        "UPDATE payments SET returned = amount WHERE id = 6",
        "UPDATE invoices SET allocated = amount_total + 1 WHERE id = 5",
    )

    told = violations(sqlite_shop, "A1", "A2", "A3")
    assert ("A1", "payments", 6, "PAY/2026/00006", D("36.30"), D("72.60")) in told
    assert ("A2", "invoices", 5, "INV/2026/00005", D(121), D("121.0001")) in told
    assert ("A3", "allocations", 1, "INV/2026/00001", "more than 0", D("-0.0001")) in told


def test_open_database_file_is_told(sqlite_shop):
    path = Path(sqlite_shop.database.database)
    path.chmod(0o640)

    report = checking.check(sqlite_shop, rules=["D2"])

    assert report.ok
    told = [violation for violation in report.violations if violation.reference == str(path)]
    assert told == [("D2", "file", None, str(path), "0600", "0640", f"chmod 600 {path}")]


def test_clock_set_back_is_told(sqlite_shop):
    report = checking.check(replace(sqlite_shop, now=NOW - timedelta(hours=1)), rules=["D2"])

    assert report.ok
    assert report.rules["D2"].bad > 0


# Numbers


# What is asked for


def test_only_named_rules_are_checked(sqlite_shop):
    report = checking.check(sqlite_shop, rules=["a2", "N1"])

    assert list(report.rules) == ["N1", "A2"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET date = '' WHERE id = 1",
        "UPDATE invoices SET date = 'yesterday' WHERE id = 1",
        "UPDATE series SET period = 'x' WHERE name = 'invoice'",
        "UPDATE series SET period = '0000-99' WHERE name = 'payment'",
        "UPDATE series SET name = 'x' WHERE name = 'invoice'",
        "UPDATE order_lines SET tax_split = 'V21:NaN:Infinity' WHERE id = 1",
        "UPDATE invoice_lines SET tax_split = 'V21:x:y;' WHERE id = 1",
        "UPDATE order_lines SET quantity = 9223372036854775807 WHERE id = 1",
        "UPDATE invoices SET number = 'INV/0000/00001' WHERE id = 1",
        "UPDATE invoices SET number = 'INV/2026/999999999999999999' WHERE id = 5",
        "UPDATE events SET id = 9223372036854775807 WHERE id = 4",
    ],
)
def test_nonsense_is_told_and_not_stumbled_over(sqlite_shop, statement):
    run(sqlite_shop, statement)

    assert not checking.check(sqlite_shop).ok


def test_unknown_rule_is_refused(sqlite_shop):
    with pytest.raises(UsageError, match="there is no rule Z9"):
        checking.check(sqlite_shop, rules=["Z9"])


def test_list_is_limited_and_counts_are_complete(full_shop):
    run(full_shop, "UPDATE orders SET advance = advance + 10000", "UPDATE orders SET pending = pending + 10000")

    short = checking.check(full_shop, rules=["O1", "O4"], limit=2)
    whole = checking.check(full_shop, rules=["O1", "O4"], limit=0)

    assert [violation.rule for violation in short.violations] == ["O1", "O1", "O4", "O4"]
    assert {name: result.bad for name, result in short.rules.items()} == {"O1": 7, "O4": 7}
    assert len(whole.violations) == 14


def test_rules_describe_themselves():
    rules = checking.describe()

    assert [rule.id for rule in rules if rule.severity == "warning"] == ["A5", "O5", "C1", "M2", "M3", "M4", "W1", "D2"]
    assert len({rule.id for rule in rules}) == len(rules)
    assert [rule.id for rule in rules if not rule.sentence.endswith(".")] == []


# What the rules say that they protect


def test_rules_protect_columns_that_exist():
    columns = {
        f"{model._meta.table_name}.{field.column_name}"
        for model in models.TABLES
        for field in model._meta.sorted_fields
    }

    assert [name for rule in checking.describe() for name in rule.protects if name not in columns] == []


def changes(table: str, column: str) -> Iterator[str]:
    """Change a column of one row at a time: by a little, and to what the other rows hold."""
    rows = models.database.execute_sql(f"SELECT id, {column} FROM {table} ORDER BY id").fetchall()
    for key, value in rows:
        little = "x" if value is None else value + 1 if isinstance(value, int) else _other(value)
        for new in {little, *(other for _, other in rows)} - {value}:
            text = "NULL" if new is None else new if isinstance(new, int) else f"'{new}'"
            yield f"UPDATE {table} SET {column} = {text} WHERE id = {key}"


def _other(text: str) -> str:
    """Write another value of the same sort: the day or moment after, another word."""
    if len(text) == 20 and text.endswith("Z"):
        return "2031" + text[4:]
    return text[:-1] + ("1" if text.endswith("0") else "0")


PROTECTED = sorted({name for rule in checking.describe() for name in rule.protects})


@pytest.mark.parametrize("name", PROTECTED)
def test_change_of_a_protected_column_is_noticed(sqlite_shop, name):
    table, column = name.split(".")
    protecting = [rule.id for rule in checking.describe() if name in rule.protects]
    run(sqlite_shop, "PRAGMA foreign_keys = 0", "PRAGMA ignore_check_constraints = 1")
    noticed: list[object] = []
    for statement in changes(table, column):
        with sqlite_shop.database.atomic() as transaction:
            try:
                run(sqlite_shop, statement)
            except peewee.IntegrityError as error:
                noticed.append(str(error))
            else:
                noticed += checking.check(sqlite_shop, rules=protecting).violations
            transaction.rollback()

    assert noticed
