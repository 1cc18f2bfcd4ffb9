"""Load what the rules ask about carts, for many of them in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact, instant
from shopctl.domain import abandonment
from shopctl.domain.abandonment import FAILED, MAILED, CartFacts, CartLine, Rules
from shopctl.domain.dates import parse, parse_duration
from shopctl.models import Cart, Email, Order
from shopctl.models import CartLine as Line
from shopctl.services.queueing import AGAIN, RECOVERY
from shopctl.shop import Shop

STEP: Final = 1
"""The only letter of the sequence so far."""


class Head(NamedTuple):
    """The cart itself and its customer, as stored."""

    key: int
    number: str
    last_activity_at: datetime
    ordered_at: datetime | None
    stage: str
    payment_error: str
    customer: int | None
    email: str
    marketing: bool | None


class Letters(NamedTuple):
    """The letters about a cart.

    Attributes:
        going: How many went, or may go out.
        last: State of the latest one.
        sent_at: When the first was sent; `last_sent_at` the latest.
        times: How many there were in all.
    """

    going: int
    last: str
    sent_at: datetime | None
    last_sent_at: datetime | None
    times: int

    @property
    def said(self) -> str:
        """What the rules call it."""
        return MAILED if self.going else FAILED if self.times else ""


NO_LETTERS: Final = Letters(0, "", None, None, 0)


class Loaded(NamedTuple):
    """Everything about some carts, by the key of the cart."""

    facts: dict[int, CartFacts]
    letters: dict[int, Letters]
    pieces: dict[int, Decimal]


def rules(shop: Shop) -> Rules:
    """Tell how the shop judges its carts."""
    settings = shop.config.carts
    activated = parse(settings.activated_on[0]).start(shop.now, shop.zone) if settings.activated_on else None
    return Rules(parse_duration(settings.abandoned_after), activated, settings.delivery_share)


def key_of(number: str) -> str:
    """Name the letter about a cart in the outbox; further ones get `#2`, `#3` behind it."""
    return f"{RECOVERY}:{number}:{STEP}"


def load(heads: Sequence[Head]) -> Loaded:
    """Step: load the lines of carts, their letters, and whether their customers ordered since."""
    lines = lines_of([head.key for head in heads])
    letters = letters_of(heads)
    since = ordered_since([head.key for head in heads if head.customer and head.ordered_at is None])
    facts = {
        head.key: facts_of(head, lines.get(head.key, ()), letters.get(head.key, NO_LETTERS), head.key in since)
        for head in heads
    }
    return Loaded(facts, letters, {key: _pieces(found) for key, found in lines.items()})


def facts_of(head: Head, lines: Iterable[CartLine], letters: Letters, ordered_since: bool) -> CartFacts:
    """Put together what the rules know about one cart."""
    return CartFacts(
        head.last_activity_at, head.ordered_at, head.stage, head.payment_error, head.customer is not None,
        head.email or "", head.marketing, letters.said, ordered_since, abandonment.contents(lines),
    )  # fmt: skip


def _pieces(lines: Iterable[CartLine]) -> Decimal:
    return sum((line.quantity for line in lines if line.kind == "product"), Decimal(0))


def lines_of(keys: Sequence[int]) -> dict[int, list[CartLine]]:
    """Step: read the lines of carts, with what is wrong with their products."""
    condition, bound = among(Line, "l.cart_id", keys)
    found: dict[int, list[CartLine]] = {}
    for cart, *values in fetch(
        Line,
        "SELECT l.cart_id, l.kind, l.sku, l.description, l.quantity, l.unit_price, l.discount, p.stock, p.archived "  # noqa: S608
        f"FROM cart_lines l LEFT JOIN products p ON p.sku = l.sku WHERE {condition} ORDER BY l.cart_id, l.position",
        bound,
    ):
        found.setdefault(cart, []).append(_line(*values))
    return found


@lru_cache(maxsize=10_000)
def _line(
    kind: str, sku: str, name: str, quantity: int, price: int, discount: int, stock: int | None, archived: bool | None
) -> CartLine:
    """Make a line of its stored values; remembered, for carts hold the same products again and again."""
    sold_out = stock is not None and stock <= 0
    return CartLine(kind, exact(quantity), exact(price), exact(discount), sold_out, bool(archived), sku, name or sku)


def letters_of(heads: Sequence[Head]) -> dict[int, Letters]:
    """Step: read what became of the letters about carts, by the key of the cart."""
    keys = {head.number: head.key for head in heads}
    condition, values = among(Email, "document", list(keys))
    found: dict[int, Letters] = {}
    for document, state, sent_at in fetch(
        Email,
        f"SELECT document, state, sent_at FROM emails WHERE {condition} AND kind = '{RECOVERY}' ORDER BY id",  # noqa: S608
        values,
    ):
        before = found.get(keys[document], NO_LETTERS)
        sent = instant(sent_at) if sent_at else None
        found[keys[document]] = Letters(
            before.going + (state not in AGAIN), state, before.sent_at or sent, sent or before.last_sent_at,
            before.times + 1,
        )  # fmt: skip
    return found


def ordered_since(keys: Sequence[int]) -> set[int]:
    """Step: tell which carts have a customer who ordered after leaving them."""
    if not keys:
        return set()
    condition, values = among(Cart, "k.id", keys)
    rows = fetch(
        Order,
        f"SELECT k.id FROM carts k WHERE {condition} AND EXISTS (SELECT 1 FROM orders o "  # noqa: S608
        "WHERE o.customer_id = k.customer_id AND o.ordered_at >= k.last_activity_at AND o.state <> 'cancelled')",
        values,
    )
    return {key for (key,) in rows}


def orders_of(numbers: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Tell the order that each of these carts became, and the moment: the first one, should there be several."""
    condition, values = among(Order, "cart", numbers)
    rows = fetch(
        Order,
        "SELECT cart, number, ordered_at FROM orders "  # noqa: S608
        f"WHERE {condition} AND cart <> '' ORDER BY ordered_at DESC, id DESC",
        values,
    )
    return {cart: (number, moment) for cart, number, moment in rows}


def order_of(number: str) -> str:
    """Name the order that a cart became; empty for none."""
    return orders_of([number]).get(number, ("", ""))[0]
