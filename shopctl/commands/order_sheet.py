"""Lay out the page of one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.domain.settlement import USED
from shopctl.output.human import human_money, human_percent, human_quantity
from shopctl.output.sheets import Sheet
from shopctl.output.style import worded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from shopctl.domain.documents import DocumentTax
    from shopctl.services.orders import OrderDetails, OrderLineRow, OrderRow

WORDS = {
    "no": "", "partial": "partly paid", "pending": "payment announced", "to_invoice": "to invoice",
    "not_paid": "not paid",
}  # fmt: skip


def sheet(found: OrderDetails) -> Sheet:
    """Show an order: who, where to, what, how much, and what can be done next."""
    order = found.order
    page = Sheet().title(order.number, order.customer_name, _status(order))
    page.pairs(_facts(found), _customer(found))
    page.table(
        *with_discounts(
            ("#", "PRODUCT", "SKU", "QTY", "DELIV.", "INV.", "UNIT", "TAX", f"SUBTOTAL {order.currency}"),
            [_line(line, order.currency, found.tax_names) for line in found.lines],
            "rlcrrrrlr",
            [line.discount for line in found.lines],
        )
    )
    page.totals(_totals(found))
    if found.duplicates:
        page.section("Placed twice?").text(
            f"The same customer, day and total: {', '.join(found.duplicates)}. "
            f"Compare them: shopctl orders show {found.duplicates[0]}"
        )
    if found.order.differences:
        page.section("Differs from its source").text(*order.differences.split("; "))
    documents = [
        (one.noun.replace("_", " "), one.number, one.date, human_money(one.amount, order.currency),
         worded(USED.get(one.status, one.status) if one.noun == "credit_note" else one.status))
        for one in (*found.invoices, *found.payments)
    ]  # fmt: skip
    documents += [
        ("return" if one.kind == "return" else "delivery", one.number, one.date, "", one.state)
        for one in found.deliveries
    ]
    if documents:
        page.section("Documents").table(
            ("KIND", "NUMBER", "DATE", f"AMOUNT {order.currency}", "STATUS"), documents, "lccrs"
        )
    if found.emails:
        page.section("E-mails").table(("E-MAIL", "ABOUT", "KIND", "TO", "WHEN", "STATUS"), _emails(found), "ccllcs")
    return page.next(_next(order, found))


def _emails(found: OrderDetails) -> list[tuple[object, ...]]:
    return [
        (one.id, one.document, one.kind.replace("_", " "), one.recipient, one.sent_at or one.created_at, one.state)
        for one in found.emails
    ]


def _status(order: OrderRow) -> str:
    words = [order.state, "on hold" if order.hold_reason else ""]
    if order.state != "cancelled":
        words += [WORDS.get(word, word) for word in (order.payment_status, order.invoice_status)]
    return " · ".join(word for word in words if word)


def _facts(found: OrderDetails) -> list[tuple[str, object]]:
    order = found.order
    facts: list[tuple[str, object]] = [("Ordered", order.date)]
    if order.confirmed_at:
        facts.append(("Confirmed", order.confirmed_at))
    facts.append(("Paid by", order.payment_method or None))
    if order.source:
        facts.append(("Source", f"{order.source} {order.external_id}"))
    if order.website:
        facts.append(("Website", order.website))
    if order.delivery_status != "none" and order.state != "cancelled":
        facts.append(("Delivery", order.delivery_status.replace("_", " ")))
    over = [
        f"{human_quantity(-line.to_invoice)} of line {line.position}" for line in found.lines if line.to_invoice < 0
    ]
    told = (
        ("Reference", order.reference if order.reference != order.number else ""),
        ("On hold", order.hold_reason), ("Reminded", found.reminded.words),
        ("Cancelled", found.cancel_reason), ("Closed", found.close_reason),
        ("Over-invoiced", ", ".join(over) if order.invoice_status == "to_invoice" else ""), ("Terms", found.terms),
        ("Note", found.note), ("Tags", ", ".join(found.tags)),
    )  # fmt: skip
    return [*facts, *(fact for fact in told if fact[1])]


def _customer(found: OrderDetails) -> list[tuple[str, object]]:
    order = found.order
    name = f"{order.customer_name} ({order.customer_code})" if order.customer_code else "Guest"
    same = found.billing == found.shipping
    facts: list[tuple[str, object]] = [("Customer", name), ("E-mail", order.customer_email or None)]
    if found.shipping:
        facts.append(("Deliver to", one_line(found.shipping)))
    facts.append(("Invoice to", "same address" if same and found.billing else one_line(found.billing) or None))
    return facts


def one_line(address: Mapping[str, str]) -> str:
    """Write an address on one line."""
    town = " ".join(address.get(name, "") for name in ("zip", "city")).strip()
    parts = [address.get(name, "") for name in ("company", "name", "street", "street2")]
    return ", ".join(part for part in (*parts, town, address.get("region", ""), address.get("country", "")) if part)


def _line(line: OrderLineRow, currency: str, names: Mapping[str, str]) -> tuple[object, ...]:
    if line.kind in ("section", "note"):
        return (line.position, line.description, *(" " * 7))
    goods = line.kind == "product"
    return (
        line.position, line.description, line.sku, human_quantity(line.quantity),
        human_quantity(line.delivered) if goods else "", human_quantity(line.invoiced),
        human_money(line.unit_price, currency), named(line.taxes, names), human_money(line.amount_untaxed, currency),
    )  # fmt: skip


def with_discounts(
    headers: Sequence[str], lines: Sequence[Sequence[object]], align: str, discounts: Sequence[Decimal]
) -> tuple[Sequence[str], Sequence[Sequence[object]], str]:
    """Add a column with the discount of each line before the last two of a table, unless no line has one.

    Args:
        headers: The headings; `lines` has a value for each, and `align` a letter.
        discounts: In percent, one a line.
    """
    if not any(discounts):
        return headers, lines, align
    percents = [human_percent(discount) if discount else " " for discount in discounts]
    rows = [(*line[:-2], percent, *line[-2:]) for line, percent in zip(lines, percents, strict=True)]
    return (*headers[:-2], "DISC.", *headers[-2:]), rows, f"{align[:-2]}r{align[-2:]}"


def named(codes: str, names: Mapping[str, str]) -> str:
    """Write tax codes as people call them."""
    return ", ".join(names.get(code, code) for code in codes.split())


def tax_block(rows: Sequence[DocumentTax], currency: str) -> list[tuple[str, object]]:
    """Write the taxes of a document by group, each with its base where it is shown."""
    return [
        (
            row.name if row.base is None else f"{row.name} on {human_money(row.base, currency)}",
            human_money(row.amount, currency),
        )
        for row in rows
    ]


def _totals(found: OrderDetails) -> list[tuple[str, object]]:
    order = found.order
    totals: list[tuple[str, object]] = [("Untaxed", human_money(order.amount_untaxed, order.currency))]
    totals += tax_block(found.tax_rows, order.currency)
    totals.append(("Total", human_money(order.amount_total, order.currency)))
    if order.amount_paid:
        totals.append(("Paid", human_money(order.amount_paid, order.currency)))
    if order.state != "cancelled":
        totals.append(("Still to pay", human_money(order.amount_due, order.currency)))
    return totals


def _next(order: OrderRow, found: OrderDetails) -> list[tuple[str, str]]:
    commands = []
    if order.hold_reason:
        commands.append((f"shopctl orders release {order.number}", "nothing is billed or delivered until then"))
    if order.state == "sent":
        commands.append((f"shopctl payment register {order.number}", "the money is here: register it and confirm"))
        commands.append((f"shopctl orders confirm {order.number}", "accept it without a payment"))
    going_on = order.state == "confirmed" and not order.hold_reason
    if going_on and order.delivery_status in ("to_ship", "partial"):
        commands.append((f"shopctl orders deliver {order.number}", "everything that is left leaves"))
    if going_on and order.invoice_status == "to_invoice":
        commands.append((f"shopctl invoice create {order.number} --confirm", "bill what the policy allows"))
    for document in found.invoices:
        credit = document.noun == "credit_note"
        if document.status == "draft" and not order.hold_reason:
            noun = "credit-note" if credit else "invoice"
            commands.append((f"shopctl {noun} confirm {document.number}", "post the draft"))
        elif document.status in ("not_paid", "partial") and not credit:
            commands.append((f"shopctl invoice show {document.number}", "see what is open and what could pay it"))
    return commands or [(f"shopctl orders history {order.number}", "who did what, and when")]
