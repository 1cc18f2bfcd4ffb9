"""Tell what a driver raised in a sentence that a shopkeeper can act on; a bug of ours stays one."""

from __future__ import annotations

import sqlite3

import peewee
import psycopg
import pytest

from shopctl.db.bulk import fetch
from shopctl.db.failures import driver_errors, is_lost, is_retryable, state_of, translate
from shopctl.errors import ExitStatus
from shopctl.models import Payment, Product, TaxRate
from tests.support.shops import NOW


def raised(error, cause=None):
    """Raise an error the way drivers do, one over the other."""
    try:
        try:
            if cause is not None:
                raise cause
        finally:
            raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (sqlite3.OperationalError("database is locked"), "db.busy", ExitStatus.TEMPORARY),
        (sqlite3.OperationalError("database table is locked: orders"), "db.busy", ExitStatus.TEMPORARY),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), "db.busy", ExitStatus.TEMPORARY),
        (sqlite3.OperationalError("database or disk is full"), "db.full", ExitStatus.TEMPORARY),
        (
            psycopg.errors.DiskFull('could not extend file "base/1/2": No space left on device'),
            "db.full",
            ExitStatus.TEMPORARY,
        ),
        (sqlite3.OperationalError("attempt to write a readonly database"), "db.readonly", ExitStatus.CONFIG),
        (sqlite3.OperationalError("unable to open database file"), "db.readonly", ExitStatus.CONFIG),
        (sqlite3.DatabaseError("file is not a database"), "db.not_a_shop", ExitStatus.CONFIG),
        (sqlite3.DatabaseError("database disk image is malformed"), "db.corrupt", ExitStatus.FAILED),
        (sqlite3.OperationalError("no such table: orders"), "db.not_a_shop", ExitStatus.CONFIG),
        (psycopg.errors.UndefinedTable('relation "orders" does not exist'), "db.not_a_shop", ExitStatus.CONFIG),
        (psycopg.OperationalError("connection refused"), "db.unreachable", ExitStatus.TEMPORARY),
        (psycopg.OperationalError("could not translate host name"), "db.unreachable", ExitStatus.TEMPORARY),
        (psycopg.errors.AdminShutdown("terminating connection"), "db.unreachable", ExitStatus.TEMPORARY),
        (psycopg.errors.SerializationFailure("could not serialize"), "db.unreachable", ExitStatus.TEMPORARY),
        (psycopg.OperationalError('FATAL:  database "shops" does not exist'), "db.missing", ExitStatus.NOT_FOUND),
        (psycopg.OperationalError("password authentication failed"), "db.unreachable", ExitStatus.CONFIG),
        (psycopg.OperationalError('invalid connection option "sslmod"'), "db.url", ExitStatus.CONFIG),
        (sqlite3.IntegrityError("CHECK constraint failed: amount > 0"), "db.refused", ExitStatus.CONFLICT),
        (sqlite3.IntegrityError("UNIQUE constraint failed: orders.number"), "db.refused", ExitStatus.CONFLICT),
        (sqlite3.IntegrityError("FOREIGN KEY constraint failed"), "db.refused", ExitStatus.CONFLICT),
        (psycopg.errors.UniqueViolation("duplicate key value violates"), "db.refused", ExitStatus.CONFLICT),
    ],
)
def test_failure_has_a_sentence(error, code, status):
    found = translate(raised(peewee.DatabaseError(str(error)), error))

    assert (found.code, found.status) == (code, status)
    assert found.message
    assert found.message[0].islower()


def test_missing_database_is_named():
    found = translate(psycopg.OperationalError('connection failed: FATAL:  database "shops" does not exist'))

    assert found.message == "the server has no database shops"
    assert found.hint.endswith("createdb shops")


def test_refusal_keeps_what_the_database_said():
    cause = sqlite3.IntegrityError("CHECK constraint failed: amount > 0")

    assert translate(raised(peewee.IntegrityError("wrapped"), cause)).details == {"cause": str(cause)}


def test_bug_of_ours_has_none():
    assert translate(sqlite3.OperationalError('near "SELCT": syntax error')) is None
    assert translate(ValueError("1.00001 does not fit")) is None


def test_first_cause_counts_when_the_rollback_fails_too():
    error = raised(peewee.InterfaceError("the connection is closed"), psycopg.errors.DeadlockDetected("deadlock"))

    assert state_of(error) == "40P01"
    assert is_retryable(error)
    assert not is_lost(error)


@pytest.mark.parametrize(
    ("error", "lost", "retryable"),
    [
        (psycopg.errors.AdminShutdown(""), True, False),
        (psycopg.errors.ConnectionFailure(""), True, False),
        (peewee.InterfaceError("the connection is closed"), True, False),
        (peewee.OperationalError("server closed the connection unexpectedly"), True, False),
        (psycopg.errors.SerializationFailure(""), False, True),
        (psycopg.errors.UniqueViolation('duplicate key "operations_key"'), False, True),
        (psycopg.errors.UniqueViolation('duplicate key "invoices_pkey"'), False, True),
        (psycopg.errors.UniqueViolation('duplicate key "orders_number"'), False, False),
        (sqlite3.OperationalError("database is locked"), False, False),
    ],
)
def test_what_may_go_through_next_time(error, lost, retryable):
    assert (is_lost(error), is_retryable(error)) == (lost, retryable)


def test_causes_that_point_at_each_other_end():
    first, second = ValueError("database is locked"), KeyError()
    first.__cause__, second.__cause__ = second, first

    assert translate(first).code == "db.busy"


@pytest.mark.parametrize(
    "breaking",
    [
        lambda: Payment.create(number="P", currency="EUR", amount=-1, date=NOW.date(), created_at=NOW),
        lambda: TaxRate.create(code="V21", type="guess"),
        lambda: [Product.create(sku="A") for _ in range(2)],
        lambda: fetch(Payment, "UPDATE payments SET customer_id = 99 RETURNING id"),
    ],
)
def test_real_refusal_of_each_database_is_known(shop, breaking):
    Payment.create(number="P1", currency="EUR", amount=1, date=NOW.date(), created_at=NOW)

    with pytest.raises(driver_errors()) as refused, shop.database.atomic():
        breaking()

    assert translate(refused.value).code == "db.refused"


def test_real_syntax_error_of_each_database_is_a_bug(shop):
    with pytest.raises(driver_errors()) as refused, shop.database.atomic():
        shop.database.execute_sql("SELCT 1")

    assert translate(refused.value) is None
