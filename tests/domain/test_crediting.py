"""Take invoices back: by line, by sum, in full, and never more than is left of them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shopctl.domain import billing, crediting
from shopctl.domain.billing import NOTHING, Amounts, TaxShare
from shopctl.domain.crediting import Earlier, InvoiceLine, Original, Wanted
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError, UsageError

D = Decimal
CENT = D("0.01")
TAXES = {
    tax.code: tax
    for tax in (
        Tax("V21", "VAT 21 %", "percent", D(21)),
        Tax("V6", "VAT 6 %", "percent", D(6)),
        Tax("I21", "VAT 21 % included", "percent", D(21), included=True),
        Tax("I6", "VAT 6 % included", "percent", D(6), included=True),
        Tax("Z0", "Zero-rated", "percent", D(0)),
        Tax("ECO", "Eco levy", "fixed", D("2.50"), compounds=True, sequence=-1),
    )
}


def invoice(*lines, rounding="globally", kind="regular", currency="EUR", step=CENT):
    """Make an invoice of lines given as (quantity, price, taxes, discount), numbered from 1."""
    rows = [(D(quantity), D(price), taxes, D(off)) for quantity, price, taxes, off in (_four(one) for one in lines)]
    inputs = [(price, quantity, off, taxes) for quantity, price, taxes, off in rows]
    money = billing.priced(inputs, TAXES, rounding, step)
    return Original(
        "INV/1",
        kind,
        currency,
        tuple(
            InvoiceLine(key, key, "product", f"A{key}", f"Thing {key}", *row[:2], row[3], row[2], part, 100 + key)
            for key, (row, part) in enumerate(zip(rows, money, strict=True), 1)
        ),
        Earlier(),
    )


def _four(line):
    return (*line, *("", 0)[len(line) - 2 :])


def text(position, kind, words):
    return InvoiceLine(position, position, kind, "", words, D(0), D(0), D(0), "", NOTHING)


def credit(original, *lines, **wanted):
    values = {name: D(value) if name in ("amount", "percent") else value for name, value in wanted.items()}
    named = tuple((one, None) if isinstance(one, int) else (one[0], D(one[1])) for one in lines)
    return crediting.credit(original, Wanted(named, **values), TAXES)


def after(original, draft):
    """Count a credit note on its invoice, as the services do."""
    lines = {line.key: line for line in original.lines}
    sums = dict(original.earlier.sums)
    for one in draft.lines:
        if one.credits_line:
            line = lines[one.credits_line]
            lines[line.key] = line._replace(
                credited=line.credited + one.quantity, given=billing.add((line.given, one.amounts))
            )
        elif one.sku != crediting.GOODWILL:
            sums[one.taxes] = billing.add((sums.get(one.taxes, NOTHING), one.amounts))
    percent, by_percent = original.earlier.percent, original.earlier.by_percent
    if draft.share:
        percent, by_percent = percent + draft.share, by_percent + draft.amounts.total
    return original._replace(lines=tuple(lines.values()), earlier=Earlier(sums, percent, by_percent))


def all_of(original, *wishes):
    """Credit one after the other."""
    drafts = []
    for lines, wanted in wishes:
        drafts.append(credit(original, *lines, **wanted))
        original = after(original, drafts[-1])
    return original, drafts


def shown(draft):
    return tuple(f"{value:.2f}" for value in draft.amounts[:3])


def of_lines(draft):
    return [
        (one.kind, f"{one.quantity:f}", one.taxes, f"{one.amounts.untaxed:.2f}", f"{one.amounts.tax:.2f}")
        for one in draft.lines
    ]


def refusal(original, *lines, **wanted):
    with pytest.raises((NotFoundError, RefusedError)) as refused:
        credit(original, *lines, **wanted)
    return refused.value


# In full.


def test_all_lines_are_mirrored_with_their_links():
    original = invoice((12, 100, "V21"), kind="down_payment")
    heading = text(2, "section", "Down payments")
    less = InvoiceLine(
        3, 3, "down_payment", "", "Less DP", D(-1), D(100), D(0), "V21",
        Amounts(D(-100), D(-21), D(-121), (TaxShare("V21", D(-100), D(-21)),)), None, 77,
    )  # fmt: skip
    original = original._replace(lines=(*original.lines, heading, less))

    draft = credit(original)

    assert (draft.type, draft.kind, shown(draft)) == ("credit_note", "down_payment", ("1100.00", "231.00", "1331.00"))
    assert draft.amounts.taxes == (TaxShare("V21", D(1100), D(231)),)
    assert [(one.kind, one.quantity, one.order_line, one.deducts, one.credits_line) for one in draft.lines] == [
        ("product", D(12), 101, None, 1),
        ("section", D(0), None, None, 2),
        ("down_payment", D(-1), None, 77, 3),
    ]
    assert draft.lines[0].sku == "A1"
    assert credit(after(original, draft)) is None


def test_a_tax_of_nothing_is_mirrored_with_its_base():
    assert credit(invoice((1, 100, "Z0"))).amounts.taxes == (TaxShare("Z0", D(100), D(0)),)


def test_gifts_are_taken_back_one_by_one():
    original = invoice((1, 0), (1, 0))
    original = after(original, credit(original, 1))

    rest = credit(original)

    assert [one.credits_line for one in rest.lines] == [2]
    assert credit(after(original, rest)) is None


def test_nothing_is_billed_again_unless_wanted():
    draft = credit(invoice((1, 100)), requeue=False)

    assert [one.order_line for one in draft.lines] == [None]


def test_the_rest_leaves_out_what_is_gone_and_headings_without_lines():
    original = invoice((1, 100, "V21"), (2, 50, "V6"))
    one, two = original.lines
    original = original._replace(
        lines=(text(10, "section", "First"), one, text(11, "section", "Second"), two, text(12, "note", "Thanks"))
    )

    draft = credit(after(original, credit(original, 1)))

    assert [one.description for one in draft.lines] == ["Second", "Thing 2", "Thanks"]
    assert shown(draft) == ("100.00", "6.00", "106.00")


def test_an_invoice_over_nothing_is_taken_back_once():
    original = invoice((1, 100, "V21"))
    (line,) = original.lines
    less = line._replace(
        key=2, position=2, quantity=D(-1), amounts=billing.minus(line.amounts), order_line=None, deducts=7
    )
    original = original._replace(lines=(line, less))

    draft = credit(original)

    assert (shown(draft), len(draft.lines)) == (("0.00", "0.00", "0.00"), 2)
    assert shown(credit(original, 1, 2)) == ("0.00", "0.00", "0.00")
    assert credit(after(original, draft)) is None


# By line and quantity.


@pytest.mark.parametrize(
    ("line", "quantities", "expected"),
    [
        # 100.00 / 3 = 33.33, then 66.67 - 33.33, then the rest
        ((3, "33.3333", ""), (1, 1, 1), ["33.33 0.00", "33.34 0.00", "33.33 0.00"]),
        # three of 10.00 each, tax included: every one is 10.00
        ((3, 10, "I21"), (1, 1, 1), ["8.26 1.74", "8.27 1.73", "8.26 1.74"]),
        # two of 10.00: the tax of 3.47 is odd, the price stays 10.00
        ((2, 10, "I21"), (1, 1), ["8.26 1.74", "8.27 1.73"]),
        # without tax included the net is exact
        ((2, "16.50", "V21"), (1, 1), ["16.50 3.47", "16.50 3.46"]),
        ((2, "20", "ECO V21"), (1, 1), ["20.00 7.23", "20.00 7.22"]),
        # also with two taxes, where the total would round otherwise: 7.79 and 2.23 of tax in two halves
        ((2, "18.55", "V21 V6"), (1, 1), ["18.55 5.02", "18.55 5.00"]),
        # three cents and one of tax: no part of it is below nothing
        ((5, "0.006", "V21 V6"), (2, 1, 1, 1), ["0.02 0.00", "0.00 0.01", "0.00 0.00", "0.01 0.00"]),
        # five cents in ten parts: never above, never below nothing
        ((10, "0.005", ""), (1,) * 10, ["0.01 0.00", "0.00 0.00"] * 5),
        # a return on the invoice
        ((-2, 10, "V21"), (1, 1), ["-10.00 -2.10", "-10.00 -2.10"]),
    ],
)
def test_shares_of_a_line(line, quantities, expected):
    original = invoice(line, (10, 100))
    found = []
    for quantity in quantities:
        draft = credit(original, (1, quantity), (2, 1))
        money = draft.lines[0].amounts
        found.append(f"{money.untaxed:.2f} {money.tax:.2f}")
        assert money.tax == sum(share.amount for share in money.taxes)
        original = after(original, draft)

    assert found == expected
    assert original.lines[0].left[:3] == (0, 0, 0)
    assert original.lines[0].left.taxes == ()


@pytest.mark.parametrize(
    ("lines", "message", "hint", "details"),
    [
        ([(1, 4)], "4 of line 1 is more than the 3 of INV/1 that are not credited yet", "--line 1:3 --reason TEXT",
         {"line": 1, "left": "3"}),
        ([9], "INV/1 has no line 9 that could be credited", "shopctl invoice show INV/1", {"line": 9}),
        ([3], "INV/1 has no line 3 that could be credited, for that is a note", "shopctl invoice show INV/1",
         {"line": 3}),
        ([2], "line 2 of INV/1 is credited in full already", "shopctl invoice show INV/1", {"line": 2, "left": "0"}),
    ],
)  # fmt: skip
def test_what_no_line_has(lines, message, hint, details):
    original = invoice((3, 10), (1, 10))
    original = original._replace(lines=(*original.lines, text(3, "note", "Thanks")))
    original = after(original, credit(original, 2))

    error = refusal(original, *lines)

    assert (error.message, error.hint.endswith(hint), error.details) == (message, True, details)


def test_a_line_is_not_above_what_is_left_of_its_taxes_or_of_the_invoice():
    original = invoice((1, 100, "V21"), (1, 50, "V6"))
    half = after(original, credit(original, amount="87"))

    assert refusal(half, 1).message == (
        "121.00 EUR is more than the 60.50 EUR of INV/1 with the tax V21 that is not credited yet"
    )
    assert refusal(half, 1).details == {"left": "60.50", "currency": "EUR", "invoice": "INV/1"}
    assert refusal(half, 1).hint == "shopctl credit-note create INV/1 --amount 60.50 --reason TEXT"

    untaxed = invoice((1, 100), (1, 50, "V6"))
    assert refusal(after(untaxed, credit(untaxed, amount="76.50")), 1).message == (
        "100.00 EUR is more than the 50.00 EUR of INV/1 without tax that is not credited yet"
    )

    reduced = invoice((1, 100, "V21"), (1, -50, ""))
    assert refusal(reduced, 1).message == "121.00 EUR is more than the 71.00 EUR of INV/1 that is not credited yet"


def test_a_credit_note_is_never_below_nothing():
    original = invoice((1, 100, "V21"), (1, -10, "V21"))

    error = refusal(original, 2)

    assert (error.code, error.message, error.hint) == (
        "invoice.over_credited",
        "these lines of INV/1 come to -12.10 EUR, and a credit note cannot be below nothing",
        "name the lines that they belong to as well, or leave --line out",
    )
    assert shown(credit(original, 1, 2)) == ("90.00", "18.90", "108.90")


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_of_nothing(quantity):
    with pytest.raises(UsageError) as refused:
        credit(invoice((1, 10)), (1, quantity))

    assert refused.value.hint == "--line 1 takes what is left of it, --line 1:QTY a part"


# By sum and by percentage.


@pytest.mark.parametrize(
    ("lines", "amount", "expected"),
    [
        # the worked example: 470 of 1410 with 17.5 % would be 400 + 70; here 21 %
        ([(1, 1000, "V21")], 100, [("V21", "82.64", "17.36")]),
        ([(1, 1000, "I21")], 550, [("I21", "454.55", "95.45")]),
        ([(1, 100, "V21"), (1, 50, "V6"), (1, 30, "")], 100,
         [("V21", "49.02", "10.29"), ("V6", "24.51", "1.47"), ("", "14.71", "0.00")]),
        ([(1, 100, "V21"), (1, 50, "V6"), (1, 30, "")], "204.00",
         [("V21", "100.00", "21.00"), ("V6", "50.00", "3.00"), ("", "30.00", "0.00")]),
    ],
)  # fmt: skip
def test_a_sum_is_spread_over_the_taxes(lines, amount, expected):
    draft = credit(invoice(*lines), amount=amount)

    assert [(one.taxes, f"{one.amounts.untaxed:.2f}", f"{one.amounts.tax:.2f}") for one in draft.lines] == expected
    assert draft.amounts.total == D(amount)
    assert {(one.kind, one.quantity, one.order_line, one.credits_line) for one in draft.lines} == {
        ("credit", D(1), None, None)
    }


def test_a_line_that_takes_the_last_of_a_tax_takes_its_cents():
    # Two sums of 2.83 and 25.47, rounded to 22.29 and 6.01 together, where line 2 has 22.28 and 6.02.
    taken = Amounts(
        D("22.29"),
        D("6.01"),
        D("28.30"),
        (TaxShare("V21", D("22.29"), D("4.68")), TaxShare("V6", D("22.29"), D("1.33"))),
    )
    original = invoice((2, "32.05", "V21 V6"), (1, "22.28", "V21 V6"), (1, 5))._replace(
        earlier=Earlier({"V21 V6": taken})
    )

    draft = credit(original, 1)
    rest = credit(after(original, draft))

    # The line was invoiced with 64.10 and 17.30.
    assert of_lines(draft) == [("product", "2", "V21 V6", "64.09", "17.31")]
    assert of_lines(credit(original, 1, 3))[0] == ("product", "2", "V21 V6", "64.09", "17.31")
    assert of_lines(rest) == [
        ("product", "1", "V21 V6", "22.28", "6.02"),
        ("product", "1", "", "5.00", "0.00"),
        ("credit", "-1", "V21 V6", "-22.28", "-6.02"),
    ]


def test_a_tax_on_the_plain_net_stays_one():
    # 6.51 of 13.97: of the net of 11.00 it would be 5.13, and the parts would not add up.
    (line,) = credit(invoice((1, 11, "V21 V6")), amount="6.51").lines
    assert line.amounts.taxes == (TaxShare("V21", D("5.12"), D("1.08")), TaxShare("V6", D("5.12"), D("0.31")))
    # The net of the first of two is 8.26, not half of 16.53.
    assert credit(invoice((2, 10, "I21")), (1, 1)).lines[0].amounts.taxes == (TaxShare("I21", D("8.26"), D("1.74")),)


def test_a_tax_on_another_tax_keeps_its_own_base():
    # 20.00, a levy of 2.50, and 4.73 of tax on both; 10.00 of 27.23 are 8.26 of the base of 22.50.
    (sum_,) = credit(invoice((1, 20, "ECO V21")), amount=10).lines
    assert sum_.amounts.taxes == (TaxShare("ECO", D("7.34"), D("0.92")), TaxShare("V21", D("8.26"), D("1.74")))
    half = credit(invoice((2, 20, "ECO V21")), (1, 1)).lines[0]
    assert half.amounts.taxes == (TaxShare("ECO", D(20), D("2.50")), TaxShare("V21", D("22.50"), D("4.73")))


def test_a_line_of_no_quantity_is_mirrored_too():
    original = invoice((1, 100), (0, 10))

    assert len(credit(original).lines) == 2


def test_the_printed_price_has_the_tax_where_prices_have_it():
    (included,) = credit(invoice((1, 100, "I21")), amount=50).lines
    (on_top,) = credit(invoice((1, 100, "V21")), amount=50).lines

    assert (included.unit_price, on_top.unit_price) == (D("50"), D("41.32"))
    assert included.description == "Credit on INV/1"


def test_percentages_are_rounded_together():
    original, drafts = all_of(invoice((1, "100.01")), ([], {"percent": 50}), ([], {"percent": 50}))

    assert [shown(draft)[2] for draft in drafts] == ["50.01", "50.00"]
    assert [(draft.share, draft.lines[0].description) for draft in drafts] == [(D(50), "Credit of 50 % on INV/1")] * 2
    assert credit(original) is None


def test_the_full_one_after_sums_takes_them_off_again():
    _, drafts = all_of(invoice((3, 10, "I21"), (1, 50, "V6")), ([], {"amount": "20"}), ([(1, 1)], {}), ([], {}))

    assert of_lines(drafts[2]) == [
        ("product", "2", "I21", "16.53", "3.47"),
        ("product", "1", "V6", "50.00", "3.00"),
        ("credit", "-1", "I21", "-5.97", "-1.26"),
        ("credit", "-1", "V6", "-12.05", "-0.72"),
    ]
    assert sum(draft.amounts.total for draft in drafts) == D("83.00")


def test_more_than_is_left():
    original = after(invoice((1, 100, "V21")), credit(invoice((1, 100, "V21")), amount=100))

    error = refusal(original, amount="21.01")

    assert (error.code, error.message, error.hint) == (
        "invoice.over_credited",
        "21.01 EUR is more than the 21.00 EUR of INV/1 that is not credited yet",
        "shopctl credit-note create INV/1 --amount 21.00 --reason TEXT, or add --force for goodwill",
    )
    assert refusal(original, percent=50).details["left"] == "21.00"
    gone = after(original, credit(original, amount=21))
    assert refusal(gone, amount=1).message == "everything of INV/1 is credited already"
    assert credit(gone) is None


@pytest.mark.parametrize("wanted", [{"amount": 0}, {"amount": -1}, {"amount": "0.001"}, {"percent": 0}])
def test_a_sum_that_makes_no_sense(wanted):
    with pytest.raises(UsageError) as refused:
        credit(invoice((1, 10)), **wanted)

    assert refused.value.hint


# Goodwill.


def test_goodwill_is_a_line_of_its_own_without_tax():
    original = invoice((3, 10, "V21"))

    assert of_lines(credit(original, amount=40, force=True)) == [
        ("credit", "1", "V21", "30.00", "6.30"),
        ("credit", "1", "", "3.70", "0.00"),
    ]
    draft = credit(original, (1, 5), force=True)
    assert of_lines(draft) == [("product", "3", "V21", "30.00", "6.30"), ("credit", "1", "", "24.20", "0.00")]
    gone = after(original, draft)
    assert credit(gone) is None
    assert of_lines(credit(gone, amount=5, force=True)) == [("credit", "1", "", "5.00", "0.00")]


def test_goodwill_may_be_less_than_one_and_there_is_none_for_a_line_below_nothing():
    assert of_lines(credit(invoice((3, 10)), amount="30.50", force=True))[1] == ("credit", "1", "", "0.50", "0.00")
    assert credit(invoice((3, "3.3333")), (1, 4), force=True).amounts.total == D("13.33")
    assert of_lines(credit(invoice((5, 100), (-2, 10)), (1, 1), (2, 3), force=True)) == [
        ("product", "1", "", "100.00", "0.00"),
        ("product", "-2", "", "-20.00", "0.00"),
    ]


def test_a_down_payment_gets_no_goodwill():
    error = refusal(invoice((1, 100), kind="down_payment"), amount=101, force=True)

    assert "--force" not in error.hint


# Whatever is done, the credit notes add up to the invoice.

COMBINATIONS = st.sampled_from(["", "V21", "V6", "I21", "I6", "ECO V21", "ECO I21", "ECO", "I6 V21"])
LINES = st.lists(
    st.tuples(
        st.integers(1, 7),
        st.decimals("0.01", "300", places=2),
        COMBINATIONS,
        st.sampled_from([D(0), D(10), D("33.33")]),
    ),
    min_size=1,
    max_size=5,
)
WISHES = st.lists(
    st.one_of(
        st.tuples(st.just("line"), st.integers(1, 5), st.integers(1, 7)),
        st.tuples(st.just("amount"), st.decimals("0.01", "400", places=2), st.just(0)),
        st.tuples(st.just("percent"), st.integers(1, 60), st.just(0)),
    ),
    max_size=8,
)


def try_one(original, wish):
    what, size, quantity = wish
    try:
        return credit(original, (size, quantity)) if what == "line" else credit(original, **{what: size})
    except (NotFoundError, RefusedError, UsageError):
        return None


def per_tax(parts):
    sums = defaultdict(lambda: [D(0), D(0)])
    for money in parts:
        for code, base, amount in money.taxes:
            sums[code][0] += base
            sums[code][1] += amount
    return {code: tuple(both) for code, both in sums.items() if any(both)}


@given(LINES, WISHES, st.sampled_from(["globally", "per_line"]), st.booleans())
def test_any_sequence_and_then_all_adds_up_to_the_invoice(lines, wishes, rounding, discounted):
    if discounted:
        lines = [*lines, (1, -lines[0][1] / 2, lines[0][2].replace("ECO", "").strip(), D(0))]
    original = invoice(*lines, rounding=rounding)
    whole = billing.add(line.amounts for line in original.lines)
    drafts = []
    for wish in wishes:
        draft = try_one(original, wish)
        if draft is None:
            continue
        drafts.append(draft)
        original = after(original, draft)
        assert draft.amounts.total >= 0
        assert sum(one.amounts.total for one in drafts) <= whole.total
    rest = credit(original)
    if rest is not None:
        drafts.append(rest)
        original = after(original, rest)
        assert rest.amounts.total >= 0

    assert credit(original) is None
    together = billing.add(draft.amounts for draft in drafts)
    assert together[:3] == whole[:3]
    assert per_tax([together]) == per_tax([whole])


def sound(lines):
    """Make an invoice of which no part is below nothing, as a fixed tax makes the net of a tiny included price."""
    original = invoice(*lines)
    assume(all(line.amounts.untaxed >= 0 for line in original.lines))
    return original


@given(LINES, st.lists(st.tuples(st.integers(1, 5), st.integers(1, 7)), max_size=12))
def test_lines_alone_never_take_more_than_the_line(lines, wishes):
    original = sound(lines)
    for position, quantity in wishes:
        draft = try_one(original, ("line", position, quantity))
        if draft is None:
            continue
        assert all(value >= 0 for one in draft.lines for value in one.amounts[:3])
        original = after(original, draft)
        for line in original.lines:
            assert all(value >= 0 for value in line.left[:3])
            assert all(share.amount >= 0 for share in line.left.taxes)


@given(LINES, st.lists(st.decimals("0.01", "200", places=2), max_size=8))
def test_sums_never_take_more_than_is_left_of_a_tax(lines, amounts):
    original = sound(lines)
    for amount in amounts:
        draft = try_one(original, ("amount", amount, 0))
        if draft is None:
            continue
        assert draft.amounts.total == amount
        original = after(original, draft)
        for money in original.left.values():
            assert all(value >= 0 for value in money[:3])
            assert all(share.amount >= 0 and share.base >= 0 for share in money.taxes)
