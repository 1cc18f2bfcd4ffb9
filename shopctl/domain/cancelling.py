"""Decide whether an order can be cancelled, and what goes with it.

Source: settled rule 13; order rules, 7.3. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.deliveries import number
from shopctl.domain.money import with_currency
from shopctl.errors import RefusedError, UsageError

CREDIT, REFUND, RETURN = MEANS = ("credit-note", "refund", "return")
"""What can be done about the things that keep an order from being cancelled, in the order in which it is done."""

_NOTHING: Final = Decimal(0)


class Paper(NamedTuple):
    """An invoice or credit note of an order.

    Attributes:
        amount: What of a posted invoice is not credited yet; of a draft its total.
        others: The other orders that it bills.
        noun: The word for it on the command line.
    """

    number: str
    amount: Decimal
    others: tuple[str, ...] = ()
    noun: str = "invoice"


class Money(NamedTuple):
    """A payment of an order: how much of it is meant."""

    number: str
    amount: Decimal


class Affairs(NamedTuple):
    """What an order has that cancelling it has to deal with.

    Attributes:
        paid: What was paid of it and stayed, in `currency`, written off differences included.
        posted: Invoices that are not credited in full.
        drafts: Drafts of invoices and credit notes.
        received: Payments of the order that are here or authorised.
        announced: Payments of the order that are awaited.
        delivered: Lines of which something is with the customer: position and quantity.
        shipments: Deliveries that brought it.
        waiting: Deliveries that have not left.
    """

    order: str
    currency: str
    paid: Decimal = _NOTHING
    posted: tuple[Paper, ...] = ()
    drafts: tuple[Paper, ...] = ()
    received: tuple[Money, ...] = ()
    announced: tuple[Money, ...] = ()
    delivered: tuple[tuple[int, Decimal], ...] = ()
    shipments: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def needs(self) -> frozenset[str]:
        """The means without which it cannot be cancelled."""
        there = {CREDIT: self.posted, REFUND: self.paid > 0, RETURN: self.delivered}
        return frozenset(means for means, found in there.items() if found)


class Obstacle(NamedTuple):
    """Something that keeps an order from being cancelled, and the command that clears it."""

    words: str
    command: str


def parse_means(text: str) -> tuple[str, ...]:
    """Read the value of `--with`: words separated by commas.

    Returns:
        Each once, in the order of `MEANS`.

    Raises:
        UsageError: One of them is no such word.
    """
    found = {word.strip() for word in text.split(",") if word.strip()}
    for word in sorted(found):
        if word not in MEANS:
            raise UsageError("usage", f"--with does not know '{word}'", hint=f"write --with {','.join(MEANS)}")
    return tuple(word for word in MEANS if word in found)


def require_cancellable(affairs: Affairs, means: Collection[str]) -> None:
    """Insist that nothing keeps an order from being cancelled, once `means` have been used.

    Raises:
        RefusedError: Something does; all of it is named, each with the command that would clear it.
    """
    found = list(obstacles(affairs, means))
    if not found:
        return
    hints = [one.command for one in found if one.command]
    shared = any(paper.others for paper in (*affairs.posted, *affairs.drafts))
    if not shared:
        wanted = ",".join(one for one in MEANS if one in affairs.needs)
        at_once = f"shopctl orders cancel {affairs.order} --with {wanted}"
        hints.append(f"all at once: {at_once}" if hints else at_once)
    raise RefusedError(
        "order.not_cancellable",
        f"order {affairs.order} cannot be cancelled: {'; '.join(one.words for one in found)}",
        hint="\n".join(dict.fromkeys(hints)),
        order=affairs.order,
    )


def obstacles(affairs: Affairs, means: Collection[str]) -> Iterator[Obstacle]:
    """List what keeps an order from being cancelled, once `means` have been used."""
    for paper in affairs.posted:
        if paper.others:
            yield Obstacle(
                f"{paper.number} bills {', '.join(paper.others)} as well",
                f"shopctl credit-note create {paper.number} --line N --reason TEXT --confirm",
            )
        elif CREDIT not in means:
            yield Obstacle(
                f"{paper.number} is posted",
                f"shopctl credit-note create {paper.number} --reason TEXT --confirm",
            )
    for paper in affairs.drafts:
        if paper.others:
            yield Obstacle(
                f"the draft {paper.number} bills {', '.join(paper.others)} as well",
                f"shopctl {paper.noun} cancel {paper.number}",
            )
    if affairs.paid > 0 and REFUND not in means:
        here = f" ({', '.join(one.number for one in affairs.received)})" if affairs.received else ""
        yield Obstacle(f"{with_currency(affairs.paid, affairs.currency)} is paid{here}", "")
    if affairs.delivered and RETURN not in means:
        yield _delivered(affairs)


def _delivered(affairs: Affairs) -> Obstacle:
    words = f"{_quantities(affairs)} {'is' if _is_one(affairs) else 'are'} delivered"
    if affairs.shipments:
        names = " ".join(affairs.shipments)
        return Obstacle(f"{words} ({', '.join(affairs.shipments)})", f"shopctl delivery return {names}")
    back = " ".join(f"--line {position}=-{number(quantity)}" for position, quantity in affairs.delivered)
    return Obstacle(words, f"shopctl orders deliver {affairs.order} {back}")


def _quantities(affairs: Affairs) -> str:
    return ", ".join(f"{number(quantity)} of line {position}" for position, quantity in affairs.delivered)


def _is_one(affairs: Affairs) -> bool:
    return len(affairs.delivered) == 1 and affairs.delivered[0][1] == 1


def plan(affairs: Affairs) -> list[str]:
    """Say what cancelling an order does, in the order in which it is done, for somebody who is asked about it.

    What keeps it from being cancelled is said as if all means were allowed.
    """
    said = [f"cancel the draft {paper.number}" for paper in affairs.drafts]
    said += [f"credit {paper.number}: {with_currency(paper.amount, affairs.currency)}" for paper in affairs.posted]
    if affairs.paid > 0:
        said.append(f"pay {with_currency(affairs.paid, affairs.currency)} back")
    if affairs.delivered:
        said.append(f"take back {_quantities(affairs)}")
    said += [
        f"cancel the announced payment {one.number} of {with_currency(one.amount, affairs.currency)}"
        for one in affairs.announced
    ]
    said += [f"cancel the delivery {one}, which has not left" for one in affairs.waiting]
    return [*said, "cancel the order"]
