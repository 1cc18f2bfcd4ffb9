"""Read the tables of Stripe: payments of the dashboard, and the itemised reports of balance and payouts.

Source: ECOSYSTEM 2. Amounts are in major units with a point. In the payments of the dashboard the fee does not contain
its taxes, and what was refunded is told only in all; in the itemised reports net is gross less fee.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import joined
from shopctl.adapters.providers import tables
from shopctl.adapters.providers.tables import Ignored, Row
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement

FORMAT: Final = "stripe"
ZERO: Final = Decimal(0)

PAID: Final = ("paid", "succeeded", "refunded", "partially refunded", "disputed")
OPEN: Final = ("pending", "processing", "uncaptured", "requires capture")
FAILED: Final = ("failed", "canceled", "cancelled", "blocked", "incomplete", "expired")

KINDS: Final = {
    "charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund",
    "refund_failure": "reversal", "payment_failure_refund": "reversal", "charge_failure": "reversal",
    "dispute": "chargeback", "dispute_reversal": "reversal", "fee": "fee", "stripe_fee": "fee", "network_cost": "fee",
    "tax_fee": "fee", "tax": "fee", "payout": "payout", "payout_reversal": "payout", "payout_failure": "payout",
    "payout_cancel": "payout",
}  # fmt: skip
"""Kinds of lines by the reporting categories of Stripe; any other is `other`."""

_ORDERS: Final = (
    "order_number",
    "order_id",
    "order",
    "order_name",
    "order_no",
    "invoice_number",
    "invoice",
    "reference",
)
"""Keys of metadata under which shops keep the number of an order, the plainest first."""

EFFECTIVE: Final = ("automatic_payout_effective_at_utc", "automatic_payout_effective_at")

Payout = tuple[str, dt.date | None]
"""The id of a payout and the day on which it reaches the bank; None where a row tells none."""

_METADATA: Final = re.compile(r"(?:payment_metadata\[(?P<report>[^]]+)\]|(?P<board>.+) \(metadata\))")


def recognises(head: str) -> bool:
    """Tell whether a table is one of Stripe."""
    return _is_itemised(head) or tables.has(head, "id", "amount", "converted amount", "fee", "status")


def _is_itemised(head: str) -> bool:
    return tables.has(head, "balance_transaction_id", "gross", "fee", "net", "currency", "reporting_category")


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a table: one a currency, or one a payout and currency.

    Raises:
        UsageError: `file.format` with the line, `file.encoding`.
    """
    found = tables.rows(source, _metadata(tables.header(source.head)[0]))
    if _is_itemised(source.head):
        payouts: list[Payout] = []
        lines = list(tables.movements(source, found, lambda row: [_itemised(row, payouts)]))
        yield from _statements(lines, payouts)
        return
    ignored = Ignored()
    lines = list(tables.movements(source, found, lambda row: _payment(row, ignored)))
    yield from tables.by_currency(FORMAT, FORMAT, lines, ignored.remarks)


def _metadata(names: list[str]) -> dict[str, str]:
    """Call columns of metadata by their keys, with blanks written as underscores."""
    found = {name: match for name in names if (match := _METADATA.fullmatch(name))}
    return {name: "meta:" + (match["report"] or match["board"]).replace(" ", "_") for name, match in found.items()}


def _reference(row: Row) -> str:
    return row.text(*(f"meta:{key}" for key in _ORDERS), "client reference id")


def _payment(row: Row, ignored: Ignored) -> Iterator[Movement]:
    """Read a payment of the dashboard, what was refunded or lost of it, and the taxes on its fee."""
    status = row.text("status").casefold()
    if status in FAILED or (not status and not row.money("converted amount", "amount")):
        ignored.add(status or "without a status")
        return
    if status not in PAID + OPEN:
        raise Unreadable(f"{shown(row.text('status'))} is a status that is not known", path="status")
    currency = row.currency("converted currency", "currency")
    paid_in = row.currency("currency")
    day = row.day("created (utc)", "created date (utc)")
    booked = status in PAID and row.text("captured").casefold() != "false"
    key = row.text("id")
    charge = Movement(
        row.place, day, row.money("converted amount", "amount"), currency, "charge", booked,
        name=row.text("card name", "shipping name", "customer description"), reference=_reference(row),
        text=joined(row.text("description"), row.text("customer email"), row.text("statement descriptor")),
        end_to_end=row.text("paymentintent id"), bank_reference=key, fee=row.money("fee"),
        remark="" if paid_in == currency else f"paid as {row.text('amount')} {paid_in}",
    )  # fmt: skip
    yield charge
    back = charge._replace(text=row.text("description"), end_to_end="", bank_reference="", fee=ZERO, target=key)
    taxes = row.money("taxes on fee")
    if taxes:
        yield back._replace(amount=-taxes, kind="fee", text=f"Taxes on the fee of {key}", reference="", remark="")
    refunded = row.money("converted amount refunded", "amount refunded")
    if refunded:
        yield back._replace(amount=-refunded, kind="refund", date=_later(row, "refunded date (utc)", day))
    if row.text("dispute status").casefold() == "lost":
        lost = row.money("disputed amount")
        yield back._replace(amount=-lost, kind="chargeback", date=_later(row, "dispute date (utc)", day))


def _later(row: Row, column: str, day: dt.date) -> dt.date:
    """Read when something happened afterwards; the day of the payment where that is not told."""
    return row.day(column) if row.text(column) else day


def _itemised(row: Row, payouts: list[Payout]) -> Movement:
    """Read a row of an itemised report, and keep the payout to which it belongs."""
    gross, fee, net = row.money("gross"), row.money("fee"), row.money("net")
    if gross - fee != net:
        raise Unreadable(f"gross {gross} less fee {fee} is not the net {net}")
    category = row.text("reporting_category").casefold()
    kind = KINDS.get(category, "other")
    source, charge = row.text("source_id"), row.text("charge_id")
    payouts.append((row.text("automatic_payout_id"), row.day(*EFFECTIVE) if row.text(*EFFECTIVE) else None))
    return Movement(
        row.place, row.day("created_utc", "created", *EFFECTIVE), gross, row.currency("currency"), kind,
        name=row.text("customer_name", "card_name", "shipping_name"), reference=_reference(row),
        text=joined(category.replace("_", " "), row.text("description"), row.text("customer_email")),
        end_to_end=row.text("payment_intent_id") if kind == "charge" else "",
        bank_reference=source or row.text("balance_transaction_id"),
        fee=fee, target=charge if kind in ("refund", "chargeback", "reversal") and charge != source else "",
    )  # fmt: skip


def _statements(found: list[Movement], payouts: list[Payout]) -> Iterator[Statement]:
    """Make a statement a currency; of a payout report one a payout, with the payout of all its lines at its end."""
    groups: dict[tuple[Payout, str], list[Movement]] = {}
    for one, (payout, effective) in zip(found, payouts, strict=True):
        groups.setdefault(((payout if effective else "", effective), one.currency), []).append(one)
    for ((payout, effective), currency), lines in groups.items():
        statement = Statement(FORMAT, FORMAT, payout, currency, tuple(lines))
        if payout and effective and all(one.kind != "payout" for one in lines):
            end = Movement(
                f"payout {payout}", effective, -statement.total, currency, "payout", text="payout",
                bank_reference=payout,
            )  # fmt: skip
            statement = statement._replace(movements=(*lines, end))
        yield statement
