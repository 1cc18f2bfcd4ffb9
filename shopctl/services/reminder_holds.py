"""Keep customers from being reminded for a while: because somebody said so, or because they promised to pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows
from shopctl.db.fields import stamp
from shopctl.domain.numbering import folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Cart, Customer, Invoice, ReminderHold
from shopctl.services import customers, invoices
from shopctl.services.orders import known_numbers, stored_numbers
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation

DOCUMENTS = ("order", "invoice")
"""What somebody can promise to pay."""


class HoldRow(NamedTuple):
    """Something of which nobody is reminded for a while; `reason` is empty once it is resumed.

    Attributes:
        document: The number of an order, invoice or cart, or the code of a customer.
        until: The last day on which it holds; None until it is resumed.
    """

    document: str
    kind: str
    reason: str
    until: dt.date | None
    note: str


@operation("emails")
def pause(shop: Shop, references: Sequence[str], until: dt.date | None, note: str) -> list[Outcome[HoldRow]]:
    """Pause the reminders of documents, or of all documents of customers.

    Args:
        until: The last day on which nothing reminds of them; None until they are resumed.
        note: Why; may be empty.

    Raises (as outcomes): reminder.unknown.

    Raises:
        UsageError: The day has passed.
    """
    return _hold(shop, references, "pause", until, note)


@operation("emails")
def promise(shop: Shop, references: Sequence[str], until: dt.date, note: str) -> list[Outcome[HoldRow]]:
    """Note that customers promised to pay orders or invoices by a day; after it the reminders go on.

    Raises (as outcomes): reminder.unknown, reminder.promise.

    Raises:
        UsageError: The day has passed.
    """
    return _hold(shop, references, "promise", until, note)


def _hold(
    shop: Shop, references: Sequence[str], reason: str, until: dt.date | None, note: str
) -> list[Outcome[HoldRow]]:
    if until is not None and until < shop.today:
        raise UsageError(
            "usage.date", f"{until} has passed", hint="name a day to come: --until 14d, --until 2030-01-31"
        )
    known = named(references)
    found = {reference: one for reference, one in known.items() if reason == "pause" or one[0] in DOCUMENTS}
    refused = {reference: _no_promise(*known[reference]) for reference in known.keys() - found.keys()}
    before = _stored([number for _, number in found.values()])
    wanted = {number: HoldRow(number, kind, reason, until, note) for kind, number in found.values()}
    changed = [one for number, one in wanted.items() if before.get(number) != one[2:]]
    day, moment = until.isoformat() if until else None, stamp(shop.now)
    columns = ("document", "reason", "until", "note", "created_at")
    rows = {one.document: (one.document, reason, day, note, moment) for one in changed}
    insert_rows(ReminderHold, columns, [row for number, row in rows.items() if number not in before])
    change_rows(
        ReminderHold, "reason = :reason, until = :until, note = :note, created_at = :created_at",
        "document = :document", columns, [row for number, row in rows.items() if number in before],
    )  # fmt: skip
    for one in changed:
        shop.record("reminder.paused" if reason == "pause" else "reminder.promised", one.document, until=day)
    answers = {reference: wanted[number] for reference, (_, number) in found.items()}
    return _answered(references, answers, set(rows), refused)


def _no_promise(kind: str, number: str) -> RefusedError:
    return RefusedError(
        "reminder.promise",
        f"{number} is a {kind}, and a promise is about orders or invoices",
        hint=f"shopctl reminder pause {number} --until DATE, or name what will be paid",
        kind=kind,
    )


@operation("emails")
def resume(shop: Shop, references: Sequence[str]) -> list[Outcome[HoldRow]]:
    """End pauses and promises: the next step that is due is reminded of again. What has none is `unchanged`.

    Raises (as outcomes): reminder.unknown.
    """
    found = named(references)
    before = _stored([number for _, number in found.values()])
    condition, values = among(ReminderHold, "document", list(before))
    fetch(ReminderHold, f"DELETE FROM reminder_holds WHERE {condition} RETURNING id", values)  # noqa: S608
    for number, (reason, *_) in before.items():
        shop.record("reminder.resumed", number, reason=reason)
    rows = {reference: HoldRow(number, kind, "", None, "") for reference, (kind, number) in found.items()}
    return _answered(references, rows, set(before))


def hand_over(sources: Sequence[str], target: str) -> None:
    """Step: what was paused of customers who were merged is paused of the one that stays, unless that has its own.

    Args:
        sources: The codes of those that go.
        target: The code of the one that stays.
    """
    found = _stored([*sources, target])
    going = [code for code in sources if code in found]
    if going and target not in found:
        first = going.pop(0)
        ReminderHold.update(document=target).where(ReminderHold.document == first).execute()
    for code in going:
        ReminderHold.delete().where(ReminderHold.document == code).execute()


def forget(documents: Sequence[str]) -> None:
    """Step: erase what was noted with pauses and promises about a person; the days stay."""
    condition, values = among(ReminderHold, "document", documents)
    fetch(ReminderHold, f"UPDATE reminder_holds SET note = '' WHERE {condition} RETURNING id", values)  # noqa: S608


def _answered(
    references: Sequence[str],
    rows: Mapping[str, HoldRow],
    changed: set[str],
    refused: Mapping[str, ShopError] = MappingProxyType({}),
) -> list[Outcome[HoldRow]]:
    first = first_spellings(references, lambda reference: rows[reference].document if reference in rows else None)
    outcomes: dict[str, Outcome[HoldRow]] = {}
    for reference in dict.fromkeys(first.values()):
        row = rows.get(reference)
        if row is None:
            outcomes[reference] = Failed(reference, refused.get(reference) or unknown(reference))
        else:
            change = Change.CHANGED if row.document in changed else Change.UNCHANGED
            outcomes[reference] = Done(reference, change, row)
    return in_order(references, first, outcomes)


def unknown(reference: str) -> NotFoundError:
    """Say that nobody could be reminded of what has this number."""
    return NotFoundError(
        "reminder.unknown",
        f"{reference} is no order, posted invoice, cart or customer",
        hint="shopctl reminder list --due --skipped",
        reference=reference,
    )


def named(references: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Tell what references name: the kind, and the number or code under which it is held."""
    keys = {reference: key for reference, key in customers.find_all(references).items() if key is not None}
    codes = _codes(list(keys.values()))
    found = {reference: ("customer", codes[key]) for reference, key in keys.items()}
    for reference, number in _carts(references).items():
        found[reference] = ("cart", number)
    for reference, number in _invoices(references).items():
        found[reference] = ("invoice", number)
    stored = stored_numbers(references)
    orders = known_numbers(list(stored.values()))
    for reference, number in stored.items():
        if number in orders:
            found[reference] = ("order", number)
    return found


def _codes(keys: Sequence[int]) -> dict[int, str]:
    condition, values = among(Customer, "id", keys)
    return dict(fetch(Customer, f"SELECT id, code FROM customers WHERE {condition}", values))  # noqa: S608


def _carts(references: Sequence[str]) -> dict[str, str]:
    numbers = {reference: folded(reference) for reference in references}
    condition, values = among(Cart, "number", list(numbers.values()))
    known = {number for (number,) in fetch(Cart, f"SELECT number FROM carts WHERE {condition}", values)}  # noqa: S608
    return {reference: number for reference, number in numbers.items() if number in known}


def _invoices(references: Sequence[str]) -> dict[str, str]:
    keys = invoices.known(references)
    condition, values = among(Invoice, "id", list(keys.values()))
    numbers = dict(
        fetch(
            Invoice,
            f"SELECT id, number FROM invoices WHERE {condition} AND state = 'posted' AND type = 'invoice'",  # noqa: S608
            values,
        )
    )
    return {reference: numbers[key] for reference, key in keys.items() if key in numbers}


def _stored(documents: Sequence[str]) -> dict[str, tuple[str, dt.date | None, str]]:
    condition, values = among(ReminderHold, "document", documents)
    rows = fetch(
        ReminderHold,
        f"SELECT document, reason, until, note FROM reminder_holds WHERE {condition}",  # noqa: S608
        values,
    )
    return {
        document: (reason, dt.date.fromisoformat(until) if until else None, note)
        for document, reason, until, note in rows
    }
