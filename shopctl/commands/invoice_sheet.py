"""Lay out the page of one invoice, outstanding credits included."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from shopctl.commands.history_sheet import add_history
from shopctl.commands.order_sheet import named, one_line, tax_block, with_discounts
from shopctl.output.human import human_money, human_quantity
from shopctl.output.sheets import Sheet
from shopctl.output.style import worded
from shopctl.output.text import pad, width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shopctl.domain.early_discount import Grant
    from shopctl.services.invoices import InvoiceDetails, InvoiceLineRow, InvoiceRow

PAID = ("paid", "reversed")


def sheet(found: InvoiceDetails, *, history: bool = False) -> Sheet:
    """Show an invoice: whose, what, how much is open, and the money that could pay it.

    Args:
        history: Tell also what was allocated and taken back, by whom and why.
    """
    invoice = found.invoice
    page = Sheet().title(invoice.address, invoice.customer_name, _status(invoice))
    page.pairs(_facts(found), _customer(found))
    page.table(
        *with_discounts(
            ("#", "DESCRIPTION", "SKU", "QTY", "UNIT PRICE", "TAX", f"SUBTOTAL {invoice.currency}"),
            [_line(line, invoice.currency, found.tax_names) for line in found.lines],
            "rlcrrlr",
            [line.discount for line in found.lines],
        )
    )
    page.totals(_totals(found))
    if len(found.installments) > 1:
        page.section("Instalments").table(("DUE", f"AMOUNT {invoice.currency}", "OPEN"), _parts(found), "crr")
    if found.early:
        page.blank().text(early_sentence(found.early, invoice.currency))
    if found.credit_notes:
        page.section("Credit notes").table(
            ("CREDIT NOTE", "DATE", f"AMOUNT {invoice.currency}", "STATE", "REASON"),
            [
                (note.address, note.date, human_money(note.amount_total, invoice.currency), note.state, note.reason)
                for note in found.credit_notes
            ],
            "ccrsl",
        )
    if history:
        add_history(page, found.history, invoice.currency)
    if found.outstanding_credits:
        page.box("Outstanding credits", _credits(found))
    if found.emails:
        page.section("E-mails").table(("E-MAIL", "KIND", "TO", "WHEN", "STATE"), _letters(found), "cllcs")
    return page.next(_next(found))


def _letters(found: InvoiceDetails) -> list[tuple[object, ...]]:
    return [
        (one.id, one.kind.replace("_", " "), one.recipient, one.sent_at or one.created_at, one.state)
        for one in found.emails
    ]


def _parts(found: InvoiceDetails) -> list[tuple[object, ...]]:
    currency = found.invoice.currency
    return [
        (part.due_date, human_money(part.amount, currency), human_money(part.amount_due, currency))
        for part in found.installments
    ]


def early_sentence(early: Grant, currency: str) -> str:
    """Say what pays an invoice early."""
    return f"{human_money(early.amount, currency)} {currency} if paid by {early.until}"


def _status(invoice: InvoiceRow) -> str:
    words = [invoice.state]
    if invoice.state == "posted":
        words.append(worded(invoice.status if invoice.type == "credit_note" else invoice.payment_status))
        if invoice.overdue:
            words.append("overdue")
        if invoice.disputed and invoice.amount_due:
            words.append("disputed")
    return " · ".join(word.upper() for word in words)


KINDS = {
    ("invoice", "regular"): "invoice",
    ("invoice", "down_payment"): "down payment invoice",
    ("credit_note", "down_payment"): "credit note of a down payment",
}


def _facts(found: InvoiceDetails) -> list[tuple[str, object]]:
    invoice = found.invoice
    orders = ("Orders" if len(invoice.orders) > 1 else "Order", ", ".join(invoice.orders) or None)
    kind = ("Kind", KINDS.get((invoice.type, invoice.kind), "credit note"))
    told: list[tuple[str, object]] = [
        ("Revision", found.revision),
        ("Disputed", invoice.disputed),
        ("Reminded", found.reminded.words),
        ("Note", found.note),
    ]
    further = [(label, value) for label, value in told if value]
    if invoice.type == "credit_note":
        return [
            kind,
            ("Reversal of", invoice.reverses),
            ("Reason", found.reason or None),
            ("Credited", invoice.date),
            orders,
            *further,
        ]
    return [
        kind,
        ("Invoiced", invoice.date),
        ("Due", invoice.due_date),
        *([("Terms", found.terms)] if found.terms else []),
        orders,
        ("Reference", found.reference or None),
        *further,
    ]


def _customer(found: InvoiceDetails) -> list[tuple[str, object]]:
    invoice = found.invoice
    code = f" ({invoice.customer_code})" if invoice.customer_code else ""
    return [
        ("Customer", f"{invoice.customer_name}{code}"),
        ("Bill to", one_line(found.billing) or None),
        ("E-mail", invoice.customer_email or None),
        ("Sent", invoice.sent_at),
    ]


def _line(line: InvoiceLineRow, currency: str, names: Mapping[str, str]) -> tuple[object, ...]:
    if line.kind in ("section", "note"):
        return (line.position, line.description, *(" " * 5))
    return (
        line.position, line.description, line.sku, human_quantity(line.quantity),
        human_money(line.unit_price, currency), named(line.taxes, names), human_money(line.amount_untaxed, currency),
    )  # fmt: skip


def _totals(found: InvoiceDetails) -> list[tuple[str, object]]:
    invoice = found.invoice

    def money(amount: Decimal) -> str:
        return human_money(amount, invoice.currency)

    totals: list[tuple[str, object]] = [("Untaxed", money(invoice.amount_untaxed))]
    totals += tax_block(found.tax_rows, invoice.currency)
    totals.append((f"Total {invoice.currency}", money(invoice.amount_total)))
    word = "" if invoice.state == "posted" else "reserved: "
    totals += [
        (f"{word}{one.credit or f'Written off ({one.reason})'}, {one.date}", money(-one.amount))
        for one in found.allocations
    ]
    if invoice.state == "posted":
        label = "Credit left" if invoice.type == "credit_note" else "Amount due"
        totals.append((f"{label} {invoice.currency}", money(invoice.amount_due)))
    return totals


def _credits(found: InvoiceDetails) -> list[str]:
    """Announce the money that is not linked to any invoice yet, with the command that uses it."""
    invoice = found.invoice
    total = human_money(sum((one.amount_left for one in found.outstanding_credits), Decimal(0)), invoice.currency)
    lines = [f"{invoice.customer_name} has {total} {invoice.currency} that is not linked to any invoice yet.", ""]
    rows = [
        (one.credit, str(one.date), f"{one.kind.replace('_', ' ')} {one.order}".strip(),
         f"{human_money(one.amount_left, one.currency)} {one.currency}", one.why)
        for one in found.outstanding_credits[:8]
    ]  # fmt: skip
    widths = [max(width(row[place]) for row in rows) for place in range(5)]
    for row in rows:
        cells = [pad(cell, widths[place], right=place == 3) for place, cell in enumerate(row)]
        lines.append("  " + "   ".join(cells).rstrip())
    if more := len(found.outstanding_credits) - len(rows):
        lines.append(f"  and {more} more: shopctl payment outstanding --invoice {invoice.address}")
    first = found.outstanding_credits[0]
    command = f"shopctl payment allocate {invoice.address}"
    if found.suggested:
        lines += ["", f"Use it:   {command}   takes {found.suggested}"]
    else:
        lines += ["", f"Use it:   {command} --credit {first.credit}"]
    others = [one.credit for one in found.outstanding_credits if one.credit != (found.suggested or first.credit)]
    if others:
        lines.append(f"          {command} --credit {others[0]}")
    return lines


def _next(found: InvoiceDetails) -> list[tuple[str, str]]:
    invoice = found.invoice
    if invoice.state == "cancelled":
        return []
    noun = "credit-note" if invoice.type == "credit_note" else "invoice"
    if invoice.state == "draft":
        what = "post it again, with the same number" if invoice.number else "post it: it gets its number"
        return [(f"shopctl {noun} confirm {invoice.address}", what)]
    commands = []
    if invoice.state == "posted" and invoice.amount_due and not found.outstanding_credits:
        if noun == "invoice":
            commands.append((f"shopctl payment register {invoice.address}", "the money is here"))
        else:
            commands.append((f"shopctl payment allocate INVOICE --credit {invoice.address}", "use what is left"))
    commands.append((f"shopctl {noun} print {invoice.address}", "make the PDF"))
    if not invoice.sent_at and invoice.customer_email:
        commands.append((f"shopctl {noun} send {invoice.address}", "queue it for the customer"))
    return commands
