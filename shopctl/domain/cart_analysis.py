"""Sum up abandoned carts: where they stopped, why, what they were worth, and how many a letter won back.

Everything here is values in, values out. Amounts of different currencies never meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.abandonment import REASONS, SKIPS
from shopctl.domain.billing import ZERO
from shopctl.domain.money import round_money

STAGES: Final[dict[str, str]] = {
    "cart": "cart only",
    "address": "address",
    "delivery": "delivery choice",
    "payment": "payment page",
    "failed": "payment failed",
}
"""How far carts came, in words."""

CUSTOMER_TYPES: Final = ("anonymous", "new", "returning")
"""Nobody knows whose cart it is; the customer had not ordered before it was made; had ordered."""

DEFINITIONS: Final[dict[str, str]] = {
    "abandoned": "a cart with at least one line that is not ordered, and in which nothing happened for {delay}; "
    "it counts on the day it was last in use",
    "value": "totals of the carts, taxes included; for a product what its lines come to at the prices of the carts",
    "mailed": "carts last in use in the same time whose letter was sent, ordered ones included",
    "won back": "those of them that were ordered within {attribution} after a letter, and their share; "
    "what that was worth are the totals of the orders that the carts themselves became, cancelled ones left out",
    "letter": "a cart counts for each letter that was sent about it, and as won back for the last one before its order",
    "likely reason": "the first that holds, in this order: "
    + ", ".join(reason.replace("_", " ") for reason in REASONS)
    + "; delivery cost means above {share} % of the goods",
    "customer type": "anonymous: nobody knows whose it is; returning: ordered before the cart was made; new: did not",
    "product": "a cart counts once for each product in it, so the products add up to more than all carts",
}
"""What each figure means, with the gaps `{delay}`, `{share}` and `{attribution}`."""


class Part(NamedTuple):
    """A product in a cart, and what its lines come to."""

    sku: str
    name: str
    value: Decimal


class Studied(NamedTuple):
    """A cart that is abandoned, or that got a letter.

    Attributes:
        abandoned: It is now; else it was ordered since.
        sent: The letters about it that were sent, counted from 1.
        won_by: The letter that won it back; 0 for none.
        won: What was ordered then.
        skip_reason: Why it gets no letter, empty when it would get one.
    """

    currency: str
    value: Decimal
    stage: str
    reason: str
    customer_type: str
    abandoned: bool
    sent: tuple[int, ...] = ()
    won_by: int = 0
    won: Decimal = ZERO
    skip_reason: str = ""
    parts: tuple[Part, ...] = ()


class Figure(NamedTuple):
    """One row of an analysis: carts of a group in one currency.

    Attributes:
        group: The word or SKU that they share; empty for all carts.
        label: How people call it.
        amount: What the abandoned ones are worth.
        mailed: Carts whose letter was sent, and of these `won_back`, worth `amount_won_back` as orders.
    """

    group: str
    label: str
    currency: str
    carts: int
    amount: Decimal
    mailed: int = 0
    won_back: int = 0
    amount_won_back: Decimal = ZERO

    @property
    def rate(self) -> Decimal | None:
        """The share of mailed carts that was won back, in percent with one decimal; None where none was mailed."""
        return round_money(Decimal(100 * self.won_back) / self.mailed, Decimal("0.1")) if self.mailed else None


class Sums(NamedTuple):
    """All figures about some carts."""

    totals: tuple[Figure, ...]
    stages: tuple[Figure, ...]
    reasons: tuple[Figure, ...]
    products: tuple[Figure, ...]
    customer_types: tuple[Figure, ...]
    letters: tuple[Figure, ...]
    """Abandoned carts by why they get no letter; the group is empty for those that get one."""

    steps: tuple[Figure, ...] = ()
    """Carts by the letters that were sent about them; the group is the number of the letter."""


Shares = Callable[[Studied], Iterable[tuple[str, str, Decimal]]]
"""The groups that a cart belongs to: word, label, and what of it counts there."""


def analysed(carts: Sequence[Studied]) -> Sums:
    """Sum up carts in every way; groups come in the order of their list, products by what they are worth."""
    abandoned = [cart for cart in carts if cart.abandoned]
    return Sums(
        tuple(figures(carts, lambda cart: [("", "all carts", cart.value)])),
        tuple(_in_order(figures(carts, lambda cart: [(cart.stage, STAGES[cart.stage], cart.value)]), [*STAGES])),
        tuple(_in_order(figures(carts, lambda cart: [(cart.reason, REASONS[cart.reason], cart.value)]), [*REASONS])),
        tuple(_by_worth(figures(carts, lambda cart: cart.parts))),
        tuple(_in_order(figures(carts, lambda cart: [(cart.customer_type,) * 2 + (cart.value,)]), CUSTOMER_TYPES)),
        tuple(_in_order(figures(abandoned, _letter), ["", *SKIPS])),
        tuple(_by_step(carts)),
    )


def _by_step(carts: Sequence[Studied]) -> list[Figure]:
    """Count carts for each letter that was sent, and what was won back for the letter that did it."""
    found: list[Figure] = []
    for step in sorted({step for cart in carts for step in cart.sent}):
        name, label = str(step), f"letter {step}"
        mine = [
            cart if cart.won_by in (0, step) else cart._replace(won_by=0, won=ZERO)
            for cart in carts
            if step in cart.sent
        ]
        found += figures(mine, lambda cart, name=name, label=label: [(name, label, cart.value)])  # type: ignore[misc]
    return found


def _letter(cart: Studied) -> list[tuple[str, str, Decimal]]:
    return [(cart.skip_reason, SKIPS.get(cart.skip_reason, "nothing speaks against it"), cart.value)]


def figures(carts: Iterable[Studied], shares: Shares) -> list[Figure]:
    """Count carts by group and currency; a group is there as soon as it has an abandoned or a mailed cart."""
    found: dict[tuple[str, str], _Count] = {}
    for cart in carts:
        for group, label, value in shares(cart):
            count = found.get((group, cart.currency))
            if count is None:
                count = found[group, cart.currency] = _Count(label)
            if cart.abandoned:
                count.carts += 1
                count.amount += value
            if cart.sent:
                count.mailed += 1
                count.won_back += cart.won_by > 0
                count.won += cart.won
    return [
        Figure(group, one.label, currency, one.carts, one.amount, one.mailed, one.won_back, one.won)
        for (group, currency), one in found.items()
    ]


class _Count:
    """A figure while it grows."""

    __slots__ = ("amount", "carts", "label", "mailed", "won", "won_back")

    def __init__(self, label: str) -> None:
        self.label = label
        self.carts = self.mailed = self.won_back = 0
        self.amount = self.won = ZERO


def _in_order(found: Iterable[Figure], words: Sequence[str]) -> list[Figure]:
    places = {word: place for place, word in enumerate(words)}
    return sorted(found, key=lambda figure: (places[figure.group], figure.currency))


def _by_worth(found: Iterable[Figure]) -> list[Figure]:
    return sorted(found, key=lambda figure: (figure.currency, -figure.amount, figure.group))
