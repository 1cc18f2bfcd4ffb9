"""Share the steps of everything that pays invoices: counters, statuses, the orders' money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact, units
from shopctl.domain.settlement import Use, invoice_status, order_status
from shopctl.models import Invoice, Order
from shopctl.services.credits import Open
from shopctl.services.facts import locking


class Settled(NamedTuple):
    """An invoice, what is used on it now, and what of it is written off."""

    invoice: Open
    uses: tuple[Use, ...]
    written_off: Decimal = Decimal(0)


def count_on_invoices(settled: Iterable[Settled]) -> None:
    """Step: add what was used to the invoices' counters, never above their totals, and derive their status.

    Raises:
        ConflictError: An invoice was paid by somebody else meanwhile.
    """
    rows = []
    for invoice, uses, written_off in settled:
        amount = sum((use.amount for use in uses), written_off)
        by_payment = invoice.payment_status == "paid" or any(use.credit.kind == "payment" for use in uses)
        by_credit = any(use.credit.kind == "credit_note" for use in uses)
        if not by_payment and invoice.allocated:
            by_payment = has_payment(invoice.key)
            by_credit = by_credit or has_credit_note(invoice.key)
        status = invoice_status(invoice.total, invoice.allocated + amount, by_payment, by_credit)
        rows.append((invoice.key, units(invoice.allocated), units(amount), status))
    change_rows(
        Invoice,
        "allocated = allocated + :amount, payment_status = :status",
        "id = :id AND allocated = :before AND allocated + :amount <= amount_total",
        ("id", "before", "amount", "status"),
        rows,
    )


def has_payment(invoice: int) -> bool:
    """Tell whether any payment was used on an invoice, credit notes aside."""
    return _has(invoice, "payment_id")


def has_credit_note(invoice: int) -> bool:
    """Tell whether any credit note was used on an invoice."""
    return _has(invoice, "credit_note_id")


def _has(invoice: int, column: str) -> bool:
    statement = (
        f"SELECT 1 FROM allocations WHERE invoice_id = ? AND {column} IS NOT NULL AND removed_at IS NULL LIMIT 1"  # noqa: S608  # a column of ours
    )
    return bool(fetch(Invoice, statement, (invoice,)))


class OrderMoney(NamedTuple):
    """Changes to the money of an order."""

    paid: Decimal = Decimal(0)
    pending: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)

    def plus(self, other: OrderMoney) -> OrderMoney:
        """Add other changes."""
        return OrderMoney(*(mine + more for mine, more in zip(self, other, strict=True)))

    def negative(self) -> OrderMoney:
        """Turn the changes around."""
        return OrderMoney(*(-mine for mine in self))


def count_on_orders(changes: Mapping[int, OrderMoney]) -> None:
    """Step: add to what orders were paid and await, and derive their payment status."""
    keys = sorted(key for key, change in changes.items() if any(change))
    if not keys:
        return
    condition, values = among(Order, "o.id", keys)
    found = fetch(
        Order,
        f"SELECT o.id, o.amount_total, o.paid, o.pending, o.refunded FROM orders o WHERE {condition} "  # noqa: S608
        f"ORDER BY o.id{locking('o')}",
        values,
    )
    rows = []
    for key, total, paid, pending, refunded in found:
        change = changes[key]
        now_paid, now_pending = exact(paid) + change.paid, exact(pending) + change.pending
        now_refunded = exact(refunded) + change.refunded
        status = order_status(exact(total), now_paid, now_pending, now_refunded)
        rows.append((key, paid, units(now_paid), units(now_pending), units(now_refunded), status))
    change_rows(
        Order,
        "paid = :paid, pending = :pending, refunded = :refunded, payment_status = :status",
        "id = :id AND paid = :before",
        ("id", "before", "paid", "pending", "refunded", "status"),
        rows,
    )


def moved_between_orders(settled: Sequence[Settled]) -> dict[int, OrderMoney]:
    """Tell how money moves between orders when a credit of one order (or of none) pays an invoice of another."""
    moved: dict[int, Decimal] = {}
    for invoice, uses, _ in settled:
        for use in uses:
            if use.credit.orders & invoice.orders:
                continue
            for key, sign in ((min(invoice.orders, default=0), 1), (min(use.credit.orders, default=0), -1)):
                if key:
                    moved[key] = moved.get(key, Decimal(0)) + sign * use.amount
    return {key: OrderMoney(paid=amount) for key, amount in moved.items()}
