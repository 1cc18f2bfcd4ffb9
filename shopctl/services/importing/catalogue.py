"""Store taxes, payment terms and products."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from shopctl.domain.outcomes import Change
from shopctl.domain.records import ProductRecord, TaxRecord, TermsRecord
from shopctl.errors import RefusedError, UsageError
from shopctl.models import OrderLine, PaymentTerms, Product, Table, TaxRate
from shopctl.services.importing.parts import Answer, ImportRow, Line, Pairs, missing
from shopctl.shop import Shop

CODE = re.compile(r"[^\s:;]+")
"""What a tax code may be: lists of codes are kept with blanks, splits by tax with colons and semicolons."""


def store_taxes(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store taxes; a group may name taxes that came before it.

    A tax that orders use keeps its rate: what was billed with it would no longer add up.
    """
    for line, record in pairs:
        if not CODE.fullmatch(record.code):
            yield line, _not_a_code(line, record.code)
            continue
        unknown = [code for code in record.children if not TaxRate.select().where(TaxRate.code == code).exists()]
        if unknown:
            yield line, missing(line, "tax", unknown[0])
        else:
            yield line, _keep(shop, line, TaxRate, "code", _tax_values(record), _tax_in_use)


def _not_a_code(line: Line, code: str) -> UsageError:
    return UsageError(
        "import.field",
        f"line {line.line}: the tax code {code!r} must be one word without : or ;",
        hint="call it for example V21, and put the long form into its name",
        line=line.line,
        path="code",
    )


def _tax_values(record: TaxRecord) -> dict[str, Any]:
    return {
        "code": record.code, "name": record.name or record.code, "type": record.type, "amount": record.amount,
        "included": record.included, "compounds": record.compounds, "affected": record.affected,
        "sequence": record.sequence, "group": record.group, "children": " ".join(record.children),
    }  # fmt: skip


def _tax_in_use(stored: Any, changed: set[str]) -> str:
    if changed <= {"name", "group"}:
        return ""
    code = stored.code
    used = OrderLine.select().where(
        (OrderLine.taxes == code)
        | OrderLine.taxes.startswith(f"{code} ")
        | OrderLine.taxes.endswith(f" {code}")
        | OrderLine.taxes.contains(f" {code} ")
    )
    return f"tax {code} is used by orders, so its {', '.join(sorted(changed))} cannot change" if used.exists() else ""


def store_terms(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store payment terms; documents posted before keep their instalments."""
    for line, record in pairs:
        yield line, _keep(shop, line, PaymentTerms, "code", _terms_values(record), _never)


def _terms_values(record: TermsRecord) -> dict[str, Any]:
    lines = [{**part._asdict(), "value": f"{part.value:f}"} for part in record.lines]
    early = record.early_discount
    return {
        "code": record.code,
        "name": record.name or record.code,
        "note": record.note,
        "lines": json.dumps(lines),
        "early_discount": json.dumps({**early._asdict(), "percent": f"{early.percent:f}"}) if early else "",
    }


def store_products(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store products; orders keep the price and policy that they were made with."""
    query: Any = TaxRate.select(TaxRate.code)
    known = {code for (code,) in query.tuples()}
    for line, record in pairs:
        unknown = [code for code in record.taxes if code not in known]
        if unknown:
            yield line, missing(line, "tax", unknown[0])
        else:
            yield line, _keep(shop, line, Product, "sku", _product_values(record), _never)


def _product_values(record: ProductRecord) -> dict[str, Any]:
    return {
        "sku": record.sku, "name": record.name or record.sku, "type": record.type, "price": record.price,
        "taxes": " ".join(record.taxes), "policy": record.policy, "archived": record.archived,
    }  # fmt: skip


def _never(_stored: Any, _changed: set[str]) -> str:
    return ""


def _keep(
    shop: Shop,
    line: Line,
    model: type[Table],
    key: str,
    values: dict[str, Any],
    forbidden: Callable[[Any, set[str]], str],
) -> Answer:
    """Create a row, change it, or leave it; one at a time, for these are few."""
    kind = {TaxRate: "tax", PaymentTerms: "terms", Product: "product"}[model]
    row = ImportRow(kind, values[key], "", "", None, "")
    stored = model.get_or_none(getattr(model, key) == values[key])
    if stored is None:
        model.create(**values)
        shop.record(f"{kind}.created", values[key])
        return Change.CREATED, row
    changed = {name for name, value in values.items() if getattr(stored, name) != value}
    if not changed:
        return Change.UNCHANGED, row
    refusal = forbidden(stored, changed)
    if refusal:
        return RefusedError(
            "import.immutable",
            f"line {line.line}: {refusal}",
            hint="give the new rate a code of its own",
            line=line.line,
        )
    model.update(**{name: values[name] for name in changed}).where(model.id == stored.id).execute()
    shop.record(f"{kind}.changed", values[key], fields=sorted(changed))
    return Change.CHANGED, row


def terms_known() -> set[str]:
    """Step: list the codes of all payment terms."""
    query: Any = PaymentTerms.select(PaymentTerms.code)
    return {code for (code,) in query.tuples()}
