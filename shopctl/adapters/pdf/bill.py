"""Say what an invoice or credit note shows beside its address and in the columns of its lines."""

from __future__ import annotations

from typing import Final

from shopctl.adapters.pdf.flow import Job
from shopctl.adapters.pdf.letterhead import Facts
from shopctl.adapters.pdf.sheet import MUTED
from shopctl.adapters.pdf.table import WIDEST_TEXT, Column, cells
from shopctl.domain.documents import InvoiceDocument

MOST_ORDER_LINES: Final = 3


def facts(job: Job[InvoiceDocument]) -> Facts:
    """Answer what stands beside the address."""
    document, say = job.document, job.language.say
    orders = ", ".join(document.orders)
    if not _orders_fit(job, orders):
        orders = say("orders_count", count=len(document.orders))
    due_on = None if document.title_kind == "credit_note" else document.due_on
    found = (
        (say("issued_on"), job.language.date(document.issued_on) if document.issued_on else ""),
        (say("due_on"), job.language.date(due_on) if due_on else ""),
        (say("reverses"), ": ".join(filter(None, (document.reverses, document.reason)))),
        (say("customer_code"), document.customer_code),
        (say("buyer_vat"), document.buyer.vat),
        (say("order" if len(document.orders) == 1 else "orders"), orders),
        (say("reference"), document.reference),
        (say("revision"), str(document.revision) if document.revision else ""),
    )
    return [(label, value) for label, value in found if value]


def listed_orders(job: Job[InvoiceDocument]) -> str:
    """Answer the orders as a list for the end of the document, empty if they fit beside the address."""
    orders = ", ".join(job.document.orders)
    return "" if _orders_fit(job, orders) else f"{job.language.say('orders')}: {orders}"


def _orders_fit(job: Job[InvoiceDocument], orders: str) -> bool:
    return len(job.wrap(orders, 38, 8.5, limit=MOST_ORDER_LINES + 1)) <= MOST_ORDER_LINES


def columns(job: Job[InvoiceDocument]) -> list[Column]:
    """Answer the columns that have something to say."""
    lines, language, currency = job.document.lines, job.language, job.document.currency
    say = language.say
    found = [
        Column(say("sku"), cells(lines, lambda line: line.sku), right=False, color=MUTED, widest=WIDEST_TEXT),
        Column(say("description"), cells(lines, lambda line: line.description), right=False, fills=True),
        Column(say("quantity"), cells(lines, lambda line: language.quantity(line.quantity))),
        Column(say("unit_price"), cells(lines, lambda line: language.price(line.unit_price, currency))),
        Column(
            say("discount"),
            cells(lines, lambda line: f"{language.quantity(line.discount)}%" if line.discount else ""),
        ),
        Column(say("taxes"), cells(lines, lambda line: ", ".join(line.taxes)), color=MUTED, widest=WIDEST_TEXT),
        Column(f"{say('subtotal')} {currency}", cells(lines, lambda line: language.money(line.subtotal, currency))),
    ]
    needed = (say("description"), say("quantity"), say("unit_price"), found[-1].title)
    return [column for column in found if column.title in needed or any(column.cells)]
