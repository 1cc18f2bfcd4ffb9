"""Run the reminders of money: find who is due, a batch of customers a transaction, one run at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from shopctl import batch
from shopctl.db.bulk import fetch
from shopctl.db.fields import instant
from shopctl.domain.dates import parse_duration
from shopctl.domain.outcomes import Done, Outcome
from shopctl.errors import TemporaryError
from shopctl.models import BankStatement
from shopctl.services import jobs, reminder_facts, reminding
from shopctl.services.customers import find_customer
from shopctl.services.reminding import DueRow, Wish
from shopctl.shop import Shop


def alone(shop: Shop) -> AbstractContextManager[None]:
    """Keep other runs from reminding for the block; a dry run disturbs nobody.

    Raises:
        BusyError: Another run is at work.
    """
    return jobs.alone(shop, "reminder", "reminder run", code="reminder.busy")


def customers(shop: Shop, wish: Wish, only: str = "") -> list[int]:
    """List the customers that a run looks at, by key.

    Args:
        only: Code or e-mail address of the only one.

    Raises:
        NotFoundError: There is no such customer.
    """
    found = reminder_facts.customers_due(shop, wish.kinds)
    if not only:
        return found
    key = find_customer(only)
    return [key] if key in found else []


def letters(shop: Shop, keys: Sequence[int], wish: Wish) -> int:
    """Count the letters that a run would queue."""
    rules = reminder_facts.policy(shop)
    count = sum(
        len(reminding.plans(owing, rules, shop.today, wish))
        for part in reminder_facts.parts(keys)
        for owing in reminder_facts.load(shop, part)
    )
    return count if wish.most is None else min(count, wish.most)


def require_statement(shop: Shop) -> None:
    """Refuse to remind of money while nobody knows what came in, if the shop wants it so.

    Raises:
        TemporaryError: No bank statement was imported within `reminders.bank_within`.
    """
    within = shop.config.reminders.bank_within
    if not within:
        return
    ((latest,),) = fetch(BankStatement, "SELECT max(imported_at) FROM bank_statements")
    if latest and instant(latest) >= shop.now - parse_duration(within):
        return
    told = f"the last one came on {instant(latest).astimezone(shop.zone).date()}" if latest else "there is none"
    raise TemporaryError(
        "reminder.bank",
        f"nobody is reminded of money: no bank statement was imported within {within}, {told}",
        hint="shopctl payment import --from FILE --match, then run it again",
        within=within,
    )


def run(
    shop: Shop, keys: Sequence[int], wish: Wish, stopping: Callable[[], bool] = lambda: False
) -> Iterator[Outcome[DueRow]]:
    """Queue the reminders that are due to customers, and tell each document's outcome after its commit.

    Args:
        keys: The customers, see `customers`.
        stopping: Asked between transactions; True ends the run.
    """
    written: set[int] = set()

    def some(part: Sequence[int]) -> list[Outcome[DueRow]]:
        left = None if wish.most is None else wish.most - len(written)
        return reminding.remind(shop, part, replace(wish, most=left))

    for outcome in batch.run(
        shop, keys, some, stopping=lambda: stopping() or len(written) == wish.most, chunk=reminder_facts.CHUNK
    ):
        if isinstance(outcome, Done) and outcome.row.email:
            written.add(outcome.row.email)
        yield outcome
