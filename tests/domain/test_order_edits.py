"""Change the lines of orders: what may change, and what it costs then."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain import billing, order_edits
from shopctl.domain.billing import NOTHING, Amounts, OrderLine
from shopctl.domain.line_edits import AddLine, LineEdits, RemoveLine, SetLine
from shopctl.domain.order_edits import Catalogue, Product, Terms
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError

D = Decimal
CENT = D("0.01")
TAXES = {code: Tax(code, code, "percent", D(rate)) for code, rate in (("V21", 21), ("V6", 6))}
PRODUCTS = {
    sku: Product(sku, name, kind, D(price), taxes, policy)
    for sku, name, kind, price, taxes, policy in (
        ("B2", "Basket", "goods", "12.50", "V21", "delivered"),
        ("WORK", "", "service", "80", "", "ordered"),
        ("SHIP", "Parcel", "shipping", "6", "V6", "delivered"),
        ("CODE", "Voucher", "discount", "-5", "", "delivered"),
    )
}
GLOBALLY = Terms("globally", CENT, billed=False)
BILLED = GLOBALLY._replace(billed=True)


def line(quantity=1, price=10, taxes="", *, key=1, **more):
    values = {"delivered": 0, "invoiced": 0, "discount": 0, **more}
    kind = values.pop("kind", "product")
    numbers = {name: D(values.pop(name)) for name in ("delivered", "invoiced", "discount")}
    return OrderLine(
        key=key, kind=kind, sku="A1", description="Apple", quantity=D(quantity), unit_price=D(price), taxes=taxes,
        policy="ordered", **numbers, **{"amounts": NOTHING, **values},
    )  # fmt: skip


def order(*lines):
    """Number lines 1, 2, 3 … and give them their money, as an import does."""
    money = billing.priced([(one.unit_price, one.quantity, one.discount, one.taxes) for one in lines], TAXES,
                           "globally", CENT)  # fmt: skip
    return {
        place: one._replace(key=place, amounts=part)
        for place, (one, part) in enumerate(zip(lines, money, strict=True), 1)
    }


def edit(lines, *edits, terms=GLOBALLY):
    found = LineEdits(
        tuple(one for one in edits if isinstance(one, AddLine)),
        tuple(one for one in edits if isinstance(one, SetLine)),
        tuple(one for one in edits if isinstance(one, RemoveLine)),
    )
    return order_edits.edit("S1", lines, found, Catalogue(PRODUCTS, TAXES), terms)


def totals(lines):
    return [(f"{one.amounts.untaxed:.2f}", f"{one.amounts.tax:.2f}") for one in lines.values()]


def odd(untaxed, tax):
    """Amounts that the tax engine would not come to, to see whether they are kept."""
    return Amounts(D(untaxed), D(tax), D(untaxed) + D(tax), ())


def test_values_are_changed_and_priced():
    result = edit(order(line(2, "9.99", "V21")), SetLine(1, D(3), D("10"), D(10), ("V6",), "Red apple"))

    (after,) = result.lines.values()
    assert (after.quantity, after.unit_price, after.discount, after.taxes, after.description) == (
        3, 10, 10, "V6", "Red apple",
    )  # fmt: skip
    assert totals(result.lines) == [("27.00", "1.62")]
    assert result.changes == {
        "line 1 quantity": ("2", "3"),
        "line 1 unit_price": ("9.99", "10"),
        "line 1 discount": ("0", "10"),
        "line 1 taxes": ("V21", "V6"),
        "line 1 description": ("Apple", "Red apple"),
    }


def test_taxes_can_be_taken_off():
    assert totals(edit(order(line(1, 100, "V21")), SetLine(1, taxes=())).lines) == [("100.00", "0.00")]


def test_nothing_new_changes_nothing():
    lines = order(line(2, 10, "V21"))

    result = edit(lines, SetLine(1, quantity=D(2), taxes=("V21",)))

    assert (result.lines, result.removed, result.changes) == (lines, (), {})


@pytest.mark.parametrize(
    ("addition", "expected"),
    [
        (AddLine("B2"), ("product", "B2", "Basket", 1, D("12.50"), "V21", "delivered")),
        (AddLine("B2", D(2), D(9)), ("product", "B2", "Basket", 2, 9, "V21", "delivered")),
        (AddLine("WORK"), ("product", "WORK", "WORK", 1, 80, "", "ordered")),
        (AddLine("SHIP"), ("shipping", "SHIP", "Parcel", 1, 6, "V6", "ordered")),
        (AddLine("CODE"), ("discount", "CODE", "Voucher", 1, -5, "", "ordered")),
    ],
)
def test_added_line_is_what_the_product_says(addition, expected):
    result = edit(order(line()), addition)

    added = result.lines[2]
    assert (
        added.kind, added.sku, added.description, added.quantity, added.unit_price, added.taxes, added.policy
    ) == expected  # fmt: skip
    assert (added.key, added.delivered, added.invoiced) == (0, 0, 0)


def test_positions_stay_when_a_line_goes():
    result = edit(order(line(1, 1), line(1, 2), line(1, 4)), RemoveLine(2), AddLine("WORK"))

    assert list(result.lines) == [1, 3, 4]
    assert result.removed == (2,)
    assert result.changes == {"line 2": ("A1:1@2", ""), "line 4": ("", "WORK:1@80")}


def test_lines_are_edited_and_told_in_their_order():
    lines = dict(zip((9, 2, 8), order(*[line(1, 1, "V21")] * 3).values(), strict=True))
    cents = [SetLine(9, unit_price=D("0.07")), SetLine(2, unit_price=D("0.07"))]

    billed = edit(lines, *cents, terms=BILLED)
    removed = edit(lines, RemoveLine(9), RemoveLine(2))
    anew = edit(lines, *cents, SetLine(8, unit_price=D("0.07")))

    # 0.0147 of tax each: two are 0.03 and three are 0.04, so the first one gets the cent.
    assert [(place, one.amounts.tax) for place, one in billed.lines.items()] == [
        (2, D("0.02")), (8, D("0.21")), (9, D("0.01")),
    ]  # fmt: skip
    assert [one.amounts.tax for one in anew.lines.values()] == [D("0.02"), D("0.01"), D("0.01")]
    assert list(billed.changes) == ["line 2 unit_price", "line 9 unit_price"]
    assert (removed.removed, list(removed.changes)) == ((2, 1), ["line 2", "line 9"])


def test_first_line_of_an_order_without_any():
    assert list(edit({}, AddLine("WORK")).lines) == [1]


# What it costs.


def test_order_without_documents_is_priced_anew_as_a_whole():
    # One cent of tax is handed to the largest line: 21 % of 0.07 is 0.0147, of all three 0.0441.
    lines = order(line(1, "0.07", "V21"), line(1, "0.07", "V21"))

    result = edit(lines, AddLine("B2", D(1), D("0.07")))

    assert totals(lines) == [("0.07", "0.02"), ("0.07", "0.01")]
    assert sum(one.amounts.tax for one in result.lines.values()) == D("0.04")
    assert billing.add(one.amounts for one in result.lines.values()).total == D("0.25")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (SetLine(2, quantity=D(2)), [("10.00", "2.10"), ("20.00", "4.20")]),
        (RemoveLine(2), [("10.00", "2.10")]),
        (SetLine(2, description="Pear"), [("10.00", "2.11"), ("10.00", "2.10")]),
    ],
)
def test_change_of_one_line_prices_the_others_too(change, expected):
    lines = order(line(1, 10, "V21"), line(1, 10, "V21"))
    lines[1] = lines[1]._replace(amounts=odd("10.00", "2.11"))

    assert totals(edit(lines, change).lines) == expected


def test_terms_that_reduce_taxes_reduce_those_of_an_edited_line():
    reduced = GLOBALLY._replace(reduced=D(10))

    assert totals(edit(order(line(1, 100, "V21")), SetLine(1, quantity=D(2)), terms=reduced).lines) == [
        ("200.00", "37.80")
    ]


def test_order_with_documents_keeps_what_is_not_changed():
    lines = order(line(1, 10, "V21"), line(2, 10, "V21"))
    lines[1] = lines[1]._replace(amounts=odd("10.00", "2.11"))

    result = edit(lines, SetLine(2, quantity=D(3)), AddLine("WORK"), terms=BILLED)

    assert totals(result.lines) == [("10.00", "2.11"), ("30.00", "6.30"), ("80.00", "0.00")]


def test_discounts_keep_what_was_agreed():
    lines = order(line(1, 10, "V21"), line(1, -3, "V21", kind="discount"))
    lines[2] = lines[2]._replace(amounts=odd("-3.00", "-0.62"))

    kept = edit(lines, SetLine(1, quantity=D(2)))
    changed = edit(lines, SetLine(2, unit_price=D(-4)))

    assert totals(kept.lines) == [("20.00", "4.20"), ("-3.00", "-0.62")]
    assert totals(changed.lines) == [("10.00", "2.10"), ("-4.00", "-0.84")]


def test_another_description_costs_the_same():
    lines = order(line(1, 10, "V21"))
    lines[1] = lines[1]._replace(amounts=odd("10.00", "2.11"))

    assert totals(edit(lines, SetLine(1, description="Pear")).lines) == [("10.00", "2.11")]


def test_another_rounding_prices_everything_that_is_not_billed():
    lines = order(*[line(1, "0.07", "V21")] * 3)
    per_line = Terms("per_line", CENT, billed=False, anew=True)

    assert sum(one.amounts.tax for one in edit(lines, terms=per_line).lines.values()) == D("0.03")
    assert edit(lines, terms=per_line._replace(billed=True)).lines == lines


def test_words_have_no_price():
    lines = order(line(1, 10, "V21"))
    lines[2] = line(0, 0, key=2, kind="note")

    result = edit(lines, SetLine(2, description="gift"), SetLine(1, quantity=D(2)))

    assert totals(result.lines) == [("20.00", "4.20"), ("0.00", "0.00")]
    assert result.lines[2].description == "gift"


# What may not change.


@pytest.mark.parametrize(
    ("stored", "change", "message", "hint"),
    [
        (line(5, delivered=3), SetLine(1, quantity=D(2)),
         "3 of line 1 of order S1 are delivered, so its quantity cannot be 2",
         "take the goods back first: shopctl orders deliver S1 --line 1=-1"),
        (line(5, invoiced=2), SetLine(1, unit_price=D(9)),
         "line 1 of order S1 is invoiced (2), so its price, discount and taxes are what was billed",
         "shopctl orders edit S1 --set-line 1:quantity=2 --add-line A1:QTY@PRICE"),
        (line(5, invoiced=2), SetLine(1, discount=D(5)),
         "line 1 of order S1 is invoiced (2), so its price, discount and taxes are what was billed",
         "shopctl orders edit S1 --set-line 1:quantity=2 --add-line A1:QTY@PRICE"),
        (line(5, invoiced=2), SetLine(1, taxes=("V6",)),
         "line 1 of order S1 is invoiced (2), so its price, discount and taxes are what was billed",
         "shopctl orders edit S1 --set-line 1:quantity=2 --add-line A1:QTY@PRICE"),
        (line(5, closed=True), SetLine(1, quantity=D(6)),
         "line 1 of order S1 is closed: nothing more of it comes", "shopctl orders reopen S1"),
        (line(0, kind="note"), SetLine(1, quantity=D(1)),
         "line 1 of order S1 is a note, which has a description only", "shopctl orders show S1"),
        (line(5, delivered=3), RemoveLine(1),
         "3 of line 1 of order S1 are delivered, so it cannot be removed",
         "shopctl orders edit S1 --set-line 1:quantity=3"),
        (line(3, delivered=3), RemoveLine(1),
         "3 of line 1 of order S1 are delivered, so it cannot be removed",
         "take the goods back first: shopctl orders deliver S1 --line 1=-3"),
        (line(5, delivered="0.5"), RemoveLine(1),
         "0.5 of line 1 of order S1 are delivered, so it cannot be removed",
         "shopctl orders edit S1 --set-line 1:quantity=0.5"),
        (line(5, delivered="0.5"), SetLine(1, quantity=D(0)),
         "0.5 of line 1 of order S1 are delivered, so its quantity cannot be 0",
         "take the goods back first: shopctl orders deliver S1 --line 1=-0.5"),
        (line(5, invoiced=3), RemoveLine(1),
         "line 1 of order S1 stands on its documents, so it cannot be removed",
         "shopctl orders edit S1 --set-line 1:quantity=0"),
    ],
)  # fmt: skip
def test_what_was_billed_and_delivered_stays_true(stored, change, message, hint):
    with pytest.raises(RefusedError) as refusal:
        edit({1: stored}, change)

    assert (refusal.value.code, refusal.value.message, refusal.value.hint) == ("line.frozen", message, hint)


def test_line_that_a_document_names_stays_even_when_nothing_of_it_is_billed():
    with pytest.raises(RefusedError) as refusal:
        edit(order(line()), RemoveLine(1), terms=GLOBALLY._replace(kept=frozenset({1})))

    assert refusal.value.code == "line.frozen"


@pytest.mark.parametrize(
    ("stored", "change"),
    [
        (line(5, delivered=3), SetLine(1, quantity=D(3))),
        (line(5, delivered=7), SetLine(1, quantity=D(6))),
        (line(5, invoiced=5), SetLine(1, quantity=D(2))),
        (line(5, invoiced=5), SetLine(1, quantity=D(9), description="Pear")),
        (line(-1), SetLine(1, quantity=D(-2))),
        (line(5, closed=True), SetLine(1, description="Pear")),
    ],
)
def test_what_stays_true_may_change(stored, change):
    assert edit({1: stored}, change).changes


@pytest.mark.parametrize(
    ("change", "code", "message", "details"),
    [
        (SetLine(2, quantity=D(1)), "line.unknown", "order S1 has no line 2", {"line": 2}),
        (RemoveLine(7), "line.unknown", "order S1 has no line 7", {"line": 7}),
        (SetLine(1, taxes=("V21", "X")), "tax.unknown", "there is no tax X", {"tax": "X"}),
        (AddLine("NOPE"), "product.unknown", "there is no product NOPE", {"product": "NOPE"}),
    ],
)
def test_what_is_not_there_is_refused(change, code, message, details):
    with pytest.raises(NotFoundError) as refusal:
        edit(order(line()), change)

    assert (refusal.value.code, refusal.value.message, refusal.value.details) == (code, message, details)
    assert refusal.value.hint


PRICES = st.decimals("0.01", 500, places=2)
SOLD = st.lists(st.tuples(st.integers(1, 9), PRICES, st.sampled_from(["", "V21", "V6"])), min_size=1, max_size=5)


@given(sold=SOLD, quantity=st.integers(0, 9), billed=st.booleans(), data=st.data())
def test_amounts_add_up_and_the_others_stay_when_billed(sold, quantity, billed, data):
    lines = order(*(line(count, price, taxes) for count, price, taxes in sold))
    place = data.draw(st.sampled_from(sorted(lines)))

    result = edit(lines, SetLine(place, quantity=D(quantity)), terms=GLOBALLY._replace(billed=billed))

    for position, one in result.lines.items():
        assert one.amounts.untaxed + one.amounts.tax == one.amounts.total
        assert sum((part.amount for part in one.amounts.taxes), D(0)) == one.amounts.tax
        if billed and position != place:
            assert one == lines[position]
