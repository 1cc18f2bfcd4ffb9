"""The shared table of cases, where it lies beside the repository."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shopctl.domain.numbering import Scheme
from shopctl.domain.references import belgian, rf, valid
from shopctl.domain.tax import Tax, TaxLine, totals
from shopctl.domain.terms import Terms, TermsLine, due_date, schedule

GOLDEN = Path(__file__).resolve().parents[3] / "shared" / "golden" / "money.json"
DELAYS = {
    "days": "days",
    "days_after_eom": "days_after_month_end",
    "days_after_eonm": "days_after_next_month_end",
    "eom_on": "days_end_of_month_on",
}


def cases(name: str) -> list[object]:
    if not GOLDEN.is_file():
        skip = pytest.mark.skip(reason="the shared golden cases are not beside the repository")
        return [pytest.param({}, marks=skip, id="absent")]
    return json.loads(GOLDEN.read_text(encoding="utf-8"))[name]


def references(kind: str) -> list[object]:
    found = cases("references")
    return found[kind] if isinstance(found, dict) else found


@pytest.mark.parametrize("case", cases("taxes"), ids=lambda case: f"{case.get('name')}, {case.get('rounding')}")
def test_taxes(case):
    taxes = [
        Tax(
            code=f"T{index}",
            name=f"T{index}",
            type=tax["kind"],
            amount=Decimal(tax["amount"]),
            included=tax.get("included", False),
            compounds=tax.get("compounds", False),
            affected=tax.get("affected", True),
        )
        for index, tax in enumerate(case["taxes"])
    ]
    lines = [
        TaxLine(
            Decimal(line["price"]),
            Decimal(line["qty"]),
            Decimal(line["discount"]),
            tuple(taxes[index] for index in line["taxes"]),
        )
        for line in case["lines"]
    ]

    found = totals(lines, rounding=case["rounding"], step=Decimal(case["step"]))

    assert {
        "untaxed": found.untaxed,
        "taxes": [tax.amount for tax in found.taxes],
        "total": found.total,
    } == {
        "untaxed": Decimal(case["expect"]["untaxed"]),
        "taxes": [Decimal(amount) for amount in case["expect"]["taxes"]],
        "total": Decimal(case["expect"]["total"]),
    }


@pytest.mark.parametrize("case", cases("due_dates"))
def test_due_dates(case):
    line = TermsLine(delay=DELAYS[case["kind"]], days=case["days"], day=case["day_of_month"] or 0)

    assert due_date(date.fromisoformat(case["date"]), line) == date.fromisoformat(case["expect"])


@pytest.mark.parametrize("case", cases("term_splits"))
def test_term_splits(case):
    terms = Terms("T", lines=tuple(TermsLine(type=kind, value=Decimal(value)) for kind, value in case["lines"]))

    parts = schedule(Decimal(case["total"]), date(2026, 1, 1), terms, Decimal("0.01"))

    assert [part.amount for part in parts] == [Decimal(amount) for amount in case["expect"]]


@pytest.mark.parametrize("case", references("iso11649"))
def test_rf_references(case):
    assert rf(case[0]) == case[1]
    assert valid(case[1])


@pytest.mark.parametrize("case", references("ogm"))
def test_belgian_references(case):
    assert belgian(case[0]) == case[1]
    assert valid(case[1])


@pytest.mark.parametrize("case", references("valid"))
def test_valid_references(case):
    assert valid(case)


@pytest.mark.parametrize("case", references("invalid"))
def test_invalid_references(case):
    assert not valid(case)


TEMPLATES = {
    "JRNL/2016/00001": "JRNL/{year}/{seq:05d}",
    "1234567": "{seq}",
    "20190910": "{seq}",
    "2016-0910": "{year}-{seq:04d}",
    "201603-10": "{year}{month}-{seq:02d}",
    "16-03-10": "{yy}-{month}-{seq:02d}",
    "045-001-000002": "045-001-{seq:06d}",
}
"""The template that each of the last numbers shows; a number alone does not tell it."""


@pytest.mark.parametrize("case", cases("sequences"), ids=lambda case: case.get("last"))
def test_sequences(case):
    scheme = Scheme(TEMPLATES[case["last"]])
    day = date.fromisoformat(case["date"])
    place = scheme.place(case["last"])
    assert place is not None
    assert place.period == scheme.period_of(day)
    counters = {place.period: place.sequence + 1}
    found = []
    for on in (day, date(day.year, day.month + 1, day.day), date(day.year + 1, day.month, day.day)):
        period = scheme.period_of(on)
        sequence = counters.setdefault(period, 1)
        counters[period] += 1
        found.append(scheme.number(on, sequence))

    assert found == [case["next_same_month"], case["then_next_month"], case["then_next_year"]]
