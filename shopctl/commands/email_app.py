"""Hold the noun `email`; its verbs lie in the modules that `emails` names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from shopctl.commands.declaring import noun
from shopctl.commands.options import argument
from shopctl.errors import ExitStatus, ShopError

if TYPE_CHECKING:
    from shopctl.services.transports import Transport
    from shopctl.shop import Shop

app = noun("email", "E-mails waiting in the outbox and those sent")

Letters = Annotated[list[str], argument("ID", "Numbers of e-mails; - reads them from standard input")]


def status_of(failed: Sequence[ShopError]) -> ExitStatus:
    """Tell how a delivery ended: nobody named its letters, so it is of no interest how many of them failed."""
    if not failed:
        return ExitStatus.OK
    later = all(error.status is ExitStatus.TEMPORARY for error in failed)
    return ExitStatus.TEMPORARY if later else ExitStatus.PARTIAL


def transport(shop: Shop) -> Transport:
    """Make what takes letters by the settings: a mail server, or a folder for trying things out."""
    settings = shop.config.email
    if settings.transport == "maildir":
        from shopctl.adapters.maildir import MaildirTransport

        return MaildirTransport(settings.maildir)
    from shopctl.adapters.smtp import SmtpTransport

    return SmtpTransport(settings.smtp)
