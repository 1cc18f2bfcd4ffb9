"""Let readers unsubscribe, and keep the list of addresses that get no letters."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import suppression_fields
from shopctl.commands.call import Call
from shopctl.commands.email_app import app
from shopctl.commands.lists import Dated, listed
from shopctl.commands.options import Batch, Choice, argument, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

app.group("suppressions", "Addresses that get no letters: none that advertise, or none at all")

NARROW = "Which addresses"


class Scope(Choice):
    """Which letters an address gets no more."""

    MARKETING = "marketing"
    ALL = "all"


class Reason(Choice):
    """Why an address gets no letters."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    MANUAL = "manual"


Tokens = Annotated[list[str], argument("TOKEN", "Tokens of links in letters, or the links; - reads standard input")]
Addresses = Annotated[list[str], argument("ADDRESS", "E-mail addresses; - reads them from standard input")]
OfScope = Annotated[Scope, option("--scope", help="marketing: none that advertise; all: none at all", metavar="SCOPE")]


@app.command(
    "unsubscribe",
    examples=[
        ("shopctl email unsubscribe k1Q2x…", "what the page behind the link of a letter calls"),
        ("shopctl email unsubscribe - --yes --json < tokens.txt", "those that the web server collected"),
    ],
    exits="0 done or already so · 2 usage · 6 the shop made no such token · 8 some failed",
    writes=True,
)
def unsubscribe(call: Call, numbers: Tokens, *, batch: Batch) -> ExitStatus:
    """Take the word of readers that they want no more letters that advertise. Any number of times, with no sign-in."""
    shop = call.shop()

    from shopctl.services import unsubscribing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Unsubscribe {len(references)} readers?", references)
    return run_batch(
        call, shop, references, lambda part: unsubscribing.by_token(shop, part), schema="email.unsubscribe",
        columns=suppression_fields.UNSUBSCRIBED, verb="unsubscribe", batch=batch,
        next_commands=lambda _row: ["shopctl email suppressions list --reason unsubscribed"],
    )  # fmt: skip


@app.command(
    "suppressions list",
    examples=[
        ("shopctl email suppressions list", "who gets no letters, and why"),
        ("shopctl email suppressions list --reason bounced --since 30d --format csv", "addresses to ask for anew"),
        ("shopctl email suppressions list --address lena@example.com", "one, also when its person is erased"),
    ],
    exits="0 done, also when there is none · 2 usage · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    address: Annotated[str, option(help="This address", panel=NARROW, metavar="ADDRESS")] = "",
    scope: Annotated[Scope | None, option(help="marketing or all", panel=NARROW, metavar="SCOPE")] = None,
    reason: Annotated[
        Reason | None, option(help="unsubscribed, bounced, complained or manual", panel=NARROW, metavar="WHY")
    ] = None,
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List addresses that get no letters, the latest first."""
    shop = call.shop()

    from shopctl.services.listing import suppressions

    wanted = suppressions.SuppressionFilter(address, scope or "", reason or "", *asked.instants(shop))
    return listed(
        call, asked, "email.suppressions.list", suppression_fields.SUPPRESSIONS, suppressions, wanted, key="id",
        empty="All addresses get letters.",
        footer=lambda: ["Write to one again:  shopctl email suppressions remove ADDRESS --reason TEXT"],
    )  # fmt: skip


@app.command(
    "suppressions add",
    examples=[
        ("shopctl email suppressions add lena@example.com", "no letters that advertise"),
        ("shopctl email suppressions add old@example.com --scope all --source 'came back on paper'", "none at all"),
    ],
    exits="0 done or already so · 2 usage · 6 not one plain address · 8 some failed",
    writes=True,
)
def add(
    call: Call,
    numbers: Addresses,
    scope: OfScope = Scope.MARKETING,
    source: Annotated[str, option(help="How you learned of it; default: shell", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Put addresses on the list; letters to them that wait are cancelled."""
    shop = call.shop()

    from shopctl.services import suppressing

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Send {len(references)} addresses no more letters ({scope})?", references)
    return run_batch(
        call, shop, references, lambda part: suppressing.add(shop, part, str(scope), source),
        schema="email.suppressions.add", columns=suppression_fields.SUPPRESSIONS, verb="suppress", batch=batch,
        next_commands=lambda _row: ["shopctl email suppressions list"],
    )  # fmt: skip


@app.command(
    "suppressions remove",
    examples=[
        ("shopctl email suppressions remove lena@example.com --reason 'asked for letters by phone'", "and the journal"),
        ("shopctl email suppressions remove new@example.com --reason 'the mailbox is back'", "after a bounce"),
    ],
    exits="0 done · 2 usage · 3 not on the list · 8 some failed · 10 not confirmed",
    writes=True,
)
def remove(
    call: Call,
    numbers: Addresses,
    reason: Annotated[str, option(help="Why they may be written to again", metavar="TEXT")] = "",
    scope: Annotated[
        Scope | None, option(help="Only of marketing or of all; default: of both", metavar="SCOPE")
    ] = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Take addresses off the list. Whoever asked to be on it must have changed their mind, so it takes a reason."""
    shop = call.shop()

    from shopctl.services import suppressing

    references = call.references(numbers, batch.from_file)
    if not reason.strip():
        raise UsageError("usage", "nobody is written to again without a reason", hint="add --reason TEXT")
    wanted = str(scope or "")
    asked_for = {row.digest for row in suppressing.rows(references, wanted) if row.reason in WISHES}
    if asked_for:
        call.out.ask(f"Write again to {len(asked_for)} of them who asked for no letters?")
    else:
        confirm_many(call, f"Write to {len(references)} addresses again?", references)
    return run_batch(
        call, shop, references, lambda part: suppressing.lift(shop, part, wanted, reason.strip()),
        schema="email.suppressions.remove", columns=suppression_fields.SUPPRESSIONS, verb="remove", batch=batch,
        next_commands=lambda _row: ["shopctl email suppressions list"],
    )  # fmt: skip


WISHES = ("unsubscribed", "complained")
"""Reasons by which somebody asked for it."""
