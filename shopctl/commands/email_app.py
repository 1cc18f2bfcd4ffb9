"""Hold the noun `email`; its verbs lie in the modules that `emails` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from shopctl.commands.declaring import noun
from shopctl.commands.options import argument

if TYPE_CHECKING:
    from shopctl.services.transports import Transport
    from shopctl.shop import Shop

app = noun("email", "E-mails waiting in the outbox and those sent")

Letters = Annotated[list[str], argument("ID", "Numbers of e-mails; - reads them from standard input")]


def transport(shop: Shop) -> Transport:
    """Make what takes letters by the settings: a mail server, or a folder for trying things out."""
    settings = shop.config.email
    if settings.transport == "maildir":
        from shopctl.adapters.maildir import MaildirTransport

        return MaildirTransport(settings.maildir)
    from shopctl.adapters.smtp import SmtpTransport

    return SmtpTransport(settings.smtp)
