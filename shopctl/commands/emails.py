"""List the outbox, and deliver it."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.lists import Dated, listed
from shopctl.commands.options import Choice, Count, option
from shopctl.errors import ExitStatus

app = noun("email", "E-mails waiting in the outbox and those sent")

NARROW = "Which e-mails"


class Kind(Choice):
    """The letters that the shop writes."""

    INVOICE = "invoice"
    STATUS = "status"
    CONFIRMATION = "confirmation"
    SHIPPED = "shipped"
    PAYMENT_REMINDER = "payment-reminder"
    CANCELLATION = "cancellation"
    RECEIPT = "receipt"


class State(Choice):
    """The states of a letter."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


@app.command(
    "list",
    examples=[
        ("shopctl email list --queued", "what leaves with the next email send"),
        ("shopctl email list --document INV/2026/00031", "letters about one invoice"),
        ("shopctl email list --document S00430", "letters about one order"),
        ("shopctl email list --kind payment-reminder --state sent", "who was reminded"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    queued: Annotated[bool, option(help="Waiting in the outbox", panel=NARROW)] = False,
    sent: Annotated[bool, option(help="A mail server took it", panel=NARROW)] = False,
    failed: Annotated[bool, option(help="Refused for good, or doubtful", panel=NARROW)] = False,
    document: Annotated[str, option(help="About this document", panel=NARROW, metavar="NUMBER")] = "",
    kind: Annotated[Kind | None, option(help="What letter it is", panel=NARROW, metavar="KIND")] = None,
    state: Annotated[State | None, option(help="Exactly this state", panel=NARROW, metavar="STATE")] = None,
    to: Annotated[str, option(help="To this address", panel=NARROW, metavar="ADDRESS")] = "",
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List e-mails, newest first."""
    shop = call.shop()

    from shopctl.services.listing import emails

    since, until = asked.instants(shop)
    wanted = emails.EmailFilter(
        queued=queued, sent=sent, failed=failed, document=document, kind=(kind or "").replace("-", "_"),
        state=state or "", to=to, since=since, until=until,
    )  # fmt: skip
    return listed(
        call, asked, "email.list", fields.EMAILS, emails, wanted, key="id", empty="No e-mails match.",
        footer=lambda: ["Deliver them:  shopctl email send"] if queued else [],
    )  # fmt: skip


@app.command(
    "send",
    examples=[
        ("shopctl email send", "deliver everything that is queued"),
        ("shopctl email send --max 100 -q", "from cron: silent unless something is wrong"),
    ],
    exits="0 done, also when nothing waits · 8 some failed · 75 another run is at work, or no server · 78 settings",
    writes=True,
)
def send(
    call: Call,
    maximum: Annotated[Count, option("--max", help="Deliver at most N", metavar="N")] = None,
) -> ExitStatus:
    """Deliver the outbox through the mail server. A letter counts as sent only when the server has taken it."""
    shop = call.shop()

    from shopctl.adapters.smtp import SmtpTransport
    from shopctl.commands.printing import printer
    from shopctl.services import delivering

    transport = SmtpTransport(shop.config.email.smtp)
    outcomes = delivering.deliver(shop, transport, printer(shop), maximum=maximum or 0, stopping=call.stopping)
    return call.out.outcomes("email.send", fields.EMAILS, outcomes, verb="send", dry_run=shop.dry_run)
