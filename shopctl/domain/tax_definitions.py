"""Say what a tax may be, before it is stored: whoever sells with it must get sound figures.

Source: rules for money, section 7.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from shopctl.domain.records import TaxRecord

TYPES: Final = ("percent", "fixed", "division", "group")
FREE: Final = frozenset({"name", "group"})
"""What may change once documents use a tax; everything else computes."""

MOST_SEQUENCE: Final = 1_000_000
_CODE: Final = re.compile(r"[^\s:;]+")
_DIGITS: Final = 13


def problems(tax: TaxRecord, others: Mapping[str, TaxRecord]) -> list[str]:
    """Tell what is wrong with a tax, a clause each; nothing for a sound one.

    Args:
        others: The taxes that are stored, by code; a former version of this one does not matter.
    """
    return [*_own_problems(tax), *(_group_problems(tax, others) if tax.type == "group" else ())]


def _own_problems(tax: TaxRecord) -> Iterator[str]:
    if not _CODE.fullmatch(tax.code):
        yield "its code must be one word without colon or semicolon"
    if tax.type not in TYPES:
        yield f"its type {tax.type!r} is none of {', '.join(TYPES)}"
    if int(tax.amount.normalize().as_tuple().exponent) < -4:
        yield f"its amount {tax.amount:f} has more than 4 decimals"
    if tax.amount.adjusted() >= _DIGITS:
        yield f"its amount has more than {_DIGITS} digits before the point"
    if tax.type == "percent" and tax.included and tax.amount <= -100:
        yield f"a price cannot contain {_plain(tax.amount)} % of tax"
    if tax.type == "division" and tax.amount >= 100:
        yield f"a tax cannot be {_plain(tax.amount)} % of the price that contains it"
    if abs(tax.sequence) > MOST_SEQUENCE:
        yield f"its sequence is not from -{MOST_SEQUENCE} to {MOST_SEQUENCE}"
    if tax.children and tax.type != "group":
        yield "only a group has children"


def _group_problems(tax: TaxRecord, others: Mapping[str, TaxRecord]) -> Iterator[str]:
    if not tax.children:
        yield "a group needs children"
    if tax.amount:
        yield "a group has no amount, for its children have"
    for code in dict.fromkeys(tax.children):
        if tax.children.count(code) > 1:
            yield f"the child {code!r} is named twice"
        if code == tax.code:
            yield "a group cannot be its own child"
        elif code not in others:
            yield f"there is no tax {code!r}"
        elif tax.code in below(others, code):
            yield f"its child {code!r} contains {tax.code!r} itself"


def below(taxes: Mapping[str, TaxRecord], code: str) -> frozenset[str]:
    """Tell all taxes that a tax stands for: its children, and theirs."""
    found: set[str] = set()
    waiting = [code]
    while waiting:
        known = taxes.get(waiting.pop())
        fresh = set(known.children) - found if known else set()
        found |= fresh
        waiting += fresh
    return frozenset(found)


def above(taxes: Iterable[TaxRecord], code: str) -> frozenset[str]:
    """Tell all groups that contain a tax, at any depth."""
    known = {tax.code: tax for tax in taxes}
    return frozenset(one for one in known if code in below(known, one))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
