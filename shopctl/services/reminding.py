"""Remind customers of money: one letter for everything that is due, each step of a document once.

A row of `reminders` is one step of one document. It is written with its letter and its charge in one transaction, and
can exist only once: however many runs are at work, how often, or how late, nobody is reminded of the same twice.
Source: settled rule 20; rules for money, section 9.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch, insert_rows
from shopctl.db.fields import exact, stamp, units
from shopctl.domain import late_charges, reminding
from shopctl.domain.late_charges import NO_CHARGE, Charge
from shopctl.domain.notices import Notice, NoticeItem
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.reminding import ZERO, Debtor, Policy, Verdict, shown
from shopctl.errors import RefusedError
from shopctl.models import Reminder
from shopctl.services import charging, queueing, reminder_facts
from shopctl.services.charging import Bill, Booked, Charged
from shopctl.services.letters import Letter
from shopctl.services.notice_letters import notice_letter
from shopctl.services.queueing import NOTICE, Candidate, Queued
from shopctl.services.reminder_facts import KINDS, Owing
from shopctl.shop import Shop, operation

STORED: Final = (
    "kind", "document", "step", "customer_id", "email_id", "fee", "interest", "interest_until", "charge_id", "basis",
    "created_at",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a run is narrowed to.

    Attributes:
        kinds: `order`, `invoice`, or both: of which documents steps count as due.
        step: Only steps of this number; 0 for all.
        most: How many letters at most; None for all.
    """

    kinds: tuple[str, ...] = KINDS
    step: int = 0
    most: int | None = None


ALL: Final = Wish()


class DueRow(NamedTuple):
    """A document of which a step is due: what it charges, who is written to, or why it is left out.

    Attributes:
        step: From 1, within its `installment`, which counts from 1 too.
        email: The letter in the outbox; None while it is not queued.
    """

    document: str
    kind: str
    step: int
    installment: int
    customer_code: str
    customer_name: str
    recipient: str
    currency: str
    amount_due: Decimal
    due_date: dt.date
    days_late: int
    fee: Decimal
    interest: Decimal
    charge: str
    skip_reason: str
    email: int | None = None


class Plan(NamedTuple):
    """A letter that is to be written: the documents of which a step is due, and what else is overdue."""

    debtor: Debtor
    currency: str
    ready: tuple[Verdict, ...]
    others: tuple[Verdict, ...]
    charges: tuple[Charge, ...]


def plans(owing: Owing, rules: Policy, today: dt.date, wish: Wish = ALL) -> list[Plan]:
    """Step: decide which letters a customer is to get: one a currency, the documents of each the oldest first."""
    verdicts = reminding.judge(owing.debtor, owing.demands, rules, today)
    ready: dict[str, list[Verdict]] = {}
    for one in verdicts:
        if one.step and not one.reason and one.demand.kind in wish.kinds and wish.step in (0, shown(one.step)):
            ready.setdefault(one.demand.currency, []).append(one)
    return [_plan(owing.debtor, own, verdicts, rules, today) for own in ready.values()]


def _plan(debtor: Debtor, ready: Sequence[Verdict], verdicts: Iterable[Verdict], rules: Policy, today: dt.date) -> Plan:
    currency = ready[0].demand.currency
    others = tuple(
        one for one in verdicts if one.demand.currency == currency and one not in ready and reminding.listed(one, today)
    )
    charges = tuple(late_charges.charge(one.demand, one.step, rules, today) for one in ready)
    return Plan(debtor, currency, tuple(ready), others, charges)


def due(shop: Shop, customers: Sequence[int], wish: Wish = ALL) -> list[DueRow]:
    """Tell what the next run would do with customers: whom it would write to, and what it would leave out, and why.

    Args:
        customers: Their keys; a few hundred at a time keep memory small.
    """
    rules = reminder_facts.policy(shop)
    return [row for owing in reminder_facts.load(shop, customers) for row in _due(owing, rules, shop.today, wish)]


def _due(owing: Owing, rules: Policy, today: dt.date, wish: Wish) -> list[DueRow]:
    verdicts = reminding.judge(owing.debtor, owing.demands, rules, today)
    return [
        _row(owing.debtor, one, late_charges.charge(one.demand, one.step, rules, today), today)
        for one in reminding.steps_due(verdicts, rules, today)
        if one.demand.kind in wish.kinds and wish.step in (0, shown(one.step)) and one.reason != "billed"
    ]


def _row(
    debtor: Debtor, one: Verdict, charge: Charge, today: dt.date, booked: str = "", email: int | None = None
) -> DueRow:
    charge = NO_CHARGE if one.reason else charge
    demand = one.demand
    return DueRow(
        demand.number, demand.kind, shown(one.step), one.step // reminding.STRIDE + 1, debtor.code, debtor.label,
        debtor.address, demand.currency, demand.due(today), demand.due_on, demand.days_late(today), charge.fee,
        charge.interest, booked, one.reason, email,
    )  # fmt: skip


@operation("emails")
def remind(shop: Shop, customers: Sequence[int], wish: Wish = ALL) -> list[Outcome[DueRow]]:
    """Queue the letters that are due to customers, and book what they charge.

    Args:
        customers: Their keys. Those to whom nothing is due are passed over.

    Returns:
        An outcome for each document that a letter is about.

    Raises (as outcomes): what `posting.post` refuses, where fees cannot be booked.
    """
    rules, today = reminder_facts.policy(shop), shop.today
    found: list[Plan] = []
    for owing in reminder_facts.load(shop, customers, lock=True):
        found += plans(owing, rules, today, wish)
    found = found if wish.most is None else found[: wish.most]
    if rules.fees or rules.interest:
        shop.require("invoices")
    booked = _book(shop, found, rules)
    sound = [plan for plan, one in zip(found, booked, strict=True) if not isinstance(one, RefusedError)]
    charges = [one for one in booked if not isinstance(one, RefusedError)]
    letters = _queue(shop, sound, charges, rules)
    _store(shop, sound, charges, letters)
    outcomes: list[Outcome[DueRow]] = [
        Failed(verdict.demand.number, one)
        for plan, one in zip(found, booked, strict=True)
        if isinstance(one, RefusedError)
        for verdict in plan.ready
    ]
    for plan, charge, letter in zip(sound, charges, letters, strict=True):
        number = charge.number if charge else ""
        for verdict, amounts in zip(plan.ready, plan.charges, strict=True):
            row = _row(plan.debtor, verdict, amounts, today, number if amounts.total else "", letter)
            outcomes.append(Done(row.document, Change.CREATED, row))
    return outcomes


def _book(shop: Shop, found: Sequence[Plan], rules: Policy) -> list[Booked | RefusedError | None]:
    """Book what letters charge; None for a letter that charges nothing."""
    bills = {place: bill for place, plan in enumerate(found) if (bill := bill_of(plan, rules)).total}
    booked = dict(zip(bills, charging.book(shop, list(bills.values())), strict=True))
    return [booked.get(place) for place in range(len(found))]


def bill_of(plan: Plan, rules: Policy) -> Bill:
    """Step: gather what a letter charges."""
    charged = tuple(
        Charged(verdict.demand, verdict.step, charge)
        for verdict, charge in zip(plan.ready, plan.charges, strict=True)
        if charge.total
    )
    return Bill(plan.debtor, plan.currency, charged, rules.interest)


def _queue(shop: Shop, found: Sequence[Plan], charges: Sequence[Booked | None], rules: Policy) -> list[int]:
    """Write and queue the letters, and tell their rows."""
    candidates = []
    for plan, charge in zip(found, charges, strict=True):
        number = plan.ready[0].demand.number
        candidates.append(Candidate(_key(shop, plan), number, partial(_written, shop, plan, charge, rules)))
    queued = queueing.queue(shop, candidates, {})
    return [queued[one.key] for one in candidates]


def _key(shop: Shop, plan: Plan) -> str:
    """Name the letter by the steps that it takes, and the moment: one that did not leave does not count as a step."""
    steps = " ".join(f"{one.demand.kind}:{one.demand.number}:{one.step}" for one in plan.ready) + f" {stamp(shop.now)}"
    return f"{NOTICE}:{hashlib.sha256(steps.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def _written(shop: Shop, plan: Plan, charge: Booked | None, rules: Policy, key: str) -> Queued:
    notice = notice_of(shop, plan, rules, charge)
    letter = notice_letter(shop.config, notice)
    return Queued(
        key, plan.ready[0].demand.number, NOTICE, plan.debtor.address, letter, language=notice.language
    )  # fmt: skip


def notice_of(shop: Shop, plan: Plan, rules: Policy, charge: Booked | None = None) -> Notice:
    """Step: put together what a letter says."""
    today = shop.today
    items = [
        _item(verdict, rules, today, amounts, charge.number if charge and amounts.total else "")
        for verdict, amounts in zip(plan.ready, plan.charges, strict=True)
    ]
    items += [_item(one, rules, today, NO_CHARGE, "") for one in plan.others]
    items.sort(key=lambda one: (one.due_on or one.date, one.number))
    if charge and charge.total:
        items.append(_of_charge(charge, today))
    language = (plan.debtor.language or shop.config.shop.language)[:2].lower()
    return Notice(plan.debtor.name, language, plan.currency, tuple(items))


def _of_charge(charge: Booked, today: dt.date) -> NoticeItem:
    late = (today - charge.date).days
    return NoticeItem(
        "invoice", charge.number, charge.date, charge.date, charge.total, charge.total, late, charge.reference,
        first=True,
    )  # fmt: skip


def _item(one: Verdict, rules: Policy, today: dt.date, charge: Charge, booked: str) -> NoticeItem:
    """Say what a letter tells of a document; one that is only listed does not set its tone."""
    demand, order = one.demand, one.demand.kind == "order"
    asked = bool(one.step) and not one.reason
    return NoticeItem(
        demand.kind, demand.number, demand.issued_on, None if order else demand.due_on, demand.total, demand.due(today),
        0 if order else demand.days_late(today), demand.reference, max(shown(one.step), 1) if asked else 1,
        asked and reminding.is_last(demand, one.step, rules), charge.fee, charge.interest, booked,
        not 0 < demand.first < one.step if asked else not demand.first,
    )  # fmt: skip


def _store(shop: Shop, found: Sequence[Plan], charges: Sequence[Booked | None], letters: Sequence[int]) -> None:
    """Write the steps that were reached."""
    moment, today = stamp(shop.now), shop.today.isoformat()
    rows = []
    for plan, charge, letter in zip(found, charges, letters, strict=True):
        for verdict, amounts in zip(plan.ready, plan.charges, strict=True):
            one = verdict.demand
            rows.append(
                (one.kind, one.number, verdict.step, plan.debtor.key, letter, units(amounts.fee),
                 units(amounts.interest), today if amounts.interest else None,
                 charge.key if charge and amounts.total else None, "", moment)
            )  # fmt: skip
            shop.record("reminder.sent", one.number, step=shown(verdict.step), email=letter, **_told(amounts))
    insert_rows(Reminder, STORED, rows)


def _told(charge: Charge) -> Mapping[str, Decimal]:
    return {name: amount for name, amount in (("fee", charge.fee), ("interest", charge.interest)) if amount > ZERO}


def at_sending(shop: Shop, letter: int) -> tuple[Letter | None, str]:
    """Write a letter of the outbox anew just before it leaves, about what is due now.

    Documents that were paid, cancelled, disputed, promised or paused meanwhile drop out of it, and so do those of which
    a later letter reminds. If it charges for one of these it does not leave: the next run writes another one.

    Args:
        letter: Its row.

    Returns:
        The letter, or None and the reason why it must not leave any more.
    """
    taken = _taken(letter)
    keys = {one.customer for one in taken if one.customer}
    rules, today = reminder_facts.policy(shop), shop.today
    for owing in reminder_facts.load(shop, sorted(keys)):
        plan, charge = _again(owing, taken, rules, today)
        dropped = ", ".join(_dropped(taken, plan)) if charge and plan.ready else ""
        if dropped:
            return None, f"it charges for {dropped}, which is settled; the next run of reminders writes another one"
        if plan.ready:
            return notice_letter(shop.config, notice_of(shop, plan, rules, charge)), ""
    return None, _gone(taken)


def _dropped(taken: Sequence[_Taken], plan: Plan) -> list[str]:
    """List the documents for which a letter charges and that are not in it any more."""
    left = {one.demand.number for one in plan.ready}
    return [one.document for one in taken if one.charge.total and one.document not in left]


class _Taken(NamedTuple):
    """A step that a letter took."""

    kind: str
    document: str
    step: int
    customer: int | None
    charge: Charge
    booked: Booked | None


def _taken(letter: int) -> list[_Taken]:
    rows = fetch(
        Reminder,
        "SELECT r.kind, r.document, r.step, r.customer_id, r.fee, r.interest, i.id, i.number, i.reference, "
        "i.amount_total - i.allocated, i.date FROM reminders r LEFT JOIN invoices i ON i.id = r.charge_id "
        "WHERE r.email_id = ? ORDER BY r.id",
        (letter,),
    )
    return [
        _Taken(
            kind, document, step, customer, Charge(exact(fee), exact(interest)),
            Booked(key, number, reference or number, exact(left), dt.date.fromisoformat(day)) if key else None,
        )
        for kind, document, step, customer, fee, interest, key, number, reference, left, day in rows
    ]  # fmt: skip


def _again(owing: Owing, taken: Sequence[_Taken], rules: Policy, today: dt.date) -> tuple[Plan, Booked | None]:
    """Plan a letter that was planned before, with what still stands of it, and tell what its charge still asks for."""
    steps = {(one.kind, one.document): one for one in taken}
    verdicts = reminding.judge(owing.debtor, owing.demands, rules, today)
    ready, charges = [], []
    for one in verdicts:
        before = steps.get((one.demand.kind, one.demand.number))
        later = before and one.demand.reached > before.step
        if before and not later and (not one.reason or one.reason in reminding.LASTING):
            ready.append(one._replace(step=before.step, reason=""))
            charges.append(before.charge)
    charge = next((one.booked for one in taken if one.booked), None)
    apart = {one.demand.number for one in ready} | ({charge.number} if charge else set())
    currency = ready[0].demand.currency if ready else ""
    others = tuple(
        one
        for one in verdicts
        if one.demand.currency == currency and one.demand.number not in apart and reminding.listed(one, today)
    )
    return Plan(owing.debtor, currency, tuple(ready), others, tuple(charges)), charge


def _gone(taken: Sequence[_Taken]) -> str:
    """Say why a letter must not leave."""
    numbers = ", ".join(one.document for one in taken)
    return f"nothing of {numbers} is to be reminded of any more" if taken else "it reminds of nothing"


def due_of_guests(shop: Shop, wish: Wish = ALL) -> list[DueRow]:
    """Tell what is due with nobody known, which nobody can be reminded of."""
    rules = reminder_facts.policy(shop)
    return [row for owing in reminder_facts.guests(shop) for row in _due(owing, rules, shop.today, wish)]
