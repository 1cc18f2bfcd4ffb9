"""Change the lines of a draft and price them again: one rule with the making of drafts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import billing, regular, repricing
from shopctl.domain.billing import NOTHING, OrderLine
from shopctl.domain.cash_rounding import CashRounding
from shopctl.domain.line_edits import AddLine, LineEdits, RemoveLine, SetLine
from shopctl.domain.order_edits import Product
from shopctl.domain.repricing import Line, Rules
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError

D = Decimal
CENT = D("0.01")
TAXES = {
    "V21": Tax("V21", "21 %", "percent", D(21)),
    "I6": Tax("I6", "6 % included", "percent", D(6), included=True),
    "ECO": Tax("ECO", "eco", "fixed", D("0.13")),
}


def rules(rounding="globally", **more):
    return Rules(TAXES, rounding, CENT, **more)


def order_line(price, quantity, taxes="V21", discount=0, key=1):
    """Make an order line that nobody billed yet, with the money that the tax engine gives it."""
    (money,) = billing.priced([(D(price), D(quantity), D(discount), taxes)], TAXES, "globally", CENT)
    return OrderLine(key, "product", "A1", "Apple", D(quantity), D(0), D(0), D(price), D(discount), taxes, "ordered",
                     money)  # fmt: skip


def draft_of(order, place=1):
    """Make the draft line that bills a whole order line, and the order line as it counts then."""
    line = Line(place, "product", order.sku, order.description, order.quantity, order.unit_price, order.discount,
                order.taxes, order.amounts, order.key, None, 10 + place)  # fmt: skip
    return line, order._replace(invoiced=order.quantity, billed=order.amounts)


def text(position, kind="section"):
    return Line(position, kind, "", "Words", D(0), D(0), D(0), "", NOTHING, key=position)


def deduction(position, total=-30):
    money = billing.Amounts(D(total), D(0), D(total), ())
    return Line(position, "down_payment", "", "Less", D(-1), D(30), D(0), "", money, None, 7, position)


def test_other_quantity_is_priced_anew_and_the_ordered_one_takes_what_is_left():
    line, order = draft_of(order_line("0.33", 3))

    (less,) = repricing.reprice([line], [replace(line, quantity=D(1))], {1: order}, rules())
    (whole,) = repricing.reprice([line], [replace(line, quantity=D(3), sku="A2")], {1: order}, rules())

    assert (less.amounts.untaxed, less.amounts.tax) == (D("0.33"), D("0.07"))
    assert (whole.amounts.untaxed, whole.amounts.tax) == (D("0.99"), D("0.21"))


def test_ordered_quantity_takes_what_other_documents_leave():
    order = order_line("0.33", 3)
    others = billing.Amounts(D("0.33"), D("0.08"), D("0.41"), (billing.TaxShare("V21", D("0.33"), D("0.08")),))
    mine = billing.Amounts(D("0.33"), D("0.07"), D("0.40"), (billing.TaxShare("V21", D("0.33"), D("0.07")),))
    line = Line(1, "product", "A1", "Apple", D(1), D("0.33"), D(0), "V21", mine, 1, None, 11)
    counted = order._replace(invoiced=D(2), billed=billing.add((others, mine)))

    (after,) = repricing.reprice([line], [replace(line, quantity=D(2))], {1: counted}, rules())

    # Ordered are 3 for 0.99 and 0.21.
    assert (after.amounts.untaxed, after.amounts.tax) == (D("0.66"), D("0.13"))


def test_lines_without_an_order_line_are_priced_beside_those_with_one():
    line, order = draft_of(order_line(1, 4))
    agreed = billing.Amounts(D(4), D("0.85"), D("4.85"), (billing.TaxShare("V21", D(4), D("0.85")),))
    line, order = replace(line, amounts=agreed), order._replace(amounts=agreed, billed=agreed)
    free = Line(2, "product", "A1", "Apple", D(2), D(1), D(0), "V21", NOTHING, key=12)

    more = replace(free, position=3, key=13)

    after = repricing.reprice(
        [line, free, more], [line, replace(free, quantity=D(4)), replace(more, quantity=D(5))], {1: order}, rules()
    )

    assert [one.amounts.tax for one in after] == [D("0.85"), D("0.84"), D("1.05")]


@pytest.mark.parametrize("change", [{"unit_price": D(2)}, {"discount": D(10)}, {"taxes": ""}])
def test_other_conditions_never_take_the_rest_of_the_order(change):
    line, order = draft_of(order_line(1, 4))

    (after,) = repricing.reprice([line], [replace(line, **change)], {1: order}, rules())

    expected = {"unit_price": D("9.68"), "discount": D("4.36"), "taxes": D(4)}
    assert after.amounts.total == expected[next(iter(change))]


def test_what_has_no_price_keeps_its_money():
    line, order = draft_of(order_line(1, 4))
    before = [line, text(2), deduction(3), replace(deduction(4, -7), kind="product")]

    after = repricing.reprice(before, [replace(line, quantity=D(2)), *before[1:]], {1: order}, rules())

    assert [one.amounts.total for one in after] == [D("2.42"), 0, -30, -7]


def test_words_alone_change_no_money():
    line, order = draft_of(order_line(1, 4))
    agreed = replace(line, amounts=billing.Amounts(D(3), D(0), D(3), ()))

    after, _ = repricing.reprice([agreed], [replace(agreed, description="Pear"), text(2)], {1: order}, rules())

    assert after.amounts.total == 3


@given(
    price=st.decimals("0.01", "999.99", places=2),
    quantity=st.integers(2, 40),
    first=st.integers(1, 39),
    wrong=st.integers(-5, 60),
    taxes=st.sampled_from(["V21", "I6", "ECO", "V21 ECO", "I6 ECO"]),
    rounding=st.sampled_from(["globally", "per_line"]),
)
def test_documents_add_up_to_the_order_however_they_were_edited(price, quantity, first, wrong, taxes, rounding):
    line, counted = draft_of(order_line(price, quantity, taxes))
    first = min(first, quantity - 1)
    for wanted in (wrong, first):
        (after,) = repricing.reprice([line], [replace(line, quantity=D(wanted))], {1: counted}, rules(rounding))
        counted = counted._replace(invoiced=D(wanted), billed=after.amounts)
        line = after

    rest = regular.regular([counted], (), TAXES, rounding=rounding, step=CENT)

    assert rest is not None
    assert line.amounts.total + rest.amounts.total == order_line(price, quantity, taxes).amounts.total


def test_credit_note_that_gives_back_what_was_too_much_takes_it_to_the_cent():
    """Ordered are 3 for 1.20; others bill 5 for 2.01, a cent more than the price: the 2 too much are 0.81."""
    order = order_line("0.33", 3)
    others = billing.Amounts(D("1.65"), D("0.36"), D("2.01"), (billing.TaxShare("V21", D("1.65"), D("0.36")),))
    one = billing.Amounts(D("0.33"), D("0.07"), D("0.40"), (billing.TaxShare("V21", D("0.33"), D("0.07")),))
    line = Line(1, "product", "A1", "Apple", D(1), D("0.33"), D(0), "V21", one, 1, None, 11)
    counted = order._replace(invoiced=D(4), billed=billing.add((others, billing.minus(one))))

    (two,) = repricing.reprice([line], [replace(line, quantity=D(2))], {1: counted}, rules(sign=-1))
    (three,) = repricing.reprice([line], [replace(line, quantity=D(3))], {1: counted}, rules(sign=-1))

    assert (two.amounts.untaxed, two.amounts.tax, two.amounts.total) == (D("0.66"), D("0.15"), D("0.81"))
    assert three.amounts.total == D("1.20")


# Coins


def rounding(position, amount, key=None):
    money = billing.Amounts(D(amount), D(0), D(amount), ())
    return Line(position, "rounding", "", "Cash rounding", D(1), D(amount), D(0), "", money, key=key)


def product(position, price):
    money = billing.Amounts(D(price), D(0), D(price), ())
    return Line(position, "product", "A1", "Apple", D(1), D(price), D(0), "", money, key=position)


FIVE = CashRounding(D("0.05"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        ([product(1, "48.10")], [product(1, "48.10")]),
        ([product(2, 5), product(7, "0.03")], [product(2, 5), product(7, "0.03"), rounding(8, "0.02")]),
        (
            [product(1, 5), rounding(2, "-0.01", 9), product(3, "0.03")],
            [product(1, 5), rounding(2, "0.02", 9), product(3, "0.03")],
        ),
        ([product(1, 5), rounding(2, "-0.01", 9)], [product(1, 5)]),
    ],
)
def test_total_of_a_draft_meets_the_coins_and_the_line_keeps_its_place(lines, expected):
    assert repricing.in_coins(lines, FIVE) == expected


def test_biggest_tax_of_a_draft_takes_the_coins():
    line, _ = draft_of(order_line("9.99", 1))

    (after,) = repricing.in_coins([line], FIVE._replace(strategy="biggest_tax"))

    # 9.99 + 2.10 = 12.09 becomes 12.10.
    assert (after.amounts.untaxed, after.amounts.tax) == (D("9.99"), D("2.11"))


# Which lines there are


PRODUCTS = {
    "A1": Product("A1", "Apple", "goods", D(2), "V21", "ordered"),
    "POST": Product("POST", "", "shipping", D(5), "", "ordered"),
    "HELP": Product("HELP", "Help", "service", D(50), "V21", "ordered"),
}


def places(lines):
    return [(line.position, line.kind, line.sku) for line in lines]


def test_lines_are_added_at_the_end_or_before_the_deductions():
    first, _ = draft_of(order_line(1, 4))
    edits = LineEdits(added=(AddLine("POST"), AddLine("HELP", D(2), D(45))))

    plain = repricing.edited("DRAFT/00001", [first], edits, PRODUCTS)
    before = repricing.edited("DRAFT/00001", [first, text(2), deduction(3)], edits, PRODUCTS)

    assert places(plain) == [(1, "product", "A1"), (2, "shipping", "POST"), (3, "product", "HELP")]
    assert places(before) == [
        (1, "product", "A1"), (2, "shipping", "POST"), (3, "product", "HELP"), (4, "section", ""),
        (5, "down_payment", ""),
    ]  # fmt: skip
    assert [(line.quantity, line.unit_price, line.description) for line in plain[1:]] == [
        (1, 5, "POST"), (2, 45, "Help"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (SetLine(1, quantity=D(3)), {"quantity": D(3)}),
        (SetLine(1, unit_price=D(0)), {"unit_price": D(0)}),
        (SetLine(1, discount=D(5)), {"discount": D(5)}),
        (SetLine(1, taxes=("I6", "ECO")), {"taxes": "I6 ECO"}),
        (SetLine(1, description=""), {"description": ""}),
    ],
)
def test_values_are_changed_one_by_one(edit, expected):
    first, _ = draft_of(order_line(1, 4, discount=10))

    (after,) = repricing.edited("DRAFT/00001", [first], LineEdits(changed=(edit,)), PRODUCTS)

    assert after == replace(first, **expected)


def test_words_are_changed_and_lines_with_a_price_or_words_removed():
    first, _ = draft_of(order_line(1, 4))
    before = [first, text(2), text(3)]
    edits = LineEdits(changed=(SetLine(3, description="Thanks"),), removed=(RemoveLine(1), RemoveLine(2)))

    assert repricing.edited("DRAFT/00001", before, edits, PRODUCTS) == [replace(text(3), description="Thanks")]


def test_first_line_of_a_draft_whose_lines_are_removed():
    first, _ = draft_of(order_line(1, 4))
    edits = LineEdits(added=(AddLine("POST"),), removed=(RemoveLine(1),))

    assert places(repricing.edited("DRAFT/00001", [first], edits, PRODUCTS)) == [(1, "shipping", "POST")]
    assert places(repricing.edited("DRAFT/00001", [first, text(2), text(3)], edits, PRODUCTS)) == [
        (2, "section", ""), (3, "section", ""), (4, "shipping", "POST"),
    ]  # fmt: skip


def test_deduction_without_a_heading_comes_after_what_is_added():
    first, _ = draft_of(order_line(1, 4))
    edits = LineEdits(added=(AddLine("POST"),))

    assert places(repricing.edited("DRAFT/00001", [first, deduction(2)], edits, PRODUCTS)) == [
        (1, "product", "A1"), (2, "shipping", "POST"), (3, "down_payment", ""),
    ]  # fmt: skip


def test_heading_goes_with_the_last_deduction():
    first, _ = draft_of(order_line(1, 4))
    before = [first, text(2), deduction(3), deduction(4)]

    one = repricing.edited("DRAFT/00001", before, LineEdits(removed=(RemoveLine(3),)), PRODUCTS)
    both = repricing.edited("DRAFT/00001", before, LineEdits(removed=(RemoveLine(3), RemoveLine(4))), PRODUCTS)

    assert places(one) == [(1, "product", "A1"), (2, "section", ""), (4, "down_payment", "")]
    assert places(both) == [(1, "product", "A1")]


@pytest.mark.parametrize(
    ("edits", "code", "message", "hint"),
    [
        (LineEdits(changed=(SetLine(2, quantity=D(1)),)), "line.frozen",
         "line 2 of DRAFT/00001 has only words", "--remove-line 2"),
        (LineEdits(changed=(SetLine(3, description="Less than that"),)), "line.frozen",
         "line 3 of DRAFT/00001 keeps the amount that it has", "--remove-line 3"),
        (LineEdits(changed=(SetLine(4, unit_price=D(1)),)), "line.frozen",
         "line 4 of DRAFT/00001 keeps the amount that it has", "invoice cancel DRAFT/00001"),
        (LineEdits(removed=(RemoveLine(4),)), "line.frozen",
         "line 4 of DRAFT/00001 keeps the amount that it has", "invoice cancel DRAFT/00001"),
        (LineEdits(removed=(RemoveLine(8),)), "line.unknown",
         "DRAFT/00001 has no line 8", "shopctl invoice show DRAFT/00001"),
        (LineEdits(added=(AddLine("B1"),)), "product.unknown", "there is no product B1", "SKU"),
    ],
)  # fmt: skip
def test_lines_that_are_not_to_be_changed(edits, code, message, hint):
    first, _ = draft_of(order_line(1, 4))
    credit = replace(deduction(4), kind="credit", deducts=None)

    with pytest.raises((RefusedError, NotFoundError)) as refused:
        repricing.edited("DRAFT/00001", [first, text(2), deduction(3), credit], edits, PRODUCTS)

    assert (refused.value.code, refused.value.message) == (code, message)
    assert hint in refused.value.hint
    assert code != "product.unknown" or refused.value.details == {"product": "B1"}
