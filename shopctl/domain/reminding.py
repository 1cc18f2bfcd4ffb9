"""Decide which step of reminding about a document is due on a day, or why nobody is reminded of it.

Source: rules for money, section 9; settled rule 20.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

ZERO: Final = Decimal(0)

STRIDE: Final = 100
"""Steps of the second instalment count from 101, those of the third from 201: each is asked for by steps of its own."""

SKIPS: Final[dict[str, str]] = {
    "cancelled": "it is cancelled",
    "paid": "it is paid",
    "charge": "it charges fees or interest, and is listed in letters about the documents that caused them",
    "billed": "its invoice asks for the money",
    "not_billed": "no invoice has asked for the money yet",
    "on_hold": "the order is on hold",
    "disputed": "the customer disputes it",
    "promised": "the customer promised to pay",
    "paused": "its reminders are paused",
    "customer_paused": "reminders to the customer are paused",
    "authorized": "the customer authorized a payment that covers it",
    "credit": "money or credit notes of the customer cover it",
    "too_old": "it is older than reminders.activated_on",
    "minimum": "less is due than reminders.minimum",
    "no_address": "the customer has no e-mail address",
    "suppressed": "the customer's address gets no letters",
    "recent": "the customer was reminded less than reminders.pause days ago",
}
"""Why nobody is reminded of a document of which a step is due."""

LASTING: Final = frozenset({"too_old", "no_address", "suppressed", "recent", "charge"})
"""Reasons that keep a letter from being written, and not one that was written from leaving."""


class Policy(NamedTuple):
    """When the shop reminds of money, and what that costs; see `config.settings.Reminders`.

    Attributes:
        orders: Days after the order on which each step is due, rising; `invoices` days after what is due.
        currency: That of the fees.
    """

    orders: tuple[int, ...] = ()
    invoices: tuple[int, ...] = ()
    activated_on: date | None = None
    pause: int = 0
    minimum: Decimal = ZERO
    fees: tuple[Decimal, ...] = ()
    interest: Decimal = ZERO
    interest_from: int = 0
    currency: str = "EUR"

    def days(self, kind: str) -> tuple[int, ...]:
        """Tell the days of the steps of a kind of document."""
        return self.orders if kind == "order" else self.invoices


class Hold(NamedTuple):
    """Why nothing reminds of something, up to and with a day; without a day until somebody ends it."""

    reason: str
    until: date | None = None

    def stands(self, today: date) -> bool:
        """Tell whether it still holds."""
        return self.until is None or today <= self.until


class Part(NamedTuple):
    """What is open of an instalment, the `place`-th from 0; an order is one part, due when it was placed."""

    place: int
    due_on: date
    open: Decimal


class Demand(NamedTuple):
    """A document of which something is open.

    Attributes:
        kind: `order` or `invoice`.
        issued_on: The day of the document, in the shop's zone.
        parts: What is open, the oldest first; nothing for a document that is paid.
        reached: The highest step that was reached; 0 for none.
        first: The lowest one whose letter was not withdrawn; 0 for none.
        charged_until: The day up to and with which interest was charged; None for never.
        obstacle: A reason of `SKIPS` that lies in the document itself; empty for none.
        own: What is not used yet of the money of its own orders; `authorized` what its customer authorized.
    """

    kind: str
    key: int
    number: str
    currency: str
    issued_on: date
    total: Decimal
    parts: tuple[Part, ...]
    reference: str = ""
    reached: int = 0
    charged_until: date | None = None
    obstacle: str = ""
    hold: Hold | None = None
    own: Decimal = ZERO
    authorized: Decimal = ZERO
    first: int = 0

    @property
    def open(self) -> Decimal:
        """What is open in all, due or not."""
        return sum((part.open for part in self.parts), ZERO)

    @property
    def due_on(self) -> date:
        """When the oldest part that is open was or is to be paid."""
        return self.parts[0].due_on if self.parts else self.issued_on

    def due(self, today: date) -> Decimal:
        """Tell what is due: all parts whose day has come, or else the next one."""
        fallen = sum((part.open for part in self.parts if part.due_on <= today), ZERO)
        return fallen or (self.parts[0].open if self.parts else ZERO)

    def days_late(self, today: date) -> int:
        """Tell since how many days something of it is due; below zero before."""
        return (today - self.due_on).days


class Debtor(NamedTuple):
    """A customer who owes something.

    Attributes:
        name: How letters address them; `label` how lists call them.
        reminded_on: The day of the latest reminder of money to the customer; None for never.
        credits: Money and credit notes of the customer that belong to no live order, by currency.
        suppressed: The address gets no letters at all.
    """

    key: int
    code: str
    name: str
    address: str
    language: str = ""
    suppressed: bool = False
    hold: Hold | None = None
    reminded_on: date | None = None
    credits: Mapping[str, Decimal] = {}
    label: str = ""


class Verdict(NamedTuple):
    """What a day asks about a document: the step that is due, 0 for none, and why it is left out; empty to remind."""

    demand: Demand
    step: int
    reason: str


def shown(step: int) -> int:
    """Tell the step as people count it: within its instalment, from 1; 0 for none."""
    return step % STRIDE


def stage(demand: Demand, policy: Policy, today: date) -> int:
    """Tell the highest step whose day has come, of any part that is open; 0 for none.

    What fell due before the policy was activated counts for nothing.
    """
    days = policy.days(demand.kind)
    best = 0
    for part in demand.parts:
        step = bisect_right(days, (today - part.due_on).days)
        if step and not _is_old(part.due_on, policy):
            best = max(best, part.place * STRIDE + step)
    return best


def due_step(demand: Demand, policy: Policy, today: date) -> int:
    """Tell the step that is due and was not reached; earlier ones that were missed are left out for good."""
    found = stage(demand, policy, today)
    return found if found > demand.reached else 0


def next_day(demand: Demand, policy: Policy, today: date) -> date | None:
    """Tell the next day on which a step of a document is due, after today; None if there is none."""
    days = policy.days(demand.kind)
    coming = [
        part.due_on + timedelta(days=after)
        for part in demand.parts
        for step, after in enumerate(days, 1)
        if part.place * STRIDE + step > demand.reached
    ]
    return min((day for day in coming if day > today), default=None)


def is_last(demand: Demand, step: int, policy: Policy) -> bool:
    """Tell whether no step of the same part comes after this one."""
    return shown(step) >= len(policy.days(demand.kind))


def judge(debtor: Debtor, demands: Iterable[Demand], policy: Policy, today: date) -> tuple[Verdict, ...]:
    """Decide about all documents of a customer, the oldest first.

    Returns:
        One verdict a document; `reason` is told where no step is due, too.
    """
    found = sorted(demands, key=lambda one: (one.due_on, one.number))
    covered = _covered(debtor, found, today)
    return tuple(
        Verdict(one, due_step(one, policy, today), _reason(debtor, one, policy, today, one.number in covered))
        for one in found
    )


def steps_due(verdicts: Iterable[Verdict], policy: Policy, today: date) -> tuple[Verdict, ...]:
    """Keep the verdicts on documents of which a step is due, or would be if they were not too old."""
    everything = policy._replace(activated_on=None)
    return tuple(
        one if one.step else one._replace(step=due_step(one.demand, everything, today), reason="too_old")
        for one in verdicts
        if one.step or due_step(one.demand, everything, today)
    )


def listed(verdict: Verdict, today: date) -> bool:
    """Tell whether a letter about other documents lists this one: it is overdue, and nothing speaks against asking."""
    asked = verdict.reason in ("", "recent", "minimum", "too_old", "no_address", "suppressed", "charge")
    reached = verdict.demand.kind == "invoice" or bool(verdict.demand.reached)
    return asked and reached and verdict.demand.due_on < today


def _is_old(day: date, policy: Policy) -> bool:
    return policy.activated_on is not None and day < policy.activated_on


def _reason(debtor: Debtor, demand: Demand, policy: Policy, today: date, covered: bool) -> str:
    """Name the first thing that speaks against reminding of a document; empty if nothing does."""
    held = demand.hold if demand.hold and demand.hold.stands(today) else None
    promise = {"promise": "promised"}
    due = demand.due(today)
    told = (
        (demand.obstacle, bool(demand.obstacle)),
        ("paid", due <= 0),
        (promise.get(held.reason, "paused") if held else "", held is not None),
        ("customer_paused", debtor.hold is not None and debtor.hold.stands(today)),
        ("authorized", demand.authorized >= due),
        ("credit", covered),
        ("too_old", _is_old(demand.parts[-1].due_on if demand.parts else demand.issued_on, policy)),
        ("minimum", due < policy.minimum),
        ("no_address", not debtor.address),
        ("suppressed", debtor.suppressed),
        ("recent", _is_recent(debtor, policy, today)),
    )
    return next((reason for reason, holds in told if holds), "")


def _is_recent(debtor: Debtor, policy: Policy, today: date) -> bool:
    return debtor.reminded_on is not None and (today - debtor.reminded_on).days < policy.pause


def _covered(debtor: Debtor, demands: Sequence[Demand], today: date) -> frozenset[str]:
    """Find the documents that money of the customer covers in full; it goes to the oldest first, each cent once."""
    free = dict(debtor.credits)
    found = set()
    for one in demands:
        due = one.due(today)
        if one.obstacle or due <= 0:
            continue
        needed = max(due - one.own, ZERO)
        if needed <= free.get(one.currency, ZERO):
            free[one.currency] = free.get(one.currency, ZERO) - needed
            found.add(one.number)
    return frozenset(found)
