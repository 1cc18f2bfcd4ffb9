"""Read and write taxes and payment terms as records: in the form in which they are typed, imported and exported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shopctl.domain.early_discount import reduced_up_front
from shopctl.domain.records import EarlyDiscountRecord, TaxRecord, TermsLineRecord, TermsRecord
from shopctl.domain.terms import EarlyDiscount, Terms, TermsLine
from shopctl.models import PaymentTerms, TaxRate


def tax_record(row: Any) -> TaxRecord:
    """Read a stored tax."""
    return TaxRecord(
        row.code, row.name, row.type, row.amount, row.included, row.compounds, row.affected, row.sequence, row.group,
        tuple(row.children.split()),
    )  # fmt: skip


def tax_values(record: TaxRecord) -> dict[str, Any]:
    """Tell what is stored of a tax; one without a name is called by its code."""
    return {**record._asdict(), "name": record.name or record.code, "children": " ".join(record.children)}


def all_taxes() -> dict[str, TaxRecord]:
    """Step: load all taxes by code, in the order of their codes."""
    return {row.code: tax_record(row) for row in TaxRate.select().order_by(TaxRate.code)}


def terms_record(row: Any) -> TermsRecord:
    """Read stored payment terms."""
    lines = tuple(TermsLineRecord(**{**line, "value": Decimal(line["value"])}) for line in json.loads(row.lines))
    early = json.loads(row.early_discount) if row.early_discount else None
    discount = EarlyDiscountRecord(**{**early, "percent": Decimal(early["percent"])}) if early else None
    return TermsRecord(row.code, row.name, row.note, lines, discount)


def terms_values(record: TermsRecord) -> dict[str, Any]:
    """Tell what is stored of payment terms; those without a name are called by their code."""
    early = record.early_discount
    return {
        "code": record.code,
        "name": record.name or record.code,
        "note": record.note,
        "lines": json.dumps([{**part._asdict(), "value": f"{part.value:f}"} for part in record.lines]),
        "early_discount": json.dumps({**early._asdict(), "percent": f"{early.percent:f}"}) if early else "",
    }


def terms_of(record: TermsRecord) -> Terms:
    """Turn a record into terms that the rules know."""
    return Terms(
        record.code,
        record.name,
        record.note,
        tuple(TermsLine(*line) for line in record.lines),
        EarlyDiscount(*record.early_discount) if record.early_discount else None,
    )


def all_terms() -> dict[str, Terms]:
    """Step: load all payment terms by code."""
    return {row.code: terms_of(terms_record(row)) for row in PaymentTerms.select().order_by(PaymentTerms.code)}


def reductions(terms: Mapping[str, Terms]) -> tuple[tuple[str, Decimal], ...]:
    """List the terms that reduce the taxes of an order from the start, with the percentage."""
    return tuple((code, reduced) for code, one in terms.items() if (reduced := reduced_up_front(one)))
