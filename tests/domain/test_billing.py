"""Bill orders by quantity and by share, and see that the documents of an order add up to it."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import billing, down_payments
from shopctl.domain import regular as rules
from shopctl.domain.billing import NOTHING, Advance, Amounts, OrderLine, TaxShare
from shopctl.domain.down_payments import Earlier, Size
from shopctl.domain.regular import Wanted
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError, UsageError

D = Decimal
CENT = D("0.01")
TAXES = {
    tax.code: tax
    for tax in (
        Tax("V21", "VAT 21 %", "percent", D(21)),
        Tax("V6", "VAT 6 %", "percent", D(6)),
        Tax("C10", "Cess 10 %", "percent", D(10), compounds=True, sequence=0),
        Tax("I21", "VAT 21 % included", "percent", D(21), included=True),
        Tax("ECO", "Eco levy", "fixed", D("2.50")),
    )
}


def line(ordered=1, delivered=0, invoiced=0, policy="ordered", kind="product", key=1, **more):
    values = {"sku": "", "description": f"{kind} {key}", "unit_price": D(10), "discount": D(0), "taxes": ""}
    return OrderLine(
        key=key, kind=kind, quantity=D(ordered), delivered=D(delivered), invoiced=D(invoiced), policy=policy,
        **{**values, "amounts": NOTHING, **more},
    )  # fmt: skip


def priced(*lines, rounding="globally"):
    """Give lines the keys 1, 2, 3 … and their money, as an import does."""
    inputs = [(one.unit_price, one.quantity, one.discount, one.taxes) for one in lines]
    money = billing.priced(inputs, TAXES, rounding, CENT)
    return [
        one._replace(key=key, position=key, amounts=part)
        for key, (one, part) in enumerate(zip(lines, money, strict=True), 1)
    ]


def whole(lines):
    return billing.add(one.amounts for one in lines)


def regular(lines, *advances, rounding="globally", **wanted):
    return rules.regular(lines, advances, TAXES, rounding=rounding, step=CENT, wanted=Wanted(**wanted))


def advance(draft, key=1, posted=True):
    return Advance(key, f"INV/{key}", posted, draft.lines)


def down(lines, percent=None, amount=None, *, before=(), force=False, currency="EUR"):
    """Take a down payment of an order after earlier ones, given as (percent, draft)."""
    billed = {}
    for part in (part for share, draft in before if share for part in draft.lines):
        billed[part.taxes] = billing.add((billed.get(part.taxes, billing.NOTHING), part.amounts))
    earlier = Earlier(sum((share for share, _ in before), D(0)), billed)
    billed = sum((draft.amounts.total for _, draft in before), D(0))
    size = Size(None if percent is None else D(percent), None if amount is None else D(amount))
    size = size._replace(force=True) if force else size
    return down_payments.take("S1", lines, billed, earlier, TAXES, size, currency)


def amounts(draft):
    return tuple(f"{value:.2f}" for value in draft.amounts[:3])


def of_lines(draft):
    return [(one.taxes, f"{one.amounts.untaxed:.2f}", f"{one.amounts.tax:.2f}") for one in draft.lines]


# What may be billed of a line, and what that makes of its order.


@pytest.mark.parametrize(
    ("policy", "ordered", "delivered", "invoiced", "quantity", "status"),
    [
        ("ordered", 5, 0, 0, 5, "to_invoice"),
        ("ordered", 5, 0, 5, 0, "invoiced"),
        ("ordered", 5, 7, 5, 0, "upselling"),
        ("ordered", 5, 2, 3, 2, "to_invoice"),
        ("ordered", 5, 0, 7, -2, "to_invoice"),
        ("ordered", 0, 0, 0, 0, "invoiced"),
        ("ordered", 0, 4, 0, 0, "upselling"),
        ("delivered", 5, 0, 0, 0, "no"),
        ("delivered", 5, 2, 0, 2, "to_invoice"),
        ("delivered", 5, 2, 2, 0, "no"),
        ("delivered", 5, 5, 5, 0, "invoiced"),
        ("delivered", 5, 7, 7, 0, "invoiced"),
        ("delivered", 5, 3, 5, -2, "to_invoice"),
        ("ordered", -1, 0, 0, -1, "to_invoice"),
        ("delivered", 0, 4, 0, 4, "to_invoice"),
    ],
)
def test_line_follows_the_truth_table(policy, ordered, delivered, invoiced, quantity, status):
    one = line(ordered, delivered, invoiced, policy)

    assert (billing.to_invoice(one), billing.line_status(one)) == (quantity, status)


@pytest.mark.parametrize("policy", ["ordered", "delivered"])
@pytest.mark.parametrize(
    ("delivered", "invoiced", "quantity", "status"),
    [(0, 0, 0, "no"), (3, 0, 3, "to_invoice"), (3, 2, 1, "to_invoice"), (3, 3, 0, "invoiced"), (5, 5, 0, "invoiced")],
)
def test_of_a_closed_line_only_what_was_delivered_is_billed(policy, delivered, invoiced, quantity, status):
    one = line(5, delivered, invoiced, policy, closed=True)

    assert (billing.to_invoice(one), billing.line_status(one)) == (quantity, status)


@pytest.mark.parametrize(("delivered", "invoiced", "quantity"), [(7, 0, 5), (3, 5, 0)])
def test_closed_line_billed_as_ordered_is_neither_above_the_order_nor_taken_back(delivered, invoiced, quantity):
    assert billing.to_invoice(line(5, delivered, invoiced, closed=True)) == quantity


@pytest.mark.parametrize("kind", ["section", "note"])
def test_words_are_never_billed(kind):
    assert billing.to_invoice(line(5, kind=kind)) == 0


OPEN, BILLED, WAITING, MORE = line(2), line(2, 0, 2), line(2, 0, 0, "delivered"), line(2, 3, 2)
SHIPPING, DISCOUNT = line(1, kind="shipping"), line(1, kind="discount")
GONE, SHORT = line(2, closed=True), line(2, 1, 1, closed=True)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], "no"),
        ([line(kind="section"), line(kind="note")], "no"),
        ([OPEN], "to_invoice"),
        ([BILLED, OPEN], "to_invoice"),
        ([BILLED, line(kind="note")], "invoiced"),
        ([BILLED, MORE], "upselling"),
        ([MORE], "upselling"),
        ([WAITING], "no"),
        ([WAITING, BILLED], "no"),
        ([WAITING, SHIPPING], "no"),
        ([WAITING, SHIPPING, DISCOUNT], "no"),
        ([WAITING, OPEN, SHIPPING], "to_invoice"),
        ([BILLED, SHIPPING], "to_invoice"),
        ([SHIPPING], "to_invoice"),
        ([line(5, 3, 5, "delivered")], "to_invoice"),
        ([GONE], "no"),
        ([GONE, BILLED], "invoiced"),
        ([SHORT], "invoiced"),
        ([GONE, BILLED, WAITING], "no"),
        ([SHORT, WAITING], "no"),
        ([GONE, SHIPPING], "to_invoice"),
    ],
)
def test_order_status_follows_its_lines(lines, status):
    assert billing.order_status("confirmed", lines) == status


@pytest.mark.parametrize("state", ["sent", "cancelled"])
def test_only_confirmed_orders_have_something_to_invoice(state):
    assert billing.order_status(state, [OPEN]) == "no"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], "none"),
        ([SHIPPING], "none"),
        ([line(2, 0), SHIPPING], "to_ship"),
        ([line(2, 1)], "partial"),
        ([line(2, 2), line(1, 0)], "partial"),
        ([line(2, 3), line(1, 1), SHIPPING], "shipped"),
        ([line(-1), line(0)], "none"),
        ([GONE], "none"),
        ([GONE, line(1, 0)], "to_ship"),
        ([SHORT], "shipped"),
    ],
)
def test_delivery_status_follows_the_goods(lines, status):
    assert billing.delivery_status(lines) == status


# Regular invoices.


def test_policies_mix_in_one_order():
    lines = priced(
        line(3, 0, unit_price=D(10), taxes="V21"),
        line(10, 4, policy="delivered", unit_price=D(5), taxes="V6"),
        line(2, 0, policy="delivered", unit_price=D(7)),
    )

    draft = regular(lines)

    # 3 x 10 + 21 % = 36.30 and 4 x 5 + 6 % = 21.20; nothing of the third was delivered.
    assert [(one.quantity, one.order_line) for one in draft.lines] == [(3, 1), (4, 2)]
    assert (draft.type, draft.kind, amounts(draft)) == ("invoice", "regular", ("50.00", "7.50", "57.50"))
    assert draft.amounts.taxes == (TaxShare("V21", D(30), D("6.30")), TaxShare("V6", D(20), D("1.20")))


def test_policy_can_be_chosen_for_all_lines():
    lines = priced(line(3, 1), line(10, 4, policy="delivered"))

    assert [one.quantity for one in regular(lines, policy="ordered").lines] == [3, 10]
    assert [one.quantity for one in regular(lines, policy="delivered").lines] == [1, 4]


def test_second_invoice_takes_what_was_delivered_since():
    first = regular(priced(line(10, 4, policy="delivered", unit_price=D("3.33"), taxes="V21")))
    later = priced(line(10, 10, 4, "delivered", unit_price=D("3.33"), taxes="V21"))
    second = regular([later[0]._replace(billed=first.amounts)])

    # 10 x 3.33 = 33.30 and 6.99 tax; the first invoice has 13.32 + 2.80, the second takes the rest.
    assert amounts(first) == ("13.32", "2.80", "16.12")
    assert (second.lines[0].quantity, amounts(second)) == (6, ("19.98", "4.19", "24.17"))


def test_nothing_to_bill_is_no_document():
    assert regular(priced(line(5, 0, policy="delivered"))) is None
    assert regular(priced(line(5, 0, 5))) is None
    assert regular([]) is None


def test_section_goes_with_what_is_billed_below_it():
    lines = priced(
        line(kind="section", ordered=0), line(1, policy="delivered"),
        line(kind="section", ordered=0), line(kind="note", ordered=0), line(2),
        line(kind="section", ordered=0), line(kind="note", ordered=0),
    )  # fmt: skip

    draft = regular(lines)

    assert [(one.kind, one.order_line) for one in draft.lines] == [
        ("section", 3), ("note", 4), ("product", 5), ("note", 7),
    ]  # fmt: skip
    assert amounts(draft) == ("20.00", "0.00", "20.00")


@pytest.mark.parametrize("kind", ["shipping", "discount", "tip"])
def test_accessories_are_not_billed_before_the_goods(kind):
    goods, accessory = line(2, 0, policy="delivered"), line(1, kind=kind)

    assert regular(priced(goods, accessory)) is None
    assert [one.kind for one in regular(priced(goods._replace(delivered=D(1)), accessory)).lines] == ["product", kind]


@pytest.mark.parametrize("billed", [line(1), line(5, 2, 2, "delivered")])
def test_accessories_are_billed_with_the_first_goods_or_after_them(billed):
    awaited = [] if billed.invoiced else [WAITING]

    draft = regular(priced(*awaited, billed, SHIPPING))

    assert draft.lines[-1].kind == "shipping"


def test_accessories_do_not_wait_for_each_other():
    assert regular(priced(line(1, kind="shipping", policy="delivered"), line(1, kind="tip"))).lines[0].kind == "tip"


def test_accessories_are_billed_where_no_goods_are_awaited():
    gone = line(0)

    draft = regular(priced(gone, SHIPPING))

    assert billing.order_status("confirmed", [gone, SHIPPING]) == "to_invoice"
    assert [(one.kind, one.quantity) for one in draft.lines] == [("shipping", 1)]


def test_returned_goods_become_a_credit_note():
    lines = priced(line(10, 9, 10, "delivered", unit_price=D("4.50"), taxes="V21"))
    lines[0] = lines[0]._replace(billed=lines[0].amounts)

    draft = regular(lines)

    # One of 4.50 + 21 % goes back; a credit note says so with positive amounts.
    assert (draft.type, draft.lines[0].quantity, amounts(draft)) == ("credit_note", 1, ("4.50", "0.95", "5.45"))


def test_over_invoiced_line_lowers_the_invoice_of_the_others():
    lines = priced(line(5, 0, 7, unit_price=D(10)), line(4, unit_price=D(10)))
    lines[0] = lines[0]._replace(billed=Amounts(D(70), D(0), D(70), ()))

    draft = regular(lines)

    assert [one.quantity for one in draft.lines] == [-2, 4]
    assert amounts(draft) == ("20.00", "0.00", "20.00")


def test_orders_are_billed_together_each_under_its_heading():
    sold = regular(priced(line(2, unit_price=D(10), taxes="V21")))
    back = [one._replace(billed=one.amounts) for one in priced(line(10, 9, 10, "delivered", unit_price=D("4.50")))]

    draft = billing.together([("Order S1", sold), ("Order S2", regular(back))])

    # 20.00 and 4.20 of tax, less one of 4.50 that came back and would be a credit note alone.
    assert (draft.type, draft.kind, amounts(draft)) == ("invoice", "regular", ("15.50", "4.20", "19.70"))
    assert [(one.kind, one.description, one.quantity) for one in draft.lines] == [
        ("section", "Order S1", 0), ("product", "product 1", 2), ("section", "Order S2", 0), ("product", "product 1", -1),
    ]  # fmt: skip
    assert of_lines(draft)[3] == ("", "-4.50", "0.00")


# Picked lines and returns.


def test_lines_are_billed_as_they_are_picked():
    lines = priced(line(3, unit_price=D(10)), line(10, 4, policy="delivered", unit_price=D(5)), line(2))

    draft = regular(lines, picked={1: D(2), 2: None})

    assert [(one.order_line, one.quantity) for one in draft.lines] == [(1, 2), (2, 4)]
    assert amounts(draft) == ("40.00", "0.00", "40.00")


def test_accessory_is_billed_alone_when_it_is_picked():
    lines = priced(line(2, policy="delivered"), line(1, kind="shipping", unit_price=D(5)))

    assert [one.kind for one in regular(lines, picked={2: None}).lines] == ["shipping"]


@pytest.mark.parametrize(
    ("picked", "policy", "error", "code"),
    [
        ({5: None}, "", NotFoundError, "order.line_unknown"),
        ({3: None}, "", NotFoundError, "order.line_unknown"),
        ({1: D("5.0001")}, "", RefusedError, "invoice.above_policy"),
        ({1: D(0)}, "", RefusedError, "invoice.above_policy"),
        ({1: D(-1)}, "", RefusedError, "invoice.above_policy"),
        ({2: D(3)}, "", RefusedError, "invoice.above_policy"),
        ({2: D(5)}, "ordered", None, None),
        ({1: None, 2: D(3)}, "", RefusedError, "invoice.above_policy"),
        ({4: D(-3)}, "", RefusedError, "invoice.above_policy"),
        ({4: D(1)}, "", RefusedError, "invoice.above_policy"),
    ],
)
def test_more_than_the_policy_allows_is_refused(picked, policy, error, code):
    lines = priced(line(5), line(5, 2, policy="delivered"), line(kind="note", ordered=0), line(5, 3, 5, "delivered"))

    if error is None:
        assert regular(lines, picked=picked, policy=policy).lines[0].quantity == 5
        return
    with pytest.raises(error) as caught:
        regular(lines, picked=picked, policy=policy)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("picked", "message", "hint"),
    [
        ({1: D(6)}, "line 1 of order S1 has 5 to invoice now, not 6",
         "see what was ordered and billed: shopctl orders show S1"),
        ({2: D(3)}, "line 2 of order S1 has 2 to invoice now, not 3",
         "--policy ordered bills it before it is delivered"),
        ({7: None}, "order S1 has no line 7 that could be billed",
         "lines are numbered as the order shows them: shopctl orders show S1"),
    ],
)  # fmt: skip
def test_refusal_says_what_there_is_to_bill(picked, message, hint):
    with pytest.raises((NotFoundError, RefusedError)) as refused:
        regular(priced(line(5), line(5, 2, policy="delivered")), picked=picked, order="S1")

    assert (refused.value.message, refused.value.hint) == (message, hint)
    assert refused.value.details["line"] == next(iter(picked))


def test_less_than_what_came_back_can_be_picked():
    (one,) = regular(priced(line(10, 7, 10, "delivered")), picked={1: D(-1)}).lines

    assert one.quantity == 1


def test_line_that_is_billed_to_the_end_cannot_be_picked():
    with pytest.raises(RefusedError, match=r"^line 1 of order ORDER has 0 to invoice now$"):
        regular(priced(line(5, 0, 5), line(2)), picked={1: None})


def test_returns_are_left_out_where_only_more_is_billed():
    back = line(10, 9, 10, "delivered")

    assert regular(priced(back), returns=False) is None
    assert regular(priced(line(0, 0, 2)), returns=False) is None
    assert [one.quantity for one in regular(priced(back, line(4)), returns=False).lines] == [4]
    assert [one.quantity for one in regular(priced(line(-1), line(4)), returns=False).lines] == [-1, 4]


def test_what_came_back_leaves_no_cent_behind():
    """The tax of both lines together is 1 cent less, which the first one gives; nothing of it may stay."""
    apples, pears = (
        line(4, 2, policy="delivered", unit_price=D("0.07"), taxes="V21"),
        line(2, policy="delivered", unit_price=D("0.07"), taxes="V21"),
    )
    lines = priced(apples, pears)
    (sold,) = regular(lines).lines
    lines[0] = lines[0]._replace(delivered=D(0), invoiced=D(2), billed=sold.amounts)
    lines[1] = lines[1]._replace(delivered=D(1))

    back, _ = regular(lines).lines

    assert (sold.amounts.untaxed, sold.amounts.tax) == (D("0.14"), D("0.03"))
    assert (back.quantity, back.amounts.untaxed, back.amounts.tax) == (2, D("0.14"), D("0.03"))


PRICE = st.integers(1, 99999).map(lambda cents: D(cents) / 100)
ORDERED = st.integers(1, 12)
GOODS = st.lists(st.tuples(ORDERED, PRICE, st.sampled_from(["", "V21", "V6", "I21", "V21 V6"])), min_size=1, max_size=4)


@given(goods=GOODS, rounding=st.sampled_from(["globally", "per_line"]), plan=st.data())
def test_documents_of_any_partial_deliveries_add_up_to_the_order(goods, rounding, plan):
    lines = priced(
        *(line(count, policy="delivered", unit_price=price, taxes=codes) for count, price, codes in goods),
        rounding=rounding,
    )
    order = whole(lines)
    documents = []
    for place, one in enumerate(lines):
        left = int(one.quantity)
        while left:
            step = plan.draw(st.integers(1, left))
            left -= step
            lines[place] = lines[place]._replace(delivered=lines[place].delivered + step)
            draft = regular(lines, rounding=rounding)
            documents.append(draft.amounts)
            for part in draft.lines:
                old = lines[part.order_line - 1]
                lines[part.order_line - 1] = old._replace(
                    invoiced=old.invoiced + part.quantity, billed=billing.add((old.billed, part.amounts))
                )

    assert billing.add(documents)[:3] == order[:3]
    assert dict(map(split_of, billing.add(documents).taxes)) == dict(map(split_of, order.taxes))
    assert billing.order_status("confirmed", lines) == "invoiced"


def split_of(share):
    return share.code, (share.base, share.amount)


MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=8)


@given(goods=GOODS, rounding=st.sampled_from(["globally", "per_line"]), moves=MOVES, whole_order=st.booleans())
def test_documents_add_up_however_the_goods_come_and_go(goods, rounding, moves, whole_order):
    lines = priced(
        *(line(count, policy="delivered", unit_price=price, taxes=codes) for count, price, codes in goods),
        rounding=rounding,
    )
    order = whole(lines)
    billed = []
    end = [(place, one.quantity if whole_order else 0) for place, one in enumerate(lines)]
    for place, delivered in [(place % len(lines), delivered) for place, delivered in moves] + end:
        lines[place] = lines[place]._replace(delivered=min(D(delivered), lines[place].quantity))
        draft = regular(lines, rounding=rounding)
        for part in draft.lines if draft else ():
            quantity, money = part.quantity, part.amounts
            if draft.type == "credit_note":
                quantity, money = -quantity, billing.minus(money)
            old = lines[part.order_line - 1]
            lines[part.order_line - 1] = old._replace(
                invoiced=old.invoiced + quantity, billed=billing.add((old.billed, money))
            )
            billed.append(money)

    assert billing.add(billed)[:3] == (order[:3] if whole_order else (0, 0, 0))
    assert {split_of(share) for share in billing.add(billed).taxes if any(share[1:])} == {
        split_of(share) for share in order.taxes if whole_order
    }


# Down payments.


def three_taxes():
    return priced(
        line(1, unit_price=D(100), taxes="V21"), line(1, unit_price=D(50), taxes="V6"), line(1, unit_price=D(30))
    )


def test_down_payment_has_a_line_for_each_combination_of_taxes():
    draft = down(three_taxes(), percent=30)

    assert (draft.type, draft.kind, draft.share, amounts(draft)) == (
        "invoice", "down_payment", 30, ("54.00", "7.20", "61.20"),
    )  # fmt: skip
    assert of_lines(draft) == [("V21", "30.00", "6.30"), ("V6", "15.00", "0.90"), ("", "9.00", "0.00")]
    assert {(one.kind, one.quantity, one.description) for one in draft.lines} == {
        ("down_payment", 1, "Down payment of 30 %")
    }


def test_final_invoice_takes_the_down_payment_off_line_by_line():
    lines = three_taxes()

    final = regular(lines, advance(down(lines, percent=30), key=8))

    assert amounts(final) == ("126.00", "16.80", "142.80")
    assert [(one.kind, one.quantity, one.deducts) for one in final.lines] == [
        ("product", 1, None), ("product", 1, None), ("product", 1, None), ("section", 0, None),
        ("down_payment", -1, 8), ("down_payment", -1, 8), ("down_payment", -1, 8),
    ]  # fmt: skip
    assert [one.description for one in final.lines[3:5]] == ["Down payments", "Less INV/8: Down payment of 30 %"]
    assert final.amounts.taxes == (TaxShare("V21", D(70), D("14.70")), TaxShare("V6", D(35), D("2.10")))


@pytest.mark.parametrize(
    ("price", "shares", "totals"),
    [
        ("12870.59", (50, 50), ["6435.30", "6435.29"]),
        ("145.05", (30, 70), ["43.52", "101.53"]),
        ("100.00", (30, 50), ["30.00", "50.00"]),
        ("0.10", (33, 33, 34), ["0.03", "0.04", "0.03"]),
    ],
)
def test_cents_do_not_drift_over_several_down_payments(price, shares, totals):
    lines = priced(line(1, unit_price=D(price)))

    before = []
    for share in shares:
        before.append((D(share), down(lines, share, before=before)))

    assert [f"{draft.amounts.total:.2f}" for _, draft in before] == totals


def test_final_invoice_after_everything_was_paid_in_advance_is_zero():
    lines = priced(line(1, unit_price=D("12870.59")))
    first = down(lines, 50)
    second = down(lines, 50, before=[(D(50), first)])

    final = regular(lines, advance(first, 1), advance(second, 2))

    assert (final.type, amounts(final)) == ("invoice", ("0.00", "0.00", "0.00"))


@pytest.mark.parametrize(
    ("prices", "amount", "expected"),
    [
        ([("1000", "V21")], "100", [("V21", "82.64", "17.36")]),
        ([("1210", "I21")], "550", [("I21", "454.55", "95.45")]),
        (
            [("100", "V21"), ("50", "V6"), ("30", "")],
            "100",
            [("V21", "49.02", "10.29"), ("V6", "24.51", "1.47"), ("", "14.71", "0.00")],
        ),
    ],
)
def test_fixed_down_payment_is_exactly_the_amount_with_tax(prices, amount, expected):
    draft = down(priced(*(line(unit_price=D(price), taxes=codes) for price, codes in prices)), amount=amount)

    assert of_lines(draft) == expected
    assert (draft.share, draft.amounts.total, draft.lines[0].description) == (0, D(amount), "Down payment")


def test_price_of_a_down_payment_includes_the_tax_where_prices_do():
    included = down(priced(line(unit_price=D(1210), taxes="I21")), amount=550)
    on_top = down(priced(line(unit_price=D(1000), taxes="V21")), amount=100)
    mixed = down(priced(line(unit_price=D(121), taxes="I21 V6")), percent=50)

    assert [one.unit_price for one in (*included.lines, *on_top.lines)] == [D("550.00"), D("82.64")]
    assert [one.unit_price for one in mixed.lines] == [D("50.00")]


@pytest.mark.parametrize(
    ("price", "codes", "shares"),
    [
        # 10.03 and 2.11 of tax: half of 12.14 is 6.07, of the tax 1.06, so the net is 5.01, not half of 10.03.
        ("10.03", "V21", [("V21", "5.01", "1.06")]),
        # The second tax stands on the first: half of 110.00, not of 100.00.
        ("100", "C10 V21", [("C10", "50", "5.00"), ("V21", "55", "11.55")]),
    ],
)
def test_tax_on_the_plain_net_has_the_net_of_the_down_payment_as_its_base(price, codes, shares):
    draft = down(priced(line(unit_price=D(price), taxes=codes)), percent=50)

    assert draft.amounts.taxes == tuple(TaxShare(code, D(base), D(amount)) for code, base, amount in shares)


def test_words_take_no_part_in_a_down_payment():
    lines = priced(line(unit_price=D(100), taxes="V21"), line(kind="note", ordered=0))

    assert of_lines(down(lines, percent=30)) == [("V21", "30.00", "6.30")]


def test_fixed_taxes_stay_in_the_untaxed_part():
    lines = priced(line(2, unit_price=D(50), taxes="ECO"))

    draft = down(lines, percent=50)

    assert amounts(billing.Draft("", "", (), whole(lines))) == ("100.00", "5.00", "105.00")
    assert (amounts(draft), draft.amounts.taxes) == (("52.50", "0.00", "52.50"), ())
    assert amounts(regular(lines, advance(draft))) == ("47.50", "5.00", "52.50")


def test_percentages_ignore_fixed_down_payments_before_them():
    lines = priced(line(unit_price=D(200)))
    fixed = down(lines, amount=30)

    assert down(lines, 50, before=[(D(0), fixed)]).amounts.total == 100


def test_down_payments_above_the_order_are_refused():
    lines = priced(line(unit_price=D(100)))
    first = down(lines, 60)

    with pytest.raises(RefusedError) as refused:
        down(lines, 50, before=[(D(60), first)])

    assert refused.value.code == "invoice.above_total"
    assert refused.value.message == (
        "a down payment of 50.00 EUR is more than the 40.00 EUR of order S1 that is not billed yet"
    )
    assert refused.value.hint == "shopctl invoice create S1 --type down-payment --amount 40.00, or --force"
    assert down(lines, 50, before=[(D(60), first)], force=True).amounts.total == 50
    assert down(lines, 40, before=[(D(60), first)]).amounts.total == 40


def test_percentage_of_an_order_that_shrank_gives_nothing_back():
    first = down(priced(line(unit_price=D(100))), 50)

    with pytest.raises(RefusedError) as refused:
        # 60 % of 80 are 48, two less than what was billed.
        down(priced(line(unit_price=D(80))), 10, before=[(D(50), first)], force=True)

    assert refused.value.code == "invoice.above_total"
    assert refused.value.message == (
        "the down payments of order S1 are 2.00 EUR more than what they come to with another 10 %, "
        "for the order is smaller now"
    )
    assert down(priced(line(unit_price=D(90))), 10, before=[(D(50), first)]).amounts.total == 4


def test_what_is_billed_already_counts_against_down_payments():
    lines = priced(line(10, 9, 9, "delivered", unit_price=D(10)))
    lines[0] = lines[0]._replace(billed=Amounts(D(90), D(0), D(90), ()))

    with pytest.raises(RefusedError):
        down(lines, amount="10.01")
    assert down(lines, amount=10).amounts.total == 10


def test_order_without_an_amount_takes_no_down_payment():
    with pytest.raises(RefusedError) as refused:
        down(priced(line(unit_price=D(0))), 30)

    assert refused.value.code == "order.nothing_to_invoice"


def test_amount_with_too_many_digits_is_no_down_payment():
    with pytest.raises(UsageError) as refused:
        down(priced(line(unit_price=D(100))), amount="10.005")

    assert refused.value.code == "usage.amount"


def test_down_payment_in_a_currency_without_cents():
    lines = billing.priced([(D(1000), D(1), D(0), "V21")], TAXES, "globally", D(1))
    draft = down([line(unit_price=D(1000), taxes="V21", amounts=lines[0])], 33, currency="JPY")

    # A third of 1210 is 399.3, of the tax of 210 it is 69.3.
    assert amounts(draft) == ("330.00", "69.00", "399.00")


def test_down_payment_larger_than_the_delivery_makes_a_credit_note():
    lines = priced(line(10, 1, policy="delivered", unit_price=D(10)))

    draft = regular(lines, advance(down(lines, 50)))

    assert (draft.type, amounts(draft)) == ("credit_note", ("40.00", "0.00", "40.00"))
    assert [(one.kind, one.quantity) for one in draft.lines] == [("product", -1), ("section", 0), ("down_payment", 1)]


CUTS = st.lists(st.integers(1, 99), max_size=4, unique=True).map(lambda cuts: [0, *sorted(cuts), 100])


@given(goods=GOODS, rounding=st.sampled_from(["globally", "per_line"]), cuts=CUTS)
def test_down_payments_of_the_whole_order_leave_exactly_nothing(goods, rounding, cuts):
    lines = priced(*(line(count, unit_price=price, taxes=codes) for count, price, codes in goods), rounding=rounding)
    before = []
    for low, high in pairwise(cuts):
        before.append((D(high - low), down(lines, high - low, before=before)))

    final = regular(lines, *(advance(draft, key) for key, (_, draft) in enumerate(before, 1)), rounding=rounding)

    assert billing.add(draft.amounts for _, draft in before)[:3] == whole(lines)[:3]
    assert (final.type, *final.amounts[:3]) == ("invoice", 0, 0, 0)
    assert all(share.amount == 0 for share in final.amounts.taxes)


@given(goods=GOODS, share=st.integers(1, 100), rounding=st.sampled_from(["globally", "per_line"]))
def test_parts_of_a_down_payment_add_up(goods, share, rounding):
    lines = priced(*(line(count, unit_price=price, taxes=codes) for count, price, codes in goods), rounding=rounding)

    draft = down(lines, share)

    for money in (draft.amounts, *(one.amounts for one in draft.lines)):
        assert money.untaxed + money.tax == money.total
        assert sum((part.amount for part in money.taxes), D(0)) == money.tax


@pytest.mark.parametrize(
    "text", ["", "V21:100:21.00", "V21:100.00:21.00;V6:5:0.30", "urn:tax:21:1.00:0.21", "V21:-5.00:-1.05"]
)
def test_tax_split_survives_being_stored(text):
    assert billing.write_split(billing.read_split(text)) == text


def test_tax_split_is_written_without_exponents():
    assert billing.write_split([TaxShare("V21", D("1E+2"), D("0E-7"))]) == "V21:100:0.0000000"


def test_bases_do_not_drift_over_several_down_payments_of_two_rates():
    lines = priced(line(1, unit_price=D("33.33"), taxes="V21"), line(1, unit_price=D("66.67"), taxes="V6"))

    before = []
    for share in (D(33), D(33), D(34)):
        before.append((share, down(lines, share, before=before)))

    assert billing.add(draft.amounts for _, draft in before) == whole(lines)


def test_down_payments_left_out_of_the_last_invoice_are_given_back():
    lines = priced(line(1, unit_price=D(100)))
    billed = [one._replace(invoiced=one.quantity, billed=one.amounts) for one in lines]

    draft = regular(billed, advance(down(lines, 30)))

    assert (draft.type, amounts(draft)) == ("credit_note", ("30.00", "0.00", "30.00"))
