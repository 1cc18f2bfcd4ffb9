"""Keep the payment terms of the shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.domain.money import exact_money, step_of
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.records import TermsRecord
from shopctl.domain.terms import Installment, problems, schedule
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import PaymentTerms
from shopctl.services.catalogue import terms_of, terms_record, terms_values
from shopctl.services.tax_uses import Use
from shopctl.shop import Shop, operation

_USES: Final = {
    "customer": "SELECT count(*), min(code) FROM customers WHERE terms = ?",
    "order": "SELECT count(*), min(number) FROM orders WHERE terms = ? AND state <> 'cancelled'",
    "draft": "SELECT count(*), 'DRAFT/' || min(id) FROM invoices WHERE terms = ? AND state = 'draft'",
}


class Preview(NamedTuple):
    """When an amount would fall due.

    Attributes:
        early_until: The last day of the early discount; None without one.
    """

    code: str
    date: dt.date
    currency: str
    amount: Decimal
    installments: tuple[Installment, ...]
    early_percent: Decimal | None
    early_until: dt.date | None
    early_mode: str | None


def every() -> list[TermsRecord]:
    """List all payment terms in the order of their codes."""
    return [terms_record(row) for row in PaymentTerms.select().order_by(PaymentTerms.code)]


def show(codes: Sequence[str]) -> list[TermsRecord]:
    """Find payment terms.

    Raises:
        NotFoundError: One of them does not exist.
    """
    return [_known(code) for code in codes]


def _known(code: str) -> TermsRecord:
    row = PaymentTerms.get_or_none(PaymentTerms.code == code)
    if row is None:
        raise NotFoundError(
            "terms.unknown", f"there are no payment terms {code}", hint="shopctl terms list", terms=code
        )
    return terms_record(row)


def preview(code: str, on: dt.date, amount: Decimal, currency: str) -> Preview:
    """Tell when an amount would fall due.

    Args:
        on: The invoice date.
        amount: A total with taxes.

    Raises:
        NotFoundError: There are no such terms.
        UsageError: The amount has more digits than the currency.
    """
    terms = terms_of(_known(code))
    parts = schedule(exact_money(amount, currency), on, terms, step_of(currency))
    early = terms.early
    return Preview(
        code, on, currency, amount, parts, early.percent if early else None, early.until(on) if early else None,
        early.mode if early else None,
    )  # fmt: skip


@operation("catalogue")
def create(shop: Shop, codes: Sequence[str], settings: TermsRecord) -> list[Outcome[TermsRecord]]:
    """Make payment terms; those that are there already with the same settings are `unchanged`.

    Args:
        codes: The code of each.
        settings: Everything but the code.

    Raises (as outcomes): terms.exists, terms.invalid.
    """
    return _each(codes, lambda code: _create(shop, settings._replace(code=code)))


@operation("catalogue")
def edit(shop: Shop, codes: Sequence[str], changes: Mapping[str, Any]) -> list[Outcome[TermsRecord]]:
    """Change payment terms; documents posted before keep their instalments.

    Args:
        changes: New values by the names of a record's fields.

    Raises (as outcomes): terms.unknown, terms.invalid.
    """
    return _each(codes, lambda code: _edit(shop, _known(code), changes))


@operation("catalogue")
def delete(shop: Shop, codes: Sequence[str]) -> list[Outcome[TermsRecord]]:
    """Delete payment terms that no customer, live order, draft or setting names.

    Raises (as outcomes): terms.unknown, terms.in_use.
    """
    return _each(codes, lambda code: _delete(shop, _known(code)), "they are deleted")


def _each(
    codes: Sequence[str], work: Callable[[str], tuple[Change, TermsRecord]], *notes: str
) -> list[Outcome[TermsRecord]]:
    outcomes: list[Outcome[TermsRecord]] = []
    for code in codes:
        try:
            outcomes.append(Done(code, *work(code), notes))
        except ShopError as error:
            outcomes.append(Failed(code, error))
    return outcomes


def _create(shop: Shop, wanted: TermsRecord) -> tuple[Change, TermsRecord]:
    wanted = wanted._replace(name=wanted.name or wanted.code)
    row = PaymentTerms.get_or_none(PaymentTerms.code == wanted.code)
    stored = terms_record(row) if row else None
    if stored == wanted:
        return Change.UNCHANGED, wanted
    if stored:
        raise RefusedError(
            "terms.exists",
            f"payment terms {wanted.code} exist already and differ in {', '.join(_changed(stored, wanted))}",
            hint=f"shopctl terms edit {wanted.code}",
            terms=wanted.code,
        )
    _require_sound(wanted)
    PaymentTerms.create(**terms_values(wanted))
    shop.record("terms.created", wanted.code)
    return Change.CREATED, wanted


def _edit(shop: Shop, stored: TermsRecord, changes: Mapping[str, Any]) -> tuple[Change, TermsRecord]:
    wanted = stored._replace(**changes)
    changed = _changed(stored, wanted)
    if not changed:
        return Change.UNCHANGED, stored
    _require_sound(wanted)
    PaymentTerms.update(**terms_values(wanted)).where(PaymentTerms.code == stored.code).execute()
    shop.record("terms.changed", stored.code, fields=changed)
    return Change.CHANGED, wanted


def _delete(shop: Shop, stored: TermsRecord) -> tuple[Change, TermsRecord]:
    found = [*_uses(stored.code), *(["invoicing.terms"] if shop.config.invoicing.terms == stored.code else [])]
    if found:
        raise RefusedError(
            "terms.in_use",
            f"payment terms {stored.code} are used by {', '.join(found)}, so they cannot be deleted",
            hint=f"shopctl terms show {stored.code}",
            terms=stored.code,
        )
    PaymentTerms.delete().where(PaymentTerms.code == stored.code).execute()
    shop.record("terms.deleted", stored.code)
    return Change.CHANGED, stored


def _uses(code: str) -> list[str]:
    found = []
    for what, statement in _USES.items():
        ((count, first),) = fetch(PaymentTerms, statement, (code,))
        if count:
            found.append(str(Use(what, count, first)))
    return found


def _changed(before: TermsRecord, after: TermsRecord) -> list[str]:
    return [name for name in TermsRecord._fields if getattr(before, name) != getattr(after, name)]


def _require_sound(record: TermsRecord) -> None:
    found = problems(terms_of(record))
    if found:
        raise UsageError(
            "terms.invalid",
            f"payment terms {record.code} are refused: {'; '.join(found)}",
            hint="shopctl terms create --help",
        )
