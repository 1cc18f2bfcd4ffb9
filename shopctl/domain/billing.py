"""Say what orders and documents are for billing: their lines, money and statuses.

Source: the guide, "Create invoices"; settled rules 2 to 5. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax, TaxLine, totals

ZERO = Decimal(0)
ACCESSORIES = ("shipping", "discount", "tip")
"""Lines that make no sense on an invoice of their own."""


class TaxShare(NamedTuple):
    """What one tax contributes to a line or document."""

    code: str
    base: Decimal
    amount: Decimal


class Amounts(NamedTuple):
    """The money of a line; `taxes` sum to `tax`, `untaxed` and `tax` to `total`."""

    untaxed: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[TaxShare, ...]


NOTHING = Amounts(ZERO, ZERO, ZERO, ())


class OrderLine(NamedTuple):
    """The facts of an order line; `invoiced` counts drafts too, `billed` is the money of those documents.

    Of a `closed` line nothing more will be delivered. `position` is its number on the order, as people name it.
    `repriced` is how much of `invoiced` was billed at another price, discount or tax than the line has.
    """

    key: int
    kind: str
    sku: str
    description: str
    quantity: Decimal
    delivered: Decimal
    invoiced: Decimal
    unit_price: Decimal
    discount: Decimal
    taxes: str
    policy: str
    amounts: Amounts
    billed: Amounts = NOTHING
    closed: bool = False
    position: int = 0
    repriced: Decimal = ZERO

    def with_invoiced(self, invoiced: Decimal) -> OrderLine:
        """Answer the line as it is once so much of it is billed; `_replace` takes three times as long."""
        return OrderLine._make((*self[:_INVOICED], invoiced, *self[_INVOICED + 1 :]))


_INVOICED = OrderLine._fields.index("invoiced")


class Advance(NamedTuple):
    """What is left of a down payment that was billed: what was deducted or credited of it is gone from its lines."""

    key: int
    address: str
    posted: bool
    lines: tuple[DraftLine, ...]


class DraftLine(NamedTuple):
    """A line of a document to be written; `credits_line` is the invoice line that a credit note takes back."""

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
    credits_line: int | None = None


class Draft(NamedTuple):
    """A document to be written; `type` is invoice or credit_note, amounts are never below zero."""

    type: str
    kind: str
    lines: tuple[DraftLine, ...]
    amounts: Amounts
    share: Decimal = ZERO


def write_split(taxes: Iterable[TaxShare]) -> str:
    """Write tax shares as the compact text that is stored with a line: `code:base:amount;…`."""
    return ";".join([f"{code}:{plain(base)}:{plain(amount)}" for code, base, amount in taxes])


def plain(amount: Decimal) -> str:
    """Write a number without an exponent; `str` never writes one for money, and takes a tenth of the time."""
    text = str(amount)
    return f"{amount:f}" if "E" in text else text


@lru_cache(maxsize=10_000)
def read_split(text: str) -> tuple[TaxShare, ...]:
    """Read what `write_split` wrote; remembered, for the lines of one product all say the same."""
    if not text:
        return ()
    parts = (part.rsplit(":", 2) for part in text.split(";"))
    return tuple(TaxShare(code, Decimal(base), Decimal(amount)) for code, base, amount in parts)


def to_invoice(line: OrderLine) -> Decimal:
    """Tell the quantity that the policy allows to bill now; below zero when too much was billed.

    Of a closed line only what was delivered and not billed yet can still be billed, whatever its policy.
    """
    if line.kind in TEXT_KINDS:
        return ZERO
    if line.policy == "delivered":
        return line.delivered - line.invoiced
    if line.closed:
        return max(min(line.delivered, line.quantity) - line.invoiced, ZERO)
    return line.quantity - line.invoiced


def line_status(line: OrderLine) -> str:
    """Tell the invoice status of a line of a confirmed order.

    Source: the truth table of the order rules, first match wins.
    """
    if to_invoice(line):
        return "to_invoice"
    if line.closed:
        return "invoiced" if line.invoiced else "no"
    if line.policy == "ordered" and line.delivered > line.quantity >= 0:
        return "upselling"
    return "invoiced" if line.invoiced >= line.quantity else "no"


def order_status(state: str, lines: Iterable[OrderLine]) -> str:
    """Tell the invoice status of an order from its lines."""
    if state != "confirmed":
        return "no"
    found = [(line, line_status(line)) for line in lines if line.kind not in TEXT_KINDS]
    # What was closed before anything of it was billed is no part of the order any more.
    kept = [(line, status) for line, status in found if status != "no" or not line.closed]
    statuses = {status for _, status in kept}
    if "to_invoice" in statuses:
        alone = all(line.kind in ACCESSORIES for line, status in kept if status == "to_invoice")
        return "no" if alone and "no" in statuses else "to_invoice"
    if statuses == {"invoiced"}:
        return "invoiced"
    return "upselling" if statuses and statuses <= {"invoiced", "upselling"} else "no"


def delivery_status(lines: Iterable[OrderLine]) -> str:
    """Tell how much of the goods has left: none, to_ship, partial or shipped."""
    goods = [
        line for line in lines if line.kind == "product" and line.quantity > 0 and (line.delivered or not line.closed)
    ]
    if not goods:
        return "none"
    if all(line.closed or line.delivered >= line.quantity for line in goods):
        return "shipped"
    return "partial" if any(line.delivered > 0 for line in goods) else "to_ship"


def add(parts: Iterable[Amounts]) -> Amounts:
    """Sum amounts, each tax by itself, in the order in which the taxes first appear."""
    untaxed = tax = ZERO
    taxes: dict[str, tuple[Decimal, Decimal]] = {}
    for net, tax_of_part, _, shares in parts:
        untaxed += net
        tax += tax_of_part
        for code, base, amount in shares:
            known = taxes.get(code)
            taxes[code] = (known[0] + base, known[1] + amount) if known else (base, amount)
    return Amounts(untaxed, tax, untaxed + tax, tuple([TaxShare(code, *sums) for code, sums in taxes.items()]))


def minus(amounts: Amounts) -> Amounts:
    """Turn the sign of all amounts."""
    taxes = tuple(TaxShare(code, -base, -amount) for code, base, amount in amounts.taxes)
    return Amounts(-amounts.untaxed, -amounts.tax, -amounts.total, taxes)


Priced = tuple[Decimal, Decimal, Decimal, str]
"""What a price needs: unit price, quantity, discount percent, tax codes."""


def priced(
    lines: Sequence[Priced], taxes: Mapping[str, Tax], rounding: str, step: Decimal, *, reduced: Decimal = ZERO
) -> list[Amounts]:
    """Compute the money of lines.

    Args:
        reduced: Percentage by which prices are reduced for their taxes, but not for the untaxed amount: an early
            discount of the mode `mixed`. Taxes of an amount per unit stay what they are.
    """
    found = _priced(lines, taxes, rounding, step)
    if not reduced:
        return found
    lower = _priced([(price * (100 - reduced) / 100, *rest) for price, *rest in lines], taxes, rounding, step)  # type: ignore[misc]  # the rest of a line stays one
    return [
        Amounts(full.untaxed, less.tax, full.untaxed + less.tax, less.taxes)
        for full, less in zip(found, lower, strict=True)
    ]


def _priced(lines: Sequence[Priced], taxes: Mapping[str, Tax], rounding: str, step: Decimal) -> list[Amounts]:
    combinations = {codes: tuple([taxes[code] for code in codes.split()]) for _, _, _, codes in lines}
    inputs = [TaxLine(price, quantity, discount, combinations[codes]) for price, quantity, discount, codes in lines]
    result = totals(inputs, rounding=rounding, step=step)
    return [
        Amounts(untaxed, tax, total, tuple([TaxShare(one.code, base, amount) for one, base, amount in shares]))
        for untaxed, tax, total, shares in result.lines
    ]


def rest_of(line: OrderLine, quantity: Decimal) -> Amounts | None:
    """Take what is left of an order line that a quantity completes, or all of it that was billed where all comes back.

    Only so do all documents of an order add up to it, to the cent. What was billed at another price stays so: nothing
    makes up for it later.

    Returns:
        None where the quantity does neither.
    """
    reached = line.invoiced + quantity
    if quantity and not reached:
        return minus(line.billed)
    if reached != line.quantity or line.repriced:
        return None
    return add((line.amounts, minus(line.billed))) if line.invoiced else line.amounts


def filled(
    known: Sequence[Amounts | None],
    wanted: Sequence[Priced],
    taxes: Mapping[str, Tax],
    rounding: str,
    step: Decimal,
    reduced: Decimal = ZERO,
) -> list[Amounts]:
    """Price together, in one document, the lines whose money does not follow from their order.

    Args:
        known: The money of all lines, None for those to be priced.
        wanted: These, in the same order.
    """
    if not wanted:
        return [money for money in known if money is not None]
    fresh = iter(priced(wanted, taxes, rounding, step, reduced=reduced))
    return [next(fresh) if money is None else money for money in known]


def together(parts: Sequence[tuple[str, Draft]]) -> Draft:
    """Bill several orders by one document, each under a heading of its own.

    Args:
        parts: A heading and what would be billed of an order alone; regular ones in one currency.
    """
    lines: list[DraftLine] = []
    for heading, draft in parts:
        lines.append(DraftLine("section", "", heading, ZERO, ZERO, ZERO, "", NOTHING))
        lines += draft.lines if draft.type == "invoice" else map(_turned, draft.lines)
    return document("regular", lines)


def _turned(line: DraftLine) -> DraftLine:
    return line._replace(quantity=-line.quantity, amounts=minus(line.amounts))


def document(kind: str, lines: Sequence[DraftLine], share: Decimal = ZERO) -> Draft:
    """Sum lines up to a document; below zero it becomes a credit note, with all signs turned."""
    amounts = add(line.amounts for line in lines)
    if amounts.total >= 0:
        return Draft("invoice", kind, tuple(lines), amounts, share)
    return Draft("credit_note", kind, tuple(map(_turned, lines)), minus(amounts), share)
