"""Take in what comes back from mail servers and readers."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands.call import Call
from shopctl.commands.email_app import app
from shopctl.commands.options import Count, option
from shopctl.errors import ExitStatus


@app.command(
    "receive",
    examples=[
        ("shopctl email receive --from /var/mail/bounces", "an mbox file, which is left as it is"),
        ("shopctl email receive --from ~/Maildir -q", "from cron; what was read moves from new to cur"),
    ],
    exits="0 done, also when nothing is new · 2 usage · 3 no such mailbox · 6 it cannot be read",
    writes=True,
)
def receive(
    call: Call,
    mailbox: Annotated[str, option("--from", help="A maildir or an mbox file", metavar="PATH")],
    maximum: Annotated[Count, option("--max", help="Look at N messages at most", metavar="N")] = None,
) -> ExitStatus:
    """Note bounces, complaints and mails that unsubscribe. Addresses that do not exist get no more letters."""
    shop = call.shop()

    from shopctl.adapters.mailbox import opened
    from shopctl.commands.email_fields import RECEIVED
    from shopctl.services import receiving

    outcomes = receiving.receive(shop, opened(mailbox), maximum=maximum or 0, stopping=call.stopping)
    return call.out.outcomes("email.receive", RECEIVED, outcomes, verb="take in", dry_run=shop.dry_run)
