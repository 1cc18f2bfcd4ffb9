"""Which letters an order may get, whether they ask for money, and what they say comes next."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.order_letters import KINDS, Progress, asks, coming, reference, require
from shopctl.domain.states import DELIVERY_STATUSES, INVOICE_STATUSES, ORDER_STATES
from shopctl.errors import RefusedError

D = Decimal

WAITING = Progress("sent", D(0), D(121), "to_ship", "no", shipped=False, billed=False)
ACCEPTED = Progress("confirmed", D(0), D(121), "to_ship", "to_invoice", shipped=False, billed=False)
BILLED = ACCEPTED._replace(invoice_status="invoiced", billed=True)
PAID = Progress("confirmed", D(121), D(0), "shipped", "invoiced", shipped=True, billed=False)
CANCELLED = Progress("cancelled", D(0), D(0), "none", "no", shipped=False, billed=False)


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        ("status", WAITING),
        ("status", PAID),
        ("status", CANCELLED),
        ("confirmation", WAITING),
        ("confirmation", ACCEPTED),
        ("shipped", PAID),
        ("payment_reminder", WAITING),
        ("payment_reminder", BILLED),
        ("cancellation", CANCELLED),
    ],
)
def test_letters_that_are_true(kind, order):
    require(kind, "S1", order)


@pytest.mark.parametrize(
    ("kind", "order", "code", "message", "hint"),
    [
        ("confirmation", CANCELLED, "order.cancelled", "order S1 is cancelled, so there is no confirmation to send",
         "shopctl orders email S1 --template cancellation"),
        ("shipped", CANCELLED._replace(shipped=True), "order.cancelled",
         "order S1 is cancelled, so there is no shipping notice to send",
         "shopctl orders email S1 --template cancellation"),
        ("payment_reminder", CANCELLED, "order.cancelled",
         "order S1 is cancelled, so there is no payment reminder to send",
         "shopctl orders email S1 --template cancellation"),
        ("shipped", ACCEPTED, "order.not_shipped", "nothing of order S1 has left yet", "shopctl orders deliver S1"),
        ("payment_reminder", PAID, "order.nothing_due",
         "nothing of order S1 is left to pay, so there is no payment reminder to send", "shopctl orders show S1"),
        ("cancellation", WAITING, "order.not_cancelled", "order S1 is not cancelled, so nobody can be told that",
         "shopctl orders show S1"),
    ],
)  # fmt: skip
def test_letters_that_are_not(kind, order, code, message, hint):
    with pytest.raises(RefusedError) as caught:
        require(kind, "S1", order)

    assert (caught.value.code, caught.value.message, caught.value.hint) == (code, message, hint)


@pytest.mark.parametrize(
    ("kind", "order", "asked"),
    [
        ("status", WAITING, True),
        ("confirmation", WAITING, True),
        ("status", ACCEPTED, False),
        ("confirmation", ACCEPTED, False),
        ("payment_reminder", ACCEPTED, True),
        ("status", BILLED, True),
        ("shipped", BILLED, False),
        ("status", PAID, False),
        ("status", CANCELLED, False),
    ],
)
def test_money_is_asked_for_when_it_is_time(kind, order, asked):
    assert asks(kind, order) is asked


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (WAITING, ("confirmation_when_paid",)),
        (WAITING._replace(paid=D(121), due=D(0)), ("confirmation",)),
        (ACCEPTED, ("shipping", "invoice")),
        (ACCEPTED._replace(invoice_status="no"), ("shipping", "invoice")),
        (ACCEPTED._replace(delivery_status="none", invoice_status="no"), ()),
        (BILLED, ("shipping",)),
        (BILLED._replace(delivery_status="partial"), ("rest",)),
        (BILLED._replace(delivery_status="shipped"), ()),
        (PAID, ("nothing",)),
        (PAID._replace(invoice_status="to_invoice"), ("invoice",)),
        (CANCELLED, ()),
    ],
)
def test_what_comes_next(order, expected):
    assert coming(order) == expected


@pytest.mark.parametrize(
    ("invoices", "expected"),
    [
        ((), "S1"),
        ((("RF18", D(121)),), "RF18"),
        ((("RF18", D(100)),), "S1"),
        ((("RF18", D(121)), ("RF19", D(50))), "S1"),
    ],
)
def test_a_payer_quotes_the_one_invoice_that_asks_for_everything(invoices, expected):
    assert reference("S1", D(121), invoices) == expected


orders = st.builds(
    Progress,
    st.sampled_from(ORDER_STATES),
    st.decimals(0, 500, places=2),
    st.decimals(0, 500, places=2),
    st.sampled_from(DELIVERY_STATUSES),
    st.sampled_from(INVOICE_STATUSES),
    shipped=st.booleans(),
    billed=st.booleans(),
)


@given(st.sampled_from(KINDS), orders)
def test_nobody_is_asked_for_nothing_or_told_of_more_while_it_is_complete(kind, order):
    if order.due == 0:
        assert not asks(kind, order)
    if "nothing" in coming(order):
        assert coming(order) == ("nothing",)
        assert order.due == 0
    if order.state == "confirmed" and order.due == 0:
        assert coming(order)
