"""What a tax may be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.records import TaxRecord
from shopctl.domain.tax import Tax, TaxLine, totals
from shopctl.domain.tax_definitions import TYPES, above, below, problems

D = Decimal
STORED = {
    tax.code: tax
    for tax in (
        TaxRecord("A", amount=D(1)),
        TaxRecord("B", amount=D(2)),
        TaxRecord("G", type="group", children=("A", "B")),
        TaxRecord("H", type="group", children=("G",)),
    )
}


@pytest.mark.parametrize(
    "sound",
    [
        TaxRecord("V21", amount=D(21)),
        TaxRecord("V0"),
        TaxRecord("MINUS", amount=D(-20)),
        TaxRecord("NONE", amount=D(-100)),
        TaxRecord("I", amount=D("-99.9999"), included=True),
        TaxRecord("D", type="division", amount=D("99.9999")),
        TaxRecord("F", type="fixed", amount=D("9999999999999.9999")),
        TaxRecord("L", type="fixed", amount=D(-150), included=True),
        TaxRecord("S", sequence=-1_000_000),
        TaxRecord("K", type="group", children=("H", "A")),
    ],
)
def test_sound_tax_has_no_problems(sound):
    assert problems(sound, STORED) == []


@pytest.mark.parametrize(
    ("unsound", "told"),
    [
        (TaxRecord("A B"), "its code must be one word without colon or semicolon"),
        (TaxRecord("A:B"), "its code must be one word without colon or semicolon"),
        (TaxRecord("A;B"), "its code must be one word without colon or semicolon"),
        (TaxRecord(""), "its code must be one word without colon or semicolon"),
        (TaxRecord("T", type="rate"), "its type 'rate' is none of percent, fixed, division, group"),
        (TaxRecord("T", amount=D("1.00001")), "its amount 1.00001 has more than 4 decimals"),
        (TaxRecord("T", amount=D("1E13")), "its amount has more than 13 digits before the point"),
        (TaxRecord("T", amount=D(-100), included=True), "a price cannot contain -100 % of tax"),
        (TaxRecord("T", amount=D(-150), included=True), "a price cannot contain -150 % of tax"),
        (TaxRecord("T", type="division", amount=D(100)), "a tax cannot be 100 % of the price that contains it"),
        (TaxRecord("T", sequence=1_000_001), "its sequence is not from -1000000 to 1000000"),
        (TaxRecord("T", sequence=-1_000_001), "its sequence is not from -1000000 to 1000000"),
        (TaxRecord("T", children=("A",)), "only a group has children"),
        (TaxRecord("T", type="group"), "a group needs children"),
        (TaxRecord("T", type="group", amount=D(3), children=("A",)), "a group has no amount, for its children have"),
        (TaxRecord("T", type="group", children=("A", "A")), "the child 'A' is named twice"),
        (TaxRecord("T", type="group", children=("X",)), "there is no tax 'X'"),
        (TaxRecord("T", type="group", children=("T",)), "a group cannot be its own child"),
        (TaxRecord("G", type="group", children=("H",)), "its child 'H' contains 'G' itself"),
        (TaxRecord("A", type="group", children=("H",)), "its child 'H' contains 'A' itself"),
    ],
)
def test_what_is_wrong_with_a_tax_is_told(unsound, told):
    assert problems(unsound, STORED) == [told]


def test_everything_that_is_wrong_is_told_at_once():
    assert len(problems(TaxRecord("A B", type="group", amount=D("0.00001")), {})) == 4


def test_group_stands_for_everything_below_it():
    assert below(STORED, "H") == {"G", "A", "B"}
    assert below(STORED, "A") == set()
    assert below({"L": TaxRecord("L", type="group", children=("GONE",))}, "L") == {"GONE"}
    assert above(STORED.values(), "A") == {"G", "H"}
    assert above(STORED.values(), "H") == set()


def test_a_circle_that_is_stored_is_walked_once():
    circle = {code: TaxRecord(code, type="group", children=(other,)) for code, other in ("AB", "BA")}

    assert below(circle, "A") == {"A", "B"}


@given(
    st.builds(
        TaxRecord,
        code=st.just("T"),
        type=st.sampled_from(TYPES[:3]),
        amount=st.decimals(-200, 200, places=4),
        included=st.booleans(),
        compounds=st.booleans(),
    )
)
def test_sound_tax_gives_sound_figures(tax):
    if problems(tax, {}):
        return

    line = TaxLine(D(100), D(1), D(0), (Tax(*tax[:9]),))
    found = totals([line], rounding="per_line", step=D("0.01"))

    assert found.untaxed + found.tax == found.total
    if tax.included:
        assert found.total == 100
