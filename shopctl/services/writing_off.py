"""Write off what nobody pays any more: the rest of an invoice, or what came beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import insert_rows
from shopctl.db.fields import stamp, units
from shopctl.domain.billing import write_split
from shopctl.domain.early_discount import adjustment
from shopctl.domain.money import step_of
from shopctl.models import Allocation
from shopctl.services import facts
from shopctl.services.credits import Open
from shopctl.services.dividing import Split
from shopctl.services.posting import ALLOCATION, fixed_taxes
from shopctl.shop import Shop


class WrittenOff(NamedTuple):
    """A difference that is written off: of an invoice, or of a payment (its key) where there is no invoice.

    With `early` it is the early discount, which may reduce the taxes of the invoice.
    """

    number: str
    invoice: Open | None
    payment: int | None
    amount: Decimal
    reason: str
    early: bool


def lines_of(split: Split, payment: int, number: str) -> list[WrittenOff]:
    """List what is written off with a payment."""
    found = [
        WrittenOff(part.invoice.number, part.invoice, None, part.written_off, split.reason, split.early)
        for part in split.parts
        if part.written_off
    ]
    if split.surplus:
        found.append(WrittenOff(number, None, payment, split.surplus, split.reason, early=False))
    return found


def store(shop: Shop, written: Sequence[WrittenOff]) -> None:
    """Step: write allocations of what is written off; the counters of both sides count it already."""
    day, moment = shop.today.isoformat(), stamp(shop.now)
    splits = _tax_splits([one.invoice for one in written if one.early and one.invoice])
    rows = []
    for number, invoice, payment, amount, reason, early in written:
        key = invoice.key if invoice else None
        split = splits.get(key, "") if early and key else ""
        rows.append((key, payment, None, units(amount), day, moment, None, reason, split))
        shop.record("payment.written_off", number, amount=amount, reason=reason)
    insert_rows(Allocation, (*ALLOCATION, "write_off", "tax_split"), rows)


def _tax_splits(invoices: Sequence[Open]) -> dict[int, str]:
    """Tell by how much the early discount reduces each tax of some invoices, as it is stored."""
    reducing = [invoice for invoice in invoices if invoice.early.mode == "included"]
    if not reducing:
        return {}
    money, fixed = facts.document_amounts([invoice.key for invoice in reducing]), fixed_taxes()
    return {
        invoice.key: write_split(adjustment(invoice.early, money[invoice.key], fixed, step_of(invoice.currency)))
        for invoice in reducing
    }
