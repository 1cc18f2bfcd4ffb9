"""Store answers and give them again, every type as it was."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shopctl.domain.outcomes import Change, Done
from shopctl.domain.replay import decode, encode
from shopctl.services.invoices import InvoiceRow
from shopctl.services.payments import PaymentRow

INVOICE = Done(
    "S1",
    Change.CREATED,
    InvoiceRow(
        "INV/2026/00001", "INV/2026/00001", "invoice", "regular", "posted", "paid", ("S1", "S2"), None, "Ann Ünger",
        "", "EUR", date(2026, 8, 21), None, Decimal("82.64"), Decimal("17.36"), Decimal("100.00"), Decimal("0.00"),
        False, datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC), None,
    ),
    ("one note", "another"),
)  # fmt: skip
PAYMENT = Done(
    "S1",
    Change.UNCHANGED,
    PaymentRow(
        "PAY/2026/00001", date(2026, 8, 21), "inbound", "wire", "", None, "done", "EUR", Decimal("1E+3"),
        Decimal("0.0000"), Decimal(0), "C1", "Ann", None, "",
    ),
)  # fmt: skip


@pytest.mark.parametrize("outcome", [INVOICE, PAYMENT])
def test_answer_survives_being_stored(outcome):
    again = decode(json.loads(json.dumps(encode(outcome))))

    assert again == outcome
    assert [type(value) for value in again.row] == [type(value) for value in outcome.row]


def test_amounts_are_stored_without_an_exponent():
    assert encode(PAYMENT)["row"][8] == {"number": "1000"}


def test_rows_of_other_packages_are_never_made():
    stored = {**encode(PAYMENT), "type": "os:stat_result"}

    with pytest.raises(ValueError, match="os is not a module of shopctl"):
        decode(stored)
