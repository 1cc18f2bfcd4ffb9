"""Balance what was billed and paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import hypothesis
from hypothesis import strategies as st

from shopctl.domain.statements import KINDS, Entry, Line, Statement, statements

D = Decimal
FIRST = date(2026, 1, 1)
INVOICE = Entry(date(2026, 1, 10), "invoice", "INV/1", "S1", "EUR", D(121))
PAYMENT = Entry(date(2026, 1, 10), "payment", "PAY/1", "wire", "EUR", D(-100))
WRITE_OFF = Entry(date(2026, 2, 1), "write_off", "INV/1", "rounding", "EUR", D(-21))
YEN = Entry(date(2026, 1, 5), "refund", "PAY/2", "", "JPY", D(500))


def test_every_entry_has_the_balance_after_it():
    (found,) = statements([WRITE_OFF, PAYMENT, INVOICE])

    assert found == Statement(
        "EUR", D(0),
        (
            Line(date(2026, 1, 10), "invoice", "INV/1", "S1", "EUR", D(121), None, D(121)),
            Line(date(2026, 1, 10), "payment", "PAY/1", "wire", "EUR", None, D(100), D(21)),
            Line(date(2026, 2, 1), "write_off", "INV/1", "rounding", "EUR", None, D(21), D(0)),
        ),
        D(0),
    )  # fmt: skip


def test_currencies_are_balanced_by_themselves():
    found = statements([INVOICE, YEN])

    assert [(one.currency, one.closing) for one in found] == [("EUR", D(121)), ("JPY", D(500))]


def test_what_came_before_makes_the_opening_balance_and_later_things_are_left_out():
    (found,) = statements([INVOICE, PAYMENT, WRITE_OFF], since=date(2026, 1, 11), until=date(2026, 1, 31))

    assert found == Statement("EUR", D(21), (), D(21))


def test_a_settled_account_without_entries_in_the_time_is_not_told():
    assert statements([INVOICE, PAYMENT, WRITE_OFF], since=date(2026, 3, 1)) == ()
    assert statements([], since=date(2026, 3, 1)) == ()


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.integers(0, 400).map(lambda days: FIRST + timedelta(days)),
        st.sampled_from(KINDS),
        st.text("0123456789", min_size=1, max_size=3),
        st.just(""),
        st.sampled_from(["EUR", "JPY"]),
        st.integers(-90_000, 90_000).map(lambda cents: D(cents) / 100),
    ),
    max_size=30,
)


@hypothesis.given(entries=ENTRIES, cut=st.integers(0, 400))
def test_a_statement_goes_on_where_the_one_before_closed(entries, cut):
    day = FIRST + timedelta(cut)

    whole = {one.currency: one for one in statements(entries)}
    before = {one.currency: one for one in statements(entries, until=day)}
    after = {one.currency: one for one in statements(entries, since=day + timedelta(1))}

    for currency, one in whole.items():
        first, second = before.get(currency), after.get(currency)
        assert (first.closing if first else D(0)) == (second.opening if second else first.closing if first else D(0))
        assert (second.closing if second else first.closing if first else D(0)) == one.closing
        assert one.closing == sum(entry.amount for entry in entries if entry.currency == currency)
        assert (first.lines if first else ()) == one.lines[: len(first.lines) if first else 0]
