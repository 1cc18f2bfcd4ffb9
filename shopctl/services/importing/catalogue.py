"""Store taxes, payment terms and products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shopctl.domain import terms
from shopctl.domain.outcomes import Change
from shopctl.domain.records import ProductRecord
from shopctl.domain.tax_definitions import problems
from shopctl.errors import RefusedError, ShopError, UsageError
from shopctl.models import PaymentTerms, Product, Table, TaxRate
from shopctl.services import words
from shopctl.services.catalogue import all_taxes, tax_values, terms_of, terms_values
from shopctl.services.importing.parts import Answer, ImportRow, Line, Pairs, missing
from shopctl.services.tax_uses import frozen
from shopctl.shop import Shop


def store_taxes(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store taxes; a group may name taxes that came before it.

    A tax that orders or invoices use keeps its rate: what was billed with it would no longer add up.
    """
    taxes = all_taxes()
    for line, record in pairs:
        unknown = [code for code in record.children if code not in taxes and code != record.code]
        wrong = problems(record, taxes)
        if unknown:
            yield line, missing(line, "tax", unknown[0])
        elif wrong:
            yield line, _unsound(line, f"tax {record.code!r}", wrong)
        else:
            answer = _keep(
                shop, line, TaxRate, "code", tax_values(record),
                lambda stored, changed: frozen(stored.code, changed, taxes.values()),
            )  # fmt: skip
            if not isinstance(answer, ShopError):
                taxes[record.code] = record
            yield line, answer


def _unsound(line: Line, what: str, wrong: Sequence[str]) -> UsageError:
    return UsageError(
        "import.field",
        f"line {line.line}: {what} is refused: {'; '.join(wrong)}",
        hint="mend the line and import the file again",
        line=line.line,
    )


def store_terms(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store payment terms; documents posted before keep their instalments."""
    for line, record in pairs:
        wrong = terms.problems(terms_of(record))
        if wrong:
            yield line, _unsound(line, f"terms {record.code!r}", wrong)
        else:
            yield line, _keep(shop, line, PaymentTerms, "code", terms_values(record), _never)


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
        stored = model.create(**values)
        _searched(kind, stored.id)
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
    _searched(kind, stored.id)
    shop.record(f"{kind}.changed", values[key], fields=sorted(changed))
    return Change.CHANGED, row


def _searched(kind: str, key: int) -> None:
    """Keep the words of a product; nobody searches taxes and terms."""
    if kind == "product":
        words.refresh(kind, [key])


def terms_known() -> set[str]:
    """Step: list the codes of all payment terms."""
    query: Any = PaymentTerms.select(PaymentTerms.code)
    return {code for (code,) in query.tuples()}
