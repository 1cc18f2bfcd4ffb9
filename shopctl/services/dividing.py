"""Divide money that came in over what it pays: early discounts taken, differences left open or written off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.early_discount import stands
from shopctl.domain.money import with_currency
from shopctl.domain.settlement import close
from shopctl.errors import RefusedError
from shopctl.services.credits import Open
from shopctl.services.receipts import Receipt

ZERO = Decimal(0)


class Debt(NamedTuple):
    """An invoice with what is due on it now."""

    invoice: Open
    due: Decimal


class Part(NamedTuple):
    """What a payment does to one invoice; `left` is due then."""

    invoice: Open
    used: Decimal
    written_off: Decimal
    left: Decimal


class Split(NamedTuple):
    """What a payment does.

    Attributes:
        parts: What goes to which invoice, the oldest first.
        surplus: What is written off of the payment itself.
        reason: Why something is written off.
        early: Whether it is the early discount that is written off.
    """

    parts: tuple[Part, ...]
    surplus: Decimal
    reason: str
    early: bool

    def on_orders(self, owner: int, amount: Decimal) -> dict[int, Decimal]:
        """Tell what the orders count as paid: the money, and what nobody has to pay any more.

        What is written off counts for the first order of its invoice.

        Args:
            owner: The order that the payment belongs to; 0 for none, then each invoice counts for its first order.
            amount: How much came.
        """
        found = {owner: amount - self.surplus} if owner else {}
        for part in self.parts:
            order = min(part.invoice.orders, default=0)
            counted = part.written_off if owner else part.used + part.written_off
            if order and counted:
                found[order] = found.get(order, ZERO) + counted
        return found


def early_discounts(debts: Sequence[Debt], receipt: Receipt, day: date) -> dict[int, Decimal]:
    """Tell which invoices still grant an early discount on a day of payment, and how much, by their keys."""
    if receipt.keep_open or receipt.write_off not in ("", "discount"):
        return {}
    return {
        invoice.key: invoice.total - invoice.early.amount
        for invoice, due in debts
        if due == invoice.total and stands(invoice.early, invoice.allocated, day)
    }


def divide(
    debts: Sequence[Debt], receipt: Receipt, amount: Decimal, due: Decimal, discounts: Mapping[int, Decimal]
) -> Split:
    """Use money on the invoices it is for, oldest first, and decide about the difference.

    Args:
        due: What is due in all; for an order that may be more than its invoices.
        discounts: The early discounts that can be taken; they are when exactly the rest is paid.

    Raises:
        RefusedError: A difference cannot be written off before everything is billed.
    """
    early = bool(discounts) and amount == due - sum(discounts.values(), ZERO)
    if early:
        closing = close([rest - discounts.get(one.key, ZERO) for one, rest in debts], amount, mark_paid=False)
        written_off = tuple(discounts.get(one.key, ZERO) for one, _ in debts)
    else:
        if receipt.write_off and due != sum((debt.due for debt in debts), ZERO):
            raise RefusedError(
                "payment.write_off",
                f"{receipt.reference} is not billed to the end, so nothing of it can be written off",
                hint=f"name the invoice: shopctl payment register INVOICE --amount A --write-off {receipt.write_off}",
            )
        closing = close([rest for _, rest in debts], amount, mark_paid=bool(receipt.write_off))
        written_off = closing.written_off
    parts = tuple(
        Part(invoice, used, rest, open_ - used - rest)
        for (invoice, open_), used, rest in zip(debts, closing.used, written_off, strict=True)
        if used or rest
    )
    return Split(parts, closing.surplus, "discount" if early else receipt.write_off, early)


def notes_of(split: Split, receipt: Receipt) -> list[str]:
    """Say how each invoice stands, and what was written off."""
    notes = []
    for invoice, _, written_off, left in split.parts:
        if written_off:
            what = "early-payment discount" if split.early else f"written off ({split.reason})"
            notes.append(f"{invoice.number}: {with_currency(written_off, invoice.currency)} {what}")
        if left:
            notes.append(f"{invoice.number}: {with_currency(left, invoice.currency)} still due")
        else:
            notes.append(f"{invoice.number} is PAID")
    if split.surplus:
        currency = split.parts[0].invoice.currency
        notes.append(f"{with_currency(split.surplus, currency)} more than due, written off ({receipt.write_off})")
    return notes
