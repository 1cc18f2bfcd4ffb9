"""Deliver the outbox, and try mail out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.email_app import app, status_of, transport
from shopctl.commands.options import Count, option
from shopctl.errors import ExitStatus, ShopError

if TYPE_CHECKING:
    from shopctl.domain.outcomes import Outcome
    from shopctl.services.queueing import EmailRow
    from shopctl.shop import Shop


@app.command(
    "send",
    examples=[
        ("shopctl email send", "deliver everything that is due"),
        ("shopctl email send --max 100 -q", "from cron: silent unless something is wrong"),
        ("shopctl email send --id 17", "this one now, also if it waits for a later attempt"),
        ("shopctl email send --retry-failed", "and once more what failed for good"),
    ],
    exits="0 done or nothing waits · 8 refused or in doubt · 75 put off, others at work, no server · 78 settings",
    writes=True,
)
def send(
    call: Call,
    maximum: Annotated[Count, option("--max", help="Deliver at most N", metavar="N")] = None,
    queued: Annotated[bool, option(help="What is queued, which is so anyway")] = False,  # noqa: ARG001  # a word for readers
    letter: Annotated[list[str] | None, option("--id", help="Only this e-mail (repeatable)", metavar="ID")] = None,
    retry_failed: Annotated[bool, option(help="Queue again what failed for good, then deliver")] = False,
) -> ExitStatus:
    """Deliver the outbox through the mail server. A letter counts as sent only when the server has taken it."""
    shop = call.shop()

    from shopctl.services.mailing import find_letter

    only = tuple(find_letter(one) for one in letter or ())
    failed: list[ShopError] = []
    outcomes = _watched(_sent(call, shop, only, maximum or 0, retry_failed=retry_failed), failed)
    status = call.out.outcomes("email.send", fields.EMAILS, outcomes, verb="send", dry_run=shop.dry_run)
    if only or status not in {ExitStatus.PARTIAL, *(error.status for error in failed)}:
        return status
    return status_of(failed)


def _watched(outcomes: Iterator[Outcome[EmailRow]], failed: list[ShopError]) -> Iterator[Outcome[EmailRow]]:
    """Pass outcomes on, and keep what went wrong."""
    from shopctl.domain.outcomes import Failed

    for one in outcomes:
        if isinstance(one, Failed):
            failed.append(one.error)
        yield one


def _sent(
    call: Call, shop: Shop, only: tuple[int, ...], maximum: int, *, retry_failed: bool
) -> Iterator[Outcome[EmailRow]]:
    from shopctl.commands.printing import printer
    from shopctl.domain.outcomes import Failed
    from shopctl.services import amending, delivering
    from shopctl.services.transports import require_settings

    require_settings(shop.config)
    if retry_failed and (failed := amending.failed_letters(only)):
        yield from (one for one in amending.amend(shop, failed, "requeue") if isinstance(one, Failed) or shop.dry_run)
    yield from amending.not_queued(only)
    yield from delivering.deliver(
        shop, transport(shop), printer(shop), maximum=maximum, only=only, stopping=call.stopping
    )


@app.command(
    "test",
    examples=[
        ("shopctl email test --to me@example.com", "does mail work? One letter leaves at once"),
        ("shopctl email test --to me@example.com --json", "each step, for scripts"),
    ],
    exits="0 the server took it · 2 usage · 6 refused · 75 no answer · 78 settings",
    writes=True,
)
def test(call: Call, to: Annotated[str, option(help="Who gets it", metavar="ADDRESS")]) -> ExitStatus:
    """Send one real letter at once, and tell what the mail server said. The outbox is left alone."""
    shop = call.shop()

    from shopctl.commands.email_fields import TESTED
    from shopctl.domain.outcomes import Done
    from shopctl.services import mail_testing

    outcome = mail_testing.send(shop, transport(shop), to)
    status = call.out.outcomes("email.test", TESTED, [outcome], verb="send", dry_run=shop.dry_run)
    if isinstance(outcome, Done) and outcome.row.steps:
        call.out.note("; ".join((*outcome.row.steps, outcome.row.reply)))
    return status
