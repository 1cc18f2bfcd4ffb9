"""Work out taxes and totals: one engine for carts, orders, invoices, down payments and credit notes.

Every amount is a whole number of some unit, so nothing is lost on the way. `per_line` counts in steps of the
currency and rounds every tax at once; `globally` counts in a unit so fine that every division comes out even,
and rounds at the end. Both run the same plan, compiled and kept for each combination of taxes.

Source: rules for money, section 7; settled rules, Money 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException, getcontext, setcontext
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Final, NamedTuple

from shopctl.domain.money import EXACT, divide_all_rounded, divide_rounded

_HUNDRED: Final = Decimal(100)
_FINE_DIGITS: Final = 24
_FINE: Final = Decimal(f"1E{_FINE_DIGITS}")
_FINE_PERCENT: Final = Decimal(f"1E{_FINE_DIGITS - 2}")

_whole = EXACT.to_integral_exact
_new = tuple.__new__  # builds a NamedTuple in half the time of calling it


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax as the shop defines it.

    Attributes:
        code: The natural key.
        type: `percent` of the base, `fixed` money per unit, `division` (percent of the price with tax),
            or `group` (stands for its children).
        amount: The percentage, or the money per unit.
        included: The price contains it.
        compounds: Its amount joins the base of later taxes.
        affected: It accepts the amounts of earlier compounding taxes.
        sequence: Lower ones are evaluated first; equals keep the order in which a line names them.
        group: The row of the total block.
        children: The members of a group.
    """

    code: str
    name: str
    type: str
    amount: Decimal
    included: bool = False
    compounds: bool = False
    affected: bool = True
    sequence: int = 1
    group: str = ""
    children: tuple[Tax, ...] = ()

    def __hash__(self) -> int:
        """Hash by the code alone: plans are looked up for every document, and equal taxes have equal codes."""
        return hash(self.code)


class TaxLine(NamedTuple):
    """What a line brings: unit price, quantity, discount in percent, and its taxes."""

    price: Decimal
    quantity: Decimal
    discount: Decimal
    taxes: tuple[Tax, ...]


class TaxAmount(NamedTuple):
    """A tax, the base it was taken of, and its amount."""

    tax: Tax
    base: Decimal
    amount: Decimal


class LineAmounts(NamedTuple):
    """The amounts of a line, with one entry for each of its taxes."""

    untaxed: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[TaxAmount, ...]


class Totals(NamedTuple):
    """The amounts of a document; its lines sum exactly to them, tax by tax."""

    untaxed: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[TaxAmount, ...]
    lines: tuple[LineAmounts, ...]


_Term = tuple[int, int]
"""What changes a base: (sign, place of the tax whose amount is added or taken)."""


class _Rate(NamedTuple):
    """One evaluation: the tax at `place` is numerator / denominator of the gross and of what `terms` add to it."""

    place: int
    numerator: int
    denominator: int
    terms: tuple[_Term, ...]


class _Plan(NamedTuple):
    """How a combination of taxes is worked out; place 0 is the gross, the others are those of the document."""

    fixed: tuple[tuple[int, Decimal], ...]
    rates: tuple[_Rate, ...]
    shown: tuple[tuple[Tax, int, tuple[_Term, ...]], ...]
    scale: int


class _Layout(NamedTuple):
    """The taxes of a document, at the places from 1 on, and a plan for each combination of them."""

    taxes: tuple[Tax, ...]
    plans: dict[tuple[Tax, ...], _Plan]
    scale: int


class _Unit(NamedTuple):
    """What amounts are counted in: `fine * scale / divisor`, rounded; `grain` of them are one step."""

    scale: int
    divisor: int
    grain: int


def totals(lines: Sequence[TaxLine], *, rounding: str, step: Decimal) -> Totals:
    """Work out the taxes and totals of a document.

    Args:
        lines: Its lines; prices, quantities and discounts may be negative.
        rounding: `per_line`: every tax of every line is rounded. `globally`: once per tax and document, and the
            difference is handed to the largest lines.
        step: The smallest unit of the currency.

    Returns:
        Exact multiples of the step. Untaxed plus included taxes always meet the rounded sum of the prices, and
        the base of a line's first tax is its untaxed amount. Taxes come in evaluation order, those of earlier
        lines first.

    Raises:
        ValueError: A number has more digits than can be worked out exactly (eight decimals each always can).
    """
    context = getcontext()
    setcontext(EXACT)
    try:
        return _totals(lines, rounding, step)
    except DecimalException as error:
        raise ValueError("a line is too large or has too many digits to work out taxes exactly") from error
    finally:
        setcontext(context)


def _totals(lines: Sequence[TaxLine], rounding: str, step: Decimal) -> Totals:
    layout = _layout(_combinations(lines))
    unit = _unit(rounding, step, layout.scale)
    plans, counted = _evaluate(lines, layout, unit)
    columns = [
        [step * count for count in _settle(column, unit.grain)]
        for column in zip(*counted)  # noqa: B905 - of one width by construction, and the check is felt
    ]
    return _document(layout.taxes, plans, columns, step * 0)


def _combinations(lines: Sequence[TaxLine]) -> tuple[tuple[Tax, ...], ...]:
    taxes: tuple[Tax, ...] | None = None
    found: dict[tuple[Tax, ...], None] = {}
    for line in lines:
        if line.taxes is not taxes:
            taxes = line.taxes
            found[taxes] = None
    return tuple(found)


@lru_cache(maxsize=1024)
def _unit(rounding: str, step: Decimal, scale: int) -> _Unit:
    fine_step = int(_whole(step * _FINE))
    if rounding == "globally":
        return _Unit(scale, 1, fine_step * scale)
    if rounding == "per_line":
        return _Unit(1, fine_step, 1)
    raise ValueError(f"unknown rounding {rounding!r}")


def _evaluate(lines: Sequence[TaxLine], layout: _Layout, unit: _Unit) -> tuple[list[_Plan], list[list[int]]]:
    """Count for each line, at their places, the gross and its taxes; taxes of other lines stay zero."""
    scale, divisor, _ = unit
    width = len(layout.taxes) + 1
    known: tuple[Tax, ...] | None = None
    plans: list[_Plan] = []
    counted: list[list[int]] = []
    for price, quantity, discount, taxes in lines:
        if taxes is not known:
            known = taxes
            plan = layout.plans[taxes]
            fixed, rates, _, _ = plan
        raw = price * quantity * ((_HUNDRED - discount) * _FINE_PERCENT if discount else _FINE)
        gross = int(_whole(raw)) * scale
        if divisor != 1:
            gross = divide_rounded(gross, divisor)
        amounts = [0] * width
        amounts[0] = gross
        for place, money in fixed:
            units = -quantity if price * (_HUNDRED - discount) < 0 else quantity
            amounts[place] = divide_rounded(int(_whole(units * money * _FINE)) * scale, divisor)
        for place, numerator, denominator, terms in rates:
            base = gross
            for sign, source in terms:
                base += sign * amounts[source]
            product = numerator * base
            amounts[place] = product // denominator if divisor == 1 else divide_rounded(product, denominator)
        plans.append(plan)
        counted.append(amounts)
    return plans, counted


def _settle(amounts: Sequence[int], grain: int) -> Sequence[int]:
    """Round to steps so that the sum of what is rounded is the rounded sum."""
    if grain == 1:
        return amounts
    settled = divide_all_rounded(amounts, grain)
    difference = divide_rounded(sum(amounts), grain) - sum(settled)
    if difference:
        _hand_out(difference, settled, amounts)
    return settled


def _hand_out(difference: int, settled: list[int], amounts: Sequence[int]) -> None:
    """Add the difference in steps, largest first: to each its share, then one each while some are left."""
    if -1 <= difference <= 1:
        settled[amounts.index(max(amounts, key=abs))] += difference
        return
    sizes = [abs(amount) for amount in amounts]
    left, sign, whole = abs(difference), 1 if difference > 0 else -1, sum(sizes)
    largest_first = sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True)
    for index in largest_first:
        share = min(left, divide_rounded(abs(difference) * sizes[index], whole))
        settled[index] += sign * share
        left -= share
    for index in largest_first[:left]:
        settled[index] += sign


def _document(taxes: tuple[Tax, ...], plans: list[_Plan], columns: list[list[Decimal]], zero: Decimal) -> Totals:
    untaxed = zero
    bases = [zero] * (len(taxes) + 1)
    lines = []
    for plan, amounts in zip(plans, zip(*columns)):  # noqa: B905 - of one length by construction, as above
        net = amounts[0]
        tax_of_line = zero
        details: list[TaxAmount] = []
        for tax, place, terms in plan.shown:
            base = amounts[0]
            for sign, source in terms:
                base = base + amounts[source] if sign > 0 else base - amounts[source]
            if not details:
                net = base
            amount = amounts[place]
            bases[place] += base
            tax_of_line += amount
            details.append(_new(TaxAmount, (tax, base, amount)))
        untaxed += net
        lines.append(_new(LineAmounts, (net, tax_of_line, net + tax_of_line, tuple(details))))
    total = zero
    summary: list[TaxAmount] = []
    for place, tax in enumerate(taxes, 1):
        amount = sum(columns[place], zero)
        total += amount
        summary.append(_new(TaxAmount, (tax, bases[place], amount)))
    return _new(Totals, (untaxed, total, untaxed + total, tuple(summary), tuple(lines)))


@lru_cache(maxsize=1024)
def _layout(combinations: tuple[tuple[Tax, ...], ...]) -> _Layout:
    flat = {combination: tuple(dict.fromkeys(_flatten(combination))) for combination in combinations}
    taxes = tuple(dict.fromkeys(tax for members in flat.values() for tax in members))
    places = {tax: place for place, tax in enumerate(taxes, 1)}
    plans = {
        combination: _plan(members, tuple(places[tax] for tax in members)) for combination, members in flat.items()
    }
    return _Layout(taxes, plans, lcm(*(plan.scale for plan in plans.values())))


@lru_cache(maxsize=1024)
def _plan(taxes: tuple[Tax, ...], places: tuple[int, ...]) -> _Plan:
    batches = _batches(taxes)
    terms: list[list[_Term]] = [[] for _ in taxes]
    divisors = dict.fromkeys(places, 1)
    rates = []
    for index in _evaluation_order(taxes):
        place, batch = places[index], batches[index]
        if taxes[index].type != "fixed":
            numerator, denominator = _rate(taxes, index, batch).as_integer_ratio()
            rates.append(_Rate(place, numerator, denominator, tuple(terms[index])))
            divisors[place] = denominator * lcm(*(divisors[source] for _, source in terms[index]))
        for other, sign in _propagation(taxes, index, batch):
            terms[other].append((sign, place))
    for index, tax in enumerate(taxes):
        if tax.included:
            terms[index].extend((-1, places[member]) for member in batches[index])
    fixed = tuple((place, tax.amount) for tax, place in zip(taxes, places, strict=True) if tax.type == "fixed")
    shown = tuple((tax, place, tuple(own)) for tax, place, own in zip(taxes, places, terms, strict=True))
    return _Plan(fixed, tuple(rates), shown, lcm(*divisors.values()))


def _flatten(taxes: Sequence[Tax]) -> Iterator[Tax]:
    for tax in sorted(taxes, key=lambda tax: tax.sequence):
        if tax.type == "group":
            yield from _flatten(tax.children)
        else:
            yield tax


def _batches(taxes: tuple[Tax, ...]) -> list[range]:
    """Tell for each tax which places are worked out together with it, walking from the last to the first."""
    batches: list[range] = []
    stop = len(taxes)
    for start in reversed(range(len(taxes))):
        if start == 0 or not _same_batch(taxes[start - 1], taxes[start]):
            batches[:0] = [range(start, stop)] * (stop - start)
            stop = start
    return batches


def _same_batch(tax: Tax, successor: Tax) -> bool:
    alike = (tax.type, tax.included, tax.compounds) == (successor.type, successor.included, successor.compounds)
    return alike and not (tax.compounds and successor.affected)


def _evaluation_order(taxes: tuple[Tax, ...]) -> list[int]:
    forwards = range(len(taxes))
    fixed = [place for place in forwards if taxes[place].type == "fixed"]
    included = [place for place in reversed(forwards) if taxes[place].type != "fixed" and taxes[place].included]
    excluded = [place for place in forwards if taxes[place].type != "fixed" and not taxes[place].included]
    return fixed + included + excluded


def _rate(taxes: tuple[Tax, ...], place: int, batch: range) -> Fraction:
    """Tell which part of its gross or base a tax is; a batch of -100 % included or 100 % division has no base."""
    tax = taxes[place]
    rate = Fraction(tax.amount) / 100
    together = sum((Fraction(taxes[member].amount) for member in batch), Fraction(0)) / 100
    match tax.type, tax.included:
        case "percent", True:
            return rate / (1 + together) if together != -1 else Fraction(0)
        case "division", False:
            return rate / (1 - together) if together != 1 else rate
        case ("percent", False) | ("division", True):
            return rate
        case _:
            raise ValueError(f"tax {tax.code} has the unknown type {tax.type!r}")


def _propagation(taxes: tuple[Tax, ...], place: int, batch: range) -> Iterator[tuple[int, int]]:
    """Tell to which other places the amount of a tax is added, or from which it is taken."""
    tax = taxes[place]
    for other in range(batch.start if tax.included else 0):
        yield other, -1
    for other in range(batch.stop, len(taxes)):
        affected = taxes[other].affected
        if tax.included and not (tax.compounds and affected):
            yield other, -1
        elif tax.compounds and not tax.included and affected:
            yield other, 1
