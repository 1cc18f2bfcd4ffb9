"""Keep the taxes of the shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.domain.money import step_of
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.records import TaxRecord
from shopctl.domain.tax import TaxLine, totals
from shopctl.domain.tax_definitions import problems
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Product, TaxRate
from shopctl.services import facts
from shopctl.services.catalogue import all_taxes, tax_values
from shopctl.services.tax_uses import all_uses, frozen, listed
from shopctl.shop import Shop, operation

Taxes = dict[str, TaxRecord]


class ExampleTax(NamedTuple):
    """A tax of the worked example."""

    code: str
    name: str
    amount_base: Decimal
    amount: Decimal


class Example(NamedTuple):
    """What a price of 100 comes to."""

    currency: str
    amount_price: Decimal
    amount_untaxed: Decimal
    amount_total: Decimal
    taxes: tuple[ExampleTax, ...]


class TaxDetails(NamedTuple):
    """Everything `tax show` tells."""

    tax: TaxRecord
    products: tuple[str, ...]
    used_by: tuple[str, ...]
    example: Example


def every() -> list[TaxRecord]:
    """List all taxes in the order of their codes."""
    return list(all_taxes().values())


def show(shop: Shop, codes: Sequence[str]) -> list[TaxDetails]:
    """Tell everything about taxes.

    Raises:
        NotFoundError: One of them does not exist.
    """
    taxes = all_taxes()
    query: Any = Product.select(Product.sku, Product.taxes).order_by(Product.sku)
    products = list(query.tuples())
    return [
        TaxDetails(
            known(taxes, code),
            tuple(sku for sku, own in products if code in own.split()),
            tuple(str(use) for use in all_uses(code, taxes.values()) if use.what != "product"),
            _example(shop, code),
        )
        for code in codes
    ]


def _example(shop: Shop, code: str) -> Example:
    currency, price = shop.config.shop.currency, Decimal(100)
    line = TaxLine(price, Decimal(1), Decimal(0), (facts.taxes()[code],))
    found = totals([line], rounding=shop.config.invoicing.tax_rounding, step=step_of(currency))
    taxes = tuple(ExampleTax(tax.code, tax.name, base, amount) for tax, base, amount in found.taxes)
    return Example(currency, price, found.untaxed, found.total, taxes)


def known(taxes: Mapping[str, TaxRecord], code: str) -> TaxRecord:
    """Find a tax.

    Raises:
        NotFoundError: There is none of this code.
    """
    if code not in taxes:
        raise NotFoundError("tax.unknown", f"there is no tax {code}", hint="shopctl tax list", tax=code)
    return taxes[code]


@operation("catalogue")
def create(shop: Shop, codes: Sequence[str], settings: TaxRecord) -> list[Outcome[TaxRecord]]:
    """Make taxes; one that is there already with the same settings is `unchanged`.

    Args:
        codes: The code of each.
        settings: Everything but the code.

    Raises (as outcomes): tax.exists, tax.invalid.
    """
    return _each(codes, lambda taxes, code: _create(shop, taxes, settings._replace(code=code)))


@operation("catalogue")
def edit(shop: Shop, codes: Sequence[str], changes: Mapping[str, Any]) -> list[Outcome[TaxRecord]]:
    """Change taxes; what computes stays once an order or invoice uses a tax.

    Args:
        changes: New values by the names of a record's fields; children that a new type cannot have go by themselves.

    Raises (as outcomes): tax.unknown, tax.invalid, tax.in_use.
    """
    return _each(codes, lambda taxes, code: _edit(shop, taxes, known(taxes, code), changes))


@operation("catalogue")
def delete(shop: Shop, codes: Sequence[str]) -> list[Outcome[TaxRecord]]:
    """Delete taxes that nothing uses.

    Raises (as outcomes): tax.unknown, tax.in_use.
    """
    return _each(codes, lambda taxes, code: _delete(shop, taxes, known(taxes, code)), "it is deleted")


def _each(
    codes: Sequence[str], work: Callable[[Taxes, str], tuple[Change, TaxRecord]], *notes: str
) -> list[Outcome[TaxRecord]]:
    """Do something to taxes one after the other, for these are few and may refer to each other."""
    taxes = all_taxes()
    outcomes: list[Outcome[TaxRecord]] = []
    for code in codes:
        try:
            outcomes.append(Done(code, *work(taxes, code), notes))
        except ShopError as error:
            outcomes.append(Failed(code, error))
    return outcomes


def _create(shop: Shop, taxes: Taxes, wanted: TaxRecord) -> tuple[Change, TaxRecord]:
    wanted = wanted._replace(name=wanted.name or wanted.code)
    stored = taxes.get(wanted.code)
    if stored == wanted:
        return Change.UNCHANGED, stored
    if stored:
        raise RefusedError(
            "tax.exists",
            f"tax {wanted.code} exists already and differs in {', '.join(_changed(stored, wanted))}",
            hint=f"shopctl tax edit {wanted.code}",
            tax=wanted.code,
        )
    _require_sound(wanted, taxes)
    TaxRate.create(**tax_values(wanted))
    taxes[wanted.code] = wanted
    shop.record("tax.created", wanted.code)
    return Change.CREATED, wanted


def _edit(shop: Shop, taxes: Taxes, stored: TaxRecord, changes: Mapping[str, Any]) -> tuple[Change, TaxRecord]:
    wanted = stored._replace(**changes)
    if wanted.type != "group" and "children" not in changes:
        wanted = wanted._replace(children=())
    changed = _changed(stored, wanted)
    if not changed:
        return Change.UNCHANGED, stored
    _require_sound(wanted, taxes)
    refusal = frozen(stored.code, changed, taxes.values())
    if refusal:
        raise RefusedError(
            "tax.in_use", refusal, hint="give the new rate a code of its own: shopctl tax create CODE", tax=stored.code
        )
    TaxRate.update(**tax_values(wanted)).where(TaxRate.code == stored.code).execute()
    taxes[stored.code] = wanted
    shop.record("tax.changed", stored.code, fields=changed)
    return Change.CHANGED, wanted


def _delete(shop: Shop, taxes: Taxes, stored: TaxRecord) -> tuple[Change, TaxRecord]:
    found = all_uses(stored.code, taxes.values())
    if found:
        raise RefusedError(
            "tax.in_use",
            f"tax {stored.code} is used by {listed(found)}, so it cannot be deleted",
            hint=f"shopctl tax show {stored.code}",
            tax=stored.code,
        )
    TaxRate.delete().where(TaxRate.code == stored.code).execute()
    del taxes[stored.code]
    shop.record("tax.deleted", stored.code)
    return Change.CHANGED, stored


def _changed(before: TaxRecord, after: TaxRecord) -> list[str]:
    return [name for name in TaxRecord._fields if getattr(before, name) != getattr(after, name)]


def _require_sound(tax: TaxRecord, taxes: Taxes) -> None:
    found = problems(tax, taxes)
    if found:
        raise UsageError(
            "tax.invalid", f"tax {tax.code} is refused: {'; '.join(found)}", hint="shopctl tax create --help"
        )
