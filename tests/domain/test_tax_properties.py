"""The tax engine: what holds for any document, and that it follows the written rules taken word by word."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.tax import Tax, TaxLine, totals


def percentages(low=-20, high=40):
    return st.decimals(low, high, places=2)


@st.composite
def some_taxes(draw, *, always_included=False, count=4):
    """Draw taxes of all types; a batch never reaches minus or plus 100 %."""
    return [
        Tax(
            code=f"T{index}",
            name="",
            type=(type_ := draw(st.sampled_from(["percent", "percent", "fixed", "division"]))),
            amount=draw(percentages(0, 20) if type_ == "division" else percentages()),
            included=always_included or draw(st.booleans()),
            compounds=draw(st.booleans()),
            affected=draw(st.booleans()),
            sequence=draw(st.integers(1, 3)),
        )
        for index in range(draw(st.integers(0, count)))
    ]


@st.composite
def documents(draw, taxes):
    """Draw lines which share some of the taxes."""
    known = draw(taxes)
    combinations = st.lists(st.sampled_from(known), max_size=4, unique=True) if known else st.just([])
    drawn = st.builds(
        TaxLine,
        st.decimals(-1000, 1000, places=2),
        st.decimals(-20, 20, places=2),
        st.sampled_from([Decimal(0), Decimal(4), Decimal("33.33"), Decimal(100), Decimal(120)]),
        combinations.map(tuple),
    )
    return draw(st.lists(drawn, max_size=6))


steps = st.sampled_from(["0.01", "1", "0.05", "0.001"]).map(Decimal)
modes = st.sampled_from(["per_line", "globally"])
any_document = documents(some_taxes())


def half_away(amount, step):
    units = Fraction(amount) / Fraction(step)
    return (floor(abs(units) + Fraction(1, 2)) * (1 if units > 0 else -1)) * Fraction(step)


def gross(each):
    price, quantity, discount, _ = each
    return Fraction(price) * Fraction(quantity) * (100 - Fraction(discount)) / 100


@given(any_document, modes, steps)
def test_lines_sum_to_the_totals(lines, rounding, step):
    found = totals(lines, rounding=rounding, step=step)

    assert sum(each.untaxed for each in found.lines) == found.untaxed
    assert sum(each.tax for each in found.lines) == found.tax == sum(each.amount for each in found.taxes)
    assert sum(each.total for each in found.lines) == found.total == found.untaxed + found.tax
    for summary in found.taxes:
        rows = [each for row in found.lines for each in row.taxes if each.tax == summary.tax]
        assert sum(each.amount for each in rows) == summary.amount
        assert sum(each.base for each in rows) == summary.base


@given(any_document, modes, steps)
def test_each_line_is_whole_steps_and_adds_up(lines, rounding, step):
    for row in totals(lines, rounding=rounding, step=step).lines:
        assert row.total == row.untaxed + row.tax
        assert row.tax == sum(each.amount for each in row.taxes)
        assert all(amount % step == 0 for amount in row[:3])
        assert not row.taxes or row.taxes[0].base == row.untaxed


@given(documents(some_taxes(always_included=True)), steps)
def test_an_included_price_is_always_met(lines, step):
    assert totals(lines, rounding="globally", step=step).total == half_away(sum(map(gross, lines)), step)
    assert totals(lines, rounding="per_line", step=step).total == sum(half_away(gross(each), step) for each in lines)


@given(any_document, steps)
def test_untaxed_and_included_taxes_meet_the_price_beside_excluded_ones(lines, step):
    found = totals(lines, rounding="globally", step=step)

    included = sum(each.amount for each in found.taxes if each.tax.included)
    assert found.untaxed + included == half_away(sum(map(gross, lines)), step)


@given(any_document, modes, steps)
def test_a_credit_note_mirrors_the_invoice(lines, rounding, step):
    found = totals(lines, rounding=rounding, step=step)

    mirrored = totals([each._replace(quantity=-each.quantity) for each in lines], rounding=rounding, step=step)

    assert mirrored[:3] == tuple(-amount for amount in found[:3])


def by_the_book(each, round_):
    """Follow the written rules step by step in fractions: the taxes of one line, by code."""
    taxes = sorted(each.taxes, key=lambda tax: tax.sequence)
    batches = batches_of(taxes)
    raw, extra, amounts = round_(gross(each)), [Fraction(0)] * len(taxes), {}
    for index in sorted(range(len(taxes)), key=lambda index: turn(index, taxes[index])):
        own, batch = taxes[index], batches[index]
        together = sum(Fraction(taxes[other].amount) for other in batch) / 100
        amount = amounts[own.code] = round_(amount_of(own, each, raw + extra[index], together))
        for other, its in enumerate(taxes):
            before, after = other < batch[0], other > batch[-1]
            if own.included and (before or (after and not (own.compounds and its.affected))):
                extra[other] -= amount
            elif not own.included and own.compounds and after and its.affected:
                extra[other] += amount
    return amounts


def batches_of(taxes):
    batches = []
    for index in reversed(range(len(taxes))):
        own, after = taxes[index], taxes[index + 1] if index + 1 < len(taxes) else None
        if (
            after
            and (own.type, own.included, own.compounds) == (after.type, after.included, after.compounds)
            and (not own.compounds or not after.affected)
        ):
            batches[-1].insert(0, index)
        else:
            batches.append([index])
    return {index: batch for batch in batches for index in batch}


def turn(index, own):
    if own.type == "fixed":
        return (0, -index)
    return (1, -index) if own.included else (2, index)


def amount_of(own, each, base, together):
    rate = Fraction(own.amount) / 100
    if own.type == "fixed":
        backwards = Fraction(each.price) * (100 - Fraction(each.discount)) < 0
        return (-1 if backwards else 1) * Fraction(each.quantity) * Fraction(own.amount)
    if own.type == "percent" and own.included:
        return base * rate / (1 + together)
    if own.type == "division" and not own.included:
        return base * rate / (1 - together)
    return base * rate


@given(any_document, steps)
def test_per_line_follows_the_written_rules(lines, step):
    found = totals(lines, rounding="per_line", step=step)

    for each, row in zip(lines, found.lines, strict=True):
        expected = by_the_book(each, lambda amount: half_away(amount, step))
        assert {own.tax.code: own.amount for own in row.taxes} == expected


@given(any_document, steps)
def test_globally_rounds_the_exact_sum_of_each_tax(lines, step):
    found = totals(lines, rounding="globally", step=step)

    exact: dict[str, Fraction] = {}
    for each in lines:
        for code, amount in by_the_book(each, Fraction).items():
            exact[code] = exact.get(code, Fraction(0)) + amount
    assert {own.tax.code: own.amount for own in found.taxes} == {
        code: half_away(amount, step) for code, amount in exact.items()
    }
