"""Let a run of reminders write about carts too, by the rules of the carts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from shopctl import batch
from shopctl.db.bulk import among, fetch
from shopctl.domain.outcomes import Change, Done, Outcome
from shopctl.models import Cart
from shopctl.services import carts, recovery, reminder_facts
from shopctl.services.carts import CartRow
from shopctl.services.customers import code_of
from shopctl.services.reminding import DueRow, Wish
from shopctl.shop import Shop

NOTHING = Decimal(0)


def due(shop: Shop, wish: Wish, only: str = "") -> list[DueRow]:
    """List the carts whose next letter is due, as far as neither they nor their customers are paused.

    Args:
        only: Code or e-mail address of the only customer that counts.

    Raises:
        NotFoundError: There is no such customer.
    """
    code = code_of(only) if only else ""
    rows = _rows(shop, recovery.due(shop))
    holds = reminder_facts.holds_of([name for row in rows for name in (row.number, row.customer_code)])
    held = {name for name, hold in holds.items() if hold.stands(shop.today)}
    found = [
        _due(shop, row)
        for row in rows
        if code in ("", row.customer_code)
        and wish.step in (0, row.step)
        and held.isdisjoint((row.number, row.customer_code))
    ]
    return found if wish.most is None else found[: wish.most]


def _rows(shop: Shop, numbers: Sequence[str]) -> list[CartRow]:
    condition, values = among(Cart, "number", numbers)
    keys = dict(fetch(Cart, f"SELECT number, id FROM carts WHERE {condition}", values))  # noqa: S608
    rows = carts.rows(shop, list(keys.values()))
    return [rows[keys[number]] for number in numbers if keys.get(number) in rows]


def _due(shop: Shop, row: CartRow) -> DueRow:
    day = row.last_activity_at.astimezone(shop.zone).date()
    return DueRow(
        row.number, "cart", row.step, 1, row.customer_code, row.customer_name, row.customer_email, row.currency,
        row.amount_total, day, (shop.today - day).days, NOTHING, NOTHING, "", "",
    )  # fmt: skip


def run(shop: Shop, numbers: Sequence[str], stopping: Callable[[], bool]) -> Iterator[Outcome[DueRow]]:
    """Queue the letters about carts, and tell the outcome of each that gets one, or fails, after its commit."""
    for outcome in batch.run(shop, numbers, lambda part: recovery.remind(shop, part), stopping=stopping):
        if not isinstance(outcome, Done):
            yield outcome
        elif outcome.change in (Change.CREATED, Change.WOULD_CREATE):
            yield replace(outcome, row=_due(shop, outcome.row), notes=())
