"""Lay out the page of one payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.output.human import human_money
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.payments import PaymentDetails


def sheet(found: PaymentDetails) -> Sheet:
    """Show a payment: whose money, how much, and where it went."""
    payment = found.payment
    page = Sheet().title(payment.number, payment.customer_name, f"{payment.direction} · {payment.state}")
    page.pairs(
        [
            ("Date", payment.date),
            ("Method", payment.method or None),
            ("Provider", payment.provider or None),
            ("Reference", payment.reference),
        ],
        [
            ("Customer", payment.customer_code),
            ("Order", payment.order),
            ("Memo", payment.memo or None),
        ],
    )
    removed = any(one.removed_at for one in found.allocations)
    page.table(
        ("INVOICE", "DATE", f"AMOUNT {payment.currency}", *(["REMOVED"] if removed else [])),
        [
            (one.invoice or f"written off: {one.reason}", one.date, human_money(one.amount, payment.currency),
             *([one.removed_at] if removed else []))
            for one in found.allocations
        ]
        or [("–", "", "")],
        "ccrc" if removed else "ccr",
    )  # fmt: skip
    fee = [
        ("Fee of the provider", human_money(payment.fee, payment.currency)),
        ("Arrived", human_money(payment.amount_net, payment.currency)),
    ]
    returned = [("Returned", human_money(payment.amount_returned, payment.currency))] if payment.amount_returned else []
    page.totals(
        [
            (f"Amount {payment.currency}", human_money(payment.amount, payment.currency)),
            *(fee if payment.fee else []),
            ("Allocated", human_money(payment.amount_allocated, payment.currency)),
            *returned,
            ("Left", human_money(payment.amount_left, payment.currency)),
        ]
    )
    if payment.amount_left:
        return page.next([("shopctl invoice list --unpaid", "find an invoice it could pay")])
    return page
