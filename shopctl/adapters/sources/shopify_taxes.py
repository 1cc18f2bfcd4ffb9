"""Find out how a Shopify order was taxed, because its export names taxes and amounts but not what they apply to.

Prices include the taxes or not, shipping is taxed or not, amounts are rounded once or line by line: the combination
that reproduces every printed amount to the cent is taken, the usual one first.
Source: docs ECOSYSTEM.md section 1.1 (arithmetic), RULES-MONEY.md section 7.2 (rounding half away from zero).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import combinations, product
from typing import Final, NamedTuple

from shopctl.domain.records import ZERO, TaxRecord

_HUNDRED: Final = Decimal(100)
_RATE: Final = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,4})?)\s*%")
_MOST_LINES: Final = 8
"""More lines than these are not searched for the few that a tax applies to."""


class Printed(NamedTuple):
    """A tax of an order as the file prints it."""

    name: str
    value: Decimal


class Taxation(NamedTuple):
    """How an order is taxed: the taxes of each amount given to `infer`, in its order, and of shipping.

    `difference` is what separates the nearest combination from the printed amounts, 0 when they are met.
    """

    taxes: tuple[TaxRecord, ...]
    lines: tuple[tuple[str, ...], ...]
    shipping: tuple[str, ...]
    rounding: str
    difference: Decimal


class _Case(NamedTuple):
    included: bool
    rounding: str
    shipped: tuple[bool, ...]
    """For each tax, whether it applies to shipping."""


class _Plan(NamedTuple):
    """The usual case, known from an earlier order: all goods taxed, shipping not, rounded once."""

    percents: tuple[Decimal, ...]
    whole: Decimal
    taxation: Taxation


def usual(printed: Sequence[Printed], base: Decimal, lines: int, step: Decimal, *, included: bool) -> Taxation | None:
    """Answer the usual taxation if it meets the printed amounts; much cheaper than `infer`."""
    names = (printed[0].name,) if len(printed) == 1 else tuple(tax.name for tax in printed)
    plan = _plan(names, lines, included)
    if plan is None:
        return None
    percents, whole, taxation = plan
    for tax, percent in zip(printed, percents, strict=True):
        if (base * percent / whole).quantize(step, ROUND_HALF_UP) != tax.value:
            return None
    return taxation


@lru_cache(maxsize=5000)
def _plan(names: tuple[str, ...], lines: int, included: bool) -> _Plan | None:
    percents = tuple(percent for percent in map(rate_in, names) if percent is not None)
    if len(percents) < len(names):
        return None
    taxes = tuple(_tax(name, percent, included) for name, percent in zip(names, percents, strict=True))
    codes = tuple(tax.code for tax in taxes)
    whole = _HUNDRED + sum(percents) if included else _HUNDRED
    return _Plan(percents, whole, Taxation(taxes, (codes,) * lines, (), "globally", ZERO))


def infer(
    printed: Sequence[Printed], amounts: Sequence[Decimal], shipping: Decimal, modes: Sequence[bool], step: Decimal
) -> Taxation:
    """Choose the taxation that reproduces the printed amounts, or the nearest one.

    Args:
        printed: The taxes with their amounts, one a name.
        amounts: What is taxable, a line each, discounts negative; without shipping.
        shipping: The price of shipping after discounts on it.
        modes: Whether prices include the taxes: what to try, likeliest first.
        step: The smallest unit of the currency.
    """
    base = sum(amounts, ZERO)
    nearest: Taxation | None = None
    for case in _cases(len(printed), modes, shipped=bool(shipping)):
        percents = _percents(printed, base, case.included)
        figures = _figures(percents, amounts if case.rounding == "per_line" else (base,), shipping, case, step)
        difference = sum((abs(tax.value - figure) for tax, figure in zip(printed, figures, strict=True)), ZERO)
        if nearest is None or difference < nearest.difference:
            nearest = _everywhere(printed, percents, len(amounts), case, difference)
        if not difference:
            return nearest
    return _line_by_line(printed, amounts, shipping, modes, step) or nearest or Taxation((), (), (), "globally", ZERO)


def _cases(taxes: int, modes: Sequence[bool], *, shipped: bool) -> Iterator[_Case]:
    nowhere, everywhere = (False,) * taxes, (True,) * taxes
    shipments = [nowhere]
    if shipped:
        shipments += [
            everywhere,
            *(some for some in product((False, True), repeat=taxes) if any(some) and not all(some)),
        ]
    for rounding in ("globally", "per_line"):
        for included in modes:
            for shipment in shipments:
                yield _Case(included, rounding, shipment)


def _figures(
    percents: Sequence[Decimal], amounts: Sequence[Decimal], shipping: Decimal, case: _Case, step: Decimal
) -> list[Decimal]:
    """Work the taxes out; an included one is a share of the price with all included taxes of the same line."""
    goods_whole = shipping_whole = _HUNDRED
    if case.included:
        goods_whole += sum(percents)
        shipping_whole += sum(percent for percent, shipped in zip(percents, case.shipped, strict=True) if shipped)
    figures = []
    for percent, shipped in zip(percents, case.shipped, strict=True):
        parts = [amount * percent / goods_whole for amount in amounts]
        if shipped:
            parts.append(shipping * percent / shipping_whole)
        if case.rounding == "globally":
            parts = [sum(parts, ZERO)]
        figures.append(sum((_rounded(part, step) for part in parts), ZERO))
    return figures


def _rounded(amount: Decimal, step: Decimal) -> Decimal:
    return amount.quantize(step, ROUND_HALF_UP)


def _percents(printed: Sequence[Printed], base: Decimal, included: bool) -> list[Decimal]:
    return [_percent_of(tax, base, included=included) for tax in printed]


def _percent_of(tax: Printed, base: Decimal, *, included: bool) -> Decimal:
    """Take the rate from the name, or without one the simplest rate that comes to the printed amount."""
    named = rate_in(tax.name)
    if named is not None:
        return named
    net = base - tax.value if included else base
    if net <= 0 or tax.value < 0 or tax.value > 10 * net:
        return ZERO
    exact = tax.value * _HUNDRED / net
    cent = Decimal("0.01")
    for digits in range(4):
        rate = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        if _rounded(net * rate / _HUNDRED, cent) == tax.value:
            return rate
    return _rounded(exact, Decimal("0.0001"))


@lru_cache(maxsize=1000)
def rate_in(name: str) -> Decimal | None:
    """Find the percentage in the name of a tax, as in "VAT 15%"."""
    found = _RATE.findall(name)
    return Decimal(found[-1].replace(",", ".")) if found else None


@lru_cache(maxsize=1000)
def _tax(name: str, percent: Decimal, included: bool) -> TaxRecord:
    """Make the record of a tax; its code tells name, rate and whether prices include it: VAT-15-INCL."""
    words = re.sub(r"[^\w]+", "-", _RATE.sub("", name)).strip("-_").upper()
    rate = f"{percent:f}"
    rate = rate.rstrip("0").rstrip(".") if "." in rate else rate
    code = "-".join(filter(None, (words or "TAX", rate, "INCL" if included else "EXCL")))
    return TaxRecord(code, name or code, "percent", percent, included)


@lru_cache(maxsize=1000)
def _codes(taxes: tuple[TaxRecord, ...], applies: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(tax.code for tax, wanted in zip(taxes, applies, strict=True) if wanted)


def _records(printed: Sequence[Printed], percents: Sequence[Decimal], *, included: bool) -> tuple[TaxRecord, ...]:
    return tuple(_tax(tax.name, percent, included) for tax, percent in zip(printed, percents, strict=True))


def _everywhere(
    printed: Sequence[Printed], percents: Sequence[Decimal], lines: int, case: _Case, difference: Decimal
) -> Taxation:
    taxes = _records(printed, percents, included=case.included)
    codes = _codes(taxes, (True,) * len(taxes))
    return Taxation(taxes, (codes,) * lines, _codes(taxes, case.shipped), case.rounding, difference)


def _line_by_line(
    printed: Sequence[Printed], amounts: Sequence[Decimal], shipping: Decimal, modes: Sequence[bool], step: Decimal
) -> Taxation | None:
    """Look for the lines that each tax applies to, as with two rates in one order; at most a few lines are searched."""
    parts = [*amounts, shipping]
    if len(parts) > _MOST_LINES:
        return None
    for included in modes:
        percents = _percents(printed, sum(amounts, ZERO), included)
        chosen = _choose(printed, percents, parts, step, included=included)
        if chosen is None:
            continue
        taxes = _records(printed, percents, included=included)
        codes = [
            tuple(tax.code for tax, places in zip(taxes, chosen, strict=True) if place in places)
            for place in range(len(parts))
        ]
        return Taxation(taxes, tuple(codes[:-1]), codes[-1] if shipping else (), "globally", ZERO)
    return None


def _choose(
    printed: Sequence[Printed], percents: Sequence[Decimal], parts: Sequence[Decimal], step: Decimal, *, included: bool
) -> list[tuple[int, ...]] | None:
    free = [place for place, part in enumerate(parts) if part]
    chosen = []
    for tax, percent in zip(printed, percents, strict=True):
        whole = _HUNDRED + percent if included else _HUNDRED
        fitting = (
            places
            for size in range(len(free), -1, -1)
            for places in combinations(free, size)
            if _rounded(sum((parts[place] for place in places), ZERO) * percent / whole, step) == tax.value
        )
        places = next(fitting, None)
        if places is None:
            return None
        chosen.append(places)
        if included:
            free = [place for place in free if place not in places]
    return chosen
