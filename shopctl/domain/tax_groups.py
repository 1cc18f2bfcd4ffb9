"""Gather the taxes of a document into the rows of its total block.

Source: rules for money, section 7.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from shopctl.domain.billing import TaxShare
from shopctl.domain.documents import DocumentTax
from shopctl.domain.tax import Tax


def by_group(
    shares: Iterable[TaxShare], lines: Iterable[Sequence[TaxShare]], taxes: Mapping[str, Tax]
) -> tuple[DocumentTax, ...]:
    """Sum the taxes of a document by the group that their definitions name.

    Args:
        shares: What each tax contributes to the document.
        lines: The same line by line: a line counts once in the base of a group, however many of its taxes it has.
        taxes: The definitions by code. A tax without a group, or one that is not defined, stands for itself.

    Returns:
        One row a group, those of the lowest sequence first, equals as they first appear. Bases are shown where they
        differ among the groups, and never for a group that has only taxes per unit.
    """
    amounts: dict[str, Decimal] = {}
    order: dict[str, int] = {}
    for share in shares:
        name, sequence = _group(share.code, taxes), taxes[share.code].sequence if share.code in taxes else 1
        amounts[name] = amounts.get(name, Decimal(0)) + share.amount
        order[name] = min(order.get(name, sequence), sequence)
    bases: dict[str, Decimal] = {}
    for line in lines:
        for name, base in _line_bases(line, taxes).items():
            bases[name] = bases.get(name, Decimal(0)) + base
    shown = {name: base for name, base in bases.items() if name in amounts}
    if len(set(shown.values())) < 2:
        shown = {}
    return tuple(DocumentTax(name, shown.get(name), amounts[name]) for name in sorted(amounts, key=order.__getitem__))


def _group(code: str, taxes: Mapping[str, Tax]) -> str:
    tax = taxes.get(code)
    return (tax.group or tax.name or code) if tax else code


def _line_bases(line: Sequence[TaxShare], taxes: Mapping[str, Tax]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for code, base, _ in line:
        if code not in taxes or taxes[code].type != "fixed":
            found.setdefault(_group(code, taxes), base)
    return found
