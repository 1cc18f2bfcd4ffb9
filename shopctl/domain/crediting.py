"""Decide what a credit note takes back: the mirror of what was invoiced, to the cent, and never more than is left.

Source: settled rules, Money 4, 5 and 7; rules for money, section 5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from types import MappingProxyType
from typing import Final, NamedTuple

from shopctl.domain.billing import NOTHING, ZERO, Amounts, Draft, DraftLine, TaxShare, add, minus
from shopctl.domain.money import exact_money, format_money, round_money, split, step_of, with_currency
from shopctl.domain.shares import unit_price
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError, UsageError

GOODWILL: Final = "GOODWILL"
"""Marks the line that gives more than was invoiced; no tax was invoiced on it, so none is taken back."""


class InvoiceLine(NamedTuple):
    """A line of an invoice, with the quantity and the money that credit notes took back of it, drafts included."""

    key: int
    position: int
    kind: str
    sku: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    taxes: str
    amounts: Amounts
    order_line: int | None = None
    deducts: int | None = None
    credited: Decimal = ZERO
    given: Amounts = NOTHING

    @property
    def left(self) -> Amounts:
        """The money that is not taken back yet."""
        return _less(self.amounts, self.given)


class Earlier(NamedTuple):
    """What credit notes took back of an invoice as a sum, drafts included; what they took of its lines stands there.

    Attributes:
        sums: Their money by tax combination, goodwill left out.
        percent: The percentages credited so far, and
        by_percent: their money, tax included.
    """

    sums: Mapping[str, Amounts] = MappingProxyType({})
    percent: Decimal = ZERO
    by_percent: Decimal = ZERO


class Wanted(NamedTuple):
    """What is to be credited: some lines, or a sum, or a share of the invoice; all that is left if nothing is named.

    Attributes:
        lines: Positions with the quantity to take back; None for what is left of the line.
        amount: Tax included.
        percent: Of the whole invoice.
        requeue: What is credited may be billed again.
        force: More than is left may be given, as goodwill.
    """

    lines: tuple[tuple[int, Decimal | None], ...] = ()
    amount: Decimal | None = None
    percent: Decimal | None = None
    requeue: bool = True
    force: bool = False


class Original(NamedTuple):
    """An invoice that is to be credited."""

    number: str
    kind: str
    currency: str
    lines: tuple[InvoiceLine, ...]
    earlier: Earlier

    @property
    def total(self) -> Decimal:
        """What was invoiced, tax included."""
        return sum((line.amounts.total for line in self.lines), ZERO)

    @property
    def left(self) -> dict[str, Amounts]:
        """What is not credited yet, by combination of taxes."""
        groups: dict[str, list[Amounts]] = {}
        for line in self.lines:
            if line.kind not in TEXT_KINDS:
                groups.setdefault(line.taxes, []).append(line.left)
        for codes, amounts in self.earlier.sums.items():
            groups.setdefault(codes, []).append(minus(amounts))
        return {codes: _clean(add(parts)) for codes, parts in groups.items()}


def credit(original: Original, wanted: Wanted, taxes: Mapping[str, Tax]) -> Draft | None:
    """Decide what a credit note takes back of an invoice.

    Returns:
        The credit note; None when all that is left was asked for and nothing is left.

    Raises:
        RefusedError: More is asked for than is left of a line or of the invoice, or there is no such line.
        UsageError: An amount or quantity makes no sense.
    """
    share = ZERO
    if wanted.lines:
        lines = _by_lines(original, wanted)
    elif wanted.amount is not None:
        lines = _by_amount(original, exact_money(wanted.amount, original.currency), wanted, taxes, "Credit")
    elif wanted.percent is not None:
        share = wanted.percent
        words = f"Credit of {share.normalize():f} %"
        lines = _by_amount(original, _of_percent(original, share), wanted, taxes, words)
    elif _is_used_up(original):
        return None
    else:
        lines = _whole(original, taxes)
    if not wanted.requeue:
        lines = [line._replace(order_line=None) for line in lines]
    return Draft("credit_note", original.kind, tuple(lines), add(line.amounts for line in lines), share)


def _is_used_up(original: Original) -> bool:
    """Tell whether nothing is left; of an invoice over nothing it is the quantities that count."""
    if any(any((money.untaxed, money.tax, *money.taxes)) for money in original.left.values()):
        return False
    return bool(original.total) or all(line.credited == line.quantity for line in original.lines)


def _whole(original: Original, taxes: Mapping[str, Tax]) -> list[DraftLine]:
    """Mirror what is left of every line, less the sums that were credited without naming a line."""
    lines = [
        _mirror(line, line.quantity - line.credited, line.left)
        for line in original.lines
        if line.quantity != line.credited or not line.quantity
    ]
    sums = [
        DraftLine("credit", "", "Less what was credited before", Decimal(-1), unit_price(codes, money, taxes), ZERO,
                  codes, minus(money))
        for codes, money in original.earlier.sums.items()
    ]  # fmt: skip
    return _to_the_cent([*_without_empty_sections(lines), *sums], original.left)


def _without_empty_sections(lines: Sequence[DraftLine]) -> list[DraftLine]:
    kept = []
    for line, following in zip_longest(lines, lines[1:]):
        if line.kind != "section" or (following is not None and following.kind != "section"):
            kept.append(line)
    return kept


def _mirror(line: InvoiceLine, quantity: Decimal, money: Amounts) -> DraftLine:
    return DraftLine(
        line.kind, line.sku, line.description, quantity, line.unit_price, line.discount, line.taxes, money,
        line.order_line, line.deducts, line.key,
    )  # fmt: skip


def _by_lines(original: Original, wanted: Wanted) -> list[DraftLine]:
    known = {line.position: line for line in original.lines}
    step = step_of(original.currency)
    drafts: list[DraftLine] = []
    excess = ZERO
    for position, quantity in wanted.lines:
        line = known.get(position)
        if line is None or line.kind in TEXT_KINDS:
            raise _no_line(original, position, line)
        asked, left = _quantities(line, quantity)
        taken = min(asked, left)
        if asked > left or not left:
            if not (_may_exceed(original, wanted) and quantity):
                raise _line_exceeded(original, line, asked, left)
            excess += round_money(line.amounts.total * (asked - left) / abs(line.quantity), step)
        if taken:
            signed = taken.copy_sign(line.quantity)
            drafts.append(_mirror(line, signed, _of_quantity(line, signed, step)))
    drafts = _within_left(original, drafts)
    return [*drafts, *_goodwill(excess)]


def _quantities(line: InvoiceLine, quantity: Decimal | None) -> tuple[Decimal, Decimal]:
    """Tell the quantity that is asked for and the one that is left, both without the sign of the line."""
    left = abs(line.quantity - line.credited)
    if quantity is not None and quantity <= 0:
        raise UsageError(
            "usage.amount",
            f"a quantity of {quantity.normalize():f} of line {line.position} cannot be credited",
            hint=f"--line {line.position} takes what is left of it, --line {line.position}:QTY a part",
        )
    return (left if quantity is None else quantity), left


def _of_quantity(line: InvoiceLine, quantity: Decimal, step: Decimal) -> Amounts:
    """Take the share of a quantity, rounded from what is reached with this one, less what was given before.

    So cents never drift, and the last one of a line takes the rest.
    """
    reached = _share(line.amounts, line.credited + quantity, line.quantity, step)
    wanted = add((reached, minus(line.given)))
    left = {share.code: share for share in line.left.taxes}
    none = TaxShare("", ZERO, ZERO)
    shares = tuple(
        TaxShare(code, _between(base, left.get(code, none).base), _between(amount, left.get(code, none).amount))
        for code, base, amount in wanted.taxes
    )
    untaxed, tax = _between(wanted.untaxed, line.left.untaxed), sum((share.amount for share in shares), ZERO)
    return Amounts(untaxed, tax, untaxed + tax, shares)


def _share(money: Amounts, part: Decimal, whole: Decimal, step: Decimal) -> Amounts:
    """Take a share: of a price without tax its net is exact, of one with tax its total."""

    def of(amount: Decimal) -> Decimal:
        return round_money(amount * part / whole, step)

    tax = sum((of(share.amount) for share in money.taxes), ZERO)
    exact = of(money.untaxed) * whole == money.untaxed * part
    untaxed = of(money.untaxed) if exact else of(money.total) - tax
    shares = tuple(
        TaxShare(code, untaxed if base == money.untaxed else of(base), of(amount)) for code, base, amount in money.taxes
    )
    return Amounts(untaxed, tax, untaxed + tax, shares)


def _between(amount: Decimal, left: Decimal) -> Decimal:
    """Keep an amount between nothing and what is left, whatever its sign."""
    return max(min(amount, max(left, ZERO)), min(left, ZERO))


def _within_left(original: Original, drafts: Sequence[DraftLine]) -> list[DraftLine]:
    """Refuse lines that together are more than is left; those that take the last of a tax take it to the cent."""
    taken = {codes: add(line.amounts for line in drafts if line.taxes == codes) for codes in _taxes_of(drafts)}
    left = original.left
    over = [codes for codes, money in taken.items() if money.total > max(left[codes].total, ZERO)]
    total = sum((money.total for money in taken.values()), ZERO)
    rest = sum((money.total for money in left.values()), ZERO)
    if over or total > rest:
        codes = over[0] if over else None
        asked, there = (taken[codes].total, left[codes].total) if codes is not None else (total, rest)
        raise _exceeded(original, asked, max(there, ZERO), codes)
    if total < 0:
        raise RefusedError(
            "invoice.over_credited",
            f"these lines of {original.number} come to {with_currency(total, original.currency)}, and a credit note "
            "cannot be below nothing",
            hint="name the lines that they belong to as well, or leave --line out",
        )
    return _to_the_cent(
        drafts, {codes: left[codes] for codes, money in taken.items() if money.total == left[codes].total}
    )


def _to_the_cent(lines: Sequence[DraftLine], left: Mapping[str, Amounts]) -> list[DraftLine]:
    """Let lines that take all that is left of some taxes take the cents as well by which sums were rounded."""
    results = list(lines)
    for codes, money in left.items():
        rest = _less(money, add(line.amounts for line in lines if line.taxes == codes))
        if any(rest):
            last = max(place for place, line in enumerate(lines) if line.taxes == codes)
            results[last] = results[last]._replace(amounts=_clean(add((results[last].amounts, rest))))
    return results


def _taxes_of(lines: Iterable[DraftLine]) -> list[str]:
    return list(dict.fromkeys(line.taxes for line in lines))


def _of_percent(original: Original, percent: Decimal) -> Decimal:
    """Tell the money of a percentage, rounded from all percentages so far, less what those before it took."""
    reached = original.total * (original.earlier.percent + percent) / 100
    return round_money(reached, step_of(original.currency)) - original.earlier.by_percent


def _by_amount(
    original: Original, amount: Decimal, wanted: Wanted, taxes: Mapping[str, Tax], words: str
) -> list[DraftLine]:
    """Spread a sum over the combinations of taxes, in proportion to what is left of each."""
    left = original.left
    rest = sum((money.total for money in left.values()), ZERO)
    if amount <= 0:
        raise UsageError(
            "usage.amount",
            f"{with_currency(amount, original.currency)} cannot be credited",
            hint="credit more than nothing: --amount A or --percent P",
        )
    taken = min(amount, rest)
    if amount > rest and not _may_exceed(original, wanted):
        raise _exceeded(original, amount, rest)
    parts = _spread(left, taken, step_of(original.currency))
    lines = [
        DraftLine("credit", "", f"{words} on {original.number}", Decimal(1), unit_price(codes, money, taxes), ZERO,
                  codes, money)
        for codes, money in parts.items()
    ]  # fmt: skip
    return [*lines, *_goodwill(amount - taken)]


def _spread(left: Mapping[str, Amounts], amount: Decimal, step: Decimal) -> dict[str, Amounts]:
    totals = split(amount, [money.total for money in left.values()], step)
    return {
        codes: _piece(money, total, step) for (codes, money), total in zip(left.items(), totals, strict=True) if total
    }


def _piece(money: Amounts, total: Decimal, step: Decimal) -> Amounts:
    """Share a sum out over the net and every tax of a combination; no part gets more than it has left."""
    untaxed, *parts = split(total, [money.untaxed, *(share.amount for share in money.taxes)], step)
    shares = tuple(
        TaxShare(code, untaxed if base == money.untaxed else round_money(base * total / money.total, step), amount)
        for (code, base, _), amount in zip(money.taxes, parts, strict=True)
    )
    return Amounts(untaxed, total - untaxed, total, shares)


def _goodwill(excess: Decimal) -> list[DraftLine]:
    if excess <= 0:
        return []
    money = Amounts(excess, ZERO, excess, ())
    return [DraftLine("credit", GOODWILL, "Goodwill", Decimal(1), excess, ZERO, "", money)]


def _may_exceed(original: Original, wanted: Wanted) -> bool:
    """Tell whether goodwill is possible; what a down payment took is deducted later, so it has to stay exact."""
    return wanted.force and original.kind != "down_payment"


def _less(money: Amounts, taken: Amounts) -> Amounts:
    return _clean(add((money, minus(taken))))


def _clean(money: Amounts) -> Amounts:
    """Leave out taxes of which nothing is left."""
    return money._replace(taxes=tuple(share for share in money.taxes if share.base or share.amount))


def _no_line(original: Original, position: int, line: InvoiceLine | None) -> NotFoundError:
    what = "" if line is None else f", for that is a {line.kind}"
    return NotFoundError(
        "line.unknown",
        f"{original.number} has no line {position} that could be credited{what}",
        hint=f"shopctl invoice show {original.number}",
        line=position,
    )


def _line_exceeded(original: Original, line: InvoiceLine, asked: Decimal, left: Decimal) -> RefusedError:
    shown = f"{left.normalize():f}"
    if not left:
        message = f"line {line.position} of {original.number} is credited in full already"
        hint = f"shopctl invoice show {original.number}"
    else:
        message = (
            f"{asked.normalize():f} of line {line.position} is more than the {shown} of {original.number} "
            "that are not credited yet"
        )
        hint = f"shopctl credit-note create {original.number} --line {line.position}:{shown} --reason TEXT"
    return RefusedError("invoice.over_credited", message, hint=hint, line=line.position, left=shown)


def _exceeded(original: Original, asked: Decimal, left: Decimal, codes: str | None = None) -> RefusedError:
    money = format_money(left, original.currency)
    among = f" with the tax {codes}" if codes else " without tax" if codes == "" else ""
    hint = f"shopctl credit-note create {original.number} --amount {money} --reason TEXT"
    if codes is None and original.kind != "down_payment":
        hint += ", or add --force for goodwill"
    if left:
        message = (
            f"{with_currency(asked, original.currency)} is more than the {money} {original.currency} of "
            f"{original.number}{among} that is not credited yet"
        )
    else:
        message = f"everything of {original.number}{among} is credited already"
        hint = f"shopctl invoice show {original.number}"
    return RefusedError(
        "invoice.over_credited", message, hint=hint, left=money, currency=original.currency, invoice=original.number
    )
