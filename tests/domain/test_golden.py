"""The shared table of cases, where it lies beside the repository."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

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
