"""Tell what the next run of reminders would do, write its letters beforehand, and put the steps into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain import late_charges
from shopctl.domain.money import with_currency
from shopctl.services import cart_runs, reminder_facts, reminder_holds, reminding
from shopctl.services.charging import Booked
from shopctl.services.customers import find_customer
from shopctl.services.letters import Letter, language_of
from shopctl.services.notice_letters import notice_letter
from shopctl.services.reminder_facts import KINDS
from shopctl.services.reminding import DueRow, Plan, Wish
from shopctl.shop import Shop


class Question(NamedTuple):
    """What is asked of the next run; everything given must hold.

    Attributes:
        skipped: What it would leave out, in place of what it would do.
    """

    kind: str = ""
    step: int = 0
    document: str = ""
    customer: str = ""
    skipped: bool = False


class LetterRow(NamedTuple):
    """A letter as it would be queued."""

    document: str
    kind: str
    recipient: str
    cc: str
    language: str
    attachment: str
    subject: str
    text: str
    html: str
    customer: str


class StepRow(NamedTuple):
    """A step as the shop has it set up."""

    kind: str
    step: int
    words: str
    after: str
    currency: str
    fee: Decimal | None
    interest: Decimal | None
    setting: str


def due(shop: Shop, question: Question) -> list[DueRow]:
    """List the documents of which a step is due, the longest overdue first: those reminded of, or those left out.

    Raises:
        NotFoundError: There is no such customer.
    """
    kinds = tuple(kind for kind in KINDS if question.kind in ("", kind))
    wish = Wish(kinds, question.step)
    found = cart_runs.due(shop, wish, question.customer) if question.kind in ("", "cart") else []
    keys = [find_customer(question.customer)] if question.customer else (
        reminder_facts.customers_due(shop, kinds, waiting=not question.skipped)
    )  # fmt: skip
    found += [row for part in reminder_facts.parts(keys if kinds else ()) for row in reminding.due(shop, part, wish)]
    if question.skipped and kinds and not question.customer:
        found += reminding.due_of_guests(shop, wish)
    numbers = (
        {number for _, number in reminder_holds.named([question.document]).values()} if question.document else None
    )
    kept = [
        row
        for row in found
        if bool(row.skip_reason) is question.skipped and (numbers is None or row.document in numbers)
    ]
    return sorted(kept, key=lambda row: (-row.days_late, row.document))


def letters(shop: Shop, references: Sequence[str], kinds: tuple[str, ...] = KINDS) -> list[LetterRow]:
    """Write the letters that the next run would queue.

    Args:
        references: Only those about these orders and invoices, or to these customers; none for all.
        kinds: Of which documents steps count as due.

    Raises:
        NotFoundError: There is no such document or customer.
    """
    wanted = None
    if references:
        found = reminder_holds.named(references)
        for reference in references:
            if reference not in found:
                raise reminder_holds.unknown(reference)
        wanted = {number for _, number in found.values()}
    return [
        _letter(shop, plan, letter)
        for part in reminder_facts.parts(reminder_facts.customers_due(shop, kinds))
        for plan, letter in _written(shop, part, Wish(kinds), wanted)
    ]


def _letter(shop: Shop, plan: Plan, letter: Letter) -> LetterRow:
    numbers = ", ".join(one.demand.number for one in plan.ready)
    language = language_of((plan.debtor.language or shop.config.shop.language)[:2].lower())
    return LetterRow(
        numbers, "reminder", plan.debtor.address, "", language, "", *letter[:3], plan.debtor.code
    )  # fmt: skip


def _written(
    shop: Shop, customers: Sequence[int], wish: Wish, wanted: set[str] | None
) -> Iterator[tuple[Plan, Letter]]:
    """Write the letters to customers; only those about or to what is wanted, if something is."""
    rules = reminder_facts.policy(shop)
    for owing in reminder_facts.load(shop, customers):
        for plan in reminding.plans(owing, rules, shop.today, wish):
            named = {plan.debtor.code, *(one.demand.number for one in plan.ready)}
            if wanted is not None and not wanted & named:
                continue
            total = reminding.bill_of(plan, rules).total
            # The number of the charge is only known once it is booked.
            charge = Booked(0, "…", "", total, shop.today) if total else None
            yield plan, notice_letter(shop.config, reminding.notice_of(shop, plan, rules, charge))


def policy(shop: Shop) -> list[StepRow]:
    """Put the steps of all kinds into words, in the order in which they come."""
    rules = reminder_facts.policy(shop)
    carts = shop.config.carts
    found = [
        StepRow("order", step, f"{_days(after)} after the order", str(after), "", None,
                None, "reminders.orders")
        for step, after in enumerate(rules.orders, 1)
    ]  # fmt: skip
    for step, after in enumerate(rules.invoices, 1):
        fee, interest = late_charges.fee_of(rules, step), late_charges.interest_of(rules, step)
        found.append(
            StepRow("invoice", step, _after_due(after), str(after), rules.currency, fee, interest, "reminders.invoices")
        )
    if carts.activated_on:
        found += [
            StepRow("cart", step, f"{after} after it counts as left", after, "", None, None, "carts.steps")
            for step, after in enumerate(carts.steps, 1)
        ]
    return found


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _after_due(days: int) -> str:
    if days == 0:
        return "on the day it is due"
    return f"{_days(days)} after it is due" if days > 0 else f"{_days(-days)} before it is due"


def rules(shop: Shop) -> Iterator[str]:
    """Say what else holds for reminders, a sentence each."""
    found = reminder_facts.policy(shop)
    yield "Orders: while they wait for their money. Invoices: while something is open."
    if found.pause:
        yield f"Nobody is reminded twice within {_days(found.pause)} (reminders.pause)."
    if found.minimum > 0:
        yield f"Less than {with_currency(found.minimum, found.currency)} is left alone (reminders.minimum)."
    if found.activated_on:
        yield f"What was due before {found.activated_on} is left alone (reminders.activated_on)."
    if within := shop.config.reminders.bank_within:
        yield f"Only with a bank statement imported within {within} (reminders.bank_within)."
    if not shop.config.carts.activated_on:
        yield "Carts are not reminded of: carts.activated_on is not set."
