"""Real reports of payment providers come in to the cent, or are refused with their place."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from shopctl.adapters.bank import sniffing
from shopctl.errors import UsageError

D = Decimal
DATA = Path(__file__).parent.parent.parent / "shared" / "data"
ORACLE = json.loads((DATA / "ORACLE.json").read_text()) if DATA.exists() else {}

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the reports of ../shared/data are not on this machine")

PAYMENTS = "stripe/unified_payments_21col.csv"
CONVERTED = "stripe/unified_payments_79col_converted_currency.csv"
PAYPAL = "paypal/activity_en.csv"
ADYEN = "adyen/settlement_detail_report_batch_238.csv"


def read(name):
    return list(sniffing.read(str(DATA / name)))


def total(movements, kind, field="amount"):
    return sum((getattr(one, field) for one in movements if one.kind == kind), D(0))


def test_payments_of_stripe():
    (found,) = read(PAYMENTS)

    expected, kinds = ORACLE[PAYMENTS], Counter(one.kind for one in found.movements)
    assert kinds["charge"] == expected["rows"] == 16
    assert total(found.movements, "charge") == D(expected["paid_amount"])
    assert total(found.movements, "refund") == -D(expected["refunded"])
    assert total(found.movements, "charge", "fee") == D(expected["fee"])
    assert found.total == D("5025.00") - D("365.00") - D("150.53")


def test_payments_of_stripe_that_were_converted():
    (found,) = read(CONVERTED)

    expected = ORACLE[CONVERTED]
    charge, taxes = found.movements
    assert (found.currency, charge.amount, charge.remark) == (
        "THB",
        D("534.8"),
        f"paid as {expected['paid_amount']} USD",
    )
    assert charge.fee == D(expected["fee"])
    assert (taxes.kind, taxes.amount) == ("fee", D("-2.48"))
    assert found.total == D("534.80") - D("35.40") - D("2.48")


def test_activity_of_paypal():
    found = {one.currency: one for one in read(PAYPAL)}

    expected = ORACLE[PAYPAL]
    assert sum(len(one.movements) for one in found.values()) == expected["rows"]
    assert {currency: one.total for currency, one in found.items()} == {
        currency: D(amount) for currency, amount in expected["net_by_currency"].items()
    }
    assert all(one.difference == 0 and one.opening == 0 for one in found.values())
    assert Counter(one.kind for statement in found.values() for one in statement.movements) == {
        "other": 36, "charge": 26, "payout": 14,
    }  # fmt: skip


def test_a_batch_of_adyen():
    (found,) = read(ADYEN)

    expected = ORACLE[ADYEN]
    assert (len(found.movements), found.total, found.difference) == (expected["rows"], D(expected["net_total"]), 0)
    for kind, word in (("other", "Balancetransfer"), ("fee", "Fee")):
        assert total(found.movements, kind) == D(expected["net_by_type"][word])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paypal/las_paypal_alternate.csv", [("", D(0), D(0), 2)]),
        ("braintree/settlement_report.csv", [("EUR", D("3140.76"), D(0), 2)]),
        ("mollie/payments_list.json", [("EUR", D(0), D(0), 2), ("GBP", D(0), D(0), 1)]),
        ("mollie/payment_single.json", [("EUR", D(0), D(0), 1)]),
        ("mollie/refunds_list.json", [("EUR", D(0), D(0), 1)]),
        ("mollie/settlement_single.json", [("EUR", D(0), D(0), 5)]),
        ("mollie/settlements_list.json", [("EUR", D("-39.75"), D(0), 1)]),
        ("stripe/api_balance_transaction.json", [("USD", D(1), D(0), 1)]),
        ("stripe/api_charge.json", [("USD", D(0), D(0), 1)]),
        ("stripe/api_refund.json", [("USD", D(-1), D(0), 1)]),
    ],
)
def test_all_others(name, expected):
    assert [(one.currency, one.total, one.difference, len(one.movements)) for one in read(name)] == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mollie/order_single.json", "resource: 'order' is no object that moves money"),
        ("stripe/api_checkout.session.json", "object: 'checkout.session' is no object that moves money"),
        ("stripe/api_customer.json", "object: 'customer' is no object that moves money"),
        ("stripe/api_payment_intent.json", "object: 'payment_intent' is no object that moves money"),
    ],
)
def test_what_moves_no_money_is_refused(name, reason):
    with pytest.raises(UsageError) as refused:
        read(name)

    assert refused.value.message == f"object 1 of {DATA / name}: {reason}"
