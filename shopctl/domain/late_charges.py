"""Work out what a reminder charges: a fee by its step, and simple interest on what is overdue.

Interest is never charged on interest: it runs on the open parts of the invoice alone, day by day of a year of 365.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.money import round_money, step_of
from shopctl.domain.reminding import ZERO, Demand, Policy, shown

DAYS_OF_A_YEAR: Final = 365


class Charge(NamedTuple):
    """What a step charges for an invoice.

    Attributes:
        since: The day after which the interest runs; it runs up to and with the day of the reminder.
        base: The amount on which it runs at its end.
    """

    fee: Decimal = ZERO
    interest: Decimal = ZERO
    since: date | None = None
    base: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What it comes to."""
        return self.fee + self.interest


NO_CHARGE: Final = Charge()


def charge(demand: Demand, step: int, policy: Policy, today: date) -> Charge:
    """Work out what a step charges; nothing for an order, or before something is overdue.

    Fees are in the shop's currency, so a step of an invoice in another one charges none.
    """
    if demand.kind != "invoice" or demand.obstacle == "charge" or demand.due_on >= today:
        return NO_CHARGE
    place = shown(step)
    fee = fee_of(policy, place) if demand.currency == policy.currency else ZERO
    percent = interest_of(policy, place)
    return _with_interest(demand, fee, percent, today) if percent else Charge(fee)


def fee_of(policy: Policy, place: int) -> Decimal:
    """Tell what the step at a place, from 1, charges in the shop's currency."""
    if not 0 < place <= len(policy.fees):
        return ZERO
    return round_money(policy.fees[place - 1], step_of(policy.currency))


def interest_of(policy: Policy, place: int) -> Decimal:
    """Tell the percent a year that the step at a place, from 1, charges."""
    return policy.interest if policy.interest_from and place >= policy.interest_from else ZERO


def _with_interest(demand: Demand, fee: Decimal, percent: Decimal, today: date) -> Charge:
    starts = [
        (max(part.due_on, demand.charged_until or part.due_on), part.open)
        for part in demand.parts
        if part.due_on < today
    ]
    owed = sum((amount * (today - start).days for start, amount in starts if start < today), ZERO)
    interest = round_money(owed * percent / 100 / DAYS_OF_A_YEAR, step_of(demand.currency))
    if interest <= 0:
        # What does not come to a cent yet is charged with the next step: the day up to which it ran does not move.
        return Charge(fee)
    return Charge(fee, interest, min(start for start, _ in starts), sum((amount for _, amount in starts), ZERO))
