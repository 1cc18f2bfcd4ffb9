"""Read products, taxes and payment terms as the rules need them."""

from __future__ import annotations

import json
from decimal import Decimal

from shopctl.domain.terms import Terms, TermsLine
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
        )
        for row in PaymentTerms.select()
    }
