"""Tell what does not add up: each kind of difference, with both sides and the command that clears it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl.domain.reconciling import (
    KINDS,
    Difference,
    DocumentBooks,
    LineBooks,
    OrderBooks,
    PaymentBooks,
    in_order,
    of_statement,
)

D = Decimal
DAY = date(2026, 8, 21)

ORDER = OrderBooks(
    "S1", DAY, "Ann", "EUR", "confirmed", D(100), D(100), D(0), D(0), "invoiced", "paid", D(100), D(0), D(0), "", "",
    "", "",
)  # fmt: skip
INVOICE = DocumentBooks("INV/1", "invoice", "posted", DAY, DAY, "Ann", "C1", "EUR", D(100), D(100), "paid", False)


def told(found):
    return [(one.kind, one.expected, one.found, one.text, one.command) for one in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"state": "cancelled", "invoiced": D(0), "paid": D(0), "payment_status": "not_paid"}, []),
        (
            {"invoiced": D("99.99")},
            [("total_differs", 100, D("99.99"), "99.99 of 100.00 billed", "shopctl orders show S1")],
        ),
        ({"invoiced": D("99.99"), "closed": "sold out"}, []),
        ({"invoiced": D(90), "extra": D(-10)}, []),
        (
            {"invoiced": D(0), "invoice_status": "to_invoice", "paid": D(0), "payment_status": "not_paid"},
            [("not_invoiced", 100, 0, "0.00 of 100.00 billed", "shopctl invoice create S1 --confirm")],
        ),
        (
            {"invoiced": D(30), "invoice_status": "to_invoice"},
            [
                (
                    "paid_not_invoiced", 100, 30, "30.00 of 100.00 billed, 100.00 paid",
                    "shopctl invoice create S1 --confirm",
                )
            ],
        ),
        (
            {"invoiced": D(0), "drafted": D(100), "draft": "DRAFT/00007"},
            [
                (
                    "paid_not_invoiced", 100, 0, "0.00 of 100.00 billed, 100.00 paid",
                    "shopctl invoice confirm DRAFT/00007",
                )
            ],
        ),
        (
            {"invoiced": D(100), "invoice_status": "no", "held": "wrong address"},
            [],
        ),
        (
            {"invoiced": D(99), "invoice_status": "no"},
            [("paid_not_invoiced", 100, 99, "99.00 of 100.00 billed, 100.00 paid", "shopctl orders deliver S1")],
        ),
        (
            {"invoiced": D(99), "invoice_status": "no", "held": "wrong address"},
            [("paid_not_invoiced", 100, 99, "99.00 of 100.00 billed, 100.00 paid", "shopctl orders release S1")],
        ),
        (
            {"state": "sent", "invoiced": D(0), "invoice_status": "no", "paid": D(40), "payment_status": "partial"},
            [("paid_not_invoiced", 40, 0, "40.00 is here and the order waits", "shopctl orders confirm S1")],
        ),
        (
            {"paid": D(110), "payment_status": "overpaid", "spare": "PAY/1"},
            [("over_paid", 100, 110, "110.00 of 100.00 paid", "shopctl payment refund PAY/1 --amount 10.00")],
        ),
        (
            {"payment_status": "partial"},
            [("status_differs", 100, 100, "it says partial, its money says paid", "shopctl db check --rule O2")],
        ),
    ],
)  # fmt: skip
def test_orders(changes, expected):
    assert told(ORDER._replace(**changes).differences()) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"payment_status": "in_payment"}, []),
        ({"state": "draft", "allocated": D(0), "payment_status": "not_paid"}, []),
        (
            {"allocated": D(0), "payment_status": "not_paid", "due_date": date(2026, 8, 11)},
            [("not_paid", 100, 0, "0.00 of 100.00 paid, 10 days late", "shopctl payment register INV/1")],
        ),
        (
            {"allocated": D(40), "payment_status": "partial", "credit": True},
            [("not_paid", 100, 40, "40.00 of 100.00 paid, due 2026-08-21", "shopctl payment allocate INV/1")],
        ),
        (
            {"type": "credit_note", "allocated": D(40), "payment_status": "partial"},
            [("credit_left", 100, 40, "60.00 is not used", "shopctl payment outstanding C1")],
        ),
        (
            {"payment_status": "not_paid"},
            [
                (
                    "status_differs", 100, 100, "it says not paid, 100.00 of 100.00 is used on it",
                    "shopctl db check --rule A2",
                )
            ],
        ),
    ],
)  # fmt: skip
def test_documents(changes, expected):
    assert told(INVOICE._replace(**changes).differences(DAY)) == expected


def test_payments_name_an_invoice_that_they_could_pay():
    free = PaymentBooks("PAY/1", DAY, "Ann", "EUR", D(50), D(20), "")

    assert told([free.difference(), free._replace(invoice="INV/1").difference()]) == [
        ("no_document", 50, 20, "20.00 of 50.00 used", "shopctl payment refund PAY/1"),
        ("no_document", 50, 20, "20.00 of 50.00 used", "shopctl payment allocate INV/1 --credit PAY/1"),
    ]


def test_lines_count_what_is_settled_with_their_own_sign():
    refund = LineBooks("LINE/00007", DAY, "Ann", "EUR", D(-50), D(20), "refund", "S1").difference()

    assert (refund.expected, refund.found, refund.difference) == (-50, -20, -30)
    assert (refund.text, refund.command) == ("refund S1", "shopctl payment assign LINE/00007 DOCUMENT")


def test_statements_tell_what_their_lines_come_to():
    found = of_statement("DE1 7", DAY, "EUR", D(100), D("-0.10"))

    assert (found.expected, found.found, found.difference) == (100, D("100.10"), D("-0.10"))


def test_kinds_come_in_their_order_and_then_the_oldest():
    rows = [
        Difference(kind, document, day, "", "EUR", D(1), D(0), "", "")
        for kind, document, day in (
            ("not_paid", "B", DAY), ("statement_differs", "A", None), ("not_paid", "A", DAY),
            ("not_paid", "C", date(2026, 1, 1)), ("total_differs", "Z", DAY),
        )
    ]  # fmt: skip

    assert [(one.kind, one.document) for one in in_order(rows)] == [
        ("total_differs", "Z"), ("not_paid", "C"), ("not_paid", "A"), ("not_paid", "B"), ("statement_differs", "A"),
    ]  # fmt: skip
    assert len(KINDS) == 10
