"""Ask customers back to the carts they left, letter by letter: each step once, however many runs are at work.

A letter is written in the transaction that decides about it, with a row of its step that exists once, and with the cart
and its customer locked. Source: settled rules, Carts 19 and 20; order rules, 7.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from peewee import fn

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, within
from shopctl.db.fields import stamp
from shopctl.domain import abandonment
from shopctl.domain.abandonment import SKIPS
from shopctl.domain.mail import plain_address
from shopctl.domain.numbering import folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.models import Cart, CartLine, Customer, Email, Reminder
from shopctl.services import cart_facts, cart_links, carts, facts, queueing, suppressing, unsubscribing
from shopctl.services.cart_facts import CART
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
    readers: set[str] = set()
    for row in listing.search(wanted, Asked(shop.now, shop.zone, shop=shop)).rows:
        if len(readers) == most:
            break
        numbers.append(row.number)
        if not row.skip_reason:
            readers.add(row.customer_email)
    return Candidates(numbers, len(readers))


def due(shop: Shop, most: int | None = None) -> list[str]:
    """List the carts whose next letter is due, the one left last first; none unless `carts.activated_on` is set.

    What was left longer ago than the last step and the time for which a link holds is left alone: a run that was
    stopped for days still writes, and nobody gets a letter about a cart of last year.

    Args:
        most: How many at most; None for all.
    """
    rules = cart_facts.rules(shop)
    if not (rules.activated and rules.steps):
        return []
    oldest = shop.now - rules.delay - rules.steps[-1] - cart_links.validity(shop)
    wanted = CartFilter("abandoned", since=max(oldest, min(rules.activated)))
    found: dict[str, str] = {}
    for row in carts.completed(shop, _unfinished(shop, wanted, len(rules.steps)).tuples().iterator()):
        if len(found) == most:
            break
        if not row.skip_reason:
            found.setdefault(suppressing.folded(row.customer_email), row.number)
    return list(found.values())


def _unfinished(shop: Shop, wanted: CartFilter, steps: int) -> Any:
    """Select abandoned carts of people with an address that have not had their last letter."""
    last = Reminder.select(Reminder.id).where(
        (Reminder.document == Cart.number) & (Reminder.kind == CART) & (Reminder.step >= steps)
    )
    found = carts.narrowed(shop, carts.query(), wanted).where((Customer.email != "") & ~fn.EXISTS(last))
    return found.order_by(Cart.last_activity_at.desc(), Cart.number.desc())


@operation("emails")
def remind(
    shop: Shop, numbers: Sequence[str], *, idle: timedelta | None = None, again: bool = False
) -> list[Outcome[CartRow]]:
    """Queue the letter that is due about carts; one that waits for its next is `unchanged`, others are `skipped`.

    Of several carts of one customer the one that was left last gets it.

    Args:
        idle: What counts as abandoned, in place of the shop's own delay.
        again: Queue another letter where the latest one failed or was cancelled.

    Raises (as outcomes): cart.unknown.
    """
    keys = carts.locked(numbers)
    _lock_customers(list(keys.values()))
    rows = _one_a_reader(carts.rows(shop, list(keys.values()), idle), again=again)
    first = first_spellings(numbers, lambda reference: keys.get(folded(reference)))
    outcomes: dict[str, Outcome[CartRow]] = {}
    fresh: dict[int, str] = {}
    for reference in dict.fromkeys(first.values()):
        key = keys.get(folded(reference))
        if key is None:
            outcomes[reference] = Failed(reference, carts.unknown(reference))
        elif _is_ready(rows[key], again=again):
            fresh[key] = reference
        else:
            outcomes[reference] = _left_out(shop, reference, rows[key])
    _queue(shop, {key: rows[key] for key in fresh})
    letters = cart_facts.letters_of({rows[key].number: key for key in fresh})
    for key, reference in fresh.items():
        row = rows[key]._replace(skip_reason="", emails=letters[key].going, mailed_at=letters[key].last_sent_at)
        outcomes[reference] = Done(reference, Change.CREATED, row, (_note(shop, row),))
    return in_order(numbers, first, outcomes)


def _is_ready(row: CartRow, *, again: bool) -> bool:
    return not row.skip_reason or (again and row.skip_reason == "letter_failed")


def _one_a_reader(rows: Mapping[int, CartRow], *, again: bool) -> dict[int, CartRow]:
    """Let of the carts of one address only the one that was left last, or is worth most, get a letter."""
    ready = [(key, row) for key, row in rows.items() if _is_ready(row, again=again)]
    ready.sort(key=lambda one: (one[1].last_activity_at, one[1].amount_total, one[1].number), reverse=True)
    chosen: dict[str, int] = {}
    for key, row in ready:
        chosen.setdefault(suppressing.folded(row.customer_email), key)
    others = {key for key, _ in ready} - set(chosen.values())
    return {key: row._replace(skip_reason="recently_mailed") if key in others else row for key, row in rows.items()}


def _left_out(shop: Shop, reference: str, row: CartRow) -> Done[CartRow]:
    waits = row.skip_reason == "mailed" or (row.skip_reason == "not_due" and row.emails > 0)
    note = SKIPS[row.skip_reason]
    if row.skip_reason in ("not_due", "recently_mailed") and row.due_at and row.due_at > shop.now:
        note += f", on {row.due_at.astimezone(shop.zone):%Y-%m-%d at %H:%M}"
    return Done(reference, Change.UNCHANGED if waits else Change.SKIPPED, row, (note,))


def _note(shop: Shop, row: CartRow) -> str:
    steps = len(shop.config.carts.steps)
    late = ", the first that is sent," if row.step > 1 and row.mailed_at is None else ""
    return f"letter {row.step} of {steps}{late} to {row.customer_email}" if steps > 1 else f"to {row.customer_email}"


def _lock_customers(keys: Sequence[int]) -> None:
    """Let nobody else write to the same customers about other carts meanwhile."""
    condition, values = among(Cart, "k.id", keys)
    statement = (
        f"SELECT id FROM customers c WHERE id IN (SELECT customer_id FROM carts k WHERE {condition}) ORDER BY id"  # noqa: S608
    )
    fetch(Customer, statement + facts.locking("c"), values)


def _queue(shop: Shop, ready: Mapping[int, CartRow]) -> None:
    """Step: write the letters about carts, queue them, and note the step of each."""
    if not ready:
        return
    letters = {cart_facts.key_of(row.number, row.step): row for row in ready.values()}
    condition, values = among(Email, "document", [row.number for row in ready.values()])
    before = queueing.latest(f"{condition} AND kind = '{RECOVERY}'", values)
    queued = queueing.queue(shop, _written(shop, ready), before)
    _replace_earlier(shop, queued, {letters[key].number for key in queued}, before)
    _note_steps(shop, [(letters[key], email) for key, email in queued.items()], list(ready))


def _written(shop: Shop, ready: Mapping[int, CartRow]) -> list[Candidate]:
    keys, rows = list(ready), list(ready.values())
    readers, items = _readers(shop, keys), _items(keys)
    links = cart_links.links_for(shop, [row.number for row in rows])
    ends = unsubscribing.links_for(shop, {row.customer_email for row in rows})
    steps = len(shop.config.carts.steps)

    def writing(key: int, row: CartRow) -> Callable[[str], Queued]:
        asked = CartAsked(
            row.number, readers[key], items.get(key, ()), row.step, steps, links[row.number],
            ends[row.customer_email], row.basis, first=row.mailed_at is None,
        )  # fmt: skip
        letter = cart_letter(shop.config, asked)
        recipient, language = plain_address(row.customer_email), readers[key].language
        return lambda name: Queued(
            name, row.number, RECOVERY, recipient, letter, language=language, basis=row.basis
        )  # fmt: skip

    return [
        Candidate(cart_facts.key_of(row.number, row.step), row.number, writing(key, row)) for key, row in ready.items()
    ]


def _replace_earlier(
    shop: Shop, queued: Mapping[str, int], numbers: set[str], before: Mapping[str, queueing.Last]
) -> None:
    """Step: cancel letters of earlier steps that still wait, so that one goes out and not two."""
    earlier = [last for key, last in before.items() if last.document in numbers and key not in queued]
    queueing.withdraw(shop, earlier)


def _note_steps(shop: Shop, letters: Sequence[tuple[CartRow, int]], keys: Sequence[int]) -> None:
    """Step: store the step of each letter; a second letter of a step takes the place of the one that failed."""
    stored = set(cart_facts.steps_of([row.number for row, _ in letters]))
    owners: Any = Cart.select(Cart.number, Cart.customer).where(within(Cart.id, keys))
    owner = dict(owners.tuples())
    insert_rows(
        Reminder,
        ("kind", "document", "step", "customer_id", "email_id", "fee", "interest", "basis", "created_at"),
        [
            (CART, row.number, row.step, owner[row.number], email, 0, 0, row.basis, stamp(shop.now))
            for row, email in letters
            if (row.number, row.step) not in stored
        ],
    )
    change_rows(
        Reminder,
        "email_id = :email, basis = :basis, created_at = :at",
        "document = :document AND kind = 'cart' AND step = :step",
        ("email", "basis", "at", "document", "step"),
        [
            (email, row.basis, stamp(shop.now), row.number, row.step)
            for row, email in letters
            if (row.number, row.step) in stored
        ],
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


def hindrance(shop: Shop, number: str, key: str = "") -> str:
    """Tell why a letter about a cart must not go out, just before it would; empty when it may.

    The customer may have ordered since it was queued, or wants no such mail any more.

    Args:
        key: That of the letter in the outbox.
    """
    found = carts.query().where(Cart.number == number).tuples().first()
    if found is None:
        return "the cart was deleted"
    head = carts.head_of(found)
    step = cart_facts.step_of(key) if key else 1
    rules = cart_facts.rules(shop)
    cart = cart_facts.load([head]).facts[head.key]
    if cart.step > step and cart.letter == abandonment.MAILED:
        return "a later letter about the cart took its place"
    # It was abandoned when the letter was queued, and the step was due; only its own activation counts now.
    rules = rules._replace(
        delay=timedelta(), pause=timedelta(), steps=rules.steps[step - 1 : step] and (timedelta(),),
        activated=rules.activated[min(step, len(rules.activated)) - 1 :][:1],
    )  # fmt: skip
    cart = cart._replace(letter="", step=0, wrote_at=None)
    return SKIPS.get(abandonment.skip_reason(cart, shop.now, rules), "")
