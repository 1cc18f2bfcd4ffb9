"""Find money that is here and not used yet: payments and credit notes with something left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.early_discount import NO_GRANT, Grant
from shopctl.domain.money import with_currency
from shopctl.domain.settlement import Credit, Use, only_match, rank, why
from shopctl.models import Invoice, Order, Payment
from shopctl.services.facts import locking


class OfferedRow(NamedTuple):
    """A credit that is offered for an invoice, and why."""

    credit: str
    kind: str
    date: date
    order: str
    currency: str
    amount: Decimal
    amount_left: Decimal
    why: str


class Offer(NamedTuple):
    """The credits offered for an invoice, and the one that would be taken without being named."""

    rows: tuple[OfferedRow, ...]
    suggested: str
    invoice: str = ""


NO_OFFER = Offer((), "")


class Open(NamedTuple):
    """An invoice with something due, as the rules of settlement see it."""

    key: int
    number: str
    customer: int | None
    currency: str
    total: Decimal
    allocated: Decimal
    orders: frozenset[int]
    payment_status: str
    early: Grant = NO_GRANT
    due_date: str = ""
    reference: str = ""

    @property
    def due(self) -> Decimal:
        """What is still to pay."""
        return self.total - self.allocated

    @property
    def names(self) -> tuple[str, ...]:
        """What its payer may quote."""
        return (self.number, self.reference)


def open_invoices(keys: Sequence[int], *, lock: bool = False) -> dict[int, Open]:
    """Step: load posted invoices for settlement; with `lock`, nobody else settles them meanwhile."""
    condition, values = among(Invoice, "i.id", keys)
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number, i.customer_id, i.currency, i.amount_total, i.allocated, i.payment_status, i.due_date, "  # noqa: S608
        "i.reference, i.early_percent, i.early_mode, i.early_amount, i.early_until "
        f"FROM invoices i WHERE {condition} AND i.state = 'posted' AND i.type = 'invoice' ORDER BY i.id"
        f"{locking('i') if lock else ''}",
        values,
    )
    billed = orders_of([row[0] for row in rows])
    return {
        key: Open(
            key, number, customer, currency, exact(total), exact(used), billed.get(key, frozenset()), status,
            _grant(*early), day, reference,
        )
        for key, number, customer, currency, total, used, status, day, reference, *early in rows
    }  # fmt: skip


def _grant(percent: int, mode: str, amount: int, until: str | None) -> Grant:
    return Grant(exact(percent), mode, exact(amount), date.fromisoformat(until)) if until else NO_GRANT


def orders_of(keys: Sequence[int]) -> dict[int, frozenset[int]]:
    """Tell which orders each invoice bills."""
    condition, values = among(Invoice, "invoice_id", keys)
    found: dict[int, frozenset[int]] = {}
    for key, order in fetch(
        Invoice,
        f"SELECT invoice_id, order_id FROM invoice_orders WHERE {condition}",  # noqa: S608
        values,
    ):
        found[key] = found.get(key, frozenset()) | {order}
    return found


def lock_orders_of(keys: Sequence[int]) -> dict[int, frozenset[int]]:
    """Step: lock the orders that invoices bill, in the order of their keys, and tell which these are.

    Whoever changes documents does this first: what orders count of them is true only as long as nobody else counts.
    """
    found = orders_of(keys)
    lock_orders(order for orders in found.values() for order in orders)
    return found


def lock_orders_of_payments(keys: Sequence[int]) -> None:
    """Step: lock the orders that count payments, and those whose invoices they paid."""
    condition, values = among(Payment, "p.id", keys)
    owners = fetch(
        Payment,
        f"SELECT p.order_id FROM payments p WHERE {condition} AND p.order_id IS NOT NULL UNION "  # noqa: S608
        "SELECT b.order_id FROM allocations a JOIN invoice_orders b ON b.invoice_id = a.invoice_id "
        f"WHERE {condition.replace('p.id', 'a.payment_id')} AND a.removed_at IS NULL",
        (*values, *values),
    )
    lock_orders(key for (key,) in owners)


def lock_orders(keys: Iterable[int]) -> None:
    """Step: lock orders, in the order of their keys."""
    if clause := locking("o"):
        condition, values = among(Order, "o.id", sorted(set(keys)))
        fetch(Order, f"SELECT o.id FROM orders o WHERE {condition} ORDER BY o.id{clause}", values)  # noqa: S608


def of_customers(customers: Iterable[int], *, lock: bool = False) -> dict[int, list[Credit]]:
    """Step: load all outstanding credits of customers, oldest first."""
    wanted = sorted(set(customers))
    found = _payments("customer_id", wanted, lock)
    for customer, credits in _credit_notes("i.customer_id", wanted, lock).items():
        found.setdefault(customer, []).extend(credits)
    for credits in found.values():
        credits.sort(key=lambda credit: (credit.date, credit.number))
    return found


def notes_against(invoices: Sequence[int]) -> dict[int, list[Credit]]:
    """Step: load and lock the credit notes of invoices that have something left, the oldest first, by invoice."""
    return _credit_notes("i.reverses_id", invoices, lock=True)


def of_orders(orders: Iterable[int], *, lock: bool = False) -> dict[int, list[Credit]]:
    """Step: load the outstanding credits that belong to orders, by order: payments, then credit notes, oldest first.

    A credit note of several orders stands with each of them.
    """
    wanted = sorted(set(orders))
    found = _payments("order_id", wanted, lock)
    for order, credits in _credit_notes("b.order_id", wanted, lock).items():
        found.setdefault(order, []).extend(credits)
    return found


def _payments(column: str, keys: Sequence[int], lock: bool) -> dict[int, list[Credit]]:
    condition, values = among(Payment, f"p.{column}", keys)
    rows = fetch(
        Payment,
        f"SELECT p.{column}, p.id, p.number, p.date, p.order_id, p.currency, p.amount, p.allocated + p.returned, "  # noqa: S608
        "p.memo, coalesce(p.reference, ''), coalesce(l.reference, ''), coalesce(l.text, '') "
        f"FROM payments p LEFT JOIN bank_lines l ON l.id = p.line_id WHERE {condition} "
        "AND p.state = 'done' AND p.direction = 'inbound' "
        f"AND p.allocated + p.returned < p.amount ORDER BY p.date, p.id{locking('p') if lock else ''}",
        values,
    )
    found: dict[int, list[Credit]] = {}
    for owner, key, number, day, order, currency, amount, used, *said in rows:
        orders = frozenset((order,)) if order else frozenset()
        credit = Credit(
            key, "payment", number, date.fromisoformat(day), orders, currency, exact(amount), exact(amount - used),
            " ".join(filter(None, said)),
        )  # fmt: skip
        found.setdefault(owner, []).append(credit)
    return found


def _credit_notes(column: str, keys: Sequence[int], lock: bool) -> dict[int, list[Credit]]:
    condition, values = among(Invoice, column, keys)
    billed = "JOIN invoice_orders b ON b.invoice_id = i.id " if column.startswith("b.") else ""
    rows = fetch(
        Invoice,
        f"SELECT {column}, i.id, i.number, i.date, i.currency, i.amount_total, i.allocated FROM invoices i {billed}"  # noqa: S608
        f"WHERE {condition} AND i.state = 'posted' AND i.type = 'credit_note' AND i.allocated < i.amount_total "
        f"ORDER BY i.date, i.id{locking('i') if lock else ''}",
        values,
    )
    if not rows:
        return {}
    orders = orders_of([row[1] for row in rows])
    found: dict[int, list[Credit]] = {}
    for owner, key, number, day, currency, total, used in rows:
        credit = Credit(
            key, "credit_note", number, date.fromisoformat(day), orders.get(key, frozenset()), currency, exact(total),
            exact(total - used),
        )  # fmt: skip
        found.setdefault(owner, []).append(credit)
    return found


class Pool:
    """The credits that may be used on some invoices: those of the customer, or of the orders of a guest."""

    def __init__(self, invoices: Iterable[Open], *, lock: bool = False) -> None:
        found = list(invoices)
        self._customers = of_customers((one.customer for one in found if one.customer), lock=lock)
        self._orders = of_orders((key for one in found if not one.customer for key in one.orders), lock=lock)

    def candidates(self, invoice: Open) -> list[Credit]:
        """List what may be used on an invoice and has something left, the best first."""
        if invoice.customer:
            mine = self._customers.get(invoice.customer, [])
        else:
            mine = list(dict.fromkeys(credit for key in invoice.orders for credit in self._orders.get(key, ())))
        fitting = [credit for credit in mine if credit.currency == invoice.currency and credit.left > 0]
        return sorted(fitting, key=lambda credit: rank(credit, invoice.orders, invoice.due, invoice.names))

    def spend(self, invoice: Open, uses: Iterable[Use]) -> None:
        """Take what was used off the credits, for the next invoice of the same customer."""
        spent = {(use.credit.kind, use.credit.key): use.amount for use in uses}
        pools = [self._customers.get(invoice.customer, [])] if invoice.customer else [
            self._orders.get(key, []) for key in invoice.orders
        ]  # fmt: skip
        for pool in pools:
            pool[:] = [
                credit._replace(left=credit.left - spent.get((credit.kind, credit.key), Decimal(0))) for credit in pool
            ]


def for_invoices(keys: Sequence[int]) -> dict[int, Offer]:
    """Tell which credits are offered for each of some invoices."""
    invoices = open_invoices(keys)
    pool = Pool(invoices.values())
    offers = {}
    for key in keys:
        invoice = invoices.get(key)
        found = pool.candidates(invoice) if invoice and invoice.due else []
        if invoice is None or not found:
            offers[key] = NO_OFFER
            continue
        only = only_match(found, invoice.orders, invoice.due)
        offers[key] = Offer(_rows(found, invoice), only.number if only else "", invoice.number)
    return offers


def announced(keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Say of invoices that are not paid which money of the customer could pay them, and with which command."""
    found: dict[int, tuple[str, ...]] = {}
    for key, offer in for_invoices(keys).items() if keys else ():
        if offer.rows:
            first, others = offer.rows[0], len(offer.rows) - 1
            more = f" and {others} more" if others else ""
            named = "" if first.credit == offer.suggested else f" --credit {first.credit}"
            money = with_currency(first.amount_left, first.currency)
            command = f"shopctl payment allocate {offer.invoice}{named}"
            found[key] = (f"{first.credit} ({money}){more} could pay it: {command}",)
    return found


def _rows(found: Sequence[Credit], invoice: Open) -> tuple[OfferedRow, ...]:
    names = _order_numbers({order for credit in found for order in credit.orders})
    return tuple(
        OfferedRow(
            credit.number, credit.kind, credit.date, ", ".join(sorted(names[order] for order in credit.orders)),
            credit.currency, credit.amount, credit.left, why(credit, invoice.orders, invoice.due, invoice.names),
        )
        for credit in found
    )  # fmt: skip


def _order_numbers(keys: Iterable[int]) -> dict[int, str]:
    condition, values = among(Payment, "id", sorted(keys))
    return dict(fetch(Payment, f"SELECT id, number FROM orders WHERE {condition}", values))  # noqa: S608
