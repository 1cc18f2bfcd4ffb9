"""Read products, taxes and payment terms as the rules need them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from shopctl.domain.early_discount import reduced_up_front
from shopctl.domain.terms import EarlyDiscount, Terms, TermsLine
from shopctl.models import PaymentTerms


def all_terms() -> dict[str, Terms]:
    """Step: load all payment terms by code."""
    return {
        row.code: Terms(
            row.code,
            row.name,
            row.note,
            tuple(
                TermsLine(line["type"], Decimal(line["value"]), line["delay"], line["days"], line["day"])
                for line in json.loads(row.lines)
            ),
            _early(row.early_discount),
        )
        for row in PaymentTerms.select()
    }


def _early(stored: str) -> EarlyDiscount | None:
    if not stored:
        return None
    early = json.loads(stored)
    return EarlyDiscount(Decimal(early["percent"]), early["days"], early["mode"])


def reductions(terms: Mapping[str, Terms]) -> tuple[tuple[str, Decimal], ...]:
    """List the terms that reduce the taxes of an order from the start, with the percentage."""
    return tuple((code, reduced) for code, one in terms.items() if (reduced := reduced_up_front(one)))
