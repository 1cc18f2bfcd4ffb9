"""Tell which carts are abandoned, why they were probably left, and which of them get a letter.

Source: settled rules, Carts 18 and 19; order rules, 2 and 7.5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.billing import ZERO
from shopctl.domain.mail import plain_address
from shopctl.errors import RefusedError

CART_STATES: Final = ("open", "abandoned", "recovered", "ordered")

REASONS: Final[dict[str, str]] = {
    "payment_error": "the payment failed",
    "sold_out": "a product is sold out",
    "archived": "a product is not sold any more",
    "free_only": "nothing in it costs anything",
    "delivery_cost": "delivery is dear",
    "address_form": "a guest left at the address form",
    "no_email": "nobody knows an e-mail address",
    "no_sign": "no clear sign",
}
"""Why a cart was probably left, in words; the first that holds counts."""

SKIPS: Final[dict[str, str]] = {
    "ordered": "it became an order",
    "not_abandoned": "it is empty, or was in use a short while ago",
    "no_address": "there is no e-mail address to write to",
    "suppressed": "its address is on the list of those that get no such mail",
    "opted_out": "its customer wants no such mail",
    "mailed": "it has its letter already",
    "paused": "reminders of it, or of its customer, are paused",
    "no_basis": "its customer neither agreed to such mail nor bought before",
    "payment_error": "its payment failed, so it is a matter of the payment",
    "free_only": "nothing in it costs anything",
    "unavailable": "nothing in it can be bought any more",
    "ordered_since": "its customer has ordered since",
    "switched_off": "the shop writes no letters about carts",
    "before_activation": "it was left before letters were switched on",
    "recently_mailed": "its customer got a letter about a cart a short while ago",
    "letter_failed": "its letter failed or was cancelled",
    "not_due": "its next letter comes later",
}
"""Why a cart gets no letter, in words; the first that holds counts."""

CONSENT: Final = "consent"
SALE: Final = "sale"

BASES: Final[dict[str, str]] = {
    CONSENT: "the customer agreed to marketing mail",
    SALE: "the customer bought before and did not say no",
}
"""What makes a letter lawful. Source: Directive 2002/58/EC, article 13 (1) and (2)."""

MAILED: Final = "mailed"
FAILED: Final = "failed"


class CartLine(NamedTuple):
    """A line of a cart; `discount` in percent, `sold_out` and `archived` are said of its product."""

    kind: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    sold_out: bool = False
    archived: bool = False
    sku: str = ""
    name: str = ""

    @property
    def value(self) -> Decimal:
        """What it comes to at the prices of the cart, not rounded."""
        return self.quantity * self.unit_price * (100 - self.discount) / 100


class Contents(NamedTuple):
    """What the rules ask about the lines of a cart.

    Attributes:
        filled: It has a line.
        free: None of its lines costs anything.
        sold_out: A product of it is sold out.
        archived: A product of it is not sold any more.
        available: A product of it can be bought, or it has none but also nothing that is gone.
        goods: What its products come to.
        delivery: What their delivery comes to.
    """

    filled: bool = False
    free: bool = False
    sold_out: bool = False
    archived: bool = False
    available: bool = True
    goods: Decimal = ZERO
    delivery: Decimal = ZERO


def contents(lines: Iterable[CartLine]) -> Contents:
    """Sum up the lines of a cart."""
    filled = sold_out = archived = available = False
    free = True
    goods = delivery = ZERO
    for line in lines:
        filled = True
        value = line.value
        free = free and not value
        if line.kind == "product":
            goods += value
            sold_out = sold_out or line.sold_out
            archived = archived or line.archived
            available = available or not (line.sold_out or line.archived)
        elif line.kind == "shipping":
            delivery += value
    return Contents(
        filled, filled and free, sold_out, archived, available or not (sold_out or archived), goods, delivery
    )


class CartFacts(NamedTuple):
    """A cart as the rules see it.

    Attributes:
        ordered_at: When it became an order; None while it is open.
        payment_error: What the payment provider said; empty for nothing.
        email: The address of its customer; empty where nobody knows it.
        marketing: Whether the customer agreed to such mail; None: never asked.
        letter: The latest letter about it: none (empty), `mailed` when it went or may go out, `failed` when it did not.
        ordered_since: Its customer placed an order after leaving it.
        step: Which letter about it that was, counted from 1; 0 for none.
        wrote_at: When the latest letter about any cart went to its address, or was queued for it.
        suppressed: Its address is on the list of those that get no such mail.
        bought: Its customer paid for an order before leaving it.
        paused_until: Nothing reminds of it, or of its customer, up to and with this day.
    """

    last_activity_at: datetime
    ordered_at: datetime | None = None
    stage: str = "cart"
    payment_error: str = ""
    known: bool = False
    email: str = ""
    marketing: bool | None = None
    letter: str = ""
    ordered_since: bool = False
    contents: Contents = Contents()
    step: int = 0
    wrote_at: datetime | None = None
    suppressed: bool = False
    bought: bool = False
    paused_until: date | None = None

    @property
    def failed_to_pay(self) -> bool:
        """Whether its payment went wrong."""
        return self.stage == "failed" or bool(self.payment_error)


class Rules(NamedTuple):
    """How the shop judges its carts.

    Attributes:
        delay: How long nothing happened in an abandoned cart.
        activated: Carts left before this get no letter, for all letters or one for each; none for no limit.
        delivery_share: Percentage of the goods above which delivery is dear.
        steps: How long a cart is abandoned before each of its letters.
        basis: What makes a letter lawful, see `BASES`.
        pause: Between two letters about carts to the same address.
        attribution: An order within so long after a letter counts as won back by it.
        today: The day in the shop's zone.
    """

    delay: timedelta = timedelta(hours=10)
    activated: tuple[datetime, ...] = ()
    delivery_share: int = 15
    steps: tuple[timedelta, ...] = (timedelta(),)
    basis: tuple[str, ...] = (CONSENT, SALE)
    pause: timedelta = timedelta()
    attribution: timedelta = timedelta(days=30)
    today: date = date.min

    def is_open_to(self, left_at: datetime, step: int) -> bool:
        """Tell whether a letter was switched on when a cart was left."""
        return not self.activated or left_at >= self.activated[min(step, len(self.activated)) - 1]


class Outlook(NamedTuple):
    """What comes next for a cart.

    Attributes:
        skip_reason: Why it gets no letter now, one of `SKIPS`; empty when it gets one.
        step: The letter that is due, that comes next, or that failed; 0 for none.
        due_at: When that is or was due; None for never.
        basis: What makes it lawful, one of `BASES`; empty for nothing.
    """

    skip_reason: str
    step: int
    due_at: datetime | None
    basis: str


def is_abandoned(cart: CartFacts, now: datetime, delay: timedelta) -> bool:
    """Tell whether a cart is open, filled, and left alone for at least the delay.

    Source: settled rules, Carts 18.
    """
    return cart.ordered_at is None and cart.contents.filled and cart.last_activity_at <= now - delay


def winner(ordered_at: datetime | None, sent: Iterable[tuple[datetime, int]], attribution: timedelta) -> int:
    """Tell which letter won a cart back: the last one before the order, if that is not longer ago than it may be.

    Args:
        sent: When letters about the cart were sent, and which step each was.

    Returns:
        The step, counted from 1; 0 when the cart was not won back.
    """
    before = [(at, step) for at, step in sent if ordered_at is not None and at < ordered_at]
    at, step = max(before, default=(None, 0))
    return step if at and ordered_at and ordered_at - at <= attribution else 0


def state_of(cart: CartFacts, won_by: int, now: datetime, delay: timedelta) -> str:
    """Tell the state of a cart, one of `CART_STATES`.

    Args:
        won_by: The letter that won it back, as `winner` tells; 0 for none.
    """
    if cart.ordered_at is not None:
        return "recovered" if won_by else "ordered"
    return "abandoned" if is_abandoned(cart, now, delay) else "open"


def likely_reason(cart: CartFacts, delivery_share: int) -> str:
    """Tell why a cart was probably left, one of `REASONS`; what is surest comes first.

    Args:
        delivery_share: Percentage of the goods above which delivery is dear.
    """
    inside = cart.contents
    signs = {
        "payment_error": cart.failed_to_pay,
        "sold_out": inside.sold_out,
        "archived": inside.archived,
        "free_only": inside.free,
        "delivery_cost": inside.delivery * 100 > inside.goods * delivery_share,
        "address_form": not cart.known and cart.stage == "address",
        "no_email": not cart.email,
    }
    return next((reason for reason, seen in signs.items() if seen), "no_sign")


def basis_of(cart: CartFacts, allowed: Sequence[str]) -> str:
    """Tell what makes a letter to the customer of a cart lawful; empty for nothing. A no always wins.

    Args:
        allowed: What the shop accepts.
    """
    holds = {CONSENT: cart.marketing is True, SALE: cart.bought and cart.marketing is not False}
    return next((basis for basis in BASES if basis in allowed and holds[basis]), "")


def next_step(cart: CartFacts, now: datetime, rules: Rules) -> tuple[int, datetime | None]:
    """Tell which letter is due, else which comes next, and when; 0 when there is none after those that there were.

    Steps that were missed are left out: the highest one that is due counts. Each is taken once, whatever happens in
    the cart later; who comes back and leaves again gets the next one, counted from then.

    Source: settled rules, Carts 20.
    """
    left = cart.last_activity_at + rules.delay
    coming = [
        (step, left + after)
        for step, after in enumerate(rules.steps, 1)
        if step > cart.step and rules.is_open_to(cart.last_activity_at, step)
    ]
    due = [one for one in coming if one[1] <= now]
    return due[-1] if due else coming[0] if coming else (0, None)


def outlook(cart: CartFacts, now: datetime, rules: Rules) -> Outlook:
    """Tell whether a cart gets a letter now, which one, and why not if not.

    Source: settled rules, Carts 19 and 20.
    """
    basis = basis_of(cart, rules.basis)
    step, at = next_step(cart, now, rules)
    due = at is not None and at <= now
    failed = cart.letter == FAILED and not due
    free_at = cart.wrote_at + rules.pause if cart.wrote_at else None
    # Two carts of one customer do not get a letter in the same run, whatever the pause.
    resting = cart.wrote_at is not None and free_at is not None and (now < free_at or now <= cart.wrote_at)
    steps = range(1, len(rules.steps) + 1)
    hindrances = {
        "ordered": cart.ordered_at is not None,
        "not_abandoned": not is_abandoned(cart, now, rules.delay),
        "no_address": not is_writable(cart.email),
        "suppressed": cart.suppressed,
        "opted_out": cart.marketing is False,
        "mailed": cart.letter == MAILED and not step,
        "paused": cart.paused_until is not None and rules.today <= cart.paused_until,
        "no_basis": not basis,
        "payment_error": cart.failed_to_pay,
        "free_only": cart.contents.free,
        "unavailable": not cart.contents.available,
        "ordered_since": cart.ordered_since,
        "switched_off": not rules.steps,
        "before_activation": not any(rules.is_open_to(cart.last_activity_at, one) for one in steps),
        "recently_mailed": resting and (due or failed),
        # A letter that did not go out may be queued again unless anything else speaks against it.
        "letter_failed": failed,
        "not_due": not due,
    }
    reason = next((reason for reason, holds in hindrances.items() if holds), "")
    if reason == "recently_mailed":
        at = free_at
    if failed:
        return Outlook(reason, cart.step, at, basis)
    return Outlook(reason, step, at, basis)


def skip_reason(cart: CartFacts, now: datetime, rules: Rules) -> str:
    """Tell why a cart gets no letter, one of `SKIPS`; empty when it gets one."""
    return outlook(cart, now, rules).skip_reason


def is_writable(address: str) -> bool:
    """Tell whether a text is one plain e-mail address."""
    try:
        return bool(plain_address(address))
    except RefusedError:
        return False
