"""Decide which letters an order may get, whether they ask for money, and what they say comes next.

Source: rules for orders, section 5.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.errors import RefusedError

STATUS: Final = "status"
CONFIRMATION: Final = "confirmation"
SHIPPED: Final = "shipped"
REMINDER: Final = "payment_reminder"
CANCELLATION: Final = "cancellation"

KINDS: Final = (STATUS, CONFIRMATION, SHIPPED, REMINDER, CANCELLATION)
"""The letters about an order: how it stands, that it came or is accepted, left, is not paid, or is cancelled."""


class Progress(NamedTuple):
    """How far an order got.

    Attributes:
        state: One of `domain.states.ORDER_STATES`.
        paid: What came in and stayed.
        due: What is still to be paid; zero for a cancelled or refunded order.
        delivery_status: One of `domain.states.DELIVERY_STATUSES`.
        invoice_status: One of `domain.states.INVOICE_STATUSES`.
        shipped: Something left for the customer.
        billed: An invoice of it is not paid yet, so the customer was asked for the money.
    """

    state: str
    paid: Decimal
    due: Decimal
    delivery_status: str
    invoice_status: str
    shipped: bool
    billed: bool


def require(kind: str, number: str, order: Progress) -> None:
    """Insist that a letter of a kind would tell the truth about an order.

    Raises:
        RefusedError: order.cancelled, order.not_cancelled, order.not_shipped, order.nothing_due.
    """
    words = "shipping notice" if kind == SHIPPED else kind.replace("_", " ")
    look = f"shopctl orders show {number}"
    if order.state == "cancelled" and kind not in (STATUS, CANCELLATION):
        raise RefusedError(
            "order.cancelled",
            f"order {number} is cancelled, so there is no {words} to send",
            hint=f"shopctl orders email {number} --template cancellation",
            order=number,
        )
    if kind == CANCELLATION and order.state != "cancelled":
        raise RefusedError(
            "order.not_cancelled", f"order {number} is not cancelled, so nobody can be told that", hint=look,
            order=number,
        )  # fmt: skip
    if kind == SHIPPED and not order.shipped:
        raise RefusedError(
            "order.not_shipped", f"nothing of order {number} has left yet", hint=f"shopctl orders deliver {number}",
            order=number,
        )  # fmt: skip
    if kind == REMINDER and order.due <= 0:
        raise RefusedError(
            "order.nothing_due", f"nothing of order {number} is left to pay, so there is no {words} to send", hint=look,
            order=number,
        )  # fmt: skip


def asks(kind: str, order: Progress) -> bool:
    """Tell whether a letter asks for what is due: while the order waits for it, when it was billed, in a reminder.

    One that tells of goods on their way never does.
    """
    return order.due > 0 and kind != SHIPPED and (kind == REMINDER or order.state == "sent" or order.billed)


def coming(order: Progress) -> tuple[str, ...]:
    """Tell what comes next, in the order in which it will happen; empty where only the customer has to act.

    Returns:
        Of `confirmation_when_paid`, `confirmation`, `shipping`, `rest`, `invoice`, `nothing`.
    """
    if order.state == "cancelled":
        return ()
    if order.state == "sent":
        return ("confirmation_when_paid",) if order.due > 0 else ("confirmation",)
    moving = {"to_ship": ("shipping",), "partial": ("rest",)}.get(order.delivery_status, ())
    bills = order.invoice_status == "to_invoice" or (bool(moving) and order.invoice_status == "no")
    found = (*moving, *(("invoice",) if bills else ()))
    return found or (() if order.due > 0 else ("nothing",))


def reference(own: str, due: Decimal, open_invoices: tuple[tuple[str, Decimal], ...]) -> str:
    """Tell what a payer of an order quotes: the reference of the one invoice that asks for all of it, else the order.

    Args:
        own: The order's own reference.
        due: What is due on the order.
        open_invoices: Reference and amount due of each of its invoices that is not paid.
    """
    if len(open_invoices) == 1 and open_invoices[0][1] == due:
        return open_invoices[0][0]
    return own
