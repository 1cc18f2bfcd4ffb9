"""Run work in one transaction: all of it or nothing, again where that helps, and never blindly."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import peewee
import psycopg
import pytest

from shopctl.db import transactions
from shopctl.db.failures import translate
from shopctl.db.transactions import TRIES, transact
from shopctl.errors import TemporaryError
from shopctl.models import Product
from tests.support.shop import nothing_changes, opened


class DriverError(Exception):
    """What a driver raises below peewee, with its SQLSTATE."""

    def __init__(self, sqlstate, text=""):
        super().__init__(text)
        self.sqlstate = sqlstate


def failing(kind, sqlstate, text=""):
    error = kind(text)
    error.__cause__ = DriverError(sqlstate, text)
    return error


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Keep the pauses instead of waiting."""
    found = []
    monkeypatch.setattr(transactions.time, "sleep", found.append)
    return found


class Work:
    """Add a product each time it is run; the first runs end with the given errors."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.runs = 0

    def __call__(self):
        self.runs += 1
        Product.create(sku=f"A{self.runs}")
        if self.errors:
            raise self.errors.pop(0)
        return self.runs


def skus():
    return [sku for (sku,) in Product.select(Product.sku).order_by(Product.id).tuples()]


def test_work_is_stored(shop):
    assert transact(shop.database, Work()) == 1
    assert skus() == ["A1"]


def test_failure_leaves_nothing(shop):
    with nothing_changes(), pytest.raises(ZeroDivisionError):
        transact(shop.database, Work(ZeroDivisionError()))


def test_answer_that_is_not_kept_is_rolled_back(shop):
    with nothing_changes():
        assert transact(shop.database, Work(), keep=lambda answer: answer != 1) == 1


@pytest.mark.parametrize(
    "error",
    [
        failing(peewee.OperationalError, "40001", "could not serialize access"),
        failing(peewee.OperationalError, "40P01", "deadlock detected"),
        failing(peewee.OperationalError, "55P03", "canceling statement due to lock timeout"),
        failing(peewee.IntegrityError, "23505", 'violates unique constraint "series_name_period"'),
    ],
)
def test_loser_of_a_race_runs_again(shop, pauses, error):
    work = Work(error, error)

    assert transact(shop.database, work) == 3
    assert skus() == ["A3"]
    assert len(pauses) == 2


def test_pauses_grow_but_stay_short(shop, pauses):
    work = Work(*[failing(peewee.OperationalError, "40001")] * (TRIES - 1))

    assert transact(shop.database, work) == TRIES
    assert all(0 <= pause <= min(1.0, 0.005 * 2**attempt) for attempt, pause in enumerate(pauses))


def test_it_gives_up_in_the_end(shop):
    work = Work(*[failing(peewee.OperationalError, "40001")] * 99)

    with nothing_changes(), pytest.raises(peewee.OperationalError):
        transact(shop.database, work)

    assert work.runs == TRIES


@pytest.mark.parametrize(
    "error",
    [
        failing(peewee.IntegrityError, "23514", "violates check constraint"),
        failing(peewee.ProgrammingError, "42601", "syntax error"),
        TemporaryError("db.busy", "busy"),
    ],
)
def test_other_failures_are_not_repeated(shop, pauses, error):
    work = Work(error, error)

    with nothing_changes(), pytest.raises(type(error)):
        transact(shop.database, work)

    assert (work.runs, pauses) == (1, [])


def test_the_same_key_is_tried_twice_so_that_the_second_run_sees_who_was_first(shop, pauses):
    error = failing(peewee.IntegrityError, "23505", 'violates unique constraint "products_sku"')
    once, ever = Work(error), Work(error, error)

    assert transact(shop.database, once) == 2
    with pytest.raises(peewee.IntegrityError):
        transact(shop.database, ever)
    assert (ever.runs, len(pauses), skus()) == (2, 2, ["A2"])


def test_lost_connection_asks_whether_the_work_is_stored(shop):
    work = Work(failing(peewee.OperationalError, "57P01", "terminating connection due to administrator command"))

    assert transact(shop.database, work, stored=lambda: 42) == 42
    assert (work.runs, skus()) == (1, [])


def test_lost_connection_runs_again_what_is_not_stored(shop):
    work = Work(failing(peewee.OperationalError, "08006", "connection failure"))

    assert transact(shop.database, work) == 2
    assert skus() == ["A2"]


def test_connection_killed_by_the_server_is_opened_again(postgresql_url):
    runs = []

    def work():
        runs.append(1)
        if len(runs) == 1:
            shop.database.execute_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        Product.create(sku="A")
        return len(runs)

    with opened(postgresql_url) as shop:
        assert transact(shop.database, work) == 2
        assert skus() == ["A"]


def test_row_locked_by_another_is_waited_for_no_longer_than_asked(postgresql_url):
    runs = []

    def work():
        runs.append(1)
        Product.update(name="mine").execute()

    with opened(postgresql_url, wait=0.05) as shop, psycopg.connect(postgresql_url) as other:
        Product.create(sku="A")
        other.execute("UPDATE products SET name = 'theirs'")
        with pytest.raises(peewee.OperationalError) as refused:
            transact(shop.database, work, wait=shop.wait)

    assert (len(runs), translate(refused.value).code) == (1, "db.busy")


def test_file_locked_by_another_program_is_busy(sqlite_url):
    with opened(sqlite_url, wait=0.05) as shop, closing(sqlite3.connect(shop.database.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(peewee.OperationalError) as refused:
            transact(shop.database, Work(), wait=shop.wait)
        other.rollback()

        assert translate(refused.value).code == "db.busy"
        assert transact(shop.database, Work(), wait=shop.wait) == 1
