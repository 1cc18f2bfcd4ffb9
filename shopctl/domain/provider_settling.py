"""Decide what the lines of payment providers are: charges that brought a payment, money that went back, payouts.

Everything here is values in, values out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.money import with_currency

ZERO: Final = Decimal(0)

PROVIDERS: Final = ("stripe", "paypal", "adyen", "mollie", "braintree")
"""Formats whose statements are those of a payment provider."""

BACK: Final = ("refund", "chargeback")
"""Kinds of lines by which money of a payment goes back."""

EARLY: Final = dt.timedelta(days=3)
LATE: Final = dt.timedelta(days=10)
"""How long before and after a payout the money of it may be booked at the bank."""


class Line(NamedTuple):
    """A line of a provider's statement that is not explained.

    Attributes:
        provider: One of `PROVIDERS`.
        amount: What the payer paid, or below zero what went back or was paid out.
        reference: The shop's own number, as the provider tells it.
        marks: The provider's own marks of it, the plainest first.
        target: The mark of what it takes back.
    """

    key: int
    address: str
    provider: str
    kind: str
    date: dt.date
    currency: str
    amount: Decimal
    fee: Decimal
    reference: str
    marks: tuple[str, ...]
    target: str
    remark: str = ""


class Paid(NamedTuple):
    """A payment that is stored; `line` is the one on which it was seen."""

    key: int
    number: str
    direction: str
    state: str
    currency: str
    amount: Decimal
    allocated: Decimal
    returned: Decimal
    method: str
    customer: int | None
    order: int | None
    line: int | None

    @property
    def free(self) -> Decimal:
        """What of it is neither used nor given back."""
        return self.amount - self.allocated - self.returned


def contradiction(line: Line, paid: Paid) -> str:
    """Say why a line cannot be the payment that bears its mark; empty when it is."""
    if paid.state != "done":
        return f"{paid.number} with the same reference is {paid.state}"
    if paid.line is not None:
        return f"{paid.number} with the same reference was seen on another line"
    signed = paid.amount if paid.direction == "inbound" else -paid.amount
    if (signed, paid.currency) != (line.amount, line.currency):
        return f"{paid.number} with the same reference is {with_currency(signed, paid.currency)}"
    return ""


class Told(NamedTuple):
    """What lines told so far of the money that went back of one payment.

    Attributes:
        named: The sum of those that have a mark of their own.
        whole: The largest of those that have none: they tell what went back in all.
    """

    named: Decimal = ZERO
    whole: Decimal = ZERO

    @property
    def back(self) -> Decimal:
        """What went back by them."""
        return max(self.named, self.whole)

    def rest(self, line: Line, by_hand: Decimal) -> Decimal:
        """Tell how much went back by a line that was not told before.

        Args:
            by_hand: What was registered by hand and no line has told: it is part of what went back in all.
        """
        if line.marks:
            return self.plus(line).back - self.back
        return max(-line.amount - max(self.named + by_hand, self.whole), ZERO)

    def plus(self, line: Line) -> Told:
        """Add a line that took money back."""
        if line.marks:
            return self._replace(named=self.named - line.amount)
        return self._replace(whole=max(self.whole, -line.amount))


def refusal(paid: Paid | None, currency: str, amount: Decimal, planned: Decimal = ZERO) -> str:
    """Say why money cannot have gone back of a payment; empty when it can.

    Args:
        planned: What goes back of it besides.
    """
    if paid is None:
        return "the payment that it takes back is not known"
    if paid.direction != "inbound" or paid.state != "done":
        return f"{paid.number}, which it takes back, is {paid.state}"
    if paid.currency != currency:
        return f"{paid.number}, which it takes back, is in {paid.currency}"
    left = paid.amount - paid.returned - planned
    return f"{with_currency(left, currency)} of {paid.number} can still go back" if amount > left else ""


def to_release(amounts: Sequence[Decimal], needed: Decimal) -> tuple[int, Decimal]:
    """Tell how many uses of a payment end so that enough of it is free.

    Args:
        amounts: The uses, the newest first.
        needed: What has to become free.

    Returns:
        How many end, and what of the last of them is used again.
    """
    freed = ZERO
    for count, amount in enumerate(amounts):
        if freed >= needed:
            return count, freed - needed
        freed += amount
    return len(amounts), max(freed - needed, ZERO)


class Arrival(NamedTuple):
    """An open line of a bank that may be a payout; `said` is everything written on it."""

    key: int
    address: str
    date: dt.date
    currency: str
    amount: Decimal
    said: str


def arrived(payout: Line, arrivals: Iterable[Arrival]) -> tuple[Arrival | None, str]:
    """Find the line of the bank on which a payout arrived: the only one of its amount, or that names the provider.

    Returns:
        The line, or None with the reason, which is empty where there is no line yet.
    """
    fitting = [
        one
        for one in arrivals
        if (one.amount, one.currency) == (-payout.amount, payout.currency)
        and payout.date - EARLY <= one.date <= payout.date + LATE
    ]
    marks = [mark.casefold() for mark in (payout.provider, *payout.marks, payout.reference) if mark]
    named = [one for one in fitting if any(mark in one.said.casefold() for mark in marks)]
    found = named or fitting
    if len(found) == 1:
        return found[0], ""
    return None, f"{', '.join(one.address for one in found)} could be it" if found else ""
