"""Find what money that came in is for: an order, one or several invoices, or a customer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.numbering import draft_key
from shopctl.errors import NotFoundError, RefusedError
from shopctl.models import Payment
from shopctl.services import facts
from shopctl.services.credits import Open, of_orders, open_invoices, orders_of
from shopctl.services.customers import find_customer
from shopctl.services.facts import OrderFacts
from shopctl.services.invoices import known
from shopctl.services.orders import stored_numbers
from shopctl.services.receipts import Receipt, require_currency
from shopctl.services.schedules import installments_of
from shopctl.shop import Shop


class Target(NamedTuple):
    """What a receipt is for: the order it belongs to, and the invoices it pays, oldest first."""

    customer: int | None
    currency: str
    order: OrderFacts | None
    invoices: tuple[Open, ...]
    due: Decimal


WAITING = ("sent",)
"""States of orders that a payment confirms; only for that their lines are needed."""


class Targets:
    """The documents that receipts name, loaded and locked together: orders first, then invoices."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        references = [reference for receipt in receipts for reference in receipt.references]
        self.numbers = stored_numbers(references)
        asked = set(self.numbers.values())
        self.keys = known(references)
        billed = orders_of(list(self.keys.values()))
        owners = _numbers({key for keys in billed.values() for key in keys})
        found = facts.orders(sorted(asked | set(owners)), lines_of=WAITING)
        self.orders = {number: order for number, order in found.items() if number in asked}
        self.owners = {order.key: order for order in found.values()}
        self.by_order = _invoices_of([order.key for order in self.orders.values()])
        everything = sorted({*self.keys.values(), *(key for keys in self.by_order.values() for key in keys)})
        self.invoices = open_invoices(everything, lock=True)
        self.money = _money([*self.owners])
        self.payments_of = _last_payments(everything)
        self.credits = of_orders(self.owners, lock=True)
        self.parts = installments_of(everything) if any(receipt.due for receipt in receipts) else {}

    def find(self, receipt: Receipt, shop: Shop) -> Target:
        """Tell what one receipt is for.

        Raises:
            ShopError: There is no such document, or it cannot be paid together with the others.
        """
        if not receipt.reference:
            currency = receipt.currency or shop.config.shop.currency
            return Target(find_customer(receipt.customer), currency, None, (), Decimal(0))
        order = self.orders.get(self.numbers[receipt.reference])
        if order is not None and not receipt.further:
            open_ = tuple(self.invoices[key] for key in self.by_order.get(order.key, ()) if key in self.invoices)
            total, paid, _ = self.money[order.key]
            require_currency(receipt, order.currency)
            return Target(order.buyer.key, order.currency, order, open_, total - paid)
        first = self._invoice(receipt.reference)
        if not receipt.further:
            return self._paying(receipt, (first,), first.orders, first.due)
        invoices = {one.key: one for one in (first, *(self._invoice(reference) for reference in receipt.further))}
        return self._together(receipt, sorted(invoices.values(), key=lambda one: (one.due_date, one.key)))

    def _invoice(self, reference: str) -> Open:
        key = self.keys.get(reference)
        if key is None and self.numbers[reference] in self.orders:
            raise RefusedError(
                "payment.together",
                f"{reference} is an order, and one payment is registered for one order or for several invoices",
                hint=f"shopctl payment register {reference}",
            )
        if key is None:
            raise NotFoundError(
                "invoice.unknown", f"there is no order or invoice {reference}", hint="shopctl orders list --unpaid"
            )
        if key not in self.invoices:
            raise RefusedError(
                "invoice.not_posted",
                f"{reference} is not a posted invoice, so it cannot be paid",
                hint=f"shopctl invoice confirm {reference}"
                if draft_key(reference)
                else f"shopctl invoice show {reference}",
            )
        return self.invoices[key]

    def _together(self, receipt: Receipt, invoices: Sequence[Open]) -> Target:
        first = invoices[0]
        for other in invoices[1:]:
            if (other.customer, other.currency) != (first.customer, first.currency):
                raise RefusedError(
                    "payment.together",
                    f"{first.number} and {other.number} differ in customer or currency, so one payment is not for both",
                    hint="register a payment for each",
                )
        orders = frozenset(key for one in invoices for key in one.orders)
        return self._paying(receipt, tuple(invoices), orders, sum((one.due for one in invoices), Decimal(0)))

    def _paying(self, receipt: Receipt, invoices: tuple[Open, ...], orders: frozenset[int], due: Decimal) -> Target:
        """Make the target of invoices; the payment belongs to their order if that is only one."""
        first = invoices[0]
        require_currency(receipt, first.currency)
        owner = self.owners[min(orders)] if len(orders) == 1 else None
        return Target(first.customer, first.currency, owner, invoices, due)


def _invoices_of(orders: Sequence[int]) -> dict[int, list[int]]:
    condition, values = among(Payment, "b.order_id", orders)
    found: dict[int, list[int]] = {}
    for order, invoice in fetch(
        Payment,
        "SELECT b.order_id, b.invoice_id FROM invoice_orders b JOIN invoices i ON i.id = b.invoice_id "  # noqa: S608
        f"WHERE {condition} AND i.state = 'posted' AND i.type = 'invoice' ORDER BY i.due_date, i.id",
        values,
    ):
        found.setdefault(order, []).append(invoice)
    return found


def _numbers(keys: set[int]) -> list[str]:
    condition, values = among(Payment, "id", sorted(keys))
    return [number for (number,) in fetch(Payment, f"SELECT number FROM orders WHERE {condition}", values)]  # noqa: S608


def _money(keys: Sequence[int]) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    condition, values = among(Payment, "id", keys)
    found = fetch(Payment, f"SELECT id, amount_total, paid, pending FROM orders WHERE {condition}", values)  # noqa: S608
    return {key: (exact(total), exact(paid), exact(pending)) for key, total, paid, pending in found}


def _last_payments(invoices: Sequence[int]) -> dict[int, int]:
    condition, values = among(Payment, "invoice_id", invoices)
    return dict(
        fetch(
            Payment,
            f"SELECT invoice_id, max(payment_id) FROM allocations WHERE {condition} "  # noqa: S608
            "AND removed_at IS NULL AND payment_id IS NOT NULL GROUP BY invoice_id",
            values,
        )
    )
