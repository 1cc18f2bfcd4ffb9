"""Tell what falls due when: payment terms and their instalments.

Source: rules for money, section 8; settled rules, Money 10.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import Final, NamedTuple

from shopctl.domain.money import EXACT, round_money

LINE_TYPES: Final = ("percent", "fixed")
DELAYS: Final = ("days", "days_after_month_end", "days_after_next_month_end", "days_end_of_month_on")
EARLY_MODES: Final = ("included", "excluded", "mixed")
MOST_DAYS: Final = 36_500


@dataclass(frozen=True, slots=True)
class TermsLine:
    """One instalment of payment terms.

    Attributes:
        type: `percent` of the total, or a `fixed` amount.
        value: The percentage or the amount.
        delay: How the due date is counted: `days`, `days_after_month_end`, `days_after_next_month_end`
            or `days_end_of_month_on`.
        days: Days of the delay.
        day: For `days_end_of_month_on`: the day of the month after; 0 is the end of the month itself.
    """

    type: str = "percent"
    value: Decimal = Decimal(100)
    delay: str = "days"
    days: int = 0
    day: int = 0


@dataclass(frozen=True, slots=True)
class EarlyDiscount:
    """A discount for paying early.

    Attributes:
        percent: How much is taken off.
        days: It holds until this many days after the invoice date, that day included.
        mode: `included`: off the total, and the tax is reduced when it is taken; `excluded`: off the untaxed amount
            only; `mixed`: the tax is reduced from the start, whether it is taken or not.
    """

    percent: Decimal
    days: int
    mode: str = "included"

    def until(self, issued_on: date) -> date:
        """Tell the last day on which it holds."""
        return issued_on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Terms:
    """Payment terms; the last line takes what the others leave, whatever its type and value."""

    code: str
    name: str = ""
    note: str = ""
    lines: tuple[TermsLine, ...] = ()
    early: EarlyDiscount | None = None


class Installment(NamedTuple):
    """A part of a total and the day it falls due."""

    due_date: date
    amount: Decimal


def due_date(issued_on: date, line: TermsLine) -> date:
    """Tell when an instalment falls due; weekends are not moved.

    Args:
        issued_on: The invoice date, in the shop's own time zone.
        line: The instalment.
    """
    days = timedelta(days=line.days)
    match line.delay:
        case "days":
            return issued_on + days
        case "days_after_month_end":
            return _month_end(issued_on) + days
        case "days_after_next_month_end":
            return _month_end(_next_month(issued_on)) + days
        case "days_end_of_month_on":
            return _on_day(issued_on + days, line.day)
        case _:
            raise ValueError(f"unknown delay {line.delay!r}")


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _next_month(day: date) -> date:
    return _month_end(day) + timedelta(days=1)


def _on_day(day: date, day_of_month: int) -> date:
    if day_of_month == 0:
        return _month_end(day)
    following = _month_end(_next_month(day))
    return following.replace(day=min(day_of_month, following.day))


def schedule(
    total: Decimal, issued_on: date, terms: Terms | None, step: Decimal, due: date | None = None
) -> tuple[Installment, ...]:
    """Cut a total into instalments.

    Args:
        total: The document's total, a multiple of the step.
        issued_on: The invoice date.
        terms: The payment terms, or None for one instalment.
        step: The smallest unit of the currency.
        due: Without terms: when the one instalment falls due; by default on the invoice date.

    Returns:
        One instalment a line of the terms, in their order; they sum exactly to the total.
        All but the last are rounded half away from zero; the last is the rest, even if negative.
    """
    if terms is None or not terms.lines:
        return (Installment(due or issued_on, total),)
    parts = [round_money(_exact_part(total, line), step) for line in terms.lines[:-1]]
    parts.append(reduce(EXACT.subtract, parts, total))
    return tuple(Installment(due_date(issued_on, line), part) for line, part in zip(terms.lines, parts, strict=True))


def _exact_part(total: Decimal, line: TermsLine) -> Decimal:
    if line.type == "percent":
        return EXACT.scaleb(EXACT.multiply(total, line.value), -2)
    if line.type == "fixed":
        return line.value
    raise ValueError(f"unknown type {line.type!r} of an instalment")


def problems(terms: Terms) -> list[str]:
    """Tell what is wrong with payment terms, a clause each; nothing for sound ones."""
    found = [] if terms.code.strip() else ["their code is empty"]
    found += [problem for place, line in enumerate(terms.lines, 1) for problem in _line_problems(place, line)]
    percents = [line.value for line in terms.lines if line.type == "percent"]
    total = reduce(EXACT.add, percents, Decimal(0))
    if percents and total != 100:
        found.append(f"the percent lines add up to {_plain(total)}, not to 100")
    return [*found, *(_early_problems(terms, terms.early) if terms.early else ())]


def _line_problems(place: int, line: TermsLine) -> Iterator[str]:
    if line.type not in LINE_TYPES:
        yield f"line {place} has the unknown type {line.type!r}"
    if line.type == "percent" and not 0 < line.value <= 100:
        yield f"line {place} takes {_plain(line.value)} %, which is not above 0 and at most 100"
    if line.type == "fixed" and line.value < 0:
        yield f"line {place} takes {_plain(line.value)}, which is below 0"
    if int(line.value.normalize().as_tuple().exponent) < -4:
        yield f"line {place} has more than 4 decimals"
    if line.delay not in DELAYS:
        yield f"line {place} has the unknown delay {line.delay!r}"
    if not 0 <= line.days <= MOST_DAYS:
        yield f"line {place} waits {line.days} days, which is not from 0 to {MOST_DAYS}"
    if not 0 <= line.day <= 31:
        yield f"line {place} names the day {line.day} of a month, which is not from 0 to 31"


def _early_problems(terms: Terms, early: EarlyDiscount) -> Iterator[str]:
    if len(terms.lines) > 1 or (terms.lines and terms.lines[0].type != "percent"):
        yield "an early discount needs a single line of 100 %"
    if not 0 < early.percent < 100:
        yield f"an early discount of {_plain(early.percent)} % is not above 0 and below 100"
    if int(early.percent.normalize().as_tuple().exponent) < -4:
        yield "an early discount has more than 4 decimals"
    if not 0 < early.days <= MOST_DAYS:
        yield f"an early discount within {early.days} days is not within 1 to {MOST_DAYS}"
    if early.mode not in EARLY_MODES:
        yield f"an early discount has the unknown mode {early.mode!r}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
