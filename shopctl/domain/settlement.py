"""Use credits on what is due: never more than the credit has left, never more than is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from shopctl.domain.references import quotes

if TYPE_CHECKING:
    from shopctl.domain.terms import Installment

ZERO = Decimal(0)


class Credit(NamedTuple):
    """Money of a customer that is not used yet: a payment or a credit note.

    Attributes:
        key: The row it is kept in.
        kind: `payment` or `credit_note`.
        orders: Keys of the orders it belongs to.
        left: What is not used yet, above zero.
        text: What the payer or the bank wrote, where references may be quoted.
    """

    key: int
    kind: str
    number: str
    date: date
    orders: frozenset[int]
    currency: str
    amount: Decimal
    left: Decimal
    text: str = ""

    def quotes(self, names: Iterable[str]) -> bool:
        """Tell whether the payer quoted one of these numbers or references."""
        return bool(self.text) and any(quotes(self.text, name) for name in names)


class Use(NamedTuple):
    """A part of a credit that goes to an invoice."""

    credit: Credit
    amount: Decimal


def rank(
    credit: Credit, orders: frozenset[int], due: Decimal, names: Iterable[str] = ()
) -> tuple[bool, bool, bool, date, str]:
    """Order credits for automatic use: same order first, then the reference, then the exact amount, then the oldest.

    Args:
        names: What a payer of the invoice may quote.
    """
    return (not (credit.orders & orders), not credit.quotes(names), credit.left != due, credit.date, credit.number)


def spread(credits: Sequence[Credit], due: Decimal) -> tuple[Use, ...]:
    """Use credits in the order given until nothing is due any more.

    Args:
        credits: In one currency, each with something left.
        due: What is open on the invoice, zero or more.

    Returns:
        The uses; their sum is the smaller of `due` and what all credits have left.
    """
    uses = []
    for credit in credits:
        if due <= 0:
            break
        amount = min(credit.left, due)
        uses.append(Use(credit, amount))
        due -= amount
    return tuple(uses)


def only_match(credits: Sequence[Credit], orders: frozenset[int], due: Decimal) -> Credit | None:
    """Find the credit that is meant without being named.

    That is the only one of the same order with the same amount; else the only credit there is, if it fits.

    Source: the command-line contract, `payment allocate`.
    """
    exact = [credit for credit in credits if credit.orders & orders and credit.left == due]
    if len(exact) == 1:
        return exact[0]
    if len(credits) == 1 and credits[0].left <= due:
        return credits[0]
    return None


def why(credit: Credit, orders: frozenset[int], due: Decimal, names: Iterable[str] = ()) -> str:
    """Say in a few words why a credit is offered.

    Args:
        names: What a payer of the invoice may quote.
    """
    reasons = [
        *(["same order"] if credit.orders & orders else []),
        *(["quotes its reference"] if credit.quotes(names) else []),
        *(["same amount"] if credit.left == due else []),
    ]
    return ", ".join(reasons) or "same customer"


def fitting(amounts: Sequence[Decimal], total: Decimal) -> int:
    """Tell how many amounts, from the first on, are together not more than a total."""
    for count, amount in enumerate(amounts):
        total -= amount
        if total < 0:
            return count
    return len(amounts)


class Closing(NamedTuple):
    """What a payment over some invoices comes to.

    Attributes:
        used: What goes to each invoice.
        written_off: What of each invoice nobody pays any more.
        left: What stays a credit.
        surplus: What of the payment belongs to nobody any more.
    """

    used: tuple[Decimal, ...]
    written_off: tuple[Decimal, ...]
    left: Decimal
    surplus: Decimal


def close(dues: Sequence[Decimal], amount: Decimal, *, mark_paid: bool) -> Closing:
    """Use a payment on invoices, the first ones first, and decide what happens to the difference.

    Args:
        dues: What is open on each invoice, the oldest first.
        amount: How much came.
        mark_paid: Write the difference off; otherwise it stays open, or a credit.
    """
    used = []
    left = amount
    for due in dues:
        part = min(due, left)
        used.append(part)
        left -= part
    rests = tuple(due - part for due, part in zip(dues, used, strict=True))
    if mark_paid:
        return Closing(tuple(used), rests, ZERO, left)
    return Closing(tuple(used), (ZERO,) * len(used), left, ZERO)


def invoice_status(total: Decimal, allocated: Decimal, by_payment: bool, by_credit: bool = True) -> str:
    """Tell the payment status of a posted document.

    Args:
        total: Document total, zero or more.
        allocated: Sum of its allocations.
        by_payment: Whether any payment took part.
        by_credit: Whether a credit note took part; without any payment that makes it `reversed`. What is written
            off changes nothing about it.

    Source: settled rule 8; a zero total is paid when posted.
    """
    if allocated < total:
        return "partial" if allocated else "not_paid"
    return "paid" if by_payment or not by_credit or not total else "reversed"


def order_due(state: str, payment_status: str, total: Decimal, paid: Decimal) -> Decimal:
    """Tell what is still to be paid of an order; zero for a cancelled, refunded or overpaid one."""
    if state == "cancelled" or payment_status == "refunded":
        return Decimal(0)
    return max(total - paid, Decimal(0))


USED: Final = {"not_paid": "open", "partial": "partly_used", "paid": "used_up", "reversed": "used_up"}
"""How people call the payment status of a credit note: nobody pays one, its money is used."""


def order_status(total: Decimal, paid: Decimal, pending: Decimal, refunded: Decimal) -> str:
    """Tell the payment status of an order from its money.

    Args:
        total: Order total.
        paid: Money that came in and stayed.
        pending: Money announced (a wire transfer awaited), not here yet.
        refunded: Money that went back.
    """
    if refunded > 0 and paid <= 0:
        return "refunded"
    if paid > total:
        return "overpaid"
    if paid == total and (paid or not pending):
        return "paid"
    if paid > 0:
        return "partial"
    return "pending" if pending > 0 else "not_paid"


def residuals(amounts: Sequence[Decimal], allocated: Decimal) -> tuple[Decimal, ...]:
    """Tell what is still open on each instalment, money going to the oldest first."""
    left = []
    for amount in amounts:
        used = min(amount, allocated)
        allocated -= used
        left.append(amount - used)
    return tuple(left)


class Proposal(NamedTuple):
    """The payment to propose: `next` instalment, the `overdue` ones together, `full`, or the `early` amount."""

    amount: Decimal
    kind: str


def overdue(parts: Sequence[Installment], allocated: Decimal, today: date) -> Decimal:
    """Tell how much should have been paid before a day and was not; instalments count, not the last due date."""
    due = sum((part.amount for part in parts if part.due_date < today), ZERO)
    return max(due - allocated, ZERO)


def proposal(parts: Sequence[Installment], allocated: Decimal, today: date) -> Proposal | None:
    """Tell which payment to propose; none when nothing is open.

    Args:
        parts: The instalments, the earliest first.

    Source: rules for money, section 3.2.
    """
    open_ = [left for left in residuals([part.amount for part in parts], allocated) if left]
    if not open_:
        return None
    late = overdue(parts, allocated, today)
    if not late:
        return Proposal(open_[0], "next")
    return Proposal(late, "full" if late == sum(open_, ZERO) else "overdue")


def falling(parts: Sequence[Installment], allocated: Decimal, today: date, which: str) -> Decimal:
    """Tell what of an invoice is to be paid now, if not all of it.

    Args:
        parts: The instalments, the earliest first.
        which: `next` for the first one that is open, `overdue` for all that should have been paid before today.
    """
    if which == "overdue":
        return overdue(parts, allocated, today)
    return next((left for left in residuals([part.amount for part in parts], allocated) if left), ZERO)
