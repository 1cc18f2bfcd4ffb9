"""Make an order or a cart of its rows in a Shopify export.

Source: docs ECOSYSTEM.md section 1.1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from shopctl.adapters.sources.items import Unreadable, nearest, shown
from shopctl.adapters.sources.shopify_heads import Columns, Figures, Head, address, buyer, tags, unguarded
from shopctl.adapters.sources.shopify_lines import Entries, basket, lines, taxation
from shopctl.adapters.sources.shopify_money import payments, remarks, source_totals
from shopctl.adapters.sources.shopify_rows import Group, Row
from shopctl.adapters.sources.shopify_taxes import Printed, Taxation
from shopctl.adapters.sources.values import is_currency, shop_instant
from shopctl.domain.records import ZERO, AddressRecord, CartRecord, CustomerRecord, OrderRecord, OrderState, TaxRecord

_STATES: Final[dict[str, OrderState]] = {
    "": "sent",
    "pending": "sent",
    "authorized": "confirmed",
    "partially_paid": "confirmed",
    "paid": "confirmed",
    "partially_refunded": "confirmed",
    "refunded": "confirmed",
    "voided": "cancelled",
    "expired": "cancelled",
}
_UNTAXED: Final = Taxation((), (), (), "globally", ZERO)


class Reading(NamedTuple):
    """A record with the taxes that it uses and the printed figures behind it."""

    record: OrderRecord | CartRecord
    taxes: tuple[TaxRecord, ...]
    head: Head
    figures: Figures


class OrderReader:
    """Makes orders or carts; keeps what it has learnt about amounts and instants for the next one."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._entries = Entries(columns)
        self._currencies: set[str] = set()

    def order(self, group: Group) -> Reading:
        """Make an order; raises `Unreadable` when a value of it cannot be understood."""
        head, figures = self._start(group)
        row, bought = group.rows[0], basket(group.rows, self._columns, self._entries, figures)
        printed, taxed = self._printed(row, head, figures), _UNTAXED
        if printed:
            taxed, bought = taxation(printed, bought, figures, head.currency)
        ordered_at = _instant(head.created_at, "Created at")
        paid_at = _instant(head.paid_at, "Paid at") if head.paid_at else None
        cancelled_at = _instant(head.cancelled_at, "Cancelled at") if head.cancelled_at else None
        state = self._state(head)
        customer, remark, billing, shipping = self._people(row, head)
        went_back_at = cancelled_at or paid_at or ordered_at
        paid = payments(head, figures, paid_at or ordered_at, went_back_at, cancelled=state == "cancelled")
        said = remarks(head, figures, bought, printed, taxed)
        record = OrderRecord(
            head.number,
            "shopify",
            unguarded(head.id) or head.name,
            "",
            customer,
            ordered_at,
            state,
            (paid_at or ordered_at) if state == "confirmed" else None,
            head.currency,
            billing,
            shipping,
            head.gateway,
            "",
            taxed.rounding,
            head.notes,
            tags(head.tags) if head.tags else (),
            "",
            lines(head, bought, taxed),
            paid,
            source_totals(head, figures),
            (*said, remark) if remark else said,
        )
        return Reading(record, taxed.taxes, head, figures)

    def cart(self, group: Group) -> Reading:
        """Make a cart; how far it came is told by what is filled in."""
        head, figures = self._start(group)
        if head.financial_status:
            raise Unreadable(
                f"the row is an order ({head.financial_status}) among carts",
                path="Financial Status",
                hint="read orders and abandoned checkouts from files of their own, with --as",
            )
        row, bought = group.rows[0], basket(group.rows, self._columns, self._entries, figures)
        printed, taxed = self._printed(row, head, figures), _UNTAXED
        if printed:
            taxed, bought = taxation(printed, bought, figures, head.currency)
        created_at = _instant(head.created_at, "Created at")
        customer, _, billing, shipping = self._people(row, head)
        stage = "payment" if head.shipping_method else "delivery" if billing or shipping else "cart"
        record = CartRecord(
            head.number,
            "shopify",
            "",
            customer,
            created_at,
            created_at,
            stage,
            "",
            head.currency,
            lines(head, bought, taxed),
            source_totals(head, figures),
        )
        return Reading(record, taxed.taxes, head, figures)

    def _start(self, group: Group) -> tuple[Head, Figures]:
        head = tuple.__new__(Head, self._columns.head(group.rows[0]))
        if head.currency not in self._currencies:
            if not is_currency(head.currency):
                raise Unreadable(f"{shown(head.currency)} is not a currency code", path="Currency")
            self._currencies.add(head.currency)
        return head, self._columns.figures(head)

    def _people(
        self, row: Row, head: Head
    ) -> tuple[CustomerRecord | None, str, AddressRecord | None, AddressRecord | None]:
        bill, ship = self._columns.billing(row), self._columns.shipping(row)
        customer, remark = buyer(head, bill, ship)
        billing = address(bill, "billing")
        if billing and ship == bill:
            return customer, remark, billing, AddressRecord(*billing[:-1], "shipping")
        return customer, remark, billing, address(ship, "shipping")

    def _state(self, head: Head) -> OrderState:
        if head.cancelled_at:
            return "cancelled"
        try:
            return _STATES[head.financial_status]
        except KeyError:
            raise Unreadable(
                f"{shown(head.financial_status)} is none of: {', '.join(filter(None, _STATES))}",
                path="Financial Status",
                hint=nearest(head.financial_status, _STATES),
            ) from None

    def _printed(self, row: Row, head: Head, figures: Figures) -> list[Printed]:
        """Collect the taxes of an order, those of one name added up; taxes without names are one."""
        if not head.tax_name and not head.tax_value:
            return [Printed("Taxes", figures.taxes)] if figures.taxes else []
        if not head.second_tax_name and not head.second_tax_value:
            value = self._columns.amount(head.tax_value, "Tax 1 Value")
            return [Printed(head.tax_name, value)] if value else []
        cells = self._columns.taxes(row)
        sums: dict[str, Printed] = {}
        for place in range(0, len(cells), 2):
            name, text = cells[place], cells[place + 1]
            value = self._columns.amount(text, f"Tax {place // 2 + 1} Value")
            if value:
                before = sums[name].value if name in sums else ZERO
                sums[name] = Printed(name, before + value)
        return list(sums.values())


def _instant(text: str, column: str) -> datetime:
    try:
        return shop_instant(text)
    except Unreadable as problem:
        raise problem.inside(column) from None
