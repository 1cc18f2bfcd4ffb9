"""Edit drafts: dates, terms, note and lines; the orders that they bill follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, within
from shopctl.db.fields import exact, units
from shopctl.domain import repricing
from shopctl.domain.billing import ZERO, Amounts, OrderLine, add, plain, read_split, write_split
from shopctl.domain.early_discount import reduced_up_front
from shopctl.domain.line_edits import LineEdits
from shopctl.domain.money import format_money, step_of, with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.repricing import Line, Rules
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Invoice, InvoiceLine, InvoiceTax
from shopctl.services import document_heads, facts
from shopctl.services import terms as payment_terms
from shopctl.services.catalogue import all_terms
from shopctl.services.coins import rule_of
from shopctl.services.document_heads import Head
from shopctl.services.editing import products
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.recounting import recount
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Edit:
    """What changes of a draft; None leaves it as it is.

    Attributes:
        terms: A code of payment terms, empty for those of the shop; a due date typed before gives way to them.
        cash_rounding: Round the total to coins, or do so no more.
    """

    lines: LineEdits = field(default_factory=LineEdits)
    date: dt.date | None = None
    due: dt.date | None = None
    terms: str | None = None
    note: str | None = None
    cash_rounding: bool | None = None


@operation("invoices")
def edit(shop: Shop, references: Sequence[str], wish: Edit) -> list[Outcome[InvoiceRow]]:
    """Change drafts; one that is like that already is `unchanged`.

    Raises (as outcomes): invoice.unknown, invoice.posted, invoice.not_draft, line.unknown, line.frozen,
    product.unknown, tax.unknown, terms.unknown, invoice.negative, invoice.cash_rounding, usage.amount.
    """
    keys = known(references)
    outcomes: list[Outcome[InvoiceRow]] = []
    for reference in references:
        try:
            if reference not in keys:
                raise unknown(reference)
            outcomes.append(_edit(shop, reference, document_heads.load([keys[reference]])[keys[reference]], wish))
        except ShopError as error:
            outcomes.append(Failed(reference, error))
    return outcomes


def _edit(shop: Shop, reference: str, head: Head, wish: Edit) -> Done[InvoiceRow]:
    _require_editable(head, wish)
    told: dict[str, object] = {}
    values = _new_values(head, wish)
    for name, value in values.items():
        told[name] = [_written(getattr(head, name)), _written(value)]
    notes: tuple[str, ...] = ()
    if wish.lines or "cash_rounding" in values:
        before = _lines(head.key)
        orders, reduced = _order_lines(head)
        after = _changed_lines(shop, head, before, orders, reduced, wish)
        if after != before:
            _store_lines(head, before, after)
            total = add(line.amounts for line in after).total
            told["total"] = [format_money(amount, head.currency) for amount in (head.total, total)]
            notes = _overbilled(head, before, after, orders)
    if not told:
        row = rows([head.key], shop.today)[head.key]
        return Done(reference, Change.UNCHANGED, row, (f"{head.address} is like that already",))
    _store_values(head, values)
    recount(head.orders)
    shop.record("invoice.edited", head.address, **told)
    return Done(reference, Change.CHANGED, rows([head.key], shop.today)[head.key], notes)


def _require_editable(head: Head, wish: Edit) -> None:
    document_heads.require_draft(head, "edited")
    if head.state != "draft":
        raise RefusedError(
            "invoice.not_draft",
            f"{head.address} is {head.state}, and only a draft can be edited",
            hint=f"shopctl invoice show {head.address}",
        )
    if (wish.lines or wish.cash_rounding is not None) and (head.kind == "down_payment" or head.reverses is not None):
        what = "a share of the order" if head.kind == "down_payment" else "what it gives back"
        raise RefusedError(
            "line.frozen",
            f"the lines of {head.address} are {what}, so they cannot be edited",
            hint=f"shopctl invoice cancel {head.address}, and make a new one",
        )


def _new_values(head: Head, wish: Edit) -> dict[str, object]:
    """Tell which values of the document itself change."""
    if wish.terms:
        payment_terms.show([wish.terms])
    wanted: dict[str, object] = {
        "date": wish.date, "due_date": wish.due, "terms": wish.terms, "note": wish.note,
        "cash_rounding": wish.cash_rounding,
    }  # fmt: skip
    found = {name: value for name, value in wanted.items() if value is not None and value != getattr(head, name)}
    if "terms" in found and wish.due is None and head.due_date is not None:
        found["due_date"] = None
    return found


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _store_values(head: Head, values: Mapping[str, object]) -> None:
    names = ("date", "due_date", "terms", "note", "cash_rounding")
    date, due, *others = (values.get(name, getattr(head, name)) for name in names)
    change_rows(
        Invoice,
        ", ".join(f"{name} = :{name}" for name in names),
        "id = :id AND state = 'draft'",
        ("id", *names),
        [(head.key, _written(date) or None, _written(due) or None, *others)],
    )


def _lines(key: int) -> list[Line]:
    found = fetch(
        InvoiceLine,
        "SELECT position, kind, sku, description, quantity, unit_price, discount, taxes, amount_untaxed, amount_tax, "
        "amount_total, tax_split, order_line_id, deducts_id, id FROM invoice_lines WHERE invoice_id = ? "
        "ORDER BY position",
        (key,),
    )
    lines = []
    for position, kind, sku, words, quantity, price, off, codes, untaxed, tax, total, split, *links in found:
        money = Amounts(exact(untaxed), exact(tax), exact(total), read_split(split))
        lines.append(Line(position, kind, sku, words, exact(quantity), exact(price), exact(off), codes, money, *links))
    return lines


def _order_lines(head: Head) -> tuple[dict[int, OrderLine], Decimal]:
    """Load the lines of the orders that a document bills, by key, and by how much their terms reduce taxes."""
    condition, values = among(Invoice, "id", sorted(head.orders))
    numbers = [number for (number,) in fetch(Invoice, f"SELECT number FROM orders WHERE {condition}", values)]  # noqa: S608
    found = facts.orders(numbers).values()
    # Orders on one document share their payment terms.
    reduced = next((reduced_up_front(all_terms().get(order.terms)) for order in found), ZERO)
    return {line.key: line for order in found for line in order.lines}, reduced


def _changed_lines(
    shop: Shop, head: Head, before: Sequence[Line], orders: Mapping[int, OrderLine], reduced: Decimal, wish: Edit
) -> list[Line]:
    """Change the lines and price them; the total may not fall below zero."""
    edits = wish.lines
    taxes = facts.taxes()
    _require_taxes((code for one in edits.changed for code in one.taxes or ()), taxes)
    _require_prices(shop, head, edits)
    after = repricing.edited(head.address, before, edits, products(one.sku for one in edits.added))
    rules = Rules(taxes, head.rounding, step_of(head.currency), 1 if head.type == "invoice" else -1, reduced)
    try:
        # Rounding to coins may have changed a tax.
        anew = head.cash_rounding and wish.cash_rounding is False
        after = repricing.reprice(before, after, orders, rules, anew=anew)
        if head.cash_rounding if wish.cash_rounding is None else wish.cash_rounding:
            after = repricing.in_coins(after, rule_of(shop, head.currency))
        elif head.cash_rounding:
            after = [line for line in after if line.kind != "rounding"]
        total = add(line.amounts for line in after).total
        units(total)
    except ValueError as error:
        raise UsageError(
            "usage.amount",
            f"the lines of {head.address} come to more than an amount may be",
            hint="check quantities and prices: at most 13 digits before the point and 4 after it",
        ) from error
    if total < 0:
        raise RefusedError(
            "invoice.negative",
            f"{head.address} would come to {with_currency(total, head.currency)}, below zero",
            hint="money is given back with a credit note: shopctl credit-note create INVOICE",
        )
    return after


def _require_taxes(codes: Iterable[str], taxes: Mapping[str, Tax]) -> None:
    for code in codes:
        if code not in taxes:
            raise NotFoundError(
                "tax.unknown", f"there is no tax {code!r}", hint=f"taxes: {', '.join(sorted(taxes))}", tax=code
            )


def _require_prices(shop: Shop, head: Head, edits: LineEdits) -> None:
    """Products have their prices in the shop's own currency."""
    for one in edits.added:
        if one.unit_price is None and head.currency != shop.config.shop.currency:
            raise UsageError(
                "usage",
                f"the price of {one.sku} is in {shop.config.shop.currency}, and {head.address} is in {head.currency}",
                hint=f"write the price: --add-line {one.sku}:{plain(one.quantity)}@PRICE",
            )


def _store_lines(head: Head, before: Sequence[Line], after: Sequence[Line]) -> None:
    kept = {line.key: line for line in after if line.key is not None}
    gone = [line.key for line in before if line.key is not None and line.key not in kept]
    # Only lines of a cancelled credit note can still name them.
    InvoiceLine.update(credits_line=None).where(within(InvoiceLine.credits_line, gone)).execute()
    InvoiceLine.delete().where(within(InvoiceLine.id, gone)).execute()
    _change_lines([(line, kept[line.key]) for line in before if line.key in kept and kept[line.key] != line])
    insert_rows(
        InvoiceLine,
        ("invoice_id", "kind", "sku", "order_line_id", "deducts_id", *CHANGEABLE),
        [
            (head.key, line.kind, line.sku, line.order_line, line.deducts, *_stored(line))
            for line in after
            if line.key is None
        ],
    )
    money = add(line.amounts for line in after)
    InvoiceTax.delete().where(InvoiceTax.invoice == head.key).execute()
    insert_rows(
        InvoiceTax,
        ("invoice_id", "position", "code", "base", "amount"),
        [
            (head.key, position, code, units(base), units(amount))
            for position, (code, base, amount) in enumerate(money.taxes, 1)
        ],
    )
    change_rows(
        Invoice,
        "amount_untaxed = :untaxed, amount_tax = :tax, amount_total = :total",
        "id = :id AND state = 'draft'",
        ("id", "untaxed", "tax", "total"),
        [(head.key, units(money.untaxed), units(money.tax), units(money.total))],
    )


CHANGEABLE = (
    "position", "description", "quantity", "unit_price", "discount", "taxes", "amount_untaxed", "amount_tax",
    "amount_total", "tax_split",
)  # fmt: skip


def _stored(line: Line) -> tuple[Any, ...]:
    money = line.amounts
    return (
        line.position, line.description, units(line.quantity), units(line.unit_price), units(line.discount), line.taxes,
        units(money.untaxed), units(money.tax), units(money.total), write_split(money.taxes),
    )  # fmt: skip


def _change_lines(pairs: Sequence[tuple[Line, Line]]) -> None:
    """Change lines where they are; those that move step aside first, for two of them never stand in one place."""
    moving = [(after.key, -after.position) for before, after in pairs if before.position != after.position]
    change_rows(InvoiceLine, "position = :position", "id = :id", ("id", "position"), moving)
    change_rows(
        InvoiceLine,
        ", ".join(f"{name} = :{name}" for name in CHANGEABLE),
        "id = :id",
        ("id", *CHANGEABLE),
        [(after.key, *_stored(after)) for _, after in pairs],
    )


def _overbilled(
    head: Head, before: Sequence[Line], after: Sequence[Line], orders: Mapping[int, OrderLine]
) -> tuple[str, ...]:
    """Warn of lines that now bill more than was ordered and delivered."""
    old = {line.key: line.quantity for line in before}
    sign = 1 if head.type == "invoice" else -1
    notes = []
    for line in after:
        order = orders.get(line.order_line or 0)
        if order is None or line.quantity == old.get(line.key):
            continue
        billed = order.invoiced + sign * (line.quantity - old.get(line.key, Decimal(0)))
        if billed > max(order.quantity, order.delivered):
            counts = f"{_short(billed)} are billed of {_short(order.quantity)} ordered"
            notes.append(f"line {line.position} is over-invoiced: {counts}")
    return tuple(notes)


def _short(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
