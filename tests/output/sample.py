"""Three orders to print, and a screen made of memory to print them on."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shopctl.output.columns import Column, Kind
from shopctl.output.screen import Output


class Terminal(io.TextIOWrapper):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Screen:
    """An `Output` with what it printed."""

    output: Output
    stdout: io.BytesIO
    stderr: io.BytesIO
    encoding: str

    @property
    def out(self) -> str:
        return self.stdout.getvalue().decode(self.encoding)

    @property
    def err(self) -> str:
        return self.stderr.getvalue().decode(self.encoding)


MakeScreen = Callable[..., Screen]


@dataclass(frozen=True)
class Order:
    """A row such as services return."""

    number: str = "S00431"
    ordered_on: date = date(2026, 8, 21)
    confirmed_at: datetime | None = datetime(2026, 8, 21, 9, 14, 3, tzinfo=UTC)
    customer: Any = None
    state: str = "confirmed"
    currency: str = "EUR"
    amount_total: Decimal | None = Decimal("189.00")
    quantity: Decimal = Decimal("2.5000")
    share: Decimal = Decimal("30.0000")
    emails: int = 1234
    overdue: bool = False
    tags: tuple[str, ...] = ()
    note: str | None = None


COLUMNS = (
    Column("number", "ORDER", Kind.CODE, "Number of the order"),
    Column("date", "DATE", Kind.DATE, "Day of the order", lambda row: row.ordered_on),
    Column("confirmed_at", "CONFIRMED", Kind.INSTANT, "When it was confirmed", shown="wide"),
    Column("customer", "CUSTOMER", Kind.OBJECT, "Who ordered"),
    Column("amount_total", "TOTAL", Kind.MONEY, "Total with tax"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency", shown="machine"),
    Column("state", "STATUS", Kind.STATUS, "State"),
    Column("quantity", "QTY", Kind.QUANTITY, "Pieces", shown="machine", plain=False),
    Column("share", "SHARE", Kind.PERCENT, "Share of all", shown="machine", plain=False),
    Column("emails", "MAILS", Kind.COUNT, "E-mails sent", shown="machine", plain=False),
    Column("overdue", "LATE", Kind.FLAG, "Whether it is late", shown="wide"),
    Column("tags", "TAGS", Kind.LIST, "Tags", shown="wide"),
    Column("note", "NOTE", Kind.TEXT, "Note", shown="wide"),
)

ORDERS = (
    Order(customer={"code": "C00044", "name": "Zoë Müller"}),
    Order(
        "S00429",
        date(2026, 8, 20),
        None,
        {"code": "C00012", "name": "株式会社田中商店"},
        "draft",
        amount_total=Decimal("1204.5000"),
        overdue=True,
        tags=("vip", "b2b"),
        note="ring twice\nback door",
    ),
    Order("S00425", date(2026, 8, 18), None, None, "cancelled", amount_total=Decimal("-88.0")),
)


def hostile(text: str) -> Order:
    """Return an order with such a note."""
    return replace(ORDERS[0], note=text)
