"""Read the settlement reports of Braintree: one statement a merchant account, day of disbursement and currency.

Source: ECOSYSTEM 2. Amounts and fees count in the currency of the settlement, which may not be the one that was paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import joined
from shopctl.adapters.providers import tables
from shopctl.adapters.providers.tables import Row
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement

FORMAT: Final = "braintree"

KINDS: Final = {"sale": "charge", "credit": "refund", "chargeback": "chargeback"}

_NEEDED: Final = ("transaction id", "transaction type", "settlement currency", "settlement amount", "total fee amount")


def recognises(head: str) -> bool:
    """Tell whether a table is a settlement report."""
    return tables.has(head, *_NEEDED)


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a report.

    Raises:
        UsageError: `file.format` with the line, `file.encoding`.
    """
    for (account, name, currency), lines in tables.grouped(source, _placed).items():
        yield Statement(FORMAT, account or FORMAT, name, currency, tuple(lines))


def _placed(row: Row) -> tuple[tables.Key, Movement]:
    one = _movement(row)
    return (row.text("merchant account id"), row.text("deposit id", "disbursement date"), one.currency), one


def _movement(row: Row) -> Movement:
    kind = KINDS.get(row.text("transaction type").casefold())
    if kind is None:
        raise Unreadable(f"{shown(row.text('transaction type'))} is a type that is not known", path="transaction type")
    currency = row.currency("settlement currency")
    settled = abs(row.money("settlement amount"))
    paid_in = row.text("presentment currency").upper() or currency
    return Movement(
        row.place, row.day("settlement date", "disbursement date"), settled if kind == "charge" else -settled,
        currency, kind, value_date=row.day("disbursement date") if row.text("disbursement date") else None,
        reference=row.text("order id"),
        text=joined(row.text("transaction type"), row.text("payment instrument"), row.text("card brand")),
        bank_reference=row.text("transaction id"), fee=row.money("total fee amount"),
        target="" if kind == "charge" else row.text("original transaction id"),
        remark=f"paid as {row.text('presentment amount')} {paid_in}" if paid_in != currency else "",
    )  # fmt: skip
