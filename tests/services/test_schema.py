"""Bring databases to the schema of the models: step by step, with everything that is stored."""

from __future__ import annotations

import re

import pytest

from shopctl import models
from shopctl.db.bulk import fetch
from shopctl.db.connection import connect, is_sqlite
from shopctl.services import schema
from tests.support import ddl
from tests.support.shops import NOW


@pytest.fixture
def bare(bare_database_url):
    """Open a database without tables."""
    database = connect(bare_database_url, create=True)
    models.database.initialize(database)
    with database.connection_context():
        yield database


STRUCTURE = {
    "columns": (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = current_schema() ORDER BY 1, 2"
    ),
    "constraints": (
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = current_schema()::regnamespace AND contype <> 'n' ORDER BY 1, 2"
    ),
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
}


def structure(database):
    """Tell what a database promises, whatever way its tables came about."""
    if not is_sqlite(database):
        return {name: database.execute_sql(query).fetchall() for name, query in STRUCTURE.items()}
    found = {}
    for kind, name, sql in database.execute_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
        if kind == "index":
            found[name] = sql
            continue
        columns = database.execute_sql(
            f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}')"
        ).fetchall()
        keys = database.execute_sql(
            f'SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(\'{name}\')'
        ).fetchall()
        checks = sorted(re.split(r",? CHECK ", sql)[1:])
        found[name] = (sorted(columns), sorted(keys), [check.strip(" ,)") for check in checks if "STRICT" not in check])
    return found


def test_steps_lead_to_what_the_models_say(bare):
    schema.migrate(bare, NOW, wait=10.0)
    migrated = structure(bare)
    with bare.atomic() as block:
        bare.drop_tables(models.TABLES)
        for statement in ddl.statements("sqlite" if is_sqlite(bare) else "postgresql"):
            bare.execute_sql(statement)
        made = structure(bare)
        block.rollback()

    assert made == migrated


def test_step_keeps_what_is_stored(bare, monkeypatch):
    known = schema.steps
    with monkeypatch.context() as patch:
        patch.setattr(schema, "steps", lambda dialect: known(dialect)[:1])
        schema.migrate(bare, NOW, wait=10.0)
    for statement in (
        "INSERT INTO orders (id, number, source, external_id, website, ordered_at, state, currency, billing, shipping, "
        "payment_method, terms, tax_rounding, note, tags, cart, amount_untaxed, amount_tax, amount_total, paid, pending, "
        "refunded, advance, invoice_status, payment_status, delivery_status, source_totals, differences, fingerprint) "
        "VALUES (1, 'S1', '', '', '', '2026-08-21T09:00:00Z', 'confirmed', 'EUR', '', '', '', '', 'globally', '', '', '', "
        "10, 0, 10, 10, 0, 0, 0, 'invoiced', 'paid', 'none', '', '', '')",
        "INSERT INTO order_lines (id, order_id, position, kind, sku, description, quantity, delivered, invoiced, drafted, "
        "unit_price, discount, taxes, policy, amount_untaxed, amount_tax, amount_total, tax_split) "
        "VALUES (7, 1, 1, 'product', 'A', 'a', 10, 0, 10, 0, 10, 0, '', 'ordered', 10, 0, 10, '')",
        "INSERT INTO invoices (id, number, type, kind, state, payment_status, customer_name, customer_email, "
        "customer_vat, customer_language, billing, shipping, currency, date, terms, tax_rounding, share, amount_untaxed, "
        "amount_tax, amount_total, allocated, reference, note, revision, created_at) VALUES (3, 'INV/1', 'invoice', "
        "'regular', 'posted', 'paid', 'Ann', '', '', '', '', '', 'EUR', '2026-08-21', '', 'globally', 0, 10, 0, 10, 10, "
        "'', '', 0, '2026-08-21T09:00:00Z')",
        "INSERT INTO invoice_lines (id, invoice_id, position, kind, sku, description, quantity, unit_price, discount, "
        "taxes, amount_untaxed, amount_tax, amount_total, tax_split, order_line_id) "
        "VALUES (5, 3, 1, 'product', 'A', 'a', 10, 10, 0, '', 10, 0, 10, '', 7)",
        "INSERT INTO payments (id, number, direction, method, provider, state, currency, amount, allocated, returned, "
        "date, memo, created_at) VALUES (9, 'PAY1', 'inbound', 'wire', '', 'done', 'EUR', 10, 10, 0, '2026-08-21', '', "
        "'2026-08-21T09:00:00Z')",
        "INSERT INTO allocations (id, invoice_id, payment_id, amount, date, created_at) "
        "VALUES (4, 3, 9, 10, '2026-08-21', '2026-08-21T09:00:00Z')",
    ):
        bare.execute_sql(statement)

    applied = schema.migrate(bare, NOW, wait=10.0)

    assert applied == ["exact_money", "lists", "bank", "mail", "tokens"]
    assert fetch(models.Order, "SELECT id, number, close_reason FROM orders") == [(1, "S1", "")]
    assert fetch(models.OrderLine, "SELECT id, order_id, closed FROM order_lines") == [(7, 1, False)]
    assert fetch(models.Invoice, "SELECT id, disputed, early_amount, early_until FROM invoices") == [(3, "", 0, None)]
    assert fetch(models.InvoiceLine, "SELECT id, order_line_id, credits_line_id FROM invoice_lines") == [(5, 7, None)]
    assert fetch(models.Allocation, "SELECT id, invoice_id, payment_id, amount, write_off FROM allocations") == [
        (4, 3, 9, 10, "")
    ]


def test_returns_of_before_name_what_they_bring_back(bare, monkeypatch):
    known = schema.steps
    with monkeypatch.context() as patch:
        patch.setattr(schema, "steps", lambda dialect: known(dialect)[:2])
        schema.migrate(bare, NOW, wait=10.0)
    for statement in (
        "INSERT INTO orders (id, number, source, external_id, website, ordered_at, state, currency, billing, shipping, "
        "payment_method, terms, tax_rounding, note, tags, cart, amount_untaxed, amount_tax, amount_total, paid, pending, "
        "refunded, advance, invoice_status, payment_status, delivery_status, source_totals, differences, fingerprint) "
        "VALUES (1, 'S1', '', '', '', '2026-08-21T09:00:00Z', 'confirmed', 'EUR', '', '', '', '', 'globally', '', '', '', "
        "10, 0, 10, 10, 0, 0, 0, 'invoiced', 'paid', 'none', '', '', '')",
        "INSERT INTO deliveries (id, number, order_id, kind, state, date, carrier, tracking, note, created_at) VALUES "
        "(1, 'OUT/1', 1, 'outgoing', 'done', '2026-08-21', '', '', '', '2026-08-21T09:00:00Z'), "
        "(2, 'OUT/2', 1, 'return', 'done', '2026-08-21', '', '', '', '2026-08-21T09:00:00Z'), "
        "(3, 'OUT/3', 1, 'return', 'done', '2026-08-21', '', '', '', '2026-08-21T09:00:00Z')",
        "INSERT INTO events (id, at, actor, action, reference, details, operation, hash) VALUES "
        "(1, '2026-08-21T09:00:00Z', 'anna', 'delivery.done', 'OUT/2', '', '', 'x'), "
        """(2, '2026-08-21T09:00:00Z', 'anna', 'delivery.returned', 'OUT/1', '{"by":"OUT/2","reason":"b"}', '', 'y')""",
    ):
        bare.execute_sql(statement)

    assert schema.migrate(bare, NOW, wait=10.0) == ["lists", "bank", "mail", "tokens"]

    assert fetch(models.Delivery, "SELECT number, origin_id FROM deliveries ORDER BY id") == [
        ("OUT/1", None), ("OUT/2", 1), ("OUT/3", None),
    ]  # fmt: skip
