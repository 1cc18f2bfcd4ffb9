"""Load what the rules ask about carts, for many of them in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact, instant
from shopctl.domain import abandonment
from shopctl.domain.abandonment import FAILED, MAILED, CartFacts, CartLine, Rules
from shopctl.domain.dates import parse, parse_duration
from shopctl.domain.mail import plain_address
from shopctl.models import Cart, Email, Order, Reminder, ReminderHold
from shopctl.models import CartLine as Line
from shopctl.services import suppressing
from shopctl.services.queueing import AGAIN, RECOVERY
from shopctl.shop import Shop

CART: Final = "cart"
"""The kind of the rows of `reminders` about carts."""


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
        sent: When each of them was sent, and which step it was, the oldest first.
        step: The highest step of which there was a letter.
        said: What the rules call the letter of that step.
    """

    going: int = 0
    sent: tuple[tuple[datetime, int], ...] = ()
    step: int = 0
    said: str = ""

    @property
    def last_sent_at(self) -> datetime | None:
        """When the latest was sent."""
        return max((at for at, _ in self.sent), default=None)


NO_LETTERS: Final = Letters()


class Loaded(NamedTuple):
    """Everything about some carts, by the key of the cart."""

    facts: dict[int, CartFacts]
    letters: dict[int, Letters]
    pieces: dict[int, Decimal]


def rules(shop: Shop) -> Rules:
    """Tell how the shop judges its carts."""
    settings = shop.config.carts
    return Rules(
        parse_duration(settings.abandoned_after),
        tuple(parse(day).start(shop.now, shop.zone) for day in settings.activated_on),
        settings.delivery_share,
        tuple(parse_duration(step) for step in settings.steps),
        settings.basis,
        parse_duration(settings.pause),
        parse_duration(settings.attribution),
        shop.today,
    )


def key_of(number: str, step: int) -> str:
    """Name the letter of a step about a cart in the outbox; further ones get `#2`, `#3` behind it.

    The number is quoted, for `#` and `:` have a meaning in keys.
    """
    return f"{RECOVERY}:{quote(number)}:{step}"


def step_of(key: str) -> int:
    """Tell which step a letter is, by its key."""
    step = key.rpartition(":")[2].partition("#")[0]
    return int(step) if step.isdecimal() else 1


class Customers(NamedTuple):
    """What is known of the customers of carts, by the key of the cart or by address.

    Attributes:
        since: Carts whose customer ordered after leaving them.
        bought: Carts whose customer had paid for an order before.
        wrote_at: When the latest letter about a cart went to an address.
        suppressed: Addresses that get no such letters.
        paused: Up to and with which day nothing reminds of a cart or its customer.
    """

    since: set[int]
    bought: set[int]
    wrote_at: Mapping[str, datetime]
    suppressed: AbstractSet[str]
    paused: Mapping[int, date]


def load(heads: Sequence[Head]) -> Loaded:
    """Step: load the lines of carts, their letters, and what their customers did and said."""
    lines = lines_of([head.key for head in heads])
    letters = letters_of({head.number: head.key for head in heads})
    known = customers_of(heads)
    facts = {
        head.key: facts_of(head, lines.get(head.key, ()), letters.get(head.key, NO_LETTERS), known) for head in heads
    }
    return Loaded(facts, letters, {key: _pieces(found) for key, found in lines.items()})


def customers_of(heads: Sequence[Head]) -> Customers:
    """Step: load what the customers of open carts did and said."""
    still_open = [head for head in heads if head.customer and head.ordered_at is None]
    keys = [head.key for head in still_open]
    addresses = sorted({head.email for head in still_open if head.email})
    return Customers(
        ordered_since(keys), bought_before(keys), wrote_at(addresses), set(suppressing.scopes(addresses)), paused(keys)
    )  # fmt: skip


def facts_of(head: Head, lines: Iterable[CartLine], letters: Letters, known: Customers) -> CartFacts:
    """Put together what the rules know about one cart."""
    return CartFacts(
        head.last_activity_at, head.ordered_at, head.stage, head.payment_error, head.customer is not None,
        head.email or "", head.marketing, letters.said, head.key in known.since, abandonment.contents(lines),
        letters.step, known.wrote_at.get(head.email), head.email in known.suppressed, head.key in known.bought,
        known.paused.get(head.key),
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


def letters_of(keys: Mapping[str, int]) -> dict[int, Letters]:
    """Step: read what became of the letters about carts, by the key of the cart.

    Letters from before there were steps are the first; a step whose letter is forgotten counts as gone.

    Args:
        keys: The key of each cart by its number.
    """
    steps: dict[str, dict[int, str]] = {}
    going: dict[str, int] = {}
    sent: dict[str, list[tuple[datetime, int]]] = {}
    condition, values = among(Reminder, "document", list(keys))
    for number, step in steps_of(list(keys)):
        steps.setdefault(number, {})[step] = MAILED
    # Put into order here: asked for it, PostgreSQL walks through all letters by their key.
    for _, number, key, state, sent_at in sorted(
        fetch(
            Email,
            f"SELECT id, document, key, state, sent_at FROM emails WHERE {condition} AND kind = ?",  # noqa: S608
            (*values, RECOVERY),
        )
    ):
        step = step_of(key)
        steps.setdefault(number, {})[step] = FAILED if state in AGAIN else MAILED
        going[number] = going.get(number, 0) + (state not in AGAIN)
        if sent_at:
            sent.setdefault(number, []).append((instant(sent_at), step))
    return {
        keys[number]: Letters(going.get(number, 0), tuple(sent.get(number, ())), max(found), found[max(found)])
        for number, found in steps.items()
    }


def steps_of(numbers: Sequence[str]) -> list[tuple[str, int]]:
    """Step: list the steps that carts had, each with the number of its cart."""
    condition, values = among(Reminder, "document", numbers)
    statement = f"SELECT document, step FROM reminders WHERE {condition} AND kind = ?"  # noqa: S608
    return [(number, step) for number, step in fetch(Reminder, statement, (*values, CART))]


def paused(keys: Sequence[int]) -> dict[int, date]:
    """Step: tell up to and with which day nothing reminds of carts or of their customers."""
    condition, values = among(Cart, "k.id", keys)
    found: dict[int, date] = {}
    for key, until in fetch(
        ReminderHold,
        "SELECT k.id, h.until FROM carts k JOIN reminder_holds h ON h.document = k.number "  # noqa: S608
        f"WHERE {condition} UNION ALL SELECT k.id, h.until FROM carts k JOIN customers c ON c.id = k.customer_id "
        f"JOIN reminder_holds h ON h.document = c.code WHERE {condition}",
        values * 2,
    ):
        day = date.fromisoformat(until) if until else date.max
        found[key] = max(day, found.get(key, day))
    return found


def wrote_at(addresses: Sequence[str]) -> dict[str, datetime]:
    """Step: tell when the latest letter about a cart went to each address, or was queued for it."""
    plain = {one: plain_address(one) for one in addresses if abandonment.is_writable(one)}
    condition, values = among(Email, "recipient", sorted(set(plain.values())))
    found = fetch(
        Email,
        "SELECT recipient, max(coalesce(sent_at, created_at)) FROM emails "  # noqa: S608
        f"WHERE {condition} AND kind = ? AND state NOT IN ('failed', 'cancelled') GROUP BY recipient",
        (*values, RECOVERY),
    )
    moments = {recipient: instant(at) for recipient, at in found}
    return {address: moments[one] for address, one in plain.items() if one in moments}


def bought_before(keys: Sequence[int]) -> set[int]:
    """Step: tell which carts have a customer who had paid for an order before leaving them."""
    return _with_order(
        keys,
        "o.ordered_at < k.last_activity_at AND o.state <> 'cancelled' AND o.amount_total > 0 "
        "AND o.payment_status IN ('paid', 'overpaid')",
    )


def ordered_since(keys: Sequence[int]) -> set[int]:
    """Step: tell which carts have a customer who ordered after leaving them."""
    return _with_order(keys, "o.ordered_at >= k.last_activity_at AND o.state <> 'cancelled'")


def _with_order(keys: Sequence[int], which: str) -> set[int]:
    if not keys:
        return set()
    condition, values = among(Cart, "k.id", keys)
    rows = fetch(
        Order,
        f"SELECT k.id FROM carts k WHERE {condition} AND EXISTS "  # noqa: S608
        f"(SELECT 1 FROM orders o WHERE o.customer_id = k.customer_id AND {which})",
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
