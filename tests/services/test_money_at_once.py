"""Many clerks and cron jobs move the same money at once: never above a credit, never above what is due."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopctl import models
from tests.support.shop import bank_line, bill, colleagues, line, opened, order, payment, sell, wrong

D = Decimal
ORDERS = range(1, 31)


@pytest.fixture
def crowded(database_url):
    """Thirty open invoices of 10.00, each with its own payment of 10.00, and six credits of 25.00 that fit any."""
    with opened(database_url) as shop:
        sell(
            shop,
            *(order(f"S{place}", line(10), payments=(payment(f"b{place}", 10),)) for place in ORDERS),
            *(payment(f"c{place}", 25, customer="C1") for place in range(6)),
        )
        invoices = bill(shop, *(f"S{place}" for place in ORDERS), allocate=False)
    payments = [f"PAY/2026/{place:05d}" for place in range(1, 37)]
    return database_url, invoices, payments


def sound(url):
    """Insist that no counter is above its bound and that everything adds up."""
    with opened(url) as shop:
        assert wrong(shop) == []
        for one in models.Payment.select():
            assert one.allocated + one.returned <= one.amount
            assert one.state != "cancelled" or (one.allocated, one.returned) == (0, 0)
        for one in models.Invoice.select():
            assert one.allocated <= one.amount_total


def test_clerks_and_a_cron_job_allocate_the_same_credits(crowded):
    url, invoices, _ = crowded

    answers = colleagues(
        url,
        [("allocate", invoices), ("allocate", invoices[::-1]), ("suggest", invoices), ("suggest", invoices)],
        chunk=3,
    )

    assert {word for one in answers for word in one} <= {"changed", "unchanged"}
    sound(url)
    with opened(url):
        # 30 x 10 + 6 x 25 = 450 are here, 300 are due.
        assert [one.payment_status for one in models.Invoice.select()] == ["paid"] * 30
        assert sum(one.amount for one in models.Allocation.select()) == 300


def test_money_comes_is_used_goes_back_and_is_cancelled_at_once(crowded):
    url, invoices, payments = crowded

    answers = colleagues(
        url,
        [("allocate", invoices), ("suggest", invoices[::-1]), ("pay_in_part", invoices), ("refund", payments),
         ("cancel", payments[::-3])],
        chunk=3,
    )  # fmt: skip

    allocated, suggested, registered, refunded, cancelled = (set(one) for one in answers)
    assert allocated | suggested <= {"changed", "unchanged"}
    assert registered <= {"created", "payment.nothing_due"}
    assert refunded <= {"created", "payment.allocated", "payment.not_refundable"}
    assert cancelled <= {"changed", "payment.not_cancellable"}
    sound(url)
    with opened(url):
        refunds = models.Payment.select().where(models.Payment.direction == "outbound")
        assert {one.refunds.number for one in refunds} <= set(payments)
        assert answers[3].count("created") == refunds.count()


def test_money_goes_back_once_however_many_ask(crowded):
    url, _, payments = crowded

    answers = colleagues(url, [("refund", payments), ("refund", payments[::-1]), ("refund", payments)], chunk=4)

    assert {word for one in answers for word in one} <= {"created", "unchanged"}
    assert sum(one.count("created") for one in answers) == len(payments)
    sound(url)
    with opened(url):
        assert sum(one.returned for one in models.Payment.select()) == 450


def test_payment_is_cancelled_once_however_many_ask(crowded):
    url, invoices, payments = crowded
    colleagues(url, [("suggest", invoices)], chunk=30)

    answers = colleagues(url, [("cancel", payments), ("cancel", payments[::-1])], chunk=4)

    assert {word for one in answers for word in one} <= {"changed", "unchanged"}
    assert sum(one.count("changed") for one in answers) == len(payments)
    sound(url)
    with opened(url):
        assert [one.payment_status for one in models.Invoice.select()] == ["not_paid"] * 30
        assert [one.paid for one in models.Order.select()] == [0] * 30


@pytest.fixture
def banked(database_url):
    """Thirty open invoices of 10.00, and a line of a statement for each, numbered alike."""
    with opened(database_url) as shop:
        sell(shop, *(order(f"S{place}", line(10)) for place in ORDERS))
        for number in bill(shop, *(f"S{place}" for place in ORDERS)):
            bank_line(10, text=number, name="Ann Smith")
    return database_url, [f"LINE/{place:05d}" for place in ORDERS], [f"INV/2026/{place:05d}" for place in ORDERS]


def test_two_clerks_and_a_cron_job_explain_the_same_lines(banked):
    url, lines, invoices = banked

    answers = colleagues(
        url,
        [("match", lines), ("assign", lines[::-1]), ("assign", lines), ("pay_in_part", invoices)],
        chunk=3,
    )

    matched, *assigned, _ = (set(one) for one in answers)
    assert matched | assigned[0] | assigned[1] <= {"created", "bank.line_settled", "payment.nothing_due"}
    sound(url)
    with opened(url):
        seen = [one.line_id for one in models.Payment.select().where(models.Payment.line.is_null(False))]
        assert sorted(seen) == list(ORDERS)
        assert {one.state for one in models.BankLine.select()} == {"settled"}
        assert [one.payment_status for one in models.Invoice.select()] == ["paid"] * 30


def test_promise_is_taken_or_given_up_but_not_both(database_url):
    with opened(database_url) as shop:
        sell(
            shop,
            *(
                order(f"S{place}", line(10), payments=(payment(f"a{place}", 10, state="authorized"),))
                for place in ORDERS
            ),
        )
        bill(shop, *(f"S{place}" for place in ORDERS))
    payments = [f"PAY/2026/{place:05d}" for place in ORDERS]

    taken, again, given_up = colleagues(
        database_url, [("capture", payments), ("capture", payments[::-1]), ("void", payments[::-2])], chunk=2
    )

    assert {*taken, *again} <= {"changed", "unchanged", "payment.not_authorized"}
    assert set(given_up) <= {"changed", "payment.not_authorized"}
    assert (taken + again + given_up).count("changed") == len(payments)
    sound(database_url)
    with opened(database_url):
        states = [one.state for one in models.Payment.select()]
        assert states.count("done") == (taken + again).count("changed")
        assert sum(one.payment_status == "paid" for one in models.Invoice.select()) == states.count("done")
