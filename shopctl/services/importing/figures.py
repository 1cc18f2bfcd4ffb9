"""Work out the stored values of an order record: money by the tax engine, statuses, what differs from the source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shopctl.config import Config
from shopctl.db.fields import stamp, units
from shopctl.domain import billing
from shopctl.domain.billing import NOTHING, Amounts, plain, priced, write_split
from shopctl.domain.money import format_money, step_of, with_currency
from shopctl.domain.records import AddressRecord, LineRecord, OrderRecord, SourceTotals
from shopctl.domain.settlement import order_status
from shopctl.domain.states import TEXT_KINDS
from shopctl.domain.tax import Tax
from shopctl.services.importing.customers import Known
from shopctl.services.importing.parts import fingerprint
from shopctl.services.importing.payments import OWN

ZERO = Decimal(0)

ORDER = (
    "id", "number", "source", "external_id", "website", "customer_id", "ordered_at", "state", "confirmed_at",
    "currency", "billing", "shipping", "payment_method", "terms", "tax_rounding", "note", "tags", "cart",
    "amount_untaxed", "amount_tax", "amount_total", "paid", "pending", "refunded", "advance", "invoice_status",
    "payment_status", "delivery_status", "source_totals", "differences", "fingerprint",
)  # fmt: skip
LINE = (
    "order_id", "position", "kind", "sku", "description", "quantity", "delivered", "invoiced", "drafted",
    "unit_price", "discount", "taxes", "policy", "amount_untaxed", "amount_tax", "amount_total", "tax_split",
)  # fmt: skip
DELIVERED = LINE.index("delivered") - 1
"""Its place in `Prepared.lines`, which lack the order."""


class Prepared(NamedTuple):
    """An order as it will be stored; `head` follows `ORDER` without the key, `lines` follow `LINE` without the order.

    `fingerprint` is two hashes, of everything and of the lines without what was delivered, so that a change beside
    what is billed is told apart.
    """

    record: OrderRecord
    number: str
    customer: int | None
    customer_name: str
    amounts: Amounts
    head: tuple[Any, ...]
    lines: tuple[tuple[Any, ...], ...]
    differences: str
    fingerprint: str

    def numbered(self, number: str) -> Prepared:
        """Give the order the number that it lacks."""
        return self._replace(number=number, head=(number, *self.head[1:]))


def prepare(
    record: OrderRecord,
    customer: Known | None,
    taxes: Mapping[str, Tax],
    products: Mapping[str, tuple[str, str]],
    config: Config,
) -> Prepared:
    """Work out everything that is stored of an order record.

    Args:
        customer: Whose order it is; None for a guest.
        products: Tax codes and policy by SKU, for lines that leave them out.
    """
    record = record._replace(currency=record.currency or config.shop.currency)
    rounding = record.tax_rounding or config.invoicing.tax_rounding
    completed = [_completed(line, products, config.invoicing.policy) for line in record.lines]
    money = line_amounts(record.lines, [codes for codes, _ in completed], taxes, rounding, record.currency)
    amounts = billing.add(money)
    lines = tuple(
        _line(position, line, codes, policy, amount)
        for position, (line, (codes, policy), amount) in enumerate(zip(record.lines, completed, money, strict=True), 1)
    )
    differences = "; ".join((*_differences(record.source_totals, amounts, record.currency), *record.remarks))
    key, name = (customer.key, customer.name) if customer else (None, "")
    number = record.number.upper()
    head = (*_head(record, key, rounding, amounts, _statuses(record, completed)), differences)
    delivered = [row[DELIVERED] for row in lines]
    fixed = [(*row[:DELIVERED], *row[DELIVERED + 1 :]) for row in lines]
    whole = f"{fingerprint((head, _said_of(record), delivered))}:{fingerprint(fixed)}"
    return Prepared(record, number, key, name, amounts, (number, *head, whole), lines, differences, whole)


def _said_of(record: OrderRecord) -> list[tuple[Any, ...]]:
    """List what tells payments apart from what they were before; our own names for them do not."""
    return [
        (
            *(("", "") if payment.provider == OWN or not payment.reference else (payment.provider, payment.reference)),
            payment.method, units(payment.amount), payment.currency or record.currency, payment.state,
            stamp(payment.paid_at) if payment.paid_at else None, payment.memo,
        )
        for payment in record.payments
    ]  # fmt: skip


def _head(
    record: OrderRecord, customer: int | None, rounding: str, amounts: Amounts, statuses: tuple[str, str]
) -> tuple[Any, ...]:
    """Line up the values of `ORDER` from `source` to `source_totals`."""
    paid, pending, refunded = _money(record)
    invoicing, delivery = statuses
    ordered_at = stamp(record.ordered_at) if record.ordered_at else ""
    confirmed_at = stamp(record.confirmed_at) if record.confirmed_at else ordered_at
    return (
        record.source, record.external_id, record.website, customer, ordered_at, record.state,
        confirmed_at if record.state == "confirmed" else None, record.currency, address_json(record.billing),
        address_json(record.shipping), record.payment_method, record.terms, rounding, record.note,
        ", ".join(record.tags), record.cart, units(amounts.untaxed), units(amounts.tax), units(amounts.total),
        units(paid), units(pending), units(refunded), 0, invoicing,
        order_status(amounts.total, paid, pending, refunded), delivery, totals_json(record.source_totals),
    )  # fmt: skip


def _completed(line: LineRecord, products: Mapping[str, tuple[str, str]], policy: str) -> tuple[str, str]:
    """Fill in the tax codes and the policy that a line leaves to its product."""
    if line.taxes is not None and line.policy:
        return " ".join(line.taxes), line.policy
    product_taxes, product_policy = products.get(line.sku, ("", policy))
    taxes = product_taxes if line.taxes is None else " ".join(line.taxes)
    if line.kind != "product" and not line.policy:
        # Shipping, discounts and tips are never delivered, so only what was ordered can be billed.
        return taxes, "ordered"
    return taxes, line.policy or product_policy


def line_amounts(
    lines: Sequence[LineRecord], codes: Sequence[str], taxes: Mapping[str, Tax], rounding: str, currency: str
) -> list[Amounts]:
    """Price lines by the tax engine; sections and notes have no money."""
    inputs = [
        (line.unit_price, line.quantity, line.discount, code)
        for line, code in zip(lines, codes, strict=True)
        if line.kind not in TEXT_KINDS
    ]
    results = priced(inputs, taxes, rounding, step_of(currency))
    if len(results) == len(lines):
        return results
    rest = iter(results)
    return [NOTHING if line.kind in TEXT_KINDS else next(rest) for line in lines]


def _line(position: int, line: LineRecord, codes: str, policy: str, money: Amounts) -> tuple[Any, ...]:
    return (
        position, line.kind, line.sku, line.description, units(line.quantity), units(line.delivered), 0, 0,
        units(line.unit_price), units(line.discount), codes, policy, units(money.untaxed), units(money.tax),
        units(money.total), write_split(money.taxes),
    )  # fmt: skip


def _statuses(record: OrderRecord, completed: Sequence[tuple[str, str]]) -> tuple[str, str]:
    lines = [
        billing.OrderLine(0, line.kind, "", "", line.quantity, line.delivered, ZERO, ZERO, ZERO, "", policy, NOTHING)
        for line, (_, policy) in zip(record.lines, completed, strict=True)
    ]
    return billing.order_status(record.state, lines), billing.delivery_status(lines)


def _money(record: OrderRecord) -> tuple[Decimal, Decimal, Decimal]:
    """Sum what the record's payments say was paid, is awaited and went back."""
    paid = pending = refunded = ZERO
    for payment in record.payments:
        if payment.state in ("done", "authorized"):
            paid += payment.amount
        elif payment.state == "pending":
            pending += payment.amount
        elif payment.state == "refunded":
            refunded += payment.amount
    return paid - refunded, pending, refunded


def _differences(source: SourceTotals | None, amounts: Amounts, currency: str) -> list[str]:
    if source is None:
        return []
    found = []
    for name, theirs, ours in (
        ("total", source.total, amounts.total),
        ("tax", source.tax, amounts.tax),
        ("untaxed", source.untaxed, amounts.untaxed),
    ):
        if theirs is not None and theirs != ours:
            found.append(f"{name} {with_currency(ours, currency)} here, {format_money(theirs, currency)} in the source")
    return found


_encode = json.JSONEncoder(ensure_ascii=False).encode


def address_json(address: AddressRecord | None) -> str:
    """Write an address as it is kept with an order: only what is filled in."""
    return _address_json(address[:8]) if address else ""


@lru_cache(4096)
def _address_json(values: tuple[str, ...]) -> str:
    filled = {name: value for name, value in zip(AddressRecord._fields, values, strict=False) if value}
    return _encode(filled) if filled else ""


def totals_json(source: SourceTotals | None) -> str:
    """Write what the source printed, amounts as text."""
    if source is None:
        return ""
    filled = {
        name: plain(value) if isinstance(value, Decimal) else value
        for name, value in zip(SourceTotals._fields, source, strict=True)
        if value not in (None, "")
    }
    return _encode(filled) if filled else ""
