"""List and show payments."""

from __future__ import annotations

from typing import Annotated, Final

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Choice, History, Payments, option
from shopctl.commands.payment_app import app
from shopctl.errors import ExitStatus

NARROW: Final = "Which payments"


class State(Choice):
    """The states of a payment."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REFUNDED = "refunded"


@app.command(
    "list",
    examples=[
        ("shopctl payment list", "newest first"),
        ("shopctl payment list --unallocated", "with something left"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    unallocated: Annotated[bool, option(help="Not used up yet", panel=NARROW)] = False,
    method: Annotated[str, option(help="wire, card, cash, …", panel=NARROW, metavar="M")] = "",
    state: Annotated[State | None, option(help="Exactly this state", panel=NARROW, metavar="STATE")] = None,
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    reference: Annotated[str, option(help="The bank's or provider's own reference", panel=NARROW, metavar="TX")] = "",
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List payments, newest first."""
    shop = call.shop()

    from shopctl.services.listing import payments

    since, until = asked.days(shop)
    wanted = payments.PaymentFilter(
        unallocated=unallocated, method=method, customer=customer, state=state or "", reference=reference, since=since,
        until=until,
    )  # fmt: skip
    return listed(
        call, asked, "payment.list", fields.PAYMENTS, payments, wanted, empty="No payments match.",
        footer=lambda: ["Not used yet:  shopctl payment outstanding"],
    )  # fmt: skip


@app.command(
    "show",
    examples=[
        ("shopctl payment show PAY/2026/00057", "where the money went"),
        ("shopctl payment show PAY/2026/00057 --history", "what was taken back as well, by whom and why"),
    ],
    exits="0 done · 2 usage · 3 no such payment",
)
def show(call: Call, numbers: Payments, history: History = False) -> None:
    """Show payments and the invoices they pay."""
    call.shop()

    from shopctl.commands.payment_sheet import sheet
    from shopctl.services import payments

    found = payments.show(call.references(numbers))
    show_all(
        call, "payment.show", fields.details("payment", fields.PAYMENTS, fields.PAYMENT_DETAILS), found,
        lambda one: sheet(one, history=history),
    )  # fmt: skip
