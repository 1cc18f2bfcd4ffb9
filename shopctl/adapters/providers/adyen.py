"""Read the settlement details of Adyen: every batch nets to exactly nothing, its payout included.

Source: ECOSYSTEM 2. Columns are found by their names, for their order changed between versions. The net columns count
in the currency of the settlement; what came in is the net with its fees.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import joined
from shopctl.adapters.providers import tables
from shopctl.adapters.providers.tables import Row
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement

FORMAT: Final = "adyen"
ZERO: Final = Decimal(0)

KINDS: Final = {
    "settled": "charge", "settledininstallments": "charge", "settledexternally": "charge", "refunded": "refund",
    "refundedexternally": "refund", "refundedreversed": "reversal", "refundedininstallments": "refund",
    "chargeback": "chargeback", "secondchargeback": "chargeback", "chargebackexternally": "chargeback",
    "chargebackreversed": "reversal", "chargebackreversedexternally": "reversal", "fee": "fee",
    "invoicededuction": "fee", "misccosts": "fee", "merchantpayout": "payout", "balancetransfer": "other",
    "depositcorrection": "other", "depositadjustment": "other", "bankinstructionreturned": "other", "epapaid": "other",
    "internalcompanypayout": "payout", "reservedadjustment": "other", "manualcorrected": "other",
    "authorisationschemefee": "fee", "advancement": "other", "advancementcommissioned": "other",
    "settledreversed": "refund", "paymentcost": "fee", "balance transfer": "other",
}  # fmt: skip
"""Kinds of lines by the types of Adyen, without regard to case."""

_FEES: Final = ("commission (nc)", "markup (nc)", "scheme fees (nc)", "interchange (nc)")
_NEEDED: Final = ("psp reference", "merchant reference", "type", "net currency", "net debit (nc)", "net credit (nc)")


def recognises(head: str) -> bool:
    """Tell whether a table is a settlement detail report."""
    return tables.has(head, *_NEEDED)


def read(source: Source) -> Iterator[Statement]:
    """Read one statement a merchant account, batch and currency.

    Raises:
        UsageError: `file.format` with the line, `file.encoding`.
    """
    for (account, batch, currency), lines in tables.grouped(source, _placed).items():
        days = [one.date for one in lines]
        yield Statement(
            FORMAT, account or FORMAT, f"batch {batch}" if batch else "", currency, tuple(lines), min(days), ZERO,
            max(days), ZERO,
        )  # fmt: skip


def _placed(row: Row) -> tuple[tables.Key, Movement]:
    one = _movement(row)
    return (row.text("merchant account", "company account"), row.text("batch number"), one.currency), one


def _movement(row: Row) -> Movement:
    kind = KINDS.get(row.text("type").casefold())
    if kind is None:
        raise Unreadable(f"{shown(row.text('type'))} is a type that is not known", path="type")
    currency = row.currency("net currency")
    net = row.money("net credit (nc)") - row.money("net debit (nc)")
    fee = sum((row.money(name) for name in _FEES), ZERO)
    gross = row.money("gross credit (gc)") - row.money("gross debit (gc)")
    paid_in = row.text("gross currency").upper()
    if paid_in == currency and gross - fee != net:
        raise Unreadable(f"gross {gross} less fees {fee} is not the net {net}")
    original, change = row.text("psp reference"), row.text("modification reference")
    back = kind in ("refund", "chargeback", "reversal")
    return Movement(
        row.place, row.day("booking date", "creation date"), net + fee, currency, kind,
        reference=row.text("merchant reference"),
        text=joined(row.text("type"), row.text("payment method"), row.text("modification merchant reference"),
                    "" if original else change),
        bank_reference=(change if back else original) or "", fee=fee, target=original if back else "",
        remark=f"paid as {gross} {paid_in}" if paid_in and paid_in != currency else "",
    )  # fmt: skip
