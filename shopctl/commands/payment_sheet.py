"""Lay out the page of one payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.commands.history_sheet import add_history
from shopctl.output.human import human_money
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.payments import PaymentDetails, PaymentRow


def sheet(found: PaymentDetails, *, history: bool = False) -> Sheet:
    """Show a payment: whose money, how much, and where it went.

    Args:
        history: Tell also what was taken back, by whom and why.
    """
    payment = found.payment
    page = Sheet().title(payment.number, payment.customer_name, f"{payment.direction} · {payment.state}")
    page.pairs(_came(found), _owner(found))
    live = [one for one in found.allocations if not one.removed_at]
    page.table(
        ("INVOICE", "DATE", f"AMOUNT {payment.currency}"),
        [
            (one.invoice or f"written off: {one.reason}", one.date, human_money(one.amount, payment.currency))
            for one in live
        ]
        or [("–", "", "")],
        "ccr",
    )
    page.totals(_totals(payment))
    if history:
        add_history(page, found.history, payment.currency)
    return page.next(_next(found, history=history))


def _came(found: PaymentDetails) -> list[tuple[str, object]]:
    payment = found.payment
    return [
        ("Date", payment.date),
        ("Method", payment.method or None),
        ("Provider", payment.provider or None),
        ("Reference", payment.reference),
        *([("Statement", found.line)] if found.line else []),
    ]


def _owner(found: PaymentDetails) -> list[tuple[str, object]]:
    payment = found.payment
    return [
        ("Customer", payment.customer_code),
        ("Order", payment.order),
        ("Memo", payment.memo or None),
        *([("Refund of", found.refunds)] if found.refunds else []),
        *([("Refunded by", ", ".join(found.refunded_by))] if found.refunded_by else []),
    ]


def _totals(payment: PaymentRow) -> list[tuple[str, object]]:
    """Sum up: what came, what of it the provider kept, what it paid, what went back, what is left."""
    parts = [
        (f"Amount {payment.currency}", payment.amount, True),
        ("Fee of the provider", payment.fee, bool(payment.fee)),
        ("Arrived", payment.amount_net, bool(payment.fee)),
        ("Allocated", payment.amount_allocated, True),
        ("Returned", payment.amount_returned, bool(payment.amount_returned)),
        ("Left", payment.amount_left, True),
    ]
    return [(label, human_money(amount, payment.currency)) for label, amount, shown in parts if shown]


def _next(found: PaymentDetails, *, history: bool) -> list[tuple[str, str]]:
    number = found.payment.number
    commands = []
    if found.payment.amount_left:
        commands.append(("shopctl invoice list --unpaid", "find an invoice it could pay"))
    if found.payment.state == "authorized":
        commands.append((f"shopctl payment capture {number}", "the money was taken"))
    if not history and any(one.removed_at for one in found.allocations):
        commands.append((f"shopctl payment show {number} --history", "who took what back, and why"))
    return commands
