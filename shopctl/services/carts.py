"""Find and show carts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import peewee
from peewee import fn

from shopctl.db.bulk import among, fetch, within
from shopctl.db.connection import is_sqlite
from shopctl.domain import abandonment
from shopctl.domain.numbering import folded
from shopctl.errors import NotFoundError
from shopctl.models import Cart, CartLine, Customer, Email
from shopctl.models.selling import OPEN_CART
from shopctl.services import cart_facts, facts
from shopctl.services.cart_facts import NO_LETTERS, Head
from shopctl.services.customers import find_customer
from shopctl.services.queueing import AGAIN, RECOVERY
from shopctl.shop import Shop

NOTHING_MORE = (0, None, "")
"""Step, moment and basis of the next letter about a cart that is ordered."""

PART = 200
"""Carts whose lines and letters are read together while a list streams."""


class CartRow(NamedTuple):
    """A cart as lists show it; amounts in `currency`.

    Attributes:
        pieces: How many pieces of products are in it.
        idle_seconds: For how long nothing happened in it; None once it is ordered.
        reason: Why it was probably left, one of `abandonment.REASONS`; empty unless it is abandoned.
        skip_reason: Why it gets no letter, one of `abandonment.SKIPS`; empty when it would get one.
        emails: Letters that went, or may go out.
        mailed_at: When the latest of them was sent.
        order: The order that it became.
        step: The letter that is due, comes next or failed, counted from 1; 0 for none.
        due_at: When that is or was due.
        basis: What makes a letter lawful, one of `abandonment.BASES`; empty for nothing, and once it is ordered.
        won_by: The letter that won it back; 0 for none.
    """

    number: str
    source: str
    website: str
    created_at: datetime
    last_activity_at: datetime
    ordered_at: datetime | None
    state: str
    stage: str
    payment_error: str
    customer_code: str
    customer_name: str
    customer_email: str
    currency: str
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    pieces: Decimal
    idle_seconds: int | None
    reason: str
    skip_reason: str
    emails: int
    mailed_at: datetime | None
    order: str
    # Answers that were stored before there were steps lack these.
    step: int = 0
    due_at: datetime | None = None
    basis: str = ""
    won_by: int = 0


class CartFilter(NamedTuple):
    """What a list of carts is narrowed to; everything given must hold.

    Attributes:
        state: `open` (abandoned ones too), `abandoned`, `ordered` (recovered ones too), `recovered`; empty for all.
        idle: Nothing happened for so long; in place of the shop's delay where abandoned ones are asked for.
        minimum: Total of at least so much.
        mailed: Only carts with a letter, or only those without; None for both.
        since: Last activity at or after; `until` before.
    """

    state: str = ""
    customer: str = ""
    minimum: Decimal | None = None
    idle: timedelta | None = None
    mailed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


COLUMNS = (
    Cart.id, Cart.number, Cart.source, Cart.website, Cart.created_at, Cart.last_activity_at, Cart.ordered_at,
    Cart.stage, Cart.payment_error, Customer.code, Customer.name, Customer.company, Customer.email, Cart.currency,
    Cart.amount_untaxed, Cart.amount_tax, Cart.amount_total, Cart.customer, Customer.marketing,
)  # fmt: skip

_GOING = (Email.document == Cart.number) & (Email.kind == RECOVERY)
FILLED = fn.EXISTS(CartLine.select(peewee.SQL("1")).where(CartLine.cart == Cart.id))
MAILED = fn.EXISTS(Email.select(peewee.SQL("1")).where(_GOING & Email.state.not_in(AGAIN)))


def query() -> Any:
    """Start a query for the values of `COLUMNS`."""
    return Cart.select(*COLUMNS).left_outer_join(Customer)


def narrowed(shop: Shop, found: Any, wanted: CartFilter) -> Any:
    """Narrow a query to the carts that are wanted.

    Raises:
        NotFoundError: The customer does not exist.
    """
    delay = wanted.idle
    if wanted.state == "abandoned" and delay is None:
        delay = cart_facts.rules(shop).delay
    owner = find_customer(wanted.customer) if wanted.customer else None
    for asked, condition in (
        (wanted.state in ("open", "abandoned"), OPEN_CART),
        (wanted.state == "abandoned", FILLED),
        (wanted.state in ("ordered", "recovered"), Cart.ordered_at.is_null(False)),
        (wanted.state == "recovered", _recovered(shop)),
        (delay is not None, Cart.last_activity_at <= shop.now - (delay or timedelta())),
        (owner is not None, Cart.customer == owner),
        (wanted.minimum is not None, Cart.amount_total >= wanted.minimum),
        (wanted.mailed is True, MAILED),
        (wanted.mailed is False, ~MAILED),
        (wanted.since, Cart.last_activity_at >= wanted.since),
        (wanted.until, Cart.last_activity_at < wanted.until),
    ):
        found = found.where(condition) if asked else found
    return found


def _recovered(shop: Shop) -> Any:
    """Select carts that were ordered soon enough after a letter."""
    length = int(cart_facts.rules(shop).attribution.total_seconds())
    earliest: Any = (
        fn.STRFTIME("%Y-%m-%dT%H:%M:%SZ", Cart.ordered_at, f"-{length} seconds")
        if is_sqlite(shop.database)
        else peewee.SQL(
            "to_char((t1.ordered_at::timestamptz - %s * interval '1 second') AT TIME ZONE 'UTC', %s)",
            (length, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        )
    )
    soon = (Email.sent_at < Cart.ordered_at) & (Email.sent_at >= earliest)
    return fn.EXISTS(Email.select(peewee.SQL("1")).where(_GOING & soon))


def completed(shop: Shop, rows: Iterable[tuple[Any, ...]], idle: timedelta | None = None) -> Iterator[CartRow]:
    """Add lines, letters and what the rules say, some carts at a time, so that memory stays flat and queries few.

    Args:
        rows: The values of `COLUMNS`.
        idle: What counts as abandoned, in place of the shop's own delay.
    """
    part: list[tuple[Any, ...]] = []
    for row in rows:
        part.append(row)
        if len(part) == PART:
            yield from _completed(shop, part, idle)
            part = []
    yield from _completed(shop, part, idle)


def head_of(values: Sequence[Any]) -> Head:
    """Take what the rules need from the values of `COLUMNS`."""
    return Head(values[0], values[1], values[5], values[6], values[7], values[8], values[17], values[12], values[18])


def _completed(shop: Shop, part: Sequence[tuple[Any, ...]], idle: timedelta | None) -> list[CartRow]:
    if not part:
        return []
    rules = cart_facts.rules(shop)
    if idle is not None:
        rules = rules._replace(delay=idle)
    loaded = cart_facts.load([head_of(values) for values in part])
    orders = cart_facts.orders_of([values[1] for values in part if values[6]])
    rows = []
    for values in part:
        key, number, source, website, created, active, ordered, stage, error, code, name, company, email = values[:13]
        cart, letters = loaded.facts[key], loaded.letters.get(key, NO_LETTERS)
        won_by = abandonment.winner(ordered, letters.sent, rules.attribution)
        state = abandonment.state_of(cart, won_by, shop.now, rules.delay)
        coming = abandonment.outlook(cart, shop.now, rules)
        rows.append(CartRow._make((
            number, source, website, created, active, ordered, state, stage, error, code or "",
            company or name or email or "", email or "", *values[13:17], loaded.pieces.get(key, Decimal(0)),
            None if ordered else (shop.now - active) // timedelta(seconds=1),
            abandonment.likely_reason(cart, rules.delivery_share) if state == "abandoned" else "",
            coming.skip_reason, letters.going, letters.last_sent_at, orders[number][0] if number in orders else "",
            *(NOTHING_MORE if ordered else coming[1:]), won_by,
        )))  # fmt: skip
    return rows


def rows(shop: Shop, keys: Sequence[int], idle: timedelta | None = None) -> dict[int, CartRow]:
    """Step: read the rows of some carts by key; `idle` as for `completed`."""
    found = list(query().where(within(Cart.id, keys)).tuples())
    return {values[0]: row for values, row in zip(found, completed(shop, found, idle), strict=True)}


def locked(numbers: Sequence[str]) -> dict[str, int]:
    """Step: find carts by number and let nobody else change them meanwhile, always in the same order of keys.

    Returns:
        The key of each cart that exists, by its stored number.
    """
    condition, values = among(Cart, "k.number", sorted({folded(number) for number in numbers}))
    statement = f"SELECT k.number, k.id FROM carts k WHERE {condition} ORDER BY k.id"  # noqa: S608
    return dict(fetch(Cart, statement + facts.locking("k"), values))


def unknown(reference: str) -> NotFoundError:
    """Say that there is no such cart."""
    return NotFoundError("cart.unknown", f"there is no cart {reference}", hint="shopctl carts list", cart=reference)
