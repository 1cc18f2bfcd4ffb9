"""Find and show orders."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.domain.numbering import draft_address, folded
from shopctl.domain.references import typed, written
from shopctl.domain.settlement import order_due
from shopctl.errors import NotFoundError
from shopctl.models import Customer, Delivery, Event, Invoice, InvoiceOrder, Order, OrderLine, Payment, TaxRate
from shopctl.models.selling import UNCONFIRMED
from shopctl.services import letter_logs, reminded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shopctl.domain import billing
    from shopctl.domain.documents import DocumentTax


class OrderRow(NamedTuple):
    """An order as lists show it; amounts in `currency`."""

    number: str
    source: str
    external_id: str
    website: str
    date: datetime
    confirmed_at: datetime | None
    state: str
    customer_code: str | None
    customer_name: str
    customer_email: str
    currency: str
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    amount_paid: Decimal
    amount_pending: Decimal
    invoice_status: str
    payment_status: str
    delivery_status: str
    payment_method: str
    differences: str
    hold_reason: str
    reference: str
    """What a payer should quote."""
    reminders: int = 0
    """How many payment reminders went, or are to go; told in the list of unpaid orders only."""

    @property
    def amount_due(self) -> Decimal:
        """What is still to be paid; zero for a cancelled, refunded or overpaid order."""
        return order_due(self.state, self.payment_status, self.amount_total, self.amount_paid)


class OrderLineRow(NamedTuple):
    """A line of an order."""

    position: int
    kind: str
    sku: str
    description: str
    quantity: Decimal
    delivered: Decimal
    invoiced: Decimal
    drafted: Decimal
    to_invoice: Decimal
    unit_price: Decimal
    discount: Decimal
    taxes: str
    amount_untaxed: Decimal
    amount_tax: Decimal
    amount_total: Decimal
    closed: bool


class Related(NamedTuple):
    """A document that belongs to another one, in one line."""

    noun: str
    number: str
    date: str
    amount: Decimal
    status: str


class DeliveryOfOrder(NamedTuple):
    """A delivery of an order, or a return."""

    number: str
    kind: str
    state: str
    date: str
    carrier: str
    tracking: str


class EventRow(NamedTuple):
    """A journal entry about a document."""

    at: datetime
    actor: str
    action: str
    details: str


class OrderDetails(NamedTuple):
    """Everything `orders show` tells; `duplicates` are orders that may be this very one, placed twice."""

    order: OrderRow
    lines: tuple[OrderLineRow, ...]
    taxes: tuple[billing.TaxShare, ...]
    tax_rows: tuple[DocumentTax, ...]
    tax_names: dict[str, str]
    billing: dict[str, str]
    shipping: dict[str, str]
    terms: str
    tax_rounding: str
    note: str
    close_reason: str
    cancel_reason: str
    tags: tuple[str, ...]
    source_totals: dict[str, str]
    invoices: tuple[Related, ...]
    payments: tuple[Related, ...]
    deliveries: tuple[DeliveryOfOrder, ...]
    emails: tuple[letter_logs.LetterRow, ...]
    duplicates: tuple[str, ...]
    events: tuple[EventRow, ...]
    reminded: reminded.Reminded = reminded.NEVER


COLUMNS = (
    Order.number, Order.source, Order.external_id, Order.website, Order.ordered_at, Order.confirmed_at, Order.state,
    Customer.code, Customer.name, Customer.email, Order.currency, Order.amount_untaxed, Order.amount_tax,
    Order.amount_total, Order.paid, Order.pending, Order.invoice_status, Order.payment_status, Order.delivery_status,
    Order.payment_method, Order.differences, Order.hold_reason, Order.reference, Customer.company,
)  # fmt: skip


def make_row(*values: Any) -> OrderRow:
    """Make a row of the values of `COLUMNS`; a company goes before the name of its contact."""
    *most, company = values
    most[8] = company or most[8] or most[9] or ""
    most[9] = most[9] or ""
    most[-1] = most[-1] or most[0]
    return OrderRow(*most)


def _query() -> Any:
    return Order.select(*COLUMNS).left_outer_join(Customer)


def confirmed() -> int:
    """Count the confirmed orders: all less the few others, for both of which the database need not look at each."""
    ((everything,),) = fetch(Order, "SELECT count(*) FROM orders")
    ((others,),) = fetch(Order, f"SELECT count(*) FROM orders WHERE {UNCONFIRMED.sql}")  # noqa: S608  # a literal
    return int(everything - others)


def unknown(reference: str) -> NotFoundError:
    """Say that there is no such order."""
    return NotFoundError("order.unknown", f"there is no order {reference}", hint="shopctl orders list", order=reference)


def show(numbers: list[str], zone: tzinfo = UTC) -> list[OrderDetails]:
    """Tell everything about some orders, in the order asked for.

    Args:
        zone: Whose calendar says which orders were placed on one day.

    Raises:
        NotFoundError: One of them does not exist.
    """
    return [_details(number, zone) for number in numbers]


def _details(reference: str, zone: tzinfo) -> OrderDetails:
    from shopctl.domain import billing
    from shopctl.domain.tax_groups import by_group
    from shopctl.services import duplicates, facts

    order: Any = Order.get_or_none(Order.number == stored_numbers([reference])[reference])
    if order is None:
        raise unknown(reference)
    row = make_row(*_query().where(Order.id == order.id).tuples().get())
    lines = list(order.lines.order_by(OrderLine.position))
    splits = [billing.read_split(line.tax_split) for line in lines]
    taxes = billing.add(billing.Amounts(*(Decimal(0),) * 3, split) for split in splits).taxes
    invoices = _invoices(order.id)
    return OrderDetails(
        row,
        tuple(_line(line, order.state) for line in lines),
        taxes,
        by_group(taxes, splits, facts.taxes()),
        tax_names(),
        json.loads(order.billing or "{}"),
        json.loads(order.shipping or "{}"),
        order.terms,
        order.tax_rounding,
        order.note,
        order.close_reason,
        order.cancel_reason,
        tuple(order.tags.split(", ")) if order.tags else (),
        json.loads(order.source_totals or "{}"),
        invoices,
        _payments(order.id),
        _deliveries(order.id),
        letter_logs.about([order.number, *(document.number for document in invoices)]),
        duplicates.of(row, zone),
        events([order.number]),
        reminded.of_document(order.number),
    )


def tax_names() -> dict[str, str]:
    """Tell how taxes are called on screens and paper, by code."""
    query: Any = TaxRate.select(TaxRate.code, TaxRate.name)
    return dict(query.tuples())


def _line(line: Any, state: str) -> OrderLineRow:
    from shopctl.domain import billing

    facts = billing.OrderLine(
        line.id, line.kind, line.sku, line.description, line.quantity, line.delivered, line.invoiced,
        line.unit_price, line.discount, line.taxes, line.policy, billing.NOTHING, closed=line.closed,
    )  # fmt: skip
    return OrderLineRow(
        line.position, line.kind, line.sku, line.description, line.quantity, line.delivered, line.invoiced,
        line.drafted, billing.to_invoice(facts) if state == "confirmed" else Decimal(0), line.unit_price,
        line.discount, line.taxes, line.amount_untaxed, line.amount_tax, line.amount_total, line.closed,
    )  # fmt: skip


def _invoices(key: int) -> tuple[Related, ...]:
    query: Any = (
        Invoice.select(Invoice.id, Invoice.type, Invoice.number, Invoice.date, Invoice.amount_total, Invoice.state,
                       Invoice.payment_status)
        .join(InvoiceOrder)
        .where(InvoiceOrder.order == key)
        .order_by(Invoice.id)
    )  # fmt: skip
    return tuple(
        Related(kind, number or draft_address(key), day.isoformat() if day else "", amount,
                status if state == "posted" else state)
        for key, kind, number, day, amount, state, status in query.tuples()
    )  # fmt: skip


def _payments(key: int) -> tuple[Related, ...]:
    query: Any = Payment.select(Payment.number, Payment.date, Payment.amount, Payment.state, Payment.direction).where(
        Payment.order == key
    )
    return tuple(
        Related("refund" if direction == "outbound" else "payment", number, day.isoformat(), amount, state)
        for number, day, amount, state, direction in query.order_by(Payment.id).tuples()
    )


def _deliveries(key: int) -> tuple[DeliveryOfOrder, ...]:
    query: Any = Delivery.select(
        Delivery.number, Delivery.kind, Delivery.state, Delivery.date, Delivery.carrier, Delivery.tracking
    ).where(Delivery.order == key)
    return tuple(
        DeliveryOfOrder(number, kind, state, day.isoformat(), carrier, tracking)
        for number, kind, state, day, carrier, tracking in query.order_by(Delivery.id).tuples()
    )


def events(references: list[str]) -> tuple[EventRow, ...]:
    """Tell what happened to documents, oldest first."""
    query: Any = Event.select(Event.at, Event.actor, Event.action, Event.details).where(Event.reference.in_(references))
    return tuple(EventRow(*values) for values in query.order_by(Event.id).tuples())


def stored_numbers(references: Iterable[str]) -> dict[str, str]:
    """Bring typed order numbers into their stored form: `#1001` is order 1001, unless one is stored with its `#`.

    A structured reference that is typed with its signs stands for the order whose payer quotes it.
    """
    numbers = {reference: folded(reference) for reference in references}
    quoted = [number for number in numbers.values() if typed(number)]
    if quoted:
        by_reference = _by_reference(quoted)
        numbers = {reference: by_reference.get(number, number) for reference, number in numbers.items()}
    marked = [number for number in numbers.values() if number.startswith("#")]
    if not marked:
        return numbers
    known = known_numbers(marked)
    return {reference: number if number in known else number.removeprefix("#") for reference, number in numbers.items()}


def _by_reference(quoted: list[str]) -> dict[str, str]:
    """Find the numbers of orders by the structured references that their payers quote, where only one has it."""
    forms = {form: text for text in quoted for form in written(text)}
    condition, values = among(Order, "reference", list(forms))
    rows = fetch(
        Order,
        "SELECT reference, min(number) FROM orders "  # noqa: S608
        f"WHERE reference <> '' AND {condition} GROUP BY reference HAVING count(*) = 1",
        values,
    )
    return {forms[reference]: number for reference, number in rows}


def known_numbers(numbers: list[str]) -> dict[str, int]:
    """Tell which of these order numbers exist, with their keys."""
    condition, values = among(Order, "number", numbers)
    return dict(fetch(Order, f"SELECT number, id FROM orders WHERE {condition}", values))  # noqa: S608
