"""Add up payments by what they share: what came in, what went back, what providers kept, what is used.

Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.dashboard import change

ZERO: Final = Decimal(0)


class Sum(NamedTuple):
    """What the payments of one group add up to in one currency.

    Attributes:
        fee: What providers kept of them, below zero where they gave more back.
        allocated: What of the money that came is used on documents.
        left: What of it is neither used nor given back.
    """

    group: str
    currency: str
    payments: int = 0
    received: Decimal = ZERO
    refunded: Decimal = ZERO
    fee: Decimal = ZERO
    allocated: Decimal = ZERO
    left: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What stayed with the shop: received less refunded less fee."""
        return self.received - self.refunded - self.fee

    def plus(self, other: Sum) -> Sum:
        """Add the payments of another group to these."""
        return Sum(
            self.group, self.currency, self.payments + other.payments, self.received + other.received,
            self.refunded + other.refunded, self.fee + other.fee, self.allocated + other.allocated,
            self.left + other.left,
        )  # fmt: skip


class Figure(NamedTuple):
    """A row of the report; what came before is None where nothing is compared.

    Attributes:
        change: By how many percent the net grew, to one decimal; None where there was none before.
    """

    group: str
    name: str
    currency: str
    payments: int
    received: Decimal
    refunded: Decimal
    fee: Decimal
    net: Decimal
    allocated: Decimal
    left: Decimal
    payments_before: int | None = None
    net_before: Decimal | None = None
    change: Decimal | None = None


def figures(sums: Iterable[Sum], before: Iterable[Sum] | None = None, *, by_size: bool = True) -> list[Figure]:
    """Work out the rows of the report, each currency by itself.

    Args:
        sums: One a group and currency.
        before: Those of the period that it is compared with; None for no comparison.
        by_size: The largest net first; otherwise in the order of the groups.
    """
    then = None if before is None else {(one.currency, one.group): one for one in before}
    now = {(one.currency, one.group): one for one in sums}
    for currency, group in (then or {}).keys() - now.keys():
        now[currency, group] = Sum(group, currency)
    rows = [_figure(one, then) for one in now.values()]
    return sorted(rows, key=lambda row: (row.currency, -row.net if by_size else ZERO, row.group))


def _figure(one: Sum, then: Mapping[tuple[str, str], Sum] | None) -> Figure:
    told = Figure(
        one.group, one.group, one.currency, one.payments, one.received, one.refunded, one.fee, one.net, one.allocated,
        one.left,
    )  # fmt: skip
    if then is None:
        return told
    before = then.get((one.currency, one.group), Sum(one.group, one.currency))
    return told._replace(payments_before=before.payments, net_before=before.net, change=change(one.net, before.net))


def totals(sums: Iterable[Sum]) -> list[Sum]:
    """Add groups up, one sum a currency."""
    found: dict[str, Sum] = {}
    for one in sums:
        found[one.currency] = found.get(one.currency, Sum("", one.currency)).plus(one)
    return [found[currency] for currency in sorted(found)]
