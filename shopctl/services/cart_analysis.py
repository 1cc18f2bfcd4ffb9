"""Analyse the carts that were abandoned in some time: their carts, letters and orders in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain import abandonment
from shopctl.domain.abandonment import CartLine
from shopctl.domain.cart_analysis import DEFINITIONS, Part, Studied, Sums, analysed
from shopctl.models import Cart, Order
from shopctl.services import cart_facts, carts
from shopctl.services.cart_facts import NO_LETTERS
from shopctl.services.carts import CartFilter
from shopctl.shop import Shop


class Analysis(NamedTuple):
    """The abandoned carts of some time, summed up.

    Attributes:
        since, until: When they were last in use; None for no limit.
        delay: How long nothing happened in them.
        definitions: What each figure means, by its name.
    """

    since: datetime | None
    until: datetime | None
    delay: timedelta
    sums: Sums
    definitions: dict[str, str]


def analyse(shop: Shop, wanted: CartFilter) -> Analysis:
    """Analyse abandoned carts, together with those that were ordered after a letter.

    Args:
        wanted: Which carts; its state is not looked at.

    Raises:
        NotFoundError: The customer does not exist.
    """
    rules = cart_facts.rules(shop)
    rules = rules if wanted.idle is None else rules._replace(delay=wanted.idle)
    abandoned = carts.narrowed(shop, carts.query(), wanted._replace(state="abandoned"))
    ordered = carts.narrowed(shop, carts.query(), wanted._replace(state="ordered", idle=None, mailed=True))
    found = [*abandoned.tuples(), *ordered.tuples()]
    studied = list(_studied(shop, found, rules))
    settings = shop.config.carts
    delay = settings.abandoned_after if wanted.idle is None else _written(wanted.idle)
    definitions = {
        name: text.format(delay=delay, share=rules.delivery_share, attribution=settings.attribution)
        for name, text in DEFINITIONS.items()
    }
    return Analysis(wanted.since, wanted.until, rules.delay, analysed(studied), definitions)


def _written(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}min"


def _studied(shop: Shop, found: Sequence[Any], rules: abandonment.Rules) -> Iterable[Studied]:
    heads = [carts.head_of(values) for values in found]
    lines = cart_facts.lines_of([head.key for head in heads])
    letters = cart_facts.letters_of({head.number: head.key for head in heads})
    known = cart_facts.customers_of(heads)
    returning = _returning([head.key for head in heads if head.customer])
    won = _won([head.number for head in heads if head.ordered_at])
    for head, values in zip(heads, found, strict=True):
        mine, mail = lines.get(head.key, []), letters.get(head.key, NO_LETTERS)
        if head.ordered_at is not None and not mail.sent:
            continue
        cart = cart_facts.facts_of(head, mine, mail, known)
        won_by = abandonment.winner(head.ordered_at, mail.sent, rules.attribution)
        yield Studied(
            values[13], values[16], head.stage, abandonment.likely_reason(cart, rules.delivery_share),
            _customer_type(head, returning), head.ordered_at is None, tuple(sorted({step for _, step in mail.sent})),
            won_by, won.get(head.number, Decimal(0)) if won_by else Decimal(0),
            abandonment.skip_reason(cart, shop.now, rules), _parts(mine),
        )  # fmt: skip


def _customer_type(head: cart_facts.Head, returning: set[int]) -> str:
    if head.customer is None:
        return "anonymous"
    return "returning" if head.key in returning else "new"


def _parts(lines: Iterable[CartLine]) -> tuple[Part, ...]:
    found: dict[str, Part] = {}
    for line in lines:
        if line.kind == "product":
            name = line.sku or line.name
            before = found.get(name)
            found[name] = Part(name, line.name, line.value + (before.value if before else 0))
    return tuple(found.values())


def _returning(keys: Sequence[int]) -> set[int]:
    """Tell which carts were made by customers who had ordered before."""
    condition, values = among(Cart, "k.id", keys)
    rows = fetch(
        Order,
        f"SELECT k.id FROM carts k WHERE {condition} AND EXISTS (SELECT 1 FROM orders o "  # noqa: S608
        "WHERE o.customer_id = k.customer_id AND o.ordered_at < k.created_at AND o.state <> 'cancelled')",
        values,
    )
    return {key for (key,) in rows}


def _won(numbers: Sequence[str]) -> Mapping[str, Decimal]:
    """Tell what the orders that carts became are worth."""
    condition, values = among(Order, "cart", numbers)
    rows = fetch(
        Order,
        "SELECT cart, sum(amount_total) FROM orders "  # noqa: S608
        f"WHERE {condition} AND cart <> '' AND state <> 'cancelled' GROUP BY cart",
        values,
    )
    return {number: exact(int(amount)) for number, amount in rows}
