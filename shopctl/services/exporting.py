"""Hand out everything that can be imported again, as records, in the order in which they refer to each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from shopctl.domain.records import (
    AddressRecord,
    CartRecord,
    ConsentRecord,
    CustomerRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    ProductRecord,
    Record,
    SourceTotals,
)
from shopctl.models import (
    Address,
    Cart,
    CartLine,
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentTerms,
    Product,
    Table,
    TaxRate,
)
from shopctl.services.catalogue import tax_record, terms_record
from shopctl.services.importing.payments import OWN

PART = 500


def records() -> Iterator[Record]:
    """Read all taxes, terms, products, customers, carts, orders with their payments, and other payments.

    Invoices are not among them: they are documents of this shop, not data of another one.
    """
    for tax in _parts(TaxRate):
        yield from map(tax_record, tax)
    for terms in _parts(PaymentTerms):
        yield from map(terms_record, terms)
    for products in _parts(Product):
        yield from map(_product, products)
    for customers in _parts(Customer, Customer.merged_into.is_null()):
        yield from _customers(customers)
    for carts in _parts(Cart):
        yield from _carts(carts)
    for orders in _parts(Order):
        yield from _orders(orders)
    for payments in _parts(Payment, Payment.order.is_null()):
        yield from _loose_payments(payments)


def _parts(model: type[Table], condition: Any = True) -> Iterator[list[Any]]:
    """Read a table by key, some rows at a time, so that memory stays flat."""
    last = 0
    while True:
        rows = list(model.select().where((model.id > last) & condition).order_by(model.id).limit(PART))
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _product(row: Any) -> ProductRecord:
    return ProductRecord(
        row.sku, row.name, row.type, row.price, tuple(row.taxes.split()), row.policy, row.archived, row.stock
    )


def _tags(text: str) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()


def _customers(rows: Sequence[Any]) -> Iterator[CustomerRecord]:
    names = ("name", "company", "street", "street2", "zip", "city", "region", "country", "kind")
    addresses: dict[int, list[AddressRecord]] = {}
    found: Any = Address.select().where(Address.customer.in_([row.id for row in rows]))
    for address in found.order_by(Address.customer, Address.position):
        record = AddressRecord(**{name: getattr(address, name) for name in names})
        addresses.setdefault(address.customer_id, []).append(record)
    for row in rows:
        consent = None
        if row.marketing is not None:
            consent = ConsentRecord(row.marketing, row.marketing_source, row.marketing_at, row.marketing_text)
        yield CustomerRecord(
            row.code, row.name, row.company, row.email, row.phone, row.vat, row.language, _tags(row.tags), row.terms,
            consent, row.note, tuple(addresses.get(row.id, ())),
        )  # fmt: skip


def _codes(rows: Sequence[Any]) -> dict[int, str]:
    keys = sorted({row.customer_id for row in rows if row.customer_id})
    query: Any = Customer.select(Customer.id, Customer.code).where(Customer.id.in_(keys))
    return dict(query.tuples()) if keys else {}


def _carts(rows: Sequence[Any]) -> Iterator[CartRecord]:
    codes = _codes(rows)
    lines: dict[int, list[LineRecord]] = {}
    found: Any = CartLine.select().where(CartLine.cart.in_([row.id for row in rows]))
    for line in found.order_by(CartLine.cart, CartLine.position):
        lines.setdefault(line.cart_id, []).append(
            LineRecord(
                kind=line.kind,
                sku=line.sku,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                taxes=tuple(line.taxes.split()),
            )
        )
    for row in rows:
        yield CartRecord(
            row.number, row.source, row.website, codes.get(row.customer_id), row.created_at, row.last_activity_at,
            row.stage, row.payment_error, row.currency, tuple(lines.get(row.id, ())), _totals(row.source_totals),
        )  # fmt: skip


def _totals(text: str) -> SourceTotals | None:
    if not text:
        return None
    words = ("financial_status", "fulfillment_status")
    values: dict[str, Any] = {
        name: value if name in words else Decimal(value) for name, value in json.loads(text).items()
    }
    return SourceTotals(**values)


def _orders(rows: Sequence[Any]) -> Iterator[OrderRecord]:
    codes = _codes(rows)
    keys = [row.id for row in rows]
    lines: dict[int, list[LineRecord]] = {}
    found: Any = OrderLine.select().where(OrderLine.order.in_(keys))
    for line in found.order_by(OrderLine.order, OrderLine.position):
        lines.setdefault(line.order_id, []).append(
            LineRecord(
                line.kind,
                line.sku,
                line.description,
                line.quantity,
                line.delivered,
                line.unit_price,
                line.discount,
                tuple(line.taxes.split()),
                line.policy,
            )
        )
    payments: dict[int, list[PaymentRecord]] = {}
    paid: Any = Payment.select().where(Payment.order.in_(keys))
    for payment in paid.order_by(Payment.order, Payment.id):
        payments.setdefault(payment.order_id, []).append(_payment(payment))
    for row in rows:
        yield OrderRecord(
            row.number, row.source, row.external_id, row.website, codes.get(row.customer_id), row.ordered_at,
            row.state, row.confirmed_at, row.currency, _address(row.billing), _address(row.shipping),
            row.payment_method, row.terms, row.tax_rounding, row.note, _tags(row.tags), row.cart,
            tuple(lines.get(row.id, ())), tuple(payments.get(row.id, ())), _totals(row.source_totals),
            _remarks(row.differences),
        )  # fmt: skip


def _address(text: str) -> AddressRecord | None:
    return AddressRecord(**json.loads(text)) if text else None


def _remarks(differences: str) -> tuple[str, ...]:
    """Keep what the source itself contradicted; what differs from our figures is found again at import."""
    return tuple(part for part in differences.split("; ") if part and " in the source" not in part)


def _payment(row: Any, customer: str = "") -> PaymentRecord:
    own = not row.reference
    went = row.direction == "outbound" and row.state == "done"
    return PaymentRecord(
        OWN if own else row.provider, row.number if own else row.reference, row.method, row.amount, row.currency,
        "refunded" if went else row.state, row.paid_at, customer, "", row.memo,
    )  # fmt: skip


def _loose_payments(rows: Sequence[Any]) -> Iterator[PaymentRecord]:
    codes = _codes(rows)
    for row in rows:
        yield _payment(row, codes.get(row.customer_id, ""))
