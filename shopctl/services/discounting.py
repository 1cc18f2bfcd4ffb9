"""Give discounts on whole orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopctl.domain import discounts
from shopctl.domain.billing import ZERO, DraftLine, OrderLine
from shopctl.domain.discounts import Discount
from shopctl.domain.money import with_currency
from shopctl.domain.order_edits import NEW
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError, ShopError
from shopctl.services import facts, order_lines
from shopctl.services.facts import OrderFacts
from shopctl.services.order_lines import Changed, Lines
from shopctl.services.ordering import order_rows
from shopctl.services.orders import OrderRow, stored_numbers, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation


@operation("orders")
def discount(shop: Shop, numbers: Sequence[str], size: Discount) -> list[Outcome[OrderRow]]:
    """Add the lines of a discount to orders; asking again takes off as much once more.

    Raises (as outcomes): order.unknown, order.cancelled, order.discount, invoice.nothing_left, usage.amount.
    """
    stored = stored_numbers(numbers)
    found = facts.orders(list(stored.values()))
    lines = order_lines.by_position(found.values())
    taxes = facts.taxes()
    first = first_spellings(numbers, stored.__getitem__)
    outcomes: dict[str, Outcome[OrderRow]] = {}
    given: dict[str, tuple[Changed, list[DraftLine]]] = {}
    for number in dict.fromkeys(first.values()):
        try:
            order = found.get(stored[number])
            if order is None:
                raise unknown(number)
            given[number] = _decide(order, lines[order.key], size, taxes)
        except ShopError as error:
            outcomes[number] = Failed(number, error)
    order_lines.store([change for change, _ in given.values()])
    rows = order_rows([change.order.key for change, _ in given.values()])
    for number, (change, drafts) in given.items():
        order = change.order
        total = sum((draft.amounts.total for draft in drafts), ZERO)
        shop.record("order.discounted", order.number, discount=size.label, total=total)
        told = (f"{with_currency(-total, order.currency)} taken off",)
        outcomes[number] = Done(number, Change.CHANGED, rows[order.key], told)
    return in_order(numbers, first, outcomes)


def _decide(
    order: OrderFacts, lines: Lines, size: Discount, taxes: Mapping[str, Tax]
) -> tuple[Changed, list[DraftLine]]:
    order_lines.require_open(order, "discounted", confirmed=False)
    if order.invoice_status in ("invoiced", "upselling"):
        raise RefusedError(
            "invoice.nothing_left",
            f"order {order.number} is fully invoiced, so a discount would not be billed any more",
            hint=f"shopctl invoice list --order {order.number}",
            order=order.number,
        )
    drafts = discounts.take(order.number, order.lines, size, taxes, order.currency)
    behind = max(lines, default=0) + 1
    after = {**lines, **{position: _line(draft) for position, draft in enumerate(drafts, behind)}}
    return Changed(order, after), drafts


def _line(draft: DraftLine) -> OrderLine:
    return OrderLine(
        NEW, draft.kind, draft.sku, draft.description, draft.quantity, ZERO, ZERO, draft.unit_price, draft.discount,
        draft.taxes, "ordered", draft.amounts,
    )  # fmt: skip
