"""Ask customers back to the carts they left: one letter a cart, however many runs are at work.

A letter is written in the transaction that decides about it, under a key that is used once, with the cart locked.
Source: settled rules, Carts 19 and 20; order rules, 7.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

from shopctl.db.bulk import among, within
from shopctl.domain import abandonment
from shopctl.domain.abandonment import SKIPS
from shopctl.domain.mail import plain_address
from shopctl.domain.numbering import folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.models import Cart, CartLine, Customer, Email
from shopctl.services import cart_facts, carts, queueing
from shopctl.services.cart_letters import CartAsked, Item, Reader, cart_letter, reader_of
from shopctl.services.carts import CartFilter, CartRow
from shopctl.services.listing import carts as listing
from shopctl.services.listing.fields import Asked
from shopctl.services.queueing import RECOVERY, Candidate, Queued
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


class Candidates(NamedTuple):
    """The carts that a run looks at, and how many of them would get a letter."""

    numbers: list[str]
    ready: int


def candidates(shop: Shop, wanted: CartFilter, most: int | None = None) -> Candidates:
    """List carts, the one left last first, until enough of them would get a letter.

    Args:
        most: How many letters at most; None for all.
    """
    numbers: list[str] = []
    ready = 0
    for row in listing.search(wanted, Asked(shop.now, shop.zone, shop=shop)).rows:
        if ready == most:
            break
        numbers.append(row.number)
        ready += not row.skip_reason
    return Candidates(numbers, ready)


@operation("emails")
def remind(
    shop: Shop, numbers: Sequence[str], *, idle: timedelta | None = None, again: bool = False
) -> list[Outcome[CartRow]]:
    """Queue the letter about carts; one that has it is `unchanged`, one that gets none `skipped` with the reason.

    Args:
        idle: What counts as abandoned, in place of the shop's own delay.
        again: Queue another letter where the first one failed or was cancelled.

    Raises (as outcomes): cart.unknown.
    """
    keys = carts.locked(numbers)
    rows = carts.rows(shop, list(keys.values()), idle)
    first = first_spellings(numbers, lambda reference: keys.get(folded(reference)))
    outcomes: dict[str, Outcome[CartRow]] = {}
    fresh: dict[int, str] = {}
    for reference in dict.fromkeys(first.values()):
        key = keys.get(folded(reference))
        if key is None:
            outcomes[reference] = Failed(reference, carts.unknown(reference))
            continue
        reason = rows[key].skip_reason
        if not reason or (again and reason == "letter_failed"):
            fresh[key] = reference
        else:
            change = Change.UNCHANGED if reason == "mailed" else Change.SKIPPED
            outcomes[reference] = Done(reference, change, rows[key], (SKIPS[reason],))
    _queue(shop, {key: rows[key] for key in fresh})
    after = carts.rows(shop, list(fresh), idle)
    for key, reference in fresh.items():
        row = after[key]._replace(skip_reason="")
        outcomes[reference] = Done(reference, Change.CREATED, row, (f"to {row.customer_email}",))
    return in_order(numbers, first, outcomes)


def _queue(shop: Shop, ready: Mapping[int, CartRow]) -> None:
    """Step: write the letters about carts and queue them."""
    if not ready:
        return
    keys = list(ready)
    readers, items = _readers(shop, keys), _items(keys)
    condition, values = among(Email, "document", [row.number for row in ready.values()])
    before = queueing.latest(f"{condition} AND kind = '{RECOVERY}'", values)

    def writing(key: int, row: CartRow) -> Callable[[str], Queued]:
        link = shop.config.carts.link.replace("{cart}", quote(row.number, safe=""))
        letter = cart_letter(shop.config, CartAsked(row.number, readers[key], items.get(key, ()), link=link))
        recipient, language = plain_address(row.customer_email), readers[key].language
        return lambda name: Queued(name, row.number, RECOVERY, recipient, letter, language=language)

    queueing.queue(
        shop,
        [Candidate(cart_facts.key_of(row.number), row.number, writing(key, row)) for key, row in ready.items()],
        before,
    )


def _readers(shop: Shop, keys: Sequence[int]) -> dict[int, Reader]:
    query: Any = Cart.select(Cart.id, Customer.name, Customer.company, Customer.language).join(Customer)
    return {
        key: reader_of(name or company, language, shop.config)
        for key, name, company, language in query.where(within(Cart.id, keys)).tuples()
    }


def _items(keys: Sequence[int]) -> Mapping[int, list[Item]]:
    query: Any = CartLine.select(CartLine.cart, CartLine.description, CartLine.sku, CartLine.quantity)
    wanted = query.where(within(CartLine.cart, keys) & (CartLine.kind == "product"))
    found: dict[int, list[Item]] = {}
    for key, description, sku, quantity in wanted.order_by(CartLine.cart, CartLine.position).tuples():
        found.setdefault(key, []).append(Item(description or sku, Decimal(quantity)))
    return found


def hindrance(shop: Shop, number: str) -> str:
    """Tell why a letter about a cart must not go out, just before it would; empty when it may.

    The customer may have ordered since it was queued, or wants no such mail any more.
    """
    found = carts.query().where(Cart.number == number).tuples().first()
    if found is None:
        return "the cart was deleted"
    head = carts.head_of(found)
    cart = cart_facts.load([head]).facts[head.key]._replace(letter="")
    # It was abandoned when the letter was queued; the delay is not counted again.
    rules = cart_facts.rules(shop)._replace(delay=timedelta())
    return SKIPS.get(abandonment.skip_reason(cart, shop.now, rules), "")
