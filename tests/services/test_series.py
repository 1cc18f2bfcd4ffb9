"""Where series stand, and whether they are complete."""

from __future__ import annotations

from datetime import date

import pytest

from shopctl import models
from shopctl.config import Config, settings
from shopctl.errors import UsageError
from shopctl.services import series
from tests.support.shop import TODAY, at, bill, order, payment, sell


@pytest.fixture
def billed(shop):
    """Three invoices, one of them of the year before, and a payment."""
    sell(shop, *(order(f"S{number}") for number in (1, 2, 3)), payment("t1", 5, customer="C1"))
    bill(shop, "S1", date=date(2025, 12, 31))
    bill(shop, "S2", "S3")
    return shop


def test_every_period_of_every_series_is_listed(billed):
    found = [(row.series, row.period, row.next_number, row.last_date) for row in series.listed(billed)]

    assert found == [
        ("invoice", "2025", "INV/2025/00002", date(2025, 12, 31)),
        ("invoice", "2026", "INV/2026/00003", TODAY),
        ("credit_note", "2026", "RINV/2026/00001", None),
        ("payment", "2026", "PAY/2026/00002", None),
        ("order", "", "S00004", None),
        ("customer", "", "C00003", None),
        ("delivery", "2026", "OUT/2026/00001", None),
        ("cart", "", "C-00001", None),
    ]
    assert series.listed(billed)[0].template == "INV/{year}/{seq:05d}"


def test_period_that_has_begun_is_listed_before_its_first_number(billed):
    rows = series.listed(at(billed, date(2027, 1, 1)))

    assert [(row.period, row.next_number) for row in rows if row.series == "invoice"] == [
        ("2025", "INV/2025/00002"),
        ("2026", "INV/2026/00003"),
        ("2027", "INV/2027/00001"),
    ]


def test_fiscal_years_are_listed(shop):
    shop.config = Config(numbering=settings.Numbering(invoice="INV/{fy}/{seq:04d}", fiscal_year_start=4))
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1", date=date(2026, 3, 31))
    bill(shop, "S2")

    rows = [(row.period, row.next_number) for row in series.listed(shop) if row.series == "invoice"]

    assert rows == [("2025/26", "INV/25-26/0002"), ("2026/27", "INV/26-27/0002")]
    assert series.audit(shop) == []


def test_complete_series_have_no_findings(billed):
    assert series.audit(billed) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "UPDATE invoices SET number = 'INV/2026/00007' WHERE number = 'INV/2026/00002'",
            [
                ("invoice", "2026", "gap", "INV/2026/00002", "INV/2026/00002 to INV/2026/00006", None),
                ("invoice", "2026", "counter", "invoice/2026", 8, 3),
            ],
        ),
        (
            "UPDATE invoices SET number = 'INV-2026-2' WHERE number = 'INV/2026/00002'",
            [
                ("invoice", "", "foreign", "INV-2026-2", "INV/{year}/{seq:05d}", "INV-2026-2"),
                ("invoice", "2026", "counter", "invoice/2026", 2, 3),
            ],
        ),
        (
            "UPDATE invoices SET date = '2026-08-22' WHERE number = 'INV/2026/00001'",
            [
                ("invoice", "2026", "date", "INV/2026/00002", "2026-08-22 or later", "2026-08-21"),
                ("invoice", "", "date", "invoice", "2026-08-22", "2026-08-21"),
            ],
        ),
        (
            "UPDATE invoices SET date = '2026-01-01' WHERE number = 'INV/2025/00001'",
            [("invoice", "2025", "date", "INV/2025/00001", "2025", "2026-01-01")],
        ),
        (
            "UPDATE payments SET number = 'PAY/2026/00002'",
            [
                ("payment", "2026", "gap", "PAY/2026/00001", "PAY/2026/00001", None),
                ("payment", "2026", "counter", "payment/2026", 3, 2),
            ],
        ),
    ],
)
def test_audit_finds_what_is_wrong(billed, statement, found):
    models.database.execute_sql(statement)

    assert [tuple(row)[:6] for row in series.audit(billed)] == found
    assert series.audit(billed, found[0][0]) == series.audit(billed)
    assert series.audit(billed, "credit_note") == []


@pytest.mark.parametrize(
    ("name", "words"), [("order", "may have gaps"), ("journal", "is none"), ("fiscal_year_start", "is none")]
)
def test_audit_is_for_series_without_gaps(billed, name, words):
    with pytest.raises(UsageError, match=f"the series {name} {words}"):
        series.audit(billed, name)
