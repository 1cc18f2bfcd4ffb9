"""List letters and show them."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.email_app import Letters, app
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Choice, option
from shopctl.errors import ExitStatus, UsageError

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
    REMINDER = "reminder"
    RECOVERY = "recovery"


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
        footer=lambda: _footer(queued=queued, failed=failed or state == State.UNCERTAIN),
    )  # fmt: skip


def _footer(*, queued: bool, failed: bool) -> list[str]:
    """Say what to do with what is listed."""
    if failed:
        return ["In doubt? Ask the customer:  shopctl email resolve ID --sent|--resend"]
    return ["Deliver them:  shopctl email send"] if queued else []


@app.command(
    "show",
    examples=[
        ("shopctl email show 17", "to whom, what it says, every attempt to send it"),
        ("shopctl email show 17 --raw > letter.eml", "the whole message with its PDF"),
    ],
    exits="0 done · 2 usage · 3 no such e-mail · 6 its document cannot be printed",
)
def show(
    call: Call,
    numbers: Letters,
    raw: Annotated[bool, option(help="The whole message, as it leaves or left")] = False,
    html: Annotated[bool, option(help="Its HTML part only")] = False,
) -> None:
    """Show letters: recipients, state, attempts and text."""
    shop = call.shop()

    from shopctl.services import email_details

    references = call.references(numbers)
    if (raw or html) and (len(references) > 1 or (raw and html)):
        raise UsageError("usage", "--raw and --html print one letter", hint="shopctl email show ID --raw")
    if raw:
        from shopctl.commands.printing import printer

        call.out.raw(email_details.message(shop, references[0], printer(shop)))
        return
    found = email_details.show(references)
    if html:
        call.out.raw(found[0].html)
        return

    from shopctl.commands.email_fields import EMAIL_DETAILS
    from shopctl.commands.email_sheet import sheet

    show_all(call, "email.show", fields.details("email", fields.EMAILS, EMAIL_DETAILS), found, sheet)
