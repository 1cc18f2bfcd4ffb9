"""Store exact numbers, moments and days, and read the same ones back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import peewee
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.db.bulk import fetch, total
from shopctl.db.fields import exact, instant, stamp, units
from shopctl.models import Payment, Product
from tests.support.shops import NOW

D = Decimal


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("0", 0),
        ("-0.00", 0),
        ("1", 10_000),
        ("12.34", 123_400),
        ("0.0001", 1),
        ("-0.0001", -1),
        ("1.23450000", 12_345),
        ("1E+3", 10_000_000),
        ("9999999999999.9999", 99_999_999_999_999_999),
        ("-9999999999999.9999", -99_999_999_999_999_999),
    ],
)
def test_number_is_a_count_of_ten_thousandths(value, stored):
    assert units(D(value)) == stored
    assert exact(stored) == D(value)


@pytest.mark.parametrize(
    "value", ["0.00001", "1.23456", "10000000000000", "-10000000000000", "1E+30", "1E-30", "NaN", "Infinity"]
)
def test_number_that_does_not_fit_is_refused_not_rounded(value):
    with pytest.raises(ValueError, match="does not fit a number column of 13 digits and 4 decimals"):
        units(D(value))


@given(stored=st.integers(-(10**17) + 1, 10**17 - 1), digits=st.integers(4, 50))
def test_every_number_survives_whatever_the_precision_around_it(stored, digits):
    with localcontext(prec=max(digits, 17)):
        assert units(exact(stored)) == stored


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC), "2026-08-21T09:14:03Z"),
        (datetime(2026, 8, 21, 1, 0, 0, 999, tzinfo=timezone(timedelta(hours=2))), "2026-08-20T23:00:00Z"),
        (datetime(987, 1, 2, tzinfo=UTC), "0987-01-02T00:00:00Z"),
    ],
)
def test_moment_is_text_of_fixed_width_in_utc(moment, text):
    assert stamp(moment) == text
    assert instant(text) == moment.replace(microsecond=0)


def test_columns_give_back_what_was_stored(shop):
    Payment.create(
        number="PAY/1", currency="EUR", amount=D("9999999999999.9999"), date=date(2026, 2, 28), created_at=NOW
    )

    stored = Payment.get(Payment.number == "PAY/1")

    assert (stored.amount, stored.allocated) == (D("9999999999999.9999"), D(0))
    assert (stored.date, stored.created_at, stored.paid_at) == (date(2026, 2, 28), NOW, None)
    assert Payment.select().where(Payment.amount == D("9999999999999.9999"), Payment.date < date(2026, 3, 1)).exists()


def test_column_refuses_a_number_that_is_too_fine(shop):
    with pytest.raises(ValueError, match=r"1\.00001 does not fit"):
        Product.create(sku="A", price=D("1.00001"))
    assert not Product.select().exists()


def test_sums_are_exact_where_floats_are_not(shop):
    for sku in range(10):
        Product.create(sku=str(sku), price=D("0.1"))

    ((summed,),) = fetch(Product, "SELECT sum(price) FROM products")

    assert total(summed) == D("1.0")
    assert total(None) == D(0)


@pytest.mark.parametrize("values", ["'much', '0'", "0, 'much'"])
def test_text_never_gets_into_a_number_column(shop, values):
    columns = "sku, name, type, taxes, policy, price, archived"

    with (
        pytest.raises((peewee.IntegrityError, peewee.DataError, peewee.ProgrammingError)),
        shop.database.atomic(),
    ):
        shop.database.execute_sql(
            f"INSERT INTO products ({columns}) VALUES ('A', '', 'goods', '', 'ordered', {values})"
        )
