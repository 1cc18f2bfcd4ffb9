"""Work out the stored values of an order record: money by the tax engine, statuses, what differs from the source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain
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

_REMEMBERED_LINES = 10_000

Basket = tuple[tuple[LineRecord, ...], str, str, str, str]
"""What tells two sets of lines apart: the lines, tax rounding, currency, the state of their order and its terms."""


class Goods(NamedTuple):
    """What the lines of an order come to; `rows` follow `LINE` without the order.

    `stored` are the untaxed amount, tax and total as stored; `mark` is a hash of the rows without what was delivered.
    """

    rows: tuple[tuple[Any, ...], ...]
    amounts: Amounts
    stored: tuple[int, int, int]
    delivered: tuple[int, ...]
    mark: str
    invoice_status: str
    delivery_status: str


class Pricing(dict[Basket, Goods]):
    """What baskets come to under the taxes of a shop; worked out once, for the orders of a shop repeat themselves.

    `reduced` tells by how many percent payment terms reduce taxes from the start; most do not.
    """

    def __init__(self, taxes: Iterable[Tax], reduced: Iterable[tuple[str, Decimal]] = ()) -> None:
        super().__init__()
        self._taxes = {tax.code: tax for tax in taxes}
        self._reduced = dict(reduced)
        self._kept = 0

    def __missing__(self, basket: Basket) -> Goods:
        lines, rounding, currency, state, terms = basket
        reduced = self._reduced.get(terms, ZERO)
        goods = _goods(lines, line_amounts(lines, self._taxes, rounding, currency, reduced), state)
        self._kept += len(lines) + 1
        if self._kept > _REMEMBERED_LINES:
            self.clear()
            self._kept = len(lines) + 1
        self[basket] = goods
        return goods

    def terms_of(self, record: OrderRecord) -> str:
        """Name the payment terms of an order where they make a difference to its taxes."""
        return record.terms if record.terms in self._reduced else ""


pricing = lru_cache(maxsize=4)(Pricing)
"""Answer the memory that goes with some taxes; other taxes, or the same with other rates, have another one."""


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
    prices: Pricing,
    products: Mapping[str, tuple[str, str]],
    config: Config,
) -> Prepared:
    """Work out everything that is stored of an order record.

    Args:
        customer: Whose order it is; None for a guest.
        products: Tax codes and policy by SKU, for lines that leave them out.
    """
    if not record.currency:
        record = record._replace(currency=config.shop.currency)
    rounding = record.tax_rounding or config.invoicing.tax_rounding
    lines = _completed(record.lines, products, config.invoicing.policy)
    goods = prices[lines, rounding, record.currency, record.state, prices.terms_of(record)]
    amounts = goods.amounts
    differences = "; ".join((*_differences(record.source_totals, amounts, record.currency), *record.remarks))
    key, name = (customer.key, customer.name) if customer else (None, "")
    number = record.number.upper()
    head = (*_head(record, key, rounding, goods), differences)
    whole = f"{fingerprint((*head, _said_of(record), goods.delivered))}:{goods.mark}"
    return Prepared(record, number, key, name, amounts, (number, *head, whole), goods.rows, differences, whole)


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


def _head(record: OrderRecord, customer: int | None, rounding: str, goods: Goods) -> tuple[Any, ...]:
    """Line up the values of `ORDER` from `source` to `source_totals`."""
    paid, pending, refunded = _money(record)
    ordered_at = stamp(record.ordered_at) if record.ordered_at else ""
    confirmed_at = stamp(record.confirmed_at) if record.confirmed_at else ordered_at
    return (
        record.source, record.external_id, record.website, customer, ordered_at, record.state,
        confirmed_at if record.state == "confirmed" else None, record.currency, address_json(record.billing),
        address_json(record.shipping), record.payment_method, record.terms, rounding, record.note,
        ", ".join(record.tags), record.cart.upper(), *goods.stored, units(paid), units(pending), units(refunded), 0,
        goods.invoice_status, order_status(goods.amounts.total, paid, pending, refunded), goods.delivery_status,
        totals_json(record.source_totals),
    )  # fmt: skip


def _completed(
    lines: tuple[LineRecord, ...], products: Mapping[str, tuple[str, str]], policy: str
) -> tuple[LineRecord, ...]:
    """Fill in the taxes and the policy that lines leave to their product."""
    for line in lines:
        if line.taxes is None or not line.policy:
            return tuple([_complete(line, products.get(line.sku, ("", policy))) for line in lines])
    return lines


@lru_cache(maxsize=_REMEMBERED_LINES)
def _complete(line: LineRecord, product: tuple[str, str]) -> LineRecord:
    taxes, policy = product
    if line.kind != "product":
        # Shipping, discounts and tips are never delivered, so only what was ordered can be billed.
        policy = "ordered"
    return line._replace(taxes=tuple(taxes.split()) if line.taxes is None else line.taxes, policy=line.policy or policy)


def line_amounts(
    lines: Sequence[LineRecord], taxes: Mapping[str, Tax], rounding: str, currency: str, reduced: Decimal = ZERO
) -> list[Amounts]:
    """Price lines by the tax engine, taxes reduced where the terms say so; sections and notes have no money."""
    inputs = [
        (line.unit_price, line.quantity, line.discount, codes_of(line)) for line in lines if line.kind not in TEXT_KINDS
    ]
    results = priced(inputs, taxes, rounding, step_of(currency), reduced=reduced)
    if len(results) == len(lines):
        return results
    rest = iter(results)
    return [NOTHING if line.kind in TEXT_KINDS else next(rest) for line in lines]


def _goods(lines: Sequence[LineRecord], money: Sequence[Amounts], state: str) -> Goods:
    rows = tuple([_row(position, *each) for position, each in enumerate(zip(lines, money, strict=True), 1)])
    fixed = chain.from_iterable([(*row[:DELIVERED], *row[DELIVERED + 1 :]) for row in rows])
    amounts = billing.add(money)
    facts = tuple([(line.kind, line.quantity, line.delivered, line.policy) for line in lines])
    return Goods(
        rows,
        amounts,
        (units(amounts.untaxed), units(amounts.tax), units(amounts.total)),
        tuple([row[DELIVERED] for row in rows]),
        fingerprint(list(fixed)),
        *_statuses(state, facts),
    )


def codes_of(line: LineRecord) -> str:
    """Write the tax codes of a line as they are stored."""
    return " ".join(line.taxes or ())


def _row(position: int, line: LineRecord, money: Amounts) -> tuple[Any, ...]:
    return (
        position, *_bought(line), units(money.untaxed), units(money.tax), units(money.total), write_split(money.taxes)
    )  # fmt: skip


@lru_cache(maxsize=_REMEMBERED_LINES)
def _bought(line: LineRecord) -> tuple[Any, ...]:
    """Line up the values of `LINE` from `kind` to `policy`."""
    return (
        line.kind, line.sku, line.description, units(line.quantity), units(line.delivered), 0, 0,
        units(line.unit_price), units(line.discount), codes_of(line), line.policy,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _statuses(state: str, facts: Sequence[tuple[str, Decimal, Decimal, str]]) -> tuple[str, str]:
    """Tell how much is billed and delivered, by the kind, quantity, delivered quantity and policy of each line."""
    lines = [
        billing.OrderLine(0, kind, "", "", quantity, delivered, ZERO, ZERO, ZERO, "", policy, NOTHING)
        for kind, quantity, delivered, policy in facts
    ]
    return billing.order_status(state, lines), billing.delivery_status(lines)


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


def address_json(address: AddressRecord | None) -> str:
    """Write an address as it is kept with an order: only what is filled in."""
    return _address_json(address[:8]) if address else ""


@lru_cache(4096)
def _address_json(values: tuple[str, ...]) -> str:
    return _object(AddressRecord._fields, values)


def totals_json(source: SourceTotals | None) -> str:
    """Write what the source printed, amounts as text."""
    if source is None:
        return ""
    values = [value if value is None or type(value) is str else plain(value) for value in source]  # type: ignore[arg-type]  # either a text or an amount
    return _object(SourceTotals._fields, values)


_quote = json.encoder.encode_basestring


def _object(names: Sequence[str], values: Sequence[str | None]) -> str:
    """Write a JSON object of the texts that are there; a third of the time that the encoder takes."""
    filled = ", ".join([f'"{name}": {_quote(value)}' for name, value in zip(names, values, strict=False) if value])
    return f"{{{filled}}}" if filled else ""
