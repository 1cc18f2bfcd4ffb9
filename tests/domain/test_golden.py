"""The shared table of cases, where it lies beside the repository."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from shopctl.domain import cash_rounding, early_discount, settlement
from shopctl.domain.billing import add, priced
from shopctl.domain.cash_rounding import CashRounding
from shopctl.domain.numbering import Scheme
from shopctl.domain.references import belgian, rf, valid
from shopctl.domain.tax import Tax, TaxLine, totals
from shopctl.domain.terms import EarlyDiscount, Installment, Terms, TermsLine, due_date, schedule

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


DAY = date(2026, 1, 1)
CENT = Decimal("0.01")


@pytest.mark.parametrize("case", cases("early_discount"))
def test_early_discount(case):
    terms = Terms("T", early=EarlyDiscount(Decimal(case["percent"]), 7, case["mode"]))
    rate = Tax("T15", "T15", "percent", Decimal(case["tax"]) / Decimal(case["net"]) * 100)
    line = (Decimal(case["net"]), Decimal(1), Decimal(0), "T15")

    found = priced([line], {"T15": rate}, "globally", CENT, reduced=early_discount.reduced_up_front(terms))
    granted = early_discount.grant(terms, add(found), (), DAY, CENT)

    assert add(found).total == Decimal(case["invoice"])
    assert (granted.amount, granted.until) == (Decimal(case["early"]), date(2026, 1, 8))


@pytest.mark.parametrize("case", cases("installment_proposals"))
def test_installment_proposals(case):
    parts = [Installment(DAY + timedelta(days=int(day)), Decimal(amount)) for day, amount in case["installments"]]

    found = settlement.proposal(parts, Decimal(0), DAY + timedelta(days=case["day"]))

    assert found == (Decimal(case["propose"]), case["kind"])


@pytest.mark.parametrize("case", cases("register_payment"))
def test_register_payment(case):
    dues = [Decimal(amount) for amount in case["open"]]

    found = settlement.close(dues, Decimal(case["pay"]), mark_paid=case["mode"] == "mark_paid")

    assert {
        "allocated": sum(found.used) + sum(found.written_off),
        "credit_left": found.left,
        "write_off": sum(found.written_off) - found.surplus,
    } == {name: Decimal(case[name]) for name in ("allocated", "credit_left", "write_off")}


@pytest.mark.parametrize("case", cases("cash_rounding"))
def test_cash_rounding(case):
    rule = CashRounding(Decimal(case["step"]), case["method"].lower())

    assert cash_rounding.rounded(Decimal(case["amount"]), rule) == Decimal(case["expect"])


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
