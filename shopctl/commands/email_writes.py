"""Change what becomes of letters: resolve doubtful ones, cancel, hold back and queue again."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.email_app import Letters, app
from shopctl.commands.options import Batch, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError


def _amend(call: Call, numbers: list[str], batch: Batch, move: str, verb: str, then: str = "") -> ExitStatus:
    shop = call.shop()

    from shopctl.services import amending

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"{verb.capitalize()} {len(references)} e-mails?", references)
    return run_batch(
        call, shop, references, lambda part: amending.amend(shop, part, move), schema=call.command.replace(" ", "."),
        columns=fields.EMAILS, verb=verb, batch=batch,
        next_commands=lambda row: [then or f"shopctl email show {row.id}"],
    )  # fmt: skip


@app.command(
    "resolve",
    examples=[
        ("shopctl email resolve 17 --sent", "the customer has it"),
        ("shopctl email resolve 17 --resend", "it did not arrive; email send delivers it"),
        ("shopctl email list --state uncertain --format ids | shopctl email resolve - --sent --yes", "all arrived"),
    ],
    exits="0 done or already so · 2 usage · 3 no such e-mail · 6 it is not in doubt · 8 some failed",
    writes=True,
)
def resolve(
    call: Call,
    numbers: Letters,
    sent: Annotated[bool, option(help="It arrived")] = False,
    resend: Annotated[bool, option(help="It did not arrive: queue it again, under the same message id")] = False,
    *,
    batch: Batch,
) -> ExitStatus:
    """Say what became of letters that may or may not have been delivered. Nothing else sends one again."""
    call.shop()
    call.references(numbers, batch.from_file)
    if sent == resend:
        raise UsageError("usage", "say whether it arrived", hint="add --sent, or --resend if it did not arrive")
    then = "shopctl email send" if resend else ""
    return _amend(call, numbers, batch, "lost" if resend else "arrived", "resolve", then)


@app.command(
    "cancel",
    examples=[
        ("shopctl email cancel 17", "it never leaves"),
        ("shopctl email list --queued --document S00430 --format ids | shopctl email cancel - --yes", "all of them"),
    ],
    exits="0 done or already so · 2 usage · 3 no such e-mail · 6 it left, or may have · 8 some failed",
    writes=True,
)
def cancel(call: Call, numbers: Letters, *, batch: Batch) -> ExitStatus:
    """Cancel letters that have not left: queued, held back or failed."""
    return _amend(call, numbers, batch, "cancel", "cancel")


@app.command(
    "hold",
    examples=[("shopctl email hold 17", "it waits until email requeue lets it go")],
    exits="0 done or already so · 2 usage · 3 no such e-mail · 6 it is not queued · 8 some failed",
    writes=True,
)
def hold(call: Call, numbers: Letters, *, batch: Batch) -> ExitStatus:
    """Hold back letters that are queued."""
    return _amend(call, numbers, batch, "hold", "hold")


@app.command(
    "requeue",
    examples=[
        ("shopctl email requeue 17", "try a failed letter again"),
        ("shopctl email list --state failed --format ids | shopctl email requeue - --yes", "all that failed"),
    ],
    exits="0 done or already so · 2 usage · 3 no such e-mail · 6 it left, or may have · 8 some failed",
    writes=True,
)
def requeue(call: Call, numbers: Letters, *, batch: Batch) -> ExitStatus:
    """Queue letters again that certainly never went out: failed, cancelled and held ones; one that waits is due now."""
    return _amend(call, numbers, batch, "requeue", "requeue", "shopctl email send")
