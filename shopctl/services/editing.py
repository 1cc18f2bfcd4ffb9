"""Edit orders: lines, note, payment terms and tax rounding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain import order_edits
from shopctl.domain.billing import ZERO
from shopctl.domain.line_edits import LineEdits
from shopctl.domain.money import step_of
from shopctl.domain.order_edits import Catalogue, Edited, Product
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import ShopError
from shopctl.models import InvoiceLine, Order
from shopctl.models import Product as Goods
from shopctl.services import facts, order_lines, planning, terms
from shopctl.services.catalogue import all_terms, reductions
from shopctl.services.facts import OrderFacts
from shopctl.services.order_lines import Changed, Lines
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Edit:
    """What changes of an order; None leaves it as it is.

    Attributes:
        terms: Code of payment terms; empty for none of its own.
        tax_rounding: `per_line` or `globally`.
    """

    lines: LineEdits = field(default_factory=LineEdits)
    note: str | None = None
    terms: str | None = None
    tax_rounding: str | None = None


class _Papers(NamedTuple):
    """What hinders edits: orders that some document bills; lines that documents or what left names, or drafts bill."""

    billed: frozenset[int]
    kept: frozenset[int]
    drafted: frozenset[int]


@operation("orders")
def edit(shop: Shop, numbers: Sequence[str], wanted: Edit) -> list[Outcome[OrderRow]]:
    """Change orders; what is so already is `unchanged`. An order that waits for its money can be edited as well.

    Raises (as outcomes): order.unknown, order.cancelled, line.unknown, line.frozen, product.unknown, tax.unknown,
    usage.amount.

    Raises:
        NotFoundError: There are no such payment terms.
    """
    if wanted.terms:
        terms.show([wanted.terms])
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    lines = order_lines.by_position(found.values())
    papers = _papers([order.key for order in found.values()])
    notes = _notes(found.values())
    catalogue = Catalogue(products(one.sku for one in wanted.lines.added), facts.taxes(), dict(reductions(all_terms())))
    outcomes: dict[str, Outcome[OrderRow]] = {}
    changed: dict[str, Changed] = {}
    first = first_spellings(numbers, stored.__getitem__)
    for number in dict.fromkeys(first.values()):
        order = found.get(stored[number])
        try:
            if order is None:
                raise unknown(number)
            change, told = _decide(order, lines[order.key], notes[order.key], wanted, catalogue, papers)
        except ShopError as error:
            outcomes[number] = Failed(number, error)
            continue
        if told:
            changed[number] = change
            shop.record("order.edited", order.number, **{name: list(pair) for name, pair in told.items()})
    _store(shop, list(changed.values()))
    rows = order_rows([order.key for order in found.values()])
    for number in first.values():
        order = found.get(stored[number])
        if order is not None and number not in outcomes:
            outcomes[number] = _done(number, rows[order.key], changed=number in changed)
    return in_order(numbers, first, outcomes)


def _store(shop: Shop, changed: Sequence[Changed]) -> None:
    order_lines.store(changed)
    planning.follow(
        shop,
        [change.order for change in changed if "lines" in change.ours],
        gone={key for change in changed for key in change.removed},
    )


def _done(number: str, row: OrderRow, *, changed: bool) -> Done[OrderRow]:
    if changed:
        return Done(number, Change.CHANGED, row)
    return Done(number, Change.UNCHANGED, row, (f"order {row.number} says so already",))


def _decide(
    order: OrderFacts, lines: Lines, note: str, wanted: Edit, catalogue: Catalogue, papers: _Papers
) -> tuple[Changed, dict[str, tuple[str, str]]]:
    """Work out an order after its edits, and what changed: nothing when all is so already."""
    order_lines.require_open(order, "edited", confirmed=False)
    head = {
        name: (was, now)
        for name, was, now in (
            ("note", note, wanted.note),
            ("terms", order.terms, wanted.terms),
            ("tax_rounding", order.rounding, wanted.tax_rounding),
        )
        if now is not None and now != was
    }
    result = _edited(order, lines, wanted, catalogue, papers)
    order_lines.require_storable(result.lines)
    own = ["lines"] if result.lines != lines or result.removed else []
    change = Changed(order, result.lines, result.removed, (*own, *head), {name: now for name, (_, now) in head.items()})
    return change, {**head, **result.changes}


def _edited(order: OrderFacts, lines: Lines, wanted: Edit, catalogue: Catalogue, papers: _Papers) -> Edited:
    rounding = wanted.tax_rounding or order.rounding
    code = order.terms if wanted.terms is None else wanted.terms
    before, reduced = (catalogue.reductions.get(one, ZERO) for one in (order.terms, code))
    how = order_edits.Terms(
        rounding, step_of(order.currency), order.key in papers.billed,
        rounding != order.rounding or reduced != before, papers.kept, papers.drafted, reduced,
    )  # fmt: skip
    return order_edits.edit(order.number, lines, wanted.lines, catalogue, how)


def _papers(keys: Sequence[int]) -> _Papers:
    condition, values = among(Order, "order_id", keys)
    billed = fetch(
        Order,
        "SELECT b.order_id FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "  # noqa: S608
        f"WHERE {condition} AND i.state <> 'cancelled'",
        values,
    )
    named = fetch(
        InvoiceLine,
        f"SELECT d.id FROM order_lines d WHERE {condition} AND (EXISTS (SELECT 1 FROM invoice_lines l "  # noqa: S608
        "WHERE l.order_line_id = d.id) OR EXISTS (SELECT 1 FROM delivery_lines l JOIN deliveries v "
        "ON v.id = l.delivery_id WHERE l.order_line_id = d.id AND v.state = 'done'))",
        values,
    )
    drafted = fetch(InvoiceLine, f"SELECT id FROM order_lines WHERE {condition} AND drafted <> 0", values)  # noqa: S608
    return _Papers(*(frozenset(key for (key,) in found) for found in (billed, named, drafted)))


def _notes(orders: Iterable[OrderFacts]) -> dict[int, str]:
    condition, values = among(Order, "id", [order.key for order in orders])
    return dict(fetch(Order, f"SELECT id, note FROM orders WHERE {condition}", values))  # noqa: S608


def products(skus: Iterable[str]) -> dict[str, Product]:
    """Step: read products by SKU; those that do not exist are left out."""
    condition, values = among(Goods, "sku", sorted(set(skus)))
    rows = fetch(Goods, f"SELECT sku, name, type, price, taxes, policy FROM products WHERE {condition}", values)  # noqa: S608
    return {
        sku: Product(sku, name, kind, exact(price), taxes, policy) for sku, name, kind, price, taxes, policy in rows
    }
