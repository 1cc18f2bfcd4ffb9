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
    """An invoice and what is used on it now."""

    invoice: Open
    uses: tuple[Use, ...]


def count_on_invoices(settled: Iterable[Settled]) -> None:
    """Step: add what was used to the invoices' counters, never above their totals, and derive their status.

    Raises:
        ConflictError: An invoice was paid by somebody else meanwhile.
    """
    found = list(settled)
    paid = _paid_before([invoice.key for invoice, _ in found if invoice.allocated])
    rows = []
    for invoice, uses in found:
        amount = sum((use.amount for use in uses), Decimal(0))
        by_payment = invoice.key in paid or any(use.credit.kind == "payment" for use in uses)
        status = invoice_status(invoice.total, invoice.allocated + amount, by_payment)
        rows.append((invoice.key, units(invoice.allocated), units(amount), status))
    change_rows(
        Invoice,
        "allocated = allocated + :amount, payment_status = :status",
        "id = :id AND allocated = :before AND allocated + :amount <= amount_total",
        ("id", "before", "amount", "status"),
        rows,
    )


def _paid_before(invoices: Sequence[int]) -> set[int]:
    """Tell on which invoices a payment is used, credit notes aside."""
    if not invoices:
        return set()
    condition, values = among(Invoice, "invoice_id", invoices)
    return {
        key
        for (key,) in fetch(
            Invoice,
            f"SELECT DISTINCT invoice_id FROM allocations WHERE {condition} AND payment_id IS NOT NULL "  # noqa: S608
            "AND removed_at IS NULL",
            values,
        )
    }


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


def moved(billed: frozenset[int], origin: frozenset[int], amount: Decimal) -> dict[int, OrderMoney]:
    """Tell how money moves between orders when a credit of one order (or of none) pays an invoice of another.

    Args:
        billed: The orders of the invoice.
        origin: The orders that the credit belongs to.
    """
    if billed & origin:
        return {}
    sides = ((min(billed, default=0), amount), (min(origin, default=0), -amount))
    return {key: OrderMoney(paid=change) for key, change in sides if key}


def moved_between_orders(settled: Sequence[Settled]) -> dict[int, OrderMoney]:
    """Tell how money moves between orders when credits are used on invoices."""
    found: dict[int, OrderMoney] = {}
    for invoice, uses in settled:
        for use in uses:
            for key, change in moved(invoice.orders, use.credit.orders, use.amount).items():
                found[key] = found.get(key, OrderMoney()).plus(change)
    return found
