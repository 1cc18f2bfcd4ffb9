"""Join customers that are one person: everything of the one goes to the other, and the old code stands for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shopctl.db.bulk import among, fetch, within
from shopctl.domain.addresses import joined
from shopctl.domain.numbering import folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.people import merged
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Address, Cart, Customer, Invoice, KnownAccount, Order, Payment, Reminder, Table
from shopctl.services import reminder_holds, words
from shopctl.services.customer_records import (
    CustomerHead,
    Stored,
    load,
    release,
    require_free,
    require_known,
    store,
)
from shopctl.services.customers import find_customer, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation

MOVED: Final[Mapping[str, type[Table]]] = {
    "orders": Order, "carts": Cart, "invoices": Invoice, "payments": Payment, "accounts": KnownAccount,
    "reminders": Reminder,
}  # fmt: skip
"""What belongs to a customer and goes along."""


@operation("customers")
def merge(shop: Shop, sources: Sequence[str], into: str) -> list[Outcome[CustomerHead]]:
    """Merge customers into another one; one that was merged into it before is `unchanged`.

    Orders, carts, invoices, payments, reminders and known accounts go along; posted documents keep the identity that
    they copied.
    What the other customer lacks is taken over, tags, notes and addresses are joined. Orders that somebody stored for
    the old code meanwhile go along when the merge is asked for again.

    Args:
        sources: Codes or e-mail addresses of those that go.
        into: The one that stays.

    Raises (as outcomes): customer.unknown, customer.merge, customer.anonymized.

    Raises:
        NotFoundError: The one that stays does not exist.
    """
    rows = own_rows(sources)
    target, found = _locked(into, list(rows.values()))
    first = first_spellings(sources, rows.get)
    outcomes: dict[str, Outcome[CustomerHead]] = {}
    going: dict[str, Stored] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            going[reference] = _checked(reference, found.get(rows.get(reference, 0)), found[target])
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
    fresh = [one for one in going.values() if one.merged_into is None]
    after = _take_over(found[target], fresh)
    moved = _move([one.key for one in going.values()], target)
    for one in fresh:
        shop.record("customer.merged", one.code, into=after.code)
    if fresh:
        shop.record("customer.took_over", after.code, customers=[one.code for one in fresh], **moved)
    for reference, one in going.items():
        outcomes[reference] = _done(reference, one, after, moved)
    return in_order(sources, first, outcomes)


def _locked(into: str, rows: Sequence[int]) -> tuple[int, dict[int, Stored]]:
    """Find the customer that stays, and lock it with the others, always in the order of their keys."""
    while True:
        target = find_customer(into)
        found = load([target, *rows])
        # Somebody may have merged it away between the two statements.
        if found[target].merged_into is None:
            return target, found


def own_rows(references: Sequence[str]) -> dict[str, int]:
    """Find the keys of customers by code or e-mail address, of the old ones where they were merged."""
    wanted = {reference: (folded(reference), reference.strip().casefold()) for reference in references}
    found: list[dict[str, int]] = []
    for column, place in (("code", 0), ("email_folded", 1)):
        condition, values = among(Customer, column, [names[place] for names in wanted.values() if names[place]])
        found.append(dict(fetch(Customer, f"SELECT {column}, id FROM customers WHERE {condition}", values)))  # noqa: S608
    codes, emails = found
    keys = {reference: codes.get(code, emails.get(email)) for reference, (code, email) in wanted.items()}
    return {reference: key for reference, key in keys.items() if key is not None}


def _checked(reference: str, source: Stored | None, target: Stored) -> Stored:
    if source is None:
        raise unknown(reference)
    require_known(target)
    require_known(source)
    if source.key == target.key:
        raise _refused(source, f"customer {source.code} cannot be merged into itself", source.code)
    if source.merged_into not in (None, target.key):
        other = load([source.merged_into or 0])[source.merged_into or 0]
        raise _refused(
            source,
            f"customer {source.code} was merged into {other.code} before, so it cannot be merged again",
            other.code,
        )
    return source


def _refused(source: Stored, sentence: str, look_at: str) -> RefusedError:
    return RefusedError("customer.merge", sentence, hint=f"shopctl customers show {look_at}", customer=source.code)


def _take_over(target: Stored, sources: Sequence[Stored]) -> Stored:
    """Store what the customer that stays is afterwards, and that the others stand for it."""
    if not sources:
        return target
    after = target
    for one in sources:
        addresses = joined(after.addresses, one.addresses)
        after = after._replace(person=merged(after.person, one.person), addresses=addresses)
    keys = [one.key for one in sources]
    for column, row in require_free(after.person, target.key, keys):
        release(column, [row])
    store({target.key: (target, after)})
    # Those that were merged into one of the sources before stand for the last of the chain, so nobody has to follow it.
    stand_in = within(Customer.id, keys) | within(Customer.merged_into, keys)
    Customer.update(merged_into=target.key).where(stand_in).execute()
    Address.delete().where(within(Address.customer, keys)).execute()
    reminder_holds.hand_over([one.code for one in sources], target.code)
    words.refresh("customer", [target.key, *keys])
    return after


def _move(sources: Sequence[int], target: int) -> dict[str, int]:
    """Hand over what belongs to the sources, and count it."""
    if not sources:
        return {}
    counts = {
        name: int(model.update(customer=target).where(within(model.customer, sources)).execute())  # type: ignore[attr-defined]
        for name, model in MOVED.items()
    }
    return {name: count for name, count in counts.items() if count}


def _done(reference: str, source: Stored, target: Stored, moved: Mapping[str, int]) -> Done[CustomerHead]:
    if source.merged_into is not None and not moved:
        return Done(reference, Change.UNCHANGED, target.head, (f"{source.code} was merged into {target.code} before",))
    told = ", ".join(f"{count} {name if count > 1 else name[:-1]}" for name, count in moved.items())
    return Done(
        reference, Change.CHANGED, target.head,
        (f"{source.code} stands for {target.code} now", *([f"moved: {told}"] if told else [])),
    )  # fmt: skip
