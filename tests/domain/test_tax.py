"""The tax engine: cases worked out by hand."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from shopctl.domain.tax import Tax, TaxLine, totals

CENT = Decimal("0.01")
MODES = ["per_line", "globally"]


def tax(code, amount, type="percent", **options):  # noqa: A002 - the engine's own word
    return Tax(code=code, name=code, type=type, amount=Decimal(amount), **options)


VAT21 = tax("21", "21")
VAT6 = tax("6", "6")
INCL20 = tax("20i", "20", included=True)
INCL21 = tax("21i", "21", included=True)
DEPOSIT = tax("deposit", "0.25", "fixed")
ECOTAX = tax("eco", "1", "fixed", compounds=True)


def line(price, quantity="1", discount="0", *, taxes=()):
    return TaxLine(Decimal(price), Decimal(quantity), Decimal(discount), tuple(taxes))


def work_out(lines, rounding="globally", step=CENT):
    return totals(lines, rounding=rounding, step=Decimal(step))


def figures(found):
    """Say untaxed, each tax, and total."""
    return f"{found.untaxed} / {' '.join(str(each.amount) for each in found.taxes)} / {found.total}"


ONE_LINE = [
    ("excluded", "100", [VAT21], "100.00 / 21.00 / 121.00"),
    ("included, the tax is rounded and the net is the rest", "24.99", [INCL20], "20.82 / 4.17 / 24.99"),
    ("withholding", "100", [tax("w", "-15"), VAT21], "100.00 / -15.00 21.00 / 106.00"),
    ("division excluded: 10 % of the price with it", "90", [tax("d", "10", "division")], "90.00 / 10.00 / 100.00"),
    (
        "division included",
        "100",
        [tax("d", "10", "division", included=True)],
        "90.00 / 10.00 / 100.00",
    ),
    (
        "divisions in one batch share the divisor: 70 is 70 % of 100",
        "70",
        [tax("d", "10", "division"), tax("e", "20", "division")],
        "70.00 / 10.00 20.00 / 100.00",
    ),
    (
        "included ones in one batch are taken of the same base",
        "130",
        [tax("a", "10", included=True), tax("b", "20", included=True)],
        "100.00 / 10.00 20.00 / 130.00",
    ),
    ("excluded on top of included", "121", [INCL21, tax("x", "10")], "100.00 / 21.00 10.00 / 131.00"),
    (
        "compounding included on top of the one before",
        "121",
        [tax("a", "10", included=True, compounds=True), tax("b", "10", included=True)],
        "100.00 / 10.00 11.00 / 121.00",
    ),
    (
        "compounding included ones in one batch when the later is not affected",
        "115.36",
        [
            tax("a", "6", included=True, compounds=True),
            tax("b", "6", included=True, compounds=True, affected=False),
            tax("c", "3", included=True),
        ],
        "100.00 / 6.00 6.00 3.36 / 115.36",
    ),
    (
        "a tax that names no sequence is of the first",
        "100",
        [tax("a", "10", compounds=True), tax("b", "10", sequence=1)],
        "100.00 / 10.00 11.00 / 121.00",
    ),
    ("fixed compounds", "100", [ECOTAX, VAT21], "100.00 / 1.00 21.21 / 122.21"),
    (
        "fixed compounds, the later one is not affected",
        "100",
        [ECOTAX, tax("n", "21", affected=False)],
        "100.00 / 1.00 21.00 / 122.00",
    ),
    ("fixed included", "101", [tax("f", "1", "fixed", included=True), VAT21], "100.00 / 1.00 21.00 / 122.00"),
    ("fixed of a free line", "0", [DEPOSIT], "0.00 / 0.25 / 0.25"),
    ("no tax", "9.995", [], "10.00 /  / 10.00"),
    ("minus 100 % included has no base", "100", [tax("x", "-100", included=True)], "100.00 / 0.00 / 100.00"),
    ("100 % division has no base", "100", [tax("x", "100", "division")], "100.00 / 100.00 / 200.00"),
]


@pytest.mark.parametrize("rounding", MODES)
@pytest.mark.parametrize(("price", "taxes", "expected"), [case[1:] for case in ONE_LINE], ids=[c[0] for c in ONE_LINE])
def test_one_line(price, taxes, expected, rounding):
    assert figures(work_out([line(price, taxes=taxes)], rounding)) == expected


SEVERAL_LINES = [
    ("included", [line("21.53", taxes=[INCL21])] * 2, "35.58 / 7.48 / 43.06", "35.59 / 7.47 / 43.06"),
    ("excluded", [line("0.50", taxes=[tax("5", "5")])] * 3, "1.50 / 0.09 / 1.59", "1.50 / 0.08 / 1.58"),
    ("half cents", [line("0.005", taxes=[])] * 4, "0.04 /  / 0.04", "0.02 /  / 0.02"),
    (
        "discount",
        [line("5.75", "5", "18", taxes=[VAT21])] * 6,
        "141.48 / 29.70 / 171.18",
        "141.45 / 29.70 / 171.15",
    ),
    (
        "negative line",
        [line("100", taxes=[INCL21]), line("-10", taxes=[INCL21])],
        "74.38 / 15.62 / 90.00",
        "74.38 / 15.62 / 90.00",
    ),
    (
        "negative fixed",
        [line("-10", "2", taxes=[DEPOSIT]), line("10", "-3", taxes=[DEPOSIT])],
        "-50.00 / -1.25 / -51.25",
        "-50.00 / -1.25 / -51.25",
    ),
    (
        "a price discounted below zero turns the fixed tax",
        [line("10", "2", "150", taxes=[DEPOSIT])],
        "-10.00 / -0.50 / -10.50",
        "-10.00 / -0.50 / -10.50",
    ),
    (
        "two rates and none",
        [line("10", taxes=[VAT21]), line("10", taxes=[VAT6]), line("5", taxes=[])],
        "25.00 / 2.10 0.60 / 27.70",
        "25.00 / 2.10 0.60 / 27.70",
    ),
    (
        "included and excluded lines: the price tag is met",
        [line("24.99", taxes=[INCL20]), line("10", taxes=[VAT21])],
        "30.82 / 4.17 2.10 / 37.09",
        "30.82 / 4.17 2.10 / 37.09",
    ),
]


@pytest.mark.parametrize(
    ("lines", "per_line", "globally"), [case[1:] for case in SEVERAL_LINES], ids=[case[0] for case in SEVERAL_LINES]
)
def test_several_lines_in_both_modes(lines, per_line, globally):
    assert figures(work_out(lines, "per_line")) == per_line
    assert figures(work_out(lines, "globally")) == globally


@pytest.mark.parametrize(
    ("step", "price", "taxes", "expected"),
    [
        ("1", "10920", [tax("19i", "19", included=True)], "9176 / 1744 / 10920"),
        ("1", "99.5", [VAT21], "100 / 21 / 121"),
        ("0.05", "50", [tax("5i", "5", included=True)], "47.60 / 2.40 / 50.00"),
        ("0.001", "1.2345", [tax("5", "5")], "1.235 / 0.062 / 1.297"),
    ],
)
@pytest.mark.parametrize("rounding", MODES)
def test_the_step_of_the_currency(step, price, taxes, expected, rounding):
    assert figures(work_out([line(price, taxes=taxes)], rounding, step)) == expected


def test_the_difference_goes_to_the_largest_line():
    lines = [line("0.50", taxes=[tax("5", "5")]), line("0.70", taxes=[tax("5", "5")])]

    found = work_out(lines)

    # 0.025 and 0.035 round up to 0.03 and 0.04, together they are 0.06
    assert [each.tax for each in found.lines] == [Decimal("0.03"), Decimal("0.03")]


def test_the_largest_line_may_be_a_negative_one():
    lines = [line("-0.50", taxes=[tax("5", "5")]), line("-0.70", taxes=[tax("5", "5")])]

    found = work_out(lines)

    assert [each.tax for each in found.lines] == [Decimal("-0.03"), Decimal("-0.03")]


def test_a_sum_of_thirds_is_exact():
    found = work_out([line("0.005", taxes=[tax("50i", "50", included=True)])] * 3)

    # each tax is a third of 0.005; together they are 0.005 to the last digit, and that is rounded up
    assert figures(found) == "0.01 / 0.01 / 0.02"


def test_larger_differences_are_shared_by_size():
    lines = [line("0.50", taxes=[tax("5", "5")])] * 8

    found = work_out(lines)

    # eight times 0.025 are 0.20, not 0.24: the first four give one cent each
    assert [each.tax for each in found.lines] == [Decimal("0.02")] * 4 + [Decimal("0.03")] * 4


def test_what_sharing_by_size_leaves_goes_one_by_one_to_the_largest():
    lines = [line(price, taxes=[tax("5", "5")]) for price in ("0.52", "0.52", "0.52", "0.52", "0.53")]

    found = work_out(lines)

    # 4 x 0.026 + 0.0265 are 0.1305 and so 0.13, not 5 x 0.03; no share of the two cents reaches half a cent
    assert [str(each.tax) for each in found.lines] == ["0.02", "0.03", "0.03", "0.03", "0.02"]


def test_cents_that_are_missing_are_handed_out_like_those_that_are_too_many():
    lines = [line("0.48", taxes=[tax("5", "5")])] * 5

    found = work_out(lines)

    # 5 x 0.024 are 0.12, not 5 x 0.02
    assert [str(each.tax) for each in found.lines] == ["0.03", "0.03", "0.02", "0.02", "0.02"]


def test_sharing_by_size_counts_negative_lines_by_their_size():
    lines = [line(price, taxes=[tax("5", "5")]) for price in ("0.02", *["-0.48"] * 5)]

    found = work_out(lines)

    # 0.001 - 5 x 0.024 are -0.119 and so -0.12, not 0.00 - 5 x 0.02
    assert [str(each.tax) for each in found.lines] == ["0.00", "-0.03", "-0.03", "-0.02", "-0.02", "-0.02"]


def test_a_line_keeps_its_price_when_its_tax_takes_the_difference():
    found = work_out([line("21.53", taxes=[INCL21])] * 2)

    assert [each.total for each in found.lines] == [Decimal("21.53")] * 2
    assert [each.untaxed for each in found.lines] == [Decimal("17.80"), Decimal("17.79")]
    assert [each.tax for each in found.lines] == [Decimal("3.73"), Decimal("3.74")]


def test_bases():
    gst, cess = tax("gst", "6", compounds=True), tax("cess", "3")

    found = work_out([line("100", taxes=[gst, cess]), line("50", taxes=[gst]), line("121", taxes=[INCL21])])

    assert {each.tax.code: str(each.base) for each in found.taxes} == {
        "gst": "150.00",
        "cess": "106.00",
        "21i": "100.00",
    }


def test_a_group_stands_for_its_children_in_their_own_sequence():
    late = tax("late", "10", sequence=2)
    early = tax("early", "10", sequence=1, compounds=True)
    group = tax("group", "0", "group", sequence=5, children=(late, early))
    first = tax("first", "1", "fixed", sequence=4)

    found = work_out([line("100", taxes=[group, first])])

    assert [(each.tax.code, str(each.amount)) for each in found.taxes] == [
        ("first", "1.00"),
        ("early", "10.00"),
        ("late", "11.00"),
    ]


def test_a_tax_named_twice_is_charged_once():
    group = tax("group", "0", "group", children=(VAT21,))

    assert figures(work_out([line("100", taxes=[VAT21, VAT21, group])])) == "100.00 / 21.00 / 121.00"


def test_equal_combinations_are_one_whatever_object_they_are():
    copies = [line("0.50", taxes=[tax("5", "5")]) for _ in range(3)]

    found = work_out(copies)

    assert figures(found) == "1.50 / 0.08 / 1.58"
    assert found == work_out([line("0.50", taxes=[tax("5", "5")])] * 3)


def test_taxes_with_one_code_but_other_rates_stay_apart():
    found = work_out([line("100", taxes=[tax("VAT", "19")]), line("100", taxes=[tax("VAT", "16")])])

    assert figures(found) == "200.00 / 19.00 16.00 / 235.00"


@pytest.mark.parametrize("rounding", MODES)
def test_no_lines(rounding):
    assert work_out([], rounding) == (Decimal(0), Decimal(0), Decimal(0), (), ())


def test_amounts_beyond_the_callers_decimal_context_stay_exact():
    with localcontext() as context:
        context.prec = 5

        found = work_out([line("9999999999999.9999", "9999999999999.9999", taxes=[VAT21])])

    # (10^13 - 10^-4)^2 = 10^26 - 2 x 10^9 + 10^-8
    assert figures(found) == (
        "99999999999999998000000000.00 / 20999999999999999580000000.00 / 120999999999999997580000000.00"
    )


def test_numbers_too_fine_to_be_exact_are_refused():
    with pytest.raises(ValueError, match="too many digits"):
        work_out([line("0." + "1" * 25, taxes=[])])
    with pytest.raises(ValueError, match="too many digits"):
        work_out([line("1e81", taxes=[])])


def test_unknown_kinds_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="tax odd has the unknown type 'odd'"):
        work_out([line("1", taxes=[tax("odd", "1", "odd")])])
    with pytest.raises(ValueError, match="unknown rounding 'never'"):
        work_out([], "never")
