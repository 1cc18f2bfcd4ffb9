"""Suggest which outstanding credits should pay which open invoices, and use those that are sure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.domain.money import with_currency
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.settlement import Credit, Use
from shopctl.domain.suggesting import Debt, Suggestion, suggest
from shopctl.errors import ShopError
from shopctl.models import Invoice
from shopctl.services import allocating, credits
from shopctl.services.credits import Open, open_invoices
from shopctl.services.customers import find_customer
from shopctl.services.invoices import InvoiceRow, known, rows
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import Settled
from shopctl.shop import Shop, operation

_OPEN: Final = "i.state = 'posted' AND i.type = 'invoice' AND i.allocated < i.amount_total"
_PAYMENT: Final = "p.state = 'done' AND p.direction = 'inbound' AND p.amount > p.allocated + p.returned"
_NOTE: Final = "n.state = 'posted' AND n.allocated < n.amount_total AND n.type = 'credit_note'"
_CUSTOMERS: Final = (
    f"SELECT p.customer_id FROM payments p WHERE {_PAYMENT} UNION "  # noqa: S608  # parts of this module
    f"SELECT n.customer_id FROM invoices n WHERE {_NOTE}"
)
"""Who has a credit."""

_GUESTS: Final = (
    "SELECT b.invoice_id FROM payments p JOIN invoice_orders b ON b.order_id = p.order_id "  # noqa: S608  # likewise
    f"WHERE +p.customer_id IS NULL AND {_PAYMENT} UNION "
    "SELECT b.invoice_id FROM invoices n JOIN invoice_orders c ON c.invoice_id = n.id "
    f"JOIN invoice_orders b ON b.order_id = c.order_id WHERE +n.customer_id IS NULL AND {_NOTE}"
)
"""The invoices of guests of whose order there is a credit; the sign keeps SQLite from reading all guests instead."""


class SuggestionRow(NamedTuple):
    """A credit that should pay an invoice, as lists show it.

    Attributes:
        sure: It would be used without being named: nothing competes with it, and the score is high enough.
    """

    invoice: str
    credit: str
    kind: str
    customer_code: str
    customer_name: str
    currency: str
    amount: Decimal
    amount_due: Decimal
    score: int
    sure: bool
    why: str


def suggestions(shop: Shop, sure: int, customer: str = "") -> list[SuggestionRow]:
    """Suggest for all open invoices what should pay them, the surest first.

    Args:
        sure: The score from which on a suggestion is safe when nothing competes with it.
        customer: Code or e-mail of the one customer that is meant; empty for all.

    Raises:
        NotFoundError: The customer does not exist.
    """
    invoices = open_invoices(_open_keys(find_customer(customer) if customer else None))
    found = _suggested(invoices.values(), lock=False)
    told = rows(list({one.debt.key for one in found}), shop.today)
    shown = [_row(one, told[one.debt.key], sure) for one in found]
    return sorted(shown, key=lambda row: (not row.sure, -row.score, row.invoice))


def _row(one: Suggestion, row: InvoiceRow, sure: int) -> SuggestionRow:
    return SuggestionRow(
        one.debt.number, one.credit.number, one.credit.kind, row.customer_code or "", row.customer_name,
        one.debt.currency, one.amount, row.amount_due, one.score, one.only and one.score >= sure, one.why,
    )  # fmt: skip


@operation("payments")
def apply(shop: Shop, references: Sequence[str], sure: int) -> list[Outcome[InvoiceRow]]:
    """Use on invoices the credits that should surely pay them; an invoice for which there is none is `unchanged`.

    What is sure is decided anew, over all open invoices of the customers, while nobody else can use the credits.

    Args:
        sure: The score from which on a suggestion is used when nothing competes with it.

    Raises (as outcomes): invoice.unknown, invoice.not_posted.
    """
    keys = known(references)
    near = _beside(list(keys.values()))
    credits.lock_orders_of(near)
    invoices = open_invoices(near, lock=True)
    uses: dict[int, list[Suggestion]] = {}
    for one in _suggested([one for one in invoices.values() if one.due], lock=True):
        if one.only and one.score >= sure:
            uses.setdefault(one.debt.key, []).append(one)
    first = first_spellings(references, keys.get)
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    settled: dict[str, Settled] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            invoice = allocating.require_posted(reference, keys, invoices)
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
        else:
            if found := uses.get(invoice.key, ()):
                settled[reference] = Settled(invoice, tuple(Use(one.credit, one.amount) for one in found))
    allocating.store(shop, list(settled.values()))
    told = rows([keys[one] for one in first.values() if one not in outcomes], shop.today)
    for reference in dict.fromkeys(first.values()):
        if reference not in outcomes:
            row = told[keys[reference]]
            change = Change.CHANGED if reference in settled else Change.UNCHANGED
            notes = _notes(uses.get(keys[reference], ()) if reference in settled else (), row)
            outcomes[reference] = Done(reference, change, row, notes)
    return in_order(references, first, outcomes)


def _notes(used: Sequence[Suggestion], row: InvoiceRow) -> tuple[str, ...]:
    if not used:
        return (f"no credit should surely pay {row.address}",)
    said = (
        f"allocated {with_currency(one.amount, row.currency)} of {one.credit.number}: {one.why} (score {one.score})"
        for one in used
    )
    return (*said, row.standing)


def _open_keys(customer: int | None) -> list[int]:
    """Find the open invoices of those who have credits, or of one customer."""
    values = () if customer is None else (customer,)
    everybody = f"(i.customer_id IN ({_CUSTOMERS}) OR i.id IN ({_GUESTS}))"
    narrowed = everybody if customer is None else "i.customer_id = ?"
    found = fetch(Invoice, f"SELECT i.id FROM invoices i WHERE {_OPEN} AND {narrowed} ORDER BY i.id", values)  # noqa: S608
    return [key for (key,) in found]


def _beside(keys: Sequence[int]) -> list[int]:
    """Find invoices with all other open ones of the same customers, which may compete for the same credits."""
    condition, values = among(Invoice, "x.id", keys)
    found = fetch(
        Invoice,
        f"SELECT i.id FROM invoices i WHERE {_OPEN} AND i.customer_id IN "  # noqa: S608
        f"(SELECT x.customer_id FROM invoices x WHERE {condition})",
        values,
    )
    return sorted({*keys, *(key for (key,) in found)})


def _suggested(invoices: Iterable[Open], *, lock: bool) -> list[Suggestion]:
    """Suggest customer by customer; a guest's credits are those of the order."""
    mine: dict[int, list[Open]] = {}
    guests: dict[int, list[Open]] = {}
    for one in invoices:
        if one.customer:
            mine.setdefault(one.customer, []).append(one)
        elif one.orders:
            guests.setdefault(min(one.orders), []).append(one)
    names = _order_names(
        {order for group in (*mine.values(), *guests.values()) for one in group for order in one.orders}
    )
    of_customers = credits.of_customers(mine, lock=lock)
    of_orders = credits.of_orders({key for group in guests.values() for one in group for key in one.orders}, lock=lock)
    found: list[Suggestion] = []
    for customer, group in sorted(mine.items()):
        found += suggest(of_customers.get(customer, ()), [_debt(one, names) for one in group])
    for _, group in sorted(guests.items()):
        theirs = {key for one in group for key in one.orders}
        money: dict[Any, Credit] = {
            (one.kind, one.key): one for key in sorted(theirs) for one in of_orders.get(key, ())
        }
        found += suggest(list(money.values()), [_debt(one, names) for one in group])
    return found


def _debt(invoice: Open, names: Mapping[int, tuple[str, ...]]) -> Debt:
    quoted = tuple(name for order in sorted(invoice.orders) for name in names.get(order, ()))
    return Debt(
        invoice.key, invoice.number, date.fromisoformat(invoice.due_date), invoice.orders, (*invoice.names, *quoted),
        invoice.currency, invoice.due,
    )  # fmt: skip


def _order_names(keys: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Tell what a payer may quote of orders: number and reference."""
    condition, values = among(Invoice, "id", sorted(keys))
    found = fetch(Invoice, f"SELECT id, number, reference FROM orders WHERE {condition}", values)  # noqa: S608
    return {key: tuple(filter(None, (number, reference))) for key, number, reference in found}
