"""Suggest which outstanding credit should pay which open invoice, how sure that is, and why.

Source: rules for money, section 4: same order before structured reference before exact amount before oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from shopctl.domain.settlement import Credit

SAME_ORDER: Final = 100
QUOTED: Final = 50
SAME_AMOUNT: Final = 30
SURE: Final = 80
"""From this score on a suggestion that is the only one of its kind is safe: same order, or reference and amount."""

ZERO: Final = Decimal(0)


class Debt(NamedTuple):
    """An open invoice of the customer.

    Attributes:
        orders: Keys of the orders it bills.
        names: What its payer may quote: its reference and number, those of its orders.
        due: What is open, above zero.
    """

    key: int
    number: str
    due_on: date
    orders: frozenset[int]
    names: tuple[str, ...]
    currency: str
    due: Decimal


class Suggestion(NamedTuple):
    """A credit that should pay an invoice.

    Attributes:
        amount: How much of it, above zero.
        score: The sum of what speaks for it; 0 when it is only of the same customer.
        only: Nothing else of the same score competes for the credit or the invoice.
    """

    credit: Credit
    debt: Debt
    amount: Decimal
    score: int
    why: str
    only: bool


def suggest(credits: Sequence[Credit], debts: Sequence[Debt]) -> list[Suggestion]:
    """Suggest what the credits of one customer should pay; the best first, of equal ones the oldest.

    Never more than a credit has left, never more than an invoice is due; different currencies never meet.

    Args:
        credits: Each with something left.
        debts: Each with something due.
    """
    left = {_name(credit): credit.left for credit in credits}
    due = {debt.key: debt.due for debt in debts}
    found: list[Suggestion] = []
    scored = sorted(_scored(credits, debts), key=lambda pair: (-pair[0], _age(pair[1]), _urgency(pair[2])))
    for score, pairs in groupby(scored, key=lambda pair: pair[0]):
        found += _taken(score, [(credit, debt) for _, credit, debt in pairs], left, due)
    for currency in sorted({credit.currency for credit in credits}):
        found += _oldest(
            [one for one in sorted(credits, key=_age) if one.currency == currency],
            [one for one in sorted(debts, key=_urgency) if one.currency == currency],
            left,
            due,
        )
    return found


def _name(credit: Credit) -> tuple[str, int]:
    return credit.kind, credit.key


def _age(credit: Credit) -> tuple[date, str]:
    return credit.date, credit.number


def _urgency(debt: Debt) -> tuple[date, int]:
    return debt.due_on, debt.key


def _scored(credits: Iterable[Credit], debts: Sequence[Debt]) -> list[tuple[int, Credit, Debt]]:
    """Find the pairs for which more speaks than the customer."""
    by_order: dict[int, list[Debt]] = {}
    by_amount: dict[Decimal, list[Debt]] = {}
    for debt in debts:
        by_amount.setdefault(debt.due, []).append(debt)
        for order in debt.orders:
            by_order.setdefault(order, []).append(debt)
    found = []
    for credit in credits:
        near = [debt for order in credit.orders for debt in by_order.get(order, ())]
        near += by_amount.get(credit.left, ())
        near += [debt for debt in debts if credit.quotes(debt.names)] if credit.text else []
        pairs = {debt.key: debt for debt in near if debt.currency == credit.currency}
        found += [(sum(points for points, _ in _reasons(credit, debt)), credit, debt) for debt in pairs.values()]
    return found


def _reasons(credit: Credit, debt: Debt) -> list[tuple[int, str]]:
    return [
        *([(SAME_ORDER, "same order")] if credit.orders & debt.orders else []),
        *([(QUOTED, "quotes its reference")] if credit.quotes(debt.names) else []),
        *([(SAME_AMOUNT, "same amount")] if credit.left == debt.due else []),
    ]


def _taken(
    score: int, pairs: Sequence[tuple[Credit, Debt]], left: dict[tuple[str, int], Decimal], due: dict[int, Decimal]
) -> list[Suggestion]:
    """Take pairs of one score in turn, as far as something is left and due.

    They compete where together they have more than the invoice is due, or owe more than the credit has left.
    """
    open_ = [(credit, debt) for credit, debt in pairs if left[_name(credit)] and due[debt.key]]
    offered: dict[int, Decimal] = {}
    asked: dict[tuple[str, int], Decimal] = {}
    rivals: dict[object, int] = {}
    for credit, debt in open_:
        offered[debt.key] = offered.get(debt.key, ZERO) + left[_name(credit)]
        asked[_name(credit)] = asked.get(_name(credit), ZERO) + due[debt.key]
        for side in (debt.key, _name(credit)):
            rivals[side] = rivals.get(side, 0) + 1
    contested = {key for key, amount in offered.items() if rivals[key] > 1 and amount > due[key]}
    torn = {name for name, amount in asked.items() if rivals[name] > 1 and amount > left[name]}
    found = []
    for credit, debt in open_:
        amount = min(left[_name(credit)], due[debt.key])
        if amount:
            left[_name(credit)] -= amount
            due[debt.key] -= amount
            only = debt.key not in contested and _name(credit) not in torn
            why = ", ".join(words for _, words in _reasons(credit, debt))
            found.append(Suggestion(credit, debt, amount, score, why, only))
    return found


def _oldest(
    credits: Sequence[Credit], debts: Sequence[Debt], left: dict[tuple[str, int], Decimal], due: dict[int, Decimal]
) -> list[Suggestion]:
    """Use what is left on what is still due, the oldest first."""
    waiting = [credit for credit in credits if left[_name(credit)]]
    open_ = [debt for debt in debts if due[debt.key]]
    only = len(waiting) == 1 and len(open_) == 1
    found = []
    for debt in open_:
        while waiting and due[debt.key]:
            credit = waiting[0]
            amount = min(left[_name(credit)], due[debt.key])
            left[_name(credit)] -= amount
            due[debt.key] -= amount
            found.append(Suggestion(credit, debt, amount, 0, "same customer, the oldest", only))
            if not left[_name(credit)]:
                waiting.pop(0)
    return found
