"""The total block: taxes gathered by group."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.billing import TaxShare
from shopctl.domain.documents import DocumentTax
from shopctl.domain.tax import Tax
from shopctl.domain.tax_groups import by_group

D = Decimal
TAXES = {
    "V21": Tax("V21", "VAT 21 %", "percent", D(21), sequence=2, group="VAT"),
    "V6": Tax("V6", "VAT 6 %", "percent", D(6), sequence=2, group="VAT"),
    "ECO": Tax("ECO", "Recycling", "fixed", D(1), sequence=1),
    "CITY": Tax("CITY", "City tax", "percent", D(5), sequence=1),
    "LATE": Tax("LATE", "Late tax", "percent", D(3), sequence=9, group="VAT"),
    "MID": Tax("MID", "Middle tax", "percent", D(4), sequence=5),
    "DUTY": Tax("DUTY", "", "division", D(10), sequence=2),
}


def share(code, base, amount):
    return TaxShare(code, D(base), D(amount))


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        pytest.param([], [], id="no taxes"),
        pytest.param([[("V21", 100, 21)]], [("VAT", None, 21)], id="one group needs no base"),
        pytest.param([[("V21", 100, 21)], [("V6", 50, 3)]], [("VAT", None, 24)], id="rates of one group"),
        pytest.param([[("V21", 100, 21), ("CITY", 100, 5)]], [("City tax", None, 5), ("VAT", None, 21)], id="one base"),
        pytest.param(
            [[("V21", 100, 21)], [("CITY", 50, "2.50")]],
            [("City tax", 50, "2.50"), ("VAT", 100, 21)],
            id="bases that differ are shown, lowest sequence first",
        ),
        pytest.param(
            [[("ECO", 100, 2), ("V21", 102, "21.42")], [("CITY", 50, "2.50")]],
            [("Recycling", None, 2), ("City tax", 50, "2.50"), ("VAT", 102, "21.42")],
            id="a tax per unit has no base",
        ),
        pytest.param(
            [[("V21", 100, 21), ("V6", 100, 6)], [("CITY", 40, 2)]],
            [("City tax", 40, 2), ("VAT", 100, 27)],
            id="a line counts once in the base of its group",
        ),
        pytest.param(
            [[("DUTY", 90, 10)], [("V21", 100, 21), ("LATE", 100, 3)]],
            [("DUTY", 90, 10), ("VAT", 100, 24)],
            id="equals as they appear, a group by its lowest sequence, a nameless tax by its code",
        ),
        pytest.param(
            [[("MID", 50, 2)], [("LATE", 100, 3), ("V21", 100, 21)]],
            [("VAT", 100, 24), ("Middle tax", 50, 2)],
            id="a group stands where its lowest sequence is",
        ),
        pytest.param([[("V21", 50, 10)], [("OLD", 100, 5)]], [("OLD", 100, 5), ("VAT", 50, 10)], id="an unknown tax"),
        pytest.param(
            [[("V21", 100, 21)], [("V21", -40, "-8.40")], [("CITY", 60, 3)]],
            [("City tax", None, 3), ("VAT", None, "12.60")],
            id="deducted lines count against the base",
        ),
    ],
)
def test_total_block(lines, rows):
    splits = [[share(*one) for one in line] for line in lines]
    shares: dict[str, TaxShare] = {}
    for one in (one for line in splits for one in line):
        before = shares.get(one.code, TaxShare(one.code, D(0), D(0)))
        shares[one.code] = TaxShare(one.code, before.base + one.base, before.amount + one.amount)

    found = by_group(shares.values(), splits, TAXES)

    assert found == tuple(
        DocumentTax(name, None if base is None else D(base), D(amount)) for name, base, amount in rows
    )


def test_bases_of_taxes_that_the_document_does_not_have_do_not_count():
    lines = [[share("V21", 100, 21)], [share("CITY", 50, "2.50")], [share("CITY", -50, "-2.50")]]

    assert by_group([share("V21", 100, 21)], lines, TAXES) == (DocumentTax("VAT", None, D(21)),)


@given(
    st.lists(st.builds(share, st.sampled_from(sorted(TAXES)), st.integers(-999, 999), st.integers(-99, 99)), max_size=6)
)
def test_no_tax_is_lost(shares):
    found = by_group(shares, [shares], TAXES)

    assert sum(row.amount for row in found) == sum(one.amount for one in shares)
    assert len({row.name for row in found}) == len(found)
