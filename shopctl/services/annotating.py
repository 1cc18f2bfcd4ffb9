"""Put tags and remarks on orders; the note of the customer stays what it is."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.tags import tagged
from shopctl.models import Event, Order
from shopctl.services import facts, order_lines
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation

NOTED = "order.noted"
"""The journal entry of a remark; its details carry the `text`."""


@operation("orders")
def tag(
    shop: Shop, numbers: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
) -> list[Outcome[OrderRow]]:
    """Tag orders, in any state; one that has these tags already, and none of those that go, is `unchanged`.

    Raises (as outcomes): order.unknown.
    """
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()), lines_of=())
    condition, values = among(Order, "id", [order.key for order in found.values()])
    before = {
        key: tuple(tags.split(", ")) if tags else ()
        for key, tags in fetch(Order, f"SELECT id, tags FROM orders WHERE {condition}", values)  # noqa: S608
    }
    after = {key: tagged(tags, add, remove) for key, tags in before.items()}
    changed = {key for key, tags in before.items() if tags != after[key]}
    change_rows(Order, "tags = :tags", "id = :id", ("id", "tags"), [(key, ", ".join(after[key])) for key in changed])
    order_lines.mark(dict.fromkeys(changed, ("tags",)))
    rows = order_rows(list(before))
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        if order is None:
            outcomes[name] = Failed(name, unknown(name))
            continue
        change = Change.CHANGED if order.key in changed else Change.UNCHANGED
        if order.key in changed:
            shop.record("order.tagged", order.number, tags=list(after[order.key]), before=list(before[order.key]))
        told = f"tags: {', '.join(after[order.key])}" if after[order.key] else "no tags"
        outcomes[name] = Done(name, change, rows[order.key], (told,))
    return in_order(numbers, first, outcomes)


@operation("orders")
def note(shop: Shop, numbers: Sequence[str], text: str) -> list[Outcome[OrderRow]]:
    """Write a remark into the history of orders; saying the same as the last remark is `unchanged`.

    Raises (as outcomes): order.unknown.
    """
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()), lines_of=())
    last = _last_remarks([order.number for order in found.values()])
    rows = order_rows([order.key for order in found.values()])
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    for name in dict.fromkeys(first.values()):
        order = found.get(stored[name])
        if order is None:
            outcomes[name] = Failed(name, unknown(name))
        elif last.get(order.number) == text:
            outcomes[name] = Done(name, Change.UNCHANGED, rows[order.key], ("its last remark says so already",))
        else:
            shop.record(NOTED, order.number, text=text)
            outcomes[name] = Done(name, Change.CHANGED, rows[order.key], (f"noted: {text}",))
    return in_order(numbers, first, outcomes)


def _last_remarks(numbers: Sequence[str]) -> dict[str, str]:
    condition, values = among(Event, "reference", numbers)
    rows = fetch(
        Event,
        f"SELECT reference, details FROM events WHERE {condition} AND action = '{NOTED}' ORDER BY id",  # noqa: S608
        values,
    )
    return {reference: json.loads(details)["text"] for reference, details in rows}
