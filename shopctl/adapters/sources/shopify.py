"""Read the CSV exports of Shopify: orders, abandoned checkouts and customers.

Columns are found by name, missing and unknown ones are tolerated. An order that cannot be understood becomes an item
with its error; reading goes on. Contradictions inside an order stay in it and are told in its remarks.
Source: docs ECOSYSTEM.md section 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from shopctl.adapters.sources.control import ControlTotals
from shopctl.adapters.sources.items import Item, Unreadable, field_item
from shopctl.adapters.sources.shopify_customers import CUSTOMER_COLUMNS, customers
from shopctl.adapters.sources.shopify_heads import Columns
from shopctl.adapters.sources.shopify_orders import OrderReader, Reading
from shopctl.adapters.sources.shopify_rows import ORDER_COLUMNS, Group, Table, groups
from shopctl.adapters.sources.text import Stdin, open_text

Kind = Literal["orders", "carts", "customers", "auto"]


def read(path: str, stdin: Stdin = None, kind: Kind = "auto") -> ShopifyFile:
    """Read an export, or standard input for "-".

    Args:
        path: The file.
        stdin: What "-" stands for.
        kind: What the file holds; "auto" looks at its columns and its first order.

    Raises:
        NotFoundError: The file cannot be read.
        UsageError: It is no text, or `file.format` when columns are missing.
    """
    table = Table(open_text(path, stdin), "standard input" if path == "-" else path)
    return ShopifyFile(table, kind)


class ShopifyFile(Iterator[Item]):
    """The records of an export, to be gone through once; `control` holds the sums of what was read so far.

    A tax comes before the first order that uses it.
    """

    def __init__(self, table: Table, kind: Kind) -> None:
        self.control = ControlTotals()
        if kind == "auto" and all(name in table.header for name in CUSTOMER_COLUMNS):
            kind = "customers"
        if kind == "customers":
            table.need(CUSTOMER_COLUMNS)
            self._items = customers(table, self.control)
        else:
            table.need(ORDER_COLUMNS)
            self._items = _sales(table, kind, self.control)

    def __iter__(self) -> Iterator[Item]:  # noqa: PYI034 - the generator itself is faster in a loop
        return self._items

    def __next__(self) -> Item:
        return next(self._items)


def _sales(table: Table, kind: Kind, control: ControlTotals) -> Iterator[Item]:
    columns = Columns(table)
    reader = OrderReader(columns)
    read_one = None if kind == "auto" else reader.cart if kind == "carts" else reader.order
    known: set[str] = set()
    for group in groups(table):
        if read_one is None:
            carts = bool(group.rows) and not columns.head(group.rows[0])[2] and not columns.says_outstanding
            read_one = reader.cart if carts else reader.order
        try:
            if group.problem:
                raise group.problem
            reading = read_one(group)
        except Unreadable as problem:
            yield field_item(group.line, group.name.removeprefix("#"), problem)
            continue
        for tax in reading.taxes:
            if tax.code not in known:
                known.add(tax.code)
                yield Item(group.line, tax.code, tax, None)
        _count(control, group, reading)
        yield Item(group.line, reading.head.number, reading.record, None)


def _count(control: ControlTotals, group: Group, reading: Reading) -> None:
    head = reading.head
    _, shipping, taxes, total, discount, refunded, outstanding = reading.figures
    control.orders += 1
    control.line_rows += len(group.rows)
    control.total += total
    control.taxes += taxes
    if shipping:
        control.shipping += shipping
    if discount:
        control.discount += discount
    if refunded:
        control.refunded += refunded
    if outstanding:
        control.outstanding += outstanding
    control.currencies[head.currency] += 1
    control.financial_status[head.financial_status] += 1
    control.fulfillment[head.fulfillment_status] += 1
    if head.cancelled_at:
        control.cancelled += 1
    if head.email:
        control.add_email(head.email)
