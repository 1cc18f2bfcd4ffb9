"""Tell which carts are abandoned, why they were probably left, and which of them get a letter.

Source: settled rules, Carts 18 and 19; order rules, 2 and 7.5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
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
    "opted_out": "its customer wants no such mail",
    "mailed": "it has its letter already",
    "payment_error": "its payment failed, so it is a matter of the payment",
    "free_only": "nothing in it costs anything",
    "unavailable": "nothing in it can be bought any more",
    "ordered_since": "its customer has ordered since",
    "before_activation": "it was left before letters were switched on",
    "letter_failed": "its letter failed or was cancelled",
}
"""Why a cart gets no letter, in words; the first that holds counts."""

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
        letter: The letter of this step: none (empty), `mailed` when it went or may go out, `failed` when it did not.
        ordered_since: Its customer placed an order after leaving it.
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

    @property
    def failed_to_pay(self) -> bool:
        """Whether its payment went wrong."""
        return self.stage == "failed" or bool(self.payment_error)


class Rules(NamedTuple):
    """How the shop judges its carts.

    Attributes:
        delay: How long nothing happened in an abandoned cart.
        activated_at: Carts left before this get no letter; None for no limit.
        delivery_share: Percentage of the goods above which delivery is dear.
    """

    delay: timedelta = timedelta(hours=10)
    activated_at: datetime | None = None
    delivery_share: int = 15


def is_abandoned(cart: CartFacts, now: datetime, delay: timedelta) -> bool:
    """Tell whether a cart is open, filled, and left alone for at least the delay.

    Source: settled rules, Carts 18.
    """
    return cart.ordered_at is None and cart.contents.filled and cart.last_activity_at <= now - delay


def is_recovered(ordered_at: datetime | None, sent_at: datetime | None) -> bool:
    """Tell whether a cart was ordered after its letter had been sent."""
    return ordered_at is not None and sent_at is not None and sent_at < ordered_at


def state_of(cart: CartFacts, sent_at: datetime | None, now: datetime, delay: timedelta) -> str:
    """Tell the state of a cart, one of `CART_STATES`.

    Args:
        sent_at: When its first letter was sent; None when none was.
    """
    if cart.ordered_at is not None:
        return "recovered" if is_recovered(cart.ordered_at, sent_at) else "ordered"
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


def skip_reason(cart: CartFacts, now: datetime, rules: Rules) -> str:
    """Tell why a cart gets no letter, one of `SKIPS`; empty when it gets one.

    Source: settled rules, Carts 19.
    """
    hindrances = {
        "ordered": cart.ordered_at is not None,
        "not_abandoned": not is_abandoned(cart, now, rules.delay),
        "no_address": not is_writable(cart.email),
        "opted_out": cart.marketing is False,
        "mailed": cart.letter == MAILED,
        "payment_error": cart.failed_to_pay,
        "free_only": cart.contents.free,
        "unavailable": not cart.contents.available,
        "ordered_since": cart.ordered_since,
        "before_activation": rules.activated_at is not None and cart.last_activity_at < rules.activated_at,
        # The last one: a letter that did not go out may be queued again unless anything else speaks against it.
        "letter_failed": cart.letter == FAILED,
    }
    return next((reason for reason, holds in hindrances.items() if holds), "")


def is_writable(address: str) -> bool:
    """Tell whether a text is one plain e-mail address."""
    try:
        return bool(plain_address(address))
    except RefusedError:
        return False
