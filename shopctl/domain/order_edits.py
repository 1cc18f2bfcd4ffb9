"""Change the lines of an order so that what was billed and delivered of them stays true.

Source: order rules, 1.4. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from shopctl.domain.billing import NOTHING, ZERO, OrderLine, priced
from shopctl.domain.deliveries import number
from shopctl.domain.line_edits import AddLine, LineEdits, SetLine
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.errors import NotFoundError, RefusedError

NEW = 0
"""The key of a line that is not stored yet."""


class Product(NamedTuple):
    """What an order line takes from a product; `taxes` are codes separated by blanks."""

    sku: str
    name: str
    type: str
    price: Decimal
    taxes: str
    policy: str
    archived: bool = False


def sold(sku: str, products: Mapping[str, Product]) -> Product:
    """Find a product that can be put on a document anew.

    Raises:
        NotFoundError: There is none.
        RefusedError: It is archived.
    """
    product = products.get(sku)
    if product is None:
        raise NotFoundError(
            "product.unknown",
            f"there is no product {sku}",
            hint="write SKU, SKU:QTY or SKU:QTY@PRICE with the SKU of a product: shopctl products list",
            product=sku,
        )
    if product.archived:
        raise RefusedError(
            "product.archived",
            f"product {sku} is archived and not sold any more",
            hint=f"shopctl products unarchive {sku}",
            product=sku,
        )
    return product


class Catalogue(NamedTuple):
    """What edits may refer to; `reductions` are the percentages of terms that reduce taxes from the start."""

    products: Mapping[str, Product]
    taxes: Mapping[str, Tax]
    reductions: Mapping[str, Decimal] = MappingProxyType({})


class Terms(NamedTuple):
    """How an order is priced.

    Attributes:
        billed: Some document of the order counts, so what is not changed keeps its amounts.
        anew: Everything is to be priced again, as the rounding or the payment terms changed.
        kept: Keys of lines that documents or deliveries name, so they cannot go.
        drafted: Keys of lines that drafts bill or take back, so their price stays even where nothing is billed in all.
        reduced: Percentage by which the payment terms reduce the taxes, see `billing.priced`.
    """

    rounding: str
    step: Decimal
    billed: bool
    anew: bool = False
    kept: Collection[int] = ()
    drafted: Collection[int] = ()
    reduced: Decimal = ZERO


Lines = Mapping[int, OrderLine]
"""The lines of an order by position."""


class Edited(NamedTuple):
    """An order after its edits.

    Attributes:
        lines: Those that are there afterwards, by position; new ones have the key `NEW`.
        removed: Keys of the lines that went.
        changes: What a journal tells: old and new value by name, such as `line 2 quantity`.
    """

    lines: dict[int, OrderLine]
    removed: tuple[int, ...]
    changes: dict[str, tuple[str, str]]


def edit(order: str, lines: Lines, edits: LineEdits, catalogue: Catalogue, terms: Terms) -> Edited:
    """Change, remove and add lines, and price them.

    Positions stay what they are, also behind a line that went; new lines come after the highest one.
    An order that no document bills is priced anew as a whole, except for the discount lines, whose amounts were
    agreed; otherwise only the changed and new lines are priced.

    Args:
        order: Its number, for messages.

    Raises:
        NotFoundError: There is no such line, product or tax.
        RefusedError: What was billed or delivered does not allow it, or a product is archived.
    """
    edits.require_known(f"order {order}", lines, f"shopctl orders show {order}")
    gone = {one.position for one in edits.removed}
    for position in sorted(gone):
        _require_removable(order, position, lines[position], terms.kept)
    after = {position: line for position, line in lines.items() if position not in gone}
    for change in edits.changed:
        after[change.position] = _changed(order, lines[change.position], change, catalogue.taxes, terms.drafted)
    behind = max(lines, default=0) + 1
    for position, addition in enumerate(edits.added, behind):
        after[position] = new_line(addition, catalogue.products)
    after = _priced(lines, after, catalogue.taxes, terms)
    return Edited(after, tuple(lines[position].key for position in sorted(gone)), _told(lines, after))


def _require_removable(order: str, position: int, line: OrderLine, kept: Collection[int]) -> None:
    if line.delivered > 0:
        done = number(line.delivered)
        raise _frozen(
            f"{done} of line {position} of order {order} are delivered, so it cannot be removed",
            f"shopctl orders edit {order} --set-line {position}:quantity={done}"
            if line.quantity > line.delivered
            else f"take the goods back first: shopctl orders deliver {order} --line {position}=-{done}",
        )
    if line.invoiced or line.key in kept:
        raise _frozen(
            f"line {position} of order {order} stands on its documents, so it cannot be removed",
            f"shopctl orders edit {order} --set-line {position}:quantity=0",
        )


def _changed(
    order: str, line: OrderLine, change: SetLine, taxes: Mapping[str, Tax], drafted: Collection[int]
) -> OrderLine:
    """Put the new values in, after asking whether that is still possible."""
    for code in change.taxes or ():
        if code not in taxes:
            raise NotFoundError("tax.unknown", f"there is no tax {code}", hint="shopctl tax list", tax=code)
    after = line._replace(
        quantity=line.quantity if change.quantity is None else change.quantity,
        unit_price=line.unit_price if change.unit_price is None else change.unit_price,
        discount=line.discount if change.discount is None else change.discount,
        taxes=line.taxes if change.taxes is None else " ".join(change.taxes),
        description=line.description if change.description is None else change.description,
    )
    if _terms_of(after) == _terms_of(line):
        return after
    where = f"line {change.position} of order {order}"
    if line.kind in TEXT_KINDS:
        raise _frozen(f"{where} is a {line.kind}, which has a description only", f"shopctl orders show {order}")
    if line.closed:
        raise _frozen(f"{where} is closed: nothing more of it comes", f"shopctl orders reopen {order}")
    if line.invoiced and _terms_of(after)[1:] != _terms_of(line)[1:]:
        raise _frozen(
            f"{where} is invoiced ({number(line.invoiced)}), so its price, discount and taxes are what was billed",
            f"shopctl orders edit {order} --set-line {change.position}:quantity={number(line.invoiced)} "
            f"--add-line {line.sku or 'SKU'}:QTY@PRICE",
        )
    if line.key in drafted and _terms_of(after)[1:] != _terms_of(line)[1:]:
        raise _frozen(
            f"{where} stands on a draft, so its price, discount and taxes are what is billed there",
            f"confirm or delete the draft first: shopctl invoice list --order {order} --draft",
        )
    if line.delivered > 0 and after.quantity < min(line.quantity, line.delivered):
        raise _frozen(
            f"{number(line.delivered)} of {where} are delivered, so its quantity cannot be {number(after.quantity)}",
            "take the goods back first: "
            f"shopctl orders deliver {order} --line {change.position}={number(after.quantity - line.delivered)}",
        )
    return after


def _terms_of(line: OrderLine) -> tuple[Decimal, Decimal, Decimal, str]:
    """List what decides the amounts of a line, the quantity first."""
    return line.quantity, line.unit_price, line.discount, line.taxes


def new_line(addition: AddLine, products: Mapping[str, Product]) -> OrderLine:
    """Make a line of a product, not priced yet.

    Raises:
        NotFoundError: There is no such product.
        RefusedError: It is archived.
    """
    product = sold(addition.sku, products)
    goods = product.type in ("goods", "service")
    return OrderLine(
        NEW,
        "product" if goods else product.type,
        product.sku,
        product.name or product.sku,
        addition.quantity,
        ZERO,
        ZERO,
        product.price if addition.unit_price is None else addition.unit_price,
        ZERO,
        product.taxes,
        # Shipping and discounts are never delivered, so only what was ordered can be billed.
        product.policy if goods else "ordered",
        NOTHING,
    )


def _priced(before: Lines, after: Lines, taxes: Mapping[str, Tax], terms: Terms) -> dict[int, OrderLine]:
    """Give the lines their amounts."""
    changed = {
        position
        for position, line in after.items()
        if line.key == NEW or _terms_of(line) != _terms_of(before[position])
    }
    chosen = sorted(changed)
    if not terms.billed and (changed or terms.anew or len(after) < len(before)):
        chosen = [
            position
            for position, line in sorted(after.items())
            if position in changed or line.kind not in (*TEXT_KINDS, "discount")
        ]
    inputs = [(line.unit_price, line.quantity, line.discount, line.taxes) for line in map(after.__getitem__, chosen)]
    amounts = priced(inputs, taxes, terms.rounding, terms.step, reduced=terms.reduced)
    new = dict(zip(chosen, amounts, strict=True))
    return {
        position: line._replace(amounts=new[position]) if position in new else line
        for position, line in sorted(after.items())
    }


def _told(before: Lines, after: Lines) -> dict[str, tuple[str, str]]:
    """Tell what changed, old and new, for the journal."""
    told: dict[str, tuple[str, str]] = {}
    for position in sorted({*before, *after}):
        old, new = before.get(position), after.get(position)
        if old is None or new is None:
            told[f"line {position}"] = (_said(old), _said(new))
            continue
        for name, was, now in (
            ("quantity", number(old.quantity), number(new.quantity)),
            ("unit_price", number(old.unit_price), number(new.unit_price)),
            ("discount", number(old.discount), number(new.discount)),
            ("taxes", old.taxes, new.taxes),
            ("description", old.description, new.description),
        ):
            if was != now:
                told[f"line {position} {name}"] = (was, now)
    return told


def _said(line: OrderLine | None) -> str:
    return f"{line.sku or line.description}:{number(line.quantity)}@{number(line.unit_price)}" if line else ""


def _frozen(message: str, hint: str) -> RefusedError:
    return RefusedError("line.frozen", message, hint=hint)
