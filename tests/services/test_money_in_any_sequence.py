"""Let money come, be used, go back and be cancelled in any sequence, and see that the books stay sound."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import hypothesis
from hypothesis import strategies as st

from shopctl.db.bulk import fetch
from shopctl.domain.crediting import Wanted
from shopctl.models import Allocation, Invoice, Payment
from shopctl.services import (
    allocating,
    annulling,
    capturing,
    confirming,
    crediting,
    invoicing,
    paying_back,
    registering,
    releasing,
    resetting,
    suggesting,
)
from shopctl.services.allocating import Choice
from shopctl.services.deciding import Request
from shopctl.services.paying_back import Wish
from shopctl.services.receipts import Receipt
from tests.support.shop import line, order, payment, sell, wrong

D = Decimal
NUMBERS = count(1)

AMOUNTS = st.integers(1, 20_000).map(lambda cents: D(cents) / 100)
PLACE = st.integers(0, 7)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), PLACE, st.booleans()),
        st.tuples(st.just("pay"), PLACE, st.none()),
        st.tuples(st.just("pay"), PLACE, AMOUNTS),
        st.tuples(st.just("close"), PLACE, AMOUNTS),
        st.tuples(st.just("pay order"), PLACE, AMOUNTS),
        st.tuples(st.just("pay customer"), PLACE, AMOUNTS),
        st.tuples(st.just("allocate"), PLACE, st.booleans()),
        st.tuples(st.just("suggest"), PLACE, st.sampled_from([0, 30, 80])),
        st.tuples(st.just("take back"), PLACE, PLACE),
        st.tuples(st.just("refund"), PLACE, st.none()),
        st.tuples(st.just("refund"), PLACE, AMOUNTS),
        st.tuples(st.just("refund note"), PLACE, AMOUNTS),
        st.tuples(st.just("cancel"), PLACE, st.none()),
        st.tuples(st.just("capture"), PLACE, st.one_of(st.none(), AMOUNTS)),
        st.tuples(st.just("void"), PLACE, st.none()),
        st.tuples(st.just("credit"), PLACE, st.sampled_from(["credit", "refund", "reinvoice"])),
        st.tuples(st.just("reset"), PLACE, st.booleans()),
    ),
    max_size=14,
)


def names(statement):
    return [name for (name,) in fetch(Payment, statement)]


def payments(state="done"):
    return names(f"SELECT number FROM payments WHERE state = '{state}' ORDER BY id")


def posted(kind="invoice"):
    return names(f"SELECT number FROM invoices WHERE state = 'posted' AND type = '{kind}' ORDER BY id")


def one_of(found, place):
    return found[place % len(found)] if found else "X/2026/99999"


def take_back(shop, invoice, place):
    used = names(
        "SELECT DISTINCT coalesce(p.number, n.number) AS name FROM allocations a LEFT JOIN payments p ON p.id = a.payment_id "
        f"LEFT JOIN invoices n ON n.id = a.credit_note_id JOIN invoices i ON i.id = a.invoice_id WHERE i.number = '{invoice}' "
        "AND a.removed_at IS NULL AND a.write_off = '' ORDER BY name"
    )
    return releasing.unallocate(shop, [invoice], [one_of(used, place)], "wrong one")


def reset(shop, invoice, again):
    resetting.reset(shop, [invoice], reason="wrong")
    return confirming.confirm(shop, [invoice]) if again else []


ON_INVOICES = {
    "pay": lambda shop, invoice, amount: registering.register(shop, [Receipt(invoice, amount)]),
    "close": lambda shop, invoice, amount: registering.register(shop, [Receipt(invoice, amount, write_off="discount")]),
    "allocate": lambda shop, invoice, auto: allocating.allocate(
        shop, [invoice], Choice(auto=auto, oldest_first=not auto)
    ),
    "suggest": lambda shop, invoice, sure: suggesting.apply(shop, [invoice], sure),
    "take back": take_back,
    "credit": lambda shop, invoice, then: crediting.create(
        shop, [invoice], crediting.Request(Wanted(), "back", then=then, confirm=True)
    ),
    "reset": reset,
}
ON_PAYMENTS = {
    "refund": lambda shop, number, amount: paying_back.refund(shop, [number], Wish(amount)),
    "cancel": lambda shop, number, _: annulling.cancel(shop, [number], "never came"),
}
ON_PROMISES = {
    "capture": lambda shop, number, amount: capturing.capture(shop, [number], amount),
    "void": lambda shop, number, _: capturing.void(shop, [number], "expired"),
}


def act(shop, orders, what, place, more):
    """Take one step; a refusal is as good as a success, as long as it leaves the books sound."""
    if what in ON_INVOICES:
        return ON_INVOICES[what](shop, one_of(posted(), place), more)
    if what in ON_PAYMENTS:
        return ON_PAYMENTS[what](shop, one_of([*payments(), *payments("pending")], place), more)
    if what in ON_PROMISES:
        return ON_PROMISES[what](shop, one_of(payments("authorized"), place), more)
    if what == "refund note":
        return paying_back.refund(shop, [one_of(posted("credit_note"), place)], Wish(more))
    if what == "bill":
        return invoicing.create(shop, [one_of(orders, place)], Request(confirm=True, allocate=more))
    reference = "" if what == "pay customer" else one_of(orders, place)
    return registering.register(shop, [Receipt(reference, more, customer="" if reference else "C1")])


@hypothesis.settings(max_examples=40, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(steps=STEPS)
def test_books_stay_sound_whatever_happens_to_the_money(shop, steps):
    first, second, third = (f"S{next(NUMBERS)}" for _ in range(3))
    sell(
        shop,
        order(first, line(100), payments=(payment(f"a{first}", 60, state="authorized"), payment(f"b{first}", 30))),
        order(second, line(60), line(5, 3), state="sent", payments=(payment(f"p{second}", 75, state="pending"),)),
        order(third, line(40), customer=None, payments=(payment(f"a{third}", 40, state="authorized"),)),
    )

    for step in steps:
        act(shop, (first, second, third), *step)
        assert wrong(shop) == [], step

    assert all(0 <= one.allocated <= one.amount_total for one in Invoice.select())
    assert all(one.allocated + one.returned <= one.amount for one in Payment.select())
    assert all(one.amount > 0 for one in Allocation.select())
