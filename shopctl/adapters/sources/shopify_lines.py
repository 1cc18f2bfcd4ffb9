"""Make the lines of an order or cart of a Shopify export: goods, tips, discounts and shipping, with their taxes.

Source: docs ECOSYSTEM.md section 1.1 (subtotal = goods - line discounts - order discount; tips outside the subtotal;
free-shipping codes put the price of shipping into the discount).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from shopctl.adapters.sources.items import Unreadable
from shopctl.adapters.sources.shopify_heads import Columns, Figures, Head
from shopctl.adapters.sources.shopify_rows import Row
from shopctl.adapters.sources.shopify_taxes import Printed, Taxation, infer, usual
from shopctl.domain.money import round_money, step_of
from shopctl.domain.records import ZERO, LineKind, LineRecord

_step_of = lru_cache(maxsize=200)(step_of)
_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)
_ROOM: Final = 20_000
_NONE: Final[tuple[str, ...]] = ()


class Entry:
    """A row of an order: what was bought. Files repeat rows, so one entry serves all that read the same.

    `amount` is the price of the whole row after its own discount; tips and goods marked so are not `taxable`.
    """

    __slots__ = ("_discount", "_made", "_record", "amount", "taxable", "tip")

    def __init__(self, record: LineRecord, discount: Decimal, *, taxable: bool) -> None:
        self.tip = record.kind == "tip"
        self.taxable = taxable and not self.tip
        self.amount = record.quantity * record.unit_price - discount
        self._record = record
        self._discount = discount
        self._made: dict[tuple[str, ...], tuple[LineRecord, ...]] = {}

    def lines(self, taxes: tuple[str, ...]) -> tuple[LineRecord, ...]:
        """Make the line, and one more for a discount that is no even percentage."""
        try:
            return self._made[taxes]
        except KeyError:
            made = self._made[taxes] = self._lines(taxes)
            return made

    def _lines(self, taxes: tuple[str, ...]) -> tuple[LineRecord, ...]:
        line = self._record._replace(taxes=taxes)
        if not self._discount:
            return (line,)
        percent = _percent(line.unit_price * line.quantity, self._discount)
        if percent is not None:
            return (line._replace(discount=percent),)
        return (line, _discount(f"Discount: {line.description}", self._discount, taxes))


class Entries(dict[tuple[str, ...], Entry]):
    """The entries of a file by the printed cells of their rows."""

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, cells: tuple[str, ...]) -> Entry:
        quantity, name, price, sku, taxable, status, discount = cells
        if not quantity:
            raise Unreadable("the line has no quantity", path="Lineitem quantity")
        count = self._columns.amount(quantity, "Lineitem quantity")
        each = self._columns.amount(price, "Lineitem price")
        off = self._columns.amount(discount, "Lineitem discount")
        kind: LineKind = "tip" if name == "Tip" else "product"
        delivered = count if status == "fulfilled" else ZERO
        entry = Entry(LineRecord(kind, sku, name, count, delivered, each), off, taxable=taxable != "false")
        if len(self) >= _ROOM:
            self.clear()
        self[cells] = entry
        return entry


class Basket(NamedTuple):
    """What an order consists of; `goods` is without tips, after the discounts of single lines."""

    entries: list[Entry]
    goods: Decimal
    taxable: Decimal
    taxable_lines: int
    tips: Decimal
    discount: Decimal
    """The order's own discount on its goods."""
    shipping: Decimal
    """The full price of shipping."""
    shipping_discount: Decimal
    untaxed_discount: Decimal = ZERO
    """The part of the order's discount that falls on goods without tax."""

    @property
    def net_goods(self) -> Decimal:
        """The price of the goods after all discounts on them."""
        return self.goods - self.discount - self.untaxed_discount if self.discount else self.goods

    @property
    def net_shipping(self) -> Decimal:
        """The price of shipping after the discount on it."""
        return self.shipping - self.shipping_discount if self.shipping_discount else self.shipping


def basket(rows: Sequence[Row], columns: Columns, known: Entries, figures: Figures) -> Basket:
    """Read what was bought and tell whether the discount is one on goods or on shipping."""
    entries = [known[columns.line(row)] for row in rows]
    goods = taxable = tips = ZERO
    lines = 0
    for entry in entries:
        if entry.taxable:
            taxable += entry.amount
            lines += 1
        elif entry.tip:
            tips += entry.amount
        else:
            goods += entry.amount
    goods += taxable
    discount = figures.discount
    if not discount or goods - discount == figures.subtotal or goods != figures.subtotal:
        return Basket(entries, goods, taxable, lines, tips, discount, figures.shipping, ZERO)
    net = figures.total - goods - tips
    printed_is_net = figures.shipping in (net, net - figures.taxes)
    full = figures.shipping + discount if printed_is_net else figures.shipping
    return Basket(entries, goods, taxable, lines, tips, ZERO, full, discount)


def taxation(printed: Sequence[Printed], bought: Basket, figures: Figures, currency: str) -> tuple[Taxation, Basket]:
    """Find the taxes of the entries, of the order's discount behind them, and of shipping.

    Where some goods are untaxed and the discount cannot have been one on taxed goods alone, it is split in proportion.
    """
    step = _step_of(currency)
    modes = _modes(figures, bought)
    shipping = bought.net_shipping
    lines = bought.taxable_lines + bool(bought.discount)
    plain = usual(printed, bought.taxable - bought.discount, lines, step, included=modes[0])
    if plain:
        return plain, bought
    amounts = [entry.amount for entry in bought.entries if entry.taxable]
    if not bought.discount:
        return infer(printed, amounts, shipping, modes, step), bought
    found = infer(printed, [*amounts, -bought.discount], shipping, modes, step)
    taxable = bought.taxable
    if not found.difference or taxable == bought.goods or not bought.goods:
        return found, bought
    share = round_money(bought.discount * taxable / bought.goods, step)
    split = infer(printed, [*amounts, -share], shipping, modes, step)
    if split.difference >= found.difference:
        return found, bought
    return split, bought._replace(discount=share, untaxed_discount=bought.discount - share)


def _modes(figures: Figures, bought: Basket) -> tuple[bool, ...]:
    """Tell whether prices can include the taxes, can be without them, or both."""
    beyond = figures.total - figures.subtotal - bought.net_shipping - bought.tips
    if not beyond:
        return (True,)
    return (False,) if beyond == figures.taxes else (True, False)


def lines(head: Head, bought: Basket, taxed: Taxation) -> tuple[LineRecord, ...]:
    """Make the lines in the order of the file, then the discount of the order and shipping."""
    made: list[LineRecord] = []
    codes = iter(taxed.lines)
    for entry in bought.entries:
        made += entry.lines(next(codes, _NONE) if entry.taxable else _NONE)
    if bought.discount:
        made.append(_discount(_named("Discount", head.discount_code), bought.discount, next(codes, _NONE)))
    if bought.untaxed_discount:
        made.append(_discount(_named("Discount", head.discount_code), bought.untaxed_discount, _NONE))
    if bought.shipping > 0:
        name = head.shipping_method or "Shipping"
        made.append(LineRecord("shipping", "", name, _ONE, ZERO, bought.shipping, ZERO, taxed.shipping))
    if bought.shipping_discount:
        name = _named("Shipping discount", head.discount_code)
        made.append(_discount(name, bought.shipping_discount, taxed.shipping))
    return tuple(made)


def _named(what: str, code: str) -> str:
    return f"{what} {code}" if code else what


def _discount(description: str, amount: Decimal, taxes: tuple[str, ...]) -> LineRecord:
    return LineRecord("discount", "", description, _ONE, ZERO, -amount, ZERO, taxes)


@lru_cache(maxsize=5000)
def _percent(gross: Decimal, off: Decimal) -> Decimal | None:
    """Express an amount off as a percentage of at most four digits, or answer None when that is not exact."""
    if not gross:
        return None
    percent = round_money(off * _HUNDRED / gross, Decimal("0.0001"))
    exact = 0 < percent <= _HUNDRED and gross * percent == off * _HUNDRED
    return percent.normalize() + ZERO if exact else None
