"""Add up payments: net, comparison with an earlier period, totals."""

from __future__ import annotations

from decimal import Decimal

from shopctl.domain.payment_figures import Sum, figures, totals

D = Decimal


def test_net_is_what_stays():
    one = Sum("card", "EUR", 3, D(100), D(20), D("3.50"))

    assert one.net == D("76.50")


def test_rows_come_by_size_each_currency_by_itself():
    sums = [Sum("card", "EUR", 1, D(5)), Sum("wire", "EUR", 1, D(50)), Sum("card", "CHF", 1, D(7))]

    assert [(row.currency, row.group) for row in figures(sums)] == [("CHF", "card"), ("EUR", "wire"), ("EUR", "card")]
    assert [(row.currency, row.group) for row in figures(sums, by_size=False)] == [
        ("CHF", "card"), ("EUR", "card"), ("EUR", "wire"),
    ]  # fmt: skip


def test_a_comparison_tells_what_was_before_even_of_groups_that_are_gone():
    now = [Sum("card", "EUR", 2, D(150))]
    then = [Sum("card", "EUR", 1, D(100)), Sum("wire", "EUR", 1, D(10))]

    rows = figures(now, then)

    assert [(row.group, row.payments, row.net, row.payments_before, row.net_before, row.change) for row in rows] == [
        ("card", 2, 150, 1, 100, D("50.0")), ("wire", 0, 0, 1, 10, D("-100.0")),
    ]  # fmt: skip


def test_nothing_before_has_no_change():
    (row,) = figures([Sum("card", "EUR", 1, D(5))], [])

    assert (row.net_before, row.change) == (0, None)


def test_totals_add_all_up():
    sums = [Sum("a", "EUR", 1, D(1), D(2), D(3), D(4), D(5)), Sum("b", "EUR", 10, D(10), D(20), D(30), D(40), D(50))]

    assert totals(sums) == [Sum("", "EUR", 11, D(11), D(22), D(33), D(44), D(55))]
